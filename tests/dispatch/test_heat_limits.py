"""Limits of the pipes in the programme, by hand: who makes room, what passes a limit, and what that is worth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatnet.dispatch import dispatch
from heatnet.errors import InputError
from heatnet.model.heat_limit import HeatLimit

MW = 1e-6


def limit(rows, room, **weight):
    size = len(rows)
    return HeatLimit(
        "n", "pipe", "velocity", np.array(rows), {f"n/{unit}": np.full(size, float(w)) for unit, w in weight.items()},
        np.broadcast_to(np.asarray(room, dtype=float), (size,)).copy(),
    )  # fmt: skip


def test_a_pipe_that_carries_too_much_of_the_cheap_plant_makes_room_for_the_dear_one(unit, problem):
    """8 MW of demand, cheap (10) before dear (50). In hours 1 and 2 the pipe carries 0.8 of cheap's heat, at most 4 MW.

    By hand: cheap gives 8, 5 and 5 MW. Without the weight it would give 4, with the limit in all hours also 5 in hour 0.
    """
    units = [unit(3, "cheap", 10), unit(3, "dear", 50)]
    r = dispatch(problem({"n/water": [8] * 3}, units, limits=(limit([1, 2], 4.0, cheap=0.8),)))
    np.testing.assert_allclose(r.heat_mw["n/cheap"], [8, 5, 5], atol=MW)
    np.testing.assert_allclose(r.heat_mw["n/dear"], [0, 3, 3], atol=MW)
    np.testing.assert_allclose(r.limit_excess_mw["n/velocity/pipe"], 0, atol=MW)


def test_a_plant_that_relieves_the_pipe_runs_for_that(unit, problem):
    """The pipe's flow is cheap - 0.5 relief <= 4: of 8 MW cheap gives 16/3 and relief 8/3, as 16/3 - 4/3 = 4."""
    units = [unit(1, "cheap", 10), unit(1, "relief", 50)]
    r = dispatch(problem({"n/water": [8]}, units, limits=(limit([0], 4.0, cheap=1.0, relief=-0.5),)))
    np.testing.assert_allclose(r.heat_mw.iloc[0], [16 / 3, 8 / 3], atol=MW)


def test_heat_passes_a_limit_before_somebody_goes_cold_and_the_excess_is_told(unit, problem):
    """Only one plant, 8 MW of demand, room for 5: 3 MW pass the limit at half the price of missing heat; nobody is cold.

    A hard limit would leave 3 MW unmet; a hidden one would report no excess.
    """
    r = dispatch(problem({"n/water": [8]}, [unit(1, "only", 10)], limits=(limit([0], 5.0, only=1.0),)))
    np.testing.assert_allclose(r.heat_mw["n/only"], [8], atol=MW)
    np.testing.assert_allclose(r.limit_excess_mw["n/velocity/pipe"], [3], atol=MW)
    np.testing.assert_allclose(r.unmet_mw["n/water"], [0], atol=MW)
    assert r.cost_cny["total_cny"] == pytest.approx(80, abs=0.01), "the excess is no money"


def test_limits_of_one_element_add_up_by_hour(unit, problem):
    limits = (limit([0], 5.0, only=1.0), limit([1], 6.0, only=1.0))
    r = dispatch(problem({"n/water": [8, 8]}, [unit(2, "only", 10)], limits=limits))
    np.testing.assert_allclose(r.limit_excess_mw["n/velocity/pipe"], [3, 2], atol=MW)


def test_limits_that_fit_nothing_are_told_at_once(unit, problem):
    wrong = (limit([0, 7], 5.0, who=1.0),)
    with pytest.raises(InputError) as told:
        problem({"n/water": [8]}, [unit(1, "only", 10)], limits=wrong)
    text = str(told.value)
    assert "unknown unit n/who" in text
    assert "hours outside the horizon of 1" in text
    with pytest.raises(InputError, match="no heat plant takes part"):
        limit([0], 5.0)


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(room=st.floats(-2, 12), more=st.floats(0, 5), weight=st.floats(0.1, 2))
def test_more_room_never_costs_more(unit, problem, room, more, weight):
    costs = []
    for mw in (room, room + more):
        units = [unit(2, "cheap", 10), unit(2, "dear", 50, 20.0)]
        r = dispatch(problem({"n/water": [8, 3]}, units, limits=(limit([0, 1], mw, cheap=weight),)))
        costs.append(r.cost_cny["total_cny"] + 500.0 * float(r.limit_excess_mw.to_numpy().sum()))
    assert costs[1] <= costs[0] + 0.01
