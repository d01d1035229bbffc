"""What the control room makes people say, and posts it puts into the past."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clarion.networks.playground import talk
from clarion.networks.playground.clock import from_datetime, now
from clarion.networks.playground.place import Place, Who
from clarion.networks.playground.web import Sorry

Said = Mapping[str, Any]


async def say(place: Place, said: Said) -> int:
    """The row id of what somebody now says. Raises Sorry about what makes no sense."""
    author = re.sub(r"[^\w.-]+", ".", _words(said, "author").lstrip("@"))[:40]
    text = _words(said, "text")
    if not author or not text:
        raise Sorry(422, "Say who says what: author and text.")
    kind, account, target, thread = _where(place, said, author)
    if kind == "mention" and f"@{target}" not in text.lower():
        text = f"@{target} {text}"
    return await place.store.insert(
        "said",
        kind=kind,
        author=author,
        text=text[:5000],
        at=_at(said),
        account=account,
        target=target,
        thread=thread,
        mood=_mood(said),
        language=_words(said, "language")[:8] or "en",
    )


def _where(place: Place, said: Said, author: str) -> tuple[str, int | None, str, str]:
    """Kind, whose inbox, about what, in which conversation."""
    if where := _words(said, "where"):  # as the page asks it
        target = _words(said, "target")
        said = {where: f"p{target}" if where == "on" and target.isdigit() else target}
    if on := _words(said, "on"):
        return "comment", _owner(place, on), on, on if "-" in on else ""
    if to := _words(said, "direct"):
        who = place.by_handle(to)
        return "direct", who.id, who.handle, f"d-{who.id}-{author}"
    if to := _words(said, "mention"):
        who = place.by_handle(to)
        return "mention", who.id, who.handle, ""
    return "post", None, "", ""


def _owner(place: Place, on: str) -> int:
    found = re.match(r"p(\d{1,15})", on)
    sql = "select account from post where id = ? and deleted_at is null"
    row = place.store.row(sql, int(found[1])) if found else None
    if row is None:
        raise Sorry(404, "There is no such post to comment on.")
    owner: int = row["account"]
    return owner


async def post(place: Place, said: Said) -> int:
    who, at = await _account(place, said), _at(said)
    return await place.store.insert(
        "post",
        account=who.id,
        text=_words(said, "text"),
        link=_words(said, "link"),
        reply_to="",
        root="",
        quote="",
        direct="",
        language=_words(said, "language") or "en",
        sensitive=0,
        media=json.dumps([]),
        created_at=at,
        ready_at=at,
        ref="",
    )


async def _account(place: Place, said: Said) -> Who:
    try:
        return place.by_handle(_words(said, "account"))
    except Sorry:
        return (await place.sign_up(_words(said, "account"), ""))[0]


def _at(said: Said) -> int:
    text = _words(said, "at")
    if not text:
        return now()
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Sorry(422, "at must be a time like 2026-01-31T12:00:00+00:00.") from error
    if at.tzinfo is None:
        raise Sorry(422, "at needs a time zone.")
    return min(from_datetime(at), now())


def _mood(said: Said) -> str:
    mood = _words(said, "mood") or "neutral"
    if mood not in talk.MOODS:
        raise Sorry(422, f"The mood is one of {', '.join(talk.MOODS)}.")
    return mood


def _words(said: Said, name: str) -> str:
    return str(said.get(name) or "").strip()
