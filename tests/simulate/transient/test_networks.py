"""Whole networks: rows and their meaning, controls of consumers and plants, states without solution."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import InputError
from heatnet.model.boundary import Boundary
from heatnet.model.examples import CONSTANT_WATER, EXAMPLES, preheat_loop, tree, two_pipe, two_source_loop
from heatnet.simulate import HourStatus, simulate
from heatnet.simulate.quantities import QUANTITIES

CP = CONSTANT_WATER["heat_capacity_j_per_kgk"]
WALL_J_PER_MK = 15000.0
#: heats are iterated to 5e-7
HEAT_TOLERANCE_SHARE = 1e-6


def with_walls(network):
    return network.with_tables(pipes=network.pipes.assign(wall_j_per_mk=WALL_J_PER_MK))


def at_load(boundary, network, time, load):
    """Return a boundary of constant loads as a share of design, plants with a set heat alike."""
    heat = {name: load * mw for name, mw in network.consumers["design_heat_mw"].items()}
    by_heat = network.plants[network.plants["role"] == "heat"]
    plants = {name: load * mw for name, mw in by_heat["heat_mw"].items()}
    return boundary(time, consumer_heat_mw=heat, **({"plant_heat_mw": plants} if plants else {}))


def value(dataset, name, **where):
    return dataset[name].sel(**where).to_numpy()


#: a steady row counts a pipe's heat at the mean of its end temperatures, here the profile is summed: the gap grows with the
#: square of what the water cools by
STORED_TOLERANCE_SHARE = {1.0: 2e-4, 0.1: 2e-4, 0.05: 2e-3}
#: what a state that is steady moves by in two hours, of temperatures in K; shares of it hold for other quantities
STEADY_TOLERANCE_K = 2e-3


@pytest.mark.parametrize("load", [1.0, 0.1, 0.05])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
@pytest.mark.parametrize("step_s", [60.0, 900.0, 3600.0])
def test_a_steady_boundary_keeps_the_steady_state(transient, boundary, example, load, step_s):
    network = with_walls(example())
    steady_boundary = at_load(boundary, network, [0.0, 7200.0], load)
    dataset = transient(network, steady_boundary, step_s)
    steady = simulate(network, steady_boundary.rows([0]), engine="season").isel(time=0)
    assert (dataset["status"] == "ok").all()
    share = STEADY_TOLERANCE_K / 60.0
    flow, heat = float(steady["plant_mdot_kg_per_s"].max()), float(steady["consumer_heat_mw"].sum())
    scales = {"_degc": 60.0, "_kg_per_s": flow, "_m_per_s": 1.0, "_mw": heat, "_bar": 10.0}
    for name in QUANTITIES:
        scale = next((scale for suffix, scale in scales.items() if name.endswith(suffix)), None)
        if scale is None or "residual" in name:
            continue
        expected = steady[name].broadcast_like(dataset[name])
        np.testing.assert_allclose(dataset[name], expected, atol=share * scale, err_msg=name)
    np.testing.assert_allclose(
        dataset["stored_heat_mwh"], float(steady["stored_heat_mwh"]), rtol=STORED_TOLERANCE_SHARE[load]
    )


def test_rows_are_instants_from_the_first_time_to_the_last(transient, boundary):
    network = two_pipe()
    dates = pd.date_range("2025-12-01", periods=3, freq="h", name="time")
    by_date = boundary(dates, consumer_heat_mw={"consumer_station": [4.0, 8.0, 6.0]})
    by_second = boundary([50.0, 3650.0, 7250.0], consumer_heat_mw={"consumer_station": [4.0, 8.0, 6.0]})
    dataset, other = transient(network, by_date, 900.0), transient(network, by_second, 900.0)
    assert (dataset["time"].to_index() == pd.date_range("2025-12-01", periods=9, freq="15min")).all()
    np.testing.assert_array_equal(other["time"], 50.0 + 900.0 * np.arange(9))
    expected = [4.0, 5.0, 6.0, 7.0, 8.0, 7.5, 7.0, 6.5, 6.0]
    for result in (dataset, other):
        np.testing.assert_allclose(result["consumer_heat_mw"][:, 0], expected, rtol=HEAT_TOLERANCE_SHARE)
    for name in QUANTITIES:
        assert dataset[name].attrs["unit"]
        np.testing.assert_allclose(dataset[name], other[name], atol=1e-9, err_msg=name)


def test_last_row_is_not_beyond_the_last_time(transient, boundary):
    dataset = transient(two_pipe(), boundary([0.0, 2000.0], consumer_heat_mw={"consumer_station": 5.0}), 900.0)
    np.testing.assert_array_equal(dataset["time"], [0.0, 900.0, 1800.0])


def test_the_first_row_is_the_steady_state(transient, boundary):
    network = with_walls(two_source_loop())
    changing = boundary(
        [0.0, 3600.0],
        plant_t_supply_degc={"plant": [100.0, 80.0]},
        plant_heat_mw={"helper": [5.0, 2.0]},
    )
    first = transient(network, changing, 900.0).isel(time=0)
    steady = simulate(network, changing.rows([0]), engine="season").isel(time=0)
    for name in (
        "node_t_supply_degc",
        "node_t_return_degc",
        "pipe_mdot_kg_per_s",
        "plant_heat_mw",
        "node_p_supply_bar",
    ):
        np.testing.assert_allclose(first[name], steady[name], rtol=1e-4, atol=1e-4, err_msg=name)
    assert float(first["stored_heat_mwh"]) == pytest.approx(
        float(steady["stored_heat_mwh"]), rel=STORED_TOLERANCE_SHARE[1.0]
    )


def test_it_ends_in_the_steady_state_of_the_last_values(transient, boundary):
    network = with_walls(two_source_loop())
    changing = boundary(
        [0.0, 3600.0, 30000.0],
        plant_t_supply_degc={"plant": [85.0, 105.0, 105.0]},
        consumer_heat_mw={name: [2.0, 4.0, 4.0] for name in network.consumers.index},
    )
    last = transient(network, changing, 600.0).isel(time=-1)
    steady = simulate(network, changing.rows([2]), engine="season").isel(time=0)
    for name in ("node_t_supply_degc", "node_t_return_degc", "pipe_mdot_kg_per_s", "plant_heat_mw"):
        np.testing.assert_allclose(last[name], steady[name], rtol=1e-3, atol=5e-3, err_msg=name)


@pytest.mark.parametrize("step_s", [60.0, 900.0, 3600.0])
def test_consumers_get_what_they_ask_for_in_every_row(transient, boundary, step_s):
    network = with_walls(tree())
    time = np.arange(7) * 3600.0
    heat = {name: mw * np.linspace(0.4, 1.1, 7) for name, mw in network.consumers["design_heat_mw"].items()}
    changing = boundary(time, consumer_heat_mw=heat, plant_t_supply_degc={"plant": [110, 90, 95, 110, 100, 85, 110]})
    dataset = transient(network, changing, step_s)
    assert (dataset["status"] == "ok").all()
    for name, by_hour in heat.items():
        expected = np.interp(dataset["time"], time, by_hour)
        np.testing.assert_allclose(
            value(dataset, "consumer_heat_mw", consumer=name), expected, rtol=HEAT_TOLERANCE_SHARE
        )
    np.testing.assert_allclose(dataset["consumer_t_return_degc"], 50.0, atol=1e-9)


def test_row_values_and_stored_heat_agree(transient, boundary):
    """Given less taken less lost, integrated over fine rows, is what is stored: independent of the residual's own account."""
    network = with_walls(tree())
    warming = boundary([0.0, 3600.0, 7200.0], plant_t_supply_degc={"plant": [80.0, 105.0, 105.0]})
    dataset = transient(network, warming, 20.0)
    net = dataset["plant_heat_mw"].sum("plant") - dataset["consumer_heat_mw"].sum("consumer") - dataset["heat_loss_mw"]
    gained = float(((net[1:].to_numpy() + net[:-1].to_numpy()) / 2).sum()) * 20.0 / 3600.0
    stored = dataset["stored_heat_mwh"].to_numpy()
    assert stored[-1] - stored[0] > 3.0
    assert gained == pytest.approx(stored[-1] - stored[0], rel=2e-3)


