"""The season engine against pandapipes, hour by hour, on networks that differ in every feature both engines solve."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heatnet.couple.state import state_at_outdoor
from heatnet.io.bundled import bundled_path
from heatnet.io.network_folder import load_network
from heatnet.model.boundary import Boundary
from heatnet.model.examples import EXAMPLES, boundary_at_loads, tree, two_source_loop
from heatnet.simulate import is_solved, simulate
from heatnet.simulate.quantities import QUANTITIES

#: what is required of the season engine, with pandapipes at tight tolerances
T_TOLERANCE_K, P_TOLERANCE_BAR, FLOW_TOLERANCE_SHARE = 1e-3, 1e-5, 1e-4
#: heat follows from flow and temperature
HEAT_TOLERANCE_SHARE = 1e-4
BENCHMARK = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "season.py"), run_name="benchmark")


def largest_differences(network, boundary):
    """Return the season dataset, which hours both solve, and the largest differences in K, bar, shares of flow and heat."""
    ours, theirs = simulate(network, boundary, engine="season"), simulate(network, boundary)
    both = [
        is_solved(str(a)) and is_solved(str(b))
        for a, b in zip(ours["status"].values, theirs["status"].values, strict=True)
    ]
    rows = np.flatnonzero(both)
    assert ours["status"].values[rows].tolist() == theirs["status"].values[rows].tolist()
    flow = float(np.nanmax(np.abs(theirs["plant_mdot_kg_per_s"].values[rows])))
    heat = float(np.nanmax(np.abs(theirs["plant_heat_mw"].values[rows])))
    worst = dict.fromkeys(("degc", "bar", "kg_per_s", "mw"), 0.0)
    for name in QUANTITIES:
        a, b = ours[name].values[rows], theirs[name].values[rows]
        assert (np.isnan(a) == np.isnan(b)).all(), name
        if name == "stored_heat_mwh":
            np.testing.assert_allclose(a, b, rtol=1e-4)
            continue
        for unit in worst:
            if name.endswith(f"_{unit}") and "residual" not in name and np.isfinite(a).any():
                scale = {"kg_per_s": flow, "mw": heat}.get(unit, 1.0)
                worst[unit] = max(worst[unit], float(np.nanmax(np.abs(a - b))) / scale)
    return ours, rows, worst


def assert_close(worst):
    assert worst["degc"] <= T_TOLERANCE_K
    assert worst["bar"] <= P_TOLERANCE_BAR
    assert worst["kg_per_s"] <= FLOW_TOLERANCE_SHARE
    assert worst["mw"] <= HEAT_TOLERANCE_SHARE


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_examples(example):
    network = example()
    loads = (1.2, 1.0, 0.6, 0.3, 0.1, 0.03)
    _ours, rows, worst = largest_differences(network, boundary_at_loads(network, loads))
    assert len(rows) == len(loads)
    assert_close(worst)


@pytest.mark.parametrize("name", ["teda_east", "teda_west"])
def test_bundled_networks(name):
    network = load_network(bundled_path("networks") / name)
    states = [state_at_outdoor(network, t_degc) for t_degc in (-7.0, -1.0, 4.0)]
    time = pd.Index(np.arange(len(states), dtype=float), name="time")
    values = {
        variable: pd.concat([state.values[variable] for state in states]).set_axis(time)
        for variable in states[0].values
    }
    _ours, rows, worst = largest_differences(network, Boundary(time, values))
    assert len(rows) == len(states)
    assert_close(worst)


def test_looped_network_with_two_sources_and_reversals():
    network = BENCHMARK["looped_network"](50)
    season = BENCHMARK["season_boundary"](network, 2904).rows(list(range(40, 2904, 500)))
    # the second source gives little and then nearly all of the flow, so that the loops between the two run either way
    swing = np.resize([0.3, 1.7], (len(season.time), 1))
    values = {**season.values, "plant_mdot_kg_per_s": season.values["plant_mdot_kg_per_s"] * swing}
    ours, rows, worst = largest_differences(network, Boundary(season.time, values))
    assert len(rows) >= 5
    assert_close(worst)
    flow = ours["pipe_mdot_kg_per_s"].values
    assert ((flow > 0.1).any(axis=0) & (flow < -0.1).any(axis=0)).any(), "some pipe reverses between the hours"


def test_lines_that_are_not_mirrored():
    """The return of the east goes straight back; a consumer's return joins at another node; a valve, a pump, a heater."""
    network = two_source_loop()
    pipes = network.pipes.copy()
    extra = pipes.iloc[[0, 0]].set_axis(["back_east", "warm"])
    extra["line"], extra["length_m"] = ["return", "supply"], [900.0, 50.0]
    extra["from_node"], extra["to_node"], extra["heat_mw"] = ["east", "west"], ["works", "west_end"], [0.0, 0.2]
    nodes = pd.concat([network.nodes, network.nodes.loc[["west", "west"]].set_axis(["west_end", "beyond"])])
    valves = network.valves.reindex(["valve"]).assign(
        from_node="west_end", to_node="beyond", line="supply", kind="valve", opening=0.6, kv_m3_per_h=150.0
    )
    pumps = network.pumps.reindex(["booster"]).assign(
        from_node="north", to_node="south", line="return", head_bar=0.3, speed_share=1.0
    )
    consumers = network.consumers.copy()
    consumers.loc["consumer_west", ["node", "return_node", "min_mdot_kg_per_s"]] = ["beyond", "west", 1.0]
    consumers.loc["consumer_south", ["control", "dt_k"]] = ["heat_dt", 40.0]
    network = network.with_tables(
        nodes=nodes, pipes=pd.concat([pipes, extra]), valves=valves, pumps=pumps, consumers=consumers
    )
    _ours, rows, worst = largest_differences(network, boundary_at_loads(network, (1.0, 0.5, 0.2)))
    assert len(rows) == 3
    assert_close(worst)


def test_shut_consumers_and_given_flows():
    network = tree()
    consumers = network.consumers.assign(mdot_kg_per_s=[8.0, 4.0, 0.0, 9.0], dt_k=[45.0, 40.0, 40.0, 35.0])
    consumers["control"] = "flow_dt"
    network = network.with_tables(consumers=consumers)
    ours, rows, worst = largest_differences(network, Boundary(pd.Index([0.0])))
    assert ours["status"].values.tolist() == ["ok_stagnant"]
    assert len(rows) == 1
    assert_close(worst)
