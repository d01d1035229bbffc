"""What a file is by its first bytes, whatever it is called."""

from dataclasses import dataclass
from pathlib import Path

HEAD = 4096  # bytes that are looked at
TAKEN = "Clarion takes JPEG, PNG, WebP and GIF pictures, MP4, MOV and WebM films, and PDF."


class Unfit(ValueError):
    """Not a file Clarion takes. The message says why and what to do."""


@dataclass(frozen=True)
class Kind:
    kind: str  # "image" | "video" | "document"
    format: str  # "picture" | "mov" | "matroska" | "pdf"


PICTURE, FILM = Kind("image", "picture"), Kind("video", "mov")
WEBM, PDF = Kind("video", "matroska"), Kind("document", "pdf")
_HEIF = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
# What people really try, and what they can do instead.
_OTHERS = (
    (b"MZ", "a program for Windows"),
    (b"\x7fELF", "a program"),
    (b"#!", "a script"),
    (b"PK\x03\x04", "an archive or an Office document"),
    (b"Rar!", "an archive"),
    (b"\x1f\x8b", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"BM", "a BMP picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"8BPS", "a Photoshop file"),
    (b"ID3", "sound without a picture"),
    (b"OggS", "an Ogg file"),
    (b"FLV", "a Flash film"),
    (b"#EXTM3U", "a list of films, not a film"),
)


def of(path: Path) -> Kind:
    """The kind of a file. Raises Unfit for what Clarion does not take."""
    with path.open("rb") as file:
        return told_by(file.read(HEAD))


def told_by(head: bytes) -> Kind:
    if not head:
        raise Unfit("The file is empty. Choose it again, or export it anew.")
    if _is_picture(head):
        return PICTURE
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return _film(head)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return WEBM
    if b"%PDF-" in head[:1024] and not _is_markup(head):
        return PDF
    raise Unfit(_refusal(head))


def _is_picture(head: bytes) -> bool:
    if head.startswith(b"RIFF"):
        return head[8:12] == b"WEBP"
    return head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a"))


def _film(head: bytes) -> Kind:
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF:
        raise Unfit("This is a HEIC or AVIF picture. Export it as JPEG.")
    return FILM


def _is_markup(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def _refusal(head: bytes) -> str:
    if _is_markup(head):
        if b"<svg" in head.lower():
            return "This is an SVG drawing, which can hold scripts. Export it as PNG."
        return f"This is a web page or other markup, not a picture. {TAKEN}"
    for start, what in _OTHERS:
        if head.startswith(start):
            return f"This is {what}, whatever it is called. {TAKEN}"
    return f"This is not a file that Clarion knows. {TAKEN}"
