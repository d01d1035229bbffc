"""Write, change, throw away. What is changed is no longer approved."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from clarion.accounts.actions import solve
from clarion.accounts.journal import record
from clarion.accounts.models import Membership, Workspace
from clarion.accounts.rights import Actor, NotAllowed
from clarion.channels.models import Channel
from clarion.content.agreement.approval import over, recheck, stands_again, void
from clarion.content.captions import remember
from clarion.content.checks import (
    clean_link,
    clean_options,
    clean_poll,
    clean_surface,
    clean_text,
)
from clarion.content.library import describe, labels
from clarion.content.models import (
    CODE_LENGTH,
    EXTRAS,
    POSTED_BY,
    Link,
    Media,
    Own,
    Placement,
    Post,
    Variant,
    sealed,
)
from clarion.kit.errors import Conflict, NotYet
from clarion.kit.zones import must_be_ahead
from clarion.strategy.models import Campaign

State = Post.State
PARTS_MAX = 25
CODE_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that look alike


@transaction.atomic
def write(
    workspace: Workspace,
    text: str = "",
    channels: Sequence[Channel] = (),
    *,
    by: Actor,
    **more: Any,
) -> Post:
    """Start a post, with one variant for each channel. `more` as in `edit`."""
    for channel in channels:
        by.must("write", channel.workspace_id, channel.pk)
    if not channels and not (by.can_somewhere("write") and by.workspace_id == workspace.pk):
        by.must("write", workspace.pk)
    post = Post.objects.create(
        workspace=workspace,
        state=State.DRAFT,
        author_id=by.membership_id,
        author_name=by.name,
        writers=[by.user_id],
    )
    _change(post, {"text": text, "channels": channels, **more}, by)
    post.save()
    remember(post.workspace, [post])
    record(by, "post.written", f"Post {post.pk}", after=post.content())
    return post


@transaction.atomic
def edit(post: Post, *, version: int, by: Actor, **changes: Any) -> Post:
    """Change a post: text, more, link, first_comment, poll, paid_partnership, made_with_ai,
    planned_for, campaign, labels, media, alts, channels, variants, queued.

    `version` is the one the writer saw; Conflict when somebody else was quicker. What is out
    stays as it is: only channels with nothing out yet can still change. An
    approval that covered the old bytes is void.
    """
    post = post.locked()
    post.must("write", by)
    if version != post.version:
        raise Conflict(
            "Somebody else has changed this post since you opened it. Your words are kept; "
            "look at the other version before you save."
        )
    before = post.content()
    _change(post, changes, by)
    now = post.content()
    if sealed(now) == sealed(before):
        post.save(update_fields=["campaign"])
        if "labels" in changes:
            recheck(post, by)
        return post
    if _words(now) != _words(before):
        _remember_writer(post, by)
    void(post, by)
    post.version += 1
    post.changed_at = timezone.now()
    post.save()
    remember(post.workspace, [post])
    record(by, "post.changed", f"Post {post.pk}", before, now)
    return post


def _remember_writer(post: Post, by: Actor) -> None:
    """Who changed the words may not approve them; the hour is nobody's words."""
    others = [] if post.state == State.APPROVED else post.writers
    post.writers = sorted({*others, by.user_id or 0})


def _words(content: Mapping[str, Any]) -> dict[str, Any]:
    """All of it but the times."""
    own = content["channels"]
    mine = {
        pk: {k: v for k, v in said.items() if k != "planned_for"} for pk, said in own.items()
    }
    return {**content, "planned_for": None, "channels": mine}


