"""What every answer to a browser carries, and how a no is shown."""

import json
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import PermissionDenied, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from clarion.kit.errors import Conflict, NotYet
from clarion.kit.store import Unreachable

GetResponse = Callable[[HttpRequest], Any]
CSP = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)

CLOSED = "camera=(), microphone=(), geolocation=()"
UNREADABLE = (
    "Your browser sent something that Clarion could not read. Go back, reload the page and try "
    "again."
)
TOO_OLD = (
    "This page was open for too long, so it could not be trusted any more. Go back, reload it "
    "and try again."
)
OUR_FAULT = "Something went wrong on our side. The log of this installation says what."


def security_headers(get_response: GetResponse) -> Callable[[HttpRequest], Any]:
    """A nonce for each page, and a policy under which nothing else runs or loads."""

    def before(request: HttpRequest) -> str:
        request.nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
        return str(request.nonce)  # type: ignore[attr-defined]

    def after(response: HttpResponseBase, nonce: str) -> HttpResponseBase:
        response.headers.setdefault("Content-Security-Policy", CSP.format(nonce=nonce))
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=()"
        )
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        return response

    if iscoroutinefunction(get_response):

        async def later(request: HttpRequest) -> HttpResponseBase:
            nonce = before(request)
            return after(await get_response(request), nonce)

        return markcoroutinefunction(later)

    def now(request: HttpRequest) -> HttpResponseBase:
        nonce = before(request)  # before the page is made: it carries it
        return after(get_response(request), nonce)

    return now


security_headers.async_capable = True  # type: ignore[attr-defined]
security_headers.sync_capable = True  # type: ignore[attr-defined]


class LastSeen(MiddlewareMixin):
    """Notes when and from where a session was last seen, to the minute.

    Looking at a page writes nothing: a commit waits for the disk.
    """

    def process_request(self, request: HttpRequest) -> None:
        here = request.user.is_authenticated and request.session.session_key
        if here and not _seen_lately(request):
            UserSession.objects.create_from_request(request)


def _seen_lately(request: HttpRequest) -> bool:
    """The same program at the same address: somebody else's is noted at once."""
    agent = UserSession._meta.get_field("user_agent")
    lately = UserSession.objects.filter(
        session_key=request.session.session_key,
        user=request.user.pk,
        ip=get_adapter().get_client_ip(request),
        user_agent=request.headers.get("User-Agent", "")[: agent.max_length],
        last_seen_at__gte=timezone.now() - timedelta(minutes=1),
    )
    return bool(lately.exists())


class Refusals(MiddlewareMixin):
    """An action that says no says it in words, wherever it was called from."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Conflict):
            return refuse(request, 409, str(error))
        if isinstance(error, NotYet):
            return refuse(request, 422, str(error))
        if isinstance(error, Unreachable):  # nothing of ours is wrong: it passes
            return refuse(request, 503, str(error))
        if isinstance(error, PermissionDenied) and str(error):
            return refuse(request, 403, str(error))
        if isinstance(error, TooManyFilesSent):
            return refuse(request, 400, "Too many files at once. Add them in smaller groups.")
        return None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        ways = response.headers["Allow"]
        why = f"That is not done here with {request.method}, but with {ways}."
        said = refuse(request, 405, why)
        said.headers["Allow"] = ways
        return said


def refuse(request: HttpRequest, status: int, problem: str) -> HttpResponse:
    """The same sentence as a page, as JSON, or as a toast over the page that asked."""
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=status)
        toast = {"toast": {"text": problem, "tone": "danger"}}
        response["HX-Trigger"] = json.dumps(toast)
        response["HX-Reswap"] = "none"
        return response
    if _is_program(request) or "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"problem": problem, "about": ""}, status=status)
    template = "errors/403.html" if status == 403 else "errors/400.html"
    return render(request, template, {"problem": problem, "status": status}, status=status)


def _is_program(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


# --- the handlers that Django calls by name ---------------------------------------------------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, 400, UNREADABLE)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, 403, str(exception) or "You may not do that here.")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refuse(request, 403, TOO_OLD)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_program(request):
        return refuse(request, 404, "There is nothing here.")
    return render(request, "errors/404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    if _is_program(request):
        return refuse(request, 500, OUR_FAULT)
    # Without the request: what broke may be the very thing the frame asks for.
    return HttpResponse(render_to_string("errors/500.html"), status=500)
