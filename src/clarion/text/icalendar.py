"""Calendars as text that every calendar program reads: RFC 5545, as far as a feed needs it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LINE = 75  # octets; longer lines are folded
PRODUCT = "-//Clarion//Calendar//EN"


@dataclass(frozen=True)
class Event:
    """`uid` is the same for ever; `start` a moment, or a date for what lasts whole days.

    `days` is how many of them; `lasts` belongs to a moment. `version` grows with each change.
    """

    uid: str
    start: datetime | date
    summary: str
    changed_at: datetime
    description: str = ""
    url: str = ""
    status: str = "CONFIRMED"  # "TENTATIVE" | "CONFIRMED" | "CANCELLED"
    version: int = 0
    days: int = 1
    lasts: timedelta = timedelta(minutes=15)


def calendar(name: str, events: Iterable[Event], refresh: timedelta) -> str:
    """The whole file. `refresh` is how often a program should ask again."""
    head = [
        ("VERSION", "2.0"),
        ("PRODID", PRODUCT),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("NAME", escaped(name)),
        ("X-WR-CALNAME", escaped(name)),
        ("REFRESH-INTERVAL;VALUE=DURATION", _duration(refresh)),
        ("X-PUBLISHED-TTL", _duration(refresh)),
    ]
    body = (line for event in events for line in _event(event))
    lines = [("BEGIN", "VCALENDAR"), *head, *body, ("END", "VCALENDAR")]
    return "".join(f"{folded(f'{key}:{value}')}\r\n" for key, value in lines)


def _event(event: Event) -> Iterator[tuple[str, str]]:
    yield "BEGIN", "VEVENT"
    yield "UID", escaped(event.uid)
    yield "DTSTAMP", _moment(event.changed_at)
    yield "LAST-MODIFIED", _moment(event.changed_at)
    yield "SEQUENCE", str(event.version)
    if isinstance(event.start, datetime):
        yield "DTSTART", _moment(event.start)
        yield "DURATION", _duration(event.lasts)
    else:
        yield "DTSTART;VALUE=DATE", f"{event.start:%Y%m%d}"
        yield "DTEND;VALUE=DATE", f"{event.start + timedelta(days=event.days):%Y%m%d}"
        yield "TRANSP", "TRANSPARENT"
    yield "SUMMARY", escaped(event.summary)
    if event.description:
        yield "DESCRIPTION", escaped(event.description)
    if event.url:
        yield "URL", event.url
    yield "STATUS", event.status
    yield "END", "VEVENT"


def escaped(text: str) -> str:
    r"""A text value: marks that mean something are escaped, control characters left out.

    >>> escaped("Bread; rolls, and\nmore")
    'Bread\\; rolls\\, and\\nmore'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if c in "\n\t" or (c >= " " and c != "\x7f"))
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\n", "\\n")


def folded(line: str) -> str:
    """At most 75 octets a line, never within a character; what follows begins with a space.

    >>> [len(part.encode()) for part in folded("X:" + "ü" * 60).split("\\r\\n")]
    [74, 49]
    """
    parts, room, part = [], LINE, ""
    for letter in line:
        if len(part.encode()) + len(letter.encode()) > room:
            parts.append(part)
            part, room = "", LINE - 1
        part += letter
    return "\r\n ".join([*parts, part])


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _duration(lasts: timedelta) -> str:
    """Whole minutes.

    >>> _duration(timedelta(hours=1, minutes=30))
    'PT90M'
    """
    return f"PT{int(lasts.total_seconds() // 60)}M"
