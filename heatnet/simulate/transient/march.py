"""One step in time, and one instant: flows and temperatures iterated until every set heat holds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from heatnet.adapters.activity import Activity
from heatnet.adapters.flows import NotConvergedError
from heatnet.adapters.layout import NOWHERE
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.acceleration import Acceleration
from heatnet.simulate.controls import Hour, HourFailure
from heatnet.simulate.status import HourStatus
from heatnet.simulate.transient.film import Film
from heatnet.simulate.transient.fluid import ENTHALPY
from heatnet.simulate.transient.hydraulics import FlowField, Hydraulics
from heatnet.simulate.transient.plan import HEATER_BRANCH, PIPE_BRANCH, Carried, Drive, Net, Water
from heatnet.simulate.transient.rules import Flows, Rules
from heatnet.simulate.transient.structure import new_carried, new_water, new_work
from heatnet.simulate.transient.sweep import LEAST_FLOW, carry, look_at_pipes

#: relative error of every set heat at which flows are found
HEAT_TOLERANCE = 5e-7
#: change of what water that runs in a circle brings, J/kg
_CIRCLE_TOLERANCE_J_PER_KG = 1e-3
#: change of return temperatures by exchange stations, K
_RETURN_TOLERANCE_K = 1e-6
_MOST_ROUNDS = 80
#: rounds in which plants may be held back, or have no lift, before that counts as the state
_ROUNDS_GRANTED = 10
#: flows are stepped more carefully once a round leaves more than this share of the last one's error
_SLOW_SHARE = 0.3


@dataclass(frozen=True, eq=False)
class Pipes:
    """What the pipes hold at an instant, by branch.

    Parameters
    ----------
    ends_degc : ndarray, shape (branches, 2)
        Water temperature at start and end, °C.
    mean_degc, stored_j : ndarray, shape (branches,)
        Mean water temperature, °C; heat of water and wall above 0 °C, J (0 in branches without water).
    """

    ends_degc: FloatArray
    mean_degc: FloatArray
    stored_j: FloatArray


@dataclass(frozen=True, eq=False)
class Settled:
    """Flows at which every set heat holds, the flow field, what takes part, and what a pass over the network found."""

    flows: Flows
    field: FlowField
    active: Activity
    carried: Carried
    drive: Drive


class Marcher:
    """Carries the water of one network on.

    Parameters
    ----------
    net : Net
    rules : Rules
    hydraulics : Hydraulics
    film : Film
    splits : int
        Split steps in each step of constant flows.
    water : Water
        What the pipes hold at first.
    """

    def __init__(self, net: Net, rules: Rules, hydraulics: Hydraulics, film: Film, splits: int, water: Water) -> None:
        self.net, self.rules, self._hydraulics, self._film = net, rules, hydraulics, film
        self.water, self._next_water = water, new_water(net)
        self._pipes: Pipes | None = None
        self._carried, self._instant = new_carried(net, splits), new_carried(net, 1)
        self._work = new_work(net)
        self._splits = splits
        self._is_pipe = net.kind == PIPE_BRANCH
        self._acceleration = Acceleration(depth=4)

    def fill(self, water: Water) -> None:
        """Let the pipes hold this water from now on."""
        self.water = water
        self._pipes = None

    def look(self) -> Pipes:
        """Return what the pipes hold now."""
        if self._pipes is None:
            net, count = self.net, len(self.net.start)
            pipes = Pipes(np.zeros((count, 2)), np.zeros(count), np.zeros(count))
            look_at_pipes(net, self.water, pipes.ends_degc, pipes.mean_degc, pipes.stored_j)
            beside = self._resting_degc(pipes, net.floor_degc)
            plain = ~self._is_pipe
            pipes.mean_degc[plain] = (beside[net.start] + beside[net.end])[plain] / 2.0
            self._pipes = pipes
        return self._pipes

    def _resting_degc(self, pipes: Pipes, t_elsewhere_degc: float) -> FloatArray:
        """Return the temperature of every junction if no water moves there: the mean of the adjacent pipes' ends, °C."""
        count = len(self.net.at_ptr) - 1
        total, number = np.zeros(count), np.zeros(count)
        for junctions, side in ((self.net.start, 0), (self.net.end, 1)):
            np.add.at(total, junctions[self._is_pipe], pipes.ends_degc[self._is_pipe, side])
            np.add.at(number, junctions[self._is_pipe], 1.0)
        return np.where(number > 0, total / np.maximum(number, 1.0), t_elsewhere_degc)

    def _nearby_degc(self, pipes: Pipes) -> FloatArray:
        """Return the hottest water at the ends of the pipes that meet in each junction, °C."""
        hottest = np.full(len(self.net.at_ptr) - 1, -np.inf)
        for junctions, side in ((self.net.start, 0), (self.net.end, 1)):
            np.maximum.at(hottest, junctions[self._is_pipe], pipes.ends_degc[self._is_pipe, side])
        return hottest

    def instant(self, hour: Hour, last: Flows) -> tuple[Settled, Pipes]:
        """Return the state at an instant: what the pipes hold meets the set values.

        Raises
        ------
        HourFailure
            With the status of an instant that has none.
        """
        pipes = self.look()
        supply_h = self._supply_h(hour.plant_t_supply_degc[:, np.newaxis])
        settled = self._settled(hour, last, supply_h, pipes, self._instant, 1.0, moving=False)
        return settled, pipes

    def step(self, hour: Hour, plant_t_supply_degc: FloatArray, last: Flows, seconds: float) -> Settled:
        """Carry the water on by `seconds` with constant flows, at which every set heat holds in the mean.

        Parameters
        ----------
        hour : Hour
            Mean set values.
        plant_t_supply_degc : ndarray, shape (plants, split steps)
            Mean supply temperature of each plant in each split step, °C.
        last : Flows
            Flows to begin from.
        seconds : float
            Length of the step.

        Raises
        ------
        HourFailure
            With the status of a step that has no solution; the water is then as before.
        """
        pipes = self.look()
        supply_h = self._supply_h(plant_t_supply_degc)
        split = seconds / self._splits
        settled = self._settled(hour, last, supply_h, pipes, self._carried, split, moving=True)
        held = self.water
        self.fill(self._next_water)
        self._next_water = held
        return settled

    def _supply_h(self, t_degc: FloatArray) -> FloatArray:
        return np.ascontiguousarray(self.rules.fluid.enthalpy(t_degc))

    def _settled(
        self,
        hour: Hour,
        last: Flows,
        supply_h: FloatArray,
        pipes: Pipes,
        carried: Carried,
        split_s: float,
        moving: bool,
    ) -> Settled:
        """Return flows at which every set heat holds, from one pass over the network to the next."""
        rules, nearby = self.rules, self._nearby_degc(pipes)
        arriving = np.maximum(nearby[self.net.consumer_start], 0.0)
        now = rules.with_stations(hour, arriving)
        active = rules.active(now, nearby)
        flows = rules.first(now, active, last)
        film: tuple[FloatArray, FloatArray] | None = None
        held, flat_rounds, damped, last_error = 0, 0, False, np.inf
        self._acceleration.forget()
        rest_h = rules.fluid.enthalpy(self._resting_degc(pipes, hour.t_ground_mean_degc))
        for _round in range(_MOST_ROUNDS):
            flows, limited = rules.held_back(flows)
            field = self._field(flows, pipes)
            if film is None or not moving:
                film = self._film.at(field.branch_mdot, pipes.mean_degc)
            drive = self._drive(now, flows, field, supply_h, rest_h, film, split_s)
            if not moving:
                self._let_out(carried, field, pipes)
            circle = carry(self.net, self.water, self._next_water, drive, carried, self._work, moving)
            before, now = now, rules.with_stations(hour, rules.fluid.temperature(carried.consumer_h))
            shifted = np.abs(now.t_return_degc - before.t_return_degc).max(initial=0.0)
            following, error, flat = self._following(now, active, flows, carried, supply_h, damped)
            # steep only where water stays in the pipes for less than the step
            damped, last_error = damped or (moving and error > _SLOW_SHARE * last_error), error
            held, flat_rounds = held + 1 if limited else 0, flat_rounds + 1 if flat else 0
            if held > _ROUNDS_GRANTED:
                raise HourFailure(HourStatus.PLANT_FLOW_REVERSED)
            if flat_rounds > _ROUNDS_GRANTED:
                raise HourFailure(HourStatus.NO_TEMPERATURE_LIFT)
            done = error <= HEAT_TOLERANCE and circle <= _CIRCLE_TOLERANCE_J_PER_KG and shifted <= _RETURN_TOLERANCE_K
            if done and not (limited or flat):
                self._check(carried, drive)
                return Settled(flows, field, active, carried, drive)
            flows = following if limited or flat else self._accelerated(active, flows, following)
        raise HourFailure(HourStatus.NOT_CONVERGED)

    def _let_out(self, carried: Carried, field: FlowField, pipes: Pipes) -> None:
        """Set what leaves every pipe at an instant: the water at the end towards which it flows."""
        t_out = np.where(field.branch_mdot > 0.0, pipes.ends_degc[:, 1], pipes.ends_degc[:, 0])
        carried.out[self._is_pipe, 0] = self.rules.fluid.enthalpy(t_out[self._is_pipe])

    def _field(self, flows: Flows, pipes: Pipes) -> FlowField:
        try:
            return self._hydraulics.solve(flows.consumer, flows.plant, pipes.mean_degc)
        except NotConvergedError as error:
            raise HourFailure(HourStatus.NOT_CONVERGED) from error

    def _drive(
        self,
        hour: Hour,
        flows: Flows,
        field: FlowField,
        supply_h: FloatArray,
        rest_h: FloatArray,
        film: tuple[FloatArray, FloatArray],
        split_s: float,
    ) -> Drive:
        return Drive(
            mdot=np.ascontiguousarray(field.branch_mdot, dtype=float),
            consumer_mdot=flows.consumer,
            consumer_t_return_degc=hour.t_return_degc,
            consumer_dt_k=hour.dt_k,
            bypass_w=self.rules.bypass_w(hour, flows),
            plant_mdot=np.ascontiguousarray(field.plant_mdot, dtype=float),
            plant_h=supply_h,
            preheat_w=self.rules.preheat_w(hour),
            rest_h=rest_h,
            t_ground_degc=hour.t_ground_degc,
            film_w_per_mk=film[0],
            dispersion_m2_per_s=film[1],
            seconds=split_s,
        )

    def _following(
        self, hour: Hour, active: Activity, flows: Flows, carried: Carried, supply_h: FloatArray, damped: bool
    ) -> tuple[Flows, float, bool]:
        """Return the next flows, the largest relative error of a heat, and whether a plant has no lift."""
        rules = self.rules
        consumer, error = rules.next_consumers(hour, active, flows, carried, damped)
        inlet_h = carried.leaving[np.maximum(self.net.plant_start, 0)].mean(axis=1)
        plant, plant_error, flat = rules.next_plants(hour, active, flows, inlet_h, supply_h.mean(axis=1))
        return replace(flows, consumer=consumer, plant=plant), max(error, plant_error), flat

    def _accelerated(self, active: Activity, flows: Flows, following: Flows) -> Flows:
        """Return flows that what the last rounds did makes likely."""
        consumers = active.consumers & ~self.rules.by_flow
        plants = active.plants & self.rules.plant_by_heat
        here = np.concatenate([flows.consumer[consumers], flows.plant[plants]])
        there = np.concatenate([following.consumer[consumers], following.plant[plants]])
        if not len(here):
            return following
        found = self._acceleration.next(here, there)
        count = int(consumers.sum())
        consumer, plant = following.consumer.copy(), following.plant.copy()
        low, high = self.rules.min_mdot[consumers], self.rules.largest_mdot[consumers]
        at_bound = (there[:count] == low) | (there[:count] == high)
        consumer[consumers] = np.where(at_bound, there[:count], np.clip(found[:count], low, high))
        plant[plants] = found[count:]
        return replace(following, consumer=consumer, plant=plant)

    def _check(self, carried: Carried, drive: Drive) -> None:
        """Refuse pre-heaters without flow and water outside the fluid's table."""
        if (drive.preheat_w[carried.inflow <= LEAST_FLOW] != 0.0).any():
            raise HourFailure(HourStatus.NO_RETURN_FLOW)
        lowest, highest = (float(self.net.fluid.table[row, ENTHALPY]) for row in (0, -1))
        for streams in (carried.leaving, carried.out[np.abs(drive.mdot) > LEAST_FLOW], carried.consumer_back_h):
            if streams.size and not (lowest <= streams.min() and streams.max() < highest):
                raise HourFailure(HourStatus.TEMPERATURE_OUT_OF_RANGE)

    def heats_j(self, settled: Settled, seconds: float) -> tuple[float, float, float]:
        """Return the heat given by plants and heaters, taken by consumers and lost during a step, J."""
        net, carried, drive = self.net, settled.carried, settled.drive
        between = net.plant_end != NOWHERE
        inlet_h = carried.leaving[np.maximum(net.plant_start, 0)].mean(axis=1)
        lift = drive.plant_h.mean(axis=1) - inlet_h
        heaters = (net.kind == HEATER_BRANCH) & (np.abs(drive.mdot) > LEAST_FLOW)
        plants_w = float(np.sum(np.maximum(drive.plant_mdot, 0.0)[between] * lift[between]))
        given_w = plants_w + float(drive.preheat_w.sum()) + float(net.heater_w[heaters].sum())
        taken_w = float(np.sum(drive.consumer_mdot * (carried.consumer_h - carried.consumer_back_h)))
        return given_w * seconds, taken_w * seconds, float(carried.lost_j[self._is_pipe].sum())
