"""A text made short enough for a title."""


def shortened(text: str, most: int) -> str:
    """At most `most` characters, cut between words where there are any, and seen to be cut.

    >>> shortened("The door is open until six", 16)
    'The door is…'
    >>> shortened("short", 16), shortened("珈" * 20, 6)
    ('short', '珈珈珈珈珈…')
    """
    if len(text) <= most:
        return text
    head = text[: most - 1]
    if not text[most - 1].isspace():
        words = head.rpartition(" ")[0]
        head = words if 2 * len(words) > most else head
    return f"{head.rstrip()}…"
