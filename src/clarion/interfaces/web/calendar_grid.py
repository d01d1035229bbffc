"""Which days a calendar shows, and where on them each post stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils import timezone

from clarion.accounts.models import Workspace
from clarion.channels.models import Channel
from clarion.kit.zones import known_zone
from clarion.measurement.times import Slot
from clarion.publishing.planning.calendar import Day, Only, Span
from clarion.publishing.queries import STANDINGS, Entry
from clarion.strategy.models import DayNote

VIEWS = {"month": "Month", "week": "Week", "list": "List"}
MOST = {"month": 4, "week": 24}  # posts shown in one day
YEARS = range(2000, 2101)
WEEK = timedelta(days=7)
QUARTER = 15  # minutes
LANES = 4  # posts side by side in an hour of the week
TALL = 4  # quarters of an hour a post covers on the page


@dataclass(frozen=True)
class Placed:
    """A post in a column of the week: on which quarter, in which lane of how many."""

    entry: Entry
    quarter: int
    lane: int = 0
    lanes: int = 1

    @property
    def css(self) -> str:
        return f"q-{self.quarter} lane-{self.lane} of-{self.lanes}"


@dataclass(frozen=True)
class Ghost:
    """A suggested hour that nothing stands on yet, with the slot that speaks for it."""

    at: datetime
    slot: Slot

    @property
    def quarter(self) -> int:
        return self.at.hour * 4


@dataclass(frozen=True)
class Marks:
    """What a day says beside its posts."""

    holiday: str = ""
    notes: Sequence[DayNote] = ()
    ghosts: Sequence[Ghost] = ()


@dataclass(frozen=True)
class Cell:
    """A day as the page shows it."""

    day: date
    held: Day
    today: date
    outside: bool = False
    more_url: str = ""
    marks: Marks = Marks()

    @property
    def past(self) -> bool:
        return self.day < self.today

    @property
    def is_today(self) -> bool:
        return self.day == self.today

    @property
    def iso(self) -> str:
        return self.day.isoformat()

    @property
    def month(self) -> str:
        return f"{self.day:%B}"

    @property
    def label(self) -> str:
        return f"{self.day:%A} {self.day.day} {self.month}"

    def placed(self) -> list[Placed]:
        """Posts that would cover each other stand side by side."""
        rows = [(e, e.at.hour * 4 + e.at.minute // QUARTER) for e in self.held.entries if e.at]
        return [
            Placed(entry, quarter, min(lane, LANES - 1), min(len(bunch), LANES))
            for bunch in _bunches(rows)
            for lane, (entry, quarter) in enumerate(bunch)
        ]


def _bunches(rows: Sequence[tuple[Entry, int]]) -> Iterator[list[tuple[Entry, int]]]:
    bunch: list[tuple[Entry, int]] = []
    for row in rows:
        if bunch and row[1] - bunch[-1][1] >= TALL:
            yield bunch
            bunch = []
        bunch.append(row)
    if bunch:
        yield bunch


@dataclass(frozen=True)
class Choice:
    """What the person asked to see, from the address of the page."""

    view: str
    day: date
    only: Only
    zone: ZoneInfo
    today: date
    hints: bool = True  # best times, as ghosts

    @property
    def span(self) -> Span:
        """The days on the page."""
        if self.view == "month":
            first = self.day.replace(day=1)
            start = first - timedelta(days=first.weekday())
            last = next_month(first) - timedelta(days=1)
            return Span(start, last + timedelta(days=7 - last.weekday()), self.zone)
        start = self.day - timedelta(days=self.day.weekday())
        return Span(start, start + WEEK, self.zone)

    @property
    def shown(self) -> tuple[datetime, datetime | None]:
        """From when to when posts stand on the page; a list has no end."""
        if self.view == "list":
            return datetime.combine(self.day, time(tzinfo=self.zone)), None
        return self.span.moments

    def cells(self, days: Mapping[date, Day], marks: Mapping[date, Marks]) -> list[list[Cell]]:
        """Rows of seven."""
        span = self.span
        count = (span.end - span.start).days
        shown = [span.start + timedelta(days=n) for n in range(count)]
        out = self.day.month if self.view == "month" else 0
        row = [
            Cell(
                day,
                days.get(day, Day()),
                self.today,
                outside=bool(out) and day.month != out,
                more_url=self.address(view="list", d=day.isoformat()),
                marks=marks.get(day, Marks()),
            )
            for day in shown
        ]
        return [row[n : n + 7] for n in range(0, count, 7)]

    def address(self, **changes: object) -> str:
        """The query of the same page with something changed; None takes a key out."""
        now = {
            "view": self.view,
            "d": self.day.isoformat(),
            "channel": self.only.channel,
            "campaign": self.only.campaign,
            "state": self.only.standing,
            "author": self.only.author,
            "person": self.only.person,
            "label": self.only.label,
            "times": "" if self.hints else "off",
        }
        return "?" + urlencode({k: v for k, v in {**now, **changes}.items() if v})

    @property
    def before(self) -> date:
        if self.view == "month":
            return (self.day.replace(day=1) - timedelta(days=1)).replace(day=1)
        return self.day - WEEK

    @property
    def after(self) -> date:
        return next_month(self.day) if self.view == "month" else self.day + WEEK

    @property
    def title(self) -> str:
        if self.view == "month":
            return f"{self.day:%B %Y}"
        if self.view == "list":
            return f"From {self.day.day} {self.day:%B %Y}"
        span = self.span
        last = span.end - timedelta(days=1)
        first = f"{span.start.day} {span.start:%b}" + (
            f" {span.start.year}" if span.start.year != last.year else ""
        )
        return f"{first} to {last.day} {last:%b %Y}"


def next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def read(asked: Mapping[str, str], workspace: Workspace, channels: Sequence[Channel]) -> Choice:
    """What was asked for; nonsense in an address shows the calendar as it opens."""
    by_pk = {str(c.pk): c for c in channels}
    channel = by_pk.get(asked.get("channel", ""))
    zone = known_zone(channel.zone_name if channel else workspace.time_zone)
    standing = asked.get("state", "")
    today = timezone.localdate(timezone=zone)
    return Choice(
        view=asked["view"] if asked.get("view") in VIEWS else "month",
        day=day_of(asked.get("d", "")) or today,
        only=Only(
            channel.pk if channel else None,
            number(asked.get("campaign", "")),
            standing if standing in STANDINGS else None,
            number(asked.get("author", "")),
            number(asked.get("person", "")),
            number(asked.get("label", "")),
        ),
        zone=zone,
        today=today,
        hints=asked.get("times") != "off",
    )


def number(text: str) -> int | None:
    """The id that an address names, if it is one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def day_of(text: str) -> date | None:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if day.year in YEARS else None


def moments(entry: Entry, zone: ZoneInfo) -> str:
    """When, in words, with its zone; and the hour at its channels where that is another."""
    if entry.at is None:
        return "no day"
    words = _words(entry.at, zone)
    theirs = [ZoneInfo(name) for name in entry.zones if name != zone.key]
    there = [f"{entry.at.astimezone(z):%a %H:%M} {z.key}" for z in theirs]
    return f"{words} ({', '.join(there)})" if there else words


def _words(at: datetime, zone: ZoneInfo) -> str:
    return f"{at:%a} {at.day} {at:%b}, {at:%H:%M} {zone.key}"
