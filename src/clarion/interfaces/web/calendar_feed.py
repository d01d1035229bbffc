"""The calendar for other programs: a person's secret feed, made, listed and ended here."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clarion.accounts import feeds
from clarion.accounts.models import CalendarFeed, Workspace
from clarion.interfaces.web.calendar_grid import read
from clarion.interfaces.web.door import Request, own, page, tell
from clarion.kit.errors import NotYet
from clarion.publishing.planning.calendar import moments
from clarion.publishing.queries import Entry, entries_at
from clarion.strategy import days
from clarion.text.icalendar import Event, calendar
from clarion.text.shortening import shortened

BACK, AHEAD = timedelta(days=90), timedelta(days=400)
MOST = 5000  # posts in a feed
SUMMARY = 80  # characters
REFRESH = timedelta(hours=1)
SESSION = "fresh_feed"  # shown once, after the page was asked for again
TENTATIVE = frozenset({"draft", "review", "approved", "held"})


@require_GET
def read_feed(request: HttpRequest, key: str) -> HttpResponse:
    """What a calendar program fetches. The key is the proof; filters are those of the page."""
    feed = feeds.of_key(key)
    if feed is None:
        raise Http404
    workspace = feed.membership.workspace
    text = calendar(workspace.name, _events(workspace, request), REFRESH)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{workspace.slug}.ics"'
    response["Cache-Control"] = "private, max-age=300"
    return response


def _events(workspace: Workspace, request: HttpRequest) -> Iterator[Event]:
    channels = list(workspace.channels.exclude(state="gone").select_related("workspace"))
    choice = read(request.GET.dict(), workspace, channels)
    now = timezone.now()
    found = moments(workspace, choice.only, now - BACK, now + AHEAD)
    if len(found) > MOST:  # what lies ahead before what is over
        first = next((n for n, (at, _) in enumerate(found) if at >= now), len(found))
        begin = min(first, len(found) - MOST)
        found = found[begin : begin + MOST]
    host = settings.PUBLIC_URL.partition("://")[2]
    for entry in entries_at(found, workspace.zone):
        yield _of_post(entry, workspace, host)
    for note in days.between(workspace, (now - BACK).date(), (now + AHEAD).date()):
        length = (note.until - note.day).days + 1
        uid = f"note-{note.pk}@{host}"
        yield Event(uid, note.day, note.text, now, note.by, days=length)


def _of_post(entry: Entry, workspace: Workspace, host: str) -> Event:
    post = entry.post
    url = settings.PUBLIC_URL + reverse("post", args=[workspace.slug, post.pk])
    where = ", ".join(f"{c.handle} ({c.network.name})" for c in entry.channels)
    said = post.text or "No words yet"
    return Event(
        uid=f"post-{entry.ref}@{host}",
        start=entry.at or post.changed_at,
        summary=f"{entry.label}: {shortened(said, SUMMARY)}",
        changed_at=post.changed_at,
        description=f"{said}\n\n{where or 'No channel chosen yet'}\n{url}",
        url=url,
        status="TENTATIVE" if entry.standing in TENTATIVE else "CONFIRMED",
        version=post.version,
    )


# --- one's own feeds --------------------------------------------------------------------------


@require_GET
@page
def show(request: Request) -> HttpResponse:
    return _show(request)


def _show(request: Request, problem: str = "", typed: str = "") -> HttpResponse:
    rows = request.membership.feeds.order_by("-created_at", "-pk")
    context = {
        "feeds": rows,
        "fresh": request.session.pop(SESSION, None),
        "problem": problem,
        "typed": typed,
    }
    return render(request, "calendar/feeds.html", context, status=422 if problem else 200)


@require_POST
@page
def make(request: Request) -> HttpResponse:
    """The address is shown once: only the hash of its key is kept."""
    name = request.POST.get("name", "")
    try:
        feed, key = feeds.issue(request.membership, name, by=request.actor)
    except NotYet as reason:
        return _show(request, str(reason), name)
    url = settings.PUBLIC_URL + reverse("calendar-feed", args=[key])
    request.session[SESSION] = {"name": feed.name, "url": url}
    return redirect("calendar-feeds", request.workspace.slug)


@require_POST
@page
def revoke(request: Request, pk: int) -> HttpResponse:
    rows = CalendarFeed.objects.select_related("membership")
    feed = own(rows, request, "membership__workspace", pk=pk)
    feeds.revoke(feed, by=request.actor)
    tell(request, f"The feed “{feed.name}” has ended")
    return redirect("calendar-feeds", request.workspace.slug)


urlpatterns: list[Any] = [
    path("feeds/<str:key>.ics", read_feed, name="calendar-feed"),
    path("w/<slug:ws>/calendar/feeds/", show, name="calendar-feeds"),
    path("w/<slug:ws>/calendar/feeds/new/", make, name="calendar-feed-make"),
    path("w/<slug:ws>/calendar/feeds/<int:pk>/end/", revoke, name="calendar-feed-end"),
]
