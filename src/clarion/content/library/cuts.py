"""What would be cut off, and where: by the recipes that are carried out later."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from clarion.content.models.rooms import room_on
from clarion.networks import registry
from clarion.networks.practice import PRACTISED
from clarion.networks.surfaces import Surface
from clarion.pictures import recipes
from clarion.pictures.recipes import Shape

FINEST = 20  # the largest denominator that reads as a ratio


@dataclass
class Cut:
    """What is left of it in some places."""

    crop: tuple[int, int, int, int]  # x, y, width, height in pixels of the original
    ratio: str  # such as 4:5
    places: dict[str, list[str]] = field(default_factory=dict)  # of networks, by their names

    @property
    def window(self) -> str:
        """The view box of an SVG that shows this and nothing else."""
        return " ".join(map(str, self.crop))

    @property
    def where(self) -> str:
        return "; ".join(f"{name}: {', '.join(all_)}" for name, all_ in self.places.items())


def cuts(shape: Shape) -> list[Cut]:
    """Each different cut, tall ones first. What is shown whole everywhere has none."""
    found: dict[tuple[int, int, int, int], Cut] = {}
    for key, name, place in _places(shape.kind):
        room = room_on(key, place.key, shape.kind)
        recipe = recipes.fit(shape, room)
        if recipe is None or "crop" not in recipe:
            continue
        x, y, width, height = recipe["crop"]
        wide = room.ratio_max is not None and shape.width > shape.height * room.ratio_max
        ratio = room.ratio_max if wide else room.ratio_min
        cut = found.setdefault(
            (x, y, width, height), Cut((x, y, width, height), _said(ratio or 1))
        )
        cut.places.setdefault(name, []).append(place.name)
    return sorted(found.values(), key=lambda cut: cut.crop[2] / cut.crop[3])


def _places(kind: str) -> Iterator[tuple[str, str, Surface]]:
    """Every place of every network that takes this kind of media: the key of its limits."""
    for key, _ in registry.choices():
        network = registry.get(key)
        if not network.practice:
            yield from ((key, network.name, p) for p in network.surfaces if kind in p.kinds)
    for key, practised in PRACTISED.items():
        yield from ((key, practised.name, p) for p in practised.surfaces if kind in p.kinds)


def _said(ratio: float) -> str:
    """
    >>> _said(0.8), _said(1.91), _said(9 / 16)
    ('4:5', '1.91:1', '9:16')
    """
    near = Fraction(ratio).limit_denominator(FINEST)
    if abs(float(near) - ratio) < 1e-6:
        return f"{near.numerator}:{near.denominator}"
    return f"{ratio:g}:1"
