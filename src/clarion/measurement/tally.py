"""What is known about live posts, summed in the database: three queries, however many posts.

A tally keeps apart what must not be mixed: posts that report a number and posts that do not,
money in one currency and in another. `queries` makes numbers of it that say what they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    Count,
    F,
    FilteredRelation,
    FloatField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Cast, Coalesce, NullIf

from clarion.content.models import Link, Post
from clarion.measurement.models import Click, Conversion, Reading
from clarion.publishing.models import Delivery

INTERACTIONS = ("likes", "comments", "shares")
COUNTED = ("views", *INTERACTIONS)  # what networks count
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
    rows = list(_summed(live, BY[by]))
    linked = any(row["linked"] for row in rows)
    clicks = _clicked(live, BY[by]) if linked else {}
    won = _won(live, BY[by]) if linked else {}
    return {
        row["group"]: Tally(
            row["n"],
            row["linked"],
            _parts(row),
            row["seen"],
            *clicks.get(row["group"], (0, 0, None)),
            won.get(row["group"], {}),
        )
        for row in rows
    }


def add(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())


def latest(deliveries: QuerySet[Delivery]) -> QuerySet[Reading]:
    """The newest reading of each metric of each delivery."""
    return Reading.objects.filter(delivery__in=deliveries, replaced_at=None)


# --- what the networks count ------------------------------------------------------------------

_LIKES, _COMMENTS, _SHARES = (Coalesce(f"{metric}__total", 0) for metric in INTERACTIONS)
_REACTED = _LIKES + _COMMENTS + _SHARES
# A rate needs one population: interactions of the posts whose views are known.
_SEEN = Sum(_REACTED, filter=Q(views__total__isnull=False), default=0)


def _grouped(live: QuerySet[Delivery], by: str) -> Any:
    """Posts under their key, each beside the newest reading of each metric."""
    rows = live.annotate(group=F(f"variant__{by}"), **{m: _newest(m) for m in COUNTED})
    return rows.exclude(group=None).values("group")


def _newest(metric: str) -> FilteredRelation:
    newest = Q(readings__metric=metric, readings__replaced_at=None)
    return FilteredRelation("readings", condition=newest)


def _summed(live: QuerySet[Delivery], by: str) -> Any:
    parts: dict[str, Any] = {}
    for m in COUNTED:
        parts |= {f"{m}_total": Sum(f"{m}__total"), f"{m}_posts": Count(f"{m}__total")}
        parts[f"{m}_as_of"] = Min(f"{m}__read_at")
    return _grouped(live, by).annotate(
        n=Count("pk"), linked=Count("variant__tracked"), seen=_SEEN, **parts
    )


def _parts(row: Mapping[str, Any]) -> dict[str, Part]:
    return {
        m: Part(row[f"{m}_total"], row[f"{m}_posts"], row[f"{m}_as_of"])
        for m in COUNTED
        if row[f"{m}_posts"]
    }


# --- what our own links count -----------------------------------------------------------------


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


# --- the order of a table ---------------------------------------------------------------------

_KNOWN = (f"{metric}__total__isnull" for metric in INTERACTIONS)
_WORTH: Mapping[str, Any] = {
    **{metric: Sum(f"{metric}__total") for metric in COUNTED},
    "interactions": Sum(
        _REACTED, filter=Q(*((known, False) for known in _KNOWN), _connector=Q.OR)
    ),
    "engagement_rate": Cast(_SEEN, FloatField()) / NullIf(Sum("views__total"), 0),
}
_BEST = F("worth").desc(nulls_last=True)


def in_order(deliveries: QuerySet[Delivery], metric: str, currency: str) -> list[int]:
    """Ids of the posts, highest first by what a tally says; unknown last, then the newest."""
    live = deliveries.filter(state=Delivery.State.LIVE).order_by()
    if metric not in _WORTH:
        return _by_links(live, metric, currency)
    rows = _grouped(live, BY["post"]).annotate(worth=_WORTH[metric])
    return list(rows.order_by(_BEST, "-group").values_list("group", flat=True))


def _by_links(live: QuerySet[Delivery], metric: str, currency: str) -> list[int]:
    won = "clicks__conversions"
    worth: Mapping[str, Any] = {
        "clicks": Count("clicks", filter=Q(clicks__robot=False)),
        "conversions": Count(won),
        "revenue": Sum(f"{won}__value", filter=Q(**{f"{won}__currency": currency}), default=0),
    }
    links = Link.objects.filter(
        variant__post=OuterRef("pk"), variant__in=live.values("variant")
    )
    told = links.values("variant__post").annotate(worth=worth[metric]).values("worth")
    posts = Post.objects.filter(pk__in=live.values("variant__post"))
    rows = posts.annotate(worth=Subquery(told)).order_by(_BEST, "-pk")
    return list(rows.values_list("pk", flat=True))


def _merged(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    return {k: a[k] + b[k] if k in a and k in b else a.get(k, b.get(k)) for k in {**a, **b}}
