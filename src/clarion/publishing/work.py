"""What the worker does with deliveries. How they go out stands in `outgoing`."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clarion.accounts.actions import solve
from clarion.accounts.journal import Line, extend
from clarion.accounts.rights import NotAllowed, worker
from clarion.channels.models import Channel
from clarion.channels.work import heed
from clarion.content.library import renditions
from clarion.content.models import Post
from clarion.kit.errors import Conflict, NotYet
from clarion.kit.steps import Outcome, Stay, Step
from clarion.publishing import troubles
from clarion.publishing.actions import freeze, on_with, thaw
from clarion.publishing.models import SKEW, Delivery, Repeat
from clarion.publishing.pacing import unpaused
from clarion.publishing.planning import repeats
from clarion.publishing.sending.by_hand import ask_hands, remind
from clarion.publishing.sending.charges import charge
from clarion.publishing.sending.expiring import tell_of_rights
from clarion.publishing.sending.forecast import remind as remind_of_ends
from clarion.publishing.sending.outgoing import steps
from clarion.publishing.sending.pauses import going

State = Delivery.State
TOLD = {
    State.LIVE: "delivery.live",
    State.HELD: "delivery.held",
    State.UNSURE: "delivery.unsure",
}


def load(rows: QuerySet[Delivery]) -> Sequence[Delivery]:
    """Everything a step reads, in a few queries for the whole batch."""
    _freeze_what_is_sent(rows)
    deliveries = list(
        rows.select_related(
            "channel__workspace",
            "variant__post__campaign",
            "variant__tracked",
            "after",
            "first",
        ).prefetch_related("variant__post__placements__media", "variant__post__variants")
    )
    for delivery in deliveries:  # one object for one row: a grant is decrypted once
        delivery.variant.channel = delivery.channel
        delivery.variant.post.workspace = delivery.channel.workspace
    variants = [d.variant for d in deliveries]
    renditions.attach(variants)
    renditions.order(variants)
    _tell_what_is_known([d for d in deliveries if d.state == State.UNSURE])
    return deliveries


def _freeze_what_is_sent(rows: QuerySet[Delivery]) -> None:
    """Before its words are read: a writer who was quicker is waited for, a later one refused.

    Otherwise an answer that gets lost would be looked for with words that were never sent.
    """
    sent = list(rows.filter(state=State.SENDING).only("variant_id"))
    if not sent:
        return
    with transaction.atomic():
        posts = Post.objects.filter(variants__in=[d.variant_id for d in sent])
        list(Post.objects.filter(pk__in=posts).order_by("pk").select_for_update(no_key=True))
        freeze(sent)


def _tell_what_is_known(unsure: Sequence[Delivery]) -> None:
    """The same words may have gone out before: those ids are taken."""
    for delivery in unsure:
        since = (delivery.first_sent_at or delivery.stamp) - 2 * SKEW
        recent = Delivery.objects.filter(channel=delivery.channel_id, live_at__gte=since)
        ids = recent.exclude(remote_id="").values_list("remote_id", flat=True)
        delivery.known = frozenset(ids)


def settled(results: Sequence[tuple[Delivery, Outcome]]) -> None:
    """What follows when deliveries move, in the same transaction."""
    live = [d for d, _ in results if d.state == State.LIVE]
    held = [d for d, _ in results if d.state == State.HELD]
    freeze([*live, *(d for d, _ in results if d.state in (State.SETTLING, State.UNSURE))])
    thaw([d for d, _ in results if not d.maybe_out])
    on_with(live)
    Channel.objects.filter(pk__in={d.channel_id for d in live}, doubts__gt=0).update(doubts=0)
    heed(results)
    charge(live)
    _tell(live, held)
    ask_hands([d for d, _ in results if d.state == State.BY_HAND])
    _write_down(results)


def _tell(live: Sequence[Delivery], held: Sequence[Delivery]) -> None:
    troubles.tell(held)
    for workspace_id in {d.channel.workspace_id for d in live}:
        mine = [d.about for d in live if d.channel.workspace_id == workspace_id]
        solve(workspace_id, mine)


def _write_down(results: Sequence[tuple[Delivery, Outcome]]) -> None:
    by_workspace: dict[int, list[Line]] = {}
    for delivery, outcome in results:
        if delivery.state in TOLD:
            lines = by_workspace.setdefault(delivery.channel.workspace_id, [])
            lines.append(
                Line(
                    TOLD[State(delivery.state)], str(delivery), after=_facts(delivery, outcome)
                )
            )
    for workspace_id, lines in sorted(by_workspace.items()):
        extend(worker(workspace_id), lines)


def _facts(delivery: Delivery, outcome: Outcome) -> dict[str, Any]:
    if delivery.state == State.LIVE:
        return {"url": delivery.url, "remote_id": delivery.remote_id}
    # While it may be out, only a look brings an error home and sends nothing.
    looked = isinstance(outcome, Stay) or (delivery.maybe_out and outcome.found is not None)
    return {"problem": delivery.problem, "looked": looked}


def hold_orphans() -> int:
    """What is due on a channel that was removed would wait for ever without a word."""
    gone = Delivery.objects.filter(
        state=State.PLANNED, due_at__lte=timezone.now(), channel__state=Channel.State.GONE
    )
    with transaction.atomic():
        held = [d for d in gone.select_related("channel", "variant__post") if _hold(d)]
        troubles.tell(held)
    return len(held)


def _hold(delivery: Delivery) -> bool:
    why = "The channel was removed. Connect it again and retry, or drop the post."
    return delivery.move(State.HELD, problem=why)


async def again(_: Repeat) -> Outcome:
    """Its turn may have come; what follows is done where rows are written."""
    return Stay(at=timezone.now() + repeats.LOOK)


def come_again(results: Sequence[tuple[Repeat, Outcome]]) -> None:
    for repeat, _ in results:
        try:
            with transaction.atomic():
                repeats.come_again(repeat)
        except (NotYet, Conflict, NotAllowed) as why:
            repeats.stopped(repeat, why)


def _load_repeats(rows: QuerySet[Repeat]) -> Sequence[Repeat]:
    return list(rows.select_related("origin__workspace"))


STEPS: tuple[Step[Any], ...] = (
    *steps(Delivery, load, settled, unpaused),
    Step(
        Delivery,
        State.BY_HAND,
        remind,
        ready=lambda: going() & unpaused(),
        load=load,
        settled=settled,
    ),
    Step(Repeat, Repeat.State.ON, again, load=_load_repeats, settled=come_again, batch=20),
)
CHORES = (hold_orphans, remind_of_ends, tell_of_rights, troubles.look_after)
