"""The limit registry under the eyes of whoever keeps it: what is too old, and as a page.

python -m tools.limits    list what was never verified; fail where it was too long ago
"""

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path

from clarion.networks.limits import TOO_OLD, Limit, everything
from clarion.networks.limits.words import KINDS


def main() -> None:
    rows = everything()
    _list("Not verified", [row for row in rows if row.verified is None])
    stale = [row for row in rows if row.is_stale(datetime.now(UTC).date())]
    _list(f"Verified more than {TOO_OLD.days} days ago", stale)
    if stale:
        sys.exit("Read these at their source again, and change value and `verified` there.")


def _list(what: str, rows: Sequence[Limit]) -> None:
    print(f"{what}: {len(rows)} of {len(everything())}")
    for row in rows:
        when = f", {row.verified}" if row.verified else ""
        print(f"  {row.network} {row.surface}.{row.field} = {row.said} ({row.source}{when})")


# --- the page ---------------------------------------------------------------------------------


def page(_: Path) -> str:
    """Every network with its rows, for docs/networks/limits.md."""
    by_network = groupby(everything(), key=lambda row: row.name)
    parts = [f"## {name}\n\n{_table(list(rows))}" for name, rows in by_network]
    return "\n\n".join(parts)


def _table(rows: Sequence[Limit]) -> str:
    lines = ["| where | what | limit | source | verified |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {row.where} | {row.what} | {_said(row)} | {_source(row)} | {_when(row)} |"
        for row in rows
    ]
    return "\n".join(lines)


def _said(row: Limit) -> str:
    counted = f", {row.counted}" if row.counted else ""
    other = "" if row.in_force else " (says another source)"
    note = f". {row.note}" if row.note else ""
    return f"{row.said}{counted}{other}{note}"


def _source(row: Limit) -> str:
    if not row.source:
        return "none yet"
    at = f", {row.source_date}" if row.source_date else ""
    where = row.source.removeprefix("docs/networks/")
    return f"[{KINDS[row.kind]}]({where}){at}"


def _when(row: Limit) -> str:
    return f"{row.verified}" if isinstance(row.verified, date) else "**not verified**"


if __name__ == "__main__":
    main()
