"""Signing in and out: with a password, a passkey, or a link that works once."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables

from clarion.accounts import actions as accounts
from clarion.kit.errors import NotYet

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TOO_OFTEN = {"too_many_login_attempts", "rate_limited"}


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody can sign up without an invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False


def plainly(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A form that was refused says so in its status too: 422, or 429 for too many tries."""

    @wraps(view)
    def through(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if response.status_code == 200 and form is not None and form.errors:
            codes = {e.code for errors in form.errors.as_data().values() for e in errors}
            response.status_code = 429 if codes & TOO_OFTEN else 422
        return response

    return through


# --- the link that works once -----------------------------------------------------------------


@login_not_required
@never_cache
@sensitive_variables("key")
def by_link(request: HttpRequest, key: str) -> HttpResponse:
    """A page with one button: whoever merely looks at the link does not use it up."""
    if request.method != "POST":
        return render(request, "people/link.html")
    try:
        user = accounts.use_sign_in_link(key)
    except NotYet as problem:
        return render(request, "people/link.html", {"problem": problem}, status=422)
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method="link", reauthenticated=True)
    return HttpResponseRedirect("/")


urlpatterns: list[Any] = [
    path("sign-in/", plainly(account.login), name="account_login"),
    path("sign-in/link/<str:key>/", by_link, name="sign-in-link"),
    path("sign-out/", account.logout, name="account_logout"),
    path("sign-out/", account.logout, name="sign-out"),
]
