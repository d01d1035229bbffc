"""What a place of a channel takes of a picture, film or document, from the limit registry."""

from collections.abc import Mapping
from typing import Any

from clarion.channels.models import Channel
from clarion.networks.limits import Limit, told
from clarion.pictures.recipes import Room

# Shapes hold where they were said: a reel is no square because the feed likes squares.
SHAPES = (
    "ratio",
    "ratio_min",
    "ratio_max",
    "width_min",
    "width_max",
    "height_min",
    "height_max",
)
LIKE_FEED = ("feed", "carousel", "photo", "thread")
OF_KIND: Mapping[str, str] = {"image": "photo", "video": "video", "document": "document"}
BYTES: Mapping[str, str] = {
    "image": "image_bytes",
    "video": "video_bytes",
    "document": "file_bytes",
}


def room(channel: Channel, surface: str, kind: str) -> Room:
    """What fits there. What its own server says counts more."""
    key = channel.practises or channel.network_key
    return room_on(key, surface, kind, name=channel.network.name, live=_live(channel))


def room_on(
    network: str, surface: str, kind: str, *, name: str = "", live: Mapping[str, Any] = {}
) -> Room:
    """What fits in a place of a network, told by its key in the limit registry."""
    said = {key: row.value for key, row in _rows(network, surface, kind).items()} | dict(live)
    ratio = said.get("ratio")
    return Room(
        name=name,
        mimes=tuple(said.get("mimes", ())),
        bytes=said.get(BYTES[kind]),
        pixels=said.get("image_pixels") if kind == "image" else None,
        sides=said.get("sides"),
        width_max=said.get("width_max"),
        height_max=said.get("height_max"),
        width_min=said.get("width_min"),
        height_min=said.get("height_min"),
        ratio_min=_ratio(said.get("ratio_min", ratio)),
        ratio_max=_ratio(said.get("ratio_max", ratio)),
        seconds_min=said.get("video_seconds_min"),
        seconds_max=said.get("video_seconds"),
        frame_rate=said.get("frames_per_second"),
        pages=said.get("pages"),
    )


def _rows(network: str, surface: str, kind: str) -> dict[str, Limit]:
    """Of the feed, of this kind of media, of the place itself: the later counts."""
    found = {}
    for place in ("feed", OF_KIND[kind], surface):
        for row in told(network):
            if row.surface == place and row.in_force and _holds(row, place, surface, kind):
                found[row.field] = row
    return found


def _holds(row: Limit, place: str, surface: str, kind: str) -> bool:
    if place == surface and place != "feed":
        return True
    if row.field not in SHAPES:
        return True
    return surface in LIKE_FEED and (place != "feed" or kind == "image")


def _live(channel: Channel) -> dict[str, Any]:
    keys = ("mimes", "image_bytes", "image_pixels", "video_bytes")
    return {key: channel.own_limits[key] for key in keys if channel.own_limits.get(key)}


def _ratio(said: Any) -> float | None:
    """
    >>> _ratio("4:5")
    0.8
    """
    if said is None:
        return None
    wide, _, high = str(said).partition(":")
    return float(wide) / float(high)
