"""The dispatched year in the steam pipes: every hour solved, equal hours once.

Users take their heat less what the dispatch could not meet, exchange stations what they drew, plants that follow their heat give
the dispatched one. The plant that holds the pressure gives the rest: its dispatched heat and how far the loss before the dispatch
was off. In hours in which it gives less than the loss, the plant of the most heat holds the pressure in its place.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heatnet.couple.steam import process_heat_mw, steam_boundary, steam_loss_mw
from heatnet.couple.steam_network import active_stations, connected_plants, draw_per_heat, held_by, operated
from heatnet.couple.year import NetworkYear
from heatnet.model.network import Network
from heatnet.model.supply import BoolArray, DispatchProblem, DispatchResult, FloatArray
from heatnet.plants.steam_state import feed_degc
from heatnet.steam import solve_steam

if TYPE_CHECKING:
    import xarray as xr

    from heatnet.couple.steam import SteamProbe

IntArray = NDArray[np.intp]

#: a user counts as below the pressure that he needs from this on: loss and limit of the line are interpolated before the
#: dispatch, which moves the flow by some 1e-4 and the pressure by less than this; a gauge cannot tell it either
PRESSURE_TOLERANCE_BAR = 0.01
#: heat is rounded to a watt, so that hours that differ by a solver's rounding are one
_DECIMALS = 6


def steam_demand_mw(year: NetworkYear, network: Network, result: DispatchResult) -> pd.DataFrame:
    """Return what each consumer of an operated steam network gets by a dispatch, time by consumer, MW.

    Stations get what they drew; heat that is missing is missing at the process users, all alike.
    """
    heat = process_heat_mw(year, network)
    asked = heat.sum(axis=1).to_numpy()
    missing = result.unmet_mw[f"{year.network.id}/steam"].to_numpy()
    left = np.divide(missing, asked, out=np.zeros(len(asked)), where=asked > 0)
    heat = heat.mul(np.clip(1.0 - left, 0.0, 1.0), axis=0)
    for station, row in active_stations(year.network).iterrows():
        heat[str(station)] = result.heat_mw[f"{year.network.id}/{station}"].to_numpy() * draw_per_heat(row)
    return heat.clip(lower=0.0)


def steam_supply_mw(
    year: NetworkYear, network: Network, problem: DispatchProblem, result: DispatchResult
) -> pd.DataFrame:
    """Return what each plant of an operated steam network gives into the pipes by a dispatch, time by plant, MW.

    Contract heat that nobody needs never enters the pipes: it is taken off the plants with a contract.
    """
    balance = f"{year.network.id}/steam"
    units = {unit.plant: unit for unit in problem.units if unit.balance == balance}
    dumped = result.dumped_mw[balance].to_numpy()
    forced = sum((unit.take_min_mw for unit in units.values()), np.zeros(len(year.time)))
    share = np.divide(dumped, forced, out=np.zeros(len(dumped)), where=forced > 0)
    heat = {
        plant: np.maximum(result.heat_mw[units[plant].id].to_numpy() - share * units[plant].take_min_mw, 0.0)
        for plant in map(str, network.plants.index)
    }
    return pd.DataFrame(heat, index=year.time)


def simulate_steam(
    year: NetworkYear, probed: SteamProbe | None, problem: DispatchProblem, result: DispatchResult
) -> xr.Dataset | None:
    """Solve every hour of the year in the steam pipes with the dispatched heat.

    Parameters
    ----------
    year : NetworkYear
    probed : SteamProbe or None
    problem, result : DispatchProblem, DispatchResult
        An optimal schedule.

    Returns
    -------
    xarray.Dataset or None
        As `heatnet.steam.solve_steam` returns it, a row an hour, quantities by element in single precision; None where no
        steam pipes are solved. A user who lacks less than `PRESSURE_TOLERANCE_BAR` has a negative margin and does not count
        as undersupplied.
    """
    network = operated(year.network)
    if network is None or probed is None:
        return None
    demand = steam_demand_mw(year, network, result).round(_DECIMALS)
    supply = steam_supply_mw(year, network, problem, result).round(_DECIMALS)
    holds = holding(network, supply, steam_loss_mw(year, probed))
    follows = supply.where(~holds, 0.0)
    around = [year.time.month.to_numpy()]
    if (network.pipes["laying"] == "above_ground").any():
        around.append(year.t_outdoor_degc)
    key = np.column_stack([holds, *around, demand.to_numpy(), follows.to_numpy()])
    _values, first, which = np.unique(key, axis=0, return_index=True, return_inverse=True)
    states = _solved(year, network, demand, follows, holds, first)
    return states.isel(time=which.ravel()).assign_coords(time=year.time)


def holding(network: Network, supply: pd.DataFrame, loss_mw: FloatArray) -> BoolArray:
    """Return by hour and plant who holds the pressure: the network's own plants, or in their place the one of the most heat.

    Parameters
    ----------
    network : Network
        Operated steam network.
    supply : pandas.DataFrame
        Dispatched heat, time by plant, MW.
    loss_mw : ndarray, shape (T,)
        Loss of the pipes: a plant that gives less cannot be the one that makes good for it.
    """
    roles = (network.plants["role"] == "pressure").to_numpy()
    holds = np.tile(roles, (len(supply), 1))
    heat = supply.to_numpy()
    for part in connected_plants(network):
        inside = np.array([plant in part for plant in network.plants.index])
        own = int(np.flatnonzero(inside & roles)[0])
        most = np.argmax(np.where(inside, heat, -1.0), axis=1)
        instead = (heat[:, own] < loss_mw) & (heat[np.arange(len(heat)), most] > heat[:, own])
        holds[instead, own] = False
        holds[np.flatnonzero(instead), most[instead]] = True
    return holds


def _solved(
    year: NetworkYear,
    network: Network,
    demand: pd.DataFrame,
    follows: pd.DataFrame,
    holds: BoolArray,
    hours: IntArray,
) -> xr.Dataset:
    """Return the states of some hours, in their order, those with the same plants in charge of the pressure together."""
    import xarray as xr

    feed = feed_degc(network)
    kinds, which = np.unique(holds[hours], axis=0, return_inverse=True)
    parts, order = [], []
    for kind, roles in enumerate(kinds):
        rows = [int(hour) for hour in hours[which.ravel() == kind]]
        network_then = held_by(network, [str(plant) for plant in network.plants.index[roles]])
        network_then = _with_needs_lower_by(PRESSURE_TOLERANCE_BAR, network_then)
        boundary = steam_boundary(network_then, year, rows, demand.iloc[rows], follows.iloc[rows])
        parts.append(solve_steam(network_then, boundary, t_feed_degc=feed))
        order.append(np.flatnonzero(which.ravel() == kind))
    joined = xr.concat(parts, "time") if len(parts) > 1 else parts[0]
    # the margin is still that above the whole need
    joined["consumer_p_margin_bar"] = joined["consumer_p_margin_bar"] - PRESSURE_TOLERANCE_BAR
    return joined.isel(time=np.argsort(np.concatenate(order)))


def _with_needs_lower_by(tolerance_bar: float, network: Network) -> Network:
    needs = network.consumers["min_p_bar"] - tolerance_bar
    return replace(network, consumers=network.consumers.assign(min_p_bar=needs))
