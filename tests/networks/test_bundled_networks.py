"""The bundled networks as data: right in size, at their place on the map, every figure with a source mark."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from heatnet.demand.climate import synthetic_year
from heatnet.demand.load import consumer_loads
from heatnet.demand.season import heating_season
from heatnet.io.bundled import bundled_path
from heatnet.io.network_folder import load_network
from heatnet.model.power_schema import POWER_TABLES
from heatnet.model.schema import SOURCE_MARKS, TABLES
from heatnet.plants import heat_stores
from heatnet.study.load import load_study

NETWORKS = bundled_path("networks")
NAMES = ("teda_east", "teda_west", "cabot", "beitang", "yujiapu")
FOLDERS = sorted(file.parent for file in NETWORKS.rglob("network.yaml"))
LAYERS = sorted([*NETWORKS.rglob("*.geojson"), *bundled_path("gis").rglob("*.geojson")])
EVERY_TABLE = (*TABLES, *POWER_TABLES)
#: TEDA's parts between the West zone, Cabot's site in the north and the harbour, WGS 84
WEST_DEG, EAST_DEG, SOUTH_DEG, NORTH_DEG = 117.45, 117.85, 38.98, 39.25


def name_of(path: Path) -> str:
    return str(path.relative_to(NETWORKS.parent))


@pytest.fixture(scope="module")
def networks():
    return {name: load_network(NETWORKS / name) for name in NAMES}


def test_every_folder_is_listed_here():
    assert {folder.relative_to(NETWORKS).parts[0] for folder in FOLDERS} == set(NAMES)


def test_east_is_as_large_as_the_plan_says(networks):
    east = networks["teda_east"]
    assert 45 <= len(east.consumers) <= 60
    assert east.consumers["area_m2"].sum() / 1e6 == pytest.approx(4.0, abs=0.1)
    assert 35 <= east.pipes["length_m"].sum() / 1000 <= 45


def test_west_is_as_large_as_the_plan_says(networks):
    west = networks["teda_west"]
    assert 25 <= len(west.consumers) <= 40
    assert 12 <= west.pipes["length_m"].sum() / 1000 <= 15
    assert west.steam is not None


@pytest.mark.parametrize("name", ["teda_east", "teda_west"])
def test_stations_have_usual_heat_indices(name, networks):
    """CJJ 34: dwellings 40–60, public buildings up to 80 W/m²; the mean of a mixed zone lies between."""
    consumers = networks[name].consumers
    mean = consumers["design_heat_mw"].sum() * 1e6 / consumers["area_m2"].sum()
    assert 38 <= mean <= 60
    assert consumers["index_w_per_m2"].between(30, 80).all()


@pytest.mark.parametrize("name", ["teda_east", "teda_west"])
def test_plants_can_carry_the_design_load(name, networks):
    network = networks[name]
    assert network.plants["capacity_mw"].sum() >= network.consumers["design_heat_mw"].sum()


def test_east_has_meshes_and_west_does_not_have_to(networks):
    """Pipes - nodes + 1 independent meshes in a connected network: the East has three."""
    east = networks["teda_east"]
    assert len(east.pipes) - len(east.nodes) + 1 == 3


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_every_folder_says_where_it_comes_from(folder):
    text = (folder / "SOURCE.md").read_text(encoding="utf-8")
    assert len(text) > 200
    assert "illustrative" in text


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_every_row_has_a_source_mark(folder):
    """From the files themselves, not from what reading makes of them."""
    for table in EVERY_TABLE:
        file = folder / f"{table}.geojson"
        if file.is_file():
            features = json.loads(file.read_text(encoding="utf-8"))["features"]
            marks = {feature["properties"]["id"]: feature["properties"].get("source") for feature in features}
            assert {element: mark for element, mark in marks.items() if mark not in SOURCE_MARKS} == {}


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_figures_of_the_plan_stand_beside_its_wording(folder):
    for table in EVERY_TABLE:
        file = folder / f"{table}.geojson"
        if file.is_file():
            rows = [feature["properties"] for feature in json.loads(file.read_text(encoding="utf-8"))["features"]]
            assert [row["id"] for row in rows if row["source"] == "plan" and not row.get("as_printed")] == []


@pytest.mark.parametrize("name", NAMES)
def test_stations_and_plants_have_names_in_both_languages(name, networks):
    for part in filter(None, (networks[name], networks[name].steam)):
        for table in ("consumers", "plants"):
            frame = getattr(part, table)
            for column in ("x_name_en", "x_name_zh"):
                assert frame[column].map(lambda text: isinstance(text, str) and bool(text.strip())).all(), (
                    table,
                    column,
                )


@pytest.mark.parametrize("name", NAMES)
def test_everything_lies_in_teda(name, networks):
    for part in filter(None, (networks[name], networks[name].steam)):
        assert part.crs == "EPSG:4326"
        for table in TABLES:
            drawn = [geometry for geometry in getattr(part, table)["geometry"] if geometry is not None]
            if drawn:
                bounds = np.array([geometry.bounds for geometry in drawn])
                assert bounds[:, [0, 2]].min() >= WEST_DEG
                assert bounds[:, [0, 2]].max() <= EAST_DEG
                assert bounds[:, [1, 3]].min() >= SOUTH_DEG
                assert bounds[:, [1, 3]].max() <= NORTH_DEG


@pytest.mark.parametrize("name", ["teda_east", "teda_west"])
def test_pipes_end_at_their_nodes(name, networks):
    """Drawn ends lie within 30 m of the nodes that they name."""
    metre_deg = 1 / 111_000
    for part in filter(None, (networks[name], networks[name].steam)):
        places = part.nodes["geometry"]
        for pipe, row in part.pipes.iterrows():
            first, last = row["geometry"].coords[0], row["geometry"].coords[-1]
            for end, node in ((first, row["from_node"]), (last, row["to_node"])):
                distance = np.hypot((end[0] - places[node].x) * 0.777, end[1] - places[node].y)
                assert distance < 30 * metre_deg, pipe


@pytest.mark.parametrize("file", LAYERS, ids=name_of)
def test_layers_open_in_a_gis(file):
    import geopandas

    frame = geopandas.read_file(file)
    assert len(frame) > 0
    assert frame.crs.to_epsg() == 4326
    assert frame.geometry.notna().all()
    assert frame.geometry.is_valid.all()


def test_the_bundled_study_is_right():
    study = load_study(bundled_path("studies") / "teda_2025")
    assert set(study.cases) >= {"coal_baseline", "gas_only", "plan_2025"}
    assert set(next(iter(study.cases.values())).networks) == {"teda_east", "teda_west", "cabot", "beitang"}


def test_yujiapu_takes_the_heat_that_the_plan_says(networks):
    """28 GWh over 700,000 m² in the statutory season; the tank holds what the plan's share of a design day takes."""
    site = networks["yujiapu"]
    weather = synthetic_year("CSWD", seed=1, year=2025)
    loads = consumer_loads(site, weather, heating_season(weather.time, "11-15", "03-15"))
    assert loads.to_numpy().sum() == pytest.approx(28_000, rel=1e-3)
    assert site.consumers["area_m2"].sum() == 700_000
    (tank,) = heat_stores(site)
    design_day_mwh = 24 * site.consumers["design_heat_mw"].sum()
    assert tank.energy_mwh == pytest.approx((0.84 - 8 / 24) * design_day_mwh, rel=0.05)
    assert tank.charge_mw * 8 >= tank.energy_mwh
    built = site.plants.index[site.plants["capacity_mw"] > 0]
    assert set(built) == {"boilers_charge", "boilers_direct", "tank"}
    assert site.plants.at["boilers_direct", "capacity_mw"] >= loads.sum(axis=1).max()


