"""Write, change, ask, approve. An approval covers bytes: any change voids it."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from clarion.accounts.actions import notify, solve
from clarion.accounts.journal import record
from clarion.accounts.models import Workspace
from clarion.accounts.rights import Actor, NotAllowed
from clarion.channels.models import Channel
from clarion.content.checks import clean_link, clean_options, clean_text
from clarion.content.library import describe, labels
from clarion.content.models import CODE_LENGTH, Decision, Link, Media, Placement, Post, Variant
from clarion.kit.errors import Conflict, NotYet
from clarion.kit.zones import must_be_ahead
from clarion.strategy.models import Campaign

State, Said = Post.State, Decision.Said
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
    record(by, "post.written", f"Post {post.pk}", after=post.content())
    return post


@transaction.atomic
def edit(post: Post, *, version: int, by: Actor, **changes: Any) -> Post:
    """Change a post: text, more, link, planned_for, campaign, labels, media, alts, channels,
    variants.

    `version` is the one the writer saw; Conflict when somebody else was quicker. What is out
    stays as it is: only channels with nothing out yet can still change. An
    approval that covered the old bytes is void.
    """
    post = _locked(post)
    _must_write(post, by)
    if version != post.version:
        raise Conflict(
            "Somebody else has changed this post since you opened it. Your words are kept; "
            "look at the other version before you save."
        )
    before, seal = post.content(), post.seal()
    _change(post, changes, by)
    if post.seal() == seal:
        post.save(update_fields=["campaign"])
        return post
    _remember_writer(post, before, by)
    _void(post, by)
    post.version += 1
    post.changed_at = timezone.now()
    post.save()
    record(by, "post.changed", f"Post {post.pk}", before, post.content())
    return post


def _remember_writer(post: Post, before: Mapping[str, Any], by: Actor) -> None:
    """Who changed the words may not approve them; the hour is nobody's words."""
    after = {**post.content(), "planned_for": before["planned_for"]}
    if after != before:
        others = [] if post.state == State.APPROVED else post.writers
        post.writers = sorted({*others, by.user_id or 0})


