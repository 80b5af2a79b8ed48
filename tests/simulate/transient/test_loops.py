"""Fronts and walls in rings, with water that turns round: arrival, smear, and steps from a second to an hour."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from heatnet.adapters.fluid import fluid_table
from heatnet.model.build import build_network
from heatnet.model.examples import CONSTANT_WATER, two_source_loop
from heatnet.simulate.transient.film import Film
from heatnet.simulate.transient.run import LONGEST_SPLIT_S

RHO = CONSTANT_WATER["density_kg_per_m3"]
CP = CONSTANT_WATER["heat_capacity_j_per_kgk"]
INNER_M = 0.2
AREA_M2 = math.pi / 4 * INNER_M**2
#: wall capacity over that of the water
WALL_SHARE = 0.15
WALL = WALL_SHARE * AREA_M2 * RHO * CP
#: a step, and by what times and lengths of a case are stretched, so that a front is as many steps on its way
STEPS = pytest.mark.parametrize(("step_s", "scale"), [(1.0, 1.0), (3600.0, 60.0)], ids=["second", "hour"])


def ring(pipes, consumers, plants):
    """Return a network without losses from pipes (from, to, length m, line), stations and plants."""
    rows = pd.DataFrame(pipes, columns=["from_node", "to_node", "length_m", "line"])
    rows.insert(0, "id", [f"pipe_{i}" for i in range(len(rows))])
    return build_network(
        "ring",
        {
            "design": {"t_supply_degc": 90, "t_return_degc": 20, "t_outdoor_degc": 0},
            "pressure_point": {"node": "inlet", "line": "return", "p_bar": 3.0},
            "t_ground_degc": 10.0,
            "fluid": dict(CONSTANT_WATER),
            "pipe_defaults": {"roughness_mm": 0.1, "zeta_per_m": 0.0},
        },
        {
            "nodes": pd.DataFrame({"id": ["inlet", "outlet"]}),
            "pipes": rows.assign(inner_diameter_mm=1e3 * INNER_M, u_w_per_mk=0.0, wall_j_per_mk=WALL),
            "consumers": pd.DataFrame(consumers).assign(heat_mw=0.1, t_return_degc=20.0),
            "plants": pd.DataFrame(plants).assign(kind="source"),
        },
    )


def arrival(time, temperature, low, high):
    """Return mean and variance of a front's arrival."""
    passed = np.diff((temperature - low) / (high - low))
    middle = (time[1:] + time[:-1]) / 2
    mean = np.sum(passed * middle)
    return mean, np.sum(passed * (middle - mean) ** 2)


def smear_s2(network, mdot, length_m, step_s):
    """Return the variance of a front's arrival by film and dispersion, and what split steps and parcels may add, s²."""
    film = Film(np.array([INNER_M]), fluid_table(network.fluid), None)
    conductance, dispersion = (float(value[0]) for value in film.at(np.array([mdot]), np.array([70.0])))
    velocity = mdot / (RHO * AREA_M2)
    theta, tau = WALL * length_m / (mdot * CP), WALL / conductance
    physical = 2 * theta * tau + 2 * dispersion * length_m * (1 + WALL_SHARE) ** 2 / velocity**3
    return physical, theta * min(step_s, LONGEST_SPLIT_S) + (length_m / 128 / velocity) ** 2


@STEPS
def test_a_front_comes_by_both_ways_round(transient, boundary, step_s, scale):
    """Mean arrival by either way L/v (1 + C_wall/C_water), smeared by film and dispersion; in between new and old water mix."""
    lengths = (400.0 * scale, 900.0 * scale)
    network = ring(
        [("inlet", "outlet", length, "supply") for length in lengths],
        [{"id": "drain", "node": "outlet", "return_node": "inlet"}],
        [{"id": "plant", "node": "inlet", "role": "pressure"}],
    )
    # a rise over some rows, so that sums over rows are integrals
    rise_s = 4.0 * step_s
    front = boundary(
        np.array([0.0, rise_s, 2400.0 * scale]),
        plant_t_supply_degc={"plant": [60.0, 80.0, 80.0]},
        consumer_mdot_kg_per_s={"drain": 50.0},
    )
    dataset = transient(network, front, step_s)
    time, outlet = dataset["time"].to_numpy(), dataset["node_t_supply_degc"].sel(node="outlet").to_numpy()
    flow = dataset["pipe_mdot_kg_per_s"].to_numpy()[-1]
    expected = np.array(lengths) * RHO * AREA_M2 / flow * (1.0 + WALL_SHARE) + 0.5 * rise_s
    between, mixed = expected.mean(), 60.0 + 20.0 * flow[0] / flow.sum()
    assert outlet[np.argmin(np.abs(time - between))] == pytest.approx(mixed, abs=0.02)
    for way, (low, high) in enumerate(((60.0, mixed), (mixed, 80.0))):
        here = time < between if way == 0 else time > between
        mean, variance = arrival(time[here], outlet[here], low, high)
        assert mean == pytest.approx(expected[way], rel=3e-3)
        physical, numerical = smear_s2(network, flow[way], lengths[way], step_s)
        # that of the rise itself; rows resolve a variance to a quarter of the square of their distance
        variance, resolved = variance - rise_s**2 / 12, step_s**2 / 4
        assert 0.95 * physical - resolved <= variance <= 1.05 * physical + numerical + resolved


