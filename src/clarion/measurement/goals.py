"""From a goal to the money it earned, and whether it will be reached in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Q, Sum

from clarion.accounts.models import Workspace
from clarion.content.models import Link
from clarion.measurement.queries import Progress, told
from clarion.measurement.tally import Tally, add, tally
from clarion.publishing.models import Delivery
from clarion.strategy.models import Goal

SLACK = 10  # points of a hundred that something may lag behind the calendar


@dataclass(frozen=True)
class Standing:
    """Is it on its way? `why` says what that was read from."""

    state: str  # "reached" | "on_track" | "off_track" | "missed" | "running" | "unknown"
    why: str
    gone: float | None = None  # per cent of the time

    @property
    def label(self) -> str:
        return LABELS[self.state]


LABELS: Mapping[str, str] = {
    "reached": "Reached",
    "on_track": "On track",
    "off_track": "Off track",
    "missed": "Missed",
    "running": "Running",
    "unknown": "Not known yet",
}


def standing(progress: Progress, start: date, end: date | None, today: date) -> Standing:
    """Compares how much is reached with how much of the time is gone.

    A lag of up to ten points is still on track. Nothing is said where the number is unknown.
    """
    percent, gone = progress.percent, _gone(start, end, today)
    if percent is None:
        return Standing("unknown", progress.reached.reason, gone)
    if percent >= 100:
        return Standing("reached", f"{percent:.0f}% of the target.", gone)
    if end is None or gone is None:
        return Standing("running", f"{percent:.0f}% reached. It has no end to measure by.")
    if today > end:
        return Standing("missed", f"The time ended at {percent:.0f}% of the target.", gone)
    so_far = f"{percent:.0f}% reached with {gone:.0f}% of the time gone"
    if percent + SLACK >= gone:
        return Standing("on_track", f"{so_far}.", gone)
    ends_at = 100 * percent / gone
    return Standing("off_track", f"{so_far}: at this pace it ends at {ends_at:.0f}%.", gone)


def _gone(start: date, end: date | None, today: date) -> float | None:
    if end is None:
        return None
    days = (end - start).days
    return 100.0 if days <= 0 else min(max(100 * (today - start).days / days, 0.0), 100.0)


# --- the tree of goals ------------------------------------------------------------------------


@dataclass(frozen=True)
class Branch:
    """A goal, how far it is, what it earned with all below it, and what is below it."""

    goal: Goal
    progress: Progress
    standing: Standing
    earned: "Earned"
    campaigns: int
    below: Sequence["Branch"] = field(default_factory=tuple)


def tree(workspace: Workspace, today: date) -> list[Branch]:
    """All goals of a workspace from the roots down, in five queries however many."""
    goals = list(workspace.goals.annotate(n=Count("campaigns")).order_by("deadline", "pk"))
    if not goals:
        return []  # and nothing more is asked: most new workspaces have none
    posts = Delivery.objects.filter(variant__post__campaign__goal__in=goals)
    known, earned = tally(posts, "goal"), {e.goal_id: e for e in chain(workspace)}
    below: dict[int | None, list[Goal]] = {}
    for goal in goals:
        below.setdefault(goal.parent_id, []).append(goal)

    def branch(goal: Goal) -> tuple[Branch, Tally]:
        under = [branch(g) for g in below.get(goal.pk, ())]
        whole = add([known.get(goal.pk, Tally()), *(t for _, t in under)])
        branches = [b for b, _ in under]
        progress = Progress(told(whole, workspace.currency)[goal.kpi], goal.target)
        won = sum((b.earned for b in branches), earned.get(goal.pk, Earned()))
        way = standing(progress, goal.created_at.date(), goal.deadline, today)
        return Branch(goal, progress, way, won, goal.n, branches), whole  # type: ignore[attr-defined]

    return [branch(goal)[0] for goal in below.get(None, ())]


def flat(branches: Sequence[Branch]) -> list[Branch]:
    """Every goal of a tree, parents before what is below them."""
    return [b for branch in branches for b in (branch, *flat(branch.below))]


# --- the chain --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Earned:
    """What followed from one goal, campaign or post: visits, conversions, money.

    Money is in the workspace's currency; `elsewhere` counts conversions in any other.
    """

    goal_id: int | None = None
    goal: str | None = None
    campaign_id: int | None = None
    campaign: str | None = None
    post_id: int | None = None
    post: str = ""
    visits: int = 0
    conversions: int = 0
    elsewhere: int = 0
    revenue: Decimal = Decimal(0)

    def __add__(self, other: "Earned") -> "Earned":
        return Earned(
            visits=self.visits + other.visits,
            conversions=self.conversions + other.conversions,
            elsewhere=self.elsewhere + other.elsewhere,
            revenue=self.revenue + other.revenue,
        )


_WAY = "variant__post__campaign"
_GOAL = {"goal_id": f"{_WAY}__goal", "goal": f"{_WAY}__goal__name"}
_CAMPAIGN = {"campaign_id": _WAY, "campaign": f"{_WAY}__name"}
_POST = {"post_id": "variant__post", "post": "variant__post__text"}
LEVELS: Mapping[str, Mapping[str, str]] = {
    "goal": _GOAL,
    "campaign": _GOAL | _CAMPAIGN,
    "post": _GOAL | _CAMPAIGN | _POST,
}


def chain(
    workspace: Workspace, level: str = "goal", goal: int | None = None, most: int = 100
) -> list[Earned]:
    """Goal, campaign, post, link, visit, conversion: one query, what earned most first.

    `level` says how far down to go: "goal", "campaign" or "post". Rows whose `goal_id` is None
    come from posts that serve no goal.
    """
    links = Link.objects.filter(variant__post__workspace=workspace)
    if goal is not None:
        links = links.filter(variant__post__campaign__goal=goal)
    rows = links.values(**{name: F(way) for name, way in LEVELS[level].items()}).annotate(
        visits=Count("clicks", filter=Q(clicks__robot=False), distinct=True),
        conversions=Count("clicks__conversions", distinct=True),
        elsewhere=Count(
            "clicks__conversions",
            filter=~Q(clicks__conversions__currency=workspace.currency),
            distinct=True,
        ),
        revenue=Sum(
            "clicks__conversions__value",
            filter=Q(clicks__conversions__currency=workspace.currency),
            default=Decimal(0),
        ),
    )
    order = ("-revenue", "-conversions", "-visits", *LEVELS[level])
    return [Earned(**row) for row in rows.order_by(*order)[:most]]
