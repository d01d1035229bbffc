"""What a post and a campaign cost: fees, people's time and advertising, planned and real."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch
from django.utils import timezone

from clarion.accounts.models import HourlyRate, Workspace
from clarion.accounts.rights import Actor
from clarion.ads.models import Earmark, Promotion
from clarion.content import costs as content
from clarion.content.models import Effort, Post, Variant
from clarion.numbers.money import Cost, Exchange, Total, total
from clarion.publishing.models import Charge, Delivery
from clarion.strategy.models import Campaign

AD = "Advertising"
LIST = "the price list of the day it went out; not the network's bill"
Dropped = (Promotion.State.CANCELLED,)


@dataclass(frozen=True)
class Sheet:
    """What something is to cost, and what it has cost so far."""

    planned: Total
    real: Total


@dataclass(frozen=True)
class Known:
    """What all costs of a workspace are reckoned with."""

    workspace: Workspace
    rates: Sequence[HourlyRate]
    exchange: dict[str, Exchange]
    on: date
    seen: bool  # whether whoever asks may see what an hour costs

    @classmethod
    def of(cls, workspace: Workspace, by: Actor) -> "Known":
        on = timezone.localdate(timezone=workspace.zone)
        rates = list(workspace.hourly_rates.all())
        exchange = content.exchange_rates(workspace, on)
        return cls(workspace, rates, exchange, on, by.can("plan"))

    def total(self, costs: Iterable[Cost]) -> Total:
        return total(list(costs), self.workspace.currency, self.exchange)


def of_post(post: Post, *, by: Actor) -> Sheet:
    """What this post is to cost, and what it has cost."""
    by.must("read", post.workspace_id)
    known = Known.of(post.workspace, by)
    [whole] = _posts(Post.objects.filter(pk=post.pk))
    return Sheet(known.total(planned(whole, known)), known.total(_real(whole, known)))


def of_campaign(campaign: Campaign, *, by: Actor) -> Sheet:
    """The same, summed over every post of it that is not in the bin, and its promotions."""
    by.must("read", campaign.workspace_id)
    known = Known.of(campaign.workspace, by)
    posts = _posts(campaign.posts.exclude(state=Post.State.BINNED))
    plan = [_merged(part) for part in _by_kind(c for p in posts for c in planned(p, known))]
    real = [_merged(part) for part in _by_kind(c for p in posts for c in _real(p, known))]
    others = campaign.promotions.exclude(delivery__variant__post__in=posts)
    elsewhere = [p for p in others if p.state not in Dropped]
    more, billed = _ordered(elsewhere), _billed(elsewhere)
    return Sheet(known.total([*plan, *more]), known.total([*real, *billed]))


def _posts(rows: object) -> list[Post]:
    """With all that their costs are reckoned from, in a fixed number of queries."""
    variants = Variant.objects.select_related("channel__workspace")
    deliveries = Delivery.objects.prefetch_related("charges", "promotions", "channel")
    found = rows.select_related("workspace", "earmark", "campaign").prefetch_related(  # type: ignore[attr-defined]
        "placements__media",
        Prefetch("variants", variants.prefetch_related(Prefetch("deliveries", deliveries))),
        Prefetch("efforts", Effort.objects.select_related("person__user").order_by("pk")),
    )
    return list(found)


# --- planned --------------------------------------------------------------------------------


def planned(post: Post, known: Known) -> list[Cost]:
    """Fees by today's prices, minutes as they were estimated, money as it was set aside."""
    fees = [content.fee(content.said(v.channel, v.said()), known.on) for v in _variants(post)]
    efforts, currency = list(post.efforts.all()), known.workspace.currency
    minutes = content.people(efforts, known.rates, currency, seen=known.seen)
    return [*fees, *minutes, *_set_aside(post)]


def _variants(post: Post) -> list[Variant]:
    variants = list(post.variants.all())
    for variant in variants:
        variant.post = post
    return variants


def _set_aside(post: Post) -> list[Cost]:
    """What is ordered; before anything is, what is set aside for it."""
    if ordered := _ordered(_promotions(post)):
        return ordered
    earmark: Earmark | None = getattr(post, "earmark", None)
    if earmark is None:
        return []
    formula, day = "set aside for this post", earmark.said_at.date()
    return [Cost(AD, earmark.amount, earmark.currency, formula, earmark.said_by, 1, day)]


def _promotions(post: Post) -> list[Promotion]:
    deliveries = [d for v in post.variants.all() for d in v.deliveries.all()]
    return [p for d in deliveries for p in d.promotions.all() if p.state not in Dropped]


def _ordered(promotions: Sequence[Promotion]) -> list[Cost]:
    return [
        Cost(AD, p.budget, p.currency, "budget of a promotion", p.ordered_by, 1, p.stamp.date())
        for p in promotions
    ]


# --- real -----------------------------------------------------------------------------------


def _real(post: Post, known: Known) -> list[Cost]:
    """What was charged, what people said it took, what was billed for advertising."""
    live = [d for v in post.variants.all() for d in v.deliveries.all() if d.live_at]
    efforts, currency = list(post.efforts.all()), known.workspace.currency
    minutes = content.people(efforts, known.rates, currency, spent=True, seen=known.seen)
    return [*(_charged(d) for d in live), *minutes, *_billed(_promotions(post))]


def _charged(delivery: Delivery) -> Cost:
    charges: list[Charge] = list(delivery.charges.all())
    if not charges:
        why = f"No price of {delivery.channel.network.name} was noted when it went out."
        return Cost(content.FEE, None, "USD", "price of that day", LIST, 1, None, why)
    amount = sum((c.amount for c in charges), Decimal(0))
    formula = " + ".join(f"{c.action} {c.amount} {c.currency}" for c in charges)
    day, source = max(c.at for c in charges).date(), f"{charges[0].source}; {LIST}"
    return Cost(content.FEE, amount, charges[0].currency, formula, source, len(charges), day)


def _billed(promotions: Sequence[Promotion]) -> list[Cost]:
    return [_bill(p) for p in promotions]


def _bill(p: Promotion) -> Cost:
    formula = "what the network has billed"
    if p.spent_as_of is None:
        return Cost(AD, None, p.currency, formula, "network", 1, None, "Not billed yet.")
    return Cost(AD, p.spent, p.currency, formula, "network", 1, p.spent_as_of.date())


# --- sums -----------------------------------------------------------------------------------


def _by_kind(costs: Iterable[Cost]) -> list[list[Cost]]:
    """Those that can be added: of one kind, in one currency, known or not."""
    groups: dict[tuple[str, str, str], list[Cost]] = {}
    for cost in costs:
        groups.setdefault((cost.what, cost.currency, cost.reason), []).append(cost)
    return list(groups.values())


def _merged(costs: Sequence[Cost]) -> Cost:
    """One line for many. What is unknown stays so, with how many there are of it."""
    first, known = costs[0], [c.amount for c in costs if c.amount is not None]
    days = [c.as_of for c in costs if c.as_of]
    return Cost(
        first.what,
        sum(known, Decimal(0)) if known else None,
        first.currency,
        first.formula if len(costs) == 1 else f"sum over {len(costs)}",
        first.source if len({c.source for c in costs}) == 1 else "several",
        sum(c.n for c in costs),
        min(days, default=None),
        first.reason,
    )
