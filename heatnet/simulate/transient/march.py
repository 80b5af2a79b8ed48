"""The water of one network, carried on step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet.adapters.layout import NOWHERE, IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.controls import Hour
from heatnet.simulate.transient.film import Film
from heatnet.simulate.transient.hydraulics import Hydraulics, Pressures, Properties
from heatnet.simulate.transient.look import look_at_pipes
from heatnet.simulate.transient.plan import HEATER_BRANCH, PIPE_BRANCH, Carried, Look, Net, Water
from heatnet.simulate.transient.rounds import Rounds, Settled, Task
from heatnet.simulate.transient.rules import Flows, Rules
from heatnet.simulate.transient.structure import new_carried, new_look, new_water
from heatnet.simulate.transient.sweep import LEAST_FLOW


@dataclass(frozen=True, eq=False)
class Instant:
    """The state at an instant: flows, what the pipes hold, and pressures."""

    settled: Settled
    look: Look
    pressures: Pressures


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
    """

    #: whether pipes have the density that the steady engines' rule gives them in a steady state
    as_steady = True

    def __init__(self, net: Net, rules: Rules, hydraulics: Hydraulics, film: Film, splits: int) -> None:
        self.net, self.rules, self._hydraulics = net, rules, hydraulics
        self._rounds = Rounds(net, rules, hydraulics, film)
        self.water, self._next_water = new_water(net), new_water(net)
        self._carried, self._instant = new_carried(net, splits), new_carried(net, 1)
        self._splits = splits
        self._is_pipe = net.kind == PIPE_BRANCH
        self._stand_in = _stand_ins(net)
        self._mdot, self._junction_degc = np.zeros(len(net.start)), np.zeros(len(net.at_ptr) - 1)
        self._look: Look | None = None

    def fill(self, water: Water, mdot_kg_per_s: FloatArray, junction_degc: FloatArray) -> None:
        """Let the pipes hold this water from now on; branches have these flows, and junctions these temperatures."""
        self.water, self._mdot, self._junction_degc = water, mdot_kg_per_s, junction_degc
        self._look = None
        self._rounds.forget()

    def look(self, t_ground_degc: FloatArray) -> Look:
        """Return what the pipes hold now; the ground (°C, by pipe) matters where water cools on its way."""
        if self._look is None:
            look = new_look(self.net)
            look_at_pipes(self.net, self.water, self._mdot, t_ground_degc, self.as_steady, look)
            self._look = look
        return self._look

    def instant(self, hour: Hour, last: Flows, second: float) -> Instant:
        """Return the state at an instant: what the pipes hold meets the set values.

        Raises
        ------
        HourFailure
            With the status of an instant that has none.
        """
        supply_h = self._supply_h(hour.plant_t_supply_degc[:, np.newaxis])
        task = self._task(hour, last, supply_h, self._instant, 1.0, second, moving=False)
        settled = self._rounds.settle(task)
        pressures = self._hydraulics.pressures()
        self._remember(settled)
        return Instant(settled, task.look, pressures)

    def step(self, hour: Hour, plant_t_supply_degc: FloatArray, last: Flows, seconds: float, middle: float) -> Settled:
        """Carry the water on by `seconds` with constant flows, at which every set value holds in the mean.

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
        supply_h = self._supply_h(plant_t_supply_degc)
        task = self._task(hour, last, supply_h, self._carried, seconds / self._splits, middle, moving=True)
        settled = self._rounds.settle(task)
        self.water, self._next_water, self._look = self._next_water, self.water, None
        self._remember(settled)
        return settled

    def _remember(self, settled: Settled) -> None:
        """Keep flows and junctions' temperatures: the next search takes densities from them."""
        self._mdot = settled.field.branch_mdot
        self._junction_degc = self.rules.fluid.temperature(settled.carried.leaving[:, -1])

    def _supply_h(self, t_degc: FloatArray) -> FloatArray:
        return np.ascontiguousarray(self.rules.fluid.enthalpy(t_degc))

    def _task(
        self,
        hour: Hour,
        last: Flows,
        supply_h: FloatArray,
        carried: Carried,
        split_s: float,
        second: float,
        moving: bool,
    ) -> Task:
        fluid, look = self.rules.fluid, self.look(hour.t_ground_degc)
        resting, nearby = self._at_junctions(look)
        return Task(
            hour=hour,
            last=last,
            supply_h=supply_h,
            look=look,
            properties=self._properties(look),
            nearby_degc=nearby,
            rest_h=fluid.enthalpy(resting),
            carried=carried,
            split_s=split_s,
            before=self.water,
            after=self._next_water,
            moving=moving,
            second=second,
        )

    def _properties(self, look: Look) -> Properties:
        """Return densities and fluidities: branches without water have those of what flows into them."""
        net, fluid, plain = self.net, self.rules.fluid, ~self._is_pipe
        rho, fluidity = look.rho, look.fluidity
        if plain.any():
            rho, fluidity = rho.copy(), fluidity.copy()
            t = self._junction_degc[np.where(self._mdot >= 0.0, net.start, net.end)[plain]]
            rho[plain], fluidity[plain] = fluid.density(t), 1.0 / fluid.viscosity(t)
        return Properties(rho, fluidity, fluid.density(self._junction_degc[net.consumer_start]))

    def _at_junctions(self, look: Look) -> tuple[FloatArray, FloatArray]:
        """Return every junction's temperature if no water moves there, and the hottest water near it, °C.

        The first is the mean of the adjacent pipes' ends. Junctions without a pipe have the values of one that has.
        """
        count, pipes = len(self._stand_in), self._is_pipe
        ends = np.concatenate([self.net.start[pipes], self.net.end[pipes]])
        t = np.concatenate([look.ends_degc[pipes, 0], look.ends_degc[pipes, 1]])
        number = np.bincount(ends, minlength=count)
        mean = np.bincount(ends, weights=t, minlength=count) / np.maximum(number, 1)
        hottest = np.full(count, -np.inf)
        np.maximum.at(hottest, ends, t)
        known = self._stand_in != NOWHERE
        mean[known], hottest[known] = mean[self._stand_in[known]], hottest[self._stand_in[known]]
        return np.where(known, mean, self.net.floor_degc), hottest

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


def _stand_ins(net: Net) -> IntArray:
    """Return for every junction itself if a pipe ends there, else the nearest one along branches without water that has one."""
    found = np.full(len(net.at_ptr) - 1, NOWHERE)
    pipes = net.kind == PIPE_BRANCH
    for junctions in (net.start[pipes], net.end[pipes]):
        found[junctions] = junctions
    start, end = net.start[~pipes], net.end[~pipes]
    while True:
        before = found.copy()
        for one, other in ((start, end), (end, start)):
            new = (found[other] == NOWHERE) & (found[one] != NOWHERE)
            found[other[new]] = found[one[new]]
        if (found == before).all():
            return found
