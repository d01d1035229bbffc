"""Campaigns: the brief, the posts, the money and the result of each on one page."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from clarion.accounts.models import Workspace
from clarion.ads.costs import of_campaign
from clarion.ads.queries import purse, purses
from clarion.content.models import Post
from clarion.interfaces.web.campaign_copies import other_brands
from clarion.interfaces.web.door import (
    Request,
    blaming,
    day_input,
    leaf,
    own,
    page,
    tell,
    undone,
)
from clarion.interfaces.web.strategy import METRIC_CHOICES
from clarion.measurement.goals import Standing, standing
from clarion.measurement.queries import Progress, progress, progress_of
from clarion.publishing.queries import entries
from clarion.strategy import actions
from clarion.strategy.models import Audience, Campaign, Goal
from clarion.strategy.queries import brief

FIELDS = ("name", "about", "partner", "goal", "audience", "goal_metric", "goal_value", "budget")


class CampaignForm(forms.Form):
    """Goals and audiences to choose from are those of the workspace."""

    name = forms.CharField(max_length=100)
    about = forms.CharField(
        widget=forms.Textarea, required=False, label="The idea", help_text="In a few sentences."
    )
    goal = forms.ModelChoiceField(
        Goal.objects.none(), required=False, empty_label="No goal yet"
    )
    audience = forms.ModelChoiceField(
        Audience.objects.none(), required=False, empty_label="Everybody", label="For whom"
    )
    goal_metric = forms.ChoiceField(choices=METRIC_CHOICES, label="Told by")
    goal_value = forms.IntegerField(min_value=1, label="The number to reach")
    budget = forms.DecimalField(
        min_value=0,
        initial=0,
        label="Budget",
        help_text="A ceiling: nothing is spent by itself.",
    )
    partner = forms.CharField(
        required=False,
        max_length=100,
        label="Who pays us for it",
        help_text="A partner's name. Its posts then have to say that they are advertising.",
    )
    starts_on = forms.DateField(required=False, widget=day_input(), label="Starts")
    ends_on = forms.DateField(required=False, widget=day_input(), label="Ends")

    def __init__(self, workspace: Workspace, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choices: dict[str, Any] = {"goal": workspace.goals, "audience": workspace.audiences}
        for key, rows in choices.items():
            self.fields[key].queryset = rows.order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["budget"].label = f"Budget in {workspace.currency}"


@page
def show_all(request: Request) -> HttpResponse:
    archived = "archived" in request.GET
    rows = request.workspace.campaigns.filter(archived_at__isnull=not archived)
    goal = request.GET.get("goal", "")
    if goal.isdecimal() and len(goal) < 19:
        rows = rows.filter(goal=int(goal))
    rows = rows.select_related("goal", "audience", "workspace").annotate(
        n=Count("posts", distinct=True)
    )
    leaf_ = leaf(request, rows.order_by("-created_at", "-pk"), 12)
    context = {
        "campaigns": leaf_,
        "rows": _told(list(leaf_)),
        "archived": archived,
        "may_plan": request.actor.can("plan"),
    }
    return render(request, "campaigns/campaigns.html", context)


def _told(campaigns: list[Campaign]) -> list[dict[str, Any]]:
    far, money = progress_of(campaigns), purses(campaigns)
    return [
        {
            "campaign": campaign,
            "progress": far[campaign.pk],
            "standing": _standing(campaign, far[campaign.pk]),
            "purse": money[campaign.pk],
        }
        for campaign in campaigns
    ]


def _standing(campaign: Campaign, far: Progress) -> Standing:
    start = campaign.starts_on or timezone.localdate(campaign.created_at)
    return standing(far, start, campaign.ends_on, timezone.localdate())


@page
def show(request: Request, pk: int) -> HttpResponse:
    campaign = _campaign(request, pk)
    posts = leaf(request, campaign.posts.exclude(state="binned").order_by("-created_at", "-pk"))
    far, on_page = progress(campaign), cast("QuerySet[Post]", posts.object_list)
    context = {
        "campaign": campaign,
        "brief": brief(campaign),
        "posts": posts,
        "entries": entries(on_page, request.workspace.zone),
        "progress": far,
        "standing": _standing(campaign, far),
        "purse": purse(campaign),
        "costs": of_campaign(campaign, by=request.actor),
        "may_plan": request.actor.can("plan"),
        "may_write": request.actor.can_somewhere("write"),
        "other_brands": other_brands(request).exists(),
    }
    return render(request, "campaigns/campaign.html", context)


@page
def new(request: Request) -> HttpResponse:
    goal = request.GET.get("goal")
    form = CampaignForm(request.workspace, request.POST or None, initial={"goal": goal})
    if request.method == "POST" and form.is_valid():
        with blaming(form):
            made = actions.start_campaign(
                request.workspace, **form.cleaned_data, by=request.actor
            )
            messages.success(request, f"Campaign started: {made.name}")
            return redirect("campaign", request.workspace.slug, made.pk)
    return _form(
        request, form, "New campaign", reverse("campaigns", args=[request.workspace.slug])
    )


@page
def change(request: Request, pk: int) -> HttpResponse:
    campaign = _campaign(request, pk)
    values = {k: getattr(campaign, k) for k in (*FIELDS, "starts_on", "ends_on")}
    form = CampaignForm(request.workspace, request.POST or None, initial=values)
    if request.method == "POST" and form.is_valid():
        with blaming(form):
            actions.change_campaign(campaign, **form.cleaned_data, by=request.actor)
            messages.success(request, f"Campaign changed: {campaign.name}")
            return redirect("campaign", request.workspace.slug, pk)
    return _form(
        request, form, "Change campaign", reverse("campaign", args=[request.workspace.slug, pk])
    )


@page
@require_POST
def archive(request: Request, pk: int) -> HttpResponse:
    campaign = _campaign(request, pk)
    actions.archive_campaign(campaign, by=request.actor)
    undo = reverse("campaign-restore", args=[request.workspace.slug, pk])
    tell(request, f"Archived: {campaign.name}", undo)
    return redirect("campaigns", request.workspace.slug)


@page
@require_POST
def restore(request: Request, pk: int) -> HttpResponse:
    campaign = _campaign(request, pk)
    actions.archive_campaign(campaign, archived=False, by=request.actor)
    go = reverse("campaign", args=[request.workspace.slug, pk])
    return undone(request, f"Back again: {campaign.name}", go)


def _campaign(request: Request, pk: int) -> Campaign:
    rows = Campaign.objects.select_related("workspace", "goal", "audience")
    return own(rows, request, pk=pk)


def _form(request: Request, form: CampaignForm, title: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "section": "Campaigns"}
    status = 422 if form.errors else 200
    return render(request, "strategy/form.html", context, status=status)


HERE = "w/<slug:ws>/campaigns/"
urlpatterns = [
    path(HERE, show_all, name="campaigns"),
    path(f"{HERE}new/", new, name="campaign-new"),
    path(f"{HERE}<int:pk>/", show, name="campaign"),
    path(f"{HERE}<int:pk>/change/", change, name="campaign-change"),
    path(f"{HERE}<int:pk>/archive/", archive, name="campaign-archive"),
    path(f"{HERE}<int:pk>/restore/", restore, name="campaign-restore"),
]