def test_a_cold_hour_leaves_consumers_short_and_says_so(transient, boundary):
    network = with_walls(two_pipe())
    cold = boundary(
        [0.0, 3600.0, 3660.0, 9000.0, 9060.0, 20000.0],
        consumer_heat_mw={"consumer_station": 5.0},
        plant_t_supply_degc={"plant": [110.0, 110.0, 52.0, 52.0, 110.0, 110.0]},
    )
    dataset = transient(network, cold, 300.0)
    heat, short = (value(dataset, f"consumer_{name}_mw", consumer="consumer_station") for name in ("heat", "shortfall"))
    np.testing.assert_allclose(heat + short, 5.0, rtol=HEAT_TOLERANCE_SHARE)
    undersupplied = (dataset["status"] == HourStatus.UNDERSUPPLIED).to_numpy()
    np.testing.assert_array_equal(undersupplied, short > 0)
    time, arriving = dataset["time"].to_numpy(), value(dataset, "consumer_t_supply_degc", consumer="consumer_station")
    assert undersupplied.any()
    # the pipe holds warm water for almost an hour, and for minutes after the supply is warm again the arriving is cold
    assert not undersupplied[time < 3600.0 + 1200.0].any()
    assert undersupplied[(time > 9060.0) & (arriving < 52.0)].all()
    assert not undersupplied[time > 12000.0].any()
    mdot = value(dataset, "consumer_mdot_kg_per_s", consumer="consumer_station")
    np.testing.assert_allclose(mdot[undersupplied], mdot.max(), rtol=1e-6)


