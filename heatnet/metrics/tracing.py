r"""Where each source's heat ends: space heat or process steam, through dumps and steam exchange stations.

Three rules turn a dispatch into flows *source → (balance, use)*. Each conserves heat at every hour.

**Dumped heat** is charged to the units that had to run, in proportion to their contract minimum, and only what exceeds
these minima to the others in proportion to the rest of their heat: a plant that may turn down never makes heat to throw
it away.

**Process first.** Where a balance has both process users and space heat (steam with exchange stations, sites), heat
that burns no fuel here (CHP extraction steam, waste heat) serves the process users first and only the rest goes on to
space heat; fired boilers fill what is left of each. With process demand :math:`P`, unfired heat net of dump :math:`U`
and fired heat :math:`F`,

.. math::  U_P = \min(U, P), \quad U_S = U - U_P, \quad F_P = \min(F, P - U_P), \quad F_S = F - F_P .

Reason: the steam contract runs all year and its base flow is sold to process users all year, with or without a heating
season. Only the increment above that is there because of space heat. A split in proportion to the hour's demands would
move base steam into the space-heat account whenever it is cold, and raise the rate without a tonne of waste heat more.

**Exchange stations** pass the steam on: every station takes the same mixture :math:`U_S, F_S` of the steam that reaches
stations in that hour.

**Heat stores** make no heat: it counts where and when it is made, also what a store takes, and its loss stays with the sources
as the pipes' loss does. Where a balance has both uses, what its stores take in an hour and give in another is process heat in
proportion to the process part of the demand of all hours.

A water network's demand is space heat, a steam network's is process heat. A site has no pipes to tell them apart: what
it takes outside the season goes on all year and is process; what exceeds that level in the season is space heat. A
study that knows better gives `process_mw`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from heatnet.metrics.energy import balance_of, carrier_of, network_of, unit_heat_mw, unit_power_mw
from heatnet.metrics.stores import stores_take_mw
from heatnet.model.substitution import WasteClass
from heatnet.model.supply import BoolArray, DispatchProblem, DispatchResult, FloatArray, SupplyUnit


class Use(StrEnum):
    """What heat is used for."""

    SPACE = "space"
    PROCESS = "process"


@dataclass(frozen=True, eq=False)
class Flow:
    """Heat of one source that ends in one use of one balance.

    Parameters
    ----------
    source : SupplyUnit
        Where the heat comes from; never a steam exchange station.
    balance : str
        Where it is used; its network is the zone's.
    use : Use
    heat_mw : ndarray, shape (T,)
        Heat delivered, net of dump, MW.
    power_mw : ndarray, shape (T,)
        Electricity spent for it, bought or not generated, MW; heat dumped elsewhere carries its own.
    """

    source: SupplyUnit
    balance: str
    use: Use
    heat_mw: FloatArray
    power_mw: FloatArray

    @property
    def network(self) -> str:
        """Network in which the heat is used."""
        return network_of(self.balance)

    @property
    def waste_class(self) -> WasteClass:
        """Class of the source's heat."""
        return WasteClass(self.source.waste_class)

    @property
    def fired(self) -> bool:
        """Whether the source burns a fuel here."""
        return self.source.fuel is not None


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return part / whole, and 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole != 0)


def net_of_dump_mw(problem: DispatchProblem, result: DispatchResult, balance: str) -> dict[str, FloatArray]:
    """Return the heat of each unit of a balance less the dumped heat charged to it, by unit id, (T,), MW."""
    units = [unit for unit in problem.units if unit.balance == balance]
    hours = len(problem.time)
    heat = {unit.id: unit_heat_mw(result, unit) for unit in units}
    forced = {unit.id: np.minimum(heat[unit.id], unit.take_min_mw) for unit in units}
    dumped = balance_of(result.dumped_mw, balance, hours)
    all_forced = sum(forced.values(), np.zeros(hours))
    all_free = sum(heat.values(), np.zeros(hours)) - all_forced
    of_forced = np.minimum(dumped, all_forced)
    of_free = np.minimum(dumped - of_forced, all_free)
    return {
        key: heat[key]
        - of_forced * _ratio(forced[key], all_forced)
        - of_free * _ratio(heat[key] - forced[key], all_free)
        for key in heat
    }


