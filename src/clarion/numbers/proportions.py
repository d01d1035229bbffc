"""What may be said about shares of a whole, and when two of them truly differ."""

from dataclasses import dataclass
from math import erfc, sqrt

Z95 = 1.959963984540054  # two-sided 95 % of the normal distribution


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """`verdict` is "higher", "lower" or "undecided"; `p` is two-sided."""

    difference: float
    interval: Interval
    p: float
    verdict: str


def wilson(hits: int, n: int) -> Interval | None:
    """The 95 % interval of a proportion (Wilson 1927), or None where n is 0.

    >>> i = wilson(109, 2100); round(i.low, 4), round(i.high, 4)
    (0.0432, 0.0622)
    """
    if n <= 0 or not 0 <= hits <= n:
        return None
    share, z2 = hits / n, Z95 * Z95
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def compare(hits_a: int, n_a: int, hits_b: int, n_b: int) -> Comparison | None:
    """Is the share in A different from that in B? None where a share is not defined.

    Two-proportion z-test with pooled variance; the interval is Wald's, unpooled. With fewer
    than 5 expected hits or misses on a side the approximation does not hold: undecided.

    >>> compare(109, 2100, 52, 1275).verdict
    'undecided'
    >>> compare(4500, 100000, 3230, 85000).verdict
    'higher'
    """
    if min(n_a, n_b) <= 0 or not (0 <= hits_a <= n_a and 0 <= hits_b <= n_b):
        return None
    a, b = hits_a / n_a, hits_b / n_b
    pooled = (hits_a + hits_b) / (n_a + n_b)
    spread = sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b))
    p = erfc(abs(a - b) / spread / sqrt(2)) if spread else 1.0
    half = Z95 * sqrt(a * (1 - a) / n_a + b * (1 - b) / n_b)
    enough = min(n_a, n_b) * min(pooled, 1 - pooled) >= 5
    decided = enough and p < 0.05
    verdict = ("higher" if a > b else "lower") if decided else "undecided"
    return Comparison(a - b, Interval(a - b - half, a - b + half), p, verdict)
