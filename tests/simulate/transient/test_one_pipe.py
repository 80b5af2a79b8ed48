"""One pipe with constant water: arrival, amplitude, smear, cooling at rest, ramps, steps of any length, parts."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from heatnet.adapters.fluid import fluid_table
from heatnet.adapters.layout import layout_of
from heatnet.model.examples import CONSTANT_WATER
from heatnet.simulate.inputs import inputs_of
from heatnet.simulate.transient.film import Film
from heatnet.simulate.transient.parcels import MOST_PARCELS
from heatnet.simulate.transient.plan import Water
from heatnet.simulate.transient.run import Simulation

RHO = CONSTANT_WATER["density_kg_per_m3"]
CP = CONSTANT_WATER["heat_capacity_j_per_kgk"]
LENGTH_M, INNER_M, MDOT = 500.0, 0.2, 30.0
AREA_M2 = math.pi / 4 * INNER_M**2
VELOCITY = MDOT / (RHO * AREA_M2)
WATER_S = LENGTH_M / VELOCITY
#: a tenth of the water's capacity, as in a main of this size
WALL = 0.1 * AREA_M2 * RHO * CP


def outlet(dataset):
    return dataset["node_t_supply_degc"].sel(node="outlet").to_numpy()


def front(boundary, low=60.0, high=80.0, until=1500.0, mdot=MDOT):
    """The inlet rises from low to high between 0 and 1 s."""
    return boundary(
        [0.0, 1.0, until],
        plant_t_supply_degc={"plant": [low, high, high]},
        consumer_mdot_kg_per_s={"drain": mdot},
    )


def moments(time, temperature, low, high):
    """Mean and variance of the arrival of a front: of the density dT/dt."""
    passed = np.diff((temperature - low) / (high - low))
    middle = (time[1:] + time[:-1]) / 2
    mean = np.sum(passed * middle)
    return mean, np.sum(passed * (middle - mean) ** 2)


@pytest.mark.parametrize("wall", [0.0, WALL, 3 * WALL])
def test_front_arrives_after_water_and_wall_are_warmed(transient, boundary, one_pipe, wall):
    """Mean arrival: L/v (1 + C_wall/C_water), whatever smears it, half of the inlet's second added."""
    dataset = transient(one_pipe(wall_j_per_mk=wall), front(boundary), 1.0)
    mean, _variance = moments(dataset["time"].to_numpy(), outlet(dataset), 60.0, 80.0)
    assert mean == pytest.approx(WATER_S * (1 + wall / (AREA_M2 * RHO * CP)) + 0.5, rel=2e-3)


def test_front_is_smeared_by_film_and_dispersion(transient, boundary, one_pipe):
    """Variance: 2 theta tau + 2 D L (1 + C_wall/C_water)² / v³ with theta = C_wall L / (m cp), tau = C_wall / k."""
    network = one_pipe(wall_j_per_mk=3 * WALL)
    dataset = transient(network, front(boundary), 1.0)
    _mean, variance = moments(dataset["time"].to_numpy(), outlet(dataset), 60.0, 80.0)
    film = Film(np.array([INNER_M]), fluid_table(network.fluid), None)
    conductance, dispersion = (float(value[0]) for value in film.at(np.array([MDOT]), np.array([70.0])))
    theta, tau = 3 * WALL * LENGTH_M / (MDOT * CP), 3 * WALL / conductance
    expected = 2 * theta * tau + 2 * dispersion * LENGTH_M * 1.3**2 / VELOCITY**3
    # parcels and split steps may add to it, as `heatnet.simulate.transient.pipe` states
    numerical = theta * 1.0 + (LENGTH_M / 128 / VELOCITY) ** 2
    assert 0.95 * expected <= variance <= 1.05 * expected + numerical


def test_without_a_wall_the_front_stays_sharp(transient, boundary, one_pipe):
    dataset = transient(one_pipe(), front(boundary), 1.0)
    _mean, variance = moments(dataset["time"].to_numpy(), outlet(dataset), 60.0, 80.0)
    film = Film(np.array([INNER_M]), fluid_table(one_pipe().fluid), None)
    dispersion = float(film.at(np.array([MDOT]), np.array([70.0]))[1][0])
    assert math.sqrt(variance) <= math.sqrt(2 * dispersion * LENGTH_M / VELOCITY**3) + 0.02 * WATER_S


