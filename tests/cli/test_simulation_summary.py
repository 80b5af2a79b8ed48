"""Figures and hours of what `heatnet simulate` prints."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.cli.simulation_summary import _figure
from heatnet.metrics.row_hours import row_hours


def test_digits_by_size():
    shown = [_figure(value) for value in (406382.33, -1234.5, 189.96, 17.5, -4.114, 0.0214, 0.0)]
    assert shown == ["406,382", "-1,234", "190.0", "17.50", "-4.11", "0.021", "0.000"]


class TestRowHours:
    def test_equal_steps(self):
        stamps = pd.date_range("2025-01-15", periods=3, freq="2h")
        solved = np.array([True, False, True])
        np.testing.assert_allclose(row_hours(stamps, solved, False), [2.0, 0.0, 2.0])
        np.testing.assert_allclose(row_hours(pd.Index([0.0, 900.0]), solved[:1].repeat(2), False), [0.25, 0.25])

    def test_instants_are_joined_by_straight_lines(self):
        """Power 0, 6, 6 MW at 0, 1 and 3 h: 3 + 12 MWh."""
        hours = row_hours(pd.Index([0.0, 3600.0, 10800.0]), np.ones(3, dtype=bool), True)
        assert hours @ np.array([0.0, 6.0, 6.0]) == pytest.approx(15.0)

    def test_nothing_across_an_instant_that_is_not_solved(self):
        solved = np.array([True, True, False, True])
        np.testing.assert_allclose(row_hours(pd.Index([0.0, 3600.0, 7200.0, 9000.0]), solved, True), [0.5, 0.5, 0, 0])

    @pytest.mark.parametrize("time", [[0.0], [0.0, 900.0, 5000.0]], ids=["one row", "unequal"])
    def test_unknown(self, time):
        assert row_hours(pd.Index(time), np.ones(len(time), dtype=bool), False) is None