def test_water_too_cold_for_the_return_passes_unchanged(transient, boundary):
    network = with_walls(two_pipe())
    cold = boundary(
        [0.0, 1800.0, 1860.0, 9000.0, 9060.0, 12000.0],
        consumer_heat_mw={"consumer_station": 5.0},
        plant_t_supply_degc={"plant": [110.0, 110.0, 40.0, 40.0, 110.0, 110.0]},
    )
    dataset = transient(network, cold, 60.0)
    arriving, back, heat, mdot = (
        value(dataset, f"consumer_{name}", consumer="consumer_station")
        for name in ("t_supply_degc", "t_return_degc", "heat_mw", "mdot_kg_per_s")
    )
    passing = (arriving < 49.0) & (mdot > 0)
    assert passing.any()
    np.testing.assert_allclose(back[passing], arriving[passing], atol=1e-9)
    np.testing.assert_allclose(heat[passing], 0.0, atol=1e-9)
    # nobody draws water that neither is nor will become warm enough
    shut = (dataset["time"].to_numpy() > 7000.0) & (dataset["time"].to_numpy() < 9000.0)
    assert (mdot[shut] == 0.0).all()
    assert heat[-1] == pytest.approx(5.0, rel=HEAT_TOLERANCE_SHARE)


def test_a_stop_and_a_new_start(transient, boundary):
    network = with_walls(tree())
    heat = {name: [2.0, 2.0, 0.0, 0.0, 2.0, 2.0] for name in network.consumers.index}
    stopped = boundary([0.0, 3600.0, 3660.0, 20000.0, 20060.0, 25000.0], consumer_heat_mw=heat)
    dataset = transient(network, stopped, 300.0)
    time = dataset["time"].to_numpy()
    still = (time > 3660.0) & (time <= 20000.0)
    assert (dataset["status"][still] == HourStatus.STAGNANT).all()
    assert (value(dataset, "pipe_mdot_kg_per_s")[still] == 0.0).all()
    assert (np.diff(value(dataset, "node_t_supply_degc")[still], axis=0) < 0.0).all()
    assert (dataset["status"][~still] == "ok").all()
    np.testing.assert_allclose(dataset["consumer_heat_mw"][~still], 2.0, rtol=HEAT_TOLERANCE_SHARE)


