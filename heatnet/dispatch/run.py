"""The door of dispatch: split, solve each part, put the parts together."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd

from heatnet.dispatch.boilers import boilers_of
from heatnet.dispatch.commit import solve_committed
from heatnet.dispatch.conflict import conflicts_of
from heatnet.dispatch.conflict_words import conflict_text
from heatnet.dispatch.contract import contract_conflicts
from heatnet.dispatch.costs import COMMITMENT_COST_KEYS, COST_KEYS, account_commitment, account_costs, site_costs
from heatnet.dispatch.groups import Group, independent_groups
from heatnet.dispatch.programme import GroupSolution, solve_group
from heatnet.dispatch.transfers import may_go_both_ways
from heatnet.i18n import _
from heatnet.model.commitment import CommitmentLimits
from heatnet.model.heat_store import charging_units
from heatnet.model.supply import DispatchProblem, DispatchResult, DispatchStatus, FloatArray

#: a gap of this much is rounding of the solver
ROUNDING_SHARE = 1e-6


def dispatch(problem: DispatchProblem, limits: CommitmentLimits | None = None, explain: bool = True) -> DispatchResult:
    """Return the cheapest schedule of a horizon.

    Parameters
    ----------
    problem : DispatchProblem
        Units, demand at the plant gates, prices and factors.
    limits : CommitmentLimits, optional
        When the search for a schedule ends where units are on or off; no meaning for others. Without: those of the problem.
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
    Balances with units that have a commitment, or with a transfer that would pass heat both ways in one hour, are solved by
    `heatnet.dispatch.commit` within the limits; the status is `FEASIBLE` where a schedule was found whose gap is larger than
    they ask for. Their same bytes need limits without seconds.
    """
    limits = limits or problem.search
    conflicts = contract_conflicts(problem)
    if conflicts:
        return _no_result(problem, DispatchStatus.INFEASIBLE, "; ".join(conflicts))
    columns: dict[str, dict[str, FloatArray]] = {name: {} for name in _columns_of(problem)}
    excess_cny = 0.0
    end = None if limits.seconds is None else time.monotonic() + limits.seconds
    for group in independent_groups(problem):
        solution = _solved(problem, group, limits, end)
        if solution.both_ways:
            solution = _solved(problem, replace(group, one_way=True), limits, end)
            if solution.status == DispatchStatus.INFEASIBLE:
                return _no_result(problem, solution.status, _both_ways_text(group))
        if solution.status not in (DispatchStatus.OPTIMAL, DispatchStatus.FEASIBLE):
            return _unsolved(problem, solution.status, explain)
        excess_cny += solution.excess_cny
        for name, arrays in solution.columns.items():
            columns[name].update(arrays)
    zero = np.zeros(len(problem.time))
    frames = {
        name: pd.DataFrame(
            {one: columns[name].get(one, zero) for one in order}, index=problem.time, columns=order, dtype=float
        )
        for name, order in _columns_of(problem).items()
    }
    return _priced(problem, limits, frames, excess_cny)


def _solved(problem: DispatchProblem, group: Group, limits: CommitmentLimits, end: float | None) -> GroupSolution:
    """Return the solution of a group, by the kind of its programme; `end`: when time is up, `time.monotonic`."""
    if not (group.is_mixed_integer or group.one_way):
        return solve_group(problem, group)
    left = None if end is None else max(end - time.monotonic(), 0.0)
    return solve_committed(problem, group, replace(limits, seconds=left))


def _both_ways_text(group: Group) -> str:
    names = _(", ").join(one.id for one in group.transfers if may_go_both_ways(one))
    return _("{transfers}: heat would have to pass both ways in one hour and be lost, as nobody can use it").format(
        transfers=names
    )


def _priced(
    problem: DispatchProblem, limits: CommitmentLimits, frames: dict[str, pd.DataFrame], excess_cny: float
) -> DispatchResult:
    """Return the result of a schedule: its cost computed from its frames, and the bound below it."""
    grid = frames["site_import_mw"], frames["site_export_mw"]
    cost = account_costs(problem, frames["heat_mw"], frames["unmet_mw"], *grid)
    paid = site_costs(problem, *grid)
    result = DispatchResult(status=DispatchStatus.OPTIMAL, cost_cny=cost, site_cost_cny=paid, **frames)
    if problem.is_extended:
        result = replace(result, cost_cny=account_commitment(problem, cost, result))
    total = result.cost_cny["total_cny"]
    result = replace(result, bound_cny=total - excess_cny)
    if excess_cny > 0 and result.gap_share > limits.gap_share + ROUNDING_SHARE:
        result = replace(result, status=DispatchStatus.FEASIBLE)
    return result


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
        **({} if not problem.is_extended else _extended_columns(problem)),
    }


def _extended_columns(problem: DispatchProblem) -> dict[str, list[str]]:
    boilers = [one.id for one in boilers_of(problem.units)]
    balances = list(problem.balances)
    return {
        "unit_on": boilers,
        "unit_start": boilers,
        "boiler_heat_mw": boilers,
        "transfer_mw": [transfer.id for transfer in problem.transfers],
        "surplus_mw": balances,
        "reserve_short_mw": balances,
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
    keys = COST_KEYS + (COMMITMENT_COST_KEYS if problem.is_extended else ())
    return DispatchResult(status=status, cost_cny=dict.fromkeys(keys, np.nan), reason=reason, **frames)
