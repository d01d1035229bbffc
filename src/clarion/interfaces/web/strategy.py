"""Where we want to be, how far we are, what it earned, and whom we do it for."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from clarion.interfaces.web.door import Request, blaming, day_input, leaf, own, page
from clarion.interfaces.web.templatetags.figures import LABELS
from clarion.measurement.goals import chain, tree
from clarion.strategy import actions
from clarion.strategy.metrics import METRICS
from clarion.strategy.models import Audience, Goal

METRIC_CHOICES = [(key, f"{LABELS[key]}: {what}") for key, what in METRICS.items()]
DRILLED = 50  # posts that a goal is drilled down to


class GoalForm(forms.Form):
    name = forms.CharField(max_length=200, label="Goal", help_text="In words people remember.")
    kpi = forms.ChoiceField(choices=METRIC_CHOICES, label="Told by")
    target = forms.IntegerField(min_value=1, help_text="The number to reach.")
    deadline = forms.DateField(widget=day_input(), label="By when")


class AudienceForm(forms.Form):
    name = forms.CharField(max_length=100)
    description = forms.CharField(
        widget=forms.Textarea,
        required=False,
        help_text="Who they are, what they care about, what they ask.",
    )
    interests = forms.CharField(max_length=300, required=False, help_text="Comma-separated.")
    languages = forms.CharField(max_length=100, required=False, help_text="Like en, de.")


@page
def show(request: Request) -> HttpResponse:
    goals = tree(request.workspace, timezone.localdate())
    drilled = request.GET.get("goal", "")
    opened = int(drilled) if drilled.isdecimal() and len(drilled) < 19 else None
    context = {
        "goals": leaf(request, goals),
        "earned": chain(request.workspace),
        "opened": opened,
        "posts": chain(request.workspace, "post", opened, DRILLED) if opened else (),
        "audiences": leaf(request, request.workspace.audiences.order_by("name", "pk"), 12, "a"),
        "may_plan": request.actor.can("plan"),
    }
    return render(request, "strategy/strategy.html", context)


# --- goals ------------------------------------------------------------------------------------


@page
def new_goal(request: Request) -> HttpResponse:
    parent = _parent(request)
    form = GoalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with blaming(form):
            actions.set_goal(
                request.workspace, **form.cleaned_data, parent=parent, by=request.actor
            )
            messages.success(request, f"Goal set: {form.cleaned_data['name']}")
            return redirect("strategy", request.workspace.slug)
    title = f"New goal below “{parent}”" if parent else "New goal"
    return _form(request, form, title)


@page
def change_goal(request: Request, pk: int) -> HttpResponse:
    goal = own(Goal.objects.all(), request, pk=pk)
    keys = ("name", "kpi", "target", "deadline")
    form = GoalForm(request.POST or None, initial={k: getattr(goal, k) for k in keys})
    if request.method == "POST" and form.is_valid():
        with blaming(form):
            actions.change_goal(goal, **form.cleaned_data, by=request.actor)
            messages.success(request, f"Goal changed: {goal.name}")
            return redirect("strategy", request.workspace.slug)
    drop = reverse("goal-drop", args=[request.workspace.slug, pk])
    why = f"Give up “{goal}” and the goals below it? Its campaigns stay."
    return _form(request, form, "Change goal", drop=drop, ask=why, drop_label="Give it up")


@page
@require_POST
def drop_goal(request: Request, pk: int) -> HttpResponse:
    goal = own(Goal.objects.all(), request, pk=pk)
    actions.drop_goal(goal, by=request.actor)
    messages.success(request, f"Given up: {goal.name}")
    return redirect("strategy", request.workspace.slug)


def _parent(request: Request) -> Goal | None:
    pk = request.GET.get("parent", "")
    return own(Goal.objects.all(), request, pk=pk) if pk.isdecimal() else None


# --- audiences --------------------------------------------------------------------------------


@page
def new_audience(request: Request) -> HttpResponse:
    form = AudienceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with blaming(form):
            actions.describe_audience(request.workspace, **form.cleaned_data, by=request.actor)
            return _to_audiences(request)
    return _form(request, form, "New audience")


@page
def change_audience(request: Request, pk: int) -> HttpResponse:
    audience = own(Audience.objects.all(), request, pk=pk)
    keys = ("name", "description", "interests", "languages")
    form = AudienceForm(request.POST or None, initial={k: getattr(audience, k) for k in keys})
    if request.method == "POST" and form.is_valid():
        with blaming(form):
            actions.change_audience(audience, **form.cleaned_data, by=request.actor)
            return _to_audiences(request)
    drop = reverse("audience-drop", args=[request.workspace.slug, pk])
    why = f"Forget the audience “{audience}”? Campaigns that were meant for it stay."
    return _form(request, form, "Change audience", drop=drop, ask=why, drop_label="Forget it")


@page
@require_POST
def drop_audience(request: Request, pk: int) -> HttpResponse:
    actions.drop_audience(own(Audience.objects.all(), request, pk=pk), by=request.actor)
    return _to_audiences(request)


def _to_audiences(request: Request) -> HttpResponse:
    return redirect(reverse("strategy", args=[request.workspace.slug]) + "#audiences")


def _form(request: Request, form: forms.Form, title: str, **more: Any) -> HttpResponse:
    status = 422 if form.errors else 200
    back = reverse("strategy", args=[request.workspace.slug])
    context = {"form": form, "title": title, "back": back, "section": "Strategy", **more}
    return render(request, "strategy/form.html", context, status=status)


HERE = "w/<slug:ws>/strategy/"
urlpatterns = [
    path(HERE, show, name="strategy"),
    path(f"{HERE}goals/new/", new_goal, name="goal-new"),
    path(f"{HERE}goals/<int:pk>/", change_goal, name="goal"),
    path(f"{HERE}goals/<int:pk>/drop/", drop_goal, name="goal-drop"),
    path(f"{HERE}audiences/new/", new_audience, name="audience-new"),
    path(f"{HERE}audiences/<int:pk>/", change_audience, name="audience"),
    path(f"{HERE}audiences/<int:pk>/drop/", drop_audience, name="audience-drop"),
]
