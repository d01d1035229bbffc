"""What can be wrong with an installation, as sentences with the way out.

Each function judges one thing from plain values: the command line, a page or a test can ask it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from shutil import disk_usage
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min, Q
from django.utils import timezone

from clarion.kit.home import Home
from clarion.kit.steps import WorkItem
from clarion.kit.trouble import Trouble, writing

CLOCKS_APART = timedelta(seconds=2)
SILENT = timedelta(seconds=30)
LATE = timedelta(minutes=2)
LITTLE_SPACE = 1_000_000_000  # bytes


@dataclass(frozen=True)
class Finding:
    """One look at one thing. `do` is empty exactly when all is well."""

    name: str
    says: str
    do: str = ""

    @property
    def is_well(self) -> bool:
        return not self.do


def look(home: Home) -> list[Finding]:
    """Everything below. What needs the database is left out when it does not answer."""
    found = [folder(home), disk(disk_usage(home.folder).free), database()]
    if found[-1].is_well:
        now = timezone.now()
        found += [tables(), clock(_database_time(), now), worker(_last_heartbeat(), now)]
        found += [queue(_oldest_due(now), now)]
    return found


def folder(home: Home) -> Finding:
    probe = home.run / "doctor"
    try:
        with writing(probe):
            probe.write_text("")
            probe.unlink()
    except Trouble as trouble:
        return Finding("data", str(trouble), "See the sentence before.")
    return Finding("data", f"{home.folder} can be written.")


def disk(free: int) -> Finding:
    """`free` in bytes."""
    says = f"{free / 1e9:.1f} GB free."
    if free >= LITTLE_SPACE:
        return Finding("disk", says)
    return Finding(
        "disk", says, "Free some space: below 1 GB, uploads and the database may stop."
    )


def database() -> Finding:
    """Asked on a line of its own: the pool would try for long before it gave up."""
    try:
        with psycopg.connect(settings.DATABASE_URL, connect_timeout=5) as line:
            version = line.info.parameter_status("server_version")
            row = line.execute("SELECT pg_database_size(current_database())").fetchone()
    except psycopg.Error as error:
        do = "Start Clarion with `clarion up`, or correct CLARION_DATABASE_URL."
        return Finding("database", f"It does not answer: {_first_line(error)}", do)
    return Finding("database", f"PostgreSQL {version}, {row[0] / 1e6 if row else 0:.0f} MB.")


def tables() -> Finding:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not missing:
        return Finding("tables", "Up to date.")
    return Finding("tables", f"{len(missing)} changes are missing.", "Run `clarion prepare`.")


def clock(there: datetime, here: datetime) -> Finding:
    """`there` is the database's time, `here` this machine's, read at the same moment."""
    apart = abs(there - here)
    if apart <= CLOCKS_APART:
        return Finding("clock", "This machine and the database agree.")
    says = f"This machine and the database are {apart.total_seconds():.0f} s apart."
    return Finding("clock", says, "Posts go out at the wrong time: set both clocks by NTP.")


def worker(last_seen: datetime | None, now: datetime) -> Finding:
    """`last_seen` is the youngest sign of life of any worker; None: there never was one."""
    if last_seen and now - last_seen <= SILENT:
        return Finding("worker", "Works.")
    says = (
        f"Silent since {last_seen:%Y-%m-%d %H:%M} UTC." if last_seen else "None has ever run."
    )
    return Finding(
        "worker", says, "Nothing is published: start `clarion up` or `clarion worker`."
    )


def queue(oldest: dict[str, datetime], now: datetime) -> Finding:
    """`oldest`: for each kind of work, since when the first row has been waiting."""
    late = {name: now - since for name, since in oldest.items() if now - since > LATE}
    if not late:
        return Finding("queue", "Nothing waits longer than it should.")
    says = ", ".join(
        f"{name} {wait.total_seconds() / 60:.0f} min" for name, wait in late.items()
    )
    return Finding("queue", f"Late: {says}.", "Start another `clarion worker`.")


def pages(url: str) -> Finding:
    """Whether the pages answer, at the address that browsers use."""
    try:
        with build_opener(ProxyHandler({})).open(f"{url}/sign-in/", timeout=10):
            return Finding("pages", f"{url} answers.")
    except HTTPError as error:
        says = f"{url} answers with {error.code}."
        return Finding("pages", says, "Read what the web process has written to its log.")
    except (OSError, ValueError) as error:
        says = f"{url} does not answer: {getattr(error, 'reason', error)}"
        return Finding(
            "pages", says, "Start it with `clarion up`, or look at the proxy before it."
        )


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found


def _last_heartbeat() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(last_heartbeat) FROM procrastinate_workers")
        found: datetime | None = cursor.fetchone()[0]
        return found


def _oldest_due(now: datetime) -> dict[str, datetime]:
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    found = {}
    for model in apps.get_models():
        if issubclass(model, WorkItem):
            rows = model._default_manager.filter(
                free, state__in=model.flow.runs, due_at__lt=now
            )
            if since := rows.aggregate(since=Min("due_at"))["since"]:
                found[str(model._meta.verbose_name)] = since
    return found