def test_one_consumer_off_leaves_its_pipe_to_cool(transient, boundary):
    network = tree()
    heat = {name: [2.0, 2.0, 2.0] for name in network.consumers.index} | {"consumer_north": [2.0, 0.0, 0.0]}
    dataset = transient(network, boundary([0.0, 60.0, 30000.0], consumer_heat_mw=heat), 600.0)
    north = value(dataset, "node_t_supply_degc", node="north")
    passed = dataset["time"].to_numpy() - 600.0
    capacity = 958.0 * 4216.0 * np.pi / 4 * 0.207**2
    law = 8.0 + (north[1] - 8.0) * np.exp(-0.3 * passed[1:] / capacity)
    np.testing.assert_allclose(north[1:], law, atol=0.05)
    assert (dataset["status"][1:] == HourStatus.STAGNANT).all()


@pytest.mark.parametrize(("control", "given"), [("heat_dt", "heat"), ("flow_dt", "flow")])
def test_temperature_difference_given(transient, boundary, control, given):
    network = two_pipe(CONSTANT_WATER)
    network = network.with_tables(consumers=network.consumers.assign(control=control, dt_k=30.0, mdot_kg_per_s=25.0))
    warming = boundary(
        [0.0, 3600.0], consumer_heat_mw={"consumer_station": 4.0}, plant_t_supply_degc={"plant": [90.0, 110.0]}
    )
    dataset = transient(network, warming, 600.0)
    mdot = 25.0 if given == "flow" else 4e6 / (CP * 30.0)
    np.testing.assert_allclose(dataset["consumer_mdot_kg_per_s"], mdot, rtol=1e-6)
    drop = dataset["consumer_t_supply_degc"] - dataset["consumer_t_return_degc"]
    np.testing.assert_allclose(drop, 30.0, atol=1e-9)
    np.testing.assert_allclose(dataset["consumer_heat_mw"], mdot * CP * 30.0 / 1e6, rtol=1e-6)


def test_bypass_returns_warmer_instead_of_flowing_less(transient, boundary):
    network = two_pipe(CONSTANT_WATER)
    network = network.with_tables(consumers=network.consumers.assign(min_mdot_kg_per_s=5.0))
    heat = {"consumer_station": [0.2, 0.0, 0.2]}
    dataset = transient(network, boundary([0.0, 3600.0, 7200.0], consumer_heat_mw=heat), 600.0)
    np.testing.assert_allclose(dataset["consumer_mdot_kg_per_s"], 5.0, rtol=1e-9)
    wanted = np.interp(dataset["time"], [0.0, 3600.0, 7200.0], [0.2, 0.0, 0.2])
    np.testing.assert_allclose(value(dataset, "consumer_heat_mw")[:, 0], wanted, atol=1e-9)
    drop = value(dataset, "consumer_t_supply_degc") - value(dataset, "consumer_t_return_degc")
    np.testing.assert_allclose(drop[:, 0], wanted * 1e6 / (5.0 * CP), atol=1e-6)


@pytest.mark.parametrize(("load", "t_supply"), [(0.5, 90.0), (0.8, 75.0)])
def test_exchange_stations_set_the_return_temperature(boundary, load, t_supply):
    """As in the season engine, through the entry of all simulations; in the second case stations cannot give all heat."""
    network = with_walls(tree())
    secondary = {"t_secondary_supply_degc": 75.0, "t_secondary_return_degc": 45.0, "t_return_degc": 50.0}
    network = network.with_tables(consumers=network.consumers.assign(**secondary))
    heat = {name: load * mw for name, mw in network.consumers["design_heat_mw"].items()}
    given = boundary([0.0, 3600.0], consumer_heat_mw=heat, plant_t_supply_degc={"plant": t_supply})
    steady = simulate(network, given.rows([0]), engine="season", station_returns=True).isel(time=0)
    dataset = simulate(network, given, engine="season", transient=True, step_s=600.0, station_returns=True)
    assert (dataset["status"] == steady["status"]).all()
    for name, atol in (("consumer_t_return_degc", 1e-3), ("consumer_heat_mw", 1e-4), ("consumer_shortfall_mw", 1e-4)):
        np.testing.assert_allclose(dataset[name], steady[name].broadcast_like(dataset[name]), atol=atol, err_msg=name)


