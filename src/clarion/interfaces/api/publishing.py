"""The calendar and what is on its way out, over the API."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from ninja import Schema

from clarion.accounts.batches import Outcome
from clarion.accounts.models import Membership
from clarion.channels.models import Channel
from clarion.content.models import Post
from clarion.interfaces.api.calendar import OutcomeShape
from clarion.interfaces.api.content import PostShape, posts, shown
from clarion.interfaces.api.door import Request, moment, named, own
from clarion.interfaces.api.shapes import Id, In, Text, Word, asked, kept_as, one_of
from clarion.interfaces.api.stage import Stage
from clarion.publishing import actions, troubles
from clarion.publishing.models import Delivery
from clarion.publishing.sending import again, by_hand, confirming, edits, evidence
from clarion.publishing.sending.forecast import warnings

stage = Stage()
STATE = one_of(Delivery.State)


# --- shapes ---------------------------------------------------------------------------------


class DeliveryShape(Schema):
    """One part of one post on its way to one channel. `problem` says why it needs somebody;
    where it is held, the same `cause` is the same reason."""

    id: int
    post: int = kept_as("variant.post_id")
    channel: int = kept_as("channel_id")
    part: int
    state: str
    state_label: str
    problem: str
    planned_for: datetime
    due_at: datetime | None
    tries: int
    said: str
    url: str
    remote_id: str
    by_hand: bool
    hand: int | None = kept_as("hand_id")
    live_at: datetime | None
    cause: str

    @staticmethod
    def resolve_cause(row: Delivery) -> str:
        return troubles.cause(row.problem) if row.state == Delivery.State.HELD else ""


class PlannedShape(PostShape):
    """The post, with everything of it that is or was on its way out."""

    deliveries: list[DeliveryShape]
    warnings: list[str]  # what will keep it from going out, as things are

    @staticmethod
    def resolve_warnings(row: Post) -> list[str]:
        return warnings(row)

    @staticmethod
    def resolve_deliveries(row: Post) -> QuerySet[Delivery]:
        return deliveries().filter(variant__post=row).order_by("pk")


class AtIn(In):
    """A time without an offset is one in the workspace's zone."""

    at: datetime


class MoveIn(In):
    """Null: no time any more."""

    at: datetime | None


class RetryIn(In):
    """`not_there`: a person has looked at the network, and it is not out."""

    not_there: bool = False


LOOK_FIRST = RetryIn()


class AllIn(In):
    """`cause`: only what is held for this reason."""

    channel: Id
    cause: Word = ""


class HandIn(In):
    """Who posts it: the id of a membership. Null: whoever may publish there."""

    to: Id | None = None


class WordsIn(In):
    """The words as they shall stand there."""

    text: Text


class UrlIn(In):
    """The address of the post, as a browser shows it."""

    url: Text


class WhichIn(In):
    """Which post it is: its address as a browser shows it, or better its `remote_id`, where
    `deliveries.evidence` shows it: then its results are counted."""

    url: Text = ""
    remote_id: Word = ""


class SaidShape(Schema):
    at: datetime
    text: str


class CandidateShape(Schema):
    """A post of the account. `alike`: the words of ours stand in it."""

    remote_id: str
    at: datetime
    text: str
    url: str
    alike: bool


class EvidenceShape(Schema):
    """What is known of something that may be out. Null is not on record, never zero.

    `since`: when it was first handed over without a certain answer. `looks`: how often the
    network was asked in vain whether it is there. `posts`: what stands there, read now;
    `problem` says why nothing can be read.
    """

    since: datetime | None
    times: int | None
    answer: SaidShape | None
    looks: int | None
    found: SaidShape | None
    read_at: datetime
    posts: list[CandidateShape]
    more: int
    problem: str


# --- posts on the calendar ------------------------------------------------------------------


@stage.write("posts.schedule", "POST /posts/{post}/schedule", PlannedShape)
def schedule(request: Request, post: Id, body: AtIn) -> Post:
    """Choose the time, approve and plan in one go, for those who may do all three."""
    row = own(request, posts(), post)
    actions.schedule(row, moment(request, body.at), by=request.auth.actor)
    return shown(row)


@stage.write("posts.plan", "POST /posts/{post}/plan", PlannedShape)
def plan(request: Request, post: Id) -> Post:
    """Put an approved post on its way, at the time it was approved for.

    Refused when it was taken down somewhere: write it again as a new post.
    """
    row = own(request, posts(), post)
    actions.plan(row, by=request.auth.actor)
    return shown(row)


@stage.write("posts.publish", "POST /posts/{post}/publish", PlannedShape)
def publish_now(request: Request, post: Id) -> Post:
    """Out with it, at the next tick of the worker."""
    row = own(request, posts(), post)
    actions.publish_now(row, by=request.auth.actor)
    return shown(row)


@stage.write("posts.move", "POST /posts/{post}/move", PlannedShape)
def move(request: Request, post: Id, body: MoveIn) -> Post:
    """Another time, or none. Void is the approval, unless the mover may approve."""
    row = own(request, posts(), post)
    at = moment(request, body.at) if body.at else None
    actions.move(row, at, by=request.auth.actor)
    return shown(row)


@stage.write("posts.cancel", "POST /posts/{post}/cancel", PlannedShape)
def cancel(request: Request, post: Id) -> Post:
    """Call off everything of this post that is not out yet."""
    row = own(request, posts(), post)
    actions.cancel(row, by=request.auth.actor)
    return shown(row)


@stage.write("posts.bin", "POST /posts/{post}/bin", PlannedShape)
def throw_away(request: Request, post: Id) -> Post:
    """Throw it away, and call off what is planned of it. `restore` takes it out again."""
    row = own(request, posts(), post)
    actions.throw_away(row, by=request.auth.actor)
    return shown(row)


