"""The first minutes: who you are, a brand to work with, a first channel."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from clarion.accounts import actions as accounts
from clarion.accounts.models import Membership, User
from clarion.channels import actions as channels
from clarion.interfaces.demo.build import make
from clarion.interfaces.demo.cast import practice
from clarion.interfaces.web.brand import Brand, add_problem, zones
from clarion.interfaces.web.door import Request, page
from clarion.kit.errors import NotYet
from clarion.networks import registry
from clarion.networks.base import Network

FIRST = "owner@localhost.local"  # stands for whoever started this installation


class Me(forms.Form):
    """Who somebody is and how they sign in."""

    name = forms.CharField(max_length=100)
    email = forms.CharField(label="E-mail", widget=forms.EmailInput, max_length=254)
    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least eight characters, not only digits.",
    )


# --- one: who you are -------------------------------------------------------------------------


def is_nobody_yet(user: User) -> bool:
    """Came in by the first link and has neither an address nor a password."""
    return user.email == FIRST


@login_required
@sensitive_post_parameters("password")
def show(request: Request) -> HttpResponse:
    """The first step, or the next one for those who have taken it."""
    if not is_nobody_yet(request.user):
        return redirect("setup-brand")
    form = Me(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.introduce(request.user, **form.cleaned_data)
        except NotYet as problem:
            add_problem(form, problem)
        else:
            update_session_auth_hash(request, request.user)
            here = Membership.objects.filter(user=request.user).exists()
            return redirect("root" if here else "setup-brand")
    status = 422 if form.errors else 200
    return render(request, "setup/me.html", {"form": form}, status=status)


# --- two: a brand -----------------------------------------------------------------------------


@login_required
def brand(request: Request) -> HttpResponse:
    """A brand of one's own. The demo is one button beside it."""
    form = Brand(request.POST or None, initial={"language": "en", "currency": "EUR"})
    if request.method == "POST" and form.is_valid():
        try:
            workspace = accounts.found_workspace(request.user, **form.cleaned_data)
        except NotYet as problem:
            add_problem(form, problem)
        else:
            return redirect("setup-channel", workspace.slug)
    first = not Membership.objects.filter(user=request.user).exists()
    context = {"form": form, "zones": zones(), "first": first}
    return render(request, "setup/brand.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def demo(request: Request) -> HttpResponse:
    """The practice brand, made in a few seconds."""
    zone = request.POST.get("time_zone", "")
    known = zone if zone in available_timezones() else "UTC"
    return redirect("home", make(request.user, time_zone=known).slug)


# --- three: a channel -------------------------------------------------------------------------


@page
def channel(request: Request) -> HttpResponse:
    """One click to the practice network; the others ask for more, on the page Channels."""
    problem = ""
    if request.method == "POST":
        answers = {"server": settings.PLAYGROUND_URL, "handle": request.workspace.slug[:40]}
        try:
            channels.start(request.workspace, practice().key, answers, "", by=request.actor)
        except NotYet as no:
            problem = str(no)
        else:
            return redirect("home", request.workspace.slug)
    others = [(n, [f.label for f in n.connect.fields if f.required]) for n in _others()]
    context = {"networks": others, "practice": practice(), "problem": problem}
    return render(request, "setup/channel.html", context, status=422 if problem else 200)


def _others() -> list[Network]:
    return [n for n in registry.NETWORKS.values() if not n.practice]


urlpatterns: list[Any] = [
    path("setup/", show, name="setup"),
    path("setup/brand/", brand, name="setup-brand"),
    path("setup/demo/", demo, name="setup-demo"),
    path("workspaces/new/", brand, name="workspace-new"),
    path("w/<slug:ws>/setup/", channel, name="setup-channel"),
]
