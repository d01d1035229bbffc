"""Results: per delivery, post, campaign and goal. Every number says how it came about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet, Sum

from clarion.accounts.models import Workspace
from clarion.content.models import Post
from clarion.measurement.tally import COUNTED, INTERACTIONS, Tally, add, latest, tally
from clarion.numbers.number import Number, count, rate
from clarion.publishing.models import Delivery
from clarion.strategy.models import Campaign, Goal

SOURCE = "the networks' own counts"
OWN = "our own tracked links"


@dataclass(frozen=True)
class Results:
    """Everything known about a set of live deliveries."""

    live: int  # deliveries counted over
    numbers: Mapping[str, Number]  # metric key -> number

    def __getitem__(self, metric: str) -> Number:
        return self.numbers[metric]


def results(deliveries: QuerySet[Delivery]) -> Results:
    """Sums over deliveries. A metric that no network reports is null, with the reason."""
    return told(add(tally(deliveries).values()), _currency(deliveries))


def told(tally: Tally, currency: str) -> Results:
    """A tally as numbers that say what they are. Money in `currency` and no other."""
    n = tally.live
    numbers = {m: _counted(m, tally) for m in COUNTED}
    numbers |= _from_links(tally, currency)
    numbers["interactions"] = _interactions(numbers, n)
    numbers["engagement_rate"] = rate(
        _same_posts(tally),
        numbers["views"],
        "(likes + comments + shares) ÷ views, posts with known views",
    )
    numbers["click_rate"] = rate(numbers["clicks"], numbers["views"], "clicks ÷ views")
    numbers["conversion_rate"] = rate(
        numbers["conversions"], numbers["clicks"], "conversions ÷ clicks"
    )
    return Results(n, numbers)


def _counted(metric: str, tally: Tally) -> Number:
    formula, n = f"sum of {metric} over live posts", tally.live
    found = tally.counts.get(metric)
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


def _same_posts(tally: Tally) -> Number:
    formula, views = "interactions of posts with known views", tally.counts.get("views")
    if views is None:
        why = "No network reports views here." if tally.live else "Nothing is live yet."
        return count(None, formula, SOURCE, n=tally.live, as_of=None, reason=why)
    return count(tally.seen, formula, SOURCE, n=views.posts, as_of=views.as_of)


def _from_links(tally: Tally, currency: str) -> dict[str, Number]:
    """Clicks, conversions and revenue, as our own endpoints saw them."""
    known, n = tally.linked > 0, tally.linked
    why = "" if known else "None of these posts has a tracked link."
    if tally.live == 0:
        why = "Nothing is live yet."
    robots = f"{tally.robots} visits by robots are left out." if tally.robots else ""
    ours = tally.won.get(currency)
    won = sum(w.n for w in tally.won.values())
    at = max((w.at for w in tally.won.values()), default=None)
    earned = float(ours.value) if ours else 0.0
    return {
        "clicks": Number(
            tally.people if known else None,
            "visits through our tracked links, without robots",
            OWN,
            tally.clicked_at,
            n=n,
            reason=why or robots,
        ),
        "conversions": Number(
            won if known else None, "conversions after such a visit", OWN, at, n=n, reason=why
        ),
        "revenue": Number(
            earned if known else None,
            f"sum of the value of conversions in {currency}",
            OWN,
            ours.at if ours else at,
            n=n,
            reason=why or _elsewhere(tally, currency),
            unit=currency,
        ),
    }


def _elsewhere(tally: Tally, currency: str) -> str:
    """Money in other currencies is named, never added."""
    others = [
        f"{w.value:,.2f} {key}" for key, w in sorted(tally.won.items()) if key != currency
    ]
    return f"Not in it, because another currency: {', '.join(others)}." if others else ""


def _currency(deliveries: QuerySet[Delivery]) -> str:
    found = deliveries.order_by().values_list("channel__workspace__currency", flat=True).first()
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


def progress_of(campaigns: Sequence[Campaign]) -> dict[int, Progress]:
    """Of many at once, in as many queries as of one."""
    known = tally(Delivery.objects.filter(variant__post__campaign__in=campaigns), "campaign")
    return {
        c.pk: Progress(
            told(known.get(c.pk, Tally()), c.workspace.currency)[c.goal_metric], c.goal_value
        )
        for c in campaigns
    }


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
        home = Q(**{f"{path}__currency": F("channel__workspace__currency")})
        what = Count(path) if metric == "conversions" else Sum(f"{path}__value", filter=home)
        rows = live.exclude(variant__tracked=None).annotate(total=what)
        return {pk: int(total or 0) for pk, total in rows.values_list("pk", "total")}
    return {r.delivery_id: r.total for r in latest(live).filter(metric=metric)}
