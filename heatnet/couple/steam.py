"""The pipes of a steam network before the dispatch: what they lose, and how much the CHP plant's line can carry.

Both change little: heat loss with the temperature around the pipes and a few per cent with the flow, the limit with the process
users' share of the flow. So a few hours of each month stand for all: those of the least, the median and the highest load. Loss is
what the plants give less what consumers and stations take, hence with the condensate that is drained.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatnet.couple.steam_network import STATION_KIND, active_stations, draw_per_heat, operated
from heatnet.couple.year import NetworkYear
from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.boundary import NETWORK_WIDE, Boundary
from heatnet.model.network import Network
from heatnet.model.supply import FloatArray
from heatnet.plants.place import number
from heatnet.plants.steam_boilers import STEAM_BOILER_KINDS
from heatnet.plants.steam_state import contract_flow_kg_per_s, feed_degc, gate_heat_mwh_per_t
from heatnet.steam import SteamStatus, check_data, is_solved, solve_steam
from heatnet.units import KG_PER_S_PER_T_PER_H

if TYPE_CHECKING:
    import xarray as xr

MONTHS = 12
#: where in the ordered loads of a month its hours stand
_QUANTILES = (0.0, 0.5, 1.0)
#: halvings of the flow between what the line carries and what it does not: to 1e-4
_HALVINGS = 14


@dataclass(frozen=True, eq=False)
class SteamProbe:
    """What the steam pipes say before the dispatch.

    Parameters
    ----------
    load_mw, loss_mw : ndarray, shape (12, points)
        Heat that consumers and stations take, ascending, and the loss at that load, by month, January first.
    process_mw, largest_kg_per_s : mapping of plant id to ndarray, shape (12, points)
        Heat of the process users, ascending, and the largest flow of a CHP plant that holds the pressure with which everybody
        has the pressure that he needs; no more than its contract.
    carried_mw : mapping of plant id to ndarray, shape (12, points)
        Heat that users and stations take at that flow; no more than its contract.
    hours_ok, hours : int
        Probed hours that have a solution, and all of them.
    statuses : tuple of str
        How the hours ended where none has a solution.
    """

    load_mw: FloatArray
    loss_mw: FloatArray
    process_mw: dict[str, FloatArray] = field(default_factory=dict)
    largest_kg_per_s: dict[str, FloatArray] = field(default_factory=dict)
    carried_mw: dict[str, FloatArray] = field(default_factory=dict)
    hours_ok: int = 0
    hours: int = 0
    statuses: tuple[str, ...] = ()


def check_steam(network: Network) -> None:
    """Raise one `InputError` with what the steam pipes of a network lack, before any hour is solved.

    Raises
    ------
    InputError
        If there is something: stations without a node, states that plants do not give, features that are not solved, a loss
        given with a plant beside the pipes'.
    """
    steam = operated(network)
    if steam is None:
        return
    problems = Problems()
    for plant, row in steam.plants.iterrows():
        if number(row, "loss_share", 0.0) > 0:
            where = _("plant {plant}, {key}").format(plant=plant, key="loss_share")
            found = _("{share:g} stands beside the pipes that are solved: their loss would count twice")
            problems.add(where, found.format(share=number(row, "loss_share")), remedy=_("Remove it."))
    problems.raise_if_any()
    check_data(steam)


def probe_steam(year: NetworkYear) -> SteamProbe | None:
    """Solve a few hours of each month with the plants that hold the pressure alone.

    Returns
    -------
    SteamProbe or None
        None where no steam pipes are solved. Without any solved hour loss and load are NaN.
    """
    network = operated(year.network)
    if network is None:
        return None
    limits = {plant: _largest_flows(network, year, plant) for plant in _limited_plants(network)}
    process, largest, carried = ({plant: limit[part] for plant, limit in limits.items()} for part in range(3))
    heat = expected_heat_mw(year, network, _carried_mw(year, network, process, carried))
    rows = _rows_of_months(year, heat.sum(axis=1).to_numpy())
    states = _solve(network, year, rows, heat.iloc[rows], cut=True)
    solved = np.array([is_solved(str(status)) for status in states["status"].to_numpy()])
    taken = states["consumer_heat_mw"].sum("consumer", min_count=1).to_numpy()
    loss = states["plant_heat_mw"].sum("plant", min_count=1).to_numpy() - taken
    months = year.time.month.to_numpy()[rows] - 1
    loads, losses = _by_month(months, taken, loss)
    return SteamProbe(
        load_mw=loads,
        loss_mw=losses,
        process_mw=process,
        largest_kg_per_s=largest,
        carried_mw=carried,
        hours_ok=int(solved.sum()),
        hours=len(rows),
        statuses=() if solved.any() else tuple(sorted(set(map(str, states["status"].to_numpy())))),
    )


def steam_loss_mw(year: NetworkYear, probed: SteamProbe | None) -> FloatArray:
    """Return the loss of the steam pipes in every hour, (T,), MW: that of the hour's month at its expected load."""
    network = operated(year.network) if probed is not None else None
    if probed is None or network is None:
        return np.zeros(len(year.time))
    carried = _carried_mw(year, network, probed.process_mw, probed.carried_mw)
    load = expected_heat_mw(year, network, carried).sum(axis=1).to_numpy()
    return _read(year, load, probed.load_mw, probed.loss_mw)


