"""Flows and pressures of one instant, given what consumers and plants let through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from heatnet.adapters.activity import Activity, activity
from heatnet.adapters.flows import NotConvergedError
from heatnet.adapters.fluid import FluidTable
from heatnet.adapters.layout import NOWHERE, PIPE, PUMP, SUPPLY, VALVE, BoolArray, IntArray, Layout
from heatnet.adapters.parts import parts_of
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.physics.friction import colebrook
from heatnet.simulate.results import GRAVITY_M_PER_S2, PA_PER_BAR
from heatnet.simulate.transient.circuits import Circuits

RESTING_REYNOLDS = 10.0
_SMOOTHEST_MM = 1e-5
#: the slope of the pressure loss is never less than at this share of the largest flow
_LEAST_SLOPE_SHARE = 1e-7
_MOST_STEPS = 60
#: a circuit is closed when its pressures sum to less than this share of their magnitudes
_CLOSED_SHARE = 1e-11


@dataclass(frozen=True, eq=False)
class FlowField:
    """Flows and pressures in the numbering of `Layout`.

    Parameters
    ----------
    branch_mdot : ndarray, shape (branches,)
        Mass flow from start to end, kg/s.
    plant_mdot : ndarray, shape (plants,)
        As given, with the pressure-holding plant's filled in (negative where the others push more than consumers take), kg/s.
    branch_dp_bar : ndarray, shape (branches,)
        Pressure lost to friction and local losses, positive along start → end, bar.
    junction_p_bar : ndarray, shape (junctions,)
        Absolute pressure, bar; NaN where no open branch leads.
    """

    branch_mdot: FloatArray
    plant_mdot: FloatArray
    branch_dp_bar: FloatArray
    junction_p_bar: FloatArray


class Hydraulics(Protocol):
    """What finds flows and pressures."""

    def solve(self, consumer_mdot: FloatArray, plant_mdot: FloatArray, t_branch_mean_degc: FloatArray) -> FlowField:
        """Return the flow field.

        Parameters
        ----------
        consumer_mdot : ndarray, shape (consumers,)
            Flow through each consumer, kg/s, 0 for those cut off.
        plant_mdot : ndarray, shape (plants,)
            Flow through each plant between the lines, kg/s; that of the pressure-holding plant is not read.
        t_branch_mean_degc : ndarray, shape (branches,)
            Mean temperature of the water in each branch, °C.

        Raises
        ------
        NotConvergedError
            If the circuits do not close.
        """
        ...


class PlainHydraulics:
    """Hydraulics in numpy: what a spanning forest must carry, plus circuits by Newton's method.

    Flows :math:`m = m_0 + B^T q` conserve mass whatever the circuits' flows :math:`q`; these close where

    .. math:: B\\,\\Delta p(m) = 0, \\qquad (B\\,\\mathrm{diag}(\\Delta p')\\,B^T)\\,\\delta q = -B\\,\\Delta p

    Friction is Darcy-Weisbach's with Colebrook's factor (that of Re = 10 below it), density and viscosity by the mean
    temperature of each branch.

    Parameters
    ----------
    network : Network
    layout : Layout
    fluid : FluidTable
    """

    def __init__(self, network: Network, layout: Layout, fluid: FluidTable) -> None:
        self._layout, self._fluid, self._point = layout, fluid, network.pressure_point
        self._nodes = network.nodes.index
        plants = network.plants
        between = layout.plant_end != NOWHERE
        self._between = between
        self._holding = np.flatnonzero((plants["role"] == "pressure").to_numpy() & between)
        self._part = parts_of(layout, self._holding)
        self._head_bar = plants["head_bar"].to_numpy(dtype=float)
        self._min_dp_bar = network.consumers["min_dp_bar"].fillna(0.0).to_numpy(dtype=float)
        roots = [*layout.plant_end[self._holding], *layout.plant_start[self._holding]]
        self._circuits = Circuits(layout, [int(root) for root in roots])
        self._q = np.zeros(self._circuits.count)
        self._on_supply = np.zeros(layout.junctions, dtype=bool)
        self._on_supply[layout.supply[layout.supply != NOWHERE]] = True
        self._on_supply[layout.end[layout.line == SUPPLY]] = True
        self._alive: dict[bytes, Activity] = {}
        self._set_coefficients(network)

    def _set_coefficients(self, network: Network) -> None:
        """Pressure loss in bar is m|m| (local + friction · lambda) / rho, Re = |m| · by_re / viscosity."""
        layout = self._layout
        self._local, self._friction, self._pump_bar = (np.zeros(len(layout.start)) for _ in range(3))
        self._rough, self._by_re = np.full(len(layout.start), 1e-3), np.ones(len(layout.start))
        pipes, valves, pumps = (layout.of_kind(kind) for kind in (PIPE, VALVE, PUMP))
        rows = network.pipes.iloc[layout.element[pipes]]
        inner_m = rows["inner_diameter_mm"].to_numpy(float) / 1e3
        area = np.pi / 4.0 * inner_m**2
        per_velocity = 1.0 / (2.0 * area**2 * PA_PER_BAR)
        self._local[pipes] = rows["zeta"].to_numpy(float) * per_velocity
        self._friction[pipes] = rows["length_m"].to_numpy(float) / inner_m * per_velocity
        self._rough[pipes] = np.maximum(rows["roughness_mm"].to_numpy(float), _SMOOTHEST_MM) / 1e3 / inner_m
        self._by_re[pipes] = inner_m / area
        fittings = network.valves.iloc[layout.element[valves]]
        kv = fittings["kv_m3_per_h"].to_numpy(float) * fittings["opening"].to_numpy(float)
        # 1 bar · (V / Kv)² · rho / 1000 kg/m³ with V = 3600 m / rho
        self._local[valves] = np.divide(3600.0**2 / 1000.0, kv**2, out=np.zeros_like(kv), where=kv > 0)
        self._pump_bar[pumps] = network.pumps["head_bar"].to_numpy(float)[layout.element[pumps]]
        heights = layout.elevation_m[layout.start] - layout.elevation_m[layout.end]
        self._rise_bar = GRAVITY_M_PER_S2 * heights / PA_PER_BAR

    def solve(self, consumer_mdot: FloatArray, plant_mdot: FloatArray, t_branch_mean_degc: FloatArray) -> FlowField:
        """Return the flow field; see `Hydraulics`."""
        layout = self._layout
        plants = np.where(self._between, plant_mdot, 0.0)
        plants[self._holding] = 0.0
        need = np.zeros(layout.junctions)
        np.add.at(need, layout.consumer_start, consumer_mdot)
        np.add.at(need, layout.consumer_end, -consumer_mdot)
        np.add.at(need, layout.plant_start[self._between], plants[self._between])
        np.add.at(need, layout.plant_end[self._between], -plants[self._between])
        for part, plant in enumerate(self._holding):
            consumers, others = self._part[layout.consumer_start] == part, self._part[layout.plant_end] == part
            plants[plant] = consumer_mdot[consumers].sum() - plants[others & self._between].sum()
        forest, odd = self._circuits.forest_flows(need)
        if odd > 1e-9 * np.abs(need).sum() + 1e-12:
            raise NotConvergedError
        active = self._active(consumer_mdot > 0.0, plants != 0.0)
        rho, eta = self._fluid.density(t_branch_mean_degc), self._fluid.viscosity(t_branch_mean_degc)
        mdot = self._closed(forest, rho, eta, active.branches, float(np.abs(consumer_mdot).max(initial=0.0)))
        dp = np.where(active.branches, self._losses(mdot, rho, eta)[0], 0.0)
        return FlowField(mdot, plants, dp, self._pressures(dp, rho, active))

    def _active(self, consumers: BoolArray, plants: BoolArray) -> Activity:
        plants = plants.copy()
        plants[self._holding] = True
        key = consumers.tobytes() + plants.tobytes()
        if key not in self._alive:
            self._alive[key] = activity(self._layout, consumers, plants, self._holding)
        return self._alive[key]

    def _losses(
        self, mdot: FloatArray, rho: FloatArray, eta: FloatArray, where: IntArray | slice = slice(None)
    ) -> tuple[FloatArray, FloatArray]:
        """Return pressure losses of branches, bar, and their slopes with constant friction factor, bar/(kg/s)."""
        flow = np.abs(mdot)
        factor = colebrook(np.maximum(flow * self._by_re[where] / eta, RESTING_REYNOLDS), self._rough[where])
        by_square = (self._local[where] + self._friction[where] * factor) / rho
        return mdot * flow * by_square, 2.0 * flow * by_square

    def _closed(
        self, forest: FloatArray, rho: FloatArray, eta: FloatArray, alive: BoolArray, largest: float
    ) -> FloatArray:
        """Return the flows at which every circuit's pressures sum to zero."""
        on = self._circuits.on(alive)
        if not on.any():
            return forest
        where = self._circuits.branches
        b, q, given = self._circuits.matrix[on], self._q[on], forest[where]
        rho, eta = rho[where], eta[where]
        local, friction = self._local[where], self._friction[where]
        driven = rho * self._rise_bar[where] + self._pump_bar[where]
        least = np.maximum(2.0 * _LEAST_SLOPE_SHARE * largest * (local + 0.02 * friction) / rho, 1e-14)
        before, step = 0.0, np.zeros_like(q)
        for _round in range(_MOST_STEPS):
            mdot = given + q @ b
            losses, slopes = self._losses(mdot, rho, eta, where)
            residual = b @ (losses - driven)
            if (np.abs(residual) <= _CLOSED_SHARE * (np.abs(b) @ np.abs(losses)) + 1e-13).all():
                self._q[on] = q
                flows = forest.copy()
                flows[where] = mdot
                return flows
            along = float(residual @ step)
            if before < 0.0 and along > 0.9 * -before:
                # beyond the lowest point of the convex sum of losses: half-way back
                step, before = step / 2.0, before / 2.0
                q = q - step
                continue
            step = np.linalg.solve((b * np.maximum(slopes, least)) @ b.T, -residual)
            before = float(residual @ step)
            q = q + step
        raise NotConvergedError

    def _pressures(self, dp: FloatArray, rho: FloatArray, active: Activity) -> FloatArray:
        """Return absolute pressures: along the forest, each line lifted to its level.

        The head of a pressure-holding plant is its own, or what the worst consumer of its part needs.
        """
        layout = self._layout
        p = self._circuits.along_forest(rho * self._rise_bar - dp + np.where(active.branches, self._pump_bar, 0.0))
        for part, plant in enumerate(self._holding):
            here = self._part == part
            head = self._head_bar[plant]
            if np.isnan(head):
                on = active.consumers & here[layout.consumer_start]
                needed = self._min_dp_bar - (p[layout.consumer_start] - p[layout.consumer_end])
                head = float(np.max(needed[on])) if on.any() else 0.0
            p[here & self._on_supply] += head
            if self._point is not None:
                p[here] += self._point.p_bar - p[self._level_at(part)]
        return p

    def _level_at(self, part: int) -> int:
        """Return the junction of a part that has the constant pressure: in parts without the point the plant's suction."""
        if self._point is not None:
            position = self._nodes.get_loc(self._point.node)
            junction = int((self._layout.back if self._point.line == "return" else self._layout.supply)[position])
            if self._part[junction] == part:
                return junction
        return int(self._layout.plant_start[self._holding[part]])
