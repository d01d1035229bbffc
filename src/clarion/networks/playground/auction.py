"""Who is shown, and for how much: second-price auctions against competitors of the seed.

Every simulated hour the people of an audience look at so many places for advertising, which are
auctioned in lots. In each lot some of the competitors bid. The highest bid is shown, a good
post's bid counting for more, and pays just what it takes to beat the next: never its own bid.
The money that is left is spread over the hours that are left, and goes to the cheapest lots
first: that is what a bid comes to that is lowered until the money lasts. So an audience that is
too small for the money is bought to the dear end, and a low bid leaves money over.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from clarion.networks.playground.chance import chance

LOTS = 6  # in an hour
PLACES = 0.02  # that one person looks at in an hour
RIVALS = 5
LEAST, MOST = 80.0, 700.0  # cents that competitors bid for a thousand views
AUTOMATIC = 900.0  # the most that is bid where no bid was given


@dataclass(frozen=True)
class Offer:
    """What somebody is willing to pay, for whom, and how good a post it is for (0 to 1)."""

    cents: int
    hours: int
    people: int
    good: float
    bid: float = AUTOMATIC  # cents for a thousand views

    @property
    def weight(self) -> float:
        """What a cent of its bid counts, next to one of the competitors."""
        return 0.5 + self.good


@dataclass(frozen=True)
class Bill:
    """What has been paid, shown and won after each hour of the run; all start at nothing."""

    cents: tuple[float, ...]
    views: tuple[float, ...]
    lots: tuple[float, ...]

    def at(self, hours: float) -> tuple[int, int]:
        """Whole cents and views after so many simulated hours."""
        return int(_between(self.cents, hours) + 1e-6), int(_between(self.views, hours) + 1e-6)


@lru_cache(2048)
def bill(seed: int, began: int, offer: Offer) -> Bill:
    """The whole run, from the simulated hour `began` on."""
    paid, shown, won = [0.0], [0.0], [0.0]
    for hour in range(offer.hours):
        share = (offer.cents - paid[-1]) / (offer.hours - hour)
        cents, views, lots = _buy(market(seed, began + hour), offer, share)
        paid.append(min(float(offer.cents), paid[-1] + cents))
        shown.append(shown[-1] + views)
        won.append(won[-1] + lots)
    return Bill(tuple(paid), tuple(shown), tuple(won))


@lru_cache(32768)
def market(seed: int, hour: int) -> tuple[float, ...]:
    """The highest of the competitors' bids in each lot of this hour, the cheapest lot first."""
    tops = [LEAST] * LOTS
    for rival in range(RIVALS):
        luck = chance(seed, "auction", rival, hour)
        bid, comes = LEAST * (MOST / LEAST) ** luck, int(luck * 2**40)
        for lot in range(LOTS):
            if comes >> lot & 1:
                tops[lot] = max(tops[lot], bid)
    return tuple(sorted(tops))


def _buy(tops: tuple[float, ...], offer: Offer, money: float) -> tuple[float, float, int]:
    """Cents, views and lots of one hour."""
    size, spent, seen = offer.people * PLACES / LOTS, 0.0, 0.0
    for lot, top in enumerate(tops):
        price = top / offer.weight  # of a thousand views, and what just beats the next bid
        if price > offer.bid or spent >= money:
            return spent, seen, lot
        views = min(size, 1000 * (money - spent) / price)
        spent, seen = spent + views * price / 1000, seen + views
    return spent, seen, len(tops)


def _between(corners: tuple[float, ...], hours: float) -> float:
    at = max(0, min(bisect_right(range(len(corners)), hours) - 1, len(corners) - 1))
    if at == len(corners) - 1:
        return corners[-1]
    return corners[at] + (corners[at + 1] - corners[at]) * max(0.0, hours - at)
