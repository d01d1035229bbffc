"""Posts: what is accepted, when it is live, what others may see of it."""

import json
import re
import sqlite3
from collections.abc import Mapping
from typing import Any

from clarion.networks.limits import allowed
from clarion.networks.playground.check import IMAGES, VIDEOS
from clarion.networks.playground.clock import iso, now
from clarion.networks.playground.place import Place, Who
from clarion.networks.playground.web import Answer, Request, Sorry, say
from clarion.text.counting import RULES, hashtags, mentions

PAGE = 100

# A post of an account, or something a simulated person said: see messages.py.
THING = re.compile(r"p(\d{1,15})(-[ct]\d*)?|[smdtn][\w.-]{1,80}")

Row = sqlite3.Row


def number(remote_id: str) -> int:
    """The row id behind "p12"; 0 for anything else, which no post has."""
    digits = remote_id[1:]
    good = remote_id.startswith("p") and digits.isascii() and digits.isdigit()
    return int(digits) if good and len(digits) < 16 else 0


async def publish(place: Place, who: Who, request: Request) -> Answer:
    said = await request.data()
    draft = columns(place, who, said)
    place.take_turn(who)
    at = now()
    post_id = await place.store.insert(
        "post",
        account=who.id,
        created_at=at,
        ready_at=_ready_at(place, who, draft, at),
        # Only the control room reads this: to the outside, a repeated post is a second post.
        ref=request.header("x-client-ref")[:200],
        **draft,
    )
    row = place.store.row("select * from post where id = ?", post_id)
    return _taken(place, who, row) if row else say({"id": f"p{post_id}"}, 201)


def _ready_at(place: Place, who: Who, draft: Mapping[str, Any], at: int) -> int:
    film = any(m["mime"] in VIDEOS for m in json.loads(draft["media"]))
    if film or place.switchboard.draw(["processing"], who.handle, "writes"):
        return at + int(place.settings.processing_seconds * 1_000_000)
    return at


def _taken(place: Place, who: Who, row: Row) -> Answer:
    if row["ready_at"] <= now():
        return say(show(place, row, who.handle), 201)
    again = max(0.2, place.settings.processing_seconds / 3)
    ticket = {"ticket": f"p{row['id']}", "state": "processing", "again": again}
    return say(ticket, 202)


async def ticket(place: Place, who: Who, request: Request) -> Answer:
    """How a post in processing is doing: 202 still, 201 live."""
    return _taken(place, who, own(place, who, request.parts["id"]))


async def recent(place: Place, who: Who, request: Request) -> Answer:
    """The account's own posts, newest first, with those in processing. `cursor` goes on."""
    before = number(request.one("cursor")) or 1 << 60
    rows = place.store.rows(
        "select * from post where account = ? and id < ? and deleted_at is null "
        "order by id desc limit ?",
        who.id,
        before,
        PAGE,
    )
    cursor = f"p{rows[-1]['id']}" if len(rows) == PAGE else ""
    return say({"posts": [show(place, row, who.handle) for row in rows], "cursor": cursor})


async def one(place: Place, who: Who, request: Request) -> Answer:
    return say(show(place, own(place, who, request.parts["id"]), who.handle))


async def change(place: Place, who: Who, request: Request) -> Answer:
    """Other words for what stands there; pictures and link stay."""
    row = own(place, who, request.parts["id"])
    text = _words(await request.data(), "text")
    _fits(text)
    if not text.strip() and row["media"] == "[]":
        raise Sorry(422, "There is nothing in this post. Write something.")
    await place.store.write("update post set text = ? where id = ?", text, row["id"])
    return say(show(place, own(place, who, request.parts["id"]), who.handle))


async def remove(place: Place, who: Who, request: Request) -> Answer:
    sql = "update post set deleted_at = ? where id = ? and account = ? and deleted_at is null"
    await place.store.write(sql, now(), number(request.parts["id"]), who.id)
    return Answer(status=204)


def own(place: Place, who: Who, remote_id: str) -> Row:
    sql = "select * from post where id = ? and account = ? and deleted_at is null"
    if row := place.store.row(sql, number(remote_id), who.id):
        return row
    raise Sorry(404, "There is no such post of yours.")


def show(place: Place, row: Row, handle: str) -> dict[str, Any]:
    """A post as its owner sees it."""
    return {
        "id": f"p{row['id']}",
        "url": address(place, row["id"]),
        "account": handle,
        "text": row["text"],
        "link": row["link"],
        "reply_to": row["reply_to"],
        "root": row["root"],
        "quote": row["quote"],
        "direct": row["direct"],
        "languages": row["language"].split(",") if row["language"] else [],
        "sensitive": bool(row["sensitive"]),
        "media": json.loads(row["media"]),
        "created_at": iso(row["created_at"]),
        "state": "live" if row["ready_at"] <= now() else "processing",
    }


