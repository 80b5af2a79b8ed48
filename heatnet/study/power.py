"""The year of one network's power network: solved in every hour, held against pandapower, written, accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatnet.couple.data_centres import saved_by_load_mw
from heatnet.couple.power import PowerYear
from heatnet.couple.power_dispatch import PowerDispatch, scheduled
from heatnet.couple.season import has_pipes, shown_hours
from heatnet.couple.year import NetworkYear
from heatnet.electric.headroom import CRITICAL_HOURS, critical_rows, least_headroom
from heatnet.electric.model import PowerModel, compare_with_pandapower
from heatnet.electric.setpoints import setpoints_of
from heatnet.io.results_store import write_table
from heatnet.metrics.flexibility import battery_band_mw, heat_band_mw, stored_heat_mwh
from heatnet.metrics.power_season import duration, power_season
from heatnet.metrics.sites import site_accounts
from heatnet.model.boundary import Boundary
from heatnet.model.power_network import PowerNetwork
from heatnet.model.supply import DispatchProblem, DispatchResult, FloatArray
from heatnet.study.config import StudyConfig
from heatnet.study.states import in_double_precision, in_single_precision, write_states

if TYPE_CHECKING:
    import xarray as xr

#: voltage level up to which a substation's buses are asked how much more heat pumps they could take
_STATION_KV = 35.0
#: power factor of further heat pumps
_HEAT_PUMP_COS_PHI = 0.95
_SEED = 20250101


@dataclass(frozen=True, eq=False)
class SolvedPower:
    """A power network's hours as solved.

    Parameters
    ----------
    states : xarray.Dataset
        Quantities by element in single precision; `label` names the hours that map and report offer.
    band : pandas.DataFrame
        `down_mw`, `up_mw`: what heat plants could draw less and more within the hour.
    account : dict
        Its part of the summary.
    """

    states: xr.Dataset
    band: pd.DataFrame
    account: dict[str, Any]


def solve_power_year(
    config: StudyConfig,
    year: NetworkYear,
    power: PowerYear,
    model: PowerModel,
    schedule: PowerDispatch,
    pump_mw: Mapping[str, FloatArray],
    threads: int,
    with_reference: bool = True,
    with_room: bool = True,
) -> SolvedPower:
    """Solve the power network of a network in every hour of the year under a schedule.

    Parameters
    ----------
    config : StudyConfig
    year : NetworkYear
    power : PowerYear
    model : PowerModel
        Of its power network.
    schedule : PowerDispatch
    pump_mw : mapping of plant to array (T,)
        Electricity of the circulation pumps.
    threads : int
    with_reference, with_room : bool
        Whether pandapower solves some hours again, and whether it is asked how much more the substations could take.
    """
    name, problem, result = year.network.id, schedule.problem, schedule.result
    boundary = scheduled(name, power, problem, result, _pumps(year, power, pump_mw))
    solved = model.solve(boundary, threads)
    labels = shown_hours(year, config.simulation.hours)
    hours = range(len(year.time))
    states = in_single_precision(solved)
    states = states.assign(label=("time", np.array([labels.get(row, "") for row in hours], dtype=object)))
    stored = stored_heat_mwh(year.network) if has_pipes(year.network) else 0.0
    band = _band(name, problem, result, stored)
    figures = power_season(power.network, in_double_precision(states))
    account = figures.as_dict()
    account["heat_loads_mwh"] = _heat_loads_mwh(power, solved)
    account["cooling_saved_mwh"] = _cooling_saved_mwh(power, problem, result)
    account["duration"] = _durations(solved)
    account["band"] = _band_account(band, stored)
    rows = _reference_rows(config, solved, figures.worst_row) if with_reference else []
    account["reference_check"] = asdict(compare_with_pandapower(model, boundary, solved, rows))
    account["margin_mw"] = _margins(power.network, boundary, solved, threads) if with_room else {}
    account["limits"] = _limits(power.network, name, schedule, year)
    account["most_loaded"] = _most_loaded(power.network, figures.branches)
    account["site"] = site_accounts(problem, result).get(name, {})
    return SolvedPower(states, band, account)


def write_power_year(solved: SolvedPower, folder: Path, config: StudyConfig) -> None:
    """Write the hours, for each element all of them or those that map and report offer, as the study keeps them."""
    shown = [int(row) for row in np.flatnonzero(solved.states["label"].to_numpy() != "")]
    write_states(solved.states, folder, keep=None if config.keep == "full" else shown)
    write_table(solved.band, folder / "band_mw.parquet")


def _pumps(year: NetworkYear, power: PowerYear, pump_mw: Mapping[str, FloatArray]) -> Mapping[str, FloatArray]:
    """Return whose load draws which pumps: a plant's own, that of the plant that holds the pressure where it has none."""
    holder = year.network.pressure_plant
    drawn: dict[str, FloatArray] = {}
    for plant, own in pump_mw.items():
        drawer = plant if holder is None or power.load_of(plant) is not None else holder
        drawn[drawer] = drawn.get(drawer, 0.0) + own
    return drawn


