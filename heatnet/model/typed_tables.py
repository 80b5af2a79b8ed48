"""From raw cells to typed tables: one frame a table, indexed by id, with every column of its schema."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from heatnet.errors import Problems, nearest
from heatnet.i18n import _
from heatnet.model.schema import Column
from heatnet.model.validation import is_blank, place_of_cell, typed_cell, unknown_key


@dataclass(frozen=True)
class RawTable:
    """A table as read, before typing.

    Parameters
    ----------
    place : str
        File name for messages.
    frame : pandas.DataFrame
        Raw cells, with `geometry` (shapely or None) where there is one.
    row_word : str
        "line" for CSV, "feature" for GeoJSON, "row" in memory.
    first_row : int
        Number of the first row in the file.
    changed : mapping of int to str
        Rows (by position) that a study's case changes, and where it does.
    """

    place: str
    frame: pd.DataFrame
    row_word: str = "row"
    first_row: int = 1
    changed: Mapping[int, str] = field(default_factory=dict)

    def row(self, position: int) -> str:
        """Return a row's place in the file, and in the study that changes it, as text."""
        words = {"line": _("line {number}"), "feature": _("feature {number}"), "row": _("row {number}")}
        change = f" [{self.changed[position]}]" if position in self.changed else ""
        return words[self.row_word].format(number=position + self.first_row) + change


def as_raw(name: str, table: pd.DataFrame | RawTable | None) -> RawTable:
    """Return a table built in memory, or none at all, as a raw one."""
    if isinstance(table, RawTable):
        return table
    return RawTable(name, pd.DataFrame() if table is None else table.reset_index(drop="id" in table.columns))


def misnamed(raw: RawTable, columns: Collection[str]) -> set[str]:
    """Return the columns that a table lacks because another name stands there for each: noted as an unknown one.

    Parameters
    ----------
    raw : RawTable
    columns : collection of str
        The columns that the table may have.
    """
    given = [str(name) for name in raw.frame.columns]
    strangers = [name for name in given if name not in {*columns, "id", "geometry"} and not name.startswith("x_")]
    guesses = {nearest(name, list(columns)) for name in strangers}
    return {name for name in guesses if name is not None and name not in given}


def is_empty(cell: Any) -> bool:
    """Return whether a raw cell holds nothing."""
    return cell is None or (isinstance(cell, float) and np.isnan(cell))


def typed_table(
    columns: Mapping[str, Column],
    raw: RawTable,
    problems: Problems,
    *,
    required: Collection[str],
    column_at: Callable[[Column, int], Column] = lambda column, _row: column,
) -> pd.DataFrame:
    """Type every cell of a table and fill in defaults.

    Parameters
    ----------
    columns : mapping of str to Column
        The columns that the table may have.
    raw : RawTable
    problems : Problems
        One more for each unknown column, missing column, empty cell that has to be filled, and wrong cell.
    required : collection of str
        Columns that have to be there and filled in every row.
    column_at : callable of (column, row) to Column
        The column as it is limited in one row.

    Returns
    -------
    pandas.DataFrame
        Indexed by id; every column of `columns`, those beginning with ``x_``, and `geometry`.
    """
    _check_columns(raw, columns, required, problems)
    frame = raw.frame
    identity = frame["id"] if "id" in frame.columns else pd.Series([""] * len(frame), index=frame.index)
    data: dict[str, Any] = {}
    for name, column in columns.items():
        cells = frame[name].tolist() if name in frame.columns else [None] * len(frame)
        typed = [
            # most cells are empty: no place is put into words for them
            None
            if is_blank(cell)
            else typed_cell(
                cell, column_at(column, i), place_of_cell(raw.place, raw.row(i), identity.iloc[i], name), problems
            )
            for i, cell in enumerate(cells)
        ]
        if name in required and name in frame.columns:
            _check_filled(column, typed, cells, raw, identity, problems)
        data[name] = _column_array(column, typed)
    for name in frame.columns:
        # x_ohm_per_km is a column of ours
        if str(name).startswith("x_") and name not in columns:
            data[str(name)] = [None if is_empty(cell) else cell for cell in frame[name]]
    geometry = frame["geometry"].tolist() if "geometry" in frame.columns else [None] * len(frame)
    data["geometry"] = pd.Series(geometry, dtype=object)
    result = pd.DataFrame(data)
    result["id"] = result["id"].astype(object)
    return result.set_index("id")


def _column_array(column: Column, typed: list[Any]) -> pd.Series:
    filled = [column.default if cell is None else cell for cell in typed]
    if column.type == "number":
        return pd.Series([np.nan if cell is None else cell for cell in filled], dtype=float)
    if column.type == "flag":
        return pd.Series([bool(cell) for cell in filled], dtype=bool)
    return pd.Series(filled, dtype=object)


def _check_columns(raw: RawTable, columns: Mapping[str, Column], required: Collection[str], problems: Problems) -> None:
    for name in raw.frame.columns:
        text = str(name)
        if text in columns or text == "geometry" or text.startswith("x_"):
            continue
        problems.extend([unknown_key(raw.place, [text], list(columns))])
    elsewhere = misnamed(raw, columns)
    for name in required if len(raw.frame) else ():
        if name not in raw.frame.columns and name not in elsewhere:
            where = f"{raw.place}, {_('column')} {name}"
            problems.add(where, _("is missing"), columns[name].description, _("Add it."))


def _check_filled(
    column: Column, typed: list[Any], cells: list[Any], raw: RawTable, identity: pd.Series, problems: Problems
) -> None:
    for i, (value, cell) in enumerate(zip(typed, cells, strict=True)):
        if value is None and (is_empty(cell) or str(cell).strip() == ""):
            problems.add(
                place_of_cell(raw.place, raw.row(i), identity.iloc[i], column.name), _("is empty"), column.description
            )
