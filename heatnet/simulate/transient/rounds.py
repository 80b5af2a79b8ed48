"""The search for flows at which every set value holds: from one pass over the network to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from heatnet.adapters.activity import Activity
from heatnet.adapters.flows import NotConvergedError
from heatnet.adapters.layout import BoolArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.acceleration import Acceleration
from heatnet.simulate.controls import Hour, HourFailure
from heatnet.simulate.status import HourStatus
from heatnet.simulate.transient.film import Film
from heatnet.simulate.transient.fluid import ENTHALPY
from heatnet.simulate.transient.hydraulics import FlowField, Hydraulics, Properties
from heatnet.simulate.transient.limits import Limits
from heatnet.simulate.transient.plan import PIPE_BRANCH, Carried, Drive, Look, Net, Water
from heatnet.simulate.transient.rules import Flows, Rules
from heatnet.simulate.transient.structure import new_work
from heatnet.simulate.transient.sweep import BOTH_LINES, LEAST_FLOW, RETURN_LINE, SUPPLY_LINE, carry

#: relative error of every set heat at which flows are found
HEAT_TOLERANCE = 5e-7
#: change of what water that runs in a circle brings, J/kg
_CIRCLE_TOLERANCE_J_PER_KG = 1e-3
#: change of return temperatures by exchange stations, K
_RETURN_TOLERANCE_K = 1e-6
_MOST_ROUNDS = 80
#: what leaves a pipe may jump with the flow, where its parcels merge otherwise: after so many rounds the best one counts, if no
#: heat of the step is wrong by more than this share
_ROUNDS_TO_A_JUMP, JUMP_TOLERANCE = 40, 1e-4
#: how often check valves may shut and consumers turn short of pressure
_MOST_TURNS = 60
#: rounds in which plants may be held back, or have no lift, before that counts as the state
_ROUNDS_GRANTED = 10
#: flows are stepped more carefully once a round leaves more than this share of the last one's error
_SLOW_SHARE = 0.3
#: flow of a pressure-holding plant below which it counts as reversed, kg/s
_REVERSED_KG_PER_S = -1e-9


@dataclass(frozen=True, eq=False)
class Settled:
    """Flows at which every set value holds, the flow field, what takes part, and what a pass over the network found."""

    flows: Flows
    field: FlowField
    active: Activity
    carried: Carried
    drive: Drive


@dataclass(frozen=True, eq=False)
class Task:
    """A step or an instant.

    Parameters
    ----------
    hour : Hour
        Set values.
    last : Flows
        Flows to begin from.
    supply_h : ndarray, shape (plants, split steps)
        Enthalpy of what plants give, J/kg.
    look : Look
        What the pipes hold.
    properties : Properties
    nearby_degc, rest_h : ndarray, shape (junctions,)
        Hottest water at the ends of the pipes that meet there, °C; enthalpy where no water moves, J/kg.
    carried : Carried
        Room for what is found.
    split_s : float
        Length of a split step, s.
    before, after : Water
        What the pipes hold before and after a step.
    moving : bool
        Whether the water moves on.
    second : float
        The middle of the step, or the instant.
    """

    hour: Hour
    last: Flows
    supply_h: FloatArray
    look: Look
    properties: Properties
    nearby_degc: FloatArray
    rest_h: FloatArray
    carried: Carried
    split_s: float
    before: Water
    after: Water
    moving: bool
    second: float


class Trend:
    """How consumers' enthalpy drops have moved from one search to the next, J/kg; the next one is expected on that line."""

    def __init__(self) -> None:
        self._points: list[tuple[float, FloatArray]] = []

    def forget(self) -> None:
        """Begin anew."""
        self._points = []

    def add(self, second: float, drop: FloatArray) -> None:
        """Add what a search found."""
        self._points = [*(point for point in self._points[-1:] if point[0] < second), (second, drop.copy())]

    def at(self, second: float) -> FloatArray | None:
        """Return what is expected at a time, None where nothing is known; far from the last values it is one of them."""
        if not self._points:
            return None
        last_second, last = self._points[-1]
        if len(self._points) < 2:
            return last
        first_second, first = self._points[0]
        rise = (last - first) * (second - last_second) / (last_second - first_second)
        return np.clip(last + rise, 0.5 * last, 2.0 * last)


