"""Tables as data: columns with units, rows with numbers; one template prints them all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from heatnet.i18n import _
from heatnet.io.words import pressure_unit

Cell = str | float | int | None
MISSING = "–"
#: a number and its per-cent sign stay on one line
_THIN = "\u202f"


@dataclass(frozen=True)
class Column:
    """One column.

    Parameters
    ----------
    label : str
        Heading, in the current language.
    unit : str
        Unit, printed in the heading.
    digits : int or None
        Decimals of its numbers; None for a column of text, which is set flush left.
    factor : float
        Numbers are printed times this factor, such as 100 for shares in %.
    group : str
        Heading above this column and its neighbours of the same group.
    short : bool
        Its cells are a word or two that stay on one line, whatever room its neighbours ask for.
    """

    label: str
    unit: str = ""
    digits: int | None = None
    factor: float = 1.0
    group: str = ""
    short: bool = False

    def printed(self, cell: Cell) -> str:
        """Return a cell as printed; a missing or not finite number is a dash, never a zero."""
        if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
            return MISSING
        if isinstance(cell, str):
            return cell
        return number(cell * self.factor, self.digits or 0)


@dataclass(frozen=True)
class Row:
    """One row: a plain one, a total, a subheading over the whole width, or a failed case with its reason."""

    cells: tuple[Cell, ...]
    kind: Literal["plain", "total", "subheading", "failed"] = "plain"


@dataclass(frozen=True)
class Table:
    """A table with its caption and what must be known to read it."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""

    @property
    def groups(self) -> list[tuple[str, int]]:
        """Group headings with the number of columns below each; empty where no column has one."""
        if not any(column.group for column in self.columns):
            return []
        return [(name, len(list(members))) for name, members in groupby(self.columns, key=lambda column: column.group)]

    def printed(self, row: Row) -> list[str]:
        """Return the printed cells of a row."""
        return [column.printed(cell) for column, cell in zip(self.columns, row.cells, strict=False)]


def number(value: float, digits: int) -> str:
    """Return a number with grouped thousands, a true minus sign, and no minus zero.

    >>> number(-1234.56, 1)
    '−1,234.6'
    >>> number(-0.01, 1)
    '0.0'
    """
    if not math.isfinite(value):
        return MISSING
    text = f"{value:,.{digits}f}"
    if text.startswith("-"):
        return text[1:] if not text.strip("-0.,") else "−" + text[1:]
    return text


def gauge_unit() -> str:
    """Return the unit of a gauge pressure, with the word gauge: bar gauge, or MPa（表压）."""
    return _("{unit} gauge").format(unit=pressure_unit()[0])


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share in per cent, or a dash."""
    return MISSING if share is None else f"{number(100.0 * share, digits)}{_THIN}%"


def percent_range(bounds: Sequence[float] | None) -> str:
    """Return a range of shares in per cent, or a dash."""
    if bounds is None:
        return MISSING
    return f"{number(100.0 * bounds[0], 1)}–{number(100.0 * bounds[1], 1)}{_THIN}%"
