"""Put money behind a post. Only a person can, and never more than is left."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from asgiref.sync import async_to_sync
from django.db import transaction
from django.utils import timezone

from clarion.accounts.actions import solve
from clarion.accounts.journal import record
from clarion.accounts.rights import Actor, NotAllowed
from clarion.ads.models import Promotion
from clarion.ads.queries import purse, with_purses
from clarion.channels.line import line
from clarion.kit.errors import Conflict, NotYet
from clarion.networks.base import NetworkError
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery
from clarion.strategy.models import Campaign

State = Promotion.State
LONGEST = timedelta(days=90)


@transaction.atomic
def promote(
    delivery: Delivery,
    budget: Decimal | int | str,
    *,
    campaign: Campaign | None = None,
    until: datetime | None = None,
    seen: int | None = None,
    by: Actor,
) -> Promotion:
    """Order a promotion that the network itself ends at `budget` (workspace's currency).

    Refused above what the campaign has left. It starts at the next tick of the worker.
    `seen` is `newest` as the orderer saw it: Conflict when one was ordered since, so that
    pressing twice is ordering once.
    """
    by.must("spend", delivery.channel.workspace_id, delivery.channel_id)
    campaign = campaign or delivery.variant.post.campaign
    if campaign is not None:
        # Locked: two orders at the same moment must not both see the same money.
        Campaign.objects.select_for_update().get(pk=campaign.pk)
    if seen is not None and newest(delivery) != seen:
        raise Conflict(
            "A promotion of this post has just been ordered. Nothing more was spent."
        )
    order = weigh(delivery, budget, campaign=campaign, until=until, by=by)
    promotion = Promotion.objects.create(
        campaign=order.campaign,
        delivery=delivery,
        channel=delivery.channel,
        budget=order.amount,
        currency=order.currency,
        until=order.until,
        ordered_by=by.name,
        state=State.PLANNED,
        due_at=timezone.now(),
    )
    after = {"budget": order.amount, "currency": order.currency, "until": order.until}
    record(by, "promotion.ordered", promotion.subject, after=after)
    return promotion


def newest(delivery: Delivery) -> int:
    """The id of its newest promotion, 0 for none."""
    pks = delivery.promotions.order_by("-pk").values_list("pk", flat=True)
    return pks.first() or 0


@dataclass(frozen=True)
class Order:
    """What would be ordered, when somebody says yes to it."""

    campaign: Campaign
    amount: Decimal
    currency: str
    until: datetime


def weigh(
    delivery: Delivery,
    budget: Decimal | int | str,
    *,
    campaign: Campaign | None = None,
    until: datetime | None = None,
    by: Actor,
) -> Order:
    """What `promote` would order, or why it would refuse. Orders nothing."""
    campaign = campaign or delivery.variant.post.campaign
    if campaign is None:
        why = "Put the post into a campaign first: its budget is what may be spent."
        raise NotYet(why, "campaign")
    by.must("spend", delivery.channel.workspace_id, delivery.channel_id)
    by.must("spend", campaign.workspace_id)
    if by.kind == "worker":
        raise NotAllowed("Nothing is spent by itself.")
    campaign = Campaign.objects.select_related("workspace").get(pk=campaign.pk)
    amount, until = _amount(budget), until or timezone.now() + timedelta(days=7)
    _check(delivery, campaign, amount, until)
    return Order(campaign, amount, campaign.workspace.currency, until)


def _amount(budget: Decimal | int | str) -> Decimal:
    try:
        amount = Decimal(budget).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise NotYet("Write the amount as a number, like 20 or 99.50.", "budget") from None
    if not amount.is_finite() or amount <= 0:
        raise NotYet("The amount must be more than 0.", "budget")
    return amount


def _check(delivery: Delivery, campaign: Campaign, amount: Decimal, until: datetime) -> None:
    network = delivery.channel.network
    if network.ads is None:
        raise NotYet(f"Clarion cannot promote posts on {network.name}.")
    if delivery.state != Delivery.State.LIVE:
        raise NotYet("Only a post that is live can be promoted.")
    if not delivery.url:
        raise NotYet(
            f"This post has no address on {network.name}, so it cannot be promoted there. "
            "Publish one, and promote that."
        )
    left, currency = purse(campaign).left, campaign.workspace.currency
    if amount > left:
        raise NotYet(
            f"{campaign.name} has {left} {currency} left, so {amount} {currency} cannot be "
            "spent. Take less, or raise the campaign's budget first.",
            "budget",
        )
    if not timezone.now() < until <= timezone.now() + LONGEST:
        raise NotYet("A promotion ends within the next 90 days.", "until")


def stop(promotion: Promotion, *, by: Actor) -> None:
    """End it now. What is spent is spent; the rest of its budget is free again."""
    may_stop(promotion, by=by)
    if promotion.state in (State.PLANNED, State.HELD):
        if promotion.maybe_out:
            rows = Promotion.objects.select_related("channel", "delivery")
            async_to_sync(_must_not_run)(rows.get(pk=promotion.pk))
        if not promotion.move(State.CANCELLED, maybe_out=False):
            raise Conflict("It is being started at this moment. Try again in a few seconds.")
    else:
        async_to_sync(_stop)(promotion)
        Promotion.objects.filter(pk=promotion.pk).update(stopped_at=timezone.now())
    with transaction.atomic():
        solve(promotion.channel.workspace_id, [promotion.about])
        record(
            by,
            "promotion.stopped",
            promotion.subject,
            before={"spent": promotion.spent},
        )


def may_stop(promotion: Promotion, *, by: Actor) -> None:
    """All of `stop` that needs no network."""
    by.must("spend", promotion.channel.workspace_id, promotion.channel_id)
    waits = promotion.state in (State.PLANNED, State.HELD)
    if not waits and (promotion.state != State.LIVE or promotion.stopped_at):
        raise Conflict("It is not running.")


async def _must_not_run(promotion: Promotion) -> None:
    """Its order got no answer: money that may be flowing is not called free."""
    async with line():
        try:
            found = await promotion.look()
        except NetworkError as error:
            raise NotYet(f"It may be running, and nobody can tell. {error}") from error
    if found is not None:
        raise NotYet("It is running after all. Try again to take it in, then stop it.")


async def _stop(promotion: Promotion) -> None:
    ads = promotion.channel.network.ads
    if ads is None:
        raise NotYet("This network has no promotions.")
    async with line():
        try:
            await ads.stop(promotion.channel.call(), promotion.remote_id)
        except NetworkError as error:
            raise NotYet(f"It is still running. {error}") from error


def retry(promotion: Promotion, *, by: Actor) -> None:
    """Try again what is held, unless its time is over or its budget is gone meanwhile."""
    [promotion] = with_purses([promotion])
    publishing.retry(promotion, by=by)
