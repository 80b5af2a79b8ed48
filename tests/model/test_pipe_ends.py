"""A drawn pipe begins and ends at its nodes."""

from __future__ import annotations

import pandas as pd
import pytest
from shapely.geometry import LineString, Point

from heatnet.errors import InputError
from heatnet.model.build import build_network
from heatnet.model.network import Network

META = {
    "carrier": "water",
    "crs": "local",
    "design": {"t_supply_degc": 110, "t_return_degc": 60, "t_outdoor_degc": -7},
    "pressure_point": {"node": "a", "p_bar": 5.0},
}


def network(line: LineString) -> Network:
    tables = {
        "nodes": pd.DataFrame({"id": ["a", "b"], "geometry": [Point(0, 0), Point(1000, 0)]}),
        "pipes": pd.DataFrame(
            {"id": ["p"], "from_node": ["a"], "to_node": ["b"], "length_m": [1000], "dn": [200], "geometry": [line]}
        ),
        "consumers": pd.DataFrame({"id": ["c"], "node": ["b"], "design_heat_mw": [3.0]}),
        "plants": pd.DataFrame({"id": ["s"], "node": ["a"], "kind": ["source"], "role": ["pressure"]}),
    }
    return build_network("toy", META, tables)


@pytest.mark.parametrize("ends", [[(0, 0), (1000, 0)], [(1000, 0), (0, 0)], [(0, 20), (980, 0)]])
def test_ends_at_the_nodes_in_either_direction_pass(ends):
    assert network(LineString(ends)).pipes.at["p", "length_m"] == 1000


def test_an_end_far_from_its_node_is_named_with_the_gap():
    with pytest.raises(InputError) as caught:
        network(LineString([(0, 0), (800, 400)]))
    (problem,) = caught.value.problems
    assert "(p), geometry" in problem.where
    # hypot(200, 400) = 447 m
    assert "447 m" in problem.found
