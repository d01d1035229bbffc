"""An append-only file per process, emptied into the database twice a second."""

import asyncio
import json
import logging
import os
import time
from pathlib import Path
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, close_old_connections

from clarion.measurement.clicks import take_in

logger = logging.getLogger(__name__)

EVERY = 0.5  # seconds
TRIES = 40  # times a report waits for the click it is about
ORPHANED = 30  # seconds without a write: its process has died

_file: IO[bytes] | None = None
_task: asyncio.Task[None] | None = None


def folder() -> Path:
    return Path(settings.DATA) / "spool"


def append(kind: str, row: dict[str, Any]) -> None:
    """Acknowledge nothing before this returns: the line is with the operating system then."""
    global _file  # noqa: PLW0603 - one spool for the process
    if _file is None:
        folder().mkdir(parents=True, exist_ok=True)
        name = f"{os.getpid()}-{time.time_ns()}.jsonl"
        _file = (folder() / name).open("ab", buffering=0)
    _file.write(json.dumps({"kind": kind, **row}).encode() + b"\n")


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
    mine, _file = _file, None
    if mine is not None:
        mine.close()
    close_old_connections()
    taken = 0
    for path in sorted(folder().glob("*.jsonl")) if folder().exists() else []:
        if (mine is not None and path.name == Path(mine.name).name) or _is_orphan(path):
            taken += _take(path)
    return taken


def _is_orphan(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > ORPHANED or path.name.startswith(
        f"{os.getpid()}-"
    )


def _take(path: Path) -> int:
    rows = []
    for line in path.read_bytes().splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:  # the last line of a process that was killed while writing
            logger.warning("%s ends in half a line.", path.name)
    early = take_in(rows)
    path.unlink(missing_ok=True)
    for row in early:
        if (tries := row.get("tries", 0)) < TRIES:
            append(str(row["kind"]), {**row, "tries": tries + 1})
    return len(rows)
