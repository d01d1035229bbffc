"""The limit registry: what every network allows, as dated and sourced data.

The rows stand in `data/<network>.toml` and are read once. A changed row changes what is
checked, without a change in code. What an account's own server says counts more, see
`Connects.limits`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from functools import cache
from pathlib import Path

from clarion.networks.limits import reading
from clarion.networks.limits.reading import Wrong, read
from clarion.networks.limits.values import TOO_OLD, Limit, Limits, Price

__all__ = [
    "TOO_OLD",
    "Limit",
    "Limits",
    "Price",
    "Wrong",
    "all_prices",
    "allowed",
    "everything",
    "limits",
    "price",
    "prices",
    "told",
]

FOLDER = Path(__file__).parent / "data"
UNSAID = "codepoints"  # how a text is counted where no source says how
# What belongs to the shape of media, and the places where it is the usual one.
SHAPE = {
    *("ratio", "ratio_min", "ratio_max", "width_min", "width_max", "height_min", "height_max"),
    *("sides", "video_seconds", "video_seconds_min", "media_min"),
}
POLL = ("poll", "poll_choice", "seconds", "seconds_min")  # hold wherever a poll stands
SAME_SHAPE = ("carousel", "photo")
_HEEDED = {f.name for f in fields(Limits)} - {"counting", "source", "as_of", "live"}


def limits(network: str, surface: str = "feed") -> Mapping[str, Limit]:
    """Field -> the limit in force there. Other words for the same field are in `told`.

    >>> limits("x", "feed")["text"].number
    280
    """
    found = _on(network, surface)
    if not found:
        raise LookupError(f"No limits of {network} are known for {surface!r}.")
    return found


@cache
def allowed(network: str, surface: str = "feed") -> Limits:
    """What a post there has to heed, where its own server says nothing else.

    What a surface says nothing of holds as in the network's usual place; but for the shape of
    media, which is another one for a story than for a post.
    """
    found = _in_force(network, surface)
    used = [row for field, row in found.items() if field in _HEEDED]
    dates = [row.as_of for row in used if row.as_of is not None]
    if "text" not in found or not dates:
        raise LookupError(
            f"The limits of {network} do not say how long a text may be, or when."
        )
    return Limits(
        **{field: row.value for field, row in found.items() if field in _HEEDED},  # type: ignore[arg-type]
        counting=found["text"].counting or UNSAID,
        source=", ".join(dict.fromkeys(row.source for row in used if row.source)),
        as_of=min(dates),
    )


def price(network: str, action: str, on: date) -> Price | None:
    """What the network asks for that on a day; None where nobody has noted it.

    A network that has no price of its own for a post with a link asks that of a post.
    """
    known = [row for row in prices(network) if row.since <= on]
    rows = [row for row in known if row.action == action]
    if not rows and action == "post_with_link":
        rows = [row for row in known if row.action == "post"]
    return max(rows, key=lambda row: row.since, default=None)


def prices(network: str) -> Sequence[Price]:
    """The network's whole price list, old rows too; empty where none is known."""
    return _price_lists().get(network, ())


def all_prices() -> Sequence[Price]:
    """The price lists of all networks."""
    return [row for rows in _price_lists().values() for row in rows]


def _in_force(network: str, surface: str) -> dict[str, Limit]:
    usual = told(network)[0].surface
    polls = {k: row for k, row in _on(network, "poll").items() if k in POLL}
    found = {**polls, **_on(network, usual)}
    if surface in ("feed", usual):
        return found
    kept = found if surface in SAME_SHAPE else {k: found[k] for k in found.keys() - SHAPE}
    return {**kept, **_on(network, surface)}


def _on(network: str, surface: str) -> dict[str, Limit]:
    """Field -> the row in force there. Where there is a description, that is the text."""
    found = {row.field: row for row in told(network) if row.surface == surface and row.in_force}
    if "description" in found and "text" not in found:
        found["text"] = found["description"]
    return found


def everything() -> Sequence[Limit]:
    """Every row of every network."""
    return [row for rows in _registry().values() for row in rows]


def told(network: str) -> Sequence[Limit]:
    """Every row of one network, also what only some sources say."""
    if network not in _registry():
        raise LookupError(f"No limits of {network!r} are known.")
    return _registry()[network]


@cache
def _price_lists() -> Mapping[str, Sequence[Price]]:
    return {path.stem: reading.prices(path) for path in sorted(FOLDER.glob("*.toml"))}


@cache
def _registry() -> Mapping[str, Sequence[Limit]]:
    return {path.stem: read(path) for path in sorted(FOLDER.glob("*.toml"))}
