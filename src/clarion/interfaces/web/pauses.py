"""The crisis switch: what is stopped, by whom and why, and how it goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from clarion.channels.models import Channel
from clarion.interfaces.web.door import Request, blaming, leaf, own, page, tell
from clarion.networks import registry
from clarion.publishing.models import Pause
from clarion.publishing.sending import pauses
from clarion.strategy.models import Campaign

HERE = "w/<slug:ws>/pauses/"
EVERYTHING, EVERYWHERE = "everything", "everywhere"


@dataclass(frozen=True)
class Stopped:
    """A pause in force, and how much it keeps back."""

    pause: Pause
    waiting: int
    missed: int


class Reach(forms.Form):
    """What is to be stopped, and why."""

    reach = forms.ChoiceField(label="What")
    why = forms.CharField(
        label="Why",
        max_length=500,
        help_text="Everybody sees it on every page while it lasts.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    answers = forms.BooleanField(required=False, label="Answers in the inbox too")
    promotions = forms.BooleanField(required=False, label="New promotions too")
    statement = forms.CharField(
        label="Statement",
        required=False,
        max_length=2000,
        help_text="What to tell people who ask meanwhile. It stands here, ready to copy.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, choices: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reach"].choices = choices  # type: ignore[attr-defined]


@page
def show(request: Request) -> HttpResponse:
    form = Reach(request.POST or None, choices=_choices(request))
    if request.method == "POST" and form.is_valid():
        with blaming(form):
            return _begin(request, form.cleaned_data)
    rows = Pause.objects.filter(workspace=request.workspace)
    rows = rows.select_related("channel", "campaign").order_by("-began_at", "-pk")
    ended = leaf(request, rows.exclude(ended_at=None), 20)
    context = {
        "form": form,
        "stopped": [_stopped(row) for row in rows.filter(ended_at=None)],
        "ended": ended,
        "hows": [(how.value, HOWS[how]) for how in Pause.How],
        "may": request.actor.can_somewhere("publish"),
    }
    return render(request, "pauses/show.html", context, status=422 if form.errors else 200)


HOWS = {
    Pause.How.SPREAD: "Give what was missed new times, one after the other, in its order",
    Pause.How.ASK: "Leave what was missed to a person, one by one",
    Pause.How.DRAFT: "Put what was missed back among the drafts",
}


def _stopped(pause: Pause) -> Stopped:
    rows = pauses.reached(pause)
    return Stopped(pause, rows.count(), pauses.missed(pause).count())


def _choices(request: Request) -> list[Any]:
    channels = Channel.objects.filter(workspace=request.workspace).order_by("handle")
    mine = list(channels.exclude(state=Channel.State.GONE))
    campaigns = Campaign.objects.filter(workspace=request.workspace, archived_at=None)
    networks = sorted({c.network_key for c in mine})
    one: list[Any] = [(EVERYTHING, f"Everything of {request.workspace.name}")]
    if request.user.memberships.count() > 1:
        one.append((EVERYWHERE, "Everything of every brand where I may publish"))
    return [
        *one,
        ("A network", [(f"network:{k}", f"All of {registry.get(k).name}") for k in networks]),
        ("A channel", [(f"channel:{c.pk}", f"{c.handle} ({c.network.name})") for c in mine]),
        ("A campaign", [(f"campaign:{c.pk}", c.name) for c in campaigns.order_by("name")]),
    ]


def _begin(request: Request, said: dict[str, Any]) -> HttpResponse:
    kind, _, which = said["reach"].partition(":")
    more = {"answers": said["answers"], "promotions": said["promotions"]}
    if kind == EVERYWHERE:
        brands = len(pauses.pause_everywhere(request.user, said["why"], **more))
        tell(request, f"Stopped in {brands} brand{'s' if brands != 1 else ''}.")
        return redirect("pauses", request.workspace.slug)
    rows = {
        "channel": Channel.objects.filter(workspace=request.workspace),
        "campaign": Campaign.objects.filter(workspace=request.workspace),
    }
    reach: dict[str, Any] = {"network_key": which} if kind == "network" else {}
    if kind in rows:
        reach = {kind: own(rows[kind], request, pk=which)}
    begun = pauses.pause(
        request.workspace,
        said["why"],
        statement=said["statement"],
        by=request.actor,
        **reach,
        **more,
    )
    undo = reverse("pause-end", args=[request.workspace.slug, begun.pk])
    tell(request, f"Stopped: {begun.what}. Nothing of it goes out any more.", undo)
    return redirect("pauses", request.workspace.slug)


@require_POST
@page
def end(request: Request, pk: int) -> HttpResponse:
    stopped = own(Pause.objects.all(), request, pk=pk)
    how = request.POST.get("how", Pause.How.SPREAD)
    missed = pauses.resume(stopped, how, by=request.actor)
    many = f"{len(missed)} missed their time" if missed else "nothing was missed"
    tell(request, f"It goes on: {many}.")
    return redirect("pauses", request.workspace.slug)


urlpatterns = [
    path(HERE, show, name="pauses"),
    path(f"{HERE}<int:pk>/end/", end, name="pause-end"),
]