def _change(post: Post, changes: Mapping[str, Any], by: Actor) -> None:
    """In this order: words of single channels need the channels first."""
    _guard_what_is_out(post, changes)
    makers: Mapping[str, Callable[[Any], object]] = {
        "text": lambda text: setattr(post, "text", clean_text(text, "text")),
        "more": lambda parts: setattr(post, "more", _parts(parts)),
        "link": lambda link: setattr(post, "link", clean_link(link)),
        "first_comment": lambda said: setattr(
            post, "first_comment", clean_text(said, "first_comment").strip()
        ),
        "poll": lambda poll: setattr(post, "poll", clean_poll(poll)),
        "paid_partnership": lambda paid: setattr(post, "paid_partnership", bool(paid)),
        "made_with_ai": lambda made: setattr(post, "made_with_ai", bool(made)),
        "planned_for": lambda at: _set_time(post, at),
        "campaign": lambda campaign: setattr(post, "campaign", _own(campaign, post)),
        "labels": lambda names: post.labels.set(labels(post.workspace, names)),
        "media": lambda media: _place(post, media),
        "alts": lambda alts: _describe(post, alts, by),
        "channels": lambda channels: _aim(post, channels, by),
        "variants": lambda variants: _cut(post, variants, by),
        "queued": lambda queued: _queue(post, queued),
    }
    for key, make in makers.items():
        if key in changes:
            make(changes[key])


def _parts(texts: Sequence[str]) -> list[str]:
    parts = [clean_text(text, "more") for text in texts if text.strip()]
    if len(parts) > PARTS_MAX - 1:
        raise NotYet(f"A thread has at most {PARTS_MAX} parts.", "more")
    return parts


def _guard_what_is_out(post: Post, changes: Mapping[str, Any]) -> None:
    out = [v for v in post.variants.select_related("channel") if v.sent_at]
    shared = {"text", "more", "link", "media", *EXTRAS}
    new = {k: v for k, v in changes.items() if k in shared and _differs(post, k, v)}
    if out and new:
        raise Conflict(
            f"It is out on {out[0].channel.handle} already, so what all channels share can no "
            "longer change. Change the words of a single channel, or write a new post."
        )


def _differs(post: Post, key: str, value: Any) -> bool:
    if key == "media":
        return [m.pk for m in value] != [m.pk for m in post.pieces()]
    return bool(getattr(post, key) != value)


def _set_time(post: Post, at: datetime | None) -> None:
    if at is not None and at != post.planned_for:
        must_be_ahead(at, timezone.now())
    if at != post.planned_for:  # chosen by hand, so no longer by a queue
        post.variants.filter(sent_at=None).update(queued=False)
    post.planned_for = at


def _queue(post: Post, queued: bool) -> None:
    """Whether the queues of its channels choose when it goes, or a person does."""
    post.variants.filter(sent_at=None).update(queued=queued)


def _own(campaign: Campaign | None, post: Post) -> Campaign | None:
    if campaign is not None and campaign.workspace_id != post.workspace_id:
        raise NotAllowed("That belongs to another workspace.")
    return campaign


def _place(post: Post, media: Sequence[Media]) -> None:
    if any(m.workspace_id != post.workspace_id for m in media):
        raise NotAllowed("That belongs to another workspace.")
    post.placements.all().delete()
    Placement.objects.bulk_create(
        Placement(post=post, media=m, position=n) for n, m in enumerate(media)
    )


def _describe(post: Post, alts: Mapping[int, str], by: Actor) -> None:
    """What its pictures show, by media id. Part of what an approver agrees to."""
    for medium in post.pieces():
        alt = alts.get(medium.pk, medium.alt)
        if alt.strip() != medium.alt:
            describe(medium, alt, by=by)


def _aim(post: Post, channels: Sequence[Channel], by: Actor) -> None:
    """Make the post go to exactly these channels; those where it is out stay."""
    wanted = {channel.pk: channel for channel in channels}
    have = {v.channel_id: v for v in post.variants.all()}
    for pk in wanted.keys() - have.keys():
        by.must("write", wanted[pk].workspace_id, pk)
        if wanted[pk].workspace_id != post.workspace_id:
            raise NotAllowed("That belongs to another workspace.")
    gone = [v for pk, v in have.items() if pk not in wanted and not v.sent_at]
    _take_off(post, [v.pk for v in gone])
    queued = bool(have) and all(v.queued for v in have.values())
    fresh = [
        Variant(post=post, channel=c, queued=queued)
        for pk, c in wanted.items()
        if pk not in have
    ]
    Variant.objects.bulk_create(fresh)


