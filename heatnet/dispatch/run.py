"""The door of dispatch: split, solve each part, put the parts together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from heatnet.dispatch.contract import contract_conflicts
from heatnet.dispatch.costs import COST_KEYS, account_costs
from heatnet.dispatch.groups import Group, independent_groups
from heatnet.dispatch.programme import GroupSolution, solve_group
from heatnet.model.supply import DispatchProblem, DispatchResult, DispatchStatus, FloatArray


def dispatch(problem: DispatchProblem) -> DispatchResult:
    """Return the cheapest schedule of a horizon.

    Parameters
    ----------
    problem : DispatchProblem
        Units, demand at the plant gates, prices and factors.

    Returns
    -------
    DispatchResult
        Frames have all hours as rows; `heat_mw` has a column a unit in declared order, the others a column a balance
        (`problem.balances`). If any part has no optimal schedule the status says why and every number is NaN. Contracts
        that cannot be met are infeasible before the solver is asked, with the reason.

    Notes
    -----
    One linear programme, `heatnet.dispatch.programme`; balances that no unit connects are solved one by one, which
    changes nothing in the result. The same problem gives the same bytes: one thread, fixed seed, no time limit.
    """
    conflicts = contract_conflicts(problem)
    if conflicts:
        return _no_result(problem, DispatchStatus.INFEASIBLE, "; ".join(conflicts))
    groups = independent_groups(problem)
    solutions: list[GroupSolution] = []
    for group in groups:
        solution = solve_group(problem, group)
        if solution.status != DispatchStatus.OPTIMAL:
            return _no_result(problem, solution.status)
        solutions.append(solution)
    heat = _frame(problem, _unit_ids(problem), groups, [s.heat_mw for s in solutions], of_units=True)
    unmet = _frame(problem, problem.balances, groups, [s.unmet_mw for s in solutions])
    dumped = _frame(problem, problem.balances, groups, [s.dumped_mw for s in solutions])
    price = _frame(problem, problem.balances, groups, [s.shadow_price_cny_per_mwh for s in solutions])
    return DispatchResult(DispatchStatus.OPTIMAL, heat, unmet, dumped, account_costs(problem, heat, unmet), price)


def _unit_ids(problem: DispatchProblem) -> tuple[str, ...]:
    return tuple(unit.id for unit in problem.units)


def _frame(
    problem: DispatchProblem,
    names: Sequence[str],
    groups: Sequence[Group],
    arrays: Sequence[FloatArray | None],
    of_units: bool = False,
) -> pd.DataFrame:
    """Put the rows of all groups into one frame, time by name, columns in the order of `names`."""
    rows: dict[str, FloatArray] = {}
    for group, array in zip(groups, arrays, strict=True):
        keys = [unit.id for unit in group.units] if of_units else list(group.balances)
        rows.update(zip(keys, array if array is not None else (), strict=True))
    return pd.DataFrame({name: rows[name] for name in names}, index=problem.time, columns=list(names), dtype=float)


def _no_result(problem: DispatchProblem, status: DispatchStatus, reason: str = "") -> DispatchResult:
    """Return a result without numbers: NaN, never those of another hour or case."""

    def empty(names: Sequence[str]) -> pd.DataFrame:
        return pd.DataFrame(np.nan, index=problem.time, columns=list(names), dtype=float)

    frames = [empty(problem.balances) for _ in range(3)]
    return DispatchResult(
        status, empty(_unit_ids(problem)), frames[0], frames[1], dict.fromkeys(COST_KEYS, np.nan), frames[2], reason
    )
