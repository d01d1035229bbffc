"""What people say to us: notifications, answers under our posts, and private messages.

A private conversation is named after the people in it ("@ann@a.example,@bob"): that is stable
on every server, and all that is needed to answer.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from clarion.networks.base import Call, Message, Refused
from clarion.networks.mastodon.measurement import fetched
from clarion.networks.mastodon.messages import message
from clarion.networks.mastodon.server import Json, Missing, Server, moment

# Named by what is left out, because some servers refuse to hear of types they do not know.
NOT_SAID = ("follow", "favourite", "reblog")
SAID = ("mention", "quote")


class Community:
    async def inbox(
        self, call: Call, since: datetime, ours: Sequence[str]
    ) -> Sequence[Message]:
        """Raises TryLater when a part could not be read, so that nothing is skipped."""
        server, tree = Server.of(call), _Tree()
        found = {str(one["id"]): one for one in await _private(server, since)}
        for status in await tree.grow(server, await _answered(server, ours)):
            if moment(status["created_at"]) >= since:
                found[str(status["id"])] = status
        told = await _notifications(server, since)
        found |= {str(status["id"]): status for status, _ in told}
        quotes = {str(status["id"]) for status, kind in told if kind == "quote"}
        theirs = [one for one in found.values() if one["account"]["id"] != call.grant["id"]]
        await tree.grow(server, [str(one["id"]) for one in theirs if tree.lacks(one)])
        messages = [_message(call, tree, one, quotes) for one in theirs]
        return sorted(messages, key=lambda one: one.at)


class _Tree:
    """Who answered what, as far as it has been read."""

    def __init__(self) -> None:
        self.statuses: dict[str, Json] = {}

    async def grow(self, server: Server, ids: Iterable[str]) -> Sequence[Json]:
        """What was said below these posts. What is above them is remembered too."""
        below: list[Json] = []
        for one in ids:
            try:
                context = await server.get(f"/api/v1/statuses/{one}/context")
            except Missing:  # taken down in the meantime
                continue
            for status in [*context["ancestors"], *context["descendants"]]:
                self.statuses[str(status["id"])] = status
            below += context["descendants"]
        return below

    def lacks(self, status: Json) -> bool:
        above = status.get("in_reply_to_id")
        return bool(above) and above not in self.statuses and not _is_private(status)

    def above(self, status: Json) -> Sequence[Json]:
        """What it answers, what that answers, and so on, as far as known."""
        line: list[Json] = []
        parent = self.statuses.get(status.get("in_reply_to_id") or "")
        while parent and parent not in line:
            line.append(parent)
            parent = self.statuses.get(parent.get("in_reply_to_id") or "")
        return line


def _message(call: Call, tree: _Tree, status: Json, quotes: set[str]) -> Message:
    if _is_private(status):
        return message(call, status, "direct", thread=_people(call, status))
    above = tree.above(status)
    root = above[-1] if above else status
    on = next((str(one["id"]) for one in above if one["account"]["id"] == call.grant["id"]), "")
    kind = "comment" if on else "mention"
    if str(status["id"]) in quotes:
        kind, on = "quote", _quoted(status)
    thread = root.get("in_reply_to_id") or root["id"]
    return message(call, status, kind, on=on, thread=str(thread))


def _quoted(status: Json) -> str:
    quote = status.get("quote") or {}
    inner = quote.get("quoted_status") or {}
    return str(inner.get("id") or quote.get("quoted_status_id") or "")


def _is_private(status: Json) -> bool:
    return status.get("visibility") == "direct"


def _people(call: Call, status: Json) -> str:
    everyone = [status["account"], *(status.get("mentions") or ())]
    return ",".join(
        sorted({f"@{one['acct']}" for one in everyone if one["id"] != call.grant["id"]})
    )


async def _notifications(server: Server, since: datetime) -> Sequence[tuple[Json, str]]:
    leave_out: dict[str, Any] = {"exclude_types[]": list(NOT_SAID)}
    pages = server.newest("/api/v1/notifications", since, limit=80, **leave_out)
    return [
        (note["status"], note["type"])
        async for note in pages
        if note["type"] in SAID and note.get("status")
    ]


async def _private(server: Server, since: datetime) -> Sequence[Json]:
    """The last private message of each conversation: a server may filter its notification."""
    try:
        conversations = await server.get("/api/v1/conversations", limit=40)
    except Refused:  # not every server has them
        return []
    lasts = [one["last_status"] for one in conversations if one.get("last_status")]
    return [last for last in lasts if moment(last["created_at"]) >= since]


async def _answered(server: Server, ours: Sequence[str]) -> Sequence[str]:
    """Those of our posts that have answers: one request for twenty, and most have none."""
    statuses = await fetched(server, ours)
    return [one for one, status in statuses.items() if status.get("replies_count", 1)]
