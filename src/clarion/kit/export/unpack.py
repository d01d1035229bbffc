"""Reads an export into a fresh installation: all of it, or nothing.

Whatever stands in the file is taken for a claim by a stranger until it is checked. Rows come in
within one transaction; pictures wait beside their folder and go to their places as the last
thing before it commits. A picture is named by its own bytes, so one too many does no harm.
"""

import hashlib
import json
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models, transaction

from clarion.kit.export.contents import CONTENTS, FORMAT, MEDIA, SCHEMA, Contents, migrations
from clarion.kit.export.tables import Table, tables
from clarion.kit.home import discard
from clarion.kit.trouble import Trouble, writing

AT_ONCE = 1000  # rows written together
LONGEST = 64 * 1024 * 1024  # bytes of a line
ENCRYPTED = 1
BROKEN = (BadZipFile, EOFError, NotImplementedError, ValueError, struct.error)
UNFIT = (ValueError, TypeError, KeyError, ArithmeticError, RecursionError, ValidationError)


class Unfit(Trouble):
    """Something in the file is not as an export has it."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} Nothing was imported. Take the file as `clarion export` made it."
        )


def unpack(file: Path, media: Path, home_of_all: type[models.Model]) -> Contents:
    """Brings in what `file` holds. Where a row of `home_of_all` is, somebody lives already."""
    with _opened(file) as archive, _beside(media) as staging:
        contents = _contents(archive)
        going = tables()
        _refuse_another(contents, going)
        pictures = _check_members(archive, contents, going)
        for info in pictures:
            _extract(archive, info, staging)
        with transaction.atomic():
            _make_room(home_of_all, going)
            for table in going:
                _load(archive, table, contents)
            _settle(going, contents)
            _place(staging, media)
    return contents


@contextmanager
def _opened(file: Path) -> Iterator[ZipFile]:
    try:
        with ZipFile(file) as archive:
            yield archive
    except FileNotFoundError as error:
        raise Trouble(f"There is no file {file}.") from error
    except OSError as error:
        raise Trouble(f"{file} cannot be read: {error.strerror or error}.") from error
    except BROKEN as error:
        raise Unfit(f"{file} is no whole export of Clarion.") from error


@contextmanager
def _beside(media: Path) -> Iterator[Path]:
    """A folder on the same disk as the pictures, gone at the end."""
    staging = media / ".importing"
    with writing(staging):
        discard(staging)
        staging.mkdir(parents=True, mode=0o700)
        try:
            yield staging
        finally:
            discard(staging)


# ---- what must be there


def _contents(archive: ZipFile) -> Contents:
    try:
        with archive.open(CONTENTS) as said:
            return Contents.read(said.read(LONGEST))
    except (*UNFIT, AttributeError) as error:
        raise Unfit(f"{CONTENTS} is missing or does not say what is there.") from error


def _refuse_another(contents: Contents, going: list[Table]) -> None:
    here = migrations(going)
    if contents.format != FORMAT or contents.migrations != here:
        raise Trouble(
            f"The export was made by Clarion {contents.version}, whose tables are not those of "
            "this one. Import it with that version, then bring that installation up to date."
        )
    labels = [table.label for table in going]
    counted = [table.label for table in going if table.counts]
    if sorted(contents.rows) != labels or sorted(contents.next_ids) != counted:
        raise Unfit(f"{CONTENTS} does not name the tables that there are.")


def _check_members(archive: ZipFile, contents: Contents, going: list[Table]) -> list[ZipInfo]:
    """The pictures. Trouble when anything is there that no export has, or is missing."""
    found = archive.infolist()
    names = [info.filename for info in found]
    if len(set(names)) < len(names):
        raise Unfit("A file is in the export twice.")
    if strange := next((i for i in found if i.compress_type or i.flag_bits & ENCRYPTED), None):
        raise Unfit(f"{strange.filename[:200]!r} is compressed or encrypted.")
    wanted = {CONTENTS, SCHEMA, *(table.member for table in going)}
    if missing := sorted(wanted - set(names)):
        raise Unfit(f"{missing[0]} is missing.")
    pictures = [info for info in found if info.filename not in wanted]
    if unknown := next((i for i in pictures if not MEDIA.fullmatch(i.filename)), None):
        raise Unfit(f"{unknown.filename[:200]!r} does not belong into an export.")
    if len(pictures) != contents.files:
        raise Unfit(f"There are {len(pictures)} pictures instead of {contents.files}.")
    return pictures


# ---- pictures


def _extract(archive: ZipFile, info: ZipInfo, staging: Path) -> None:
    name = Path(info.filename).name
    digest = hashlib.sha256()
    with archive.open(info) as source, (staging / name).open("xb") as into:
        while piece := source.read(1024 * 1024):
            digest.update(piece)
            into.write(piece)
    if digest.hexdigest() != name:
        raise Unfit(f"{info.filename} is not the picture that its name says.")


def _place(staging: Path, media: Path) -> None:
    for path in staging.iterdir():
        target = media / path.name[:2] / path.name
        target.parent.mkdir(exist_ok=True)
        path.replace(target)


# ---- rows


def _make_room(home_of_all: type[models.Model], going: list[Table]) -> None:
    """The account that the first start makes, and nothing else, makes way."""
    if Table(home_of_all).rows.exists():
        raise Trouble(
            f"There is a {home_of_all._meta.verbose_name} here already. Import into a new "
            "installation: set CLARION_DATA to a new folder."
        )
    for table in going:
        table.rows.delete()


def _load(archive: ZipFile, table: Table, contents: Contents) -> None:
    with archive.open(table.member) as lines:
        reader = _Reader(table, lines)
        while rows := list(islice(reader, AT_ONCE)):
            _insert(table, rows, reader.line)
    if reader.line != contents.rows[table.label]:
        raise Unfit(
            f"{table.member} has {reader.line} lines and not {contents.rows[table.label]}."
        )
    if table.counts and contents.next_ids[table.label] <= reader.last:
        raise Unfit(f"{CONTENTS}: the next id of {table.label} is taken.")


def _insert(table: Table, rows: list[models.Model], last: int) -> None:
    try:
        with transaction.atomic():
            table.rows.bulk_create(rows)
    except (DatabaseError, ValueError) as error:
        where = f"{table.member}, lines {last - len(rows) + 1} to {last}"
        raise Unfit(f"{where}: {_reason(error)}") from error


class _Reader:
    """The rows of one file, each checked, in the order of their ids."""

    def __init__(self, table: Table, lines: IO[bytes]) -> None:
        self.table = table
        self.lines = lines
        self.line = 0
        self.last = 0

    def __iter__(self) -> Iterator[models.Model]:
        while text := self.lines.readline(LONGEST):
            self.line += 1
            yield self._row(text)

    def _row(self, text: bytes) -> models.Model:
        said = self._object(text)
        values = {c.name: self._value(c.read, c.name, said[c.name]) for c in self.table.columns}
        row = self.table.model(
            **values, **{f.attname: make() for f, make in self.table.secrets.items()}
        )
        if not row.pk > self.last:
            raise self._unfit(f"the id {row.pk} is there already, or out of order")
        self.last = row.pk
        return row

    def _object(self, text: bytes) -> dict[str, Any]:
        names = [column.name for column in self.table.columns]
        try:
            said = json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise self._unfit("this is no JSON") from error
        if not isinstance(said, dict) or sorted(said) != sorted(names):
            raise self._unfit(f"a row has exactly the columns {', '.join(names)}")
        return said

    def _value(self, read: Callable[[Any], Any], name: str, value: Any) -> Any:
        try:
            return read(value)
        except UNFIT as error:
            raise self._unfit(f"{name} cannot be {str(value)[:60]!r}") from error

    def _unfit(self, why: str) -> Unfit:
        return Unfit(f"{self.table.member}, line {self.line}: {why}.")


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _settle(going: list[Table], contents: Contents) -> None:
    """What refers to something finds it; the next rows get ids that nothing had before."""
    try:
        connection.check_constraints()
    except DatabaseError as error:
        raise Unfit(_reason(error)) from error
    with connection.cursor() as cursor:
        for table in going:
            if table.counts:
                following = contents.next_ids[table.label]
                cursor.execute("SELECT setval(%s, %s, false)", [table.sequence, following])


def _reason(error: Exception) -> str:
    """What the database says, without the statement."""
    about = getattr(error.__cause__, "diag", None)
    said = [about.message_primary, about.message_detail] if about else [str(error)]
    return " ".join(text.rstrip(".") + "." for text in said if text)[:400]
