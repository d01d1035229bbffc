"""A real film of one second, so that what reads and converts films has something to do."""

import subprocess
import tempfile
from functools import cache
from hashlib import sha256
from pathlib import Path

from clarion.pictures.programs import ffmpeg


@cache
def film():
    """The bytes of an MP4 as a telephone makes it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        source = ("-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:duration=1")
        coded = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart")
        subprocess.run([ffmpeg(), "-v", "error", *source, *coded, str(path)], check=True)
        return path.read_bytes()


def in_library(space, codecs="h264"):
    """The film as a row of the library, with its file in its place.

    As it is it fits everywhere; said to be encoded otherwise, it is converted before it goes.
    """
    from clarion.content.models import Media

    body = film()
    medium = Media.objects.create(
        workspace=space,
        kind="video",
        mime="video/mp4",
        size=len(body),
        width=320,
        height=240,
        milliseconds=1000,
        frame_rate=10_000,
        codecs=codecs,
        sha256=sha256(body).hexdigest(),
        alt="A film",
    )
    medium.path.parent.mkdir(parents=True, exist_ok=True)
    medium.path.write_bytes(body)
    return medium
