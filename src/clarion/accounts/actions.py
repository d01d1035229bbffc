"""Let people in, give them rights, take rights away. Every line of it stands in the journal."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from clarion.accounts.journal import record
from clarion.accounts.models import (
    ApiToken,
    Invitation,
    Membership,
    Notice,
    SignInLink,
    User,
    Workspace,
)
from clarion.accounts.rights import ALL, CHANNEL_ROLES, ROLES, Actor, NotAllowed
from clarion.kit import holidays
from clarion.kit.errors import Conflict, NotYet
from clarion.kit.keys import key_hash, new_key
from clarion.kit.zones import must_be_zone

INVITATION_OPEN = timedelta(days=14)
SIGN_IN_LINK_OPEN = timedelta(hours=1)
SETTINGS = frozenset(
    {"name", "time_zone", "language", "currency", "four_eyes", "track_links"}
    | {"country", "spacing_minutes"}
)


# --- workspaces -----------------------------------------------------------------------------


@transaction.atomic
def found_workspace(
    owner: User,
    name: str,
    *,
    time_zone: str = "UTC",
    language: str = "en",
    currency: str = "EUR",
    demo: bool = False,
) -> Workspace:
    """A new workspace with its owner. The name must not be empty; two may have the same."""
    name = name.strip()
    if not name or len(name) > 100:
        raise NotYet("Give the workspace a name of 1 to 100 characters.", "name")
    must_be_zone(time_zone)
    workspace = Workspace.objects.create(
        name=name,
        slug=_free_slug(name),
        time_zone=time_zone,
        language=language,
        currency=_currency(currency),
        demo=demo,
    )
    membership = Membership.objects.create(workspace=workspace, user=owner, role="owner")
    record(membership.actor(), "workspace.founded", f"Workspace {name}", after={"name": name})
    return workspace


@transaction.atomic
def change_workspace(workspace: Workspace, changes: Mapping[str, object], *, by: Actor) -> None:
    """Change the settings named in `changes`."""
    by.must("settings", workspace.pk)
    changes = {k: v for k, v in changes.items() if k in SETTINGS and getattr(workspace, k) != v}
    if "time_zone" in changes:
        must_be_zone(str(changes["time_zone"]))
    if "currency" in changes:
        changes = {**changes, "currency": _currency(str(changes["currency"]))}
    if not str(changes.get("name", "x")).strip():
        raise NotYet("Give the workspace a name.", "name")
    _must_be_country(str(changes.get("country", "")))
    before = {k: getattr(workspace, k) for k in changes}
    for key, value in changes.items():
        setattr(workspace, key, value)
    workspace.save()
    if changes:
        record(by, "workspace.changed", f"Workspace {workspace.name}", before, changes)


def _must_be_country(code: str) -> None:
    if code and code not in holidays.countries():
        raise NotYet(
            f"No holidays are known for “{code}”. Take a country like DE, or DE-BY with its "
            "region.",
            "country",
        )


def _currency(code: str) -> str:
    code = code.strip().upper()
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise NotYet("A currency has three letters, like EUR.", "currency")
    return code


def _free_slug(name: str) -> str:
    base = slugify(name)[:50] or "brand"
    taken = set(Workspace.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    candidates = (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3)))
    return next(slug for slug in candidates if slug not in taken)


# --- people ---------------------------------------------------------------------------------


@transaction.atomic
def invite(workspace: Workspace, email: str, role: str, *, by: Actor) -> tuple[Invitation, str]:
    """An invitation and its key. The key is not kept: whoever asks must hand it over now."""
    by.must("people", workspace.pk)
    _must_be_role(role, by)
    if by.membership_id is None:
        raise NotAllowed("Only somebody of this workspace can invite into it.")
    email = _email(email)
    if Membership.objects.filter(workspace=workspace, user__email=email).exists():
        raise NotYet(f"{email} is in this workspace already.", "email")
    workspace.invitations.filter(email=email, accepted_at=None).delete()
    key = new_key()
    invitation = Invitation.objects.create(
        workspace=workspace,
        email=email,
        role=role,
        key_hash=key_hash(key),
        invited_by=by.name[:100],
        inviter_id=by.membership_id,
        expires_at=timezone.now() + INVITATION_OPEN,
    )
    record(by, "person.invited", email, after={"role": role})
    return invitation, key


def open_invitation(key: str) -> Invitation | None:
    """The invitation this key opens, if it still does."""
    found = (
        Invitation.objects.select_related("workspace").filter(key_hash=key_hash(key)).first()
    )
    return found if found and found.is_open else None


@transaction.atomic
def accept(key: str, user: User) -> Membership:
    """Come in. Works once."""
    invitation = Invitation.objects.select_for_update().filter(key_hash=key_hash(key)).first()
    if invitation is None or not invitation.is_open:
        raise NotYet("This invitation has been used or is too old. Ask for a new one.")
    if user.email.lower() != invitation.email.lower():
        raise NotYet(f"This invitation is for {invitation.email}. Sign in with that address.")
    membership, _ = Membership.objects.get_or_create(
        workspace=invitation.workspace, user=user, defaults={"role": invitation.role}
    )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    record(
        membership.actor(), "person.joined", str(user.email), after={"role": membership.role}
    )
    return membership


@transaction.atomic
def join(key: str, *, name: str, password: str) -> Membership:
    """Come in for the first time: the invitation makes the account."""
    invitation = open_invitation(key)
    if invitation is None:
        raise NotYet("This invitation has been used or is too old. Ask for a new one.")
    user = User(email=invitation.email)
    introduce(user, name=name, email=invitation.email, password=password)
    return accept(key, user)


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: Actor) -> None:
    by.must("people", invitation.workspace_id)
    record(by, "person.uninvited", invitation.email)
    invitation.delete()


def _withdraw_all_beyond(may: frozenset[str], membership: Membership, *, by: Actor) -> None:
    """What somebody can no longer give, no invitation of theirs gives either."""
    for invitation in membership.invitations.filter(accepted_at=None):
        if "people" not in may or not ROLES[invitation.role] <= may:
            withdraw_invitation(invitation, by=by)


@transaction.atomic
def change_role(
    membership: Membership,
    role: str,
    channel_roles: Mapping[str, str] | None = None,
    *,
    by: Actor,
) -> None:
    """Give somebody another role, and other roles on single channels (channel id -> role)."""
    by.must("people", membership.workspace_id)
    _must_be_role(role, by)
    _guard_owners(membership, by, leaving=role != "owner")
    channel_roles = {k: v for k, v in (channel_roles or {}).items() if v}
    if not all(key.isascii() and key.isdigit() for key in channel_roles):
        raise NotYet("Roles on channels are given by the channel's number.", "channel_roles")
    if wrong := set(channel_roles.values()) - set(CHANNEL_ROLES):
        raise NotYet(f"“{min(wrong)}” is not a role on a channel.", "channel_roles")
    for given in channel_roles.values():
        if not CHANNEL_ROLES[given] <= by.may:
            raise NotAllowed(f"{by.name} may not give the role {given}: it can do more.")
    before = {"role": membership.role, "channel_roles": membership.channel_roles}
    membership.role, membership.channel_roles = role, dict(channel_roles)
    membership.save(update_fields=["role", "channel_roles"])
    after = {"role": role, "channel_roles": channel_roles}
    record(by, "person.role_changed", str(membership.user.email), before, after)
    _withdraw_all_beyond(ROLES[role], membership, by=by)


@transaction.atomic
def remove(membership: Membership, *, by: Actor) -> None:
    """Take somebody out of the workspace. Their tokens and open invitations die with it; what
    they did stays.
    """
    by.must("people", membership.workspace_id)
    _guard_owners(membership, by, leaving=True)
    _withdraw_all_beyond(frozenset(), membership, by=by)
    record(by, "person.removed", str(membership.user.email), before={"role": membership.role})
    membership.delete()


def _must_be_role(role: str, by: Actor) -> None:
    if role not in ROLES:
        raise NotYet(f"“{role}” is not a role. Choose one of {', '.join(ROLES)}.", "role")
    if not ROLES[role] <= by.may:
        raise NotAllowed(f"{by.name} may not give the role {role}: it can do more than theirs.")


def _guard_owners(membership: Membership, by: Actor, *, leaving: bool) -> None:
    if membership.role != "owner":
        return
    if "settings" not in by.may:
        raise NotAllowed("Only an owner can change or remove an owner.")
    others = membership.workspace.memberships.filter(role="owner").exclude(pk=membership.pk)
    # Locked, so that two owners cannot remove each other at the same moment.
    if leaving and not list(others.select_for_update().values_list("pk")):
        raise NotYet("A workspace needs an owner. Make somebody else owner first.", "role")


@transaction.atomic
def introduce(
    user: User,
    *,
    name: str,
    email: str,
    password: str | None = None,
    shortcuts_on: bool | None = None,
) -> None:
    """Change who somebody is and how they sign in. What is None stays as it is."""
    if not name.strip() or len(name.strip()) > 100:
        raise NotYet("Give a name of 1 to 100 characters.", "name")
    email = _email(email)
    if User.objects.filter(email=email).exclude(pk=user.pk).exists():
        raise NotYet("Somebody signs in with this address already. Take another.", "email")
    user.name, user.email = name.strip(), email
    if shortcuts_on is not None:
        user.shortcuts_on = shortcuts_on
    if password is not None:
        _good_password(password, user)
        user.set_password(password)
    user.save()


def _good_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise NotYet(" ".join(error.messages), "password") from error


def _email(text: str) -> str:
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise NotYet(f"“{text[:80]}” is not an e-mail address.", "email") from error
    return email


# --- keys -----------------------------------------------------------------------------------


@transaction.atomic
def issue_token(
    membership: Membership,
    name: str,
    scopes: Sequence[str],
    *,
    expires_at: datetime | None = None,
    by: Actor,
) -> tuple[ApiToken, str]:
    """A token for a program and its key, shown this once. It can do no more than they may."""
    if by.membership_id != membership.pk or by.kind == "token":
        raise NotAllowed("A token can only be made by the person it will act for.")
    if not name.strip():
        raise NotYet("Give the token a name, so that you know later what it is for.", "name")
    if unknown := set(scopes) - ALL or (not scopes and {"nothing"}):
        known = ", ".join(sorted(ALL))
        raise NotYet(f"{min(unknown)} is not a scope. Choose from {known}.", "scopes")
    key = new_key("clarion_")
    token = ApiToken.objects.create(
        membership=membership,
        name=name.strip()[:100],
        scopes=sorted(set(scopes)),
        key_hash=key_hash(key),
        hint=key[:12],
        expires_at=expires_at,
    )
    record(by, "token.issued", token.name, after={"scopes": token.scopes})
    return token, key


@transaction.atomic
def revoke_token(token: ApiToken, *, by: Actor) -> None:
    if by.membership_id != token.membership_id:
        by.must("people", token.membership.workspace_id)
    record(by, "token.revoked", token.name, before={"scopes": token.scopes})
    token.delete()


def actor_for_key(key: str) -> tuple[ApiToken, Actor] | None:
    """Who a token speaks for, if it is still good."""
    token = (
        ApiToken.objects.select_related("membership__user", "membership__workspace")
        .filter(key_hash=key_hash(key), membership__user__is_active=True)
        .first()
    )
    now = timezone.now()
    if token is None or (token.expires_at and token.expires_at < now):
        return None
    if token.last_used_at is None or token.last_used_at < now - timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token, token.actor()


def sign_in_link(user: User) -> str:
    """A path that signs this person in, once, within the hour. For whoever runs this host."""
    key = new_key()
    SignInLink.objects.filter(expires_at__lt=timezone.now()).delete()
    SignInLink.objects.create(
        user=user, key_hash=key_hash(key), expires_at=timezone.now() + SIGN_IN_LINK_OPEN
    )
    return f"/sign-in/link/{key}/"


@transaction.atomic
def use_sign_in_link(key: str) -> User:
    """The person the link is for. It is gone afterwards."""
    link = (
        SignInLink.objects.select_for_update()
        .select_related("user")
        .filter(key_hash=key_hash(key), expires_at__gte=timezone.now())
        .first()
    )
    if link is None:
        raise NotYet(
            "This link has been used or is too old. Start Clarion again for a new one."
        )
    link.delete()
    return link.user


# --- notices --------------------------------------------------------------------------------


def notify(
    workspace_id: int,
    about: str,
    text: str,
    url: str = "",
    *,
    kind: str = "trouble",
    to: int | None = None,
    detail: str = "",
    picture: str = "",
) -> None:
    """Tell the people of a workspace, or the membership `to` alone, once per problem.

    `kind` is a key of `models.KINDS`: people choose by it what reaches them, and how. `detail`
    are words to have at hand where it is read, `picture` is where one is, like `url`.
    """
    Notice.objects.get_or_create(
        workspace_id=workspace_id,
        about=about,
        solved_at=None,
        defaults={
            "text": text,
            "url": url,
            "kind": kind,
            "to_id": to,
            "detail": detail,
            "picture": picture,
        },
    )


def solve(workspace_id: int, about: Sequence[str]) -> None:
    """The problems are no more; nobody has to tick them off by hand."""
    open_ones = Notice.objects.filter(
        workspace_id=workspace_id, about__in=about, solved_at=None
    )
    open_ones.update(solved_at=timezone.now())


def dismiss(notice: Notice, *, by: Actor) -> None:
    by.must("read", notice.workspace_id)
    if not Notice.objects.filter(pk=notice.pk, solved_at=None).update(solved_at=timezone.now()):
        raise Conflict("That was settled already.")


def undismiss(notice: Notice, *, by: Actor) -> None:
    """It was dismissed by mistake. Nothing happens where the same problem was told anew."""
    by.must("read", notice.workspace_id)
    same = Notice.objects.filter(
        workspace=notice.workspace_id, about=notice.about, solved_at=None
    )
    if not same.exists():
        Notice.objects.filter(pk=notice.pk).update(solved_at=None)
