"""What any network would refuse of a draft, in sentences: driven by the rows of the registry.

An adapter adds only what is peculiar to its network.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from clarion.networks.base import Draft, Field, Media, Problem
from clarion.networks.limits import Limits
from clarion.networks.surfaces import SAID_BELOW, Surface
from clarion.text.counting import RULES, hashtags, links, mentions

CASHTAG = re.compile(r"(?<![\w$])\$[A-Za-z]{1,6}\b")
CALLED = {"image": "picture", "video": "film", "document": "document"}
# Where the rows name no file type of a kind, any that people can open.
USUAL: Mapping[str, Sequence[str]] = {
    "image": ("image/jpeg", "image/png", "image/webp", "image/gif"),
    "video": ("video/mp4", "video/quicktime", "video/webm"),
    "document": (
        "application/pdf",
        "application/msword",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
}
ENDLESS = 10**10  # seconds
CLOSE = 0.02  # two shapes are the same when they differ by less


def problems(
    draft: Draft, limits: Limits, *, place: Surface, name: str, asks: Sequence[Field] = ()
) -> list[Problem]:
    """`name`: of the network, as in “{name} takes 280”. `asks`: what else has to be said."""
    return [
        *_text(draft, limits, place, name),
        *_tags(draft, limits, name),
        *([] if place.key in SAID_BELOW else _asked(draft, limits, name, asks)),
        *poll(draft, limits, place, name),
        *_media(draft, limits, place, name),
        *_alt(draft, limits),
        *_link(draft, limits, name),
    ]


def _text(draft: Draft, limits: Limits, place: Surface, name: str) -> Iterator[Problem]:
    said = bool(draft.text.strip())
    if not place.text:
        if said:
            yield Problem(
                f"A {place.name.lower()} on {name} shows no words beside the picture: they go "
                "into the export only. Put them into the picture.",
                blocks=False,
            )
        return
    length = RULES[limits.counting](draft.text)
    if over := max(0, length - limits.text):
        yield Problem(
            f"The text is {many(over, 'character')} too long: {name} takes {limits.text}. "
            "Shorten it or make it a thread."
        )
    elif limits.text_bytes and len(draft.text.encode()) > limits.text_bytes:
        yield Problem(f"{name} takes {limits.text_bytes} bytes of text. Shorten it.")
    if not said and (limits.text_min or not (draft.media or place.least)):
        yield Problem("There is nothing to say yet. Write something or add a picture.")


def _tags(draft: Draft, limits: Limits, name: str) -> Iterator[Problem]:
    addresses = {*links(draft.text), *([draft.link] if draft.link else [])}
    for what, found, most in (
        ("hashtag", len(hashtags(draft.text)), limits.hashtags),
        ("mention", len(mentions(draft.text)), limits.mentions),
        ("cashtag", len(CASHTAG.findall(draft.text)), limits.cashtags),
        ("link", len(addresses), limits.links),
    ):
        if most is not None and found > most:
            yield Problem(
                f"{_there(found, what)}, and {name} takes {most}. "
                f"Take {many(found - most, what)} out."
            )


def _asked(draft: Draft, limits: Limits, name: str, asks: Sequence[Field]) -> Iterator[Problem]:
    """Titles and other things that a network wants to know beside the words."""
    for field in asks:
        if field.required and not draft.options.get(field.key, "").strip():
            yield Problem(f"{name} asks for this: {field.label}. Fill it in.", "options")
    title = draft.options.get("title", "")
    if limits.title and len(title) > limits.title:
        yield Problem(
            f"The title is {many(len(title) - limits.title, 'character')} too long: {name} "
            f"takes {limits.title}. Shorten it.",
            "options",
        )


def poll(draft: Draft, limits: Limits, place: Surface, name: str) -> Iterator[Problem]:
    """The poll of a draft. Also for networks that check the rest in their own way."""
    if draft.poll is None:
        if place.poll == "must":
            yield Problem("A poll needs its choices. Add them.", "poll")
        return
    if draft.media:
        yield Problem("A post has a poll or media, not both: take one of them out.", "poll")
    if not (limits.seconds_min or 0) <= draft.poll.hours * 3600 <= (limits.seconds or ENDLESS):
        yield Problem(f"{name} does not keep a poll open for so long, or so short.", "poll")
    for text in _choices(draft.poll.choices, limits, name):
        yield Problem(text, "poll")


def _choices(choices: Sequence[str], limits: Limits, name: str) -> Iterator[str]:
    if len(choices) < 2:
        yield "A poll needs at least two choices."
    if limits.poll and len(choices) > limits.poll:
        yield f"A poll has at most {limits.poll} choices on {name}. Take some out."
    if len({choice.casefold() for choice in choices}) < len(choices):
        yield "Two choices of the poll are the same. Change one."
    longest = max(map(len, choices), default=0)
    if limits.poll_choice and longest > limits.poll_choice:
        yield (
            f"A choice of the poll has {longest} characters, and {name} takes "
            f"{limits.poll_choice}. Shorten it."
        )


# --- media ------------------------------------------------------------------------------------


def _media(draft: Draft, limits: Limits, place: Surface, name: str) -> Iterator[Problem]:
    count, least = len(draft.media), max(place.least, limits.media_min or 0)
    if not count and not place.least:
        return
    most = limits.media if place.most is None else place.most
    kind = CALLED[place.kinds[0]] if place.kinds else "picture"
    if count < least:
        yield Problem(
            f"A {place.name.lower()} needs {many(least, kind)}, and there "
            f"{'is' if count == 1 else 'are'} {count or 'none'}. Add what is missing.",
            "media",
        )
    if count > most:
        yield Problem(
            f"{_there(count, 'picture')}, and a post holds {most}. "
            f"Take {many(count - most, 'picture')} out.",
            "media",
        )
    if count > 1 and any(m.kind in place.alone for m in draft.media):
        yield Problem("A film stands alone in a post. Take the other pictures out.", "media")
    for at, medium in enumerate(draft.media, 1):
        called = f"{CALLED.get(medium.kind, 'picture').capitalize()} {at}"
        yield from _medium(called, medium, limits, place, name)


def _there(count: int, what: str) -> str:
    return f"There {'is' if count == 1 else 'are'} {many(count, what)}"


def _medium(
    called: str, medium: Media, limits: Limits, place: Surface, name: str
) -> Iterator[Problem]:
    if medium.kind not in place.kinds:
        wanted = " or ".join(f"{CALLED[kind]}s" for kind in place.kinds) or "words only"
        yield Problem(
            f"{called} cannot stand there: a {place.name.lower()} on {name} takes {wanted}. "
            "Choose another place, or leave it out.",
            "media",
        )
        return
    usual = USUAL[medium.kind]
    fits = [m for m in limits.mimes if m in usual or m.startswith(medium.kind)] or usual
    if medium.mime not in fits:
        good = ", ".join(_type(m) for m in fits)
        yield Problem(
            f"{called} is {_type(medium.mime) or 'of no known type'}, and {name} takes {good}. "
            "Save it as one of these.",
            "media",
        )
    for text in _too_much(medium, limits, name):
        yield Problem(f"{called} {text}", "media")
    if limits.ratio and medium.width and not _near(medium, limits.ratio):
        yield Problem(
            f"{called} is {medium.width}:{medium.height}; {name} shows {limits.ratio} there, "
            "so it will be cut or get bars.",
            "media",
            blocks=False,
        )


def _too_much(medium: Media, limits: Limits, name: str) -> Iterator[str]:
    """What is wrong with its size, shape and length, without its name before it."""
    gif = limits.gif_bytes if medium.mime == "image/gif" else None
    most = {
        "video": limits.video_bytes,
        "document": limits.file_bytes,
        "image": gif or limits.image_bytes,
    }.get(medium.kind)
    if most is not None and medium.size > most:
        yield (
            f"has {medium.size / 1e6:.1f} MB, and {name} takes {most / 1e6:.1f} MB. "
            "Make it smaller."
        )
    if medium.width and medium.height:
        yield from _shape(medium, limits, name)
    if medium.seconds:
        least, longest = limits.video_seconds_min, limits.video_seconds
        if least and medium.seconds < least:
            yield f"runs {medium.seconds:.1f} seconds, and {name} wants at least {least:g}."
        if longest and medium.seconds > longest:
            yield f"runs {medium.seconds:.0f} seconds, and {name} takes {longest:g}. Cut it."


def _shape(medium: Media, limits: Limits, name: str) -> Iterator[str]:
    width, height = medium.width, medium.height
    size = f"is {width} by {height} pixels"
    pixels = limits.image_pixels if medium.kind == "image" else None
    if pixels and width * height > pixels:
        yield f"{size}, and {name} takes {pixels:,} in all. Make it smaller."
    if limits.sides and width + height > limits.sides:
        yield f"{size}; both together may be {limits.sides:,} on {name}. Make it smaller."
    if width < (limits.width_min or 0) or height < (limits.height_min or 0):
        yield f"{size}, which is too small for {name}. Take a larger one."
    if medium.kind == "video" and (
        width > (limits.width_max or width) or height > (limits.height_max or height)
    ):
        yield f"{size}, which is too large for {name}. Make it smaller."
    yield from _ratio(size, width / height, limits, name)


def _ratio(size: str, shape: float, limits: Limits, name: str) -> Iterator[str]:
    if limits.ratio_min and shape < _share(limits.ratio_min) * (1 - CLOSE):
        yield f"{size}, and {name} takes nothing narrower than {limits.ratio_min}. Crop it."
    if limits.ratio_max and shape > _share(limits.ratio_max) * (1 + CLOSE):
        yield f"{size}, and {name} takes nothing wider than {limits.ratio_max}. Crop it."


def _alt(draft: Draft, limits: Limits) -> Iterator[Problem]:
    shown = [(at, m) for at, m in enumerate(draft.media, 1) if m.kind != "document"]
    if missing := [str(at) for at, medium in shown if not medium.alt.strip()]:
        yield Problem(
            f"No alternative text for picture {', '.join(missing)}. People who cannot see it "
            "will miss it: say in a sentence what it shows.",
            "alt",
            blocks=False,
        )
    for at, medium in shown:
        if limits.alt is not None and len(medium.alt) > limits.alt:
            yield Problem(
                f"The alternative text of picture {at} is "
                f"{many(len(medium.alt) - limits.alt, 'character')} too long: "
                f"{limits.alt:,} are allowed. Shorten it.",
                "alt",
            )


def _link(draft: Draft, limits: Limits, name: str) -> Iterator[Problem]:
    if draft.link and not draft.link.startswith(("http://", "https://")):
        yield Problem("A link starts with http:// or https://. Complete the address.", "link")
    if limits.link and len(draft.link) > limits.link:
        yield Problem(f"The link is too long: {name} takes {limits.link} characters.", "link")


def many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count:,} {word}s"


def _share(ratio: str) -> float:
    width, height = ratio.split(":")
    return float(width) / float(height)


def _near(medium: Media, ratio: str) -> bool:
    wanted = _share(ratio)
    return abs(medium.width / medium.height - wanted) <= wanted * CLOSE


def _type(mime: str) -> str:
    """`image/jpeg` as people say it: JPEG."""
    spelled = {"quicktime": "MOV", "webp": "WebP", "webm": "WebM", "msword": "DOC"}
    last = mime.rpartition("/")[2].rpartition(".")[2]
    return {"document": "DOCX", "presentation": "PPTX", "ms-powerpoint": "PPT"}.get(
        last, spelled.get(last, last.upper())
    )
