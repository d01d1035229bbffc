"""Carries out a recipe: the picture or film as one network takes it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from clarion.pictures import films
from clarion.pictures.kinds import Unfit
from clarion.pictures.recipes import Recipe

if TYPE_CHECKING:
    import pyvips

QUALITIES = (90, 84, 78, 70, 60, 50)
SMALLER = 0.85  # of the sides, where no quality is enough
PAPER = [255, 255, 255]  # behind what is transparent, where a format knows no transparency
_SAVE = {"image/jpeg": ".jpg", "image/webp": ".webp", "image/png": ".png"}


def make(
    path: Path, recipe: Recipe, seconds: float, into: Path, told: Callable[[int], None]
) -> tuple[int, int]:
    """Writes what the recipe says and returns its width and height. Raises Unfit."""
    if recipe["to"].startswith("video/"):
        films.encode(path, recipe, seconds, into, told)
        return recipe["width"], recipe["height"]
    return _picture(path, recipe, into)


def _picture(path: Path, recipe: Recipe, into: Path) -> tuple[int, int]:
    import pyvips

    try:
        whole = _drawn(path, recipe)
        share, most = 1.0, recipe.get("bytes")
        while min(whole.width, whole.height) * share >= 1:
            image = whole if share == 1 else whole.resize(share)
            for data in _saved(image, recipe["to"]):
                if most is None or len(data) <= most:
                    into.write_bytes(data)
                    return int(image.width), int(image.height)
            share *= SMALLER
    except pyvips.Error as error:
        raise Unfit("The picture could not be converted. Export it again.") from error
    raise Unfit("The picture cannot be made as small as the network wants.")


def _drawn(path: Path, recipe: Recipe) -> "pyvips.Image":
    """Cut and sized, in the colours that screens show."""
    import pyvips

    image = pyvips.Image.new_from_file(str(path))
    if crop := recipe.get("crop"):
        image = image.crop(*crop)
    if (image.width, image.height) != (recipe["width"], recipe["height"]):
        image = image.thumbnail_image(
            recipe["width"], height=recipe["height"], size="force", no_rotate=True
        )
    if image.interpretation not in ("srgb", "b-w"):
        image = image.colourspace("srgb")
    if recipe["to"] == "image/jpeg" and image.hasalpha():
        image = image.flatten(background=PAPER)
    return image.copy_memory()


def _saved(image: "pyvips.Image", mime: str) -> "list[bytes] | _Ladder":
    if mime == "image/png":
        return [image.write_to_buffer(".png", keep="none", compression=9)]
    return _Ladder(image, mime)


class _Ladder:
    """The picture in ever lower quality, made one after the other as it is asked for."""

    def __init__(self, image: "pyvips.Image", mime: str) -> None:
        self.image, self.mime = image, mime

    def __iter__(self):  # type: ignore[no-untyped-def]
        for quality in QUALITIES:
            yield self.image.write_to_buffer(_SAVE[self.mime], Q=quality, keep="none")
