"""Page: calendar. What goes out when; every drag has a twin for keyboard and finger."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core import signing
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_POST

from clarion.channels.models import Channel
from clarion.content.models import Label, Post
from clarion.interfaces.web import calendar_grid as grid
from clarion.interfaces.web.calendar_marks import marks
from clarion.interfaces.web.door import Request, own, page, tell
from clarion.interfaces.web.templatetags.posts import card
from clarion.kit.errors import Conflict, NotYet
from clarion.kit.zones import instant, known_zone
from clarion.publishing import actions as publishing
from clarion.publishing import queries, spacing
from clarion.publishing.planning import calendar
from clarion.publishing.planning.clashes import Clash
from clarion.publishing.planning.clashes import clashes as too_close
from clarion.publishing.queries import Entry
from clarion.strategy.models import Campaign

IN_TRAY = 50  # posts without a day that are shown beside the calendar
A_PAGE = 50  # posts on a page of the list
CHIPS = 6  # channels; more of them become a list to choose from
LISTED = 200  # campaigns and labels to filter by
UNDO_OPEN = 3600  # seconds
ANY_DAY = timedelta(days=1, hours=2)  # holds the whole day around a moment, in any zone


@require_GET
@page
def show(request: Request) -> HttpResponse:
    channels = list(_channels(request))
    choice = grid.read(request.GET.dict(), request.workspace, channels)
    context = {
        "choice": choice,
        "zone": choice.zone,
        "channels": channels,
        "many": len(channels) > CHIPS,
        **_filters(request),
        "views": [(w, choice.address(view=v), v == choice.view) for v, w in grid.VIEWS.items()],
        **_ways(choice, channels),
        **_body(request, choice, channels),
    }
    part = request.headers.get("HX-Request") == "true"
    with timezone.override(choice.zone):  # a channel's calendar shows the hours it lives in
        response = render(request, f"calendar/{'_grid' if part else 'page'}.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _filters(request: Request) -> dict[str, Any]:
    """What one can choose from beside the channels."""
    workspace = request.workspace
    campaigns = Campaign.objects.filter(workspace=workspace, archived_at=None)
    labels = Label.objects.filter(workspace=workspace)
    return {
        "campaigns": campaigns.order_by("name").only("pk", "name")[:LISTED],
        "standings": [(k, v) for k, v in queries.STANDINGS.items() if k != "binned"],
        "people": list(workspace.memberships.select_related("user").order_by("user__name")),
        "labels": list(labels.order_by("name")[:LISTED]),
    }


def _ways(choice: grid.Choice, channels: list[Channel]) -> dict[str, Any]:
    """The addresses around this page."""
    return {
        "prev_url": choice.address(d=choice.before.isoformat()),
        "next_url": choice.address(d=choice.after.isoformat()),
        "today_url": choice.address(d=None),
        "all_url": choice.address(channel=None),
        "hints_url": choice.address(times="off" if choice.hints else None),
        "channel_urls": [(c, choice.address(channel=c.pk)) for c in channels],
    }


def _body(request: Request, choice: grid.Choice, channels: Sequence[Channel]) -> dict[str, Any]:
    workspace, only, zone = request.workspace, choice.only, choice.zone
    tray, in_tray = calendar.without_a_day(workspace, only, zone, IN_TRAY)
    may_write = request.actor.can_somewhere("write")
    base: dict[str, Any] = {
        "tray": tray,
        "in_tray": in_tray,
        "may_write": may_write,
        "may_pick": may_write or request.actor.can_somewhere("approve"),
        "add_url": reverse("compose", args=[workspace.slug]),
        "nothing": not Post.objects.filter(workspace=workspace).exists(),
        "here": choice.address(),
    }
    if choice.view == "list":
        return base | _list(request, choice)
    days = calendar.on_calendar(workspace, choice.span, only, grid.MOST[choice.view])
    rows = choice.cells(days, marks(workspace, choice, channels, hints=may_write))
    total = sum(d.total for d in days.values())
    clashes = too_close(workspace, *choice.span.moments, zone)
    noted = any(cell.marks.holiday or cell.marks.notes for cell in rows[0])
    base |= {"rows": rows, "total": total, "clashes": clashes}
    return base | {"hours": range(24), "has_marks": noted}


def _list(request: Request, choice: grid.Choice) -> dict[str, Any]:
    found = calendar.moments(request.workspace, choice.only, *choice.shown)
    paginator = Paginator(found, A_PAGE)
    shown = paginator.get_page(request.GET.get("page"))
    rows = queries.entries_at(list(shown), choice.zone)
    return {"page": shown, "entries": rows, "total": paginator.count, "clashes": {}}


@require_GET
@page
def peek(request: Request, pk: int) -> HttpResponse:
    """The post at a glance, with a field to move it."""
    zone = _zone(request, request.GET.get("zone", ""))
    post = own(_posts(), request, pk=pk)
    entry = _entry(post, zone, _own(request.GET.get("own", "")))
    around = (entry.at - ANY_DAY, entry.at + ANY_DAY) if entry.at else None
    near = too_close(request.workspace, *around, zone) if around else {}
    context = {
        "entry": entry,
        "zone": zone,
        "when": grid.moments(entry, zone),
        "clashes": [*_of(near, entry), *_rules(post, entry)],
        "labels": post.labels.all(),
        "may_write": request.actor.can_somewhere("write"),
    }
    with timezone.override(zone):
        return render(request, "calendar/_peek.html", context)


@require_POST
@page
def move(request: Request, pk: int) -> HttpResponse:
    """Another day, another time, or none. Answers with the post in its new place.

    `own` names channels whose own time is meant; the others stay where they are.
    """
    post = own(_posts(), request, pk=pk)
    zone = _zone(request, request.POST.get("zone", ""))
    channels = _own(request.POST.get("own", ""))
    before = _entry(post, zone, channels)
    at = _asked(request.POST.get("date", "").strip(), before.at, zone)
    if at == before.at:
        return _moved(request, before, zone, f"It stays on {grid.moments(before, zone)}", "")
    was = {"at": _iso(before.at), "planned": before.planned, "zone": zone.key, "own": channels}
    moved = _move(post, at, channels, request)
    after = _entry(moved, zone, channels if at else [])
    said = _said(before, after, zone)
    token = signing.dumps({"post": pk, "version": moved.version, **was}, salt="calendar.move")
    undo = reverse("post-move-undo", args=[request.workspace.slug, pk, token])
    return _moved(request, after, zone, said, undo)


def _move(post: Post, at: datetime | None, channels: Sequence[int], request: Request) -> Post:
    if not channels:
        return publishing.move(post, at, by=request.actor)
    times = dict.fromkeys(channels, at)
    return publishing.move(post, post.planned_for, own=times, by=request.actor)


def _entry(post: Post, zone: ZoneInfo, channels: Sequence[int]) -> Entry:
    """The post at its own time, or at the one of these channels."""
    variants = post.variants.filter(channel__in=channels).exclude(planned_for=None)
    at = variants.values_list("planned_for", flat=True).first() if channels else None
    return queries.entries_at([(at, post.pk)], zone)[0] if at else queries.entry(post, zone)


@require_POST
@page
def undo_move(request: Request, pk: int, token: str) -> HttpResponse:
    """Back to the old value, unless somebody has changed the post in between."""
    post = own(_posts(), request, pk=pk)
    was = _was(token)
    if was.get("post") != pk or was["version"] != post.version:
        raise Conflict("Somebody has changed this post since. Look at it, then move it.")
    at = datetime.fromisoformat(was["at"]) if was["at"] else None
    zone = _zone(request, was["zone"])
    off = at is not None and was["planned"] and not queries.entry(post, zone).planned
    if at is not None and off and not was["own"]:
        away = queries.taken_down(post)
        publishing.schedule(post, at, without=away, by=request.actor)  # it had been called off
    else:
        post = _move(post, at, was["own"], request)
    entry = _entry(post, zone, was["own"])
    return _moved(request, entry, zone, f"Back on {grid.moments(entry, zone)}", "")


def _own(text: str) -> list[int]:
    """Ids of channels, as 3,4."""
    return [pk for part in text.split(",") if (pk := grid.number(part))]


def _rules(post: Post, entry: Entry) -> list[str]:
    """What the rules of its channels' queues say against this moment."""
    here = [channel.pk for channel in entry.channels]
    if entry.at is None or entry.locked:
        return []
    variants = post.variants.filter(channel__in=here).select_related(
        "channel__workspace", "post"
    )
    told = (spacing.rules(variant).why_not(entry.at) for variant in variants)
    return [why for why in told if why]


