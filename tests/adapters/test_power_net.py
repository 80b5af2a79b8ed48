"""A power network as pandapower's JSON: read back, it is the same network and has the same solution."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.adapters.power_net import REFERENCE_OPTIONS, write_json
from heatnet.electric import power_flow
from heatnet.model.boundary import Boundary
from tests.electric.conftest import substation
from tests.electric.test_held_voltage import two_grids

pandapower = pytest.importorskip("pandapower")

ONE = Boundary(pd.date_range("2025-01-01", periods=1, freq="h", name="time"))


@pytest.mark.parametrize("network", [substation(), two_grids(v_pu=1.015)], ids=["substation", "two_grids"])
def test_json_read_back_has_the_same_elements_and_solution(network, tmp_path):
    file = tmp_path / "net.json"
    file.write_text("an earlier file", encoding="utf-8")
    write_json(network, file)
    assert [path.name for path in tmp_path.iterdir()] == ["net.json"]
    net = pandapower.from_json(str(file))
    for table, frame in (
        ("bus", network.buses),
        ("line", network.lines),
        ("trafo", network.transformers),
        ("load", network.loads),
        ("ext_grid", network.grids),
        ("storage", network.batteries),
    ):
        assert net[table]["name"].tolist() == frame.index.tolist()
    assert sorted([*net.gen["name"], *net.sgen["name"]]) == sorted(network.generators.index)
    pandapower.runpp(net, **REFERENCE_OPTIONS)
    solved = power_flow(network, ONE).isel(time=0)
    np.testing.assert_allclose(net.res_bus["vm_pu"], solved["bus_v_pu"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(net.res_line["loading_percent"] / 100, solved["line_loading_share"], rtol=0, atol=1e-7)
    np.testing.assert_allclose(net.res_ext_grid["p_mw"], solved["grid_p_mw"], rtol=0, atol=1e-7)


def test_places_of_buses_are_kept(tmp_path):
    from shapely.geometry import Point

    network = substation()
    places = [Point(117.7, 39.05), None, Point(117.75, 39.0)]
    write_json(network.with_tables(buses=network.buses.assign(geometry=places)), tmp_path / "net.json")
    places_read = pandapower.from_json(str(tmp_path / "net.json")).bus["geo"]
    assert "117.7" in places_read.iloc[0]
    assert pd.isna(places_read.iloc[1])
