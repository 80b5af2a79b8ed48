"""Programmes of one group with whole numbers (units on and off, the way of transfers): stated, solved, read back."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from heatnet.dispatch.boilers import boilers_of
from heatnet.dispatch.commitment_programme import CommitmentProgramme, state_commitment
from heatnet.dispatch.consumption import units_share
from heatnet.dispatch.costs import sites_power_mw
from heatnet.dispatch.decompose import solve_season
from heatnet.dispatch.groups import Group
from heatnet.dispatch.heat_limits import limit_columns
from heatnet.dispatch.programme import TIE_BREAK_CNY_PER_MWH, GroupSolution, state_group
from heatnet.dispatch.quiet import quiet_solver
from heatnet.dispatch.reserves import reserve_balances
from heatnet.dispatch.sites import site_columns
from heatnet.dispatch.stores import store_columns
from heatnet.dispatch.transfers import goes_both_ways, transfer_columns
from heatnet.model.commitment import CommitmentLimits
from heatnet.model.supply import DispatchProblem, DispatchStatus, FloatArray


def solve_committed(problem: DispatchProblem, group: Group, limits: CommitmentLimits) -> GroupSolution:
    """State and solve the programme of a group with whole numbers; a failure is a status, never an exception."""
    began = time.monotonic()
    with quiet_solver():
        model = state_group(problem, group)
        stated = state_commitment(problem, group, model)
        left = None if limits.seconds is None else max(limits.seconds - (time.monotonic() - began), 0.0)
        answer = solve_season(stated.matrices, limits, left)
    if answer.values is None:
        return GroupSolution(DispatchStatus.INFEASIBLE if answer.infeasible else DispatchStatus.WORK_LIMIT)
    columns = _columns(problem, group, stated, answer.values, answer.prices)
    excess = float(stated.matrices.cost @ answer.values) - answer.bound + _ties_cny(problem, group)
    flows = (stated.values_of(name, answer.values) for name in ("transfer", "transfer_back"))
    return GroupSolution(DispatchStatus.OPTIMAL, columns, max(excess, 0.0), goes_both_ways(group.transfers, *flows))


def _ties_cny(problem: DispatchProblem, group: Group) -> float:
    """Return the most that ties may add to the cost of a schedule, CNY: the excess is that of the cost without them."""
    hours = len(problem.time)
    most = sum(store.charge_mw for store in group.stores) * hours
    available = {unit.id: float(unit.available_mw.sum()) for unit in group.units}
    for site in group.sites:
        batteries = sum(battery.power_mw for battery in site.batteries) * hours
        saved = sum(float(np.max(share)) * available[unit] for unit, share in site.saved_per_heat.items())
        # curtailed and charged once, exported half
        most += 1.5 * (float(site.pv_mw.sum()) + batteries + saved)
    return TIE_BREAK_CNY_PER_MWH * most


def _columns(
    problem: DispatchProblem, group: Group, stated: CommitmentProgramme, values: FloatArray, prices: FloatArray
) -> dict[str, dict[str, FloatArray]]:
    zero = np.zeros(len(problem.time))

    def read(name: str) -> Any:
        return stated.values_of(name, values)

    def by(name: str, names: list[str]) -> dict[str, FloatArray]:
        found = read(name)
        return {one: zero.copy() if found is None else found[row] for row, one in enumerate(names)}

    balances = list(group.balances)
    heat, surplus, dumped = (
        by("heat", [unit.id for unit in group.units]),
        by("surplus", balances),
        by("dumped", balances),
    )
    boilers = {one.id: stated.boilers[one.id] for one in boilers_of(group.units)}
    on = {name: np.round(values[each.on]) for name, each in boilers.items()}
    columns = {
        "heat_mw": heat,
        "unmet_mw": by("unmet", balances),
        "dumped_mw": {balance: dumped[balance] + surplus[balance] for balance in balances},
        "surplus_mw": surplus,
        "shadow_price_cny_per_mwh": {balance: prices[stated.balances[balance]] for balance in balances},
        "unit_on": on,
        "unit_start": {name: np.round(values[each.start]) for name, each in boilers.items()},
        "boiler_heat_mw": {name: values[each.heat] for name, each in boilers.items()},
        "reserve_short_mw": by("reserve_short", list(reserve_balances(problem, group))),
    }
    columns |= transfer_columns(group.transfers, read("transfer"), read("transfer_back"))
    columns |= store_columns(read, group.stores)
    columns |= limit_columns(read, group.limits, len(problem.time))
    share = units_share(group.units, on)
    columns |= site_columns(read, group.sites, sites_power_mw(problem, group.sites, heat, share))
    return columns
