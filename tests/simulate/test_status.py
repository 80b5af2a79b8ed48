"""Hours that cannot be solved, water that stands still, consumers that get nothing, features that are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import InputError
from heatnet.model.boundary import Boundary
from heatnet.model.examples import boundary_at_loads, preheat_loop, tree, two_pipe, two_source_loop
from heatnet.simulate import HourStatus, is_solved, simulate
from heatnet.simulate.quantities import QUANTITIES


def with_values(network, loads, **values):
    base = boundary_at_loads(network, loads)
    frames = {name: pd.DataFrame(by_element, base.time) for name, by_element in values.items()}
    merged = {
        name: frames[name].combine_first(base.values[name]) if name in base.values and name in frames else frame
        for name, frame in {**base.values, **frames}.items()
    }
    return Boundary(base.time, merged)


def assert_nothing_but_nan(dataset, row):
    for name in QUANTITIES:
        assert np.isnan(dataset[name].isel(time=row)).all(), name


def test_a_failed_hour_is_nan_between_good_ones():
    """The second plant is to give more than all consumers take: no state exists, and nothing stale may stand there."""
    network = two_source_loop()
    boundary = with_values(network, (1.0, 1.0, 1.0), plant_heat_mw={"helper": [6.0, 40.0, 6.0]})
    dataset = simulate(network, boundary)
    assert dataset["status"].values.tolist() == ["ok", HourStatus.PLANT_FLOW_REVERSED.value, "ok"]
    assert_nothing_but_nan(dataset, 1)
    for name in QUANTITIES:
        np.testing.assert_allclose(dataset[name].values[0], dataset[name].values[2], rtol=1e-5, atol=1e-5)


def test_cooling_below_the_ground_is_not_a_solution():
    """A given temperature difference and too little flow would send 110 °C water back at -25 °C."""
    network = two_pipe()
    network = network.with_tables(consumers=network.consumers.assign(control="flow_dt", dt_k=80.0, mdot_kg_per_s=0.05))
    dataset = simulate(network, Boundary(pd.Index([0.0])))
    assert dataset["status"].item() == HourStatus.TEMPERATURE_OUT_OF_RANGE
    assert_nothing_but_nan(dataset, 0)


def test_a_plant_colder_than_its_return_cannot_heat():
    network = two_source_loop()
    plants = network.plants.copy()
    plants.loc["helper", "t_supply_degc"] = 45.0
    dataset = simulate(network.with_tables(plants=plants), boundary_at_loads(network, (1.0,)))
    assert dataset["status"].item() == HourStatus.NO_TEMPERATURE_LIFT


def test_preheating_without_return_flow_fails_by_name():
    network = preheat_loop()
    dataset = simulate(network, with_values(network, (0.0,), plant_heat_mw={"heat_pump": [1.0]}))
    assert dataset["status"].item() == HourStatus.NO_RETURN_FLOW


def test_a_shut_consumer_leaves_its_branch_at_ground_temperature():
    network = tree()
    heat = {f"consumer_{node}": [mw] for node, mw in {"north": 4.0, "east": 2.0, "south": 0.0, "end": 5.0}.items()}
    result = simulate(network, Boundary(pd.Index([0.0]), {"consumer_heat_mw": pd.DataFrame(heat)})).isel(time=0)
    assert result["status"].item() == HourStatus.STAGNANT
    assert is_solved(result["status"].item())
    assert result["consumer_mdot_kg_per_s"].sel(consumer="consumer_south").item() == 0.0
    assert result["consumer_shortfall_mw"].sum().item() == 0.0
    assert result["pipe_mdot_kg_per_s"].sel(pipe="pipe_east_south").item() == 0.0
    assert result["pipe_loss_supply_mw"].sel(pipe="pipe_east_south").item() == 0.0
    assert result["node_t_supply_degc"].sel(node="south").item() == pytest.approx(8.0)
    # 2 m below the east node in still water of 8 °C
    rise = result["node_p_supply_bar"].sel(node="east").item() - result["node_p_supply_bar"].sel(node="south").item()
    assert rise == pytest.approx(1000.0 * 9.81 * 2.0 / 1e5, rel=2e-3)


def test_a_network_at_rest_has_zero_flow_everywhere():
    network = tree()
    result = simulate(network, boundary_at_loads(network, (0.0,))).isel(time=0)
    assert result["status"].item() == HourStatus.STAGNANT
    assert result["plant_heat_mw"].item() == 0.0
    assert (result["pipe_mdot_kg_per_s"] == 0.0).all()
    assert result["node_p_return_bar"].sel(node="works").item() == pytest.approx(4.0)
    assert result["energy_residual_mw"].item() == 0.0


def test_a_cut_off_consumer_is_undersupplied_not_an_error():
    network = tree()
    pipes = network.pipes.copy()
    pipes.loc["pipe_east_end", "closed"] = True
    result = simulate(network.with_tables(pipes=pipes), boundary_at_loads(network, (1.0,))).isel(time=0)
    assert result["status"].item() == HourStatus.UNDERSUPPLIED
    assert result["consumer_heat_mw"].sel(consumer="consumer_end").item() == 0.0
    assert result["consumer_shortfall_mw"].sel(consumer="consumer_end").item() == 5.0
    assert result["consumer_heat_mw"].sel(consumer="consumer_north").item() == pytest.approx(4.0, rel=1e-6)


def test_supply_colder_than_the_wanted_return_gives_no_heat():
    network = two_pipe()
    result = simulate(network, with_values(network, (1.0,), plant_t_supply_degc={"plant": [48.0]})).isel(time=0)
    assert result["status"].item() == HourStatus.UNDERSUPPLIED
    assert result["consumer_shortfall_mw"].item() == pytest.approx(10.0)


def test_a_ring_can_be_opened_by_a_valve_and_throttled():
    """Kv: dp / 1 bar = (V / Kv)^2 rho / 1000."""
    network = two_source_loop()
    valve = network.valves.reindex(["valve"]).assign(
        from_node="west", to_node="west_end", line="supply", kind="valve", opening=0.5, kv_m3_per_h=200.0
    )
    nodes = pd.concat([network.nodes, network.nodes.loc[["west"]].rename(index={"west": "west_end"})])
    consumers = network.consumers.copy()
    consumers.loc["consumer_west", ["node", "return_node"]] = ["west_end", "west"]
    throttled = network.with_tables(nodes=nodes, valves=valve, consumers=consumers)
    result = simulate(throttled, boundary_at_loads(throttled, (1.0,))).isel(time=0)
    drop = result["node_p_supply_bar"].sel(node="west").item() - result["node_p_supply_bar"].sel(node="west_end").item()
    from heatnet.physics import water

    rho = float(water.density_kg_per_m3(result["node_t_supply_degc"].sel(node="west").item()))
    flow_m3_per_h = result["consumer_mdot_kg_per_s"].sel(consumer="consumer_west").item() / rho * 3600
    assert drop == pytest.approx((flow_m3_per_h / 100.0) ** 2 * rho / 1000.0, rel=1e-5)
    shut = throttled.with_tables(valves=valve.assign(opening=0.0))
    result = simulate(shut, boundary_at_loads(shut, (1.0,))).isel(time=0)
    assert result["consumer_shortfall_mw"].sel(consumer="consumer_west").item() == 3.0


def test_a_booster_pump_lifts_by_its_head():
    network = two_pipe()
    pump = network.pumps.reindex(["booster"]).assign(from_node="station", to_node="far", line="supply", head_bar=1.5)
    nodes = pd.concat([network.nodes, network.nodes.loc[["station"]].rename(index={"station": "far"})])
    consumers = network.consumers.assign(node="far", return_node="station")
    boosted = network.with_tables(nodes=nodes, pumps=pump, consumers=consumers)
    result = simulate(boosted, boundary_at_loads(boosted, (1.0,))).isel(time=0)
    lift = result["node_p_supply_bar"].sel(node="far").item() - result["node_p_supply_bar"].sel(node="station").item()
    assert lift == pytest.approx(1.5, rel=1e-6)
    assert result["consumer_dp_bar"].item() == pytest.approx(1.0, abs=1e-9)


def test_everything_that_pandapipes_cannot_do_is_named_at_once():
    network = two_pipe()
    pump = network.pumps.reindex(["booster"]).assign(
        from_node="works", to_node="station", line="supply", curve="0:3 100:2"
    )
    valve = network.valves.reindex(["flap"]).assign(
        from_node="works", to_node="station", line="supply", kind="check", opening=1.0
    )
    consumers = network.consumers.assign(control="valve", kv_m3_per_h=30.0)
    with pytest.raises(InputError) as caught:
        simulate(network.with_tables(pumps=pump, valves=valve, consumers=consumers), Boundary(pd.Index([0.0])))
    text = str(caught.value)
    assert len(caught.value.problems) == 3
    for name in ("booster", "flap", "consumer_station"):
        assert name in text


def test_missing_and_unknown_values_are_named_at_once():
    network = two_source_loop()
    plants = network.plants.copy()
    plants.loc["helper", "heat_mw"] = np.nan
    with pytest.raises(InputError, match="plant_heat_mw, helper"):
        simulate(network.with_tables(plants=plants), Boundary(pd.Index([0.0])))
    unknown = Boundary(pd.Index([0.0]), {"consumer_heat_mw": pd.DataFrame({"consumer_noth": [1.0]})})
    with pytest.raises(InputError, match="consumer_north"):
        simulate(network, unknown)
    negative = Boundary(pd.Index([0.0]), {"consumer_heat_mw": pd.DataFrame({"consumer_north": [-1.0]})})
    with pytest.raises(InputError, match="consumer_north"):
        simulate(network, negative)


def test_unknown_engine():
    with pytest.raises(InputError, match="pandapipes"):
        simulate(two_pipe(), Boundary(pd.Index([0.0])), engine="epanet")


def test_plants_on_branch_and_secondary_side_are_left_out():
    network = preheat_loop()
    plants = network.plants.copy()
    plants.loc["heat_pump", "connection"] = "branch"
    network = network.with_tables(plants=plants)
    result = simulate(network, boundary_at_loads(network, (1.0,))).isel(time=0)
    assert np.isnan(result["plant_heat_mw"].sel(plant="heat_pump"))
    assert result["plant_heat_mw"].sel(plant="plant").item() > 13.0


def test_progress_is_told_row_by_row():
    seen = []
    simulate(
        two_pipe(), boundary_at_loads(two_pipe(), (1.0, 0.5)), progress=lambda done, rows: seen.append((done, rows))
    )
    assert seen == [(1, 2), (2, 2)]
