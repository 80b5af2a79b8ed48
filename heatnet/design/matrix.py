"""A mixed-integer programme as it grows: columns with bounds and costs, rows with bounds and entries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from heatnet.model.hourly import FloatArray

IntArray = np.ndarray


@dataclass
class Matrix:
    """Columns and rows in the order in which they are added.

    Notes
    -----
    Entries with one row and one column may be added repeatedly: they add up.
    """

    _cost: list[FloatArray] = field(default_factory=list)
    _low: list[FloatArray] = field(default_factory=list)
    _high: list[FloatArray] = field(default_factory=list)
    _integer: list[FloatArray] = field(default_factory=list)
    _row_low: list[FloatArray] = field(default_factory=list)
    _row_high: list[FloatArray] = field(default_factory=list)
    _rows: list[IntArray] = field(default_factory=list)
    _columns: list[IntArray] = field(default_factory=list)
    _values: list[FloatArray] = field(default_factory=list)
    columns: int = 0
    rows: int = 0

    def add_columns(
        self,
        count: int,
        cost: FloatArray | float = 0.0,
        low: FloatArray | float = 0.0,
        high: FloatArray | float = np.inf,
        integer: bool = False,
    ) -> IntArray:
        """Add columns and return their numbers."""
        for store, value in ((self._cost, cost), (self._low, low), (self._high, high), (self._integer, float(integer))):
            store.append(np.broadcast_to(np.asarray(value, dtype=float), (count,)))
        self.columns += count
        return np.arange(self.columns - count, self.columns)

    def add_rows(self, count: int, low: FloatArray | float = -np.inf, high: FloatArray | float = np.inf) -> IntArray:
        """Add rows low <= a x <= high without entries and return their numbers."""
        for store, value in ((self._row_low, low), (self._row_high, high)):
            store.append(np.broadcast_to(np.asarray(value, dtype=float), (count,)))
        self.rows += count
        return np.arange(self.rows - count, self.rows)

    def add_entries(self, rows: IntArray | int, columns: IntArray | int, values: FloatArray | float) -> None:
        """Add entries; the three are broadcast against each other, zeros are left out."""
        row, column, value = np.broadcast_arrays(rows, columns, np.asarray(values, dtype=float))
        keep = value.reshape(-1) != 0
        self._rows.append(row.reshape(-1)[keep])
        self._columns.append(column.reshape(-1)[keep])
        self._values.append(value.reshape(-1)[keep])

    def arrays(self) -> dict[str, FloatArray]:
        """Return cost, low, high, integer by column and row_low, row_high by row."""
        names = ("cost", "low", "high", "integer", "row_low", "row_high")
        parts = (self._cost, self._low, self._high, self._integer, self._row_low, self._row_high)
        return {name: np.concatenate(part) if part else np.zeros(0) for name, part in zip(names, parts, strict=True)}

    def by_column(self) -> Any:
        """Return the entries as a scipy matrix by column."""
        from scipy.sparse import coo_array

        if not self._rows:
            return coo_array((self.rows, self.columns)).tocsc()
        entries = np.concatenate(self._values), (np.concatenate(self._rows), np.concatenate(self._columns))
        return coo_array(entries, shape=(self.rows, self.columns)).tocsc()
