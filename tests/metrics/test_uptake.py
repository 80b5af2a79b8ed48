"""Why waste heat is not taken: four hours by hand, and nothing of the gap left over or counted twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from heatnet.metrics.uptake import TAKEN, binding_cause, by_cause, uptake_causes
from heatnet.model.heat_limit import HeatLimit
from heatnet.model.supply import DispatchProblem, DispatchResult, EmissionFactors, Prices, SupplyUnit

HOURS = 4
TIME = pd.date_range("2025-01-01", periods=HOURS, freq="h")


def unit(name, available, fuel=None, **more):
    full = np.zeros(HOURS)
    arrays = np.broadcast_to(np.asarray(available, dtype=float), (HOURS,)).copy()
    return SupplyUnit(
        f"n/{name}", "n", name, "source", "none", "n/water", None, 0.0, fuel, arrays, full, full, full, full, **more
    )


def schedule(heat, demand, *units, **more):
    prices = Prices({"gas": 1.0}, np.zeros(HOURS), 0.0, 0.0, 1e4)
    problem = DispatchProblem(
        TIME,
        units,
        {"n/water": np.asarray(demand, dtype=float)},
        prices,
        EmissionFactors({"gas": 0.2}, 0.5, 0.8),
        **more,
    )
    frame = pd.DataFrame({f"n/{name}": np.asarray(mw, dtype=float) for name, mw in heat.items()}, index=TIME)
    empty = pd.DataFrame(index=TIME)
    return problem, DispatchResult("optimal", frame, empty, empty, {}, empty)


def gj(table, cause, element=None):
    rows = table[table["cause"] == cause]
    rows = rows if element is None else rows[rows["element"] == element]
    return pytest.approx(rows["heat_gj"].sum()), int(rows["hours"].sum())


def test_each_part_of_the_gap_has_its_cause():
    """10 MW connected. By hour: 6 MW by the return flow; 10 available, the pipe lets 7; 9 taken, no fuel burned; no demand.

    Gap 4 (return flow), 3 (pipe), 1 (demand) and nothing: the last hour asks for nothing.
    """
    limit = HeatLimit("n", "p7", "velocity", np.array([1]), {"n/hp": np.array([1.0])}, np.array([7.0]))
    bounds = {"return_flow": np.array([6.0, 12.0, 12.0, 12.0]), "source": np.full(HOURS, np.inf)}
    problem, result = schedule(
        {"hp": [6, 7, 9, 0], "gas": [6, 5, 0, 0]},
        [12, 12, 9, 0],
        unit("hp", [6, 10, 10, 10], bounds=bounds),
        unit("gas", 50.0, "gas"),
        limits=(limit,),
    )
    table = uptake_causes(problem, result, {"n/hp": 10.0})
    assert gj(table, TAKEN) == (22 * 3.6, 3)
    assert gj(table, "return_flow") == (4 * 3.6, 1)
    assert gj(table, "pipe_velocity", "n/p7") == (3 * 3.6, 1)
    assert gj(table, "demand") == (1 * 3.6, 1)
    assert table["heat_gj"].sum() == pytest.approx(3 * 10 * 3.6), "all of what is connected, in the hours with a demand"
    assert binding_cause(table) == ("return_flow", "")
    assert by_cause(table)["cause"].tolist()[0] == TAKEN


def test_a_yearly_amount_comes_before_price_and_price_is_what_is_left():
    problem, result = schedule(
        {"hp": [5, 5, 0, 0], "gas": [5, 5, 10, 10]}, [10] * 4, unit("hp", 10.0), unit("gas", 50.0, "gas")
    )
    assert gj(uptake_causes(problem, result, {"n/hp": 10.0}), "price") == (30 * 3.6, 4)
    used_up = replace(problem, units=(replace(problem.units[0], year_max_mwh=10.0), problem.units[1]))
    table = uptake_causes(used_up, result, {"n/hp": 10.0})
    assert gj(table, "year") == (30 * 3.6, 4)
    assert "price" not in set(table["cause"])


def test_a_feeder_counts_in_the_hours_in_which_it_limits():
    problem, result = schedule(
        {"hp": [4, 10, 4, 10], "gas": [6, 0, 6, 0]}, [10] * 4, unit("hp", 10.0), unit("gas", 50.0, "gas")
    )
    table = uptake_causes(problem, result, {"n/hp": 10.0}, {"n/hp": {"line 3": np.array([0, 2])}})
    assert gj(table, "feeder", "line 3") == (12 * 3.6, 2)
    assert set(table["cause"]) == {TAKEN, "feeder"}


def test_a_limit_that_does_not_bind_or_that_the_plant_relieves_is_no_cause():
    loose = HeatLimit("n", "p1", "velocity", np.arange(4), {"n/hp": np.ones(4)}, np.full(4, 20.0))
    relieved = HeatLimit("n", "p2", "velocity", np.arange(4), {"n/hp": -np.ones(4)}, np.full(4, -5.0))
    problem, result = schedule(
        {"hp": [5] * 4, "gas": [5] * 4}, [10] * 4, unit("hp", 10.0), unit("gas", 50.0, "gas"), limits=(loose, relieved)
    )
    table = uptake_causes(problem, result, {"n/hp": 10.0})
    assert set(table["cause"]) == {TAKEN, "price"}
