"""What all plants of a water network do in one hour: heat by the way it enters, flow, mixed temperatures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet.plants.serves import DIRECT_CONNECTIONS
from heatnet.web.results_view import CaseResults, NetworkResults

_QUANTITIES = ("plant_heat_mw", "plant_mdot_kg_per_s", "plant_t_supply_degc", "plant_t_return_degc")


@dataclass(frozen=True)
class PlantFlows:
    """All plants of a network in one hour; NaN where nothing flows.

    The heat of the plants between return and supply is their flow times the enthalpy between the two mixed temperatures:
    return pre-heaters stand before them, so that their heat is in the return temperature.

    Parameters
    ----------
    between_mw, preheat_mw : float
        Heat of the plants between return and supply line, and of those that warm the return line before them, MW.
    direct_mw : float or None
        Heat of plants that serve consumers directly, beside the pipes, MW; None where the network has no such plant.
    mdot_kg_per_s : float
        Flow of the plants between the lines, kg/s.
    t_supply_degc, t_return_degc : float
        Temperatures of that flow, weighted by flow, °C.
    """

    between_mw: float
    preheat_mw: float
    direct_mw: float | None
    mdot_kg_per_s: float
    t_supply_degc: float
    t_return_degc: float


def plant_flows(results: NetworkResults, time: pd.Timestamp) -> PlantFlows | None:
    """Return what a network's plants do in an hour; None where the files lack it."""
    tables = [results.quantities.get(name) for name in _QUANTITIES]
    if any(table is None or time not in table.index for table in tables):
        return None
    heat, flow, hot, cold = (table.loc[time] for table in tables if table is not None)
    connection = results.network.plants["connection"].reindex(heat.index)
    between = connection == "supply"
    running = between & (flow > 0)
    total = float(flow[running].sum())

    def mixed(temperature: pd.Series) -> float:
        return float(np.average(temperature[running], weights=flow[running])) if total > 0 else float("nan")

    preheat = float(heat[connection == "return_preheat"].sum())
    direct = _direct_mw(results, time)
    return PlantFlows(float(heat[between].sum()), preheat, direct, total, mixed(hot), mixed(cold))


def _direct_mw(results: NetworkResults, time: pd.Timestamp) -> float | None:
    """Return the heat of the schedule that does not pass the pipes, MW."""
    plants = results.network.plants
    direct = plants.index[plants["connection"].isin(DIRECT_CONNECTIONS)]
    heat = results.schedule_mw.get(results.network.carrier)
    if not len(direct) or heat is None or time not in heat.index:
        return None
    return float(heat.loc[time, heat.columns.intersection(direct)].sum())


def design_flows(case: CaseResults, network: str) -> PlantFlows | None:
    """Return what a network's plants do in the hour of highest load of a case."""
    entry: Mapping[str, Any] = case.summary.get("by_network", {}).get(network, {})
    time = (entry.get("design_hour") or {}).get("time")
    results = case.networks.get(network)
    return None if time is None or results is None else plant_flows(results, pd.Timestamp(time))
