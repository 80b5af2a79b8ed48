"""The door of dispatch: split, solve each part, put the parts together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.dispatch.conflict import conflicts_of
from heatnet.dispatch.conflict_words import conflict_text
from heatnet.dispatch.contract import contract_conflicts
from heatnet.dispatch.costs import COST_KEYS, account_costs, site_costs
from heatnet.dispatch.groups import independent_groups
from heatnet.dispatch.programme import solve_group
from heatnet.model.heat_store import charging_units
from heatnet.model.supply import DispatchProblem, DispatchResult, DispatchStatus, FloatArray


def dispatch(problem: DispatchProblem, explain: bool = True) -> DispatchResult:
    """Return the cheapest schedule of a horizon.

    Parameters
    ----------
    problem : DispatchProblem
        Units, demand at the plant gates, prices and factors.
    explain : bool
        Whether to look for the limits that contradict each other where the solver finds no schedule
        (`heatnet.dispatch.conflict`): some dozens of programmes.

    Returns
    -------
    DispatchResult
        Frames have all hours as rows; `heat_mw` has a column a unit in declared order, those of stores, sites and batteries a
        column each, the others a column a balance (`problem.balances`). If any part has no optimal schedule the status says
        why and every number is NaN. Contracts that cannot be met are infeasible before the solver is asked, with the reason; what
        only the solver finds has for reason limits that contradict each other, and which change would be enough.

    Notes
    -----
    One linear programme, `heatnet.dispatch.programme`; balances that neither a unit nor a site connects are solved one by
    one, which changes nothing in the result. The same problem gives the same bytes: one thread, fixed seed, no time limit.
    """
    conflicts = contract_conflicts(problem)
    if conflicts:
        return _no_result(problem, DispatchStatus.INFEASIBLE, "; ".join(conflicts))
    columns: dict[str, dict[str, FloatArray]] = {name: {} for name in _columns_of(problem)}
    for group in independent_groups(problem):
        solution = solve_group(problem, group)
        if solution.status != DispatchStatus.OPTIMAL:
            return _unsolved(problem, solution.status, explain)
        for name, arrays in solution.columns.items():
            columns[name].update(arrays)
    frames = {
        name: pd.DataFrame({one: columns[name][one] for one in order}, index=problem.time, columns=order, dtype=float)
        for name, order in _columns_of(problem).items()
    }
    grid = frames["site_import_mw"], frames["site_export_mw"]
    cost = account_costs(problem, frames["heat_mw"], frames["unmet_mw"], *grid)
    paid = site_costs(problem, *grid)
    return DispatchResult(status=DispatchStatus.OPTIMAL, cost_cny=cost, site_cost_cny=paid, **frames)


def _columns_of(problem: DispatchProblem) -> dict[str, list[str]]:
    """Return the columns of each frame of the result, in declared order."""
    balances, stores = list(problem.balances), [store.id for store in problem.stores]
    sites = [site.id for site in problem.sites]
    batteries = [battery.id for site in problem.sites for battery in site.batteries]
    return {
        "heat_mw": [unit.id for unit in problem.units],
        "unmet_mw": balances,
        "dumped_mw": balances,
        "shadow_price_cny_per_mwh": balances,
        "store_level_mwh": stores,
        "store_charge_mw": stores,
        "store_discharge_mw": stores,
        "unit_charge_mw": list(charging_units(problem.stores)),
        "site_import_mw": sites,
        "site_export_mw": sites,
        "pv_used_mw": sites,
        "pv_curtailed_mw": sites,
        "pv_for_heat_mw": sites,
        "battery_level_mwh": batteries,
        "battery_charge_mw": batteries,
        "battery_discharge_mw": batteries,
        "limit_excess_mw": list(dict.fromkeys(limit.id for limit in problem.limits)),
    }


def _unsolved(problem: DispatchProblem, status: DispatchStatus, explain: bool) -> DispatchResult:
    """Return a result without numbers, with the limits that contradict each other where that is what is wrong."""
    if not explain or status not in (DispatchStatus.INFEASIBLE, DispatchStatus.INFEASIBLE_OR_UNBOUNDED):
        return _no_result(problem, status)
    conflicts = conflicts_of(problem)
    proven = DispatchStatus.INFEASIBLE if conflicts else status
    return _no_result(problem, proven, conflict_text(conflicts, problem.time))


def _no_result(problem: DispatchProblem, status: DispatchStatus, reason: str = "") -> DispatchResult:
    """Return a result without numbers: NaN, never those of another hour or case."""
    frames = {
        name: pd.DataFrame(np.nan, index=problem.time, columns=order, dtype=float)
        for name, order in _columns_of(problem).items()
    }
    return DispatchResult(status=status, cost_cny=dict.fromkeys(COST_KEYS, np.nan), reason=reason, **frames)
