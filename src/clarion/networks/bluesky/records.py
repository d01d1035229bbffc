"""A post as the record that is stored: its key, its facets, its plain text. No I/O."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from clarion.networks.base import Draft, Refused
from clarion.networks.limits import limits
from clarion.text import counting

POST = "app.bsky.feed.post"
GATE = "app.bsky.feed.threadgate"
_FACET = "app.bsky.richtext.facet"
_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_HANDLE = re.compile(rf"(?<![\w@/.])@((?:{_LABEL}\.)+[a-zA-Z](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)")

Span = tuple[int, int, dict[str, str]]  # from, to (in characters), what it means


def tid(key: str, at: datetime) -> str:
    """The record key that belongs to `key` and `at`, the same every time it is asked for.

    It sorts by the second of `at`; below that it is a hash of `key` (about 10^9 values), so
    that two things said in one second do not meet. https://atproto.com/specs/tid
    """
    chance = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    micros = int(at.timestamp()) * 1_000_000 + chance % 1_000_000
    number = micros << 10 | (chance // 1_000_000) % 1024
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(60, -5, -5))


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def wording(draft: Draft) -> str:
    """What will stand there: the link joins the text when pictures leave no room for a card."""
    if draft.link and draft.media and draft.link not in draft.text:
        return f"{draft.text}\n{draft.link}".strip()
    return draft.text


def handles(text: str) -> list[str]:
    return list(dict.fromkeys(m.group(1).lower() for m in _HANDLE.finditer(text)))


def facets(text: str, dids: Mapping[str, str]) -> list[dict[str, Any]]:
    """Links, mentions of accounts in `dids`, and tags, by their place in the UTF-8 bytes.

    https://docs.bsky.app/docs/advanced-guides/post-richtext
    """
    found: list[Span] = []
    for span in [*_links(text), *_mentions(text, dids), *_tags(text)]:
        if all(span[1] <= start or span[0] >= end for start, end, _ in found):
            found.append(span)
    return [_facet(text, *span) for span in sorted(found, key=lambda span: span[0])]


def _facet(text: str, start: int, end: int, feature: dict[str, str]) -> dict[str, Any]:
    first = len(text[:start].encode())
    place = {"byteStart": first, "byteEnd": first + len(text[start:end].encode())}
    return {"index": place, "features": [feature]}


def _links(text: str) -> list[Span]:
    kind = f"{_FACET}#link"
    return [
        (m.start(), m.end(), {"$type": kind, "uri": m.group()})
        for m in counting.URL.finditer(text)
    ]


def _mentions(text: str, dids: Mapping[str, str]) -> list[Span]:
    return [
        (m.start(), m.end(), {"$type": f"{_FACET}#mention", "did": dids[m.group(1).lower()]})
        for m in _HANDLE.finditer(text)
        if m.group(1).lower() in dids
    ]


def _tags(text: str) -> list[Span]:
    return [
        (m.start(), m.end(), {"$type": f"{_FACET}#tag", "tag": m.group(1)})
        for m in counting.HASHTAG.finditer(text)
        if counting.graphemes(m.group(1)) <= limits("bluesky")["tag"].number
    ]


def plain(record: Mapping[str, Any]) -> str:
    """The text with every link in full: apps shorten them, and a shown one may lie."""
    raw = str(record.get("text", "")).encode()
    for facet in sorted(record.get("facets") or [], key=_start, reverse=True):
        for feature in facet.get("features", []):
            uri = feature.get("uri")
            end = facet.get("index", {}).get("byteEnd", 0)
            shown = raw[_start(facet) : end].decode(errors="replace")
            if uri and shown.strip() != uri:
                raw = raw[: _start(facet)] + _written(shown, uri).encode() + raw[end:]
    return raw.decode(errors="replace")


def _start(facet: Mapping[str, Any]) -> int:
    return int(facet.get("index", {}).get("byteStart", 0))


def _written(shown: str, uri: str) -> str:
    bare = shown.removesuffix("...").removesuffix("…")
    shortened = uri.split("://", 1)[-1].removeprefix("www.").startswith(bare)
    return uri if shortened else f"{shown} ({uri})"


# --- ids ----------------------------------------------------------------------------------


def at_uri(did: str, rkey: str, collection: str = POST) -> str:
    return f"at://{did}/{collection}/{rkey}"


def parts(uri: str) -> tuple[str, str, str]:
    """Who, which collection, which key. Refused when it is not the address of a record."""
    pieces = uri.removeprefix("at://").split("/")
    if not uri.startswith("at://") or len(pieces) != 3 or not all(pieces):
        raise Refused("That is not the address of a post on Bluesky.")
    return pieces[0], pieces[1], pieces[2]


def web(uri: str) -> str:
    """Where people see it. By the account's DID, which outlives a change of handle."""
    did, _, rkey = parts(uri)
    return f"https://bsky.app/profile/{did}/post/{rkey}"
