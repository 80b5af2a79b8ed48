"""The choice among candidates against brute force; relaxing a limit never costs more."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from heatnet.design.setpoint_choice import Candidates, cheapest_curve, cheapest_path, knots_degc, path_cost_cny

settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")

GRID = np.array([50.0, 55.0, 60.0, 65.0, 70.0])


def candidates_of(cost: np.ndarray, gap_h: np.ndarray | None = None) -> Candidates:
    hours = len(cost)
    return Candidates(np.tile(GRID, (hours, 1)), cost, np.ones(hours) if gap_h is None else gap_h)


def brute_force(candidates: Candidates, ramp: float) -> float:
    best = np.inf
    hours = len(candidates.t_degc)
    for choice in product(range(candidates.t_degc.shape[1]), repeat=hours):
        t = candidates.t_degc[np.arange(hours), choice]
        if np.all(np.abs(np.diff(t)) <= ramp * candidates.gap_h[1:] + 1e-9):
            best = min(best, candidates.cost_cny[np.arange(hours), choice].sum())
    return best


costs = st.lists(st.lists(st.integers(0, 50) | st.just(np.inf), min_size=5, max_size=5), min_size=4, max_size=4)


@given(costs, st.sampled_from([0.0, 3.0, 5.0, 10.0, np.inf]))
def test_path_is_the_best_of_all_625(rows, ramp):
    """A wrong way back through the table, or a ramp seen against the wrong hour, gives a dearer path or a broken ramp."""
    candidates = candidates_of(np.array(rows, dtype=float))
    path = cheapest_path(candidates, ramp)
    best = brute_force(candidates, ramp)
    if path is None:
        assert best == np.inf
        return
    assert path_cost_cny(candidates, path) == best
    assert np.all(np.abs(np.diff(GRID[path])) <= ramp + 1e-9)


@given(costs)
def test_a_tighter_ramp_never_costs_less(rows):
    candidates = candidates_of(np.array(rows, dtype=float))
    values = []
    for ramp in (0.0, 5.0, 10.0, np.inf):
        path = cheapest_path(candidates, ramp)
        values.append(np.inf if path is None else path_cost_cny(candidates, path))
    assert values == sorted(values, reverse=True)


@given(costs, st.integers(0, 4))
def test_more_candidates_never_cost_more(rows, without):
    cost = np.array(rows, dtype=float)
    fewer = cost.copy()
    fewer[:, without] = np.inf
    most, least = (cheapest_path(candidates_of(one), 5.0) for one in (fewer, cost))
    if most is not None:
        assert path_cost_cny(candidates_of(cost), least) <= path_cost_cny(candidates_of(fewer), most)


def test_a_gap_lets_the_temperature_move_further():
    cost = np.array([[0.0, 9, 9, 9, 9], [9.0, 9, 9, 9, 0]])
    assert GRID[cheapest_path(candidates_of(cost, np.array([1.0, 4.0])), 5.0)].tolist() == [50.0, 70.0]
    near = candidates_of(cost)
    assert path_cost_cny(near, cheapest_path(near, 5.0)) == 9.0


def test_hours_may_have_candidates_of_their_own():
    t = np.array([[50.0, 52.0, np.nan], [51.0, 53.0, 58.0]])
    cost = np.array([[5.0, 0.0, np.inf], [9.0, 2.0, 0.0]])
    path = cheapest_path(Candidates(t, cost, np.ones(2)), 1.0)
    assert path.tolist() == [1, 1]


def curve_by_brute_force(candidates: Candidates, outdoor: np.ndarray, knots: np.ndarray) -> float:
    """Every combination of knots, each hour's cost by a straight line between the two nearest candidates."""
    best = np.inf
    for choice in product(GRID, repeat=len(knots)):
        supply = np.interp(outdoor, knots, choice)
        total = sum(np.interp(t, GRID, row) for t, row in zip(supply, candidates.cost_cny, strict=True))
        best = min(best, float(total))
    return best


@given(
    st.lists(st.lists(st.integers(0, 50), min_size=5, max_size=5), min_size=4, max_size=4),
    st.lists(st.floats(-7, 12), min_size=4, max_size=4),
)
@example([[0] * 5, [0] * 5, [0] * 5, [0, 1, 1, 1, 1]], [0.0, 0.0, 0.0, -6.25]).via("a level curve at the grid's end")
def test_curve_is_the_best_of_all_its_knots(rows, outdoor):
    """A knot counted in two segments, or in none, gives another sum than brute force."""
    candidates = candidates_of(np.array(rows, dtype=float))
    knots = np.array([-7.0, 2.0, 12.0])
    found = cheapest_curve(candidates, np.array(outdoor), knots, GRID, np.inf)
    assert found.cost_cny == pytest.approx(curve_by_brute_force(candidates, np.array(outdoor), knots))
    own = sum(np.interp(t, GRID, row) for t, row in zip(found.at(np.array(outdoor)), candidates.cost_cny, strict=True))
    assert found.cost_cny == pytest.approx(own)


def test_curve_keeps_to_the_ramp_where_the_weather_changes_fastest():
    """2 K an hour outdoors and 5 K/h allowed: no segment may be steeper than 2.5."""
    outdoor = np.array([0.0, 2.0, 4.0, 6.0])
    cost = np.zeros((4, 5))
    cost[0, :4], cost[3, 1:] = 10.0, 10.0
    found = cheapest_curve(candidates_of(cost), outdoor, np.array([0.0, 3.0, 6.0]), GRID, 5.0)
    assert np.abs(np.diff(found.at(outdoor))).max() <= 5.0 + 1e-9
    free = cheapest_curve(candidates_of(cost), outdoor, np.array([0.0, 3.0, 6.0]), GRID, np.inf)
    assert free.cost_cny == 0.0 < found.cost_cny


def test_curve_avoids_hours_without_a_solution():
    cost = np.zeros((2, 5))
    cost[0, :2] = np.inf
    outdoor = np.array([0.0, 1.0])
    assert cheapest_curve(candidates_of(cost), outdoor, outdoor, GRID, np.inf).at(outdoor)[0] >= 60.0
    cost[0] = np.inf
    assert cheapest_curve(candidates_of(cost), outdoor, outdoor, GRID, np.inf) is None


def test_between_a_possible_and_an_impossible_candidate_nothing_is_possible():
    cost = np.array([[np.inf, 1.0, 2.0, np.inf, 4.0]])
    at = candidates_of(np.repeat(cost, 5, axis=0)).cost_at(np.array([52.0, 57.5, 62.0, 70.0, 71.0]))
    assert at.tolist() == [np.inf, 1.5, np.inf, 4.0, np.inf]


def test_knots_begin_at_the_design_point():
    outdoor = np.array([-9.0, 0.0, 11.0])
    assert knots_degc(outdoor, 3, -7.0).tolist() == [-7.0, 2.0, 11.0]
    assert knots_degc(outdoor, 3, -20.0)[0] == -9.0
    assert np.all(np.diff(knots_degc(np.array([5.0, 5.0]), 3, -7.0)) > 0)