@pytest.mark.parametrize("step_s", [10.0, 300.0])
def test_amplitude_behind_the_front(transient, boundary, one_pipe, step_s):
    """T_out = T_g + (T_in - T_g) exp(-U L / (m cp))."""
    network = one_pipe(wall_j_per_mk=WALL, u_w_per_mk=4.0)
    dataset = transient(network, front(boundary, until=3000.0), step_s)
    for row, t_in in ((0, 60.0), (-1, 80.0)):
        expected = 10.0 + (t_in - 10.0) * math.exp(-4.0 * LENGTH_M / (MDOT * CP))
        assert outlet(dataset)[row] == pytest.approx(expected, abs=1e-3)


def test_water_at_rest_cools_with_its_wall(transient, boundary, one_pipe):
    """T = T_g + (T_0 - T_g) exp(-U t / (C_water + C_wall)); the ground gets what is no longer stored.

    The wall lags behind the water through the film k of free convection, which makes both cool faster by the share
    (C_wall/C)² U/k = 3e-4: 1.5e-3 after the five time constants here.
    """
    u = 2.0
    network = one_pipe(wall_j_per_mk=WALL, u_w_per_mk=u)
    shut = boundary(
        [0.0, 1.0, 400000.0],
        plant_t_supply_degc={"plant": 80.0},
        consumer_mdot_kg_per_s={"drain": [MDOT, 0.0, 0.0]},
    )
    dataset = transient(network, shut, 900.0)
    rows = dataset.isel(time=slice(1, None))
    assert (rows["status"] == "ok_stagnant").all()
    passed = rows["time"].to_numpy() - 900.0
    law = np.exp(-u * passed / (AREA_M2 * RHO * CP + WALL))
    excess = outlet(rows) - 10.0
    np.testing.assert_allclose(excess, excess[0] * law, rtol=2e-3)
    above_ground = rows["stored_heat_mwh"].to_numpy() - LENGTH_M * (AREA_M2 * RHO * CP + WALL) * 10.0 / 3.6e9
    np.testing.assert_allclose(above_ground, above_ground[0] * law, rtol=2e-3)
    lost = (rows["heat_loss_mw"].to_numpy()[1:] + rows["heat_loss_mw"].to_numpy()[:-1]) / 2 * 0.25
    np.testing.assert_allclose(lost, -np.diff(rows["stored_heat_mwh"]), rtol=1e-4)


@pytest.mark.parametrize("step_s", [1.0, 60.0, 600.0])
def test_ramp_comes_out_late_and_otherwise_unchanged(transient, boundary, one_pipe, step_s):
    """T_out(t) = T_in(t - L/v (1 + C_wall/C_water))."""
    ramp = boundary(
        [0.0, 2400.0],
        plant_t_supply_degc={"plant": [60.0, 84.0]},
        consumer_mdot_kg_per_s={"drain": MDOT},
    )
    dataset = transient(one_pipe(wall_j_per_mk=WALL), ramp, step_s)
    time = dataset["time"].to_numpy()
    late = time > 2 * WATER_S
    np.testing.assert_allclose(outlet(dataset)[late], 60.0 + 0.01 * (time[late] - 1.1 * WATER_S), atol=0.02)


def test_flow_that_changes_carries_as_much_water(transient, boundary, one_pipe):
    """A front arrives when the mass of the pipe has flowed, whatever the flow in between."""
    flow = boundary(
        [0.0, 1.0, 200.0, 400.0, 2000.0],
        plant_t_supply_degc={"plant": [60.0, 80.0, 80.0, 80.0, 80.0]},
        consumer_mdot_kg_per_s={"drain": [10.0, 10.0, 50.0, 5.0, 25.0]},
    )
    dataset = transient(one_pipe(), flow, 1.0)
    mdot, time = dataset["consumer_mdot_kg_per_s"].to_numpy()[:, 0], dataset["time"].to_numpy()
    passed = np.concatenate([[0.0], np.cumsum((mdot[1:] + mdot[:-1]) / 2)])
    arrival = np.interp(70.0, outlet(dataset), time)
    assert np.interp(arrival, time, passed) == pytest.approx(AREA_M2 * LENGTH_M * RHO, rel=0.01)


