"""The map page: what its JSON holds, and that nothing in it leads outside or comes alive."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heatnet.i18n import use_language
from heatnet.io.results_store import write_table
from heatnet.maps import build_map
from heatnet.maps.base import base_layers, layers_near
from heatnet.maps.matrices import Matrices, value_range
from heatnet.web.offline import external_references
from heatnet.web.results_view import load_study

ROUNDING_DEGC = 0.05


def _data(html: str) -> dict:
    return json.loads(re.search(r'id="heatnet-data">(.*?)</script>', html, re.DOTALL)[1])


@pytest.fixture(scope="module")
def view(results: Path, map_view):
    return map_view(results)


@pytest.fixture(scope="module")
def data(view) -> dict:
    return view.data


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


def test_the_clock_has_every_hour_of_the_files_and_names_those_with_a_label(view, tiny: dict) -> None:
    times = view.times(0)
    assert list(times) == sorted(pd.to_datetime([*tiny["HOURS"].values(), *tiny["OTHER_HOURS"]]))
    clock = view.data["cases"][0]["clock"]
    named = {str(times[hour])[:16]: label for hour, label in clock["labels"]}
    assert list(named) == list(tiny["HOURS"].values()), "the hour of highest load first"
    assert named[tiny["HOURS"]["design"]] == "hour of highest load"
    assert named[tiny["HOURS"]["p20"]] == "load quantile 20 %"
    outdoor = view.matrix(view.data["cases"][0]["outdoor"])[:, 0]
    assert outdoor == pytest.approx(tiny["T_OUTDOOR"][times].to_numpy(), abs=ROUNDING_DEGC)


def test_hours_that_stand_for_one_of_several_networks_name_it(shifted: Path, map_view, tiny: dict) -> None:
    """In the base case East has its 20 % of load at another hour than West; the hour of highest load is that of both."""
    view = map_view(shifted)
    times = view.times(0)
    named = {str(times[hour])[:16]: label for hour, label in view.data["cases"][0]["clock"]["labels"]}
    assert named[tiny["HOURS"]["design"]] == "hour of highest load"
    assert sorted(label for label in named.values() if "20 %" in label) == [
        "East: load quantile 20 %",
        "West: load quantile 20 %",
    ]


def test_every_hour_of_the_files_is_on_the_map(view, results: Path) -> None:
    shown = view.frame(0, "east", "pipes", "velocity_m_per_s")
    file = pd.read_parquet(results / "base" / "east" / "water" / "pipe_velocity_m_per_s.parquet").set_index("time")
    assert len(shown) == len(file) == 7
    assert shown[file.columns].to_numpy() == pytest.approx(file.abs().to_numpy(), abs=0.0051)


def test_specific_friction_is_wall_friction_over_length(view, results: Path) -> None:
    east = load_study(results).cases["base"].networks["east"]
    dp = east.quantities["pipe_dp_supply_bar"]["pipe_b"]
    velocity = east.quantities["pipe_velocity_m_per_s"]["pipe_b"]
    pipe = east.network.pipes.loc["pipe_b"]
    # water of 950 kg/m3 in the tables; zeta is the network's default of 0.01 per metre
    local = 0.01 * float(pipe["length_m"]) * 950.0 * velocity**2 / 2
    wall = (dp.abs() * 1e5 - local) / float(pipe["length_m"])
    assert wall.min() > 0
    shown = view.frame(0, "east", "pipes", "friction_pa_per_m")["pipe_b"]
    # beyond 1638 Pa/m tenths do not fit into the matrix any more: fifths
    assert shown[wall.index].to_numpy() == pytest.approx(wall.to_numpy(), abs=0.101)


def test_pipe_temperatures_are_the_mean_of_the_ends(view, results: Path) -> None:
    quantities = load_study(results).cases["base"].networks["east"].quantities
    for line in ("supply", "return"):
        nodes = quantities[f"node_t_{line}_degc"]
        mean = (nodes["n0"] + nodes["n1"]) / 2
        shown = view.frame(0, "east", "pipes", f"t_{line}_degc")["pipe_a"]
        assert shown[mean.index].to_numpy() == pytest.approx(mean.to_numpy(), abs=ROUNDING_DEGC)


def test_loss_is_kept_by_metre_and_made_of_it_by_the_page(view, results: Path) -> None:
    east = load_study(results).cases["base"].networks["east"]
    loss_w = 1e6 * (east.quantities["pipe_loss_supply_mw"] + east.quantities["pipe_loss_return_mw"])["pipe_c"]
    length_m = float(east.network.pipes.at["pipe_c", "length_m"])
    shown = view.frame(0, "east", "pipes", "loss_w_per_m")["pipe_c"]
    assert shown[loss_w.index].to_numpy() == pytest.approx(loss_w.to_numpy() / length_m, abs=0.051)
    assert view.quantity("water", "pipes", "loss_kw")["product"] == ("loss_w_per_m", "length_m", 1e-3)
    pipes = {pipe["id"]: pipe for pipe in view.network(0, "east")[1]["pipes"]}
    assert pipes["pipe_c"]["length_m"] == pytest.approx(length_m, abs=0.051)


def test_stations_can_be_coloured_by_the_share_of_a_source(view) -> None:
    """East has three plants with a third each; West one, which has all, so that there is nothing to colour."""
    rows = {
        row["key"]: row for row in view.data["quantities"]["water"]["stations"] if row["label"].startswith("Heat from")
    }
    assert set(rows) == {"east/exchange", "east/plant4", "east/sewage"}
    assert rows["east/plant4"]["label"] == "Heat from: Plant 4"
    assert rows["east/plant4"]["unit"] == "%"
    assert rows["east/plant4"]["colours"]
    assert view.frame(1, "east", "stations", "east/plant4").to_numpy() == pytest.approx(33.0)
    assert not [key for key in view.network(1, "west")[0]["stations"] if "/" in key]


def test_waste_heat_of_a_station_is_that_of_its_sources(view) -> None:
    """A third each of a boiler, a heat pump (all waste heat) and an exchange station (half): a half."""
    assert view.frame(0, "east", "stations", "waste").to_numpy() == pytest.approx(50.0)
    assert view.frame(0, "west", "stations", "waste").to_numpy() == pytest.approx(0.0)


def test_without_the_table_of_waste_shares_stations_are_not_coloured_by_them(
    results: Path, tmp_path: Path, map_view
) -> None:
    old = shutil.copytree(results, tmp_path / "old")
    for file in old.rglob("dispatch_waste_share.parquet"):
        file.unlink()
    keys = [row["key"] for row in map_view(old).data["quantities"]["water"]["stations"]]
    assert "waste" not in keys
    assert "source" in keys


def test_the_strongest_source_is_the_one_with_the_largest_share(results: Path, tmp_path: Path, map_view) -> None:
    folder = shutil.copytree(results, tmp_path / "shares")
    water = folder / "base" / "east" / "water"
    shares = {
        plant: pd.read_parquet(water / f"consumer_share_{plant}.parquet").set_index("time")
        for plant in ("plant4", "sewage", "exchange")
    }
    order = sorted(shares["plant4"].index)
    for plant, values in (("plant4", (0.6, 0.2, 0.3)), ("sewage", (0.3, 0.7, 0.3)), ("exchange", (0.1, 0.1, 0.4))):
        for time, value in zip(order, values, strict=False):
            shares[plant].loc[time] = value
        shares[plant].loc[order[3], "hx_n3"] = np.nan
        write_table(shares[plant], water / f"consumer_share_{plant}.parquet")
    view = map_view(folder)
    names = [source["id"] for source in view.network(0, "east")[0]["sources"]]
    strongest = view.frame(0, "east", "stations", "source")
    assert [names[int(strongest["hx_n2"][time])] for time in order[:3]] == ["plant4", "sewage", "exchange"]
    assert np.isnan(strongest.at[order[3], "hx_n3"])
    colours = [source["colour"] for source in view.network(0, "east")[0]["sources"]]
    assert len(set(colours)) == 3


@pytest.fixture(scope="module")
def standing(results: Path, direct_results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data centre heats two stations of East past the network; in the first hour n4 has no primary flow, in the second both."""
    return direct_results(shutil.copytree(results, tmp_path_factory.mktemp("standing") / "results"))


