"""Goals, audiences, campaigns, lessons and the brief over the API."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from ninja import Schema

from clarion.interfaces.api.door import Request, named, own
from clarion.interfaces.api.research import FindingShape
from clarion.interfaces.api.shapes import Change, Gone, Id, In, Text, Word, kept_as
from clarion.interfaces.api.stage import Stage
from clarion.strategy import actions
from clarion.strategy.models import Audience, Campaign, Goal, Lesson
from clarion.strategy.queries import brief

stage = Stage()


# --- shapes ---------------------------------------------------------------------------------


class GoalShape(Schema):
    id: int
    name: str
    kpi: str
    target: int
    deadline: date
    parent: int | None = kept_as("parent_id")
    created_at: datetime


class AudienceShape(Schema):
    id: int
    name: str
    description: str
    interests: str
    languages: str


class CampaignShape(Schema):
    """`budget` is in the workspace's currency: a ceiling that nothing spends by itself.

    `partner` is who pays us for it: its posts then have to say so.
    """

    id: int
    name: str
    about: str
    goal: int | None = kept_as("goal_id")
    audience: int | None = kept_as("audience_id")
    goal_metric: str
    goal_value: int
    budget: Decimal
    partner: str
    starts_on: date | None
    ends_on: date | None
    archived_at: datetime | None
    created_at: datetime


class LessonShape(Schema):
    id: int
    campaign: int = kept_as("campaign_id")
    said_by: str
    key: str
    text: str
    evidence: dict[str, Any]
    learned_at: datetime


class BriefShape(Schema):
    """Everything a writer should have read; `text` is all of it as plain text."""

    campaign: CampaignShape
    findings: list[FindingShape]
    lessons: list[LessonShape]
    lessons_elsewhere: list[LessonShape]
    text: str


class GoalIn(In):
    """`kpi` is one of views, likes, comments, shares, clicks, conversions, revenue."""

    name: Word
    kpi: Word
    target: int
    deadline: date
    parent: Id | None = None


class GoalChange(Change):
    name: Word = ""
    kpi: Word = ""
    target: int = 1
    deadline: date = date.max


class AudienceIn(In):
    """`interests` and `languages` are separated by commas."""

    name: Word
    description: Text = ""
    interests: Word = ""
    languages: Word = ""


class AudienceChange(Change):
    name: Word = ""
    description: Text = ""
    interests: Word = ""
    languages: Word = ""


class CampaignIn(In):
    """`goal` and `audience` are ids, `budget` is an amount of the workspace's currency."""

    name: Word
    goal_metric: Word
    goal_value: int
    budget: Decimal = Decimal(0)
    partner: Word = ""
    about: Text = ""
    goal: Id | None = None
    audience: Id | None = None
    starts_on: date | None = None
    ends_on: date | None = None


class CampaignChange(Change):
    name: Word = ""
    goal_metric: Word = ""
    goal_value: int = 1
    budget: Decimal = Decimal(0)
    partner: Word = ""
    about: Text = ""
    goal: Id | None = None
    audience: Id | None = None
    starts_on: date | None = None
    ends_on: date | None = None


# --- goals ----------------------------------------------------------------------------------


@stage.many("goals.list", "GET /goals", GoalShape)
def list_goals(request: Request) -> QuerySet[Goal]:
    """Goals, newest first."""
    return request.auth.workspace.goals.all()


@stage.one("goals.get", "GET /goals/{goal}", GoalShape)
def get_goal(request: Request, goal: Id) -> Goal:
    """One goal."""
    return own(request, Goal.objects.all(), goal)


@stage.write("goals.set", "POST /goals", GoalShape, status=201)
def set_goal(request: Request, body: GoalIn) -> Goal:
    """Set a goal, perhaps below another."""
    me, given = request.auth, body.given()
    given["parent"] = named(request, Goal.objects.all(), body.parent, "parent")
    return actions.set_goal(me.workspace, by=me.actor, **given)


@stage.write("goals.change", "PATCH /goals/{goal}", GoalShape)
def change_goal(request: Request, goal: Id, body: GoalChange) -> Goal:
    """Change name, kpi, target or deadline."""
    row = own(request, Goal.objects.all(), goal)
    actions.change_goal(row, by=request.auth.actor, **body.given())
    return row


@stage.write("goals.drop", "DELETE /goals/{goal}", Gone)
def drop_goal(request: Request, goal: Id) -> Gone:
    """Give a goal up, with the goals below it. Campaigns stay."""
    actions.drop_goal(own(request, Goal.objects.all(), goal), by=request.auth.actor)
    return Gone(id=goal)


