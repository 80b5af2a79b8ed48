"""From a network to the arrays of the compiled code."""

from __future__ import annotations

import numpy as np

from heatnet.adapters.fluid import FluidTable
from heatnet.adapters.layout import HEATER, NOWHERE, PIPE, BoolArray, IntArray, Layout
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.inputs import Inputs
from heatnet.simulate.season.plan import Core
from heatnet.simulate.season.structure import plan_of
from heatnet.simulate.transient.fluid import ENTHALPY, compiled_fluid
from heatnet.simulate.transient.parcels import PLACES
from heatnet.simulate.transient.plan import (
    AREA,
    HEATER_BRANCH,
    LENGTH,
    LOSS,
    PIPE_BRANCH,
    PLAIN_BRANCH,
    WALL,
    Carried,
    Currents,
    Look,
    Mains,
    Net,
    Water,
    Work,
)

W_PER_MW = 1e6
#: a wall cell is as long as water moves in a split step at this velocity, within the numbers below
_CELL_VELOCITY_M_PER_S = 0.5
_FEWEST_CELLS, _MOST_CELLS = 4, 64


def net_of(
    network: Network, layout: Layout, fluid: FluidTable, by_dt: BoolArray, is_supply: BoolArray, split_s: float
) -> Net:
    """Return a network as the compiled code reads it.

    Parameters
    ----------
    network : Network
    layout : Layout
    fluid : FluidTable
    by_dt : ndarray of bool, shape (consumers,)
        See `heatnet.simulate.inputs.Inputs`.
    is_supply : ndarray of bool, shape (junctions,)
        Whether a junction lies on the supply line.
    split_s : float
        Length of a split step, s.
    """
    pipes, heaters = layout.of_kind(PIPE), layout.of_kind(HEATER)
    kind = np.full(len(layout.start), PLAIN_BRANCH, dtype=np.int64)
    kind[pipes], kind[heaters] = PIPE_BRANCH, HEATER_BRANCH
    rows = network.pipes.iloc[layout.element[pipes]]
    geometry = np.ones((len(layout.start), 4))
    geometry[pipes, AREA] = np.pi / 4.0 * (rows["inner_diameter_mm"].to_numpy(float) / 1e3) ** 2
    geometry[pipes, LENGTH] = rows["length_m"].to_numpy(float)
    geometry[pipes, LOSS] = rows["u_w_per_mk"].to_numpy(float)
    geometry[pipes, WALL] = rows["wall_j_per_mk"].fillna(0.0).to_numpy(float)
    cells = np.ceil(geometry[:, LENGTH] / (_CELL_VELOCITY_M_PER_S * split_s))
    heater_w = np.zeros(len(layout.start))
    heater_w[heaters] = network.pipes["heat_mw"].to_numpy(float)[layout.element[heaters]] * W_PER_MW
    flowing = np.flatnonzero(layout.is_open & (layout.start != layout.end))
    both_ends = np.concatenate([layout.start[flowing], layout.end[flowing]])
    at_ptr, at_branch = _listed_at(both_ends, np.tile(flowing, 2), layout.junctions)
    consumers = np.arange(len(layout.consumer_start))
    served_ptr, served = _listed_at(layout.consumer_start, consumers, layout.junctions)
    return Net(
        fluid=compiled_fluid(fluid),
        start=layout.start,
        end=layout.end,
        kind=kind,
        element=np.where(kind == PIPE_BRANCH, layout.element, 0),
        geometry=geometry,
        cells=np.clip(cells, _FEWEST_CELLS, _MOST_CELLS).astype(np.int64),
        heater_w=heater_w,
        at_ptr=at_ptr,
        at_branch=at_branch,
        served_ptr=served_ptr,
        served=served,
        is_supply=np.array(is_supply),
        consumer_start=layout.consumer_start,
        consumer_end=layout.consumer_end,
        by_dt=np.array(by_dt),
        plant_start=layout.plant_start,
        plant_end=layout.plant_end,
        floor_degc=max(fluid.lowest_degc, 0.0),
    )


