"""Recurrence rules of calendars (RFC 5545), as far as posts can use them."""

import warnings
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

from dateutil.rrule import rrulestr

from clarion.kit.errors import NotYet

KNOWN = frozenset(
    [
        "FREQ",
        "INTERVAL",
        "BYDAY",
        "BYMONTHDAY",
        "BYMONTH",
        "BYSETPOS",
        "BYYEARDAY",
        "BYWEEKNO",
        "WKST",
        "COUNT",
        "UNTIL",
    ]
)
FREQUENT = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
AHEAD = timedelta(days=5 * 366)
EXAMPLE = "For example FREQ=WEEKLY;BYDAY=MO,TH or FREQ=MONTHLY;BYMONTHDAY=1;COUNT=12."


def days(rule: str, first: date, skipped: tuple[str, ...] = ()) -> Iterator[date]:
    """The days of the rule from `first` on, within five years. Raises NotYet in words.

    `skipped` are ISO days that are left out; they count towards COUNT, as in calendars.
    """
    parts = _parts(rule)
    count, until = parts.pop("COUNT", ""), parts.pop("UNTIL", "")
    last = min(_until(until), first + AHEAD) if until else first + AHEAD
    text = ";".join(f"{key}={value}" for key, value in parts.items())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            found = rrulestr(text, dtstart=datetime.combine(first, time()))
            found = found.replace(until=datetime.combine(last, time.max))  # type: ignore[union-attr]
        most = int(count) if count else None
    except (ValueError, TypeError, AttributeError) as error:
        raise NotYet(f"That is no rule of a calendar. {EXAMPLE}", "rule") from error
    return (at.date() for at in islice(found, most) if at.date().isoformat() not in skipped)


def _parts(rule: str) -> dict[str, str]:
    pieces = [p.partition("=") for p in rule.upper().removeprefix("RRULE:").split(";") if p]
    parts = {key.strip(): value.strip() for key, _, value in pieces}
    if parts.get("FREQ") not in FREQUENT:
        raise NotYet(f"A post comes again daily, weekly, monthly or yearly. {EXAMPLE}", "rule")
    if strange := sorted(parts.keys() - KNOWN):
        raise NotYet(f"{strange[0][:20]} is no part of a rule for posts. {EXAMPLE}", "rule")
    return parts


def _until(text: str) -> date:
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise NotYet("UNTIL is a day like 20271231.", "rule") from error
