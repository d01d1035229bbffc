"""A data file of limits becomes values, or a sentence that names the file and the row.

One file for each network:

    name = "…"
    [sources]                  key = { url, kind, date? }
    [surfaces.<surface>]       field = { value, unit, counting?, source?, verified?, note? }
    [prices]                   action = { amount, currency, since, source, verified?, note? }

A price that changes gets a further row, and both stand in a list.
Where sources disagree, a field is a list: the first is in force, the others are told beside it.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from clarion.networks.limits.values import Limit, Price, Value
from clarion.networks.limits.words import FIELDS, KINDS, PRICES, SURFACES, UNITS
from clarion.text.counting import RULES

Table = Mapping[str, Any]
Kind = TypeVar("Kind")
ADDRESS = re.compile(r"https://\S+|docs/\S+\.md")  # of the web, or of a page that comes along
SHAPE = re.compile(r"\d+(\.\d+)?:\d+(\.\d+)?")
PRICE = ("amount", "currency", "since", "source", "verified", "note")
ROW = ("value", "unit", "counting", "source", "verified", "note")


class Wrong(ValueError):
    """A data file says what cannot be. The message names the place and says what to do."""


def read(path: Path) -> Sequence[Limit]:
    """Every row of one network's file, in its order."""
    try:
        said = tomllib.loads(path.read_bytes().decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Wrong(f"{path.name} is no TOML: {error}.") from None
    needed = ("name", "sources", "surfaces")
    _only(path.name, said, (*needed, "prices"), needed)
    _a(path.name, "name", said["name"], str)
    sources = _tables(f"{path.name}, sources", said["sources"])
    for key, source in sources.items():
        _source(f"{path.name}, source {key}", source)
    found = list(_rows(path, said["name"], sources, said["surfaces"]))
    used = {*_used(said["surfaces"]), *_used({"prices": said.get("prices", {})})}
    if unused := sources.keys() - used:
        raise Wrong(f"{path.name}: nothing comes from {min(unused)}. Take that source out.")
    return found


def prices(path: Path) -> Sequence[Price]:
    """Every price of one network's file, in its order. `read` has checked the rest of it."""
    said = tomllib.loads(path.read_bytes().decode())
    return [
        _price(f"{path.name}, prices.{action}", (path.stem, said["name"], action), row, said)
        for action, rows in _table(f"{path.name}, prices", said.get("prices", {})).items()
        for row in (rows if isinstance(rows, list) else [rows])
    ]


def _price(where: str, about: tuple[str, str, str], row: Any, said: Table) -> Price:
    _only(where, _table(where, row), PRICE, PRICE[:4])
    _known(where, "action", about[2], PRICES)
    source = said["sources"][_known(where, "source", row["source"], said["sources"])]
    try:
        amount = Decimal(_a(where, "amount", row["amount"], str))
    except InvalidOperation:
        raise Wrong(
            f'{where}: {row["amount"]!r} is no amount. Write it like "0.015".'
        ) from None
    if not re.fullmatch("[A-Z]{3}", _a(where, "currency", row["currency"], str)):
        raise Wrong(f"{where}: {row['currency']!r} is no currency. Three letters, like USD.")
    return Price(
        *about,
        amount=amount,
        currency=row["currency"],
        since=_a(where, "since", row["since"], date),
        source=source["url"],
        verified=_verified(where, row),
        note=_a(where, "note", row.get("note", ""), str),
    )


def _rows(path: Path, name: str, sources: Table, surfaces: Any) -> Iterator[Limit]:
    for surface, fields in _tables(f"{path.name}, surfaces", surfaces).items():
        _known(path.name, "surface", surface, SURFACES)
        for field, said in fields.items():
            where = f"{path.name}, {surface}.{field}"
            _known(where, "field", field, FIELDS)
            for nth, row in enumerate(said if isinstance(said, list) else [said]):
                about = (path.stem, name, surface, field)
                yield _limit(where, about, _table(where, row), sources, in_force=nth == 0)


def _limit(
    where: str, about: tuple[str, str, str, str], row: Table, sources: Table, *, in_force: bool
) -> Limit:
    _only(where, row, ROW, ("value", "unit"))
    source = sources[_known(where, "source", row["source"], sources)] if "source" in row else {}
    return Limit(
        *about,
        value=_value(where, row),
        unit=row["unit"],
        counting=_known(where, "counting rule", row["counting"], RULES)
        if "counting" in row
        else "",
        source=source.get("url", ""),
        kind=source.get("kind", ""),
        source_date=source.get("date"),
        verified=_verified(where, row),
        note=_a(where, "note", row.get("note", ""), str),
        in_force=in_force,
    )


def _value(where: str, row: Table) -> Value:
    unit = _known(where, "unit", row["unit"], UNITS)
    value = tuple(row["value"]) if isinstance(row["value"], list) else row["value"]
    fits = isinstance(value, UNITS[unit]) and not isinstance(value, bool)
    if isinstance(value, tuple):
        fits = fits and bool(value) and all(isinstance(each, str) for each in value)
    elif isinstance(value, str):
        fits = fits and SHAPE.fullmatch(value) is not None
    else:
        fits = fits and value > 0
    if not fits:
        raise Wrong(f"{where}: {row['value']!r} is no number of {unit}. Correct it.")
    return value


def _verified(where: str, row: Table) -> date | None:
    if "verified" not in row:
        return None
    if "source" not in row:
        raise Wrong(f"{where} was verified, but nobody says where. Name its source.")
    return _a(where, "verified", row["verified"], date)


def _source(where: str, source: Table) -> None:
    _only(where, source, ("url", "kind", "date"), ("url", "kind"))
    _known(where, "kind", source["kind"], KINDS)
    if not ADDRESS.fullmatch(_a(where, "url", source["url"], str)):
        raise Wrong(f"{where}: {source['url']!r} is no address that begins with https://.")
    if "date" in source:
        _a(where, "date", source["date"], date)


def _used(surfaces: Table) -> Iterator[str]:
    for fields in surfaces.values():
        for said in fields.values():
            for row in said if isinstance(said, list) else [said]:
                yield row.get("source", "")


# --- what a table may look like -----------------------------------------------------------


def _only(where: str, said: Table, known: Collection[str], needed: Collection[str]) -> None:
    if strange := said.keys() - set(known):
        raise Wrong(f"{where}: {min(strange)!r} means nothing here. Known: {', '.join(known)}.")
    if missing := [key for key in needed if key not in said]:
        raise Wrong(f"{where}: {missing[0]!r} is missing. Add it.")


def _known(where: str, what: str, said: Any, words: Collection[str]) -> str:
    if not isinstance(said, str) or said not in words:
        raise Wrong(f"{where}: there is no {what} {said!r}. Known: {', '.join(sorted(words))}.")
    return said


def _a(where: str, key: str, said: Any, kind: type[Kind]) -> Kind:
    if not isinstance(said, kind):
        raise Wrong(f"{where}: {key} must be a {kind.__name__}, not {said!r}.")
    return said


def _table(where: str, said: Any) -> Table:
    return _a(where, "the row", said, dict)


def _tables(where: str, said: Any) -> Mapping[str, Table]:
    return {key: _table(f"{where}.{key}", each) for key, each in _table(where, said).items()}
