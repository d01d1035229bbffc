"""Pages: needs you, and notifications. What stands still until a person decides."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from clarion.accounts import actions as accounts
from clarion.accounts.models import Notice
from clarion.interfaces.web.door import Request, own, page, tell, toast, undone
from clarion.publishing.queries import needing_you
from clarion.publishing.sending import evidence

A_PAGE = 30


@require_GET
@page
def needs_you(request: Request) -> HttpResponse:
    """Everything that is held, the longest waiting first, with what can be done about it."""
    shown = Paginator(needing_you(request.workspace), A_PAGE).get_page(request.GET.get("page"))
    rows = [(d, request.actor.can("publish", d.channel_id)) for d in shown]
    context = {"page": shown, "rows": rows, "evidence": evidence.known(list(shown))}
    return render(request, "approvals/needs_you.html", context)


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
    path("w/<slug:ws>/notifications/", notifications, name="notifications"),
    path("w/<slug:ws>/notifications/<int:pk>/dismiss/", dismiss, name="notice-dismiss"),
    path("w/<slug:ws>/notifications/<int:pk>/back/", take_back, name="notice-back"),
]
