"""How long is a text? Every network counts in its own way; each way is one pure function."""

import unicodedata
from collections.abc import Callable, Mapping

import regex

URL = regex.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?'\])}…]")
HASHTAG = regex.compile(r"(?<![\w&/])#(\w*[^\W\d_]\w*)")
MENTION = regex.compile(r"(?<![\w@/.])@([\w](?:[\w.-]*[\w])?(?:@[\w](?:[\w.-]*[\w])?)?)")
_REMOTE = regex.compile(r"(?<![\w@/])@(\w(?:[\w.-]*\w)?)@\w(?:[\w.-]*\w)?")
_LINK_COST = "x" * 23
PLACEHOLDER = "[URL]"  # stands in a draft for a link that is yet to come
_LINKS = regex.compile(rf"{URL.pattern}|{regex.escape(PLACEHOLDER)}")

# One emoji as people see it: a key cap, a flag, or pictures joined to one. The signs © and ®
# are pictures only where a variation selector says so. count.js in the browser says the same.
_PICTURE = (
    r"(?:[©®]\uFE0F|(?![©®])\p{Extended_Pictographic}\uFE0F?)"
    r"\p{Emoji_Modifier}?(?:[\U000E0020-\U000E007E]+\U000E007F)?"
)
EMOJI = regex.compile(
    rf"[0-9#*]\uFE0F?\u20E3|[\U0001F1E6-\U0001F1FF]{{2}}|{_PICTURE}(?:\u200D{_PICTURE})*"
)
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))  # twitter-text, configuration v3
_RESERVED = regex.compile(r"[\\|{}@\[\]()<>#*_~]")
_TAG = regex.compile(r"</?[A-Za-z][^<>]*>")
_ENTITY = regex.compile(r"&(?:lt|gt|amp|quot|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")


def graphemes(text: str) -> int:
    """What a reader would call characters (UAX #29 extended grapheme clusters).

    >>> graphemes("👨‍👩‍👧‍👦")
    1
    """
    if text.isascii() and "\r" not in text:  # of those nothing but CR LF is one together
        return len(text)
    return len(regex.findall(r"\X", text))


def short_links(text: str) -> int:
    """Graphemes, where a link costs 23 and the server part of a mention is free.

    Source: docs.joinmastodon.org/user/posting/#text.

    >>> short_links("@user@example.social"), short_links("https://example.com/very/long/indeed")
    (5, 23)
    """
    return graphemes(_REMOTE.sub(r"@\1", _LINKS.sub(_LINK_COST, text)))


def weighted(text: str) -> int:
    """Light code points weigh 1, all others 2; an emoji 2, a link 23, after composing (NFC).

    Only addresses with a scheme are links here. Source: configuration v3 of twitter-text.

    >>> weighted("Hello, world! 👋"), weighted("世界"), weighted("https://example.com/very/long")
    (16, 4, 23)
    """
    composed = _LINKS.sub(_LINK_COST, unicodedata.normalize("NFC", text))
    plain, emoji = EMOJI.subn("", composed)
    return 2 * emoji + sum(1 if _is_light(letter) else 2 for letter in plain)


def escaped(text: str) -> int:
    """Code points as they go over the wire: reserved characters get a backslash and cost 2.

    >>> escaped("2 * (3 + 4)")
    14
    """
    return len(text) + len(_RESERVED.findall(text))


def emoji_bytes(text: str) -> int:
    """Code points, where an emoji counts as many as it has UTF-8 bytes.

    >>> emoji_bytes("Hi 😀")
    7
    """
    return len(EMOJI.sub("", text)) + sum(utf8(e.group()) for e in EMOJI.finditer(text))


def entities(text: str) -> int:
    """UTF-16 units of what is left when tags and entities are understood.

    >>> entities("<b>x</b> &amp; y")
    5
    """
    return utf16(_ENTITY.sub(_understood, _TAG.sub("", text)))


def codepoints(text: str) -> int:
    return len(text)


def utf16(text: str) -> int:
    """As JavaScript and Java count.

    >>> utf16("😀")
    2
    """
    return sum(2 if letter > "\uffff" else 1 for letter in text)


def utf8(text: str) -> int:
    """Bytes. Half a pair, which is no character, counts as its replacement does."""
    return sum(3 if "\ud800" <= letter <= "\udfff" else len(letter.encode()) for letter in text)


RULES: Mapping[str, Callable[[str], int]] = {
    "graphemes": graphemes,
    "short_links": short_links,
    "weighted": weighted,
    "escaped": escaped,
    "emoji_bytes": emoji_bytes,
    "entities": entities,
    "codepoints": codepoints,
    "utf16": utf16,
    "utf8": utf8,
}


def _is_light(letter: str) -> bool:
    return any(low <= ord(letter) <= high for low, high in _LIGHT)


def _understood(entity: regex.Match[str]) -> str:
    code = entity.group()[2:-1] if entity.group()[1] == "#" else "0"
    number = int(code[1:], 16) if code[0] in "xX" else int(code)
    return "\U0001f600" if number > 0xFFFF else "x"


def hashtags(text: str) -> list[str]:
    """The tags without their hash. `#2026` is a number, not a tag."""
    return [str(tag) for tag in HASHTAG.findall(text)]


def mentions(text: str) -> list[str]:
    """The handles without their first @."""
    return [str(handle) for handle in MENTION.findall(text)]


def links(text: str) -> list[str]:
    return [str(url) for url in URL.findall(text)]
