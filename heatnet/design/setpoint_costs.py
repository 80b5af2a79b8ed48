"""What an hour costs at a supply temperature: the plants' cheapest heat at these temperatures, and the pumps' electricity.

Of the year's dispatch at some supply temperatures two things are kept: prices of what ties the hours together, and the heat
of plants that heat consumers directly. With them every row is a programme of its own,

    min sum_u (c_u + lambda_u + d_u pi_s) q_u + p_unmet s     with  sum_u q_u + s = load + loss,  0 <= q_u <= available_u,

whose solution is the merit order. c_u and available_u are those of `heatnet.plants` at the row's supply and return
temperatures and flows: a heat pump's COP, what a return takes up, a boiler that condenses, a well that is hot enough for the
supply or is not. lambda_u is the price of a unit's yearly limit, negative where that is a least heat, pi_s that of the steam (or
other balance) that it draws from. Both are duals of the year's programme, so that the sum of the rows is its Lagrangian, but for
lambda_u times the limit, which no row changes: right to first order about the dispatch that gave them, and a fresh dispatch
confirms what was chosen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from heatnet.couple.year import NetworkYear
from heatnet.design.setpoint_states import RowStates
from heatnet.dispatch import marginal_cost_cny_per_mwh
from heatnet.dispatch.consumption import always_on
from heatnet.dispatch.costs import co2_per_heat
from heatnet.model.conditions import Conditions
from heatnet.model.supply import DispatchProblem, DispatchResult, FloatArray, SupplyUnit
from heatnet.plants import supply_units
from heatnet.plants.serves import DIRECT_CONNECTIONS

#: a unit within this of an end of its range is at that end, MW
_AT_END_MW = 1e-6


@dataclass(frozen=True, eq=False)
class HourPrices:
    """What ties the hours of a network's dispatch together.

    Parameters
    ----------
    limit_cny_per_mwh : dict of unit id to float
        Price of the yearly figures of units that have one (`year_limit_price_cny_per_mwh`).
    drawn_cny_per_mwh : dict of balance to ndarray, shape (T,)
        Price of a MWh of each balance.
    stored_mw : ndarray, shape (T,)
        Heat out of stores less heat into them.
    """

    limit_cny_per_mwh: dict[str, float]
    drawn_cny_per_mwh: dict[str, FloatArray]
    stored_mw: FloatArray


def hour_prices(problem: DispatchProblem, result: DispatchResult, balance: str) -> HourPrices:
    """Return the prices of a dispatch for the rows of one balance."""
    limits = {
        unit.id: year_limit_price_cny_per_mwh(problem, result, unit)
        for unit in problem.units
        if unit.balance == balance and (unit.year_max_mwh is not None or unit.year_min_mwh is not None)
    }
    prices = {str(name): result.shadow_price_cny_per_mwh[name].to_numpy() for name in result.shadow_price_cny_per_mwh}
    stored = np.zeros(len(problem.time))
    for store in problem.stores:
        if store.balance == balance:
            stored += (result.store_discharge_mw[store.id] - result.store_charge_mw[store.id]).to_numpy()
    return HourPrices(limits, prices, stored)


def year_limit_price_cny_per_mwh(problem: DispatchProblem, result: DispatchResult, unit: SupplyUnit) -> float:
    """Return the price of a MWh of a unit's heat for its yearly figures, CNY/MWh; 0 where none binds.

    Positive for the most heat of the year: what one more MWh of it saves. Negative for the least: what one MWh less of it saves.
    By complementary slackness: pi_t - c_t is at least that price in hours with more than the hour's least heat, at most in hours
    with less than all that the unit has, and equal to it in hours between. The middle of what the hours leave open is taken.
    """
    heat = result.heat_mw[unit.id].to_numpy()
    is_least, is_most = (
        _is_at(heat, unit.year_min_mwh, unit.take_min_mw),
        _is_at(heat, unit.year_max_mwh, unit.available_mw),
    )
    if not (is_least or is_most):
        return 0.0
    gain = result.shadow_price_cny_per_mwh[unit.balance].to_numpy() - _unit_cost(problem, result, unit)
    could = unit.available_mw > _AT_END_MW
    high = gain[could & (heat > unit.take_min_mw + _AT_END_MW)]
    low = gain[could & (heat < unit.available_mw - _AT_END_MW)]
    ends = [float(high.min())] if len(high) else []
    ends += [float(low.max())] if len(low) else []
    price = sum(ends) / len(ends) if ends else 0.0
    return min(max(price, -np.inf if is_least else 0.0), np.inf if is_most else 0.0)


def _is_at(heat_mw: FloatArray, year_mwh: float | None, anyway_mw: FloatArray) -> bool:
    """Return whether heat makes a yearly figure, other than by the hourly bounds alone."""
    if year_mwh is None or abs(float(anyway_mw.sum()) - year_mwh) <= _AT_END_MW:
        return False
    return bool(abs(heat_mw.sum() - year_mwh) <= year_mwh * 1e-6 + _AT_END_MW)


def _unit_cost(problem: DispatchProblem, result: DispatchResult, unit: SupplyUnit) -> FloatArray:
    cost = marginal_cost_cny_per_mwh(replace(problem, units=(unit,), stores=(), sites=()))[unit.id].to_numpy()
    if unit.draws_from is None:
        return np.asarray(cost)
    return np.asarray(cost + unit.draw_per_heat * result.shadow_price_cny_per_mwh[unit.draws_from].to_numpy())


def row_conditions(year: NetworkYear, conditions: Conditions, hours: np.ndarray, rows: RowStates) -> Conditions:
    """Return what the plants see in each row.

    Parameters
    ----------
    year : NetworkYear
    conditions : Conditions
        Of the year.
    hours : ndarray of int, shape (N,)
        Position in the year of each hour of the rows.
    rows : RowStates
        All solved.
    """
    at = hours[rows.hour]
    return Conditions(
        time=conditions.time[at],
        t_outdoor_degc=conditions.t_outdoor_degc[at],
        in_season=conditions.in_season[at],
        t_supply_degc=rows.t_supply_degc,
        t_return_degc=np.where(np.isfinite(rows.t_return_degc), rows.t_return_degc, conditions.t_return_degc[at]),
        consumer_heat_mw=conditions.consumer_heat_mw.iloc[at],
        return_flow_kg_per_s={plant: rows.plant_mdot_kg_per_s[plant] for plant in conditions.return_flow_kg_per_s},
        plant_t_return_degc=arriving_degc(year, rows),
        line_flow_max_kg_per_s={plant: most[at] for plant, most in conditions.line_flow_max_kg_per_s.items()},
    )


def arriving_degc(year: NetworkYear, rows: RowStates) -> dict[str, FloatArray]:
    """Return the return temperature that arrives at each plant in the primary pipes, (R,), °C."""
    plants = year.network.plants
    piped = plants.index[~plants["connection"].isin(DIRECT_CONNECTIONS)]
    return {
        str(plant): np.where(
            np.isfinite(rows.plant_t_return_degc[str(plant)]), rows.plant_t_return_degc[str(plant)], rows.t_return_degc
        )
        for plant in piped
    }


def heat_cost_cny(
    year: NetworkYear,
    conditions: Conditions,
    hours: np.ndarray,
    rows: RowStates,
    primary_mw: FloatArray,
    problem: DispatchProblem,
    prices: HourPrices,
) -> FloatArray:
    """Return what the heat of every row costs, (R,), CNY; infinite in rows without a solution.

    Parameters
    ----------
    year, conditions, hours
        As for `row_conditions`.
    rows : RowStates
    primary_mw : ndarray, shape (N,)
        Heat that the consumers ask of the primary pipes in each hour.
    problem : DispatchProblem
        Prices and factors of the year.
    prices : HourPrices
        Of the dispatch that the rows are held against.
    """
    cost = np.full(len(rows), np.inf)
    good = np.flatnonzero(rows.solved)
    if not len(good):
        return cost
    some = rows.rows(good)
    at = hours[some.hour]
    units = [always_on(unit) for unit in supply_units(year.network, row_conditions(year, conditions, hours, some))]
    plants = year.network.plants
    direct = {f"{year.network.id}/{plant}" for plant in plants.index[plants["connection"].isin(DIRECT_CONNECTIONS)]}
    own = [unit for unit in units if unit.balance == f"{year.network.id}/water" and unit.id not in direct]
    needed = primary_mw[some.hour] - some.shortfall_mw + some.loss_mw - prices.stored_mw[at]
    per_mwh = _costs(problem, own, at, prices)
    cost[good] = merit_order_cost_cny(
        per_mwh,
        np.array([unit.available_mw for unit in own]),
        np.array([unit.take_min_mw for unit in own]),
        np.maximum(needed, 0.0),
        problem.prices.unmet_cny_per_mwh,
    )
    return cost


def _costs(problem: DispatchProblem, units: list[SupplyUnit], at: np.ndarray, prices: HourPrices) -> FloatArray:
    """Return the cost of a MWh of each unit with the prices of what ties the hours together, (U, R), CNY/MWh."""
    money = replace(problem.prices, power_cny_per_mwh=problem.prices.power_cny_per_mwh[at])
    priced = DispatchProblem(problem.time[at], tuple(units), {}, money, problem.factors, problem.power_factor)
    table = marginal_cost_cny_per_mwh(priced)
    rows = []
    for unit in units:
        cost = table[unit.id].to_numpy() + prices.limit_cny_per_mwh.get(unit.id, 0.0)
        if unit.draws_from is not None:
            cost = cost + unit.draw_per_heat * prices.drawn_cny_per_mwh[unit.draws_from][at]
        rows.append(cost)
    return np.array(rows)


def merit_order_cost_cny(
    cost_cny_per_mwh: FloatArray,
    available_mw: FloatArray,
    least_mw: FloatArray,
    needed_mw: FloatArray,
    unmet_cny_per_mwh: float,
) -> FloatArray:
    """Return the cost of the cheapest heat of every row, (R,), CNY; what nobody gives costs `unmet_cny_per_mwh`.

    Parameters
    ----------
    cost_cny_per_mwh, available_mw, least_mw : ndarray, shape (U, R)
        Of each unit; the least heat has to be taken, also where nobody needs it.
    needed_mw : ndarray, shape (R,)
    unmet_cny_per_mwh : float
    """
    order = np.argsort(cost_cny_per_mwh, axis=0, kind="stable")
    cost, room = (np.take_along_axis(one, order, axis=0) for one in (cost_cny_per_mwh, available_mw - least_mw))
    left = np.maximum(needed_mw - least_mw.sum(axis=0), 0.0)
    total = (cost_cny_per_mwh * least_mw).sum(axis=0)
    for price, most in zip(cost, room, strict=True):
        given = np.minimum(most, left)
        total = total + price * given
        left = left - given
    return np.asarray(total + unmet_cny_per_mwh * left)


def year_conditions(year: NetworkYear, conditions: Conditions, hours: np.ndarray, rows: RowStates) -> Conditions:
    """Return the year's conditions with those of the rows, one row an hour, in their hours.

    Parameters
    ----------
    year : NetworkYear
    conditions : Conditions
        Of the year, by the network's regulation; they stay in hours that have no solved row.
    hours : ndarray of int, shape (N,)
    rows : RowStates
        One row an hour.
    """
    good = np.flatnonzero(rows.solved)
    some = row_conditions(year, conditions, hours, rows.rows(good))
    at = hours[rows.hour[good]]

    def put(whole: FloatArray, part: FloatArray) -> FloatArray:
        new = np.array(whole, dtype=float)
        new[at] = part
        return new

    t_return = conditions.t_return_degc
    return replace(
        conditions,
        t_supply_degc=put(conditions.t_supply_degc, some.t_supply_degc),
        t_return_degc=put(t_return, some.t_return_degc),
        return_flow_kg_per_s={
            plant: put(flow, some.return_flow_kg_per_s[plant])
            for plant, flow in conditions.return_flow_kg_per_s.items()
        },
        plant_t_return_degc={plant: put(t_return, part) for plant, part in some.plant_t_return_degc.items()},
    )


def marginal_t_co2_per_mwh(problem: DispatchProblem, result: DispatchResult, balance: str) -> FloatArray:
    """Return what a further MWh of each hour would emit, (T,), t/MWh: that of the running unit nearest to the hour's price.

    The steam that a unit draws counts with the marginal unit of its own balance.
    """
    units = [unit for unit in problem.units if unit.balance == balance]
    if not units:
        return np.zeros(len(problem.time))
    price = result.shadow_price_cny_per_mwh[balance].to_numpy()
    heat = result.heat_mw[[unit.id for unit in units]].to_numpy().T
    cost = np.array([_unit_cost(problem, result, unit) for unit in units])
    emitted = []
    for unit in units:
        drawn = 0.0 if unit.draws_from is None else marginal_t_co2_per_mwh(problem, result, unit.draws_from)
        emitted.append(co2_per_heat(problem, unit) + unit.draw_per_heat * drawn)
    off = np.where(heat > _AT_END_MW, np.abs(cost - price), np.inf)
    nearest = np.argmin(off, axis=0)
    runs = np.isfinite(off.min(axis=0))
    return np.where(runs, np.array(emitted)[nearest, np.arange(len(price))], 0.0)
