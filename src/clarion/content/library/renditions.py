"""Media made to fit where they go: ordered when a post is planned, made by the worker."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from django.utils import timezone

from clarion.channels.models import Channel
from clarion.content.library.keeping import working
from clarion.content.models import Media, Rendition, Variant
from clarion.content.models.media import located
from clarion.content.models.rooms import room
from clarion.kit import store
from clarion.kit.errors import NotYet
from clarion.networks.base import Media as Piece
from clarion.pictures import making, recipes
from clarion.pictures.kinds import Unfit

State = Rendition.State


def order(variants: Iterable[Variant], *, again: bool = False) -> int:
    """Have made whatever these variants need and nobody has ordered yet. Returns how many.

    `again`: also what failed before.
    """
    wanted = {
        (media.pk, recipes.key(recipe)): Rendition(
            media=media,
            recipe=recipe,
            key=recipes.key(recipe),
            state=State.WAITING,
            due_at=timezone.now(),
        )
        for variant in variants
        for media, recipe in _needed(variant)
    }
    rows = Rendition.objects.filter(media__in={pk for pk, _ in wanted})
    have = {(r.media_id, r.key): r for r in rows}
    for row in rows:
        if again and row.state == State.FAILED:
            row.move(State.WAITING)
    fresh = [row for at, row in wanted.items() if at not in have]
    Rendition.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def attach(variants: Sequence[Variant]) -> None:
    """Let their media know what was made of them, in one query for all."""
    media = [m for variant in variants for m in variant.post.pieces()]
    made: dict[int, dict[str, Rendition]] = {}
    rows = Rendition.objects.filter(media__in={m.pk for m in media})
    for row in rows.exclude(state=State.WAITING):
        made.setdefault(row.media_id, {})[row.key] = row
    for medium in media:
        medium.made = made.get(medium.pk, {})


def fetch(pieces: Iterable[Piece]) -> None:
    """Have their files on this machine. Raises store.Unreachable or FileNotFoundError."""
    for piece in pieces:
        if piece.path is not None:
            store.at_hand(piece.path)


def _needed(variant: Variant) -> list[tuple[Media, recipes.Recipe]]:
    return [
        (media, recipe)
        for media in variant.post.pieces()
        if media.pk not in variant.without
        and (recipe := recipe_for(media, variant.channel, variant.surface))
    ]


def recipe_for(media: Media, channel: Channel, surface: str) -> recipes.Recipe | None:
    """What has to be done to it before it can stand there; None: nothing."""
    return recipes.fit(media.shape(), room(channel, surface, media.kind))


def make(rendition: Rendition, told: Callable[[int], None]) -> dict[str, object]:
    """Carry it out, and say what came of it. Raises NotYet. Doing it again is fine."""
    media = rendition.media
    with working() as folder:
        into = folder / "made"
        source = _source(media)
        try:
            width, height = making.make(
                source, rendition.recipe, media.milliseconds / 1000, into, told
            )
        except Unfit as error:
            raise NotYet(f"{media.name}: {error}") from error
        with into.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = into.stat().st_size
        store.put(into, located(sha256, "made"))
    found = {"sha256": sha256, "size": size, "mime": rendition.recipe["to"], "progress": 100}
    return {**found, "width": width, "height": height}


def _source(media: Media) -> Path:
    try:
        return store.at_hand(media.path)
    except FileNotFoundError as error:
        raise NotYet(
            f"The file of {media.name} is missing. Add it to the library again."
        ) from error
