"""A click costs one look-up and one line in a file; the database hears of it a moment later.

The spool is append-only: what was acknowledged is in the file, so a process that is killed
loses nothing, and the next one takes the rest over.
"""

import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from clarion.interfaces.hot import spool
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
        await _collect(receive, send)
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
    address = (scope.get("client") or ("",))[0]
    said = f"{_salt()}|{address}|{agent}"
    robot = not agent or any(word in agent for word in ROBOTS)
    return {
        "visitor": hashlib.sha256(said.encode()).hexdigest()[:32],
        "robot": robot or scope["method"] == "HEAD",
        "at": datetime.now(UTC).isoformat(),
    }


_salts: dict[str, str] = {}


def _salt() -> str:
    """New every day and never stored: yesterday's hashes cannot be made again."""
    today = datetime.now(UTC).date().isoformat()
    if today not in _salts:
        _salts.clear()
        _salts[today] = secrets.token_hex(16)
    return _salts[today]


async def _collect(receive: Receive, send: Send) -> None:
    body = await _body(receive)
    if body is None:
        await _say(send, 413, b"A report has at most 4,096 bytes.")
        return
    try:
        report = _report(json.loads(body))
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ):
        await _say(
            send,
            400,
            b'Send JSON like {"click": "...", "kind": "purchase", "value": "12.50", '
            b'"currency": "EUR", "ref": "order-17"}. click and ref are required.',
        )
        return
    spool.append("conversion", report)
    await _say(send, 202, b"")


def _report(said: Any) -> dict[str, Any]:
    """What a shop says, checked. Raises ValueError and its kin."""
    click, ref = str(said["click"]), str(said["ref"])
    kind, currency = str(said.get("kind", "purchase")), str(said.get("currency", "")).upper()
    value = Decimal(str(said.get("value", "0")))
    fine = (
        len(click) == 32
        and click.isascii()
        and 0 < len(ref) <= 100
        and 0 < len(kind) <= 30
        and (
            currency == "" or (len(currency) == 3 and currency.isascii() and currency.isalpha())
        )
        and value.is_finite()
        and 0 <= value < Decimal("9999999999")
    )
    if not fine or "\x00" in click + ref + kind:
        raise ValueError
    (ref + kind).encode()  # half an emoji: the database would not take it
    return {
        "click": click,
        "ref": ref,
        "what": kind,
        "currency": currency,
        "value": str(value.quantize(Decimal("0.01"))),
        "at": datetime.now(UTC).isoformat(),
    }


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
