"""Consumers by valve, pump curves and speeds, check valves, throttles, short pressure, several parts: with stored heat.

Each network has a closed form or the season engine beside it. A transient run under constant set values must stay in the season
engine's state, and come to it from any other.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.adapters.fluid import fluid_table
from heatnet.model.examples import CONSTANT_WATER, preheat_loop, tree, two_pipe, two_source_loop
from heatnet.simulate import HourStatus, simulate
from heatnet.simulate.quantities import QUANTITIES

WALL_J_PER_MK = 15000.0
RHO = CONSTANT_WATER["density_kg_per_m3"]
CP = CONSTANT_WATER["heat_capacity_j_per_kgk"]
#: of temperatures in K, of pressures over 10 bar, of flows and heats over the largest: what a steady state moves by in two hours
STEADY_TOLERANCE_SHARE = 5e-5
#: a state that is reached from another one: what is left of the way after hours
REACHED_TOLERANCE_SHARE = 2e-4


def with_walls(network):
    return network.with_tables(pipes=network.pipes.assign(wall_j_per_mk=WALL_J_PER_MK))


def fittings(**by_id):
    """Return a table of valves or pumps from their columns by id."""
    defaults = {"line": "supply", "kind": "gate", "opening": 1.0, "kv_m3_per_h": np.nan}
    defaults |= {"head_bar": np.nan, "curve": None, "speed_share": 1.0}
    return pd.DataFrame.from_dict({name: defaults | row for name, row in by_id.items()}, orient="index").rename_axis(
        "id"
    )


def with_fittings(network, valves=None, pumps=None):
    tables = {}
    for name, rows, columns in (
        ("valves", valves, ["from_node", "to_node", "line", "kind", "opening", "kv_m3_per_h"]),
        ("pumps", pumps, ["from_node", "to_node", "line", "head_bar", "curve", "speed_share"]),
    ):
        if rows:
            tables[name] = fittings(**rows)[columns].reindex(columns=getattr(network, name).columns)
    return network.with_tables(**tables)


def behind_a_node(network, pipe, node):
    """Return the network with a node of its own at the beginning of a pipe, so that a fitting can stand before it."""
    pipes, nodes = network.pipes.copy(), network.nodes
    nodes = pd.concat([nodes, nodes.loc[[pipes.at[pipe, "from_node"]]].set_axis([node])]).rename_axis("id")
    pipes.loc[pipe, "from_node"] = node
    return network.with_tables(nodes=nodes, pipes=pipes)


def with_plant(network, plant="plant", **values):
    plants = network.plants.copy()
    plants.loc[plant, list(values)] = list(values.values())
    return network.with_tables(plants=plants)


def by_valve(network, kv, **other):
    return network.with_tables(consumers=network.consumers.assign(control="valve", kv_m3_per_h=kv, **other))


def valves_at_a_head():
    return with_plant(by_valve(tree(), [30.0, 20.0, 25.0, 60.0]), head_bar=4.0)


def valves_whose_worst_has_its_pressure():
    return by_valve(tree(), [30.0, 20.0, 25.0, 60.0], min_dp_bar=0.8)


def one_by_valve_in_a_ring():
    network = with_plant(two_source_loop(), head_bar=3.0)
    consumers = network.consumers.copy()
    consumers.loc["consumer_east", ["control", "kv_m3_per_h"]] = ["valve", 40.0]
    return network.with_tables(consumers=consumers)


def short_of_pressure():
    """The far consumers need more than the head leaves."""
    consumers = tree().consumers.assign(kv_m3_per_h=[40.0, 30.0, np.nan, np.nan], min_dp_bar=[0.5, 0.5, 0.6, 0.6])
    return with_plant(tree().with_tables(consumers=consumers), head_bar=1.2)


def a_booster_with_a_curve():
    network = behind_a_node(tree(), "pipe_fork_east", "booster_house")
    network = with_plant(network, head_bar=2.0)
    pump = {"from_node": "fork", "to_node": "booster_house", "curve": "0:3, 60:2.5, 150:0.5", "speed_share": 0.8}
    return with_fittings(
        network,
        pumps={"booster": pump},
        valves={"beside": {"from_node": "fork", "to_node": "booster_house", "line": "return"}},
    )


def a_pump_in_a_ring():
    network = behind_a_node(two_source_loop(), "pipe_south_works", "station")
    pump = {"from_node": "south", "to_node": "station", "curve": "0:0.4, 100:0.1"}
    beside = {"from_node": "south", "to_node": "station", "line": "return", "kv_m3_per_h": 200.0, "opening": 0.5}
    return with_fittings(network, pumps={"ring_pump": pump}, valves={"throttle": beside})


def a_check_valve_in_a_ring(turned=False):
    network = behind_a_node(preheat_loop(), "pipe_works_north", "chamber")
    ends = {"from_node": "works", "to_node": "chamber"}
    if turned:
        ends = {"from_node": "chamber", "to_node": "works"}
    check = ends | {"kind": "check"}
    return with_fittings(
        network, valves={"flap": check, "open": {"from_node": "works", "to_node": "chamber", "line": "return"}}
    )


def a_shut_check_valve_in_a_ring():
    return a_check_valve_in_a_ring(turned=True)


def a_check_valve_on_the_only_way():
    """It lets nothing through to the east: three of four consumers are cut off."""
    network = behind_a_node(tree(), "pipe_fork_east", "chamber")
    check = {"from_node": "chamber", "to_node": "fork", "kind": "check"}
    return with_fittings(
        network, valves={"flap": check, "open": {"from_node": "fork", "to_node": "chamber", "line": "return"}}
    )


def two_parts():
    """Two networks in one, each with its own plant and head."""
    one = valves_at_a_head()
    names = {"nodes": one.nodes, "pipes": one.pipes, "consumers": one.consumers, "plants": one.plants}
    twin = {table: frame.rename(index="other_{}".format) for table, frame in names.items()}
    for table, columns in (("pipes", ["from_node", "to_node"]), ("consumers", ["node"]), ("plants", ["node"])):
        twin[table][columns] = "other_" + twin[table][columns]
    twin["plants"]["head_bar"] = 2.0
    return one.with_tables(**{table: pd.concat([frame, twin[table]]) for table, frame in names.items()})


NETWORKS = (
    valves_at_a_head,
    valves_whose_worst_has_its_pressure,
    one_by_valve_in_a_ring,
    short_of_pressure,
    a_booster_with_a_curve,
    a_pump_in_a_ring,
    a_check_valve_in_a_ring,
    a_shut_check_valve_in_a_ring,
    a_check_valve_on_the_only_way,
    two_parts,
)


def assert_state(dataset, steady, share):
    flow, heat = float(np.nanmax(steady["plant_mdot_kg_per_s"])), float(steady["consumer_heat_mw"].sum())
    scales = {"_degc": 60.0, "_kg_per_s": flow, "_m_per_s": 1.0, "_mw": heat, "_bar": 10.0, "_share": 1.0}
    for name in QUANTITIES:
        scale = next((scale for suffix, scale in scales.items() if name.endswith(suffix)), None)
        if scale is not None and "residual" not in name and name != "heat_loss_mw":
            expected = steady[name].broadcast_like(dataset[name])
            np.testing.assert_allclose(dataset[name], expected, atol=share * scale, err_msg=name)


@pytest.mark.parametrize("step_s", [60.0, 3600.0])
@pytest.mark.parametrize("make", NETWORKS, ids=lambda make: make.__name__)
def test_a_steady_boundary_keeps_the_steady_state(transient, boundary, make, step_s):
    network = with_walls(make())
    constant = boundary([0.0, 7200.0])
    dataset = transient(network, constant, step_s)
    steady = simulate(network, constant.rows([0]), engine="season").isel(time=0)
    assert set(dataset["status"].values) == {str(steady["status"].item())}
    assert_state(dataset, steady, STEADY_TOLERANCE_SHARE)


@pytest.mark.parametrize("make", NETWORKS, ids=lambda make: make.__name__)
def test_it_comes_to_the_steady_state_of_the_last_values(transient, boundary, make):
    """Consumers ask for half, then for their design heat; the supply is warmer then."""
    network = with_walls(make())
    asked = {name: [0.5 * mw, mw, mw] for name, mw in network.consumers["design_heat_mw"].items()}
    holding = network.plants.index[network.plants["role"] == "pressure"]
    changing = boundary(
        [0.0, 3600.0, 40000.0],
        consumer_heat_mw=asked,
        plant_t_supply_degc={plant: [95.0, 110.0, 110.0] for plant in holding},
    )
    dataset = transient(network, changing, 900.0)
    steady = simulate(network, changing.rows([2]), engine="season").isel(time=0)
    last = dataset.isel(time=[-1])
    assert last["status"].item() == str(steady["status"].item())
    assert_state(last, steady, REACHED_TOLERANCE_SHARE)


def value(dataset, name, **where):
    return dataset[name].sel(**where).to_numpy()


def valve_law_bar(mdot, kv, rho=RHO):
    return (3600.0 * mdot / kv) ** 2 / (1000.0 * rho)


def test_flow_by_valve_follows_the_pressure_and_heat_what_arrives(transient, boundary):
    """Constant water: head = law of the valve + loss of both pipes, whatever the temperature; heat = m cp (T - T_return)."""
    network = with_plant(with_walls(by_valve(two_pipe(CONSTANT_WATER), 60.0)), head_bar=3.0)
    warming = boundary([0.0, 600.0, 9000.0], plant_t_supply_degc={"plant": [80.0, 110.0, 110.0]})
    dataset = transient(network, warming, 60.0)
    mdot = value(dataset, "consumer_mdot_kg_per_s", consumer="consumer_station")
    np.testing.assert_allclose(mdot, mdot[0], rtol=1e-9)
    lost = value(dataset, "pipe_dp_supply_bar")[:, 0] - value(dataset, "pipe_dp_return_bar")[:, 0]
    dp = value(dataset, "consumer_dp_bar", consumer="consumer_station")
    np.testing.assert_allclose(dp, valve_law_bar(mdot, 60.0), rtol=1e-8)
    np.testing.assert_allclose(dp + lost, 3.0, rtol=1e-8)
    arriving = value(dataset, "consumer_t_supply_degc", consumer="consumer_station")
    heat = value(dataset, "consumer_heat_mw", consumer="consumer_station")
    np.testing.assert_allclose(heat, mdot * CP * (arriving - 50.0) / 1e6, rtol=1e-9)
    assert arriving[-1] - arriving[0] > 29.0
    # 10 MW are asked for: heat over that is the imbalance, what is missing a shortfall
    np.testing.assert_allclose(value(dataset, "consumer_imbalance_share")[:, 0], heat / 10.0, rtol=1e-9)
    np.testing.assert_allclose(value(dataset, "consumer_shortfall_mw")[:, 0], np.maximum(10.0 - heat, 0.0), atol=1e-9)
    assert (dataset["status"] == np.where(heat < 10.0, HourStatus.UNDERSUPPLIED, HourStatus.OK)).all()


@pytest.mark.parametrize("step_s", [30.0, 3600.0])
def test_the_head_gives_the_worst_valve_its_pressure(transient, boundary, step_s):
    network = with_walls(valves_whose_worst_has_its_pressure())
    warming = boundary([0.0, 3600.0, 14400.0], plant_t_supply_degc={"plant": [60.0, 115.0, 70.0]})
    dataset = transient(network, warming, step_s)
    dp = dataset["consumer_dp_bar"]
    np.testing.assert_allclose(dp.min("consumer"), 0.8, atol=1e-7)
    # the valve's density is that of what arrived last
    rho = fluid_table(network.fluid).density(dataset["consumer_t_supply_degc"].to_numpy())
    law = valve_law_bar(dataset["consumer_mdot_kg_per_s"].to_numpy(), network.consumers["kv_m3_per_h"].to_numpy(), rho)
    np.testing.assert_allclose(dp, law, rtol=1e-3)


@pytest.mark.parametrize("speed", [0.6, 1.0, 1.2])
def test_a_pump_has_the_head_of_its_curve_at_its_speed(transient, boundary, speed):
    """Affinity laws: head n² H0(V/n), H0 linear from 3 bar at 0 to 2.5 bar at 60 m³/h, then to 0.5 bar at 150 and beyond."""
    network = with_walls(a_booster_with_a_curve())
    network = network.with_tables(pumps=network.pumps.assign(speed_share=speed))
    load = np.array([0.3, 1.0, 0.5])
    heat = {name: mw * load for name, mw in network.consumers["design_heat_mw"].items()}
    dataset = transient(network, boundary([0.0, 3600.0, 7200.0], consumer_heat_mw=heat), 900.0)
    mdot, head = value(dataset, "pump_mdot_kg_per_s")[:, 0], value(dataset, "pump_head_bar")[:, 0]
    rho = fluid_table(network.fluid).density(value(dataset, "node_t_supply_degc", node="fork"))
    volume = 3600.0 * mdot / rho / speed
    expected = speed**2 * np.where(volume < 60.0, 3.0 - 0.5 / 60.0 * volume, 2.5 - 2.0 / 90.0 * (volume - 60.0))
    np.testing.assert_allclose(head, expected, atol=2e-4)
    np.testing.assert_allclose(
        value(dataset, "pump_mw")[:, 0], mdot * np.maximum(head, 0.0) * 1e5 / rho / 0.75 / 1e6, rtol=1e-3
    )
    np.testing.assert_allclose(mdot, value(dataset, "pipe_mdot_kg_per_s", pipe="pipe_fork_east"), rtol=1e-9)


def a_ring_whose_flap_shuts():
    """The helper gives by turns next to nothing and most of the water, which would then run to the works through the flap."""
    network = behind_a_node(two_source_loop(), "pipe_south_works", "chamber")
    network = with_fittings(
        network,
        valves={
            "flap": {"from_node": "chamber", "to_node": "south", "kind": "check"},
            "open": {"from_node": "chamber", "to_node": "south", "line": "return"},
        },
    )
    consumers = network.consumers.assign(design_heat_mw=[6.0, 5.0, 1.0, 1.0])
    return with_plant(network.with_tables(consumers=consumers), "helper", role="flow", mdot_kg_per_s=5.0)


@pytest.mark.parametrize(("step_s", "turn_s"), [(1.0, 60.0), (900.0, 3600.0), (3600.0, 3600.0)])
def test_a_check_valve_shuts_and_opens_again(transient, boundary, conserved, step_s, turn_s):
    network = with_walls(a_ring_whose_flap_shuts())
    given = boundary(
        np.arange(5) * turn_s,
        plant_mdot_kg_per_s={"helper": [2.0, 42.0, 2.0, 42.0, 2.0]},
        plant_t_supply_degc={"helper": 95.0, "plant": 110.0},
    )
    dataset = transient(network, given, step_s)
    assert conserved(dataset).all()
    through = value(dataset, "valve_mdot_kg_per_s", valve="flap")
    assert through.min() > -1e-6
    assert (through > 1.0).any()
    shut = np.abs(through) < 1e-6
    assert shut.any()
    # without it water does run back
    plain = network.with_tables(valves=network.valves.assign(kind="gate"))
    back = value(transient(plain, given, step_s), "valve_mdot_kg_per_s", valve="flap")
    np.testing.assert_array_equal(shut, back < 0.0)


@pytest.mark.parametrize("step_s", [60.0, 900.0, 3600.0])
def test_pressure_runs_short_at_high_load_and_suffices_again(transient, boundary, conserved, step_s):
    """A consumer that is short takes what its open valve lets through at the pressure that is left; others what they ask for."""
    network = with_walls(short_of_pressure())
    load = np.array([0.2, 0.2, 1.1, 1.1, 0.2, 0.2])
    heat = {name: mw * load for name, mw in network.consumers["design_heat_mw"].items()}
    dataset = transient(network, boundary(np.arange(6) * 3600.0, consumer_heat_mw=heat), step_s)
    assert conserved(dataset).all()
    short = dataset["consumer_shortfall_mw"] > 0
    assert (short.any("consumer").to_numpy() == (dataset["status"] == HourStatus.UNDERSUPPLIED).to_numpy()).all()
    assert not short.isel(time=[0, -1]).any()
    assert short.sel(time=[7200.0, 10800.0]).any("consumer").all()
    design = 5e6 / float(np.diff(fluid_table(network.fluid).enthalpy([50.0, 110.0]))[0])
    end = {"consumer": "consumer_end"}
    lacking = short.sel(**end).to_numpy()
    mdot, dp = value(dataset, "consumer_mdot_kg_per_s", **end), value(dataset, "consumer_dp_bar", **end)
    assert lacking.any()
    # known by its design flow at 0.6 bar: dp = 0.6 (m/m_design)²
    np.testing.assert_allclose(dp[lacking], 0.6 * (mdot[lacking] / design) ** 2, rtol=1e-5)
    asked = np.interp(dataset["time"], np.arange(6) * 3600.0, 5.0 * load)
    got = value(dataset, "consumer_heat_mw", **end)
    np.testing.assert_allclose(got[~lacking], asked[~lacking], rtol=1e-6)
    np.testing.assert_allclose(got + value(dataset, "consumer_shortfall_mw", **end), asked, rtol=1e-6)


def test_a_flow_that_the_pressure_cannot_drive_is_a_shortfall(transient, boundary):
    """A consumer by flow behind a head of half of what its open valve needs."""
    network = with_plant(two_pipe(CONSTANT_WATER), head_bar=1.0)
    network = network.with_tables(consumers=network.consumers.assign(control="flow_dt", dt_k=40.0, kv_m3_per_h=80.0))
    flow = boundary([0.0, 7200.0], consumer_mdot_kg_per_s={"consumer_station": [5.0, 40.0]})
    dataset = transient(network, flow, 600.0)
    asked = np.linspace(5.0, 40.0, 13)
    mdot, dp = value(dataset, "consumer_mdot_kg_per_s")[:, 0], value(dataset, "consumer_dp_bar")[:, 0]
    short = mdot < asked - 1e-6
    assert short[-1]
    assert not short[0]
    np.testing.assert_allclose(dp[short], valve_law_bar(mdot[short], 80.0), rtol=1e-6)
    missing = (asked - mdot) * CP * 40.0 / 1e6
    np.testing.assert_allclose(value(dataset, "consumer_shortfall_mw")[:, 0], np.where(short, missing, 0.0), atol=1e-6)


@pytest.mark.parametrize("step_s", [30.0, 3600.0])
@pytest.mark.parametrize("make", NETWORKS, ids=lambda make: make.__name__)
def test_energy_is_conserved(transient, boundary, conserved, make, step_s):
    network = with_walls(make())
    time = np.arange(4) * 3600.0
    heat = {name: mw * np.array([0.5, 1.0, 0.2, 0.7]) for name, mw in network.consumers["design_heat_mw"].items()}
    holding = network.plants.index[network.plants["role"] == "pressure"]
    others = network.plants[network.plants["role"] == "heat"]["heat_mw"]
    given = {plant: mw * np.array([0.5, 1.0, 0.2, 0.7]) for plant, mw in others.items()}
    changing = boundary(
        time,
        consumer_heat_mw=heat,
        plant_t_supply_degc={plant: [105.0, 85.0, 110.0, 95.0] for plant in holding},
        **({"plant_heat_mw": given} if given else {}),
    )
    dataset = transient(network, changing, step_s)
    assert conserved(dataset).all()
