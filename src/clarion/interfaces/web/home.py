"""What needs me today?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone

from clarion.accounts.models import Membership, Workspace
from clarion.channels.models import Channel
from clarion.community.models import Conversation, Reply
from clarion.community.queries import longest_waiting
from clarion.content.models import Post
from clarion.interfaces.web.door import Request, page
from clarion.interfaces.web.setup import is_nobody_yet
from clarion.measurement.goals import Branch, flat, tree
from clarion.publishing.models import Delivery
from clarion.publishing.planning.calendar import Only
from clarion.publishing.queries import Entry, entries, needing_you, uncovered
from clarion.strategy.models import Lesson

SHOWN = 5  # rows of a box; the rest is one click away
GOALS = 6
TODAY = 20
CALLING = ("held", "uncovered", "shut", "stuck", "to_answer", "to_approve")  # ask for somebody


@login_required
def root(request: HttpRequest) -> HttpResponse:
    """To the workspace one was in last; to the setup when there is none yet."""
    mine = Membership.objects.filter(user=request.user.pk).order_by("joined_at", "pk")
    slugs = list(mine.values_list("workspace__slug", flat=True))
    if not slugs:
        return redirect("setup")
    last = request.session.get("workspace")
    return redirect("home", last if last in slugs else slugs[0])


@page
def show(request: Request) -> HttpResponse:
    """The whole page, or only its boxes when something moved."""
    part = request.headers.get("HX-Request") == "true"
    context = {**_needs(request), **_waits(request), **_looks(request)}
    context["quiet"] = not any(context[key] for key in CALLING)
    context["steps"] = [] if request.workspace.demo else first_steps(request.workspace)
    context["nameless"] = is_nobody_yet(request.user)
    template = "home/_boxes.html" if part else "home/show.html"
    return render(request, template, context)


def _needs(request: Request) -> dict[str, Any]:
    """What stands still until a person does something."""
    held = needing_you(request.workspace)
    changed = uncovered(request.workspace)
    channels = Channel.objects.filter(workspace=request.workspace, state=Channel.State.SHUT)
    stuck = Reply.objects.filter(
        conversation__workspace=request.workspace, state=Reply.State.HELD
    )
    return {
        "held": held[:SHOWN],
        "held_count": held.count(),
        "uncovered": list(changed[:SHOWN]),
        "uncovered_count": changed.count(),
        "shut": list(channels.order_by("handle")[:SHOWN]),
        "stuck": list(stuck.select_related("conversation").order_by("state_since")[:SHOWN]),
    }


def _waits(request: Request) -> dict[str, Any]:
    """What waits for a yes, and who waits for a word."""
    zone = request.workspace.zone
    reviews = Post.objects.filter(workspace=request.workspace, state__in=Post.WAITING)
    if not request.actor.can_somewhere("approve"):
        reviews = reviews.none()
    open_ones = Conversation.objects.filter(
        workspace=request.workspace, state=Conversation.State.OPEN
    )
    return {
        "to_approve": entries(reviews.order_by("planned_for", "pk")[:SHOWN], zone),
        "to_approve_count": reviews.count(),
        "to_answer": longest_waiting(request.membership, SHOWN),
        "to_answer_count": open_ones.count(),
    }


def _looks(request: Request) -> dict[str, Any]:
    """Today's timetable, the goals, and what was learned."""
    lessons = Lesson.objects.filter(campaign__workspace=request.workspace)
    goals = running(request.workspace, timezone.localdate(timezone=request.workspace.zone))
    return {
        "now": timezone.now(),
        "today": on_today(request.workspace),
        "goals": goals,
        "behind": [goal for goal in goals if goal.standing.state == "off_track"],
        "lessons": lessons.select_related("campaign").order_by("-learned_at")[:4],
    }


# --- today ------------------------------------------------------------------------------------


def on_today(workspace: Workspace) -> list[Entry]:
    """What goes out on this day of the workspace's clock, and what has gone."""
    start = datetime.combine(timezone.localdate(timezone=workspace.zone), time())
    start = start.replace(tzinfo=workspace.zone)
    day = Only().of(workspace).filter(planned_for__gte=start)
    day = day.filter(planned_for__lt=start + timedelta(days=1)).exclude(state=Post.State.DRAFT)
    return entries(day.order_by("planned_for", "pk")[:TODAY], workspace.zone)


# --- goals ------------------------------------------------------------------------------------


def running(workspace: Workspace, today: date) -> Sequence[Branch]:
    """Goals whose time is not over, those off track first. The same verdict as on Strategy."""
    found = [b for b in flat(tree(workspace, today)) if b.goal.deadline >= today]
    return sorted(found, key=lambda b: b.standing.state != "off_track")[:GOALS]


# --- the first steps --------------------------------------------------------------------------


@dataclass(frozen=True)
class FirstStep:
    """One of the three things that make a workspace work."""

    words: str
    why: str
    page: str  # name of the address
    done: bool


def first_steps(workspace: Workspace) -> list[FirstStep]:
    """Connect, write, schedule; empty once all three are done."""
    deliveries = Delivery.objects.filter(channel__workspace=workspace)
    if deliveries.exists():
        return []
    channels = Channel.objects.filter(workspace=workspace).exclude(state=Channel.State.GONE)
    posts = Post.objects.filter(workspace=workspace)
    return [
        FirstStep(
            "Connect a channel",
            "An account on a network, or the practice network.",
            "channels",
            channels.exists(),
        ),
        FirstStep(
            "Write a post",
            "Once, cut to fit each channel, with a preview.",
            "compose",
            posts.exists(),
        ),
        FirstStep(
            "Put it on a day",
            "Clarion publishes it, exactly once, and counts what comes of it.",
            "calendar",
            False,
        ),
    ]


urlpatterns: list[Any] = [
    path("", root, name="root"),
    path("w/<slug:ws>/", show, name="home"),
]
