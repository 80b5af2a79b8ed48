"""Boundary values over time: linear in between, exact means, rows' times."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.simulate.transient.series import Series, seconds_of, step_times

SECONDS = np.array([0.0, 10.0, 15.0, 40.0])
VALUES = np.array([[1.0, 5.0], [3.0, 5.0], [0.0, -5.0], [10.0, 5.0]])


def test_values_are_linear_between_the_times_given():
    series = Series(SECONDS, VALUES)
    for second in (0.0, 3.0, 10.0, 12.5, 39.9, 40.0):
        expected = [np.interp(second, SECONDS, VALUES[:, i]) for i in range(2)]
        np.testing.assert_allclose(series.at(second), expected)
    np.testing.assert_allclose(series.at(41.0), VALUES[-1])


@given(st.floats(0.0, 39.0), st.floats(0.01, 1.0))
def test_means_are_exact(first, share):
    last = first + share * (40.0 - first)
    knots = np.unique(np.concatenate([[first], SECONDS[(first < SECONDS) & (last > SECONDS)], [last]]))
    for i in range(2):
        values = np.interp(knots, SECONDS, VALUES[:, i])
        expected = np.sum(np.diff(knots) * (values[1:] + values[:-1]) / 2) / (last - first)
        assert Series(SECONDS, VALUES).mean(first, last)[i] == pytest.approx(expected, abs=1e-9)


def test_means_of_parts_have_the_mean_of_the_whole():
    series, edges = Series(SECONDS, VALUES), np.linspace(2.0, 32.0, 7)
    parts = series.means(edges)
    np.testing.assert_allclose(parts, [series.mean(a, b) for a, b in pairwise(edges)])
    np.testing.assert_allclose(parts.mean(axis=0), series.mean(2.0, 32.0))


def test_constant_values():
    series = Series(SECONDS, np.ones((4, 2)) * [2.0, 3.0])
    np.testing.assert_array_equal(series.at(7.0), [2.0, 3.0])
    np.testing.assert_array_equal(series.mean(3.0, 20.0), [2.0, 3.0])


def test_times_of_rows():
    seconds, time = step_times(pd.Index([100.0, 160.0]), 7.0)
    np.testing.assert_allclose(seconds, np.arange(9) * 7.0)
    np.testing.assert_allclose(time, 100.0 + np.arange(9) * 7.0)
    dates = pd.date_range("2026-01-01", periods=2, freq="h")
    seconds, time = step_times(dates, 0.1 * 3600.0)
    assert len(seconds) == 11
    assert time[-1] == dates[-1]
    np.testing.assert_allclose(seconds_of(time), seconds)
