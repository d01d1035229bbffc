"""What posts and campaigns cost, and what prices, hours and coins are worth, over the API."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from ninja import Schema

from clarion.accounts import worth
from clarion.accounts.models import ExchangeRate, HourlyRate, Membership
from clarion.ads import costs, planning
from clarion.ads.costs import Sheet
from clarion.content.models import Post
from clarion.interfaces.api.door import Request, named, own
from clarion.interfaces.api.shapes import Change, Gone, Id, In, Word, kept_as
from clarion.interfaces.api.stage import Stage
from clarion.networks.limits import Price, all_prices, prices
from clarion.networks.limits import told as known
from clarion.numbers.money import Total
from clarion.strategy.models import Campaign

stage = Stage()


# --- shapes ---------------------------------------------------------------------------------


class CostShape(Schema):
    """`amount` is null where it is not known, and `reason` says why."""

    what: str
    amount: Decimal | None
    currency: str
    formula: str
    source: str
    n: int
    as_of: date | None
    reason: str


class TotalShape(Schema):
    """The sum of what is known. `beside` is money in currencies without an exchange rate: it
    is not in the sum. `exchanged` says which rates were used.
    """

    amount: Decimal
    currency: str
    formula: str
    is_whole: bool
    costs: list[CostShape]
    exchanged: list[str]
    beside: dict[str, Decimal]

    @staticmethod
    def resolve_exchanged(row: Total) -> list[str]:
        return [rate.said for rate in row.exchanged]


class SheetShape(Schema):
    """What it is to cost by what is known today, and what it has really cost so far."""

    planned: TotalShape
    real: TotalShape


class PriceShape(Schema):
    """What a network asks for one thing done through its API, from a day on."""

    network: str
    action: str
    what: str
    amount: Decimal
    currency: str
    since: date
    source: str
    verified: date | None
    note: str


class RateShape(Schema):
    """What an hour costs, in the workspace's currency: of a person, a role, or anybody."""

    id: int
    role: str
    person: int | None = kept_as("person_id")
    amount: Decimal
    as_of: date


class ExchangeShape(Schema):
    id: int
    currency: str
    into: str
    rate: Decimal
    as_of: date
    source: str
    said_by: str


class EstimateIn(Change):
    """`minutes` one means to give it, `minutes_spent` it took; `set_aside` for advertising."""

    minutes: int | None = None
    minutes_spent: int | None = None
    set_aside: Decimal | None = None


class RateIn(In):
    """Without `role` and `person`: of anybody who has no rate of their own."""

    amount: Decimal
    role: Word = ""
    person: Id | None = None


class ExchangeIn(In):
    """What one coin of `currency` was worth in the workspace's currency on that day."""

    currency: Word
    rate: Decimal
    as_of: date
    source: Word


# --- operations -----------------------------------------------------------------------------


@stage.one("posts.costs", "GET /posts/{post}/costs", SheetShape)
def post_costs(request: Request, post: Id) -> Sheet:
    """What a post is to cost, and what it has cost."""
    row = own(request, Post.objects.select_related("workspace"), post)
    return costs.of_post(row, by=request.auth.actor)


@stage.write("posts.estimate", "PATCH /posts/{post}/costs", SheetShape)
def estimate(request: Request, post: Id, body: EstimateIn) -> Sheet:
    """Say how many minutes a post takes you, and what is set aside for advertising it."""
    row, by = own(request, Post.objects.select_related("workspace"), post), request.auth.actor
    given = body.given()
    names = {"minutes": "planned", "minutes_spent": "spent"}
    said: dict[str, Any] = {names[key]: given[key] for key in names if key in given}
    if said:
        planning.say_minutes(row, **said, by=by)
    if "set_aside" in given:
        planning.set_aside(row, given["set_aside"], by=by)
    return costs.of_post(row, by=by)


@stage.one("campaigns.costs", "GET /campaigns/{campaign}/costs", SheetShape)
def campaign_costs(request: Request, campaign: Id) -> Sheet:
    """What a campaign is to cost, and what it has cost: fees, people and advertising."""
    row = own(request, Campaign.objects.select_related("workspace"), campaign)
    return costs.of_campaign(row, by=request.auth.actor)


@stage.many("prices.list", "GET /prices", PriceShape)
def list_prices(request: Request, network: Word = "") -> Sequence[Price]:  # noqa: ARG001
    """What networks ask for what is done through their APIs, with source and date."""
    if not network:
        return all_prices()
    try:
        known(network)
    except LookupError:
        raise Http404 from None
    return prices(network)


@stage.many("rates.list", "GET /rates", RateShape, order="pk", right="settings")
def list_rates(request: Request) -> QuerySet[HourlyRate]:
    """What an hour costs."""
    return request.auth.workspace.hourly_rates.all()


@stage.write("rates.set", "POST /rates", RateShape, status=201)
def set_rate(request: Request, body: RateIn) -> HourlyRate:
    """Say what an hour costs, of a person, of a role, or of anybody."""
    person = named(request, Membership.objects.select_related("user"), body.person, "person")
    me = request.auth
    return worth.set_hourly_rate(
        me.workspace, body.amount, role=body.role, person=person, by=me.actor
    )


@stage.write("rates.remove", "DELETE /rates/{rate}", Gone)
def remove_rate(request: Request, rate: Id) -> Gone:
    """Forget what an hour costs."""
    row = own(request, HourlyRate.objects.select_related("person__user"), rate)
    worth.remove_hourly_rate(row, by=request.auth.actor)
    return Gone(id=rate)


@stage.many("exchange.list", "GET /exchange-rates", ExchangeShape, order="pk")
def list_exchange(request: Request) -> QuerySet[ExchangeRate]:
    """What coins of other currencies are worth, as people said."""
    return request.auth.workspace.exchange_rates.all()


@stage.write("exchange.give", "POST /exchange-rates", ExchangeShape, status=201)
def give_exchange(request: Request, body: ExchangeIn) -> ExchangeRate:
    """Say what a coin of another currency was worth on a day, and where that is from."""
    me = request.auth
    return worth.give_exchange_rate(me.workspace, **body.model_dump(), by=me.actor)


@stage.write("exchange.remove", "DELETE /exchange-rates/{rate}", Gone)
def remove_exchange(request: Request, rate: Id) -> Gone:
    """Forget an exchange rate. Sums then leave that money beside them."""
    row = own(request, ExchangeRate.objects.all(), rate)
    worth.remove_exchange_rate(row, by=request.auth.actor)
    return Gone(id=rate)
