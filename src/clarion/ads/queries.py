"""What a campaign may still spend."""

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
    """What may be running counts with its whole budget, what is over with its cost."""
    over = Q(state__in=[State.CANCELLED, State.REMOVED]) | ~Q(stopped_at=None)
    rows = Promotion.objects.filter(campaign=campaign).annotate(
        takes=Case(When(over, then=F("spent")), default=F("budget"))
    )
    told = rows.aggregate(spent=Sum("spent"), committed=Sum("takes"))
    spent, committed = told["spent"] or Decimal(0), told["committed"] or Decimal(0)
    return Purse(campaign.budget, spent, max(committed - spent, Decimal(0)))
