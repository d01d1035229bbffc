"""What may be said about averages of groups: how far one lies from the rest, and how surely.

Counts of likes and the like are skewed, so their logarithms are compared: a difference of logs
is a factor. One spread for all groups, because each alone is too small to know its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt

from clarion.numbers.proportions import Interval

LEVEL = 0.05  # of being wrong about any of the groups, taken together


@dataclass(frozen=True)
class Group:
    """`n` values with their mean and their variance (n - 1), 0 where there is but one."""

    n: int
    mean: float
    variance: float


@dataclass(frozen=True)
class Standing:
    """How one group lies to all the others.

    `difference` is shrunk towards none the fewer values there are (empirical Bayes): by it
    groups are put in order. `interval` is 95 % of the plain difference; `verdict` is "higher",
    "lower" or "undecided" after Holm's correction for looking at all the groups.
    """

    difference: float
    interval: Interval
    p: float
    verdict: str


def standings(groups: Mapping[str, Group], least: int) -> dict[str, Standing]:
    """Each group of at least `least` values against all values outside it.

    One-way analysis of variance with a pooled spread. Nothing where there is nothing to compare
    with: fewer than two groups, or no group with two values.
    """
    n = sum(g.n for g in groups.values())
    free = n - len(groups)
    if len(groups) < 2 or free < 1:
        return {}
    spread = sqrt(sum((g.n - 1) * g.variance for g in groups.values()) / free)
    total = sum(g.n * g.mean for g in groups.values())
    between, far = _between(groups, spread), quantile(free)
    found: dict[str, tuple[float, Interval, float]] = {}
    for key, group in groups.items():
        rest = n - group.n
        if group.n < least or not rest:
            continue
        difference = group.mean - (total - group.n * group.mean) / rest
        error = spread * sqrt(1 / group.n + 1 / rest)
        keep = between / (between + spread**2 / group.n) if between else 0.0
        half = far * error
        interval = Interval(difference - half, difference + half)
        found[key] = (keep * difference, interval, _p(difference, error, free))
    decided = holm({key: p for key, (_, _, p) in found.items()})
    return {
        key: Standing(shrunk, interval, p, _verdict(interval, decided[key]))
        for key, (shrunk, interval, p) in found.items()
    }


def _verdict(interval: Interval, decided: bool) -> str:
    if not decided:
        return "undecided"
    return "higher" if interval.low + interval.high > 0 else "lower"


def _between(groups: Mapping[str, Group], spread: float) -> float:
    """The variance of the groups' true means, by moments; 0 where chance explains it all."""
    n = sum(g.n for g in groups.values())
    mean = sum(g.n * g.mean for g in groups.values()) / n
    squares = sum(g.n * (g.mean - mean) ** 2 for g in groups.values()) / (len(groups) - 1)
    size = (n - sum(g.n**2 for g in groups.values()) / n) / (len(groups) - 1)
    return max(0.0, (squares - spread**2) / size)


def _p(difference: float, error: float, free: int) -> float:
    if not error:
        return 1.0 if not difference else 0.0
    return two_sided(difference / error, free)


def holm(ps: Mapping[str, float], level: float = LEVEL) -> dict[str, bool]:
    """Which of several may be called different, if none of them may be called so wrongly.

    >>> holm({"a": 0.01, "b": 0.02, "c": 0.9})
    {'a': True, 'b': True, 'c': False}
    """
    order = sorted(ps, key=lambda key: ps[key])
    found, still = {}, True
    for n, key in enumerate(order):
        still = still and ps[key] <= level / (len(order) - n)
        found[key] = still
    return {key: found[key] for key in ps}


# --- Student's t ----------------------------------------------------------------------------


def two_sided(t: float, free: int) -> float:
    """The chance of a t at least so far from 0.

    >>> round(two_sided(2.228, 10), 3)
    0.05
    """
    return _beta(free / (free + t * t), free / 2, 0.5)


def quantile(free: int, level: float = LEVEL) -> float:
    """The t beyond which lie `level` of both sides together.

    >>> round(quantile(10), 3), round(quantile(100000), 2)
    (2.228, 1.96)
    """
    low, high = 0.0, 1e6
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided(middle, free) > level else (low, middle)
    return low


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22)."""
    if x <= 0.0 or x >= 1.0:
        return min(1.0, max(0.0, x))
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x))
    if x > (a + 1) / (a + b + 2):
        return 1.0 - front * _fraction(1 - x, b, a) / b
    return front * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    """Lentz's method, from the tail: the terms fall off fast for such x."""
    value = 1.0
    for m in range(100, 0, -1):
        value = 1.0 + _term(m, x, a, b) / value
    return 1.0 / value


def _term(m: int, x: float, a: float, b: float) -> float:
    k = m // 2
    if m % 2:
        return -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
    return k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))