def test_a_station_without_primary_flow_has_no_temperature_and_no_source(standing: Path, map_view) -> None:
    view = map_view(standing)
    first, second, third = view.times(0)[:3]
    for key in ("t_supply_degc", "t_return_degc", "waste", "source", "east/plant4"):
        shown = view.frame(0, "east", "stations", key)
        assert list(shown.loc[[first, second, third], "hx_n4"].isna()) == [True, True, False], key
        assert list(shown.loc[[first, second], "hx_n3"].isna()) == [False, True], key
        assert shown["hx_n2"].notna().all(), key
    for key in ("t_supply_degc", "t_return_degc"):
        assert view.quantity("water", "stations", key)["range"][0] > 20.0, "3.4 degC of standing water is on no scale"
    heat = view.frame(0, "east", "stations", "heat_mw")
    assert heat.at[first, "hx_n4"] == 0.0, "what a station takes is known"


def test_a_station_names_the_plant_that_heats_it_directly(standing: Path, map_view) -> None:
    view = map_view(standing)
    stations = {item["id"]: item for item in view.network(0, "east")[1]["stations"]}
    assert stations["hx_n4"]["direct"] == [{"plant": "dc", "name": "Data centre", "count": 2}]
    assert ("Heated directly by", "Data centre") in stations["hx_n3"]["rows"]
    assert "direct" not in stations["hx_n2"]
    # of the other case the plant is not built
    assert all("direct" not in item for item in view.network(1, "east")[1]["stations"])


