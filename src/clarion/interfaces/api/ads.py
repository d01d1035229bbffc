"""Money behind posts, over the API."""

from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet
from ninja import Schema

from clarion.ads import actions
from clarion.ads.models import Promotion, Spending
from clarion.ads.queries import purse
from clarion.interfaces.api.door import Request, all_named, moment, named, own
from clarion.interfaces.api.publishing import deliveries
from clarion.interfaces.api.shapes import Id, In, asked, kept_as, one_of
from clarion.interfaces.api.stage import Stage
from clarion.strategy.models import Campaign

stage = Stage()
STATE = one_of(Promotion.State)


# --- shapes ---------------------------------------------------------------------------------


class PromotionShape(Schema):
    """`spent` is what the network has billed so far, `spent_as_of` when we last asked."""

    id: int
    campaign: int = kept_as("campaign_id")
    delivery: int = kept_as("delivery_id")
    channel: int = kept_as("channel_id")
    budget: Decimal
    currency: str
    until: datetime
    state: str
    state_label: str
    problem: str
    spent: Decimal
    spent_as_of: datetime | None
    stopped_at: datetime | None
    live_at: datetime | None
    ordered_by: str


class SpendingShape(Schema):
    """What it cost on one day, as the network billed it."""

    day: date
    amount: Decimal


class PurseShape(Schema):
    """All in `currency`. `promised` is what may still be spent by what runs."""

    budget: Decimal
    spent: Decimal
    promised: Decimal
    left: Decimal
    currency: str


class PromotionIn(In):
    """`budget` is in the workspace's currency. Without `until`, it runs for a week."""

    delivery: Id
    budget: Decimal
    campaign: Id | None = None
    until: datetime | None = None


# --- operations -----------------------------------------------------------------------------


def _own(request: Request, promotion: int) -> Promotion:
    rows = Promotion.objects.select_related("channel__workspace", "campaign", "delivery")
    return own(request, rows, promotion, "channel__workspace")


@stage.many("promotions.list", "GET /promotions", PromotionShape)
def list_promotions(
    request: Request, state: str | None = STATE, campaign: Id | None = None
) -> QuerySet[Promotion]:
    """Promotions, newest first."""
    where = asked(state=state, campaign=campaign)
    return Promotion.objects.filter(channel__workspace=request.auth.workspace, **where)


@stage.one("promotions.get", "GET /promotions/{promotion}", PromotionShape)
def get_promotion(request: Request, promotion: Id) -> Promotion:
    """One promotion."""
    return _own(request, promotion)


@stage.many("promotions.days", "GET /promotions/{promotion}/days", SpendingShape, order="-day")
def days(request: Request, promotion: Id) -> QuerySet[Spending]:
    """What it cost, day by day, newest first."""
    return _own(request, promotion).days.all()


@stage.write("promotions.order", "POST /promotions", PromotionShape, status=201, spends=True)
def order(request: Request, body: PromotionIn) -> Promotion:
    """Put money behind a live post: never more than its campaign has left."""
    [delivery] = all_named(
        request, deliveries(), [body.delivery], "delivery", "channel__workspace"
    )
    campaigns = Campaign.objects.select_related("workspace")
    return actions.promote(
        delivery,
        body.budget,
        campaign=named(request, campaigns, body.campaign, "campaign"),
        until=moment(request, body.until) if body.until else None,
        by=request.auth.actor,
    )


@stage.write(
    "promotions.stop", "POST /promotions/{promotion}/stop", PromotionShape, outside=True
)
def stop(request: Request, promotion: Id) -> Promotion:
    """End it now. What is spent is spent; the rest of its budget is free again.

    A dry run checks rights and state without talking to the network.
    """
    row, me = _own(request, promotion), request.auth
    if me.dry:
        actions.may_stop(row, by=me.actor)
    else:
        actions.stop(row, by=me.actor)
    return _own(request, promotion)


@stage.write("promotions.retry", "POST /promotions/{promotion}/retry", PromotionShape)
def retry(request: Request, promotion: Id) -> Promotion:
    """Try again what is held. What may have been ordered is looked up first."""
    row = _own(request, promotion)
    actions.retry(row, by=request.auth.actor)
    return row


@stage.one("campaigns.purse", "GET /campaigns/{campaign}/purse", PurseShape)
def show_purse(request: Request, campaign: Id) -> dict[str, object]:
    """What a campaign may still spend."""
    found = purse(own(request, Campaign.objects.all(), campaign))
    currency = request.auth.workspace.currency
    return {**vars(found), "left": found.left, "currency": currency}