def line_flow_max_kg_per_s(year: NetworkYear, probed: SteamProbe | None) -> dict[str, FloatArray]:
    """Return the largest flow that a plant's line carries in every hour, (T,), kg/s, of plants that have such a limit."""
    if probed is None:
        return {}
    load = year.process_mw.sum(axis=1).to_numpy()
    return {
        plant: _read(year, load, probed.process_mw[plant], largest)
        for plant, largest in probed.largest_kg_per_s.items()
    }


def _carried_mw(
    year: NetworkYear,
    network: Network,
    process_mw: Mapping[str, FloatArray],
    carried_mw: Mapping[str, FloatArray],
) -> FloatArray:
    """Return the most heat that consumers can be given in every hour without burning fuel for it, (T,), MW.

    What the lines of the limited CHP plants carry, and the capacity of others; infinite where no line is limited.
    """
    if not carried_mw:
        return np.full(len(year.time), np.inf)
    load = year.process_mw.sum(axis=1).to_numpy()
    most = sum(_read(year, load, process_mw[plant], carried) for plant, carried in carried_mw.items())
    others = network.plants.drop(index=list(carried_mw))
    others = others[~others["kind"].isin(STEAM_BOILER_KINDS)]
    return np.asarray(most) + float(others["capacity_mw"].fillna(np.inf).sum())


def expected_heat_mw(year: NetworkYear, network: Network, carried_mw: FloatArray) -> pd.DataFrame:
    """Return what each consumer of an operated steam network takes before a dispatch knows better, time by consumer, MW.

    Process users their load; exchange stations what their capacity, the heat load of the water and the line allow, all alike.

    Parameters
    ----------
    year : NetworkYear
    network : Network
        Operated steam network.
    carried_mw : ndarray, shape (T,)
        Most heat that the line brings to all consumers, MW.
    """
    heat = process_heat_mw(year, network)
    left = np.maximum(carried_mw - heat.sum(axis=1).to_numpy(), 0.0)
    stations = active_stations(year.network)
    capacity = float(stations["capacity_mw"].fillna(np.inf).sum())
    load = year.space_mw.sum(axis=1).to_numpy()
    for station, row in stations.iterrows():
        share = 1.0 / len(stations) if np.isinf(capacity) else float(row["capacity_mw"]) / capacity
        heat[str(station)] = np.minimum(share * np.minimum(load, capacity) * draw_per_heat(row), share * left)
    return heat


def process_heat_mw(year: NetworkYear, network: Network) -> pd.DataFrame:
    """Return what the process users of an operated steam network take, time by consumer, MW; 0 for everybody else."""
    return year.process_mw.reindex(columns=network.consumers.index.astype(str), fill_value=0.0)


def steam_boundary(
    network: Network, year: NetworkYear, rows: list[int], heat: pd.DataFrame, plant_heat: pd.DataFrame | None = None
) -> Boundary:
    """Return what the steam pipes are asked in some hours.

    Parameters
    ----------
    network : Network
        Operated steam network.
    year : NetworkYear
    rows : list of int
        Positions of hours.
    heat : pandas.DataFrame
        Of consumers, by these hours, MW.
    plant_heat : pandas.DataFrame, optional
        Of plants that follow their heat, by these hours, MW; nothing if absent.
    """
    time = year.time[rows]
    if plant_heat is None:
        plant_heat = pd.DataFrame(0.0, index=time, columns=network.plants.index.astype(str))
    outdoor = pd.DataFrame({NETWORK_WIDE: year.t_outdoor_degc[rows]}, index=time)
    values = {
        "consumer_heat_mw": heat.set_axis(time),
        "plant_heat_mw": plant_heat.set_axis(time),
        "t_outdoor_degc": outdoor,
    }
    return Boundary(time, values)


def _solve(
    network: Network, year: NetworkYear, rows: list[int], heat: pd.DataFrame, cut: bool = False, search: bool = True
) -> xr.Dataset:
    boundary = steam_boundary(network, year, rows, heat)
    return solve_steam(network, boundary, t_feed_degc=feed_degc(network), cut=cut, search=search)


def _rows_of_months(year: NetworkYear, load_mw: FloatArray) -> list[int]:
    """Return the hours of least, median and highest load of each month, in time order."""
    rows: set[int] = set()
    for month in range(1, MONTHS + 1):
        inside = np.flatnonzero(year.time.month == month)
        if len(inside):
            order = inside[np.argsort(load_mw[inside], kind="stable")]
            rows |= {int(order[round(share * (len(order) - 1))]) for share in _QUANTILES}
    return sorted(rows)


