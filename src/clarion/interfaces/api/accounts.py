"""The workspace, its people, their invitations and tokens over the API."""

from datetime import datetime
from typing import Annotated

from django.db.models import QuerySet
from ninja import Schema
from pydantic import Field, StringConstraints

from clarion.accounts import actions
from clarion.accounts.models import ApiToken, Invitation, Membership, Workspace
from clarion.channels.models import Channel
from clarion.interfaces.api.door import Caller, Request, all_named, own
from clarion.interfaces.api.shapes import NO_NUL, Change, Gone, Id, In, Word, kept_as
from clarion.interfaces.api.stage import Stage

stage = Stage()
DAY = 24 * 60  # minutes


# --- shapes ---------------------------------------------------------------------------------


class MeShape(Schema):
    """Whom this token speaks for. `on_channels` are the rights where they differ from `may`."""

    name: str = kept_as("actor.name")
    workspace: str = kept_as("workspace.slug")
    may: list[str]
    on_channels: dict[int, list[str]]
    token: str = kept_as("token.name")
    expires_at: datetime | None = kept_as("token.expires_at")

    @staticmethod
    def resolve_may(who: Caller) -> list[str]:
        return sorted(who.actor.may)

    @staticmethod
    def resolve_on_channels(who: Caller) -> dict[int, list[str]]:
        return {pk: sorted(rights) for pk, rights in who.actor.on_channels.items()}


class WorkspaceShape(Schema):
    id: int
    name: str
    slug: str
    time_zone: str
    language: str
    currency: str
    four_eyes: bool
    track_links: bool
    country: str
    spacing_minutes: int
    created_at: datetime


class PersonShape(Schema):
    """`channel_roles`: channel id -> the role there, where it differs."""

    id: int
    name: str
    email: str = kept_as("user.email")
    role: str
    channel_roles: dict[str, str]
    joined_at: datetime

    @staticmethod
    def resolve_name(row: Membership) -> str:
        return str(row.user)


class InvitationShape(Schema):
    id: int
    email: str
    role: str
    invited_by: str
    created_at: datetime
    expires_at: datetime
    is_open: bool


class InvitedShape(InvitationShape):
    """`key` opens the invitation. It is shown this once and not kept."""

    key: str | None


class TokenShape(Schema):
    """`hint` are the first letters of the key. The key itself is nowhere."""

    id: int
    name: str
    hint: str
    person: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None

    @staticmethod
    def resolve_person(row: ApiToken) -> str:
        return str(row.membership.user)


class WorkspaceChange(Change):
    name: Annotated[str, StringConstraints(max_length=100, pattern=NO_NUL)] = ""
    time_zone: Word = ""
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z-]{2,10}$")] = "en"
    currency: Word = ""
    four_eyes: bool = False
    track_links: bool = True
    country: Annotated[str, StringConstraints(max_length=10, pattern=NO_NUL)] = ""
    spacing_minutes: Annotated[int, Field(ge=0, le=DAY)] = 30


class RoleChange(Change):
    """Leave `channel_roles` out to keep those that there are. An empty role takes one away."""

    role: Word
    channel_roles: dict[Id, Word] = {}


class InvitationIn(In):
    email: Word
    role: Word


# --- operations -----------------------------------------------------------------------------


@stage.one("me.show", "GET /me", MeShape)
def show_me(request: Request) -> Caller:
    """Whom this token speaks for, and what it may do."""
    return request.auth


@stage.one("workspace.show", "GET /workspace", WorkspaceShape)
def show_workspace(request: Request) -> Workspace:
    """The workspace of this token."""
    return request.auth.workspace


@stage.write("workspace.change", "PATCH /workspace", WorkspaceShape)
def change_workspace(request: Request, body: WorkspaceChange) -> Workspace:
    """Change its settings."""
    me = request.auth
    actions.change_workspace(me.workspace, body.given(), by=me.actor)
    return me.workspace


@stage.many("people.list", "GET /people", PersonShape, order="pk")
def list_people(request: Request) -> QuerySet[Membership]:
    """Who is in the workspace."""
    return request.auth.workspace.memberships.select_related("user")


@stage.one("people.get", "GET /people/{person}", PersonShape)
def get_person(request: Request, person: Id) -> Membership:
    """One person."""
    return own(request, Membership.objects.select_related("user"), person)


@stage.write("people.change", "PATCH /people/{person}", PersonShape)
def change_role(request: Request, person: Id, body: RoleChange) -> Membership:
    """Give somebody another role, or other roles on single channels."""
    row = own(request, Membership.objects.select_related("user", "workspace"), person)
    given = body.given()
    roles = {str(pk): role for pk, role in given.get("channel_roles", {}).items()}
    all_named(request, Channel.objects.all(), [int(pk) for pk in roles], "channel_roles")
    kept = roles if "channel_roles" in given else row.channel_roles
    actions.change_role(row, body.role, kept, by=request.auth.actor)
    return row


@stage.write("people.remove", "DELETE /people/{person}", Gone)
def remove_person(request: Request, person: Id) -> Gone:
    """Take somebody out of the workspace. Their tokens die with it; what they did stays."""
    row = own(request, Membership.objects.select_related("user", "workspace"), person)
    actions.remove(row, by=request.auth.actor)
    return Gone(id=person)


@stage.many("invitations.list", "GET /invitations", InvitationShape, right="people")
def list_invitations(request: Request) -> QuerySet[Invitation]:
    """Invitations, newest first, also those that were accepted or are too old."""
    return request.auth.workspace.invitations.all()


@stage.write(
    "invitations.create", "POST /invitations", InvitedShape, status=201, secret=("key",)
)
def invite(request: Request, body: InvitationIn) -> dict[str, object]:
    """Invite somebody. Whoever has `key` and signs in with that address comes in."""
    me = request.auth
    invitation, key = actions.invite(me.workspace, body.email, body.role, by=me.actor)
    shown = InvitationShape.model_validate(invitation).model_dump()
    return {**shown, "key": key}


@stage.write("invitations.withdraw", "DELETE /invitations/{invitation}", Gone)
def withdraw_invitation(request: Request, invitation: Id) -> Gone:
    """Take an invitation back."""
    row = own(request, Invitation.objects.all(), invitation)
    actions.withdraw_invitation(row, by=request.auth.actor)
    return Gone(id=invitation)


@stage.many("tokens.list", "GET /tokens", TokenShape)
def list_tokens(request: Request) -> QuerySet[ApiToken]:
    """One's own tokens; of everybody for those who may change roles.

    A token cannot make another one: a person does that, on the account page or with
    `clarion token new`.
    """
    me = request.auth
    rows = ApiToken.objects.select_related("membership__user")
    if not me.actor.can("people"):
        rows = rows.filter(membership=me.actor.membership_id)
    return rows.filter(membership__workspace=me.workspace)


@stage.write("tokens.revoke", "DELETE /tokens/{token}", Gone)
def revoke_token(request: Request, token: Id) -> Gone:
    """End a token, at once."""
    rows = ApiToken.objects.select_related("membership")
    row = own(request, rows, token, "membership__workspace")
    actions.revoke_token(row, by=request.auth.actor)
    return Gone(id=token)
