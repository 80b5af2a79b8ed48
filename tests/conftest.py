"""Drafts of a tiny network and a tiny study: complete and right, for tests to break in one place and write to files."""

from __future__ import annotations

import copy
import csv
import json
import runpy
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

META: dict[str, Any] = {
    "format_version": 1,
    "name": {"en": "Tiny", "zh": "小网"},
    "carrier": "water",
    "crs": "none",
    "design": {"t_supply_degc": 110, "t_return_degc": 55, "t_outdoor_degc": -7},
    "regulation": "quality",
    "pressure_point": {"node": "works", "line": "return", "p_bar": 4.0},
    "t_ground_degc": 8,
    "fluid": "if97",
    "pipe_defaults": {"roughness_mm": 0.5, "zeta_per_m": 0.01},
}
TABLES: dict[str, list[dict[str, Any]]] = {
    "nodes": [
        {"id": "works", "elevation_m": 3},
        {"id": "fork", "elevation_m": 3},
        {"id": "north", "elevation_m": 5},
        {"id": "east", "elevation_m": 2},
        {"id": "end", "elevation_m": 4},
    ],
    "pipes": [
        {"id": "p1", "from_node": "works", "to_node": "fork", "length_m": 800, "dn": 300},
        {"id": "p2", "from_node": "fork", "to_node": "north", "length_m": 400, "dn": 200},
        {"id": "p3", "from_node": "fork", "to_node": "east", "length_m": 600, "dn": 250},
        {"id": "p4", "from_node": "east", "to_node": "end", "length_m": 300, "dn": 200},
    ],
    "consumers": [
        {"id": "c1", "node": "north", "kind": "residential", "area_m2": 80000, "index_w_per_m2": 45},
        {"id": "c2", "node": "east", "kind": "office", "area_m2": 40000, "index_w_per_m2": 60},
        {"id": "c3", "node": "end", "kind": "residential", "area_m2": 90000, "index_w_per_m2": 45},
    ],
    "plants": [
        {
            "id": "boiler",
            "node": "works",
            "kind": "gas_boiler",
            "role": "pressure",
            "capacity_mw": 20,
            "efficiency_share": 0.92,
            "power_share": 0.01,
        },
        {
            "id": "heat_pump",
            "node": "fork",
            "kind": "sewage_heat_pump",
            "role": "heat",
            "connection": "return_preheat",
            "capacity_mw": 1.5,
            "heat_mw": 1.5,
            "carnot_share": 0.5,
            "t_source_degc": 14,
            "mdot_source_kg_per_s": 60,
            "t_source_min_degc": 8,
            "t_supply_max_degc": 80,
        },
    ],
}
#: places of the nodes in metres, for drafts with geometry
PLACES_M = {"works": (0, 0), "fork": (800, 0), "north": (800, 400), "east": (1400, 0), "end": (1400, -300)}
STEAM_META: dict[str, Any] = {
    "format_version": 1,
    "name": {"en": "Tiny steam"},
    "carrier": "steam",
    "crs": "none",
    "pressure_point": {"node": "gate", "line": "supply", "p_bar": 8.0},
}
STEAM_TABLES: dict[str, list[dict[str, Any]]] = {
    "nodes": [{"id": "gate"}, {"id": "mill"}],
    "pipes": [{"id": "s1", "from_node": "gate", "to_node": "mill", "length_m": 500, "dn": 200, "line": "supply"}],
    "consumers": [{"id": "press", "node": "mill", "kind": "process_steam", "heat_mw": 1.0}],
    "plants": [
        {
            "id": "kettle",
            "node": "gate",
            "kind": "gas_steam_boiler",
            "role": "pressure",
            "capacity_mw": 4,
            "t_supply_degc": 200,
            "efficiency_share": 0.9,
        },
        {
            "id": "waste_steam",
            "node": "gate",
            "kind": "process_waste_heat",
            "role": "heat",
            "capacity_mw": 0.4,
            "t_supply_degc": 200,
            "steam_mwh_per_t": 0.65,
            "mdot_kg_per_s": 0.2,
        },
    ],
}
#: a feeder that carries the town's 1 MW and 0.3 MW more, PV and a battery at its end
POWER_META: dict[str, Any] = {
    "format_version": 1,
    "name": {"en": "Tiny grid"},
    "carrier": "electric",
    "crs": "EPSG:4326",
}
POWER_TABLES: dict[str, list[dict[str, Any]]] = {
    "buses": [
        {"id": name, "v_nom_kv": 10, "station": "tiny", "geometry": {"type": "Point", "coordinates": [lon, 39.0]}}
        for name, lon in (("b_near", 117.70), ("b_far", 117.71))
    ],
    "lines": [
        {
            "id": "feeder",
            "from_bus": "b_near",
            "to_bus": "b_far",
            "length_m": 900,
            "r_ohm_per_km": 0.1,
            "x_ohm_per_km": 0.1,
            "i_max_ka": 0.075,
        }
    ],
    "grids": [{"id": "grid", "bus": "b_near"}],
    "loads": [
        {"id": "town", "bus": "b_far", "p_mw": 1.0, "cos_phi": 1.0, "profile": "flat"},
        {"id": "e_pump", "bus": "b_far", "cos_phi": 1.0, "profile": "heat", "supplies": "heat_pump"},
        {"id": "e_boiler", "bus": "b_near", "cos_phi": 1.0, "profile": "heat", "supplies": "boiler"},
    ],
    "generators": [{"id": "roof", "bus": "b_far", "kind": "pv", "capacity_mw": 2.0}],
    "batteries": [
        {"id": "battery", "bus": "b_near", "power_mw": 0.5, "energy_mwh": 1.0},
        {"id": "battery_2", "bus": "b_near", "power_mw": 1.0, "energy_mwh": 2.0},
    ],
}
PRICES: dict[str, Any] = {
    "gas_cny_per_mwh": 300,
    "gas_lhv_mwh_per_m3": 0.0099,
    "coal_cny_per_mwh": 120,
    "power": {
        "valley_cny_per_mwh": 300,
        "flat_cny_per_mwh": 600,
        "peak_cny_per_mwh": 900,
        "critical_cny_per_mwh": 1000,
    },
    "power_lost_cny_per_mwh": 400,
    "co2_cny_per_t": 60,
    "unmet_cny_per_mwh": 10000,
    "gas_t_co2_per_mwh": 0.202,
    "coal_t_co2_per_mwh": 0.34,
    "power_average_t_co2_per_mwh": 0.6,
    "power_marginal_t_co2_per_mwh": 0.8,
}
STUDY: dict[str, Any] = {
    "format_version": 1,
    "title": {"en": "Tiny study", "zh": "小型算例"},
    "networks": ["tiny"],
    "zones": {"all_of_it": ["tiny"]},
    "weather": {"climate": "CSWD", "seed": 1},
    "prices": "tiny.yaml",
    "target": {"zone": "all_of_it"},
    "simulation": {"hours": 2},
    "base_case": "gas",
    "baseline_case": "gas",
    "plan_case": "project",
    "cases": {
        "gas": {
            "label": {"en": "Gas alone", "zh": "仅燃气"},
            "networks": {"tiny": {"plants": {"heat_pump": {"capacity_mw": 0}}}},
        },
        "project": {"label": {"en": "With the heat pump", "zh": "含热泵"}},
    },
}


