"""Signing in and out: a password, a passkey, a second factor, or a link that works once."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as allauth_account
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as webauthn
from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, re_path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from clarion.accounts import actions as accounts
from clarion.accounts.models import Invitation, User
from clarion.interfaces.web import account
from clarion.interfaces.web.brand import add_problem
from clarion.kit.errors import NotYet

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TOO_OFTEN = {"too_many_login_attempts", "rate_limited"}
View = Callable[..., HttpResponseBase]


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody can sign up without an invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return reverse("account")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The address in the letter is the public one, whoever asked for it."""
        uid, _, rest = key.partition("-")
        return settings.PUBLIC_URL + reverse(
            "account_reset_password_from_key", kwargs={"uidb36": uid, "key": rest}
        )


def plainly(view: View) -> View:
    """A form that was refused says so in its status too: 422, or 429 for too many tries."""

    @wraps(view)
    def through(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        context = getattr(response, "context_data", None) or {}
        form = context.get("form")
        if context.get("token_fail"):
            response.status_code = 404
        elif response.status_code == 200 and form is not None and form.errors:
            response.status_code = 429 if _codes(form) & TOO_OFTEN else 422
        return response

    return through


def _codes(form: forms.BaseForm) -> set[str | None]:
    return {e.code for errors in form.errors.as_data().values() for e in errors}


def with_mail(view: View) -> View:
    """Pages about letters say whether a letter can really go out."""

    @wraps(view)
    def through(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        context = getattr(response, "context_data", None)
        if context is not None:
            context["mailed"] = settings.EMAIL_BACKEND.endswith("smtp.EmailBackend")
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
    _come_in(request, user)
    return redirect("root")


def _come_in(request: HttpRequest, user: User) -> None:
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method="link", reauthenticated=True)


# --- invitations ------------------------------------------------------------------------------


class Newcomer(forms.Form):
    """All that an invited person is asked for."""

    name = forms.CharField(max_length=100, label="Your name")
    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least eight characters, not only digits.",
    )


@login_not_required
@never_cache
@sensitive_variables("key")
@sensitive_post_parameters("password")
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """New people choose a name and a password; those who are known sign in and join."""
    found = accounts.open_invitation(key)
    if found is None:
        return render(request, "people/invitation_over.html", status=404)
    if request.user.is_authenticated:
        return _join_as_oneself(request, found, key)
    if User.objects.filter(email__iexact=found.email).exists():
        return redirect(f"{reverse('account_login')}?next={request.path}")
    form = Newcomer(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            member = accounts.join(key, **form.cleaned_data)
        except NotYet as problem:
            add_problem(form, problem)
        else:
            _come_in(request, member.user)
            return redirect("home", member.workspace.slug)
    context = {"form": form, "invitation": found}
    status = 422 if form.errors else 200
    return render(request, "people/invitation.html", context, status=status)


def _join_as_oneself(request: HttpRequest, found: Invitation, key: str) -> HttpResponse:
    context: dict[str, Any] = {"invitation": found, "known": True}
    if request.method == "POST":
        try:
            member = accounts.accept(key, request.user)  # type: ignore[arg-type]
        except NotYet as problem:
            context["problem"] = problem
        else:
            return redirect("home", member.workspace.slug)
    status = 422 if "problem" in context else 200
    return render(request, "people/invitation.html", context, status=status)


FORGOTTEN = "sign-in/forgotten/"
urlpatterns: list[Any] = [
    path("sign-in/", plainly(allauth_account.login), name="account_login"),
    path("sign-in/link/<str:key>/", by_link, name="sign-in-link"),
    path("sign-in/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("sign-in/code/", plainly(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/inactive/", allauth_account.account_inactive, name="account_inactive"),
    path(
        FORGOTTEN,
        plainly(with_mail(allauth_account.password_reset)),
        name="account_reset_password",
    ),
    path(
        f"{FORGOTTEN}sent/",
        with_mail(allauth_account.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        rf"^{FORGOTTEN}(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        plainly(allauth_account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        f"{FORGOTTEN}done/",
        allauth_account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("sign-out/", allauth_account.logout, name="account_logout"),
    path("sign-out/", allauth_account.logout, name="sign-out"),
    path("invitation/<str:key>/", invitation, name="invitation"),
    *account.urlpatterns,
]
