"""The settings of a workspace."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from clarion.accounts import actions as accounts
from clarion.interfaces.demo.farewell import remove
from clarion.interfaces.web.brand import CURRENCIES, Brand, add_problem, zones
from clarion.interfaces.web.door import Request, page
from clarion.kit import holidays
from clarion.kit.errors import NotYet


class Preferences(Brand):
    country = forms.ChoiceField(
        choices=lambda: [("", "None"), *holidays.countries().items()],
        required=False,
        label="Holidays of",
        help_text="They stand on the calendar.",
    )
    spacing_minutes = forms.IntegerField(
        min_value=0,
        max_value=24 * 60,
        label="Minutes between posts",
        help_text="Posts on one channel that are closer get a warning.",
    )
    four_eyes = forms.BooleanField(
        required=False,
        label="Four eyes",
        help_text="Nobody approves what they wrote themselves, whatever their role.",
    )
    track_links = forms.BooleanField(
        required=False,
        label="Count who follows links",
        help_text="Links in posts go through this server and are counted without cookies.",
    )


@page
def show(request: Request) -> HttpResponse:
    workspace = request.workspace
    request.actor.must("settings", workspace.pk)
    initial = {key: getattr(workspace, key) for key in Preferences.base_fields}
    form = Preferences(request.POST or None, initial=initial)
    _offer_present(form, workspace.language, workspace.currency)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.change_workspace(workspace, form.cleaned_data, by=request.actor)
        except NotYet as problem:
            add_problem(form, problem)
            workspace.refresh_from_db()
        else:
            messages.success(request, "Settings saved.")
            return redirect("settings", workspace.slug)
    context = {"form": form, "zones": zones()}
    status = 422 if form.errors else 200
    return render(request, "preferences/show.html", context, status=status)


def _offer_present(form: Preferences, language: str, currency: str) -> None:
    """What was set by other ways than this page can be kept."""
    languages, currencies = form.fields["language"], form.fields["currency"]
    if language not in dict(languages.choices):  # type: ignore[attr-defined]
        languages.choices = [*languages.choices, (language, language)]  # type: ignore[attr-defined]
    if currency not in CURRENCIES:
        currencies.choices = [*currencies.choices, (currency, currency)]  # type: ignore[attr-defined]


@page
@require_POST
def remove_demo(request: Request) -> HttpResponse:
    """The practice brand goes, with everything in it."""
    remove(request.workspace, by=request.actor)
    request.session.pop("workspace", None)
    messages.success(request, "The demo brand is gone. A new one is one click away.")
    return redirect("root")


urlpatterns: list[Any] = [
    path("w/<slug:ws>/settings/", show, name="settings"),
    path("w/<slug:ws>/settings/demo/remove/", remove_demo, name="demo-remove"),
]
