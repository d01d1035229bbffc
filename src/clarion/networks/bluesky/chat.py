"""Private messages, through the chat service that the account's own server passes them to.

They have no key of ours, so exactly once is kept by reading the conversation back.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from clarion.networks.base import Call, Draft, Live, Message, Problem, Refused
from clarion.networks.bluesky.xrpc import JSON, Declined, may_chat, query, write
from clarion.networks.limits import limits
from clarion.text import counting

_SERVICE = "did:web:api.bsky.chat#bsky_chat"
_PAGES = 10


def check(draft: Draft) -> Sequence[Problem]:
    problems = []
    if not draft.text.strip():
        problems.append(Problem("There is nothing to say yet. Write something."))
    most = limits("bluesky", "message")["text"]
    if counting.RULES[most.counting](_wording(draft)) > most.number:
        problems.append(
            Problem(f"A private message takes {most.number} characters. Shorten it.")
        )
    if draft.media:
        problems.append(
            Problem("Private messages on Bluesky take no pictures. Leave them out.", "media")
        )
    return problems


async def send(call: Call, draft: Draft) -> Live:
    _must_be_allowed(call)
    body = {"convoId": draft.direct, "message": {"text": _wording(draft)}}
    sent = await write(call, "chat.bsky.convo.sendMessage", body, proxy=_SERVICE)
    return Live(_remote_id(draft.direct, sent))


async def find(
    call: Call, draft: Draft, since: datetime, known: Collection[str]
) -> Live | None:
    _must_be_allowed(call)
    for message in await _messages(call, draft.direct, since):
        remote_id = _remote_id(draft.direct, message)
        ours = message["sender"]["did"] == call.grant["did"]
        if ours and message["text"] == _wording(draft) and remote_id not in known:
            return Live(remote_id)
    return None


async def inbox(call: Call, since: datetime) -> list[Message]:
    """What others wrote; nothing where the app password or the server knows no chat."""
    if not may_chat(call):
        return []
    try:
        conversations = await _conversations(call, since)
    except Declined:
        return []
    return [
        _message(conversation, message)
        for conversation in conversations
        for message in await _messages(call, conversation["id"], since)
        if message["sender"]["did"] != call.grant["did"]
    ]


async def _conversations(call: Call, since: datetime) -> list[JSON]:
    """Those in which something happened after `since`; the newest come first."""
    found: list[JSON] = []
    cursor: dict[str, Any] = {}
    for _ in range(_PAGES):
        page = await query(
            call, "chat.bsky.convo.listConvos", proxy=_SERVICE, limit=100, **cursor
        )
        fresh = [c for c in page["convos"] if _last(c) and _at(_last(c)) > since]
        found += fresh
        if not fresh or not page.get("cursor"):
            break
        cursor = {"cursor": page["cursor"]}
    return found


async def _messages(call: Call, conversation: str, since: datetime) -> list[JSON]:
    found: list[JSON] = []
    asked: dict[str, Any] = {"convoId": conversation, "limit": 100}
    for _ in range(_PAGES):
        page = await query(call, "chat.bsky.convo.getMessages", proxy=_SERVICE, **asked)
        fresh = [m for m in page["messages"] if _at(m) > since]
        found += [m for m in fresh if "text" in m and "sender" in m]  # not the deleted ones
        if not fresh or not page.get("cursor"):
            break
        asked["cursor"] = page["cursor"]
    return found


def _message(conversation: JSON, message: JSON) -> Message:
    members = {m["did"]: m for m in conversation.get("members", [])}
    author = members.get(message["sender"]["did"], {})
    return Message(
        remote_id=_remote_id(conversation["id"], message),
        kind="direct",
        author=author.get("handle") or message["sender"]["did"],
        author_name=author.get("displayName", ""),
        text=message["text"],
        at=_at(message),
        thread=conversation["id"],
    )


def _remote_id(conversation: str, message: JSON) -> str:
    return f"chat/{conversation}/{message['id']}"


def _last(conversation: JSON) -> JSON:
    last: JSON = conversation.get("lastMessage") or {}
    return last if "sentAt" in last else {}


def _at(message: JSON) -> datetime:
    return datetime.fromisoformat(message["sentAt"])


def _wording(draft: Draft) -> str:
    return f"{draft.text} {draft.link}".strip() if draft.link else draft.text


def _must_be_allowed(call: Call) -> None:
    if not may_chat(call):
        raise Refused(
            "This account's app password does not allow private messages. Make one that does, "
            "and connect the account again."
        )
