"""What a delivered MWh costs, and what a whole schedule costs.

Cost of a MWh of unit u in hour t:

    c = p_fuel f + p_power(t) e + p_lost l + p_co2 (k_fuel f + k_power (e + l))

with fuel f, electricity bought e and electricity lost l per MWh of heat, prices p and emission factors k. Heat that a
unit draws from another balance is not in c: the programme pays for it where it is made.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.model.supply import FUELS, DispatchProblem, FloatArray, SupplyUnit

COST_KEYS = ("total_cny", "fuel_gas_cny", "fuel_coal_cny", "power_cny", "power_lost_cny", "co2_cny", "unmet_cny")


def co2_per_heat(problem: DispatchProblem, unit: SupplyUnit) -> FloatArray:
    """Return the priced CO2 of a unit, t/MWh of delivered heat, shape (T,)."""
    fuel = problem.factors.fuel_t_co2_per_mwh[unit.fuel] if unit.fuel else 0.0
    power = problem.factors.of_power(problem.power_factor)
    return fuel * unit.fuel_per_heat + power * (unit.power_per_heat + unit.power_lost_per_heat)


def unit_cost_cny_per_mwh(problem: DispatchProblem, unit: SupplyUnit) -> FloatArray:
    """Return the cost of a delivered MWh of one unit, CNY/MWh, shape (T,); see the module for the equation."""
    prices = problem.prices
    fuel_price = prices.fuel_cny_per_mwh[unit.fuel] if unit.fuel else 0.0
    return (
        fuel_price * unit.fuel_per_heat
        + prices.power_cny_per_mwh * unit.power_per_heat
        + prices.power_lost_cny_per_mwh * unit.power_lost_per_heat
        + prices.co2_cny_per_t * co2_per_heat(problem, unit)
    )


def marginal_cost_cny_per_mwh(problem: DispatchProblem) -> pd.DataFrame:
    """Return the cost of a delivered MWh of every unit, time by unit id, CNY/MWh: the merit order.

    A unit that draws from another balance shows its own cost only.
    """
    return pd.DataFrame({unit.id: unit_cost_cny_per_mwh(problem, unit) for unit in problem.units}, index=problem.time)


def account_costs(problem: DispatchProblem, heat_mw: pd.DataFrame, unmet_mw: pd.DataFrame) -> dict[str, float]:
    """Return what a schedule costs, by kind of cost.

    Parameters
    ----------
    problem : DispatchProblem
    heat_mw : pandas.DataFrame
        Heat delivered, time by unit id, MW.
    unmet_mw : pandas.DataFrame
        Heat missing, time by balance, MW.

    Returns
    -------
    dict of str to float
        The keys of `COST_KEYS`, CNY; the total is the sum of the others.
    """
    prices = problem.prices
    cost = dict.fromkeys(COST_KEYS, 0.0)
    for unit in problem.units:
        heat = heat_mw[unit.id].to_numpy()
        if unit.fuel in FUELS:
            cost[f"fuel_{unit.fuel}_cny"] += prices.fuel_cny_per_mwh[unit.fuel] * float(heat @ unit.fuel_per_heat)
        cost["power_cny"] += float(heat @ (prices.power_cny_per_mwh * unit.power_per_heat))
        cost["power_lost_cny"] += prices.power_lost_cny_per_mwh * float(heat @ unit.power_lost_per_heat)
        cost["co2_cny"] += prices.co2_cny_per_t * float(heat @ co2_per_heat(problem, unit))
    cost["unmet_cny"] = prices.unmet_cny_per_mwh * float(np.sum(unmet_mw.to_numpy()))
    cost["total_cny"] = sum(cost[key] for key in COST_KEYS[1:])
    return cost
