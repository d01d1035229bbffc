"""Many posts at once, by the rules and with the journal of one by one, in few statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from clarion.accounts.journal import Line, extend
from clarion.accounts.models import Workspace
from clarion.accounts.rights import Actor, NotAllowed
from clarion.channels.models import Channel
from clarion.content.captions import remember
from clarion.content.checks import clean_link, clean_surface, clean_text
from clarion.content.library import describe, labels
from clarion.content.models import FEED, Media, Placement, Post, Variant
from clarion.kit.rows import insert
from clarion.kit.zones import must_be_ahead
from clarion.strategy.models import Campaign


@dataclass(frozen=True)
class Sketch:
    """A post that is to be written."""

    text: str = ""
    more: Sequence[str] = ()
    link: str = ""
    first_comment: str = ""
    channels: Sequence[Channel] = ()
    surface: str = FEED
    media: Sequence[Media] = ()
    alts: Mapping[int, str] = field(default_factory=dict)  # media id -> what it shows
    labels: Sequence[str] = ()
    campaign: Campaign | None = None
    planned_for: datetime | None = None


@transaction.atomic
def write_many(workspace: Workspace, sketches: Sequence[Sketch], *, by: Actor) -> list[Post]:
    """Drafts, in the order of the sketches. All or none: NotYet and NotAllowed as for one."""
    by.must("read", workspace.pk)
    _must_write(workspace, sketches, by)
    posts = insert([_post(workspace, s, by) for s in sketches])
    pairs = list(zip(posts, sketches, strict=True))
    for post, sketch in pairs:
        # What a read of the database would bring: nothing else has touched these rows yet.
        post._prefetched_objects_cache = {  # type: ignore[attr-defined]  # noqa: SLF001
            "variants": _variants(post, sketch),
            "placements": _placements(post, sketch),
        }
    insert([v for post in posts for v in post.variants.all()])
    insert([p for post in posts for p in post.placements.all()])
    _describe(sketches, by)
    _label(workspace, pairs)
    remember(workspace, posts)
    extend(by, [Line("post.written", f"Post {p.pk}", after=p.content()) for p in posts])
    for post in posts:
        del post._prefetched_objects_cache  # type: ignore[attr-defined]  # noqa: SLF001
    return list(posts)


def _must_write(workspace: Workspace, sketches: Sequence[Sketch], by: Actor) -> None:
    for channel in {c.pk: c for s in sketches for c in s.channels}.values():
        by.must("write", channel.workspace_id, channel.pk)
    if not by.can_somewhere("write"):
        by.must("write", workspace.pk)
    things = [t for s in sketches for t in (*s.media, *([s.campaign] if s.campaign else ()))]
    if any(thing.workspace_id != workspace.pk for thing in things):
        raise NotAllowed("That belongs to another workspace.")


def _post(workspace: Workspace, sketch: Sketch, by: Actor) -> Post:
    if sketch.planned_for is not None:
        must_be_ahead(sketch.planned_for, timezone.now())
    return Post(
        workspace=workspace,
        state=Post.State.DRAFT,
        author_id=by.membership_id,
        author_name=by.name,
        writers=[by.user_id],
        text=clean_text(sketch.text, "text"),
        more=[clean_text(part, "more") for part in sketch.more],
        link=clean_link(sketch.link),
        first_comment=clean_text(sketch.first_comment, "first_comment"),
        campaign=sketch.campaign,
        planned_for=sketch.planned_for,
    )


def _variants(post: Post, sketch: Sketch) -> list[Variant]:
    return [
        Variant(post=post, channel=c, surface=clean_surface(c.network, sketch.surface))
        for c in sketch.channels
    ]


def _placements(post: Post, sketch: Sketch) -> list[Placement]:
    return [Placement(post=post, media=m, position=n) for n, m in enumerate(sketch.media)]


def _describe(sketches: Sequence[Sketch], by: Actor) -> None:
    """Words for pictures that have none; a picture that has keeps them."""
    alts = {m.pk: (m, s.alts[m.pk]) for s in sketches for m in s.media if s.alts.get(m.pk)}
    for medium, alt in alts.values():
        if not medium.alt:
            describe(medium, alt, by=by)


def _label(workspace: Workspace, pairs: Sequence[tuple[Post, Sketch]]) -> None:
    wanted = dict.fromkeys(name for _, sketch in pairs for name in sketch.labels)
    known = {label.name.casefold(): label.pk for label in labels(workspace, wanted)}
    through = Post.labels.through
    insert(
        [
            through(post_id=post.pk, label_id=pk)
            for post, sketch in pairs
            for pk in {known[" ".join(name.split()).casefold()] for name in sketch.labels}
        ]
    )