# --- deliveries -----------------------------------------------------------------------------


def deliveries() -> QuerySet[Delivery]:
    return Delivery.objects.select_related("variant__post", "channel__workspace")


def _own(request: Request, delivery: int) -> Delivery:
    return own(request, deliveries(), delivery, "channel__workspace")


@stage.many("deliveries.list", "GET /deliveries", DeliveryShape)
def list_deliveries(
    request: Request,
    state: str | None = STATE,
    channel: Id | None = None,
    post: Id | None = None,
    cause: Word | None = None,
) -> QuerySet[Delivery]:
    """What is or was on its way out, newest first.

    `state=held` needs somebody; `cause`: what is held for that reason.
    """
    where = asked(state=state, channel=channel, variant__post=post)
    rows = deliveries().filter(channel__workspace=request.auth.workspace, **where)
    return rows if cause is None else troubles.alike(rows, cause)


@stage.one("deliveries.get", "GET /deliveries/{delivery}", DeliveryShape)
def get_delivery(request: Request, delivery: Id) -> Delivery:
    """One delivery."""
    return _own(request, delivery)


@stage.write("deliveries.retry", "POST /deliveries/{delivery}/retry", DeliveryShape)
def retry(request: Request, delivery: Id, body: RetryIn = LOOK_FIRST) -> Delivery:
    """Try again what is held. It cannot post twice: what may be out is looked up first."""
    row = _own(request, delivery)
    actions.retry(row, not_there=body.not_there, by=request.auth.actor)
    return row


@stage.write("deliveries.retry-all", "POST /bulk/deliveries/retry", OutcomeShape)
def retry_all(request: Request, body: AllIn) -> Outcome:
    """Try again all that is held on a channel, or there for one `cause`.

    At most 500, in their order, at the pace of the channel. It cannot post twice.
    """
    rows = Channel.objects.filter(workspace=request.auth.workspace)
    channel = named(request, rows, body.channel, "channel")
    held = deliveries().filter(channel=channel)
    held = troubles.alike(held, body.cause) if body.cause else held
    return again.retry_all(held, by=request.auth.actor)


@stage.one("deliveries.evidence", "GET /deliveries/{delivery}/evidence", EvidenceShape)
def get_evidence(request: Request, delivery: Id) -> dict[str, Any]:
    """What is known of one that is held and may be out, and what stands on the network now."""
    row = _own(request, delivery)
    seen = evidence.seen(row, by=request.auth.actor)
    posts = [{**vars(one.post), "alike": one.alike} for one in seen.posts]
    there = {"read_at": seen.at, "posts": posts, "more": seen.more, "problem": seen.problem}
    return {**vars(evidence.known([row])[row.pk]), **there}


@stage.write(
    "deliveries.confirm", "POST /deliveries/{delivery}/confirm", DeliveryShape, outside=True
)
def confirm(request: Request, delivery: Id, body: WhichIn) -> Delivery:
    """Say that it is live: a person has looked and found it.

    With `remote_id` the network is asked whether it stands there, in a dry run, too.
    """
    row, me = _own(request, delivery), request.auth
    if body.remote_id:
        (evidence.the_one if me.dry else evidence.this_is_it)(row, body.remote_id, by=me.actor)
    else:
        at = confirming.at_address if me.dry else confirming.say_it_is_live
        at(row, body.url, by=me.actor)
    return row


@stage.write("deliveries.drop", "POST /deliveries/{delivery}/drop", DeliveryShape)
def drop(request: Request, delivery: Id) -> Delivery:
    """Give it up, with the parts of its thread that wait for it."""
    row = _own(request, delivery)
    actions.drop(row, by=request.auth.actor)
    return _own(request, delivery)


@stage.write(
    "deliveries.take-down",
    "POST /deliveries/{delivery}/take-down",
    DeliveryShape,
    outside=True,
)
def take_down(request: Request, delivery: Id) -> Delivery:
    """Remove it from the network.

    A dry run checks rights and state without talking to the network.
    """
    row, me = _own(request, delivery), request.auth
    if me.dry:
        actions.may_take_down(row, by=me.actor)
    else:
        actions.take_down(row, by=me.actor)
    return row


@stage.write("deliveries.hand-over", "POST /deliveries/{delivery}/hand-over", DeliveryShape)
def hand_over(request: Request, delivery: Id, body: HandIn) -> Delivery:
    """A person posts it: at its hour they get the words and the files, and hand in the link."""
    row = _own(request, delivery)
    to = named(request, Membership.objects.select_related("user"), body.to, "to")
    by_hand.hand_over(row, to, by=request.auth.actor)
    return _own(request, delivery)


@stage.write("deliveries.take-back", "POST /deliveries/{delivery}/take-back", DeliveryShape)
def take_back(request: Request, delivery: Id) -> Delivery:
    """Clarion posts it after all, at its time, or at once when that has passed."""
    by_hand.take_back(_own(request, delivery), by=request.auth.actor)
    return _own(request, delivery)


@stage.write("deliveries.posted", "POST /deliveries/{delivery}/posted", DeliveryShape)
def posted(request: Request, delivery: Id, body: UrlIn) -> Delivery:
    """It was posted by hand, and this is where it stands."""
    row = _own(request, delivery)
    by_hand.posted(row, body.url, by=request.auth.actor)
    return row


@stage.write(
    "deliveries.change", "POST /deliveries/{delivery}/change", DeliveryShape, outside=True
)
def change(request: Request, delivery: Id, body: WordsIn) -> Delivery:
    """Other words for what is live, where the network can change them.

    A dry run checks rights and words without talking to the network.
    """
    row, me = _own(request, delivery), request.auth
    (edits.may_change if me.dry else edits.change)(row, body.text, by=me.actor)
    return row