def process_demand_mw(
    problem: DispatchProblem, balance: str, in_season: BoolArray, process_mw: Mapping[str, FloatArray] | None = None
) -> FloatArray:
    """Return the process part of a balance's demand, (T,), MW.

    `process_mw` decides where it names the balance. Else: none of a water network's, all of a steam network's; of a
    site's, the median demand outside the season (all year process), and all of it outside the season.
    """
    demand = problem.demand_of(balance)
    if process_mw is not None and balance in process_mw:
        given: FloatArray = np.asarray(process_mw[balance], dtype=float)
        return np.clip(given, 0.0, demand)
    if carrier_of(balance) == "steam":
        return demand
    if carrier_of(balance) == "water":
        return np.zeros_like(demand)
    base = float(np.median(demand[~in_season])) if bool((~in_season).any()) else 0.0
    return np.where(in_season, np.minimum(demand, base), demand)


def split_process_first(
    heat: Mapping[str, FloatArray], fired: Mapping[str, bool], process: FloatArray
) -> dict[str, FloatArray]:
    """Return the part of each source's heat that process users get, (T,), MW: unfired heat first, then fired.

    Sources of one rank share in proportion to their heat. The rest of each source's heat is space heat.
    """
    left = process
    to_process: dict[str, FloatArray] = {}
    for rank in (False, True):
        keys = [key for key in heat if fired[key] is rank]
        total = sum((heat[key] for key in keys), np.zeros_like(process))
        served = np.minimum(total, left)
        left = left - served
        for key in keys:
            to_process[key] = served * _ratio(heat[key], total)
    return to_process


def trace_heat(
    problem: DispatchProblem,
    result: DispatchResult,
    in_season: BoolArray,
    process_mw: Mapping[str, FloatArray] | None = None,
) -> tuple[Flow, ...]:
    """Trace all heat of a dispatch from its sources to its uses.

    Parameters
    ----------
    problem, result : DispatchProblem, DispatchResult
    in_season : ndarray of bool, shape (T,)
        Heating season.
    process_mw : mapping of balance to ndarray (T,), optional
        Process part of a balance's demand where the default by carrier does not hold, MW.

    Returns
    -------
    tuple of Flow
        Per balance, the heat of all its flows is demand less unmet heat, plus what its stores take less what they give, plus what
        is lost on the way of what transfers bring.

    Raises
    ------
    ValueError
        If an exchange station draws from a balance that is itself fed by exchange stations.
    """
    units = {unit.id: unit for unit in problem.units}
    spent = _spent_per_heat(problem, result)
    passed = _passed_on(problem, result)
    stations = [unit for unit in problem.units if unit.draws_from is not None]
    chained = {str(unit.draws_from) for unit in stations} & {unit.balance for unit in stations}
    if chained:
        raise ValueError(f"balances {sorted(chained)} both feed exchange stations and are fed by them")
    flows: list[Flow] = []
    pools: dict[str, dict[str, FloatArray]] = {}
    for balance in sorted(problem.balances, key=lambda name: any(unit.balance == name for unit in stations)):
        net = passed[balance] if balance in passed else net_of_dump_mw(problem, result, balance)
        sources = {key: heat for key, heat in net.items() if units[key].draws_from is None}
        drawn = any(unit.draws_from == balance for unit in stations)
        process = process_demand_mw(problem, balance, in_season, process_mw)
        process = _with_stores(problem, result, balance, process)
        if drawn:  # what the stations drew they got, so that unmet steam was missing at the process users
            process = np.maximum(process - balance_of(result.unmet_mw, balance, len(problem.time)), 0.0)
        elif carrier_of(balance) == "steam" and (process_mw is None or balance not in process_mw):
            process = sum(sources.values(), np.zeros(len(problem.time)))  # no other user: the solver's rounding too
        fired = {key: units[key].fuel is not None for key in sources}
        to_process = split_process_first(sources, fired, process)
        rest = {key: sources[key] - to_process[key] for key in sources}
        flows += [_flow(units[key], balance, Use.PROCESS, heat, spent[key]) for key, heat in to_process.items()]
        if drawn:
            pools[balance] = rest
        else:
            flows += [_flow(units[key], balance, Use.SPACE, heat, spent[key]) for key, heat in rest.items()]
        for station in stations:
            if station.balance == balance:
                flows += _through_station(station, net[station.id], pools[str(station.draws_from)], units, spent)
    return tuple(flow for flow in flows if bool(np.any(flow.heat_mw != 0)))


