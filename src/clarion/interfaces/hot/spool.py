"""An append-only file per process, emptied into the database twice a second."""

import asyncio
import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, DataError, close_old_connections

from clarion.measurement.clicks import take_in

logger = logging.getLogger(__name__)

EVERY = 0.5  # seconds
TRIES = 40  # times a report waits for the click it is about
ORPHANED = 30  # seconds without a write: its process has died

# Process ids come again: after a restart, and in every container. This does not.
_me = secrets.token_hex(4)
_swapping = threading.Lock()  # the emptying thread takes the file away from the event loop
_file: IO[bytes] | None = None
_task: asyncio.Task[None] | None = None


def folder() -> Path:
    return Path(settings.DATA) / "spool"


def append(kind: str, row: dict[str, Any]) -> None:
    """Acknowledge nothing before this returns: the line is with the operating system then."""
    global _file  # noqa: PLW0603 - one spool for the process
    line = json.dumps({"kind": kind, **row}).encode() + b"\n"
    with _swapping:
        if _file is None:
            folder().mkdir(parents=True, exist_ok=True)
            _file = (folder() / f"{_mine()}{time.time_ns()}.jsonl").open("ab", buffering=0)
        _file.write(line)


def _mine() -> str:
    return f"{os.getpid()}.{_me}-"


def keep_emptying() -> None:
    """Start the task that empties the spool, once for the process."""
    global _task  # noqa: PLW0603
    if _task is None or _task.done():
        _task = asyncio.get_running_loop().create_task(_empty_for_ever())


async def _empty_for_ever() -> None:
    while True:
        await asyncio.sleep(EVERY)
        try:
            await sync_to_async(empty)()
        except DatabaseError:
            logger.warning("The database is away; clicks wait in the spool.")
        except OSError:
            logger.exception("The spool cannot be read.")


def empty() -> int:
    """Bring what is spooled into the database. Safe to run twice: each ref counts once."""
    global _file
    with _swapping:
        before, _file = _file, None
        if before is not None:
            before.close()
    close_old_connections()
    found = sorted(folder().glob("*.jsonl")) if folder().exists() else []
    return sum(_take(path) for path in found if _is_closed(path))


def _is_closed(path: Path) -> bool:
    """Nobody writes to it any more: never the file that this process has just begun."""
    if path.name.startswith(_mine()):
        return _file is None or path.name != Path(_file.name).name
    try:
        return time.time() - path.stat().st_mtime > ORPHANED
    except FileNotFoundError:  # another process has taken it
        return False


def _take(path: Path) -> int:
    rows = []
    for line in path.read_bytes().splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:  # the last line of a process that was killed while writing
            logger.warning("%s ends in half a line.", path.name)
    for row in _keep(rows):  # before the file goes: what comes twice counts once
        if (tries := row.get("tries", 0)) < TRIES:
            append(str(row["kind"]), {**row, "tries": tries + 1})
    path.unlink(missing_ok=True)
    return len(rows)


def _keep(rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """One line that the database cannot take must not hold up all the others for ever."""
    try:
        return take_in(rows)
    except (DataError, ValueError, LookupError):
        if len(rows) == 1:
            logger.exception("A line of the spool does not fit and is left out.")
            return []
        return [early for row in rows for early in _keep([row])]
