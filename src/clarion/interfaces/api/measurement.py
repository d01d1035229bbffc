"""Results over the API. A number never travels without how it came about."""

from datetime import datetime

from django.db.models import QuerySet
from ninja import Schema

from clarion.channels.models import Channel
from clarion.content.models import Post
from clarion.interfaces.api.door import Request, moment, own
from clarion.interfaces.api.shapes import Id, Word
from clarion.interfaces.api.stage import Stage
from clarion.interfaces.api.strategy import LessonShape
from clarion.kit.errors import NotYet
from clarion.measurement import actions, queries
from clarion.measurement.models import AccountReading, Reading
from clarion.publishing.models import Delivery
from clarion.strategy.models import Campaign, Goal, Lesson

stage = Stage()


# --- shapes ---------------------------------------------------------------------------------


class IntervalShape(Schema):
    """95 %, as shares from 0 to 1."""

    low: float
    high: float


class NumberShape(Schema):
    """`value` is null when it is not known, and `reason` says why. Never 0 for unknown."""

    value: int | float | None
    unit: str
    formula: str
    numerator: int | float | None
    denominator: int | float | None
    n: int | None
    interval: IntervalShape | None
    source: str
    as_of: datetime | None
    reason: str


class ResultsShape(Schema):
    """`live` is the number of deliveries that it was counted over."""

    live: int
    numbers: dict[str, NumberShape]


class ProgressShape(Schema):
    reached: NumberShape
    target: int
    percent: float | None


class ReadingShape(Schema):
    """A lifetime total, as the network reported it at a moment."""

    id: int
    metric: str
    total: int
    read_at: datetime


# --- results --------------------------------------------------------------------------------


@stage.one("workspace.results", "GET /results", ResultsShape)
def of_workspace(request: Request, since: datetime | None = None) -> queries.Results:
    """Of everything that went live, or went live since then."""
    at = moment(request, since) if since else None
    return queries.of_workspace(request.auth.workspace, at)


@stage.one("posts.results", "GET /posts/{post}/results", ResultsShape)
def of_post(request: Request, post: Id) -> queries.Results:
    """Of one post, over all its channels."""
    return queries.of_post(own(request, Post.objects.all(), post))


@stage.one("campaigns.results", "GET /campaigns/{campaign}/results", ResultsShape)
def of_campaign(request: Request, campaign: Id) -> queries.Results:
    """Of one campaign."""
    return queries.of_campaign(own(request, Campaign.objects.all(), campaign))


@stage.one("campaigns.progress", "GET /campaigns/{campaign}/progress", ProgressShape)
def progress(request: Request, campaign: Id) -> queries.Progress:
    """How far it is towards its number."""
    return queries.progress(own(request, Campaign.objects.all(), campaign))


@stage.one("goals.progress", "GET /goals/{goal}/progress", ProgressShape)
def goal_progress(request: Request, goal: Id) -> queries.Progress:
    """How far it is, over all campaigns of the goal and of the goals below it."""
    return queries.goal_progress(own(request, Goal.objects.all(), goal))


# --- what was read --------------------------------------------------------------------------


@stage.many("deliveries.readings", "GET /deliveries/{delivery}/readings", ReadingShape)
def readings(request: Request, delivery: Id, metric: Word = "") -> QuerySet[Reading]:
    """Every total that the network ever reported, newest first."""
    row = own(request, Delivery.objects.all(), delivery, "channel__workspace")
    rows = row.readings.all()
    return rows.filter(metric=metric) if metric else rows


@stage.many("channels.readings", "GET /channels/{channel}/readings", ReadingShape)
def account_readings(
    request: Request, channel: Id, metric: Word = ""
) -> QuerySet[AccountReading]:
    """Followers, following and posts of the account over time, newest first."""
    rows = own(request, Channel.objects.all(), channel).account_readings.all()
    return rows.filter(metric=metric) if metric else rows


@stage.write("campaigns.conclude", "POST /campaigns/{campaign}/conclude", LessonShape)
def conclude(request: Request, campaign: Id) -> Lesson:
    """Draw the conclusions that the numbers bear, and tell strategy."""
    row = own(request, Campaign.objects.all(), campaign)
    request.auth.actor.must("plan", row.workspace_id)
    lesson = actions.conclude(row)
    if lesson is None:
        raise NotYet("Nothing of this campaign has a number yet, so nothing can be concluded.")
    return lesson
