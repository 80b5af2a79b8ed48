"""What a network's tables become: types, defaults, figures filled in from the catalogue, the geometry and the kinds."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from heatnet.errors import InputError
from heatnet.io.network_folder import load_network
from heatnet.model.build import build_network
from heatnet.model.examples import EXAMPLES
from heatnet.model.pipe_catalogue import catalogue
from heatnet.model.plant_kinds import PLANT_KINDS
from heatnet.model.schema import TABLES, column_names


@pytest.fixture
def tiny(draft, tmp_path):
    return load_network(draft.write(tmp_path / "tiny"))


def test_every_column_is_there_and_ids_are_texts(tiny):
    for table in TABLES:
        frame = getattr(tiny, table)
        assert set(column_names(table)) - {"id"} <= set(frame.columns), table
        assert all(isinstance(element, str) for element in frame.index), table


def test_design_heat_is_area_times_index(tiny):
    assert tiny.consumers.at["c1", "design_heat_mw"] == pytest.approx(80_000 * 45 / 1e6, rel=1e-15)


def test_a_given_design_heat_goes_before_area_and_index(draft, tmp_path):
    draft.row("consumers", "c1")["design_heat_mw"] = 2.5
    assert load_network(draft.write(tmp_path / "tiny")).consumers.at["c1", "design_heat_mw"] == 2.5


def test_defaults_of_absent_columns(tiny):
    assert list(tiny.consumers["min_dp_bar"]) == [1.0] * 3
    assert list(tiny.consumers["control"]) == ["heat_return"] * 3
    assert list(tiny.pipes["line"]) == ["pair"] * 4
    assert not tiny.pipes["closed"].any()
    assert tiny.plants.at["boiler", "connection"] == "supply"
    assert tiny.t_ground_degc == (8.0,) * 12


def test_diameter_wall_and_loss_come_from_the_catalogue(tiny):
    entry = catalogue().loc[300]
    pipe = tiny.pipes.loc["p1"]
    assert pipe["inner_diameter_mm"] == entry["inner_diameter_mm"]
    assert pipe["u_w_per_mk"] == entry["u_limit_w_per_mk"]
    steel_m2 = math.pi / 4 * (entry["outer_diameter_mm"] ** 2 - entry["inner_diameter_mm"] ** 2) * 1e-6
    assert pipe["wall_j_per_mk"] == pytest.approx(steel_m2 * 7850 * 480, rel=1e-3)


def test_the_inner_diameter_goes_before_dn(draft, tmp_path):
    draft.row("pipes", "p1")["inner_diameter_mm"] = 280
    assert load_network(draft.write(tmp_path / "tiny")).pipes.at["p1", "inner_diameter_mm"] == 280


def test_zeta_is_per_metre_where_no_own_value_stands(draft, tmp_path):
    draft.row("pipes", "p2")["zeta"] = 3.5
    pipes = load_network(draft.write(tmp_path / "tiny")).pipes
    assert pipes.at["p1", "zeta"] == pytest.approx(0.01 * 800, rel=1e-15)
    assert pipes.at["p2", "zeta"] == 3.5


def test_loss_of_pipe_defaults_goes_before_the_catalogue(draft, tmp_path):
    draft.meta["pipe_defaults"]["u_w_per_mk"] = 0.33
    draft.row("pipes", "p2")["u_w_per_mk"] = 0.5
    pipes = load_network(draft.write(tmp_path / "tiny")).pipes
    assert list(pipes["u_w_per_mk"]) == [0.33, 0.5, 0.33, 0.33]


def test_lengths_of_local_geometry_are_its_metres(drawn, tmp_path):
    pipes = load_network(drawn.write(tmp_path / "tiny", ".geojson")).pipes
    assert list(pipes["length_m"]) == pytest.approx([800, 400, 600, 300], rel=1e-15)


def test_lengths_of_geometry_in_degrees_are_geodesic(drawn, tmp_path):
    """One degree of longitude at 60° N on WGS84 is a cos(phi) / sqrt(1 - e² sin²(phi)) · pi/180 = 55 800 m."""
    drawn.meta["crs"] = "EPSG:4326"
    for node in drawn.tables["nodes"]:
        del node["geometry"]
    for pipe in drawn.tables["pipes"]:
        pipe["geometry"] = {"type": "LineString", "coordinates": [[20.0, 60.0], [20.01, 60.0]]}
    phi, a, e2 = math.radians(60), 6378137.0, 0.00669437999014
    expected = a * math.cos(phi) / math.sqrt(1 - e2 * math.sin(phi) ** 2) * math.radians(0.01)
    pipes = load_network(drawn.write(tmp_path / "tiny", ".geojson")).pipes
    assert pipes.at["p1", "length_m"] == pytest.approx(expected, rel=1e-8)


def test_waste_class_is_the_kinds_unless_the_row_says_otherwise(draft, tmp_path):
    plants = load_network(draft.write(tmp_path / "a")).plants
    assert dict(plants["waste_class"]) == {"boiler": "none", "heat_pump": "plan"}
    draft.row("plants", "heat_pump")["waste_class"] = "broad"
    assert load_network(draft.write(tmp_path / "b")).plants.at["heat_pump", "waste_class"] == "broad"


def test_keys_that_kinds_share_keep_each_kinds_limits(draft, tmp_path):
    """A condensing boiler reaches 1.05 on the lower heating value; an exchanger gives at most what it takes."""
    draft.row("plants", "boiler")["efficiency_share"] = 1.05
    assert load_network(draft.write(tmp_path / "a")).plants.at["boiler", "efficiency_share"] == 1.05
    exchanger = {"id": "hx", "node": "works", "kind": "steam_exchange", "role": "heat", "efficiency_share": 1.05}
    draft.tables["plants"].append(exchanger)
    with pytest.raises(InputError, match=r"efficiency_share: value 1.05. Allowed: 0.5 to 1"):
        load_network(draft.write(tmp_path / "b"))


def test_a_large_flow_is_no_mistake_for_a_source(draft, tmp_path):
    """400 MW at 60 K is 1600 kg/s: the limit of a steam flow does not hold for water."""
    draft.tables["plants"][0] = {
        "id": "boiler",
        "node": "works",
        "kind": "source",
        "role": "pressure",
        "mdot_kg_per_s": 1600,
    }
    assert load_network(draft.write(tmp_path / "tiny")).plants.at["boiler", "mdot_kg_per_s"] == 1600


def test_keys_of_other_kinds_are_empty(tiny):
    assert math.isnan(tiny.plants.at["boiler", "carnot_share"])
    assert tiny.plants.at["boiler", "t_source_degc"] is None
    assert math.isnan(tiny.plants.at["heat_pump", "efficiency_share"])


def test_own_keys_and_columns_are_kept(draft, tmp_path):
    draft.meta["x_author"] = "somebody"
    draft.row("nodes", "fork")["x_street"] = "第一大街"
    network = load_network(draft.write(tmp_path / "tiny"))
    assert network.nodes.at["fork", "x_street"] == "第一大街"
    assert network.nodes.at["works", "x_street"] is None


def test_display_name_falls_back_to_the_id(draft, tmp_path):
    draft.row("consumers", "c1")["x_name_zh"] = "北站"
    network = load_network(draft.write(tmp_path / "tiny"))
    assert network.display_name("consumers", "c1", "zh") == "北站"
    assert network.display_name("consumers", "c1", "en") == "c1"
    assert network.display_name("consumers", "c2", "zh") == "c2"


def test_monthly_ground_follows_the_calendar(draft, tmp_path):
    draft.meta["t_ground_degc"] = list(range(1, 13))
    network = load_network(draft.write(tmp_path / "tiny"))
    times = pd.DatetimeIndex(["2025-01-31 23:00", "2025-02-01 00:00", "2025-12-31 23:00"])
    assert list(network.t_ground_at(times)) == [1.0, 2.0, 12.0]
    assert list(network.t_ground_at(pd.Index([0.0, 3600.0]))) == [1.0, 1.0]


def test_plain_numbers_in_ids_become_texts():
    """Spreadsheets turn ids into numbers: 7 and 7.0 both mean the id "7"."""
    design = {"t_supply_degc": 110, "t_return_degc": 50, "t_outdoor_degc": -7}
    network = build_network(
        "numbers",
        {"design": design, "pressure_point": {"node": "1", "p_bar": 4}},
        {
            "nodes": pd.DataFrame({"id": [1.0, 2.0]}),
            "pipes": pd.DataFrame([{"id": 7.0, "from_node": 1, "to_node": 2.0, "length_m": 100, "dn": 100}]),
            "consumers": pd.DataFrame([{"id": 8, "node": 2, "design_heat_mw": 1}]),
            "plants": pd.DataFrame([{"id": 9, "node": 1, "kind": "source", "role": "pressure"}]),
        },
    )
    assert list(network.nodes.index) == ["1", "2"]
    assert network.pipes.at["7", "to_node"] == "2"


def test_flags_are_not_numbers():
    pipes = pd.DataFrame([{"id": "p", "from_node": "a", "to_node": "b", "length_m": True, "dn": 100}])
    with pytest.raises(InputError, match=r"length_m: value True. A number is needed"):
        build_network("flag", {"carrier": "site"}, {"pipes": pipes})


@pytest.mark.parametrize("kind", sorted(PLANT_KINDS))
def test_each_kind_knows_its_carriers_and_class(kind):
    assert set(PLANT_KINDS[kind].carriers) <= {"water", "steam", "site"}
    assert PLANT_KINDS[kind].waste_class in ("none", "strict", "plan", "broad")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_examples_of_the_documentation_are_right(example):
    network = example()
    assert network.id == example.__name__
    assert network.pressure_plant == "plant"
