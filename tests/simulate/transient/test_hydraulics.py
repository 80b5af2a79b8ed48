"""Flows and pressures of one instant against the season engine, given its flows and temperatures."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heatnet.adapters.activity import activity
from heatnet.adapters.flows import NotConvergedError
from heatnet.adapters.fluid import fluid_table
from heatnet.adapters.layout import PIPE, layout_of
from heatnet.model.boundary import Boundary
from heatnet.model.examples import CONSTANT_WATER, EXAMPLES, boundary_at_loads, tree, two_source_loop
from heatnet.simulate import simulate
from heatnet.simulate.inputs import inputs_of
from heatnet.simulate.transient.hydraulics import FlowField, Hydraulics, Pressures, Properties
from heatnet.simulate.transient.start import mdot_of

BENCHMARK = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "season.py"), run_name="benchmark")
FLOW_TOLERANCE_SHARE, PRESSURE_TOLERANCE_BAR = 1e-7, 1e-6
#: densities are taken at the mean of end temperatures here, as the mean of end densities there
FLOW_TOLERANCE_SHARE_OF_WATER = 1e-3


class Instant:
    """Hydraulics of a network whose water has given temperatures, in the numbering of its layout."""

    def __init__(self, network, t_mean_degc=80.0):
        self.layout, fluid = layout_of(network), fluid_table(network.fluid)
        one_row = Boundary(pd.Index([0.0], name="time"))
        self.hydraulics = Hydraulics(network, self.layout, fluid, inputs_of(network, one_row))
        t = np.broadcast_to(t_mean_degc, len(self.layout.start))
        consumers = len(self.layout.consumer_start)
        self.properties = Properties(fluid.density(t), 1.0 / fluid.viscosity(t), np.full(consumers, 970.0))
        self.holding = np.flatnonzero((network.plants["role"] == "pressure").to_numpy())

    def solve(self, consumer_mdot, plant_mdot) -> tuple[FlowField, Pressures]:
        plants = plant_mdot != 0.0
        plants[self.holding] = True
        active = activity(self.layout, consumer_mdot > 0.0, plants, self.holding)
        self.hydraulics.begin(active, self.properties)
        field = self.hydraulics.solve(consumer_mdot, plant_mdot, np.zeros(len(consumer_mdot), dtype=bool))
        return field, self.hydraulics.pressures()


def solved_again(network, row, t_degc=None):
    """Return flows and pressures for the consumers' and plants' flows of a steady row, and the layout."""
    layout = layout_of(network)
    nodes = (row["node_t_supply_degc"].to_numpy(), row["node_t_return_degc"].to_numpy())
    t = np.full(layout.junctions, 60.0)
    for junctions, values in zip((layout.supply, layout.back), nodes, strict=True):
        t[junctions[junctions >= 0]] = values[junctions >= 0]
    instant = Instant(network, (t[layout.start] + t[layout.end]) / 2 if t_degc is None else t_degc)
    consumers, plants = (row[f"{name}_mdot_kg_per_s"].to_numpy() for name in ("consumer", "plant"))
    return *instant.solve(consumers, np.nan_to_num(plants)), layout


@pytest.mark.parametrize("load", [1.0, 0.3])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_flows_and_pressures_of_a_steady_state(example, load):
    network = example(CONSTANT_WATER)
    row = simulate(network, boundary_at_loads(network, [load]), engine="season").isel(time=0)
    field, pressures, layout = solved_again(network, row)
    pipes = layout.of_kind(PIPE)
    largest = float(row["plant_mdot_kg_per_s"].max())
    np.testing.assert_allclose(
        field.branch_mdot[pipes], mdot_of(layout, row)[pipes], atol=FLOW_TOLERANCE_SHARE * largest
    )
    between = layout.plant_end >= 0
    np.testing.assert_allclose(field.plant_mdot[between], row["plant_mdot_kg_per_s"].to_numpy()[between], rtol=1e-6)
    for junctions, line in ((layout.supply, "supply"), (layout.back, "return")):
        expected = row[f"node_p_{line}_bar"].to_numpy()
        np.testing.assert_allclose(pressures.junction_p_bar[junctions], expected, atol=PRESSURE_TOLERANCE_BAR)


def test_many_loops():
    network = BENCHMARK["looped_network"](100)
    boundary = BENCHMARK["season_boundary"](network, 24).rows([0, 7, 15])
    dataset = simulate(network, boundary, engine="season")
    for hour in range(3):
        row = dataset.isel(time=hour)
        field, _pressures, layout = solved_again(network, row)
        pipes = layout.of_kind(PIPE)
        largest = float(row["plant_mdot_kg_per_s"].max())
        found, expected = field.branch_mdot[pipes], mdot_of(layout, row)[pipes]
        np.testing.assert_allclose(found, expected, atol=FLOW_TOLERANCE_SHARE_OF_WATER * largest)


def test_pressure_around_a_loop_closes():
    network = two_source_loop(CONSTANT_WATER)
    row = simulate(network, boundary_at_loads(network, [0.6]), engine="season").isel(time=0)
    _field, pressures, layout = solved_again(network, row, t_degc=80.0)
    ring = layout.of_kind(PIPE)
    ring = ring[np.isin(layout.element[ring], range(5)) & (layout.line[ring] == 0)]
    assert abs(pressures.branch_dp_bar[ring].sum()) < 1e-9 * np.abs(pressures.branch_dp_bar[ring]).sum()


def test_holding_plant_gives_the_rest_even_if_it_is_negative():
    network = two_source_loop(CONSTANT_WATER)
    field, _pressures = Instant(network).solve(np.array([10.0, 5.0, 5.0, 0.0]), np.array([np.nan, 25.0]))
    np.testing.assert_allclose(field.plant_mdot, [-5.0, 25.0])


def test_without_flow_pressure_is_hydrostatic():
    network = tree(CONSTANT_WATER)
    instant = Instant(network)
    field, pressures = instant.solve(np.zeros(4), np.zeros(1))
    assert (field.branch_mdot == 0.0).all()
    heights = network.nodes["elevation_m"].to_numpy()
    expected = 4.0 + 972.0 * 9.81 * (heights[0] - heights) / 1e5
    for junctions in (instant.layout.supply, instant.layout.back):
        np.testing.assert_allclose(pressures.junction_p_bar[junctions], expected, atol=1e-9)


def test_a_consumer_that_no_branch_reaches_is_refused():
    network = tree(CONSTANT_WATER)
    pipes = network.pipes.copy()
    pipes.loc["pipe_east_end", "closed"] = True
    instant = Instant(network.with_tables(pipes=pipes))
    everything = activity(layout_of(network), np.ones(4, dtype=bool), np.ones(1, dtype=bool), instant.holding)
    instant.hydraulics.begin(everything, instant.properties)
    with pytest.raises(NotConvergedError):
        instant.hydraulics.solve(np.ones(4), np.zeros(1), np.zeros(4, dtype=bool))


def test_every_part_has_its_own_pressure(transient):
    """Two networks in one: each with the plant, flows and pressures it has alone, the second at its plant's suction."""
    one = tree()
    names = {"nodes": one.nodes, "pipes": one.pipes, "consumers": one.consumers, "plants": one.plants}
    twin = {table: frame.rename(index="other_{}".format) for table, frame in names.items()}
    for table, columns in (("pipes", ["from_node", "to_node"]), ("consumers", ["node"]), ("plants", ["node"])):
        twin[table][columns] = "other_" + twin[table][columns]
    both = one.with_tables(**{table: pd.concat([frame, twin[table]]) for table, frame in names.items()})
    boundary = Boundary(pd.Index([0.0, 1800.0], name="time"))
    alone, together = transient(one, boundary, 900.0), transient(both, boundary, 900.0)
    for name in ("pipe_mdot_kg_per_s", "node_t_supply_degc", "node_p_supply_bar", "plant_heat_mw"):
        (dimension,) = set(alone[name].dims) - {"time"}
        for prefix in ("", "other_"):
            labels = [prefix + label for label in alone[dimension].values]
            np.testing.assert_allclose(together[name].sel({dimension: labels}), alone[name], atol=1e-5, err_msg=name)
