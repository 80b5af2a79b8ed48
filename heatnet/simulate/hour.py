"""One hour: set values resolved around solves of pressures, flows and temperatures.

First the solver is left to find consumers' flows from their heats, which takes two or three solves; where that fails, as it
does at low load, flows are given and stepped (`heatnet.simulate.controls`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from heatnet.adapters.activity import Activity, activity
from heatnet.adapters.flows import Flows, NotConvergedError, State
from heatnet.adapters.layout import BoolArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.controls import Controls, Hour, HourFailure
from heatnet.simulate.status import HourStatus

if TYPE_CHECKING:
    from heatnet.adapters.pandapipes_net import PandapipesNet

#: relative error of every set heat at which an hour is done
HEAT_TOLERANCE = 5e-7
_MOST_ROUNDS = 60
#: rounds after which flows are stepped instead of found by the solver
_MOST_DIRECT_ROUNDS = 10
#: rounds in which plants may be held back before the hour counts as reversed
_ROUNDS_HELD_BACK = 10
#: share of the consumers' flow that the pressure-holding plant keeps while others are held back
_LEAST_SHARE = 1e-3
#: a consumer needs this much more supply than return temperature
_LEAST_SPREAD_K = 0.05
#: how far a temperature may lie outside the range of given ones
_RANGE_SLACK_K = 0.01


@dataclass(frozen=True, eq=False)
class Solution:
    """One solved hour: what was given to the last solve, and its state (None where no water moves)."""

    flows: Flows
    state: State | None
    active: Activity
    cut_off: BoolArray


@dataclass(frozen=True, eq=False)
class _Last:
    """What the next hour begins from: share of the plants' excess temperature that arrives, return cooling, and flows."""

    arriving_share: FloatArray
    cooling_k: FloatArray
    flows: Flows
    active: Activity


