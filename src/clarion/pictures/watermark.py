"""A picture that says on itself for whose eyes it is."""

import io

from PIL import Image, ImageDraw, ImageFont, ImageOps

WIDE = 1200  # pixels, the longer side
MIME = "image/webp"
TURN = 24  # degrees


def marked(data: bytes, words: str) -> bytes:
    """The picture as a WebP of at most `WIDE` pixels, with `words` all over it if there are."""
    with Image.open(io.BytesIO(data)) as image:
        image.thumbnail((WIDE, WIDE))
        upright = ImageOps.exif_transpose(image).convert("RGBA")
    made = Image.alpha_composite(upright, _veil(upright.size, words)) if words else upright
    out = io.BytesIO()
    made.convert("RGB").save(out, "WEBP", quality=80)
    return out.getvalue()


def _veil(size: tuple[int, int], words: str) -> Image.Image:
    """The words again and again, aslant, in white with a dark rim: seen on every ground."""
    side = 2 * max(size)
    veil = Image.new("RGBA", (side, side))
    draw, font = ImageDraw.Draw(veil), ImageFont.load_default(max(12, max(size) // 28))
    left, top, right, bottom = draw.textbbox((0, 0), words, font=font)
    across, down = int(right - left) + 60, int(bottom - top) * 5 + 20
    for row, y in enumerate(range(0, side, down)):
        for x in range(-(row % 2) * across // 2, side, across):
            draw.text(
                (x, y),
                words,
                font=font,
                fill=(255, 255, 255, 110),
                stroke_width=1,
                stroke_fill=(0, 0, 0, 70),
            )
    turned = veil.rotate(TURN)
    x, y = (side - size[0]) // 2, (side - size[1]) // 2
    return turned.crop((x, y, x + size[0], y + size[1]))
