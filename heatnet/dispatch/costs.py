"""What a delivered MWh costs, and what a whole schedule costs.

Cost of a MWh of unit u in hour t:

    c = p_fuel f + p_power(t) e + p_lost l + p_co2 (k_fuel f + k_power (e + l))

with fuel f, electricity bought e and electricity lost l per MWh of heat, prices p and emission factors k. Heat that a
unit draws from another balance is not in c: the programme pays for it where it is made.

A unit behind the meter of a power site does not pay for e: the site pays for what it imports, and earns what it exports.

A boiler of a unit with commitment costs per hour on what its fuel and electricity without load cost at these prices, and
per start its share of the unit's start cost and of the fuel of its start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from heatnet.dispatch.boilers import boilers_of
from heatnet.dispatch.consumption import no_load_fuel_mw, no_load_power_mw
from heatnet.model.power_site import PowerSite, site_of_unit
from heatnet.model.supply import FUELS, DispatchProblem, DispatchResult, FloatArray, SupplyUnit

COST_KEYS = ("total_cny", "fuel_gas_cny", "fuel_coal_cny", "power_cny", "power_lost_cny", "co2_cny", "unmet_cny")
#: what problems with commitments, transfers or reserves have beside them
COMMITMENT_COST_KEYS = ("start_cny", "surplus_cny", "transfer_cny", "reserve_short_cny")


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

    A unit that draws from another balance shows its own cost only; one on a power site pays the grid's price here.
    """
    return pd.DataFrame({unit.id: unit_cost_cny_per_mwh(problem, unit) for unit in problem.units}, index=problem.time)


def own_cost_cny_per_mwh(problem: DispatchProblem, unit: SupplyUnit) -> FloatArray:
    """Return what the programme pays for a MWh of a unit, (T,), CNY/MWh: without electricity where a site pays for that."""
    cost = unit_cost_cny_per_mwh(problem, unit)
    if unit.id not in site_of_unit(problem.sites):
        return cost
    return cost - problem.import_cost_cny_per_mwh * unit.power_per_heat


def on_cost_cny_per_h(problem: DispatchProblem, unit: SupplyUnit, with_power: bool = True) -> FloatArray:
    """Return what a unit with commitment costs per hour on without any heat, (T,), CNY/h; `with_power`: electricity too."""
    commitment = unit.commitment
    if commitment is None:
        return np.zeros(len(problem.time))
    fuel = _burned_cny_per_mwh(problem, unit) * commitment.no_load_fuel_mw
    power = problem.import_cost_cny_per_mwh * commitment.no_load_power_mw
    return np.asarray(fuel + power * float(with_power), dtype=float)


def start_cost_cny(problem: DispatchProblem, unit: SupplyUnit) -> float:
    """Return what a start of a whole unit with commitment costs, its fuel with its CO2 included, CNY."""
    own = unit.commitment
    if own is None:
        return 0.0
    return own.start_cost_cny + _burned_cny_per_mwh(problem, unit) * own.start_fuel_mwh


def _burned_cny_per_mwh(problem: DispatchProblem, unit: SupplyUnit) -> float:
    """Return price and CO2 of a unit's fuel, CNY/MWh."""
    if unit.fuel is None:
        return 0.0
    co2 = problem.prices.co2_cny_per_t * problem.factors.fuel_t_co2_per_mwh[unit.fuel]
    return problem.prices.fuel_cny_per_mwh[unit.fuel] + co2


def sites_power_mw(
    problem: DispatchProblem,
    sites: Sequence[PowerSite],
    heat_mw: Mapping[str, Any] | pd.DataFrame,
    on_share: Mapping[str, FloatArray] | None = None,
) -> dict[str, FloatArray]:
    """Return what the heat plants of each site add to its load, (T,), MW; with `on_share` what they need without load too."""
    units = {unit.id: unit for unit in problem.units}
    power = {
        site.id: np.sum(
            [np.asarray(heat_mw[one]) * site.power_per_heat(one, units[one].power_per_heat) for one in site.units],
            axis=0,
        )
        for site in sites
    }
    for site in sites:
        for one in site.units:
            commitment = units[one].commitment
            if on_share and commitment is not None:
                power[site.id] = power[site.id] + commitment.no_load_power_mw * on_share[one]
    return power