def test_a_source_has_the_symbol_of_its_kind_and_a_colour_of_its_own(view) -> None:
    entry, layout = view.network(1, "east")
    symbols = {plant["id"]: plant["symbol"] for plant in layout["plants"]}
    assert {source["id"]: source["symbol"] for source in entry["sources"]} == symbols
    assert view.data["other_plant"] not in {source["colour"] for source in entry["sources"]}


def test_delivered_heat_is_what_is_taken_of_what_is_asked_for(results: Path, tmp_path: Path, map_view) -> None:
    folder = shutil.copytree(results, tmp_path / "short")
    water = folder / "base" / "east" / "water"
    heat = pd.read_parquet(water / "consumer_heat_mw.parquet").set_index("time")
    heat["hx_n4"] = 0.0
    write_table(heat / 4, water / "consumer_shortfall_mw.parquet")
    write_table(heat, water / "consumer_heat_mw.parquet")
    delivered = map_view(folder).frame(0, "east", "stations", "delivered")
    assert delivered["hx_n2"].to_numpy() == pytest.approx(80.0)
    assert delivered["hx_n4"].isna().all(), "who asks for nothing lacks nothing"


def test_plants_show_the_heat_of_the_schedule_in_every_hour(view, results: Path) -> None:
    for network, folder in (("east", "water"), ("east/steam", "steam")):
        file = results / "project" / "east" / folder / "dispatch_heat_mw.parquet"
        schedule = pd.read_parquet(file).set_index("time")
        shown = view.frame(1, network, "plants", "schedule_mw")
        expected = schedule.loc[shown.index, shown.columns].to_numpy()
        assert shown.to_numpy() == pytest.approx(expected, abs=0.0051)


def test_plants_carry_the_delivered_heat_of_the_summary(view, results: Path) -> None:
    summary = json.loads((results / "summary.json").read_text(encoding="utf-8"))
    heat = summary["cases"]["project"]["heat_by_plant_mwh"]
    for network, prefix in (("east", "east/"), ("east/steam", "east/steam/")):
        entry, layout = view.network(1, network)
        for plant, mwh in zip(layout["plants"], entry["delivered_mwh"], strict=True):
            assert mwh == pytest.approx(heat[prefix + plant["id"]], abs=0.05)


def test_how_each_hour_was_solved_is_told(view) -> None:
    entry, _layout = view.network(0, "east")
    assert entry["status"]["words"] == ["solved"]
    assert np.array_equal(view.matrix(entry["status"]["matrix"]), np.zeros((7, 1)))


def test_a_network_that_no_case_changes_is_stored_once(view) -> None:
    first, second = (view.network(case, "west")[0] for case in (0, 1))
    assert first["pipes"] == second["pipes"]
    assert view.network(0, "east")[0]["plants"] != view.network(1, "east")[0]["plants"]


def test_ranges_leave_out_the_largest_and_the_least(map_view) -> None:
    spreads = [Matrices().add(np.arange(-100.0, 1000.0)[:, np.newaxis], 0)[1]]
    assert value_range(spreads, magnitude=False, from_zero=False, quantile=0.98) == pytest.approx([-78.0, 977.0], abs=1)
    assert value_range(spreads, magnitude=False, from_zero=True, quantile=1.0) == [0.0, 999.0]
    assert value_range(spreads, magnitude=True, from_zero=False, quantile=1.0)[0] == 0.0
    assert value_range([], magnitude=False, from_zero=True, quantile=0.98) is None


def test_layouts_are_shared_where_tables_are_the_same(view) -> None:
    east = [view.network(case, "east")[0]["layout"] for case in (0, 1)]
    west = [view.network(case, "west")[0]["layout"] for case in (0, 1)]
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
    assert 'title="No coordinates, so not on the map: Works."' in html


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
