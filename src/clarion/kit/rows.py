"""Many new rows at once, as a stream: several times as fast as INSERT with its parameters."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction

Row = TypeVar("Row", bound=models.Model)


@transaction.atomic
def insert(rows: Sequence[Row]) -> Sequence[Row]:
    """Write new rows of one table and give each its id. Constraints hold; no signals."""
    if not rows:
        return rows
    meta = rows[0]._meta
    fields = meta.concrete_fields
    connection = connections[DEFAULT_DB_ALIAS]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        if meta.auto_field is not None:
            _number(rows, cursor)
        with cursor.copy(f"COPY {quote(meta.db_table)} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(
                    [f.get_db_prep_save(f.pre_save(row, add=True), connection) for f in fields]
                )
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001
    return rows


def _number(rows: Sequence[models.Model], cursor: Any) -> None:
    """The next ids of the table, in the order of the rows."""
    meta = rows[0]._meta
    column = meta.pk.column
    sql = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
    cursor.execute(sql, [meta.db_table, column, len(rows)])
    for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
        row.pk = number
