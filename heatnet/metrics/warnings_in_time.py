"""What an engineer would object to in a whole simulation: where water boils or lacks pressure, plants above capacity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heatnet.i18n import _, language
from heatnet.metrics.state import CAPACITY_SLACK
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.physics.water import saturation_pressure_bar

if TYPE_CHECKING:
    import xarray as xr

LINES = ("supply", "return")


@dataclass(frozen=True)
class ShortPressure:
    """The place of the worst lack of pressure, and in how many rows somewhere lacks it.

    Parameters
    ----------
    node, line : str
        Place; `line` is ``supply`` or ``return``.
    row, rows : int
        Row of the worst lack, and number of rows with any.
    p_bar, need_bar : float
        Absolute pressure there, and what it must not fall below.
    t_degc : float
        Temperature there; NaN where it does not matter.
    """

    node: str
    line: str
    row: int
    rows: int
    p_bar: float
    need_bar: float
    t_degc: float


@dataclass(frozen=True)
class AboveCapacity:
    """A plant whose heat passes its capacity: rows in which it does, the row of the largest heat, MW."""

    plant: str
    rows: int
    row: int
    heat_mw: float
    capacity_mw: float


def boiling_in_time(states: xr.Dataset) -> ShortPressure | None:
    """Return where water lies furthest below its boiling pressure; None where it boils nowhere.

    Parameters
    ----------
    states : xarray.Dataset
        States by `time`.
    """
    lacks = []
    for line in LINES:
        pressure, hot = _of_nodes(states, f"node_p_{line}_bar"), _of_nodes(states, f"node_t_{line}_degc")
        if pressure is None or hot is None or not np.isfinite(hot).any():
            continue
        # only where the hottest water would boil can any
        candidates = pressure < saturation_pressure_bar(np.nanmax(hot))
        need = np.full(pressure.shape, np.nan)
        need[candidates] = saturation_pressure_bar(hot[candidates])
        lacks.append((line, pressure, need, hot))
    return _worst(states, lacks)


def vacuum_in_time(states: xr.Dataset) -> ShortPressure | None:
    """Return where the pressure lies furthest below zero absolute, which no water has; None where it does nowhere.

    Parameters
    ----------
    states : xarray.Dataset
        States by `time`.
    """
    lacks = []
    for line in LINES:
        pressure = _of_nodes(states, f"node_p_{line}_bar")
        if pressure is not None:
            nothing = np.full(pressure.shape, np.nan)
            lacks.append((line, pressure, np.zeros(pressure.shape), nothing))
    return _worst(states, lacks)


def boiling_text(network: Network, found: ShortPressure) -> str:
    """Return a place of boiling water in the current language."""
    return _("{name}: the water boils, {p:.2f} bar at {t:.0f} °C, {need:.2f} bar needed").format(
        name=_place(network, found), p=found.p_bar, t=found.t_degc, need=found.need_bar
    )


def vacuum_text(network: Network, found: ShortPressure) -> str:
    """Return a place of impossible pressure in the current language."""
    text = _("{name}: pressure {p:.2f} bar absolute, below zero, which no water has: give the pressure point more")
    return text.format(name=_place(network, found), p=found.p_bar)


def _place(network: Network, found: ShortPressure) -> str:
    line = _("supply line") if found.line == "supply" else _("return line")
    return f"{network.display_name('nodes', found.node, language())}, {line}"


def above_capacity(network: Network, states: xr.Dataset) -> list[AboveCapacity]:
    """Return plants that give more than their `capacity_mw` in some row, largest excess first.

    Parameters
    ----------
    network : Network
    states : xarray.Dataset
        States by `time`.
    """
    found = []
    for plant in states["plant"].to_numpy():
        capacity = float(network.plants.at[plant, "capacity_mw"])
        heat = states["plant_heat_mw"].sel(plant=plant).to_numpy()
        over = heat > capacity * (1.0 + CAPACITY_SLACK)
        if capacity > 0 and over.any():
            row = int(np.nanargmax(heat))
            found.append(AboveCapacity(str(plant), int(over.sum()), row, float(heat[row]), capacity))
    return sorted(found, key=lambda one: one.capacity_mw - one.heat_mw)


def _of_nodes(states: xr.Dataset, name: str) -> FloatArray | None:
    return states[name].transpose("time", "node").to_numpy() if name in states else None


def _worst(states: xr.Dataset, lacks: list[tuple[str, FloatArray, FloatArray, FloatArray]]) -> ShortPressure | None:
    rows = np.zeros(states.sizes["time"], dtype=bool)
    worst: ShortPressure | None = None
    for line, pressure, need, hot in lacks:
        lack = need - pressure
        short = lack > 0
        if not short.any():
            continue
        rows |= short.any(axis=1)
        row, node = divmod(int(np.nanargmax(lack)), lack.shape[1])
        if worst is None or lack[row, node] > worst.need_bar - worst.p_bar:
            name = str(states["node"].to_numpy()[node])
            figures = (float(values[row, node]) for values in (pressure, need, hot))
            worst = ShortPressure(name, line, row, 0, *figures)
    if worst is None:
        return None
    return ShortPressure(worst.node, worst.line, worst.row, int(rows.sum()), worst.p_bar, worst.need_bar, worst.t_degc)
