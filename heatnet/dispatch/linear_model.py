"""A linear programme stated with arrays over named axes, and HiGHS behind it.

Variables are arrays of columns. An expression is selected, shifted, summed along an axis, multiplied by labelled factors and
compared with a right side, all hours at once; names and meaning of the operations are those of linopy, of which this is the part
that dispatch needs. It keeps nothing but columns and factors, so that a year of ten plants is stated in a few hundredths of a
second instead of two; `tests/dispatch/test_linear_model.py` holds the matrices of both against each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heatnet.dispatch.highs import highs_solver
from heatnet.model.hourly import FloatArray

IntArray = NDArray[np.int64]
#: a term that is not there, as where a shift leaves the axis
_ABSENT = -1


@dataclass(frozen=True, eq=False)
class Expression:
    """Sums of terms over named axes.

    Parameters
    ----------
    axes : tuple of pandas.Index
        Named; labels are unique.
    columns : ndarray of int, shape (*axes, terms)
        Columns of the programme, `_ABSENT` for none.
    factors : ndarray, shape (*axes, terms)
    """

    axes: tuple[pd.Index, ...]
    columns: IntArray
    factors: FloatArray

    #: numbers of numpy leave the product to the expression
    __array_ufunc__ = None

    @property
    def dims(self) -> tuple[str, ...]:
        """Names of the axes."""
        return tuple(str(axis.name) for axis in self.axes)

    @property
    def sizes(self) -> dict[str, int]:
        """Length of each axis."""
        return {str(axis.name): len(axis) for axis in self.axes}

    def sel(self, **labels: Any) -> Expression:
        """Return the part at labels of axes: a list keeps the axis, a single label takes it away."""
        part = self
        for dim, chosen in labels.items():
            axis = part.axes[part.dims.index(dim)]
            several = isinstance(chosen, (list, np.ndarray, pd.Index))
            positions = axis.get_indexer(pd.Index(chosen)) if several else axis.get_loc(chosen)
            if several and (positions < 0).any():
                raise KeyError(f"{dim}: {list(chosen)}")
            part = part._taken(dim, positions)
        return part

    def isel(self, **positions: Any) -> Expression:
        """Return the part at positions of axes: a slice keeps the axis, a number takes it away."""
        part = self
        for dim, chosen in positions.items():
            part = part._taken(dim, chosen)
        return part

    def roll(self, **steps: int) -> Expression:
        """Return the terms moved along axes by some steps, what leaves one end coming in at the other."""
        return self._moved(steps, around=True)

    def shift(self, **steps: int) -> Expression:
        """Return the terms moved along axes by some steps, with none where nothing comes in."""
        return self._moved(steps, around=False)

    def sum(self, dim: str | None = None) -> Expression:
        """Return the sum along an axis, along all of them without a name."""
        if dim is None:
            return Expression((), self.columns.reshape(-1), self.factors.reshape(-1))
        place = self.dims.index(dim)
        axes = tuple(axis for axis in self.axes if axis.name != dim)
        shape = (*(len(axis) for axis in axes), -1)
        columns = np.moveaxis(self.columns, place, -2).reshape(shape)
        return Expression(axes, columns, np.moveaxis(self.factors, place, -2).reshape(shape))

    def __mul__(self, other: Any) -> Expression:
        values = self.over_axes(other)
        return Expression(self.axes, self.columns, self.factors * np.asarray(values)[..., None])

    __rmul__ = __mul__

    def __neg__(self) -> Expression:
        return self * -1.0

    def __add__(self, other: Expression) -> Expression:
        if sorted(self.dims) != sorted(other.dims):
            raise ValueError(f"axes {self.dims} and {other.dims}")
        order = [other.dims.index(dim) for dim in self.dims]
        for axis, place in zip(self.axes, order, strict=True):
            if not axis.equals(other.axes[place]):
                raise ValueError(f"labels of {axis.name} differ")
        columns, factors = (part.transpose(*order, -1) for part in (other.columns, other.factors))
        return Expression(
            self.axes,
            np.concatenate([self.columns, columns], axis=-1),
            np.concatenate([self.factors, factors], axis=-1),
        )

    def __sub__(self, other: Expression) -> Expression:
        return self + other * -1.0

    def __eq__(self, right: Any) -> Comparison:  # type: ignore[override]
        return Comparison(self, "=", right)

    def __le__(self, right: Any) -> Comparison:
        return Comparison(self, "<", right)

    def __ge__(self, right: Any) -> Comparison:
        return Comparison(self, ">", right)

    __hash__ = None  # type: ignore[assignment]

    def over_axes(self, values: Any) -> FloatArray | float:
        """Return a number, or a labelled array over some of the axes with their labels, so that it broadcasts over all.

        Raises
        ------
        ValueError
            If the array has another axis, or other labels on one.
        """
        if not hasattr(values, "dims"):
            if np.ndim(values):
                raise ValueError("factors and right sides are numbers or labelled arrays")
            return float(values)
        for dim in values.dims:
            axis = dict(zip(self.dims, self.axes, strict=True)).get(str(dim))
            if axis is None or not axis.equals(values.indexes[dim]):
                raise ValueError(f"labels of {dim} differ")
        ordered = values.transpose(*(dim for dim in self.dims if dim in values.dims)).to_numpy()
        missing = tuple(place for place, dim in enumerate(self.dims) if dim not in values.dims)
        return np.asarray(np.expand_dims(ordered, missing), dtype=float)

    def _taken(self, dim: str, positions: Any) -> Expression:
        place = self.dims.index(dim)
        axis = self.axes[place]
        kept = () if np.ndim(positions) == 0 and not isinstance(positions, slice) else (axis[positions],)
        where = (slice(None),) * place + (positions,)
        axes = (*self.axes[:place], *kept, *self.axes[place + 1 :])
        return Expression(axes, self.columns[where], self.factors[where])

    def _moved(self, steps: Mapping[str, int], around: bool) -> Expression:
        columns, factors = self.columns, self.factors
        for dim, by in steps.items():
            place = self.dims.index(dim)
            columns, factors = np.roll(columns, by, place), np.roll(factors, by, place)
            if not around and by:
                came_in = slice(None, by) if by > 0 else slice(by, None)
                columns[(slice(None),) * place + (came_in,)] = _ABSENT
        return Expression(self.axes, columns, factors)


class Comparison(NamedTuple):
    """An expression and what it is compared with: "=", "<" (at most) or ">" (at least)."""

    left: Expression
    sense: str
    right: Any


@dataclass(frozen=True, eq=False)
class Variable(Expression):
    """Columns of one kind: an expression of one term each.

    Parameters
    ----------
    lower, upper : ndarray, shape (*axes)
    """

    lower: FloatArray
    upper: FloatArray

    __hash__ = None

    @property
    def labels(self) -> IntArray:
        """Columns, (*axes)."""
        return self.columns[..., 0]


class Rows(NamedTuple):
    """Rows of one kind: their numbers, and of each entry its row, column and factor; sense and right sides."""

    labels: IntArray
    entries: tuple[IntArray, IntArray, FloatArray]
    sense: str
    right: FloatArray


class Matrices(NamedTuple):
    """minimise c x, A x (sense) b, lb <= x <= ub; `vlabels` and `clabels` number columns and rows."""

    c: FloatArray
    lb: FloatArray
    ub: FloatArray
    A: Any
    sense: NDArray[np.str_]
    b: FloatArray
    vlabels: IntArray
    clabels: IntArray


@dataclass(eq=False)
class LinearModel:
    """A programme while it is written down, then its solution.

    Attributes
    ----------
    variables : dict of str to Variable
    constraints : dict of str to Rows
    objective : Expression or None
        What is minimised.
    values, duals : ndarray
        By column and by row, once it is solved to the optimum.
    """

    variables: dict[str, Variable] = field(default_factory=dict)
    constraints: dict[str, Rows] = field(default_factory=dict)
    objective: Expression | None = None
    values: FloatArray | None = None
    duals: FloatArray | None = None
    _columns: int = 0
    _rows: int = 0

    def add_variables(
        self, *, name: str, lower: Any = -np.inf, upper: Any = np.inf, coords: Sequence[pd.Index] | None = None
    ) -> Variable:
        """Add a column for each place of some axes: those of `coords`, else of the bounds, numbers or labelled arrays."""
        if name in self.variables:
            raise ValueError(f"variable {name} stands twice")
        axes = tuple(_axes_of(lower, upper) if coords is None else coords)
        shape = tuple(len(axis) for axis in axes)
        count = int(np.prod(shape))
        columns = np.arange(self._columns, self._columns + count).reshape(*shape, 1)
        plain = Expression(axes, columns, np.ones(columns.shape))
        low, high = (np.broadcast_to(plain.over_axes(bound), shape) for bound in (lower, upper))
        self.variables[name] = Variable(axes, columns, plain.factors, low, high)
        self._columns += count
        return self.variables[name]

    def add_constraints(self, comparison: Comparison, *, name: str) -> Rows:
        """Add a row for each place of a comparison's axes."""
        if name in self.constraints:
            raise ValueError(f"constraint {name} stands twice")
        left, sense, right = comparison
        shape = tuple(len(axis) for axis in left.axes)
        labels = np.arange(self._rows, self._rows + int(np.prod(shape)))
        entries = _entries(np.broadcast_to(labels.reshape(*shape, 1), left.columns.shape), left)
        values = np.broadcast_to(left.over_axes(right), shape).reshape(-1)
        self.constraints[name] = Rows(labels, entries, sense, values)
        self._rows += len(labels)
        return self.constraints[name]

    def add_objective(self, expression: Expression) -> None:
        """Set what is minimised."""
        self.objective = expression

    @property
    def matrices(self) -> Matrices:
        """The programme as matrices."""
        from scipy.sparse import coo_array

        parts = list(self.constraints.values())
        row, column, factor = (_joined(rows.entries[part] for rows in parts) for part in range(3))
        matrix = coo_array((factor, (row.astype(int), column.astype(int))), shape=(self._rows, self._columns)).tocsr()
        matrix.eliminate_zeros()
        cost = np.zeros(self._columns)
        if self.objective is not None:
            _row, column, factor = _entries(np.zeros(self.objective.columns.shape, dtype=int), self.objective)
            np.add.at(cost, column, factor)
        low, high = (
            _joined(getattr(one, bound).reshape(-1) for one in self.variables.values()) for bound in ("lower", "upper")
        )
        sense = np.concatenate([np.full(len(rows.labels), rows.sense) for rows in parts] or [np.array([], dtype="U1")])
        right = _joined(rows.right for rows in parts)
        return Matrices(cost, low, high, matrix, sense, right, np.arange(self._columns), np.arange(self._rows))

    def solve(self, options: Mapping[str, object]) -> str:
        """Solve with HiGHS and return its word for how that ended, as ``kOptimal``; only then there are values and duals.

        A programme that is one of the last solved, number for number, has that one's solution: rounds of a dispatch, ends of the
        demand and cases of a study leave most groups of balances as they are.
        """
        stated = self.matrices
        key = _digest(stated, options)
        if key not in _solved:
            _solved[key] = _solution(stated, options)
            while len(_solved) > _MOST_KEPT:
                _solved.pop(next(iter(_solved)))
        status, self.values, self.duals = _solved[key]
        return status

    def solution_of(self, name: str) -> FloatArray:
        """Return a variable's values, (*axes)."""
        assert self.values is not None
        return self.values[self.variables[name].labels]

    def dual_of(self, name: str) -> FloatArray:
        """Return what one more of the right side costs, by row of a constraint."""
        assert self.duals is not None
        return self.duals[self.constraints[name].labels]


