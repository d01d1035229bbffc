"""Does a text speak of these words?"""

import regex

_WORD = regex.compile(r"[\p{L}\p{N}_]+(?:['\u2019-][\p{L}\p{N}_]+)*")


def words(text: str) -> set[str]:
    """The words of a text, without case and without the marks around them."""
    return {found.casefold() for found in _WORD.findall(text)}


def matches(wanted: str, text: str) -> bool:
    """All wanted words occur, as whole words; `"two words"` in quotes belong together.

    >>> matches("rye bread", "Bread of rye!"), matches("rye", "Every day")
    (True, False)
    >>> matches('"rye bread"', "bread and rye")
    False
    """
    phrases = regex.findall(r'"([^"]+)"', wanted)
    rest = regex.sub(r'"[^"]*"', " ", wanted)
    plain = " ".join(text.casefold().split())
    return words(rest) <= words(text) and all(p.casefold() in plain for p in phrases)
