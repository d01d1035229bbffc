"""Who is in this workspace, and what each may do."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from clarion.accounts import actions as accounts
from clarion.accounts.models import Invitation, Membership
from clarion.accounts.queries import members, open_invitations
from clarion.accounts.rights import CHANNEL_ROLES, ON_CHANNELS, RIGHTS, ROLES
from clarion.channels.models import Channel
from clarion.interfaces.web.brand import add_problem
from clarion.interfaces.web.door import Request, own, page
from clarion.kit.errors import NotYet

SMTP = "django.core.mail.backends.smtp.EmailBackend"
SESSION = "fresh_invitation"  # shown once, after the page was asked for again
MEANT_FOR: Mapping[str, str] = {
    "owner": "Everything, the settings too",
    "manager": "Everything but the settings",
    "strategist": "Aims, campaigns, posts and money",
    "editor": "Writes; others approve",
    "approver": "Writes, approves and publishes",
    "community": "Answers people and listens",
    "analyst": "Reads numbers and the journal",
    "client": "Reads, and says yes or no",
    "member": "Reads; more only channel by channel",
}


class Invite(forms.Form):
    email = forms.CharField(label="E-mail", widget=forms.EmailInput, max_length=254)
    role = forms.ChoiceField(
        choices=[(r, f"{r.title()}: {MEANT_FOR[r].lower()}") for r in ROLES], initial="editor"
    )


@page
def show(request: Request) -> HttpResponse:
    return _show(request, Invite())


def _show(request: Request, form: Invite) -> HttpResponse:
    people = members(request.workspace)
    context = {
        "people": people,
        "invitations": open_invitations(request.workspace),
        "form": form,
        "may": request.actor.can("people"),
        "fresh": request.session.pop(SESSION, None),
        "mailed": settings.EMAIL_BACKEND == SMTP,
        "matrix": _matrix(ROLES, RIGHTS),
        "channel_matrix": _matrix(
            CHANNEL_ROLES, {k: v for k, v in RIGHTS.items() if k in ON_CHANNELS}
        ),
        "roles": [(role, MEANT_FOR[role]) for role in ROLES],
        "channel_roles": list(CHANNEL_ROLES),
    }
    return render(request, "team/show.html", context, status=422 if form.errors else 200)


def _matrix(
    roles: Mapping[str, frozenset[str]], rights: Mapping[str, str]
) -> list[tuple[str, list[bool]]]:
    """Each right in words, and which of the roles has it."""
    return [
        (words, [right in may for may in roles.values()]) for right, words in rights.items()
    ]


@page
@require_POST
def invite(request: Request) -> HttpResponse:
    """The link is shown once: only its hash is kept."""
    form = Invite(request.POST)
    if not form.is_valid():
        return _show(request, form)
    email, role = form.cleaned_data["email"], form.cleaned_data["role"]
    try:
        invitation, key = accounts.invite(request.workspace, email, role, by=request.actor)
    except NotYet as problem:
        add_problem(form, problem)
        return _show(request, form)
    url = settings.PUBLIC_URL + reverse("invitation", args=[key])
    sent = _send(request, invitation, url)
    request.session[SESSION] = {"email": invitation.email, "url": url, "sent": sent}
    return redirect("team", request.workspace.slug)


def _send(request: Request, invitation: Invitation, url: str) -> bool:
    """Mail the link where mail is set up. False: somebody has to hand it over."""
    if settings.EMAIL_BACKEND != SMTP:
        return False
    text = (
        f"{request.user} invites you to work on {request.workspace} in Clarion.\n\n{url}\n\n"
        "The link works once, within two weeks, for this address only."
    )
    try:
        send_mail(f"Invitation to {request.workspace}", text, None, [invitation.email])
    except OSError:
        return False
    return True


@page
@require_POST
def withdraw(request: Request, pk: int) -> HttpResponse:
    invitation = own(Invitation.objects.filter(accepted_at=None), request, pk=pk)
    accounts.withdraw_invitation(invitation, by=request.actor)
    messages.success(request, f"The invitation for {invitation.email} no longer works.")
    return redirect("team", request.workspace.slug)


# --- one member -------------------------------------------------------------------------------


@page
def member(request: Request, pk: int) -> HttpResponse:
    """One person: the role here, and other roles on single channels."""
    person = _member(request, pk)
    channels = _channels(request)
    typed = {str(c.pk): request.POST.get(f"channel-{c.pk}", "") for c in channels}
    problem = None
    if request.method == "POST":
        try:
            accounts.change_role(person, request.POST.get("role", ""), typed, by=request.actor)
        except NotYet as no:
            problem = no
        else:
            messages.success(request, f"Saved what {person.user} may do.")
            return redirect("team", request.workspace.slug)
    else:
        typed = person.channel_roles
    context = {
        "member": person,  # “person” is whoever looks at the page
        "rows": [(c, typed.get(str(c.pk), "")) for c in channels],
        "role": request.POST.get("role", person.role),
        "roles": [(role, MEANT_FOR[role]) for role in ROLES],
        "channel_roles": list(CHANNEL_ROLES),
        "may": request.actor.can("people"),
        "problem": problem,
    }
    return render(request, "team/member.html", context, status=422 if problem else 200)


@page
@require_POST
def remove(request: Request, pk: int) -> HttpResponse:
    person = _member(request, pk)
    name = str(person.user)
    accounts.remove(person, by=request.actor)
    if person.user_id == request.user.pk:
        return redirect("root")
    messages.success(request, f"{name} is no longer in this workspace.")
    return redirect("team", request.workspace.slug)


def _member(request: Request, pk: int) -> Membership:
    rows = Membership.objects.select_related("user", "workspace")
    return own(rows, request, pk=pk)


def _channels(request: Request) -> list[Channel]:
    rows = Channel.objects.filter(workspace=request.workspace)
    return list(rows.exclude(state=Channel.State.GONE).order_by("handle", "pk"))


urlpatterns: list[Any] = [
    path("w/<slug:ws>/team/", show, name="team"),
    path("w/<slug:ws>/team/invite/", invite, name="team-invite"),
    path("w/<slug:ws>/team/invitations/<int:pk>/withdraw/", withdraw, name="team-withdraw"),
    path("w/<slug:ws>/team/<int:pk>/", member, name="member"),
    path("w/<slug:ws>/team/<int:pk>/remove/", remove, name="member-remove"),
]
