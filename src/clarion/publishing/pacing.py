"""When things go out that nobody gave an hour, or that missed theirs: in order, never at once.

Everything that chooses a time by itself does it here: what is added to a queue, what a queue
or a crisis held back, what comes again. The first half is arithmetic without a database.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from clarion.channels.models import Channel
from clarion.content.models import Post, Variant
from clarion.kit.errors import NotYet
from clarion.kit.zones import known_zone, next_instant
from clarion.publishing import spacing
from clarion.publishing.models import Delivery, Queue, Slot

State = Delivery.State
GAP = timedelta(minutes=15)  # between two posts of one channel that catch up
YEARS = 5 * 366  # days that are looked ahead for an opening
MINUTE = timedelta(minutes=1)
# What holds a place in a channel's time: what will go out, and what may have gone out just now.
PLACED = frozenset(State) - {State.CANCELLED, State.REMOVED}


@dataclass(frozen=True)
class Opening:
    """One coming of a slot. `moved`: the clocks skip its minute, so it takes the next one."""

    at: datetime
    moved: bool = False


def openings(
    week: Collection[tuple[int, int]], zone: ZoneInfo, after: datetime
) -> Iterator[Opening]:
    """The moments after `after` at which a clock in `zone` shows a (weekday, minute) of `week`.

    In order, each moment once: a minute that comes twice in autumn is used at its first coming,
    and two slots that fall on one moment in spring are one opening.
    """
    last, day = after, after.astimezone(zone).date()
    for n in range(YEARS if week else 0):
        on = day + timedelta(days=n)
        midnight = datetime.combine(on, time())
        of_day = [m for weekday, m in week if weekday == on.weekday()]
        found = [Opening(*next_instant(midnight + m * MINUTE, zone)) for m in of_day]
        for opening in sorted(found, key=lambda o: (o.at, o.moved)):
            if opening.at > last:
                last = opening.at
                yield opening


def first_free(times: Iterable[Opening], taken: Collection[datetime]) -> Opening | None:
    """The first opening whose minute nobody has."""
    minutes = {at.replace(second=0, microsecond=0) for at in taken}
    return next(
        (o for o in times if o.at.replace(second=0, microsecond=0) not in minutes), None
    )


def first_gap(taken: Iterable[datetime], start: datetime, gap: timedelta = GAP) -> datetime:
    """The first moment from `start` on that keeps `gap` from all of `taken`."""
    at = start
    for other in sorted(taken):
        if other - at >= gap:
            break
        at = max(at, other + gap)
    return at


# --- of a channel ---------------------------------------------------------------------------


def usable(slots: Iterable[Slot], labels: Collection[int]) -> frozenset[tuple[int, int]]:
    """The slots that a post with these labels may use: those kept for one of them, if there
    are any; else those that are kept for none."""
    slots = list(slots)
    kept = [s for s in slots if s.label_id in labels]
    use = kept or [s for s in slots if s.label_id is None]
    return frozenset((s.weekday, s.minute) for s in use)


def taken(channel: Channel, since: datetime, *, without: Collection[int] = ()) -> set[datetime]:
    """When something of this channel goes out from then on. `without` are ids of variants."""
    rows = Delivery.objects.filter(channel=channel, state__in=PLACED, part=0)
    rows = rows.filter(Q(planned_for__gte=since) | Q(live_at__gte=since))
    pairs = rows.exclude(variant__in=without).values_list("planned_for", "live_at")
    return {at for pair in pairs for at in pair if at is not None and at >= since}


def of_channel(channel: Channel) -> Queue:
    """The row of this channel's queue, nobody else's until the transaction ends: two who choose
    a time at once must not choose the same."""
    Queue.objects.get_or_create(channel=channel)
    return Queue.objects.select_for_update().get(channel=channel)


def next_free(variant: Variant, after: datetime, *, without: Collection[int] = ()) -> Opening:
    """The next free slot of its channel for this variant, as its rules allow.

    `without`: ids of variants whose times are free for it, too. Raises NotYet where there is
    no slot.
    """
    channel = variant.channel
    of_channel(channel)
    labels = set(variant.post.labels.values_list("pk", flat=True))
    week = usable(channel.slots.all(), labels)
    comings = openings(week, known_zone(channel.zone_name), after)
    held = taken(channel, after - MINUTE, without={variant.pk, *without})
    rules = spacing.rules(variant)
    if found := first_free((o for o in comings if rules.allows(o.at)), held):
        return found
    if Slot.objects.filter(channel=channel).exists():
        why = f"No slot of {channel.handle} is free for it: they are kept for other labels."
        why = f"{why} Or its rules leave no time."
    else:
        why = f"{channel.handle} has no slots yet. Add some on its queue page."
    raise NotYet(f"{why} Or choose a time.", "at")


# --- what missed its time -------------------------------------------------------------------


@dataclass(frozen=True)
class Timed:
    """A delivery that was given another time."""

    delivery: Delivery
    before: datetime
    at: datetime


@transaction.atomic
def catch_up(waiting: QuerySet[Delivery], now: datetime | None = None) -> list[Timed]:
    """New times for planned deliveries whose time has passed while they were held back.

    In the order of their old times: what a queue times goes to the next free slots of its
    channel, all else keeps a gap of GAP from whatever goes out there. What is still ahead
    keeps its time. Call it before they may go again: it needs no permission, its callers do.
    """
    now = now or timezone.now()
    missed = waiting.filter(state=State.PLANNED, planned_for__lte=now, lease=None)
    rows = missed.select_related(
        "channel__workspace", "variant__post", "variant__channel__workspace"
    ).order_by("planned_for", "variant", "part")
    groups = _by_variant(rows)
    done: list[Timed] = []
    while groups:
        parts = groups[next(iter(groups))]
        at = _another_time(parts[0], now, still=list(groups))
        done += [timed for part in parts if (timed := give(part, at))]
        del groups[parts[0].variant_id]
        note_time(parts[0].variant.post_id)
    return done


def _by_variant(rows: Iterable[Delivery]) -> dict[int, list[Delivery]]:
    found: dict[int, list[Delivery]] = {}
    for row in rows:
        found.setdefault(row.variant_id, []).append(row)
    return found


def _another_time(first: Delivery, now: datetime, still: Collection[int]) -> datetime:
    """A thread that has begun goes on; it does not wait for another slot. `still` are ids of
    variants that have missed their time, so that they keep nothing free."""
    if first.variant.queued and first.part == 0:
        try:
            return next_free(first.variant, now, without=still).at
        except NotYet:  # its slots are gone
            pass
    of_channel(first.channel)
    return first_gap(taken(first.channel, now - GAP, without=still), now)


def give(delivery: Delivery, at: datetime) -> Timed | None:
    """Another time for one that waits. None if a worker has just taken it."""
    before = delivery.planned_for
    values = {"planned_for": at, "due_at": at if delivery.due_at else None}
    if not delivery.maybe_out:
        values["stamp"] = at
    won = delivery.state in (State.PLANNED, State.HELD) and delivery.compare_and_set(values)
    return Timed(delivery, before, at) if won else None


def note_time(post_id: int) -> None:
    """A post whose times queues choose shows the first of them on the calendar. It is no part
    of what was approved."""
    times = Delivery.objects.filter(variant__post=post_id).exclude(state=State.CANCELLED)
    first = times.order_by("planned_for").first()
    by_hand = Variant.objects.filter(post=post_id, queued=False)
    if first is not None and not by_hand.exists():
        Post.objects.filter(pk=post_id).update(planned_for=first.planned_for)


def unpaused() -> Q:
    """Deliveries whose queue does not hold them back."""
    return (
        Q(variant__queued=False)
        | Q(channel__queue__isnull=True)
        | Q(channel__queue__paused_at=None)
    )


# --- in the queue ---------------------------------------------------------------------------


def in_queue(channel: Channel) -> QuerySet[Delivery]:
    """What waits for its slot, in order: the rows themselves are the queue."""
    rows = Delivery.objects.filter(
        channel=channel, state=State.PLANNED, part=0, variant__queued=True
    )
    return rows.select_related(
        "channel__workspace", "variant__post__workspace", "variant__channel__workspace"
    ).order_by("planned_for", "pk")


def dealt(
    order: Sequence[Delivery], lanes: Mapping[int, Hashable]
) -> list[tuple[Delivery, datetime]]:
    """The times that these rows have, dealt anew in this order.

    Rows of one lane (by the id of the row) change times with each other only, so no time is
    made up, none is used twice, and a slot kept for a label stays with it.
    """
    times: dict[Hashable, list[datetime]] = {}
    for row in order:
        times.setdefault(lanes[row.pk], []).append(row.planned_for)
    left = {key: iter(sorted(found)) for key, found in times.items()}
    return [(row, next(left[lanes[row.pk]])) for row in order]
