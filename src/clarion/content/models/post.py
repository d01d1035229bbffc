"""Posts, cut to fit each channel, with their media."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from clarion.accounts.models import Membership, Workspace
from clarion.accounts.rights import Actor
from clarion.channels.models import Channel
from clarion.content.models.media import Label, Media
from clarion.content.models.rooms import room
from clarion.content.models.words import (
    CODE_LENGTH,
    FEED,
    POSTED_BY,
    QUEUE,
    Own,
    Part,
    Words,
    by_hand,
    in_utc,
)
from clarion.kit.flow import Flow
from clarion.kit.steps import WorkItem
from clarion.networks.base import Problem
from clarion.strategy.models import Campaign
from clarion.text.shortening import shortened

TITLE = 60  # characters that a post is known by
# Beyond words, link and media; where empty they are no part of a seal, so that posts sealed
# before there were such things keep theirs.
EXTRAS = ("first_comment", "poll", "paid_partnership", "made_with_ai")


class Post(WorkItem):
    """An idea we want to get across, before it is cut to fit each channel."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        REVIEW = "review", "Waiting for approval"
        LATE = "late", "Not approved in time"
        APPROVED = "approved", "Approved"
        BINNED = "binned", "In the bin"

    flow = Flow(
        {
            State.DRAFT: {State.REVIEW, State.APPROVED, State.BINNED},
            State.REVIEW: {
                State.APPROVED,
                State.DRAFT,
                State.REVIEW,
                State.LATE,
                State.BINNED,
            },
            State.LATE: {State.APPROVED, State.DRAFT, State.REVIEW, State.LATE, State.BINNED},
            State.APPROVED: {State.DRAFT, State.REVIEW, State.APPROVED, State.BINNED},
            State.BINNED: {State.DRAFT},
        },
        start=State.DRAFT,
        runs=frozenset({State.REVIEW}),  # who has not decided is reminded, before its time
    )
    WAITING: ClassVar = (State.REVIEW, State.LATE)  # for somebody to decide
    # Set when the worker loads it: what is due when, who has not decided, how far it is.
    calls: Sequence[tuple[datetime, str]] = ()
    asked: Sequence[int] = ()
    agreed: str = ""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="posts")
    campaign = models.ForeignKey(
        Campaign, models.SET_NULL, null=True, blank=True, related_name="posts"
    )
    text = models.TextField(blank=True)
    more = models.JSONField(default=list, blank=True)  # further parts of a thread, as texts
    link = models.TextField(blank=True)
    first_comment = models.TextField(blank=True)  # said below it, by ourselves, once it is live
    poll = models.JSONField(default=dict, blank=True)  # {"choices": [text], "hours": n}
    paid_partnership = models.BooleanField(default=False)  # somebody pays us to say this
    made_with_ai = models.BooleanField(default=False)
    labels = models.ManyToManyField(Label, related_name="posts", blank=True)
    idea = models.ForeignKey(
        "content.Idea", models.SET_NULL, null=True, blank=True, related_name="posts"
    )
    planned_for = models.DateTimeField(null=True, blank=True)
    media = models.ManyToManyField(Media, through="Placement", related_name="posts")
    author = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField(max_length=200)
    assigned_to = models.ForeignKey(  # who sees to it that it gets done
        Membership, models.SET_NULL, null=True, blank=True, related_name="posts"
    )
    writers = models.JSONField(default=list, blank=True)  # user ids, since the last approval
    version = models.PositiveIntegerField(
        default=1
    )  # counts changes: the last never silently wins
    approved_seal = models.CharField(max_length=64, blank=True)
    waived = models.JSONField(default=dict, blank=True)  # check -> who let it pass, and why
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta(WorkItem.Meta):
        indexes = [
            *WorkItem.Meta.indexes,
            models.Index(fields=["workspace", "planned_for"], name="post_on_calendar"),
        ]

    def __str__(self) -> str:
        return shortened(self.text, TITLE) or f"Post {self.pk}"

    def pieces(self) -> list[Media]:
        return [p.media for p in self.placements.all()]

    def said(self, variants: "Sequence[Variant] | None" = None) -> Words:
        """Its words as they stand, on all its channels or on these."""
        cut = self.variants.all() if variants is None else variants
        return Words(
            text=self.text,
            more=self.more,
            link=self.link,
            media=self.pieces(),
            own={v.channel_id: v.own() for v in cut},
            planned_for=self.planned_for,
            **{name: getattr(self, name) for name in EXTRAS},
            partner=self.campaign.partner if self.campaign else "",
            passes=self.passes(),
        )

    def content(self) -> dict[str, Any]:
        """All that an approver agrees to: words, link, media, targets and time."""
        variants = sorted(self.variants.all(), key=lambda v: v.channel_id)
        when = QUEUE if _all_queued(variants) else in_utc(self.planned_for)
        return {
            "text": self.text,
            "more": self.more,
            "link": self.link,
            **{name: getattr(self, name) for name in EXTRAS if getattr(self, name)},
            "media": [m.signed() for m in self.pieces()],
            "planned_for": when,
            "channels": {str(v.channel_id): v.own().signed() for v in variants},
        }

    @property
    def queued(self) -> bool:
        """The queues of its channels choose every time of it. That is what is agreed to then,
        and `planned_for` only notes the first time they chose."""
        return _all_queued(self.variants.all())

    def seal(self) -> str:
        """SHA-256, in hex, of `content`. An approval is bound to it."""
        return sealed(self.content())

    def locked(self) -> "Post":
        """The row as it is now, nobody else's until the transaction ends."""
        rows = Post.objects.select_for_update(of=("self",)).select_related("workspace")
        return rows.get(pk=self.pk)

    def must(self, right: str, by: Actor) -> None:
        """Raises NotAllowed unless they have this right on every channel it goes to.

        What goes nowhere yet may be changed by whoever may write for some channel.
        """
        channels: list[int | None] = [v.channel_id for v in self.variants.all()]
        free = right == "write" and not channels and by.workspace_id == self.workspace_id
        if free and by.can_somewhere(right):
            return
        for pk in channels or [None]:
            by.must(right, self.workspace_id, pk)

    def words_seal(self) -> str:
        """SHA-256, in hex, of all but the hours: what is wrong at nine is wrong at ten."""
        said = self.content()
        said["planned_for"] = None
        for own in said["channels"].values():
            own.pop("planned_for", None)
        return sealed(said)

    def passes(self) -> set[str]:
        """The checks that somebody let this post pass, as it stands."""
        if not self.waived:
            return set()
        seal = self.words_seal()
        return {check for check, said in self.waived.items() if said["seal"] == seal}

    def was_written_by(self, user_id: int | None) -> bool:
        """Did this person write any of what waits for approval?"""
        return user_id in self.writers

    @property
    def is_approved(self) -> bool:
        """Approved, and not a byte has changed since."""
        return bool(self.state == self.State.APPROVED and self.approved_seal == self.seal())


