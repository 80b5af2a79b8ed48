"""A programme of matrices in HiGHS, its choices by branch and bound: one thread, fixed seed, limits on work and none on time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet.design.branching import Fixes, Relaxed, branch_and_bound
from heatnet.design.matrix import Matrix
from heatnet.dispatch.highs import highs_programme, highs_solver
from heatnet.dispatch.quiet import quiet_solver
from heatnet.model.hourly import FloatArray

#: money inside the solver is in thousand CNY, so that reduced costs and tolerances suit each other
MONEY_UNIT_CNY = 1e3

OPTIONS: dict[str, object] = {"simplex_iteration_limit": 5_000_000}


@dataclass(frozen=True, eq=False)
class Answer:
    """What the solver says.

    Parameters
    ----------
    found : bool
        Whether there are values; else the programme is infeasible, or the limit on work was reached.
    infeasible : bool
    objective, bound : float
        Value of the solution and proven bound.
    values, duals, reduced : ndarray
        By column; by row; reduced costs by column (both empty with integers).
    """

    found: bool
    infeasible: bool
    objective: float
    bound: float
    values: FloatArray
    duals: FloatArray
    reduced: FloatArray


class Solver:
    """A programme that can be changed and solved again from where it stands."""

    def __init__(self, matrix: Matrix, gap: float = 1e-4, integers: bool = True) -> None:
        with quiet_solver():
            self._highs = highs_solver(OPTIONS)
        arrays = matrix.arrays()
        self._choices = np.flatnonzero(arrays["integer"]) if integers else np.zeros(0, dtype=int)
        self._gap = gap
        columns, rows = (arrays["cost"], arrays["low"], arrays["high"]), (arrays["row_low"], arrays["row_high"])
        nothing_whole = np.zeros(0, dtype=bool)
        self._highs.passModel(highs_programme(matrix.by_column(), *columns, *rows, nothing_whole))

    def set_entry(self, row: int, column: int, value: float) -> None:
        """Change one coefficient."""
        self._highs.changeCoeff(int(row), int(column), float(value))

    def set_costs(self, costs: FloatArray) -> None:
        """Change all costs."""
        columns = np.arange(len(costs), dtype=np.int32)
        self._highs.changeColsCost(len(costs), columns, np.asarray(costs, dtype=float))

    def set_row(self, row: int, low: float, high: float) -> None:
        """Change the bounds of one row."""
        self._highs.changeRowBounds(int(row), float(low), float(high))

    def set_bounds(self, column: int, low: float, high: float) -> None:
        """Change the bounds of one column."""
        self._highs.changeColBounds(int(column), float(low), float(high))

    def add_row(self, low: float, high: float, columns: FloatArray, values: FloatArray) -> None:
        """Add a row."""
        self._highs.addRow(
            low, high, len(columns), np.asarray(columns, dtype=np.int32), np.asarray(values, dtype=float)
        )

    def run(self) -> Answer:
        """Solve, and return what came of it."""
        if not len(self._choices):
            return self._linear()
        chosen = branch_and_bound(self._relaxed, self._choices, self._gap)
        nothing: FloatArray = np.zeros(0)
        if chosen.best is None:
            return Answer(False, chosen.bound == np.inf, np.nan, chosen.bound, nothing, nothing, nothing)
        return Answer(True, False, chosen.best.objective, chosen.bound, chosen.best.values, nothing, nothing)

    def _relaxed(self, fixes: Fixes) -> Relaxed:
        """Solve with some choices fixed; a relaxation that is not solved is taken for infeasible only where it is."""
        low, high = np.zeros(len(self._choices)), np.ones(len(self._choices))
        for place, column in enumerate(self._choices.tolist()):
            if column in fixes:
                low[place] = high[place] = fixes[column]
        self._highs.changeColsBounds(len(self._choices), self._choices.astype(np.int32), low, high)
        answer = self._linear()
        return Relaxed(np.inf if answer.infeasible else answer.objective if answer.found else -np.inf, answer.values)

    def _linear(self) -> Answer:
        import highspy

        self._highs.run()
        status = self._highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            infeasible = status == highspy.HighsModelStatus.kInfeasible
            nothing: FloatArray = np.zeros(0)
            return Answer(False, infeasible, np.nan, np.inf if infeasible else -np.inf, nothing, nothing, nothing)
        solution, value = self._highs.getSolution(), self._highs.getInfo().objective_function_value
        columns, reduced = np.array(solution.col_value), np.array(solution.col_dual)
        return Answer(True, False, value, value, columns, np.array(solution.row_dual), reduced)