@dataclass
class NetworkDraft:
    """A network folder before it is written: change `meta` and `tables`, or put whole files into `files`."""

    meta: dict[str, Any]
    tables: dict[str, list[dict[str, Any]]]
    files: dict[str, bytes] = field(default_factory=dict)
    steam: NetworkDraft | None = None
    electric: NetworkDraft | None = None

    def row(self, table: str, element: str) -> dict[str, Any]:
        """Return a row, to be changed."""
        return next(row for row in self.tables[table] if row["id"] == element)

    def write(self, folder: Path, suffix: str = ".csv") -> Path:
        """Write the folder, tables as CSV or GeoJSON, and return it."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "network.yaml").write_text(yaml.safe_dump(self.meta, allow_unicode=True), encoding="utf-8")
        for name, rows in self.tables.items():
            (write_csv if suffix == ".csv" else write_geojson)(rows, folder / f"{name}{suffix}")
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        if self.steam is not None:
            self.steam.write(folder / "steam", suffix)
        if self.electric is not None:
            self.electric.write(folder / "electric", ".geojson")
        return folder


@dataclass
class StudyDraft:
    """A study with its price file and its network before they are written."""

    data: dict[str, Any]
    prices: dict[str, Any]
    network: NetworkDraft

    def write(self, root: Path) -> Path:
        """Write networks/tiny, studies/prices/tiny.yaml and studies/tiny; return the study's folder."""
        self.network.write(root / "networks" / "tiny")
        for file, data in (("prices/tiny.yaml", self.prices), ("tiny/study.yaml", self.data)):
            target = root / "studies" / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return root / "studies" / "tiny"


