"""What a file really is, whatever its name says, made safe to keep and to send on.

A picture is decoded and written anew: what cannot be decoded is refused, and what a camera or
an attacker hid beside the pixels (GPS position, scripts, appended archives) does not survive.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from clarion.pictures.kinds import Unfit

MAX_BYTES = 50 * 1024 * 1024
MAX_PIXELS = 100_000_000  # about 400 MB decoded; a decompression bomb is larger
MAX_FRAMES = 500
MIMES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
SHOWN = {"transparency", "background", "duration", "disposal"}  # of all that is beside pixels
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}


@dataclass(frozen=True)
class Picture:
    data: bytes
    mime: str
    width: int  # pixels
    height: int
    milliseconds: int = 0  # how long an animation runs

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def clean(data: bytes) -> Picture:
    """The picture in `data`, upright, without its hidden data. Raises Unfit."""
    if not data:
        raise Unfit("The file is empty. Choose it again, or export it anew.")
    if len(data) > MAX_BYTES:
        raise Unfit(f"The file is larger than {MAX_BYTES // 2**20} MB. Export it smaller.")
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return _rewritten(_opened(data))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise Unfit("The picture has more pixels than any network takes.") from error
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            if isinstance(error, Unfit):
                raise
            raise Unfit("The picture is broken: it cannot be read to its end.") from error


def _opened(data: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=list(MIMES))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Unfit(
            "This is not a JPEG, PNG, WebP or GIF picture. Export it as one of them."
        ) from error
    if image.width * image.height > MAX_PIXELS:
        raise Unfit("The picture has more pixels than any network takes. Export it smaller.")
    return image


def _rewritten(image: Image.Image) -> Picture:
    out, kind, runs = io.BytesIO(), str(image.format), 0
    if getattr(image, "is_animated", False):
        runs = _save_animation(image, out, kind)
        size = image.size
    else:
        upright = ImageOps.exif_transpose(image)
        size = upright.size
        _save_still(upright, out, kind)
    return Picture(out.getvalue(), MIMES[kind], *size, runs)


def _save_still(image: Image.Image, out: io.BytesIO, kind: str) -> None:
    if kind == "JPEG":
        mode = "L" if image.mode == "L" else "RGB"
        _bare(image.convert(mode)).save(out, "JPEG", quality=92, optimize=True)
    else:
        _bare(image).save(out, kind)


def _save_animation(image: Image.Image, out: io.BytesIO, kind: str) -> int:
    """Returns how long it runs, in milliseconds."""
    frames = []
    for number, frame in enumerate(ImageSequence.Iterator(image)):
        if number >= MAX_FRAMES or (number + 1) * image.width * image.height > 4 * MAX_PIXELS:
            raise Unfit("The animation is too long. Cut it, or send it as a film.")
        frames.append(_bare(frame.copy()))
    duration = [frame.info.get("duration", 100) for frame in frames]
    loop = image.info.get("loop", 0)
    frames[0].save(
        out, kind, save_all=True, append_images=frames[1:], duration=duration, loop=loop
    )
    return max(1, round(float(sum(duration))))


def _bare(image: Image.Image) -> Image.Image:
    """The same picture without comments and other hidden data, which saving would copy."""
    image.info = {key: value for key, value in image.info.items() if key in SHOWN}
    return image
