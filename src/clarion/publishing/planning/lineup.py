"""The queue of a channel, ready to be shown: what waits, when it goes, which slots are free."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from django.db.models import Count, Min
from django.utils import timezone

from clarion.accounts.models import Workspace
from clarion.channels.models import Channel
from clarion.content.models import Post
from clarion.kit.zones import known_zone
from clarion.publishing import pacing, spacing
from clarion.publishing.models import Delivery, Queue, Repetition, Slot
from clarion.text.shortening import shortened

FREE = 5  # free slots that are shown ahead
SHORT = 140  # characters


@dataclass(frozen=True)
class Line:
    """One post that waits. `at` is in the zone of the channel."""

    delivery: int
    post: int
    text: str
    at: datetime
    moved: bool  # the clocks skip its slot's minute
    is_slot: bool  # else the slot it had is gone
    missed: bool  # its time went by while the queue was paused
    labels: Sequence[str]
    warning: str
    state: str  # of the post: what is no longer approved will not go out
    again: int  # how often it has come again; 0: it is new


@dataclass(frozen=True)
class Lineup:
    """The queue of one channel."""

    row: Channel
    queue: Queue
    slots: Sequence["SlotLine"]
    waiting: Sequence[Line]
    free: Sequence[datetime]

    @property
    def channel(self) -> int:
        return self.row.pk

    @property
    def time_zone(self) -> str:
        return self.row.zone_name

    @property
    def paused_at(self) -> datetime | None:
        return self.queue.paused_at

    @property
    def paused_by(self) -> str:
        return self.queue.paused_by

    @property
    def apart_days(self) -> int:
        return self.queue.apart_days

    @property
    def apart_blocks(self) -> bool:
        return self.queue.apart_blocks


@dataclass(frozen=True)
class SlotLine:
    weekday: int
    minute: int
    label: str

    @property
    def clock(self) -> str:
        return f"{self.minute // 60:02}:{self.minute % 60:02}"


def of(channel: Channel) -> Lineup:
    """Everything the page of a queue shows."""
    queue = Queue.objects.filter(channel=channel).first() or Queue(channel=channel)
    slots = list(Slot.objects.filter(channel=channel).select_related("label"))
    zone, now = known_zone(channel.zone_name), timezone.now()
    rows = list(pacing.in_queue(channel))
    comings = {o.at: o for o in _until(slots, zone, now, rows)}
    posts = [row.variant.post_id for row in rows]
    labels, again = _labels(posts), _again(posts)
    watched = bool(queue.apart_days) or bool(again)
    return Lineup(
        row=channel,
        queue=queue,
        slots=[SlotLine(s.weekday, s.minute, s.label.name if s.label else "") for s in slots],
        waiting=[
            Line(
                delivery=row.pk,
                post=row.variant.post_id,
                text=shortened(row.variant.words, SHORT) or "A post without words",
                at=row.planned_for.astimezone(zone),
                moved=row.planned_for in comings and comings[row.planned_for].moved,
                is_slot=row.planned_for in comings,
                missed=row.planned_for <= now,
                labels=labels.get(row.variant.post_id, []),
                warning=spacing.rules(row.variant).why_not(row.planned_for) if watched else "",
                state=row.variant.post.state,
                again=again.get(row.variant.post_id, 0),
            )
            for row in rows
        ],
        free=_free(channel, slots, zone, now),
    )


def _until(
    slots: Sequence[Slot], zone: ZoneInfo, now: datetime, rows: Sequence[Delivery]
) -> Sequence[pacing.Opening]:
    """The comings of the slots up to the last row."""
    week = {(s.weekday, s.minute) for s in slots}
    last = max((row.planned_for for row in rows), default=now)
    found = []
    for opening in pacing.openings(week, zone, now):
        if opening.at > last:
            break
        found.append(opening)
    return found


def _free(
    channel: Channel, slots: Sequence[Slot], zone: ZoneInfo, now: datetime
) -> list[datetime]:
    minutes = {at.replace(second=0, microsecond=0) for at in pacing.taken(channel, now)}
    week = {(s.weekday, s.minute) for s in slots}
    free = (o.at for o in pacing.openings(week, zone, now) if o.at not in minutes)
    return [at.astimezone(zone) for at in islice(free, FREE)]


def _labels(posts: Sequence[int]) -> dict[int, list[str]]:
    through = Post.labels.through.objects.filter(post__in=posts).order_by("label__name")
    found: dict[int, list[str]] = {}
    for post, name in through.values_list("post_id", "label__name"):
        found.setdefault(post, []).append(name)
    return found


def _again(posts: Sequence[int]) -> Mapping[int, int]:
    return dict(Repetition.objects.filter(post__in=posts).values_list("post", "number"))


@dataclass(frozen=True)
class Brief:
    """A queue among others."""

    channel: Channel
    slots: int
    waiting: int
    next_at: datetime | None
    paused: bool


def every(workspace: Workspace) -> list[Brief]:
    """The queue of each channel that is not removed."""
    channels = Channel.objects.filter(workspace=workspace).exclude(state=Channel.State.GONE)
    waiting = Delivery.objects.filter(
        channel__in=channels, state=Delivery.State.PLANNED, part=0, variant__queued=True
    )
    told = waiting.values("channel").annotate(n=Count("pk"), at=Min("planned_for"))
    known = {row["channel"]: row for row in told}
    rows = channels.select_related("workspace", "queue").annotate(of_week=Count("slots"))
    return [
        Brief(
            channel=row,
            slots=row.of_week,
            waiting=known[row.pk]["n"] if row.pk in known else 0,
            next_at=known[row.pk]["at"] if row.pk in known else None,
            paused=bool(getattr(row, "queue", None) and row.queue.paused_at),
        )
        for row in rows.order_by("pk")
    ]
