"""A number that says what it is: formula, denominator, n, source and as-of travel with it."""

from dataclasses import dataclass
from datetime import datetime

from clarion.numbers.proportions import Interval, wilson


@dataclass(frozen=True)
class Number:
    """`value` is None when it is not known, and `reason` says why. Never 0 for unknown."""

    value: float | int | None
    formula: str
    source: str
    as_of: datetime | None = None
    numerator: float | int | None = None
    denominator: float | int | None = None
    n: int | None = None  # how many things it was counted over
    interval: Interval | None = None
    reason: str = ""
    unit: str = ""  # "" count | "%" | a currency

    @property
    def known(self) -> bool:
        return self.value is not None


def count(
    value: int | None,
    formula: str,
    source: str,
    *,
    n: int,
    as_of: datetime | None,
    reason: str = "",
) -> Number:
    """A total over `n` things, or None with the reason."""
    return Number(value, formula, source, as_of, n=n, reason=reason)


def rate(part: Number, whole: Number, formula: str) -> Number:
    """part ÷ whole in per cent, with its 95 % interval; null where whole is 0 or unknown."""
    as_of = min((t for t in (part.as_of, whole.as_of) if t), default=None)
    made = {
        "formula": formula,
        "source": part.source,
        "as_of": as_of,
        "unit": "%",
        "n": whole.n,
    }
    if part.value is None or whole.value is None:
        return Number(None, reason=part.reason or whole.reason or "Not known yet.", **made)  # type: ignore[arg-type]
    if whole.value == 0:
        return Number(
            None,
            numerator=part.value,
            denominator=0,
            reason="Nothing to divide by yet: 0.",
            **made,  # type: ignore[arg-type]
        )
    return Number(
        100 * part.value / whole.value,
        numerator=part.value,
        denominator=whole.value,
        interval=wilson(int(part.value), int(whole.value)),
        **made,  # type: ignore[arg-type]
    )
