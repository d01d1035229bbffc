"""Which colours a picture is made of, in words and shares."""

import colorsys
import io
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from PIL import Image

SIDE = 48  # pixels that are looked at in each direction
HUES = (  # where a name ends, in degrees of the colour wheel
    (15, "red"),
    (40, "orange"),
    (68, "yellow"),
    (160, "green"),
    (200, "teal"),
    (255, "blue"),
    (290, "purple"),
    (345, "pink"),
    (360, "red"),
)
Pixel = tuple[int, int, int]


@dataclass(frozen=True)
class Colour:
    """`hex` is the mean of what goes by this name; `share` of the whole, 0 to 1."""

    name: str
    hex: str
    share: float


def colours(data: bytes) -> list[Colour]:
    """The colours of a picture, the largest share first. Of an animation, its first frame."""
    with Image.open(io.BytesIO(data)) as image:
        flat = image.convert("RGBA").resize((SIDE, SIDE))
    groups: dict[str, list[Pixel]] = defaultdict(list)
    pixels: Any = flat.get_flattened_data()
    for red, green, blue, seen in pixels:
        if seen > 127:
            groups[named(red, green, blue)].append((red, green, blue))
    total = sum(map(len, groups.values()))
    found = [Colour(name, _mean(own), len(own) / total) for name, own in groups.items()]
    return sorted(found, key=lambda c: -c.share)


def named(red: int, green: int, blue: int) -> str:
    """
    >>> named(205, 133, 63), named(250, 250, 250), named(20, 60, 200)
    ('brown', 'white', 'blue')
    """
    hue, light, strength = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    if light < 0.12:
        return "black"
    if light > 0.93:
        return "white"
    if strength < 0.14:
        return "grey"
    name = next(name for end, name in HUES if hue * 360 <= end)
    return "brown" if name in ("orange", "red") and light < 0.56 and strength < 0.75 else name


def balance(pictures: "list[list[Colour]]") -> list[Colour]:
    """The colours of several pictures together, each picture counted alike."""
    shares: dict[str, float] = defaultdict(float)
    hexes: dict[str, tuple[float, str]] = {}
    for picture in pictures:
        for colour in picture:
            shares[colour.name] += colour.share / len(pictures)
            hexes[colour.name] = max(
                hexes.get(colour.name, (0.0, "")), (colour.share, colour.hex)
            )
    found = [Colour(name, hexes[name][1], share) for name, share in shares.items()]
    return sorted(found, key=lambda c: -c.share)


def _mean(pixels: list[Pixel]) -> str:
    means = (round(sum(channel) / len(pixels)) for channel in zip(*pixels, strict=True))
    return "#" + "".join(f"{value:02x}" for value in means)
