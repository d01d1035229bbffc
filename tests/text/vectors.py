"""The one table of how long texts are: for the rules in Python and for the browser's."""

import json
from pathlib import Path

TABLE = Path(__file__).with_name("vectors.json")


def vectors():
    """Rule, length, text, and what it shows."""
    rows = json.loads(TABLE.read_text())["vectors"]
    return [(rule, length, _whole(text), says) for rule, length, text, says in rows]


def _whole(text):
    return text if isinstance(text, str) else "".join(piece * times for piece, times in text)
