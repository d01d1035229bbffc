#!/usr/bin/env python3
"""The demo brand's pictures, drawn here: nobody else's rights are in them.

python tools/demo_pictures.py        # writes src/clarion/interfaces/demo/art/*.png
"""

import io
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

SIDE = 1080  # pixels
ART = Path(__file__).resolve().parent.parent / "src/clarion/interfaces/demo/art"
Colour = tuple[int, int, int]
PAPER: Colour = (244, 238, 226)
PINE: Colour = (15, 95, 90)
DEEP: Colour = (11, 60, 62)
MARIGOLD: Colour = (233, 164, 38)
CREAM: Colour = (252, 247, 236)
COFFEE: Colour = (84, 52, 34)
ROSE: Colour = (226, 142, 110)


def draw(kind: str) -> bytes:
    """A square PNG; `kind` is a key of KINDS."""
    image = KINDS[kind]()
    out = io.BytesIO()
    image.quantize(200).save(out, "PNG")
    return out.getvalue()


def _sky(top: Colour, bottom: Colour) -> Image.Image:
    """From one colour to another, downwards."""
    column = Image.new("RGB", (1, 64))
    for y in range(64):
        share = y / 63
        mixed = [round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)]
        column.putpixel((0, y), (mixed[0], mixed[1], mixed[2]))
    return column.resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def _glow(image: Image.Image, x: int, y: int, radius: int, colour: Colour) -> None:
    """A soft light."""
    small = Image.new("L", (SIDE // 4, SIDE // 4))
    box = [(v // 4) for v in (x - radius, y - radius, x + radius, y + radius)]
    ImageDraw.Draw(small).ellipse(box, fill=170)
    mask = small.filter(ImageFilter.GaussianBlur(radius / 14)).resize((SIDE, SIDE))
    image.paste(Image.new("RGB", image.size, colour), (0, 0), mask)


def _smooth(image: Image.Image) -> Image.Image:
    """Edges without steps: drawn sharp, softened a little."""
    return image.filter(ImageFilter.SMOOTH_MORE)


def _cup() -> Image.Image:
    image = _sky((250, 214, 150), CREAM)
    _glow(image, 760, 330, 260, (255, 240, 205))
    pen = ImageDraw.Draw(image)
    pen.ellipse((660, 230, 860, 430), fill=MARIGOLD)
    for x in (250, 560, 870):
        pen.rectangle((x, 0, x + 18, 760), fill=CREAM)
    pen.rectangle((0, 740, SIDE, 764), fill=CREAM)
    pen.rectangle((0, 764, SIDE, SIDE), fill=PINE)
    pen.ellipse((270, 872, 810, 972), fill=DEEP)
    pen.ellipse((300, 840, 780, 940), fill=CREAM)
    pen.rounded_rectangle((390, 600, 690, 890), 110, fill=CREAM)
    pen.ellipse((640, 660, 790, 810), outline=CREAM, width=34)
    pen.ellipse((390, 560, 690, 650), fill=PAPER)
    pen.ellipse((412, 574, 668, 640), fill=COFFEE)
    for x in (470, 540, 610):
        pen.arc((x - 30, 400, x + 30, 480), 100, 260, fill=CREAM, width=12)
        pen.arc((x - 30, 470, x + 30, 550), 280, 80, fill=CREAM, width=12)
    return _smooth(image)


def _harbour() -> Image.Image:
    image = _sky((58, 124, 128), (250, 210, 150))
    _glow(image, 540, 600, 300, (255, 226, 170))
    pen = ImageDraw.Draw(image)
    pen.ellipse((430, 470, 650, 690), fill=MARIGOLD)
    pen.rectangle((0, 640, SIDE, SIDE), fill=PINE)
    for row in range(11):
        y, half = 660 + row * 36, 190 - row * 12
        pen.rounded_rectangle((540 - half, y, 540 + half, y + 9), 5, fill=(214, 168, 84))
    for x, size in ((250, 1.0), (800, 0.66)):
        foot = 720
        pen.polygon([(x, foot), (x, foot - 330 * size), (x + 170 * size, foot)], fill=CREAM)
        pen.polygon(
            [(x - 12, foot), (x - 12, foot - 250 * size), (x - 110 * size, foot)], fill=ROSE
        )
        pen.chord((x - 140 * size, foot - 50, x + 190 * size, foot + 70), 0, 180, fill=DEEP)
    return _smooth(image)


def _bag() -> Image.Image:
    image = _sky((228, 236, 230), (190, 214, 206))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 850, SIDE, SIDE), fill=(166, 196, 186))
    pen.ellipse((280, 850, 840, 930), fill=(138, 172, 162))
    pen.polygon([(330, 260), (750, 260), (780, 900), (300, 900)], fill=(206, 164, 116))
    pen.polygon([(330, 260), (750, 260), (730, 180), (350, 180)], fill=(184, 142, 96))
    pen.rounded_rectangle((390, 430, 690, 740), 26, fill=CREAM)
    pen.ellipse((480, 480, 600, 600), fill=PINE)
    pen.arc((510, 450, 640, 630), 110, 250, fill=CREAM, width=10)
    for y, width in ((630, 190), (668, 140), (700, 90)):
        pen.rounded_rectangle((540 - width // 2, y, 540 + width // 2, y + 14), 7, fill=COFFEE)
    for x, y in ((850, 860), (905, 925), (190, 900)):
        pen.ellipse((x - 46, y - 30, x + 46, y + 30), fill=COFFEE)
        pen.arc((x - 40, y - 50, x + 40, y + 24), 20, 160, fill=(206, 164, 116), width=6)
    return _smooth(image)


def _pour() -> Image.Image:
    image = _sky(DEEP, (28, 118, 110))
    _glow(image, 540, 420, 330, (60, 150, 138))
    pen = ImageDraw.Draw(image)
    pen.polygon([(300, 230), (780, 230), (580, 540), (500, 540)], fill=CREAM)
    pen.polygon([(350, 260), (730, 260), (640, 400), (440, 400)], fill=COFFEE)
    pen.rounded_rectangle((526, 540, 554, 690), 14, fill=COFFEE)
    pen.rounded_rectangle((330, 620, 750, 960), 60, outline=CREAM, width=14)
    pen.rounded_rectangle((350, 760, 730, 942), 46, fill=COFFEE)
    pen.ellipse((350, 735, 730, 790), fill=(112, 72, 48))
    pen.arc((700, 690, 850, 880), 270, 90, fill=CREAM, width=22)
    pen.rounded_rectangle((250, 560, 830, 590), 15, fill=MARIGOLD)
    return _smooth(image)


KINDS: Mapping[str, Callable[[], Image.Image]] = {
    "cup": _cup,
    "harbour": _harbour,
    "bag": _bag,
    "pour": _pour,
}


if __name__ == "__main__":
    for kind in KINDS:
        (ART / f"{kind}.png").write_bytes(draw(kind))
