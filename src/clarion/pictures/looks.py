"""What a picture looks like, as 64 bits: pictures that look alike share most of them."""

import math
from functools import cache
from pathlib import Path

from PIL import Image

SIDE, KEPT = 32, 8
ALIKE = 10  # bits that may differ; two pictures that have nothing to do with each other: 32


def look(path: Path) -> int:
    """The perceptual hash of a picture (of an animation: its first frame), signed 64 bits.

    The lowest frequencies of the brightness, each above or below their median: size, format
    and a little colour do not change them.
    """
    with Image.open(path) as image:
        image.draft("L", (SIDE * 8, SIDE * 8))
        small = image.convert("RGBA" if image.has_transparency_data else "RGB").convert("L")
        dots = list(small.resize((SIDE, SIDE), Image.Resampling.LANCZOS).tobytes())
    rows = [_low(dots[y * SIDE : (y + 1) * SIDE]) for y in range(SIDE)]
    columns = [_low([row[x] for row in rows]) for x in range(KEPT)]
    found = [columns[x][y] for y in range(KEPT) for x in range(KEPT)]
    middle = sorted(found[1:])[len(found) // 2]  # the first is the mean: it says nothing
    bits = sum(1 << n for n, value in enumerate(found) if value > middle)
    return bits - (1 << 64) if bits >> 63 else bits


def _low(values: list[float] | list[int]) -> list[float]:
    """The lowest terms of the discrete cosine transform."""
    return [sum(v * c for v, c in zip(values, wave, strict=True)) for wave in _waves()]


@cache
def _waves() -> list[list[float]]:
    return [
        [math.cos(math.pi * k * (2 * n + 1) / (2 * SIDE)) for n in range(SIDE)]
        for k in range(KEPT)
    ]
