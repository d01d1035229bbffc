"""The brand's own gate: what a post must not lack for people, whatever networks let through.

Rules over plain values. Each check is off, warns, or blocks, as the brand and the channel say.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from clarion.networks.base import Problem
from clarion.pictures.legibility import ENOUGH
from clarion.text.reading import lix

ACTIONS: Mapping[str, str] = {
    "off": "Not checked",
    "warn": "Warn",
    "block": "Hold it until it is mended or let through",
}
CHECKS: Mapping[str, str] = {
    "alt": "Pictures without a description",
    "captions": "Films without captions",
    "contrast": "Text in pictures that is hard to see",
    "disclosure": "Paid posts that do not say so",
    "ai": "Posts made with AI that do not say so",
    "plain": "Words that are hard to read",
}
DEFAULT = "warn"
HARD = 55  # LIX above which a text reads like an official letter
# What readers and courts take for a disclosure, in the languages of most of our users.
PAID = re.compile(
    r"(?<!\w)(#?(ad|ads|advert|advertisement|advertising|sponsored|paid partnership|anzeige|"
    r"werbung|publicité|publicidad|pubblicità|adv|reclame|reklama|publi|sponsorisé|patrocinado|"
    r"bezahlte partnerschaft|partenariat rémunéré|colaboración pagada))(?!\w)",
    re.IGNORECASE,
)
AI = re.compile(
    r"(?<!\w)(#?(ai|ki|ia)[ -]?(generated|generiert|generada|générée?|art)?|"
    r"artificial intelligence|künstliche[rn]? intelligenz|#?aigenerated|#?madewithai)(?!\w)",
    re.IGNORECASE,
)


class Medium(Protocol):
    """What the gate wants to know of a picture or film."""

    kind: str
    name: str
    alt: str
    contrast: int | None
    captions: Mapping[str, str]


@dataclass(frozen=True)
class Seen:
    """What people on one channel get to see."""

    texts: Sequence[str]
    media: Sequence[Medium]
    is_paid: bool = False
    made_with_ai: bool = False
    marks: Collection[str] = ()  # what the network itself shows: "paid_partnership"


def policy(brand: Mapping[str, str], channel: Mapping[str, str]) -> Mapping[str, str]:
    """Check -> action: the channel's where it says one, else the brand's."""
    return {check: channel.get(check) or brand.get(check) or DEFAULT for check in CHECKS}


def complaints(
    seen: Seen, said: Mapping[str, str], waived: Collection[str] = ()
) -> list[Problem]:
    """What is missing, but for what is not checked. What was let through is not told."""
    return [
        Problem(text, about, said[check] == "block", check)
        for check, about, text in _missing(seen)
        if said[check] != "off" and check not in waived
    ]


def _missing(seen: Seen) -> Iterator[tuple[str, str, str]]:
    yield from _of_media(seen.media)
    words = "\n".join(seen.texts)
    if seen.is_paid and "paid_partnership" not in seen.marks and not PAID.search(words):
        yield (
            "disclosure",
            "text",
            "Somebody pays for this post and its words do not say so. Add a word like #ad.",
        )
    if seen.made_with_ai and "made_with_ai" not in seen.marks and not AI.search(words):
        yield (
            "ai",
            "text",
            "It is marked as made with AI and its words do not say so. Add a word like #AI.",
        )
    if (grade := lix(words)) is not None and grade > HARD:
        yield (
            "plain",
            "text",
            f"It is hard to read: LIX {grade}, at most {HARD} is good. Shorten the sentences.",
        )


def _of_media(media: Sequence[Medium]) -> Iterator[tuple[str, str, str]]:
    pictures = [m for m in media if m.kind == "image"]
    if bare := [m.name for m in pictures if not m.alt.strip()]:
        yield (
            "alt",
            "alt",
            f"{_names(bare)}: no description for people who cannot see it. Say what it shows.",
        )
    if silent := [m.name for m in media if m.kind == "video" and not m.captions]:
        yield (
            "captions",
            "media",
            f"{_names(silent)}: no captions for people who cannot hear it. Add them.",
        )
    for m in pictures:
        if m.contrast and m.contrast < ENOUGH:
            yield "contrast", "media", _pale(m.name, m.contrast)


def _pale(name: str, contrast: int) -> str:
    return (
        f"{name}: text in it seems hard to see, about {contrast / 100:.1f} to 1 where "
        f"{ENOUGH / 100:.0f} to 1 is the least. This is an estimate from light and dark that "
        "reads no letter: look for yourself."
    )


def _names(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