def without_heat(problem: DispatchProblem, site: PowerSite) -> tuple[FloatArray, FloatArray]:
    """Return import and export, (T,), MW, of a site without its heat plants: as the site says, else base load and PV alone.

    Without storage the hours are independent. Of using all PV, as much as the base load takes, or none, each hour takes the
    cheapest; that is all PV unless prices are negative. The limit on import does not count: the site has its base load anyway.
    """
    if site.without_heat_mw is not None:
        return site.without_heat_mw
    choices = []
    for used in (site.pv_mw, np.minimum(site.base_mw, site.pv_mw), np.zeros(len(site.pv_mw))):
        net = site.base_mw - used
        choices.append((np.maximum(net, 0.0), np.maximum(-net, 0.0)))
    cost = [i * problem.import_cost_cny_per_mwh - e * site.export_price_cny_per_mwh for i, e in choices]
    best = np.argmin(cost, axis=0)
    bought, sold = (np.choose(best, [choice[part] for choice in choices]) for part in (0, 1))
    return bought, sold


def without_heat_cny(problem: DispatchProblem, site: PowerSite) -> FloatArray:
    """Return what a site pays without its heat plants and batteries, CO2 included, (T,), CNY."""
    bought, sold = without_heat(problem, site)
    return bought * problem.import_cost_cny_per_mwh - sold * site.export_price_cny_per_mwh


def site_costs(
    problem: DispatchProblem, site_import_mw: pd.DataFrame, site_export_mw: pd.DataFrame
) -> dict[str, dict[str, float]]:
    """Return what each site pays, and what it would pay without heat plants and batteries.

    Parameters
    ----------
    problem : DispatchProblem
    site_import_mw, site_export_mw : pandas.DataFrame
        Time by site, MW.

    Returns
    -------
    dict of site id to dict
        power_cny (tariff of the import less what the export earns) and co2_cny; `without_heat_power_cny` and
        `without_heat_co2_cny` of `without_heat`; `heat_power_cny` and `heat_co2_cny`, the differences: what the heat system
        pays. They are negative where batteries earn more than heat costs.
    """
    per_mwh = problem.prices.co2_cny_per_t * problem.factors.of_power(problem.power_factor)
    table = {}
    for site in problem.sites:
        bought, sold = (frame[site.id].to_numpy() for frame in (site_import_mw, site_export_mw))
        base_bought, base_sold = without_heat(problem, site)
        power, without = (
            float(i @ problem.prices.power_cny_per_mwh - e @ site.export_price_cny_per_mwh)
            for i, e in ((bought, sold), (base_bought, base_sold))
        )
        co2, without_co2 = per_mwh * float(bought.sum()), per_mwh * float(base_bought.sum())
        table[site.id] = {
            "power_cny": power,
            "co2_cny": co2,
            "without_heat_power_cny": without,
            "without_heat_co2_cny": without_co2,
            "heat_power_cny": power - without,
            "heat_co2_cny": co2 - without_co2,
        }
    return table