@STEPS
@pytest.mark.parametrize("ways", [1, 2])
def test_water_that_turns_round_in_a_ring_takes_its_front_back(transient, boundary, conserved, step_s, scale, ways):
    """Warm water goes in by ten kilograms a second and comes back by twenty: its front returns in half the time.

    Water and wall are left as they were behind it, so that the wall delays the front both ways alike.
    """
    stations = [{"id": "near", "node": "inlet"}, {"id": "far", "node": "outlet"}]
    plants = [
        {"id": "plant", "node": "inlet", "role": "pressure"},
        {"id": "other", "node": "outlet", "role": "flow", "mdot_kg_per_s": 10.0},
    ]
    network = ring([("inlet", "outlet", 1000.0 * scale, "pair")] * ways, stations, plants)
    went_in, turned = 600.0 * scale, 1600.0 * scale
    turning = boundary(
        np.array([0.0, 1000.0, 1001.0, 1600.0, 1601.0, 4000.0]) * scale,
        consumer_mdot_kg_per_s={"near": [60.0] * 6, "far": [10.0 * ways] * 6},
        plant_mdot_kg_per_s={"other": [30.0 * ways, 30.0 * ways, 0.0, 0.0, 30.0 * ways, 30.0 * ways]},
        plant_t_supply_degc={"plant": 90.0, "other": 60.0},
    )
    dataset = transient(network, turning, step_s)
    assert conserved(dataset).all()
    time, flow = dataset["time"].to_numpy(), dataset["pipe_mdot_kg_per_s"].sum("pipe").to_numpy()
    near = dataset["consumer_t_supply_degc"].sel(consumer="near").to_numpy()
    back = time > turned + 2.0 * scale
    # what comes out of the ring, from the mixture of it and the plant's water
    out = (near[back] * 60.0 - 90.0 * (60.0 + flow[back])) / -flow[back]
    mean, variance = arrival(time[back], out, 90.0, 60.0)
    assert mean == pytest.approx(turned + went_in / 2.0, abs=0.01 * went_in + 0.02 * step_s)
    assert math.sqrt(variance) < 0.1 * went_in
    assert out[0] == pytest.approx(90.0, abs=0.05)
    assert out[-1] == pytest.approx(60.0, abs=0.05)


#: between steps of ten seconds and longer ones: mean over all nodes and full hours, any node (a front of 30 K may stand there,
#: which a split step of 90 s moves), and heat in the pipes
STEP_MEAN_K, STEP_ANY_K, STEP_STORED_MWH = 0.1, 2.0, 0.01


@pytest.fixture(scope="module")
def by_turns(transient, boundary):
    """Return a run through a ring whose two plants give most of the water by turns, by the length of the step."""
    network = two_source_loop()
    plants = network.plants.copy()
    plants.loc["helper", ["role", "mdot_kg_per_s"]] = ["flow", 10.0]
    network = network.with_tables(plants=plants, pipes=network.pipes.assign(wall_j_per_mk=15000.0))
    turning = boundary(
        np.arange(5) * 3600.0,
        plant_mdot_kg_per_s={"helper": [2.0, 50.0, 2.0, 50.0, 2.0]},
        plant_t_supply_degc={"helper": np.linspace(75.0, 95.0, 5), "plant": 105.0},
    )
    return lambda step_s: transient(network, turning, step_s)


@pytest.mark.parametrize("step_s", [90.0, 900.0, 3600.0])
def test_any_step_gives_the_same_ring(by_turns, fine_ring, step_s):
    hours = np.arange(5) * 3600.0
    coarse, fine = by_turns(step_s).sel(time=hours), fine_ring.sel(time=hours)
    for line in ("supply", "return"):
        gap = np.abs(coarse[f"node_t_{line}_degc"] - fine[f"node_t_{line}_degc"])
        assert float(gap.mean()) < STEP_MEAN_K
        assert float(gap.max()) < STEP_ANY_K
    np.testing.assert_allclose(coarse["stored_heat_mwh"], fine["stored_heat_mwh"], atol=STEP_STORED_MWH)


@pytest.fixture(scope="module")
def fine_ring(by_turns):
    return by_turns(10.0)
