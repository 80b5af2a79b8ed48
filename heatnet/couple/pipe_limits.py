"""Where a schedule asks too much of the water pipes: what the heat plants may give there, as linear limits for the dispatch.

A place is beyond its limit by the share x > 0 of that limit: velocity in a pipe, pressure at a node above the nominal one, heat
that a station asks for and does not get (over its load), its available pressure (below what it needs). In such an hour the
limit is drawn linearly at the schedule,

    sum_i s_i Q_i <= sum_i s_i Q_i0 - x,        s_i = dx/dQ_i

with the heat Q_i of the plants besides the one that holds the pressure, which makes up what they give less; the sensitivities
come from the season engine with each plant's heat a little changed. Divided by the largest |s_i| both sides are MW, and a plant
whose heat relieves the place has a negative weight. In a tree with one temperature flow is proportional to heat and the limit is
exact; elsewhere the next round draws it anew. Where not even all heat of the hour, moved from one plant to another, would bring a
place back to its limit, no plant has to do with it: it stays open and limits nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatnet.model.boundary import Boundary
from heatnet.model.heat_limit import HeatLimit
from heatnet.model.network import Network
from heatnet.model.supply import FloatArray
from heatnet.model.water_limits import Limits
from heatnet.simulate import is_solved, simulate

if TYPE_CHECKING:
    import xarray as xr

ENGINE = "season"
#: by how much a plant's heat is changed to find its sensitivities: share of the hour's heat
_STEP_SHARE = 0.01
_LEAST_STEP_MW = 0.01
#: a plant whose sensitivity is below this share of the largest one has no part in a limit
_LEAST_PART_SHARE = 0.02
#: excesses below this share of a limit are the linearisation's own
TOLERANCE_SHARE = 1e-3
#: what is aimed at lies this much inside the limit, so that the next round ends
_INSIDE_SHARE = 5e-4


@dataclass(frozen=True, eq=False)
class Excess:
    """How far places of a network are beyond their limits, as a share of the limit.

    Parameters
    ----------
    places : list of pair of str
        Kind (``velocity``, ``nominal_pressure``, ``heat_delivered``, ``available_pressure``) and element.
    share : ndarray, shape (rows, places)
        Above 0: beyond; 0 in hours without a solution.
    solved : ndarray of bool, shape (rows,)
    """

    places: list[tuple[str, str]]
    share: FloatArray
    solved: np.ndarray

    @property
    def broken(self) -> np.ndarray:
        """Whether a place is beyond its limit by more than a linearisation leaves, (rows, places)."""
        return np.asarray(self.share > TOLERANCE_SHARE)


def excess(network: Network, states: xr.Dataset, limits: Limits | None = None) -> Excess:
    """Return how far each place is beyond its limit in each row of a simulation.

    Parameters
    ----------
    network : Network
    states : xarray.Dataset
        Result of `simulate`.
    limits : Limits, optional
        Those of the standards if absent.
    """
    allowed = limits or Limits()
    solved = np.array([is_solved(str(status)) for status in states["status"].to_numpy()], dtype=bool)
    pressure = np.fmax(_table(states, "node_p_supply_bar", "node"), _table(states, "node_p_return_bar", "node"))
    needed = network.consumers["min_dp_bar"].reindex(_names(states, "consumer")).fillna(0.0).to_numpy(dtype=float)
    short = _table(states, "consumer_shortfall_mw", "consumer")
    asked = np.maximum(_table(states, "consumer_heat_mw", "consumer") + short, 1e-6)
    kept = _table(states, "consumer_dp_bar", "consumer")
    with np.errstate(divide="ignore", invalid="ignore"):
        lacking = np.where(needed > 0, (needed - kept) / needed, 0.0)
    parts = {
        ("velocity", "pipe"): _table(states, "pipe_velocity_m_per_s", "pipe") / allowed.velocity_m_per_s - 1.0,
        ("nominal_pressure", "node"): pressure / allowed.nominal_pressure_bar - 1.0,
        ("heat_delivered", "consumer"): short / asked,
        ("available_pressure", "consumer"): lacking,
    }
    places = [(kind, name) for kind, dim in parts for name in _names(states, dim)]
    share = np.where(solved[:, None], np.nan_to_num(np.hstack(list(parts.values())), nan=-1.0), 0.0)
    return Excess(places, share, solved)


def pipe_limits(
    network: Network,
    boundary: Boundary,
    here: Excess,
    positions: list[int],
    threads: int = 1,
    limits: Limits | None = None,
) -> list[HeatLimit]:
    """Return the limits that a schedule breaks and other heat of the plants would keep, in the hours in which it does.

    Parameters
    ----------
    network : Network
    boundary : Boundary
        What the pipes were asked, with the plants' heat.
    here : Excess
        How far places are beyond the limits in their answer, row by row (`excess`).
    positions : list of int
        Hour of the dispatch of each row.
    threads : int
    limits : Limits, optional

    Returns
    -------
    list of HeatLimit
        One for each place. Empty where nothing is beyond a limit that the plants' heat has to do with.
    """
    rows = np.flatnonzero(here.broken.any(axis=1))
    plants = list(boundary.values["plant_heat_mw"].columns) if "plant_heat_mw" in boundary.values else []
    if not len(rows) or not plants:
        return []
    columns = np.flatnonzero(here.broken.any(axis=0))
    slope = np.stack(
        [
            _slope(network, boundary.rows(rows.tolist()), plant, here, rows, columns, threads, limits)
            for plant in plants
        ],
        axis=-1,
    )
    heat = boundary.values["plant_heat_mw"].iloc[rows].to_numpy(dtype=float)
    asked = boundary.values["consumer_heat_mw"].iloc[rows].to_numpy(dtype=float).sum(axis=1)
    found = []
    for k, column in enumerate(columns):
        kind, element = here.places[column]
        largest = np.abs(slope[:, k]).max(axis=1)
        beyond = here.share[rows, column] + _INSIDE_SHARE
        hours = here.broken[rows, column] & (beyond <= largest * asked)
        if not hours.any():
            continue
        weight = slope[hours, k] / largest[hours, None]
        weight = np.where(np.abs(weight) < _LEAST_PART_SHARE, 0.0, weight)
        room = (weight * heat[hours]).sum(axis=1) - beyond[hours] / largest[hours]
        units = {f"{network.id}/{plant}": weight[:, i] for i, plant in enumerate(plants) if np.any(weight[:, i])}
        found.append(HeatLimit(network.id, element, kind, np.asarray(positions)[rows[hours]], units, room))
    return found


def _slope(
    network: Network,
    boundary: Boundary,
    plant: str,
    here: Excess,
    rows: np.ndarray,
    columns: np.ndarray,
    threads: int,
    limits: Limits | None,
) -> FloatArray:
    """Return what a MW of a plant adds to the excess of some places, (rows, columns), 1/MW; 0 where a row has no solution."""
    given = boundary.values["plant_heat_mw"]
    asked = boundary.values["consumer_heat_mw"].to_numpy(dtype=float).sum(axis=1)
    step = np.maximum(_STEP_SHARE * asked, _LEAST_STEP_MW)
    own = given[plant].to_numpy(dtype=float)
    # less where it gives heat: more might drive water backwards through the plant that holds the pressure
    step = np.where(own > step, -step, step)
    changed = given.assign(**{plant: own + step})
    states = simulate(
        network, Boundary(boundary.time, {**boundary.values, "plant_heat_mw": changed}), ENGINE, threads=threads
    )
    there = excess(network, states, limits)
    change = (there.share[:, columns] - here.share[np.ix_(rows, columns)]) / step[:, None]
    return np.where(there.solved[:, None], change, 0.0)


def _names(states: xr.Dataset, dim: str) -> list[str]:
    return [str(name) for name in states[dim].to_numpy()]


def _table(states: xr.Dataset, quantity: str, dim: str) -> FloatArray:
    return np.asarray(states[quantity].transpose("time", dim).to_numpy(), dtype=float)


#: columns of `open_places`
PLACE_COLUMNS = ["network", "kind", "element", "hours", "worst_share", "time"]


def open_places(excesses: Excess, network: Network, time: pd.Index) -> pd.DataFrame:
    """Return what is beyond its limit: network, kind, element, hours, worst share and its time; most hours first."""
    broken = excesses.broken
    rows = [
        {
            "network": network.id,
            "kind": kind,
            "element": element,
            "hours": int(broken[:, column].sum()),
            "worst_share": float(excesses.share[:, column].max()),
            "time": str(time[excesses.share[:, column].argmax()])[:16],
        }
        for column, (kind, element) in enumerate(excesses.places)
        if broken[:, column].any()
    ]
    table = pd.DataFrame(rows, columns=PLACE_COLUMNS)
    return table.sort_values(["hours", "worst_share"], ascending=False, ignore_index=True, kind="stable")
