"""The year of one network's steam pipes: solved in every hour, written, accounted for, held against the contracts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet.couple.season import Probe, shown_hours
from heatnet.couple.steam import line_flow_max_kg_per_s, steam_loss_mw
from heatnet.couple.steam_network import active_stations, operated
from heatnet.couple.steam_season import simulate_steam
from heatnet.couple.year import NetworkYear
from heatnet.metrics.network_season import solved_hours
from heatnet.metrics.steam_season import labels_of, steam_account
from heatnet.model.supply import DispatchProblem, DispatchResult, SupplyUnit
from heatnet.plants.place import number
from heatnet.plants.steam_state import contract_flow_kg_per_s, gate_heat_mwh_per_t
from heatnet.study.config import StudyConfig
from heatnet.study.states import in_double_precision, in_single_precision, write_states
from heatnet.units import T_PER_H_PER_KG_PER_S

if TYPE_CHECKING:
    import xarray as xr

#: heat and flows closer than this are equal: a solver's rounding
_ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class SteamYear:
    """A steam network's hours as solved, single precision, with `label`; and its part of the summary."""

    states: xr.Dataset
    account: dict[str, Any]


def solve_steam_year(
    config: StudyConfig, year: NetworkYear, probed: Probe, problem: DispatchProblem, result: DispatchResult
) -> SteamYear | None:
    """Solve the steam pipes of a network in every hour of the year; None where it has none that are solved."""
    solved = simulate_steam(year, probed.steam, problem, result)
    network = operated(year.network)
    if solved is None or network is None:
        return None
    states = in_single_precision(solved)
    labels = labels_of(states, shown_hours(year, config.simulation.hours))
    states = states.assign(label=("time", labels))
    read = in_double_precision(states)
    account = steam_account(network, read, set(map(str, active_stations(year.network).index)))
    account["loss_difference_share"] = _loss_difference(year, probed, read)
    account["contracts"] = {
        unit.id: _contract(year, probed, problem, result, unit)
        for unit in problem.units
        if unit.balance == f"{year.network.id}/steam" and unit.kind == "chp_steam" and unit.available_mw.any()
    }
    return SteamYear(states, account)


def write_steam_year(steam: SteamYear, folder: Path, config: StudyConfig) -> None:
    """Write the hours, for each element all of them or those that map and report offer, as the study keeps them."""
    shown = [int(row) for row in np.flatnonzero(steam.states["label"].to_numpy() != "")]
    write_states(steam.states, folder, keep=None if config.keep == "full" else shown)


def _loss_difference(year: NetworkYear, probed: Probe, states: xr.Dataset) -> float:
    """Return how far the dispatch's loss lies from the simulated one over the solved hours, as a share of it."""
    good = solved_hours(states)
    given = states["plant_heat_mw"].sum("plant") - states["consumer_heat_mw"].sum("consumer")
    simulated = float(given.to_numpy()[good].sum())
    assumed = float(steam_loss_mw(year, probed.steam)[good].sum())
    return assumed / simulated - 1.0 if simulated > 0 else float("nan")


def _contract(
    year: NetworkYear, probed: Probe, problem: DispatchProblem, result: DispatchResult, unit: SupplyUnit
) -> dict[str, Any]:
    """Return a CHP plant's tonnes against its contract."""
    steam = year.network.steam
    assert steam is not None
    row = steam.plants.loc[unit.plant]
    per_t = gate_heat_mwh_per_t(row, steam)
    heat = result.heat_mw[unit.id].to_numpy()
    forced = sum((other.take_min_mw for other in problem.units if other.balance == unit.balance), np.zeros(len(heat)))
    share = np.divide(unit.take_min_mw, forced, out=np.zeros(len(heat)), where=forced > 0)
    limit = line_flow_max_kg_per_s(year, probed.steam).get(unit.plant, np.full(len(heat), np.inf))
    flow = np.where(year.in_season, contract_flow_kg_per_s(row), number(row, "mdot_base_kg_per_s"))
    return {
        "heat_mwh_per_t": per_t,
        "steam_t": float(heat.sum()) / per_t,
        "year_max_t": _or_none(number(row, "steam_year_t")),
        "take_year_min_t": _or_none(number(row, "take_year_min_t")),
        "take_min_t_per_h": _or_none(number(row, "mdot_min_kg_per_s") * T_PER_H_PER_KG_PER_S),
        "power_lost_mwh": float((unit.power_lost_per_heat * heat).sum()),
        "hours_at_minimum": int(((unit.take_min_mw > 0) & (heat <= unit.take_min_mw + _ROUNDING)).sum()),
        "dumped_t": float((share * result.dumped_mw[unit.balance].to_numpy()).sum()) / per_t,
        "line_limit_hours": int((limit < flow * (1 - _ROUNDING)).sum()),
    }


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value
