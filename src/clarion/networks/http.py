"""The one line to the outside: guarded against private addresses, judged as the four errors."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from clarion.networks.base import Reconnect, Refused, TryLater, Unsure
from clarion.networks.transport import PerServer

TIMEOUT = httpx2.Timeout(30, connect=5, pool=60)
ANSWER_MOST = 16 * 2**20  # bytes of one answer, unpacked; a server must not fill our memory
_OF_THE_WIRE = ("content-encoding", "content-length", "transfer-encoding")


def client(
    *, allow: Collection[str] = (), timeout: httpx2.Timeout = TIMEOUT, connections: int = 60
) -> httpx2.AsyncClient:
    """A client that only speaks to the public internet and to the `host:port` in `allow`.

    `connections` is the most for one server. Building a client costs about 0.2 s
    (certificates): share it for the life of the event loop.
    """
    return httpx2.AsyncClient(
        transport=PerServer(frozenset(allow), connections),
        timeout=timeout,
        trust_env=False,
        headers={"User-Agent": "Clarion (self-hosted)"},
    )


async def ask(
    http: httpx2.AsyncClient, method: str, url: str, *, writes: bool, **kwargs: Any
) -> httpx2.Response:
    """One request. `writes` says whether a lost answer leaves us unsure.

    Raises TryLater, Refused, Reconnect or Unsure, named after what the caller must do next.
    """
    response = await ask_raw(http, method, url, writes=writes, **kwargs)
    return judge(response, writes=writes)


async def ask_raw(
    http: httpx2.AsyncClient, method: str, url: str, *, writes: bool, **kwargs: Any
) -> httpx2.Response:
    """Like `ask`, but any answer is an answer: the adapter reads the status itself."""
    try:
        return await _whole(http, method, url, **kwargs)
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
        raise TryLater(f"{_host(url)} could not be reached.") from error
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
        raise Refused("That is not a web address a network could have.") from error
    except httpx2.TransportError as error:
        if writes:
            raise Unsure("The network did not answer.") from error
        raise TryLater("The network did not answer.") from error


async def _whole(
    http: httpx2.AsyncClient, method: str, url: str, **kwargs: Any
) -> httpx2.Response:
    """The answer with its body. One without end counts as none."""
    body = bytearray()
    async with http.stream(method, url, **kwargs) as response:
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > ANSWER_MOST:
                raise httpx2.ReadError("The answer does not end.")
    kept = [(k, v) for k, v in response.headers.multi_items() if k not in _OF_THE_WIRE]
    return httpx2.Response(
        response.status_code, headers=kept, content=bytes(body), request=response.request
    )


def _host(url: str) -> str:
    """The machine a person would look for; the whole address stays out of what people read."""
    return httpx2.URL(url).host or "The network"


def judge(response: httpx2.Response, *, writes: bool) -> httpx2.Response:
    """The response if it is good, else the error that says what to do."""
    status = response.status_code
    if status < 400:
        return response
    if status == 429:
        raise TryLater("The network asked us to slow down.", retry_at(response))
    if status == 401:
        raise Reconnect("The network no longer accepts our key. Connect the account again.")
    if status < 500:
        raise Refused(f"The network said no (status {status}).")
    if writes:
        raise Unsure(f"The network failed while it was working on this (status {status}).")
    raise TryLater(
        f"The network has a problem (status {status}).", retry_at(response, wait=None)
    )


def retry_at(response: httpx2.Response, wait: int | None = 60) -> datetime | None:
    """When `Retry-After` (seconds or a date, RFC 9110 §10.2.3) allows the next request."""
    said = response.headers.get("Retry-After", "")
    now = datetime.now(UTC)
    if said.isdigit():
        return now + timedelta(seconds=min(int(said), 86_400))
    try:
        return max(now, parsedate_to_datetime(said).astimezone(UTC))
    except (ValueError, TypeError):
        return now + timedelta(seconds=wait) if wait else None
