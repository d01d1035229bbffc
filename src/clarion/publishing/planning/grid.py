"""A profile as it will look: what is live and what is planned, three in a row, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import Max, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from clarion.accounts.rights import Actor
from clarion.channels.models import Channel
from clarion.content import actions as content
from clarion.content.models import Media, Post, Variant
from clarion.kit import store
from clarion.kit.errors import Conflict, NotYet
from clarion.kit.zones import instant, known_zone
from clarion.pictures.colours import Colour, balance, colours
from clarion.publishing import actions
from clarion.publishing.models import Delivery
from clarion.publishing.queries import next_morning

MOST = 60  # cells
MOVING = (Delivery.State.SENDING, Delivery.State.SETTLING, Delivery.State.UNSURE)
A_WEEK = 7 * 24 * 3600  # seconds that colours are kept; a picture never changes


@dataclass(frozen=True)
class Cell:
    """One post of the profile. `at` is in the zone of the channel."""

    post: Post
    at: datetime
    picture: Media | None
    words: str
    live: bool
    locked: bool  # out, or on its way: it keeps its place

    @property
    def placeholder(self) -> bool:
        """A place that is kept: nothing is said yet."""
        return not self.locked and not self.words.strip()


@dataclass(frozen=True)
class Profile:
    cells: Sequence[Cell]
    colours: Sequence[Colour]

    @property
    def rows(self) -> list[Sequence[Cell]]:
        return [self.cells[n : n + 3] for n in range(0, len(self.cells), 3)]


def profile(
    channel: Channel, *, until: Post | None = None, placeholders: bool = True
) -> Profile:
    """The channel's profile; with `until`, as it looks right after that post is out."""
    cells = [_cell(v, channel) for v in _variants(channel)]
    if not placeholders:
        cells = [cell for cell in cells if not cell.placeholder]
    shown = _as_of(cells, until)[:MOST]
    pictures = [colours_of(cell.picture) for cell in shown if cell.picture]
    return Profile(shown, balance([found for found in pictures if found]))


def _as_of(cells: list[Cell], until: Post | None) -> list[Cell]:
    last = next((c.at for c in cells if until is not None and c.post.pk == until.pk), None)
    return cells if last is None else [c for c in cells if c.at <= last]


def swap_two(posts: Sequence[Post], channel: Channel, *, by: Actor) -> None:
    """`swap`, for callers who name posts in a list."""
    if len(posts) != 2:
        raise NotYet("Name two posts.", "posts")
    swap(posts[0], posts[1], channel, by=by)


def _variants(channel: Channel) -> list[Any]:
    live = Max("deliveries__live_at", filter=Q(deliveries__state=Delivery.State.LIVE))
    moving = Q(deliveries__state__in=MOVING)
    rows = Variant.objects.filter(channel=channel).exclude(post__state=Post.State.BINNED)
    rows = rows.exclude(deliveries__state=Delivery.State.REMOVED).annotate(
        live_at=live,
        moving=Max("deliveries__pk", filter=moving),
        when=Coalesce(live, "planned_for", "post__planned_for"),
    )
    rows = rows.exclude(when=None).select_related("post").order_by("-when", "-pk")
    return list(rows.prefetch_related("post__placements__media")[: MOST * 2])


def _cell(variant: Any, channel: Channel) -> Cell:
    left_out = set(variant.without)
    pieces = [m for m in variant.post.pieces() if m.pk not in left_out]
    return Cell(
        post=variant.post,
        at=variant.when.astimezone(known_zone(channel.zone_name)),
        picture=pieces[0] if pieces else None,
        words=variant.words,
        live=variant.live_at is not None,
        locked=bool(variant.live_at or variant.moving or variant.sent_at),
    )


def colours_of(medium: Media) -> list[Colour]:
    """Worked out once for each picture; none where it is no picture, or gone from the disk."""
    key = f"colours:{medium.sha256}"
    known = cache.get(key)
    if known is None:
        try:
            known = [
                (c.name, c.hex, c.share)
                for c in colours(store.at_hand(medium.path).read_bytes())
            ]
        except store.Unreachable:
            return []  # for now
        except OSError:  # also what Pillow says of a film
            known = []
        cache.set(key, known, A_WEEK)
    return [Colour(*each) for each in known]


@transaction.atomic
def swap(a: Post, b: Post, channel: Channel, *, by: Actor) -> None:
    """Two planned posts change their times, by the rules of moving each. Done twice: undone."""
    if a.pk == b.pk:
        return
    times = []
    for post in (a, b):
        variant = post.variants.filter(channel=channel).first()
        if variant is None:
            raise NotYet("That post does not go to this channel.")
        if variant.planned_for or variant.queued:
            raise NotYet(
                f"“{post}” has a time of its own on this channel. Change it in the composer."
            )
        if post.planned_for is None:
            raise Conflict(f"“{post}” has no day any more.")
        times.append(post.planned_for)
    actions.move(a, times[1], by=by)
    actions.move(b, times[0], by=by)


@transaction.atomic
def place(
    channel: Channel, picture: Media | None, onto: Post | None = None, *, by: Actor
) -> Post:
    """Put a picture onto a placeholder, or make a new draft on top of the grid.

    Without a picture an empty place is kept, a day after the last post.
    """
    if onto is not None and picture is not None:
        if onto.text.strip() or any(v.text.strip() for v in onto.variants.all()):
            raise NotYet("Only a placeholder takes a picture here. Open the post to change it.")
        return content.edit(onto, version=onto.version, media=[picture], by=by)
    media = [picture] if picture is not None else []
    at = _next(channel)
    return content.write(channel.workspace, "", [channel], media=media, planned_for=at, by=by)


def _next(channel: Channel) -> datetime:
    """A day after the last planned post at the same hour, on the channel's clock."""
    now, zone = timezone.now(), known_zone(channel.zone_name)
    last = next((v.when for v in _variants(channel) if v.when > now), None)
    if last is None:
        local = next_morning(now.astimezone(zone).date() + timedelta(days=1), zone, now)
    else:
        local = last.astimezone(zone).replace(tzinfo=None) + timedelta(days=1)
    try:
        return instant(local, zone)
    except NotYet:  # the hour that the clocks skip
        return instant(local + timedelta(hours=1), zone)