def test_in_line_heater_adds_its_heat(transient, boundary):
    network = two_pipe(CONSTANT_WATER)
    network = network.with_tables(pipes=network.pipes.assign(heat_mw=1.0))
    dataset = transient(network, boundary([0.0, 7200.0], consumer_heat_mw={"consumer_station": 10.0}), 600.0)
    steady = simulate(network, boundary([0.0]), engine="season").isel(time=0)
    np.testing.assert_allclose(
        value(dataset, "consumer_t_supply_degc")[:, 0], float(steady["consumer_t_supply_degc"][0]), atol=2e-3
    )
    assert np.abs(dataset["energy_residual_mw"]).max() < 1e-5


def test_preheated_return_mixes_and_warms(transient, boundary):
    """Plants' return follows the heat pump's heat after the way from it, and the heat pump gives what is set."""
    network = with_walls(preheat_loop())
    time = [0.0, 1800.0, 1860.0, 20000.0]
    dataset = transient(network, boundary(time, plant_heat_mw={"heat_pump": [1.5, 1.5, 0.0, 0.0]}), 60.0)
    np.testing.assert_allclose(
        value(dataset, "plant_heat_mw", plant="heat_pump"), np.interp(dataset["time"], time, [1.5, 1.5, 0.0, 0.0])
    )
    back = value(dataset, "plant_t_return_degc", plant="plant")
    lift = value(dataset, "plant_t_supply_degc", plant="heat_pump") - value(
        dataset, "plant_t_return_degc", plant="heat_pump"
    )
    assert lift[0] > 2.0
    assert abs(lift[-1]) < 1e-9
    assert back[31] == pytest.approx(back[0], abs=0.01)
    assert back[0] - back[-1] > 1.0


def test_heat_plant_gives_its_heat_and_flow_plant_its_flow(transient, boundary):
    network = with_walls(two_source_loop())
    given = boundary([0.0, 3600.0, 7200.0], plant_heat_mw={"helper": [6.0, 2.0, 5.0]})
    dataset = transient(network, given, 600.0)
    expected = np.interp(dataset["time"], [0.0, 3600.0, 7200.0], [6.0, 2.0, 5.0])
    np.testing.assert_allclose(value(dataset, "plant_heat_mw", plant="helper"), expected, rtol=HEAT_TOLERANCE_SHARE)
    plants = network.plants.copy()
    plants.loc["helper", ["role", "mdot_kg_per_s"]] = ["flow", 20.0]
    flow = boundary([0.0, 3600.0], plant_mdot_kg_per_s={"helper": [20.0, 10.0]})
    dataset = transient(network.with_tables(plants=plants), flow, 600.0)
    np.testing.assert_allclose(value(dataset, "plant_mdot_kg_per_s", plant="helper"), np.linspace(20.0, 10.0, 7))


def test_a_row_without_solution_is_nan_and_the_next_begins_anew(transient, boundary):
    network = two_source_loop()
    heat = boundary(
        [0.0, 3600.0, 3660.0, 7140.0, 7200.0, 9000.0], plant_heat_mw={"helper": [6.0, 6.0, 40.0, 40.0, 6.0, 6.0]}
    )
    dataset = transient(network, heat, 900.0)
    failed = dataset["status"].to_numpy() == HourStatus.PLANT_FLOW_REVERSED
    np.testing.assert_array_equal(dataset["time"].to_numpy()[failed], [4500.0, 5400.0, 6300.0])
    for name in QUANTITIES:
        assert np.isnan(dataset[name].to_numpy()[failed]).all(), name
        assert np.isfinite(dataset["consumer_heat_mw"].to_numpy()[~failed]).all()
    steady = simulate(network, heat.rows([4]), engine="season").isel(time=0)
    anew = dataset.sel(time=7200.0)
    np.testing.assert_allclose(anew["node_t_supply_degc"], steady["node_t_supply_degc"], atol=1e-3)


