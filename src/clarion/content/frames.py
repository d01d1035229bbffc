"""The frames of a story in their order, to be kept or posted by hand."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from clarion.content.models import Media, Variant
from clarion.kit import store


@dataclass(frozen=True)
class Frame:
    """One frame as it goes out on one channel. `number` counts from one."""

    number: int
    media: Media
    text: str

    @property
    def file(self) -> str:
        """Sorts as the story runs."""
        return f"{self.number:02}.{self.media.mime.rpartition('/')[2]}"


def frames(variant: Variant) -> list[Frame]:
    """What the channel gets, picture by picture, each with its own words where it has some."""
    words = variant.post.said([variant])
    texts = [part.draft.text for part in variant.parts()]
    pieces = words.pieces(variant.channel)
    padded = [*texts, *[""] * len(pieces)]
    return [Frame(n, m, padded[n - 1]) for n, m in enumerate(pieces, 1)]


def packed(story: Sequence[Frame]) -> bytes:
    """A ZIP with the files in order, the words of each beside it, and all of them in a list.

    Raises FileNotFoundError, store.Unreachable.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as pack:
        for frame in story:
            pack.write(store.at_hand(frame.media.path), frame.file)
            if frame.text:
                pack.writestr(f"{frame.number:02}.txt", frame.text)
        pack.writestr("frames.txt", "\n".join(map(_line, story)) + "\n")
    return out.getvalue()


def _line(frame: Frame) -> str:
    words = " ".join(frame.text.split()) or "no words"
    return f"{frame.file}\t{words}\t{frame.media.alt or 'no alternative text'}"