def _axes_of(*bounds: Any) -> list[pd.Index]:
    """Return the axes of the first bound that is a labelled array; none where both are numbers."""
    labelled = next((bound for bound in bounds if hasattr(bound, "dims")), None)
    return [] if labelled is None else [labelled.indexes[dim] for dim in labelled.dims]


def _entries(rows: IntArray, left: Expression) -> tuple[IntArray, IntArray, FloatArray]:
    there = (left.columns != _ABSENT) & (left.factors != 0)
    return rows[there], left.columns[there], left.factors[there]


def _joined(parts: Iterable[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate([*parts] or [np.zeros(0)])


#: solutions of the last programmes by their numbers: status, values and duals
_solved: dict[bytes, tuple[str, FloatArray | None, FloatArray | None]] = {}
_MOST_KEPT = 16


def forget_solutions() -> None:
    """Let the next programme be solved whether or not it was solved before."""
    _solved.clear()


def _digest(stated: Matrices, options: Mapping[str, object]) -> bytes:
    """Return what tells a programme and its solver's options from all others."""
    digest = hashlib.blake2b(repr((stated.A.shape, stated.A.nnz, sorted(options.items()))).encode())
    rows = stated.A
    for part in (stated.c, stated.lb, stated.ub, stated.sense, stated.b, rows.indptr, rows.indices, rows.data):
        digest.update(part.tobytes())
    return digest.digest()


def _solution(stated: Matrices, options: Mapping[str, object]) -> tuple[str, FloatArray | None, FloatArray | None]:
    """Return how HiGHS ended, and at the optimum the values and duals."""
    solver = highs_solver(options)
    columns, rows = len(stated.c), stated.A
    solver.addVars(columns, stated.lb, stated.ub)
    solver.changeColsCost(columns, np.arange(columns, dtype=np.int32), stated.c)
    low = np.where(stated.sense != "<", stated.b, -np.inf)
    high = np.where(stated.sense != ">", stated.b, np.inf)
    solver.addRows(len(low), low, high, rows.nnz, rows.indptr, rows.indices, rows.data)
    solver.run()
    status = str(solver.getModelStatus().name)
    if status != "kOptimal":
        return status, None, None
    found = solver.getSolution()
    return status, np.asarray(found.col_value, dtype=float), np.asarray(found.row_dual, dtype=float)
