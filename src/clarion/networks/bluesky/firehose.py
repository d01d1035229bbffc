"""Every public post as it happens: com.atproto.sync.subscribeRepos of a relay.

The vendor's library opens its own socket, past the guard on private addresses, and takes three
seconds to import; the frames themselves are a few lines. https://atproto.com/specs/event-stream
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import httpx2
from httpx2.websockets import HTTPXWSException

from clarion.networks.base import Call, Message, NetworkError, Refused, TryLater
from clarion.networks.bluesky.records import POST, at_uri, plain, web
from clarion.networks.bluesky.xrpc import JSON, query

_FRAME_BYTES = 5_000_000  # the protocol's own cap
_WAITS = (1, 2, 4, 8, 16, 30)  # seconds between tries
_KNOWN = 10_000  # handles remembered


class Firehose:
    async def stream(self, call: Call, words: Sequence[str]) -> AsyncGenerator[Message]:
        """Starts now, and goes on where it was when the line breaks. TryLater when the relay
        stays away for a minute."""
        # The line lives in a task of its own: a caller may drop this iterator anywhere.
        heard: asyncio.Queue[JSON | NetworkError] = asyncio.Queue(maxsize=1000)
        ear = asyncio.create_task(_listen(call, _filter(words), heard))
        names = _Names(call)
        try:
            while True:
                post = await heard.get()
                if isinstance(post, NetworkError):
                    raise post
                yield await _message(names, post)
        finally:
            ear.cancel()
            await asyncio.gather(ear, return_exceptions=True)


def _filter(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in words), re.IGNORECASE)


async def _listen(
    call: Call, wanted: re.Pattern[str], heard: asyncio.Queue[JSON | NetworkError]
) -> None:
    cursor, broken = 0, 0
    while broken < len(_WAITS):
        try:
            async with aclosing(_frames(call, cursor)) as frames:
                async for sequence, posts in frames:
                    cursor, broken = sequence, 0
                    await _pass_on(posts, wanted, heard)
        except NetworkError as error:
            await heard.put(error)
            return
        except (HTTPXWSException, httpx2.HTTPError, OSError):
            await asyncio.sleep(_WAITS[broken])
            broken += 1
            cursor = cursor if broken < 3 else 0  # it may ask for more than the relay keeps
    await heard.put(TryLater("The stream of posts cannot be reached."))


async def _pass_on(
    posts: Iterable[JSON], wanted: re.Pattern[str], heard: asyncio.Queue[JSON | NetworkError]
) -> None:
    for post in posts:
        if wanted.search(post["text"]):
            await heard.put(post)


async def _frames(call: Call, cursor: int) -> AsyncGenerator[tuple[int, list[JSON]]]:
    relay = call.grant["relay"].replace("http", "ws", 1)
    url = f"{relay}/xrpc/com.atproto.sync.subscribeRepos"
    params = {"cursor": str(cursor)} if cursor else {}
    async with call.http.websocket(
        url, params=params, max_message_size_bytes=_FRAME_BYTES
    ) as socket:
        while True:
            sequence, posts = decode(await socket.receive_bytes())
            if sequence:
                yield sequence, posts


def decode(frame: bytes) -> tuple[int, list[JSON]]:
    """The frame's number and the new posts in it, with `did` and `uri` added to each record."""
    import libipld

    header, body = libipld.decode_dag_cbor_multi(frame)
    if header.get("t") != "#commit":
        return int(body.get("seq", 0)), []
    new = {
        op["path"]: op["cid"]
        for op in body["ops"]
        if op["action"] == "create" and op["path"].startswith(f"{POST}/") and op["cid"]
    }
    if not new:
        return body["seq"], []
    _, blocks = libipld.decode_car(body["blocks"])
    return body["seq"], [
        _post(body["repo"], path, blocks[cid]) for path, cid in new.items() if cid in blocks
    ]


def _post(did: str, path: str, record: dict[str, Any]) -> JSON:
    return {"text": "", **record, "did": did, "uri": at_uri(did, path.split("/")[1])}


async def _message(names: "_Names", post: JSON) -> Message:
    reply = post.get("reply") or {}
    return Message(
        remote_id=post["uri"],
        kind="post",
        author=await names.handle(post["did"]),
        text=plain(post),
        at=datetime.now(UTC),
        on=reply.get("parent", {}).get("uri", ""),
        thread=reply.get("root", {}).get("uri", "") or post["uri"],
        url=web(post["uri"]),
        language=next(iter(post.get("langs") or []), ""),
    )


class _Names:
    """The stream says only who by number; people want the handle."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._known: dict[str, str] = {}

    async def handle(self, did: str) -> str:
        if did not in self._known:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            self._known[did] = await self._asked(did)
        return self._known[did]

    async def _asked(self, did: str) -> str:
        try:
            profile = await query(self._call, "app.bsky.actor.getProfile", actor=did)
        except (TryLater, Refused):
            return did
        return str(profile["handle"])
