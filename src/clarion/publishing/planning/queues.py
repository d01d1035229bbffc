"""What people do with the queue of a channel: its slots, its order, pausing it, its rules.

The order of a queue is not part of what was approved: the approver agreed to "when its queue
comes to it". So arranging needs no new approval, and nothing here writes one.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from clarion.accounts.journal import record
from clarion.accounts.rights import Actor
from clarion.channels.models import Channel
from clarion.content.library import labels
from clarion.content.models import Label, Post
from clarion.kit.errors import Conflict, NotYet
from clarion.publishing import actions, pacing, spacing
from clarion.publishing.models import DAY, Delivery, Queue, Slot
from clarion.publishing.sending.pauses import stop_claims

SLOTS_MAX = 7 * 48  # one every half hour
APART_MAX = 365  # days
MOVED_ON = "The queue has changed since you looked at it. Look again, then arrange it."


@dataclass(frozen=True)
class Time:
    """A slot as somebody asks for it."""

    weekday: int  # 0 is Monday
    minute: int  # of the day
    label: str = ""


# --- slots ----------------------------------------------------------------------------------


@transaction.atomic
def set_slots(channel: Channel, times: Sequence[Time], *, by: Actor) -> list[Slot]:
    """These are the channel's slots from now on, and no others. What waits in the queue moves
    to them, in its order."""
    by.must("publish", channel.workspace_id, channel.pk)
    pacing.of_channel(channel)
    _must_be_slots(times)
    before = [str(s) for s in channel.slots.all()]
    names = {t.label.strip() for t in times} - {""}
    known: dict[str, Label] = {
        label.name: label for label in labels(channel.workspace, sorted(names))
    }
    channel.slots.all().delete()
    slots = Slot.objects.bulk_create(
        Slot(
            channel=channel,
            weekday=t.weekday,
            minute=t.minute,
            label=known.get(t.label.strip()),
        )
        for t in times
    )
    _fit(channel)
    after = {"slots": [str(s) for s in channel.slots.all()]}
    record(by, "queue.slots", f"Channel {channel.pk}", {"slots": before}, after)
    return slots


def _must_be_slots(times: Sequence[Time]) -> None:
    if len(times) > SLOTS_MAX:
        raise NotYet(f"A week has room for {SLOTS_MAX} slots. Leave some out.", "slots")
    if any(not (0 <= t.weekday < 7 and 0 <= t.minute < DAY) for t in times):
        raise NotYet(
            "A slot is a weekday, 0 to 6, and a minute of the day, 0 to 1439.", "slots"
        )
    if len({(t.weekday, t.minute) for t in times}) < len(times):
        raise NotYet("Two slots are at the same minute. Leave one of them out.", "slots")


@transaction.atomic
def close_gaps(channel: Channel, *, by: Actor) -> int:
    """Let what waits move up into slots that became free. Returns how many moved."""
    by.must("publish", channel.workspace_id, channel.pk)
    pacing.of_channel(channel)
    moved = _fit(channel)
    record(by, "queue.closed_up", f"Channel {channel.pk}", after={"moved": moved})
    return moved


def _fit(channel: Channel) -> int:
    """Deal the earliest slots to what waits, in its order. What finds none keeps its time."""
    rows, now, moved = list(pacing.in_queue(channel)), timezone.now(), 0
    for n, row in enumerate(rows):
        still = [r.variant_id for r in rows[n:]]
        try:
            at = pacing.next_free(row.variant, now, without=still).at
        except NotYet:
            continue
        if at != row.planned_for and _give(row, at):
            moved += 1
    return moved


def _give(row: Delivery, at: datetime) -> bool:
    parts = Delivery.objects.filter(variant=row.variant_id, state=Delivery.State.PLANNED)
    given = [pacing.give(part, at) for part in parts]
    pacing.note_time(row.variant.post_id)
    return all(given)


# --- order ----------------------------------------------------------------------------------


@transaction.atomic
def arrange(channel: Channel, order: Sequence[int], *, by: Actor) -> list[int]:
    """Let the queue go out in this order of deliveries, in the slots it has. Returns the order
    before, which takes it back. Raises Conflict when it is not the same queue any more.
    """
    by.must("publish", channel.workspace_id, channel.pk)
    pacing.of_channel(channel)
    rows = {row.pk: row for row in pacing.in_queue(channel)}
    if sorted(order) != sorted(rows):
        raise Conflict(MOVED_ON)
    dealt = pacing.dealt([rows[pk] for pk in order], lanes(channel, list(rows.values())))
    moved = [row for row, at in dealt if row.planned_for != at and _changed(row, at)]
    for row in moved:
        row.refresh_from_db(fields=["planned_for"])
        if why := spacing.rules(row.variant).why_not(row.planned_for):
            raise NotYet(why)
    record(
        by, "queue.arranged", f"Channel {channel.pk}", {"order": list(rows)}, {"order": order}
    )
    return list(rows)


def _changed(row: Delivery, at: datetime) -> bool:
    if not _give(row, at):
        raise Conflict(MOVED_ON)
    return True


def lanes(channel: Channel, rows: Sequence[Delivery]) -> dict[int, Hashable]:
    """Delivery id -> the slots it may use. Rows with the same ones can change places."""
    pairs = Post.labels.through.objects.filter(post__in=[r.variant.post_id for r in rows])
    mine: dict[int, set[int]] = {}
    for post, label in pairs.values_list("post_id", "label_id"):
        mine.setdefault(post, set()).add(label)
    slots = list(channel.slots.all())
    return {r.pk: pacing.usable(slots, mine.get(r.variant.post_id, set())) for r in rows}


def placed(channel: Channel, delivery: int, steps: int) -> list[int]:
    """The order with one delivery so many places further back (or up, below zero) among those
    that it can change places with."""
    rows = list(pacing.in_queue(channel))
    lane = lanes(channel, rows)
    if delivery not in lane:
        raise Conflict(MOVED_ON)
    mine = [r.pk for r in rows if lane[r.pk] == lane[delivery]]
    at = mine.index(delivery)
    to = max(0, min(len(mine) - 1, at + steps))
    mine.insert(to, mine.pop(at))
    again = iter(mine)
    return [next(again) if lane[r.pk] == lane[delivery] else r.pk for r in rows]


@transaction.atomic
def share_next(post: Post, *, by: Actor) -> list[Delivery]:
    """Add it to the queues of its channels, before all else that waits there."""
    planned = actions.add_to_queue(post, by=by)
    for row in planned:
        if row.part == 0 and row.variant.queued and row.state == Delivery.State.PLANNED:
            order = placed(row.channel, row.pk, -len(pacing.in_queue(row.channel)))
            arrange(row.channel, order, by=by)
    return list(Delivery.objects.filter(pk__in=[row.pk for row in planned]).order_by("pk"))


# --- pausing --------------------------------------------------------------------------------


@transaction.atomic
def pause(channel: Channel, *, by: Actor) -> Queue:
    """Hold everything that is in the queue. What was given a time by hand goes on."""
    by.must("publish", channel.workspace_id, channel.pk)
    stop_claims()
    queue = pacing.of_channel(channel)
    if queue.paused_at:
        raise Conflict("It is paused already.")
    queue.paused_at, queue.paused_by = timezone.now(), by.name[:200]
    queue.save(update_fields=["paused_at", "paused_by"])
    record(by, "queue.paused", f"Channel {channel.pk}")
    return queue


@transaction.atomic
def resume(channel: Channel, *, by: Actor) -> list[pacing.Timed]:
    """Let it go on. What missed its slot goes to the next free ones, in order."""
    by.must("publish", channel.workspace_id, channel.pk)
    queue = pacing.of_channel(channel)
    if not queue.paused_at:
        raise Conflict("It is not paused any more.")
    timed = pacing.catch_up(Delivery.objects.filter(channel=channel, variant__queued=True))
    queue.paused_at, queue.paused_by = None, ""
    queue.save(update_fields=["paused_at", "paused_by"])
    record(by, "queue.resumed", f"Channel {channel.pk}", after={"later": len(timed)})
    return timed


# --- rules ----------------------------------------------------------------------------------


@transaction.atomic
def keep_apart(channel: Channel, days: int, *, block: bool = False, by: Actor) -> Queue:
    """How many days at least lie between two posts with the same link or picture; 0: no rule.

    Machines keep to it. A person who chooses the hour is warned, or refused with `block`.
    """
    by.must("publish", channel.workspace_id, channel.pk)
    if not 0 <= days <= APART_MAX:
        raise NotYet(f"Choose 0 to {APART_MAX} days.", "days")
    queue = pacing.of_channel(channel)
    before = {"days": queue.apart_days, "block": queue.apart_blocks}
    queue.apart_days, queue.apart_blocks = days, block
    queue.save(update_fields=["apart_days", "apart_blocks"])
    record(by, "queue.spacing", f"Channel {channel.pk}", before, {"days": days, "block": block})
    return queue


def warnings(post: Post, typed: datetime | None = None) -> list[str]:
    """What of a post is nearer to its like than its channels want, at the times it has.

    `typed`: a time that somebody is about to choose for what has none of its own.
    """
    told = []
    waiting = Q(deliveries__isnull=True) | Q(deliveries__state=Delivery.State.PLANNED)
    rows = post.variants.filter(waiting, sent_at=None).distinct()
    for variant in rows.select_related("channel__workspace", "post__workspace"):
        row = variant.deliveries.filter(part=0, state=Delivery.State.PLANNED).first()
        at = row.planned_for if row else (None if variant.queued else variant.at)
        at = typed if typed and not variant.planned_for else at
        if at and (why := spacing.rules(variant).why_not(at)):
            told.append(why)
    return told
