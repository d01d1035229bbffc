"""The accounts we may speak for: connect them, see how they are, let them go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from clarion.accounts.models import Membership
from clarion.channels import actions as channels
from clarion.channels.models import Channel
from clarion.channels.queries import way_back
from clarion.interfaces.web.brand import add_problem, zones
from clarion.interfaces.web.by_hand import people
from clarion.interfaces.web.door import Request, own, page
from clarion.kit.errors import NotYet
from clarion.networks import registry
from clarion.networks.base import Field, Network
from clarion.networks.limits import told
from clarion.publishing.queries import Planned, planned_on

CAN: Mapping[str, str] = {
    "publish": "Publish",
    "edit": "Change what is live",
    "thread": "Threads",
    "community": "Inbox",
    "listening": "Search",
    "streaming": "Live listening",
    "measurement": "Numbers",
    "ads": "Promotions",
}
WAITING_SHOWN = 5


@dataclass(frozen=True)
class Row:
    """A channel and what waits for it."""

    channel: Channel
    planned: Planned


@page
def show(request: Request) -> HttpResponse:
    planned = planned_on(request.workspace)
    rows = [Row(c, planned.get(c.pk, Planned())) for c in _mine(request)]
    here = [r for r in rows if r.channel.state != Channel.State.GONE]
    connected = {r.channel.network_key for r in here}
    context = {
        "rows": here,
        "gone": [r.channel for r in rows if r.channel.state == Channel.State.GONE],
        "networks": _networks(),
        "can": CAN,
        "table": [
            (n, [(label, n.can()[key]) for key, label in CAN.items()]) for n in _networks()
        ],
        "limits": [(n, told(n.key)) for n in _networks() if n.key in connected],
        "may": request.actor.can_somewhere("connect"),
        "now": timezone.now(),
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, f"channels/{'_list' if part else 'show'}.html", context)


@page
def one(request: Request, pk: int) -> HttpResponse:
    """Everything about one channel."""
    return _one(request, _channel(request, pk))


def _one(request: Request, channel: Channel, problem: NotYet | None = None) -> HttpResponse:
    context = {
        "channel": channel,
        "limits": channel.limits,
        "can": [(label, channel.network.can()[key]) for key, label in CAN.items()],
        "planned": planned_on(request.workspace).get(channel.pk, Planned()),
        "may": request.actor.can("connect", channel.pk),
        "zones": zones(),
        "typed_zone": request.POST.get("time_zone", channel.time_zone),
        "problem": problem,
        "people": people(request),
        "now": timezone.now(),
    }
    return render(request, "channels/one.html", context, status=422 if problem else 200)


# --- connecting -------------------------------------------------------------------------------


class Answers(forms.Form):
    """What a network asks before it lets us in."""

    def __init__(self, network: Network, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for asked in network.connect.fields:
            self.fields[asked.key] = _field(asked)

    @property
    def needed(self) -> list[Any]:
        return [f for f in self if f.field.required]

    @property
    def optional(self) -> list[Any]:
        return [f for f in self if not f.field.required]


def _field(asked: Field) -> forms.Field:
    """The form's field for one thing a network asks."""
    common: dict[str, Any] = {
        "label": asked.label,
        "help_text": asked.hint,
        "required": asked.required and asked.kind != "flag",
        "initial": asked.default,
    }
    if asked.kind == "choice":
        return forms.ChoiceField(choices=asked.choices, **common)
    if asked.kind == "flag":
        return forms.BooleanField(**common)
    if asked.kind == "password":
        attrs = {"autocomplete": "off"}
        return forms.CharField(
            widget=forms.PasswordInput(attrs=attrs, render_value=True),
            max_length=2000,
            **common,
        )
    attrs = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
    if asked.kind == "url":
        attrs["inputmode"] = "url"
    return forms.CharField(widget=forms.TextInput(attrs=attrs), max_length=2000, **common)


@page
@sensitive_post_parameters()
@sensitive_variables("answers")
def connect(request: Request, key: str) -> HttpResponse:
    """Ask what the network needs, then try it at once."""
    network = registry.NETWORKS.get(key)
    if network is None:
        raise Http404
    request.actor.must("connect", request.workspace.pk)
    again = _again(request)
    form = Answers(network, request.POST or None, initial=_known(network, again))
    if request.method == "POST" and form.is_valid():
        answers = {k: _said(v) for k, v in form.cleaned_data.items()}
        back = settings.PUBLIC_URL + reverse("channel-back")
        try:
            opened = channels.start(
                request.workspace, network.key, answers, back, by=request.actor
            )
        except NotYet as problem:
            add_problem(form, problem)
        else:
            return _opened(request, network, opened)
    context = {"network": network, "form": form, "again": again, "can": network.can()}
    return render(request, "channels/connect.html", context, status=422 if form.errors else 200)


def _said(value: Any) -> str:
    return "yes" if value is True else "" if value is False else str(value)


