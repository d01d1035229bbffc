"""Look at rows: what each asks for and what is wrong with it, many at a time."""

from collections.abc import Sequence

from django.db.models import QuerySet

from clarion.content.models import ImportRow, Media, Post
from clarion.publishing.planning.imports.storing import store
from clarion.publishing.planning.imports.understanding import Reader, own_number

READ = ("wish", "problems", "state", "key", "slot", "words", "seal", "post_id", "cells")


def look_at(reader: Reader, rows: Sequence[ImportRow]) -> None:
    """Understand these rows and write down what was found. Three queries, however many."""
    posts, pieces = _named(reader, rows), _pieces(reader, rows)
    for row in rows:
        reader.read(row, posts, pieces)
    store([{"id": row.pk, **{name: getattr(row, name) for name in READ}} for row in rows])


def _named(reader: Reader, rows: Sequence[ImportRow]) -> dict[int, Post]:
    """The posts that rows of our own export name."""
    if "id" not in reader.source.columns:
        return {}
    slug = reader.source.workspace.slug
    said = (own_number(row.said("id", reader.source.columns), slug) for row in rows)
    return {p.pk: p for p in whole(reader, [pk for pk in said if pk])}


def whole(reader: Reader, pks: Sequence[int]) -> QuerySet[Post]:
    found = Post.objects.filter(workspace=reader.source.workspace, pk__in=pks)
    return found.prefetch_related("placements__media", "variants", "labels")


def _pieces(reader: Reader, rows: Sequence[ImportRow]) -> dict[int, Media]:
    """The pictures of the library, where rows name any."""
    if "media" not in reader.source.columns:
        return {}
    said = {row.said("media", reader.source.columns) for row in rows}
    if not any(said):
        return {}
    names = {pk for pks in reader.media.values() for pk in pks}
    return Media.objects.in_bulk(names) if len(names) < 5000 else {}
