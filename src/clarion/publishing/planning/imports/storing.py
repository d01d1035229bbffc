"""Write many rows of imports at once: one statement, however many and however different."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from clarion.content.models import ImportRow

CHUNK = 5000
KINDS = {
    **dict.fromkeys(("wish", "problems", "cells"), "jsonb"),
    **dict.fromkeys(("id", "post_id"), "bigint"),
}


def store(rows: Sequence[Mapping[str, Any]]) -> None:
    """`rows`: columns by name, the same in each, with the `id` of the row to change."""
    for n in range(0, len(rows), CHUNK):
        _store(rows[n : n + CHUNK])


def _store(rows: Sequence[Mapping[str, Any]]) -> None:
    """As one text of JSON: an array for each column takes several times as long to write."""
    names = list(rows[0])
    kinds = ", ".join(f"{name} {KINDS.get(name, 'text')}" for name in names)
    sets = ", ".join(f"{name} = v.{name}" for name in names if name != "id")
    # Only names of our own columns are put into the text; every value is a parameter.
    sql = (
        f"UPDATE {ImportRow._meta.db_table} t SET {sets} "  # noqa: S608
        f"FROM jsonb_to_recordset(%s::jsonb) AS v({kinds}) WHERE t.id = v.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [json.dumps(rows)])
