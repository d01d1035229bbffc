"""How the demo's posts fare: quick at first, then slowly; pictures help, so do questions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from random import Random

READ_AFTER = (1, 3, 8, 24, 48, 96, 168, 336, 720)  # hours at which counts were read


@dataclass(frozen=True)
class Fate:
    """What a post comes to in the end, if nobody takes it down."""

    finals: Mapping[str, float]  # metric -> lifetime total

    def at(self, hours: float) -> dict[str, int]:
        return {metric: int(final * grown(hours)) for metric, final in self.finals.items()}


def grown(hours: float) -> float:
    """The share of everything that has come by then: 0 to 1."""
    return 0.94 * (1 - exp(-hours / 7)) + 0.06 * min(1.0, hours / 700)


def fate(dice: Random, followers: float, text: str, pictured: bool, linked: bool) -> Fate:
    luck = dice.lognormvariate(0, 0.28)
    views = followers * 0.44 * luck * (1.45 if pictured else 1.0)
    asks = "?" in text
    rates = {
        "likes": (0.047 if pictured else 0.034) * dice.uniform(0.8, 1.25),
        "comments": (0.009 if asks else 0.003) * dice.uniform(0.6, 1.4),
        "shares": (0.009 if linked else 0.005) * dice.uniform(0.5, 1.5),
    }
    if linked:
        rates["clicks"] = 0.021 * dice.uniform(0.6, 1.5)
    return Fate({"views": views, **{m: views * rate for m, rate in rates.items()}})


def readings(
    fate: Fate, live_at: datetime, now: datetime
) -> Iterator[tuple[datetime, str, int]]:
    """What would have been written down: a row when a total had changed since the last look."""
    last: dict[str, int] = {}
    for hours in READ_AFTER:
        at = live_at + timedelta(hours=hours)
        if at > now:
            return
        for metric, total in fate.at(hours).items():
            if last.get(metric) != total:
                last[metric] = total
                yield at, metric, total
