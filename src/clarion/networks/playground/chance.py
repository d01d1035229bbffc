"""Luck without surprise: the same question always draws the same number."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


def chance(*about: object) -> float:
    """A number in [0, 1) that looks random and depends on nothing but `about`."""
    text = "\x1f".join(map(str, about)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=7).digest()) / (1 << 56)


def pick(options: Sequence[T], *about: object) -> T:
    return options[int(chance(*about) * len(options))]


def weighted(options: Mapping[T, float], *about: object) -> T:
    """One of the options, each as likely as its weight."""
    left = chance(*about) * sum(options.values())
    for option, weight in options.items():
        left -= weight
        if left < 0:
            return option
    return option
