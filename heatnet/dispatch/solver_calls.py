"""HiGHS on matrices: one thread, fixed seed; a call that ends without a solution says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from heatnet.dispatch.highs import highs_programme, highs_solver
from heatnet.model.hourly import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Task:
    """A programme that is part of a larger one; the fields are those of `heatnet.dispatch.matrix_rows.Matrices`."""

    matrix: Any
    cost: FloatArray
    low: FloatArray
    high: FloatArray
    row_low: FloatArray
    row_high: FloatArray
    whole: BoolArray


@dataclass(frozen=True, eq=False)
class Answer:
    """Solution of a task.

    Parameters
    ----------
    values, duals : ndarray or None
        Of the columns and rows; None: no solution found, or a mixed-integer task (duals).
    cost : float
        Of the values; infinite without.
    bound : float
        No solution costs less; minus infinity where nothing is known.
    infeasible : bool
        Whether it is proven that there is none.
    """

    values: FloatArray | None
    duals: FloatArray | None
    cost: float
    bound: float
    infeasible: bool = False


def _loaded(task: Task, seconds: float | None, options: dict[str, Any]) -> Any:
    solver = highs_solver(options)
    if seconds is not None:
        solver.setOptionValue("time_limit", max(seconds, 0.01))
    programme = highs_programme(task.matrix, task.cost, task.low, task.high, task.row_low, task.row_high, task.whole)
    solver.passModel(programme)
    return solver


def solve_linear(task: Task, seconds: float | None = None) -> Answer:
    """Return the solution of a task with whole columns taken as any number."""
    import highspy

    relaxed = replace(task, whole=np.zeros(0, dtype=bool))
    solver = _loaded(relaxed, seconds, {"solver": "simplex"})
    solver.run()
    status = solver.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        return Answer(None, None, np.inf, -np.inf, status == highspy.HighsModelStatus.kInfeasible)
    solution = solver.getSolution()
    cost = float(solver.getInfo().objective_function_value)
    return Answer(np.array(solution.col_value), np.array(solution.row_dual), cost, cost)


def solve_whole(
    task: Task, gap_share: float, nodes: int, seconds: float | None = None, start: FloatArray | None = None
) -> Answer:
    """Return the best solution of a mixed-integer task within a gap, a number of nodes and of seconds.

    Parameters
    ----------
    task : Task
    gap_share : float
        The search ends at this gap.
    nodes : int
        Nodes of the search at most: the limit that gives the same solution on every machine.
    seconds : float, optional
    start : ndarray, optional
        A solution to start from.

    Notes
    -----
    Whole values are rounded and the others found again by a linear programme, so that no least load is missed by the solver's
    tolerance of whole numbers times a capacity.
    """
    import highspy

    if not task.whole.any():
        return solve_linear(task, seconds)
    options = {"mip_rel_gap": gap_share, "mip_max_nodes": nodes, "mip_allow_restart": False}
    solver = _loaded(task, seconds, options)
    if start is not None:
        given = highspy.HighsSolution()
        given.col_value = start.tolist()
        solver.setSolution(given)
    solver.run()
    status, info = solver.getModelStatus(), solver.getInfo()
    infeasible = status == highspy.HighsModelStatus.kInfeasible
    bound = float(info.mip_dual_bound) if not infeasible else np.inf
    bound = bound if np.isfinite(bound) else -np.inf
    if infeasible or info.primal_solution_status != 2:
        return Answer(None, None, np.inf, bound, infeasible)
    values = np.array(solver.getSolution().col_value)
    found = _with_whole_values(task, values)
    if found is None:
        return Answer(None, None, np.inf, bound)
    return Answer(found.values, None, found.cost, bound)


def _with_whole_values(task: Task, values: FloatArray) -> Answer | None:
    """Return the cheapest solution with the whole values rounded; None if there is none."""
    rounded = np.round(values[task.whole])
    low, high = task.low.copy(), task.high.copy()
    low[task.whole] = high[task.whole] = rounded
    answer = solve_linear(Task(task.matrix, task.cost, low, high, task.row_low, task.row_high, task.whole))
    if answer.values is None:
        return None
    answer.values[task.whole] = rounded
    return answer
