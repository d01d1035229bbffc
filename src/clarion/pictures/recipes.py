"""What has to be done to a picture or film before a place takes it: a recipe, or nothing.

A recipe depends on nothing but the medium and the limits, so it can be told before anything is
made, and the same recipe is carried out once. What no recipe mends is said in sentences.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

H264 = (["h264"], ["h264", "aac"])  # what every network that takes films takes
JPEG = "image/jpeg"
FILMS = ("video/mp4", "video/quicktime")  # what is taken where nobody says
FILM_SIDE = 3840  # pixels; a film that has to be encoded anew is made no larger than this
Recipe = Mapping[str, Any]


@dataclass(frozen=True)
class Room:
    """What a place takes. None: nobody says."""

    name: str = ""  # of the place, for people
    mimes: Sequence[str] = ()
    bytes: int | None = None
    pixels: int | None = None  # width times height
    sides: int | None = None  # width plus height
    width_max: int | None = None
    height_max: int | None = None
    width_min: int | None = None
    height_min: int | None = None
    ratio_min: float | None = None  # width by height
    ratio_max: float | None = None
    seconds_min: float | None = None
    seconds_max: float | None = None
    frame_rate: float | None = None  # at most
    pages: int | None = None


@dataclass(frozen=True)
class Shape:
    """What there is to know of a medium."""

    kind: str
    mime: str
    size: int  # bytes
    width: int
    height: int
    seconds: float = 0
    frame_rate: float = 0
    codecs: Sequence[str] = ()
    pages: int = 0
    focus: tuple[float, float] = (0.5, 0.5)

    @property
    def moves(self) -> bool:
        """An animated picture, which would stand still in another format."""
        return self.kind == "image" and self.seconds > 0


def refocused(shape: Shape, focus: tuple[float, float]) -> Shape:
    """The same with another focal point."""
    return replace(shape, focus=focus)


def key(recipe: Recipe) -> str:
    """SHA-256, in hex, of a recipe."""
    return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()


def fit(shape: Shape, room: Room) -> Recipe | None:
    """How to make it fit, or None where it fits as it is, or where nothing can be done."""
    if shape.kind == "document" or shape.moves:
        return None
    crop = _crop(shape, room)
    width, height = _size(shape, room, crop)
    to = _format(shape, room)
    rate = room.frame_rate if room.frame_rate and shape.frame_rate > room.frame_rate else None
    too_big = bool(_too_heavy(shape, room))
    same = (width, height) == (shape.width, shape.height)
    if (
        same
        and not crop
        and not rate
        and not too_big
        and to == shape.mime
        and _plays(shape, room)
    ):
        return None
    if shape.kind == "video":
        width, height = _even(width, height)
    found = {
        "to": to,
        "crop": crop,
        "width": width,
        "height": height,
        "bytes": room.bytes,
        "frame_rate": rate,
    }
    return {name: value for name, value in found.items() if value is not None}


def _plays(shape: Shape, room: Room) -> bool:
    """Whether a film is encoded in the way that everybody can show."""
    if shape.kind != "video" or list(shape.codecs) in H264:
        return True
    return shape.mime == "video/webm" and shape.mime in room.mimes


def _format(shape: Shape, room: Room) -> str:
    """The type it is to have: its own where that is taken."""
    taken = [m for m in room.mimes if m.startswith(f"{shape.kind}/")]
    if shape.kind == "video":
        fine = _plays(shape, room) and shape.mime in (taken or FILMS)
        return shape.mime if fine else FILMS[0]
    wanted = JPEG if _better_a_photograph(shape, room) else shape.mime
    good = [m for m in (wanted, shape.mime, JPEG) if not taken or m in taken]
    return (good or taken)[0]


def _better_a_photograph(shape: Shape, room: Room) -> bool:
    """A picture without loss that is too large becomes one, not a postage stamp."""
    return shape.mime == "image/png" and bool(_too_heavy(shape, room))


def _crop(shape: Shape, room: Room) -> list[int] | None:
    """[x, y, width, height] around what must stay in sight, or None where all of it fits."""
    width, height = shape.width, shape.height
    ratio = width / max(height, 1)
    if room.ratio_max is not None and ratio > room.ratio_max * 1.001:
        width = max(1, math.floor(height * room.ratio_max))
    elif room.ratio_min is not None and ratio < room.ratio_min * 0.999:
        height = max(1, math.floor(width / room.ratio_min))
    else:
        return None
    x = _beside(shape.focus[0] * shape.width, width, shape.width)
    y = _beside(shape.focus[1] * shape.height, height, shape.height)
    return [x, y, width, height]


def _beside(centre: float, length: int, whole: int) -> int:
    """Where a window of `length` begins that has `centre` in its middle, inside the whole."""
    return min(max(round(centre - length / 2), 0), whole - length)


def _size(shape: Shape, room: Room, crop: list[int] | None) -> tuple[int, int]:
    width, height = (crop[2], crop[3]) if crop else (shape.width, shape.height)
    shares = [1.0]
    if room.width_max:
        shares.append(room.width_max / width)
    if room.height_max:
        shares.append(room.height_max / height)
    if room.pixels:
        shares.append(math.sqrt(room.pixels / (width * height)))
    if room.sides:
        shares.append(room.sides / (width + height))
    share = min(shares)
    if share >= 1:
        return width, height
    return max(1, math.floor(width * share)), max(1, math.floor(height * share))


def _even(width: int, height: int) -> tuple[int, int]:
    """H.264 counts in pairs of pixels."""
    share = min(1.0, FILM_SIDE / max(width, height))
    return max(2, int(width * share) // 2 * 2), max(2, int(height * share) // 2 * 2)


def expected(shape: Shape, recipe: Recipe) -> Shape:
    """What the recipe will make of it; the size is the most that it may have."""
    most = recipe.get("bytes", shape.size)
    return Shape(
        kind=shape.kind,
        mime=recipe["to"],
        size=min(most, shape.size),
        width=recipe["width"],
        height=recipe["height"],
        seconds=shape.seconds,
        frame_rate=min(shape.frame_rate, recipe.get("frame_rate", shape.frame_rate)),
        codecs=shape.codecs,
    )


def unfit(shape: Shape, room: Room) -> list[str]:
    """What stands in the way there and cannot be mended by a machine, in sentences."""
    if shape.kind == "video":
        return _film_unfit(shape, room)
    if shape.kind == "document":
        return _document_unfit(shape, room)
    if shape.moves:
        return _animation_unfit(shape, room)
    recipe = fit(shape, room)
    return _too_small(expected(shape, recipe) if recipe else shape, room)


def _film_unfit(shape: Shape, room: Room) -> list[str]:
    found = []
    if room.seconds_max is not None and shape.seconds > room.seconds_max + 0.05:
        found.append(
            f"runs {_time(shape.seconds)}, and {room.name} takes {_time(room.seconds_max)}. "
            "Cut it shorter."
        )
    if room.seconds_min is not None and shape.seconds < room.seconds_min - 0.05:
        found.append(
            f"runs {_time(shape.seconds)}, and {room.name} wants at least "
            f"{_time(room.seconds_min)}. Take a longer one."
        )
    return [*found, *_too_small(shape, room)]


def _document_unfit(shape: Shape, room: Room) -> list[str]:
    found = []
    if room.pages is not None and shape.pages > room.pages:
        found.append(
            f"has {shape.pages} pages, and {room.name} takes {room.pages}. Shorten it."
        )
    return [*found, *_too_heavy(shape, room)]


def _animation_unfit(shape: Shape, room: Room) -> list[str]:
    taken = [m for m in room.mimes if m.startswith("image/")]
    if taken and shape.mime not in taken:
        return [f"moves, and {room.name} does not take such pictures. Export it as a film."]
    return _too_heavy(shape, room)


def _too_heavy(shape: Shape, room: Room) -> list[str]:
    if room.bytes is None or shape.size <= room.bytes:
        return []
    has, takes = f"{shape.size / 1e6:.1f} MB", f"{room.bytes / 1e6:.1f} MB"
    return [f"has {has}, and {room.name} takes {takes}. Export it smaller."]


def _too_small(shape: Shape, room: Room) -> list[str]:
    wide, high = room.width_min or 0, room.height_min or 0
    if shape.width >= wide and shape.height >= high:
        return []
    least = " and ".join(
        f"at least {most:,} pixels {word}"
        for most, word in ((wide, "across"), (high, "down"))
        if most
    )
    size = f"{shape.width:,} by {shape.height:,} pixels"
    return [f"would be {size}, and {room.name} wants {least}. Take a larger one."]


def _time(seconds: float) -> str:
    """
    >>> _time(140), _time(7.5)
    ('2 min 20 s', '7.5 s')
    """
    if seconds < 60:
        return f"{seconds:g} s" if seconds == int(seconds) else f"{seconds:.1f} s"
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (left, "s")]
    return " ".join(f"{n} {unit}" for n, unit in parts if n)
