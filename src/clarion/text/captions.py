"""Captions of films: SRT and WebVTT files are read, checked, and written as clean WebVTT."""

import re
from dataclasses import dataclass
from itertools import pairwise

MAX_CHARS = 500_000
MAX_CUES = 20_000
_TIME = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})"
_LINE = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}(?:\s+.*)?$")
_MARK = re.compile(r"<[^>\n]*>|\{\\[^}\n]*\}")  # fonts and places: networks show words


class Unreadable(ValueError):
    """Not captions. The message says where and what to do."""


@dataclass(frozen=True)
class Cue:
    start: int  # milliseconds
    end: int
    text: str


def read(data: bytes, *, milliseconds: int = 0) -> str:
    """The captions in `data` as WebVTT. `milliseconds`: how long the film runs; 0: unknown."""
    cues = cues_of(_decoded(data))
    if milliseconds and cues[-1].start >= milliseconds:
        raise Unreadable(
            f"The captions go on until {_said(cues[-1].start)}, but the film ends at "
            f"{_said(milliseconds)}. They belong to another film."
        )
    lines = ["WEBVTT", ""]
    for cue in cues:
        lines += [f"{_said(cue.start)} --> {_said(cue.end)}", cue.text, ""]
    return "\n".join(lines)


def cues_of(text: str) -> list[Cue]:
    """
    >>> cues_of("1\\n00:00:01,500 --> 00:00:03,000\\n<b>Hello</b>\\n")
    [Cue(start=1500, end=3000, text='Hello')]
    """
    cues: list[Cue] = []
    for block in re.split(r"\n[ \t]*\n+", text.strip()):
        cue = _cue(block.split("\n"), len(cues) + 1)
        if cue is not None:
            cues.append(cue)
    if not cues:
        raise Unreadable(
            "There are no captions in this file. Export them as SRT or WebVTT (.srt, .vtt)."
        )
    if len(cues) > MAX_CUES:
        raise Unreadable(f"There are {len(cues):,} captions; at most {MAX_CUES:,} are taken.")
    for before, after in pairwise(cues):
        if after.start < before.start:
            raise Unreadable(f"The caption at {_said(after.start)} stands after a later one.")
    return cues


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("The captions are not in UTF-8. Save the file as UTF-8.") from None
    if len(text) > MAX_CHARS:
        raise Unreadable(f"The captions have more than {MAX_CHARS:,} characters.")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _cue(lines: list[str], number: int) -> Cue | None:
    """None for what stands beside captions: headers, styles, notes."""
    at = next((n for n, line in enumerate(lines[:2]) if "-->" in line), None)
    if at is None:
        return None
    match = _LINE.match(lines[at])
    if match is None:
        raise Unreadable(f"Caption {number} has no times that can be read: {lines[at][:60]!r}.")
    parts = match.groups()
    start, end = _milliseconds(parts[:4]), _milliseconds(parts[4:])
    if end <= start:
        raise Unreadable(f"Caption {number} ends before it begins ({_said(start)}).")
    text = "\n".join(filter(None, (_words(line) for line in lines[at + 1 :])))
    return Cue(start, end, text) if text else None


def _words(line: str) -> str:
    line = _MARK.sub("", line).strip()
    return line.replace("-->", "→").replace("<", "&lt;") if line else ""


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, rest = parts
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return whole * 1000 + int(f"{rest or 0:<03}"[:3])


def _said(milliseconds: int) -> str:
    """
    >>> _said(3_723_004)
    '01:02:03.004'
    """
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
