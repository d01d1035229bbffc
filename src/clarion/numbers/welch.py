"""Whether one group of numbers truly lies above another, or chance may explain it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, variance

from clarion.numbers.means import quantile
from clarion.numbers.proportions import Interval

FEWEST = 5  # values on a side; below that nothing is decided


@dataclass(frozen=True)
class Apart:
    """`difference` is mean of a less mean of b. `verdict`: "higher", "lower" or "undecided"."""

    difference: float
    interval: Interval
    verdict: str


def mean(values: Sequence[float]) -> tuple[float, Interval | None]:
    """The mean with its 95 % interval; none of fewer than two values."""
    middle = fmean(values)
    if len(values) < 2:
        return middle, None
    half = quantile(len(values) - 1) * sqrt(variance(values) / len(values))
    return middle, Interval(middle - half, middle + half)


def apart(a: Sequence[float], b: Sequence[float]) -> Apart | None:
    """Welch's test on two groups of posts. None where a side has fewer than two values.

    >>> apart([5.1, 4.9, 5.0, 5.2, 4.8], [3.0, 3.1, 2.9, 3.2, 2.8]).verdict
    'higher'
    >>> apart([5, 1, 9], [3, 3, 3]).verdict
    'undecided'
    """
    if min(len(a), len(b)) < 2:
        return None
    va, vb = variance(a) / len(a), variance(b) / len(b)
    difference, spread = fmean(a) - fmean(b), sqrt(va + vb)
    free = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1)) if spread else 1.0
    half = quantile(max(1, int(free))) * spread  # rounded down: rather too wide
    interval = Interval(difference - half, difference + half)
    decided = min(len(a), len(b)) >= FEWEST and not interval.low <= 0 <= interval.high
    verdict = ("higher" if difference > 0 else "lower") if decided else "undecided"
    return Apart(difference, interval, verdict)
