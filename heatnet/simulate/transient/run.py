"""A whole transient simulation: from row to row, each step with constant flows or several such.

A row is the state at its instant, solved on what the pipes hold then; between rows every set heat holds in the mean, so that the
heats of a step are exactly what the boundary asks for. The first row is a steady state; after a row without solution the next
one begins from a steady state again. What flows in may change with every split step, flows with every step.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import xarray

from heatnet.adapters.fluid import FluidTable, fluid_table
from heatnet.adapters.layout import PIPE, Layout
from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.boundary import Boundary
from heatnet.model.network import Network
from heatnet.physics import water
from heatnet.simulate.controls import HourFailure
from heatnet.simulate.dataset import dataset_of
from heatnet.simulate.inputs import Inputs
from heatnet.simulate.status import HourStatus, is_solved
from heatnet.simulate.transient.film import Film
from heatnet.simulate.transient.hydraulics import Hydraulics
from heatnet.simulate.transient.march import Marcher
from heatnet.simulate.transient.rows import Rows
from heatnet.simulate.transient.rules import Flows, Rules
from heatnet.simulate.transient.series import step_times
from heatnet.simulate.transient.setpoints import SetValues
from heatnet.simulate.transient.start import expansion_j, steady_start
from heatnet.simulate.transient.structure import W_PER_MW, net_of

#: longest step with constant flows, and longest split step of what flows in, s
LONGEST_STEP_S, LONGEST_SPLIT_S = 900.0, 90.0
#: split steps of a step that is longer than `SHORT_STEP_S`: from three on they show how what flows in rises and falls
FEWEST_SPLITS, SHORT_STEP_S = 3, 10.0

Steady = Callable[[Boundary], xarray.Dataset]


def transient_dataset(
    network: Network,
    layout: Layout,
    boundary: Boundary,
    inputs: Inputs,
    step_s: float,
    progress: Callable[[int, int], None] | None = None,
    steady: Steady | None = None,
) -> xarray.Dataset:
    """Return the quantities of `heatnet.simulate.quantities` over time, with transport, stored heat and pipe walls.

    Parameters
    ----------
    network : Network
        A water network that the season engine supports.
    layout : Layout
        Its junctions and branches.
    boundary : Boundary
        Its rows are instantaneous values, linear in between.
    inputs : Inputs
        Its set values.
    step_s : float
        Time from one row of results to the next, s.
    progress : callable, optional
        Called with (rows done, rows).
    steady : callable, optional
        Returns the steady dataset of a boundary with one row; the season engine's if absent.

    Returns
    -------
    xarray.Dataset
        Rows every `step_s` from the boundary's first time to its last. `stored_heat_mwh` is that of the first row (water and
        walls above 0 °C) plus what the pipes have taken up since, water pushed out by expansion included.
        `energy_residual_mw` is over the step that ends at the row, in first rows that of the instant.

    Raises
    ------
    InputError
        If the boundary's times do not rise or the step is not positive.
    """
    _check(boundary, step_s)
    simulation = Simulation(network, layout, boundary, inputs, step_s, steady)
    count = len(simulation.seconds)
    for row in range(count):
        simulation.solve(row)
        if progress is not None:
            progress(row + 1, count)
    return simulation.dataset()


def _check(boundary: Boundary, step_s: float) -> None:
    problems = Problems()
    if not boundary.time.is_monotonic_increasing or not boundary.time.is_unique:
        problems.add("time", _("the times do not rise"), _("Each time once, in order"))
    if not step_s >= 1.0:
        problems.add("step_s", _("value {value!r}").format(value=step_s), _("Allowed: {low:g} or more").format(low=1.0))
    problems.raise_if_any()


def _season_row(network: Network, inputs: Inputs) -> Steady:
    from heatnet.simulate import simulate

    stations = bool((inputs.station_of_consumer >= 0).any())
    return lambda boundary: simulate(network, boundary, engine="season", station_returns=stations)


class Simulation:
    """One simulation: the marcher, its rows, and what the last row left behind; parameters as in `transient_dataset`."""

    def __init__(
        self,
        network: Network,
        layout: Layout,
        boundary: Boundary,
        inputs: Inputs,
        step_s: float,
        steady: Steady | None = None,
    ) -> None:
        self._network, self._layout, self._step_s = network, layout, step_s
        self._fluid = fluid_table(network.fluid)
        self.values = SetValues(network, boundary, inputs)
        self.seconds, self._time = step_times(boundary.time, step_s)
        self._steps = math.ceil(step_s / LONGEST_STEP_S - 1e-9)
        splits = max(math.ceil(step_s / self._steps / LONGEST_SPLIT_S - 1e-9), 1)
        if step_s > SHORT_STEP_S:
            splits = max(splits, FEWEST_SPLITS)
        self._splits = splits
        hydraulics = Hydraulics(network, layout, self._fluid, inputs)
        split_s, is_supply = step_s / self._steps / splits, hydraulics.mains.graph.is_supply
        self._net = net_of(network, layout, self._fluid, inputs.by_dt, is_supply, split_s)
        self._rules = Rules(network, layout, self._fluid, inputs, hydraulics)
        film = film_of(network, layout, self._fluid)
        self.marcher = Marcher(self._net, self._rules, hydraulics, film, splits)
        self._steady = _season_row(network, inputs) if steady is None else steady
        self._rows = Rows(network, layout, self._net, self._rules, len(self.seconds))
        self._known = False
        consumers, plants = np.zeros(len(layout.consumer_start)), np.zeros(len(layout.plant_start))
        self.flows = Flows(consumers, plants, consumers, plants)
        self._stored_j = self._expansion_j = 0.0

    def solve(self, row: int) -> None:
        """Solve one row, by a step from the last one or from a steady state."""
        try:
            residual_mw = self._march(row) if self._known else None
        except HourFailure as failure:
            self._known = False
            self._rows.status[row] = failure.status.value
            return
        if not self._known and not self._begin(row):
            return
        hour = self.values.at(self.seconds[row])
        try:
            instant = self.marcher.instant(hour, self.flows, self.seconds[row])
        except HourFailure as failure:
            self._rows.status[row] = failure.status.value
            return
        self.flows = instant.settled.flows
        self._rows.write(row, hour, instant, self._expansion_j, residual_mw)

    def _begin(self, row: int) -> bool:
        """Fill the pipes with the steady state of a row; return whether there is one."""
        state = self._steady(self.values.boundary_at(self.seconds[row], self._time[row])).isel(time=0)
        status = str(state["status"].item())
        if not is_solved(status):
            self._rows.status[row] = HourStatus(status).value
            return False
        hour = self.values.at(self.seconds[row])
        start = steady_start(self._net, self._layout, self._fluid, state, hour.t_ground_degc)
        self.marcher.fill(start.water, start.mdot_kg_per_s, start.junction_degc)
        consumer, plant = (np.nan_to_num(state[f"{name}_mdot_kg_per_s"].to_numpy()) for name in ("consumer", "plant"))
        self.flows = Flows(consumer, plant, hour.heat_w, hour.plant_heat_w)
        self._rules.allow(self.flows)
        self._expansion_j = expansion_j(self._layout, self._fluid, self._net, self.marcher.water)
        self._stored_j = float(self.marcher.look(hour.t_ground_degc).stored_j.sum())
        try:
            # flows of valves and pumps on the return line stand in no steady row: found here, where densities need them
            self.flows = self.marcher.instant(hour, self.flows, self.seconds[row]).settled.flows
        except HourFailure as failure:
            self._rows.status[row] = failure.status.value
            return False
        self._known = True
        return True

    def _march(self, row: int) -> float:
        """Carry the water on to a row; return the energy residual of the step, MW."""
        first, last = self.seconds[row - 1], self.seconds[row]
        edges = np.linspace(first, last, self._steps + 1)
        balance_j = 0.0
        for begin, end in pairwise(edges):
            hour, supplies = self.values.mean(begin, end, self._splits)
            settled = self.marcher.step(hour, supplies, self.flows, end - begin, (begin + end) / 2.0)
            self.flows = settled.flows
            given, taken, lost = self.marcher.heats_j(settled, end - begin)
            balance_j += given - taken - lost
        look = self.marcher.look(self.values.at(last).t_ground_degc)
        before, self._stored_j = self._stored_j, float(look.stored_j.sum())
        return float((balance_j - (self._stored_j - before)) / (last - first)) / W_PER_MW

    def dataset(self) -> xarray.Dataset:
        """Return the rows."""
        rows = Boundary(self._time)
        dataset = dataset_of(self._network, rows, "transient", self._rows.tables, self._rows.status)
        return dataset.assign_attrs(step_s=self._step_s)


def film_of(network: Network, layout: Layout, fluid: FluidTable) -> Film:
    """Return what the pipes of a network exchange with their water."""
    pipes = layout.of_kind(PIPE)
    inner_m = np.ones(len(layout.start))
    inner_m[pipes] = network.pipes["inner_diameter_mm"].to_numpy(float)[layout.element[pipes]] / 1e3
    is_water = network.fluid.kind == "if97"
    return Film(inner_m, fluid, water.conductivity_w_per_mk(fluid.t_degc) if is_water else None)