def _by_month(months: FloatArray, *columns: FloatArray) -> list[FloatArray]:
    """Return columns as tables of month by point, in the order of the first; months without numbers take the next's.

    A month with fewer points repeats its last one; without any number at all the tables are NaN.
    """
    points = len(_QUANTILES)
    tables = [np.full((MONTHS, points), np.nan) for _column in columns]
    for month in range(MONTHS):
        own = np.flatnonzero((months == month) & np.isfinite(columns[0]))
        if len(own):
            order = own[np.argsort(columns[0][own], kind="stable")]
            for table, column in zip(tables, columns, strict=True):
                table[month] = column[np.append(order, np.full(points - len(order), order[-1]))]
    known = np.flatnonzero(np.isfinite(tables[0][:, 0]))
    for month in range(MONTHS):
        if len(known) and month not in known:
            away = np.abs(known - month)
            nearest = known[np.argmin(np.minimum(away, MONTHS - away))]
            for table in tables:
                table[month] = table[nearest]
    return tables


def _read(year: NetworkYear, load_mw: FloatArray, loads: FloatArray, values: FloatArray) -> FloatArray:
    """Return a table's value at the load of every hour, between the points of the hour's month, (T,)."""
    answer = np.full(len(load_mw), np.nan)
    months = year.time.month.to_numpy() - 1
    for month in np.unique(months):
        inside = months == month
        answer[inside] = np.interp(load_mw[inside], loads[month], values[month])
    return answer


def _limited_plants(network: Network) -> list[str]:
    """Return the CHP plants that hold the pressure: theirs is the line whose flow the pressure limits."""
    plants = network.plants
    return [str(plant) for plant in plants.index[(plants["role"] == "pressure") & (plants["kind"] == "chp_steam")]]


def _largest_flows(network: Network, year: NetworkYear, plant: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return process heat, the largest flow of a plant's line and the heat taken then by month and point, MW, kg/s and MW.

    Process users keep their heat while the stations take more and more, or grow alike where there is no station, up to the
    flow of the contract. Where the users alone are too much, it is the flow that remains when all shrink alike.
    """
    process = process_heat_mw(year, network)
    rows = _rows_of_months(year, process.sum(axis=1).to_numpy())
    least = process.iloc[rows]
    total = least.sum(axis=1).to_numpy()
    row = network.plants.loc[plant]
    contract = contract_flow_kg_per_s(row)
    most_mw = contract / KG_PER_S_PER_T_PER_H * gate_heat_mwh_per_t(row, network)
    room = np.maximum(most_mw - total, 0.0)
    more = _shares_of_more(network, least) * room[:, np.newaxis]

    def tried(scale: FloatArray, search: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
        states = _solve(network, year, rows, least + scale[:, np.newaxis] * more, search=search)
        status = states["status"].to_numpy()
        carries = np.array([is_solved(str(one)) and one != SteamStatus.UNDERSUPPLIED for one in status])
        flow = states["plant_mdot_kg_per_s"].sel(plant=plant).to_numpy()
        return carries, flow, states["largest_mdot_kg_per_s"].to_numpy()

    months = year.time.month.to_numpy()[rows] - 1
    flow, scale = _bisected(tried, len(rows))
    loads, limits, carried = _by_month(months, total, np.minimum(flow, contract), total + scale * room)
    return loads, limits, carried


def _shares_of_more(network: Network, least: pd.DataFrame) -> FloatArray:
    """Return how more steam is shared out, hours by consumer: over the stations by capacity, else as the users take it."""
    stations = (network.consumers["kind"] == STATION_KIND).to_numpy()
    weight = np.where(stations, network.consumers["design_heat_mw"].fillna(1.0).to_numpy(dtype=float), 0.0)
    shares: FloatArray = np.tile(weight, (len(least), 1)) if stations.any() else least.to_numpy(dtype=float)
    total = shares.sum(axis=1, keepdims=True)
    spread: FloatArray = np.divide(shares, total, out=np.zeros_like(shares), where=total > 0)
    return spread


def _bisected(
    tried: Callable[[FloatArray, bool], tuple[FloatArray, FloatArray, FloatArray]], rows: int
) -> tuple[FloatArray, FloatArray]:
    """Return the largest flow that is carried between scale 0 and 1, infinite where 1 is, and its scale, (rows,) each.

    Parameters
    ----------
    tried : callable
        From scales to whether they are carried, the flow, and, if asked, what is left of it where all demands have to shrink.
    rows : int
    """
    carried, _flow, _left = tried(np.ones(rows), False)
    if carried.all():
        return np.full(rows, np.inf), np.ones(rows)
    low, high = np.zeros(rows), np.ones(rows)
    possible, flow, left = tried(low, True)
    for _halving in range(_HALVINGS):
        middle = (low + high) / 2
        carries, now, _left = tried(middle, False)
        flow = np.where(carries, now, flow)
        low, high = np.where(carries, middle, low), np.where(carries, high, middle)
    remains = np.where(np.isfinite(left), left, np.inf)
    return np.where(carried, np.inf, np.where(possible, flow, remains)), np.where(carried, 1.0, low)
