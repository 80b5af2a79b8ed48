"""Figures of one state of a steam network: the farthest user, how much the pressure can drive, what stays dry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatnet.errors import InputError
from heatnet.model.boundary import NETWORK_WIDE, Boundary
from heatnet.steam import dry_flows, is_solved, profile, solve_steam
from heatnet.steam.limits import FlowLimits, flow_limits
from heatnet.steam.line import line_to

if TYPE_CHECKING:
    import xarray as xr

    from heatnet.model.network import Network


@dataclass(frozen=True, eq=False)
class SteamRow:
    """One state of a steam network with what it takes a search to find.

    Parameters
    ----------
    name : {"largest", "smallest"}
        Which of the rows it is, by flow.
    state : xarray.Dataset
        The row of `heatnet.steam.solve_steam`, without time.
    profile : xarray.Dataset or None
        States along the pipes to the farthest consumer that takes steam, without time; None where it stands at the plant.
    limits : FlowLimits
        What the pressure can drive if all demands grow alike: until the steam chokes, until somebody lacks his pressure.
    dry : xarray.Dataset
        The row of `heatnet.steam.dry_flows`, without time.
    least_dry_kg_per_s : float
        Steam from the plants at which none condenses any more on the way to a consumer that takes some; 0 where it is dry
        at every flow, NaN where some condenses at every flow.
    """

    name: str
    state: xr.Dataset
    profile: xr.Dataset | None
    limits: FlowLimits
    dry: xr.Dataset
    least_dry_kg_per_s: float


@dataclass(frozen=True, eq=False)
class SteamAnswer:
    """A solved boundary of a steam network, and the rows that stand for it.

    Parameters
    ----------
    network : Network
    states : xarray.Dataset
        Result of `heatnet.steam.solve_steam`.
    distance_m : pandas.Series
        As `distances_m` returns it.
    farthest : str
        The consumer to which the profiles lead.
    rows : tuple of SteamRow
        Of the largest and of the smallest flow; empty where nothing is solved.
    is_design : bool
        The one row is the design state.
    by_need : bool
        The plants' pressure is the least with which every user has the pressure that he needs.
    """

    network: Network
    states: xr.Dataset
    distance_m: pd.Series
    farthest: str
    rows: tuple[SteamRow, ...]
    is_design: bool
    by_need: bool = False


def answer_of(
    network: Network, boundary: Boundary, states: xr.Dataset, is_design: bool = False, by_need: bool = False
) -> SteamAnswer:
    """Return the rows of the largest and the smallest flow with their limits.

    Parameters
    ----------
    network : Network
    boundary : Boundary
    states : xarray.Dataset
        Result of `heatnet.steam.solve_steam` for this boundary.
    is_design : bool
        Whether the boundary is the design state.
    by_need : bool
        As the states were solved.
    """
    distance = distances_m(network)
    shown = shown_rows(states)
    taking = states["consumer_mdot_kg_per_s"].max("time").to_series().reindex(distance.index) > 0.0
    farthest = str(distance.where(taking, -1.0).idxmax())
    rows = []
    for name, row in shown.items():
        dry = dry_flows(network, boundary, rows=(row,), by_need=by_need).isel(time=0)
        along = None
        if distance[farthest] > 0.0:
            node = str(network.consumers.at[farthest, "node"])
            along = profile(network, boundary, node, rows=(row,), by_need=by_need).isel(time=0)
        limits = FlowLimits(np.nan, np.nan, None) if by_need else flow_limits(network, boundary, row)
        least = _least_dry_kg_per_s(network, boundary, states, row, dry, by_need)
        rows.append(SteamRow(name, states.isel(time=row), along, limits, dry, least))
    return SteamAnswer(network, states, distance, farthest, tuple(rows), is_design, by_need)


def _least_dry_kg_per_s(
    network: Network, boundary: Boundary, states: xr.Dataset, row: int, dry: xr.Dataset, by_need: bool
) -> float:
    """Return the plants' flow at which none condenses any more on the way to a consumer that takes steam."""
    taking = states["consumer_mdot_kg_per_s"].isel(time=row).to_series() > 0.0
    share = dry["consumer_dry_demand_share"].to_series()[taking]
    if not len(share) or share.isna().any():
        return float("nan")
    if share.max() == 0.0:
        return 0.0
    solved = solve_steam(network, _demand(network, boundary, states, row, np.array([share.max()])), by_need=by_need)
    return float(solved["plant_mdot_kg_per_s"].sum("plant")[0])