def _band(name: str, problem: DispatchProblem, result: DispatchResult, stored_mwh: float) -> pd.DataFrame:
    """Return the band of the heat plants and batteries of a network, each hour, MW."""
    units = [unit for unit in problem.units if unit.network == name]
    band = heat_band_mw(units, result.heat_mw, stored_mwh)
    for site in problem.sites:
        for battery in site.batteries if site.id == name else ():
            given = result.battery_discharge_mw[battery.id] - result.battery_charge_mw[battery.id]
            level = result.battery_level_mwh[battery.id].to_numpy() - battery.level_min_mwh
            own = battery_band_mw(
                battery.power_mw,
                battery.energy_mwh - battery.level_min_mwh,
                battery.charge_efficiency_share,
                battery.discharge_efficiency_share,
                level,
                given.to_numpy(),
            )
            band = band + own.set_axis(band.index)
    return band


def _names(network: PowerNetwork, kind: str, element: str) -> dict[str, str]:
    table = {"line": "lines", "transformer": "transformers", "bus": "buses"}[kind]
    return {lang: network.display_name(table, element, lang) for lang in ("en", "zh")}


def _most_loaded(network: PowerNetwork, branches: pd.DataFrame) -> dict[str, Any] | None:
    if not len(branches):
        return None
    element, row = str(branches.index[0]), branches.iloc[0]
    share = float(row["loading_max_share"])
    return {"id": element, "name": _names(network, row["kind"], element), "loading_max_share": share}


def _limits(network: PowerNetwork, name: str, schedule: PowerDispatch, year: NetworkYear) -> dict[str, Any]:
    """Return which elements limited the heat plants of a network, in how many hours, and what all limits of the case cost.

    The cost is no network's own; it is None where nothing limits the network.
    """
    limited = schedule.limited.get(name, {})
    rows = {int(row) for hours in limited.values() for row in hours}
    return {
        "rounds": schedule.rounds,
        "hours": len(rows),
        "hours_in_season": int(year.in_season[sorted(rows)].sum()) if rows else 0,
        "cost_cny": schedule.cost_of_limits_cny if rows else None,
        "by_element": {
            element: {"kind": kind, "hours": len(hours), "name": _names(network, kind, element)}
            for (element, kind), hours in limited.items()
        },
    }


def _reference_rows(config: StudyConfig, solved: xr.Dataset, worst_row: int | None) -> list[int]:
    """Return the rows that pandapower solves again: the worst, most and least power drawn, and some at random."""
    exchange = np.nan_to_num(solved["grid_p_mw"].sum("grid").to_numpy())
    rows = {int(exchange.argmax()), int(exchange.argmin())}
    rows |= set() if worst_row is None else {worst_row}
    drawn = np.random.default_rng(_SEED).choice(len(exchange), config.simulation.reference_hours, replace=False)
    return sorted(rows | set(drawn.tolist()))


def _heat_loads_mwh(power: PowerYear, solved: xr.Dataset) -> dict[str, float]:
    loads = solved["load_p_mw"].to_pandas()
    base = power.base.values["load_p_mw"]
    return {load: float(loads[load].sum() - (base[load].sum() if load in base else 0.0)) for load in power.supplied}


def _cooling_saved_mwh(power: PowerYear, problem: DispatchProblem, result: DispatchResult) -> dict[str, float]:
    saved = saved_by_load_mw(power, [unit for unit in problem.units if unit.plant in power.cooled], result.heat_mw)
    return {load: float(mw.sum()) for load, mw in saved.items()}


def _durations(solved: xr.Dataset) -> dict[str, dict[str, float]]:
    """Return duration curves of the largest loading, and of the lowest and highest voltage, over the solved hours."""
    good = solved.isel(time=np.flatnonzero((solved["status"] == "ok").to_numpy()))
    if not good.sizes["time"]:
        return {}
    curves = {
        "line_loading_share": good["line_loading_share"].to_numpy().max(axis=1, initial=0.0),
        "transformer_loading_share": good["transformer_loading_share"].to_numpy().max(axis=1, initial=0.0),
        "bus_v_min_pu": good["bus_v_pu"].to_numpy().min(axis=1),
        "bus_v_max_pu": good["bus_v_pu"].to_numpy().max(axis=1),
        "exchange_mw": good["grid_p_mw"].to_numpy().sum(axis=1),
    }
    return {name: duration(values) for name, values in curves.items()}


def _band_account(band: pd.DataFrame, stored_mwh: float) -> dict[str, float]:
    return {
        "stored_heat_mwh": stored_mwh,
        "down_mean_mw": float(band["down_mw"].mean()),
        "down_max_mw": float(band["down_mw"].max()),
        "up_mean_mw": float(band["up_mw"].mean()),
        "up_max_mw": float(band["up_mw"].max()),
    }


def _margins(network: PowerNetwork, boundary: Boundary, solved: xr.Dataset, threads: int) -> dict[str, float]:
    """Return how much more heat-pump power each substation's bus could take in its worst hour, MW."""
    stations = network.buses[network.buses["station"].notna()]
    if not len(stations):
        return {}
    lowest = stations.groupby("station")["v_nom_kv"].transform("min")
    buses = [str(bus) for bus in stations.index[(stations["v_nom_kv"] == lowest) & (lowest <= _STATION_KV)]]
    rows = critical_rows(solved, CRITICAL_HOURS)
    likely = [rows.index(row) for row in critical_rows(solved)]
    given = setpoints_of(network, boundary.rows(rows))
    room = least_headroom(network, given, buses, likely, _HEAT_PUMP_COS_PHI, threads)["room_mw"].reindex(buses)
    return dict(zip(buses, room.tolist(), strict=True))
