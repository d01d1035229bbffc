"""Public posts by their words: asked for now and then, or as they happen."""

import json
import re
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2

from clarion.networks.base import Call, Message, NetworkError, Refused, TryLater
from clarion.networks.mastodon.limits import instance
from clarion.networks.mastodon.messages import message, words_of
from clarion.networks.mastodon.server import Json, Server, judged, moment

# The server shows that it is alive every 15 seconds.
PATIENCE = httpx2.Timeout(30, connect=5, read=90, pool=60)
AGAIN = timedelta(seconds=10)


class Listening:
    async def search(self, call: Call, words: str, since: datetime) -> Sequence[Message]:
        """Full text where the server indexes it, and always the timelines of the hashtags."""
        server = Server.of(call)
        found = await _indexed(server, words, since)
        for tag in _tags(words.split()):
            path = f"/api/v1/timelines/tag/{tag}"
            async for status in server.newest(path, since, limit=40):
                if _has_all(status, words.split()):
                    found[str(status["id"])] = status
        messages = [message(call, status) for status in found.values()]
        return sorted(messages, key=lambda one: one.at)


class Streaming:
    async def stream(self, call: Call, words: Sequence[str]) -> AsyncGenerator[Message]:
        """Raises TryLater when the stream is cut, Refused where it is not for us."""
        server = Server.of(call)
        path, params = _channel(words)
        url = f"{await _host(server)}{path}"
        # Closed with the listener, or the line stays open until somebody tidies up.
        async with aclosing(_updates(server, url, params)) as updates:
            async for status in updates:
                if not status.get("reblog") and _has_any(status, words):
                    yield message(call, status)


# --- searching ----------------------------------------------------------------------------


async def _indexed(server: Server, words: str, since: datetime) -> dict[str, Json]:
    try:
        answer = await server.get("/api/v2/search", q=words, type="statuses", limit=40)
    except Refused:  # no search here, or not for us: the hashtags remain
        return {}
    statuses = answer.get("statuses") or ()
    return {str(one["id"]): one for one in statuses if moment(one["created_at"]) >= since}


def _tags(words: Collection[str]) -> Sequence[str]:
    return [word[1:] for word in words if re.fullmatch(r"#\w+", word)]


def _has_all(status: Json, words: Sequence[str]) -> bool:
    return all(_has_any(status, [word]) for word in words)


def _has_any(status: Json, words: Sequence[str]) -> bool:
    """Whole words only, in any case; a hashtag counts wherever the server found one."""
    text = words_of(status).casefold()
    tags = {f"#{tag['name']}".casefold() for tag in status.get("tags") or ()}
    return any(_is_in(word.casefold(), text) or word.casefold() in tags for word in words)


def _is_in(word: str, text: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))


# --- streaming ----------------------------------------------------------------------------


def _channel(words: Sequence[str]) -> tuple[str, Mapping[str, str]]:
    """One hashtag has a stream of its own; anything else is picked out of all public posts."""
    tags = _tags(words)
    if len(words) == 1 and tags:
        return "/api/v1/streaming/hashtag", {"tag": tags[0]}
    return "/api/v1/streaming/public", {}


async def _host(server: Server) -> str:
    """The streams may live on a machine of their own."""
    said = await instance(server)
    urls = (said.get("configuration") or {}).get("urls") or said.get("urls") or {}
    parts = urlsplit(str(urls.get("streaming") or urls.get("streaming_api") or ""))
    if parts.scheme not in ("ws", "wss", "http", "https") or not parts.netloc:
        return server.base
    secure = parts.scheme in ("wss", "https") or server.base.startswith("https")
    return f"{'https' if secure else 'http'}://{parts.netloc}"


async def _updates(
    server: Server, url: str, params: Mapping[str, str]
) -> AsyncGenerator[Mapping[str, Any], None]:
    try:
        async with server.http.stream(
            "GET", url, params=params, headers=server.headers(), timeout=PATIENCE
        ) as response:
            if response.status_code >= 300:
                await response.aread()
            judged(response, writes=False)
            async for event in httpx2.EventSource(response):
                if event.event == "update":
                    yield json.loads(event.data)
    except NetworkError:
        raise
    except httpx2.SSEError as error:
        raise Refused("This server does not stream in a way we can read.") from error
    except (httpx2.TransportError, ValueError) as error:
        raise TryLater("The stream was cut.", datetime.now(UTC) + AGAIN) from error
    raise TryLater("The stream was cut.", datetime.now(UTC) + AGAIN)
