"""What a campaign may still spend."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, F, Q, Sum, When

from clarion.ads.models import Promotion
from clarion.strategy.models import Campaign

State = Promotion.State


@dataclass(frozen=True)
class Purse:
    """All in the workspace's currency. `promised` is what may still be spent by what runs."""

    budget: Decimal
    spent: Decimal
    promised: Decimal

    @property
    def left(self) -> Decimal:
        return self.budget - self.spent - self.promised


def purse(campaign: Campaign) -> Purse:
    return purses([campaign])[campaign.pk]


def purses(campaigns: Sequence[Campaign]) -> dict[int, Purse]:
    """What may be running counts with its whole budget, what is over with its cost.

    It is over once the network has billed it after its end: until then more may have been spent
    than we know of.
    """
    billed = Q(stopped_at__isnull=False, spent_as_of__gte=F("stopped_at"))
    over = Q(state__in=[State.CANCELLED, State.REMOVED]) | billed
    rows = Promotion.objects.filter(campaign__in=campaigns).values("campaign")
    told = rows.annotate(
        paid=Sum("spent"), taken=Sum(Case(When(over, then=F("spent")), default=F("budget")))
    )
    known = {row["campaign"]: (row["paid"], row["taken"]) for row in told}
    none = Decimal(0), Decimal(0)
    return {c.pk: _purse(c, *known.get(c.pk, none)) for c in campaigns}


def with_purses(promotions: Iterable[Promotion]) -> list[Promotion]:
    """The same, each knowing what its campaign has left. Below 0 it is no longer covered."""
    rows = list(promotions)
    found = purses([p.campaign for p in rows])
    for promotion in rows:
        promotion.left = found[promotion.campaign_id].left
    return rows


def _purse(campaign: Campaign, paid: Decimal, taken: Decimal) -> Purse:
    return Purse(campaign.budget, paid, max(taken - paid, Decimal(0)))