class _Search:
    """What one search knows so far."""

    def __init__(self, now: Hour, active: Activity, flows: Flows, preheat_w: FloatArray, whole: bool) -> None:
        self.now, self.active, self.flows, self.preheat_w = now, active, flows, preheat_w
        #: whether every round passes the return line as well
        self.whole = whole
        self.film: tuple[FloatArray, FloatArray]
        self.is_new, self.damped = True, False
        self.begin()

    def begin(self) -> None:
        """Count rounds anew."""
        self.tolerance, self.error, self.best, self.best_flows = HEAT_TOLERANCE, np.inf, np.inf, self.flows
        self._rounds = self._held = self._flat = 0

    def note(self, flows: Flows, error: float, limited: bool, flat: bool) -> None:
        """Keep what a round found.

        Raises
        ------
        HourFailure
            Where plants have been held back, or without lift, for too many rounds.
        """
        self._rounds, self.error = self._rounds + 1, error
        self._held, self._flat = self._held + 1 if limited else 0, self._flat + 1 if flat else 0
        if self._held > _ROUNDS_GRANTED:
            raise HourFailure(HourStatus.PLANT_FLOW_REVERSED)
        if self._flat > _ROUNDS_GRANTED:
            raise HourFailure(HourStatus.NO_TEMPERATURE_LIFT)
        if error < self.best and not (limited or flat):
            self.best, self.best_flows = error, flows

    def meets_a_jump(self) -> bool:
        """Return whether rounds have gone to and fro about flows that almost hold."""
        return self._rounds > _ROUNDS_TO_A_JUMP and self.best <= JUMP_TOLERANCE


