"""Types of columns: how values are written as JSON, and read back from what anybody sends."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Kind:
    """A type of column: its name in schema.json, and the way into JSON and back."""

    name: str
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _exactly(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise ValueError
        return value

    return read


def _text(value: Any) -> str:
    """Text that a database takes: without NUL and halves of characters."""
    if type(value) is not str or "\0" in value:
        raise ValueError
    value.encode()
    return value


def _time(value: Any) -> datetime:
    at = datetime.fromisoformat(_text(value))
    if at.tzinfo is None:
        raise ValueError
    return at


def _decimal(value: Any) -> Decimal:
    found = Decimal(_text(value))
    if not math.isfinite(found):
        raise ValueError
    return found


def _in_utc(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _same(value: Any) -> Any:
    return value


integer = _exactly(int)
_INTEGER = Kind("integer", _same, integer)
_TEXT = Kind("text", _same, _text)
KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("AutoField", "BigAutoField", "IntegerField", "BigIntegerField"), _INTEGER),
    **dict.fromkeys(("PositiveIntegerField", "PositiveBigIntegerField"), _INTEGER),
    "PositiveSmallIntegerField": _INTEGER,
    **dict.fromkeys(("CharField", "TextField", "SlugField", "EmailField"), _TEXT),
    "BooleanField": Kind("boolean", _same, _exactly(bool)),
    "DateTimeField": Kind("time", _in_utc, _time),
    "DateField": Kind("date", date.isoformat, lambda value: date.fromisoformat(_text(value))),
    "DecimalField": Kind("decimal", str, _decimal),
    "UUIDField": Kind("uuid", str, lambda value: UUID(_text(value))),
    "JSONField": Kind("json", _same, _same),
}
