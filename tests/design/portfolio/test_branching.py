"""Branch and bound over choices: knapsacks whose best choice is known by trying all."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.design.matrix import Matrix
from heatnet.design.solve import Solver


def knapsack(values: list[float], weights: list[float], room: float) -> Matrix:
    """Return: minimise -values x, weights x <= room, x 0 or 1."""
    matrix = Matrix()
    columns = matrix.add_columns(len(values), -np.array(values), 0.0, 1.0, integer=True)
    row = matrix.add_rows(1, high=room)
    matrix.add_entries(row, columns, np.array(weights))
    return matrix


def best_of_all(values: list[float], weights: list[float], room: float) -> float:
    choices = [np.array(one) for one in product((0, 1), repeat=len(values))]
    return min(-float(values @ one) for one in choices if weights @ one <= room + 1e-9)


def test_by_hand_the_best_choice_is_not_the_rounded_relaxation():
    """Room 10; values 8, 7, 6 of weights 7, 4, 6. Relaxed: all of the second, 6/7 of the first, 13.86.

    Rounding up does not fit (11), rounding down gives 7; the best is the second and third, 13.
    """
    answer = Solver(knapsack([8.0, 7.0, 6.0], [7.0, 4.0, 6.0], 10.0), 0.0).run()
    assert answer.objective == pytest.approx(-13.0)
    assert answer.values[:3] == pytest.approx([0, 1, 1])
    assert answer.bound == pytest.approx(-13.0)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=7),
    st.integers(0, 90),
    st.sampled_from([0.0, 0.05, 0.3]),
)
def test_the_best_lies_between_bound_and_objective(items, room, gap):
    """A bound above the best would be no proof, an objective further than the gap from it no solution."""
    values, weights = (np.array(part, dtype=float) for part in zip(*items, strict=True))
    answer = Solver(knapsack(values, weights, room), gap).run()
    best = best_of_all(values, weights, room)
    assert answer.found
    assert answer.bound - 1e-6 <= best <= answer.objective + 1e-6
    assert answer.objective - answer.bound <= gap * abs(answer.objective) + 1e-6


def test_without_any_feasible_choice_that_is_said():
    matrix = knapsack([1.0, 1.0], [3.0, 3.0], 10.0)
    row = matrix.add_rows(1, low=1.5, high=1.9)
    matrix.add_entries(row, np.array([0, 1]), 1.0)
    answer = Solver(matrix, 0.0).run()
    assert answer.infeasible
    assert not answer.found
    assert answer.bound == np.inf


def test_a_further_row_takes_a_choice_out():
    """The search's cut: with the best choice forbidden the second best is found, from where the solver stands."""
    solver = Solver(knapsack([8.0, 7.0, 6.0], [7.0, 4.0, 6.0], 10.0), 0.0)
    solver.run()
    solver.add_row(1.0 - 2.0, np.inf, np.arange(3), np.array([1.0, -1.0, -1.0]))
    answer = solver.run()
    assert answer.objective == pytest.approx(-8.0)
