"""Flows and pressures of one instant, given what consumers and plants let through and what the pipes hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet.adapters.activity import Activity
from heatnet.adapters.flows import NotConvergedError
from heatnet.adapters.fluid import FluidTable
from heatnet.adapters.layout import BoolArray, Layout
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.inputs import Inputs
from heatnet.simulate.season.plan import CHECK
from heatnet.simulate.transient.network_flow import OPEN_SHARE, find_flows, find_pressures
from heatnet.simulate.transient.structure import mains_of, new_currents

#: a consumer's valve that was shut begins with the flow of this pressure difference, bar
_FIRST_DP_BAR = 0.5


@dataclass(frozen=True, eq=False)
class FlowField:
    """Flows in the numbering of `Layout`.

    Parameters
    ----------
    branch_mdot : ndarray, shape (branches,)
        Mass flow from start to end, kg/s.
    consumer_mdot, plant_mdot : ndarray, shape (consumers,), (plants,)
        As given, with those filled in that follow the pressure, and those of the pressure-holding plants (negative where the
        others push more than consumers take), kg/s.
    """

    branch_mdot: FloatArray
    consumer_mdot: FloatArray
    plant_mdot: FloatArray


@dataclass(frozen=True, eq=False)
class Pressures:
    """What goes with a flow field.

    Parameters
    ----------
    branch_dp_bar : ndarray, shape (branches,)
        Pressure lost to friction and local losses, positive along start → end, bar; 0 at rest.
    junction_p_bar : ndarray, shape (junctions,)
        Absolute pressure, bar; NaN where no open branch leads.
    """

    branch_dp_bar: FloatArray
    junction_p_bar: FloatArray


@dataclass(frozen=True, eq=False)
class Properties:
    """What the water is like.

    Parameters
    ----------
    rho_kg_per_m3, fluidity_per_pa_s : ndarray, shape (branches,)
        Density, and one over the viscosity.
    valve_rho_kg_per_m3 : ndarray, shape (consumers,)
        Density in front of each consumer's valve.
    """

    rho_kg_per_m3: FloatArray
    fluidity_per_pa_s: FloatArray
    valve_rho_kg_per_m3: FloatArray


class Hydraulics:
    """Hydraulics of one network (`heatnet.simulate.transient.network_flow`).

    Parameters
    ----------
    network : Network
    layout : Layout
    fluid : FluidTable
    inputs : Inputs
        Which consumers flow by their valve, and how much open valves let through.
    """

    def __init__(self, network: Network, layout: Layout, fluid: FluidTable, inputs: Inputs) -> None:
        self.mains, self._base, self._full = mains_of(network, layout, fluid, inputs)
        self._now = new_currents(self.mains, self._base, self._full)
        self._edges = np.arange(len(layout.start))
        self._branches = len(layout.start)
        self.by_valve = inputs.by_valve
        self.is_check = np.asarray(self.mains.graph.kind == CHECK)
        part, heads = self.mains.users.consumer_part, self.mains.users.plant_head_bar[self.mains.users.holding]
        #: head of the plant that holds the pressure at each consumer, bar; NaN where it follows the worst consumer
        self.head_bar = np.where(part >= 0, heads[np.maximum(part, 0)], np.nan)
        #: highest heads of all pumps in the lines together, bar
        self.pumps_bar = float(self.mains.branches.head_bar.sum()) + sum(
            float(heads.max())
            for heads in np.split(self.mains.branches.curve_bar, self.mains.branches.curve_ptr[1:-1])
            if len(heads)
        )
        self._follows = bool(np.isnan(heads).any())
        self._heads_drive = False
        self._active: Activity
        self._properties: Properties

    def needed_bar(self, mdot_kg_per_s: FloatArray, properties: Properties) -> FloatArray:
        """Return the pressure difference that each consumer's open valve needs for a flow (kg/s), bar; infinite if unknown."""
        return np.asarray(self._by_square(properties) * mdot_kg_per_s**2)

    def passed_kg_per_s(self, dp_bar: FloatArray, properties: Properties) -> FloatArray:
        """Return the flow that each consumer's open valve lets through at a pressure difference (bar), kg/s; 0 if unknown."""
        return np.sqrt(np.maximum(dp_bar, 0.0) / self._by_square(properties))

    def _by_square(self, properties: Properties) -> FloatArray:
        """Return the pressure loss of the fully open valve over the square of the flow, bar/(kg/s)²."""
        mains = self.mains
        return np.where(mains.users.open_by_kv, mains.users.open_c / properties.valve_rho_kg_per_m3, mains.users.open_c)

    def begin(self, active: Activity, properties: Properties) -> None:
        """Take what takes part and what the water is like, for the searches that follow."""
        now, branches = self._now, self._branches
        now.rho[:], now.fluidity[:] = properties.rho_kg_per_m3, properties.fluidity_per_pa_s
        now.valve_rho[:] = properties.valve_rho_kg_per_m3
        now.live[:branches], now.live[branches:] = active.branches, active.consumers
        now.mdot[:branches] *= active.branches
        self._active, self._properties = active, properties

    def solve(self, consumer_mdot: FloatArray, plant_mdot: FloatArray, acts: BoolArray) -> FlowField:
        """Return the flow field of what `begin` was given.

        Parameters
        ----------
        consumer_mdot : ndarray, shape (consumers,)
            Flow through each consumer, kg/s; a first guess of those that act, 0 for those cut off.
        plant_mdot : ndarray, shape (plants,)
            Flow through each plant between the lines, kg/s; that of pressure-holding plants is not read.
        acts : ndarray of bool, shape (consumers,)
            Consumers whose flow follows the pressure difference at their open valve.

        Raises
        ------
        NotConvergedError
            If the circuits do not close, or no open branch leads to a consumer or plant with flow.
        """
        now, branches = self._now, self._branches
        now.acts[:] = acts & self._active.consumers
        through = bool(now.acts.any())
        if through:
            begun = self.passed_kg_per_s(np.full(len(acts), _FIRST_DP_BAR), self._properties)
            consumer_mdot = np.where(now.acts & (consumer_mdot <= 0.0), begun, consumer_mdot)
        now.mdot[branches:] = consumer_mdot * self._active.consumers
        now.plant_mdot[:] = np.where(self._active.plants, plant_mdot, 0.0)
        self._heads_drive = through and self._follows
        core = self._full if through else self._base
        share = find_flows(self.mains, core, now, self._edges, self._heads_drive)
        if not share <= OPEN_SHARE:
            now.mdot[:] = 0.0
            raise NotConvergedError
        return FlowField(now.mdot[:branches].copy(), now.mdot[branches:].copy(), now.plant_mdot.copy())

    def pressures(self) -> Pressures:
        """Return the pressures of the flow field found last."""
        find_pressures(self.mains, self._now, self._edges, self._heads_drive)
        return Pressures(self._now.dp.copy(), self._now.p.copy())
