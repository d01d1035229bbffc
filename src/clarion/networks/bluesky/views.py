"""A post as the network shows it, turned into a message of ours."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from clarion.networks.base import Call, Message
from clarion.networks.bluesky.records import plain, web
from clarion.networks.bluesky.xrpc import JSON, query

_POSTS = 25  # uris per call of app.bsky.feed.getPosts


async def posts(call: Call, uris: Sequence[str]) -> list[JSON]:
    """Those of them that exist, in no certain order."""
    pages = await asyncio.gather(
        *(
            query(call, "app.bsky.feed.getPosts", uris=list(uris[first : first + _POSTS]))
            for first in range(0, len(uris), _POSTS)
        )
    )
    return [post for page in pages for post in page["posts"]]


def message(view: JSON, kind: str, on: str = "") -> Message:
    """`view` is a postView or a notification: both carry author, record and indexedAt."""
    record: dict[str, Any] = view["record"]
    reply = record.get("reply", {})
    return Message(
        remote_id=view["uri"],
        kind=kind,
        author=view["author"]["handle"],
        author_name=view["author"].get("displayName", ""),
        text=plain(record),
        at=seen_at(view),
        on=on or reply.get("parent", {}).get("uri", ""),
        thread=reply.get("root", {}).get("uri", "") or view["uri"],
        url=web(view["uri"]),
        language=next(iter(record.get("langs") or []), ""),
    )


def seen_at(view: JSON) -> datetime:
    """When the network saw it. What the author claims may lie in another century."""
    return datetime.fromisoformat(view["indexedAt"])
