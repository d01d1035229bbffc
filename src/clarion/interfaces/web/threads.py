"""Comments: what a form of a thread sends. The threads themselves stand on the pages they are
about, by `{% threads %}`."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from clarion.channels.models import Channel
from clarion.content import threads
from clarion.content.models import Post, Thread
from clarion.interfaces.web.door import Request, own, page, tell
from clarion.strategy.models import Campaign


@require_POST
@page
def begin(request: Request) -> HttpResponse:
    """A comment, or other words for the post where `proposal` is sent."""
    said = request.POST
    post = _named(request, Post, said.get("post", ""))
    campaign = _named(request, Campaign, said.get("campaign", ""))
    text = said.get("text", "")
    if post is not None and "proposal" in said:
        channel = _named(request, Channel, said.get("channel", ""))
        part = said.get("part", "0")
        thread = threads.suggest(
            post,
            said["proposal"],
            part=int(part) if part.isdecimal() else 0,
            channel=channel,
            why=text,
            by=request.actor,
        )
        tell(request, "Your words are suggested")
        return _back(request, thread)
    place = said.get("place", "")
    thread = threads.begin(
        request.workspace,
        text,
        place=place if place in Thread.Place.values else Thread.Place.POST,
        post=post,
        campaign=campaign,
        internal="shared" not in said,
        by=request.actor,
    )
    return _back(request, thread)


@require_POST
@page
def act(request: Request, pk: int, do: str) -> HttpResponse:
    """One step with a thread: say, resolve, reopen, take, decline. Each takes one action."""
    rows = Thread.objects.select_related("workspace", "post", "channel")
    thread = own(rows, request, pk=pk)
    if words := ACTS[do](thread, request):
        tell(request, words)
    return _back(request, thread)


def _say(thread: Thread, request: Request) -> str:
    threads.say(thread, request.POST.get("text", ""), by=request.actor)
    return ""


def _resolve(thread: Thread, request: Request) -> str:
    threads.resolve(thread, by=request.actor)
    return "Resolved"


def _reopen(thread: Thread, request: Request) -> str:
    threads.resolve(thread, done=False, by=request.actor)
    return "Open again"


def _take(thread: Thread, request: Request) -> str:
    threads.take(thread, by=request.actor)
    return "The suggested words stand in the post now"


def _decline(thread: Thread, request: Request) -> str:
    threads.decline(thread, by=request.actor)
    return "The words stay as they are"


ACTS = {
    "say": _say,
    "resolve": _resolve,
    "reopen": _reopen,
    "take": _take,
    "decline": _decline,
}


def _named(request: Request, model: Any, pk: str) -> Any:
    """The row that a hidden field names, None where it names none."""
    rows = model.objects.select_related("workspace")
    return own(rows, request, pk=pk) if pk.isdecimal() and len(pk) < 18 else None


def _back(request: Request, thread: Thread) -> HttpResponse:
    """To the page the form stood on: a post has two."""
    if "review" in request.POST and thread.post_id:
        here = reverse("review", args=[request.workspace.slug, thread.post_id])
        return redirect(f"{here}#thread-{thread.pk}")
    return redirect(reverse("home", args=[request.workspace.slug]) + threads.address(thread))


HERE = "w/<slug:ws>/threads/"
urlpatterns: list[Any] = [
    path(f"{HERE}new/", begin, name="thread-new"),
    *(path(f"{HERE}<int:pk>/{do}/", act, {"do": do}, name=f"thread-{do}") for do in ACTS),
]
