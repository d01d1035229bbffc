"""Page: what things cost. Hours, coins of other currencies, and the networks' price lists."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clarion.accounts import worth
from clarion.accounts.models import ExchangeRate, HourlyRate, Membership
from clarion.accounts.rights import ROLES
from clarion.interfaces.web.door import Request, blaming, day_input, own, page, tell
from clarion.networks.limits import all_prices


class RateForm(forms.Form):
    whose = forms.ChoiceField(label="Whose hour")
    amount = forms.DecimalField(min_value=0, max_digits=9, decimal_places=2)

    def __init__(self, request: Request, *args: Any) -> None:
        super().__init__(*args)
        people = request.workspace.memberships.select_related("user").order_by("pk")
        whose: Any = self.fields["whose"]
        whose.choices = [
            ("", "Anybody's"),
            ("Of a role", [(f"role:{role}", role.capitalize()) for role in ROLES]),
            ("Of a person", [(f"person:{m.pk}", str(m.user)) for m in people]),
        ]
        whose.required = False
        self.fields["amount"].label = f"Costs, all told, in {request.workspace.currency}"

    def of(self, request: Request) -> dict[str, Any]:
        kind, _, key = self.cleaned_data["whose"].partition(":")
        rows = Membership.objects.filter(workspace=request.workspace).select_related("user")
        person = rows.filter(pk=int(key)).first() if kind == "person" else None
        return {"role": key if kind == "role" else "", "person": person}


class ExchangeForm(forms.Form):
    currency = forms.CharField(max_length=3, label="Currency, like USD")
    rate = forms.DecimalField(min_value=0, max_digits=18, decimal_places=8)
    as_of = forms.DateField(widget=day_input(), label="On")
    source = forms.CharField(max_length=300, label="Says who")


@require_http_methods(["GET", "POST"])
@page
def show(request: Request) -> HttpResponse:
    space, by = request.workspace, request.actor
    by.must("settings", space.pk)
    sent = {request.POST.get("do", ""): request.POST}
    rate = RateForm(request, sent.get("rate"))
    first = {"as_of": timezone.localdate()}
    exchange = ExchangeForm(sent.get("exchange"), initial=first)
    exchange.fields["rate"].label = f"One is worth, in {space.currency}"
    if _kept(request, rate, exchange):
        tell(request, "Saved")
        return redirect("worth", space.slug)
    context = {
        "rate_form": rate,
        "exchange_form": exchange,
        "rates": space.hourly_rates.select_related("person__user").order_by("pk"),
        "exchange": space.exchange_rates.order_by("currency", "-as_of"),
        "prices": all_prices(),
    }
    status = 422 if rate.errors or exchange.errors else 200
    return render(request, "preferences/worth.html", context, status=status)


def _kept(request: Request, rate: RateForm, exchange: ExchangeForm) -> bool:
    """Whether what was sent, if anything, could be saved; else why not stands in its form."""
    space, by = request.workspace, request.actor
    with blaming(rate):
        if rate.is_bound and rate.is_valid():
            amount = rate.cleaned_data["amount"]
            worth.set_hourly_rate(space, amount, **rate.of(request), by=by)
            return True
    with blaming(exchange):
        if exchange.is_bound and exchange.is_valid():
            worth.give_exchange_rate(space, **exchange.cleaned_data, by=by)
            return True
    return False


@require_POST
@page
def drop_rate(request: Request, pk: int) -> HttpResponse:
    row = own(HourlyRate.objects.select_related("person__user"), request, pk=pk)
    worth.remove_hourly_rate(row, by=request.actor)
    tell(request, "Removed")
    return redirect("worth", request.workspace.slug)


@require_POST
@page
def drop_exchange(request: Request, pk: int) -> HttpResponse:
    worth.remove_exchange_rate(
        own(ExchangeRate.objects.all(), request, pk=pk), by=request.actor
    )
    tell(request, "Removed")
    return redirect("worth", request.workspace.slug)


HERE = "w/<slug:ws>/settings/costs/"
urlpatterns = [
    path(HERE, show, name="worth"),
    path(f"{HERE}hours/<int:pk>/remove/", drop_rate, name="worth-rate-remove"),
    path(f"{HERE}exchange/<int:pk>/remove/", drop_exchange, name="worth-exchange-remove"),
]