def _take_off(post: Post, variants: Sequence[int]) -> None:
    """What was on its way to these channels goes too, and so does what was said about it."""
    rows = Variant.objects.filter(pk__in=variants)
    on_way = rows.filter(deliveries__isnull=False).values_list("deliveries", flat=True)
    solve(post.workspace_id, [f"delivery:{pk}" for pk in on_way])
    rows.delete()


def _cut(post: Post, variants: Mapping[int, Mapping[str, Any]], by: Actor) -> None:
    """What single channels get of their own: the keys of `Own`, by channel id."""
    ours = {medium.pk for medium in post.pieces()}
    for variant in post.variants.select_related("channel__workspace"):
        change = variants.get(variant.channel_id)
        if change is None:
            continue
        before = variant.own()
        own = _clean(replace(before, **change), before, variant.channel, ours)
        if own == before:
            continue
        by.must("write", post.workspace_id, variant.channel_id)
        if variant.sent_at:
            raise Conflict(f"It is out on {variant.channel.handle} already.")
        for name, value in vars(own).items():
            setattr(variant, name, value)
        variant.save(update_fields=[*vars(own)])


def _clean(own: Own, before: Own, channel: Channel, ours: Collection[int]) -> Own:
    if own.planned_for is not None and own.planned_for != before.planned_for:
        must_be_ahead(own.planned_for, timezone.now())
    return replace(
        own,
        hand_id=_hand(own, channel),
        text=clean_text(own.text, "text"),
        options=clean_options(channel.network, own.options),
        without=sorted(set(ours) & set(own.without)),
        surface=clean_surface(channel.network, own.surface),
    )


def _hand(own: Own, channel: Channel) -> int | None:
    """Who posts it by hand there, if somebody is named."""
    if own.posted_by not in POSTED_BY and own.posted_by:
        raise NotYet(f"Choose one of {', '.join(POSTED_BY)} to post it.", "posted_by")
    if own.posted_by != "person" or own.hand_id is None:
        return None
    if not Membership.objects.filter(pk=own.hand_id, workspace=channel.workspace_id).exists():
        raise NotYet("Choose somebody of this workspace to post it.", "hand")
    return own.hand_id


@transaction.atomic
def bin_post(post: Post, *, by: Actor) -> None:
    """Throw it away; `restore` takes it out again. What is out stays out."""
    post = post.locked()
    post.must("write", by)
    if any(v.sent_at for v in post.variants.all()):
        raise Conflict("It is out already. Take it down on its channels instead.")
    post.move(State.BINNED, approved_seal="")
    over(post)
    record(by, "post.binned", f"Post {post.pk}")


@transaction.atomic
def restore(post: Post, *, approved_seal: str = "", by: Actor) -> None:
    """Out of the bin, as a draft; approved where `approved_seal` still stands for its bytes."""
    post = post.locked()
    post.must("write", by)
    if post.state != State.BINNED:
        raise Conflict("It is not in the bin any more.")
    post.move(State.DRAFT)
    if approved_seal:
        stands_again(post, approved_seal)
    record(by, "post.restored", f"Post {post.pk}")


def make_links(post: Post) -> None:
    """Give every channel its own tracked link, once.

    A link leads to one place for ever, because where it leads is remembered where it is
    followed: a post whose address changed before it went out gets a new link.
    """
    unsent = Link.objects.filter(variant__post=post, variant__sent_at=None)
    unsent.exclude(target=post.link).delete()
    if not post.link or not post.workspace.track_links:
        return
    for variant in post.variants.filter(tracked=None):
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
        Link.objects.create(variant=variant, code=code, target=post.link)
