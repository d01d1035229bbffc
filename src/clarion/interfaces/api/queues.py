"""Queues over the API: a channel's slots, its order, pausing it, its rules."""

from datetime import datetime

from django.db.models import QuerySet
from ninja import Schema
from pydantic import Field

from clarion.channels.models import Channel
from clarion.content.models import Post
from clarion.interfaces.api.content import posts, shown
from clarion.interfaces.api.door import Request, all_named, own
from clarion.interfaces.api.publishing import PlannedShape, deliveries
from clarion.interfaces.api.shapes import Id, In, Word
from clarion.interfaces.api.stage import Stage
from clarion.publishing import actions
from clarion.publishing.planning import lineup, queues
from clarion.publishing.planning.queues import Time

stage = Stage()


# --- shapes ---------------------------------------------------------------------------------


class SlotShape(Schema):
    """A minute of the week, on the clock of the channel."""

    weekday: int
    minute: int
    label: str


class QueuedShape(Schema):
    """What waits in a queue, and when it goes. `delivery` is what an order is made of."""

    delivery: int
    post: int
    text: str
    at: datetime
    moved: bool
    labels: list[str]
    warning: str


class QueueShape(Schema):
    """The queue of one channel, in its order.

    `moved`: the clocks skip the slot's minute that night, so it goes at the next there is.
    """

    channel: int
    time_zone: str
    paused_at: datetime | None
    paused_by: str
    apart_days: int
    apart_blocks: bool
    slots: list[SlotShape]
    waiting: list[QueuedShape]
    free: list[datetime]


class SlotIn(In):
    """`weekday` 0 is Monday; `minute` counts from midnight; only posts with `label` use it."""

    weekday: int = Field(ge=0, le=6)
    minute: int = Field(ge=0, le=1439)
    label: Word = ""


class SlotsIn(In):
    """All slots of the week. What is left out is gone."""

    slots: list[SlotIn] = Field(max_length=queues.SLOTS_MAX)


class OrderIn(In):
    """All that wait in the queue, in the order in which they should go."""

    deliveries: list[Id] = Field(max_length=5000)


class ApartIn(In):
    """`block`: refuse a person's choice, too, instead of warning."""

    days: int
    block: bool = False


# --- the queue of a channel -----------------------------------------------------------------


def _channels() -> QuerySet[Channel]:
    return Channel.objects.select_related("workspace")


@stage.one("queues.get", "GET /channels/{channel}/queue", QueueShape)
def get_queue(request: Request, channel: Id) -> lineup.Lineup:
    """What waits for its slot, in order, and the next slots that are free."""
    return lineup.of(own(request, _channels(), channel))


@stage.write("queues.slots", "PUT /channels/{channel}/queue/slots", QueueShape)
def set_slots(request: Request, channel: Id, body: SlotsIn) -> lineup.Lineup:
    """Set the slots of the week. What waits moves to them, in its order."""
    row = own(request, _channels(), channel)
    times = [Time(s.weekday, s.minute, s.label) for s in body.slots]
    queues.set_slots(row, times, by=request.auth.actor)
    return lineup.of(row)


@stage.write("queues.arrange", "PUT /channels/{channel}/queue/order", QueueShape)
def arrange(request: Request, channel: Id, body: OrderIn) -> lineup.Lineup:
    """Put what waits into another order, in the slots it has. No approval is touched."""
    row = own(request, _channels(), channel)
    order = all_named(
        request, deliveries(), body.deliveries, "deliveries", "channel__workspace"
    )
    queues.arrange(row, [d.pk for d in order], by=request.auth.actor)
    return lineup.of(row)


@stage.write("queues.close-gaps", "POST /channels/{channel}/queue/close-gaps", QueueShape)
def close_gaps(request: Request, channel: Id) -> lineup.Lineup:
    """Let what waits move up into slots that became free."""
    row = own(request, _channels(), channel)
    queues.close_gaps(row, by=request.auth.actor)
    return lineup.of(row)


@stage.write("queues.pause", "POST /channels/{channel}/queue/pause", QueueShape)
def pause(request: Request, channel: Id) -> lineup.Lineup:
    """Hold everything in it. What was given a time by hand goes on."""
    row = own(request, _channels(), channel)
    queues.pause(row, by=request.auth.actor)
    return lineup.of(row)


@stage.write("queues.resume", "POST /channels/{channel}/queue/resume", QueueShape)
def resume(request: Request, channel: Id) -> lineup.Lineup:
    """Let it go on. What missed its slot goes to the next free ones: never two at once."""
    row = own(request, _channels(), channel)
    queues.resume(row, by=request.auth.actor)
    return lineup.of(row)


@stage.write("queues.keep-apart", "PUT /channels/{channel}/queue/spacing", QueueShape)
def keep_apart(request: Request, channel: Id, body: ApartIn) -> lineup.Lineup:
    """Days that must lie between two posts with the same link or picture. 0: no rule."""
    row = own(request, _channels(), channel)
    queues.keep_apart(row, body.days, block=body.block, by=request.auth.actor)
    return lineup.of(row)


# --- posts ----------------------------------------------------------------------------------


@stage.write("posts.queue", "POST /posts/{post}/queue", PlannedShape)
def add(request: Request, post: Id) -> Post:
    """Add it to the queues of its channels: approve it, and take the next free slots."""
    row = own(request, posts(), post)
    actions.add_to_queue(row, by=request.auth.actor)
    return shown(row)


@stage.write("posts.share-next", "POST /posts/{post}/share-next", PlannedShape)
def share_next(request: Request, post: Id) -> Post:
    """Add it to the queues of its channels, before all else that waits there."""
    row = own(request, posts(), post)
    queues.share_next(row, by=request.auth.actor)
    return shown(row)
