"""Can text in a picture be read? An estimate from light and dark in small areas.

No letter is read. An area counts as text where it holds just two shades that change often from
left to right, beside others like it: as lines of letters do, and some fences do, too. The
contrast of an area is that of its two shades by WCAG 2 (1 to 21). What counts is the weaker
areas, so that one pale line among bold ones is found. Letters over a busy photo are missed.
"""

import io
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image

WIDE = 1200  # pixels to which a wider picture is made smaller first
SIDE = 24  # pixels of an area
LEAST = 6  # areas below which there is no text to speak of
TWO = 0.85  # share of the differences that two shades explain; chance gives 0.75
FEW, MOST = 0.06, 0.5  # share of an area that letters cover
TURNS = 2.0  # changes of shade in a row of pixels, on average
FLAT = 10  # levels of grey between the shades below which there is nothing to see
ENOUGH = 300  # what WCAG asks of large letters, in hundredths; their soft edges cost a little

Shades = tuple[float, float, int]  # dark, light, the grey between them


def contrast(data: bytes) -> int:
    """Of the weaker text in a picture, in hundredths (300 is 3 to 1); 0: no text found."""
    with Image.open(io.BytesIO(data)) as opened:
        grey = opened.convert("L")
    if grey.width > WIDE:
        grey = grey.resize((WIDE, max(1, grey.height * WIDE // grey.width)))
    found = sorted(value for row in _rows(grey) for value in _lines(row))
    return found[len(found) // 4] if len(found) >= LEAST else 0


def _rows(grey: Image.Image) -> Sequence[list[int]]:
    """The contrast of each area, row by row; 0 where an area is no text."""
    return [
        [_area(grey.crop((x, y, x + SIDE, y + SIDE))) for x in range(0, grey.width, SIDE)]
        for y in range(0, grey.height, SIDE)
    ]


def _lines(row: list[int]) -> list[int]:
    """Those with a neighbour: a line of letters is longer than one area."""
    around = [0, *row, 0]
    return [v for n, v in enumerate(row, 1) if v and (around[n - 1] or around[n + 1])]


def _area(area: Image.Image) -> int:
    shades = _shades(area.histogram())
    if shades is None or _turns(area, shades[2]) < TURNS:
        return 0
    dark, light = _luminance(shades[0]), _luminance(shades[1])
    return round(100 * (light + 0.05) / (dark + 0.05))


def _shades(counts: Sequence[int]) -> Shades | None:
    """The two shades of an area (Otsu's method), or None where there are not just two."""
    total, whole = sum(counts), sum(n * grey for grey, n in enumerate(counts))
    mean = whole / total
    spread = sum(n * (grey - mean) ** 2 for grey, n in enumerate(counts)) / total
    best, found, below, weight = 0.0, None, 0, 0
    for grey, n in enumerate(counts[:-1]):
        below, weight = below + n, weight + n * grey
        if not n or below == total:
            continue
        dark, light = weight / below, (whole - weight) / (total - below)
        between = below * (total - below) * (light - dark) ** 2 / total**2
        if between > best:
            best, found = between, (dark, light, grey, below / total)
    if found is None or found[1] - found[0] < FLAT or best < TWO * spread:
        return None
    cover = min(found[3], 1 - found[3])
    return found[:3] if FEW <= cover <= MOST else None


def _turns(area: Image.Image, grey: int) -> float:
    """How often a row of pixels goes from one shade to the other, on average."""
    dark = [value <= grey for value in area.tobytes()]
    width, height = area.size
    turns = sum(a != b for a, b in pairwise(dark))
    seams = sum(dark[n * width - 1] != dark[n * width] for n in range(1, height))
    return (turns - seams) / height


def _luminance(grey: float) -> float:
    """Relative luminance of a grey, as WCAG defines it."""
    level = grey / 255
    return level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4
