"""What the Playground would refuse, or what its people would miss, in sentences."""

from collections.abc import Iterator

from clarion.networks.base import Draft, Problem
from clarion.networks.limits import Limits
from clarion.text.counting import RULES, hashtags, mentions

IMAGES = ("image/jpeg", "image/png", "image/webp", "image/gif")
VIDEOS = ("video/mp4", "video/webm")


def problems(draft: Draft, limits: Limits) -> list[Problem]:
    return [*_text(draft, limits), *_media(draft, limits), *_alt(draft, limits), *_link(draft)]


def _text(draft: Draft, limits: Limits) -> Iterator[Problem]:
    length = RULES[limits.counting](draft.text)
    if over := max(0, length - limits.text):
        yield Problem(
            f"The text is {_many(over, 'character')} too long: the Playground takes "
            f"{limits.text}. Shorten it or make it a thread."
        )
    if not draft.text.strip() and not draft.media:
        yield Problem("There is nothing to say yet. Write something or add a picture.")
    for what, found, most in (
        ("hashtag", hashtags(draft.text), limits.hashtags),
        ("mention", mentions(draft.text), limits.mentions),
    ):
        if most is not None and len(found) > most:
            yield Problem(
                f"There are {len(found)} {what}s, and the Playground takes {most}. "
                f"Take {_many(len(found) - most, what)} out."
            )


def _media(draft: Draft, limits: Limits) -> Iterator[Problem]:
    if len(draft.media) > limits.media:
        extra = len(draft.media) - limits.media
        yield Problem(
            f"There are {len(draft.media)} pictures, and a post holds {limits.media}. "
            f"Take {_many(extra, 'picture')} out.",
            "media",
        )
    if len(draft.media) > 1 and any(m.kind == "video" for m in draft.media):
        yield Problem("A film stands alone in a post. Take the other pictures out.", "media")
    for at, medium in enumerate(draft.media, 1):
        if medium.mime not in limits.mimes:
            yield Problem(
                f"Picture {at} is {medium.mime or 'of no known type'}, which the Playground "
                "cannot show. Use JPEG, PNG, WebP, GIF, MP4 or WebM.",
                "media",
            )
        most = limits.video_bytes if medium.kind == "video" else limits.image_bytes
        if most is not None and medium.size > most:
            yield Problem(
                f"Picture {at} has {medium.size / 1e6:.1f} MB, and the Playground takes "
                f"{most / 1e6:.1f} MB. Make it smaller.",
                "media",
            )


def _alt(draft: Draft, limits: Limits) -> Iterator[Problem]:
    missing = [at for at, medium in enumerate(draft.media, 1) if not medium.alt.strip()]
    if missing:
        which = ", ".join(map(str, missing))
        yield Problem(
            f"No alternative text for picture {which}. People who cannot see it will miss it: "
            "say in a sentence what it shows.",
            "alt",
            blocks=False,
        )
    for at, medium in enumerate(draft.media, 1):
        if limits.alt is not None and len(medium.alt) > limits.alt:
            yield Problem(
                f"The alternative text of picture {at} is "
                f"{_many(len(medium.alt) - limits.alt, 'character')} too long: "
                f"{limits.alt:,} are allowed. Shorten it.",
                "alt",
            )


def _link(draft: Draft) -> Iterator[Problem]:
    if draft.link and not draft.link.startswith(("http://", "https://")):
        yield Problem("A link starts with http:// or https://. Complete the address.", "link")


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count:,} {word}s"