def address(place: Place, post_id: int) -> str:
    return f"http://{place.own_host}/p/{post_id}"


# --- what is accepted ---------------------------------------------------------------------


def columns(place: Place, who: Who, said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a new post. Raises Sorry (422) about the first thing that is wrong."""
    text = _words(said, "text")
    media = _media(place, who, said.get("media") or [])
    _fits(text)
    if not text.strip() and not media:
        raise Sorry(422, "There is nothing in this post. Write something or add a picture.")
    reply_to, quote, direct = (_target(place, said, k) for k in ("reply_to", "quote", "direct"))
    return {
        "text": text,
        "link": _link(_words(said, "link")),
        "reply_to": reply_to,
        "root": _words(said, "root")[:80],
        "quote": quote,
        "direct": direct,
        "language": _languages(said.get("languages") or []),
        "sensitive": int(bool(said.get("sensitive"))),
        "media": json.dumps(media),
    }


def _fits(text: str) -> None:
    limits = allowed("playground")
    for count, most, what in (
        (RULES[limits.counting](text), limits.text, "characters"),
        (len(hashtags(text)), limits.hashtags or 0, "hashtags"),
        (len(mentions(text)), limits.mentions or 0, "mentions"),
    ):
        if count > most:
            raise Sorry(422, f"The text has {count} {what}; {most} are allowed.")


def _words(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key) or ""
    if not isinstance(value, str):
        raise Sorry(422, f"{key} must be text.")
    return value


def _languages(said: Any) -> str:
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise Sorry(422, "languages must be a list of codes like en or pt-BR.")
    return ",".join(one for one in said if re.fullmatch(r"[A-Za-z0-9-]{2,35}", one))[:80]


def _link(link: str) -> str:
    if link and not link.startswith(("http://", "https://")):
        raise Sorry(422, "A link starts with http:// or https://.")
    if len(link) > 2000:
        raise Sorry(422, "The link is longer than 2,000 characters.")
    return link


def _target(place: Place, said: Mapping[str, Any], key: str) -> str:
    target = _words(said, key)
    if not target:
        return ""
    shape = THING.fullmatch(target)
    if shape is None:
        raise Sorry(422, f"{key} is not the id of anything here.")
    if shape[1]:
        sql = "select 1 from post where id = ? and deleted_at is null"
        if not place.store.row(sql, int(shape[1])):
            raise Sorry(422, f"What {key} points to is gone.")
    return target


# --- pictures and films -------------------------------------------------------------------


async def upload(place: Place, who: Who, request: Request) -> Answer:
    mime = request.header("content-type").split(";")[0]
    film = mime in VIDEOS
    if not film and mime not in IMAGES:
        raise Sorry(415, "Only JPEG, PNG, WebP, GIF, MP4 and WebM can be shown here.")
    alt, limits = request.one("alt"), allowed("playground")
    if len(alt) > (limits.alt or 0):
        raise Sorry(422, f"The alternative text is longer than {limits.alt:,} characters.")
    body = await request.body((limits.video_bytes if film else limits.image_bytes) or 0)
    if not body:
        raise Sorry(422, "The file is empty.")
    values = {"account": who.id, "mime": mime, "alt": alt, "body": body}
    media_id = await place.store.insert("media", **values)
    return say({"id": str(media_id), "state": "processing" if film else "ready"}, 201)


def _media(place: Place, who: Who, ids: Any) -> list[dict[str, Any]]:
    if not isinstance(ids, list) or not all(str(i).isdigit() and len(str(i)) < 16 for i in ids):
        raise Sorry(422, "media must be a list of ids from an upload.")
    if len(ids) > (most := allowed("playground").media):
        raise Sorry(422, f"At most {most} pictures fit into a post.")
    found = [_medium(place, who, int(i)) for i in ids]
    if len(found) > 1 and any(m["mime"] in VIDEOS for m in found):
        raise Sorry(422, "A film stands alone: take the other pictures out.")
    return found


def _medium(place: Place, who: Who, media_id: int) -> dict[str, Any]:
    sql = "select id, mime, alt from media where id = ? and account = ?"
    if row := place.store.row(sql, media_id, who.id):
        return {"id": row["id"], "mime": row["mime"], "alt": row["alt"]}
    raise Sorry(422, "A picture of this post was never uploaded. Upload it again.")