class HourSolver:
    """Solves hours of one network one after the other, each beginning from the last.

    Parameters
    ----------
    controls : Controls
        The network's set values.
    net : PandapipesNet
        What solves pressures, flows and temperatures.
    """

    def __init__(self, controls: Controls, net: PandapipesNet) -> None:
        self.controls, self.net = controls, net
        self.layout, self.fluid = controls.layout, controls.fluid
        self._activities: dict[bytes, Activity] = {}
        self._last: _Last | None = None

    def solve(self, hour: Hour) -> Solution:
        """Return the solution of one hour.

        Raises
        ------
        HourFailure
            With the hour's status.
        """
        try:
            return self._solved(hour)
        except HourFailure:
            # nothing of a failed hour may leak into the next
            self._last = None
            self.net.forget()
            raise

    def _solved(self, hour: Hour) -> Solution:
        wanted = self._wanted(hour)
        plants_on = self.controls.plants_on(hour)
        active = self._active(wanted & self._suppliable(hour), plants_on)
        cut_off = wanted & ~active.consumers
        flows = self._first_flows(hour, active)
        if not active.consumers.any():
            if (plants_on & ~self.controls.holding).any() or self.controls.preheat_w(hour).any():
                raise HourFailure(HourStatus.NO_RETURN_FLOW)
            return Solution(flows, None, active, cut_off)
        flows, state = self._found(hour, active, flows)
        self._check_range(hour, active, flows, state)
        cooling_k = self._mean_return(flows) - np.nan_to_num(state.t_degc[self.controls.plant_inlet(flows)])
        self._last = _Last(self._arriving_share(hour, state), cooling_k, flows, active)
        return Solution(flows, state, active, cut_off)

    def _wanted(self, hour: Hour) -> BoolArray:
        by_flow, min_mdot = self.controls.by_flow, self.controls.min_mdot
        return np.where(by_flow, np.nan_to_num(hour.mdot_kg_per_s) > 0, (hour.heat_w > 0) | (min_mdot > 0))

    def _suppliable(self, hour: Hour) -> BoolArray:
        """Consumers whose return temperature lies below the hottest supply, so that they can take heat at all."""
        free = self.controls.by_dt | self.controls.by_flow | ~(hour.heat_w > 0)
        return free | (hour.t_return_degc < self.controls.hottest_degc(hour) - _LEAST_SPREAD_K)

    def _active(self, consumers: BoolArray, plants: BoolArray) -> Activity:
        key = consumers.tobytes() + plants.tobytes()
        if key not in self._activities:
            holding = np.flatnonzero(self.controls.holding)
            self._activities[key] = activity(self.layout, consumers, plants, holding)
        return self._activities[key]

    def _first_arriving(self, hour: Hour) -> FloatArray:
        """Return a guess of arriving temperatures, °C: the last hour's cooling, longer where the flow is less."""
        hottest, ground = self.controls.hottest_degc(hour), hour.t_ground_mean_degc
        arriving = np.full(len(hour.heat_w), max(hottest - 1.0, ground))
        if self._last is None:
            return arriving
        mdot = self._last.flows.consumer_mdot_kg_per_s
        drop = self.fluid.enthalpy(arriving) - self.fluid.enthalpy(self.controls.t_out_degc(hour, arriving))
        estimate = hour.heat_w / np.maximum(drop, 1.0)
        power = np.divide(mdot, estimate, out=np.ones_like(mdot), where=(estimate > 0) & (mdot > 0))
        share = self._last.arriving_share ** np.clip(power, 0.1, 10.0)
        return np.asarray(ground + (hottest - ground) * np.clip(share, 0.3, 1.0))

    def _first_flows(self, hour: Hour, active: Activity) -> Flows:
        controls, fluid = self.controls, self.fluid
        hottest, arriving = controls.hottest_degc(hour), self._first_arriving(hour)
        t_out = controls.t_out_degc(hour, arriving)
        drop = fluid.enthalpy(arriving) - fluid.enthalpy(t_out)
        least = 0.05 * fluid.heat_capacity(arriving) * np.maximum(hottest - t_out, 1.0)
        by_heat = np.maximum(hour.heat_w / np.maximum(drop, least), controls.min_mdot)
        mdot = np.where(active.consumers, np.where(controls.by_flow, hour.mdot_kg_per_s, by_heat), 0.0)
        branches, nodes = len(self.layout.start), len(self.layout.preheat_in)
        # with other parts at rest the water may run elsewhere: directions are then found by a solve with nodes in one piece
        last = self._last.flows if self._last is not None and self._last.active is active else None
        return Flows(
            consumer_mdot_kg_per_s=mdot,
            consumer_t_out_degc=t_out,
            consumer_heat_w=controls.set_heat_w(hour, active.consumers & (by_heat > controls.min_mdot), arriving),
            plant_mdot_kg_per_s=self._first_plant_mdot(hour, active, mdot, t_out),
            plant_t_supply_degc=np.where(np.isfinite(hour.plant_t_supply_degc), hour.plant_t_supply_degc, hottest),
            heater_w=controls.heater_w.copy(),
            preheat_w=controls.preheat_w(hour),
            t_ground_degc=hour.t_ground_degc,
            start_out=last.start_out if last else np.zeros(branches, dtype=bool),
            end_out=last.end_out if last else np.zeros(branches, dtype=bool),
            split=last.split if last else np.zeros(nodes, dtype=bool),
        )

    def _first_plant_mdot(self, hour: Hour, active: Activity, mdot: FloatArray, t_out: FloatArray) -> FloatArray:
        controls, enthalpy = self.controls, self.fluid.enthalpy
        mean_return = float(np.sum(mdot * t_out) / np.sum(mdot)) if mdot.any() else hour.t_ground_mean_degc
        inlet = np.full(len(hour.plant_heat_w), mean_return)
        if self._last is not None and self._last.active is active:
            inlet = np.maximum(mean_return - self._last.cooling_k, hour.t_ground_mean_degc)
        lift = enthalpy(hour.plant_t_supply_degc) - enthalpy(inlet)
        guess = np.divide(hour.plant_heat_w, lift, out=np.zeros_like(lift), where=np.abs(lift) > 1e3)
        by_heat = np.where(controls.plant_by_heat & active.plants, np.maximum(np.nan_to_num(guess), 0.0), 0.0)
        by_flow = np.where(controls.plant_by_flow & active.plants, np.nan_to_num(hour.plant_mdot_kg_per_s), 0.0)
        return np.asarray(by_heat + by_flow)

    def _found(self, hour: Hour, active: Activity, flows: Flows) -> tuple[Flows, State]:
        """Return the flows and the state in which every set value holds, the direct way first."""
        given = replace(flows, consumer_heat_w=np.full_like(flows.consumer_heat_w, np.nan))
        if np.isfinite(flows.consumer_heat_w).any():
            try:
                return self._iterate(hour, active, flows, _MOST_DIRECT_ROUNDS, attempts=1)
            except (NotConvergedError, HourFailure):
                self.net.forget()
        try:
            return self._iterate(hour, active, given, _MOST_ROUNDS)
        except NotConvergedError as error:
            raise HourFailure(HourStatus.NOT_CONVERGED) from error

    def _iterate(
        self, hour: Hour, active: Activity, flows: Flows, most_rounds: int, attempts: int = 2
    ) -> tuple[Flows, State]:
        held_back = 0
        self.controls.acceleration.forget()
        for _round in range(most_rounds):
            flows, limited = self._held_back(flows, active)
            held_back = held_back + 1 if limited else 0
            if held_back > _ROUNDS_HELD_BACK:
                raise HourFailure(HourStatus.PLANT_FLOW_REVERSED)
            state = self.net.solve(flows, active, attempts)
            turned = self._turned(hour, flows, state, active)
            stepped, error = self.controls.step(hour, active, flows, state)
            if turned is None and not limited and error <= HEAT_TOLERANCE:
                return replace(flows, consumer_mdot_kg_per_s=state.consumer_mdot_kg_per_s), state
            flows = stepped
            if turned is not None or limited:
                self.controls.acceleration.forget()
            if turned is not None:
                flows = replace(flows, start_out=turned.start_out, end_out=turned.end_out, split=turned.split)
        raise HourFailure(HourStatus.NOT_CONVERGED)

    def _held_back(self, flows: Flows, active: Activity) -> tuple[Flows, bool]:
        """Scale plants with a set heat down where they would push more water than the consumers take."""
        by_heat = active.plants & self.controls.plant_by_heat
        by_flow = active.plants & self.controls.plant_by_flow
        taken = float(np.sum(flows.consumer_mdot_kg_per_s[active.consumers]))
        fixed, pushed = (float(np.sum(flows.plant_mdot_kg_per_s[plants])) for plants in (by_flow, by_heat))
        if fixed + pushed < taken:
            return flows, False
        room = (1.0 - _LEAST_SHARE) * taken - fixed
        if room <= 0.0 or pushed <= 0.0:
            raise HourFailure(HourStatus.PLANT_FLOW_REVERSED)
        scaled = flows.plant_mdot_kg_per_s.copy()
        scaled[by_heat] *= room / pushed
        return replace(flows, plant_mdot_kg_per_s=scaled), True

    def _turned(self, hour: Hour, flows: Flows, state: State, active: Activity) -> Flows | None:
        """Return flows whose pre-heated nodes are split as the water now runs; None where they already are."""
        layout = self.layout
        if not len(layout.preheat_in):
            return None
        start_out, end_out = flows.start_out.copy(), flows.end_out.copy()
        split = np.zeros(len(layout.preheat_in), dtype=bool)
        for i, inlet in enumerate(layout.preheat_in):
            at_start, at_end = layout.start == inlet, layout.end == inlet
            start_out[at_start] = state.mdot_kg_per_s[at_start] > 0
            end_out[at_end] = state.mdot_kg_per_s[at_end] < 0
            plants_here = (layout.plant_start == inlet) & active.plants & (state.plant_mdot_kg_per_s > 0)
            split[i] = start_out[at_start].any() or end_out[at_end].any() or plants_here.any()
        if (self.controls.preheat_w(hour)[~split] != 0).any():
            raise HourFailure(HourStatus.NO_RETURN_FLOW)
        same = (
            (split == flows.split).all() and (start_out == flows.start_out).all() and (end_out == flows.end_out).all()
        )
        return None if same else replace(flows, start_out=start_out, end_out=end_out, split=split)

    def _check_range(self, hour: Hour, active: Activity, flows: Flows, state: State) -> None:
        """Refuse temperatures that no mixing and cooling of the given ones can lead to."""
        seen = state.t_degc[np.isfinite(state.t_degc)]
        leaving = flows.consumer_t_out_degc[active.consumers]
        set_low = flows.consumer_t_out_degc[active.consumers & ~self.controls.by_dt]
        lowest = float(np.min(np.concatenate([hour.t_ground_degc, set_low]), initial=np.inf)) - _RANGE_SLACK_K
        highest = float(np.max(hour.t_ground_degc, initial=self.controls.hottest_degc(hour))) + _RANGE_SLACK_K
        if self.controls.heater_w.any() or flows.preheat_w.any():
            highest = self.fluid.highest_degc
        if min(leaving.min(), seen.min()) < max(lowest, self.fluid.lowest_degc) or seen.max() > highest:
            raise HourFailure(HourStatus.TEMPERATURE_OUT_OF_RANGE)

    @staticmethod
    def _mean_return(flows: Flows) -> float:
        mdot = flows.consumer_mdot_kg_per_s
        return float(np.sum(mdot * flows.consumer_t_out_degc) / np.sum(mdot))

    def _arriving_share(self, hour: Hour, state: State) -> FloatArray:
        hottest, ground = self.controls.hottest_degc(hour), hour.t_ground_mean_degc
        arriving = np.nan_to_num(state.t_degc[self.layout.consumer_start], nan=hottest)
        return np.clip((arriving - ground) / max(hottest - ground, 1e-6), 0.05, 1.0)