def _again(request: Request) -> Channel | None:
    """The channel that is to be connected again, if it is one."""
    pk = request.GET.get("channel", "")
    return _mine(request).filter(pk=int(pk)).first() if pk.isdigit() else None


def _known(network: Network, channel: Channel | None) -> dict[str, str]:
    """What was said last time, without anything secret."""
    local = {"server": settings.PLAYGROUND_URL} if network.practice else {}
    if channel is None:
        return local
    open_ones = [f.key for f in network.connect.fields if f.kind in ("text", "url", "choice")]
    found = {key: channel.secret[key] for key in open_ones if channel.secret.get(key)}
    return {**local, "handle": channel.handle, **found}


def _opened(request: Request, network: Network, opened: str | list[Channel]) -> HttpResponse:
    """Connected, or one more door: the page in between is ours, as our policy on forms asks."""
    if isinstance(opened, str):
        context = {"network": network, "url": opened, "host": urlsplit(opened).hostname}
        return render(request, "channels/away.html", context)
    for channel in opened:
        messages.success(request, f"{network.name} {channel.handle} is connected.")
    return redirect("channels", request.workspace.slug)


@login_required
def back(request: HttpRequest) -> HttpResponse:
    """The person is back from the network's door. The state says for which workspace."""
    state = request.GET.get("state", "")
    workspace = way_back(state)
    mine = Membership.objects.select_related("user", "workspace")
    member = mine.filter(workspace=workspace, user=request.user.pk).first()
    if workspace is None or member is None:
        raise NotYet(
            "This way back is no longer open. Start connecting again on the Channels page."
        )
    try:
        found = channels.finish(state, request.GET.dict(), by=member.actor())
    except NotYet as problem:
        messages.error(request, str(problem))
    else:
        for channel in found:
            messages.success(request, f"{channel.handle} is connected.")
    return redirect("channels", workspace.slug)


# --- looking after ----------------------------------------------------------------------------


@page
@require_POST
def set_zone(request: Request, pk: int) -> HttpResponse:
    channel = _channel(request, pk)
    try:
        channels.set_zone(channel, request.POST.get("time_zone", "").strip(), by=request.actor)
    except NotYet as problem:
        return _one(request, channel, problem)
    messages.success(request, "Time zone saved.")
    return redirect("channel", request.workspace.slug, pk)


@page
@require_POST
def set_sending(request: Request, pk: int) -> HttpResponse:
    channel = _channel(request, pk)
    said, hand = request.POST, None
    if said.get("hand", "").isdigit():
        hand = request.workspace.memberships.filter(pk=int(said["hand"][:18])).first()
    hours = said.get("late_hours", "")
    try:
        channels.set_sending(
            channel,
            late_hours=int(hours) if hours.isdigit() and len(hours) < 5 else 0,
            by_hand="by_hand" in said,
            hand=hand,
            by=request.actor,
        )
    except NotYet as problem:
        return _one(request, channel, problem)
    messages.success(request, "Saved. It holds for what is planned from now on.")
    return redirect("channel", request.workspace.slug, pk)


@page
@require_POST
def check(request: Request, pk: int) -> HttpResponse:
    channel = _channel(request, pk)
    channels.check_now(channel, by=request.actor)
    messages.success(request, f"Asking {channel.network.name} how {channel.handle} is.")
    return redirect("channel", request.workspace.slug, pk)


@page
@require_POST
def disconnect(request: Request, pk: int) -> HttpResponse:
    channel = _channel(request, pk)
    channels.disconnect(channel, by=request.actor)
    messages.success(request, f"{channel.handle} is disconnected and its key forgotten.")
    return redirect("channels", request.workspace.slug)


def _mine(request: Request) -> QuerySet[Channel]:
    rows = Channel.objects.filter(workspace=request.workspace).select_related("workspace")
    return rows.order_by("network_key", "handle", "pk")


def _channel(request: Request, pk: int) -> Channel:
    return own(_mine(request), request, pk=pk)


def _networks() -> Sequence[Network]:
    return sorted(registry.NETWORKS.values(), key=lambda n: (n.practice, n.name))


urlpatterns: list[Any] = [
    path("w/<slug:ws>/channels/", show, name="channels"),
    path("w/<slug:ws>/channels/connect/<str:key>/", connect, name="channel-connect"),
    path("w/<slug:ws>/channels/<int:pk>/", one, name="channel"),
    path("w/<slug:ws>/channels/<int:pk>/zone/", set_zone, name="channel-zone"),
    path("w/<slug:ws>/channels/<int:pk>/sending/", set_sending, name="channel-sending"),
    path("w/<slug:ws>/channels/<int:pk>/check/", check, name="channel-check"),
    path("w/<slug:ws>/channels/<int:pk>/disconnect/", disconnect, name="channel-disconnect"),
    path("channels/back/", back, name="channel-back"),
]