def distances_m(network: Network) -> pd.Series:
    """Return for each consumer the length of the pipes from the plant that holds the pressure; 0 at the plant itself.

    Parameters
    ----------
    network : Network
        A steam network.

    Raises
    ------
    heatnet.errors.InputError
        For a network that the steam engine does not solve.
    """
    holding = set(network.plants.index[network.plants["role"] == "pressure"].map(network.plants["node"]))
    found = {}
    for consumer, node in network.consumers["node"].items():
        try:
            found[str(consumer)] = float(line_to(network, str(node), 0.0, 0.0).length_m.sum())
        except InputError:
            if node not in holding:
                raise
            found[str(consumer)] = 0.0
    return pd.Series(found, dtype=float, name="distance_m")


def shown_rows(states: xr.Dataset) -> dict[str, int]:
    """Return the rows that stand for all: those of the largest and of the smallest flow, among the solved ones.

    Parameters
    ----------
    states : xarray.Dataset
        Result of `heatnet.steam.solve_steam`.

    Returns
    -------
    dict of str to int
        ``largest`` and, where it is another row, ``smallest``; empty where no row is solved.
    """
    solved = np.array([is_solved(str(status)) for status in states["status"].to_numpy()], dtype=bool)
    if not solved.any():
        return {}
    flow = np.where(solved, states["plant_mdot_kg_per_s"].sum("plant").to_numpy(), np.nan)
    largest, smallest = int(np.nanargmax(flow)), int(np.nanargmin(flow))
    return {"largest": largest} | ({"smallest": smallest} if smallest != largest else {})


def _demand(network: Network, boundary: Boundary, states: xr.Dataset, row: int, factors: np.ndarray) -> Boundary:
    """Return a row of a boundary once for each factor, all demands times it."""
    repeated = boundary.rows([row] * len(factors))
    time = pd.Index(np.arange(len(factors), dtype=float))
    values = {name: frame.set_axis(time, axis=0) for name, frame in repeated.values.items()}
    if "t_ground_degc" not in values:
        # the row's own ground temperature, which would follow from its date
        ground = float(network.t_ground_at(boundary.time).iloc[row])
        values["t_ground_degc"] = pd.DataFrame({NETWORK_WIDE: ground}, index=time)
    asked = {
        "consumer_heat_mw": states["consumer_heat_mw"] + states["consumer_shortfall_mw"],
        "consumer_mdot_kg_per_s": states["consumer_mdot_kg_per_s"],
    }
    by_flow = _follows_flow(network, boundary)
    for name, value in asked.items():
        ids = by_flow.index[by_flow == (name == "consumer_mdot_kg_per_s")]
        values.pop(name, None)
        if len(ids):
            table = np.outer(factors, value.isel(time=row).sel(consumer=list(ids)).to_numpy())
            values[name] = pd.DataFrame(table, index=time, columns=ids)
    return Boundary(time, values)


def _follows_flow(network: Network, boundary: Boundary) -> pd.Series:
    """Return by consumer whether its flow is given, not its heat."""
    ids = network.consumers.index
    given = {
        name: boundary.values[name].reindex(columns=ids).notna().all()
        if name in boundary.values
        else pd.Series(False, index=ids)
        for name in ("consumer_mdot_kg_per_s", "consumer_heat_mw")
    }
    alone = given["consumer_mdot_kg_per_s"] & ~given["consumer_heat_mw"]
    return pd.Series((network.consumers["control"] == "flow_dt") | alone, index=ids)
