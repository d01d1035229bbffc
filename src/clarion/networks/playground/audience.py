"""Who follows an account, when they are awake, and how far a post travels among them.

Numbers are a function of the seed, the account, the post and the simulated time since it
appeared: nothing is counted up, so nothing can be lost or drift.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import exp

from clarion.networks.playground.chance import chance
from clarion.networks.playground.people import LANGUAGES
from clarion.networks.playground.topics import WORDS

PEAKS = {"morning": 7.5, "midday": 12.5, "evening": 20.0}  # hours, UTC
FADE = 5.0  # hours after which a feed shows a post a third as often
HOURS: tuple[int, ...] = (
    *range(73),
    *range(96, 721, 24),
)  # where the curves have their corners
TAIL = 0.08  # the share of views that trickles in over a month


@dataclass(frozen=True)
class Audience:
    size: int  # followers at the start
    topics: Mapping[str, float]  # shares, together 1
    languages: Mapping[str, float]
    awake: Mapping[str, float]  # how many keep which hours

    def active(self, hour: float) -> float:
        """The share of followers who look at their feed at this hour of the day, 0 to 1."""
        looking = sum(
            share * exp(-((_apart(hour, PEAKS[kind]) / 2.5) ** 2.0))
            for kind, share in self.awake.items()
        )
        return 0.05 + 0.9 * looking


@lru_cache(4096)
def audience(seed: int, handle: str) -> Audience:
    return Audience(
        size=int(800 * 10 ** (1.0 * chance(seed, handle, "size"))),
        topics=_shares({t: chance(seed, handle, t) ** 3 for t in WORDS}),
        languages=_shares(
            {k: w * (0.4 + chance(seed, handle, k)) for k, w in LANGUAGES.items()}
        ),
        awake=_shares({kind: 0.15 + chance(seed, handle, kind) ** 2 for kind in PEAKS}),
    )


@dataclass(frozen=True)
class Curve:
    """How much of what a post will ever get has come by then. Rises from 0 to 1."""

    shares: tuple[float, ...]  # at HOURS

    def at(self, hours: float) -> float:
        if hours <= 0:
            return 0.0
        corner = bisect_right(HOURS, hours)
        if corner == len(HOURS):
            return 1.0
        left, right = HOURS[corner - 1], HOURS[corner]
        low, high = self.shares[corner - 1], self.shares[corner]
        return low + (high - low) * (hours - left) / (right - left)

    def when(self, share: float) -> float:
        """Hours until this share (0 to 1) has come."""
        corner = min(max(1, bisect_right(self.shares, share)), len(HOURS) - 1)
        left, right = HOURS[corner - 1], HOURS[corner]
        low, high = self.shares[corner - 1], self.shares[corner]
        return left + (right - left) * min(1.0, (share - low) / (high - low or 1))


@lru_cache(8192)
def curve(seed: int, handle: str, quarter: int) -> Curve:
    """For a post that appears in this quarter of an hour of the day (0 to 95)."""
    people = audience(seed, handle)
    seen, total = [0.0], 0.0
    for hour in range(72):
        total += people.active(quarter / 4 + hour + 0.5) * exp(-hour / FADE)
        seen.append(total)
    return Curve(
        tuple(
            (1 - TAIL) * min(1.0, seen[min(h, 72)] / total) + TAIL * min(1.0, h / HOURS[-1])
            for h in HOURS
        )
    )


@lru_cache(8192)
def exposure(seed: int, handle: str, quarter: int) -> float:
    """How well this time of day suits these followers: 1 is the best one, 0 would be nobody."""
    people = audience(seed, handle)

    def looks(start: float) -> float:
        return sum(people.active(start + h + 0.5) * exp(-h / FADE) for h in range(24))

    return looks(quarter / 4) / max(looks(start) for start in range(24))


def _apart(a: float, b: float) -> float:
    """Hours between two times of day, the short way round."""
    around = abs(a - b) % 24
    return min(around, 24 - around)


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {key: weight / total for key, weight in weights.items()}
