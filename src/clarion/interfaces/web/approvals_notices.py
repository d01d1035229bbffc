"""Pages: needs you, and notifications. What stands still until a person decides."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from clarion.accounts import actions as accounts
from clarion.accounts.models import Notice
from clarion.interfaces.web.door import Request, own, page, tell, toast, undone
from clarion.kit.errors import NotYet
from clarion.publishing import troubles
from clarion.publishing.models import Delivery
from clarion.publishing.queries import needing_you
from clarion.publishing.sending import again, evidence

A_PAGE = 30


@require_GET
@page
def needs_you(request: Request) -> HttpResponse:
    """Everything that is held, the longest waiting first, with what can be done about it; with
    `channel` and `cause` what is held there for this one reason."""
    held = needing_you(request.workspace)
    only = _only(held, request.GET)
    shown = Paginator(held if only is None else only, A_PAGE).get_page(request.GET.get("page"))
    rows = [(d, request.actor.can("publish", d.channel_id)) for d in shown]
    here = Delivery.objects.filter(channel__workspace=request.workspace)
    context = {
        "page": shown,
        "rows": rows,
        "evidence": evidence.known(list(shown)),
        "only": rows[0][0] if only is not None and rows else None,
        "troubles": [] if only is not None else troubles.held_together(request.workspace),
        "late": [] if only is not None else troubles.waiting(here),
    }
    return render(request, "approvals/needs_you.html", context)


def _only(held: QuerySet[Delivery], asked: QueryDict) -> QuerySet[Delivery] | None:
    channel, cause = asked.get("channel", ""), asked.get("cause", "")
    if not (channel.isascii() and channel.isdigit() and len(channel) < 19 and cause):
        return None
    return troubles.alike(held.filter(channel=int(channel)), cause[:40])


@require_POST
@page
def all_again(request: Request) -> HttpResponse:
    """Everything that is held on a channel for one reason, with one click."""
    held = _only(needing_you(request.workspace), request.POST)
    if held is None:
        raise NotYet("Say which channel and which reason.")
    made = again.retry_all(held, by=request.actor)
    posts = f"{len(made.done)} post{'' if len(made.done) == 1 else 's'}"
    if made.done:
        messages.success(request, f"Trying {posts} again, one after the other")
    for why in {refusal.problem for refusal in made.refused}:
        count = sum(refusal.problem == why for refusal in made.refused)
        messages.error(request, f"{count} not: {why}")
    return redirect("needs-you", request.workspace.slug)


@require_GET
@page
def notifications(request: Request) -> HttpResponse:
    notices = _mine(request).filter(workspace=request.workspace, solved_at=None)
    shown = Paginator(notices.order_by("-at", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "approvals/notifications.html", {"page": shown})


@require_POST
@page
def dismiss(request: Request, pk: int) -> HttpResponse:
    notice = own(_mine(request), request, pk=pk)
    accounts.dismiss(notice, by=request.actor)
    undo = reverse("notice-back", args=[request.workspace.slug, pk])
    if request.headers.get("HX-Request"):
        return toast(HttpResponse(), "Dismissed", undo=undo)
    tell(request, "Dismissed", undo)
    return redirect(reverse("notifications", args=[request.workspace.slug]))


@require_POST
@page
def take_back(request: Request, pk: int) -> HttpResponse:
    notice = own(_mine(request), request, pk=pk)
    accounts.undismiss(notice, by=request.actor)
    go = reverse("notifications", args=[request.workspace.slug])
    return undone(request, "It is back among the notifications", go)


def _mine(request: Request) -> QuerySet[Notice]:
    return Notice.objects.reaching(request.actor.membership_id)


urlpatterns = [
    path("w/<slug:ws>/needs-you/", needs_you, name="needs-you"),
    path("w/<slug:ws>/needs-you/again/", all_again, name="all-again"),
    path("w/<slug:ws>/notifications/", notifications, name="notifications"),
    path("w/<slug:ws>/notifications/<int:pk>/dismiss/", dismiss, name="notice-dismiss"),
    path("w/<slug:ws>/notifications/<int:pk>/back/", take_back, name="notice-back"),
]
