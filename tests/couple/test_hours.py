"""Which hours of a season are solved with the pipes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.couple.hours import DESIGN_LABEL, representative_hours


def test_the_highest_load_comes_first_then_the_hours_in_order():
    load = np.array([9.0, 1.0, 5.0, 8.0, 0.0, 3.0])
    season = np.array([False, True, True, True, True, True])
    hours = representative_hours(load, season, 3)
    assert list(hours) == [3, 1, 2, 5], "hour 0 lies outside the season, hour 4 has no load"
    assert hours == {3: DESIGN_LABEL, 1: "p00", 5: "p49", 2: "p98"}


def test_a_season_without_load_has_no_hours():
    assert representative_hours(np.zeros(5), np.ones(5, dtype=bool), 3) == {}
    assert representative_hours(np.ones(5), np.zeros(5, dtype=bool), 3) == {}


def test_a_season_of_one_hour():
    assert representative_hours(np.array([0.0, 2.0]), np.ones(2, dtype=bool), 12) == {1: DESIGN_LABEL}


@given(
    st.lists(st.floats(0, 100, allow_subnormal=False), min_size=1, max_size=60),
    st.integers(1, 20),
)
def test_lowest_and_highest_are_among_them_and_the_count_holds(load, count):
    values = np.array(load)
    hours = representative_hours(values, np.ones(len(values), dtype=bool), count)
    positive = values[values > 0]
    if not len(positive):
        assert hours == {}
        return
    chosen = values[list(hours)]
    assert len(hours) <= count + 1
    assert chosen[0] == positive.max()
    assert chosen.min() == (positive.min() if len(positive) > 1 else positive.max())
    assert list(hours)[1:] == sorted(list(hours)[1:])


def test_more_hours_than_the_season_has_are_all_of_it():
    load = np.arange(1.0, 11.0)
    hours = representative_hours(load, np.ones(10, dtype=bool), 500)
    assert len(hours) == pytest.approx(10, abs=1)
