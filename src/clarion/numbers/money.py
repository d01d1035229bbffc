"""Money that says what it is: how it was reckoned, from what, as of when; unknown is not 0.

Sums are in one currency. Money in another is exchanged only at a rate that a person gave; else
it stands beside the sum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Cost:
    """One thing that costs money. `amount` is None when it is not known: `reason` says why."""

    what: str
    amount: Decimal | None
    currency: str
    formula: str
    source: str
    n: int = 1  # how many things it was reckoned over
    as_of: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class Exchange:
    """What one coin of `currency` was worth `into` another on a day, as somebody said."""

    currency: str
    into: str
    rate: Decimal
    as_of: date
    source: str

    @property
    def said(self) -> str:
        rate = f"{self.rate.normalize():f}"
        return f"1 {self.currency} = {rate} {self.into}, {self.as_of:%d %b %Y}, {self.source}"


@dataclass(frozen=True)
class Total:
    """The sum of all that is known and can be added; the rest stands beside it."""

    amount: Decimal
    currency: str
    costs: Sequence[Cost] = ()
    exchanged: Sequence[Exchange] = ()  # the rates that were used
    beside: Mapping[str, Decimal] = field(default_factory=dict)  # currency -> not added
    unknown: Sequence[Cost] = ()

    @property
    def is_whole(self) -> bool:
        """Nothing is unknown and nothing stands beside."""
        return not self.beside and not self.unknown

    @property
    def formula(self) -> str:
        known = [c.what for c in self.costs if c.amount is not None]
        return " + ".join(dict.fromkeys(known)) or "nothing is known yet"


def total(costs: Sequence[Cost], currency: str, rates: Mapping[str, Exchange]) -> Total:
    """Everything in `currency`, with the rates there are.

    >>> fee = Cost("API fee", Decimal("0.2"), "USD", "1 · 0.200", "X")
    >>> total([fee], "EUR", {}).amount, dict(total([fee], "EUR", {}).beside)
    (Decimal('0'), {'USD': Decimal('0.2')})
    """
    amount, beside, used = Decimal(0), dict[str, Decimal](), dict[str, Exchange]()
    for cost in costs:
        if not cost.amount:
            continue
        if cost.currency == currency:
            amount += cost.amount
        elif cost.currency in rates:
            used[cost.currency] = rates[cost.currency]
            amount += cost.amount * rates[cost.currency].rate
        else:
            beside[cost.currency] = beside.get(cost.currency, Decimal(0)) + cost.amount
    unknown = [cost for cost in costs if cost.amount is None]
    return Total(amount, currency, costs, list(used.values()), beside, unknown)
