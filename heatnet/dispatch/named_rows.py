"""A programme as bounds and rows with names, asked for feasibility alone: what `heatnet.dispatch.conflict` works on.

The one place that knows how a model of `heatnet.dispatch.linear_model` is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heatnet.dispatch.highs import highs_programme, highs_solver
from heatnet.dispatch.linear_model import LinearModel
from heatnet.model.hourly import BoolArray, FloatArray

IntArray = NDArray[np.int64]

#: simplex steps of one question, and integer nodes: what is not answered by then counts as unknown
MOST_STEPS = 300_000
_MOST_NODES = 2_000
#: what a point may be beyond a bound, as the solver's own tolerance
_TOLERANCE = 1e-7


@dataclass(frozen=True, eq=False)
class Bounds:
    """Bounds of columns, shape (C,), and of rows, shape (R,)."""

    low: FloatArray
    high: FloatArray
    row_low: FloatArray
    row_high: FloatArray

    def copy(self) -> Bounds:
        """Return bounds that may be changed."""
        return Bounds(self.low.copy(), self.high.copy(), self.row_low.copy(), self.row_high.copy())


@dataclass(frozen=True, eq=False)
class NamedRows:
    """Columns and rows of a programme, found by the names of its variables and constraints.

    Parameters
    ----------
    matrix : scipy.sparse.csr_array, shape (R, C)
    bounds : Bounds
    whole : ndarray of bool, shape (C,)
        Columns that take whole numbers.
    columns : mapping of variable to mapping of name to ndarray of int, shape (T,)
        Columns by the name along the first dimension; hours in order, -1 where there is none.
    rows : mapping of constraint to ndarray of int
        Rows in order of the hours; one where the constraint spans them.
    """

    matrix: Any
    bounds: Bounds
    whole: BoolArray
    columns: Mapping[str, Mapping[str, IntArray]]
    rows: Mapping[str, IntArray]


def named_rows(model: LinearModel) -> NamedRows:
    """Return a model as named rows; its objective is left behind, and no column takes whole numbers alone."""
    matrices = model.matrices
    bounds = Bounds(
        matrices.lb.copy(),
        matrices.ub.copy(),
        np.where(matrices.sense == "<", -np.inf, matrices.b),
        np.where(matrices.sense == ">", np.inf, matrices.b),
    )
    columns = {
        name: dict(zip([str(key) for key in one.axes[0]], one.labels, strict=True))
        for name, one in model.variables.items()
        if len(one.axes) == 2
    }
    rows = {name: one.labels for name, one in model.constraints.items()}
    return NamedRows(matrices.A, bounds, np.zeros(len(matrices.lb), dtype=bool), columns, rows)


def with_row(rows: NamedRows, name: str, columns: IntArray) -> NamedRows:
    """Return the rows with the sum of some columns as a further one, without bounds."""
    from scipy.sparse import csr_array, vstack

    there = columns[columns >= 0]
    entries = (np.ones(len(there)), (np.zeros(len(there), dtype=np.int64), there))
    matrix = vstack([rows.matrix, csr_array(entries, shape=(1, rows.matrix.shape[1]))], format="csr")
    bounds = replace(
        rows.bounds,
        row_low=np.append(rows.bounds.row_low, -np.inf),
        row_high=np.append(rows.bounds.row_high, np.inf),
    )
    names = {**rows.rows, name: np.array([matrix.shape[0] - 1])}
    return replace(rows, matrix=matrix, bounds=bounds, rows=names)


def keeps(rows: NamedRows, point: FloatArray, bounds: Bounds) -> bool:
    """Return whether a point of an earlier answer keeps other bounds."""
    if bool(((point < bounds.low - _TOLERANCE) | (point > bounds.high + _TOLERANCE)).any()):
        return False
    sums = rows.matrix @ point
    return not bool(((sums < bounds.row_low - _TOLERANCE) | (sums > bounds.row_high + _TOLERANCE)).any())


@dataclass(frozen=True, eq=False)
class Answer:
    """What the solver said: `feasible` is None where it gave up; the point where there is one."""

    feasible: bool | None
    point: FloatArray


class Solver:
    """HiGHS on one matrix with changing bounds; every question starts afresh, so that the same one has the same answer."""

    def __init__(self, matrix: Any, whole: BoolArray, cost: FloatArray | None = None) -> None:
        self._matrix = matrix.tocsr()
        self._whole = whole
        self._cost = np.zeros(matrix.shape[1]) if cost is None else cost
        options: dict[str, object] = {"simplex_iteration_limit": MOST_STEPS, "mip_max_nodes": _MOST_NODES}
        self._relaxed = highs_solver(options | {"solver": "simplex"})
        self._highs = highs_solver(options) if whole.any() else self._relaxed

    def answer(self, bounds: Bounds) -> Answer:
        """Return whether some point keeps the bounds, and that point; the cheapest one, where there are costs.

        Where columns take whole numbers, the relaxation is asked first: mostly it says no, or has whole numbers by itself.
        """
        if bool((bounds.low > bounds.high).any() or (bounds.row_low > bounds.row_high).any()):
            return Answer(False, np.zeros(0))
        answer = self._asked(self._relaxed, bounds, np.zeros(len(self._whole), dtype=bool))
        if answer.feasible is False or not self._whole.any():
            return answer
        values = answer.point[self._whole] if answer.feasible else np.array([0.5])
        if bool((np.abs(values - np.round(values)) <= _TOLERANCE).all()):
            return answer
        return self._asked(self._highs, bounds, self._whole)

    def _asked(self, solver: Any, bounds: Bounds, whole: BoolArray) -> Answer:
        import highspy

        nothing = np.zeros(0)
        programme = highs_programme(
            self._matrix, self._cost, bounds.low, bounds.high, bounds.row_low, bounds.row_high, whole
        )
        solver.passModel(programme)
        solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return Answer(False, nothing)
        if status in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty):
            return Answer(True, np.asarray(solver.getSolution().col_value, dtype=float))
        return Answer(None, nothing)
