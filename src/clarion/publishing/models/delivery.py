"""What is on its way out, and how far it got."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from asgiref.sync import sync_to_async
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string

from clarion.accounts.models import Membership
from clarion.channels.models import Channel
from clarion.content.library.renditions import fetch
from clarion.content.models import Variant
from clarion.kit.flow import Flow
from clarion.kit.steps import WorkItem
from clarion.kit.store import Unreachable
from clarion.networks.base import Draft, Live, Refused, Settling, TryLater

KEY_LENGTH = 22
SKEW = timedelta(minutes=2)  # how far our clock and the network's may be apart


def new_key() -> str:
    return get_random_string(KEY_LENGTH)


class Outgoing(WorkItem):
    """Base for everything that is said to a network, once: posts, answers, promotions.

    `unsure` is the heart of it: when an answer was lost or the worker died, we look at the
    network first, and only a proven absence is sent again, with the same key and stamp.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        SENDING = "sending", "Sending"
        SETTLING = "settling", "The network is still working on it"
        UNSURE = "unsure", "Checking whether it went out"
        LIVE = "live", "Live"
        HELD = "held", "Needs you"
        BY_HAND = "by_hand", "A person posts it"
        CANCELLED = "cancelled", "Cancelled"
        REMOVED = "removed", "Taken down"

    flow = Flow(
        {
            State.PLANNED: {State.SENDING, State.HELD, State.CANCELLED},
            State.SENDING: {
                State.LIVE,
                State.SETTLING,
                State.UNSURE,
                State.PLANNED,
                State.HELD,
            },
            State.SETTLING: {State.LIVE, State.PLANNED, State.HELD, State.UNSURE},
            State.UNSURE: {State.LIVE, State.SETTLING, State.PLANNED, State.HELD},
            State.HELD: {State.PLANNED, State.UNSURE, State.CANCELLED},
            State.LIVE: {State.REMOVED},
            State.CANCELLED: set(),
            State.REMOVED: set(),
        },
        start=State.PLANNED,
        runs=frozenset({State.PLANNED, State.SETTLING, State.UNSURE}),
    )
    right: ClassVar[str]  # what one must be allowed to do to have it said
    stopped_by: ClassVar[
        Mapping[str, object]
    ] = {}  # pauses that stop it, beside those of posts
    campaign_path: ClassVar[str] = ""  # where its campaign is found

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    key = models.CharField(max_length=KEY_LENGTH, default=new_key, unique=True)
    planned_for = models.DateTimeField(default=timezone.now)
    stamp = models.DateTimeField(default=timezone.now)  # sent along as the time of creation
    tries = models.PositiveSmallIntegerField(default=0)  # times it was handed to the network
    first_sent_at = models.DateTimeField(null=True, blank=True)
    maybe_out = models.BooleanField(
        default=False
    )  # it may be at the network: look before sending
    ticket = models.TextField(blank=True)  # what the network works on, or a container it keeps
    remote_id = models.TextField(blank=True)
    url = models.TextField(blank=True)
    live_at = models.DateTimeField(null=True, blank=True)

    class Meta(WorkItem.Meta):
        abstract = True
        indexes = [
            *WorkItem.Meta.indexes,
            models.Index(
                fields=["channel", "first_sent_at"],
                condition=Q(maybe_out=True),
                name="%(class)s_said",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="live") | ~Q(remote_id=""),
                name="%(class)s_live_means_it_has_an_id",
            ),
            models.UniqueConstraint(
                fields=["channel", "remote_id"],
                condition=~Q(remote_id=""),
                name="%(class)s_claims_a_remote_id_once",
            ),
        ]

    @property
    def about(self) -> str:
        """What notices about it are about."""
        return f"{self._meta.model_name}:{self.pk}"

    @property
    def subject(self) -> str:
        """What the journal calls it."""
        return str(self)

    @property
    def begins_in(self) -> str:
        """The state in which it waits for its time."""
        return self.State.PLANNED

    def obstacle(self) -> str:
        """Why this cannot go out as things are, or nothing."""
        return ""

    def waits(self) -> str:
        """What it waits for although it is due, or nothing."""
        return ""

    def refusal(self) -> str:
        """Why this may not go out now although it is due, or nothing."""
        if why := self.obstacle():
            return why
        late = timedelta(hours=self.channel.late_hours)
        if timezone.now() > self.planned_for + late:
            return (
                f"Its time passed {_hours(late)} ago without success, so it may have lost its "
                f"sense. Try again to send it now, or drop it. {self.problem}".strip()
            )
        return ""

    def trace(self) -> dict[str, object]:
        """Columns that keep what was really sent."""
        return {}

    async def say(self) -> Live | Settling:
        raise NotImplementedError

    async def look(self) -> Live | Settling | None:
        raise NotImplementedError


