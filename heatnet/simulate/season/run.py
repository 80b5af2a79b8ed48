"""A whole simulation by the season engine: hours in blocks of lanes, chains of blocks on threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import xarray

from heatnet.adapters.fluid import fluid_table
from heatnet.adapters.layout import IntArray, Layout
from heatnet.model.boundary import Boundary
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.dataset import dataset_of, empty_tables
from heatnet.simulate.inputs import Inputs
from heatnet.simulate.season.begin import NO_LIFT, NOT_CONVERGED, OK, RUNNING
from heatnet.simulate.season.block import PlanReferences, solve_block
from heatnet.simulate.season.output import Out, write_block
from heatnet.simulate.season.plan import Given, Plan
from heatnet.simulate.season.pressure import set_pressures
from heatnet.simulate.season.refs import referenced
from heatnet.simulate.season.settle import settle
from heatnet.simulate.season.steps import StepSolver
from heatnet.simulate.season.structure import plan_of
from heatnet.simulate.season.work import new_work
from heatnet.simulate.status import HourStatus

#: hours that are solved side by side: in networks up to a number of branches, whose arrays stay in a core's cache, and beyond
_LANES, _LANES_LARGE, _LARGE_BRANCHES = 16, 8, 3000
#: rows of a chain: its blocks are solved one after the other, each from the last; fixed, so that threads change no result
CHAIN_ROWS = 12 * _LANES
#: classes of the other plants' share of the load; within one the load rises, in the next it falls
_SHARE_CLASSES = 12
#: rounds after which an hour is given up side by side with others, and on its own
_ROUNDS_TOGETHER, _ROUNDS_ALONE = 40, 1000

#: status by code, in the order of `heatnet.simulate.season.begin`
STATUSES = np.array(
    [
        HourStatus.OK.value,
        HourStatus.STAGNANT.value,
        HourStatus.UNDERSUPPLIED.value,
        HourStatus.CIRCULATING.value,
        HourStatus.NOT_CONVERGED.value,
        HourStatus.PLANT_FLOW_REVERSED.value,
        HourStatus.NO_TEMPERATURE_LIFT.value,
        HourStatus.NO_RETURN_FLOW.value,
        HourStatus.TEMPERATURE_OUT_OF_RANGE.value,
    ],
    dtype=object,
)


class _Chain:
    """Solves rows, block by block, each from the last, and writes their results.

    Hours that do not end well side by side with others are solved once more on their own, where the order of the junctions
    is that of their own water: at low load, where buoyancy drives rings, nothing else converges.
    """

    def __init__(self, plan: Plan, references: PlanReferences, given: Any, out: Any) -> None:
        self._plan, self._references, self._given, self._out = plan, references, given, out
        self._alone: Any = None
        self._alone_warm = False
        self._steps: StepSolver | None = None

    def solve(self, chain: IntArray) -> None:
        """Solve and write the rows of the chain."""
        lanes = _LANES if len(self._plan.graph.start) <= _LARGE_BRANCHES else _LANES_LARGE
        work, status = referenced(new_work(self._plan, lanes)), np.zeros(lanes, dtype=np.int64)
        warm = False
        for first in range(0, len(chain), lanes):
            rows = chain[first : first + lanes]
            used = len(rows)
            # lanes without an hour of their own repeat the last one
            rows = np.concatenate([rows, np.repeat(rows[-1:], lanes - used)])
            solve_block(self._references, self._given, rows, work, warm, status, _ROUNDS_TOGETHER)
            warm = bool((status == OK).all())
            write_block(self._references.whole, work, self._out, rows, used, status)
            for lane in np.flatnonzero(status[:used] != OK):
                self._solve_alone(rows[lane : lane + 1])

    def _solve_alone(self, row: IntArray) -> None:
        if self._alone is None:
            self._alone = referenced(new_work(self._plan, 1))
        status, work = np.zeros(1, dtype=np.int64), self._alone
        # from the last such hour, then from nothing, which no other hour can be to blame for
        for warm in (True, False) if self._alone_warm else (False,):
            solve_block(self._references, self._given, row, self._alone, warm, status, _ROUNDS_ALONE)
            if status[0] != NOT_CONVERGED:
                break
        self._alone_warm = bool(status[0] == OK)
        if status[0] in (NOT_CONVERGED, NO_LIFT):
            # beside a bypass rounds may lose the lift of a plant that has one
            otherwise = NO_LIFT if status[0] == NO_LIFT else NOT_CONVERGED
            work = self._step(row, status)
            status[0] = status[0] if status[0] == OK else otherwise
        write_block(self._references.whole, work, self._out, row, 1, status)

    def _step(self, row: IntArray, status: IntArray) -> Any:
        """Solve an hour by implicit steps; return the working arrays that hold it."""
        if self._steps is None:
            self._steps = StepSolver(self._plan, self._references.whole, self._references.base)
        self._steps.solve(self._given, row, status)
        if status[0] == OK:
            set_pressures(self._references.whole, self._steps.work, False)
            settle(self._references.whole, self._steps.work, status)
        if status[0] == RUNNING:
            status[0] = NOT_CONVERGED
        return self._steps.work


def season_dataset(
    network: Network,
    layout: Layout,
    boundary: Boundary,
    inputs: Inputs,
    progress: Callable[[int, int], None] | None,
    threads: int,
) -> xarray.Dataset:
    """Return the dataset that `heatnet.simulate.simulate` describes.

    Parameters
    ----------
    network : Network
        A water network that this engine supports.
    layout : Layout
        Its junctions and branches.
    boundary : Boundary
        The rows.
    inputs : Inputs
        Its set values.
    progress : callable or None
        Called with (rows done, rows).
    threads : int
        How many chains of rows are solved at once.
    """
    plan = plan_of(network, layout, fluid_table(network.fluid), inputs)
    plan_ref = PlanReferences(referenced(plan), referenced(plan.base), referenced(plan.full), len(network.plants))
    given, rows = referenced(_given(inputs)), len(boundary.time)
    tables = empty_tables(network, rows, threads)
    out = Out(**tables, status=np.full(rows, NOT_CONVERGED))
    out_ref, order = referenced(out), _alike(inputs)
    chains = [order[first : first + CHAIN_ROWS] for first in range(0, rows, CHAIN_ROWS)]
    done = 0

    def solve(chain: IntArray) -> int:
        _Chain(plan, plan_ref, given, out_ref).solve(chain)
        return len(chain)

    if threads > 1 and len(chains) > 1:
        with ThreadPoolExecutor(threads) as pool:
            for count in pool.map(solve, chains):
                done = _tell(progress, done, count, rows)
    else:
        for chain in chains:
            done = _tell(progress, done, solve(chain), rows)
    return dataset_of(network, boundary, "season", tables, STATUSES[out.status])


def _given(inputs: Inputs) -> Given:
    """Return the set values, each contiguous, so that one compilation serves all; ground that is the same everywhere once."""
    ground = inputs.t_ground_degc
    if ground.shape[1] > 1 and ground.strides[1] == 0:
        ground = ground[:, :1]
    values = [getattr(inputs, name) for name in Given._fields[:-1]]
    # writeable copies: read-only arrays would be another type to compile for
    return Given(*(np.require(table, float, ["C", "W"]) for table in (*values, ground)))


def _tell(progress: Callable[[int, int], None] | None, done: int, count: int, rows: int) -> int:
    if progress is not None:
        for row in range(done, done + count):
            progress(row + 1, rows)
    return done + count


def _alike(inputs: Inputs) -> IntArray:
    """Return an order of the rows in which neighbours are alike: by what the other plants give of the load, then by the load.

    Hours that are solved side by side then have their water run the same ways, and the next ones begin near their solution.
    """
    load = np.nansum(inputs.consumer_heat_mw, axis=1) + np.nansum(inputs.consumer_mdot_kg_per_s, axis=1)
    given = np.nansum(inputs.plant_heat_mw, axis=1) + np.nansum(inputs.plant_mdot_kg_per_s, axis=1)
    share = np.divide(given, load, out=np.zeros_like(load), where=load > 0)
    steps = _classes(share)
    turned = np.where(steps % 2 == 0, load, -load)
    return np.lexsort((turned, steps)).astype(np.int64)


def _classes(values: FloatArray) -> IntArray:
    """Return a class for every value, such that classes have about the same number of rows."""
    _distinct, rank = np.unique(np.round(values, 9), return_inverse=True)
    return np.asarray(rank * _SHARE_CLASSES // (int(rank.max(initial=0)) + 1), dtype=np.int64)
