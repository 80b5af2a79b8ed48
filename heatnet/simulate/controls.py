"""How consumers and plants set their flows: one step from a solved state towards everyone's set values.

For a consumer that takes heat :math:`Q` at return temperature :math:`T_r` the step in its flow is Newton's,

.. math:: m \\leftarrow m + \\frac{Q - m\\,\\Delta h}{\\Delta h + c_p\\,(T - T_a)\\,\\ln\\frac{T_s - T_a}{T - T_a}}

with arriving temperature :math:`T`, :math:`\\Delta h = h(T) - h(T_r)`, plant supply :math:`T_s` and ground :math:`T_a`: the
second term of the denominator is :math:`m\\,dh/dm`, because the arriving temperature rises with the flow as
:math:`(T - T_a) = (T_s - T_a)\\,e^{-k/m}`. Without it the iteration swings at low load, where that slope is large.

Where the solver finds a consumer's flow from its heat, that heat is scaled instead: the solver counts heat by the mean of
the end heat capacities, here heat is an enthalpy difference.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from heatnet.adapters.activity import Activity
from heatnet.adapters.flows import Flows, State
from heatnet.adapters.fluid import FluidTable
from heatnet.adapters.layout import HEATER, NOWHERE, BoolArray, IntArray, Layout
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.acceleration import Acceleration
from heatnet.simulate.inputs import Inputs
from heatnet.simulate.status import HourStatus

W_PER_MW = 1e6
#: a flow step changes a flow at most by this factor
_LARGEST_STEP = 3.0
#: heats smaller than this share of the largest are held to the error of that share
_SMALLEST_SHARE = 1e-6


class HourFailure(Exception):
    """An hour has no solution; carries its status."""

    def __init__(self, status: HourStatus) -> None:
        super().__init__(status.value)
        self.status = status


@dataclass(frozen=True, eq=False)
class Hour:
    """What is given in one hour; see `Inputs`."""

    heat_w: FloatArray
    t_return_degc: FloatArray
    dt_k: FloatArray
    mdot_kg_per_s: FloatArray
    plant_t_supply_degc: FloatArray
    plant_heat_w: FloatArray
    plant_mdot_kg_per_s: FloatArray
    t_ground_degc: FloatArray

    @classmethod
    def of(cls, inputs: Inputs, row: int) -> Hour:
        """Return one row of the inputs."""
        return cls(
            inputs.consumer_heat_mw[row] * W_PER_MW,
            inputs.consumer_t_return_degc[row],
            inputs.consumer_dt_k[row],
            inputs.consumer_mdot_kg_per_s[row],
            inputs.plant_t_supply_degc[row],
            inputs.plant_heat_mw[row] * W_PER_MW,
            inputs.plant_mdot_kg_per_s[row],
            inputs.t_ground_degc[row],
        )

    @property
    def t_ground_mean_degc(self) -> float:
        """Mean ground temperature, °C."""
        return float(np.mean(self.t_ground_degc)) if len(self.t_ground_degc) else 0.0


class Controls:
    """Set values of one network's consumers, plants and heaters.

    Parameters
    ----------
    network : Network
    layout : Layout
    fluid : FluidTable
    by_flow, by_dt : ndarray of bool, shape (consumers,)
        See `Inputs`.
    """

    def __init__(
        self, network: Network, layout: Layout, fluid: FluidTable, by_flow: BoolArray, by_dt: BoolArray
    ) -> None:
        self.layout, self.fluid = layout, fluid
        self.by_flow, self.by_dt = by_flow, by_dt
        self.min_mdot = network.consumers["min_mdot_kg_per_s"].to_numpy(dtype=float)
        self.heater_w = (
            network.pipes["heat_mw"].to_numpy(dtype=float)[layout.element[layout.of_kind(HEATER)]] * W_PER_MW
        )
        roles = network.plants["role"].to_numpy()
        between = layout.plant_end != NOWHERE
        self.holding, self.plant_by_heat, self.plant_by_flow = (
            between & (roles == role) for role in ("pressure", "heat", "flow")
        )
        # plants warm each other's return, so that the plain iteration of their flows may swing for long
        self.acceleration = Acceleration()

    def plants_on(self, hour: Hour) -> BoolArray:
        """Return which plants between the lines run."""
        by_heat = self.plant_by_heat & (np.nan_to_num(hour.plant_heat_w) != 0.0)
        by_flow = self.plant_by_flow & (np.nan_to_num(hour.plant_mdot_kg_per_s) > 0.0)
        return np.asarray(self.holding | by_heat | by_flow)

    def hottest_degc(self, hour: Hour) -> float:
        """Return the highest supply temperature of the plants that run, °C."""
        return float(np.max(hour.plant_t_supply_degc[self.plants_on(hour)]))

    def t_out_degc(self, hour: Hour, arriving_degc: FloatArray) -> FloatArray:
        """Return the temperature (°C) at which water leaves consumers without bypass."""
        return np.where(self.by_dt, arriving_degc - np.nan_to_num(hour.dt_k), np.nan_to_num(hour.t_return_degc))

    def preheat_w(self, hour: Hour) -> FloatArray:
        """Return the heat that each pre-heated node is to get, W."""
        heat = np.zeros(len(self.layout.preheat_in))
        of_plant = self.layout.preheat_of_plant
        np.add.at(heat, of_plant[of_plant != NOWHERE], hour.plant_heat_w[of_plant != NOWHERE])
        return heat

    def set_heat_w(self, hour: Hour, on: BoolArray, arriving_degc: FloatArray) -> FloatArray:
        """Return the heat by the solver's definition of consumers whose flow it may find itself, NaN for others, W."""
        t_out = self.t_out_degc(hour, arriving_degc)
        drop = np.maximum(self.fluid.enthalpy(arriving_degc) - self.fluid.enthalpy(t_out), 1.0)
        mean = (self.fluid.heat_capacity(arriving_degc) + self.fluid.heat_capacity(t_out)) / 2.0
        scale = np.clip(mean * (arriving_degc - t_out) / drop, 0.9, 1.1)
        findable = on & ~self.by_flow & ~self.by_dt & (hour.heat_w > 0) & (arriving_degc > t_out)
        return np.where(findable, hour.heat_w * scale, np.nan)

    def step(self, hour: Hour, active: Activity, flows: Flows, state: State) -> tuple[Flows, float]:
        """Return the next flows, and the largest relative error of the heats in this state.

        Raises
        ------
        HourFailure
            If a plant has no temperature lift for its heat.
        """
        flows, error_consumers = self._consumers(hour, active, flows, state)
        plant_mdot, error_plants = self._plants(hour, active, flows, state)
        heater_w, error_heaters = self._heaters(active, state)
        preheat_w, error_preheat = self._preheats(hour, flows, state)
        flows = replace(flows, plant_mdot_kg_per_s=plant_mdot, heater_w=heater_w, preheat_w=preheat_w)
        return flows, max(error_consumers, error_plants, error_heaters, error_preheat)

    def _consumers(self, hour: Hour, active: Activity, flows: Flows, state: State) -> tuple[Flows, float]:
        on, fluid = active.consumers, self.fluid
        mdot, t_set = state.consumer_mdot_kg_per_s, flows.consumer_t_out_degc
        arriving = np.where(on, state.t_degc[self.layout.consumer_start], t_set)
        t_out = self.t_out_degc(hour, arriving)
        drop = fluid.enthalpy(arriving) - fluid.enthalpy(t_out)
        delivered = mdot * (fluid.enthalpy(arriving) - fluid.enthalpy(t_set))
        by_heat = on & ~self.by_flow
        stepped = self._newton(hour, mdot, arriving, drop)
        # below its bypass flow a consumer returns warmer instead
        bypassed = by_heat & (self.min_mdot > 0) & (stepped <= self.min_mdot)
        next_mdot = np.where(by_heat, np.where(bypassed, self.min_mdot, stepped), mdot)
        heat_per_kg = np.divide(hour.heat_w, next_mdot, out=np.zeros_like(mdot), where=bypassed)
        target = np.where(by_heat, hour.heat_w, mdot * drop)
        largest = max(float(np.max(np.abs(target), initial=0.0)), 1.0)
        error = np.abs(delivered - target) / np.maximum(np.abs(target), _SMALLEST_SHARE * largest)
        found = np.isfinite(flows.consumer_heat_w) & ~bypassed
        scale = np.divide(target, delivered, out=np.ones_like(mdot), where=found & (delivered > 0.5 * target))
        flows = replace(
            flows,
            consumer_mdot_kg_per_s=next_mdot,
            consumer_t_out_degc=np.where(bypassed, fluid.temperature(fluid.enthalpy(arriving) - heat_per_kg), t_out),
            consumer_heat_w=np.where(found, flows.consumer_heat_w * scale, np.nan),
        )
        return flows, float(np.max(error, where=on, initial=0.0))

    def _newton(self, hour: Hour, mdot: FloatArray, arriving: FloatArray, drop: FloatArray) -> FloatArray:
        ground = hour.t_ground_mean_degc
        above = np.maximum(arriving - ground, 1e-3)
        fall = np.log(np.maximum((self.hottest_degc(hour) - ground) / above, 1.0))
        slope = np.where(self.by_dt, drop, drop + self.fluid.heat_capacity(arriving) * above * fall)
        step = mdot + (hour.heat_w - mdot * drop) / np.maximum(slope, 1.0)
        return np.clip(step, mdot / _LARGEST_STEP, mdot * _LARGEST_STEP)

    def _plants(self, hour: Hour, active: Activity, flows: Flows, state: State) -> tuple[FloatArray, float]:
        on = active.plants & self.plant_by_heat
        if not on.any():
            return flows.plant_mdot_kg_per_s, 0.0
        mdot = flows.plant_mdot_kg_per_s.copy()
        inlet = state.t_degc[self.plant_inlet(flows)]
        lift = self.fluid.enthalpy(hour.plant_t_supply_degc[on]) - self.fluid.enthalpy(inlet[on])
        heat = hour.plant_heat_w[on]
        if (lift * heat <= 0).any():
            raise HourFailure(HourStatus.NO_TEMPERATURE_LIFT)
        error = float(np.max(np.abs(mdot[on] * lift - heat) / np.abs(heat)))
        mdot[on] = self.acceleration.next(mdot[on], heat / lift)
        return mdot, error

    def plant_inlet(self, flows: Flows) -> IntArray:
        """Return the junction from which each plant draws (any junction for plants outside the lines)."""
        inlet = np.where(self.layout.plant_start == NOWHERE, 0, self.layout.plant_start)
        for node, outlet, split in zip(self.layout.preheat_in, self.layout.preheat_out, flows.split, strict=True):
            if split:
                inlet[inlet == node] = outlet
        return inlet

    def _heaters(self, active: Activity, state: State) -> tuple[FloatArray, float]:
        branches = self.layout.of_kind(HEATER)
        forward = state.mdot_kg_per_s[branches] >= 0
        t_in = np.where(forward, state.t_start_degc[branches], state.t_end_degc[branches])
        t_out = np.where(forward, state.t_end_degc[branches], state.t_start_degc[branches])
        return self._exchanged(
            self.heater_w, np.abs(state.mdot_kg_per_s[branches]), t_in, t_out, active.branches[branches]
        )

    def _preheats(self, hour: Hour, flows: Flows, state: State) -> tuple[FloatArray, float]:
        t_in, t_out = state.t_degc[self.layout.preheat_in], state.t_degc[self.layout.preheat_out]
        mdot = np.nan_to_num(state.preheat_mdot_kg_per_s)
        return self._exchanged(self.preheat_w(hour), mdot, t_in, t_out, flows.split & (mdot > 0))

    def _exchanged(
        self, heat_w: FloatArray, mdot: FloatArray, t_in: FloatArray, t_out: FloatArray, on: BoolArray
    ) -> tuple[FloatArray, float]:
        """Return heats by the solver's definition, and the relative error of the heats now given."""
        set_w = heat_w.copy()
        if not on.any():
            return set_w, 0.0
        fluid = self.fluid
        h_in = fluid.enthalpy(t_in[on])
        wanted = fluid.temperature(h_in + heat_w[on] / mdot[on])
        mean = (fluid.heat_capacity(t_in[on]) + fluid.heat_capacity(wanted)) / 2.0
        set_w[on] = mdot[on] * mean * (wanted - t_in[on])
        given = mdot[on] * (fluid.enthalpy(t_out[on]) - h_in)
        scale = np.where(heat_w[on] == 0.0, W_PER_MW, np.abs(heat_w[on]))
        return set_w, float(np.max(np.abs(given - heat_w[on]) / scale))
