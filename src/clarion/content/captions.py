"""Saved captions and hashtag groups, and which posts hold them."""

import re
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from clarion.accounts.journal import record
from clarion.accounts.models import Workspace
from clarion.accounts.rights import Actor
from clarion.content.checks import clean_text
from clarion.content.models import Caption, CaptionUse, Post
from clarion.kit.errors import Conflict, NotYet
from clarion.text.counting import hashtags

NAME = re.compile(r"[\w-]{1,40}")
MOST = 1000  # in one workspace


def captions(workspace: Workspace) -> QuerySet[Caption]:
    """Those that can be used, with how many posts use them."""
    rows = Caption.objects.filter(workspace=workspace, dropped_at=None)
    return rows.annotate(used=Count("uses")).order_by("kind", "name")


@transaction.atomic
def save_caption(
    workspace: Workspace, name: str, text: str, *, kind: str = "", by: Actor
) -> Caption:
    """A new one. Words that are hashtags only are a group, unless `kind` says otherwise."""
    _must_write(workspace.pk, by)
    if Caption.objects.filter(workspace=workspace, dropped_at=None).count() >= MOST:
        raise NotYet(f"There are {MOST:,} already. Remove some that nobody uses.")
    caption = Caption(workspace=workspace)
    _fill(caption, name, text, kind)
    caption.save()
    record(by, "caption.saved", f"Caption {caption.pk}", after=_said(caption))
    return caption


@transaction.atomic
def change_caption(caption: Caption, name: str, text: str, *, by: Actor) -> Caption:
    """Other words from now on. Posts that hold the old ones keep them, and stay counted."""
    _must_write(caption.workspace_id, by)
    before = _said(caption)
    _fill(caption, name, text, "")
    caption.save()
    record(by, "caption.changed", f"Caption {caption.pk}", before, _said(caption))
    return caption


@transaction.atomic
def drop_caption(caption: Caption, *, by: Actor) -> None:
    """Offer it no longer. What it brought stays in the results; `keep` brings it back."""
    _must_write(caption.workspace_id, by)
    caption.dropped_at = timezone.now()
    caption.save(update_fields=["dropped_at"])
    record(by, "caption.dropped", f"Caption {caption.pk}", before=_said(caption))


@transaction.atomic
def keep_caption(caption: Caption, *, by: Actor) -> None:
    """Offer it again."""
    _must_write(caption.workspace_id, by)
    _must_be_free(caption)
    caption.dropped_at = None
    caption.save(update_fields=["dropped_at"])
    record(by, "caption.kept", f"Caption {caption.pk}", after=_said(caption))


def remember(workspace: Workspace, posts: Sequence[Post]) -> None:
    """Which captions these posts hold, as they are worded now. What is out is only added to:
    its words stand, whatever the caption says today.
    """
    known = list(Caption.objects.filter(workspace=workspace, dropped_at=None))
    if not known:
        return
    open_ = [p.pk for p in posts if not any(v.sent_at for v in p.variants.all())]
    CaptionUse.objects.filter(post__in=open_).delete()
    uses = [CaptionUse(caption=c, post=p) for p in posts for c in held(known, p)]
    CaptionUse.objects.bulk_create(uses, ignore_conflicts=True)


def held(known: Sequence[Caption], post: Post) -> list[Caption]:
    """The captions that stand in a post, in the words of all or of one channel."""
    own = [v.text for v in post.variants.all() if v.text]
    words = "\n".join([post.text, *post.more, post.first_comment, *own])
    flat, tags = _flat(words), {tag.casefold() for tag in hashtags(words)}
    return [c for c in known if _holds(c, flat, tags)]


def _holds(caption: Caption, flat: str, tags: set[str]) -> bool:
    """A group is used where all its hashtags stand, in whatever order."""
    if caption.kind == Caption.Kind.HASHTAGS:
        return {tag.casefold() for tag in hashtags(caption.text)} <= tags
    return _flat(caption.text) in flat


def _flat(text: str) -> str:
    return " ".join(text.split()).casefold()


def _fill(caption: Caption, name: str, text: str, kind: str) -> None:
    text = clean_text(text, "text").strip()
    name = clean_text(name, "name").strip().lstrip("/#").replace(" ", "-").lower()
    if not text:
        raise NotYet("Write the words that it should put into a post.", "text")
    if not NAME.fullmatch(name):
        raise NotYet(
            "A short name has up to 40 letters, digits or hyphens: it is what one types.",
            "name",
        )
    if kind and kind not in Caption.Kind.values:
        raise NotYet("It is either a caption or a group of hashtags.", "kind")
    tags = hashtags(text)
    only_tags = bool(tags) and not _flat(re.sub(r"#[^\s#]+", "", text))
    caption.kind = kind or caption.kind or ("hashtags" if only_tags else "caption")
    if caption.kind == Caption.Kind.HASHTAGS and not tags:
        raise NotYet("A group needs hashtags, like #bread #bakery.", "text")
    caption.name, caption.text = name, text
    _must_be_free(caption)


def _must_be_free(caption: Caption) -> None:
    same = Caption.objects.filter(
        workspace=caption.workspace_id, name=caption.name, dropped_at=None
    )
    if same.exclude(pk=caption.pk).exists():
        raise Conflict(f"“{caption.name}” is taken. Choose another name.", "name")


def _said(caption: Caption) -> dict[str, str]:
    return {"name": caption.name, "text": caption.text[:500]}


def _must_write(workspace_id: int, by: Actor) -> None:
    if not (by.workspace_id == workspace_id and by.can_somewhere("write")):
        by.must("write", workspace_id)
