"""Heads along a line against closed forms: friction, the weight of the water, boiling, and the pump's suction."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from heatnet.metrics.compliance import ATMOSPHERE_BAR, Limits
from heatnet.metrics.pressure_line import (
    M_PER_BAR,
    head_lines,
    head_m,
    highest_station,
    least_suction_bar,
    node_of,
    point_head_m,
    rest_pressure_bar,
    way_between,
)
from heatnet.model.boundary import Boundary
from heatnet.model.examples import CONSTANT_WATER, tree, two_source_loop
from heatnet.simulate import simulate

RHO, ETA = CONSTANT_WATER["density_kg_per_m3"], CONSTANT_WATER["viscosity_pa_s"]
G_M_PER_S2 = 9.80665
#: the solver's tolerance on pressures is 1e-6 bar, one hundredth of a millimetre of water; the sum of three pipes
TOLERANCE_M = 1e-3


def test_a_head_is_height_and_gauge_pressure_over_the_weight_of_a_metre_of_water():
    assert head_m(np.array(ATMOSPHERE_BAR), np.array(7.0)) == pytest.approx(7.0, abs=1e-12)
    # 9.80665 kPa lift the head by one metre, wherever
    assert head_m(np.array(ATMOSPHERE_BAR + 0.0980665), np.array(7.0)) == pytest.approx(8.0, abs=1e-12)
    assert pytest.approx(10.19716, abs=1e-5) == M_PER_BAR


def _friction_head_m(mdot_kg_per_s: float, length_m: float, diameter_m: float) -> float:
    """Darcy–Weisbach with Colebrook's factor by a root search, and the local loss of 0.01 a metre; m of 1000 kg/m³."""
    velocity = mdot_kg_per_s / (RHO * np.pi / 4 * diameter_m**2)
    reynolds, roughness = RHO * velocity * diameter_m / ETA, 0.5e-3 / diameter_m
    factor = brentq(
        lambda f: 1 / np.sqrt(f) + 2 * np.log10(2.51 / (reynolds * np.sqrt(f)) + roughness / 3.71), 1e-3, 1.0
    )
    drop_pa = (factor * length_m / diameter_m + 0.01 * length_m) * RHO * velocity**2 / 2
    return drop_pa / (1000.0 * G_M_PER_S2)


def test_heads_along_a_line_are_those_of_friction_and_of_the_lighter_column():
    """H falls by h_f with the flow, and (1 - rho/rho_0) dz for a climb dz, as the water weighs less than the column."""
    network = tree(fluid=CONSTANT_WATER)
    states = simulate(network, Boundary(pd.Index([0.0], name="time")))
    hour = {
        name: states[name].isel(time=0).to_series()
        for name in ("node_p_supply_bar", "node_p_return_bar", "node_t_supply_degc")
    }
    way = way_between(network, "plant", "consumer_end")
    assert way.nodes == ("works", "fork", "east", "end")
    assert list(way.distance_m) == [0.0, 800.0, 1400.0, 2300.0]
    lines = head_lines(network, way.nodes, hour)
    pipes = ("pipe_works_fork", "pipe_fork_east", "pipe_east_end")
    rows = network.pipes.loc[list(pipes)]
    lost = [
        _friction_head_m(
            float(states["pipe_mdot_kg_per_s"].sel(pipe=pipe)[0]), row["length_m"], row["inner_diameter_mm"] / 1e3
        )
        for pipe, row in rows.iterrows()
    ]
    assert min(lost) > 1.0, "metres, so that the tolerance means something"
    # both engines weigh water with 9.81 m/s²
    climb = (1 - RHO * 9.81 / (1000.0 * G_M_PER_S2)) * (lines.ground_m - lines.ground_m[0])
    fallen = np.concatenate([[0.0], np.cumsum(lost)])
    assert lines.supply_m == pytest.approx(lines.supply_m[0] - fallen + climb, abs=TOLERANCE_M)
    assert lines.return_m == pytest.approx(lines.return_m[0] + fallen + climb, abs=TOLERANCE_M)
    assert lines.return_m[0] == pytest.approx(point_head_m(network), abs=TOLERANCE_M)
    # between the lines at the end lies what the consumer has
    available = float(states["consumer_dp_bar"].sel(consumer="consumer_end")[0])
    assert lines.supply_m[-1] - lines.return_m[-1] == pytest.approx(available * M_PER_BAR, abs=TOLERANCE_M)


def test_the_static_line_is_level_up_to_the_lighter_water_and_starts_at_the_constant_pressure_point():
    network = tree(fluid=CONSTANT_WATER)
    nodes = [str(node) for node in network.nodes.index]
    height = network.nodes["elevation_m"].to_numpy(dtype=float)
    rest = rest_pressure_bar(network, nodes, np.full(len(nodes), 80.0))
    assert rest == pytest.approx(4.0 + RHO * G_M_PER_S2 * (height[0] - height) / 1e5, rel=1e-12)
    expected = point_head_m(network) + (1 - RHO / 1000.0) * (height - height[0])
    assert head_m(rest, height) == pytest.approx(expected, abs=1e-9)


def test_the_vaporisation_line_meets_the_ground_at_100_degrees_and_rises_with_temperature():
    network = tree()
    nodes = ["works", "end"]
    frame = pd.Series([5.0, 5.0], index=nodes)
    lines = head_lines(
        network,
        nodes,
        {
            "node_p_supply_bar": frame,
            "node_p_return_bar": frame,
            "node_t_supply_degc": pd.Series([99.974, 130.0], index=nodes),
        },
    )
    assert lines.boiling_m[0] == pytest.approx(lines.ground_m[0], abs=0.02)
    # steam tables: 2.7026 bar at 130 °C
    assert lines.boiling_m[1] == pytest.approx(lines.ground_m[1] + (2.7026 - ATMOSPHERE_BAR) * M_PER_BAR, abs=0.02)


def test_the_suction_needs_half_a_bar_above_boiling():
    limits = Limits()
    # steam tables: 0.1235 bar at 50 °C
    assert least_suction_bar(np.array(50.0), limits) == pytest.approx(0.1235 + 0.5, abs=1e-3)


def test_ways_lead_between_plants_stations_and_nodes_and_take_the_shorter_side_of_a_ring():
    network = two_source_loop()
    assert node_of(network, "helper") == "heat_store"
    assert node_of(network, "consumer_west") == "west"
    assert node_of(network, "nobody") is None
    assert way_between(network, "plant", "helper").nodes == ("works", "south", "heat_store")
    assert way_between(network, "north", "consumer_south").nodes == ("north", "works", "south")
    assert way_between(network, "plant", "works") is None
    assert highest_station(network) == "consumer_west"


def test_a_closed_pipe_is_no_way():
    network = two_source_loop()
    pipes = network.pipes.assign(closed=[name == "pipe_south_works" for name in network.pipes.index])
    way = way_between(network.with_tables(pipes=pipes), "plant", "helper")
    assert way.nodes == ("works", "north", "east", "heat_store")
