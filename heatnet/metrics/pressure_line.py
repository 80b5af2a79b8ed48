"""Heads along a way through a network, as the pressure diagram (水压图) shows them, and the lines that limit them.

A head is the height of a water column above one datum, that of the network's elevations:

.. math:: H = z + \\frac{p - p_{atm}}{\\rho_0 g}, \\qquad \\rho_0 = 1000\\ \\mathrm{kg/m^3}

so that 1 m is 9.80665 kPa at every place and temperature, and the distance of two lines is their pressure difference.
At rest the constant-pressure point (定压点) sets all pressures through the weight of the water:
:math:`p = p_0 + \\rho g (z_0 - z)` (CJJ 34-2010 section 7.4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet.metrics.mains import shortest_path
from heatnet.model.network import Network
from heatnet.model.supply import FloatArray
from heatnet.model.water_limits import ATMOSPHERE_BAR, Limits
from heatnet.physics.water import density_kg_per_m3, saturation_pressure_bar

_G_M_PER_S2 = 9.80665
_PA_PER_BAR = 1e5
#: metres of water column in a bar: the column is one of 1000 kg/m³
M_PER_BAR = _PA_PER_BAR / (1000.0 * _G_M_PER_S2)


def head_m(p_bar: FloatArray, elevation_m: FloatArray) -> FloatArray:
    """Return the head of an absolute pressure at a height, metres of water column above the datum."""
    return np.asarray(elevation_m + (p_bar - ATMOSPHERE_BAR) * M_PER_BAR)


def water_density(network: Network, t_degc: FloatArray) -> FloatArray:
    """Return the density of a network's water at a temperature, kg/m³."""
    constant = network.fluid.density_kg_per_m3
    return np.full_like(t_degc, constant) if constant is not None else density_kg_per_m3(t_degc)


def rest_pressure_bar(network: Network, nodes: Sequence[str], t_degc: FloatArray) -> FloatArray | None:
    """Return the pressure at nodes with the pumps stopped, bar absolute; None without a constant-pressure point.

    Parameters
    ----------
    network : Network
    nodes : sequence of str
    t_degc : array, shape (..., nodes)
        Temperature whose density the column has.
    """
    point = network.pressure_point
    if point is None:
        return None
    elevation = network.nodes["elevation_m"].astype(float)
    height = float(elevation[point.node]) - elevation.reindex(list(nodes)).to_numpy()
    return np.asarray(point.p_bar + water_density(network, t_degc) * _G_M_PER_S2 * height / _PA_PER_BAR)


@dataclass(frozen=True)
class Way:
    """Nodes in order and their distance from the first, m."""

    nodes: tuple[str, ...]
    distance_m: FloatArray


def node_of(network: Network, element: str) -> str | None:
    """Return the node of a node, plant or consumer, None for any other id."""
    if element in network.nodes.index:
        return element
    for table in (network.plants, network.consumers):
        if element in table.index:
            return str(table.at[element, "node"])
    return None


def way_between(network: Network, start: str, end: str) -> Way | None:
    """Return the shortest open way between two nodes, plants or consumers; None where there is none."""
    ends = [node_of(network, one) for one in (start, end)]
    if ends[0] is None or ends[1] is None:
        return None
    steps = shortest_path(network, ends[0], ends[1])
    if len(steps) < 2:
        return None
    return Way(tuple(step.node for step in steps), np.array([step.distance_m for step in steps]))


@dataclass(frozen=True)
class HeadLines:
    """Heads of one hour at nodes in a given order, m above the datum; NaN where a line does not pass or nothing is known.

    Parameters
    ----------
    ground_m, supply_m, return_m : array
        Ground, and the running lines.
    rest_m : array
        Static line: pumps stopped, with the density of the supply water.
    boiling_m : array
        Where the supply water would boil, less than the atmosphere where it is colder than 100 °C.
    """

    ground_m: FloatArray
    supply_m: FloatArray
    return_m: FloatArray
    rest_m: FloatArray
    boiling_m: FloatArray


def head_lines(network: Network, nodes: Sequence[str], hour: Mapping[str, pd.Series]) -> HeadLines:
    """Return the lines of the pressure diagram at nodes in one hour.

    Parameters
    ----------
    network : Network
    nodes : sequence of str
    hour : mapping of str to pandas.Series
        `node_p_supply_bar`, `node_p_return_bar` and `node_t_supply_degc` of the hour, by node.
    """
    order = list(nodes)
    ground = network.nodes["elevation_m"].astype(float).reindex(order).to_numpy()
    supply, back, hot = (
        hour[name].reindex(order).to_numpy(dtype=float)
        for name in ("node_p_supply_bar", "node_p_return_bar", "node_t_supply_degc")
    )
    rest = rest_pressure_bar(network, order, hot)
    return HeadLines(
        ground,
        head_m(supply, ground),
        head_m(back, ground),
        np.full_like(ground, np.nan) if rest is None else head_m(rest, ground),
        head_m(saturation_pressure_bar(hot), ground),
    )


def point_head_m(network: Network) -> float | None:
    """Return the head that the constant-pressure point holds, m; None without one."""
    point = network.pressure_point
    if point is None:
        return None
    return float(head_m(np.array(point.p_bar), np.array(float(network.nodes.at[point.node, "elevation_m"]))))


def highest_station(network: Network) -> str | None:
    """Return the consumer that stands highest; of equal ones the first."""
    if not len(network.consumers):
        return None
    heights = network.nodes["elevation_m"].astype(float).reindex(network.consumers["node"]).to_numpy()
    return str(network.consumers.index[int(np.nanargmax(heights))]) if np.isfinite(heights).any() else None


def least_suction_bar(t_return_degc: FloatArray, limits: Limits) -> FloatArray:
    """Return the least absolute pressure at a pump's suction: that of boiling, and a margin above it (CJJ 34-2010 7.4)."""
    return np.asarray(saturation_pressure_bar(t_return_degc) + limits.suction_margin_bar)
