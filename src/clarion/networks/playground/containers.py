"""Films take two steps, as on the large networks: a container first, then its publication.

Nobody sees a container. Publishing one twice makes one post; one that waits too long is gone.
"""

import json
import sqlite3
from typing import Any

from clarion.networks.playground import posts
from clarion.networks.playground.clock import now
from clarion.networks.playground.place import Place, Who
from clarion.networks.playground.web import Answer, Request, Sorry, say

SECOND = 1_000_000
LASTS = 24 * 3600 * SECOND  # microseconds until an unpublished container is gone
FAULTS = ("stuck", "broken", "expire")


async def create(place: Place, who: Who, request: Request) -> Answer:
    """Takes what a post takes. 202 with the id of the container."""
    said = await request.data()
    posts.columns(place, who, said)  # whoever would be refused is refused now
    at = now()
    fault = place.switchboard.draw(FAULTS, who.handle, "writes")
    kind = fault.kind if fault else ""
    ready = at + int(place.settings.processing_seconds * SECOND)
    container = await place.store.insert(
        "container",
        account=who.id,
        said=json.dumps(said),
        ref=request.header("x-client-ref")[:200],
        ready_at=None if kind == "stuck" else ready,
        ends_at=ready if kind == "expire" else at + LASTS,
        broken=int(kind == "broken"),
    )
    row = place.store.row("select * from container where id = ?", container)
    return _status(place, row, 202) if row else say({"container": f"c{container}"}, 202)


async def status(place: Place, who: Who, request: Request) -> Answer:
    return _status(place, _own(place, who, request.parts["id"]))


async def publish(place: Place, who: Who, request: Request) -> Answer:
    """The post it makes; the same one when it was published before."""
    row = _own(place, who, request.parts["id"])
    if row["post"] is None:
        if _state(row) != "finished":
            raise Sorry(409, "This container is not ready to be published.")
        place.take_turn(who)
        made = posts.columns(place, who, json.loads(row["said"]))
        await place.store.do(lambda db: _make(db, row, made))
        row = _own(place, who, request.parts["id"])
    return say(_post(place, row, who), 201)


def _make(db: sqlite3.Connection, row: sqlite3.Row, made: dict[str, Any]) -> None:
    """The post, once: who comes second finds the container published."""
    sql = "update container set post = 0 where id = ? and post is null"
    if db.execute(sql, (row["id"],)).rowcount:
        at = now()
        made |= {"account": row["account"], "created_at": at, "ready_at": at, "ref": row["ref"]}
        names, marks = ", ".join(made), ", ".join("?" * len(made))
        # Column names come from this package's own code, never from a request.
        sql = f"insert into post ({names}) values ({marks})"  # noqa: S608
        post = db.execute(sql, tuple(made.values())).lastrowid
        db.execute("update container set post = ? where id = ?", (post, row["id"]))


def _own(place: Place, who: Who, name: str) -> sqlite3.Row:
    digits = name[1:]
    good = name.startswith("c") and digits.isascii() and digits.isdigit() and len(digits) < 16
    sql = "select * from container where id = ? and account = ?"
    row = place.store.row(sql, int(digits), who.id) if good else None
    if row is None:
        raise Sorry(404, "There is no such container of yours.")
    if row["post"] is None and row["ends_at"] <= now():
        raise Sorry(410, "This container was not published in time and is gone.")
    return row


def _state(row: sqlite3.Row) -> str:
    if row["post"]:
        return "published"
    if row["ready_at"] is None or row["ready_at"] > now():
        return "in_progress"
    return "error" if row["broken"] else "finished"


def _status(place: Place, row: sqlite3.Row, status: int = 200) -> Answer:
    again = max(0.2, place.settings.processing_seconds / 3)
    said = {"container": f"c{row['id']}", "state": _state(row), "again": again}
    if row["post"]:
        said |= {"id": f"p{row['post']}", "url": posts.address(place, row["post"])}
    return say(said, status)


def _post(place: Place, row: sqlite3.Row, who: Who) -> dict[str, Any]:
    post = place.store.row("select * from post where id = ?", row["post"])
    if post is None:
        raise Sorry(404, "What this container became is gone.")
    return posts.show(place, post, who.handle)
