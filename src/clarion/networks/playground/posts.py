"""Posts: what is accepted, when it is live, what others may see of it."""

import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from clarion.networks.base import Draft, Media, Poll
from clarion.networks.check import USUAL
from clarion.networks.limits import allowed
from clarion.networks.playground.clock import iso, now
from clarion.networks.playground.network import network
from clarion.networks.playground.place import Place, Who
from clarion.networks.playground.practising import practising
from clarion.networks.playground.web import Answer, Request, Sorry, say

PAGE = 100
KEPT = 200_000_000  # bytes of one file, whatever the practised network takes

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
    film = any(m["mime"] in USUAL["video"] for m in json.loads(draft["media"]))
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
    media, extra = json.loads(row["media"]), json.loads(row["extra"])
    said = {key: row[key] for key in ("link", "reply_to", "direct", "surface")}
    asked = {"poll": _poll(extra.get("poll")), "options": extra.get("options", {})}
    _fits(who, Draft(text, media=[_piece(m) for m in media], **said, **asked))
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
        "surface": row["surface"],
        **json.loads(row["extra"]),
        "created_at": iso(row["created_at"]),
        "state": "live" if row["ready_at"] <= now() else "processing",
    }


def address(place: Place, post_id: int) -> str:
    return f"http://{place.own_host}/p/{post_id}"


# --- what is accepted ---------------------------------------------------------------------


def columns(place: Place, who: Who, said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a new post. Raises Sorry (422) about the first thing that is wrong."""
    media = _media(place, who, said.get("media") or [])
    reply_to, quote, direct = (_target(place, said, k) for k in ("reply_to", "quote", "direct"))
    draft = Draft(
        _words(said, "text"),
        media=[_piece(m) for m in media],
        link=_link(_words(said, "link")),
        reply_to=reply_to,
        quote=quote,
        direct=direct,
        poll=_poll(said.get("poll")),
        options=_options(said.get("options") or {}),
        surface=_words(said, "surface")[:20] or "feed",
    )
    _fits(who, draft)
    extra = {
        "poll": asdict(draft.poll) if draft.poll else None,
        "options": draft.options,
        **{key: bool(said.get(key)) for key in ("paid_partnership", "made_with_ai")},
    }
    return {
        "text": draft.text,
        "link": draft.link,
        "reply_to": reply_to,
        "root": _words(said, "root")[:80],
        "quote": quote,
        "direct": direct,
        "language": _languages(said.get("languages") or []),
        "sensitive": int(bool(said.get("sensitive"))),
        "media": json.dumps(media),
        "surface": draft.surface,
        "extra": json.dumps(extra),
    }


def _fits(who: Who, draft: Draft) -> None:
    here = practising(who.practises) if who.practises else network
    for wrong in here.publish.check(draft, here.limits_on(draft.surface)):
        if wrong.blocks:
            raise Sorry(422, wrong.text)


def _poll(said: Any) -> Poll | None:
    if not said:
        return None
    try:
        choices, hours = [str(choice) for choice in said["choices"]], int(said["hours"])
    except (TypeError, KeyError, ValueError) as error:
        raise Sorry(422, "A poll has choices, which are texts, and hours.") from error
    return Poll(choices[:100], hours)


def _options(said: Any) -> dict[str, str]:
    if not isinstance(said, dict):
        raise Sorry(422, "options must be names with texts.")
    return {str(key)[:40]: str(value)[:2000] for key, value in list(said.items())[:40]}


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
    kind = next((kind for kind, known in USUAL.items() if mime in known), "")
    if not kind:
        raise Sorry(415, "Only pictures, films and documents can be shown here.")
    alt, limits = request.one("alt"), allowed("playground")
    if not who.practises and len(alt) > (limits.alt or 0):
        raise Sorry(422, f"The alternative text is longer than {limits.alt:,} characters.")
    most = {"video": limits.video_bytes, "image": limits.image_bytes}.get(kind)
    body = await request.body(KEPT if who.practises else most or limits.file_bytes or 0)
    if not body:
        raise Sorry(422, "The file is empty.")
    values = {"account": who.id, "mime": mime, "alt": alt[:5000], "body": body}
    media_id = await place.store.insert("media", **values)
    state = "processing" if kind == "video" else "ready"
    return say({"id": str(media_id), "state": state}, 201)


def _media(place: Place, who: Who, ids: Any) -> list[dict[str, Any]]:
    if not isinstance(ids, list) or not all(str(i).isdigit() and len(str(i)) < 16 for i in ids):
        raise Sorry(422, "media must be a list of ids from an upload.")
    return [_medium(place, who, int(i)) for i in ids[:100]]


def _medium(place: Place, who: Who, media_id: int) -> dict[str, Any]:
    sql = "select id, mime, alt, body from media where id = ? and account = ?"
    if row := place.store.row(sql, media_id, who.id):
        body = row["body"]
        known = {"id": row["id"], "mime": row["mime"], "alt": row["alt"]}
        return {**known, "size": len(body), "sha256": sha256(body).hexdigest()}
    raise Sorry(422, "A picture of this post was never uploaded. Upload it again.")


def _piece(medium: Mapping[str, Any]) -> Media:
    kind = next(kind for kind, known in USUAL.items() if medium["mime"] in known)
    return Media(kind, medium["mime"], medium["size"], alt=medium["alt"])
