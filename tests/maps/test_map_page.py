"""The map page: what its JSON holds, and that nothing in it leads outside or comes alive."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from heatnet.i18n import use_language
from heatnet.maps import build_map
from heatnet.maps.base import base_layers, layers_near
from heatnet.maps.build import map_data
from heatnet.web.offline import external_references
from heatnet.web.results_view import load_study

ROUNDING_DEGC = 0.05


def _data(html: str) -> dict:
    return json.loads(re.search(r'id="heatnet-data">(.*?)</script>', html, re.DOTALL)[1])


@pytest.fixture(scope="module")
def data(results: Path) -> dict:
    with use_language("en"):
        return map_data(load_study(results))


def _network(data: dict, case: int, network: str) -> tuple[dict, dict]:
    for entry in data["cases"][case]["networks"]:
        if data["layouts"][entry["layout"]]["id"] == network:
            return entry, data["layouts"][entry["layout"]]
    raise AssertionError(network)


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ("Specific friction", "East")), ("zh", ("比摩阻", "东区", "换热站"))]
)
def test_page_is_offline_and_speaks_the_language(results: Path, tmp_path: Path, lang: str, words: tuple) -> None:
    html = build_map(results, tmp_path / "map.html", lang).read_text(encoding="utf-8")
    assert external_references(html) == []
    assert not re.search(r"cdn\.|jsdelivr|unpkg|bootstrap|awesome", html)
    assert all(word in html for word in words)
    assert f'<html lang="{lang}' in html


def test_same_results_give_the_same_bytes(results: Path, tmp_path: Path) -> None:
    first, second = (build_map(results, tmp_path / name, "en").read_bytes() for name in ("a.html", "b.html"))
    assert first == second


def test_failed_case_is_named_with_its_reason(results: Path, tmp_path: Path) -> None:
    html = build_map(results, tmp_path / "map.html", "en").read_text(encoding="utf-8")
    assert "Outage (infeasible)" in html
    assert "unmet heat above the limit on 2025-01-16" in html
    assert [case["id"] for case in _data(html)["cases"]] == ["base", "project"]


def test_hostile_names_stay_text(hostile_results: Path, tmp_path: Path, tiny: dict) -> None:
    html = build_map(hostile_results, tmp_path / "map.html", "en").read_text(encoding="utf-8")
    assert "<script>document.documentElement.id" not in html
    assert "<img src=x" not in html
    names = {layout["name"] for layout in _data(html)["layouts"].values()}
    assert tiny["HOSTILE"] in names


def test_hours_carry_label_time_and_outdoor_temperature(data: dict, tiny: dict) -> None:
    hours = data["cases"][0]["hours"]
    assert [hour["time"] for hour in hours] == list(tiny["HOURS"].values())
    assert hours[0]["label"] == "hour of highest load"
    assert hours[1]["label"] == "load quantile 20 %"
    expected = [round(float(tiny["T_OUTDOOR"][time]), 1) for time in tiny["HOURS"].values()]
    assert [hour["t_outdoor"] for hour in hours] == expected


def test_specific_friction_is_wall_friction_over_length(data: dict, results: Path) -> None:
    entry, layout = _network(data, 0, "east")
    east = load_study(results).cases["base"].networks["east"]
    position = [pipe["id"] for pipe in layout["pipes"]].index("pipe_b")
    dp = east.quantities["pipe_dp_supply_bar"]["pipe_b"].to_numpy()
    velocity = east.quantities["pipe_velocity_m_per_s"]["pipe_b"].to_numpy()
    pipe = east.network.pipes.loc["pipe_b"]
    # water of 950 kg/m3 in the tables; zeta is the network's default of 0.01 per metre
    local = 0.01 * float(pipe["length_m"]) * 950.0 * velocity**2 / 2
    wall = (np.abs(dp) * 1e5 - local) / float(pipe["length_m"])
    assert wall.min() > 0
    assert entry["pipes"]["friction_pa_per_m"][position] == pytest.approx(wall, abs=0.05)


def test_pipe_temperature_is_the_mean_of_its_ends(data: dict, results: Path) -> None:
    entry, layout = _network(data, 0, "east")
    nodes = load_study(results).cases["base"].networks["east"].quantities["node_t_supply_degc"]
    position = [pipe["id"] for pipe in layout["pipes"]].index("pipe_a")
    mean = (nodes["n0"] + nodes["n1"]) / 2
    assert entry["pipes"]["t_supply_degc"][position] == pytest.approx(mean.to_numpy(), abs=ROUNDING_DEGC)


def test_stations_can_be_coloured_by_the_share_of_a_source(data: dict) -> None:
    """East has three plants with a third each; West one, which has all, so that there is nothing to colour."""
    shares = {
        row["key"]: row for row in data["quantities"]["water"]["stations"] if row["label"].startswith("Heat from")
    }
    assert list(shares) == ["east/exchange", "east/plant4", "east/sewage"]
    assert shares["east/plant4"]["label"] == "Heat from: Plant 4"
    assert shares["east/plant4"]["unit"] == "%"
    assert shares["east/plant4"]["colours"]
    east, west = (_network(data, 1, name)[0]["stations"] for name in ("east", "west"))
    assert east["east/plant4"] == [[33.0] * 4] * 3
    assert not [key for key in west if "/" in key]


def test_plants_carry_the_delivered_heat_of_the_summary(data: dict, results: Path) -> None:
    summary = json.loads((results / "summary.json").read_text(encoding="utf-8"))
    heat = summary["cases"]["project"]["heat_by_plant_mwh"]
    for network, prefix in (("east", "east/"), ("east/steam", "east/steam/")):
        entry, layout = _network(data, 1, network)
        for plant, mwh in zip(layout["plants"], entry["plants"]["delivered_mwh"], strict=True):
            assert mwh == pytest.approx(heat[prefix + plant["id"]], abs=0.05)


def test_layouts_are_shared_where_tables_are_the_same(data: dict) -> None:
    east = [_network(data, case, "east")[0]["layout"] for case in (0, 1)]
    west = [_network(data, case, "west")[0]["layout"] for case in (0, 1)]
    assert west[0] == west[1]
    assert east[0] != east[1]  # the heat pump is built in the project case only


def test_a_site_without_coordinates_is_not_drawn(data: dict) -> None:
    assert {layout["id"] for layout in data["layouts"].values()} == {"east", "east/steam", "west"}


def test_bundled_layers_have_names_and_geometry() -> None:
    with use_language("en"):
        layers = base_layers()
    assert set(layers) == {"zones", "avenues", "landmarks"}
    for features in layers.values():
        assert features
        assert all(feature["properties"]["name"] and feature["geometry"]["coordinates"] for feature in features)


def test_a_missing_layer_is_empty(tmp_path: Path) -> None:
    assert base_layers(tmp_path) == {"zones": [], "avenues": [], "landmarks": []}


def test_a_network_without_coordinates_is_named(results: Path, tmp_path: Path) -> None:
    html = build_map(results, tmp_path / "map.html", "en").read_text(encoding="utf-8")
    assert "No coordinates, so not on the map: Works." in html


@pytest.mark.parametrize(("km_north", "drawn"), [(0.0, True), (25.0, True), (35.0, False)])
def test_base_layers_belong_to_networks_nearby(km_north: float, drawn: bool, tmp_path: Path) -> None:
    # one landmark at 39.0 N; a degree of latitude is 111.2 km
    point = {
        "type": "Feature",
        "properties": {"name": "A"},
        "geometry": {"type": "Point", "coordinates": [117.7, 39.0]},
    }
    (tmp_path / "landmarks.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [point]}))
    south = 39.0 + km_north / 111.2
    layers = layers_near([[[south, 117.7], [south + 0.1, 117.8]]], tmp_path)
    assert bool(layers["landmarks"]) is drawn


def test_degrees_of_longitude_shrink_with_latitude(tmp_path: Path) -> None:
    # 0.5 degrees are 55.6 km at the equator and 27.8 km at 60 N
    for latitude, drawn in ((0.0, False), (60.0, True)):
        point = {
            "type": "Feature",
            "properties": {"name": "A"},
            "geometry": {"type": "Point", "coordinates": [10.0, latitude]},
        }
        (tmp_path / "zones.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [point]}))
        assert bool(layers_near([[[latitude, 10.5], [latitude, 10.6]]], tmp_path)["zones"]) is drawn


def test_without_any_network_no_layer_is_drawn() -> None:
    assert layers_near([]) == {"zones": [], "avenues": [], "landmarks": []}
