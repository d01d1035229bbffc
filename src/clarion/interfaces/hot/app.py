"""A click costs one look-up and one line in a file; the database hears of it a moment later.

The spool is append-only: what was acknowledged is in the file, so a process that is killed
loses nothing, and the next one takes the rest over.
"""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from clarion.interfaces.hot import reports, spool
from clarion.kit.errors import Conflict, NotYet
from clarion.measurement.clicks import Target, find_target

SHORT_WAYS = ("/l/", "/collect")
BODY_MAX = 4096  # bytes of a report
ROBOTS = ("bot", "crawl", "spider", "preview", "facebookexternalhit", "slurp", "curl", "wget")
KNOWN_MOST = 20_000  # links kept in memory

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_known: dict[str, Target | None] = {}


async def hot(scope: Scope, receive: Receive, send: Send) -> None:
    spool.keep_emptying()
    if scope["path"].startswith("/l/") and scope["method"] in ("GET", "HEAD"):
        await _follow(scope, send)
    elif scope["path"] == "/collect" and scope["method"] == "POST":
        await _collect(scope, receive, send)
    elif scope["path"] == "/collect" and scope["method"] == "OPTIONS":
        await _say(send, 204, b"")
    else:
        await _say(send, 404, b"There is nothing here.")


async def _follow(scope: Scope, send: Send) -> None:
    code = scope["path"].removeprefix("/l/").rstrip("/")
    target = await _target(code)
    if target is None:
        await _say(send, 404, b"This link leads nowhere. It may have been mistyped.")
        return
    headers = dict(scope["headers"])
    ref = secrets.token_hex(16)
    spool.append("click", {"link": target.link_id, "ref": ref, **_who(scope, headers)})
    await _say(send, 302, b"", (b"location", landing(target, ref).encode()))


async def _target(code: str) -> Target | None:
    if code not in _known:
        found = await sync_to_async(_look_up)(code)
        if found is None:  # it may be made in a moment: only what exists is remembered
            return None
        if len(_known) >= KNOWN_MOST:
            _known.clear()
        _known[code] = found
    return _known[code]


def _look_up(code: str) -> Target | None:
    close_old_connections()
    return find_target(code)


def landing(target: Target, ref: str) -> str:
    """The target, with the campaign parameters it does not set itself and the click's ref."""
    parts = urlsplit(target.url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    have = {key for key, _ in query}
    query += [(k, v) for k, v in target.utm.items() if k not in have]
    query.append(("clk", ref))
    return urlunsplit(parts._replace(query=urlencode(query)))


def _who(scope: Scope, headers: dict[bytes, bytes]) -> dict[str, Any]:
    """Whether the same visitor came before today, and nothing that outlives the day."""
    agent = headers.get(b"user-agent", b"").decode("latin-1").lower()
    said = f"{_salt()}|{_address(scope)}|{agent}"
    robot = not agent or any(word in agent for word in ROBOTS)
    return {
        "visitor": hashlib.sha256(said.encode()).hexdigest()[:32],
        "robot": robot or scope["method"] == "HEAD",
        "at": datetime.now(UTC).isoformat(),
    }


def _address(scope: Scope) -> str:
    return str((scope.get("client") or ("",))[0])


_salts: dict[str, str] = {}


def _salt() -> str:
    """New every day and never stored: yesterday's hashes cannot be made again."""
    today = datetime.now(UTC).date().isoformat()
    if today not in _salts:
        _salts.clear()
        _salts[today] = secrets.token_hex(16)
    return _salts[today]


async def _collect(scope: Scope, receive: Receive, send: Send) -> None:
    if seconds := reports.wait(_address(scope)):
        why = f"At most {reports.PER_MINUTE} reports a minute. Wait {seconds} seconds."
        await _say(send, 429, why.encode(), (b"retry-after", str(seconds).encode()))
        return
    body = await _body(receive)
    if body is None:
        await _say(send, 413, b"A report has at most 4,096 bytes.")
        return
    try:
        spool.append("conversion", reports.read(body))
    except Conflict as why:
        await _say(send, 409, str(why).encode())
    except NotYet as why:
        await _say(send, 400, str(why).encode())
    else:
        await _say(send, 202, b"")


async def _body(receive: Receive) -> bytes | None:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_MAX:
            return None
    return body


async def _say(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    plain = (b"content-type", b"text/plain; charset=utf-8")
    anywhere = (b"access-control-allow-origin", b"*")
    allow = (b"access-control-allow-headers", b"content-type")
    safe = (b"x-content-type-options", b"nosniff")
    private = (b"cache-control", b"no-store")
    start = {"type": "http.response.start", "status": status}
    await send({**start, "headers": [plain, anywhere, allow, safe, private, *headers]})
    await send({"type": "http.response.body", "body": body})
