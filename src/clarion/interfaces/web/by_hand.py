"""What a person posts by hand: made for the phone that they do it with."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from clarion.accounts.models import Membership
from clarion.interfaces.web.door import Request, own, page
from clarion.kit.errors import NotYet
from clarion.publishing.models import Delivery
from clarion.publishing.sending import by_hand

HERE = "w/<slug:ws>/by-hand/"


@page
def show_all(request: Request) -> HttpResponse:
    """Everything that waits for a person, the longest waiting first."""
    rows = _rows().filter(channel__workspace=request.workspace, state=Delivery.State.BY_HAND)
    rows = rows.exclude(due_at=None).order_by("planned_for", "pk")[:100]
    return render(request, "by_hand/all.html", {"rows": rows})


@page
def show(request: Request, pk: int) -> HttpResponse:
    """Words to copy, files in their order, and the link to hand in."""
    delivery = _own(request, pk)
    problem: NotYet | None = None
    if request.method == "POST":
        try:
            by_hand.posted(delivery, request.POST.get("url", "").strip(), by=request.actor)
        except NotYet as reason:
            problem = reason
        else:
            messages.success(request, "Thank you. It counts as posted now.")
            return redirect("by-hand", request.workspace.slug, pk)
    draft = delivery.draft()
    context = {
        "delivery": delivery,
        "draft": draft,
        "pieces": by_hand.pieces(delivery),
        "problem": problem,
        "typed": request.POST.get("url", ""),
    }
    status = 422 if problem else 200
    return render(request, "by_hand/show.html", context, status=status)


def people(request: Request) -> list[Membership]:
    """Who could post it."""
    rows = request.workspace.memberships.select_related("user")
    return list(rows.order_by("joined_at", "pk"))


def _own(request: Request, pk: int) -> Delivery:
    return own(_rows(), request, pk=pk, path="channel__workspace")


def _rows() -> QuerySet[Delivery]:
    return Delivery.objects.select_related(
        "channel__workspace",
        "variant__post__workspace",
        "variant__channel",
        "after",
        "first",
        "hand__user",
    )


urlpatterns = [
    path(HERE, show_all, name="by-hand-all"),
    path(f"{HERE}<int:pk>/", show, name="by-hand"),
]
