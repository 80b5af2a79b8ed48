"""How consumers and plants set their flows, given what arrives.

A consumer that takes heat :math:`Q` draws :math:`m = Q/(h(T) - h(T_r))` at the arriving temperature :math:`T`, not less than its
bypass flow and not more than what its valve lets through: `LARGEST_FLOW_SHARE` times the flow that carries its largest heat with
the largest drop of its boundary, or its design flow; where its valve and the plant's head are known, what the whole head drives
through it. Where that is not enough it takes what it can, and the rest is its shortfall; water colder than the return temperature
passes unchanged. A consumer that neither the plants nor what stands in the pipes at it can heat is shut. The flow of a consumer
by valve, and of one that is short of pressure, follows the pressure and not its heat.
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
from heatnet.simulate.transient.hydraulics import Hydraulics
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
    hydraulics : Hydraulics
        What open valves let through.
    """

    def __init__(
        self, network: Network, layout: Layout, fluid: FluidTable, inputs: Inputs, hydraulics: Hydraulics
    ) -> None:
        self.layout, self.fluid = layout, fluid
        self.by_flow, self.by_dt, self.by_valve = inputs.by_flow, inputs.by_dt, inputs.by_valve
        self.by_heat = ~(self.by_flow | self.by_valve)
        self._no_bypass_w = np.full(len(inputs.by_flow), np.nan)
        self._is_open = np.isfinite(hydraulics.mains.users.open_c)
        self.min_mdot = network.consumers["min_mdot_kg_per_s"].to_numpy(dtype=float)
        self._any_bypass = bool((self.min_mdot > 0).any())
        roles = network.plants["role"].to_numpy()
        self.between = layout.plant_end != NOWHERE
        self.holding, self.plant_by_heat, self.plant_by_flow = (
            self.between & (roles == role) for role in ("pressure", "heat", "flow")
        )
        part = parts_of(layout, np.flatnonzero(self.holding))
        self._part_of_consumer = part[layout.consumer_start]
        self._part_of_plant = np.where(self.between, part[layout.plant_end], NOWHERE)
        self.has_stations = bool((inputs.station_of_consumer >= 0).any())
        self._stations = inputs if self.has_stations else None
        self.largest_mdot = np.maximum(self._largest_mdot(network, inputs), self._driven(hydraulics))
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

    def _driven(self, hydraulics: Hydraulics) -> FloatArray:
        """Return what the heads of plant and pumps drive through each consumer's open valve, 0 where that is not known."""
        head = hydraulics.head_bar + hydraulics.pumps_bar
        mains, rho = hydraulics.mains, self.fluid.density_kg_per_m3.max()
        by_square = np.where(mains.users.open_by_kv, mains.users.open_c / rho, mains.users.open_c)
        return np.nan_to_num(np.sqrt(np.maximum(head, 0.0) / by_square))

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
        return np.where(self.by_flow, hour.mdot_kg_per_s > 0, np.where(self.by_valve, self._is_open, by_heat))

    def active(self, hour: Hour, nearby_degc: FloatArray, shut: BoolArray) -> Activity:
        """Return what takes part: consumers that ask for water, can be heated by some plant or by what is there, and reached.

        Parameters
        ----------
        hour : Hour
        nearby_degc : ndarray, shape (junctions,)
            Hottest water at the ends of the pipes that meet there, °C.
        shut : ndarray of bool, shape (branches,)
            Check valves that are shut.

        Raises
        ------
        HourFailure
            If no water moves where a plant or a pre-heater is to give heat.
        """
        free = self.by_dt | ~self.by_heat | ~(hour.heat_w > 0)
        hottest = np.maximum(nearby_degc[self.layout.consumer_start], self.hottest_degc(hour))
        suppliable = free | (hour.t_return_degc < hottest - _LEAST_SPREAD_K)
        consumers, plants = self.wanted(hour) & suppliable, self.plants_on(hour)
        key = consumers.tobytes() + plants.tobytes() + shut.tobytes()
        if key not in self._activities:
            layout = replace(self.layout, is_open=self.layout.is_open & ~shut)
            self._activities[key] = activity(layout, consumers, plants, np.flatnonzero(self.holding))
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

    def first(self, hour: Hour, active: Activity, last: Flows, drop_j_per_kg: FloatArray | None = None) -> Flows:
        """Return flows to begin with: by the drop expected, else the last ones by their heats, else a guess."""
        hottest = self.hottest_degc(hour)
        t_out = np.where(self.by_dt, hottest - hour.dt_k, hour.t_return_degc)
        drop = self.fluid.enthalpy(hottest) - self.fluid.enthalpy(t_out)
        guess = np.divide(hour.heat_w, drop, out=np.zeros_like(drop), where=drop > _LEAST_DROP_J_PER_KG)
        guess = np.where(last.consumer > 0, last.consumer * _ratio(hour.heat_w, last.consumer_w), guess)
        if drop_j_per_kg is not None:
            expected = np.divide(
                hour.heat_w, drop_j_per_kg, out=guess.copy(), where=drop_j_per_kg > _LEAST_DROP_J_PER_KG
            )
            guess = np.where((last.consumer > 0) & (hour.heat_w > 0.0), expected, guess)
        by_heat = np.clip(guess, np.maximum(self.min_mdot, 1e-9), self.largest_mdot)
        consumer = np.where(self.by_flow, hour.mdot_kg_per_s, np.where(self.by_valve, last.consumer, by_heat))
        consumer = np.where(active.consumers, consumer, 0.0)
        by_flow = np.where(self.plant_by_flow & active.plants, hour.plant_mdot_kg_per_s, 0.0)
        taken = max(float(consumer.sum()), 1e-9)
        begun = np.where(last.plant > 0, last.plant * _ratio(hour.plant_heat_w, last.plant_w), 1e-3 * taken)
        plant = np.where(self.plant_by_heat & active.plants, begun, by_flow)
        return Flows(consumer, plant, hour.heat_w, hour.plant_heat_w)

    def held_back(self, flows: Flows, acts: BoolArray) -> tuple[Flows, bool]:
        """Scale plants with a set heat down where they would push more water than their part's consumers take.

        Raises
        ------
        HourFailure
            Where that cannot help, and no consumer `acts` and may take more once its pressure is known.
        """
        plant, limited = flows.plant.copy(), False
        if not (plant > 0.0).any():
            return flows, False
        for part in range(int(self.holding.sum())):
            here = self._part_of_plant == part
            by_heat, by_flow = here & self.plant_by_heat, here & self.plant_by_flow
            fixed, pushed = float(plant[by_flow].sum()), float(plant[by_heat].sum())
            taken = float(flows.consumer[self._part_of_consumer == part].sum())
            if fixed + pushed < taken or fixed + pushed == 0.0:
                continue
            room = (1.0 - _LEAST_SHARE) * taken - fixed
            if room > 0.0 and pushed > 0.0:
                plant[by_heat] *= room / pushed
            elif not acts.any():
                raise HourFailure(HourStatus.PLANT_FLOW_REVERSED)
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
        if not self._any_bypass:
            return self._no_bypass_w
        bypassed = self.by_heat & (self.min_mdot > 0) & (flows.consumer <= self.min_mdot)
        return np.where(bypassed, hour.heat_w, np.nan)

    def next_consumers(
        self, hour: Hour, active: Activity, flows: Flows, carried: Carried, damped: bool, acts: BoolArray
    ) -> tuple[FloatArray, float]:
        """Return the next flows of consumers and the largest relative error of the heats of those whose flow follows their heat.

        For those that are short of pressure (they `act` but are not by valve) the next flow is what they ask for.

        The step is Newton's. The arriving temperature hardly depends on the flow where water stays in the pipes for longer than
        the step; `damped` takes its slope as if it stayed for less (`heatnet.simulate.controls`).
        """
        m, drop = flows.consumer, carried.consumer_drop
        on = active.consumers & self.by_heat & ~acts
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
        asked = np.where(self.by_flow, hour.mdot_kg_per_s, bounded)
        following = np.where(on | (acts & ~self.by_valve), asked, m)
        return np.where(active.consumers, following, 0.0), float(np.max(error, where=on, initial=0.0))

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
