"""The Playground as another network: its places, limits and counting rules, and its name."""

from dataclasses import replace
from functools import cache

from clarion.networks.base import Network
from clarion.networks.playground.network import Publishing, network
from clarion.networks.practice import PRACTISED


@cache
def practising(key: str) -> Network:
    """The Playground as it carries the places, limits and counting rules of another network."""
    other = PRACTISED[key]
    return replace(
        network,
        name=f"{other.name} (practice)",
        practises=key,
        publish=Publishing(other.name, other.surfaces, other.options),
        surfaces=other.surfaces,
        options=other.options,
        threads=other.threads,
        comments=other.comments,
        discloses=other.discloses,
        icon=key,
        notes=(
            f"This is practice: nothing leaves for {other.name}, all stays on the Playground.",
            f"What fits is what the limit registry says of {other.name}.",
        ),
    )