def account_costs(
    problem: DispatchProblem,
    heat_mw: pd.DataFrame,
    unmet_mw: pd.DataFrame,
    site_import_mw: pd.DataFrame | None = None,
    site_export_mw: pd.DataFrame | None = None,
) -> dict[str, float]:
    """Return what a schedule costs, by kind of cost.

    Parameters
    ----------
    problem : DispatchProblem
    heat_mw : pandas.DataFrame
        Heat delivered, time by unit id, MW.
    unmet_mw : pandas.DataFrame
        Heat missing, time by balance, MW.
    site_import_mw, site_export_mw : pandas.DataFrame, optional
        Electricity of the problem's sites, time by site, MW; needed where it has any.

    Returns
    -------
    dict of str to float
        The keys of `COST_KEYS`, CNY; the total is the sum of the others. Electricity of a site counts as what the site pays less
        what it would pay for base load and PV alone, without heat plants and batteries (`site_costs`).

    Raises
    ------
    ValueError
        If the problem has sites whose electricity is not given.
    """
    if problem.sites and (site_import_mw is None or site_export_mw is None):
        raise ValueError("the electricity of the sites is missing")
    prices = problem.prices
    on_site = site_of_unit(problem.sites)
    cost = dict.fromkeys(COST_KEYS, 0.0)
    for unit in problem.units:
        heat = heat_mw[unit.id].to_numpy()
        if unit.fuel in FUELS:
            cost[f"fuel_{unit.fuel}_cny"] += prices.fuel_cny_per_mwh[unit.fuel] * float(heat @ unit.fuel_per_heat)
        if unit.id not in on_site:
            cost["power_cny"] += float(heat @ (prices.power_cny_per_mwh * unit.power_per_heat))
        cost["power_lost_cny"] += prices.power_lost_cny_per_mwh * float(heat @ unit.power_lost_per_heat)
        emitted = co2_per_heat(problem, unit)
        if unit.id in on_site:
            emitted = emitted - problem.factors.of_power(problem.power_factor) * unit.power_per_heat
        cost["co2_cny"] += prices.co2_cny_per_t * float(heat @ emitted)
    if site_import_mw is not None and site_export_mw is not None:
        for paid in site_costs(problem, site_import_mw, site_export_mw).values():
            cost["power_cny"] += paid["heat_power_cny"]
            cost["co2_cny"] += paid["heat_co2_cny"]
    cost["unmet_cny"] = prices.unmet_cny_per_mwh * float(np.sum(unmet_mw.to_numpy()))
    cost["total_cny"] = sum(cost[key] for key in COST_KEYS[1:])
    return cost


def account_commitment(
    problem: DispatchProblem, cost_cny: Mapping[str, float], result: DispatchResult
) -> dict[str, float]:
    """Return `account_costs` with what commitments, transfers and reserves cost beside it.

    Parameters
    ----------
    problem : DispatchProblem
    cost_cny : mapping of str to float
        `account_costs` of the same schedule.
    result : DispatchResult
        Its frames `unit_on`, `unit_start`, `transfer_mw`, `surplus_mw` and `reserve_short_mw` count.

    Returns
    -------
    dict of str to float
        The keys of `COST_KEYS`, with fuel, electricity and CO2 without load and of starts, and of `COMMITMENT_COST_KEYS`, CNY.
    """
    prices, factors = problem.prices, problem.factors
    on_site = site_of_unit(problem.sites)
    cost = dict(cost_cny) | dict.fromkeys(COMMITMENT_COST_KEYS, 0.0)
    burned, power = no_load_fuel_mw(problem, result), no_load_power_mw(problem, result)
    for unit in problem.units:
        if unit.commitment is None:
            continue
        fuel = float(burned[unit.id].sum())
        if unit.fuel in FUELS:
            cost[f"fuel_{unit.fuel}_cny"] += prices.fuel_cny_per_mwh[unit.fuel] * fuel
            cost["co2_cny"] += prices.co2_cny_per_t * factors.fuel_t_co2_per_mwh[unit.fuel] * fuel
        if unit.id not in on_site:
            drawn = power[unit.id]
            cost["power_cny"] += float(drawn @ prices.power_cny_per_mwh)
            cost["co2_cny"] += prices.co2_cny_per_t * factors.of_power(problem.power_factor) * float(drawn.sum())
    for boilers in boilers_of(problem.units):
        starts = float(result.unit_start[boilers.id].sum())
        cost["start_cny"] += boilers.share * boilers.commitment.start_cost_cny * starts
    for transfer in problem.transfers:
        passed = float(result.transfer_mw[transfer.id].abs().sum())
        cost["transfer_cny"] += transfer.cost_cny_per_mwh * passed
    cost["surplus_cny"] = problem.surplus_cny_per_mwh * float(np.sum(result.surplus_mw.to_numpy()))
    cost["reserve_short_cny"] = problem.reserve_cny_per_mwh * float(np.sum(result.reserve_short_mw.to_numpy()))
    cost["total_cny"] = sum(value for key, value in cost.items() if key != "total_cny")
    return cost
