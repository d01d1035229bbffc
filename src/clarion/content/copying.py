"""A campaign once more, in another brand: its brief, its posts as drafts, its media.

Nothing is shared between the two: the other brand gets rows of its own. Files lie under their
hash once for all brands, so no byte is copied. Approvals, deliveries and numbers stay behind.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clarion.accounts.journal import record
from clarion.accounts.models import Workspace
from clarion.accounts.rights import Actor
from clarion.channels.models import Channel
from clarion.content import library
from clarion.content.actions import write
from clarion.content.models import EXTRAS, FEED, Media, Origin, Own, Post, Variant
from clarion.kit.errors import NotYet
from clarion.kit.zones import known_zone, must_be_ahead, next_instant
from clarion.strategy.actions import start_campaign
from clarion.strategy.models import Campaign

AT_ONCE = 500  # posts of one call; the next call goes on behind them
DAYS_MAX = 1826  # five years, as far as anything is planned
# What is known about a medium wherever it is; notes and stars are the other brand's own.
KNOWN = (
    *("sha256", "kind", "mime", "size", "width", "height", "milliseconds", "frame_rate"),
    *("codecs", "pages", "source_sha256", "look", "contrast", "name", "alt", "captions"),
    *("rights_by", "rights_scope", "rights_until", "focus_x", "focus_y"),
)
BRIEF = ("name", "about", "partner", "goal_metric", "goal_value")


@dataclass(frozen=True)
class How:
    """`channels`: id here -> the channel there; what is not named is left out.

    `days` is how much later all of it is; or `starts_on`, and the rest keeps its distance.
    """

    channels: Mapping[int, Channel]
    days: int = 0
    starts_on: date | None = None


@dataclass(frozen=True)
class Copied:
    """`here` were copied before, `undated` lost a time that has passed, `left` wait for the
    next call."""

    campaign: Campaign
    posts: Sequence[Post]
    here: int
    undated: int
    left: int


@transaction.atomic
def copy_campaign(
    source: Campaign,
    into: Workspace | Campaign,
    how: How,
    *,
    by: Actor,
    there: Actor,
) -> Copied:
    """Copy into a campaign of the other brand, or into the one of the same name, which is
    started where there is none. `by` acts here, `there` in the other brand.

    A post that this campaign has a copy of already is left alone, whatever became of the copy.
    """
    _must(source, by)
    if not there.can_somewhere("write"):
        there.must_hold("write")
        there.must("write", there.workspace_id)
    days = _days(source, how)
    target = _target(source, into, days, there)
    made = _Copying(source, target, replace(how, days=days), there)
    found = made.posts()
    what = {"posts": len(found.posts), "left": found.left}
    said = {"from": f"{source.workspace}: {source}", **what}
    record(there, "campaign.copied_in", f"Campaign {target.pk}", after=said)
    said = {"into": f"{target.workspace}: {target}", **what}
    record(by, "campaign.copied", f"Campaign {source.pk}", after=said)
    return found


def _must(source: Campaign, by: Actor) -> None:
    by.must("read", source.workspace_id)
    if not by.can_somewhere("write"):
        by.must("write", source.workspace_id)


def copyable(source: Campaign) -> QuerySet[Post]:
    """What of it can be copied: all but the bin."""
    return source.posts.exclude(state=Post.State.BINNED)


def channels_of(source: Campaign) -> QuerySet[Channel]:
    """Where its posts go."""
    used = Variant.objects.filter(post__in=copyable(source)).values("channel")
    return Channel.objects.filter(pk__in=used).order_by("network_key", "handle", "pk")


def _days(source: Campaign, how: How) -> int:
    days = how.days
    if how.starts_on is not None:
        start = begins(source)
        if start is None:
            raise NotYet("It has no day yet, so nothing can be moved by it.", "starts_on")
        days = (how.starts_on - start).days
    if abs(days) > DAYS_MAX:
        raise NotYet("Move it by five years at most.", "starts_on" if how.starts_on else "days")
    return days


def begins(source: Campaign) -> date | None:
    """The day it starts, or that of its first post."""
    if source.starts_on:
        return source.starts_on
    dated = copyable(source).exclude(planned_for=None).order_by("planned_for")
    at = dated.values_list("planned_for", flat=True).first()
    return timezone.localdate(at, source.workspace.zone) if at else None


def _target(source: Campaign, into: Workspace | Campaign, days: int, there: Actor) -> Campaign:
    space = into.workspace if isinstance(into, Campaign) else into
    there.must("read", space.pk)
    if space.pk == source.workspace_id:
        raise NotYet("Choose another brand: it is in this one already.", "into")
    # One copy at a time: what the first has made the second sees.
    space = Workspace.objects.select_for_update(no_key=True).get(pk=space.pk)
    if isinstance(into, Campaign):
        return into
    same = space.campaigns.filter(name__iexact=source.name, archived_at=None)
    found = same.order_by("pk").first()
    return found or _started(source, space, timedelta(days=days), there)


def _started(source: Campaign, space: Workspace, by: timedelta, there: Actor) -> Campaign:
    """Without money and without a goal of the first brand: those are decided there."""
    values: dict[str, Any] = {name: getattr(source, name) for name in BRIEF}
    for name in ("starts_on", "ends_on"):
        day = getattr(source, name)
        values[name] = day + by if day else None
    return start_campaign(space, **values, by=there)


class _Copying:
    """One campaign on its way into another."""

    def __init__(self, source: Campaign, target: Campaign, how: How, there: Actor) -> None:
        self.source, self.target, self.how, self.there = source, target, how, there
        self.space = target.workspace
        self.zone = (source.workspace.zone, self.space.zone)
        self.now = timezone.now()
        self.undated = 0
        self.media: dict[int, Media] = {}
        heading = [channel.pk for channel in how.channels.values()]
        if len(set(heading)) < len(heading):
            raise NotYet("Two channels lead to the same one. Choose another.", "channels")

    def posts(self) -> Copied:
        rows = copyable(self.source).prefetch_related(
            "placements__media__labels", "labels", "variants__channel__workspace"
        )
        keys = {self._key(pk): pk for pk in rows.order_by("pk").values_list("pk", flat=True)}
        here = Origin.objects.filter(workspace=self.space, key__in=keys)
        known = set(here.values_list("key", flat=True))
        todo = [pk for key, pk in keys.items() if key not in known]
        posts = [self._post(post) for post in rows.filter(pk__in=todo[:AT_ONCE]).order_by("pk")]
        left = len(todo) - len(posts)
        return Copied(self.target, posts, len(known), self.undated, left)

    def _key(self, post: int) -> str:
        return hashlib.sha256(f"copy {post} {self.target.pk}".encode()).hexdigest()

    def _post(self, post: Post) -> Post:
        variants = [v for v in post.variants.all() if v.channel_id in self.how.channels]
        # What a queue chose is chosen anew.
        wanted = None if post.queued else post.planned_for
        copy = write(
            self.space,
            post.text,
            [self.how.channels[v.channel_id] for v in variants],
            more=post.more,
            link=post.link,
            **{name: getattr(post, name) for name in EXTRAS},
            planned_for=self._at(wanted, *self.zone),
            campaign=self.target,
            labels=[label.name for label in post.labels.all()],
            media=[self._medium(medium) for medium in post.pieces()],
            variants={self.how.channels[v.channel_id].pk: self._own(v) for v in variants},
            by=self.there,
        )
        self.undated += bool(wanted and copy.planned_for is None)
        Origin.objects.create(
            workspace=self.space, key=self._key(post.pk), seal=post.seal(), post=copy
        )
        return copy

    def _at(self, at: datetime | None, here: ZoneInfo, there: ZoneInfo) -> datetime | None:
        """The same hour on the wall of the other brand, so many days later."""
        if at is None:
            return None
        local = at.astimezone(here).replace(tzinfo=None) + timedelta(days=self.how.days)
        moved, _ = next_instant(local, there)
        try:
            must_be_ahead(moved, self.now)
        except NotYet:
            return None
        return moved

    def _own(self, variant: Variant) -> Mapping[str, object]:
        """What one channel gets of its own, as far as the other channel has such a thing."""
        before, after = variant.channel, self.how.channels[variant.channel_id]
        same = before.network_key == after.network_key
        zones = known_zone(before.zone_name), known_zone(after.zone_name)
        own = replace(
            variant.own(),
            options=variant.options if same else {},
            hand_id=None,
            without=[self.media[pk].pk for pk in variant.without if pk in self.media],
            surface=variant.surface if after.network.surface(variant.surface) else FEED,
            planned_for=self._at(variant.planned_for, *zones),
        )
        return {name: getattr(own, name) for name in Own.__match_args__}

    def _medium(self, medium: Media) -> Media:
        """The other brand's own row for the same file; what it says about it stays."""
        if medium.pk not in self.media:
            found = self.space.media.filter(sha256=medium.sha256).first()
            self.media[medium.pk] = found or self._added(medium)
            if found is not None and found.binned_at:
                library.take_back(found, by=self.there)
        return self.media[medium.pk]

    def _added(self, medium: Media) -> Media:
        values = {name: getattr(medium, name) for name in KNOWN}
        copy = Media.objects.create(
            workspace=self.space, uploaded_by=self.there.name[:200], **values
        )
        copy.labels.set(
            library.labels(self.space, [label.name for label in medium.labels.all()])
        )
        record(self.there, "media.added", f"Media {copy.pk}", after={"name": copy.name})
        return copy