class Rounds:
    """Finds the flows of one network's steps and instants.

    Parameters
    ----------
    net : Net
    rules : Rules
    hydraulics : Hydraulics
    film : Film
    """

    def __init__(self, net: Net, rules: Rules, hydraulics: Hydraulics, film: Film) -> None:
        self._net, self._rules, self._hydraulics, self._film = net, rules, hydraulics, film
        self._limits = Limits(hydraulics)
        self._work = new_work(net)
        self._is_pipe = net.kind == PIPE_BRANCH
        self._acceleration = Acceleration(depth=4)
        self._trend = Trend()

    def forget(self) -> None:
        """Begin anew: the water is no longer what the last search left behind."""
        self._trend.forget()

    @property
    def _acts(self) -> BoolArray:
        return np.asarray(self._rules.by_valve | self._limits.short)

    def settle(self, task: Task) -> Settled:
        """Return flows at which every set value holds.

        Raises
        ------
        HourFailure
            With the status of a step or instant that has none.
        """
        rules, limits = self._rules, self._limits
        limits.begin()
        arriving = np.maximum(task.nearby_degc[self._net.consumer_start], 0.0)
        now = rules.with_stations(task.hour, arriving)
        active = rules.active(now, task.nearby_degc, limits.shut)
        flows = rules.first(now, active, task.last, self._trend.at(task.second))
        whole = not task.moving or bool((active.plants & rules.plant_by_heat).any())
        search = _Search(now, active, flows, rules.preheat_w(now), whole)
        self._hydraulics.begin(active, task.properties)
        for _turn in range(_MOST_TURNS):
            found = self._found(task, search)
            if limits.shut_checks(found.field):
                search.active = rules.active(search.now, task.nearby_degc, limits.shut)
                self._hydraulics.begin(search.active, task.properties)
                search.flows = rules.first(search.now, search.active, search.flows)
                continue
            begun = self._turned_short(task, search, found)
            if begun is None:
                self._check(found)
                self._trend.add(task.second, task.carried.consumer_drop)
                return found
            search.flows = replace(found.flows, consumer=begun)
        raise HourFailure(HourStatus.NOT_CONVERGED)

    def _turned_short(self, task: Task, search: _Search, found: Settled) -> FloatArray | None:
        """Return first flows where consumers are short of pressure and were not, or no longer are."""
        if not self._limits.any_may_be_short:
            return None
        now, active, acts = search.now, search.active, self._acts
        asked, _error = self._rules.next_consumers(now, active, found.flows, task.carried, search.damped, acts)
        return self._limits.turn_short(active, found.field, asked, task.properties)

    def _found(self, task: Task, search: _Search) -> Settled:
        """Return flows at which every set heat holds, with the present check valves and consumers short of pressure."""
        acts = self._acts
        self._acceleration.forget()
        search.begin()
        for _round in range(_MOST_ROUNDS):
            flows, limited = self._rules.held_back(search.flows, acts)
            field = self._field(task, search, flows, acts)
            flows = replace(flows, consumer=field.consumer_mdot)
            drive = self._drive(task, search, flows, field)
            circle = self._carry(task, drive, BOTH_LINES if search.whole else SUPPLY_LINE)
            shifted = self._meet_stations(task, search)
            following, error, flat = self._following(task, search, flows, acts)
            # steep only where water stays in the pipes for less than the step
            search.damped = search.damped or (task.moving and error > _SLOW_SHARE * search.error)
            search.note(flows, error, limited, flat)
            settled = circle <= _CIRCLE_TOLERANCE_J_PER_KG and shifted <= _RETURN_TOLERANCE_K
            if error <= search.tolerance and settled and not (limited or flat):
                if search.whole or self._carry(task, drive, RETURN_LINE) <= _CIRCLE_TOLERANCE_J_PER_KG:
                    return Settled(flows, field, search.active, task.carried, drive)
                # water runs in a circle of the return line
                search.whole = True
            elif limited or flat:
                search.flows = following
            elif task.moving and search.meets_a_jump():
                search.flows, search.tolerance = search.best_flows, JUMP_TOLERANCE
            else:
                search.flows = self._accelerated(search.active, flows, following, acts)
        raise HourFailure(HourStatus.NOT_CONVERGED)

    def _field(self, task: Task, search: _Search, flows: Flows, acts: BoolArray) -> FlowField:
        try:
            field = self._hydraulics.solve(flows.consumer, flows.plant, acts)
        except NotConvergedError as error:
            raise HourFailure(HourStatus.NOT_CONVERGED) from error
        if search.is_new:
            still = np.zeros(len(field.branch_mdot))
            search.film = self._film.at(field.branch_mdot, task.look.mean_degc) if task.moving else (still, still)
            search.is_new = False
        return field

    def _carry(self, task: Task, drive: Drive, lines: int) -> float:
        """Pass over the network; at an instant what leaves every pipe is the water at the end towards which it flows."""
        if not task.moving:
            ends = task.look.ends_degc
            t_out = np.where(drive.mdot > 0.0, ends[:, 1], ends[:, 0])[self._is_pipe]
            task.carried.out[self._is_pipe, 0] = self._rules.fluid.enthalpy(t_out)
        return float(carry(self._net, task.before, task.after, drive, task.carried, self._work, task.moving, lines))

    def _drive(self, task: Task, search: _Search, flows: Flows, field: FlowField) -> Drive:
        now, rules = search.now, self._rules
        return Drive(
            mdot=field.branch_mdot,
            consumer_mdot=field.consumer_mdot,
            consumer_t_return_degc=now.t_return_degc,
            consumer_dt_k=now.dt_k,
            bypass_w=rules.bypass_w(now, flows),
            plant_mdot=field.plant_mdot,
            plant_h=task.supply_h,
            preheat_w=search.preheat_w,
            rest_h=task.rest_h,
            t_ground_degc=now.t_ground_degc,
            film_w_per_mk=search.film[0],
            dispersion_m2_per_s=search.film[1],
            seconds=task.split_s,
        )

    def _meet_stations(self, task: Task, search: _Search) -> float:
        """Let exchange stations answer what arrives; return the largest change of a return temperature, K."""
        rules, before = self._rules, search.now
        if not rules.has_stations:
            return 0.0
        search.now = rules.with_stations(task.hour, rules.fluid.temperature(task.carried.consumer_h))
        return float(np.abs(search.now.t_return_degc - before.t_return_degc).max(initial=0.0))

    def _following(self, task: Task, search: _Search, flows: Flows, acts: BoolArray) -> tuple[Flows, float, bool]:
        """Return the next flows, the largest relative error of a heat, and whether a plant has no lift."""
        rules, carried = self._rules, task.carried
        consumer, error = rules.next_consumers(search.now, search.active, flows, carried, search.damped, acts)
        consumer = np.where(acts, flows.consumer, consumer)
        if not (search.active.plants & rules.plant_by_heat).any():
            return replace(flows, consumer=consumer), error, False
        inlet_h = carried.leaving[np.maximum(self._net.plant_start, 0)].mean(axis=1)
        plant, plant_error, flat = rules.next_plants(
            search.now, search.active, flows, inlet_h, task.supply_h.mean(axis=1)
        )
        return replace(flows, consumer=consumer, plant=plant), max(error, plant_error), flat

    def _accelerated(self, active: Activity, flows: Flows, following: Flows, acts: BoolArray) -> Flows:
        """Return flows that what the last rounds did makes likely."""
        consumers = active.consumers & self._rules.by_heat & ~acts
        plants = active.plants & self._rules.plant_by_heat
        here = np.concatenate([flows.consumer[consumers], flows.plant[plants]])
        there = np.concatenate([following.consumer[consumers], following.plant[plants]])
        if not len(here):
            return following
        found = self._acceleration.next(here, there)
        count = int(consumers.sum())
        consumer, plant = following.consumer.copy(), following.plant.copy()
        low, high = self._rules.min_mdot[consumers], self._rules.largest_mdot[consumers]
        at_bound = (there[:count] == low) | (there[:count] == high)
        consumer[consumers] = np.where(at_bound, there[:count], np.clip(found[:count], low, high))
        plant[plants] = found[count:]
        return replace(following, consumer=consumer, plant=plant)

    def _check(self, found: Settled) -> None:
        """Refuse reversed plants, pre-heaters without flow and water outside the fluid's table."""
        carried, drive = found.carried, found.drive
        if (found.field.plant_mdot[self._rules.holding] < _REVERSED_KG_PER_S).any():
            raise HourFailure(HourStatus.PLANT_FLOW_REVERSED)
        if (drive.preheat_w[carried.inflow <= LEAST_FLOW] != 0.0).any():
            raise HourFailure(HourStatus.NO_RETURN_FLOW)
        lowest, highest = (float(self._net.fluid.table[row, ENTHALPY]) for row in (0, -1))
        for streams in (carried.leaving, carried.out[np.abs(drive.mdot) > LEAST_FLOW], carried.consumer_back_h):
            if streams.size and not (lowest <= streams.min() and streams.max() < highest):
                raise HourFailure(HourStatus.TEMPERATURE_OUT_OF_RANGE)