def write_csv(rows: list[dict[str, Any]], file: Path) -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        writer.writerows(rows)


def write_geojson(rows: list[dict[str, Any]], file: Path) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {name: value for name, value in row.items() if name != "geometry"},
            "geometry": row.get("geometry"),
        }
        for row in rows
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def tiny_draft() -> NetworkDraft:
    return NetworkDraft(copy.deepcopy(META), copy.deepcopy(TABLES))


def tiny_study() -> StudyDraft:
    network = tiny_draft()
    network.steam = NetworkDraft(copy.deepcopy(STEAM_META), copy.deepcopy(STEAM_TABLES))
    return StudyDraft(copy.deepcopy(STUDY), copy.deepcopy(PRICES), network)


@pytest.fixture
def draft() -> NetworkDraft:
    """A right network: a plant, a heat pump in the return, three consumers; CSV tables without coordinates."""
    return tiny_draft()


@pytest.fixture
def drawn() -> NetworkDraft:
    """The same network with coordinates in metres (crs: local) on nodes and pipes; lengths from the geometry."""
    tiny = tiny_draft()
    tiny.meta["crs"] = "local"
    for node in tiny.tables["nodes"]:
        node["geometry"] = {"type": "Point", "coordinates": list(PLACES_M[node["id"]])}
    for pipe in tiny.tables["pipes"]:
        ends = [list(PLACES_M[pipe[end]]) for end in ("from_node", "to_node")]
        pipe["geometry"] = {"type": "LineString", "coordinates": ends}
        del pipe["length_m"]
    return tiny


@pytest.fixture
def study_draft() -> StudyDraft:
    """A right study of the tiny network with a steam network: gas alone against the heat pump, two simulated hours."""
    return tiny_study()


@pytest.fixture(scope="session")
def new_power_draft():
    """What makes drafts of a power network: a tight feeder with the heat pump, PV and two batteries."""
    return lambda: NetworkDraft(copy.deepcopy(POWER_META), copy.deepcopy(POWER_TABLES))


@pytest.fixture(scope="session")
def new_study_draft():
    """What makes study drafts, for fixtures that live longer than a test."""
    return tiny_study


TINY = runpy.run_path(str(Path(__file__).parent / "web" / "tiny_results.py"))
MAP_VIEW = runpy.run_path(str(Path(__file__).parent / "web" / "map_view.py"))


@pytest.fixture(scope="session")
def tiny() -> dict:
    """Names of the module that writes small results folders."""
    return TINY


@pytest.fixture(scope="session")
def direct_results():
    """Add a plant that heats stations past the pipes to a copy of the small results folder."""
    return TINY["add_direct_plant"]


@pytest.fixture(scope="session")
def map_view():
    """What reads the data of a map back: `MapView(folder, lang)`."""
    return MAP_VIEW["MapView"]


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small results folder."""
    return TINY["write_tiny_results"](tmp_path_factory.mktemp("results") / "tiny")


@pytest.fixture(scope="session")
def steam_results(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a solved steam line in the project case."""
    return TINY["add_steam"](shutil.copytree(results, tmp_path_factory.mktemp("steam") / "tiny"))


@pytest.fixture(scope="session")
def shifted(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, where the base case's season has its 20 % of load at another hour than the project's."""
    return TINY["shift_hour"](shutil.copytree(results, tmp_path_factory.mktemp("shifted") / "tiny"))


@pytest.fixture(scope="session")
def hostile_results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a script as the name of a network and a formula as the name of a case."""
    folder = tmp_path_factory.mktemp("hostile") / "tiny"
    return TINY["write_tiny_results"](folder, east_name=TINY["HOSTILE"], case_label=TINY["FORMULA"])
