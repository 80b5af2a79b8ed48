"""Energies and hours of a solved power network: a row lasts for the boundary's step, or nothing is summed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.electric import power_flow
from heatnet.metrics.power_season import power_season
from heatnet.model.boundary import Boundary
from tests.electric.conftest import table, two_bus


def season(time, load_mw):
    network = two_bus(loads=table({"id": "load", "bus": "far", "p_mw": 10.0, "cos_phi": 1.0}))
    index = pd.Index(time, name="time")
    return power_season(
        network, power_flow(network, Boundary(index, {"load_p_mw": pd.DataFrame({"load": load_mw}, index)}))
    )


@pytest.mark.parametrize(("freq", "step_h"), [("h", 1.0), ("15min", 0.25), ("2h", 2.0)])
def test_a_row_lasts_for_the_step(freq, step_h):
    """Eight rows of 4 MW are 8 · step · 4 MWh; of them two with 10 MW, which the line (8.6 MW) cannot carry."""
    load = np.array([4.0, 4, 10, 10, 4, 4, 4, 4])
    figures = season(pd.date_range("2025-01-01", periods=8, freq=freq), load)
    assert figures.totals["load_mwh"] == pytest.approx(load.sum() * step_h)
    assert figures.totals["hours"] == 8 * step_h
    assert figures.totals["overloaded_h"] == 2 * step_h
    assert figures.branches.loc["line", "overloaded_h"] == 2 * step_h
    assert figures.branches.loc["line", "loss_mwh"] == pytest.approx(figures.totals["loss_mwh"])
    assert figures.totals["import_mwh"] == pytest.approx(figures.totals["load_mwh"] + figures.totals["loss_mwh"])


def test_seconds_are_times_as_well():
    assert season([0.0, 900.0, 1800.0], [4.0, 4.0, 4.0]).totals["load_mwh"] == pytest.approx(3.0)


@pytest.mark.parametrize("time", [[0.0], [0.0, 900.0, 4500.0]])
def test_one_state_or_unequal_steps_have_mean_powers_and_no_energies(time):
    load = np.linspace(2.0, 10.0, len(time))
    figures = season(time, load)
    assert figures.row_h is None
    assert figures.totals["load_mean_mw"] == pytest.approx(load.mean())
    assert figures.totals["overloaded_rows"] == (load > 9).sum()
    assert not [name for name in figures.totals if name.endswith(("_mwh", "_h")) or name == "hours"]
    assert "loss_mean_mw" in figures.branches


def test_the_hour_of_the_largest_loading_is_not_that_nearest_to_the_voltage_band():
    """A light load leaves the grid's 1.06 p.u. nearest to the band's end; the heavy one loads the line most."""
    network = two_bus(
        grids=table({"id": "grid", "bus": "near", "v_pu": 1.068}),
        loads=table({"id": "load", "bus": "far", "p_mw": 10.0, "cos_phi": 1.0}),
    )
    time = pd.date_range("2025-01-01", periods=3, freq="h", name="time")
    values = {
        "load_p_mw": pd.DataFrame({"load": [0.0, 6.0, 3.0]}, time),
        "grid_v_pu": pd.DataFrame({"grid": [1.068, 1.06, 1.06]}, time),
    }
    figures = power_season(network, power_flow(network, Boundary(time, values)))
    assert (figures.worst_row, figures.loaded_row) == (0, 1)
