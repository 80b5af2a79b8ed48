"""Money accounts: what a schedule costs, by kind and by source, recomputed from prices and quantities.

The optimisation states its own cost; the accounts do not copy it, so that the two can be held against each other.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.metrics import energy, switching
from heatnet.metrics.carbon import READINGS, co2_by_unit
from heatnet.metrics.sites import site_power_cny_by_unit
from heatnet.model.supply import DispatchProblem, DispatchResult
from heatnet.units import GJ_PER_MWH

#: of problems with units on and off or transfers, besides
COMMITMENT_KEYS = ("start_cny", "surplus_cny", "transfer_cny", "reserve_short_cny")
#: parts of the cost that are prices on what is missing or too much, not bills
PENALTY_KEYS = ("unmet_cny", "surplus_cny", "reserve_short_cny")
COST_KEYS = ("fuel_gas_cny", "fuel_coal_cny", "power_cny", "power_lost_cny", "co2_cny", "unmet_cny")


def cost_by_unit(problem: DispatchProblem, result: DispatchResult) -> pd.DataFrame:
    """Return each unit's cost: columns fuel_gas_cny, fuel_coal_cny, power_cny, power_lost_cny, co2_cny, total_cny.

    With units that are on or off also start_cny, the cost of starts beside their fuel.

    Electricity is priced hour by hour; CO2 of electricity by the grid factor that the problem prices. Units on a power site share
    what the heat system pays there (`heatnet.metrics.sites`).
    """
    prices = problem.prices
    burned = energy.fuel_by_unit_mwh(problem, result)
    lost = energy.power_lost_by_unit_mwh(problem, result)
    emitted = co2_by_unit(problem, result, problem.power_factor)["total_t_co2"]
    on_site = site_power_cny_by_unit(problem, result)
    bought = energy.unit_power_mw(problem, result)
    started = switching.start_cny_by_unit(problem, result)
    rows = {}
    for unit in problem.units:
        fuel_cny = 0.0 if unit.fuel is None else burned[unit.id] * prices.fuel_cny_per_mwh[unit.fuel]
        rows[unit.id] = {
            "fuel_gas_cny": fuel_cny if unit.fuel == "gas" else 0.0,
            "fuel_coal_cny": fuel_cny if unit.fuel == "coal" else 0.0,
            "power_cny": on_site.get(unit.id, float(np.dot(bought[unit.id], prices.power_cny_per_mwh))),
            "power_lost_cny": lost[unit.id] * prices.power_lost_cny_per_mwh,
            "co2_cny": float(emitted[unit.id]) * prices.co2_cny_per_t,
            "start_cny": started.get(unit.id, 0.0),
        }
    columns = [*COST_KEYS[:-1], *(["start_cny"] if started else [])]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns, dtype=float)
    table["total_cny"] = table[columns].sum(axis=1, skipna=False)
    return table


def cost(problem: DispatchProblem, result: DispatchResult) -> dict[str, float]:
    """Return a case's cost breakdown, CNY: total_cny and `COST_KEYS`; the penalty for unmet heat is in the total.

    With units that are on or off, transfers or a reserve also `COMMITMENT_KEYS`.
    """
    sums = cost_by_unit(problem, result).sum(axis=0, skipna=False)
    breakdown = {key: float(sums[key]) for key in COST_KEYS[:-1]}
    hours = len(problem.time)
    unmet = sum(float(energy.balance_of(result.unmet_mw, balance, hours).sum()) for balance in problem.balances)
    breakdown["unmet_cny"] = unmet * problem.prices.unmet_cny_per_mwh
    if problem.is_extended:
        passed = sum(t.cost_cny_per_mwh * float(result.transfer_mw[t.id].abs().sum()) for t in problem.transfers)
        breakdown |= {
            "start_cny": float(sums.get("start_cny", 0.0)),
            "surplus_cny": problem.surplus_cny_per_mwh * float(result.surplus_mw.to_numpy().sum()),
            "transfer_cny": passed,
            "reserve_short_cny": problem.reserve_cny_per_mwh * float(result.reserve_short_mw.to_numpy().sum()),
        }
    return {"total_cny": sum(breakdown.values()), **breakdown}


#: heat above this is surplus or missing, MW: less is noise of the solver
_NOTICED_MW = 1e-4


def penalty_account(problem: DispatchProblem, result: DispatchResult) -> dict[str, float]:
    """Return what nobody pays in the cost of a schedule: prices set on surplus and missing heat and on missing reserve.

    Returns
    -------
    dict
        `surplus_mwh` of heat that plants on at their least load make and nobody takes, in `surplus_hours`; `unmet_mwh` of heat
        that is missing, in `unmet_hours`; `reserve_short_mwh`; `total_cny` of the three. What a contract forces on a network and
        is let off at no price is not among it.
    """
    hours = len(problem.time)
    unmet = sum((energy.balance_of(result.unmet_mw, balance, hours) for balance in problem.balances), np.zeros(hours))
    surplus = result.surplus_mw.to_numpy().sum(axis=1) if len(result.surplus_mw) else np.zeros(hours)
    paid = cost(problem, result)
    return {
        "surplus_mwh": float(surplus.sum()),
        "surplus_hours": int((surplus > _NOTICED_MW).sum()),
        "unmet_mwh": float(unmet.sum()),
        "unmet_hours": int((unmet > _NOTICED_MW).sum()),
        "reserve_short_mwh": float(result.reserve_short_mw.to_numpy().sum()),
        "total_cny": sum(paid.get(key, 0.0) for key in PENALTY_KEYS),
    }


def by_source(problem: DispatchProblem, result: DispatchResult) -> pd.DataFrame:
    """Return what a GJ from each source costs and emits; the electricity not generated is in both.

    Returns
    -------
    pandas.DataFrame
        Index unit id; columns heat_gj, cny_per_gj, t_co2_per_gj_average, t_co2_per_gj_marginal. NaN per GJ where a unit
        gave no heat. A steam exchange station carries no emission itself: its steam's source does.
    """
    heat_gj = pd.Series(energy.heat_by_unit_mwh(problem, result), dtype=float) * GJ_PER_MWH
    given = heat_gj.where(heat_gj > 0)
    table = pd.DataFrame({"heat_gj": heat_gj})
    table["cny_per_gj"] = cost_by_unit(problem, result)["total_cny"] / given
    for reading in READINGS:
        emitted = co2_by_unit(problem, result, reading)["total_t_co2"]
        table[f"t_co2_per_gj_{reading.value}"] = emitted / given
    return table
