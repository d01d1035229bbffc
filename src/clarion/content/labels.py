"""Labels on many things at once: posts, conversations, whatever has a column of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model

from clarion.content.models import Label

Pair = tuple[int, int]  # the id of a thing, the id of a label


def relabel(
    rows: Sequence[Model], add: Sequence[Label], remove: Sequence[Label]
) -> dict[int, dict[str, list[int]]]:
    """Put labels on and take others off. Returns what truly changed, by the id of the thing."""
    if not rows:
        return {}
    had = _pairs(rows, [*add, *remove])
    added = {(row.pk, label.pk) for row in rows for label in add} - had
    removed = {(row.pk, label.pk) for row in rows for label in remove} & had
    exchange(type(rows[0]), added, removed)
    return {row.pk: {"added": _of(row, added), "removed": _of(row, removed)} for row in rows}


def exchange(model: type[Model], add: Iterable[Pair], remove: Iterable[Pair]) -> None:
    """Put these labels on those things and take others off. A label that is gone stays gone."""
    through, column = _through(model)
    add = list(add)
    still = set(Label.objects.filter(pk__in={pk for _, pk in add}).values_list("pk", flat=True))
    through.objects.bulk_create(
        [through(**{column: pk, "label_id": label}) for pk, label in add if label in still],
        ignore_conflicts=True,
    )
    away: dict[int, list[int]] = {}
    for pk, label in remove:
        away.setdefault(label, []).append(pk)
    for label, pks in away.items():
        through.objects.filter(**{f"{column}__in": pks, "label_id": label}).delete()


def _pairs(rows: Sequence[Model], labels: Sequence[Label]) -> set[Pair]:
    through, column = _through(type(rows[0]))
    found = through.objects.filter(
        **{f"{column}__in": [row.pk for row in rows], "label__in": labels}
    )
    return set(found.values_list(column, "label_id"))


def _through(model: type[Model]) -> tuple[Any, str]:
    """The table between, and its column for the thing."""
    field: Any = model._meta.get_field("labels")
    return field.remote_field.through, f"{field.m2m_field_name()}_id"


def _of(row: Model, pairs: Iterable[Pair]) -> list[int]:
    return sorted(label for pk, label in pairs if pk == row.pk)
