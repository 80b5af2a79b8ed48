"""The season engine is the twin of the pandapipes engine: the same states, row by row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heatnet.couple.state import state_at_outdoor
from heatnet.io.network_folder import load_network
from heatnet.model.boundary import Boundary
from heatnet.model.examples import EXAMPLES, boundary_at_loads
from heatnet.simulate import is_solved, simulate

NETWORKS = Path(__file__).parents[3] / "networks"
#: pandapipes stops its own iterations at about this distance from the solution
TOLERANCE = {"degc": 1e-3, "bar": 1e-5, "mdot_share": 1e-4}


def states_of_a_season(name: str) -> tuple:
    network = load_network(NETWORKS / name)
    rows = [state_at_outdoor(network, t) for t in (-7.0, 0.0, 6.0, 12.0)]
    time = pd.Index(np.arange(len(rows), dtype=float), name="time")
    values = {key: pd.concat([row.values[key] for row in rows]).set_axis(time) for key in rows[0].values}
    return network, Boundary(time, values)


def example(name: str) -> tuple:
    network = {make.__name__: make for make in EXAMPLES}[name]()
    return network, boundary_at_loads(network, (1.0, 0.5, 0.1))


CASES = {make.__name__: (example, make.__name__) for make in EXAMPLES} | {
    name: (states_of_a_season, name) for name in ("teda_east", "teda_west")
}


@pytest.mark.parametrize("case", CASES)
def test_both_engines_find_the_same_states(case):
    make, name = CASES[case]
    network, boundary = make(name)
    reference, twin = (simulate(network, boundary, engine=engine) for engine in ("pandapipes", "season"))
    assert list(twin["status"].values) == list(reference["status"].values)
    assert set(twin.data_vars) == set(reference.data_vars)
    largest = float(abs(reference["pipe_mdot_kg_per_s"]).max())
    for quantity in reference.data_vars:
        if quantity == "status":
            continue
        expected, found = reference[quantity].values, twin[quantity].values
        assert (np.isnan(expected) == np.isnan(found)).all(), quantity
        unit = str(quantity).rsplit("_", 1)[-1]
        if unit in ("degc", "bar"):
            np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE[unit], err_msg=str(quantity))
        elif str(quantity).endswith("mdot_kg_per_s") or "mdot_return" in str(quantity):
            atol = TOLERANCE["mdot_share"] * largest
            np.testing.assert_allclose(found, expected, rtol=0, atol=atol, err_msg=str(quantity))


@pytest.mark.parametrize("share", [1.2, 0.3, 0.03, 0.003, 0.001])
def test_every_load_converges_and_balances(share):
    network, boundary = states_of_a_season("teda_east")
    heat = boundary.values["consumer_heat_mw"]
    values = {**boundary.values, "consumer_heat_mw": heat * share / 1.0}
    states = simulate(network, Boundary(boundary.time, values), engine="season")
    assert all(is_solved(str(status)) for status in states["status"].values)
    sources = states["plant_heat_mw"].sum("plant")
    losses = states["pipe_loss_supply_mw"].sum("pipe") + states["pipe_loss_return_mw"].sum("pipe")
    gap = abs(sources - states["consumer_heat_mw"].sum("consumer") - losses) / sources
    assert float(gap.max()) < 1e-4
