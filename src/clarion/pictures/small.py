"""A small picture of anything: for lists and previews."""

import tempfile
from pathlib import Path

from PIL import Image, ImageOps

from clarion.pictures import documents, films

WIDE = 480  # pixels, the longer side
MIME = "image/webp"


def small(path: Path, kind: str, seconds: float, into: Path) -> None:
    """A WebP of at most `WIDE` pixels: the picture, its first frame, a film's, a first page."""
    if kind == "video":
        films.poster(path, seconds, into, WIDE)
    elif kind == "document":
        with tempfile.TemporaryDirectory() as folder:
            documents.rewrite(path, Path(folder) / "anew", into, WIDE)
    else:
        _picture(path, into)


def _picture(path: Path, into: Path) -> None:
    with Image.open(path) as image:
        image.thumbnail((WIDE, WIDE))
        upright = ImageOps.exif_transpose(image)
        upright.convert("RGBA" if upright.has_transparency_data else "RGB").save(
            into, "WEBP", quality=80
        )
