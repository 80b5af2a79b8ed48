"""A programme as matrices, and rows added to it hour by hour.

`heatnet.dispatch.linear_model` states what all programmes have in common. Rows of commitment add to its rows too, and are sums
over hours that are shifted against each other: here they are stated as arrays of columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatnet.model.hourly import BoolArray, FloatArray

IntArray = NDArray[np.int64]
#: columns and their factors; a column below 0 is absent
Term = tuple[IntArray, FloatArray | float]


@dataclass(frozen=True, eq=False)
class Matrices:
    """minimise cost x, row_low <= matrix x <= row_high, low <= x <= high, some x whole; every column belongs to an hour.

    Parameters
    ----------
    matrix : scipy.sparse.csr_array, shape (R, C)
    cost, low, high : ndarray, shape (C,)
    row_low, row_high : ndarray, shape (R,)
    whole : ndarray of bool, shape (C,)
    hour : ndarray of int, shape (C,)
    family : ndarray of int, shape (C,)
        Which boilers a column belongs to; -1: none.
    """

    matrix: Any
    cost: FloatArray
    low: FloatArray
    high: FloatArray
    row_low: FloatArray
    row_high: FloatArray
    whole: BoolArray
    hour: IntArray
    family: IntArray


@dataclass(eq=False)
class Draft:
    """Columns and rows while a programme is written down."""

    columns: int = 0
    rows: int = 0
    #: of the columns that are added from here on
    family: int = -1
    _column_parts: dict[str, list[Any]] = field(
        default_factory=lambda: {k: [] for k in ("cost", "low", "high", "whole", "hour", "family")}
    )
    _row_parts: dict[str, list[Any]] = field(default_factory=lambda: {"low": [], "high": []})
    _entries: dict[str, list[Any]] = field(default_factory=lambda: {"row": [], "column": [], "value": []})

    def add_columns(self, low: Any, high: Any, cost: Any, whole: bool, hour: IntArray) -> IntArray:
        """Add a column for each entry of `hour` and return their numbers."""
        count = len(hour)
        for name, value in (("cost", cost), ("low", low), ("high", high)):
            self._column_parts[name].append(np.broadcast_to(np.asarray(value, dtype=float), (count,)))
        self._column_parts["whole"].append(np.full(count, whole))
        self._column_parts["hour"].append(np.asarray(hour, dtype=np.int64))
        self._column_parts["family"].append(np.full(count, self.family, dtype=np.int64))
        self.columns += count
        return np.arange(self.columns - count, self.columns, dtype=np.int64)

    def add_rows(self, terms: Sequence[Term], low: Any = -np.inf, high: Any = np.inf) -> IntArray:
        """Add a row for each entry of the terms' columns and return their numbers."""
        count = len(terms[0][0])
        numbers = np.arange(self.rows, self.rows + count, dtype=np.int64)
        for value, name in ((low, "low"), (high, "high")):
            self._row_parts[name].append(np.broadcast_to(np.asarray(value, dtype=float), (count,)))
        self.rows += count
        self.add_to_rows(numbers, terms)
        return numbers

    def add_to_rows(self, rows: IntArray, terms: Sequence[Term]) -> None:
        """Add terms to rows that exist."""
        for columns, factor in terms:
            values = np.broadcast_to(np.asarray(factor, dtype=float), columns.shape)
            there = (columns >= 0) & (values != 0)
            self._entries["row"].append(rows[there])
            self._entries["column"].append(columns[there])
            self._entries["value"].append(values[there])

    def matrices(self) -> Matrices:
        """Return the whole."""
        from scipy.sparse import coo_array

        parts = {name: np.concatenate(values) for name, values in self._column_parts.items()}
        entries = {name: np.concatenate(values) for name, values in self._entries.items()}
        shape = (self.rows, self.columns)
        matrix = coo_array((entries["value"], (entries["row"], entries["column"])), shape=shape).tocsr()
        low, high = (np.concatenate(self._row_parts[name]) for name in ("low", "high"))
        return Matrices(
            matrix,
            parts["cost"],
            parts["low"],
            parts["high"],
            low,
            high,
            parts["whole"].astype(bool),
            parts["hour"],
            parts["family"],
        )


def shifted(columns: IntArray, by: int) -> IntArray:
    """Return the columns of `by` hours before, absent where there are none (of hours after, for a negative number)."""
    found = np.full(len(columns), -1, dtype=np.int64)
    left = max(len(columns) - abs(by), 0)
    if by >= 0:
        found[len(columns) - left :] = columns[:left]
    else:
        found[:left] = columns[len(columns) - left :]
    return found
