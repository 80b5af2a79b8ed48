"""Whose heat a consumer gets in states of the engine: closed forms, balances by source, fittings, what is missing."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

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
from heatnet.simulate import simulate
from heatnet.simulate.tracing import trace_sources

MADE = runpy.run_path(str(Path(__file__).parent / "made_states.py"))
shares, all_shares = MADE["shares"], MADE["all_shares"]
LOADS = (1.0, 0.5, 0.1, 0.03)
BALANCE_SHARE = 1e-6


@pytest.mark.parametrize("example", [two_pipe, tree], ids=lambda example: example.__name__)
def test_one_plant_gives_everything(example):
    network = example()
    dataset = simulate(network, boundary_at_loads(network, LOADS))
    traced = trace_sources(dataset, network)
    np.testing.assert_allclose(traced["consumer_share_plant"], 1.0, rtol=1e-12)
    np.testing.assert_allclose(
        traced["source_delivered_mw"][:, 0], dataset["consumer_heat_mw"].sum("consumer"), rtol=1e-12
    )
    np.testing.assert_allclose(traced["source_loss_mw"][:, 0], dataset["heat_loss_mw"], rtol=1e-4)


@pytest.mark.parametrize("fluid", ["if97", CONSTANT_WATER], ids=["if97", "constant"])
def test_two_plants_at_one_node_share_by_their_heat(fluid):
    """Both lift the same return: shares m_s (h_s - h_r) / sum, and these are the heats they give."""
    network = two_source_loop(fluid)
    plants = network.plants.copy()
    plants.loc["helper", "node"] = "works"
    network = network.with_tables(plants=plants)
    dataset = simulate(network, boundary_at_loads(network, (1.0, 0.4)))
    traced = trace_sources(dataset, network)
    expected = (dataset["plant_heat_mw"].sel(plant="helper") / dataset["plant_heat_mw"].sum("plant")).values[
        :, np.newaxis
    ]
    np.testing.assert_allclose(traced["consumer_share_helper"], np.broadcast_to(expected, (2, 4)), rtol=1e-6)


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda example: example.__name__)
def simulated(request):
    network = request.param()
    dataset = simulate(network, boundary_at_loads(network, LOADS))
    return network, dataset, trace_sources(dataset, network)


def test_every_source_balances(simulated):
    network, dataset, traced = simulated
    assert traced["source"].values.tolist() == network.plants.index.tolist()
    both = traced["source_delivered_mw"] + traced["source_loss_mw"]
    np.testing.assert_allclose(both, dataset["plant_heat_mw"], rtol=BALANCE_SHARE)
    share = all_shares(traced)
    np.testing.assert_allclose(share.sum("source"), 1.0, rtol=1e-12)
    np.testing.assert_allclose(
        (share * dataset["consumer_heat_mw"]).sum("consumer").transpose(*both.dims), traced["source_delivered_mw"]
    )
    residual = traced["source_loss_mw"].sum("source") - dataset["heat_loss_mw"] - dataset["energy_residual_mw"]
    np.testing.assert_allclose(residual, 0.0, atol=1e-12)
    assert (traced["source_loss_mw"] > 0).all()


def test_results_join_those_of_the_simulation(simulated):
    _network, dataset, traced = simulated
    joined = xr.merge([dataset, traced])
    assert joined.sizes["plant"] == dataset.sizes["plant"]
    assert traced["consumer_share_plant"].attrs["unit"] == "1"
    assert traced["source_loss_mw"].attrs["unit"] == "MW"
    for name in traced.data_vars:
        assert traced[name].dims == ("time", "consumer" if name.startswith("consumer") else "source")


def test_rows_do_not_touch_each_other(simulated, monkeypatch):
    network, dataset, traced = simulated
    monkeypatch.setattr("heatnet.simulate.tracing._NUMBERS_AT_ONCE", 1)
    again = trace_sources(dataset.isel(time=slice(None, None, -1)), network).isel(time=slice(None, None, -1))
    xr.testing.assert_allclose(again, traced, rtol=1e-12)


def test_preheated_return_by_flow_and_temperature():
    """Without losses each source's share is its share of all heat, wherever in the ring the water passes."""
    network = preheat_loop(CONSTANT_WATER, u_w_per_mk=0.0)
    dataset = simulate(network, boundary_at_loads(network, (1.0, 0.3)))
    traced = trace_sources(dataset, network)
    expected = dataset["plant_heat_mw"].sel(plant="heat_pump") / dataset["plant_heat_mw"].sum("plant")
    for consumer in network.consumers.index:
        np.testing.assert_allclose(traced["consumer_share_heat_pump"].sel(consumer=consumer), expected, rtol=1e-6)


def test_a_consumer_that_one_plants_water_reaches():
    network = two_source_loop(u_w_per_mk=0.3)
    dataset = simulate(network, boundary_at_loads(network, (1.0,)))
    assert dataset["pipe_mdot_kg_per_s"].sel(pipe="pipe_works_north").item() > 0
    traced = trace_sources(dataset, network).isel(time=0)
    assert shares(traced, "consumer_north") == pytest.approx({"plant": 1.0, "helper": 0.0}, abs=1e-9)
    assert shares(traced, "consumer_south") == pytest.approx(shares(traced, "consumer_west"), rel=1e-9)


