"""Set goals, know the audience, start campaigns, and take to heart what later stages say."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone

from clarion.accounts.journal import record
from clarion.accounts.models import Workspace
from clarion.accounts.rights import Actor
from clarion.kit.errors import NotYet
from clarion.strategy.metrics import METRICS
from clarion.strategy.models import Audience, Campaign, Goal, Lesson

Checks = Mapping[str, Callable[[Any], object]]
MOST = Decimal("9999999999.99")


@transaction.atomic
def set_goal(
    workspace: Workspace,
    name: str,
    *,
    kpi: str,
    target: int,
    deadline: date,
    parent: Goal | None = None,
    by: Actor,
) -> Goal:
    by.must("plan", workspace.pk)
    if parent is not None:
        by.must("plan", parent.workspace_id)
    goal = Goal.objects.create(
        workspace=workspace,
        parent=parent,
        name=_named(name, "goal", 200),
        kpi=_metric(kpi, "kpi"),
        target=_count(target, "target"),
        deadline=_coming(deadline, "deadline"),
    )
    record(by, "goal.set", f"Goal {goal.pk}", after=_of_goal(goal))
    return goal


@transaction.atomic
def change_goal(goal: Goal, *, by: Actor, **changes: Any) -> None:
    """Change name, kpi, target or deadline."""
    by.must("plan", goal.workspace_id)
    before = _of_goal(goal)
    checks: Checks = {
        "name": lambda v: _named(v, "goal", 200),
        "kpi": lambda v: _metric(v, "kpi"),
        "target": lambda v: _count(v, "target"),
        "deadline": lambda v: _day(v, "deadline"),
    }
    for key in checks.keys() & changes.keys():
        setattr(goal, key, checks[key](changes[key]))
    goal.save()
    record(by, "goal.changed", f"Goal {goal.pk}", before, _of_goal(goal))


@transaction.atomic
def drop_goal(goal: Goal, *, by: Actor) -> None:
    """Give a goal up, with the goals below it. Campaigns stay."""
    by.must("plan", goal.workspace_id)
    record(by, "goal.dropped", f"Goal {goal.pk}", before=_of_goal(goal))
    goal.delete()


@transaction.atomic
def describe_audience(
    workspace: Workspace,
    name: str,
    *,
    description: str = "",
    interests: str = "",
    languages: str = "",
    by: Actor,
) -> Audience:
    by.must("plan", workspace.pk)
    audience = Audience.objects.create(
        workspace=workspace,
        name=_named(name, "audience", 100),
        description=description.strip()[:5000],
        interests=interests.strip()[:300],
        languages=languages.strip()[:100],
    )
    record(by, "audience.described", f"Audience {audience.pk}", after={"name": audience.name})
    return audience


@transaction.atomic
def change_audience(audience: Audience, *, by: Actor, **changes: str) -> None:
    """Change name, description, interests or languages."""
    by.must("plan", audience.workspace_id)
    before = {key: getattr(audience, key) for key in changes}
    longest = {"description": 5000, "interests": 300, "languages": 100}
    for key in longest.keys() & changes.keys():
        setattr(audience, key, changes[key].strip()[: longest[key]])
    if "name" in changes:
        audience.name = _named(changes["name"], "audience", 100)
    audience.save()
    after = {key: getattr(audience, key) for key in changes}
    record(by, "audience.changed", f"Audience {audience.pk}", before, after)


@transaction.atomic
def drop_audience(audience: Audience, *, by: Actor) -> None:
    """Forget an audience. Campaigns that were meant for it stay."""
    by.must("plan", audience.workspace_id)
    record(by, "audience.dropped", f"Audience {audience.pk}", before={"name": audience.name})
    audience.delete()


@transaction.atomic
def start_campaign(
    workspace: Workspace,
    name: str,
    *,
    goal_metric: str,
    goal_value: int,
    budget: Decimal | int | str = 0,
    about: str = "",
    partner: str = "",
    goal: Goal | None = None,
    audience: Audience | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    by: Actor,
) -> Campaign:
    """A campaign with its number to reach. Its budget is a ceiling."""
    by.must("plan", workspace.pk)
    for part in (goal, audience):
        if part is not None:
            by.must("plan", part.workspace_id)
    if starts_on and ends_on and ends_on < starts_on:
        raise NotYet("A campaign cannot end before it starts.", "ends_on")
    campaign = Campaign.objects.create(
        workspace=workspace,
        name=_named(name, "campaign", 100),
        about=about.strip()[:5000],
        partner=_partner(partner),
        goal=goal,
        audience=audience,
        goal_metric=_metric(goal_metric, "goal_metric"),
        goal_value=_count(goal_value, "goal_value"),
        budget=_money(budget, "budget"),
        starts_on=_day_or_none(starts_on, "starts_on"),
        ends_on=_day_or_none(ends_on, "ends_on"),
    )
    record(by, "campaign.started", f"Campaign {campaign.pk}", after=_of_campaign(campaign))
    return campaign


@transaction.atomic
def change_campaign(campaign: Campaign, *, by: Actor, **changes: Any) -> None:
    """Change any field that `start_campaign` sets."""
    by.must("plan", campaign.workspace_id)
    before = _of_campaign(campaign)
    for part in (changes.get("goal"), changes.get("audience")):
        if part is not None:
            by.must("plan", part.workspace_id)
    checks: Checks = {
        "name": lambda v: _named(v, "campaign", 100),
        "about": lambda v: v.strip()[:5000],
        "partner": _partner,
        "goal_metric": lambda v: _metric(v, "goal_metric"),
        "goal_value": lambda v: _count(v, "goal_value"),
        "budget": lambda v: _money(v, "budget"),
        "starts_on": lambda v: _day_or_none(v, "starts_on"),
        "ends_on": lambda v: _day_or_none(v, "ends_on"),
        **dict.fromkeys(("goal", "audience"), _as_it_is),
    }
    for key in checks.keys() & changes.keys():
        setattr(campaign, key, checks[key](changes[key]))
    if campaign.starts_on and campaign.ends_on and campaign.ends_on < campaign.starts_on:
        raise NotYet("A campaign cannot end before it starts.", "ends_on")
    campaign.save()
    record(by, "campaign.changed", f"Campaign {campaign.pk}", before, _of_campaign(campaign))


def _partner(name: str) -> str:
    if len(name.strip()) > 100:
        raise NotYet("The name of a partner has at most 100 characters.", "partner")
    return name.strip()


@transaction.atomic
def archive_campaign(campaign: Campaign, *, archived: bool = True, by: Actor) -> None:
    """Put it out of sight, or back. Nothing of it is lost."""
    by.must("plan", campaign.workspace_id)
    campaign.archived_at = timezone.now() if archived else None
    campaign.save(update_fields=["archived_at"])
    did = "campaign.archived" if archived else "campaign.restored"
    record(by, did, f"Campaign {campaign.pk}")


def learn(
    campaign: Campaign, *, said_by: str, key: str, text: str, evidence: Mapping[str, object]
) -> Lesson:
    """Close the loop: a later stage hands strategy something it found out."""
    lesson, _ = Lesson.objects.update_or_create(
        campaign=campaign,
        said_by=said_by,
        key=key,
        defaults={"text": text, "evidence": dict(evidence), "learned_at": timezone.now()},
    )
    return lesson


def _as_it_is(value: object) -> object:
    return value


def _named(name: str, what: str, longest: int) -> str:
    name = name.strip()
    if not name or len(name) > longest:
        raise NotYet(f"Give the {what} a name of 1 to {longest} characters.", "name")
    return name


def _metric(key: str, about: str) -> str:
    if key not in METRICS:
        raise NotYet(
            f"“{key}” is not a number Clarion keeps. Choose from {', '.join(METRICS)}.", about
        )
    return key


def _count(value: int, about: str) -> int:
    if not 1 <= value <= 10**12:
        raise NotYet("Set a number between 1 and 1,000,000,000,000.", about)
    return value


def _day(value: date, about: str) -> date:
    if not 2000 <= value.year <= 2100:
        raise NotYet("Choose a day between the years 2000 and 2100.", about)
    return value


def _coming(value: date, about: str) -> date:
    if _day(value, about) < timezone.localdate():
        raise NotYet("This day is over. Choose today or a later one.", about)
    return value


def _day_or_none(value: date | None, about: str) -> date | None:
    return None if value is None else _day(value, about)


def _money(value: Decimal | int | str, about: str) -> Decimal:
    try:
        amount = Decimal(value).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise NotYet("Write the amount as a number, like 250 or 99.50.", about) from None
    if not 0 <= amount <= MOST:
        raise NotYet("A budget is between 0 and 9,999,999,999.99.", about)
    return amount


def _of_goal(goal: Goal) -> dict[str, Any]:
    return {
        "name": goal.name,
        "kpi": goal.kpi,
        "target": goal.target,
        "deadline": goal.deadline,
    }


def _of_campaign(campaign: Campaign) -> dict[str, Any]:
    keys = ("name", "goal_metric", "goal_value", "budget", "partner", "starts_on", "ends_on")
    return {
        **{key: getattr(campaign, key) for key in keys},
        "goal": campaign.goal_id,
        "audience": campaign.audience_id,
    }
