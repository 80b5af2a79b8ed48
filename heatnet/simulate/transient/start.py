"""What the pipes hold in a steady state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray

from heatnet.adapters.fluid import FluidTable
from heatnet.adapters.layout import HEATER, NOWHERE, PIPE, RETURN, Layout
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.transient.fluid import VOLUME_HEAT
from heatnet.simulate.transient.plan import AREA, LENGTH, LOSS, Net, Water
from heatnet.simulate.transient.structure import new_water

#: parcels of equal volume in every pipe
_PARCELS = 32


@dataclass(frozen=True, eq=False)
class Start:
    """A steady state: what the pipes hold, flows of branches (kg/s) and temperatures at junctions (°C)."""

    water: Water
    mdot_kg_per_s: FloatArray
    junction_degc: FloatArray


def steady_start(net: Net, layout: Layout, fluid: FluidTable, row: xarray.Dataset, t_ground_degc: FloatArray) -> Start:
    """Return the pipes filled with the exact profile of a steady state; walls have the water's temperature.

    Along a pipe T(x) = T_g + (T_in - T_g) exp(-U x / (m cp)) with the mean of the end heat capacities, as in the steady
    engines; parcels and wall cells get its means. Water at rest has the temperature of the ground.

    Parameters
    ----------
    net : Net
    layout : Layout
    fluid : FluidTable
    row : xarray.Dataset
        One solved row of a steady simulation.
    t_ground_degc : ndarray, shape (pipes,)
        Ground temperature of the row.
    """
    water = new_water(net)
    pipes = layout.of_kind(PIPE)
    flow = mdot_of(layout, row)
    t_junction = _junctions_degc(net, layout, fluid, row, flow)
    for branch in pipes:
        geometry, m = net.geometry[branch], flow[branch]
        ground = float(t_ground_degc[layout.element[branch]])
        volume, cells = geometry[AREA] * geometry[LENGTH], int(net.cells[branch])
        water.volume[branch, :_PARCELS] = volume / _PARCELS
        water.ring[branch] = 0, _PARCELS
        t_in = t_junction[layout.start[branch] if m > 0 else layout.end[branch]] if m != 0.0 else ground
        units = _units(fluid, t_in, ground, geometry[LOSS] * geometry[LENGTH], abs(m)) if m != 0.0 else 0.0
        way = 1 if m >= 0.0 else -1
        water.t[branch, :_PARCELS] = (ground + (t_in - ground) * _means(units, _PARCELS))[::way]
        water.wall[branch, :cells] = (ground + (t_in - ground) * _means(units, cells))[::way]
        edges = (ground + (t_in - ground) * np.exp(-units * np.linspace(0.0, 1.0, _PARCELS + 1)))[::way]
        water.fall[branch, :_PARCELS] = edges[:-1] - edges[1:]
    return Start(water, flow, np.nan_to_num(t_junction, nan=net.floor_degc))


def mdot_of(layout: Layout, row: xarray.Dataset) -> FloatArray:
    """Return the flow of every pipe's branches in a row of results; 0 in other branches (those do not hold water)."""
    own, back = (row[name].to_numpy() for name in ("pipe_mdot_kg_per_s", "pipe_mdot_return_kg_per_s"))
    pipes = layout.of_kind(PIPE)
    flow = np.zeros(len(layout.start))
    element = layout.element[pipes]
    flow[pipes] = np.where((layout.line[pipes] == RETURN) & np.isfinite(back[element]), back[element], own[element])
    return flow


def _junctions_degc(net: Net, layout: Layout, fluid: FluidTable, row: xarray.Dataset, flow: FloatArray) -> FloatArray:
    """Return the temperature of what leaves every junction; in front of a heater that of the water which comes out of it."""
    t = np.full(layout.junctions, np.nan)
    for junctions, line in ((layout.supply, "supply"), (layout.back, "return")):
        on = junctions != NOWHERE
        t[junctions[on]] = row[f"node_t_{line}_degc"].to_numpy()[on]
    for heater in layout.of_kind(HEATER):
        middle, behind = layout.start[heater], layout.end[heater]
        (pipe,) = np.flatnonzero((layout.end == middle) & (layout.kind == PIPE))
        if flow[pipe] < 0.0:
            h = fluid.enthalpy(t[behind]) + net.heater_w[heater] / -flow[pipe]
            t[middle] = fluid.temperature(h)
    return t


def _units(fluid: FluidTable, t_in: float, ground: float, loss_w_per_k: float, m: float) -> float:
    """Return U L / (m cp) with the mean of the end heat capacities."""
    cp_in = float(fluid.heat_capacity(t_in))
    cp = cp_in
    for _step in range(20):
        t_out = ground + (t_in - ground) * np.exp(-loss_w_per_k / (m * cp))
        cp = 0.5 * (cp_in + float(fluid.heat_capacity(t_out)))
    return loss_w_per_k / (m * cp)


def _means(units: float, count: int) -> FloatArray:
    """Return the means of exp(-units x) over equal parts of 0 ≤ x ≤ 1."""
    edges = np.linspace(0.0, 1.0, count + 1)
    if units < 1e-12:
        return np.ones(count)
    return np.asarray(-np.exp(-units * edges[:-1]) * np.expm1(-units / count) * count / units)


def expansion_j(layout: Layout, fluid: FluidTable, net: Net, water: Water) -> float:
    """Return rho (h - h(0 °C)) of all water less the heat that has warmed its place from 0 °C, J.

    The second is what the simulation counts (`heatnet.simulate.transient.fluid`); the first is what the steady engines report.
    """
    pipes = layout.of_kind(PIPE)
    volume, t = water.volume[pipes, :_PARCELS], water.t[pipes, :_PARCELS]
    there = fluid.density(t) * (fluid.enthalpy(t) - fluid.enthalpy(0.0))
    counted = np.interp(t, fluid.t_degc, net.fluid.table[:, VOLUME_HEAT])
    return float(np.sum(volume * (there - counted)))
