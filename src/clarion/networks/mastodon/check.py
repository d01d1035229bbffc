"""Everything a server would refuse, said before it is sent."""

from collections.abc import Iterator, Sequence

from clarion.networks.base import Draft, Media, Problem
from clarion.networks.check import poll
from clarion.networks.limits import Limits
from clarion.networks.mastodon import options
from clarion.networks.surfaces import Surface
from clarion.text.counting import RULES, links, mentions

PLACE = Surface("feed", kinds=("image", "video"), poll="may")


def check(draft: Draft, limits: Limits) -> Sequence[Problem]:
    return [
        *_text(draft, limits),
        *_media(draft, limits),
        *poll(draft, limits, PLACE, "this server"),
        *_options(draft),
    ]


def full_text(draft: Draft) -> str:
    """The text with the link in it: the server makes a card of the first link it finds."""
    if not draft.link or draft.link in links(draft.text):
        return draft.text
    return f"{draft.text}\n\n{draft.link}".strip()


def to(draft: Draft) -> Sequence[str]:
    """Who a private message goes to: handles, each with its @."""
    return [
        f"@{name.strip().lstrip('@')}" for name in draft.direct.split(",") if name.strip(" @")
    ]


def with_mentions(text: str, handles: Sequence[str]) -> str:
    """The text with every handle in it: nobody is told of an answer that does not name them."""
    said = mentions(text)
    missing = [h for h in handles if not any(is_same(h, name) for name in said)]
    return " ".join([*missing, text]).strip()


def is_same(one: str, other: str) -> bool:
    """Whether two handles can mean the same account; one without a server is on ours."""
    name, _, server = one.casefold().lstrip("@").partition("@")
    name2, _, server2 = other.casefold().lstrip("@").partition("@")
    return name == name2 and (server == server2 or not server or not server2)


def _text(draft: Draft, limits: Limits) -> Iterator[Problem]:
    text, count = with_mentions(full_text(draft), to(draft)), RULES[limits.counting]
    length = count(text) + count(options.warning(draft))
    if length > limits.text:
        over, also = length - limits.text, " with the content warning"
        yield Problem(
            f"{over} characters too long: this server takes {limits.text}"
            f"{also if options.warning(draft) else ''}. Shorten it."
        )
    if not full_text(draft).strip() and not draft.media:
        yield Problem("There is nothing to say yet: write a text or add a picture.")


def _media(draft: Draft, limits: Limits) -> Iterator[Problem]:
    if len(draft.media) > limits.media:
        yield Problem(f"At most {limits.media} pictures fit in one post.", "media")
    if len(draft.media) > 1 and any(medium.kind == "video" for medium in draft.media):
        yield Problem("A film goes alone: leave out the other media.", "media")
    for number, medium in enumerate(draft.media, 1):
        yield from _medium(number, medium, limits)


def _medium(number: int, medium: Media, limits: Limits) -> Iterator[Problem]:
    most = limits.video_bytes if medium.kind == "video" else limits.image_bytes
    pixels = medium.width * medium.height
    if medium.mime not in limits.mimes:
        yield Problem(f"Medium {number}: this server does not take {medium.mime}.", "media")
    if most and medium.size > most:
        yield Problem(
            f"Medium {number} has {medium.size / 1e6:.1f} MB; this server takes "
            f"{most / 1e6:.1f}. Make it smaller.",
            "media",
        )
    if medium.kind == "image" and limits.image_pixels and pixels > limits.image_pixels:
        yield Problem(
            f"Medium {number} has {pixels:,} pixels; this server takes "
            f"{limits.image_pixels:,}. Make it smaller.",
            "media",
        )
    yield from _alt(number, medium, limits)


def _alt(number: int, medium: Media, limits: Limits) -> Iterator[Problem]:
    if limits.alt and len(medium.alt) > limits.alt:
        yield Problem(
            f"The description of medium {number} is {len(medium.alt) - limits.alt} characters "
            f"too long: this server takes {limits.alt}.",
            "alt",
        )
    if not medium.alt:
        yield Problem(
            f"Medium {number} has no description: people who cannot see it will miss it.",
            "alt",
            blocks=False,
        )


def _options(draft: Draft) -> Iterator[Problem]:
    if draft.options.get("visibility", "") not in dict(options.VISIBILITIES):
        yield Problem("Pick who can see it from the list.", "options")
    code = options.language(draft)
    if code and not (code.isascii() and code.isalpha() and len(code) in (2, 3)):
        yield Problem("Give the language as two or three letters, such as en.", "options")
