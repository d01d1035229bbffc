"""A file from outside becomes one to keep: judged, cleaned, measured, with a small picture."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from clarion.pictures import documents, films, inspect, kinds, looks
from clarion.pictures.kinds import Kind, Unfit
from clarion.pictures.legibility import contrast
from clarion.pictures.small import WIDE, small

MAX_DOCUMENT = 100 * 2**20  # bytes; the most that any network takes
GIF = "image/gif"


@dataclass(frozen=True)
class Found:
    """What a file is, and where what is to be kept of it lies."""

    kind: str
    mime: str
    file: Path
    small: Path  # its small picture
    source_sha256: str  # of the file as it came
    sha256: str  # of what is kept
    size: int  # bytes
    width: int  # pixels; of a document: points
    height: int
    milliseconds: int = 0
    frame_rate: int = 0  # frames in 1,000 seconds
    codecs: str = ""
    pages: int = 0
    look: int | None = None
    contrast: int | None = None  # see legibility


def examine(path: Path, work: Path) -> Found:
    """Raises Unfit. `work` is an empty folder for what is made of it."""
    kind = kinds.of(path)
    if kind.kind == "video":
        return _film(path, kind, work)
    return _document(path, work) if kind.kind == "document" else _picture(path, work)


def _picture(path: Path, work: Path) -> Found:
    if path.stat().st_size > inspect.MAX_BYTES:
        raise Unfit(
            f"The picture is larger than {inspect.MAX_BYTES >> 20} MB. Export it smaller."
        )
    data = path.read_bytes()
    clean = inspect.clean(data)
    file, thumbnail = work / "file", work / "small"
    file.write_bytes(clean.data)
    small(file, "image", 0, thumbnail)
    return Found(
        kind="image",
        mime=clean.mime,
        file=file,
        small=thumbnail,
        source_sha256=hashlib.sha256(data).hexdigest(),
        sha256=clean.sha256,
        size=len(clean.data),
        width=clean.width,
        height=clean.height,
        milliseconds=clean.milliseconds,
        look=looks.look(file),
        contrast=contrast(clean.data),
    )


def _film(path: Path, kind: Kind, work: Path) -> Found:
    film = films.measure(path, kind)
    file, thumbnail = work / "file", work / "small"
    mime = films.rewrite(path, kind, film, file)
    small(file, "video", film.seconds, thumbnail)
    return Found(
        kind="video",
        mime=mime,
        file=file,
        small=thumbnail,
        source_sha256=_hash(path),
        sha256=_hash(file),
        size=file.stat().st_size,
        width=film.width,
        height=film.height,
        milliseconds=max(1, round(film.seconds * 1000)),
        frame_rate=round(film.frame_rate * 1000),
        codecs=",".join(film.codecs),
        look=looks.look(thumbnail),
    )


def _document(path: Path, work: Path) -> Found:
    if path.stat().st_size > MAX_DOCUMENT:
        raise Unfit(f"The PDF is larger than {MAX_DOCUMENT >> 20} MB. Export it smaller.")
    file, thumbnail = work / "file", work / "small"
    found = documents.rewrite(path, file, thumbnail, WIDE)
    return Found(
        kind="document",
        mime=documents.MIME,
        file=file,
        small=thumbnail,
        source_sha256=_hash(path),
        sha256=_hash(file),
        size=file.stat().st_size,
        width=found.width,
        height=found.height,
        pages=found.pages,
        look=looks.look(thumbnail),
    )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