def _with_stores(problem: DispatchProblem, result: DispatchResult, balance: str, process: FloatArray) -> FloatArray:
    """Return the process part of a balance's demand with its share of what the stores take and give, (T,), MW."""
    if not any(store.balance == balance for store in problem.stores):
        return process
    total = float(problem.demand_of(balance).sum())
    share = float(process.sum()) / total if total > 0 else 0.0
    return np.maximum(process + share * stores_take_mw(problem, result, balance), 0.0)


def _spent_per_heat(problem: DispatchProblem, result: DispatchResult) -> dict[str, FloatArray]:
    """Return the electricity of each unit, bought or not generated, per heat, (T,), that without load spread over the heat."""
    spent = {unit.id: unit.power_per_heat + unit.power_lost_per_heat for unit in problem.units}
    power = unit_power_mw(problem, result)
    for unit in problem.units:
        if unit.commitment is not None:
            heat = unit_heat_mw(result, unit)
            spent[unit.id] = _ratio(power[unit.id], heat) + unit.power_lost_per_heat
    return spent


def _passed_on(problem: DispatchProblem, result: DispatchResult) -> dict[str, dict[str, FloatArray]]:
    """Return the heat of each source net of dump, (T,), MW, in each balance that transfers join, moved to where it is used.

    What leaves a balance is the mixture of what is made there; what is lost on the way arrives too, as pipes' loss does in all
    accounts. Heat that another zone only passes on counts for that zone, as far as its own is less.
    """
    ends = {end for transfer in problem.transfers for end in (transfer.from_balance, transfer.to_balance)}
    made = {end: net_of_dump_mw(problem, result, end) for end in sorted(ends)}
    there = {end: dict(heat) for end, heat in made.items()}
    left = {end: np.ones(len(problem.time)) for end in made}
    for transfer in problem.transfers:
        given = result.transfer_mw[transfer.id].to_numpy()
        for begin, end, sent in (
            (transfer.from_balance, transfer.to_balance, np.maximum(given, 0.0)),
            (transfer.to_balance, transfer.from_balance, np.maximum(-given, 0.0)),
        ):
            share = np.minimum(_ratio(sent, sum(made[begin].values(), np.zeros(len(sent)))), left[begin])
            left[begin] = left[begin] - share
            for key, heat in made[begin].items():
                there[begin][key] = there[begin][key] - share * heat
                there[end][key] = there[end].get(key, np.zeros(len(sent))) + share * heat
    return there


def _flow(source: SupplyUnit, balance: str, use: Use, heat: FloatArray, spent: FloatArray) -> Flow:
    return Flow(source, balance, use, heat, heat * spent)


def _through_station(
    station: SupplyUnit,
    delivered: FloatArray,
    pool: Mapping[str, FloatArray],
    units: Mapping[str, SupplyUnit],
    spent: Mapping[str, FloatArray],
) -> list[Flow]:
    """Return the flows of a station's heat by the mixture of the steam pool; electricity is that of the steam drawn."""
    total = sum(pool.values(), np.zeros_like(delivered))
    flows = []
    for key, steam in pool.items():
        source = units[key]
        heat = delivered * _ratio(steam, total)
        per_heat = station.draw_per_heat * spent[key] + spent[station.id]
        flows.append(Flow(source, station.balance, Use.SPACE, heat, heat * per_heat))
    return flows