def day(boundary):
    """Supply temperature and flow of a day, linear between hours."""
    hours = np.arange(25) * 3600.0
    around = 2 * np.pi * hours / hours[-1]
    return boundary(
        hours,
        plant_t_supply_degc={"plant": 90.0 + 8.0 * np.sin(around) + np.where(hours > 43200.0, 3.0, 0.0)},
        consumer_mdot_kg_per_s={"drain": 25.0 + 10.0 * np.cos(around)},
    )


#: largest departure from a step of 20 s; the inlet moves by up to 5 K an hour
STEP_TOLERANCE_K = 0.05
DAY_PIPE = {"length_m": 3000.0, "wall_j_per_mk": WALL, "u_w_per_mk": 0.5}


@pytest.fixture(scope="module")
def fine_day(transient, boundary, one_pipe):
    return transient(one_pipe(**DAY_PIPE), day(boundary), 20.0)


@pytest.mark.parametrize("step_s", [60.0, 300.0, 720.0, 900.0, 1800.0, 3600.0])
def test_any_step_gives_the_same_outlet(transient, boundary, one_pipe, fine_day, step_s):
    hours = np.arange(0.0, 86401.0, 3600.0)
    coarse = transient(one_pipe(**DAY_PIPE), day(boundary), step_s)
    np.testing.assert_allclose(outlet(coarse.sel(time=hours)), outlet(fine_day.sel(time=hours)), atol=STEP_TOLERANCE_K)


def test_steps_of_a_second(transient, boundary, one_pipe, fine_day):
    """The first twenty minutes of the day."""
    hour = {name: frame.iloc[:2, 0].to_numpy() for name, frame in day(boundary).values.items()}
    values = {name: [first, first + (last - first) / 3.0] for name, (first, last) in hour.items()}
    t_supply, mdot = values["plant_t_supply_degc"], values["consumer_mdot_kg_per_s"]
    given = boundary([0.0, 1200.0], plant_t_supply_degc={"plant": t_supply}, consumer_mdot_kg_per_s={"drain": mdot})
    second = transient(one_pipe(**DAY_PIPE), given, 1.0).isel(time=-1)
    np.testing.assert_allclose(outlet(second), outlet(fine_day.sel(time=1200.0)), atol=STEP_TOLERANCE_K)


@pytest.mark.parametrize("step_s", [120.0, 900.0])
@pytest.mark.parametrize("parts", [2, 7])
def test_a_pipe_in_parts_is_the_same_pipe(transient, boundary, one_pipe, parts, step_s):
    whole, cut = (transient(one_pipe(**DAY_PIPE, parts=count), day(boundary), step_s) for count in (1, parts))
    np.testing.assert_allclose(outlet(cut), outlet(whole), atol=STEP_TOLERANCE_K)
    np.testing.assert_allclose(cut["stored_heat_mwh"], whole["stored_heat_mwh"], rtol=1e-4)


def test_short_pipes_pass_on_what_flows_through_within_a_step(transient, boundary, one_pipe):
    """Ten metres hold 10 s of flow: with steps of an hour the outlet is the inlet less the steady loss."""
    network = one_pipe(length_m=10.0, wall_j_per_mk=WALL, u_w_per_mk=1.0)
    dataset = transient(network, day(boundary), 3600.0)
    inlet, mdot = (dataset[name].to_numpy()[:, 0] for name in ("plant_t_supply_degc", "consumer_mdot_kg_per_s"))
    expected = 10.0 + (inlet - 10.0) * np.exp(-1.0 * 10.0 / (mdot * CP))
    # the inlet moves by 0.1 K in the split step of 90 s before each row
    np.testing.assert_allclose(outlet(dataset), expected, atol=0.1)


