"""Figures and hours of what `heatnet simulate` prints."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from heatnet.cli.simulation_summary import _also_at_rest, _figure
from heatnet.cli.words import rows_text, small_text
from heatnet.io.words import time_text
from heatnet.metrics.row_hours import row_hours
from heatnet.model.examples import tree


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


def test_small_numbers_have_two_digits_that_count():
    shown = [small_text(value, unit) for value, unit in ((0.0, "K"), (3.14159e-5, "bar"), (1.4e-4, "1"), (12.3, "K"))]
    assert shown == ["0 K", "0.000031 bar", "0.014 %", "12 K"]
    assert small_text(2e-13, "MW") == "< 0.000000001 MW"


def test_rows_and_their_times():
    assert [rows_text(count) for count in (1, 2, 2904)] == ["1 row", "2 rows", "2,904 rows"]
    stamp = pd.Timestamp("2025-01-15T07:00")
    assert [time_text(*one) for one in ((stamp, 1), (0.0, 1), (0.0, 2), (900.0, 1))] == [
        "2025-01-15 07:00",
        "constant",
        "second 0",
        "second 900",
    ]


def test_undersupplied_rows_with_water_at_rest_are_counted():
    network = tree()
    flow = np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    flow = np.column_stack([flow, np.ones((3, len(network.pipes) - 3))])
    dataset = xr.Dataset(
        {"pipe_mdot_kg_per_s": (("time", "pipe"), flow)}, coords={"pipe": network.pipes.index.to_numpy()}
    )
    statuses = ["ok_undersupplied", "ok_undersupplied", "ok_stagnant"]
    assert _also_at_rest(network, dataset, statuses) == "; water stands still in 1 of the undersupplied, too"
    assert _also_at_rest(network, dataset, statuses[2:] * 3) == ""
