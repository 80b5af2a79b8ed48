"""What happens when there is no schedule: a status and NaN, never an exception or stale numbers; and silence."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from heatnet.dispatch import dispatch, programme
from heatnet.model.supply import DispatchStatus


def test_contract_above_the_yearly_limit_is_infeasible(unit, problem):
    """A contract takes 3 x 5 MWh, the year allows 10. Another balance that could be solved does not hide it."""
    units = [
        unit(3, "fine", 20, balance="other/water"),
        unit(3, "chp", 5, 8, take_min_mw=5.0, year_max_mwh=10.0),
    ]
    r = dispatch(problem({"other/water": [1, 1, 1], "n/water": [5, 5, 5]}, units))
    assert r.status == DispatchStatus.INFEASIBLE
    assert not r.is_optimal
    for frame in (r.heat_mw, r.unmet_mw, r.dumped_mw, r.shadow_price_cny_per_mwh):
        assert frame.shape == (3, 2)
        assert frame.isna().all(axis=None)
    assert all(np.isnan(value) for value in r.cost_cny.values())
    assert r.reason == "n/chp: the least heat of all hours makes 15 MWh, the year's limit is 10 MWh"


def test_a_yearly_minimum_that_nobody_can_use_is_named_before_the_solver(unit, problem, monkeypatch):
    """30 MWh of steam a year; users take 2 MW and a station 3 of its 8 MW, as its water asks for no more: 3 x 5 MWh.

    The most is 15.0 MWh by hand (draw 1); with the station's capacity instead of its demand it would be 30 and the solver
    would find nothing without a word. One MWh less than the most is a schedule.
    """
    asked = []
    monkeypatch.setattr("heatnet.dispatch.run.solve_group", lambda *_group: asked.append(1))
    station = unit(3, "station", 0, 8, fuel=None, draws_from="n/steam", draw_per_heat=1.0)
    chp = unit(3, "chp", 5, 40, balance="n/steam", year_min_mwh=30.0)
    demand = {"n/water": [3, 3, 3], "n/steam": [2, 2, 2]}
    r = dispatch(problem(demand, [station, chp]))
    assert not asked
    assert (r.status, r.reason) == (
        DispatchStatus.INFEASIBLE,
        "n/chp: the year's least heat is 30 MWh, but at most 15 MWh of it can be used",
    )
    assert r.heat_mw.isna().all(axis=None)
    monkeypatch.undo()
    assert dispatch(problem(demand, [station, replace(chp, year_min_mwh=14.0)])).heat_mw["n/chp"].sum() >= 14 - 1e-6


def test_work_limit_is_a_status(unit, problem, monkeypatch):
    """A programme stopped before its end has no numbers."""
    options = {**programme.SOLVER_OPTIONS, "simplex_iteration_limit": 0, "presolve": "off"}
    monkeypatch.setattr(programme, "SOLVER_OPTIONS", options)
    units = [unit(4, "scarce", 0, year_max_mwh=15), unit(4, "boiler", 20)]
    r = dispatch(problem({"n/water": [10, 10, 10, 12]}, units))
    assert r.status == DispatchStatus.WORK_LIMIT
    assert r.heat_mw.isna().all(axis=None)


@pytest.mark.parametrize("year_max", [1e9, 10.0])
def test_solver_says_nothing(unit, problem, capfd, year_max):
    """Neither a solve nor a failure prints a word: the status is the message."""
    chp = unit(3, "chp", 5, 8, take_min_mw=5.0, year_max_mwh=year_max)
    dispatch(problem({"n/water": [5, 5, 5]}, [chp]))
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err == ""


FIRST_SOLVE = """
import numpy as np, pandas as pd
from heatnet.dispatch import dispatch
from heatnet.model.supply import DispatchProblem, EmissionFactors, Prices
prices = Prices({}, np.zeros(1), 0.0, 0.0, 1000.0)
time = pd.date_range("2025-01-01", periods=1, freq="h")
result = dispatch(DispatchProblem(time, (), {"n/water": np.ones(1)}, prices, EmissionFactors({}, 0.5, 0.8)))
print(result.status)
"""


def test_first_solve_of_a_process_prints_no_banner():
    """HiGHS prints its banner once a process, whatever its options say; output meant for a pipe must stay clean."""
    done = subprocess.run([sys.executable, "-c", FIRST_SOLVE], capture_output=True, text=True, check=True)
    assert done.stdout == "optimal\n"
    assert done.stderr == ""
