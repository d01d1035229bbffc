"""How long is a text? Every network counts in its own way; each way is one pure function."""

from collections.abc import Callable, Mapping

import regex

URL = regex.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?'\])}…]")
HASHTAG = regex.compile(r"(?<![\w&/])#(\w*[^\W\d_]\w*)")
MENTION = regex.compile(r"(?<![\w@/.])@([\w](?:[\w.-]*[\w])?(?:@[\w](?:[\w.-]*[\w])?)?)")
_REMOTE = regex.compile(r"(?<![\w@/])@(\w(?:[\w.-]*\w)?)@\w(?:[\w.-]*\w)?")
_LINK_COST = "x" * 23


def graphemes(text: str) -> int:
    """What a reader would call characters (UAX #29 extended grapheme clusters).

    >>> graphemes("👨‍👩‍👧‍👦")
    1
    """
    return len(regex.findall(r"\X", text))


def short_links(text: str) -> int:
    """Graphemes, where a link costs 23 and the server part of a mention is free.

    Source: docs.joinmastodon.org/user/posting/#text.

    >>> short_links("@user@example.social"), short_links("https://example.com/very/long/indeed")
    (5, 23)
    """
    return graphemes(_REMOTE.sub(r"@\1", URL.sub(_LINK_COST, text)))


def codepoints(text: str) -> int:
    return len(text)


RULES: Mapping[str, Callable[[str], int]] = {
    "graphemes": graphemes,
    "short_links": short_links,
    "codepoints": codepoints,
}


def hashtags(text: str) -> list[str]:
    """The tags without their hash. `#2026` is a number, not a tag."""
    return [str(tag) for tag in HASHTAG.findall(text)]


def mentions(text: str) -> list[str]:
    """The handles without their first @."""
    return [str(handle) for handle in MENTION.findall(text)]


def links(text: str) -> list[str]:
    return [str(url) for url in URL.findall(text)]
