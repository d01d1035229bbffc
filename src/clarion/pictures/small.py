"""A small version of a picture, for lists and previews."""

import io

from PIL import Image, ImageOps

WIDE = 480  # pixels, the longer side
MIME = "image/webp"


def small(data: bytes) -> bytes:
    """The picture as a WebP of at most `WIDE` pixels; of an animation, its first frame."""
    with Image.open(io.BytesIO(data)) as image:
        image.thumbnail((WIDE, WIDE))
        upright = ImageOps.exif_transpose(image)
        out = io.BytesIO()
        upright.convert("RGBA" if upright.has_transparency_data else "RGB").save(
            out, "WEBP", quality=80
        )
    return out.getvalue()
