"""An hour for other tools: GeoPackage layers hold the results, and nets solve to them without heatnet."""

import json
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest

from heatnet.adapters.pandapipes_file import write_net
from heatnet.io.geopackage import write_geopackage
from heatnet.io.qgis_style import Style, qml
from heatnet.io.results_store import read_table
from heatnet.model.boundary import Boundary
from heatnet.model.examples import preheat_loop, tree
from heatnet.report.export import water_net
from heatnet.report.geopackage import case_layers
from heatnet.simulate import simulate
from heatnet.study.states import write_states
from heatnet.web.results_view import load_study

TIME = pd.Timestamp("2025-01-16 05:00")
#: both are pandapipes' solutions to 1e-6 bar and 1e-4 K
PRESSURE_BAR, TEMPERATURE_K = 2e-5, 1e-3


@pytest.mark.parametrize("example", [tree, preheat_loop])
def test_a_pandapipes_net_solves_to_the_results_without_heatnet(example, tmp_path: Path) -> None:
    network = example()
    index = pd.DatetimeIndex([TIME], name="time")
    heat = network.consumers["design_heat_mw"].to_frame().T.set_axis(index)
    states = simulate(network, Boundary(index, {"consumer_heat_mw": heat}))
    write_states(states, tmp_path / "water")
    made = water_net(tmp_path / "water", network, TIME, "An hour")
    assert made.max_pressure_difference_bar < PRESSURE_BAR
    assert made.max_temperature_difference_k < TEMPERATURE_K
    write_net(made.net, tmp_path / "net.json")
    # a process of its own, which never sees heatnet
    script = (
        "import sys, json, pandapipes; n = pandapipes.from_json(sys.argv[1]); pandapipes.pipeflow(n);"
        "assert 'heatnet' not in sys.modules;"
        "print(json.dumps(dict(zip(n.junction['name'], n.res_junction['p_bar']))))"
    )
    words = [sys.executable, "-I", "-c", script, str(tmp_path / "net.json")]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    pressures = json.loads(told.splitlines()[-1])
    for node in network.nodes.index:
        for line in ("supply", "return"):
            known = float(states[f"node_p_{line}_bar"].sel(node=node)[0])
            # above the air, whose pressure falls with height: 0.001 bar in 8 m
            assert pressures[f"{node}/{line}"] == pytest.approx(known - 1.01325, abs=2e-3)


def test_an_hour_that_is_not_there_gives_no_net(tmp_path: Path) -> None:
    assert water_net(tmp_path, tree(), TIME, "") is None


def test_layers_hold_the_results_of_the_hour(results: Path, tmp_path: Path) -> None:
    case = load_study(results).cases["project"]
    file = write_geopackage(case_layers(results, case, TIME), tmp_path / "hour.gpkg")
    layers = {str(name): kind for name, kind in pyogrio.list_layers(file)}
    assert {"east_pipes", "east_nodes", "east_consumers", "east_plants", "east_steam_pipes", "west_pipes"} <= set(
        layers
    )
    assert layers["east_pipes"] == "LineString"
    assert not any(name.startswith("works") for name in layers), "a network without coordinates has no layer"
    pipes = pyogrio.read_dataframe(file, layer="east_pipes").set_index("id")
    assert pipes.crs == "EPSG:4326"
    known = read_table(results / "project/east/water/pipe_velocity_m_per_s.parquet").loc[TIME]
    assert pipes["pipe_velocity_m_per_s"].to_numpy() == pytest.approx(known[pipes.index].to_numpy())
    assert pipes.at["pipe_a", "name"] == "Main a"
    stations = pyogrio.read_dataframe(file, layer="east_consumers")
    assert np.allclose([(one.x, one.y) for one in stations.geometry[:1]], [(117.72, 39.04)])


def test_styles_are_where_qgis_looks_and_cover_every_value(results: Path, tmp_path: Path) -> None:
    case = load_study(results).cases["project"]
    file = write_geopackage(case_layers(results, case, TIME), tmp_path / "hour.gpkg")
    styles = pyogrio.read_dataframe(file, layer="layer_styles").set_index("f_table_name")
    assert styles["useAsDefault"].all()
    assert {"east_pipes", "east_plants", "east_consumers"} <= set(styles.index)
    with sqlite3.connect(file) as base:
        geometry = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall())
        asked = (
            "SELECT f_table_name, f_geometry_column FROM layer_styles WHERE f_table_schema = '' AND useAsDefault = 1"
        )
        found = dict(base.execute(asked).fetchall())
    base.close()
    assert set(found) == set(styles.index)
    assert all(geometry[table] == column for table, column in found.items())
    pipes = pyogrio.read_dataframe(file, layer="east_pipes")
    root = ET.fromstring(styles.at["east_pipes", "styleQML"].split("\n", 1)[1])
    renderer = root.find("renderer-v2")
    values = pipes[renderer.get("attr")]
    ranges = [(float(one.get("lower")), float(one.get("upper"))) for one in renderer.iter("range")]
    assert all(any(low <= value <= high for low, high in ranges) for value in values)
    assert len(ranges) == len(list(renderer.iter("symbol")))
    kinds = ET.fromstring(styles.at["east_plants", "styleQML"].split("\n", 1)[1])
    assert {one.get("value") for one in kinds.iter("category")} == {"coal_boiler", "sewage_heat_pump", "steam_exchange"}


def test_hostile_texts_stay_attributes_of_a_style() -> None:
    hostile = '"/><script>alert(1)</script>'
    style = Style("marker", "kind", hostile, (), {hostile: (hostile, "#112233")})
    root = ET.fromstring(qml(style).split("\n", 1)[1])
    assert [one.get("label") for one in root.iter("category")] == [hostile]
    assert root.find(".//script") is None


def test_same_hour_gives_the_same_content(results: Path, tmp_path: Path) -> None:
    case = load_study(results).cases["project"]
    layers = case_layers(results, case, TIME, "east")
    first, second = (write_geopackage(layers, tmp_path / name) for name in ("a.gpkg", "b.gpkg"))
    for name, _kind in pyogrio.list_layers(first):
        one, other = (pyogrio.read_dataframe(file, layer=name) for file in (first, second))
        pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))
