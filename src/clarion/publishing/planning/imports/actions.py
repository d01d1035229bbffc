"""Take a file of posts in, mend its rows, say what becomes of them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from django.db import connection, transaction
from django.utils import timezone

from clarion.accounts.journal import announce, record
from clarion.accounts.models import Workspace
from clarion.accounts.rights import Actor
from clarion.channels.models import Channel
from clarion.content.checks import clean_text
from clarion.content.models import Import, ImportRow
from clarion.kit.errors import Conflict, NotYet
from clarion.publishing.planning.imports import columns as known
from clarion.publishing.planning.imports.matching import match
from clarion.publishing.planning.imports.reading import look_at
from clarion.publishing.planning.imports.understanding import Reader
from clarion.text import sheets

State, Row = Import.State, ImportRow.State
SAMPLE = 200  # rows that the meaning of columns is guessed from
AT_ONCE = 5000  # rows copied into the table in one go
ROWS_MAX = 1_000_000
SETTLED = (Row.DONE, Row.LEFT)
MEND = frozenset({Row.WRONG, Row.NEW, Row.CHANGED, Row.SAME, Row.OUT})


@transaction.atomic
def take_in(
    workspace: Workspace,
    name: str,
    file: IO[bytes],
    *,
    then: str = Import.Then.DRAFT,
    to: Sequence[Channel] = (),
    by: Actor,
) -> Import:
    """Read a CSV, XLSX or JSONL file. Nothing becomes a post before `go`."""
    _must_write(workspace.pk, by)
    name = Path(clean_text(name, "file").strip() or "posts").name[:200]
    try:
        found = sheets.rows(file)
        sample = list(islice(found, SAMPLE))
        if not sample:
            raise NotYet(f"{name} is empty.", "file")
        source = Import(workspace=workspace, name=name, then=_then(then), by=by.name[:200])
        source.to = sorted(c.pk for c in to)
        source.member_id, source.withheld = by.membership_id, sorted(by.withheld)
        body = _guess(source, sample)
        _begin(source)
        _copy(source, chain(body, found))
    except sheets.Unreadable as error:
        raise NotYet(f"{name}: {error}", "file") from error
    record(by, "import.taken_in", f"Import {source.pk}", after={"file": name})
    return source


def _guess(source: Import, sample: Sequence[sheets.Row]) -> Sequence[sheets.Row]:
    """What its columns mean. Returns the rows that are posts and no titles."""
    (line, first), body = sample[0], sample[1:]
    titles = known.by_title(first)
    if titles and (line == 0 or len(titles) > 1 or len(first) == 1):
        source.columns, source.header = titles, [title[:100] for title in first]
    else:
        body = sample
        _guess_by_content(source, [cells for _, cells in sample])
    if not body:
        raise NotYet(f"{source.name} has titles and no rows below them.", "file")
    source.day_first = known.day_first(_days(source, body)) is not False
    return body


def _guess_by_content(source: Import, cells: Sequence[list[str]]) -> None:
    source.columns = known.by_content(cells, _handles(source))
    source.header = [f"Column {_letters(n)}" for n in range(max(map(len, cells)))]


def _handles(source: Import) -> list[str]:
    rows = Channel.objects.filter(workspace=source.workspace)
    return list(rows.values_list("handle", flat=True))


def _days(source: Import, body: Sequence[sheets.Row]) -> list[str]:
    at = source.columns.get("date")
    return [cells[at] for _, cells in body if at is not None and at < len(cells)]


def _letters(n: int) -> str:
    before, last = divmod(n, 26)
    return (_letters(before - 1) if before else "") + chr(65 + last)


def _begin(source: Import) -> None:
    source.state, source.due_at = State.CHECKING, timezone.now()
    source.save()


def _copy(source: Import, found: Iterator[sheets.Row]) -> None:
    """Into the table as a stream, at the speed of the disk."""
    names = "source_id, line, cells, wish, problems, state, key, slot, words, seal"
    into = f"COPY {ImportRow._meta.db_table} ({names}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for number, (line, cells) in enumerate(found):
            if number >= ROWS_MAX:
                raise sheets.Unreadable(f"It has more than {ROWS_MAX:,} rows. Split it.")
            said = json.dumps(cells)
            copy.write_row(
                (source.pk, line, said, "{}", "[]", Row.UNSEEN.value, "", "", "", "")
            )


@transaction.atomic
def set_up(source: Import, *, by: Actor, **changes: Any) -> Import:
    """Another meaning of columns, another default: every row is looked at again.

    `columns` (name -> number of the column, from 0), `then`, `to` (channels), `day_first`.
    """
    source = _locked(source, by)
    if "columns" in changes:
        source.columns = _columns(source, changes["columns"])
    if "then" in changes:
        source.then = _then(changes["then"])
    if "to" in changes:
        source.to = sorted(channel.pk for channel in changes["to"])
    source.day_first = changes.get("day_first", source.day_first)
    source.member_id, source.withheld = by.membership_id, sorted(by.withheld)
    source.save(update_fields=["columns", "then", "to", "day_first", "member", "withheld"])
    source.rows.exclude(state__in=SETTLED).update(state=Row.UNSEEN)
    if not source.move(State.CHECKING):
        raise Conflict("It has just moved on. Look at it again.")
    announce(source.workspace_id, {"import"})
    return source


@transaction.atomic
def mend(row: ImportRow, cells: Mapping[str, str], *, by: Actor) -> ImportRow:
    """Write other words into a row, by the name of what they mean; it is looked at again."""
    source = _locked(row.source, by)
    row = source.rows.get(pk=row.pk)
    if row.state in (Row.DONE, Row.UNSEEN):
        raise Conflict("It is imported already, or not read yet.")
    for field, said in cells.items():
        _write(source, row, field, clean_text(said, field))
    look_at(Reader(source, by), [row])
    match(source)
    announce(source.workspace_id, {"import"})
    row.refresh_from_db()
    return row


def _write(source: Import, row: ImportRow, field: str, said: str) -> None:
    """A field that the file has no column for gets one, for all rows."""
    if field not in known.FIELDS:
        raise NotYet(f"There is no column for {field}.", "cells")
    if field not in source.columns:
        source.columns[field] = len(source.header)
        source.header = [*source.header, known.TITLES[field]]
        source.save(update_fields=["columns", "header"])
    at = source.columns[field]
    row.cells = [*row.cells, *[""] * (at + 1 - len(row.cells))]
    row.cells[at] = said


@transaction.atomic
def leave_out(row: ImportRow, *, left: bool = True, by: Actor) -> ImportRow:
    """Do not import this row; or do, after all."""
    source = _locked(row.source, by)
    row = source.rows.get(pk=row.pk)
    if row.state == Row.DONE:
        raise Conflict("It is imported already.")
    row.state = Row.LEFT
    row.save(update_fields=["state"])
    if not left:
        look_at(Reader(source, by), [row])
        match(source)
        row.refresh_from_db()
    announce(source.workspace_id, {"import"})
    return row


@transaction.atomic
def go(source: Import, *, by: Actor) -> Import:
    """Make posts of all rows that fit. Those that need somebody wait."""
    source = _locked(source, by)
    if not source.rows.filter(state__in=[Row.NEW, Row.CHANGED]).exists():
        raise NotYet("No row is ready to be imported. Mend those that are marked first.")
    source.member_id, source.withheld = by.membership_id, sorted(by.withheld)
    source.save(update_fields=["member", "withheld"])
    if not source.move(State.IMPORTING):
        raise Conflict("It is being imported already.")
    record(by, "import.begun", f"Import {source.pk}", after={"then": source.then})
    return source


@transaction.atomic
def forget(source: Import, *, by: Actor) -> None:
    """Put the list of rows away. Posts that were made of it stay."""
    source = _locked(source, by)
    record(by, "import.forgotten", f"Import {source.pk}", before={"file": source.name})
    source.delete()


def _locked(source: Import, by: Actor) -> Import:
    """The import as it is now, while it waits for somebody."""
    _must_write(source.workspace_id, by)
    row = Import.objects.select_for_update(of=("self",)).select_related("workspace")
    found = row.get(pk=source.pk)
    if found.state != State.READY:
        raise Conflict(f"It is {found.state_label.lower()} just now. Wait until that is done.")
    return found


def _columns(source: Import, asked: Mapping[str, int]) -> dict[str, int]:
    found = {str(k): int(v) for k, v in asked.items() if v is not None}
    if wrong := found.keys() - known.FIELDS.keys():
        raise NotYet(f"“{min(wrong)[:40]}” is nothing that a column can mean.", "columns")
    if any(not 0 <= at < len(source.header) for at in found.values()):
        raise NotYet(f"The file has {len(source.header)} columns, counted from 0.", "columns")
    if len(set(found.values())) < len(found):
        raise NotYet("Two meanings for one column. Choose another column for one.", "columns")
    return found


def _then(said: str) -> str:
    if said not in Import.Then.values:
        raise NotYet(f"It is one of {', '.join(Import.Then.values)}.", "then")
    return str(said)


def _must_write(workspace_id: int, by: Actor) -> None:
    if not (by.workspace_id == workspace_id and by.can_somewhere("write")):
        by.must("write", workspace_id)
