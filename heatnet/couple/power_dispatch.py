"""Dispatch and power networks in turn: until no feeder is overloaded by heat plants, or a few rounds are over.

Each network with a power network is a site of the dispatch (`heatnet.dispatch.sites`): its base load, PV and batteries, and the
heat plants that its loads supply. After a dispatch the power flow of every hour says which lines, transformers and voltages the
heat plants take beyond their limits; those limits, linear at that schedule (`couple.power_limits`), join the programme, and it is
solved again. What the limits cost is the total cost with them less that without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from heatnet.couple.data_centres import saved_by_load_mw, saved_per_heat
from heatnet.couple.power import PowerYear, heat_loads_mw, scheduled_boundary
from heatnet.couple.power_limits import HeatLoadLimit, breaks_a_limit, heat_load_limits
from heatnet.dispatch import dispatch
from heatnet.dispatch.consumption import no_load_power_mw, without_commitment
from heatnet.dispatch.site_alone import site_alone
from heatnet.electric.model import PowerModel
from heatnet.model.boundary import Boundary
from heatnet.model.power_site import Battery, PowerLimit, PowerSite
from heatnet.model.supply import DispatchProblem, DispatchResult, FloatArray, SupplyUnit

#: rounds of dispatch and power flow at most
MOST_ROUNDS = 3
#: a schedule this close to a limit stands at it
_AT_LIMIT_MW = 1e-4


@dataclass(frozen=True, eq=False)
class PowerDispatch:
    """A schedule that the power networks can carry.

    Parameters
    ----------
    problem, result : DispatchProblem, DispatchResult
        With the limits found.
    rounds : int
        Dispatches solved.
    cost_of_limits_cny : float
        What the limits add to the total cost of a year without batteries.
    limited : mapping of network to (element, kind) to ndarray of int
        Hours, by position, in which an element limits the network's heat plants.
    found : mapping of network to sequence of HeatLoadLimit
        The limits themselves.
    """

    problem: DispatchProblem
    result: DispatchResult
    rounds: int
    cost_of_limits_cny: float
    limited: Mapping[str, Mapping[tuple[str, str], np.ndarray]]
    found: Mapping[str, Sequence[HeatLoadLimit]] = field(default_factory=dict)


def with_sites(problem: DispatchProblem, powers: Mapping[str, PowerYear], batteries: bool = True) -> DispatchProblem:
    """Return the problem with one site for each power network that has heat plants on it, with or without its batteries."""
    sites = []
    for name, power in powers.items():
        units = tuple(unit.id for unit in _units_of(problem, name) if power.load_of(unit.plant) is not None)
        if units:
            site = replace(
                _site(name, power, units, len(problem.time)),
                saved_per_heat=saved_per_heat(power, [unit for unit in problem.units if unit.id in units]),
            )
            site = site if batteries else _without_batteries(site)
            sites.append(replace(site, without_heat_mw=site_alone(problem, site)) if site.batteries else site)
    return replace(problem, sites=tuple(sites))


def _units_of(problem: DispatchProblem, network: str) -> list[SupplyUnit]:
    return [unit for unit in problem.units if unit.network == network]


def _site(name: str, power: PowerYear, units: tuple[str, ...], hours: int) -> PowerSite:
    limit = power.network.grids["p_max_mw"]
    return PowerSite(
        id=name,
        units=units,
        base_mw=power.base_load_mw,
        pv_mw=power.generation_mw,
        import_max_mw=np.full(hours, float(limit.sum())) if len(limit) and limit.notna().all() else None,
        batteries=_batteries(name, power.network.batteries),
    )


def battery_groups(name: str, batteries: pd.DataFrame) -> dict[str, list[str]]:
    """Return the batteries of a power network that are one to the dispatch: equal in all but size.

    Together they can do what they can do apart, each by its share of the power, and the programme is a good deal smaller.
    """
    built = batteries[(batteries["power_mw"] > 0) & (batteries["energy_mwh"] > 0)]
    keys = ["charge_share", "discharge_share", "level_min_share"]
    hours_h = (built["energy_mwh"] / built["power_mw"]).round(6)
    groups = built.groupby([*(built[key] for key in keys), hours_h], sort=False).groups
    return {f"{name}/{members[0]}": [str(member) for member in members] for members in groups.values()}


def _batteries(name: str, batteries: pd.DataFrame) -> tuple[Battery, ...]:
    found = []
    for battery, members in battery_groups(name, batteries).items():
        rows = batteries.loc[members]
        first = rows.iloc[0]
        found.append(
            Battery(
                battery,
                float(rows["power_mw"].sum()),
                float(rows["energy_mwh"].sum()),
                float(first["charge_share"]),
                float(first["discharge_share"]),
                float(first["level_min_share"]),
            )
        )
    return tuple(found)


def scheduled(
    name: str,
    power: PowerYear,
    problem: DispatchProblem,
    result: DispatchResult,
    pump_mw: Mapping[str, FloatArray] | None = None,
) -> Boundary:
    """Return the boundary of a network's power flow under a schedule.

    Parameters
    ----------
    name : str
        The network.
    power : PowerYear
    problem, result : DispatchProblem, DispatchResult
        A schedule with the network's site, or without one.
    pump_mw : mapping of plant or pump to ndarray (T,), optional
        Electricity of circulation pumps.
    """
    units = _units_of(problem, name)
    loads = heat_loads_mw(power, units, result.heat_mw, pump_mw or {}, no_load_power_mw(problem, result))
    saved = saved_by_load_mw(power, units, result.heat_mw)
    site = next((one for one in problem.sites if one.id == name), None)
    if site is None:
        return scheduled_boundary(power, loads, saved_mw=saved)
    size_mw = power.network.batteries["power_mw"]
    groups = battery_groups(name, power.network.batteries)
    given: dict[str, pd.Series] = {}
    for battery in site.batteries:
        members = groups[battery.id]
        together = result.battery_discharge_mw[battery.id] - result.battery_charge_mw[battery.id]
        given |= {member: together * (size_mw[member] / size_mw[members].sum()) for member in members}
    batteries = pd.DataFrame(given, index=power.base.time)
    return scheduled_boundary(power, loads, batteries, result.pv_curtailed_mw[name].to_numpy(), saved)


def dispatch_within_power(
    problem: DispatchProblem,
    powers: Mapping[str, PowerYear],
    models: Mapping[str, PowerModel],
    threads: int = 1,
    before: PowerDispatch | None = None,
) -> PowerDispatch:
    """Return the cheapest schedule whose heat plants overload no feeder, as far as `MOST_ROUNDS` dispatches find it.

    The first dispatch has no batteries and nothing on or off: it says whether heat plants overload anything, and takes a fraction
    of the time. What limits cost is the difference to a dispatch without them, both of that kind: between schedules of units
    that are on or off it would be smaller than their gaps.

    Parameters
    ----------
    problem : DispatchProblem
        With the sites of `with_sites`.
    powers, models : mapping of network to PowerYear, PowerModel
    threads : int
        Threads of the power flow; they change no result.
    before : PowerDispatch, optional
        Of nearly the same problem: its limits count from the start, and what they cost is taken from it.
    """
    if before is not None and any(before.found.values()):
        return _again(problem, powers, models, threads, before)
    bare = without_commitment(replace(problem, sites=without_batteries(problem.sites)))
    is_whole = not problem.is_mixed_integer and not any(site.batteries for site in problem.sites)
    first = result = dispatch(bare)
    found: dict[str, list[HeatLoadLimit]] = {name: [] for name in powers}
    limited = bare
    cost, rounds = 0.0, 1
    while result.is_optimal and rounds < MOST_ROUNDS:
        if rounds == 1:
            new = _first_limits(powers, models, limited, result, threads)
        else:
            new = {
                name: _new_limits(name, power, models[name], limited, result, threads) for name, power in powers.items()
            }
        if not any(new.values()) and (rounds > 1 or is_whole):
            break
        for name, limits in new.items():
            found[name] += limits
        limited = replace(problem, sites=_limited(problem, powers, found))
        if rounds == 1 and any(new.values()):
            priced = dispatch(replace(bare, sites=_limited(bare, powers, found)), explain=is_whole)
            cost = float(priced.cost_cny["total_cny"] - first.cost_cny["total_cny"])
            result = priced if is_whole else dispatch(limited)
        else:
            result = dispatch(limited)
        rounds += 1
    return _ended(limited, result, rounds, cost, powers, found)


def _again(
    problem: DispatchProblem,
    powers: Mapping[str, PowerYear],
    models: Mapping[str, PowerModel],
    threads: int,
    before: PowerDispatch,
) -> PowerDispatch:
    """Return the schedule of a problem that hardly differs from one whose limits are known; a round more for others."""
    found = {name: list(limits) for name, limits in before.found.items()}
    limited = replace(problem, sites=_limited(problem, powers, found))
    result = dispatch(limited)
    rounds = 1
    if result.is_optimal:
        new = {name: _new_limits(name, power, models[name], limited, result, threads) for name, power in powers.items()}
        if any(new.values()):
            found = {name: limits + new[name] for name, limits in found.items()}
            limited = replace(problem, sites=_limited(problem, powers, found))
            result = dispatch(limited)
            rounds += 1
    return _ended(limited, result, rounds, before.cost_of_limits_cny, powers, found)


def _ended(
    problem: DispatchProblem,
    result: DispatchResult,
    rounds: int,
    cost_cny: float,
    powers: Mapping[str, PowerYear],
    found: dict[str, list[HeatLoadLimit]],
) -> PowerDispatch:
    hours = (
        {name: _hours(name, powers[name], problem, result, limits) for name, limits in found.items()}
        if result.is_optimal
        else {}
    )
    return PowerDispatch(problem, result, rounds, cost_cny, hours, found)


def without_batteries(sites: Sequence[PowerSite]) -> tuple[PowerSite, ...]:
    """Return sites as they are for schedules in which batteries do not matter: limits, base load and PV alone."""
    return tuple(_without_batteries(site) for site in sites)


def _without_batteries(site: PowerSite) -> PowerSite:
    return replace(site, batteries=(), without_heat_mw=None)


def _first_limits(
    powers: Mapping[str, PowerYear],
    models: Mapping[str, PowerModel],
    problem: DispatchProblem,
    result: DispatchResult,
    threads: int,
) -> dict[str, list[HeatLoadLimit]]:
    """Return, where a schedule breaks a limit, the limits that heat plants could break in any hour; else none.

    Heat that a limit drives out of one hour comes back in another: what is limited somewhere is limited always.
    """
    if not any(
        breaks_a_limit(models[name], scheduled(name, power, problem, result), list(power.supplied), threads)
        for name, power in powers.items()
    ):
        return {}
    return {name: _all_limits(name, power, models[name], problem, threads) for name, power in powers.items()}


def _new_limits(
    name: str, power: PowerYear, model: PowerModel, problem: DispatchProblem, result: DispatchResult, threads: int
) -> list[HeatLoadLimit]:
    """Return the limits that a schedule breaks."""
    return heat_load_limits(model, scheduled(name, power, problem, result), list(power.supplied), threads)


def _all_limits(
    name: str, power: PowerYear, model: PowerModel, problem: DispatchProblem, threads: int
) -> list[HeatLoadLimit]:
    """Return the limits that heat plants could break in any hour in which they may run."""
    units = _units_of(problem, name)
    most = pd.DataFrame({unit.id: np.nan_to_num(unit.available_mw, posinf=0.0) for unit in units}, index=problem.time)
    boundary = scheduled_boundary(power, heat_loads_mw(power, units, most, {}))
    return heat_load_limits(model, boundary, list(power.supplied), threads)


def _limited(
    problem: DispatchProblem, powers: Mapping[str, PowerYear], found: Mapping[str, list[HeatLoadLimit]]
) -> tuple[PowerSite, ...]:
    """Return the sites of a problem with the limits found, by unit instead of by load."""
    plants = {unit.id: unit.plant for unit in problem.units}
    sites = []
    for site in problem.sites:
        power = powers[site.id]
        limits = []
        for limit in found[site.id]:
            weight = {
                unit: limit.weight[load].to_numpy()
                for unit in site.units
                if (load := power.load_of(plants[unit])) is not None and bool((limit.weight[load] > 0).any())
            }
            if weight:
                limits.append(PowerLimit(limit.element, limit.kind, limit.rows, weight, limit.room_mw))
        sites.append(replace(site, limits=tuple(limits)))
    return tuple(sites)


def _hours(
    name: str, power: PowerYear, problem: DispatchProblem, result: DispatchResult, limits: Sequence[HeatLoadLimit]
) -> dict[tuple[str, str], np.ndarray]:
    """Return the hours in which the schedule stands at a limit, by element."""
    units, no_load = _units_of(problem, name), no_load_power_mw(problem, result)
    loads = heat_loads_mw(power, units, result.heat_mw, {}, no_load)
    rows: dict[tuple[str, str], set[int]] = {}
    for limit in limits:
        drawn = (limit.weight.to_numpy() * loads[limit.weight.columns].to_numpy()[limit.rows]).sum(axis=1)
        rows.setdefault((limit.element, limit.kind), set()).update(
            limit.rows[drawn >= limit.room_mw - _AT_LIMIT_MW].tolist()
        )
    return {key: np.array(sorted(hours), dtype=int) for key, hours in rows.items() if hours}
