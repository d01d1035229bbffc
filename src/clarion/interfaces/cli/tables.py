"""Answers as people read them: a table for a list, lines for one thing.

Words from outside may hold anything. What could move the cursor or turn the direction of
writing is taken out, so that no post can repaint somebody's terminal.
"""

import re
import shutil
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

NARROW = 6  # columns: a cell is not cut shorter than this
GAP = "  "
# Too much for a table and for what hangs below a thing: --json has them.
UNSEEN = {"seal", "previous", "sha256", "remote_id", "evidence", "before", "after"}

Row = Mapping[str, Any]
_TIME = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*Z$")


def listed(rows: Sequence[Row], width: int | None = None) -> str:
    """A table as wide as the terminal, or as wide as it is where it goes to a file."""
    if not rows:
        return "Nothing there."
    names = [n for n in rows[0] if n not in UNSEEN and any(_cell(r.get(n)) for r in rows)]
    cells = [[n.replace("_", " ") for n in names]]
    cells += [[_cell(row.get(n)) for n in names] for row in rows]
    widths = _fit([max(map(_width, column)) for column in zip(*cells, strict=True)], width)
    return "\n".join(_line(line, widths) for line in cells)


def shown(thing: Row, indent: str = "") -> str:
    """One line for each key; what hangs below is moved to the right.

    The thing that was asked for is told whole: its seal is what is noted down elsewhere.
    """
    unseen = UNSEEN if indent else frozenset()
    found = {k: v for k, v in thing.items() if k not in unseen and v not in (None, "", [], {})}
    pad = max((len(key) for key in found), default=0)
    return "\n".join(_entry(key, value, pad, indent) for key, value in found.items())


def _entry(key: str, value: Any, pad: int, indent: str) -> str:
    name, deeper = key.replace("_", " "), indent + "  "
    if isinstance(value, Mapping) and "formula" in value:
        return f"{indent}{name:<{pad}}{GAP}{_number(value)}"
    if isinstance(value, Mapping):
        return f"{indent}{name}\n{shown(value, deeper)}"
    if isinstance(value, list) and isinstance(value[0], Mapping):
        blocks = [shown(one, deeper) for one in value]
        return f"{indent}{name}\n" + "\n\n".join(blocks)
    return f"{indent}{name:<{pad}}{GAP}{_said(value)}"


def _number(number: Row) -> str:
    """A number never stands without how it came about."""
    if number["value"] is None:
        return f"unknown: {clean(number['reason'])}"
    value = round(number["value"], 2)
    counted = f", n = {number['n']}" if number.get("n") is not None else ""
    why = f". {clean(number['reason'])}" if number["reason"] else ""
    return f"{value} {number['unit']}".strip() + f"  ({number['formula']}{counted}{why})"


def _cell(value: Any) -> str:
    """What has parts of its own is too much for a cell, but for what it can do."""
    if isinstance(value, Mapping):
        return ", ".join(key for key, does in value.items() if does is True)
    return _said(value)


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_said(one) for one in value if not isinstance(one, Mapping))
    if isinstance(value, Mapping):
        return ", ".join(f"{k}={_said(v)}" for k, v in value.items())
    return _TIME.sub(r"\1 \2 UTC", clean(str(value)))


def clean(text: str) -> str:
    """Without anything that a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in text)


# --- widths ---------------------------------------------------------------------------------


def _fit(widths: list[int], width: int | None) -> list[int]:
    """Cut the widest column until all fit; leave out the last ones where that is not enough."""
    room = width or (shutil.get_terminal_size().columns if sys.stdout.isatty() else 0)
    if not room:
        return widths
    while sum(min(w, NARROW) + len(GAP) for w in widths) > room and len(widths) > 1:
        widths = widths[:-1]
    while sum(w + len(GAP) for w in widths) - len(GAP) > room and max(widths) > NARROW:
        widths[widths.index(max(widths))] -= 1
    return widths


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return GAP.join(_cut(c, w) for c, w in zip(cells, widths, strict=False)).rstrip()


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text + " " * (width - _width(text))
    while text and _width(text) > width - 1:
        text = text[:-1]
    return text + "…" + " " * (width - 1 - _width(text))


def _width(text: str) -> int:
    """Columns on a terminal: East Asian letters and emoji take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
