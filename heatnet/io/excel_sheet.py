"""Sheets of a workbook: headings with units, cells with number formats."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from heatnet.io.words import pressure_unit, unit_label

Cell = str | float | int | dt.datetime | None


@dataclass(frozen=True)
class Head:
    """A column heading; `form` names the number format of its cells."""

    label: str
    unit: str = ""
    form: str = "text"
    width: int = 14

    @property
    def text(self) -> str:
        """Label with its unit."""
        return f"{self.label} ({unit_label(self.unit)})" if self.unit else self.label


FORMATS = {"text": "@", "int": "#,##0", "one": "#,##0.0", "two": "#,##0.00", "three": "#,##0.000"}
FORMATS |= {"share": "0.0%", "general": "General", "day": "yyyy-mm-dd", "time": "yyyy-mm-dd hh:mm"}


#: largest width of a column that grows with its texts, and what a filter's button takes of a heading, characters
_MOST_WIDTH, _FILTER_BUTTON = 60, 3
#: height of one line of a heading, points
LINE_POINTS = 15.0


def _characters(text: str) -> int:
    """Return how many Latin characters a text is as wide as: Chinese ones count twice."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _column_width(head: Head, cells: Iterable[Cell]) -> int:
    longest = max((_characters(cell) for cell in cells if isinstance(cell, str)), default=0)
    return max(head.width, min(longest + 1, _MOST_WIDTH))


def line_count(text: str, width: int) -> int:
    """Return into how many lines a text is broken: between words, Chinese ones anywhere."""
    lines, filled = 1, 0
    for word in text.split():
        size = _characters(word)
        if filled and filled + 1 + size > width:
            lines, filled = lines + 1, 0
        filled += size + (1 if filled else 0)
        lines, filled = lines + (filled - 1) // width, (filled - 1) % width + 1
    return lines


class Writer:
    """Writes tables to sheets; knows the formats of the workbook."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._forms = {name: book.add_format({"num_format": code}) for name, code in FORMATS.items()}

    def sheet(self, name: str, heads: Sequence[Head], rows: Sequence[Sequence[Cell]], frozen: int = 1) -> Any:
        """Write one sheet: headings in the first row, frozen, filterable; returns the sheet."""
        page = self.book.add_worksheet(name[:31])
        lines = 1
        for column, head in enumerate(heads):
            width = _column_width(head, (row[column] for row in rows))
            lines = max(lines, line_count(head.text, width - _FILTER_BUTTON))
            page.write_string(0, column, head.text, self._head)
            page.set_column(column, column, width)
        page.set_row(0, LINE_POINTS * lines)
        for number, row in enumerate(rows, start=1):
            for column, (head, cell) in enumerate(zip(heads, row, strict=True)):
                self._cell(page, number, column, cell, head)
        page.freeze_panes(1, frozen)
        if rows:
            page.autofilter(0, 0, len(rows), len(heads) - 1)
        page.repeat_rows(0)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        return page

    def _cell(self, page: Any, row: int, column: int, cell: Cell, head: Head) -> None:
        if cell is None:
            return
        if isinstance(cell, str):
            page.write_string(row, column, cell, self._forms["text"])
        elif isinstance(cell, dt.datetime):
            page.write_datetime(row, column, cell, self._forms[head.form])
        elif math.isfinite(cell):
            factor = pressure_unit()[1] if head.unit == "bar" else 1
            page.write_number(row, column, cell * factor, self._forms[head.form])
