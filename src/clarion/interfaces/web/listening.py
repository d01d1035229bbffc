"""What is said without us: words to watch, and what was heard, newest first."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from clarion.channels.models import Channel
from clarion.interfaces.web.door import Request, blaming, leaf, own, page, tell, undone
from clarion.listening import actions, queries
from clarion.listening.models import Mention, Watch


class WatchForm(forms.Form):
    words = forms.CharField(
        max_length=200,
        help_text="All of these words. In quotes they belong together: “rye bread”.",
    )
    channel = forms.ChoiceField(label="Listen through")
    live = forms.BooleanField(
        required=False,
        label="Hear the public stream too",
        help_text="At once instead of once a minute, where the network has a stream. Costs "
        "this machine some work.",
    )

    def __init__(self, ears: list[Channel], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        names = [(str(c.pk), f"{c.handle} on {c.network.name}") for c in ears]
        self.fields["channel"].choices = names  # type: ignore[attr-defined]
        if not any(c.network.streaming for c in ears):
            del self.fields["live"]


@page
def show(request: Request) -> HttpResponse:
    return _show(request)


@page
def part_stream(request: Request) -> HttpResponse:
    """What was heard, as it is now."""
    return render(request, "listening/_stream.html", _stream(request))


def _show(request: Request, form: WatchForm | None = None, status: int = 200) -> HttpResponse:
    ears = queries.ears(request.workspace)
    open_ears = [ear.channel for ear in ears if not ear.why_not]
    context = {
        **_stream(request),
        "watches": leaf(request, queries.watches(request.workspace), 20, "w"),
        "form": form or WatchForm(open_ears),
        "may_listen": request.actor.can("listen"),
        "can_hear": bool(open_ears),
        "deaf": [ear for ear in ears if ear.why_not],
    }
    return render(request, "listening/listening.html", context, status=status)


def _stream(request: Request) -> dict[str, Any]:
    asked, cursor = request.GET.get("watch", ""), request.GET.get("before", "")
    only = int(asked) if asked.isdecimal() and len(asked) < 19 else None
    return {
        "heard": queries.stream(request.workspace, only, cursor),
        "only": only,
        "cursor": cursor,
        "may_answer": request.actor.can_somewhere("answer"),
    }


@page
@require_POST
def new(request: Request) -> HttpResponse:
    ears = [e.channel for e in queries.ears(request.workspace) if not e.why_not]
    form = WatchForm(ears, request.POST)
    if form.is_valid():
        said = form.cleaned_data
        channel = next(c for c in ears if str(c.pk) == said["channel"])
        with blaming(form):
            actions.watch(
                channel, said["words"], live=said.get("live", False), by=request.actor
            )
            messages.success(request, f"Listening for “{said['words']}”")
            return redirect("listening", request.workspace.slug)
    return _show(request, form, 422)


@page
@require_POST
def pause(request: Request, pk: int) -> HttpResponse:
    watch = _watch(request, pk)
    actions.pause(watch, by=request.actor)
    undo = reverse("watch-resume", args=[request.workspace.slug, pk])
    tell(request, f"Paused: “{watch}”", undo)
    return redirect("listening", request.workspace.slug)


@page
@require_POST
def resume(request: Request, pk: int) -> HttpResponse:
    watch = _watch(request, pk)
    actions.pause(watch, paused=False, by=request.actor)
    return undone(
        request,
        f"Listening again: “{watch}”",
        reverse("listening", args=[request.workspace.slug]),
    )


@page
@require_POST
def stop(request: Request, pk: int) -> HttpResponse:
    watch = _watch(request, pk)
    actions.stop(watch, by=request.actor)
    messages.success(request, f"No longer listening for “{watch}”")
    return redirect("listening", request.workspace.slug)


@page
@require_POST
def take_up(request: Request, pk: int) -> HttpResponse:
    """Make it ours to answer: it goes to the inbox, and so does whoever pressed the button."""
    rows = Mention.objects.select_related("watch__channel__workspace")
    mention = own(rows, request, pk=pk, path="watch__workspace")
    conversation = actions.take_up(mention, by=request.actor)
    return redirect("conversation", request.workspace.slug, conversation.pk)


def _watch(request: Request, pk: int) -> Watch:
    return own(Watch.objects.select_related("channel"), request, pk=pk)


HERE = "w/<slug:ws>/listening/"
urlpatterns = [
    path(HERE, show, name="listening"),
    path(f"{HERE}stream/", part_stream, name="listening-stream"),
    path(f"{HERE}watches/new/", new, name="watch-new"),
    path(f"{HERE}watches/<int:pk>/pause/", pause, name="watch-pause"),
    path(f"{HERE}watches/<int:pk>/resume/", resume, name="watch-resume"),
    path(f"{HERE}watches/<int:pk>/stop/", stop, name="watch-stop"),
    path(f"{HERE}mentions/<int:pk>/answer/", take_up, name="mention-answer"),
]
