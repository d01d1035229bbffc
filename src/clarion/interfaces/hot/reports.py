"""What a shop reports, checked at the door: what makes no sense or is too much is refused.

Whoever holds the id of a click may report, so one click and one address can only say so much.
That is counted in memory, because the door waits for no database; the conversions of each click
are counted again when they are taken into it.
"""

import json
import time
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from clarion.kit.errors import Conflict, NotYet
from clarion.measurement.clicks import MOST

PER_MINUTE = 600  # reports from one address
VALUE_MOST = Decimal(100_000_000)  # a large order in a currency with small units
KNOWN_MOST = 5000  # clicks whose reports are counted here
SENSELESS = (
    'Send JSON like {"click": "...", "kind": "purchase", "value": "12.50", '
    '"currency": "EUR", "ref": "order-17"}. click and ref are required.'
)
_NOT_A_REPORT = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)

_asked: dict[int, Counter[str]] = {}  # minute -> address -> reports
_told: dict[str, set[int]] = {}  # click -> hashes of the orders it has brought


def wait(address: str) -> int:
    """Seconds until this address may report again. 0: it may now."""
    minute, second = divmod(int(time.time()), 60)
    if minute not in _asked:
        _asked.clear()
        _asked[minute] = Counter()
    _asked[minute][address] += 1
    return 60 - second if _asked[minute][address] > PER_MINUTE else 0


def read(body: bytes) -> dict[str, Any]:
    """The row for the spool. NotYet where it makes no sense, Conflict where it is too much."""
    try:
        report = _checked(json.loads(body))
    except NotYet:
        raise
    except _NOT_A_REPORT as error:
        raise NotYet(SENSELESS) from error
    _count(report["click"], hash(report["ref"]))
    return report


def _count(click: str, order: int) -> None:
    """An order that is reported again is no further one."""
    orders = _told.setdefault(click, set())
    if order not in orders and len(orders) >= MOST:
        raise Conflict(f"This click has brought {MOST} orders already. More are not counted.")
    orders.add(order)
    if len(_told) > KNOWN_MOST:
        del _told[next(iter(_told))]  # the one that was heard of first


def _checked(said: Any) -> dict[str, Any]:
    click, ref = str(said["click"]), str(said["ref"])
    kind, currency = str(said.get("kind", "purchase")), str(said.get("currency", "")).upper()
    fine = (
        len(click) == 32
        and click.isascii()
        and 0 < len(ref) <= 100
        and 0 < len(kind) <= 30
        and (
            currency == "" or (len(currency) == 3 and currency.isascii() and currency.isalpha())
        )
    )
    if not fine or "\x00" in click + ref + kind:
        raise ValueError
    (ref + kind).encode()  # half an emoji: the database would not take it
    return {
        "click": click,
        "ref": ref,
        "what": kind,
        "currency": currency,
        "value": str(_value(str(said.get("value", "0")))),
        "at": datetime.now(UTC).isoformat(),
    }


def _value(said: str) -> Decimal:
    value = Decimal(said)
    if not value.is_finite() or not 0 <= value <= VALUE_MOST:
        raise NotYet(f"The value of an order is between 0 and {VALUE_MOST:,}.")
    return value.quantize(Decimal("0.01"))
