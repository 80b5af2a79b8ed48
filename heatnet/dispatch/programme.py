"""The linear programme of one group of balances, stated with `heatnet.dispatch.linear_model` and solved by HiGHS.

    minimise    sum_ut (c_ut + e_ut) heat_ut + p_unmet sum_bt unmet_bt
    subject to  sum_{u feeds b} heat_ut - sum_{u draws from b} d_u heat_ut + unmet_bt - dumped_bt
                    + sum_{s on b} (discharge_st - charge_st) = demand_bt
                take_min_ut <= heat_ut <= available_ut
                year_min_u <= sum_t heat_ut <= year_max_u                    (where a unit has them)
                0 <= unmet_bt,   0 <= dumped_bt <= max(0, sum_{u feeds b} take_min_ut - demand_bt)

Heat in MW, every row lasts one hour. Heat stores s have the equations of `heatnet.dispatch.stores`, power sites, whose units pay
for no electricity in c, those of `heatnet.dispatch.sites`, limits of the pipes those of `heatnet.dispatch.heat_limits`,
reserves and transfers those of `heatnet.dispatch.reserves` and `heatnet.dispatch.transfers`, units with commitment those of
`heatnet.dispatch.commitment_programme`. A group with commitment has no ties e
of its units: its schedule is the first one found within the gap, whatever e says, and e would blur the bound.

`dumped` exists only where a contract forces more heat on the network in an hour than its demand takes; what a yearly
minimum asks for must be used (`heatnet.dispatch.contract`). The dual of a balance is the cost of one more MWh.

Tie-breaking e: many schedules cost the same where two plants do, or where a yearly limit leaves hours of equal value to
choose from. e prefers the plant declared first and, for a plant with a yearly figure, the hours of high demand, where
its heat also relieves the pipes. e stays below `TIE_BREAK_CNY_PER_MWH`, far under any price, and is not in the reported
cost; shadow prices carry it, so they are exact to that amount, with stores and sites to a few times that amount: a MWh that is
charged costs `TIE_BREAK_CNY_PER_MWH` as well, so that energy is stored only where that saves something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from heatnet.dispatch.costs import own_cost_cny_per_mwh, sites_power_mw
from heatnet.dispatch.groups import Group
from heatnet.dispatch.heat_limits import add_heat_limits, limit_columns
from heatnet.dispatch.labelled_arrays import labelled, solution
from heatnet.dispatch.linear_model import LinearModel
from heatnet.dispatch.quiet import quiet_solver
from heatnet.dispatch.reserves import add_reserves, reserve_balances
from heatnet.dispatch.sites import add_sites, site_columns
from heatnet.dispatch.stores import add_stores, store_columns, with_stores
from heatnet.dispatch.transfers import add_transfers, goes_both_ways, transfer_columns, with_transfers
from heatnet.model.supply import DispatchProblem, DispatchStatus, FloatArray, SupplyUnit

TIE_BREAK_CNY_PER_MWH = 1e-3

#: besides those of every programme; a limit on work and none on time: the same problem gives the same bytes
SOLVER_OPTIONS: dict[str, object] = {"solver": "simplex", "simplex_iteration_limit": 5_000_000}

_STATUS = {
    "kOptimal": DispatchStatus.OPTIMAL,
    "kInfeasible": DispatchStatus.INFEASIBLE,
    "kUnbounded": DispatchStatus.UNBOUNDED,
    "kUnboundedOrInfeasible": DispatchStatus.INFEASIBLE_OR_UNBOUNDED,
    "kIterationLimit": DispatchStatus.WORK_LIMIT,
    "kTimeLimit": DispatchStatus.WORK_LIMIT,
    "kSolutionLimit": DispatchStatus.WORK_LIMIT,
    "kObjectiveBound": DispatchStatus.WORK_LIMIT,
    "kObjectiveTarget": DispatchStatus.WORK_LIMIT,
}


@dataclass(frozen=True)
class GroupSolution:
    """Solution of one group: status, and by frame of the result its columns, (T,); empty unless optimal.

    `excess_cny`: what its cost may be above the cheapest one's. `both_ways`: whether a transfer that loses heat passes it both
    ways in one hour.
    """

    status: DispatchStatus
    columns: Mapping[str, Mapping[str, FloatArray]] = field(default_factory=dict)
    excess_cny: float = 0.0
    both_ways: bool = False


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
        status = solve_model(model)
    if status != DispatchStatus.OPTIMAL:
        return GroupSolution(status)
    columns = {
        "heat_mw": _columns(model, "heat", [unit.id for unit in group.units], problem),
        "unmet_mw": _columns(model, "unmet", group.balances, problem),
        "dumped_mw": _columns(model, "dumped", group.balances, problem),
        "shadow_price_cny_per_mwh": {balance: _dual(model, balance) for balance in group.balances},
    }
    read = partial(solution, model)
    if reserve_balances(problem, group):
        columns["reserve_short_mw"] = dict(zip(reserve_balances(problem, group), read("reserve_short"), strict=True))
    columns |= store_columns(read, group.stores)
    columns |= limit_columns(read, group.limits, len(problem.time))
    columns |= site_columns(read, group.sites, sites_power_mw(problem, group.sites, columns["heat_mw"]))
    if not group.transfers:
        return GroupSolution(status, columns)
    flows = read("transfer"), read("transfer_back")
    columns |= transfer_columns(group.transfers, *flows)
    return GroupSolution(status, columns, both_ways=goes_both_ways(group.transfers, *flows))


def solve_model(model: LinearModel) -> DispatchStatus:
    """Solve a model as every programme here is solved, and return how that ended."""
    return _STATUS.get(model.solve(SOLVER_OPTIONS), DispatchStatus.FAILED)


def state_group(problem: DispatchProblem, group: Group) -> LinearModel:
    """Return the model of one group; see the module for the equations.

    Variables `heat`, `unmet`, `dumped`, and those of stores and sites.
    """
    hours = pd.RangeIndex(len(problem.time), name="hour")
    balances = pd.Index(group.balances, name="balance")
    model = LinearModel()
    unmet = model.add_variables(lower=0, coords=[balances, hours], name="unmet")
    objective = problem.prices.unmet_cny_per_mwh * unmet.sum()
    sides: list[Any] = [unmet]
    dump_max = np.array([_dump_max_mw(problem, group, balance) for balance in group.balances])
    if dump_max.any():
        sides.append(-1 * model.add_variables(lower=0, upper=labelled(dump_max, balances, hours), name="dumped"))
    heat = _add_heat(model, group, hours)
    if heat is not None:
        objective = objective + (heat * _cost(problem, group, hours)).sum()
        _add_year_limits(model, group, heat)
    if group.is_mixed_integer:
        surplus = model.add_variables(lower=0, coords=[balances, hours], name="surplus")
        sides.append(-1 * surplus)
        objective = objective + problem.surplus_cny_per_mwh * surplus.sum()
    if group.transfers:
        objective = objective + add_transfers(model, group.transfers, hours)
    if reserve_balances(problem, group):
        objective = objective + add_reserves(model, problem, group, heat, hours)
    if group.limits:
        objective = objective + add_heat_limits(model, group.limits, heat, problem.prices.unmet_cny_per_mwh)
    if group.stores:
        objective = objective + TIE_BREAK_CNY_PER_MWH * add_stores(model, group.stores, heat, hours)
    if group.sites:
        tie = TIE_BREAK_CNY_PER_MWH
        objective = objective + add_sites(model, problem, group.sites, group.units, heat, tie)
    for balance in group.balances:
        left = sum((side.sel(balance=balance) for side in sides[1:]), start=sides[0].sel(balance=balance))
        factors = _shares_in(group, balance)
        if heat is not None and len(factors):
            left = left + (heat.sel(unit=list(factors.index)) * factors.to_xarray()).sum("unit")
        left = with_stores(left, model, group.stores, balance)
        left = with_transfers(left, model, group.transfers, balance)
        demand = pd.Series(problem.demand_of(balance), index=hours).to_xarray()
        model.add_constraints(left == demand, name=_balance_name(balance))
    model.add_objective(objective)
    return model


def _add_heat(model: Any, group: Group, hours: pd.RangeIndex) -> Any:
    """Add the heat of every unit between its minimum and its availability; None without units."""
    if not group.units:
        return None
    lower = labelled([unit.take_min_mw for unit in group.units], _unit_index(group), hours)
    upper = labelled([unit.available_mw for unit in group.units], _unit_index(group), hours)
    return model.add_variables(lower=lower, upper=upper, name="heat")


def _cost(problem: DispatchProblem, group: Group, hours: pd.RangeIndex) -> Any:
    tie = 0.0 if group.is_mixed_integer or group.one_way else 1.0
    cost = [own_cost_cny_per_mwh(problem, u) + tie * tie_break_cny_per_mwh(problem, u) for u in group.units]
    return labelled(cost, _unit_index(group), hours)


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


def _columns(model: Any, name: str, names: Sequence[str], problem: DispatchProblem) -> dict[str, FloatArray]:
    """Return a variable's values by unit or balance; zeros where the programme has no such variable."""
    if name not in model.variables:
        return {one: np.zeros(len(problem.time)) for one in names}
    return dict(zip(names, solution(model, name), strict=True))


def _dual(model: LinearModel, balance: str) -> FloatArray:
    return model.dual_of(_balance_name(balance))
