"""A season's programme cut in time: columns sorted by hour, rows known by their first and last hour."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from heatnet.dispatch.matrix_rows import IntArray, Matrices
from heatnet.dispatch.solver_calls import Task
from heatnet.model.hourly import BoolArray, FloatArray

#: price of a broken row over the largest cost of a column
LACK_FACTOR = 3.0
#: more than any plant gives: with an end to every column a bound stays finite whatever the prices' rounding
NO_MW = 1e7


@dataclass(frozen=True, eq=False)
class Stretch:
    """The columns of the hours [begin, end), and the rows that they stand in.

    Parameters
    ----------
    begin, end : int
        Hours.
    columns : slice
    rows : ndarray of int
    matrix : scipy.sparse.csr_array, shape (len(rows), columns)
    inside : ndarray of bool, shape (len(rows),)
        Rows without any column of another hour.
    """

    begin: int
    end: int
    columns: slice
    rows: IntArray
    matrix: Any
    inside: BoolArray


class Season:
    """Matrices with their columns in the order of the hours.

    Parameters
    ----------
    matrices : Matrices
    """

    def __init__(self, matrices: Matrices) -> None:
        self.order = np.argsort(matrices.hour, kind="stable")
        self.hours = int(matrices.hour.max(initial=-1)) + 1
        self.hour = matrices.hour[self.order]
        self.cost, self.low, self.high = (each[self.order] for each in (matrices.cost, matrices.low, matrices.high))
        self.high = np.minimum(self.high, NO_MW)
        self.whole, self.family = matrices.whole[self.order], matrices.family[self.order]
        self.row_low, self.row_high = matrices.row_low, matrices.row_high
        self._by_column = matrices.matrix.tocsc()[:, self.order]
        self.by_row = self._by_column.tocsr()
        self._starts = np.searchsorted(self.hour, np.arange(self.hours + 1))
        count = np.diff(self.by_row.indptr)
        self.first, self.last = np.zeros(len(count), dtype=np.int64), np.full(len(count), -1, dtype=np.int64)
        begins = self.by_row.indptr[:-1][count > 0]
        hour_of_entry = self.hour[self.by_row.indices]
        self.first[count > 0] = np.minimum.reduceat(hour_of_entry, begins)
        self.last[count > 0] = np.maximum.reduceat(hour_of_entry, begins)
        self._has_whole = np.zeros(len(count), dtype=bool)
        self._has_whole[count > 0] = np.logical_or.reduceat(self.whole[self.by_row.indices], begins)

    @cached_property
    def lack_price(self) -> float:
        """What a broken row costs while a schedule is searched, CNY per unit that it misses."""
        return LACK_FACTOR * float(np.abs(self.cost).max(initial=1.0))

    def unsorted(self, values: FloatArray) -> FloatArray:
        """Return values of the columns in the order of the matrices that the season was made of."""
        original = np.empty_like(values)
        original[self.order] = values
        return original

    def stretch(self, begin: int, end: int) -> Stretch:
        """Return the stretch of the hours [begin, end)."""
        columns = slice(int(self._starts[begin]), int(self._starts[end]))
        part = self._by_column[:, columns].tocsr()
        rows = np.flatnonzero(np.diff(part.indptr))
        inside = (self.first[rows] >= begin) & (self.last[rows] < end)
        return Stretch(begin, end, columns, rows, part[rows], inside)

    @cached_property
    def merit_rows(self) -> BoolArray:
        """Rows that do not tie whole columns of several hours to each other: what is left is a merit order with stores."""
        return (self.last >= 0) & ~(self._has_whole & (self.last > self.first))

    def across(self, cuts: IntArray) -> BoolArray:
        """Return which rows stand in more than one of the blocks that begin at `cuts` (the first at hour 0)."""
        block = [np.searchsorted(cuts, each, side="right") for each in (self.first, np.maximum(self.last, 0))]
        return np.asarray((self.last >= 0) & (block[0] != block[1]))

    def priced(self, part: Stretch, prices: FloatArray) -> Task:
        """Return the task of a stretch whose rows across its ends are paid for: cost - A' prices, rows inside alone."""
        out = ~part.inside
        cost = self.cost[part.columns] - part.matrix[out].T @ prices[part.rows[out]]
        rows = part.rows[part.inside]
        return Task(
            part.matrix[part.inside],
            cost,
            self.low[part.columns],
            self.high[part.columns],
            self.row_low[rows],
            self.row_high[rows],
            self.whole[part.columns],
        )

    def allowed(self, prices: FloatArray) -> FloatArray:
        """Return prices with the signs that a bound needs: none below 0 on a row without upper end, and the reverse."""
        found = np.where(np.isfinite(self.row_high), prices, np.maximum(prices, 0.0))
        return np.where(np.isfinite(self.row_low), found, np.minimum(found, 0.0))

    def worth(self, prices: FloatArray, rows: BoolArray) -> float:
        """Return b' prices of some rows: the end of a row that its price pays for."""
        price = prices[rows]
        low, high = self.row_low[rows], self.row_high[rows]
        return float(np.sum(np.where(price > 0, low, np.where(price < 0, high, 0.0)) * price, where=price != 0))
