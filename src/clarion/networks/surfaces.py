"""The places where a post can stand, and what each of them is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from clarion.networks.limits.words import SURFACES

SAID_BELOW = ("thread", "comment")  # surfaces of what answers a post of our own


@dataclass(frozen=True)
class Surface:
    """One place of a network: what fits there. How much fits stands in the limit registry."""

    key: str  # of limits.words.SURFACES
    kinds: Sequence[str] = ("image",)  # of media: "image", "video", "document"
    least: int = 0  # media
    most: int | None = None  # media; None: as the limits say
    alone: Sequence[str] = ("video", "document")  # kinds that go without other media
    text: bool = True  # words stand beside it
    link: bool = True  # a link can be shown or written there
    poll: str = ""  # "may" carry one, "must", or nothing
    frames: bool = False  # each medium is published on its own, in order
    comments: bool = True  # something can be said below

    @property
    def name(self) -> str:
        return SURFACES[self.key]
