"""What a day of the calendar says beside its posts: holidays, notes, hours worth trying."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clarion.accounts.models import Workspace
from clarion.channels.models import Channel
from clarion.interfaces.web.calendar_grid import Choice, Ghost, Marks, day_of, number
from clarion.interfaces.web.door import Request, own, page, tell, undone
from clarion.kit import holidays
from clarion.kit.errors import NotYet
from clarion.kit.zones import known_zone
from clarion.measurement import times
from clarion.publishing.planning import openings
from clarion.strategy import days
from clarion.strategy.models import DayNote

SLOTS = 3  # of each channel that are proposed
A_DAY = 2  # ghosts
FREE = 6  # hours named beside the best ones


def marks(
    workspace: Workspace, choice: Choice, channels: Sequence[Channel], *, hints: bool
) -> dict[date, Marks]:
    """Day -> what it says. `hints`: propose hours too."""
    span = choice.span
    free = holidays.between(workspace.country, span.start, span.end)
    notes = _by_day(days.between(workspace, span.start, span.end))
    ghosts = _ghosts(choice, channels, workspace) if hints and choice.hints else {}
    return {
        day: Marks(free.get(day, ""), notes.get(day, ()), ghosts.get(day, ()))
        for day in {*free, *notes, *ghosts}
    }


def _by_day(notes: Iterable[DayNote]) -> dict[date, list[DayNote]]:
    found: dict[date, list[DayNote]] = defaultdict(list)
    for note in notes:
        for n in range((note.until - note.day).days + 1):
            found[note.day + timedelta(days=n)].append(note)
    return found


def _ghosts(
    choice: Choice, channels: Sequence[Channel], workspace: Workspace
) -> Mapping[date, Sequence[Ghost]]:
    """The best hours ahead on which nothing of that channel stands yet, a few each day."""
    looked = [c for c in channels if choice.only.channel in (None, c.pk) and c.is_open]
    now, (start, end) = timezone.now(), choice.span.moments
    if end <= now or not looked:
        return {}
    apart = timedelta(minutes=workspace.spacing_minutes)
    taken = openings.taken_on(looked, max(start, now) - apart, end + apart)
    found: dict[date, list[Ghost]] = defaultdict(list)
    for at, slot in _proposed(looked, choice, now):
        if _is_free(at, taken[slot.channel.pk], apart):
            local = at.astimezone(choice.zone)
            found[local.date()].append(Ghost(local, slot))
    return {day: _few(ghosts) for day, ghosts in found.items()}


def _proposed(
    channels: Sequence[Channel], choice: Choice, now: datetime
) -> Iterator[tuple[datetime, times.Slot]]:
    for best in times.best(channels):
        for slot in best.promising[:SLOTS]:
            for at in times.comings(slot, choice.span.start, choice.span.end, now):
                yield at, slot


def _few(ghosts: Sequence[Ghost]) -> list[Ghost]:
    """The best of a day, in the order of the day."""
    best = sorted(ghosts, key=lambda ghost: -ghost.slot.shrunk)[:A_DAY]
    return sorted(best, key=lambda ghost: ghost.at)


def _is_free(at: datetime, taken: Sequence[datetime], apart: timedelta) -> bool:
    """Its whole hour is, and the spacing before it."""
    place = bisect_left(taken, at - apart)
    return place == len(taken) or taken[place] >= at + max(apart, timedelta(hours=1))


# --- notes ------------------------------------------------------------------------------------


@require_POST
@page
def add_note(request: Request) -> HttpResponse:
    """Also the way back for one that was removed: then the address says all of it."""
    asked = request.GET if "text" in request.GET else request.POST
    made = days.note(
        request.workspace,
        _day(asked, "day"),
        asked.get("text", ""),
        until=_day(asked, "until") if asked.get("until") else None,
        by=request.actor,
    )
    words = f"Noted on {made.day:%a} {made.day.day} {made.day:%b}: {made.text}"
    if asked is request.GET:
        return undone(request, words, _calendar(request, made.day))
    tell(request, words)
    return redirect(_calendar(request, made.day))


@require_http_methods(["GET", "POST"])
@page
def note(request: Request, pk: int) -> HttpResponse:
    """One note, to change or to remove: beside its day, or on a page of its own."""
    found = own(DayNote.objects.all(), request, pk=pk)
    if request.method == "POST":
        return _change(request, found)
    part = request.headers.get("HX-Request") == "true"
    context = {"note": found, "may_note": request.actor.can_somewhere("write")}
    return render(request, f"calendar/{'_note' if part else 'note'}.html", context)


def _change(request: Request, found: DayNote) -> HttpResponse:
    day = found.day
    if request.POST.get("do") == "remove":
        was = urlencode({"day": day, "until": found.until, "text": found.text})
        days.remove(found, by=request.actor)
        undo = reverse("day-note-add", args=[request.workspace.slug])
        tell(request, "The note is gone", f"{undo}?{was}")
        return redirect(_calendar(request, day))
    first, last = _day(request.POST, "day"), _day(request.POST, "until")
    text = request.POST.get("text", "")
    days.change(found, text=text, day=first, until=last, by=request.actor)
    tell(request, "The note is changed")
    return redirect(_calendar(request, first))


def _day(asked: Mapping[str, str], name: str) -> date:
    day = day_of(asked.get(name, ""))
    if day is None:
        raise NotYet("Choose a day.", name)
    return day


def _calendar(request: Request, day: date) -> str:
    return f"{reverse('calendar', args=[request.workspace.slug])}?d={day.isoformat()}"


# --- hours ------------------------------------------------------------------------------------


@require_GET
@page
def why(request: Request) -> HttpResponse:
    """What speaks for one hour, beside its ghost."""
    channel = own(_channels(request), request, pk=number(request.GET.get("channel", "")) or 0)
    key = request.GET.get("slot", "")
    [best] = times.best([channel])
    slot = next((s for s in best.slots if f"{s.weekday}-{s.hour}" == key), None)
    context = {"slot": slot, "best": best, "at": request.GET.get("at", "")[:16]}
    context |= {"formula": times.FORMULA, "method": times.METHOD, "source": times.SOURCE}
    return render(request, "calendar/_why.html", context)


@require_GET
@page
def best_times(request: Request) -> HttpResponse:
    """Each channel's hours in order, with n and interval; and the next hours that are free."""
    channels = list(_channels(request).order_by("pk"))
    asked = number(request.GET.get("days", "")) or times.DAYS
    back = min(max(asked, 7), times.DAYS_MAX)
    chosen = number(request.GET.get("channel", ""))
    looked = [c for c in channels if chosen in (None, c.pk)]
    now = timezone.now()
    context = {
        "found": times.best(looked, back),
        "days": back,
        "choices": (30, 90, 180, 365),
        "channels": channels,
        "chosen": chosen,
        "formula": times.FORMULA,
        "method": times.METHOD,
        "source": times.SOURCE,
        "least": times.LEAST,
        "free": [
            (c, openings.free(request.workspace, [c], known_zone(c.zone_name), now, FREE))
            for c in looked[:1]
        ],
        "zone": known_zone(looked[0].zone_name) if looked else request.workspace.zone,
    }
    return render(request, "calendar/times.html", context)


def _channels(request: Request) -> Any:
    rows = Channel.objects.filter(workspace=request.workspace).exclude(state="gone")
    return rows.select_related("workspace")


urlpatterns: list[Any] = [
    path("w/<slug:ws>/calendar/notes/", add_note, name="day-note-add"),
    path("w/<slug:ws>/calendar/notes/<int:pk>/", note, name="day-note"),
    path("w/<slug:ws>/calendar/times/", best_times, name="best-times"),
    path("w/<slug:ws>/calendar/times/why/", why, name="best-time-why"),
]
