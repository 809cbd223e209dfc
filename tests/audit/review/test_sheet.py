"""Rows come out as a table, as JSON lines or as CSV, and none of them can play a trick on its reader."""

import csv
import json
from itertools import count, islice

from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.review.sheet import Sheet, csv_lines, lines

_TEXTS = st.text(max_size=30)
_ROWS = st.lists(st.tuples(_TEXTS, st.integers() | st.none()), max_size=5)


def test_a_table_is_aligned_and_chinese_takes_two_columns() -> None:
    """
    Every column is as wide as its widest cell on a terminal.
    """
    table = list(lines(Sheet(("tenant", "count"), [("华山医院", 3), ("acme", None), ("b", True)]), "table"))

    assert ["tenant    count", "--------  -----", "华山医院  3", "acme", "b         true"] == table


def test_a_table_shows_what_a_terminal_would_obey() -> None:
    """
    Escape sequences and right-to-left overrides are printed, never sent.
    """
    table = list(lines(Sheet(("x",), [("\x1b[2J",), ("a\u202eb",)]), "table"))

    assert ["\\x1b[2J", "a\\u202eb"] == table[2:]


def test_rows_become_csv_while_they_come() -> None:
    """
    However many there are, one of them is held.
    """
    endless = ((number, "=1+1") for number in count())

    assert ["n,text", "0,'=1+1", "1,'=1+1"] == list(islice(csv_lines(("n", "text"), endless), 3))


def test_a_long_cell_is_cut_in_a_table_only() -> None:
    """
    A table stays readable; the other forms lose nothing.
    """
    sheet = Sheet(("x",), [("a" * 100,)])

    assert "a" * 57 + "..." == list(lines(sheet, "table"))[2]
    assert {"x": "a" * 100} == json.loads(next(lines(sheet, "json")))


def test_csv_never_holds_a_formula() -> None:
    """
    A text that a spreadsheet would run is quoted; a negative number stays one.
    """
    written = list(lines(Sheet(("x", "n"), [('=HYPERLINK("//evil")', -5), ("@a", 1)]), "csv"))

    assert [["x", "n"], ['\'=HYPERLINK("//evil")', "-5"], ["'@a", "1"]] == list(csv.reader(written))


def test_a_nested_value_stays_one_cell() -> None:
    """
    Objects and lists are JSON inside their cell.
    """
    sheet = Sheet(("x",), [({"a": [1]},)])

    assert ['{"x":{"a":[1]}}'] == list(lines(sheet, "json"))
    assert [['{"a":[1]}']] == list(csv.reader(list(lines(sheet, "csv"))[1:]))


@given(rows=_ROWS)
def test_json_lines_give_back_every_row(rows: list[tuple[str, int | None]]) -> None:
    """
    What was in the rows is in the lines, one line each.
    """
    bounded = [(text, number % 2**53 if number is not None else None) for text, number in rows]

    written = list(lines(Sheet(("text", "number"), bounded), "json"))

    assert bounded == [(row["text"], row["number"]) for row in map(json.loads, written)]


@given(rows=_ROWS)
def test_a_table_has_one_line_for_each_row(rows: list[tuple[str, int | None]]) -> None:
    """
    No text can add a line of its own.
    """
    written = list(lines(Sheet(("text", "number"), rows), "table"))

    assert len(rows) + 2 == len(written)
    assert all(line.isprintable() for line in written)


def test_an_empty_sheet_still_has_a_head() -> None:
    """
    Nothing found is said with the names of the columns.
    """
    sheet = Sheet(("tenant",), [])

    assert ["tenant", "------"] == list(lines(sheet, "table"))
    assert [["tenant"], []] == [list(lines(sheet, "csv")), list(lines(sheet, "json"))]


def test_a_list_of_texts_is_read_as_one() -> None:
    """
    Nothing at all is an empty cell.
    """
    written = list(lines(Sheet(("x",), [(["a", "b"],), ([],)]), "csv"))

    assert [["a, b"], [""]] == list(csv.reader(written))[1:]
