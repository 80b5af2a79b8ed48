"""States of the season engine: low load, shut consumers, water at rest, hours without solution, independence of order."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import InputError
from heatnet.model.boundary import Boundary
from heatnet.model.examples import (
    CONSTANT_WATER,
    EXAMPLES,
    boundary_at_loads,
    preheat_loop,
    tree,
    two_pipe,
    two_source_loop,
)
from heatnet.simulate import HourStatus, is_solved, simulate
from heatnet.simulate.quantities import QUANTITIES

BENCHMARK = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "season.py"), run_name="benchmark")
LOADS = (1.2, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
#: heats are iterated to 1e-10; what is left is rounding in sums
BALANCE_TOLERANCE_SHARE = 1e-8


def season(network, boundary, **options):
    return simulate(network, boundary, engine="season", **options)


def assert_balanced(dataset):
    """Sources and in-line heaters = consumers + losses, and mass at every node, hour by hour."""
    scale = np.abs(dataset["plant_heat_mw"]).sum("plant")
    assert (np.abs(dataset["energy_residual_mw"]) <= BALANCE_TOLERANCE_SHARE * scale + 1e-12).all()
    flow = dataset["plant_mdot_kg_per_s"].max("plant")
    assert (dataset["mass_residual_kg_per_s"] <= 1e-7 * flow + 1e-12).all()


def assert_nothing_but_nan(dataset, row):
    for name in QUANTITIES:
        assert np.isnan(dataset[name].isel(time=row)).all(), name


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_every_load_is_solved_and_balanced(example):
    network = example()
    boundary = boundary_at_loads(network, LOADS)
    dataset = season(network, boundary)
    assert all(is_solved(str(status)) for status in dataset["status"].values)
    np.testing.assert_allclose(dataset["consumer_heat_mw"], boundary.values["consumer_heat_mw"], rtol=1e-8)
    assert_balanced(dataset)


def few_rounds(monkeypatch):
    """Leave the engine so few rounds that it must solve every hour by implicit steps."""
    monkeypatch.setattr("heatnet.simulate.season.run._ROUNDS_TOGETHER", 1)
    monkeypatch.setattr("heatnet.simulate.season.run._ROUNDS_ALONE", 1)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_implicit_steps_and_rounds_find_the_same_states(example, monkeypatch):
    """Two ways to the roots of the same equations; at lower loads a ring with two sources has several, balanced all."""
    network = example()
    boundary = boundary_at_loads(network, (1.0, 0.5, 0.3))
    by_rounds = season(network, boundary)
    few_rounds(monkeypatch)
    by_steps = season(network, boundary)
    assert (by_steps["status"] == by_rounds["status"]).all()
    for name in QUANTITIES:
        if "residual" not in name:
            np.testing.assert_allclose(by_steps[name], by_rounds[name], rtol=1e-6, atol=1e-6, err_msg=name)
    low = season(network, boundary_at_loads(network, (0.05, 0.01)))
    assert all(is_solved(str(status)) for status in low["status"].values)
    assert_balanced(low)


@pytest.mark.parametrize("consumers", [25, 100])
@pytest.mark.parametrize("shut_share", [0.0, 0.3, 0.7, 0.95])
def test_any_share_of_consumers_shut_at_any_load(consumers, shut_share):
    network = BENCHMARK["looped_network"](consumers)
    network = network.with_tables(plants=network.plants.loc[["first"]])
    rng = np.random.default_rng(consumers)
    heat = np.array(LOADS)[:, np.newaxis] * network.consumers["design_heat_mw"].to_numpy()
    heat *= rng.random(heat.shape) >= shut_share
    time = pd.Index(np.array(LOADS), name="time")
    dataset = season(network, Boundary(time, {"consumer_heat_mw": pd.DataFrame(heat, time, network.consumers.index)}))
    assert all(is_solved(str(status)) for status in dataset["status"].values)
    np.testing.assert_allclose(dataset["consumer_heat_mw"], heat, rtol=2e-8, atol=1e-15)
    assert (dataset["consumer_mdot_kg_per_s"].values[heat == 0.0] == 0.0).all()
    assert_balanced(dataset)


def test_still_water_between_two_sources():
    """Hours in which some pipe of a ring hardly flows: the temperature there is steep in the flow."""
    network = BENCHMARK["looped_network"](25)
    boundary = BENCHMARK["season_boundary"](network, 2904)
    dataset = season(network, boundary)
    assert (dataset["status"] == "ok").all()
    assert_balanced(dataset)


def test_pressure_around_a_loop_closes():
    """Kirchhoff: constant density leaves no buoyancy, so friction around the ring sums to zero on both lines."""
    network = two_source_loop(CONSTANT_WATER)
    dataset = season(network, boundary_at_loads(network, LOADS))
    ring = ["pipe_works_north", "pipe_north_east", "pipe_east_heat_store", "pipe_heat_store_south", "pipe_south_works"]
    for quantity in ("pipe_dp_supply_bar", "pipe_dp_return_bar"):
        around = np.abs(dataset[quantity].sel(pipe=ring).sum("pipe"))
        assert (around <= 1e-7 * np.abs(dataset[quantity].sel(pipe=ring)).sum("pipe")).all()


def test_order_of_hours_blocks_and_threads_do_not_matter():
    network = BENCHMARK["looped_network"](25)
    boundary = BENCHMARK["season_boundary"](network, 300)
    once, twice = season(network, boundary), season(network, boundary, threads=2)
    assert once.equals(twice)
    back = season(network, boundary.rows(list(range(299, -1, -1))))
    for name in ("node_t_supply_degc", "node_t_return_degc", "pipe_mdot_kg_per_s", "consumer_mdot_kg_per_s"):
        np.testing.assert_allclose(back[name].values[::-1], once[name].values, rtol=1e-6, atol=1e-5)


def test_renaming_and_reordering_change_nothing():
    network = two_source_loop()
    boundary = boundary_at_loads(network, LOADS[:6])
    plain = season(network, boundary)
    turned = network.with_tables(
        nodes=network.nodes.iloc[::-1], pipes=network.pipes.iloc[::-1], consumers=network.consumers.iloc[::-1]
    )
    other = season(turned, boundary).reindex_like(plain)
    for name in QUANTITIES:
        if "residual" not in name:
            np.testing.assert_allclose(other[name], plain[name], rtol=1e-6, atol=1e-5, err_msg=name)


def test_a_network_at_rest():
    network = tree()
    result = season(network, boundary_at_loads(network, (0.0, 1.0))).isel(time=0)
    assert result["status"].item() == HourStatus.STAGNANT
    assert (result["pipe_mdot_kg_per_s"] == 0.0).all()
    assert (result["node_t_supply_degc"] == 8.0).all()
    assert result["node_p_return_bar"].sel(node="works").item() == pytest.approx(4.0)
    reference = simulate(network, boundary_at_loads(network, (0.0,))).isel(time=0)
    for name in QUANTITIES:
        # the season engine has polynomials of water where the other has a table: 4e-7 of an enthalpy above 0 °C
        np.testing.assert_allclose(result[name], reference[name], rtol=1e-6, atol=1e-9, err_msg=name)


def test_shut_and_cut_off_consumers():
    network = tree()
    heat = {f"consumer_{node}": [mw] for node, mw in {"north": 4.0, "east": 2.0, "south": 0.0, "end": 5.0}.items()}
    boundary = Boundary(pd.Index([0.0]), {"consumer_heat_mw": pd.DataFrame(heat)})
    pipes = network.pipes.copy()
    pipes.loc["pipe_east_end", "closed"] = True
    for network_now, status in (
        (network, HourStatus.STAGNANT),
        (network.with_tables(pipes=pipes), HourStatus.UNDERSUPPLIED),
    ):
        ours, theirs = season(network_now, boundary).isel(time=0), simulate(network_now, boundary).isel(time=0)
        assert ours["status"].item() == theirs["status"].item() == status
        for name in QUANTITIES:
            if "residual" not in name:
                np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-5, atol=1e-5, err_msg=name)


def with_plant_heat(network, name, heats_mw):
    base = boundary_at_loads(network, [1.0] * len(heats_mw))
    frame = base.values["plant_heat_mw"].assign(**{name: heats_mw})
    return Boundary(base.time, {**base.values, "plant_heat_mw": frame})


def test_a_failed_hour_is_nan_between_good_ones():
    network = two_source_loop()
    dataset = season(network, with_plant_heat(network, "helper", [6.0, 40.0, 6.0]))
    assert dataset["status"].values.tolist() == ["ok", HourStatus.PLANT_FLOW_REVERSED.value, "ok"]
    assert_nothing_but_nan(dataset, 1)
    for name in QUANTITIES:
        np.testing.assert_allclose(dataset[name].values[0], dataset[name].values[2], rtol=1e-6, atol=1e-6)


def test_hours_without_solution_are_named():
    network = two_pipe()
    cold = network.with_tables(consumers=network.consumers.assign(control="flow_dt", dt_k=80.0, mdot_kg_per_s=0.05))
    dataset = season(cold, Boundary(pd.Index([0.0])))
    assert dataset["status"].item() == HourStatus.TEMPERATURE_OUT_OF_RANGE
    assert_nothing_but_nan(dataset, 0)
    network = two_source_loop()
    plants = network.plants.copy()
    plants.loc["helper", "t_supply_degc"] = 45.0
    dataset = season(network.with_tables(plants=plants), boundary_at_loads(network, (1.0,)))
    assert dataset["status"].item() == HourStatus.NO_TEMPERATURE_LIFT
    network = preheat_loop()
    base = boundary_at_loads(network, (0.0,))
    heat = pd.DataFrame({"heat_pump": [1.0]}, base.time)
    dataset = season(network, Boundary(base.time, {**base.values, "plant_heat_mw": heat}))
    assert dataset["status"].item() == HourStatus.NO_RETURN_FLOW


def test_what_only_this_engine_solves_is_named_by_the_other():
    network = two_pipe()
    pump = network.pumps.reindex(["booster"]).assign(
        from_node="works", to_node="station", line="supply", curve="0:3 100:2"
    )
    valve = network.valves.reindex(["flap"]).assign(
        from_node="works", to_node="station", line="supply", kind="check", opening=1.0
    )
    consumers = network.consumers.assign(control="valve", kv_m3_per_h=30.0)
    network = network.with_tables(pumps=pump, valves=valve, consumers=consumers)
    with pytest.raises(InputError) as caught:
        simulate(network, Boundary(pd.Index([0.0])), engine="pandapipes")
    assert len(caught.value.problems) == 3
    for name in ("booster", "flap", "consumer_station", "pandapipes"):
        assert name in str(caught.value)
    solved = season(network, Boundary(pd.Index([0.0]))).isel(time=0)
    assert is_solved(str(solved["status"].item()))
    assert np.isfinite(solved["pipe_mdot_kg_per_s"]).all()
    assert (solved["consumer_mdot_kg_per_s"] > 0.0).all()


def test_progress_is_told_row_by_row():
    seen = []
    network = two_pipe()
    season(network, boundary_at_loads(network, [0.5] * 130), progress=lambda done, rows: seen.append((done, rows)))
    assert seen == [(i + 1, 130) for i in range(130)]
