"""The tables of the documents that are made from code, so that they cannot say what is not so.

    python -m tools.readme            write them anew
    python -m tools.readme --check    only say which are out of date

They stand between `<!-- made by tools/readme.py: NAME -->` and `<!-- end -->`.
"""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

import django

from clarion.loop import STAGES
from clarion.networks.base import Network, Once
from clarion.networks.limits.words import COUNTED
from clarion.networks.registry import NETWORKS
from tools import acceptance
from tools import limits as registry

ROOT = Path(__file__).resolve().parent.parent
FILES = (
    "README.md",
    "docs/concepts.md",
    "docs/export.md",
    "docs/networks/README.md",
    "docs/networks/limits.md",
)
BLOCK = re.compile(r"(<!-- made by tools/readme.py: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)

CAN = {
    "publish": "publish",
    "edit": "change what is live",
    "thread": "threads",
    "community": "inbox, answers",
    "listening": "search",
    "streaming": "live stream",
    "measurement": "counts",
    "ads": "promotions",
}
ONCE = {
    Once.CLIENT_ID: "an id that Clarion chooses",
    Once.KEY: "a key, and reading back",
    Once.READ_BACK: "reading back",
    Once.NOTHING: "a person who looks",
}


def main(words: Sequence[str]) -> None:
    check = "--check" in words
    stale = [name for name in FILES if _bring_up_to_date(ROOT / name, write=not check)]
    if stale and check:
        sys.exit(f"Out of date: {', '.join(stale)}. Write them with: python -m tools.readme")
    if check and (wrong := acceptance.unknown() + forgotten()):
        sys.exit("\n".join(wrong))


def _bring_up_to_date(path: Path, *, write: bool) -> bool:
    """Whether it was out of date."""
    before = path.read_text()
    after = BLOCK.sub(lambda m: f"{m[1]}\n{TABLES[m[2]](path.parent)}\n\n{m[3]}", before)
    if write and after != before:
        path.write_text(after)
    return after != before


def forgotten() -> list[str]:
    """Lines said to be met for which there is no test any more."""
    marked = {mark.line for mark in acceptance.marked()}
    lost = sorted(acceptance.last().keys() - marked)
    return [f"No test accepts {line} any more. Run: make acceptance" for line in lost]


# --- tables: each gets the folder it stands in, for its links ---------------------------------


def capabilities(here: Path) -> str:
    """What Clarion can do on each network, as the adapters themselves say it."""
    rows = [
        [_name(n, here), *("yes" if n.can()[key] else "no" for key in CAN)] for n in _networks()
    ]
    return table(["", *CAN.values()], rows)


def limits(here: Path) -> str:
    heads = ["", "text", "pictures", "description", "posts", "said once by", "as of"]
    return table(heads, [[_name(n, here), *_limits(n)] for n in _networks()])


def notes(_: Path) -> str:
    """Honest limits, a sentence each."""
    return "\n".join(f"- **{n.name}**: {note}" for n in _networks() for note in n.notes)


def stages(_: Path) -> str:
    rows = [[str(nth), f"`{s.key}`", s.question] for nth, s in enumerate(STAGES, 1)]
    return table(["", "stage", "its question"], rows)


def met(here: Path) -> str:
    """How many acceptance lines the last full run showed to be met."""
    systems = acceptance.by_system(acceptance.last())
    met_all, there_are = (sum(column) for column in zip(*systems.values(), strict=True))
    rows = [(name, f"{n} of {of}") for name, (n, of) in systems.items()]
    half = -(-len(rows) // 2)
    pairs = zip_longest(rows[:half], rows[half:], fillvalue=("", ""))
    cells = [[*left, *right] for left, right in pairs]
    link = _link("docs/acceptance.md", here)
    said = f"**{met_all} of {there_are}** lines of {link} are met by a test that shows it."
    return f"{said}\n\n{table(['what people hire', 'met', 'what people hire', 'met'], cells)}"


def exported(_: Path) -> str:
    """Every table that goes along, and every column of it."""
    tables = _schema()["tables"].items()
    parts = [
        (f"### {label}", told["means"], _columns(told["columns"])) for label, told in tables
    ]
    return "\n\n".join(part for each in parts for part in each if part)


def stays(_: Path) -> str:
    schema = _schema()
    rows = [[f"`{label}`", why] for label, why in schema["tables_left_out"].items()]
    rows += [
        [f"`{label}.{name}`", "a secret column: something empty stands there after an import"]
        for label, table in schema["tables"].items()
        for name in table["left_out"]
    ]
    return table(["table or column", "why it stays"], rows)


TABLES: Mapping[str, Callable[[Path], str]] = {
    "capabilities": capabilities,
    "limits": limits,
    "registry": registry.page,
    "notes": notes,
    "stages": stages,
    "acceptance": met,
    "exported": exported,
    "stays": stays,
}


# --- pieces ---------------------------------------------------------------------------------


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


@cache
def _schema() -> Any:
    """What stands in every export as schema.json."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clarion.config.settings")
    os.environ.setdefault("CLARION_SECRET_KEY", "only-for-documents")
    django.setup()
    from clarion.kit.export.contents import schema
    from clarion.kit.export.tables import left_out, tables

    return json.loads(schema(tables(), left_out()))


def _columns(columns: Mapping[str, Any]) -> str:
    rows = [[f"`{name}`", _type(told), told["means"]] for name, told in columns.items()]
    return table(["column", "type", "what it means"], rows)


def _type(told: Mapping[str, Any]) -> str:
    of = f" of `{told['refers_to']}`" if "refers_to" in told else ""
    values = f": {', '.join(f'`{value}`' for value in told.get('values', ()))}".rstrip(": ")
    return f"{told['type']}{of}{values}{' or null' if told['null'] else ''}"


def _networks() -> list[Network]:
    return sorted(NETWORKS.values(), key=lambda n: (n.practice, n.name))


def _name(network: Network, here: Path) -> str:
    return _link(f"docs/networks/{network.key}.md", here, network.name)


def _link(path: str, here: Path, text: str = "") -> str:
    return f"[{text or path}]({Path(os.path.relpath(ROOT / path, here)).as_posix()})"


def _limits(network: Network) -> list[str]:
    known = network.limits
    each = f", {_size(known.image_bytes)} each" if known.image_bytes else ""
    more = f", {known.text_bytes:,} bytes" if known.text_bytes else ""
    return [
        f"{known.text:,} characters, {COUNTED[known.counting]}{more}",
        f"{known.media}{each}",
        f"{known.alt:,} characters" if known.alt else "no limit known",
        _pace(network),
        ONCE[network.publish.once],
        f"{known.as_of:%Y-%m-%d}",
    ]


def _size(count: int) -> str:
    whole = count % 2**20 == 0
    return f"{count // 2**20} MiB" if whole else f"{count / 1_000_000:g} MB"


def _pace(network: Network) -> str:
    paces = {"an hour": network.limits.per_hour, "a day": network.limits.per_day}
    said = [f"{count:,} {what}" for what, count in paces.items() if count]
    return ", ".join(said) or "no limit known"


if __name__ == "__main__":
    main(sys.argv[1:])
