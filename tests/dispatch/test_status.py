"""What happens when there is no schedule: a status and NaN, never an exception or stale numbers; and silence."""

from __future__ import annotations

import subprocess
import sys

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
