"""Junctions and branches of a network, and where water can flow."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.adapters.activity import activity, fill_resting
from heatnet.adapters.fluid import fluid_table
from heatnet.adapters.layout import HEATER, NOWHERE, PIPE, layout_of
from heatnet.model.examples import CONSTANT_WATER, preheat_loop, tree, two_pipe
from heatnet.model.network import Fluid


def test_a_pair_becomes_one_branch_on_each_line_in_the_same_direction():
    layout = layout_of(two_pipe())
    assert layout.junctions == 4
    assert layout.line.tolist() == [0, 1]
    assert layout.start.tolist() == [layout.supply[0], layout.back[0]]
    assert layout.end.tolist() == [layout.supply[1], layout.back[1]]


def test_single_lines_leave_nodes_off_the_other_line():
    network = two_pipe()
    pipes = pd.concat(
        [network.pipes.assign(line="supply"), network.pipes.assign(line="return").rename(index=lambda i: i + "_r")]
    )
    pipes.iloc[1, pipes.columns.get_loc("from_node")] = "station_back"
    pipes.iloc[1, pipes.columns.get_loc("to_node")] = "works_back"
    nodes = pd.concat([network.nodes, network.nodes.rename(index=lambda i: i + "_back")])
    plants = network.plants.assign(return_node="works_back")
    consumers = network.consumers.assign(return_node="station_back")
    layout = layout_of(network.with_tables(pipes=pipes, nodes=nodes, plants=plants, consumers=consumers))
    assert (layout.supply != NOWHERE).tolist() == [True, True, False, False]
    assert (layout.back != NOWHERE).tolist() == [False, False, True, True]


def test_an_in_line_heater_is_a_branch_behind_its_pipe():
    network = two_pipe()
    layout = layout_of(network.with_tables(pipes=network.pipes.assign(heat_mw=1.0)))
    assert layout.kind.tolist() == [PIPE, HEATER, PIPE]
    assert layout.end[0] == layout.start[1]


def test_a_preheated_node_has_two_return_junctions():
    layout = layout_of(preheat_loop())
    assert layout.preheat_of_plant.tolist() == [NOWHERE, 0]
    assert layout.preheat_in[0] != layout.preheat_out[0]
    assert layout.plant_end[1] == NOWHERE


def test_dead_ends_take_no_part():
    layout = layout_of(tree())
    # the south consumer is off, so that the pipe east - south (row 3 of 5) rests
    on = activity(layout, np.array([True, True, False, True]), np.array([True]), np.array([0]))
    resting = sorted(set(layout.element[~on.branches].tolist()))
    assert resting == [3]
    assert on.consumers.tolist() == [True, True, False, True]


def test_a_loop_that_hangs_on_one_junction_takes_no_part():
    network = tree()
    extra = network.pipes.iloc[[3]].copy()
    ring = pd.concat([network.pipes, extra.assign(from_node="south", to_node="east").rename(index=lambda _i: "second")])
    layout = layout_of(network.with_tables(pipes=ring))
    on = activity(layout, np.array([True, True, False, True]), np.array([True]), np.array([0]))
    assert sorted(set(layout.element[~on.branches].tolist())) == [3, 5]


def test_nothing_moves_without_consumers():
    layout = layout_of(tree())
    on = activity(layout, np.zeros(4, dtype=bool), np.array([True]), np.array([0]))
    assert not on.junctions.any()
    assert not on.branches.any()
    assert not on.plants.any()


def test_resting_values_spread_along_open_branches():
    layout = layout_of(two_pipe(elevation_m=10.0))
    known = np.zeros(layout.junctions, dtype=bool)
    known[layout.supply[0]] = True
    filled = fill_resting(layout, np.full(layout.junctions, 5.0), known, -layout.elevation_m)
    assert filled[layout.supply[1]] == -5.0
    assert np.isnan(filled[layout.back]).all()


def test_fluid_table_is_the_water_table():
    from heatnet.physics import water

    table = fluid_table(Fluid())
    t_degc = np.array([20.03, 61.27, 119.99])
    # chords of 0.1 K
    np.testing.assert_allclose(table.enthalpy(t_degc), water.enthalpy_j_per_kg(t_degc), rtol=1e-7)
    np.testing.assert_allclose(table.density(t_degc), water.density_kg_per_m3(t_degc), rtol=1e-7)
    np.testing.assert_allclose(table.temperature(table.enthalpy(t_degc)), t_degc, rtol=1e-12)


def test_constant_fluid_has_linear_enthalpy():
    table = fluid_table(Fluid("constant", **CONSTANT_WATER))
    assert table.enthalpy(70.0) - table.enthalpy(20.0) == pytest.approx(50.0 * 4196.0)
    assert table.viscosity(150.0) == CONSTANT_WATER["viscosity_pa_s"]


def test_constant_fluid_needs_all_its_constants():
    with pytest.raises(ValueError, match="needs density"):
        fluid_table(Fluid("constant"))
