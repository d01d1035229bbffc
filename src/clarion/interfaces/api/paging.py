"""Pages of a list by cursor: rows that are added meanwhile push nothing out of sight."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core import signing
from django.db.models import Model, Q, QuerySet

from clarion.kit.errors import NotYet

LIMIT = 50
LIMIT_MAX = 200


def turn(
    rows: QuerySet[Any] | Sequence[Any], order: str, cursor: str, limit: int, *, of: str
) -> tuple[list[Any], str | None]:
    """The rows after `cursor`, and the cursor of the next page.

    `of` names the list: a cursor fits no other. `order` is one column that is never null, with
    a minus for "newest first"; the id decides between equals. A list that never changes is cut
    by position instead.
    """
    if not isinstance(rows, QuerySet):
        return _cut(rows, cursor, limit, of)
    name, down = order.lstrip("-"), order.startswith("-")
    if cursor:
        rows = rows.filter(_after(rows.model, name, down, _opened(cursor, of)))
    sign = "-" if down else ""
    found = list(rows.order_by(f"{sign}{name}", f"{sign}pk")[: limit + 1])
    more = found[limit - 1] if len(found) > limit else None
    return found[:limit], None if more is None else _sealed(name, more, of)


def _cut(rows: Sequence[Any], cursor: str, limit: int, of: str) -> tuple[list[Any], str | None]:
    start = int(_opened(cursor, of)["pk"]) if cursor else 0
    end = start + limit
    after = signing.dumps([of, "", end], salt="cursor") if len(rows) > end else None
    return list(rows[start:end]), after


def _sealed(name: str, row: Model, of: str) -> str:
    value = str(getattr(row, name))
    return signing.dumps([of, value, row.pk], salt="cursor", compress=True)


def _opened(cursor: str, wanted: str) -> Mapping[str, Any]:
    try:
        of, value, pk = signing.loads(cursor, salt="cursor")
    except (signing.BadSignature, ValueError):
        of = None
    if of != wanted:
        raise NotYet(
            "This cursor is not one of this list. Take `next_cursor` from the answer before, "
            "or leave it out to begin at the beginning.",
            "cursor",
        )
    return {"value": value, "pk": pk}


def _after(model: type[Model], name: str, down: bool, at: Mapping[str, Any]) -> Q:
    beyond = "lt" if down else "gt"
    if name == "pk":
        return Q(**{f"pk__{beyond}": at["pk"]})
    value = model._meta.get_field(name).to_python(at["value"])  # type: ignore[union-attr]
    same = Q(**{name: value, f"pk__{beyond}": at["pk"]})
    return Q(**{f"{name}__{beyond}": value}) | same
