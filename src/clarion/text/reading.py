"""How hard a text is to read: LIX, which knows words and sentences and no language."""

import re

LONG = 7  # letters from which a word counts as long
ENOUGH = 40  # words below which a grade would be chance
WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
END = re.compile(r"[.!?…:]+(?=\s|$)|\n+")
NOT_WORDS = re.compile(r"https?://\S+|[@#][\w.@-]+")


def lix(text: str) -> int | None:
    """Words per sentence plus per cent of long words; None where there are too few words.

    Below 30 children's books, 40 to 50 newspapers, above 60 laws. Björnsson, 1968.

    >>> lix("Too short to say.")
    >>> lix("We bake bread at six. It is warm at ten. " * 6)
    5
    """
    text = NOT_WORDS.sub(" ", text)
    words = WORD.findall(text)
    if len(words) < ENOUGH:
        return None
    sentences = sum(1 for part in END.split(text) if WORD.search(part))
    share = sum(len(word) >= LONG for word in words) / len(words)
    return round(len(words) / sentences + 100 * share)
