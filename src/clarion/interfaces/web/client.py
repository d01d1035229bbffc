"""Pages for clients: what a client link opens, without an account, on any phone, no script."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from clarion.accounts.rights import Actor
from clarion.content import clients, queries
from clarion.content.models import ClientLink, Media, Post
from clarion.interfaces.web import library_files
from clarion.interfaces.web.door import leaf
from clarion.kit.errors import Conflict, NotYet
from clarion.pictures import watermark
from clarion.publishing import actions as publishing

LOOKS = (120, 60)  # requests in so many seconds, of one link
SAYS = (40, 3600)  # comments and decisions
TRIES = (10, 900)  # of a passcode
A_PAGE = 30
View = Callable[..., HttpResponse]


class Request(HttpRequest):
    """A request that has come through `guest`."""

    link: ClientLink
    key: str
    given: str  # the name they gave, or nothing yet


def guest(view: View) -> View:
    """For addresses below /client/<key>/: the key is the proof, and the passcode if there is
    one. Nothing of it is kept by browsers, found by search engines, or told to other sites."""

    @login_not_required
    @never_cache
    @sensitive_variables("key")
    @sensitive_post_parameters("passcode")
    @wraps(view)
    def through(request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        link = clients.opened(key)
        if link is None:
            return _private(render(request, "client/over.html", status=404))
        if _too_often(link, "look", LOOKS):
            return _private(render(request, "errors/429.html", status=429))
        request.link, request.key = link, key
        kept = request.session.get(_place(link), {})
        request.given = kept.get("name", "")
        with timezone.override(link.workspace.zone):
            if link.passcode and kept.get("passed") != link.passcode[-16:]:
                return _private(_ask_passcode(request))
            clients.note_visit(link)
            return _private(view(request, *args, **kwargs))

    return through


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def _too_often(link: ClientLink, what: str, limit: tuple[int, int]) -> bool:
    """One window after the other. Two in the same instant may count as one."""
    most, seconds = limit
    key = f"client:{link.pk}:{what}:{int(time.time()) // seconds}"
    asked = int(cache.get(key, 0)) + 1
    cache.set(key, asked, seconds)
    return asked > most


def _place(link: ClientLink) -> str:
    return f"client-{link.pk}"


def _keep(request: Request, **what: str) -> None:
    place = _place(request.link)
    request.session[place] = {**request.session.get(place, {}), **what}


def _ask_passcode(request: Request) -> HttpResponse:
    problem, link = "", request.link
    if request.method == "POST" and "passcode" in request.POST:
        if _too_often(link, "try", TRIES):
            return render(request, "errors/429.html", status=429)
        if clients.knows(link, request.POST["passcode"]):
            _keep(request, passed=link.passcode[-16:])
            return redirect("client", request.key)
        problem = "That is not the passcode. Ask whoever sent you the link."
    context = {"link": link, "problem": problem}
    return render(request, "client/passcode.html", context, status=422 if problem else 200)


# --- pages ------------------------------------------------------------------------------------


@guest
def show(request: Request) -> HttpResponse:
    """All that the link opens, day by day."""
    if request.method == "POST":
        return redirect("client", request.key)
    shown = leaf(request, clients.posts_of(request.link), A_PAGE)
    return render(request, "client/posts.html", {**_about(request), "page": shown})


@guest
@require_http_methods(["GET", "POST"])
def post(request: Request, pk: int) -> HttpResponse:
    """One post as it will look, what was said about it, and what to say to it."""
    row = _post(request, pk)
    if request.method == "GET":
        return _show(request, row)
    typed = {k: request.POST.get(k, "") for k in ("name", "text")}
    if _too_often(request.link, "say", SAYS):
        return render(request, "errors/429.html", status=429)
    try:
        by = _who(request, typed["name"])
        said = SAYING.get(request.POST.get("do", ""), _comment)(request, row, by)
    except (NotYet, Conflict) as reason:
        typed["problem"] = str(reason)
        status = 409 if isinstance(reason, Conflict) else 422
        return _show(request, _post(request, pk), typed, status=status)
    messages.success(request, said)
    return redirect("client-post", request.key, pk)


@guest
@require_GET
def picture(request: Request, pk: int) -> HttpResponse:
    """Small, and with the link's name all over it where its maker wished so."""
    medium = clients.media_of(request.link, pk)
    if medium is None or medium.kind != Media.Kind.IMAGE:
        raise Http404
    whole = library_files.at_hand(medium.path)
    words = f"{request.link.name} · {request.link.workspace}" if request.link.watermark else ""
    made = watermark.marked(whole.read_bytes(), words)
    return HttpResponse(made, content_type=watermark.MIME)


def _post(request: Request, pk: int) -> Post:
    row = clients.posts_of(request.link).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _show(
    request: Request, row: Post, typed: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    channels = [v.channel for v in row.variants.all()]
    decisions = row.decisions.filter(link=request.link).defer("content").order_by("-pk")
    context = {
        **_about(request),
        "post": row,
        "seal": row.seal(),
        "fits": queries.fits(row.said(), channels),
        "talk": clients.talk(row),
        "waits": row.state in Post.WAITING,
        "late": bool(row.planned_for and row.planned_for <= timezone.now()),
        "decided": decisions.first(),
        "typed": typed or {},
    }
    return render(request, "client/post.html", context, status=status)


def _about(request: Request) -> dict[str, Any]:
    return {"link": request.link, "key": request.key, "given": request.given}


# --- what they say ----------------------------------------------------------------------------


def _who(request: Request, name: str) -> Actor:
    """They say once who they are; it is kept for this link, in this browser."""
    by = clients.guest(request.link, name or request.given)
    _keep(request, name=(name or request.given).strip())
    return by


def _comment(request: Request, row: Post, by: Actor) -> str:
    clients.comment(request.link, row, request.POST.get("text", ""), by=by)
    return "Thank you. They can read it now."


def _approve(request: Request, row: Post, by: Actor) -> str:
    agreed = clients.say_yes(row, request.POST.get("seal", ""), by=by)
    publishing.go_ahead(agreed, by=by)
    return "Thank you. Your approval is noted."


def _refuse(request: Request, row: Post, by: Actor) -> str:
    clients.ask_for_changes(request.link, row, request.POST.get("text", ""), by=by)
    return "Thank you. They know what to change."


SAYING = {"approve": _approve, "change": _refuse, "comment": _comment}
urlpatterns: list[Any] = [
    path("client/<str:key>/", show, name="client"),
    path("client/<str:key>/posts/<int:pk>/", post, name="client-post"),
    path("client/<str:key>/pictures/<int:pk>/", picture, name="client-picture"),
]
