"""Results: per delivery, post, campaign and goal. Every number says how it came about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Max, Q, QuerySet, Sum

from clarion.accounts.models import Workspace
from clarion.content.models import Post
from clarion.measurement.models import Click, Conversion, Reading
from clarion.numbers.number import Number, count, rate
from clarion.publishing.models import Delivery
from clarion.strategy.models import Campaign, Goal

NETWORK_METRICS = ("views", "likes", "comments", "shares")
INTERACTIONS = ("likes", "comments", "shares")
SOURCE = "the networks' own counts"
OWN = "our own tracked links"


@dataclass(frozen=True)
class Results:
    """Everything known about a set of live deliveries."""

    live: int  # deliveries counted over
    numbers: Mapping[str, Number]  # metric key -> number

    def __getitem__(self, metric: str) -> Number:
        return self.numbers[metric]


def latest(deliveries: QuerySet[Delivery]) -> QuerySet[Reading]:
    """The newest reading of each metric of each delivery."""
    rows = Reading.objects.filter(delivery__in=deliveries)
    return rows.order_by("delivery", "metric", "-read_at", "-pk").distinct("delivery", "metric")


def results(deliveries: QuerySet[Delivery]) -> Results:
    """Sums over deliveries. A metric that no network reports is null, with the reason."""
    live = deliveries.filter(state=Delivery.State.LIVE)
    n = live.count()
    totals = _totals(latest(live))
    numbers = {m: _counted(m, totals, n) for m in NETWORK_METRICS}
    numbers |= _from_links(live, n)
    numbers["interactions"] = _interactions(numbers, n)
    numbers["engagement_rate"] = rate(
        _same_posts(totals, n),
        numbers["views"],
        "(likes + comments + shares) ÷ views, posts with known views",
    )
    numbers["click_rate"] = rate(numbers["clicks"], numbers["views"], "clicks ÷ views")
    numbers["conversion_rate"] = rate(
        numbers["conversions"], numbers["clicks"], "conversions ÷ clicks"
    )
    return Results(n, numbers)


@dataclass(frozen=True)
class _Total:
    total: int
    posts: int
    as_of: datetime
    deliveries: frozenset[int]
    each: Mapping[int, int]


def _totals(readings: Iterable[Reading]) -> dict[str, _Total]:
    by_metric: dict[str, list[Reading]] = {}
    for reading in readings:
        by_metric.setdefault(reading.metric, []).append(reading)
    return {
        metric: _Total(
            sum(r.total for r in rows),
            len(rows),
            min(r.read_at for r in rows),
            frozenset(r.delivery_id for r in rows),
            {r.delivery_id: r.total for r in rows},
        )
        for metric, rows in by_metric.items()
    }


def _counted(metric: str, totals: Mapping[str, _Total], n: int) -> Number:
    formula = f"sum of {metric} over live posts"
    found = totals.get(metric)
    if found is None:
        why = "Nothing is live yet." if n == 0 else "No network has reported it yet."
        return count(None, formula, SOURCE, n=n, as_of=None, reason=why)
    missing = n - found.posts
    why = f"{missing} of {n} posts report none, so they are not in it." if missing else ""
    return count(found.total, formula, SOURCE, n=found.posts, as_of=found.as_of, reason=why)


def _interactions(numbers: Mapping[str, Number], n: int) -> Number:
    formula = "likes + comments + shares, where reported"
    known = [numbers[m] for m in INTERACTIONS if numbers[m].known]
    if not known:
        return count(None, formula, SOURCE, n=n, as_of=None, reason=numbers["likes"].reason)
    total = sum(int(k.value or 0) for k in known)
    as_of = min((k.as_of for k in known if k.as_of), default=None)
    return count(total, formula, SOURCE, n=max(k.n or 0 for k in known), as_of=as_of)


def _same_posts(totals: Mapping[str, _Total], n: int) -> Number:
    """Interactions of exactly the posts whose views are known: a rate needs one population."""
    formula, views = "interactions of posts with known views", totals.get("views")
    if views is None:
        return count(
            None, formula, SOURCE, n=n, as_of=None, reason="No network reports views here."
        )
    total = sum(
        value
        for m in INTERACTIONS
        if m in totals
        for delivery, value in totals[m].each.items()
        if delivery in views.deliveries
    )
    return count(total, formula, SOURCE, n=views.posts, as_of=views.as_of)


def _from_links(live: QuerySet[Delivery], n: int) -> dict[str, Number]:
    """Clicks, conversions and revenue, as our own endpoints saw them."""
    variants = live.values("variant")
    clicks = Click.objects.filter(link__variant__in=variants)
    told = clicks.aggregate(
        people=Count("pk", filter=Q(robot=False)),
        robots=Count("pk", filter=Q(robot=True)),
        at=Max("at"),
    )
    won = Conversion.objects.filter(click__in=clicks).aggregate(
        n=Count("pk"), value=Sum("value"), at=Max("at")
    )
    linked = live.exclude(variant__tracked=None).count()
    why = "" if linked else "None of these posts has a tracked link."
    robots = f"{told['robots']} visits by robots are left out." if told["robots"] else ""

    def number(
        value: int | Decimal | None, formula: str, at: datetime | None, unit: str = ""
    ) -> Number:
        known = None if why else float(value) if unit else int(value or 0)
        return Number(known, formula, OWN, at, n=linked, reason=why or robots, unit=unit)

    currency = _currency(live)
    return {
        "clicks": number(
            told["people"], "visits through our tracked links, without robots", told["at"]
        ),
        "conversions": number(won["n"], "conversions after such a visit", won["at"]),
        "revenue": number(
            won["value"] or Decimal(0), "sum of the value of conversions", won["at"], currency
        ),
    }


def _currency(live: QuerySet[Delivery]) -> str:
    found = live.values_list("channel__workspace__currency", flat=True).first()
    return found or "EUR"


# --- by post, campaign, goal ------------------------------------------------------------------


def of_post(post: Post) -> Results:
    return results(Delivery.objects.filter(variant__post=post))


def of_campaign(campaign: Campaign) -> Results:
    return results(Delivery.objects.filter(variant__post__campaign=campaign))


def of_workspace(workspace: Workspace, since: datetime | None = None) -> Results:
    deliveries = Delivery.objects.filter(channel__workspace=workspace)
    return results(deliveries.filter(live_at__gte=since) if since else deliveries)


@dataclass(frozen=True)
class Progress:
    """How far towards a target, and what it was made from."""

    reached: Number
    target: int

    @property
    def percent(self) -> float | None:
        return None if self.reached.value is None else 100 * self.reached.value / self.target


def progress(campaign: Campaign) -> Progress:
    return Progress(of_campaign(campaign)[campaign.goal_metric], campaign.goal_value)


def goal_progress(goal: Goal) -> Progress:
    """Over all campaigns of the goal and of the goals below it."""
    campaigns = Campaign.objects.filter(goal__in=_with_below(goal))
    found = results(Delivery.objects.filter(variant__post__campaign__in=campaigns))
    return Progress(found[goal.kpi], goal.target)


def _with_below(goal: Goal) -> list[int]:
    ids, layer = [goal.pk], [goal.pk]
    while layer:
        layer = list(
            Goal.objects.filter(parent__in=layer)
            .exclude(pk__in=ids)
            .values_list("pk", flat=True)
        )
        ids += layer
    return ids


@dataclass(frozen=True)
class Ranked:
    delivery: Delivery
    total: int


def ranked(campaign: Campaign) -> list[Ranked]:
    """The campaign's live deliveries, best first, by the metric the campaign is about."""
    live = Delivery.objects.filter(
        variant__post__campaign=campaign, state=Delivery.State.LIVE, part=0
    )
    totals = _by_delivery(live, campaign.goal_metric)
    rows = live.filter(pk__in=totals).select_related("variant__post", "channel")
    found = [Ranked(d, totals[d.pk]) for d in rows]
    return sorted(found, key=lambda r: (-r.total, r.delivery.pk))


def _by_delivery(live: QuerySet[Delivery], metric: str) -> dict[int, int]:
    """delivery id -> total, for network metrics and for our own."""
    if metric == "clicks":
        rows = live.exclude(variant__tracked=None).annotate(
            total=Count(
                "variant__tracked__clicks", filter=Q(variant__tracked__clicks__robot=False)
            )
        )
        return dict(rows.values_list("pk", "total"))
    if metric in ("conversions", "revenue"):
        path = "variant__tracked__clicks__conversions"
        what = Count(path) if metric == "conversions" else Sum(f"{path}__value")
        rows = live.exclude(variant__tracked=None).annotate(total=what)
        return {pk: int(total or 0) for pk, total in rows.values_list("pk", "total")}
    return {r.delivery_id: r.total for r in latest(live).filter(metric=metric)}