def _of(near: Mapping[int, Sequence[Clash]], entry: Entry) -> list[str]:
    """What is too close to this post at this moment."""
    here = {channel.pk for channel in entry.channels}
    return [clash.text for clash in near.get(entry.post.pk, ()) if clash.channel in here]


def _was(token: str) -> dict[str, Any]:
    try:
        read: dict[str, Any] = signing.loads(token, salt="calendar.move", max_age=UNDO_OPEN)
    except signing.BadSignature:
        raise NotYet("That can no longer be undone. Move the post by hand.") from None
    return read


def _said(before: Entry, after: Entry, zone: ZoneInfo) -> str:
    where = grid.moments(after, zone)
    words = "Taken off the calendar" if after.at is None else f"Moved to {where}"
    if after.standing == before.standing:
        return words
    if after.standing == "review":
        return f"{words}. It waits for approval of the new time"
    if after.standing == "draft" and before.standing in ("approved", "planned"):
        return f"{words}. It is a draft again"
    return words


def _asked(text: str, at: datetime | None, zone: ZoneInfo) -> datetime | None:
    """The moment that was asked for: a day keeps the hour the post had. Nothing is no day."""
    if not text:
        return None
    try:
        asked = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise NotYet("That is not a day. Choose one from the calendar.", "at") from None
    if "T" in text:
        return instant(asked, zone)
    if at is None:
        return instant(queries.next_morning(asked.date(), zone, timezone.now()), zone)
    return instant(datetime.combine(asked, at.time().replace(tzinfo=None)), zone)


