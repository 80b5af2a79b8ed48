"""What is wrong somewhere in a whole simulation: the worst place and hour, and in how many rows."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.metrics.state import state_warnings
from heatnet.metrics.warnings_in_time import above_capacity, boiling_in_time, vacuum_in_time
from heatnet.model.examples import boundary_at_loads, tree
from heatnet.physics.water import saturation_pressure_bar
from heatnet.simulate import simulate

LOADS = (1.0, 0.6, 0.3)


@pytest.fixture(scope="module")
def network():
    return tree()


@pytest.fixture(scope="module")
def states(network):
    return simulate(network, boundary_at_loads(network, LOADS))


def changed(states, name, row, position, value):
    copy = states.copy(deep=True)
    copy[name].values[row, position] = value
    return copy


def test_a_sound_simulation_has_nothing(network, states):
    assert boiling_in_time(states) is None
    assert vacuum_in_time(states) is None
    assert above_capacity(network, states) == []


@pytest.mark.parametrize("line", ["supply", "return"])
def test_boiling_is_found_on_either_line(states, line):
    other = changed(states, f"node_p_{line}_bar", 1, 2, 0.1)
    other = changed(other, f"node_p_{line}_bar", 2, 2, 0.05)
    found = boiling_in_time(other)
    hot = states[f"node_t_{line}_degc"].values
    need = saturation_pressure_bar(hot[:, 2])
    worst = 1 + int(np.argmax(need[1:] - np.array([0.1, 0.05])))
    assert (found.node, found.line) == (str(states["node"].values[2]), line)
    assert found.row == worst
    assert found.rows == int((need[1:] > np.array([0.1, 0.05])).sum())
    assert found.need_bar == pytest.approx(need[worst], rel=1e-12)
    assert found.t_degc == hot[worst, 2]


def test_pressure_below_zero_is_found(network, states):
    other = changed(states, "node_p_return_bar", 2, 1, -0.4)
    found = vacuum_in_time(changed(other, "node_p_return_bar", 0, 1, -0.7))
    assert (found.node, found.line, found.row, found.rows) == (str(states["node"].values[1]), "return", 0, 2)
    assert found.p_bar == -0.7
    assert any("-0.40 bar absolute, below zero" in text for text in state_warnings(network, other.isel(time=2)))


def test_heat_above_capacity_counts_its_rows(network, states):
    heat = states["plant_heat_mw"].values[:, 0]
    small = network.with_tables(plants=network.plants.assign(capacity_mw=0.5 * heat[0]))
    (found,) = above_capacity(small, states)
    assert (found.plant, found.rows, found.row) == ("plant", 2, 0)
    assert found.heat_mw == heat[0]


def test_rows_without_a_solution_say_nothing(network, states):
    empty = states.copy(deep=True)
    for name in empty.data_vars:
        if name != "status":
            empty[name].values[:] = np.nan
    assert boiling_in_time(empty) is None
    assert vacuum_in_time(empty) is None
    assert above_capacity(network, empty) == []
