"""Write many rows of imports at once: one statement, however many and however different."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from clarion.content.models import ImportRow

CHUNK = 5000
JSON = ("wish", "problems", "cells")
NUMBERS = ("id", "post_id")


def store(rows: Sequence[Mapping[str, Any]]) -> None:
    """`rows`: columns by name, the same in each, with the `id` of the row to change."""
    for n in range(0, len(rows), CHUNK):
        _store(rows[n : n + CHUNK])


def _store(rows: Sequence[Mapping[str, Any]]) -> None:
    names = list(rows[0])
    arrays = [[_said(name, row[name]) for row in rows] for name in names]
    kinds = ", ".join("%s::bigint[]" if n in NUMBERS else "%s::text[]" for n in names)
    sets = ", ".join(f"{n} = v.{n}{'::jsonb' if n in JSON else ''}" for n in names if n != "id")
    # Only names of our own columns are put into the text; every value is a parameter.
    sql = (
        f"UPDATE {ImportRow._meta.db_table} t SET {sets} "  # noqa: S608
        f"FROM unnest({kinds}) AS v({', '.join(names)}) WHERE t.id = v.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, arrays)


def _said(name: str, value: Any) -> Any:
    return json.dumps(value) if name in JSON else value
