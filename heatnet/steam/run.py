"""All rows of a boundary through the compiled code."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import xarray

from heatnet.model.boundary import NETWORK_WIDE, Boundary
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.steam.fluid import steam_fluid
from heatnet.steam.given import Given
from heatnet.steam.hour import Raw, solve_rows
from heatnet.steam.inputs import given_of
from heatnet.steam.march import COLUMNS
from heatnet.steam.plan import Plan, plan_of
from heatnet.steam.refs import referenced
from heatnet.steam.results import dataset_of, tables_of
from heatnet.steam.support import check_network, check_plan
from heatnet.steam.work import new_work

#: rows that are held in memory as raw states at once
_CHUNK = 1024


def checked_plan(network: Network) -> Plan:
    """Return a network's arrays.

    Raises
    ------
    InputError
        With every feature that the steam engine does not solve.
    """
    check_network(network)
    plan = plan_of(network)
    check_plan(network, plan)
    return plan


def check_data(network: Network) -> None:
    """Raise the `InputError` that `heatnet.steam.check_data` describes."""
    plan = checked_plan(network)
    time = pd.DatetimeIndex(["2025-01-01"])
    values = {
        "consumer_heat_mw": pd.DataFrame(0.0, index=time, columns=network.consumers.index.astype(str)),
        "plant_heat_mw": pd.DataFrame(0.0, index=time, columns=network.plants.index.astype(str)),
        "t_outdoor_degc": pd.DataFrame({NETWORK_WIDE: 0.0}, index=time),
    }
    given_of(network, Boundary(time, values), plan)


def new_raw(plan: Plan, rows: int) -> Raw:
    """Return arrays for the states of some rows."""
    pipes, nodes = len(plan.near), len(plan.height)
    consumers, plants = len(plan.consumer_node), len(plan.plant_node)

    def numbers(*shape: int) -> np.ndarray:
        return np.zeros((rows, *shape))

    return Raw(
        consumer_m=numbers(consumers),
        plant_m=numbers(plants),
        plant_h=numbers(plants),
        f=numbers(pipes),
        c=numbers(pipes),
        direction=np.zeros((rows, pipes), dtype=np.int64),
        out=numbers(pipes, COLUMNS),
        p=numbers(nodes),
        h=numbers(nodes),
        cold=numbers(nodes),
        status=np.zeros(rows, dtype=np.int64),
        largest=np.full(rows, np.nan),
        sweeps=np.zeros(rows, dtype=np.int64),
    )


def rows_of(given: Given, rows: slice | Sequence[int]) -> Given:
    """Return the set values of some rows, each array in one piece as compiled code takes it."""

    def cut(values: FloatArray) -> FloatArray:
        return np.array(values[rows], order="C")

    return given._replace(
        consumer_heat=cut(given.consumer_heat),
        consumer_flow=cut(given.consumer_flow),
        h_condensate=cut(given.h_condensate),
        plant_t=cut(given.plant_t),
        plant_superheat=cut(given.plant_superheat),
        plant_heat=cut(given.plant_heat),
        plant_flow=cut(given.plant_flow),
        plant_p=cut(given.plant_p),
        t_ambient=cut(given.t_ambient),
    )


def solved_raw(
    fluid: FloatArray, plan: Plan, given: Given, scale: np.ndarray, search: bool = False, cut: bool = False
) -> Raw:
    """Return the states of all rows of the set values, solved in the order of their demand."""
    count = len(scale)
    raw = new_raw(plan, count)
    demand = given.consumer_heat.sum(axis=1) / 2e6 + given.consumer_flow.sum(axis=1)
    order = np.argsort(demand * scale, kind="stable").astype(np.int64)
    solve_rows(
        fluid,
        referenced(plan),
        referenced(given),
        order,
        np.asarray(scale, dtype=float),
        search,
        cut,
        referenced(new_work(plan)),
        referenced(raw),
    )
    return raw


def run(
    network: Network,
    boundary: Boundary,
    by_need: bool,
    superheat_k: float | None,
    t_feed_degc: float | None,
    cut: bool,
    progress: Callable[[int, int], None] | None,
    search: bool = True,
) -> xarray.Dataset:
    """Return the dataset that `heatnet.steam.solve_steam` describes."""
    plan = checked_plan(network)
    given = given_of(network, boundary, plan, by_need, superheat_k, t_feed_degc)
    fluid = steam_fluid()
    count = len(boundary.time)
    parts, statuses = [], []
    for first in range(0, count, _CHUNK):
        rows = slice(first, min(first + _CHUNK, count))
        here = rows_of(given, rows)
        raw = solved_raw(fluid, plan, here, np.ones(rows.stop - rows.start), search=search, cut=cut)
        parts.append(tables_of(network, plan, here, raw))
        statuses.append(raw.status)
        if progress is not None:
            progress(rows.stop, count)
    tables = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return dataset_of(network, boundary, tables, np.concatenate(statuses))