def _listed_at(junctions: IntArray, content: IntArray, count: int) -> tuple[IntArray, IntArray]:
    """Return where in a list each junction's content begins, and the list."""
    order = np.argsort(junctions, kind="stable")
    sizes = np.bincount(junctions, minlength=count)
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), content[order].astype(np.int64)


def mains_of(network: Network, layout: Layout, fluid: FluidTable, inputs: Inputs) -> tuple[Mains, Core, Core]:
    """Return a network as the hydraulics read it, its circuits of pipes alone, and those with consumers' valves as well."""
    plan = plan_of(network, layout, fluid, inputs)
    mains = Mains(plan.graph, plan.branches, plan.users, plan.lines.point_junction, plan.lines.point_bar)
    return mains, plan.base, plan.full


def new_currents(mains: Mains, base: Core, full: Core) -> Currents:
    """Return room for flows and pressures, from which the first search begins."""
    branches, consumers, plants = len(mains.graph.start), len(mains.users.consumer_start), len(mains.users.plant_start)
    junctions, rows = len(mains.graph.part), len(max(base.col_row, full.col_row, key=len))
    edges = len(max(base.edge, full.edge, key=len))
    levels = max(core.free + len(core.fixed_of) for core in (base, full))

    def some(count: int, value: float = 0.0) -> FloatArray:
        return np.full(count, value)

    return Currents(
        mdot=some(branches + consumers),
        live=np.zeros(branches + consumers, dtype=bool),
        rho=some(branches, 1000.0),
        fluidity=some(branches, 2000.0),
        root=some(branches, 7.0),
        dp=some(branches),
        slope=some(branches),
        acts=np.zeros(consumers, dtype=bool),
        valve_rho=some(consumers, 1000.0),
        need=some(junctions),
        p=some(junctions),
        plant_mdot=some(plants),
        head=np.where(np.isfinite(mains.users.plant_head_bar), mains.users.plant_head_bar, 2.0),
        drop=some(edges),
        conductance=some(edges),
        diagonal=some(max(base.free, full.free)),
        entries=some(rows),
        level=some(levels),
    )


def new_water(net: Net) -> Water:
    """Return room for the water of all pipes."""
    branches, cells = len(net.start), int(net.cells.max(initial=1))
    volume, t, fall = (np.zeros((branches, PLACES)) for _ in range(3))
    return Water(volume, t, fall, np.zeros((branches, 2), dtype=np.int64), np.zeros((branches, cells)))


def new_look(net: Net) -> Look:
    """Return the room for what the pipes hold at an instant."""
    count = len(net.start)
    return Look(np.zeros((count, 2)), *(np.zeros(count) for _ in range(4)))


def new_work(net: Net) -> Work:
    """Return the room that passes over a network need."""
    branches, junctions = len(net.start), len(net.at_ptr) - 1
    waiting, order, place = (np.zeros(junctions, dtype=np.int64) for _ in range(3))
    slope, gain, heat = (np.zeros(max(PLACES, _MOST_CELLS)) for _ in range(3))
    return Work(
        # no direction that a branch can have, so that the first pass finds an order
        way=np.full(branches, NOWHERE - 1),
        draws=np.zeros(len(net.consumer_end), dtype=bool),
        waiting=waiting,
        order=order,
        place=place,
        late=np.zeros(branches, dtype=bool),
        slope=slope,
        gain=gain,
        heat=heat,
    )


def new_carried(net: Net, steps: int) -> Carried:
    """Return the room for the streams of a pass with a number of split steps."""
    branches, junctions, consumers = len(net.start), len(net.at_ptr) - 1, len(net.consumer_end)
    arriving, leaving = (np.zeros((junctions, steps)) for _ in range(2))
    consumer_h, consumer_drop, consumer_back_h = (np.zeros(consumers) for _ in range(3))
    return Carried(
        arriving=arriving,
        leaving=leaving,
        inflow=np.zeros(junctions),
        out=np.full((branches, steps), net.fluid.table[0, ENTHALPY]),
        lost_j=np.zeros(branches),
        consumer_h=consumer_h,
        consumer_drop=consumer_drop,
        consumer_back_h=consumer_back_h,
    )
