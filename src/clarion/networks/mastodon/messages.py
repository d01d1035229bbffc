"""A status as a message to a person."""

from clarion.networks.base import Call, Message
from clarion.networks.mastodon.plain import plain
from clarion.networks.mastodon.server import Json, moment


def message(
    call: Call, status: Json, kind: str = "post", *, on: str = "", thread: str = ""
) -> Message:
    author = status["account"]
    return Message(
        remote_id=str(status["id"]),
        kind=kind,
        author=full_handle(call, author["acct"]),
        text=words_of(status),
        at=moment(status["created_at"]),
        on=on,
        thread=thread,
        author_name=author.get("display_name") or "",
        url=status.get("url") or status.get("uri") or "",
        language=status.get("language") or "",
    )


def words_of(status: Json) -> str:
    """The text, with the content warning above it: it is part of what was said."""
    warning = (status.get("spoiler_text") or "").strip()
    return f"{warning}\n\n{plain(status.get('content') or '')}".strip()


def full_handle(call: Call, acct: str) -> str:
    """Neighbours on our own server are shown with its name, as everybody else is."""
    domain = call.grant.get("domain", "")
    return f"@{acct}" if "@" in acct or not domain else f"@{acct}@{domain}"
