"""HiGHS on matrices: one thread, fixed seed; a call that ends without a solution says so."""

from __future__ import annotations

from collections.abc import Callable
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


@dataclass(frozen=True)
class Effort:
    """How long a task is searched: gap at which it ends, and nodes."""

    gap_share: float
    nodes: int


#: runs tasks side by side and returns their results in order
Pool = Callable[[Callable[[int], Any], int], list[Any]]
#: seconds that a task may take; None: no limit
Seconds = Callable[[], float | None]
#: a relaxed value this near to a whole number is one
WHOLE_TOLERANCE = 1e-6
#: of mixed-integer tasks: parts of a season end at their gap within few nodes; searches beside the tree, and many
#: cuts kept for later, cost more than they find
WHOLE_OPTIONS = {
    "mip_allow_restart": False,
    "mip_pool_soft_limit": 1,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
}


def near(task: Task, relaxed: FloatArray) -> Task:
    """Return a task whose whole columns keep whole relaxed values."""
    rounded = np.round(relaxed)
    kept: BoolArray = task.whole & (np.abs(relaxed - rounded) < WHOLE_TOLERANCE)
    return replace(task, low=np.where(kept, rounded, task.low), high=np.where(kept, rounded, task.high))


def elastic(task: Task, price: FloatArray) -> Task:
    """Return a task in which the rows of a price may be missed at it, by columns behind its own."""
    from scipy.sparse import coo_array, hstack

    chosen = np.flatnonzero(price)
    count = len(chosen)
    places = (np.tile(chosen, 2), np.arange(2 * count))
    misses = coo_array((np.repeat([1.0, -1.0], count), places), shape=(len(price), 2 * count))
    zero = np.zeros(2 * count)
    return replace(
        task,
        matrix=hstack([task.matrix, misses], format="csr"),
        cost=np.concatenate([task.cost, np.tile(price[chosen], 2)]),
        low=np.concatenate([task.low, zero]),
        high=np.concatenate([task.high, zero + np.inf]),
        whole=np.concatenate([task.whole, np.zeros(2 * count, dtype=bool)]),
    )


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


def solve_whole(task: Task, effort: Effort, seconds: float | None = None, start: FloatArray | None = None) -> Answer:
    """Return the best solution of a mixed-integer task within a gap, a number of nodes and of seconds.

    Parameters
    ----------
    task : Task
    effort : Effort
        Its nodes are the limit that gives the same solution on every machine.
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
    options = WHOLE_OPTIONS | {"mip_rel_gap": effort.gap_share, "mip_max_nodes": effort.nodes}
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