def _change(post: Post, changes: Mapping[str, Any], by: Actor) -> None:
    """In this order: words of single channels need the channels first."""
    _guard_what_is_out(post, changes)
    makers: Mapping[str, Callable[[Any], object]] = {
        "text": lambda text: setattr(post, "text", clean_text(text, "text")),
        "more": lambda parts: setattr(post, "more", _parts(parts)),
        "link": lambda link: setattr(post, "link", clean_link(link)),
        "planned_for": lambda at: _set_time(post, at),
        "campaign": lambda campaign: setattr(post, "campaign", _own(campaign, post)),
        "labels": lambda names: post.labels.set(labels(post.workspace, names)),
        "media": lambda media: _place(post, media),
        "alts": lambda alts: _describe(post, alts, by),
        "channels": lambda channels: _aim(post, channels, by),
        "variants": lambda variants: _cut(post, variants, by),
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
    shared = {"text", "more", "link", "media"}
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
    post.planned_for = at


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
    fresh = [Variant(post=post, channel=c) for pk, c in wanted.items() if pk not in have]
    Variant.objects.bulk_create(fresh)


def _take_off(post: Post, variants: Sequence[int]) -> None:
    """What was on its way to these channels goes too, and so does what was said about it."""
    rows = Variant.objects.filter(pk__in=variants)
    on_way = rows.filter(deliveries__isnull=False).values_list("deliveries", flat=True)
    solve(post.workspace_id, [f"delivery:{pk}" for pk in on_way])
    rows.delete()


def _cut(post: Post, variants: Mapping[int, Mapping[str, Any]], by: Actor) -> None:
    """Own words, options and fewer pictures for single channels."""
    ours = {medium.pk for medium in post.pieces()}
    for variant in post.variants.select_related("channel__workspace"):
        change = variants.get(variant.channel_id)
        if change is None:
            continue
        text = clean_text(change.get("text", variant.text), "text")
        options = clean_options(variant.channel.network, change.get("options", variant.options))
        without = sorted(ours & set(change.get("without", variant.without)))
        if (text, options, without) == (variant.text, variant.options, variant.without):
            continue
        by.must("write", post.workspace_id, variant.channel_id)
        if variant.sent_at:
            raise Conflict(f"It is out on {variant.channel.handle} already.")
        variant.text, variant.options, variant.without = text, options, without
        variant.save(update_fields=["text", "options", "without"])


# --- approval -------------------------------------------------------------------------------


@transaction.atomic
def ask_for_approval(post: Post, note: str = "", *, by: Actor) -> None:
    """Put a post before those who may approve it."""
    post = _locked(post)
    _must_write(post, by)
    _must_be_ready(post)
    post.move(State.REVIEW)
    _decide(post, Said.ASKED, note, by)
    notify(
        post.workspace_id,
        f"review:{post.pk}",
        f"{by.name} asks for your approval: {post}",
        f"posts/{post.pk}/review/",
        kind="approval",
    )


@transaction.atomic
def approve(post: Post, seal: str, note: str = "", *, by: Actor) -> Post:
    """Say yes to exactly the bytes with this seal. Refuses what a network would refuse."""
    post = _locked(post)
    _must_approve(post, by)
    _must_be_ready(post)
    if seal != post.seal():
        raise Conflict("The post has changed since you looked at it. Look again, then decide.")
    if post.workspace.four_eyes and post.was_written_by(by.user_id):
        raise NotAllowed("In this workspace somebody else than the writer approves.")
    if not post.move(State.APPROVED, approved_seal=seal):
        raise Conflict("Somebody else has just decided about this post.")
    solve(post.workspace_id, [f"review:{post.pk}"])
    _decide(post, Said.APPROVED, note, by)
    return post


@transaction.atomic
def send_back(post: Post, note: str, *, by: Actor) -> None:
    """Say no, with what to change."""
    post = _locked(post)
    _must_approve(post, by)
    if not note.strip():
        raise NotYet("Say what should change, so that the writer can go on.", "note")
    post.move(State.DRAFT, approved_seal="")
    solve(post.workspace_id, [f"review:{post.pk}"])
    _decide(post, Said.RETURNED, note, by)


@transaction.atomic
def add_note(post: Post, note: str, *, by: Actor) -> None:
    """A word among ourselves. It never goes out."""
    by.must("read", post.workspace_id)
    if not note.strip():
        raise NotYet("Write something first.", "note")
    _decide(post, Said.NOTED, note, by)


@transaction.atomic
def bin_post(post: Post, *, by: Actor) -> None:
    """Throw it away; `restore` takes it out again. What is out stays out."""
    post = _locked(post)
    _must_write(post, by)
    if any(v.sent_at for v in post.variants.all()):
        raise Conflict("It is out already. Take it down on its channels instead.")
    post.move(State.BINNED, approved_seal="")
    solve(post.workspace_id, [f"review:{post.pk}"])
    record(by, "post.binned", f"Post {post.pk}")


@transaction.atomic
def restore(post: Post, *, by: Actor) -> None:
    post = _locked(post)
    _must_write(post, by)
    if post.state != State.BINNED:
        raise Conflict("It is not in the bin any more.")
    post.move(State.DRAFT)
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


def problems(post: Post) -> list[str]:
    """Everything that a network would refuse, each with the channel it is about."""
    return [
        f"{variant.channel.network.name} {variant.channel.handle}: {problem.text}"
        for variant in post.variants.select_related("channel__workspace", "post__workspace")
        for problem in variant.problems()
        if problem.blocks
    ]


def _locked(post: Post) -> Post:
    """The row as it is now, nobody else's until the transaction ends."""
    return (
        Post.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=post.pk)
    )


def _must_write(post: Post, by: Actor) -> None:
    channels = [v.channel_id for v in post.variants.all()]
    if not channels and by.workspace_id == post.workspace_id and by.can_somewhere("write"):
        return
    targets: list[int | None] = [*channels] or [None]
    for pk in targets:
        by.must("write", post.workspace_id, pk)


def _must_approve(post: Post, by: Actor) -> None:
    targets: list[int | None] = [v.channel_id for v in post.variants.all()] or [None]
    for pk in targets:
        by.must("approve", post.workspace_id, pk)


def _must_be_ready(post: Post) -> None:
    if post.state == State.BINNED:
        raise Conflict("The post is in the bin. Take it out first.")
    if not post.variants.exists():
        raise NotYet("Choose at least one channel.", "channels")
    if found := problems(post):
        raise NotYet(found[0], "text")


def _void(post: Post, by: Actor) -> None:
    if post.state in (State.APPROVED, State.REVIEW):
        was_approved = post.state == State.APPROVED
        post.move(State.REVIEW if post.state == State.REVIEW else State.DRAFT, approved_seal="")
        if was_approved:
            _decide(post, Said.VOIDED, "", by)


def _decide(post: Post, said: str, note: str, by: Actor) -> None:
    note = clean_text(note, "note").strip()
    seal, content = post.seal(), post.content()
    Decision.objects.create(
        post=post, said=said, by=by.name, note=note, seal=seal, content=content
    )
    record(by, f"post.{said}", f"Post {post.pk}", after={"seal": seal, "note": note})
