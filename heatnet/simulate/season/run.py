"""A whole simulation by the season engine: hours in blocks, blocks on threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import xarray

from heatnet import __version__
from heatnet.adapters.fluid import fluid_table
from heatnet.adapters.layout import Layout
from heatnet.model.boundary import Boundary
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.inputs import Inputs
from heatnet.simulate.quantities import QUANTITIES, attributes
from heatnet.simulate.results import ids_of_dimensions
from heatnet.simulate.season.compiled import compiled_entry
from heatnet.simulate.season.hour import (
    NOT_CONVERGED,
    OK,
    begin_hour,
    forget,
    hottest_supply,
    mean_ground,
    solve_hour,
    status_names,
)
from heatnet.simulate.season.output import rest_hour, write_hour
from heatnet.simulate.season.plan import Given, Out, Plan
from heatnet.simulate.season.structure import plan_of
from heatnet.simulate.season.work import Work, new_work

#: rows that are solved one after the other, each from the last; a fixed number, so that threads change no result
BLOCK_ROWS = 121


@compiled_entry
def solve_rows(plan: Plan, given: Given, out: Out, work: Work, first: int, last: int, supply_count: int) -> None:
    """Solve rows `first` to `last` (exclusive) and write their results."""
    warm = False
    for row in range(first, last):
        status, resting = begin_hour(plan, given, row, work)
        t_rest = mean_ground(plan, given, row)
        rounds = 0
        if resting:
            warm = False
            if status == OK:
                rest_hour(plan, work, t_rest)
        else:
            attempt_warm = warm
            for _attempt in range(2):
                if not attempt_warm:
                    forget(plan, work, hottest_supply(plan, given, row))
                status, rounds = solve_hour(plan, given, row, work, supply_count)
                if status == OK or not attempt_warm:
                    break
                # nothing of the last hour may be to blame
                attempt_warm = False
            warm = status == OK
        out.rounds[row] = rounds
        out.status[row] = status
        if status == OK:
            write_hour(plan, given, work, out, row, t_rest)


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
        How many blocks of rows are solved at once.
    """
    plan = plan_of(network, layout, fluid_table(network.fluid), inputs)
    given = Given(*(np.array(getattr(inputs, name), dtype=float, order="C") for name in Given._fields))
    rows = len(boundary.time)
    out = _empty(network, rows)
    supply_count = int(plan.is_supply.sum())
    blocks = [(first, min(first + BLOCK_ROWS, rows)) for first in range(0, rows, BLOCK_ROWS)]

    def solve(block: tuple[int, int]) -> int:
        solve_rows(plan, given, out, new_work(plan), block[0], block[1], supply_count)
        return block[1]

    if threads > 1 and len(blocks) > 1:
        with ThreadPoolExecutor(threads) as pool:
            for done in pool.map(solve, blocks):
                _tell(progress, done, rows)
    else:
        for block in blocks:
            done = solve(block)
            _tell(progress, done, rows)
    return _dataset(network, boundary, out)


def _tell(progress: Callable[[int, int], None] | None, done: int, rows: int) -> None:
    if progress is not None:
        first = (done - 1) // BLOCK_ROWS * BLOCK_ROWS
        for row in range(first, done):
            progress(row + 1, rows)


def _empty(network: Network, rows: int) -> Out:
    ids = ids_of_dimensions(network)
    tables: dict[str, FloatArray] = {}
    for name, quantity in QUANTITIES.items():
        shape = (rows, len(ids[quantity.dimension])) if quantity.dimension else (rows,)
        tables[name] = np.full(shape, np.nan)
    return Out(**tables, status=np.full(rows, NOT_CONVERGED), rounds=np.zeros(rows, dtype=np.int64))


def _dataset(network: Network, boundary: Boundary, out: Out) -> xarray.Dataset:
    variables: dict[str, tuple[tuple[str, ...], FloatArray, dict[str, str]]] = {}
    for name, quantity in QUANTITIES.items():
        dimensions = ("time", quantity.dimension) if quantity.dimension else ("time",)
        variables[name] = (dimensions, getattr(out, name), attributes(name))
    status = status_names()[out.status]
    variables["status"] = (("time",), status, {"meaning": "how the row was solved"})
    ids = ids_of_dimensions(network)
    coordinates = {"time": boundary.time, **{name: index.astype(str).to_numpy(object) for name, index in ids.items()}}
    return xarray.Dataset(
        variables, coords=coordinates, attrs={"network": network.id, "engine": "season", "heatnet": __version__}
    )
