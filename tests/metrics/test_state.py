"""Figures and warnings of one simulated state, and the account of a season from its hours."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from heatnet.couple.state import state_at_outdoor
from heatnet.metrics.network_season import balance_residual_share, heat_loss_mw, network_account, pump_power_mw
from heatnet.metrics.state import specific_friction, state_figures, state_warnings, worst_consumer, worst_in_time
from heatnet.model.examples import boundary_at_loads, tree, two_pipe
from heatnet.simulate import simulate


@pytest.fixture(scope="module")
def network():
    return two_pipe()


@pytest.fixture(scope="module")
def states(network):
    return simulate(network, state_at_outdoor(network, -7.0))


def test_figures_are_those_of_the_tables(network, states):
    state = states.isel(time=0)
    figures = state_figures(network, state)
    loss = float(state["pipe_loss_supply_mw"].sum() + state["pipe_loss_return_mw"].sum())
    assert figures["loss_mw"] == loss
    assert figures["heat_mw"] == pytest.approx(10.0 + loss, rel=1e-6)
    assert figures["worst_consumer"] == state["consumer"].item()
    # the head follows the worst consumer: both pipes' drops and what the station needs
    drops = float(abs(state["pipe_dp_supply_bar"]).sum() + abs(state["pipe_dp_return_bar"]).sum())
    assert figures["head_bar"] == pytest.approx(drops + figures["worst_dp_bar"], abs=1e-4)


def test_specific_friction_is_drop_over_length(network, states):
    friction = specific_friction(network, states.isel(time=0)).item()
    largest = max(
        abs(states["pipe_dp_supply_bar"].isel(time=0).item()), abs(states["pipe_dp_return_bar"].isel(time=0).item())
    )
    assert friction == pytest.approx(largest * 1e5 / 1000.0, rel=1e-12)


def test_a_sound_state_has_no_warning(network, states):
    assert state_warnings(network, states.isel(time=0)) == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"plant_heat_mw": -0.5}, "cool"),
        ({"consumer_dp_bar": 0.3}, "0.30 bar"),
        ({"pipe_velocity_m_per_s": 4.2}, "4.2 m/s"),
        ({"node_p_supply_bar": 40.0}, "40.0 bar"),
        ({"consumer_shortfall_mw": 0.25}, "0.250 MW"),
    ],
)
def test_each_objection_is_said(network, states, change, word):
    broken = states.isel(time=0).copy(deep=True)
    for name, value in change.items():
        broken[name] = xr.full_like(broken[name], value)
    assert any(word in warning for warning in state_warnings(network, broken))


def test_heat_above_capacity_is_said(network, states):
    small = network.with_tables(plants=network.plants.assign(capacity_mw=5.0))
    assert any("5.00 MW" in warning for warning in state_warnings(small, states.isel(time=0)))


def test_a_shut_consumer_is_never_the_worst(network, states):
    shut = states.isel(time=0).copy(deep=True)
    shut["consumer_mdot_kg_per_s"] = xr.zeros_like(shut["consumer_mdot_kg_per_s"])
    assert worst_consumer(network, shut)[1] is None


def _hours(power: list[float], status: list[str]) -> xr.Dataset:
    time = pd.date_range("2025-01-01", periods=len(power), freq="h")
    return xr.Dataset(
        {
            "plant_pump_mw": (("time", "plant"), np.array(power)[:, None]),
            "status": ("time", np.array(status, dtype=object)),
        },
        coords={"time": time, "plant": ["p"]},
    )


def test_pump_power_is_that_of_the_solved_hours_and_nothing_elsewhere():
    """The load share says nothing where an hour was solved: two hours of one load keep their own power."""
    share = np.array([0.0, 0.5, 0.75, 0.5, 1.0])
    power = pump_power_mw(_hours([0.4, 0.2, 0.1], ["ok"] * 3), share, [4, 1, 3])
    np.testing.assert_allclose(power, [0.0, 0.2, 0.0, 0.1, 0.4], rtol=1e-12)


def test_a_failed_hour_counts_like_hours_of_its_load():
    share = np.array([0.0, 0.5, 0.75, 1.0])
    power = pump_power_mw(_hours([0.4, np.nan, 0.2], ["ok", "not_converged", "ok"]), share, [3, 2, 1])
    np.testing.assert_allclose(power, [0.0, 0.2, 0.3, 0.4], rtol=1e-12)


def test_without_a_solved_hour_there_is_no_pump_power():
    power = pump_power_mw(_hours([np.nan], ["not_converged"]), np.array([0.0, 1.0]), [1])
    assert np.isnan(power).all()


def test_the_loss_of_a_season_is_the_sum_of_its_hours(network):
    hours = boundary_at_loads(network, (1.0, 0.6, 0.3))
    states = simulate(network, hours)
    loss = heat_loss_mw(states, np.array([1.0, 0.6, 0.3, 0.0]), [0, 1, 2])
    lines = sum(states[f"pipe_loss_{line}_mw"].sum("pipe").to_numpy() for line in ("supply", "return"))
    assert loss == pytest.approx([*lines, 0.0], rel=1e-12)


def _margins(margin_bar: list[list[float]], flow: list[float], network) -> xr.Dataset:
    consumers = list(network.consumers.index)
    need = network.consumers["min_dp_bar"].to_numpy()
    return xr.Dataset(
        {
            "consumer_dp_bar": (("time", "consumer"), np.array(margin_bar) + need),
            "consumer_mdot_kg_per_s": (("time", "consumer"), np.ones_like(margin_bar)),
            "plant_mdot_kg_per_s": (("time", "plant"), np.array(flow)[:, None]),
        },
        coords={"time": range(len(flow)), "consumer": consumers, "plant": ["p"]},
    )


def test_the_worst_consumer_of_a_season_is_that_of_the_largest_flow_among_equals():
    """With a head that follows the worst consumer somebody has no margin in every hour; solver noise decides nothing."""
    network = tree()
    none = np.zeros(len(network.consumers) - 1)
    quiet = [1e-9, *(none + 0.5)]
    busy = [*(none + 0.4), 2e-9]
    states = _margins([quiet, busy], [20.0, 90.0], network)
    assert worst_in_time(network, states)[:2] == (1, network.consumers.index[-1])
    starved = _margins([[-0.2, *(none + 0.5)], busy], [20.0, 90.0], network)
    assert worst_in_time(network, starved)[:2] == (0, network.consumers.index[0]), "what is worse is worst at any flow"
    unsolved = _margins([np.full(len(quiet), np.nan), busy], [np.nan, 90.0], network)
    assert worst_in_time(network, unsolved)[0] == 1
    nothing = states.assign(consumer_mdot_kg_per_s=states["consumer_mdot_kg_per_s"] * 0.0)
    assert worst_in_time(network, nothing) is None


def test_hours_are_counted_by_status_and_shortfall_is_summed(network):
    states = simulate(network, boundary_at_loads(network, (0.6, 1.0, 0.3, 0.2)))
    states["status"].values[:] = ["ok", "ok_undersupplied", "not_converged", "ok_undersupplied"]
    states["consumer_shortfall_mw"].values[:] = [[0.0], [2.0], [np.nan], [0.5]]
    account = network_account(network, states.assign(label=("time", ["", "design", "", "p00"])))
    assert account["hours_by_status"] == {"not_converged": 1, "ok": 1, "ok_undersupplied": 2}
    assert (account["hours_ok"], account["hours_simulated"]) == (3, 4)
    assert account["hours_undersupplied"] == 2
    assert account["season_shortfall_mwh"] == 2.5
    assert account["design_hour"]["time"] == str(states["time"].to_numpy()[1])[:16]


def test_the_account_of_a_network_holds_the_balance(network, states):
    labelled = states.assign_coords(time=pd.DatetimeIndex(["2025-01-20T07:00"]))
    account = network_account(network, labelled)
    assert account["hours_ok"] == account["hours_simulated"] == 1
    assert account["max_relative_residual"] == balance_residual_share(states) <= 1e-4
    assert account["worst_consumer"]["time"] == "2025-01-20T07:00"
