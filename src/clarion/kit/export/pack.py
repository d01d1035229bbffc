"""Writes an export: one file that depends on nothing but what is in the tables and the folder.

It is a ZIP, which opens everywhere, without compression: so its bytes are the same wherever it
is made, and nothing in it can swell when it is opened. Rows are read in one snapshot and go
straight through: any number fits in memory.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.db import connection, transaction

from clarion import __version__
from clarion.kit import store
from clarion.kit.export.contents import (
    CONTENTS,
    FORMAT,
    MEDIA,
    SCHEMA,
    Contents,
    migrations,
    schema,
)
from clarion.kit.export.tables import Table, left_out, tables
from clarion.kit.trouble import Trouble, writing

AT_ONCE = 2000  # rows fetched together


def pack(file: Path, media: Path) -> Contents:
    """Writes `file` (.zip), whole or not at all. Works while Clarion runs."""
    if file.suffix != ".zip":
        raise Trouble(f"{file.name} should end in .zip.")
    with writing(file), tempfile.TemporaryDirectory(dir=file.absolute().parent) as beside:
        part = Path(beside) / "part"
        with ZipFile(part, "w", ZIP_STORED) as into:
            contents = _fill(into, media)
        part.chmod(0o600)
        part.replace(file)
    return contents


def _fill(into: ZipFile, media: Path) -> Contents:
    going = tables()
    with _snapshot():
        contents = Contents(
            FORMAT,
            __version__,
            migrations(going),
            {table.label: _write_rows(into, table) for table in going},
            {table.label: _next_id(table) for table in going if table.counts},
            _write_files(into, media),
        )
    _write(into, SCHEMA, schema(going, left_out()))
    _write(into, CONTENTS, contents.text())
    return contents


@contextmanager
def _snapshot() -> Iterator[None]:
    """Everything in here sees the same moment, whatever others write meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _write_rows(into: ZipFile, table: Table) -> int:
    count = 0
    with _entry(into, table.member) as entry:
        for line in lines(table):
            entry.write(line)
            count += 1
    return count


def lines(table: Table) -> Iterator[bytes]:
    """The rows by primary key, each a line of JSON with its columns in declared order."""
    columns = table.columns
    rows = table.rows.order_by("pk").values_list(*(c.name for c in columns))
    for row in rows.iterator(AT_ONCE):
        pairs = zip(columns, row, strict=True)
        said = {c.name: None if v is None else c.kind.write(v) for c, v in pairs}
        said = table.without_secrets(said)
        text = json.dumps(said, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        yield text.encode() + b"\n"


def _next_id(table: Table) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT last_value, is_called FROM {table.sequence}")  # noqa: S608
        last, used = cursor.fetchone()
    return int(last) + bool(used)


def _write_files(into: ZipFile, media: Path) -> int:
    count = 0
    for path in _files(media):
        here = path.exists()
        try:
            with store.at_hand(path).open("rb") as source:
                size = os.fstat(source.fileno()).st_size
                with _entry(into, f"media/{path.relative_to(media).as_posix()}", size) as entry:
                    shutil.copyfileobj(source, entry, 1024 * 1024)
        except FileNotFoundError:
            continue  # deleted while this ran
        if not here:
            path.unlink(missing_ok=True)  # it was fetched for this alone
        count += 1
    return count


def _files(media: Path) -> Iterator[Path]:
    """The files of the library, in order; nothing half-written and nothing else."""
    for path in sorted(store.everything(media)):
        if MEDIA.fullmatch(f"media/{path.relative_to(media).as_posix()}"):
            yield path


def _write(into: ZipFile, name: str, text: str) -> None:
    with _entry(into, name) as entry:
        entry.write(text.encode())


@contextmanager
def _entry(into: ZipFile, name: str, size: int = 0) -> Iterator[IO[bytes]]:
    """A file in the archive that says nothing about when and by whom it was made."""
    about = ZipInfo(name)  # of 1980, the year zero of this format
    about.create_system, about.external_attr, about.file_size = 3, 0o600 << 16, size
    with into.open(about, "w", force_zip64=True) as entry:
        yield entry