def test_states_without_solution_are_named(transient, boundary):
    network = two_source_loop()
    plants = network.plants.copy()
    plants.loc["helper", "t_supply_degc"] = 45.0
    dataset = transient(network.with_tables(plants=plants), boundary([0.0, 900.0]), 900.0)
    assert dataset["status"].values.tolist() == [HourStatus.NO_TEMPERATURE_LIFT.value] * 2
    network = preheat_loop()
    heat = {name: [4.0, 0.0, 0.0] for name in network.consumers.index}
    stopped = boundary([0.0, 900.0, 1800.0], consumer_heat_mw=heat, plant_heat_mw={"heat_pump": 1.0})
    dataset = transient(network, stopped, 900.0)
    assert dataset["status"].values.tolist() == ["ok", HourStatus.NO_RETURN_FLOW.value, HourStatus.NO_RETURN_FLOW.value]


def test_cut_off_consumers_are_undersupplied(transient, boundary):
    network = tree()
    pipes = network.pipes.copy()
    pipes.loc["pipe_east_end", "closed"] = True
    dataset = transient(network.with_tables(pipes=pipes), boundary([0.0, 3600.0]), 900.0)
    assert (dataset["status"] == HourStatus.UNDERSUPPLIED).all()
    np.testing.assert_allclose(value(dataset, "consumer_shortfall_mw", consumer="consumer_end"), 5.0)
    assert (value(dataset, "consumer_mdot_kg_per_s", consumer="consumer_end") == 0.0).all()


def test_ground_temperature_follows_the_boundary(transient, boundary):
    network = two_pipe()
    warm = boundary([0.0, 36000.0], t_ground_degc={"all": [0.0, 20.0]}, consumer_heat_mw={"consumer_station": 1.0})
    dataset = transient(network, warm, 3600.0)
    loss = dataset["pipe_loss_return_mw"].to_numpy()[:, 0]
    assert (np.diff(loss) < 0).all()
    t_return = (dataset["plant_t_return_degc"][0, 0] + 50.0) / 2.0
    assert loss[0] == pytest.approx(0.4 * 1000.0 * float(t_return) / 1e6, rel=1e-2)


def test_wrong_times_and_steps_are_refused(transient, boundary):
    for wrong in ([0.0, 0.0], [3600.0, 0.0]):
        with pytest.raises(InputError, match="time"):
            transient(two_pipe(), boundary(wrong), 900.0)
    with pytest.raises(InputError, match="step_s"):
        transient(two_pipe(), boundary([0.0, 3600.0]), 0.5)


def test_one_time_is_one_row(transient, boundary):
    dataset = transient(two_pipe(), boundary([0.0]), 900.0)
    assert dataset.sizes["time"] == 1
    assert dataset["status"].item() == "ok"


def test_progress_is_told_row_by_row(transient, boundary):
    seen = []
    transient(two_pipe(), boundary([0.0, 3600.0]), 900.0, progress=lambda done, rows: seen.append((done, rows)))
    assert seen == [(i + 1, 5) for i in range(5)]


def test_renaming_and_reordering_change_nothing(transient, boundary):
    network = with_walls(two_source_loop())
    changing = boundary([0.0, 3600.0], plant_t_supply_degc={"plant": [90.0, 110.0]})
    plain = transient(network, changing, 600.0)
    turned = network.with_tables(
        nodes=network.nodes.iloc[::-1], pipes=network.pipes.iloc[::-1], consumers=network.consumers.iloc[::-1]
    )
    other = transient(turned, Boundary(changing.time, changing.values), 600.0).reindex_like(plain)
    for name in QUANTITIES:
        if "residual" not in name:
            np.testing.assert_allclose(other[name], plain[name], rtol=1e-5, atol=1e-5, err_msg=name)
