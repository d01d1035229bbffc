"""What is wrong with a draft, by the rules of the network, in sentences."""

from collections.abc import Sequence

from clarion.networks.base import Draft, Media, Problem
from clarion.networks.bluesky.records import wording
from clarion.networks.limits import Limits
from clarion.text import counting


def problems(draft: Draft, limits: Limits) -> Sequence[Problem]:
    return [*_text_problems(draft, limits), *_media_problems(draft, limits)]


def _text_problems(draft: Draft, limits: Limits) -> list[Problem]:
    text = wording(draft)
    problems = []
    if not (text.strip() or draft.media or draft.link or draft.quote):
        problems.append(Problem("There is nothing to say yet. Write something."))
    over = counting.RULES[limits.counting](text) - limits.text
    if over > 0:
        problems.append(
            Problem(
                f"Bluesky takes {limits.text} characters. Take out {over}, or make a thread."
            )
        )
    size = len(text.encode())
    if limits.text_bytes and size > limits.text_bytes and over <= 0:
        problems.append(
            Problem(
                f"Bluesky takes {limits.text_bytes} bytes of text and this has {size}: emoji "
                "of several parts weigh up to 30 each. Take some out."
            )
        )
    return problems


def _media_problems(draft: Draft, limits: Limits) -> list[Problem]:
    problems = [p for medium in draft.media for p in _medium_problems(medium, limits)]
    if len(draft.media) > limits.media:
        problems.append(
            Problem(
                f"Bluesky takes {limits.media} pictures in a post. Leave some out.", "media"
            )
        )
    return problems


def _medium_problems(medium: Media, limits: Limits) -> list[Problem]:
    if medium.kind == "video":
        why = "Clarion cannot send films to Bluesky. Link to it, or let a person post it."
        return [Problem(why, "media", by_app=True)]
    if medium.kind != "image":
        return [Problem("Bluesky takes no such file. Link to it instead.", "media")]
    problems = []
    if medium.mime not in limits.mimes:
        problems.append(
            Problem("Bluesky takes JPEG, PNG, WebP and GIF. Save the picture as one.", "media")
        )
    if limits.image_bytes and medium.size > limits.image_bytes:
        problems.append(
            Problem(
                f"Bluesky takes pictures of {limits.image_bytes / 1e6:g} MB and this one has "
                f"{medium.size / 1e6:.1f} MB. Make it smaller.",
                "media",
            )
        )
    if medium.mime == "image/gif":
        problems.append(Problem("Bluesky shows a GIF standing still.", "media", blocks=False))
    if not medium.alt:
        problems.append(
            Problem("Describe the picture for people who cannot see it.", "alt", blocks=False)
        )
    return problems
