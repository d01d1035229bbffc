"""Queues: when each channel posts if nobody chooses the hour, and what waits there."""

import json
from collections.abc import Sequence
from typing import Any

from django.core import signing
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from clarion.channels.models import Channel
from clarion.content.library import LABEL_MAX
from clarion.content.models import Label
from clarion.interfaces.web.door import Request, own, page, tell, undone
from clarion.kit.errors import NotYet
from clarion.kit.zones import known_zone
from clarion.publishing.models import Repeat
from clarion.publishing.planning import lineup, queues, repeats
from clarion.publishing.planning.queues import Time

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SALT = "queue.order"


@page
def show(request: Request) -> HttpResponse:
    """All queues, each with what waits and when the next one goes."""
    return render(request, "queues/all.html", {"queues": lineup.every(request.workspace)})


@page
def one(request: Request, pk: int) -> HttpResponse:
    return _one(request, _channel(request, pk))


def _one(
    request: Request, channel: Channel, problem: NotYet | None = None, typed: str = ""
) -> HttpResponse:
    seen = lineup.of(channel)
    context = {
        "channel": channel,
        "line": seen,
        "week": [
            (name, [s for s in seen.slots if s.weekday == n]) for n, name in enumerate(DAYS)
        ],
        "days": list(enumerate(DAYS)),
        "order": " ".join(str(w.delivery) for w in seen.waiting),
        "labels": Label.objects.filter(workspace=request.workspace),
        "again": [(row, repeats.ahead(row, 3)) for row in _repeats(channel)],
        "may": request.actor.can("publish", channel.pk),
        "problem": problem,
        "typed": typed,
    }
    with timezone.override(known_zone(channel.zone_name)):
        return render(request, "queues/one.html", context, status=422 if problem else 200)


def _repeats(channel: Channel) -> QuerySet[Repeat]:
    rows = Repeat.objects.filter(origin__variants__channel=channel)
    return rows.select_related("origin__workspace").order_by("-pk")


# --- the order ------------------------------------------------------------------------------


@page
@require_POST
def arrange(request: Request, pk: int) -> HttpResponse:
    """A new order: of all that waits, or one of them some places up or down."""
    channel = _channel(request, pk)
    said = request.POST
    if said.get("delivery"):
        order = queues.placed(channel, _number(said["delivery"]), _number(said.get("by", "")))
    else:
        order = [_number(each) for each in said.get("order", "").split()]
    was = queues.arrange(channel, order, by=request.actor)
    token = signing.dumps({"channel": pk, "order": was}, salt=SALT)
    undo = f"{reverse('queue-order-back', args=[request.workspace.slug, pk])}?token={token}"
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"text": "Moved", "undo": undo})
    tell(request, "Moved", undo)
    return redirect(_page(request, pk))


@page
@require_POST
def back(request: Request, pk: int) -> HttpResponse:
    """The order before, if the queue is still the same."""
    channel = _channel(request, pk)
    try:
        said = signing.loads(request.GET.get("token", ""), salt=SALT, max_age=3600)
    except signing.BadSignature:
        said = {}
    if said.get("channel") != pk:
        raise NotYet("The way back is open for an hour, from the notice that offered it.")
    queues.arrange(channel, said["order"], by=request.actor)
    return undone(request, "Back in the order before", _page(request, pk))


@page
@require_POST
def close_gaps(request: Request, pk: int) -> HttpResponse:
    moved = queues.close_gaps(_channel(request, pk), by=request.actor)
    tell(request, f"{moved} moved up" if moved else "There was no gap to close")
    return redirect(_page(request, pk))


# --- slots ----------------------------------------------------------------------------------


@page
@require_POST
def add_slot(request: Request, pk: int) -> HttpResponse:
    """One time, on each of the days ticked."""
    channel, said = _channel(request, pk), request.POST
    try:
        fresh = _times(said.getlist("days"), said.get("time", ""), said.get("label", ""))
        have = {(t.weekday, t.minute): t for t in _slots(channel)}
        have |= {(t.weekday, t.minute): t for t in fresh}
        queues.set_slots(channel, list(have.values()), by=request.actor)
    except NotYet as reason:
        return _one(request, channel, reason, said.get("time", ""))
    tell(request, f"{len(fresh)} slot{'' if len(fresh) == 1 else 's'} added")
    return redirect(_page(request, pk))


@page
@require_POST
def remove_slot(request: Request, pk: int) -> HttpResponse:
    channel, said = _channel(request, pk), request.POST
    gone = (_number(said.get("weekday", "")), _number(said.get("minute", "")))
    before = _slots(channel)
    left = [t for t in before if (t.weekday, t.minute) != gone]
    queues.set_slots(channel, left, by=request.actor)
    was = [[t.weekday, t.minute, t.label] for t in before]
    token = signing.dumps({"channel": pk, "slots": was}, salt=SALT)
    undo = reverse("queue-slots-back", args=[request.workspace.slug, pk])
    tell(request, "Slot removed", f"{undo}?token={token}")
    return redirect(_page(request, pk))


