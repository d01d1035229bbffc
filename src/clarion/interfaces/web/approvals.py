"""Page: approvals. What waits for a yes, what the yes covers, and what has changed since."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clarion.accounts.rights import NotAllowed
from clarion.community import pending
from clarion.content import queries
from clarion.content.agreement import approval, consent
from clarion.content.agreement.consent import Consents
from clarion.content.models import Post
from clarion.interfaces.web import approvals_notices
from clarion.interfaces.web.calendar_grid import moments
from clarion.interfaces.web.door import Request, own, page
from clarion.kit.errors import NotYet
from clarion.kit.zones import known_zone
from clarion.publishing import actions as publishing
from clarion.publishing.queries import entries, entry

A_PAGE = 30


@require_GET
@page
def show(request: Request) -> HttpResponse:
    """What goes out first comes first; what has no time yet comes last, the oldest first."""
    waiting = queries.waiting_for_approval(request.workspace)
    paginator = Paginator(waiting, A_PAGE)
    shown = paginator.get_page(request.GET.get("page"))
    zone = known_zone(request.workspace.time_zone)
    picked = Post.objects.filter(pk__in=[p.pk for p in shown])
    rows = {e.post.pk: e for e in entries(picked, zone)}
    consents = Consents(request.workspace).all_of(list(shown))
    me = request.membership.pk
    context = {
        "page": shown,
        "rows": [(rows[p.pk], consents[p.pk], consents[p.pk].asks(me)) for p in shown],
        "zone": zone,
        "may_share": request.actor.can("people"),
        "replies": pending.waiting(request.workspace).count(),
        "now": timezone.now(),
    }
    return render(request, "approvals/page.html", context)


@require_http_methods(["GET", "POST"])
@page
def review(request: Request, pk: int) -> HttpResponse:
    """One post as it will look everywhere, and what to say to it."""
    rows = Post.objects.select_related("workspace", "campaign").exclude(state="binned")
    post = own(rows, request, pk=pk)
    if request.method == "GET":
        return _review(request, post)
    note = request.POST.get("note", "")
    try:
        return _decide(request, post, request.POST.get("do", ""), note)
    except NotYet as reason:
        problem, about, status = str(reason), reason.about, 422
        if not about:
            status = 409
    except NotAllowed as reason:
        problem, about, status = str(reason), "", 403
    typed = {"note": note, "problem": problem, "about": about}
    return _review(request, rows.get(pk=pk), typed, status=status)


def _review(
    request: Request, post: Post, typed: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    zone = known_zone(request.workspace.time_zone)
    seen = entry(post, zone)
    asked = consent.of(post)
    context = {
        "post": post,
        "seal": post.seal(),
        "consent": asked,
        "may_share": request.actor.can("people"),
        "my_turn": asked.asks(request.membership.pk),
        "my_yes": asked.has_yes_of(request.membership.pk),
        "entry": seen,
        "when": "when its queue comes to it" if post.queued else moments(seen, zone),
        "late": bool(
            not post.queued and post.planned_for and post.planned_for <= timezone.now()
        ),
        "fits": queries.fits(post.said(), seen.channels),
        "asked": post.decisions.filter(said="asked").order_by("-at").first(),
        "changes": queries.since_approval(post),
        "history": queries.history(post),
        "may_approve": all(request.actor.can("approve", c.pk) for c in seen.channels),
        "decidable": ("draft", *Post.WAITING),
        "typed": typed or {},
    }
    return render(request, "approvals/review.html", context, status=status)


def _decide(request: Request, post: Post, do: str, note: str) -> HttpResponse:
    if do == "approve":
        said = _approve(request, post, note)
    elif do == "return":
        approval.send_back(post, note, by=request.actor)
        said = "Sent back with your note"
    else:
        approval.add_note(post, note, by=request.actor)
        messages.success(request, "Note added")
        return redirect(reverse("review", args=[request.workspace.slug, post.pk]))
    messages.success(request, said)
    return redirect(reverse("approvals", args=[request.workspace.slug]))


def _approve(request: Request, post: Post, note: str) -> str:
    """Yes to exactly what was on the page; then it is scheduled, where that is possible."""
    post = approval.approve(post, request.POST.get("seal", ""), note, by=request.actor)
    if not post.is_approved:
        return f"Your yes is noted. It has {consent.of(post).said}"
    if not post.queued and (why := _no_time(post)):
        return f"Approved. {why}"
    if not publishing.go_ahead(post, by=request.actor):
        return "Approved. Somebody who may schedule has to put it on its way"
    seen = entry(post, known_zone(request.workspace.time_zone))
    return (
        f"Approved and scheduled for {moments(seen, known_zone(request.workspace.time_zone))}"
    )


def _no_time(post: Post) -> str:
    if post.planned_for is None:
        return "It has no day yet: choose one, and it can go out"
    if post.planned_for <= timezone.now():
        return "Its time has passed: choose a new one, and it can go out"
    return ""


urlpatterns: list[Any] = [
    path("w/<slug:ws>/approvals/", show, name="approvals"),
    path("w/<slug:ws>/posts/<int:pk>/review/", review, name="review"),
    *approvals_notices.urlpatterns,
]
