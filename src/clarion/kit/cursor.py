"""A long list, newest first, cut at a place that stays put while new rows arrive above it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from clarion.kit.errors import NotYet

Row = TypeVar("Row", bound=Model)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Slice(Generic[Row]):
    """Some rows of a list. `older` is the cursor of the slice after this one, or ""."""

    rows: Sequence[Row]
    older: str


def cut(rows: QuerySet[Row], field: str, cursor: str = "", most: int = 30) -> Slice[Row]:
    """The newest `most` rows by `field`, or the newest below `cursor`. One query."""
    if cursor:
        at, pk = _place(cursor)
        rows = rows.filter(Q(**{f"{field}__lt": at}) | Q(**{field: at, "pk__lt": pk}))
    found = list(rows.order_by(f"-{field}", "-pk")[: most + 1])
    shown = found[:most]
    older = place(getattr(shown[-1], field), shown[-1].pk) if len(found) > most else ""
    return Slice(shown, older)


def place(at: datetime, pk: int) -> str:
    """The cursor of a row: `1763733600000000.12`."""
    return f"{(at - EPOCH) // TICK}.{pk}"


def _place(cursor: str) -> tuple[datetime, int]:
    ticks, _, pk = cursor.partition(".")
    try:
        return EPOCH + int(ticks) * TICK, int(pk)
    except (ValueError, OverflowError):
        raise NotYet("There is no such place in this list. Start from its top.") from None
