"""Energy and mass over random boundaries: heats, temperatures, flows that turn round, stand-still, any step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from heatnet.model.examples import EXAMPLES, two_source_loop

STEPS_S = (1.0, 7.0, 30.0, 90.0, 240.0, 900.0, 3600.0)


def shares(low, high, count):
    return st.lists(st.floats(low, high), min_size=count, max_size=count)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    make=st.sampled_from(EXAMPLES),
    step_s=st.sampled_from(STEPS_S),
    load=st.lists(st.one_of(st.just(0.0), st.floats(0.01, 1.3)), min_size=4, max_size=4),
    supply=shares(65.0, 115.0, 4),
    helper=shares(0.0, 1.0, 4),
    wall=st.sampled_from([0.0, 5000.0, 40000.0]),
)
# a plant that is to give the smallest number there is
@example(two_source_loop, 1.0, [1.0, 0.0, 0.0, 0.0], [65.0] * 4, [5e-324, 0.0, 0.0, 0.0], 0.0)
# 0.4 g/s creep into a pipe of 20 m³
@example(two_source_loop, 3600.0, [0.0, 0.5, 0.0, 0.0], [78.0, 97.25, 65.0, 65.0], [0.0, 1.0, 0.0, 0.0], 40000.0)
def test_energy_is_conserved(transient, boundary, conserved, make, step_s, load, supply, helper, wall):
    network = make()
    network = network.with_tables(pipes=network.pipes.assign(wall_j_per_mk=wall))
    time = np.arange(4) * 3.0 * step_s + np.array([0.0, 0.1, 0.0, 0.2]) * step_s
    heat = {name: mw * np.array(load) for name, mw in network.consumers["design_heat_mw"].items()}
    by_heat = network.plants[network.plants["role"] == "heat"]
    plants = {name: mw * np.minimum(helper, load) for name, mw in by_heat["heat_mw"].items()}
    values = {"consumer_heat_mw": heat, "plant_t_supply_degc": {"plant": supply}}
    conserved(transient(network, boundary(time, **values | ({"plant_heat_mw": plants} if plants else {})), step_s))


def turning_ring():
    """A ring with two plants by turns: most of the water comes from the one, then from the other."""
    network = two_source_loop()
    plants = network.plants.copy()
    plants.loc["helper", ["role", "mdot_kg_per_s"]] = ["flow", 10.0]
    return network.with_tables(plants=plants, pipes=network.pipes.assign(wall_j_per_mk=15000.0))


def turning(boundary, turn_s, turns=4):
    """Return a boundary over so many turns of the ring's water and back."""
    count = 2 * turns + 1
    return boundary(
        np.arange(count) * turn_s,
        plant_mdot_kg_per_s={"helper": [2.0, 50.0] * turns + [2.0]},
        plant_t_supply_degc={"helper": np.linspace(75.0, 95.0, count), "plant": 105.0},
    )


@pytest.mark.parametrize(
    ("step_s", "turn_s"), [(1.0, 60.0), (60.0, 3600.0), (900.0, 3600.0), (3600.0, 3600.0), (3600.0, 7200.0)]
)
def test_energy_is_conserved_while_flows_turn_round(transient, boundary, conserved, step_s, turn_s):
    """Steps of a second to an hour, in which water in the ring runs both ways."""
    dataset = transient(turning_ring(), turning(boundary, turn_s), step_s)
    assert conserved(dataset).all()
    flow = dataset["pipe_mdot_kg_per_s"]
    assert ((flow.max("time") > 1.0) & (flow.min("time") < -1.0)).any(), "some flow turns"


def test_heat_given_taken_and_lost_over_a_day_is_what_is_stored(transient, boundary, conserved):
    """Consumers' set heats integrate exactly; hence plants give the sum of heats, losses and what is stored."""
    network = two_source_loop()
    network = network.with_tables(pipes=network.pipes.assign(wall_j_per_mk=15000.0))
    hours = np.arange(25) * 3600.0
    load = 0.7 + 0.25 * np.sin(2 * np.pi * hours / 86400.0)
    heat = {name: mw * load for name, mw in network.consumers["design_heat_mw"].items()}
    day = boundary(hours, consumer_heat_mw=heat, plant_t_supply_degc={"plant": 85.0 + 20.0 * load, "helper": 85.0})
    dataset = transient(network, day, 900.0)
    assert conserved(dataset).all()

    def integral(name):
        values = dataset[name].to_numpy().reshape(len(hours) * 4 - 3, -1).sum(axis=1)
        return float(((values[1:] + values[:-1]) / 2).sum()) * 0.25

    given, taken, lost = (integral(name) for name in ("plant_heat_mw", "consumer_heat_mw", "heat_loss_mw"))
    stored = float(dataset["stored_heat_mwh"][-1] - dataset["stored_heat_mwh"][0])
    # the plants' heat follows what returns, which is not linear between rows
    assert given == pytest.approx(taken + lost + stored, rel=2e-3)
