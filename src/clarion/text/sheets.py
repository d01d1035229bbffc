"""Tables as people send them: CSV in any of its dialects, Excel workbooks, lines of JSON.

Every value comes out as a text, as it stands there: nothing is run and nothing is guessed, but
for moments in a workbook, which become ISO texts.
"""

import codecs
import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import IO, Any

CELL_MAX = 100_000  # characters
COLUMNS_MAX = 200
UNPACKED_MAX = 2**30  # bytes that a workbook may grow to
SAMPLE = 65_536  # bytes that encoding and separator are told by
SEPARATORS = ",;\t|"
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")


class Unreadable(ValueError):
    """Not a table that can be read. The message says why and what to do."""


Row = tuple[int, list[str]]  # the line it stands on, as a spreadsheet counts, and its cells


def rows(file: IO[bytes]) -> Iterator[Row]:
    """The rows of the first table in the file, the titles of its columns first."""
    start = file.read(8)
    file.seek(0)
    if start.startswith(b"PK\x03\x04"):
        return _clean(enumerate(_workbook(file), 1))
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            "This is a workbook of the old kind (.xls), or one with a password. Save it as "
            ".xlsx without a password, or as CSV."
        )
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        return _clean(_json_lines(file), restore=str)
    return _clean(enumerate(_csv(file), 1))


def escaped(text: str) -> str:
    """A text that a spreadsheet would take for a formula, so that it does not.

    >>> escaped("=1+1"), escaped("'=1"), escaped("plain")
    ("'=1+1", "''=1", 'plain')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def literal(text: str) -> str:
    """The way back from `escaped`.

    >>> literal(escaped("-5 °C")), literal("'tis")
    ('-5 °C', "'tis")
    """
    return text[1:] if _ESCAPED.match(text) else text


def csv_lines(table: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table as CSV (RFC 4180), a record at a time; a mark tells Excel that it is UTF-8."""
    out = io.StringIO()
    sheet = csv.writer(out)
    out.write("\ufeff")
    for row in table:
        sheet.writerow([escaped(text) for text in row])
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def workbook(table: Iterable[Sequence[str]], title: str) -> bytes:
    """A table as an Excel workbook with one sheet. All cells are texts."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in table:
        sheet.append([_writable(escaped(text)) for text in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- dialects -------------------------------------------------------------------------------


def _clean(
    found: Iterable[tuple[int, Sequence[Any]]], restore: Callable[[str], str] = literal
) -> Iterator[Row]:
    """Texts that a database takes, without blank rows and the empty columns at the end."""
    for line, row in found:
        if len(row) > COLUMNS_MAX:
            raise Unreadable(
                f"It has more than {COLUMNS_MAX} columns. Remove those not needed."
            )
        cells = [_cell(restore(_text(value))) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield line, cells


def _cell(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if len(text) > CELL_MAX:
        raise Unreadable(f"A cell holds more than {CELL_MAX:,} characters. Shorten it.")
    return text.encode(errors="ignore").decode()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date | time | timedelta):
        return _moment(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def _moment(value: datetime | date | time | timedelta) -> str:
    """A workbook keeps a day as its midnight, and a long time of day as a span."""
    if isinstance(value, timedelta):
        hours, rest = divmod(int(value.total_seconds()) % 86_400, 3600)
        return f"{hours:02}:{rest // 60:02}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, datetime) and value.time() != time():
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{value:%Y-%m-%d}"


def _csv(file: IO[bytes]) -> Iterator[list[str]]:
    text = io.TextIOWrapper(file, encoding=_encoding(file), newline="")
    try:
        sample = text.read(SAMPLE)
        text.seek(0)
        separator = _separator(sample)
        if sample[:4].lower() == "sep=":  # Excel's own way of saying so
            text.readline()
        csv.field_size_limit(CELL_MAX * 4)
        yield from csv.reader(text, delimiter=separator)
    except csv.Error as error:
        raise Unreadable(f"It cannot be read as CSV: {error}.") from error
    finally:
        text.detach()


def _encoding(file: IO[bytes]) -> str:
    start = file.read(SAMPLE)
    file.seek(0)
    for mark, name in BOMS:
        if start.startswith(mark):
            return name
    if start[1::2].count(0) > len(start) // 4:
        return "utf-16-le"
    if start[::2].count(0) > len(start) // 4:
        return "utf-16-be"
    return "utf-8" if _is_utf8(file) else "cp1252"  # what Excel writes where nobody asks


def _is_utf8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(2**20):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def _separator(sample: str) -> str:
    """The one that cuts the first rows into the most columns, the same number in each."""
    first, _, rest = sample.partition("\n")
    if first[:4].lower() == "sep=" and first[4:5] in SEPARATORS:
        return first[4:5]

    def worth(separator: str) -> tuple[bool, int]:
        cut = list(csv.reader(io.StringIO(first + "\n" + rest), delimiter=separator))[:20]
        widths = [len(row) for row in cut if row][:-1] or [len(cut[0]) if cut else 0]
        return min(widths) == max(widths) > 1, widths[0]

    return max(SEPARATORS, key=worth)


def _workbook(file: IO[bytes]) -> Iterator[Sequence[Any]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(file) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if size > UNPACKED_MAX:
            raise Unreadable("The workbook unpacks to more than 1 GB. Split it.")  # noqa: TRY301
        file.seek(0)
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        yield from book.worksheets[0].iter_rows(values_only=True)
    except Unreadable:
        raise
    except Exception as error:  # a hostile or broken workbook fails in as many ways as it likes
        raise Unreadable(
            "It is not a workbook that can be read. Save it again as .xlsx, or as CSV."
        ) from error


def _json_lines(file: IO[bytes]) -> Iterator[tuple[int, Sequence[Any]]]:
    header: list[str] = []
    for number, line in enumerate(io.TextIOWrapper(file, encoding="utf-8-sig"), 1):
        try:
            said = json.loads(line) if line.strip() else {}
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise Unreadable(f"Line {number} is not a JSON object.")
        if not header:
            header = list(said)
            yield 0, header
        yield number, [_joined(said.get(name)) for name in header]


def _joined(value: Any) -> Any:
    return "\n".join(map(str, value)) if isinstance(value, list) else value


def _writable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)
