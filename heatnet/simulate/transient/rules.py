"""How consumers and plants set their flows, given what arrives.

A consumer that takes heat :math:`Q` draws :math:`m = Q/(h(T) - h(T_r))` at the arriving temperature :math:`T`, not less than its
bypass flow and not more than what its valve lets through: `LARGEST_FLOW_SHARE` times the flow that carries its largest heat with
the largest drop of its boundary, or its design flow. Where that is not enough it takes what it can, and the rest is its
shortfall; water colder than the return temperature passes unchanged. A consumer that neither the plants nor what stands in the
pipes at it can heat is shut.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from heatnet.adapters.activity import Activity, activity
from heatnet.adapters.fluid import FluidTable
from heatnet.adapters.layout import NOWHERE, BoolArray, Layout
from heatnet.adapters.parts import parts_of
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.controls import W_PER_MW, Hour, HourFailure
from heatnet.simulate.inputs import Inputs
from heatnet.simulate.status import HourStatus
from heatnet.simulate.transient.plan import Carried

#: how much more than its largest needed flow a station's valve lets through
LARGEST_FLOW_SHARE = 2.0
#: a consumer needs this much more supply than return temperature, as in the steady engines
_LEAST_SPREAD_K = 0.05
#: a flow step changes a flow at most by this factor
_LARGEST_STEP = 3.0
#: heats smaller than this share of the largest are held to the error of that share
_SMALLEST_SHARE = 1e-6
_LEAST_DROP_J_PER_KG = 1.0
#: share of the consumers' flow that the pressure-holding plant keeps while others are held back
_LEAST_SHARE = 1e-3


@dataclass(frozen=True, eq=False)
class Flows:
    """Flows through consumers and plants, kg/s (that of the pressure-holding plant is not read), and their set heats, W."""

    consumer: FloatArray
    plant: FloatArray
    consumer_w: FloatArray
    plant_w: FloatArray


class Rules:
    """Set values of one network's consumers and plants.

    Parameters
    ----------
    network : Network
    layout : Layout
    fluid : FluidTable
    inputs : Inputs
        All set values; they tell how much a consumer's valve must let through.
    """

    def __init__(self, network: Network, layout: Layout, fluid: FluidTable, inputs: Inputs) -> None:
        self.layout, self.fluid = layout, fluid
        self.by_flow, self.by_dt = inputs.by_flow, inputs.by_dt
        self.min_mdot = network.consumers["min_mdot_kg_per_s"].to_numpy(dtype=float)
        roles = network.plants["role"].to_numpy()
        self.between = layout.plant_end != NOWHERE
        self.holding, self.plant_by_heat, self.plant_by_flow = (
            self.between & (roles == role) for role in ("pressure", "heat", "flow")
        )
        part = parts_of(layout, np.flatnonzero(self.holding))
        self._part_of_consumer = part[layout.consumer_start]
        self._part_of_plant = np.where(self.between, part[layout.plant_end], NOWHERE)
        self._stations = inputs if (inputs.station_of_consumer >= 0).any() else None
        self.largest_mdot = self._largest_mdot(network, inputs)
        self._activities: dict[bytes, Activity] = {}

    def _largest_mdot(self, network: Network, inputs: Inputs) -> FloatArray:
        runs = self.holding | (self.plant_by_heat & (np.nan_to_num(inputs.plant_heat_mw) != 0.0))
        runs = runs | (self.plant_by_flow & (np.nan_to_num(inputs.plant_mdot_kg_per_s) > 0.0))
        hottest = np.max(inputs.plant_t_supply_degc, axis=1, where=runs, initial=-np.inf)
        hottest = hottest[:, np.newaxis]
        t_out = np.where(self.by_dt, hottest - np.nan_to_num(inputs.consumer_dt_k), inputs.consumer_t_return_degc)
        drop = (self.fluid.enthalpy(hottest) - self.fluid.enthalpy(t_out)).max(axis=0)
        needed = _flow(np.nan_to_num(inputs.consumer_heat_mw).max(axis=0), drop)
        if network.design is not None:
            t_supply, t_return = network.design.t_supply_degc, network.design.t_return_degc
            design = np.nan_to_num(network.consumers["design_heat_mw"].to_numpy(dtype=float))
            drop = np.full(len(design), self.fluid.enthalpy(t_supply) - self.fluid.enthalpy(t_return))
            needed = np.maximum(needed, _flow(design, drop))
        return np.asarray(LARGEST_FLOW_SHARE * np.maximum(needed, self.min_mdot))

    def allow(self, flows: Flows) -> None:
        """Let every consumer's valve pass its flow in a steady state."""
        self.largest_mdot = np.maximum(self.largest_mdot, LARGEST_FLOW_SHARE * flows.consumer)

    def plants_on(self, hour: Hour) -> BoolArray:
        """Return which plants between the lines run."""
        by_heat = self.plant_by_heat & (hour.plant_heat_w != 0.0)
        by_flow = self.plant_by_flow & (hour.plant_mdot_kg_per_s > 0.0)
        return np.asarray(self.holding | by_heat | by_flow)

    def hottest_degc(self, hour: Hour) -> float:
        """Return the highest supply temperature of the plants that run, °C."""
        return float(np.max(hour.plant_t_supply_degc[self.plants_on(hour)]))

    def wanted(self, hour: Hour) -> BoolArray:
        """Return which consumers ask for water."""
        by_heat = (hour.heat_w > 0) | (self.min_mdot > 0)
        return np.where(self.by_flow, hour.mdot_kg_per_s > 0, by_heat)

    def active(self, hour: Hour, nearby_degc: FloatArray) -> Activity:
        """Return what takes part: consumers that ask for water, can be heated by some plant or by what is there, and reached.

        Parameters
        ----------
        hour : Hour
        nearby_degc : ndarray, shape (junctions,)
            Hottest water at the ends of the pipes that meet there, °C.

        Raises
        ------
        HourFailure
            If no water moves where a plant or a pre-heater is to give heat.
        """
        free = self.by_dt | self.by_flow | ~(hour.heat_w > 0)
        hottest = np.maximum(nearby_degc[self.layout.consumer_start], self.hottest_degc(hour))
        suppliable = free | (hour.t_return_degc < hottest - _LEAST_SPREAD_K)
        consumers, plants = self.wanted(hour) & suppliable, self.plants_on(hour)
        key = consumers.tobytes() + plants.tobytes()
        if key not in self._activities:
            self._activities[key] = activity(self.layout, consumers, plants, np.flatnonzero(self.holding))
        active = self._activities[key]
        if not active.consumers.any() and ((plants & ~self.holding).any() or self.preheat_w(hour).any()):
            raise HourFailure(HourStatus.NO_RETURN_FLOW)
        return active

    def preheat_w(self, hour: Hour) -> FloatArray:
        """Return the heat that each junction's pre-heaters are to give, W."""
        heat, of_plant = np.zeros(self.layout.junctions), self.layout.preheat_of_plant
        plants = of_plant != NOWHERE
        np.add.at(heat, self.layout.preheat_in[of_plant[plants]], hour.plant_heat_w[plants])
        return heat

    def first(self, hour: Hour, active: Activity, last: Flows) -> Flows:
        """Return flows to begin with: the last ones by their heats, and a guess for whom there are none."""
        hottest = self.hottest_degc(hour)
        t_out = np.where(self.by_dt, hottest - hour.dt_k, hour.t_return_degc)
        drop = self.fluid.enthalpy(hottest) - self.fluid.enthalpy(t_out)
        guess = np.divide(hour.heat_w, drop, out=np.zeros_like(drop), where=drop > _LEAST_DROP_J_PER_KG)
        guess = np.where(last.consumer > 0, last.consumer * _ratio(hour.heat_w, last.consumer_w), guess)
        by_heat = np.clip(guess, np.maximum(self.min_mdot, 1e-9), self.largest_mdot)
        consumer = np.where(self.by_flow, hour.mdot_kg_per_s, by_heat)
        consumer = np.where(active.consumers, consumer, 0.0)
        by_flow = np.where(self.plant_by_flow & active.plants, hour.plant_mdot_kg_per_s, 0.0)
        taken = max(float(consumer.sum()), 1e-9)
        begun = np.where(last.plant > 0, last.plant * _ratio(hour.plant_heat_w, last.plant_w), 1e-3 * taken)
        plant = np.where(self.plant_by_heat & active.plants, begun, by_flow)
        return Flows(consumer, plant, hour.heat_w, hour.plant_heat_w)

    def held_back(self, flows: Flows) -> tuple[Flows, bool]:
        """Scale plants with a set heat down where they would push more water than their part's consumers take.

        Raises
        ------
        HourFailure
            Where that cannot help.
        """
        plant, limited = flows.plant.copy(), False
        for part in range(int(self.holding.sum())):
            here = self._part_of_plant == part
            by_heat, by_flow = here & self.plant_by_heat, here & self.plant_by_flow
            fixed, pushed = float(plant[by_flow].sum()), float(plant[by_heat].sum())
            taken = float(flows.consumer[self._part_of_consumer == part].sum())
            if fixed + pushed < taken or fixed + pushed == 0.0:
                continue
            room = (1.0 - _LEAST_SHARE) * taken - fixed
            if room <= 0.0 or pushed <= 0.0:
                raise HourFailure(HourStatus.PLANT_FLOW_REVERSED)
            plant[by_heat] *= room / pushed
            limited = True
        return (replace(flows, plant=plant), True) if limited else (flows, False)

    def with_stations(self, hour: Hour, arriving_degc: FloatArray) -> Hour:
        """Return set values in which exchange stations set return temperature and largest heat, by what arrives.

        Tables are linear between their rows; see `heatnet.simulate.inputs.Inputs`.
        """
        if self._stations is None:
            return hour
        inputs, t_return, heat_w = self._stations, hour.t_return_degc.copy(), hour.heat_w.copy()
        on = np.flatnonzero(inputs.station_of_consumer >= 0)
        station, design_w = inputs.station_of_consumer[on], np.maximum(inputs.design_heat_mw[on] * W_PER_MW, 1e-9)
        table, largest = inputs.station_t_return_degc, inputs.station_share_max
        row = (arriving_degc[on] - inputs.station_t_start_degc) / inputs.station_t_step_k
        row = np.clip(row, 0.0, table.shape[1] - 1 - 1e-6)
        a = row.astype(int)
        most = largest[station, a] + (row - a) * (largest[station, a + 1] - largest[station, a])
        heat_w[on] = np.minimum(heat_w[on], most * design_w)
        column = np.clip(heat_w[on] / design_w / inputs.station_share_step, 0.0, table.shape[2] - 1 - 1e-6)
        b = column.astype(int)
        low = table[station, a, b] + (row - a) * (table[station, a + 1, b] - table[station, a, b])
        high = table[station, a, b + 1] + (row - a) * (table[station, a + 1, b + 1] - table[station, a, b + 1])
        t_return[on] = low + (column - b) * (high - low)
        return replace(hour, t_return_degc=t_return, heat_w=heat_w)

    def bypass_w(self, hour: Hour, flows: Flows) -> FloatArray:
        """Return the heat of consumers whose flow is the bypass flow, NaN for others, W."""
        bypassed = ~self.by_flow & (self.min_mdot > 0) & (flows.consumer <= self.min_mdot)
        return np.where(bypassed, hour.heat_w, np.nan)

    def next_consumers(
        self, hour: Hour, active: Activity, flows: Flows, carried: Carried, damped: bool
    ) -> tuple[FloatArray, float]:
        """Return the next flows of consumers and the largest relative error of their heats.

        The step is Newton's. The arriving temperature hardly depends on the flow where water stays in the pipes for longer than
        the step; `damped` takes its slope as if it stayed for less (`heatnet.simulate.controls`).
        """
        m, drop = flows.consumer, carried.consumer_drop
        on = active.consumers & ~self.by_flow
        slope = drop
        if damped:
            ground, arriving = hour.t_ground_mean_degc, self.fluid.temperature(carried.consumer_h)
            above = np.maximum(arriving - ground, 1e-3)
            fall = np.log(np.maximum((self.hottest_degc(hour) - ground) / above, 1.0))
            slope = np.where(self.by_dt, drop, drop + self.fluid.heat_capacity(arriving) * above * fall)
        step = m + (hour.heat_w - m * drop) / np.maximum(slope, _LEAST_DROP_J_PER_KG)
        step = np.clip(step, m / _LARGEST_STEP, m * _LARGEST_STEP)
        bounded = np.clip(step, self.min_mdot, self.largest_mdot)
        largest = max(float(np.max(hour.heat_w, where=on, initial=0.0)), 1.0)
        by_heat = np.abs(m * drop - hour.heat_w) / np.maximum(hour.heat_w, _SMALLEST_SHARE * largest)
        by_bound = np.abs(bounded / np.where(on, np.maximum(m, 1e-12), 1.0) - 1.0)
        error = np.where(bounded != step, by_bound, by_heat)
        return np.where(on, bounded, m), float(np.max(error, where=on, initial=0.0))

    def next_plants(
        self, hour: Hour, active: Activity, flows: Flows, inlet_h: FloatArray, supply_h: FloatArray
    ) -> tuple[FloatArray, float, bool]:
        """Return the next flows of plants, the largest relative error of their heats, and whether one has no lift.

        Parameters
        ----------
        hour : Hour
        active : Activity
        flows : Flows
        inlet_h, supply_h : ndarray, shape (plants,)
            Enthalpies at which water arrives and leaves, J/kg.
        """
        on = active.plants & self.plant_by_heat
        m, error = flows.plant.copy(), 0.0
        lift, heat = supply_h[on] - inlet_h[on], hour.plant_heat_w[on]
        if (lift * heat <= 0).any():
            return m, 1.0, True
        if on.any():
            # a plant of less than a watt is held to an error of that watt
            error = float(np.max(np.abs(m[on] * lift - heat) / np.maximum(np.abs(heat), 1.0)))
            m[on] = heat / lift
        return m, error, False


def _ratio(heat_w: FloatArray, last_w: FloatArray) -> FloatArray:
    """Return how much more heat is asked for than last, 1 where that says nothing."""
    known = (heat_w > 0.0) & (last_w > 0.0)
    least = np.maximum(last_w, heat_w / _LARGEST_STEP)
    return np.maximum(np.divide(heat_w, least, out=np.ones_like(heat_w), where=known), 1.0 / _LARGEST_STEP)


def _flow(heat_mw: FloatArray, drop_j_per_kg: FloatArray) -> FloatArray:
    """Return the flows that carry heats with enthalpy drops, 0 where there is no drop."""
    can = drop_j_per_kg > _LEAST_DROP_J_PER_KG
    return np.divide(heat_mw * W_PER_MW, drop_j_per_kg, out=np.zeros_like(drop_j_per_kg), where=can)
