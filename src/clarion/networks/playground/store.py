"""Everything that was accepted, in one SQLite file. Accepted means committed.

Writes go to one thread that commits what has gathered every few milliseconds, so that hundreds
of posts a second share a commit and a killed process still loses none that it said yes to.
"""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Work = Callable[[sqlite3.Connection], Any]
_Waiting = tuple[Work, "asyncio.Future[Any]"]
_Done = tuple["asyncio.Future[Any]", Any, Exception | None]

GATHER = 0.002  # seconds to wait for company before a commit

SCHEMA = """
create table if not exists account (
    id integer primary key autoincrement, handle text not null unique, name text not null,
    created_at integer not null, practises text not null default '');
create table if not exists token (token text primary key, account integer not null);
create table if not exists post (
    id integer primary key autoincrement, account integer not null, text text not null,
    link text not null, reply_to text not null, root text not null, quote text not null,
    direct text not null, language text not null, sensitive integer not null,
    media text not null, created_at integer not null, ready_at integer not null,
    deleted_at integer, ref text not null, surface text not null default 'feed',
    extra text not null default '{}');
create index if not exists post_by_account on post (account, id);
create index if not exists post_by_answered on post (reply_to);
create table if not exists container (
    id integer primary key autoincrement, account integer not null, said text not null,
    ref text not null, ready_at integer, ends_at integer not null, broken integer not null,
    post integer);
create table if not exists renewal (
    refresh text primary key, account integer not null, token text not null,
    expires_at integer not null, ends_at integer, used_at integer, successor text);
create table if not exists media (
    id integer primary key autoincrement, account integer not null, mime text not null,
    alt text not null, body blob not null);
create table if not exists said (
    id integer primary key autoincrement, kind text not null, author text not null,
    text text not null, at integer not null, account integer, target text not null,
    thread text not null, mood text not null, language text not null);
create index if not exists said_by_account on said (account, at);
create index if not exists said_by_target on said (target);
create table if not exists promotion (
    id integer primary key autoincrement, account integer not null, post integer not null,
    cents integer not null, currency text not null, until integer not null,
    started_at integer not null, stopped_at integer, key text not null,
    bid integer not null default 0, people integer not null default 0,
    unique (account, key));
create table if not exists visit (post integer primary key, done integer not null);
create table if not exists sale (
    id text primary key, clk text not null, cents integer not null, at integer not null,
    reported integer not null);
create table if not exists tick (real integer not null, sim integer not null,
    speed real not null);
create table if not exists fault (
    kind text not null, account text not null, calls text not null, probability real not null,
    left integer not null, seconds real not null, primary key (kind, account));
create table if not exists setting (key text primary key, value text not null);
"""
LATER = (  # table, column and kind that worlds made before do not have
    ("promotion", "bid", "integer not null default 0"),
    ("promotion", "people", "integer not null default 0"),
    ("account", "practises", "text not null default ''"),
    ("post", "surface", "text not null default 'feed'"),
    ("post", "extra", "text not null default '{}'"),
)
TABLES = (
    *("account", "token", "post", "media", "said", "promotion", "visit", "sale", "tick"),
    *("fault", "setting", "container", "renewal", "sqlite_sequence"),
)


class Store:
    """Reads happen where you are; writes are awaited until they are on disk."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._reader = self._open()
        self._reader.executescript(SCHEMA)
        self._grow()
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._run, name="store", daemon=True)
        self._writer.start()

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        return self._reader.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._reader.execute(sql, values).fetchone()
        return found

    async def insert(self, table: str, **values: Any) -> int:
        """The id of the new row, once it cannot be lost any more."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        # Table and column names come from this package's own code, never from a request.
        sql = f"insert into {table} ({names}) values ({marks})"  # noqa: S608
        row_id: int = await self.do(
            lambda db: db.execute(sql, tuple(values.values())).lastrowid
        )
        return row_id

    async def write(self, sql: str, *values: Any) -> int:
        """How many rows it changed."""
        changed: int = await self.do(lambda db: db.execute(sql, values).rowcount)
        return changed

    async def do(self, work: Work) -> Any:
        """What `work` returns, once its effect is committed; all of it or nothing."""
        future = asyncio.get_running_loop().create_future()
        self._queue.put((work, future))
        return await future

    async def clear(self) -> None:
        def everything(db: sqlite3.Connection) -> None:
            for table in TABLES:
                db.execute(f"delete from {table}")  # noqa: S608 - names from the tuple above

        await self.do(everything)

    def close(self) -> None:
        self._queue.put(None)
        self._writer.join()
        self._reader.close()

    def _grow(self) -> None:
        for table, name, kind in LATER:
            known = {row["name"] for row in self.rows(f"pragma table_info({table})")}
            if name not in known:
                self._reader.execute(f"alter table {table} add column {name} {kind}")

    def _open(self) -> sqlite3.Connection:
        # Autocommit: transactions are begun by hand, in the writer only.
        db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("pragma journal_mode = wal")
        # A killed process loses nothing in this mode; a power cut may lose the last moments.
        db.execute("pragma synchronous = normal")
        db.execute("pragma busy_timeout = 5000")
        return db

    def _run(self) -> None:
        db = self._open()
        while batch := self._gather():
            done = _commit(db, batch)
            loop = batch[0][1].get_loop()
            if not loop.is_closed():
                loop.call_soon_threadsafe(_tell, done)
        db.close()

    def _gather(self) -> list[_Waiting]:
        """Everything that waits now; empty when the store is closing."""
        first = self._queue.get()
        if first is None:
            return []
        if not self._queue.empty():
            time.sleep(GATHER)  # where there are two, there will be more
        batch = [first]
        while not self._queue.empty():
            following = self._queue.get()
            if following is None:
                self._queue.put(None)
                break
            batch.append(following)
        return batch


def _commit(db: sqlite3.Connection, batch: Sequence[_Waiting]) -> list[_Done]:
    db.execute("begin immediate")
    done = [(future, *_one(db, work)) for work, future in batch]
    try:
        db.execute("commit")
    except sqlite3.Error as error:
        db.execute("rollback")
        return [(future, None, error) for future, _, _ in done]
    return done


def _one(db: sqlite3.Connection, work: Work) -> tuple[Any, Exception | None]:
    db.execute("savepoint one")
    try:
        return work(db), None
    except (sqlite3.Error, ValueError, ArithmeticError) as error:  # what binding can raise
        db.execute("rollback to one")
        return None, error
    finally:
        db.execute("release one")


def _tell(done: Sequence[_Done]) -> None:
    for future, result, error in done:
        if future.done():  # the caller has gone away
            continue
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)
