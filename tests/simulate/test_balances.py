"""Heat and mass balances of every example, from the result tables alone; symmetry; sources; pre-heating."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.model.boundary import Boundary
from heatnet.model.examples import CONSTANT_WATER, EXAMPLES, boundary_at_loads, preheat_loop, tree, two_source_loop
from heatnet.simulate import is_solved, return_flow_share, simulate

LOADS = (1.0, 0.5, 0.1, 0.03)
#: required of every hour; what remains is the mean heat capacity in pandapipes' mixing of streams
ENERGY_TOLERANCE_SHARE = 1e-4
HEAT_TOLERANCE_SHARE = 1e-6


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda example: example.__name__)
def solved(request):
    network = request.param()
    boundary = boundary_at_loads(network, LOADS)
    return network, boundary, simulate(network, boundary)


def test_every_hour_is_solved(solved):
    _network, _boundary, dataset = solved
    assert [is_solved(status) for status in dataset["status"].values] == [True] * len(LOADS)


def test_plants_cover_consumers_and_losses(solved):
    _network, _boundary, dataset = solved
    plants = dataset["plant_heat_mw"].sum("plant")
    losses = dataset["pipe_loss_supply_mw"].sum("pipe") + dataset["pipe_loss_return_mw"].sum("pipe")
    residual = plants - dataset["consumer_heat_mw"].sum("consumer") - losses
    assert (np.abs(residual / plants) < ENERGY_TOLERANCE_SHARE).all()
    np.testing.assert_allclose(dataset["energy_residual_mw"], residual, atol=1e-12)


def test_consumers_get_their_heat(solved):
    _network, boundary, dataset = solved
    np.testing.assert_allclose(
        dataset["consumer_heat_mw"].values, boundary.values["consumer_heat_mw"].to_numpy(), rtol=HEAT_TOLERANCE_SHARE
    )


def test_plants_with_a_set_heat_give_it(solved):
    network, boundary, dataset = solved
    plants = network.plants.index[network.plants["role"] == "heat"]
    given = boundary.values["plant_heat_mw"][plants].to_numpy()
    np.testing.assert_allclose(dataset["plant_heat_mw"].sel(plant=list(plants)), given, rtol=HEAT_TOLERANCE_SHARE)


def test_mass_is_conserved_at_every_node_of_both_lines(solved):
    network, _boundary, dataset = solved
    for line, quantity, sign in (("supply", "pipe_mdot_kg_per_s", 1.0), ("return", "pipe_mdot_return_kg_per_s", -1.0)):
        inflow = pd.DataFrame(0.0, dataset["time"].values, network.nodes.index)
        for pipe, row in network.pipes.iterrows():
            flow = dataset[quantity].sel(pipe=pipe).values
            inflow[row["to_node"]] += flow
            inflow[row["from_node"]] -= flow
        for consumer, node in network.consumers["node"].items():
            inflow[node] -= sign * dataset["consumer_mdot_kg_per_s"].sel(consumer=consumer).values
        between = network.plants[network.plants["connection"] == "supply"]
        for plant, node in between["node"].items():
            inflow[node] += sign * dataset["plant_mdot_kg_per_s"].sel(plant=plant).values
        assert np.abs(inflow.to_numpy()).max() < 1e-6, line
    assert (dataset["mass_residual_kg_per_s"] < 1e-6).all()


def test_pressure_around_a_loop_closes():
    """Kirchhoff: constant density leaves no buoyancy, so friction around the ring sums to zero on both lines."""
    network = two_source_loop(CONSTANT_WATER)
    dataset = simulate(network, boundary_at_loads(network, LOADS))
    ring = ["pipe_works_north", "pipe_north_east", "pipe_east_heat_store", "pipe_heat_store_south", "pipe_south_works"]
    for quantity in ("pipe_dp_supply_bar", "pipe_dp_return_bar"):
        around = dataset[quantity].sel(pipe=ring).sum("pipe")
        assert (np.abs(around) < 1e-6 + 1e-5 * np.abs(dataset[quantity].sel(pipe=ring)).max("pipe")).all()


def test_return_mirrors_supply_where_nothing_cools():
    """Without loss and with constant properties both lines of a pair carry the same flow and lose the same pressure."""
    network = tree(CONSTANT_WATER, u_w_per_mk=0.0)
    dataset = simulate(network, boundary_at_loads(network, LOADS))
    np.testing.assert_allclose(dataset["pipe_mdot_return_kg_per_s"], -dataset["pipe_mdot_kg_per_s"], rtol=1e-9)
    np.testing.assert_allclose(dataset["pipe_dp_return_bar"], -dataset["pipe_dp_supply_bar"], rtol=1e-6)


def test_streams_mix_by_enthalpy():
    network = two_source_loop()
    dataset = simulate(network, boundary_at_loads(network, (1.0,))).isel(time=0)
    from heatnet.physics import water

    flow = dataset["pipe_mdot_kg_per_s"].to_series()
    # south is fed from both sides of the ring and feeds its consumer and the branch to the west
    from_works, from_store = -flow["pipe_south_works"], flow["pipe_heat_store_south"]
    assert from_works > 0
    assert from_store > 0
    supply = dataset["node_t_supply_degc"].to_series()
    mixed = float(water.enthalpy_j_per_kg(supply["south"]))
    loss = dataset["pipe_loss_supply_mw"].to_series() * 1e6
    arriving = (
        from_works * float(water.enthalpy_j_per_kg(supply["works"]))
        - loss["pipe_south_works"]
        + from_store * float(water.enthalpy_j_per_kg(supply["heat_store"]))
        - loss["pipe_heat_store_south"]
    )
    assert arriving / (from_works + from_store) == pytest.approx(mixed, rel=1e-5)


def test_preheated_return_mixes_and_warms():
    """T_node,return = (sum m_in cp T_in + Q) / sum m cp, at a node with an arriving pipe and a consumer."""
    network = preheat_loop(CONSTANT_WATER)
    dataset = simulate(network, boundary_at_loads(network, LOADS))
    for hour in range(len(LOADS)):
        result = dataset.isel(time=hour)
        cp = CONSTANT_WATER["heat_capacity_j_per_kgk"]
        ring = result["pipe_mdot_return_kg_per_s"].sel(pipe="pipe_north_east").item()
        assert ring < 0, "return water of the east passes the pre-heated node"
        loss = result["pipe_loss_return_mw"].sel(pipe="pipe_north_east").item() * 1e6
        t_east = result["node_t_return_degc"].sel(node="east").item()
        own = result["consumer_mdot_kg_per_s"].sel(consumer="consumer_north").item()
        through = own - ring
        heat = result["plant_heat_mw"].sel(plant="heat_pump").item() * 1e6
        expected = (-ring * cp * t_east - loss + own * cp * 50.0 + heat) / (through * cp)
        assert result["node_t_return_degc"].sel(node="north").item() == pytest.approx(expected, abs=1e-4)
        assert result["plant_mdot_kg_per_s"].sel(plant="heat_pump").item() == pytest.approx(through, rel=1e-6)
        arriving = result["plant_t_return_degc"].sel(plant="heat_pump").item()
        assert through * cp * (expected - arriving) == pytest.approx(heat, rel=1e-5)


def test_return_flow_share():
    network = preheat_loop()
    dataset = simulate(network, boundary_at_loads(network, LOADS))
    share = return_flow_share(dataset, network)
    assert share.dims == ("time", "plant")
    out = -dataset["pipe_mdot_return_kg_per_s"].sel(pipe="pipe_works_north")
    np.testing.assert_allclose(
        share.sel(plant="heat_pump"), out / dataset["plant_mdot_kg_per_s"].sel(plant="plant"), rtol=1e-6
    )


def test_share_is_known_without_heat():
    network = preheat_loop()
    boundary = boundary_at_loads(network, (1.0,))
    off = Boundary(boundary.time, {**boundary.values, "plant_heat_mw": boundary.values["plant_heat_mw"] * 0.0})
    on, without = (return_flow_share(simulate(network, b), network).item() for b in (boundary, off))
    assert on == pytest.approx(without, abs=0.01)


def test_order_of_hours_does_not_matter():
    network = two_source_loop()
    forth, back = (simulate(network, boundary_at_loads(network, loads)) for loads in (LOADS, LOADS[::-1]))
    for quantity in ("node_t_supply_degc", "pipe_mdot_kg_per_s", "consumer_mdot_kg_per_s"):
        np.testing.assert_allclose(forth[quantity].values, back[quantity].values[::-1], rtol=1e-4, atol=1e-4)


def test_several_plants_at_one_node_mix():
    network = two_source_loop(CONSTANT_WATER)
    plants = network.plants.copy()
    plants.loc["helper", "node"] = "works"
    moved = network.with_tables(plants=plants)
    result = simulate(moved, boundary_at_loads(moved, (1.0,))).isel(time=0)
    flow = result["plant_mdot_kg_per_s"].to_series()
    mixed = (flow["plant"] * 110.0 + flow["helper"] * 95.0) / flow.sum()
    assert result["node_t_supply_degc"].sel(node="works").item() == pytest.approx(mixed, abs=1e-5)
    assert result["plant_heat_mw"].sel(plant="helper").item() == pytest.approx(6.0, rel=1e-6)


def test_role_flow_holds_its_flow_and_its_temperature():
    network = two_source_loop(CONSTANT_WATER)
    plants = network.plants.copy()
    plants.loc["helper", ["role", "mdot_kg_per_s", "t_supply_degc"]] = ["flow", 10.0, 40.0]
    result = simulate(
        network.with_tables(plants=plants),
        Boundary(pd.Index([0.0])),
    ).isel(time=0)
    assert result["plant_mdot_kg_per_s"].sel(plant="helper").item() == 10.0
    cp = CONSTANT_WATER["heat_capacity_j_per_kgk"]
    t_return = result["plant_t_return_degc"].sel(plant="helper").item()
    heat = result["plant_heat_mw"].sel(plant="helper").item()
    assert heat == pytest.approx(10.0 * cp * (40.0 - t_return) / 1e6, rel=1e-9)
    assert heat < 0, "a flow that is colder than the return cools, and the result says so"


@pytest.mark.parametrize("asymmetry", [0.0, 1e-6, 1e-4, 1e-2])
@pytest.mark.parametrize("fluid", ["if97", CONSTANT_WATER], ids=["if97", "constant"])
def test_the_middle_of_a_symmetric_ring_rests(fluid, asymmetry):
    """By symmetry no water crosses; near it the flow across grows with the asymmetry and stays small."""
    network = two_source_loop(fluid)
    pipes = network.pipes.iloc[:5].copy()
    ends = [("works", "north"), ("works", "south"), ("north", "east"), ("south", "east"), ("north", "south")]
    pipes[["from_node", "to_node"]] = ends
    pipes["inner_diameter_mm"], pipes["length_m"], pipes["zeta"] = [207.0, 207.0, 150.0, 150.0, 150.0], 400.0, 4.0
    ring = network.with_tables(
        nodes=network.nodes.loc[["works", "north", "south", "east"]].assign(elevation_m=0.0),
        pipes=pipes,
        consumers=network.consumers.loc[["consumer_north", "consumer_south", "consumer_east"]].assign(
            design_heat_mw=[2.0, 2.0 * (1.0 + asymmetry), 1.0]
        ),
        plants=network.plants.loc[["plant"]],
    )
    dataset = simulate(ring, boundary_at_loads(ring, (1.0, 0.5, 0.2, 0.05)))
    assert dataset["status"].values.tolist() == ["ok"] * 4
    across = np.abs(dataset["pipe_mdot_kg_per_s"].isel(pipe=4))
    consumed = dataset["consumer_mdot_kg_per_s"].sel(consumer="consumer_north")
    assert (across < 1e-5 + 100 * asymmetry * consumed).all()
    both = dataset["pipe_mdot_kg_per_s"].isel(pipe=[0, 1])
    np.testing.assert_allclose(both[:, 0], both[:, 1], rtol=1e-5 + 100 * asymmetry)
