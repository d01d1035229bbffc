"""`clarion export` and `clarion import`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from clarion.interfaces.cli.backup import database
from clarion.kit.home import Home
from clarion.kit.postgres import Postgres

_FILE = click.Path(path_type=Path, dir_okay=False)
_TO_DO = """
What is secret did not come along. So:
- End the other installation before you connect channels here, or both publish what is due.
- Start this one: `clarion up` prints a link that signs its first person in. The others ask for
  a new password on the sign-in page, or get a link: `clarion manage sign_in_link --email …`
- Channels say that they need to be connected again. Until then nothing goes out.
- Make tokens for programs, open invitations and second factors anew."""


@click.command("export")
@click.argument("file", type=_FILE)
def take_out(file: Path) -> None:
    """Put all that is yours into FILE (.zip) in open formats: rows as JSON, and the pictures.

    Works while Clarion runs. Holds no passwords and no keys; docs/export.md describes it.
    """
    home = Home.open()
    with database(home) as url, _django(home, url):
        from clarion.kit.export.pack import pack

        contents = pack(file, home.media)
    size = file.stat().st_size / 1_000_000
    rows, tables = sum(contents.rows.values()), len(contents.rows)
    click.echo(
        f"{file}: {rows:,} rows of {tables} tables, {contents.files} files, {size:.1f} MB."
    )


@click.command("import")
@click.argument("file", type=_FILE)
def bring_in(file: Path) -> None:
    """Bring in what `clarion export` wrote to FILE. Into a new installation only.

    Either all of it is there afterwards, or nothing is. Clarion must not run meanwhile.
    """
    home = Home.open()
    with home.alone(), _own_database(home) as url, _django(home, url):
        from django.core.management import call_command

        from clarion.accounts.models import Workspace
        from clarion.kit.export.unpack import unpack

        call_command("migrate", interactive=False, verbosity=0)
        contents = unpack(file, home.media, Workspace)
    rows = sum(contents.rows.values())
    click.echo(f"Imported {rows:,} rows and {contents.files} files.{_TO_DO}")


@contextmanager
def _own_database(home: Home) -> Iterator[str]:
    if url := os.environ.get("CLARION_DATABASE_URL"):
        yield url
        return
    with Postgres(home.pg, password=home.secrets().database_password) as postgres:
        yield postgres.url


@contextmanager
def _django(home: Home, url: str) -> Iterator[None]:
    os.environ["CLARION_DATABASE_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clarion.config.settings")
    home.load()
    import django
    from django.db import connections

    django.setup()
    try:
        yield
    finally:
        postgres: Any = connections["default"]
        postgres.close()
        postgres.close_pool()  # before the server ends, or it is looked for