def test_water_that_turns_round_comes_back(transient, boundary, one_pipe):
    """Warm water goes into the pipe for some time, then the flow turns: as much warm water comes out at the same end."""
    pipe = one_pipe(length_m=1000.0)
    network = pipe.with_tables(
        pipes=pipe.pipes.assign(line="pair"),
        consumers=pipe.consumers.loc[["drain", "drain"]]
        .assign(node=["inlet", "outlet"], return_node=None)
        .set_axis(["near", "far"])
        .rename_axis("id"),
        plants=pipe.plants.loc[["plant", "plant"]]
        .assign(node=["inlet", "outlet"], role=["pressure", "flow"], mdot_kg_per_s=[np.nan, 10.0])
        .set_axis(["plant", "other"])
        .rename_axis("id"),
    )
    turning = boundary(
        [0.0, 1000.0, 1001.0, 1600.0, 1601.0, 4000.0],
        consumer_mdot_kg_per_s={"near": [60.0] * 6, "far": [10.0] * 6},
        plant_mdot_kg_per_s={"other": [30.0, 30.0, 0.0, 0.0, 30.0, 30.0]},
        plant_t_supply_degc={"plant": 90.0, "other": 60.0},
    )
    dataset = transient(network, turning, 5.0)
    time, flow = dataset["time"].to_numpy(), dataset["pipe_mdot_kg_per_s"].to_numpy()[:, 0]
    near = dataset["consumer_t_supply_degc"].sel(consumer="near").to_numpy()
    back = flow < -19.0
    # what comes out of the pipe, from the mixture of it and the plant's water
    out = (near * 60.0 - 90.0 * (60.0 + flow)) / -np.where(back, flow, -1.0)
    assert np.allclose(out[back & (time < 1000.0)], 60.0, atol=1e-6)
    went_in = 10.0 * 600.0
    until = 1600.0 + went_in / 20.0
    assert np.allclose(out[back & (time > 1610.0) & (time < until - 20.0)], 90.0, atol=0.01)
    assert np.allclose(out[back & (time > until + 20.0)], 60.0, atol=0.01)


def test_stored_heat_is_water_and_wall_above_zero(transient, boundary, one_pipe):
    dataset = transient(one_pipe(wall_j_per_mk=WALL), front(boundary, until=3000.0), 60.0)
    per_kelvin = LENGTH_M * (AREA_M2 * RHO * CP + WALL) / 3.6e9
    stored = dataset["stored_heat_mwh"].to_numpy()
    np.testing.assert_allclose(stored[[0, -1]], [60.0 * per_kelvin, 80.0 * per_kelvin], rtol=1e-6)


@pytest.mark.parametrize("hours", [8, 11, 15, 20])
def test_what_flows_out_does_not_jump_with_the_flow(boundary, one_pipe, hours):
    """A slow pipe full of parcels after some hours: from flow to flow the outflow changes by as much as before.

    Where it jumps, no flow may carry exactly the heat that a consumer asks for.
    """
    network = one_pipe(length_m=2500.0, wall_j_per_mk=WALL, u_w_per_mk=0.5)
    time = np.arange(hours + 1) * 3600.0
    supply = 90.0 + 9.0 * np.sin(time / 4000.0) + 4.0 * np.sin(time / 1500.0)
    given = boundary(time, plant_t_supply_degc={"plant": supply}, consumer_mdot_kg_per_s={"drain": 4.0})
    inputs = inputs_of(network, given)
    simulation = Simulation(network, layout_of(network), given, inputs, 900.0)
    for row in range(4 * hours):
        simulation.solve(row)
    marcher, values = simulation.marcher, simulation.values
    assert marcher.water.ring[0, 1] == MOST_PARCELS
    hour, supplies = values.mean((hours - 0.25) * 3600.0, hours * 3600.0, 10)
    held, flows = marcher.water, simulation.flows
    mdot = 4.0 * np.linspace(0.95, 1.05, 401)
    leaving = []
    for one in mdot:
        copy = Water(*(part.copy() for part in held))
        marcher.fill(copy, np.array([4.0]), np.full(2, 80.0))
        settled = marcher.step(replace(hour, mdot_kg_per_s=np.array([one])), supplies, flows, 900.0, 0.0)
        leaving.append(settled.carried.consumer_h[0])
    changes = np.diff(leaving)
    np.testing.assert_allclose(changes, np.median(changes), atol=5.0 * np.abs(np.median(changes)) + 0.05)