@pytest.mark.parametrize("heat_mw", [1.0, -1.0])
def test_a_heater_of_the_engine(heat_mw):
    network = two_pipe(u_w_per_mk=0.0)
    network = network.with_tables(pipes=network.pipes.assign(heat_mw=heat_mw))
    dataset = simulate(network, boundary_at_loads(network, (1.0,)))
    traced = trace_sources(dataset, network).isel(time=0)
    pipe = network.pipes.index[0]
    assert traced["source"].values.tolist() == ["plant", pipe]
    assert shares(traced, "consumer_station")[pipe] == pytest.approx(max(heat_mw, 0.0) / 10.0, rel=1e-6)
    np.testing.assert_allclose(traced["source_loss_mw"], [max(-heat_mw, 0.0), min(heat_mw, 0.0)], atol=1e-5)


def test_a_row_without_a_solution_is_not_a_number():
    network = two_source_loop()
    dataset = simulate(network, boundary_at_loads(network, (1.0, 0.5)))
    whole = trace_sources(dataset, network)
    broken = dataset.copy(deep=True)
    broken["status"][0] = "not_converged"
    for name in set(broken.data_vars) - {"status"}:
        broken[name][0] = np.nan
    traced = trace_sources(broken, network)
    for name in traced.data_vars:
        assert np.isnan(traced[name].values[0]).all()
    xr.testing.assert_identical(traced.isel(time=[1]), whole.isel(time=[1]))


def test_nothing_flows_and_nobody_gives():
    network = two_source_loop()
    boundary = boundary_at_loads(network, (1.0,))
    still = Boundary(boundary.time, {name: frame * 0.0 for name, frame in boundary.values.items()})
    traced = trace_sources(simulate(network, still), network)
    for name in traced.data_vars:
        np.testing.assert_array_equal(traced[name], 0.0)


def fitted():
    """A ring with a valve before one consumer, a pump before another and a pair of valves before a third."""
    network = two_source_loop()
    ends = {name: f"{name}_end" for name in ("west", "north", "east")}
    nodes = pd.concat([network.nodes, network.nodes.loc[list(ends)].rename(index=ends)])
    consumers = network.consumers.copy()
    for name, end in ends.items():
        back = name if name != "east" else None
        consumers.loc[f"consumer_{name}", ["node", "return_node"]] = [end, back]
    common = {"line": "supply", "kind": "valve", "opening": 1.0, "kv_m3_per_h": 500.0}
    valves = network.valves.reindex(["valve", "pair"]).assign(**common)
    valves.loc["valve", ["from_node", "to_node"]] = ["west", "west_end"]
    valves.loc["pair", ["from_node", "to_node", "line"]] = ["east_end", "east", "pair"]
    pumps = network.pumps.reindex(["booster"]).assign(
        from_node="north", to_node="north_end", line="supply", head_bar=0.5
    )
    return network.with_tables(nodes=nodes, consumers=consumers, valves=valves, pumps=pumps)


def test_flows_through_fittings_are_found_or_read():
    plain, network = two_source_loop(), fitted()
    dataset = simulate(network, boundary_at_loads(network, (1.0, 0.3)))
    own = ["valve_mdot_kg_per_s", "valve_mdot_return_kg_per_s", "pump_mdot_kg_per_s"]
    found = trace_sources(dataset.drop_vars(own, errors="ignore"), network)
    at = {c: dataset["consumer_mdot_kg_per_s"].sel(consumer=f"consumer_{c}").values for c in ("west", "north", "east")}
    dataset["valve_mdot_kg_per_s"] = ("time", "valve"), np.stack([at["west"], -at["east"]], axis=1)
    dataset["valve_mdot_return_kg_per_s"] = ("time", "valve"), np.stack([np.full(2, np.nan), at["east"]], axis=1)
    dataset["pump_mdot_kg_per_s"] = ("time", "pump"), at["north"][:, np.newaxis]
    dataset = dataset.assign_coords(valve=["valve", "pair"], pump=["booster"])
    read = trace_sources(dataset, network)
    xr.testing.assert_allclose(found, read, rtol=1e-6)
    reference = trace_sources(simulate(plain, boundary_at_loads(plain, (1.0, 0.3))), plain)
    xr.testing.assert_allclose(found, reference, rtol=2e-2)


def test_a_flow_that_is_colder_than_the_return():
    network = two_source_loop(CONSTANT_WATER)
    plants = network.plants.copy()
    plants.loc["helper", ["role", "mdot_kg_per_s", "t_supply_degc"]] = ["flow", 10.0, 40.0]
    network = network.with_tables(plants=plants)
    dataset = simulate(network, Boundary(pd.Index([0.0], name="time")))
    traced = trace_sources(dataset, network).isel(time=0)
    cooled = dataset["plant_heat_mw"].sel(plant="helper").item()
    assert cooled < 0
    assert traced["source_delivered_mw"].values.tolist()[1] == 0.0
    assert traced["source_loss_mw"].sel(source="helper").item() == pytest.approx(cooled)
    assert (traced["consumer_share_plant"] == pytest.approx(1.0)).all()


def test_what_the_dataset_lacks_is_named_at_once():
    network = two_source_loop()
    dataset = simulate(network, boundary_at_loads(network, (1.0,)))
    lacking = dataset.drop_vars(["plant_heat_mw"]).drop_sel(consumer=["consumer_east"])
    with pytest.raises(InputError) as error:
        trace_sources(lacking, network)
    found = [problem.where for problem in error.value.problems]
    assert "dataset, plant_heat_mw" in found
    assert "dataset, consumer_heat_mw, consumer_east" in found
