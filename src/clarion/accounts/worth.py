"""Say what an hour costs and what a foreign coin is worth: with a day, by a person."""

from datetime import date
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils import timezone

from clarion.accounts.journal import record
from clarion.accounts.models import ExchangeRate, HourlyRate, Membership, Workspace
from clarion.accounts.rights import ROLES, Actor, NotAllowed
from clarion.kit.errors import NotYet

SOURCE_MAX = 300  # characters


@transaction.atomic
def set_hourly_rate(
    workspace: Workspace,
    amount: object,
    *,
    role: str = "",
    person: Membership | None = None,
    by: Actor,
) -> HourlyRate:
    """What an hour costs, all told: of one person, of a role, or of anybody. Replaces what was
    said before.
    """
    by.must("settings", workspace.pk)
    if person is not None and person.workspace_id != workspace.pk:
        raise NotAllowed("That belongs to another workspace.")
    if role and (role not in ROLES or person is not None):
        raise NotYet("Give a rate to one role or to one person.", "role")
    value = _number(amount, "amount", most=10**6, places="0.01")
    before = workspace.hourly_rates.filter(role=role, person=person).first()
    today = timezone.localdate(timezone=workspace.zone)
    rate, _ = HourlyRate.objects.update_or_create(
        workspace=workspace,
        role=role,
        person=person,
        defaults={"amount": value, "as_of": today},
    )
    was = {"amount": before.amount if before else None}
    record(by, "rate.set", f"Hour of {rate.whose}", was, {"amount": value})
    return rate


@transaction.atomic
def remove_hourly_rate(rate: HourlyRate, *, by: Actor) -> None:
    by.must("settings", rate.workspace_id)
    record(by, "rate.removed", f"Hour of {rate.whose}", {"amount": rate.amount})
    rate.delete()


@transaction.atomic
def give_exchange_rate(
    workspace: Workspace, currency: str, rate: object, as_of: date, source: str, *, by: Actor
) -> ExchangeRate:
    """What one coin of `currency` was worth on a day, in the workspace's, and who says so."""
    by.must("settings", workspace.pk)
    currency = currency.strip().upper()
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
        raise NotYet("A currency has three letters, like USD.", "currency")
    if currency == workspace.currency:
        raise NotYet(f"{currency} is the workspace's own currency.", "currency")
    if as_of > timezone.localdate(timezone=workspace.zone):
        raise NotYet("Nobody knows the rate of a day to come.", "as_of")
    if not source.strip() or len(source.strip()) > SOURCE_MAX:
        raise NotYet("Say where the rate is from, like “European Central Bank”.", "source")
    value = _number(rate, "rate", most=10**9, places="0.00000001")
    if not value:
        raise NotYet("A rate is more than 0.", "rate")
    row, _ = ExchangeRate.objects.update_or_create(
        workspace=workspace,
        currency=currency,
        into=workspace.currency,
        as_of=as_of,
        defaults={"rate": value, "source": source.strip(), "said_by": by.name},
    )
    record(by, "exchange.given", str(row), after={"as_of": as_of, "source": row.source})
    return row


@transaction.atomic
def remove_exchange_rate(rate: ExchangeRate, *, by: Actor) -> None:
    by.must("settings", rate.workspace_id)
    record(by, "exchange.removed", str(rate), {"as_of": rate.as_of, "source": rate.source})
    rate.delete()


def _number(value: object, about: str, *, most: int, places: str) -> Decimal:
    try:
        number = Decimal(str(value).strip().replace(",", "."))
        fits = 0 <= number < most
    except InvalidOperation:
        fits = False
    if not fits:
        raise NotYet(f"Give a number from 0 to {most:,}.", about)
    return number.quantize(Decimal(places))
