"""Steam boiler houses after a dispatch: fuel at part load, boilers that run, starts, own use, blow-down.

A linear programme has one mean fuel per heat and knows no units. Here the dispatched heat of every hour is spread over as few
boilers as carry it (`heatnet.physics.steam_boilers.run_house`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from heatnet.metrics.energy import fuel_by_unit_mwh, unit_heat_mw
from heatnet.model.network import Network
from heatnet.model.supply import DispatchProblem, DispatchResult, FloatArray
from heatnet.physics.steam_boilers import HouseRun, rated_efficiency_share, run_house
from heatnet.plants.place import boiler_capacity_mw, number
from heatnet.plants.steam_boilers import STEAM_BOILER_KINDS, house_own_use_share, raised_steam, rated_units_mw
from heatnet.plants.steam_state import network_heat_mwh_per_t

#: fields of the account that only a stated blow-down gives
_OF_RAISED = ("steam_raised_t", "feed_steam_t", "other_own_use_t", "blow_down_t", "blow_down_heat_mwh")


def steam_boiler_accounts(
    networks: Mapping[str, Network], problem: DispatchProblem, result: DispatchResult
) -> dict[str, dict[str, Any]]:
    """Return the account of every steam boiler house that a dispatch could use, by unit id.

    Parameters
    ----------
    networks : mapping of network id to Network
        Networks of the dispatch; their steam networks hold the houses.
    problem : DispatchProblem
    result : DispatchResult
        Optimal.

    Returns
    -------
    dict
        As `steam_boiler_account` returns it; without houses that are not built.
    """
    accounts, burned = {}, fuel_by_unit_mwh(problem, result)
    for unit in problem.units:
        if unit.kind not in STEAM_BOILER_KINDS or not unit.available_mw.any():
            continue
        network = networks[unit.network]
        steam = unit.balance.endswith("/steam") and network.carrier != "steam"
        place = network.steam if steam and network.steam is not None else network
        account = steam_boiler_account(place.plants.loc[unit.plant], place, unit_heat_mw(result, unit))
        accounts[unit.id] = account | {"fuel_dispatch_mwh": burned[unit.id]}
    return accounts


def steam_boiler_account(plant: pd.Series, network: Network, heat_mw: FloatArray) -> dict[str, Any]:
    """Return what a boiler house did in a year of hours.

    Parameters
    ----------
    plant : pandas.Series
        Row of kind `gas_steam_boiler` or `coal_steam_boiler`.
    network : Network
        Network that the row stands in.
    heat_mw : ndarray, shape (T,)
        Heat to the network hour by hour, MW; finite.

    Returns
    -------
    dict
        heat_mwh (to the network), boiler_heat_mwh, own_use_mwh, own_use_share; fuel_mwh at part load, efficiency_share (boilers'
        heat per fuel), units, hours_by_units (hours with 0, 1, … boilers), load_share (mean of the hours that run), starts,
        hours_below_minimum, short_mwh (beyond the boilers' capacity); steam_to_network_t (None where no heat per tonne is
        known); steam_raised_t = steam_to_network_t + feed_steam_t (of the deaerator) + other_own_use_t (what a stated own use
        holds beyond feed water and blow-down: soot blowing, vents), blow_down_t, blow_down_heat_mwh (None where the row states
        no blow-down). Means are None where no boiler runs.

    Raises
    ------
    InputError
        As `heatnet.plants.steam_boilers.house_own_use_share`.
    """
    own_use = house_own_use_share(plant, network)
    boiler_heat = np.asarray(heat_mw, dtype=float) / (1.0 - own_use)
    units = _units_mw(plant, own_use, boiler_heat)
    shell, least = number(plant, "shell_loss_share", 0.0), number(plant, "min_load_share", 0.0)
    rated = rated_efficiency_share(
        number(plant, "efficiency_share"), number(plant, "efficiency_load_share", 1.0), shell
    )
    run = run_house(boiler_heat, units, float(rated), shell, least)
    total = float(boiler_heat.sum())
    fuel = float(run.fuel_mw.sum())
    return {
        "heat_mwh": float(np.sum(heat_mw)),
        "boiler_heat_mwh": total,
        "own_use_mwh": total * own_use,
        "own_use_share": own_use,
        "fuel_mwh": fuel,
        "efficiency_share": (total - float(run.short_mw.sum())) / fuel if fuel > 0 else None,
        **_hours(run, len(units)),
        **_tonnes(plant, network, float(np.sum(heat_mw)), total),
    }


def _units_mw(plant: pd.Series, own_use: float, boiler_heat_mw: FloatArray) -> list[float]:
    """Return the boilers; where none are stated, one of the house's capacity or else of the largest hour."""
    units = rated_units_mw(plant)
    if units:
        return units
    capacity = boiler_capacity_mw(plant) / (1.0 - own_use)
    return [capacity if math.isfinite(capacity) else max(float(boiler_heat_mw.max()), 1e-9)]


def _hours(run: HouseRun, units: int) -> dict[str, Any]:
    running = run.units_running > 0
    return {
        "units": units,
        "hours_by_units": {str(n): int((run.units_running == n).sum()) for n in range(units + 1)},
        "load_share": float(run.load_share[running].mean()) if running.any() else None,
        "starts": int(run.started.sum()),
        "hours_below_minimum": int(run.below_minimum.sum()),
        "short_mwh": float(run.short_mw.sum()),
    }


def _tonnes(plant: pd.Series, network: Network, heat_mwh: float, boiler_heat_mwh: float) -> dict[str, float | None]:
    """Return the steam by where it goes, with the heat per tonne of the network's pipes."""
    per_t = network_heat_mwh_per_t(plant, network)
    given_t = None if math.isnan(per_t) else heat_mwh / per_t
    raised = raised_steam(plant, network)
    if raised is None or given_t is None:
        return {"steam_to_network_t": given_t} | dict.fromkeys(_OF_RAISED)
    steam_t = boiler_heat_mwh / float(raised.heat_mwh_per_t)
    feed_t = steam_t * float(raised.feed_steam_share)
    return {
        "steam_to_network_t": given_t,
        "steam_raised_t": steam_t,
        "feed_steam_t": feed_t,
        "other_own_use_t": steam_t - feed_t - given_t,
        "blow_down_t": steam_t * float(raised.blow_down_share),
        "blow_down_heat_mwh": boiler_heat_mwh * float(raised.blow_down_heat_share),
    }