def _moved(
    request: Request, entry: Entry, zone: ZoneInfo, text: str, undo: str
) -> HttpResponse:
    if "application/json" not in request.headers.get("Accept", ""):
        tell(request, text, undo)
        day = f"?d={entry.at:%Y-%m-%d}" if entry.at else ""
        return redirect(reverse("calendar", args=[request.workspace.slug]) + day)
    css = f"q-{entry.at.hour * 4 + entry.at.minute // 15}" if entry.at else "draft-card"
    html = card(entry, request.workspace, zone, css, locked=entry.locked, pick=True)
    date_ = f"{entry.at:%Y-%m-%d}" if entry.at else ""
    return JsonResponse(
        {"id": entry.ref, "date": date_, "text": text, "html": html, "undo": undo}
    )


def _zone(request: Request, name: str) -> ZoneInfo:
    """The zone the page was drawn in, if it is one of this workspace's."""
    ours = {c.zone_name for c in _channels(request)} | {request.workspace.time_zone}
    return known_zone(name if name in ours else request.workspace.time_zone)


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _posts() -> Any:
    return Post.objects.select_related("workspace").exclude(state=Post.State.BINNED)


def _channels(request: Request) -> Any:
    found = Channel.objects.filter(workspace=request.workspace).exclude(state="gone")
    return found.select_related("workspace").order_by("pk")


urlpatterns = [
    path("w/<slug:ws>/calendar/", show, name="calendar"),
    path("w/<slug:ws>/posts/<int:pk>/peek/", peek, name="post-peek"),
    path("w/<slug:ws>/posts/<int:pk>/move/", move, name="post-move"),
    path("w/<slug:ws>/posts/<int:pk>/move/undo/<str:token>/", undo_move, name="post-move-undo"),
]
