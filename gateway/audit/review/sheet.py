"""Rows on their way to a reader: an aligned table, JSON lines, or CSV."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import orjson

FORMATS = ("table", "json", "csv")

_WIDEST = 60
# A spreadsheet takes a cell that begins like this for a formula, and runs it.
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Sheet:
    """Columns and rows; a cell is a text, a number, a truth value, None, or a value that JSON can write."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]


def lines(sheet: Sheet, form: str) -> Iterator[str]:
    """Return the sheet as lines without their ends, in one of `FORMATS`."""
    if form == "json":
        return _json_lines(sheet)
    return csv_lines(sheet.columns, sheet.rows) if form == "csv" else _table_lines(sheet)


def _json_lines(sheet: Sheet) -> Iterator[str]:
    for row in sheet.rows:
        yield orjson.dumps(dict(zip(sheet.columns, row, strict=True)), default=str).decode()


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Return rows as CSV, lines without their ends, while they come."""
    for row in chain([columns], rows):
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="").writerow([_harmless(cell) for cell in row])
        yield buffer.getvalue()


def _table_lines(sheet: Sheet) -> Iterator[str]:
    rows = [[_cut(_visible(_text(cell))) for cell in row] for row in sheet.rows]
    heads = [_visible(column) for column in sheet.columns]
    widths = [max(map(_width, column)) for column in zip(heads, *rows, strict=True)]
    yield _aligned(heads, widths)
    yield "  ".join("-" * width for width in widths)
    for row in rows:
        yield _aligned(row, widths)


def _aligned(cells: Iterable[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, list | tuple) and all(isinstance(one, str) for one in cell):
        return ", ".join(cell)
    if isinstance(cell, dict | list | tuple):
        return orjson.dumps(cell, default=str).decode()
    return str(cell)


def _harmless(cell: Any) -> str:
    text = _text(cell)
    return "'" + text if isinstance(cell, str) and text.startswith(_FORMULA_BEGINS) else text


def _visible(text: str) -> str:
    """Show what a terminal would obey, and what would reorder a line, as its escape."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 3] + "..."


def _width(text: str) -> int:
    """Return how many columns a terminal gives it: Chinese characters take two."""
    if text.isascii():
        return len(text)
    return sum(_columns(one) for one in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
