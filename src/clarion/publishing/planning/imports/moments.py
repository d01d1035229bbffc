"""Days and hours as people and spreadsheets write them."""

import re
from datetime import date, datetime, time, timedelta

from clarion.kit.errors import NotYet

_ISO = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})")
_SLASHED = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{2}|\d{4})")
_SERIAL = re.compile(r"\d{5}([.,]\d+)?")
_CLOCK = re.compile(r"(\d{1,2})[:.h](\d{2})(?::\d{2}(?:\.\d+)?)?\s*([ap])?\.?(?:m\.?)?", re.I)
_HOUR = re.compile(r"(\d{1,2})\s*([ap])\.?m\.?", re.I)
_OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)$")
EXCEL_BEGINS = datetime(1899, 12, 30)  # noqa: DTZ001  # day 0 of serial dates, as Excel has counted since 1900
EXAMPLE = "Write it like 2026-11-24 09:00."


def moment(text: str, *, day_first: bool) -> tuple[date, time | None]:
    """The day, and the hour if there is one.

    >>> moment("24.11.2026 9:30", day_first=True)
    (datetime.date(2026, 11, 24), datetime.time(9, 30))
    >>> moment("11/24/2026", day_first=False)
    (datetime.date(2026, 11, 24), None)
    >>> moment("46350.375", day_first=True)
    (datetime.date(2026, 11, 24), datetime.time(9, 0))
    """
    text = " ".join(text.split())
    if _SERIAL.fullmatch(text):
        return _serial(float(text.replace(",", ".")))
    day, _, hour = text.replace("T", " ", 1).partition(" ")
    if _OFFSET.search(hour):
        raise NotYet(
            f"“{text}” names an offset. Write the time as clocks show it where the channel is.",
            "date",
        )
    try:
        return _day(day.rstrip(","), day_first), clock(hour) if hour else None
    except ValueError:
        raise NotYet(f"“{text[:40]}” is not a day. {EXAMPLE}", "date") from None


def clock(text: str) -> time:
    """
    >>> clock("9:05 pm"), clock("7am"), clock("18:00")
    (datetime.time(21, 5), datetime.time(7, 0), datetime.time(18, 0))
    """
    text = text.strip()
    found = _CLOCK.fullmatch(text)
    short = _HOUR.fullmatch(text)
    try:
        if found:
            return time(_hour(int(found[1]), found[3]), int(found[2]))
        if short:
            return time(_hour(int(short[1]), short[2]))
        if (
            0 < (part := float(text.replace(",", "."))) < 1
        ):  # a part of a day, as Excel keeps it
            return _serial(part + 1)[1] or time()
    except ValueError:
        pass
    raise NotYet(f"“{text[:40]}” is not a time of day. Write it like 09:00.")


def _hour(hour: int, half: str | None) -> int:
    if not half:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError
    return hour % 12 + (12 if half.lower() == "p" else 0)


def _serial(days: float) -> tuple[date, time | None]:
    at = EXCEL_BEGINS + timedelta(minutes=round(days * 24 * 60))
    return at.date(), at.time() if at.time() != time() else None


def _day(text: str, day_first: bool) -> date:
    if found := _ISO.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := _SLASHED.fullmatch(text):
        a, b, year = map(int, found.groups())
        day, month = (a, b) if day_first or a > 12 else (b, a)
        year += 2000 if year < 100 else 0
    else:
        raise ValueError
    return date(year, month, day)
