"""HiGHS on a programme of matrices: one thread, fixed seed, limits on work and none on time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from heatnet.design.matrix import Matrix
from heatnet.dispatch.highs import highs_programme, highs_solver
from heatnet.dispatch.quiet import quiet_solver
from heatnet.model.hourly import FloatArray

#: money inside the solver is in thousand CNY, so that reduced costs and tolerances suit each other
MONEY_UNIT_CNY = 1e3

#: few choices over a large linear programme with a tight relaxation: branching closes the gap in a few nodes, while cuts,
#: restarts, strong branching and the solver's own searches, each a large programme again, took ten times as long for nothing
OPTIONS: dict[str, object] = {
    "simplex_iteration_limit": 5_000_000,
    "mip_max_nodes": 20_000,
    "mip_feasibility_tolerance": 1e-7,
    "mip_allow_restart": False,
    "mip_allow_cut_separation_at_nodes": False,
    "mip_pscost_minreliable": 0,
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
}


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
    values, duals : ndarray
        By column; by row (empty with integers).
    """

    found: bool
    infeasible: bool
    objective: float
    bound: float
    values: FloatArray
    duals: FloatArray


class Solver:
    """A programme in HiGHS that can be changed and solved again from where it stands."""

    def __init__(self, matrix: Matrix, gap: float = 1e-4, integers: bool = True) -> None:
        with quiet_solver():
            self._highs = highs_solver(OPTIONS | {"mip_rel_gap": gap})
        arrays = matrix.arrays()
        whole = (arrays["integer"] != 0) if integers else np.zeros(0, dtype=bool)
        self.has_integers = bool(whole.any())
        columns, rows = (arrays["cost"], arrays["low"], arrays["high"]), (arrays["row_low"], arrays["row_high"])
        self._highs.passModel(highs_programme(matrix.by_column(), *columns, *rows, whole))

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

    def add_row(self, low: float, high: float, columns: FloatArray, values: FloatArray) -> None:
        """Add a row."""
        self._highs.addRow(
            low, high, len(columns), np.asarray(columns, dtype=np.int32), np.asarray(values, dtype=float)
        )

    def run(self) -> Answer:
        """Solve, and return what came of it."""
        import highspy

        self._highs.run()
        status = self._highs.getModelStatus()
        info = self._highs.getInfo()
        solved = status == highspy.HighsModelStatus.kOptimal
        limited = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        infeasible = status == highspy.HighsModelStatus.kInfeasible
        if not (solved or (self.has_integers and limited)):
            nothing: FloatArray = np.zeros(0)
            bound = np.inf if infeasible else (info.mip_dual_bound if self.has_integers else -np.inf)
            return Answer(False, infeasible, np.nan, bound, nothing, nothing)
        solution = self._highs.getSolution()
        value = info.objective_function_value
        bound = info.mip_dual_bound if self.has_integers else value
        duals = nothing_or(solution.row_dual, self.has_integers)
        return Answer(True, False, value, bound, np.array(solution.col_value), duals)


def nothing_or(duals: Any, has_integers: bool) -> FloatArray:
    """Return the duals of a programme without integers; none with them."""
    return np.zeros(0) if has_integers else np.array(duals)
