"""One's own account: name, password, second factor, sessions, and keys for programs."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from ipaddress import ip_address
from typing import Any

from allauth.account import views as allauth_account
from allauth.account.internal.flows.reauthentication import (
    raise_if_reauthentication_required,
)
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from clarion.accounts import actions as accounts
from clarion.accounts.models import Membership
from clarion.accounts.queries import tokens_of
from clarion.accounts.rights import RIGHTS
from clarion.interfaces.web.brand import add_problem
from clarion.interfaces.web.door import Request, come_in, page
from clarion.kit.errors import NotYet

SESSION = "fresh_token"  # shown once, after the page was asked for again
LASTS = {"30": "30 days", "90": "90 days", "365": "a year", "": "until it is revoked"}
View = Callable[..., HttpResponseBase]


def framed(view: View) -> View:
    """A page about oneself, in the frame of the workspace one was in last."""

    @login_required
    @wraps(view)
    def through(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if slug := _last(request):
            come_in(request, slug)
        response = view(request, *args, **kwargs)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if response.status_code == 200 and form is not None and form.errors:
            response.status_code = 422
        return response

    return through


def _last(request: HttpRequest) -> str:
    mine = Membership.objects.filter(user=request.user.pk).order_by("joined_at", "pk")
    slugs = list(mine.values_list("workspace__slug", flat=True))
    last = request.session.get("workspace", "")
    return last if last in slugs else (slugs[0] if slugs else "")


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The account page, wherever one is at home."""
    slug = _last(request)
    return redirect("profile", slug) if slug else redirect("setup")


# --- who one is -------------------------------------------------------------------------------


class Profile(forms.Form):
    name = forms.CharField(max_length=100, help_text="As your team knows you.")
    email = forms.CharField(label="E-mail", widget=forms.EmailInput, max_length=254)
    shortcuts_on = forms.BooleanField(
        required=False,
        label="Shortcuts of a single key",
        help_text="C for a new post, G then I for the inbox. Switch them off if you dictate.",
    )