@page
@require_POST
def slots_back(request: Request, pk: int) -> HttpResponse:
    channel = _channel(request, pk)
    try:
        said = signing.loads(request.GET.get("token", ""), salt=SALT, max_age=3600)
    except signing.BadSignature:
        said = {}
    if said.get("channel") != pk:
        raise NotYet("The way back is open for an hour, from the notice that offered it.")
    queues.set_slots(channel, [Time(*each) for each in said["slots"]], by=request.actor)
    return undone(request, "The slot is back", _page(request, pk))


def _times(days: Sequence[str], clock: str, label: str) -> list[Time]:
    hour, _, minute = clock.partition(":")
    if not (hour.isdecimal() and minute[:2].isdecimal()):
        raise NotYet("Choose a time of day.", "time")
    if not days:
        raise NotYet("Choose at least one day.", "days")
    at = int(hour[:2]) * 60 + int(minute[:2])
    return [Time(_number(day), at, label.strip()[:LABEL_MAX]) for day in days]


def _slots(channel: Channel) -> list[Time]:
    rows = channel.slots.select_related("label")
    return [Time(s.weekday, s.minute, s.label.name if s.label else "") for s in rows]


# --- pausing, rules -------------------------------------------------------------------------


@page
@require_POST
def pause(request: Request, pk: int) -> HttpResponse:
    queues.pause(_channel(request, pk), by=request.actor)
    undo = reverse("queue-resume", args=[request.workspace.slug, pk])
    tell(request, "Paused. Everything in the queue waits", undo)
    return redirect(_page(request, pk))


@page
@require_POST
def resume(request: Request, pk: int) -> HttpResponse:
    later = len(queues.resume(_channel(request, pk), by=request.actor))
    missed = f". {later} that missed their slot took the next free ones" if later else ""
    return undone(request, f"The queue goes on{missed}", _page(request, pk))


@page
@require_POST
def keep_apart(request: Request, pk: int) -> HttpResponse:
    channel, said = _channel(request, pk), request.POST
    try:
        days = _number(said.get("days", "") or "0")
        queues.keep_apart(channel, days, block=bool(said.get("block")), by=request.actor)
    except NotYet as reason:
        return _one(request, channel, reason)
    tell(request, "Saved")
    return redirect(_page(request, pk))


# --- what comes again -----------------------------------------------------------------------


@page
@require_POST
def stop_repeat(request: Request, pk: int) -> HttpResponse:
    row = _repeat(request, pk)
    repeats.stop(row, by=request.actor)
    undo = reverse("repeat-agree", args=[request.workspace.slug, pk])
    asked = f"?queue={request.POST['queue']}" if request.POST.get("queue") else ""
    tell(request, "It does not come again. What is planned already stays", f"{undo}{asked}")
    return redirect(_after(request, row))


@page
@require_POST
def agree_repeat(request: Request, pk: int) -> HttpResponse:
    row = _repeat(request, pk)
    repeats.agree(row, by=request.actor)
    return undone(request, "It comes again", _after(request, row))


def _repeat(request: Request, pk: int) -> Repeat:
    rows = Repeat.objects.select_related("origin__workspace")
    return own(rows, request, "origin__workspace", pk=pk)


def _after(request: Request, row: Repeat) -> str:
    """Back to the queue it was done from, or to the page of what comes again."""
    queue = _number(request.POST.get("queue") or request.GET.get("queue", ""))
    if Channel.objects.filter(workspace=request.workspace, pk=queue).exists():
        return _page(request, queue)
    return reverse("post-again", args=[request.workspace.slug, row.origin_id])


def _channel(request: Request, pk: int) -> Channel:
    return own(Channel.objects.select_related("workspace"), request, pk=pk)


def _page(request: Request, pk: int) -> str:
    return reverse("queue", args=[request.workspace.slug, pk])


def _number(text: Any) -> int:
    """A whole number as it was sent; -1 for what is none, which no row and no slot has."""
    try:
        found = json.loads(str(text)) if len(str(text)) < 18 else -1
    except ValueError:
        return -1
    return found if isinstance(found, int) else -1


HERE = "w/<slug:ws>/queues/"
urlpatterns = [
    path(HERE, show, name="queues"),
    path(f"{HERE}<int:pk>/", one, name="queue"),
    path(f"{HERE}<int:pk>/order/", arrange, name="queue-order"),
    path(f"{HERE}<int:pk>/order/back/", back, name="queue-order-back"),
    path(f"{HERE}<int:pk>/close-gaps/", close_gaps, name="queue-close-gaps"),
    path(f"{HERE}<int:pk>/slots/add/", add_slot, name="queue-slot-add"),
    path(f"{HERE}<int:pk>/slots/remove/", remove_slot, name="queue-slot-remove"),
    path(f"{HERE}<int:pk>/slots/back/", slots_back, name="queue-slots-back"),
    path(f"{HERE}<int:pk>/pause/", pause, name="queue-pause"),
    path(f"{HERE}<int:pk>/resume/", resume, name="queue-resume"),
    path(f"{HERE}<int:pk>/spacing/", keep_apart, name="queue-spacing"),
    path(f"{HERE}repeats/<int:pk>/stop/", stop_repeat, name="repeat-stop"),
    path(f"{HERE}repeats/<int:pk>/agree/", agree_repeat, name="repeat-agree"),
]