def _all_queued(variants: Iterable["Variant"]) -> bool:
    return {v.queued for v in variants} == {True}


def sealed(content: dict[str, Any]) -> str:
    """SHA-256, in hex, of what `Post.content` tells."""
    said = json.dumps(content, cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()


class Effort(models.Model):
    """How many minutes one person means to give to a post, and how many it took."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="efforts")
    person = models.ForeignKey(Membership, models.CASCADE, related_name="efforts")
    planned = models.PositiveIntegerField(null=True)  # minutes; null: nobody said
    spent = models.PositiveIntegerField(null=True)  # minutes; null: nobody said
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "person"], name="one_effort_each")
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.planned} min"


class Placement(models.Model):
    """A picture's place in a post."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="placements")
    media = models.ForeignKey(Media, models.PROTECT, related_name="placements")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["post", "position"], name="one_place_each")
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.media_id}"


class Variant(models.Model):
    """A post cut to fit one channel."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="variants")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    surface = models.CharField(max_length=20, default=FEED)  # of the network's `surfaces`
    text = models.TextField(blank=True)  # empty: use the post's own words
    planned_for = models.DateTimeField(null=True, blank=True)  # null: when the post goes
    queued = models.BooleanField(default=False)  # the channel's queue chooses the time
    options = models.JSONField(default=dict, blank=True)
    without = models.JSONField(default=list, blank=True)  # ids of pictures that stay at home
    posted_by = models.CharField(max_length=10, choices=POSTED_BY, blank=True)
    hand = models.ForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, blank=True)  # set once it may be out: frozen

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "channel"], name="one_variant_per_channel")
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {shortened(self.words, TITLE)}"

    @property
    def words(self) -> str:
        return self.text or self.post.text

    def own(self) -> Own:
        """What this channel gets of its own."""
        return Own(**{name: getattr(self, name) for name in Own.__match_args__})

    @property
    def is_by_hand(self) -> bool:
        """Whether a person posts it."""
        return by_hand(self.posted_by, self.channel)

    @property
    def hand_of(self) -> int | None:
        """Id of the membership who posts it by hand; None: whoever may publish, or Clarion."""
        if not self.is_by_hand:
            return None
        return self.hand_id if self.posted_by else self.channel.hand_id

    @property
    def at(self) -> datetime | None:
        """When it is to go out on this channel."""
        return self.planned_for or self.post.planned_for

    def parts(self) -> list[Part]:
        """What goes out, in order, with the tracked link where there is one."""
        tracked = getattr(self, "tracked", None)
        return self.post.said([self]).parts(self.channel, tracked.url if tracked else "")

    def said(self) -> Words:
        """What is said on this channel."""
        return self.post.said([self])

    def failures(self) -> list[str]:
        """What could not be made of its media for this channel, in sentences."""
        words = self.post.said([self])
        surface = words.surface(self.channel).key
        media = words.pieces(self.channel)
        found = [m.failure(room(self.channel, surface, m.kind)) for m in media]
        return [why for why in found if why]

    def problems(self) -> list[Problem]:
        return self.post.said([self]).problems(self.channel)

    def lacks(self) -> list[Problem]:
        """What the brand's own gate says to it."""
        return self.post.said([self]).lacks(self.channel)


class Link(models.Model):
    """A link of ours that counts who follows it. Made when the post is planned."""

    variant = models.OneToOneField(Variant, models.CASCADE, related_name="tracked")
    code = models.CharField(max_length=CODE_LENGTH, unique=True)
    target = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.code

    @property
    def url(self) -> str:
        return f"{settings.PUBLIC_URL}/l/{self.code}"
