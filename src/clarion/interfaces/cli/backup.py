"""`clarion backup` and `clarion restore`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace as changed
from pathlib import Path

import click

from clarion.kit import env
from clarion.kit.archive import pack, unpack
from clarion.kit.home import Home, InUse, Secrets
from clarion.kit.postgres import Postgres

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=_FILE)
def backup(file: Path) -> None:
    """Put everything into FILE (.tar or .tar.gz): database, media and keys.

    Works while Clarion runs. Keep the file as you would keep a password.
    """
    home = Home.open()
    with database(home) as url:
        contents = pack(home, file, url, _keys(home))
    size = file.stat().st_size / 1_000_000
    click.echo(f"{file}: the database and {contents.files} files, {size:.1f} MB.")


@click.command()
@click.argument("file", type=_FILE)
@click.option("--replace", is_flag=True, help="Lose what is in the data folder now.")
def restore(file: Path, replace: bool) -> None:
    """Bring everything back from FILE, which `clarion backup` has made.

    Either all of it is there afterwards, or all is as it was.
    """
    home = Home.open()
    with home.alone():
        contents = unpack(home, file, os.environ.get("CLARION_DATABASE_URL"), replace=replace)
    click.echo(f"Restored what Clarion {contents.version} had on {contents.made_at}.")
    if _keys(home) != home.secrets():
        click.echo(
            "CLARION_SECRET_KEY or CLARION_SECRET_BOX_KEYS in the environment differ from the "
            f"keys of the backup, now in {home.secrets_file}. Without the keys of the backup, "
            "stored connections cannot be decrypted."
        )


@contextmanager
def database(home: Home) -> Iterator[str]:
    """The address of the database, which runs at least as long as this."""
    if url := os.environ.get("CLARION_DATABASE_URL"):
        yield url
        return
    if home.in_use():
        if not (url := home.environment().get("CLARION_DATABASE_URL")):
            raise InUse(home)
        yield url
        return
    with (
        home.alone(),
        Postgres(home.pg, password=home.secrets().database_password) as postgres,
    ):
        yield postgres.url


def _keys(home: Home) -> Secrets:
    """The keys in force, which the environment may have brought."""
    kept = home.secrets()
    return changed(
        kept,
        secret_key=env.text("CLARION_SECRET_KEY", kept.secret_key),
        box_keys=env.words("CLARION_SECRET_BOX_KEYS", ",".join(kept.box_keys)),
    )
