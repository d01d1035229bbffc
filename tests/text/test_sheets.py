"""Tables as people send them."""

import io
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clarion.text import sheets


def read(data):
    return [cells for _, cells in sheets.rows(io.BytesIO(data))]


WORDS = "text;date\nGrüße, wir haben auf;24.11.2026\n"


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_every_encoding_that_spreadsheets_write_is_read(code):
    assert read(WORDS.encode(code)) == [
        ["text", "date"],
        ["Grüße, wir haben auf", "24.11.2026"],
    ]


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_the_separator_is_found(mark):
    table = f"a{mark}b{mark}c\n1{mark}two words{mark}3\n"
    assert read(table.encode()) == [["a", "b", "c"], ["1", "two words", "3"]]


def test_a_cell_may_hold_line_ends_and_rows_count_as_a_spreadsheet_counts_them():
    table = b'a,b\n"one\ntwo",2\n\n3,4\n'
    rows = list(sheets.rows(io.BytesIO(table)))
    assert rows == [(1, ["a", "b"]), (2, ["one\ntwo", "2"]), (4, ["3", "4"])]


def test_a_workbook_reads_with_its_days_and_hours_and_its_formulas_are_not_run():
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["Text", "Date", "Number", "Sum"])
    book.active.append(["Bread", datetime(2026, 11, 24, 9, 30), 3.0, "=1+1"])
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue()) == [
        ["Text", "Date", "Number", "Sum"],
        ["Bread", "2026-11-24 09:30", "3"],
    ]


def test_what_is_no_table_is_refused_in_a_sentence():
    with pytest.raises(sheets.Unreadable, match=r"old kind \(\.xls\)"):
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    with pytest.raises(sheets.Unreadable, match="not a workbook"):
        read(b"PK\x03\x04 not a zip at all")


def test_a_formula_leaves_as_a_text_and_comes_back_as_it_was():
    table = [["=HYPERLINK(1)", "'=quoted", "-5 °C", "@bo", "plain", "'tis"]]
    line = "".join(sheets.csv_lines(table))
    assert line.startswith("\ufeff'=HYPERLINK(1),''=quoted,'-5 °C,'@bo,plain,'tis")
    assert read(line.encode()) == table
    assert read(sheets.workbook(table, "Posts")) == table


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=2), min_size=1))
def test_whatever_is_written_reads_back(table):
    def kept(rows):
        plain = [[c.replace("\x00", "").strip() for c in row] for row in rows]
        return [row for row in ([*_trimmed(r)] for r in plain) if row]

    table = [["a", "b"], *[[c.replace("\r", "") for c in row] for row in table]]
    assert read("".join(sheets.csv_lines(table)).encode()) == kept(table)


def _trimmed(row):
    while row and not row[-1]:
        row = row[:-1]
    return row
