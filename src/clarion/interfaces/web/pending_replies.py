"""Page: answers that wait for approval, conversation by conversation, conflicts in one step."""

from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from clarion.community import pending
from clarion.community.models import Conversation, PendingReply
from clarion.interfaces.web.door import Request, leaf, own, page, tell
from clarion.kit.errors import Conflict, NotYet

A_PAGE = 40


@require_GET
@page
def show(request: Request) -> HttpResponse:
    return _show(request)


def _show(
    request: Request, typed: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    shown = leaf(request, pending.waiting(request.workspace), A_PAGE)
    groups = [
        (
            rows[0].conversation,
            rows,
            request.actor.can("approve", rows[0].conversation.channel_id),
        )
        for _, found in groupby(shown, key=lambda row: row.conversation_id)
        if (rows := list(found))
    ]
    context = {
        "page": shown,
        "groups": groups,
        "conflicts": pending.count_conflicts(request.workspace),
        "me": request.membership.pk,
        "typed": typed or {},
    }
    return render(request, "inbox/pending.html", context, status=status)


@require_POST
@page
def submit(request: Request, pk: int) -> HttpResponse:
    rows = Conversation.objects.select_related("channel__workspace", "workspace")
    found = own(rows, request, pk=pk)
    pending.submit(found, request.POST.get("text", ""), by=request.actor)
    tell(request, "Submitted for approval")
    go = reverse("conversation", args=[request.workspace.slug, pk])
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": go})
    return redirect(go)


@require_POST
@page
def decide(request: Request, pk: int) -> HttpResponse:
    """Approve, reject, say something else, or withdraw: one button each."""
    rows = PendingReply.objects.select_related("conversation__channel__workspace")
    found = own(rows, request, "conversation__workspace", pk=pk)
    do, text = request.POST.get("do", ""), request.POST.get("text", "")
    try:
        said = _do(request, found, do, text)
    except NotYet as reason:
        status = 409 if isinstance(reason, Conflict) else 422
        return _show(request, {"pk": pk, "text": text, "problem": str(reason)}, status)
    tell(request, said)
    return redirect("pending-replies", request.workspace.slug)


def _do(request: Request, found: PendingReply, do: str, text: str) -> str:
    by = request.actor
    if do == "approve":
        pending.approve(found, anyway="anyway" in request.POST, by=by)
        return "Approved; it is on its way"
    if do == "supersede":
        pending.supersede(found, text, by=by)
        return "Your own answer is on its way instead"
    if do == "withdraw":
        pending.withdraw(found, by=by)
        return "Withdrawn"
    pending.reject(found, text, by=by)
    return "Rejected; its writer hears why"


urlpatterns: list[Any] = [
    path("w/<slug:ws>/approvals/replies/", show, name="pending-replies"),
    path("w/<slug:ws>/approvals/replies/<int:pk>/", decide, name="pending-reply"),
    path("w/<slug:ws>/inbox/<int:pk>/submit/", submit, name="conversation-submit"),
]
