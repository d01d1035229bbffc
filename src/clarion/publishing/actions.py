"""Put posts on the calendar, move them, call them off, try again: never twice."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clarion.accounts.actions import solve
from clarion.accounts.journal import record
from clarion.accounts.rights import Actor, NotAllowed
from clarion.channels.line import line
from clarion.channels.models import Channel
from clarion.content import actions as content
from clarion.content.agreement import approval, consent
from clarion.content.library import renditions
from clarion.content.models import Post, Variant
from clarion.kit.errors import Conflict, NotYet
from clarion.kit.zones import must_be_ahead
from clarion.networks.base import NetworkError
from clarion.publishing import pacing, spacing, troubles
from clarion.publishing.models import Delivery, Outgoing
from clarion.publishing.queries import taken_down

State = Delivery.State
WAITING = (State.PLANNED, State.HELD, State.BY_HAND)
GONE = (State.CANCELLED, State.REMOVED)


@transaction.atomic
def plan(
    post: Post, *, without: Collection[int] = (), afresh: Collection[int] = (), by: Actor
) -> list[Delivery]:
    """Put an approved post on its way, at the time it was approved for, or in the next free
    slots where that is what was approved.

    Idempotent: what is planned already is moved to the post's time, what is out stays out.
    `without` are ids of variants to leave as they are; another that was taken down is refused.
    `afresh`: those that have a time and shall get another slot.
    """
    post = (
        Post.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=post.pk)
    )
    for variant in post.variants.all():
        by.must("publish", post.workspace_id, variant.channel_id)
    if not post.is_approved:
        raise NotYet("The post must be approved first. Ask for approval, or approve it.")
    wanted = [v for v in _variants(post) if v.pk not in without]
    if any(v.at is None and not v.queued for v in wanted):
        raise NotYet("Choose when it should go out.", "at")
    content.make_links(post)
    approval.over(post)
    planned = [d for v in wanted for d in _deliver(v, _allowed(v, _time(v, v.pk in afresh)))]
    renditions.order(wanted, again=True)
    pacing.note_time(post.pk)
    record(
        by,
        "post.scheduled",
        f"Post {post.pk}",
        after={"planned_for": post.planned_for, "deliveries": [d.pk for d in planned]},
    )
    return planned


def schedule(
    post: Post, at: datetime, *, without: Collection[int] = (), by: Actor
) -> list[Delivery]:
    """Choose the time, approve and plan in one go, for those who may do all three."""
    with transaction.atomic():
        _must_publish(post, by)
        post = Post.objects.select_related("workspace").get(pk=post.pk)
        if post.planned_for != at:
            must_be_ahead(at, timezone.now())
            post = content.edit(post, version=post.version, planned_for=at, by=by)
        if not post.is_approved:
            post = _approve_myself(post, by)
        return plan(post, without=without, by=by)


def add_to_queue(post: Post, *, without: Collection[int] = (), by: Actor) -> list[Delivery]:
    """Let the queues of its channels choose: approve and plan in one go, as `schedule` does."""
    with transaction.atomic():
        _must_publish(post, by)
        post = Post.objects.select_related("workspace").get(pk=post.pk)
        afresh = set(post.variants.filter(queued=False).values_list("pk", flat=True))
        post = content.edit(post, version=post.version, queued=True, by=by)
        if not post.is_approved:
            post = _approve_myself(post, by)
        return plan(post, without=without, afresh=afresh, by=by)


def publish_now(post: Post, *, by: Actor) -> list[Delivery]:
    """Out with it, at the next tick of the worker (within a second or two)."""
    return schedule(post, timezone.now(), by=by)


@transaction.atomic
def go_ahead(post: Post, *, by: Actor) -> bool:
    """All have agreed: it goes out at the time they agreed to, if somebody who may schedule
    said so. That is `by`, or whoever asked for the approval; else such people are told.
    """
    ahead = all(v.queued or (v.at and v.at > timezone.now()) for v in post.variants.all())
    if not (post.is_approved and ahead):
        return False
    channels = [v.channel_id for v in post.variants.all()]
    for actor in filter(None, (by, _asker(post))):
        if all(actor.can("publish", pk) for pk in channels):
            plan(post, without=taken_down(post), by=actor)
            return True
    text = f"Approved, and nobody has scheduled it yet: {post}"
    approval.tell(post, f"{approval.about(post)}:plan", text, approval.responsible(post))
    return False


def _asker(post: Post) -> Actor | None:
    asked = post.decisions.filter(said="asked").select_related("member__user").order_by("-pk")
    member = getattr(asked.first(), "member", None)
    return replace(member.actor(), name=f"{member.user} (on approval)") if member else None


@transaction.atomic
def move(
    post: Post,
    at: datetime | None,
    *,
    own: Mapping[int, datetime | None] | None = None,
    by: Actor,
) -> Post:
    """Another time, or none. The approval for the old time is void, unless the mover may
    approve too: then moving is approving. Raises Conflict when nothing of it waits any more.

    `own` are times that single channels have of their own, by channel id; None: its channel
    goes with the others again.
    """
    post = Post.objects.select_related("workspace").get(pk=post.pk)
    was_planned = _waiting(post).exists()
    if was_planned:
        _must_publish(post, by)
    else:
        _must_not_be_out(post)
    if was_planned and at is None and not own:
        cancel(post, by=by)
    was_approved = post.is_approved
    times: dict[str, Any] = {"planned_for": at}
    if own:
        times["variants"] = {pk: {"planned_for": when} for pk, when in own.items()}
    post = content.edit(post, version=post.version, by=by, **times)
    if (own or at is not None) and was_approved:
        _approve_again(post, was_planned, by)
    return Post.objects.select_related("workspace").get(pk=post.pk)


@transaction.atomic
def cancel(post: Post, *, by: Actor) -> int:
    """Call off everything of this post that is not out yet. Returns how many deliveries."""
    _must_publish(post, by)
    called_off = call_off(_waiting(post))
    if called_off:
        record(by, "post.cancelled", f"Post {post.pk}", after={"deliveries": called_off})
    elif post.variants.filter(deliveries__state__in=[State.SENDING, State.UNSURE]).exists():
        raise Conflict("It is being sent at this moment.")
    return called_off


@transaction.atomic
def throw_away(post: Post, *, by: Actor) -> None:
    """Call off what waits and put the post into the bin. What is out stays out."""
    if _waiting(post).exists():
        cancel(post, by=by)
    content.bin_post(post, by=by)


@transaction.atomic
def retry(held: Outgoing, *, not_there: bool = False, by: Actor) -> None:
    """Try again a post, an answer or a promotion. Never says it twice: what may be out is
    looked up first.

    `not_there` is a person's word that they looked and it is not out.
    """
    channel = held.channel
    by.must(held.right, channel.workspace_id, channel.pk)
    if held.state != State.HELD:
        raise Conflict("It is not held any more. Look at it again.")
    if not channel.is_open:
        raise NotYet(f"Connect {channel.handle} again first, on the Channels page.")
    looks = held.maybe_out and not not_there
    if not looks and (why := held.obstacle()):
        raise NotYet(why)
    afresh: dict[str, Any] = {} if looks else {"first_sent_at": None, "ticket": ""}
    target, tries = State.UNSURE if looks else held.begins_in, held.tries
    if not held.move(target, planned_for=timezone.now(), tries=0, maybe_out=looks, **afresh):
        raise Conflict("Somebody else was quicker.")
    if isinstance(held, Delivery):
        renditions.order([held.variant], again=True)
        troubles.settled([held])
    solve(channel.workspace_id, [held.about])
    after = {"not_there": not_there, "tries": tries}
    record(by, f"{held._meta.model_name}.retried", held.subject, after=after)


def on_with(live: Sequence[Delivery]) -> None:
    """The parts of a thread that waited for these."""
    rows = Delivery.objects.filter(after__in=live, due_at=None)
    rows.filter(state__in=(State.PLANNED, State.BY_HAND)).update(due_at=timezone.now())


@transaction.atomic
def drop(delivery: Delivery, *, by: Actor) -> None:
    """Give up one held or planned delivery, and the parts of its thread that wait for it."""
    by.must("publish", delivery.channel.workspace_id, delivery.channel_id)
    rows = Delivery.objects.filter(pk__in=_with_what_follows(delivery), state__in=WAITING)
    if not call_off(rows):
        raise Conflict("It is not waiting any more. Look at it again.")
    record(by, "delivery.dropped", str(delivery))


def _with_what_follows(delivery: Delivery) -> set[int]:
    """It and all that waits for it: a first comment does not wait for the end of a thread."""
    found = {delivery.pk}
    for row in Delivery.objects.filter(variant=delivery.variant_id).order_by("part"):
        if row.after_id in found:
            found.add(row.pk)
    return found


def take_down(delivery: Delivery, *, by: Actor) -> None:
    """Remove it from the network. Talks to the network; what is gone already is fine."""
    may_take_down(delivery, by=by)
    async_to_sync(_remove)(delivery)
    with transaction.atomic():
        delivery.move(State.REMOVED)
        record(by, "delivery.taken_down", str(delivery), before={"url": delivery.url})


def may_take_down(delivery: Delivery, *, by: Actor) -> None:
    """All of `take_down` that needs no network."""
    by.must("publish", delivery.channel.workspace_id, delivery.channel_id)
    if delivery.state != State.LIVE:
        raise Conflict("It is not live, so there is nothing to take down.")


async def _remove(delivery: Delivery) -> None:
    async with line():
        try:
            await delivery.channel.network.publish.remove(
                delivery.channel.call(), delivery.remote_id
            )
        except NetworkError as error:
            raise NotYet(f"It is still there. {error}") from error


def paid_for(deliveries: Collection[int]) -> None:
    """From now on money shows them to more people: whoever compares numbers must say so."""
    rows = Delivery.objects.filter(pk__in=deliveries, paid_since=None)
    rows.update(paid_since=timezone.now())


def freeze(deliveries: list[Delivery]) -> None:
    """What may be out can no longer be edited as if it were not."""
    variants = {d.variant_id for d in deliveries}
    Variant.objects.filter(pk__in=variants, sent_at=None).update(sent_at=timezone.now())


def thaw(deliveries: Sequence[Delivery]) -> None:
    """Proven not to be out, nor in a container at the network: it can be mended."""
    for delivery in deliveries:
        if not delivery.ticket and not _others_out(delivery):
            rows = Variant.objects.filter(pk=delivery.variant_id)
            rows.exclude(sent_at=None).update(sent_at=None)


def _others_out(delivery: Delivery) -> bool:
    others = Delivery.objects.filter(variant=delivery.variant_id, maybe_out=True)
    return others.exclude(pk=delivery.pk).exists()


# --- pieces ---------------------------------------------------------------------------------


def _variants(post: Post) -> list[Variant]:
    return list(post.variants.select_related("channel__workspace", "post__workspace"))


def _time(variant: Variant, afresh: bool) -> datetime:
    """The variant's, or the next free slot of its channel's queue; what has one keeps it."""
    if not variant.queued and variant.at:
        _must_be_apart(variant, variant.at)
        return variant.at
    now = timezone.now()
    has = Delivery.objects.filter(variant=variant, part=0).exclude(state__in=GONE).first()
    if has and (has.state not in WAITING or (has.planned_for > now and not afresh)):
        return has.planned_for
    return pacing.next_free(variant, now).at


def _must_be_apart(variant: Variant, at: datetime) -> None:
    """A time chosen by hand, where the channel refuses what is too near to its like."""
    if spacing.blocks(variant) and (why := spacing.rules(variant).why_not(at)):
        raise NotYet(why, "at")


def _allowed(variant: Variant, at: datetime) -> datetime:
    """The time, if everything shown may be shown then: a slot of a queue is only known now."""
    for medium in variant.post.pieces():
        if medium.pk not in variant.without and (
            why := medium.forbidden(at, variant.channel.workspace.zone)
        ):
            raise NotYet(why, "media")
    return at


def _deliver(variant: Variant, at: datetime) -> list[Delivery]:
    """One delivery for each part; each waits for the one that it follows."""
    parts = variant.parts()
    call_off(Delivery.objects.filter(variant=variant, part__gte=len(parts), state__in=WAITING))
    chain: list[Delivery] = []
    for number, part in enumerate(parts):
        after = None if part.after is None else chain[part.after]
        chain.append(_delivery(variant, number, at, after, chain[0] if chain else None))
    return chain


def _must_not_come_back(variant: Variant, part: int) -> None:
    """What was taken down stays down. What was dropped while nobody knew whether it was out
    may still be there: a second one might be one too many.
    """
    before = Delivery.objects.filter(variant=variant, part=part)
    if before.filter(state=State.REMOVED).exists():
        raise Conflict(
            f"It was taken down on {variant.channel.handle}, so it does not go out there "
            "again. Write it again as a new post, with the channels it should go to."
        )
    if before.filter(state=State.CANCELLED, maybe_out=True).exists():
        raise Conflict(
            f"It was dropped on {variant.channel.handle} without knowing whether it is live "
            "there. Look there; if it is not, write it again as a new post."
        )


def _delivery(
    variant: Variant, part: int, at: datetime, after: Delivery | None, first: Delivery | None
) -> Delivery:
    """The one that exists, moved to its new time if it is still waiting; else a new one."""
    due = at if after is None or after.state == State.LIVE else None
    where = {"planned_for": at, "after": after, "first": first, "due_at": due}
    alive = Delivery.objects.exclude(state__in=GONE)
    delivery = alive.filter(variant=variant, part=part).first()
    if delivery is None:
        _must_not_come_back(variant, part)
        by_hand = after.by_hand if after else variant.is_by_hand
        return _new(variant, by_hand=by_hand, part=part, stamp=at, **where)
    if delivery.state in WAITING:
        afresh = {} if delivery.maybe_out else {"stamp": at, **_whose(variant, delivery)}
        _place_again(delivery, {**where, **afresh})
    return delivery


def _whose(variant: Variant, delivery: Delivery) -> dict[str, Any]:
    """Who posts it, where that was decided for this post and is not so yet."""
    wanted = {"by_hand": variant.is_by_hand, "hand_id": variant.hand_of}
    if not variant.posted_by or wanted == {k: getattr(delivery, k) for k in wanted}:
        return {}
    return {**wanted, "tries": 0, "ticket": ""}


def _new(variant: Variant, *, by_hand: bool, **row: Any) -> Delivery:
    channel = variant.channel
    state = State.BY_HAND if by_hand else State.PLANNED
    hand = variant.hand_of if by_hand else None
    return Delivery.objects.create(
        variant=variant, channel=channel, by_hand=by_hand, hand_id=hand, state=state, **row
    )


def _place_again(delivery: Delivery, values: dict[str, Any]) -> None:
    was_held = delivery.state == State.HELD
    if was_held and delivery.maybe_out:
        delivery.move(State.UNSURE, **values)
    else:
        by_hand = values.get("by_hand", delivery.by_hand)
        place(delivery, State.BY_HAND if by_hand else State.PLANNED, values)
    if was_held:
        troubles.settled([delivery])


def place(part: Delivery, state: str, values: dict[str, object]) -> bool:
    """Also from a state into itself: only who or when changes."""
    if part.state == state:
        return part.compare_and_set(values)
    due_at = values.pop("due_at")
    won = part.move(state, **values)  # type: ignore[arg-type]
    # `move` makes what runs due at once; a later part waits for the one before it.
    return won and part.compare_and_set({"due_at": due_at})


def _approve_again(post: Post, was_planned: bool, by: Actor) -> None:
    if _may_approve(post, by):
        post = _approve_myself(post, by)
        if was_planned:
            plan(post, without=_over(post), by=by)
        return
    approval.ask_for_approval(post, "The time was changed.", by=by)
    call_off(_waiting(post))


def _over(post: Post) -> set[int]:
    """Variants that went out, were taken down or dropped: a new time is not a new order."""
    told = post.variants.filter(deliveries__isnull=False).values_list("pk", flat=True)
    return set(told) - set(_waiting(post).values_list("variant_id", flat=True))


def _must_not_be_out(post: Post) -> None:
    states = set(
        Delivery.objects.filter(variant__post=post).values_list("state", flat=True).distinct()
    )
    if states & {State.SENDING, State.SETTLING, State.UNSURE}:
        raise Conflict("It is being sent at this moment, so it can no longer be moved.")
    if states & {State.LIVE, State.REMOVED}:
        raise Conflict("It is out already, so it keeps its date. Write it again as a new post.")


def _waiting(post: Post) -> QuerySet[Delivery]:
    return Delivery.objects.filter(variant__post=post, state__in=WAITING)


def call_off(rows: QuerySet[Delivery]) -> int:
    """Cancel rows one by one: each may be claimed by a worker at this very moment."""
    called_off = 0
    for delivery in rows.select_related("channel"):
        ticket = delivery.ticket if delivery.maybe_out else ""
        if delivery.move(State.CANCELLED, ticket=ticket):
            if not delivery.maybe_out:
                thaw([delivery])
            troubles.settled([delivery])
            called_off += 1
    return called_off


def _must_publish(post: Post, by: Actor) -> None:
    by.must_hold("publish")
    for channel in Channel.objects.filter(pk__in=post.variants.values("channel")):
        if by.workspace_id == post.workspace_id and not by.can("publish", channel.pk):
            raise NotAllowed(
                f"{by.name} may not schedule on {channel.handle}. Submit the post for approval "
                "instead: whoever approves it can schedule it."
            )
        by.must("publish", post.workspace_id, channel.pk)
    if not post.variants.exists():
        by.must("read", post.workspace_id)
        raise NotYet("Choose at least one channel.", "channels")


def _may_approve(post: Post, by: Actor) -> bool:
    """Is their yes all that is missing?"""
    may = all(by.can("approve", v.channel_id) for v in post.variants.all())
    return may and consent.suffices(post, by.membership_id)


def _approve_myself(post: Post, by: Actor) -> Post:
    by.must_hold("approve")
    if not _may_approve(post, by):
        raise NotAllowed(
            "This post needs somebody else's approval before it can be scheduled. "
            f"Submit it for approval. It has {consent.of(post).said}."
        )
    return approval.approve(post, post.seal(), by=by)
