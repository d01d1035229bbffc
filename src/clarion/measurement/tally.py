"""What is known about live posts, summed in the database: five queries, however many posts.

A tally keeps apart what must not be mixed: posts that report a number and posts that do not,
money in one currency and in another. `queries` makes numbers of it that say what they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from clarion.measurement.models import Click, Conversion, Reading
from clarion.publishing.models import Delivery

INTERACTIONS = ("likes", "comments", "shares")
# What tallies can be kept by, as a way from the variant that was delivered.
BY: Mapping[str, str] = {
    "workspace": "channel__workspace",
    "goal": "post__campaign__goal",
    "campaign": "post__campaign",
    "post": "post",
    "channel": "channel",
    "variant": "pk",
}


@dataclass(frozen=True)
class Part:
    """A sum over the posts that report it, as old as the oldest of their readings."""

    total: int
    posts: int
    as_of: datetime

    def __add__(self, other: "Part") -> "Part":
        as_of = min(self.as_of, other.as_of)
        return Part(self.total + other.total, self.posts + other.posts, as_of)


@dataclass(frozen=True)
class Won:
    """Conversions in one currency."""

    n: int
    value: Decimal
    at: datetime

    def __add__(self, other: "Won") -> "Won":
        return Won(self.n + other.n, self.value + other.value, max(self.at, other.at))


@dataclass(frozen=True)
class Tally:
    live: int = 0
    linked: int = 0  # how many of them have a tracked link
    counts: Mapping[str, Part] = field(default_factory=dict)  # metric -> sum
    seen: int = 0  # interactions of exactly those posts whose views are known
    people: int = 0
    robots: int = 0
    clicked_at: datetime | None = None
    won: Mapping[str, Won] = field(default_factory=dict)  # currency -> conversions

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.live + other.live,
            self.linked + other.linked,
            _merged(self.counts, other.counts),
            self.seen + other.seen,
            self.people + other.people,
            self.robots + other.robots,
            max((t for t in (self.clicked_at, other.clicked_at) if t), default=None),
            _merged(self.won, other.won),
        )


def tally(deliveries: QuerySet[Delivery], by: str = "workspace") -> dict[int, Tally]:
    """Key (an id of what `by` names) -> what is known. Posts without one are left out."""
    live = deliveries.filter(state=Delivery.State.LIVE).order_by()
    kept = _live(live, BY[by])
    counts, seen = _counted(live, BY[by]), _seen(live, BY[by])
    clicks, won = _clicked(live, BY[by]), _won(live, BY[by])
    return {
        key: Tally(
            n,
            linked,
            counts.get(key, {}),
            seen.get(key, 0),
            *clicks.get(key, (0, 0, None)),
            won.get(key, {}),
        )
        for key, n, linked in kept
    }


def add(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())


def latest(deliveries: QuerySet[Delivery]) -> QuerySet[Reading]:
    """The newest reading of each metric of each delivery."""
    return Reading.objects.filter(delivery__in=deliveries, replaced_at=None)


def _live(live: QuerySet[Delivery], by: str) -> list[tuple[int, int, int]]:
    rows = live.annotate(group=F(f"variant__{by}")).exclude(group=None).values("group")
    return list(
        rows.annotate(n=Count("pk"), linked=Count("variant__tracked")).values_list(
            "group", "n", "linked"
        )
    )


def _newest(live: QuerySet[Delivery], by: str) -> Any:
    """Readings that know their `group`."""
    return latest(live).annotate(group=F(f"delivery__variant__{by}")).exclude(group=None)


def _counted(live: QuerySet[Delivery], by: str) -> dict[int, dict[str, Part]]:
    rows = _newest(live, by).values("group", "metric")
    told = rows.annotate(sum=Sum("total"), posts=Count("pk"), as_of=Min("read_at"))
    found: dict[int, dict[str, Part]] = {}
    for key, metric, *part in told.values_list("group", "metric", "sum", "posts", "as_of"):
        found.setdefault(key, {})[metric] = Part(*part)
    return found


def _seen(live: QuerySet[Delivery], by: str) -> dict[int, int]:
    """A rate needs one population: interactions of the posts whose views are known."""
    views = live.filter(readings__metric="views")
    rows = _newest(views, by).filter(metric__in=INTERACTIONS).values("group")
    return dict(rows.annotate(sum=Sum("total")).values_list("group", "sum"))


def _clicked(live: QuerySet[Delivery], by: str) -> dict[int, tuple[int, int, datetime | None]]:
    clicks = Click.objects.filter(link__variant__in=live.values("variant"))
    rows = clicks.annotate(group=F(f"link__variant__{by}")).values("group")
    told = rows.annotate(
        people=Count("pk", filter=Q(robot=False)),
        robots=Count("pk", filter=Q(robot=True)),
        at_=Max("at"),
    )
    return {
        key: (people, robots, at)
        for key, people, robots, at in told.values_list("group", "people", "robots", "at_")
    }


def _won(live: QuerySet[Delivery], by: str) -> dict[int, dict[str, Won]]:
    won = Conversion.objects.filter(click__link__variant__in=live.values("variant"))
    rows = won.annotate(group=F(f"click__link__variant__{by}")).values("group", "currency")
    told = rows.annotate(n=Count("pk"), value_=Sum("value"), at_=Max("at"))
    found: dict[int, dict[str, Won]] = {}
    for key, currency, *rest in told.values_list("group", "currency", "n", "value_", "at_"):
        found.setdefault(key, {})[currency] = Won(*rest)
    return found


def _merged(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    return {k: a[k] + b[k] if k in a and k in b else a.get(k, b.get(k)) for k in {**a, **b}}
