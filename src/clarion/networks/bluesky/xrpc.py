"""One call to the server: the key renews itself, and every answer is judged as four errors."""

import asyncio
import base64
import binascii
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

import httpx2

from clarion.networks.base import Call, Reconnect, Refused, TryLater
from clarion.networks.http import ask_raw, judge, retry_at

JSON = dict[str, Any]
_EARLY = timedelta(seconds=60)  # renew before the key runs out on the way
_STALE = {"ExpiredToken", "InvalidToken"}
_SHUT = {
    "AccountTakedown": "Bluesky has taken this account down.",
    "AccountSuspended": "Bluesky has suspended this account.",
    "AccountDeactivated": "This account is deactivated.",
    "RepoTakendown": "Bluesky has taken this account down.",
    "RepoDeactivated": "This account is deactivated.",
}
_SENTENCES = {
    "InvalidRequest": "Bluesky did not accept this: it breaks one of the network's rules.",
    "InvalidSwap": "Bluesky already holds something else in this post's place.",
    "BlobTooLarge": "The file is larger than the server takes.",
    "PayloadTooLarge": "The file is larger than the server takes.",
    "BlockedActor": "This account has blocked the other one, so the two cannot talk.",
    "BlockedByActor": "The other account has blocked this one.",
}

# Keys renewed in this process, by account. The stored grant is renewed by `connect.refresh`;
# this only keeps a call from failing when that comes late.
_young: dict[tuple[str, str, str], str] = {}
_locks: WeakKeyDictionary[asyncio.AbstractEventLoop, defaultdict[tuple[str, ...], asyncio.Lock]]
_locks = WeakKeyDictionary()


class Declined(Refused):
    """Refused, with the protocol's own name for the reason."""

    def __init__(self, name: str, status: int) -> None:
        super().__init__(_SENTENCES.get(name, f"Bluesky said no (status {status})."))
        self.name = name


async def query(call: Call, method: str, *, proxy: str = "", **params: Any) -> JSON:
    """Read something. Raises TryLater, Declined or Reconnect."""
    return await _ask(call, "GET", method, writes=False, proxy=proxy, params=params)


async def write(call: Call, method: str, body: JSON, *, proxy: str = "") -> JSON:
    """Change something whose lost answer matters: raises Unsure when it may have happened."""
    return await _ask(call, "POST", method, writes=True, proxy=proxy, json=body)


async def repeat(call: Call, method: str, **kwargs: Any) -> JSON:
    """Change something that may be done twice without harm: a lost answer is TryLater."""
    return await _ask(call, "POST", method, writes=False, **kwargs)


async def _ask(
    call: Call, verb: str, method: str, *, writes: bool, proxy: str = "", **kwargs: Any
) -> JSON:
    headers = {**kwargs.pop("headers", {}), **({"atproto-proxy": proxy} if proxy else {})}
    url = f"{call.grant.get('pds') or call.grant['service']}/xrpc/{method}"
    key = await _key(call)
    response = await ask_raw(
        call.http, verb, url, writes=writes, headers=headers | _bearer(key), **kwargs
    )
    if _stale(response):
        key = await _renew(call, key)
        response = await ask_raw(
            call.http, verb, url, writes=writes, headers=headers | _bearer(key), **kwargs
        )
    return answer(response, writes=writes)


def answer(response: httpx2.Response, *, writes: bool) -> JSON:
    """The JSON of a good response, else the error that says what to do next."""
    name = error_name(response)
    if name in _SHUT:
        raise Reconnect(f"{_SHUT[name]} Sort that out on the network, then connect it again.")
    if response.status_code == 429 or name == "RateLimitExceeded":
        raise TryLater("Bluesky asked this account to slow down.", _reset(response))
    if name and 400 <= response.status_code < 500 and response.status_code != 401:
        raise Declined(name, response.status_code)
    return body(judge(response, writes=writes))


def body(response: httpx2.Response) -> JSON:
    """The JSON object in it, or an empty one: not everything that answers speaks XRPC."""
    try:
        said = response.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def error_name(response: httpx2.Response) -> str:
    return str(body(response).get("error", "")) if response.status_code >= 400 else ""


def _reset(response: httpx2.Response) -> datetime | None:
    said = response.headers.get("ratelimit-reset", "")  # seconds since 1970
    if not said.isdigit():
        return retry_at(response)
    now = datetime.now(UTC).timestamp()
    return datetime.fromtimestamp(min(max(int(said), now), now + 86_400), UTC)


# --- keys ---------------------------------------------------------------------------------


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _stale(response: httpx2.Response) -> bool:
    return response.status_code == 401 or error_name(response) in _STALE


def _account(call: Call) -> tuple[str, str, str]:
    return call.grant["service"], call.grant["did"], call.grant["app_password"]


async def _key(call: Call) -> str:
    key = _young.get(_account(call)) or call.grant.get("access", "")
    until = expires_at(key)
    if not key or (until and until < datetime.now(UTC) + _EARLY):
        return await _renew(call, key)
    return key


async def _renew(call: Call, old: str) -> str:
    """A new key from the app password: the stored refresh token stays as it is, so that no
    other process loses it."""
    account = _account(call)
    locks = _locks.setdefault(asyncio.get_running_loop(), defaultdict(asyncio.Lock))
    async with locks[account]:
        known = _young.get(account)
        if known and known != old:
            return known
        opened = await open_session(
            call.http, call.grant["service"], call.grant["did"], call.grant["app_password"]
        )
        _young[account] = opened["accessJwt"]
        return _young[account]


async def open_session(
    http: httpx2.AsyncClient, service: str, identifier: str, password: str
) -> JSON:
    """createSession. Reconnect when the server does not know this name and password."""
    response = await ask_raw(
        http,
        "POST",
        f"{service}/xrpc/com.atproto.server.createSession",
        writes=False,
        json={"identifier": identifier, "password": password},
    )
    if response.status_code == 401 and error_name(response) not in _SHUT:
        raise Reconnect("Bluesky does not accept this app password. It may have been revoked.")
    opened = answer(response, writes=False)
    if not {"accessJwt", "refreshJwt", "did", "handle"} <= opened.keys():
        raise Refused("That address does not answer like a Bluesky server.")
    return opened


def claims(jwt: str) -> JSON:
    """What a token says of itself, unverified; empty when it is not a JWT."""
    try:
        middle = jwt.split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return {}
    return said if isinstance(said, dict) else {}


def expires_at(jwt: str) -> datetime | None:
    until = claims(jwt).get("exp")
    return datetime.fromtimestamp(until, UTC) if isinstance(until, int | float) else None


def may_chat(call: Call) -> bool:
    """Does the app password allow private messages?"""
    key = _young.get(_account(call)) or call.grant.get("access", "")
    return str(claims(key).get("scope", "")).endswith("appPassPrivileged")
