"""Many at once, from the calendar and from the inbox; and the one way back."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from clarion.accounts.batches import MOST, Outcome
from clarion.accounts.models import Batch, Membership
from clarion.channels.models import Channel
from clarion.community import bulk as talk
from clarion.community import queries as inbox
from clarion.community.models import Conversation
from clarion.content.models import Post
from clarion.interfaces import undoing
from clarion.interfaces.web import calendar_grid as grid
from clarion.interfaces.web.door import Request, own, page, tell
from clarion.interfaces.web.inbox import wanted_of
from clarion.kit.errors import NotYet
from clarion.kit.zones import known_zone
from clarion.publishing.planning import bulk
from clarion.publishing.planning.calendar import moments


@require_POST
@page
def posts(request: Request) -> HttpResponse:
    """`do` is a verb, or move:DAYS. `post` are ids with the version that was seen: 12.3."""
    picked, seen = _picked(request)
    verb, _, days = request.POST.get("do", "").partition(":")
    zones = {c.zone_name for c in Channel.objects.filter(workspace=request.workspace)}
    name = request.POST.get("zone", "")
    how = bulk.How(
        zone=known_zone(name) if name in zones else request.workspace.zone,
        days=_days(days) if days else None,
        to_date=_date(request) if verb == "move" and not days else None,
        labels=request.POST.get("labels", "").split(","),
        to=_person(request),
        seen=seen,
    )
    made = bulk.act(request.workspace, picked, verb, how, by=request.actor)
    home = reverse("calendar", args=[request.workspace.slug])
    return _answer(request, made, bulk.VERBS[verb], "post", home)


def _picked(request: Request) -> tuple[list[Post], dict[int, int]]:
    """What was ticked; or all that the page shows with its filters, whether ticked or not."""
    rows = bulk.posts().filter(workspace=request.workspace)
    if "all" in request.POST:
        return list(rows.filter(pk__in=_all(request))), {}
    pairs = [value.partition(".") for value in request.POST.getlist("post")]
    seen = {
        pk: int(version)
        for text, _, version in pairs
        if (pk := grid.number(text)) and version.isascii() and version.isdigit()
    }
    ids = [pk for text, _, _ in pairs if (pk := grid.number(text))]
    found = rows.in_bulk(ids[: MOST + 1])
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found], seen


def _all(request: Request) -> list[int]:
    """Ids of all posts of the period and the filters that the page was drawn with."""
    channels = list(request.workspace.channels.select_related("workspace"))
    choice = grid.read(_query(request), request.workspace, channels)
    start, end = choice.shown
    found = moments(request.workspace, choice.only, start, end)
    ids = list(dict.fromkeys(pk for _, pk in found))
    if len(ids) > MOST:
        raise NotYet(
            f"That is {len(ids):,} posts, and at most {MOST} are changed at once. Take a "
            "shorter time or more filters."
        )
    return ids


def _query(request: Request) -> dict[str, str]:
    return QueryDict(request.POST.get("all", "").lstrip("?")).dict()


def _days(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise NotYet("Say by how many days, like 7 or -1.", "days") from None


def _date(request: Request) -> Any:
    day = grid.day_of(request.POST.get("on", ""))
    if day is None:
        raise NotYet("Choose the date to move them to.", "on")
    return day


def _person(request: Request) -> Membership | None:
    to = request.POST.get("to", "")
    if not to:
        return None
    rows = request.workspace.memberships.select_related("user")
    return own(rows, request, pk=grid.number(to) or 0)


# --- conversations ----------------------------------------------------------------------------


@require_POST
@page
def conversations(request: Request) -> HttpResponse:
    verb = request.POST.get("do", "")
    how = talk.How(request.POST.get("labels", "").split(","), _person(request))
    made = talk.act(request.workspace, _talk(request), verb, how, by=request.actor)
    home = reverse("inbox", args=[request.workspace.slug])
    return _answer(request, made, talk.VERBS[verb], "conversation", home)


def _talk(request: Request) -> Sequence[Conversation]:
    rows = talk.conversations(request.workspace.pk)
    if "all" in request.POST:
        wanted = wanted_of(_query(request))
        ids = inbox.ids(request.membership, wanted, MOST + 1)
    else:
        ids = [pk for text in request.POST.getlist("conversation") if (pk := grid.number(text))]
    return list(rows.in_bulk(ids[: MOST + 1]).values())


# --- what is said to it, and the way back -----------------------------------------------------


def _answer(request: Request, made: Outcome, did: str, what: str, home: str) -> HttpResponse:
    """Told in a toast with its undo; each refusal stands with its reason and its link."""
    text = _words(made, did, what)
    undo = (
        reverse("batch-undo", args=[request.workspace.slug, made.batch]) if made.batch else ""
    )
    context = {"made": made, "what": what, "undo": undo, "text": text, "home": home}
    if "application/json" in request.headers.get("Accept", ""):
        html = (
            render_to_string("calendar/_refused.html", context, request) if made.refused else ""
        )
        return JsonResponse({"text": text, "undo": undo, "html": html, "done": made.done})
    if made.refused:
        return render(request, "calendar/refused.html", context)
    tell(request, text, undo)
    return redirect(home + request.POST.get("all", "") if "all" in request.POST else home)


def _words(made: Outcome, did: str, what: str) -> str:
    def count(n: int) -> str:
        return f"{n} {what}{'' if n == 1 else 's'}"

    said = f"{did}: {count(len(made.done))}" if made.done else "Nothing was changed"
    return f"{said}. {count(len(made.refused))} left as before" if made.refused else said


@require_POST
@page
def undo(request: Request, pk: int) -> HttpResponse:
    batch = own(Batch.objects.all(), request, pk=pk)
    what = "conversation" if batch.did.startswith("conversations") else "post"
    home = reverse(
        "inbox" if what == "conversation" else "calendar", args=[request.workspace.slug]
    )
    made = undoing.take_back(batch, by=request.actor)
    text = _words(made, "As before", what)
    if made.refused:
        text += f": {made.refused[0].problem}"
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"text": text, "batch": batch.pk})
    tell(request, text)
    return redirect(home)


urlpatterns: list[Any] = [
    path("w/<slug:ws>/calendar/bulk/", posts, name="posts-bulk"),
    path("w/<slug:ws>/inbox/bulk/", conversations, name="conversations-bulk"),
    path("w/<slug:ws>/batches/<int:pk>/undo/", undo, name="batch-undo"),
]
