"""Pages: client links. Who outside may look at which posts, until when."""

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from clarion.content import clients
from clarion.content.clients import DAYS, Shown
from clarion.content.models import ClientLink, Post
from clarion.interfaces.web.door import Request, leaf, own, page, tell
from clarion.kit.errors import NotYet
from clarion.strategy.models import Campaign

SESSION = "fresh_client_link"  # shown once, after the page was asked for again


@require_http_methods(["GET", "POST"])
@page
def show(request: Request) -> HttpResponse:
    """`?post=` and `?campaign=` say beforehand what a new link shows."""
    request.actor.must("people", request.workspace.pk)
    if request.method == "GET":
        return _show(request, request.GET)
    try:
        link, key = _share(request, request.POST)
    except NotYet as reason:
        return _show(request, request.POST, reason)
    url = settings.PUBLIC_URL + reverse("client", args=[key])
    request.session[SESSION] = {"name": link.name, "url": url}
    return redirect("client-links", request.workspace.slug)


@require_POST
@page
def revoke(request: Request, pk: int) -> HttpResponse:
    link = own(ClientLink.objects.all(), request, pk=pk)
    clients.revoke(link, by=request.actor)
    tell(request, f"The link for {link.name} opens nothing any more")
    return redirect("client-links", request.workspace.slug)


def _show(request: Request, typed: QueryDict, problem: NotYet | None = None) -> HttpResponse:
    rows = ClientLink.objects.filter(workspace=request.workspace).order_by("-pk")
    rows = rows.select_related("maker__user", "campaign").prefetch_related("posts")
    campaigns = Campaign.objects.filter(workspace=request.workspace, archived_at=None)
    context = {
        "page": leaf(request, rows),
        "fresh": request.session.pop(SESSION, None),
        "typed": typed,
        "posts": _posts(request, typed),
        "campaigns": campaigns.order_by("name"),
        "days": typed.get("days", str(DAYS)),
        "new": request.method == "GET",
        "problem": problem,
    }
    return render(request, "client/links.html", context, status=422 if problem else 200)


def _share(request: Request, typed: QueryDict) -> tuple[ClientLink, str]:
    campaign = typed.get("campaign", "")
    rows = Campaign.objects.filter(workspace=request.workspace)
    days = typed.get("days", "")
    return clients.share(
        request.workspace,
        typed.get("name", ""),
        Shown(
            _posts(request, typed),
            rows.filter(pk=campaign).first() if _is_id(campaign) else None,
            _day(typed.get("first_day", ""), "first_day"),
            _day(typed.get("last_day", ""), "last_day"),
        ),
        days=int(days) if _is_id(days) else 0,
        may_comment="may_comment" in typed,
        may_approve="may_approve" in typed,
        watermark="watermark" in typed,
        passcode=typed.get("passcode", ""),
        by=request.actor,
    )


def _posts(request: Request, typed: QueryDict) -> list[Post]:
    wanted = [pk for pk in typed.getlist("post") if _is_id(pk)]
    return list(Post.objects.filter(workspace=request.workspace, pk__in=wanted).order_by("pk"))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _day(text: str, about: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise NotYet("That is not a day. Choose it from the calendar.", about) from None


HERE = "w/<slug:ws>/client-links/"
urlpatterns: list[Any] = [
    path(HERE, show, name="client-links"),
    path(f"{HERE}<int:pk>/revoke/", revoke, name="client-link-revoke"),
]
