"""Money behind posts: what runs, what it cost, and ordering more in two steps.

The addresses lie under /paid/: ad blockers hide what is called after ads.
"""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from clarion.ads import actions
from clarion.ads.models import Promotion
from clarion.ads.queries import Purse, purses
from clarion.channels.models import Channel
from clarion.interfaces.web import wording
from clarion.interfaces.web.door import Request, blaming, day_input, leaf, own, page
from clarion.networks.registry import NETWORKS
from clarion.publishing.models import Delivery
from clarion.strategy.models import Campaign

WEEK = timedelta(days=7)
OFFERED = 12  # live posts to choose from


class OrderForm(forms.Form):
    """`campaign` pays; each choice says what it has left."""

    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label="Paid by the campaign", empty_label=None
    )
    budget = forms.DecimalField(
        label="Amount", help_text="The network ends the promotion when this much is spent."
    )
    until = forms.DateField(
        label="Last day",
        widget=day_input(),
        help_text="It ends on this day even if money is left.",
    )

    def __init__(self, money: dict[int, Purse], currency: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["campaign"]
        field.queryset = Campaign.objects.filter(pk__in=money).order_by("name", "pk")
        field.label_from_instance = lambda c: (
            f"{c.name}: {wording.money(money[c.pk].left, currency)} left"
        )
        self.fields["budget"].label = f"Amount in {currency}"


@page
def show(request: Request) -> HttpResponse:
    rows = Promotion.objects.filter(campaign__workspace=request.workspace)
    asked = request.GET.get("campaign", "")
    chosen = own(Campaign.objects.all(), request, pk=asked) if asked.isdecimal() else None
    if chosen is not None:
        rows = rows.filter(campaign=chosen)
    rows = rows.select_related("campaign", "delivery__variant__post", "channel")
    shown = leaf(request, rows.order_by("-pk"))
    context = {
        "promotions": shown,
        "money": purses([p.campaign for p in shown]),
        "chosen": chosen,
        "may_spend": request.actor.can_somewhere("spend"),
        "offered": _offered(request),
        "networks": _networks(request),
    }
    return render(request, "promotions/promotions.html", context)


def _offered(request: Request) -> QuerySet[Delivery]:
    """Live posts that stand on a network that takes promotions, the newest first."""
    able = [key for key, network in NETWORKS.items() if network.ads is not None]
    rows = Delivery.objects.filter(
        channel__workspace=request.workspace,
        channel__network_key__in=able,
        channel__state=Channel.State.OPEN,
        state=Delivery.State.LIVE,
        part=0,
    ).exclude(url="")
    return rows.select_related("channel", "variant__post").order_by("-live_at")[:OFFERED]


def _networks(request: Request) -> list[tuple[Any, bool]]:
    """The networks of this workspace, and whether posts can be promoted there."""
    channels = request.workspace.channels.exclude(state=Channel.State.GONE)
    keys = sorted(set(channels.values_list("network_key", flat=True)))
    return [(NETWORKS[k], NETWORKS[k].ads is not None) for k in keys if k in NETWORKS]


# --- ordering, in two steps -------------------------------------------------------------------


@page
def new(request: Request, pk: int) -> HttpResponse:
    """First the amount, then a page that names it: money is never one stray click."""
    rows = Delivery.objects.select_related("channel__workspace", "variant__post__campaign")
    delivery = own(rows, request, pk=pk, path="channel__workspace")
    request.actor.must("spend", request.workspace.pk, delivery.channel_id)
    campaigns = request.workspace.campaigns.filter(archived_at=None).order_by("name")
    money = {pk: p for pk, p in purses(list(campaigns)).items() if p.budget}
    first = {
        "campaign": delivery.variant.post.campaign_id,
        "until": timezone.localdate() + WEEK,
    }
    form = OrderForm(money, request.workspace.currency, request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        answer = _ordered(request, delivery, form)
        if answer is not None:
            return answer
    context = {"delivery": delivery, "form": form, "money": money}
    status = 422 if form.errors else 200
    return render(request, "promotions/new.html", context, status=status)


def _ordered(request: Request, delivery: Delivery, form: OrderForm) -> HttpResponse | None:
    """The question, or the order when the question was answered; None when it was refused."""
    said = form.cleaned_data
    what: Any = {
        "campaign": said["campaign"],
        "until": _end(said["until"]),
        "by": request.actor,
    }
    with blaming(form):
        order = actions.weigh(delivery, said["budget"], **what)
        if request.POST.get("sure") != str(order.amount):
            seen = actions.newest(delivery)
            context = {"delivery": delivery, "form": form, "order": order, "seen": seen}
            return render(request, "promotions/sure.html", context)
        typed = request.POST.get("seen", "")
        seen = int(typed) if typed.isdecimal() and len(typed) < 19 else 0
        actions.promote(delivery, said["budget"], seen=seen, **what)
        amount = wording.money(order.amount, order.currency)
        messages.success(request, f"Ordered: {amount} behind this post. It starts in a moment.")
        return redirect("promotions", request.workspace.slug)
    return None


def _end(day: Any) -> datetime:
    """The last moment of that day, where the workspace is."""
    return datetime.combine(day, time(23, 59), timezone.get_current_timezone())


# --- what runs --------------------------------------------------------------------------------


@page
@require_POST
def stop(request: Request, pk: int) -> HttpResponse:
    promotion = _promotion(request, pk)
    actions.stop(promotion, by=request.actor)
    spent = wording.money(Decimal(promotion.spent), promotion.currency)
    messages.success(
        request, f"Stopped. {spent} is billed so far; what the last bill leaves is free again."
    )
    return redirect("promotions", request.workspace.slug)


@page
@require_POST
def retry(request: Request, pk: int) -> HttpResponse:
    actions.retry(_promotion(request, pk), by=request.actor)
    messages.success(
        request, "It is tried again. What may be running already is looked up first."
    )
    return redirect("promotions", request.workspace.slug)


def _promotion(request: Request, pk: int) -> Promotion:
    rows = Promotion.objects.select_related("channel__workspace", "campaign")
    return own(rows, request, pk=pk, path="campaign__workspace")


HERE = "w/<slug:ws>/paid/"
urlpatterns = [
    path(HERE, show, name="promotions"),
    path(f"{HERE}new/<int:pk>/", new, name="promotion-new"),
    path(f"{HERE}<int:pk>/stop/", stop, name="promotion-stop"),
    path(f"{HERE}<int:pk>/retry/", retry, name="promotion-retry"),
]