# --- audiences ------------------------------------------------------------------------------


@stage.many("audiences.list", "GET /audiences", AudienceShape)
def list_audiences(request: Request) -> QuerySet[Audience]:
    """Whom we talk to."""
    return request.auth.workspace.audiences.all()


@stage.one("audiences.get", "GET /audiences/{audience}", AudienceShape)
def get_audience(request: Request, audience: Id) -> Audience:
    """One audience."""
    return own(request, Audience.objects.all(), audience)


@stage.write("audiences.describe", "POST /audiences", AudienceShape, status=201)
def describe_audience(request: Request, body: AudienceIn) -> Audience:
    """Say whom we talk to."""
    me = request.auth
    return actions.describe_audience(me.workspace, by=me.actor, **body.given())


@stage.write("audiences.change", "PATCH /audiences/{audience}", AudienceShape)
def change_audience(request: Request, audience: Id, body: AudienceChange) -> Audience:
    """Change what is given and leave the rest."""
    row = own(request, Audience.objects.all(), audience)
    actions.change_audience(row, by=request.auth.actor, **body.given())
    return row


@stage.write("audiences.drop", "DELETE /audiences/{audience}", Gone)
def drop_audience(request: Request, audience: Id) -> Gone:
    """Forget it. Campaigns that were meant for it stay."""
    row = own(request, Audience.objects.all(), audience)
    actions.drop_audience(row, by=request.auth.actor)
    return Gone(id=audience)


# --- campaigns ------------------------------------------------------------------------------


@stage.many("campaigns.list", "GET /campaigns", CampaignShape)
def list_campaigns(request: Request, archived: bool = False) -> QuerySet[Campaign]:
    """Campaigns, newest first; with `archived` only those that are out of sight."""
    return Campaign.objects.filter(
        workspace=request.auth.workspace, archived_at__isnull=not archived
    )


@stage.one("campaigns.get", "GET /campaigns/{campaign}", CampaignShape)
def get_campaign(request: Request, campaign: Id) -> Campaign:
    """One campaign."""
    return own(request, Campaign.objects.all(), campaign)


@stage.write("campaigns.start", "POST /campaigns", CampaignShape, status=201)
def start_campaign(request: Request, body: CampaignIn) -> Campaign:
    """Start a campaign with its number to reach."""
    me = request.auth
    return actions.start_campaign(me.workspace, by=me.actor, **_parts(request, body.given()))


@stage.write("campaigns.change", "PATCH /campaigns/{campaign}", CampaignShape)
def change_campaign(request: Request, campaign: Id, body: CampaignChange) -> Campaign:
    """Change what is given and leave the rest."""
    row = own(request, Campaign.objects.all(), campaign)
    actions.change_campaign(row, by=request.auth.actor, **_parts(request, body.given()))
    return row


def _parts(request: Request, given: dict[str, Any]) -> dict[str, Any]:
    if "goal" in given:
        given["goal"] = named(request, Goal.objects.all(), given["goal"], "goal")
    if "audience" in given:
        rows = Audience.objects.all()
        given["audience"] = named(request, rows, given["audience"], "audience")
    return given


@stage.write("campaigns.archive", "POST /campaigns/{campaign}/archive", CampaignShape)
def archive(request: Request, campaign: Id) -> Campaign:
    """Put it out of sight. Nothing of it is lost."""
    row = own(request, Campaign.objects.all(), campaign)
    actions.archive_campaign(row, by=request.auth.actor)
    return row


@stage.write("campaigns.restore", "POST /campaigns/{campaign}/restore", CampaignShape)
def restore(request: Request, campaign: Id) -> Campaign:
    """Bring it back into sight."""
    row = own(request, Campaign.objects.all(), campaign)
    actions.archive_campaign(row, archived=False, by=request.auth.actor)
    return row


@stage.one("campaigns.brief", "GET /campaigns/{campaign}/brief", BriefShape)
def show_brief(request: Request, campaign: Id) -> dict[str, Any]:
    """What the next round should know."""
    rows = Campaign.objects.select_related("workspace", "audience")
    found = brief(own(request, rows, campaign))
    return {**vars(found), "text": str(found)}


@stage.many("lessons.list", "GET /lessons", LessonShape)
def list_lessons(request: Request, campaign: Id | None = None) -> QuerySet[Lesson]:
    """What later stages found out, newest first."""
    rows = Lesson.objects.filter(campaign__workspace=request.auth.workspace)
    return rows.filter(campaign=campaign) if campaign else rows