class NewToken(forms.Form):
    name = forms.CharField(max_length=100, help_text="What it is for, as you will read later.")
    scopes = forms.MultipleChoiceField(
        label="It may", widget=forms.CheckboxSelectMultiple, required=False
    )
    days = forms.ChoiceField(label="It works", choices=LASTS.items(), required=False)

    def __init__(self, member: Membership, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor = member.actor()
        mine = [(k, words) for k, words in RIGHTS.items() if actor.can_somewhere(k)]
        self.fields["scopes"].choices = mine  # type: ignore[attr-defined]


@page
@never_cache
def profile(request: Request) -> HttpResponse:
    """Change who one is. A new address for signing in asks for the password first."""
    user = request.user
    initial = {"name": user.name, "email": user.email, "shortcuts_on": user.shortcuts_on}
    form = Profile(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["email"].strip().lower() != user.email:
            raise_if_reauthentication_required(request, app="clarion.accounts")
        try:
            accounts.introduce(user, **form.cleaned_data)
        except NotYet as problem:
            add_problem(form, problem)
            user.refresh_from_db()
        else:
            messages.success(request, "Your account is saved.")
            return redirect("profile", request.workspace.slug)
    return _profile(request, form, NewToken(request.membership))


def _profile(request: Request, form: Profile, new: NewToken) -> HttpResponse:
    context = {
        "form": form,
        "new": new,
        "tokens": tokens_of(request.membership),
        "fresh": request.session.pop(SESSION, None),
        "second_factor": is_mfa_enabled(request.user),
        "sessions": UserSession.objects.filter(user=request.user).count(),
        "rights": RIGHTS,
    }
    status = 422 if form.errors or new.errors else 200
    return render(request, "account/profile.html", context, status=status)


# --- keys for programs ------------------------------------------------------------------------


@page
@require_POST
def new_token(request: Request) -> HttpResponse:
    """The key is shown once: only its hash is kept."""
    new = NewToken(request.membership, request.POST)
    if new.is_valid():
        said = new.cleaned_data
        until = timezone.now() + timedelta(days=int(said["days"])) if said["days"] else None
        try:
            token, key = accounts.issue_token(
                request.membership,
                said["name"],
                said["scopes"],
                expires_at=until,
                by=request.actor,
            )
        except NotYet as problem:
            add_problem(new, problem)
        else:
            request.session[SESSION] = {"name": token.name, "key": key}
            return redirect("profile", request.workspace.slug)
    user = request.user
    initial = {"name": user.name, "email": user.email, "shortcuts_on": user.shortcuts_on}
    return _profile(request, Profile(initial=initial), new)


@page
@require_POST
def revoke_token(request: Request, pk: int) -> HttpResponse:
    token = request.membership.tokens.select_related("membership").filter(pk=pk).first()
    if token is None:
        raise Http404
    accounts.revoke_token(token, by=request.actor)
    messages.success(request, f"“{token.name}” no longer works.")
    return redirect("profile", request.workspace.slug)


# --- where one is signed in -------------------------------------------------------------------


@login_required
@never_cache
def sessions(request: HttpRequest) -> HttpResponse:
    """Every browser that is signed in as this person."""
    if slug := _last(request):
        come_in(request, slug)
    rows = UserSession.objects.purge_and_list(request.user)
    rows.sort(key=lambda s: s.last_seen_at, reverse=True)
    return render(request, "usersessions/usersession_list.html", {"sessions": rows})


@login_required
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign one browser out; 0 is all others."""
    rows = UserSession.objects.filter(user=request.user.pk)
    chosen = [s for s in rows if (s.pk == pk if pk else not s.is_current())]
    if pk and not chosen:
        raise Http404
    end_sessions(request, chosen)
    messages.success(request, f"{len(chosen)} signed out." if not pk else "Signed out there.")
    return redirect("usersessions_list")


def security(view: View) -> View:
    """Pages of the second factor know whether this address can have passkeys."""

    @wraps(view)
    def through(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        context = getattr(response, "context_data", None)
        if context is not None:
            context["no_passkeys"] = _is_number(request.get_host())
        return response

    return framed(through)


def _is_number(host: str) -> bool:
    """Browsers give passkeys to names only."""
    try:
        ip_address(host.rpartition(":")[0].strip("[]") or host)
    except ValueError:
        return False
    return True


SAFE = "account/security/"
urlpatterns: list[Any] = [
    path("account/", home, name="account"),
    path("w/<slug:ws>/account/", profile, name="profile"),
    path("w/<slug:ws>/account/tokens/", new_token, name="token-new"),
    path("w/<slug:ws>/account/tokens/<int:pk>/revoke/", revoke_token, name="token-revoke"),
    path(
        "account/password/",
        framed(allauth_account.password_change),
        name="account_change_password",
    ),
    path(
        "account/password/first/",
        framed(allauth_account.password_set),
        name="account_set_password",
    ),
    path(
        "account/confirm/",
        framed(allauth_account.reauthenticate),
        name="account_reauthenticate",
    ),
    path("account/sessions/", sessions, name="usersessions_list"),
    path("account/sessions/<int:pk>/end/", end_session, name="session-end"),
    path(SAFE, security(mfa.index), name="mfa_index"),
    path(f"{SAFE}confirm/", framed(mfa.reauthenticate), name="mfa_reauthenticate"),
    path(f"{SAFE}app/", framed(totp.activate_totp), name="mfa_activate_totp"),
    path(f"{SAFE}app/off/", framed(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(f"{SAFE}codes/", framed(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        f"{SAFE}codes/new/",
        framed(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        f"{SAFE}codes/download/",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path(f"{SAFE}keys/", framed(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path(f"{SAFE}keys/add/", security(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(
        f"{SAFE}keys/confirm/",
        framed(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        f"{SAFE}keys/<int:pk>/remove/",
        framed(webauthn.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path(f"{SAFE}keys/<int:pk>/", framed(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
]
