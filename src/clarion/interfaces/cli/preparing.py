"""Tables and static files, brought up to date only when something is new.

A start should not wait for Django to find out that there is nothing to do. What was true after
the last time is kept in a note: the code's migrations and files on one side, the database's
list of applied migrations on the other. Both sides are read in milliseconds.
"""

import hashlib
import json
import os
import sys
from pathlib import Path

import psycopg

import clarion
from clarion.kit.home import Home, write_privately
from clarion.kit.trouble import Trouble

_CODE = Path(clarion.__file__).parent


def bring_up_to_date(home: Home) -> str:
    """What was done, in words."""
    note = home.run / "prepared.json"
    if _read(note) == _now():
        return "up to date"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    write_privately(note, json.dumps(_now()))
    return "brought up to date"


def _read(note: Path) -> list[str] | None:
    try:
        return list(json.loads(note.read_text()))
    except (OSError, ValueError):
        return None


def _now() -> list[str]:
    return [_code(), _applied()]


def _code() -> str:
    """Changes when a migration or a static file does, or a package that may bring some."""
    files = [*_CODE.glob("**/migrations/*.py"), *_CODE.glob("interfaces/web/static/**/*")]
    sizes = sorted((str(f), f.stat().st_size, f.stat().st_mtime_ns) for f in files)
    packages = sorted(found.name for entry in sys.path for found in Path(entry).glob("*-info"))
    return _digest([sizes, packages])


def _applied() -> str:
    """The database's own list; empty for a database that has none yet."""
    url = os.environ["CLARION_DATABASE_URL"]
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            if connection.execute("SELECT to_regclass('django_migrations')").fetchone() == (
                None,
            ):
                return ""
            query = "SELECT app, name FROM django_migrations ORDER BY app, name"
            return _digest(connection.execute(query).fetchall())
    except psycopg.OperationalError as error:
        raise Trouble(f"The database does not answer: {error}".replace(url, "…")) from error


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