def test_the_study_of_yujiapu_is_right():
    study = load_study(bundled_path("studies") / "yujiapu_storage")
    assert list(study.cases) == ["gas_boiler", "plan", "tariff", "heat_pump"]
    tanks = {name: heat_stores(case.networks["yujiapu"]) for name, case in study.cases.items()}
    assert not tanks["gas_boiler"]
    # the same water between 55 and 40 °C instead of 90 and 50 °C holds 15 K instead of 40 K
    assert tanks["heat_pump"][0].energy_mwh / tanks["plan"][0].energy_mwh == pytest.approx(15 / 40, rel=0.03)


def test_projects_of_the_plan_are_off_before_and_on_after():
    cases = load_study(bundled_path("studies") / "teda_2025").cases
    before = cases["gas_only"].networks["teda_east"].plants
    after = cases["plan_2025"].networks["teda_east"].plants
    projects = after.index[after["waste_class"] != "none"]
    assert len(projects) > 0
    assert (before.loc[projects, "capacity_mw"] == 0).all()
    assert (after.loc[projects, "capacity_mw"] > 0).all()


def test_the_baseline_uses_no_waste_heat_in_east_and_west():
    case = load_study(bundled_path("studies") / "teda_2025").cases["coal_baseline"]
    for network in (case.networks["teda_east"], case.networks["teda_west"]):
        for part in filter(None, (network, network.steam)):
            built = part.plants[part.plants["capacity_mw"] > 0]
            assert (built["waste_class"] == "none").all(), network.id
        assert part.plants["kind"].str.contains("coal").any() or network.plants["kind"].str.contains("coal").any()


@pytest.mark.parametrize("file", sorted(bundled_path("studies").rglob("study.yaml")), ids=name_of)
def test_every_study_has_its_readme(file):
    assert (file.parent / "README.md").is_file()
