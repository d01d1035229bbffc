"""What people said to us: notifications, the threads under our posts, private messages."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from clarion.networks.base import Call, Message
from clarion.networks.bluesky import chat, views
from clarion.networks.bluesky.xrpc import JSON, Declined, query

_KINDS = {"reply": "comment", "mention": "mention", "quote": "quote"}
_PAGES = 20
_DEPTH = 10  # answers to answers
_AT_ONCE = 5


class Community:
    async def inbox(
        self, call: Call, since: datetime, ours: Sequence[str]
    ) -> Sequence[Message]:
        found = [
            *await _notified(call, since),
            *await _answered(call, since, ours),
            *await chat.inbox(call, since),
        ]
        # A notification knows best why it came, so the first of two wins.
        unique = {message.remote_id: message for message in reversed(found)}
        return sorted(unique.values(), key=lambda message: message.at)


async def _notified(call: Call, since: datetime) -> list[Message]:
    found: list[Message] = []
    asked: dict[str, Any] = {"limit": 100, "reasons": list(_KINDS)}
    for _ in range(_PAGES):
        page = await query(call, "app.bsky.notification.listNotifications", **asked)
        fresh = [n for n in page["notifications"] if views.seen_at(n) > since]
        found += [
            views.message(n, _KINDS[n["reason"]], on=_subject(n))
            for n in fresh
            if n["reason"] in _KINDS
        ]
        if not fresh or not page.get("cursor"):
            break
        asked["cursor"] = page["cursor"]
    return found


def _subject(notification: JSON) -> str:
    return (
        str(notification.get("reasonSubject", "")) if notification["reason"] != "reply" else ""
    )


async def _answered(call: Call, since: datetime, ours: Sequence[str]) -> list[Message]:
    """Answers under our posts, by looking. The network sends no notification of an answer that
    it learned of before the post it answers."""
    talked = [p["uri"] for p in await views.posts(call, ours) if p.get("replyCount")]
    gate = asyncio.Semaphore(_AT_ONCE)
    threads = await asyncio.gather(*(_thread(call, uri, gate) for uri in talked))
    return [
        views.message(post, "comment")
        for thread in threads
        for post in thread
        if views.seen_at(post) > since and post["author"]["did"] != call.grant["did"]
    ]


async def _thread(call: Call, uri: str, gate: asyncio.Semaphore) -> list[JSON]:
    async with gate:
        try:
            page = await query(
                call, "app.bsky.feed.getPostThread", uri=uri, depth=_DEPTH, parentHeight=0
            )
        except Declined:  # taken down since we asked
            return []
    found, nodes = [], list(page["thread"].get("replies") or [])
    while nodes:
        node = nodes.pop()
        nodes += node.get("replies") or []
        if "post" in node:  # not one that is blocked or gone
            found.append(node["post"])
    return found
