"""The crisis switch over the API."""

from datetime import datetime

from django.db.models import QuerySet
from ninja import Schema

from clarion.channels.models import Channel
from clarion.interfaces.api.door import Request, named, own
from clarion.interfaces.api.shapes import Id, In, Text, Word, kept_as
from clarion.interfaces.api.stage import Stage
from clarion.publishing.models import Pause
from clarion.publishing.sending import pauses
from clarion.strategy.models import Campaign

stage = Stage()


class PauseShape(Schema):
    """What is or was stopped. `what` says it in words; `ended_at` null: it still is."""

    id: int
    what: str
    network: str = kept_as("network_key")
    channel: int | None = kept_as("channel_id")
    campaign: int | None = kept_as("campaign_id")
    answers: bool
    promotions: bool
    why: str
    statement: str
    by: str
    began_at: datetime
    ended_at: datetime | None
    ended_by: str
    how: str


class PauseIn(In):
    """What to stop: a network, a channel, a campaign; with none of them, the whole brand."""

    why: Text
    network: Word = ""
    channel: Id | None = None
    campaign: Id | None = None
    answers: bool = False
    promotions: bool = False
    statement: Text = ""


class ResumeIn(In):
    """What becomes of what missed its time: `spread` over new times in its order, `ask` a
    person one by one, or back to `draft`."""

    how: Pause.How = Pause.How.SPREAD


IN_ORDER = ResumeIn()


def rows() -> QuerySet[Pause]:
    return Pause.objects.select_related("channel", "campaign")


@stage.many("pauses.list", "GET /pauses", PauseShape)
def list_pauses(request: Request, in_force: bool | None = None) -> QuerySet[Pause]:
    """What is and was stopped, newest first. `in_force=true`: only what is stopped now."""
    mine = rows().filter(workspace=request.auth.workspace)
    return mine if in_force is None else mine.filter(ended_at__isnull=in_force)


@stage.write("pauses.begin", "POST /pauses", PauseShape, status=201)
def begin(request: Request, body: PauseIn) -> Pause:
    """Stop it now. What is planned stays planned; what is being sent is finished once."""
    return pauses.pause(
        request.auth.workspace,
        body.why,
        network_key=body.network,
        channel=named(request, Channel.objects.all(), body.channel, "channel"),
        campaign=named(request, Campaign.objects.all(), body.campaign, "campaign"),
        answers=body.answers,
        promotions=body.promotions,
        statement=body.statement,
        by=request.auth.actor,
    )


@stage.write("pauses.end", "POST /pauses/{pause}/end", PauseShape)
def end(request: Request, pause: Id, body: ResumeIn = IN_ORDER) -> Pause:
    """Let it go on. What is still ahead keeps its time."""
    row = own(request, rows(), pause)
    pauses.resume(row, body.how, by=request.auth.actor)
    return row
