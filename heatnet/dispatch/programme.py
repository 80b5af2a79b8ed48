"""The linear programme of one group of balances, stated with linopy and solved by HiGHS.

    minimise    sum_ut (c_ut + e_ut) heat_ut + p_unmet sum_bt unmet_bt
    subject to  sum_{u feeds b} heat_ut - sum_{u draws from b} d_u heat_ut + unmet_bt - dumped_bt = demand_bt
                take_min_ut <= heat_ut <= available_ut
                year_min_u <= sum_t heat_ut <= year_max_u                    (where a unit has them)
                0 <= unmet_bt,   0 <= dumped_bt <= max(0, sum_{u feeds b} take_min_ut - demand_bt)

`dumped` exists only where a contract forces more heat on the network in an hour than its demand takes; what a yearly
minimum asks for must be used (`heatnet.dispatch.contract`). The dual of a balance is the cost of one more MWh.

Tie-breaking e: many schedules cost the same where two plants do, or where a yearly limit leaves hours of equal value to
choose from. e prefers the plant declared first and, for a plant with a yearly figure, the hours of high demand, where
its heat also relieves the pipes. e stays below `TIE_BREAK_CNY_PER_MWH`, far under any price, and is not in the reported
cost; shadow prices carry it, so they are exact to that amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet.dispatch.costs import unit_cost_cny_per_mwh
from heatnet.dispatch.groups import Group
from heatnet.dispatch.quiet import quiet_solver
from heatnet.model.supply import DispatchProblem, DispatchStatus, FloatArray, SupplyUnit

TIE_BREAK_CNY_PER_MWH = 1e-3

#: one thread, fixed seed, a limit on work and none on time: the same problem gives the same bytes
SOLVER_OPTIONS: dict[str, object] = {
    "output_flag": False,
    "log_to_console": False,
    "threads": 1,
    "parallel": "off",
    "random_seed": 0,
    "solver": "simplex",
    "simplex_iteration_limit": 5_000_000,
}

_STATUS = {
    "optimal": DispatchStatus.OPTIMAL,
    "infeasible": DispatchStatus.INFEASIBLE,
    "unbounded": DispatchStatus.UNBOUNDED,
    "infeasible_or_unbounded": DispatchStatus.INFEASIBLE_OR_UNBOUNDED,
    "iteration_limit": DispatchStatus.WORK_LIMIT,
    "time_limit": DispatchStatus.WORK_LIMIT,
    "terminated_by_limit": DispatchStatus.WORK_LIMIT,
}


@dataclass(frozen=True)
class GroupSolution:
    """Solution of one group: status and arrays by unit or balance (rows) and time; None unless optimal."""

    status: DispatchStatus
    heat_mw: FloatArray | None = None
    unmet_mw: FloatArray | None = None
    dumped_mw: FloatArray | None = None
    shadow_price_cny_per_mwh: FloatArray | None = None


def tie_break_cny_per_mwh(problem: DispatchProblem, unit: SupplyUnit) -> FloatArray:
    """Return the tie-breaking cost of a unit, CNY/MWh, shape (T,): half for its rank, half for the hour."""
    rank = [other.id for other in problem.units].index(unit.id) / len(problem.units)
    hour = np.zeros(len(problem.time))
    if unit.year_max_mwh is not None or unit.year_min_mwh is not None:
        demand = problem.demand_of(unit.balance)
        hour = 1.0 - demand / max(float(demand.max(initial=0.0)), 1e-9)
    return TIE_BREAK_CNY_PER_MWH / 2 * (rank + hour)


def solve_group(problem: DispatchProblem, group: Group) -> GroupSolution:
    """State and solve the programme of one group; a failure is a status, never an exception."""
    with quiet_solver():
        model = state_group(problem, group)
        model.solve("highs", io_api="direct", **SOLVER_OPTIONS)
    status = _STATUS.get(str(model.termination_condition), DispatchStatus.FAILED)
    if status != DispatchStatus.OPTIMAL:
        return GroupSolution(status)
    return GroupSolution(
        status,
        heat_mw=_solution(model, "heat", len(group.units), problem),
        unmet_mw=_solution(model, "unmet", len(group.balances), problem),
        dumped_mw=_solution(model, "dumped", len(group.balances), problem),
        shadow_price_cny_per_mwh=np.array([_dual(model, balance) for balance in group.balances]),
    )


def state_group(problem: DispatchProblem, group: Group) -> Any:
    """Return the linopy model of one group (variables `heat`, `unmet`, `dumped`); see the module for the equations."""
    import linopy

    hours = pd.RangeIndex(len(problem.time), name="hour")
    balances = pd.Index(group.balances, name="balance")
    model = linopy.Model()
    unmet = model.add_variables(lower=0, coords=[balances, hours], name="unmet")
    objective = problem.prices.unmet_cny_per_mwh * unmet.sum()
    sides: list[Any] = [unmet]
    dump_max = np.array([_dump_max_mw(problem, group, balance) for balance in group.balances])
    if dump_max.any():
        sides.append(-1 * model.add_variables(lower=0, upper=_labelled(dump_max, balances, hours), name="dumped"))
    heat = _add_heat(model, group, hours)
    if heat is not None:
        objective = objective + (heat * _cost(problem, group, hours)).sum()
        _add_year_limits(model, group, heat)
    for balance in group.balances:
        left = sum((side.sel(balance=balance) for side in sides[1:]), start=sides[0].sel(balance=balance))
        factors = _shares_in(group, balance)
        if heat is not None and len(factors):
            left = left + (heat.sel(unit=list(factors.index)) * factors.to_xarray()).sum("unit")
        demand = pd.Series(problem.demand_of(balance), index=hours).to_xarray()
        model.add_constraints(left == demand, name=_balance_name(balance))
    model.add_objective(objective)
    return model


def _add_heat(model: Any, group: Group, hours: pd.RangeIndex) -> Any:
    """Add the heat of every unit between its minimum and its availability; None without units."""
    if not group.units:
        return None
    lower = _labelled([unit.take_min_mw for unit in group.units], _unit_index(group), hours)
    upper = _labelled([unit.available_mw for unit in group.units], _unit_index(group), hours)
    return model.add_variables(lower=lower, upper=upper, name="heat")


def _cost(problem: DispatchProblem, group: Group, hours: pd.RangeIndex) -> Any:
    cost = [unit_cost_cny_per_mwh(problem, u) + tie_break_cny_per_mwh(problem, u) for u in group.units]
    return _labelled(cost, _unit_index(group), hours)


def _labelled(rows: Sequence[FloatArray] | FloatArray, names: pd.Index, hours: pd.RangeIndex) -> Any:
    """Return rows of hourly values as a labelled array: linopy pairs by name, never by position."""
    import xarray

    return xarray.DataArray(np.asarray(rows), coords=[names, hours])


def _add_year_limits(model: Any, group: Group, heat: Any) -> None:
    for unit in group.units:
        if unit.year_max_mwh is not None and unit.available_mw.sum() > unit.year_max_mwh:
            model.add_constraints(heat.sel(unit=unit.id).sum() <= unit.year_max_mwh, name=f"year {unit.id}")
        if unit.year_min_mwh is not None and unit.take_min_mw.sum() < unit.year_min_mwh:
            model.add_constraints(heat.sel(unit=unit.id).sum() >= unit.year_min_mwh, name=f"least year {unit.id}")


def _shares_in(group: Group, balance: str) -> pd.Series:
    """Return what a MWh of each unit adds to a balance (negative: draws from it); only units that touch it."""
    shares = {u.id: float(u.balance == balance) - u.draw_per_heat * float(u.draws_from == balance) for u in group.units}
    touching = {unit: share for unit, share in shares.items() if share != 0.0}
    return pd.Series(touching, index=pd.Index(list(touching), name="unit"), dtype=float)


def _unit_index(group: Group) -> pd.Index:
    return pd.Index([unit.id for unit in group.units], name="unit")


def _balance_name(balance: str) -> str:
    return f"balance {balance}"


def _dump_max_mw(problem: DispatchProblem, group: Group, balance: str) -> FloatArray:
    """Return the contract heat of a balance beyond its demand, (T,), MW: no other heat may be thrown away."""
    contract = np.zeros(len(problem.time))
    for unit in group.units:
        if unit.balance == balance:
            contract = contract + unit.take_min_mw
    return np.maximum(contract - problem.demand_of(balance), 0.0)


def _solution(model: Any, name: str, rows: int, problem: DispatchProblem) -> FloatArray:
    """Return a variable's values, kept within its bounds (the solver may overstep them by its tolerance)."""
    if name not in model.variables:
        return np.zeros((rows, len(problem.time)))
    variable = model.variables[name]
    values = variable.solution.to_numpy()
    return np.asarray(np.clip(values, variable.lower.to_numpy(), variable.upper.to_numpy()), dtype=float)


def _dual(model: Any, balance: str) -> FloatArray:
    return np.asarray(model.constraints[_balance_name(balance)].dual.to_numpy(), dtype=float)
