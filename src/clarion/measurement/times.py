"""Which hours of the week served a channel best, by its own posts, and how sure that is.

Never a black box: every slot says over how many posts, how much more or less, between what and
what, and whether it may be chance. What the posts said, and on which days they were about what,
is not taken out: a good hour may have been the hour of good posts.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import exp
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    Avg,
    Count,
    F,
    FloatField,
    OuterRef,
    Subquery,
    Sum,
    Value,
    Variance,
)
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, Ln
from django.utils import timezone

from clarion.channels.models import Channel
from clarion.kit.zones import known_zone
from clarion.measurement.models import Reading
from clarion.measurement.tally import INTERACTIONS
from clarion.numbers.means import Group, standings
from clarion.numbers.proportions import Interval
from clarion.publishing.models import Delivery

DAYS = 90  # looked back, unless somebody asks for others
DAYS_MAX = 730
SETTLED = timedelta(days=2)  # younger posts still gather most of what they will get
ENOUGH = 30  # measured posts of a channel before anything is said
LEAST = 5  # posts in a slot before it is named
FORMULA = (
    "geometric mean of (1 + likes + comments + shares) of the posts of this hour of the week ÷ "
    "that of all other posts of the channel, minus 1"
)
METHOD = (
    "Pooled-variance t interval (95 %) on logarithms, Holm's correction over all named hours, "
    "order by the mean shrunk towards the channel's own (empirical Bayes)"
)
SOURCE = "the networks' own counts of our posts; posts with money behind them are left out"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Slot:
    """One hour of the week on the clock of the channel. Effects in per cent: +20 is a fifth
    more than other hours. `shrunk` is what is left of it for so few posts.
    """

    channel: Channel
    weekday: int  # 0 is Monday
    hour: int
    n: int
    effect: float
    interval: Interval
    shrunk: float
    p: float
    verdict: str  # "higher", "lower" or "undecided"
    history: "History"

    @property
    def label(self) -> str:
        return f"{WEEKDAYS[self.weekday]} {self.hour:02}:00"

    @property
    def why(self) -> str:
        """What speaks for it, in words and figures."""
        low, high = self.interval.low, self.interval.high
        sure = {
            "higher": "More than chance explains",
            "lower": "Less than chance explains",
            "undecided": "Undecided: chance alone may explain it",
        }[self.verdict]
        return (
            f"{self.n} of your {self.history.n} measured posts on {self.channel.handle} went "
            f"out {WEEKDAYS[self.weekday]} {self.hour:02}:00 to {self.hour:02}:59 and got "
            f"{self.effect:+.0f} % interactions against its other posts (95 % interval "
            f"{low:+.0f} % to {high:+.0f} %). {sure}. {self.history.words}"
        )


@dataclass(frozen=True)
class History:
    """What was looked at: measured posts of one channel since a day."""

    channel: Channel
    n: int
    tried: int  # hours of the week with at least one post
    since: date
    as_of: datetime

    @property
    def zone(self) -> ZoneInfo:
        return known_zone(self.channel.zone_name)

    @property
    def words(self) -> str:
        return f"Posts since {self.since.day} {self.since:%b %Y}, hours in {self.zone.key}."

    @property
    def reason(self) -> str:
        """Why nothing can be said, or nothing."""
        if self.n < ENOUGH:
            return (
                f"{self.n} measured posts since {self.since.day} {self.since:%b %Y}; from "
                f"{ENOUGH} on something can be said."
            )
        return ""


@dataclass(frozen=True)
class Best:
    """The slots of one channel, best first, or the reason why there are none."""

    history: History
    slots: Sequence[Slot]

    @property
    def reason(self) -> str:
        if self.history.reason or self.slots:
            return self.history.reason
        return (
            f"No hour of the week has {LEAST} posts yet: they are spread too thin to compare."
        )

    @property
    def promising(self) -> list[Slot]:
        """Those worth proposing: better than others as far as is known."""
        return [s for s in self.slots if s.shrunk > 0 and s.verdict != "lower"]


def best(channels: Sequence[Channel], days: int = DAYS) -> list[Best]:
    """What each channel's own posts say. One query for each zone the channels live in."""
    by_zone: dict[str, list[Channel]] = defaultdict(list)
    for channel in channels:
        by_zone[channel.zone_name].append(channel)
    now = timezone.now()
    told: dict[int, dict[str, Group]] = defaultdict(dict)
    for name, those in by_zone.items():
        for row in _measured(those, known_zone(name), now, days):
            key = f"{row['weekday'] - 1}-{row['hour']}"
            told[row["channel"]][key] = Group(row["n"], row["mean"], row["spread"] or 0.0)
    return [_best(channel, told[channel.pk], now, days) for channel in channels]


def _measured(channels: Sequence[Channel], zone: ZoneInfo, now: datetime, days: int) -> Any:
    """Weekday and hour -> how many posts, the mean and the variance of their logs."""
    live = Delivery.objects.filter(
        channel__in=channels,
        state=Delivery.State.LIVE,
        part=0,
        paid_since=None,
        live_at__gte=now - timedelta(days=days),
        live_at__lte=now - SETTLED,
    )
    newest = Reading.objects.filter(delivery=OuterRef("pk"), replaced_at=None)
    sums = newest.filter(metric__in=INTERACTIONS).values("delivery").annotate(all=Sum("total"))
    told = live.annotate(
        weekday=ExtractIsoWeekDay("live_at", tzinfo=zone),
        hour=ExtractHour("live_at", tzinfo=zone),
        got=Subquery(sums.values("all")),
    ).exclude(got=None)
    logs = Ln(F("got") + Value(1.0), output_field=FloatField())
    return (
        told.order_by()
        .values("channel", "weekday", "hour")
        .annotate(n=Count("pk"), mean=Avg(logs), spread=Variance(logs, sample=True))
    )


def _best(channel: Channel, groups: Mapping[str, Group], now: datetime, days: int) -> Best:
    since = (now - timedelta(days=days)).date()
    n = sum(group.n for group in groups.values())
    history = History(channel, n, len(groups), since, now)
    if history.reason:
        return Best(history, ())
    slots = [
        Slot(
            channel=channel,
            weekday=int(key.partition("-")[0]),
            hour=int(key.partition("-")[2]),
            n=groups[key].n,
            effect=_percent(sum((s.interval.low, s.interval.high)) / 2),
            interval=Interval(_percent(s.interval.low), _percent(s.interval.high)),
            shrunk=_percent(s.difference),
            p=s.p,
            verdict=s.verdict,
            history=history,
        )
        for key, s in standings(groups, LEAST).items()
    ]
    return Best(history, sorted(slots, key=lambda s: (-s.shrunk, -s.effect, s.weekday, s.hour)))


def _percent(logs: float) -> float:
    """A difference of logarithms as per cent more or less."""
    return 100 * (exp(logs) - 1)


def comings(slot: Slot, start: date, end: date, after: datetime) -> list[datetime]:
    """The moments of a slot from `start` up to but not including `end` that are still ahead.

    An hour that a change of clocks skips does not come.
    """
    zone = slot.history.zone
    found = []
    for n in range((end - start).days):
        day = start + timedelta(days=n)
        at = datetime.combine(day, time(slot.hour), tzinfo=zone)
        real = at.astimezone(known_zone("UTC")).astimezone(zone)
        if day.weekday() == slot.weekday and real.hour == slot.hour and real > after:
            found.append(real)
    return found
