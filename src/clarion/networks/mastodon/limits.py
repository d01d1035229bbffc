"""How much a server takes: Mastodon's defaults, and what one server says about itself."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from clarion.networks.base import Refused
from clarion.networks.limits import Limits, allowed
from clarion.networks.mastodon.server import Json, Server


async def instance(server: Server) -> Json:
    """The server's description of itself; `/api/v2` is missing on older and smaller servers."""
    try:
        answer = await server.get("/api/v2/instance")
    except Refused:
        answer = await server.get("/api/v1/instance")
    return answer if isinstance(answer, Mapping) else {}


def limits_of(server: str, said: Json) -> Limits:
    """What a server says it takes; where it is silent, Mastodon's defaults."""
    usual = allowed("mastodon")
    rules = _part(said, "configuration")
    statuses, media = _part(rules, "statuses"), _part(rules, "media_attachments")
    polls = _part(rules, "polls") or _part(said, "poll_limits")
    upload, mimes = said.get("upload_limit"), media.get("supported_mime_types")
    return replace(
        usual,
        text=_first(statuses.get("max_characters"), said.get("max_toot_chars")) or usual.text,
        media=_first(statuses.get("max_media_attachments")) or usual.media,
        image_bytes=_first(media.get("image_size_limit"), upload, usual.image_bytes),
        image_pixels=_first(media.get("image_matrix_limit"), usual.image_pixels),
        video_bytes=_first(media.get("video_size_limit"), upload, usual.video_bytes),
        mimes=tuple(mimes) if isinstance(mimes, list) and mimes else usual.mimes,
        alt=_first(media.get("description_limit"), said.get("description_limit"), usual.alt),
        poll=_first(polls.get("max_options"), usual.poll),
        poll_choice=_first(
            polls.get("max_characters_per_option"),
            polls.get("max_option_chars"),
            usual.poll_choice,
        ),
        source=f"{server}/api/v2/instance",
        as_of=datetime.now(UTC).date(),
        live=True,
    )


def _part(whole: Json, key: str) -> Json:
    part = whole.get(key)
    return part if isinstance(part, Mapping) else {}


def _first(*said: Any) -> int | None:
    """The first that is a positive whole number."""
    return next((n for n in said if isinstance(n, int) and n > 0), None)