class Message(Outgoing):
    """Base for what is said in words: a post, an answer."""

    class Meta(Outgoing.Meta):
        abstract = True

    known: frozenset[str] = frozenset()  # remote ids that are something else; set when loaded

    def draft(self) -> Draft:
        raise NotImplementedError

    async def say(self) -> Live | Settling:
        call = self.channel.call(key=self.key, at=self.stamp, ticket=self.ticket)
        return await self.channel.network.publish.send(call, self.draft())

    async def look(self) -> Live | Settling | None:
        call = self.channel.call(key=self.key, at=self.stamp, ticket=self.ticket)
        since = (self.first_sent_at or self.stamp) - SKEW
        return await self.channel.network.publish.find(call, self.draft(), since, self.known)


def _hours(late: timedelta) -> str:
    hours = int(late.total_seconds() // 3600)
    days = {24: "a day", 48: "two days", 168: "a week"}
    return days.get(hours) or ("an hour" if hours == 1 else f"{hours} hours")


class Delivery(Message):
    """One part of one variant on its way to one channel: what is sent, retried and measured."""

    State = Message.State
    flow = Flow(
        {
            **Message.flow.moves,
            State.PLANNED: Message.flow.moves[State.PLANNED] | {State.BY_HAND},
            State.HELD: Message.flow.moves[State.HELD] | {State.BY_HAND},
            State.BY_HAND: {State.LIVE, State.PLANNED, State.HELD, State.CANCELLED},
        },
        start=State.PLANNED,
        runs=Message.flow.runs | {State.BY_HAND},  # it reminds; it never sends
    )
    right = "publish"
    campaign_path = "variant__post__campaign"

    # A variant that was ever sent is frozen and stays: only what never went out goes with it.
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="deliveries")
    part = models.PositiveSmallIntegerField(default=0)
    first = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="+")
    after = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="next_parts"
    )
    said = models.TextField(blank=True)  # the words as they went out
    by_hand = models.BooleanField(default=False)  # a person posts it: no worker ever sends it
    hand = models.ForeignKey(  # who does; null: whoever may publish
        Membership, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    paid_since = models.DateTimeField(null=True, blank=True)  # some of its public is bought

    class Meta(Message.Meta):
        constraints = [
            *Message.Meta.constraints,
            models.UniqueConstraint(
                fields=["variant", "part"],
                condition=~Q(state__in=["cancelled", "removed"]),
                name="each_part_once",
            ),
            models.CheckConstraint(
                condition=Q(by_hand=False)
                | ~Q(state__in=["planned", "sending", "settling", "unsure"]),
                name="by_hand_is_never_sent",
            ),
        ]
        indexes = [
            *Message.Meta.indexes,
            models.Index(fields=["channel", "live_at"], name="delivery_live"),
            models.Index(fields=["channel"], name="delivery_held", condition=Q(state="held")),
        ]

    def __str__(self) -> str:
        return f"Delivery {self.pk} to {self.channel}"

    @property
    def called(self) -> str:
        """Which part of the whole it is, in words; nothing where there is only one."""
        parts = self.variant.parts()
        if len(parts) < 2 or self.part >= len(parts):
            return ""
        what = {"comment": "First comment", "story": "Frame"}
        surface = parts[self.part].draft.surface
        name = what.get(surface, "Part")
        return name if surface == "comment" else f"{name} {self.part + 1}"

    def draft(self) -> Draft:
        part = self.variant.parts()[self.part]
        if not part.answers or self.after is None:
            return part.draft
        root = self.first.remote_id if self.first else ""
        return replace(part.draft, reply_to=self.after.remote_id, root=root)

    def trace(self) -> dict[str, object]:
        return {"said": self.draft().text}

    @property
    def begins_in(self) -> str:
        return self.State.BY_HAND if self.by_hand else self.State.PLANNED

    def waits(self) -> str:
        if any(medium.path is None for medium in self.draft().media):
            return "Its pictures or films are being prepared for the network."
        return ""

    async def say(self) -> Live | Settling:
        try:
            await sync_to_async(fetch, thread_sensitive=False)(self.draft().media)
        except Unreachable as away:
            raise TryLater(str(away)) from away
        except FileNotFoundError as gone:
            raise Refused("The file of a picture is missing. Add it again.") from gone
        return await super().say()

    def obstacle(self) -> str:
        if not self.variant.post.is_approved:
            return (
                "The post was changed after it was approved, so the approval no longer covers "
                "it. Approve it as it is now; then it can go out."
            )
        if self.part >= len(self.variant.parts()):
            return "The post has no such part any more. Drop it, or schedule the post again."
        if self.after is not None and self.after.state != self.State.LIVE:
            return "What it follows is not out. See to that one first."
        blocking = [p.text for p in self.variant.problems() if p.blocks]
        unmade = [] if self.by_hand else self.variant.failures()
        return next(iter([*blocking, *unmade]), "")


class Charge(models.Model):
    """What a network asks for what went out, by its price list of that day. Never changed."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="charges")
    action = models.CharField(max_length=30)  # a row of the network's price list
    amount = models.DecimalField(max_digits=12, decimal_places=4)
    currency = models.CharField(max_length=3)
    price_of = models.DateField()  # the day from which that price holds
    source = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "action"], name="charged_once")
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.amount} {self.currency}"
