"""What whoever runs this machine may do without a token: make one, check the journals."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from clarion.kit.home import Home
from clarion.kit.trouble import Trouble

if TYPE_CHECKING:  # Django is only loaded by the commands that need it
    from clarion.accounts.models import Membership


@click.group()
def token() -> None:
    """Tokens for programs, made on the machine that Clarion runs on."""


@token.command("new")
@click.option("--name", required=True, help="What it is for.")
@click.option("--scopes", default="read", show_default=True, help="Rights by comma, or `all`.")
@click.option("--email", help="For whom.  [default: the first owner]")
@click.option("--workspace", help="Short name of the workspace.  [default: the only one]")
@click.option("--days", type=click.IntRange(1, 3650), help="How long it is good.")
@click.option("--sign-in", "keep", is_flag=True, help="Keep it for the commands here, too.")
def new(
    name: str,
    scopes: str,
    email: str | None,
    workspace: str | None,
    days: int | None,
    keep: bool,
) -> None:
    """Make a token and print it. It can do what its person can do, within its scopes."""
    with _django():
        key = _issue(name, scopes, email or "", workspace or "", days)
    click.echo("Shown this once. It ends on the account page of its person.", err=True)
    click.echo(key)
    if keep:
        from clarion.interfaces.cli.remote_pass import Pass, address

        Pass(address(), key).keep()


def _issue(name: str, scopes: str, email: str, workspace: str, days: int | None) -> str:
    from django.utils import timezone

    from clarion.accounts.actions import issue_token
    from clarion.accounts.rights import ALL
    from clarion.kit.errors import NotYet

    membership = _membership(email, workspace)
    by = replace(membership.actor(), kind="command")
    wanted = sorted(ALL) if scopes == "all" else [s.strip() for s in scopes.split(",") if s]
    until = timezone.now() + timedelta(days=days) if days else None
    try:
        _, key = issue_token(membership, name, wanted, expires_at=until, by=by)
    except NotYet as reason:
        raise Trouble(str(reason)) from reason
    return key


def _membership(email: str, workspace: str) -> "Membership":
    """The one that the words mean; where they mean several, whoever asks has to choose."""
    from clarion.accounts.models import Membership

    rows = Membership.objects.filter(user__is_active=True).select_related("workspace", "user")
    rows = rows.filter(user__email=email.lower()) if email else rows.filter(role="owner")
    rows = rows.filter(workspace__slug=workspace) if workspace else rows
    found = list(rows.order_by("pk"))
    if not found:
        raise Trouble(f"There is no {email or 'owner'} in {workspace or 'any workspace'} here.")
    if len({m.workspace_id for m in found}) > 1:
        known = ", ".join(sorted({m.workspace.slug for m in found}))
        raise Trouble(f"Say which workspace: --workspace, one of {known}.")
    return found[0]


def verify() -> None:
    """Walk the journals of all workspaces here. Trouble names the lines that do not fit."""
    broken = []
    with _django():
        from clarion.accounts import journal
        from clarion.accounts.models import Workspace

        for workspace in Workspace.objects.order_by("slug"):
            found = journal.verify(workspace)
            if found.broken_at is None:
                click.echo(f"{workspace.slug}: {found.rows} lines, whole, seal {found.seal}")
            else:
                where = f"line {found.broken_at} does not fit. {found.reason}"
                broken.append(f"{workspace.slug}: {where}")
    if broken:
        raise Trouble("\n".join(broken))


@contextmanager
def _django() -> Iterator[None]:
    """The database of the Clarion that runs on this machine."""
    home = Home.open()
    home.load()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clarion.config.settings")
    import django
    from django.db import DatabaseError

    django.setup()
    try:
        yield
    except DatabaseError as error:
        raise Trouble("The database does not answer. Start Clarion: `clarion up`.") from error
