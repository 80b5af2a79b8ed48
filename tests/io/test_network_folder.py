"""Network folders: every way to write the same tables gives the same network; files that cannot be read are named."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from heatnet.errors import InputError
from heatnet.io.network_folder import load_network, read_raw_network, save_network
from heatnet.model.schema import TABLES


def problems_of(folder):
    with pytest.raises(InputError) as caught:
        load_network(folder)
    return caught.value.problems


def assert_same_tables(one, other, but=()):
    for table in TABLES:
        pd.testing.assert_frame_equal(
            getattr(one, table).drop(columns=list(but)), getattr(other, table).drop(columns=list(but)), check_like=True
        )


def test_csv_and_geojson_say_the_same(draft, tmp_path):
    assert_same_tables(load_network(draft.write(tmp_path / "a")), load_network(draft.write(tmp_path / "b", ".geojson")))


def test_coordinates_as_xy_or_wkt_or_geojson(drawn, tmp_path):
    by_geojson = load_network(drawn.write(tmp_path / "geojson", ".geojson"))
    for row in drawn.tables["nodes"]:
        row["x"], row["y"] = row.pop("geometry")["coordinates"]
    for row in drawn.tables["pipes"]:
        points = row.pop("geometry")["coordinates"]
        row["wkt"] = "LINESTRING(" + ", ".join(f"{x} {y}" for x, y in points) + ")"
    by_csv = load_network(drawn.write(tmp_path / "csv"))
    assert_same_tables(by_geojson, by_csv, but=["geometry"])
    for table in ("nodes", "pipes"):
        pairs = zip(getattr(by_geojson, table)["geometry"], getattr(by_csv, table)["geometry"], strict=True)
        assert all(one.equals(other) for one, other in pairs)


def test_a_byte_order_mark_of_a_spreadsheet_is_no_part_of_the_first_column(draft, tmp_path):
    folder = draft.write(tmp_path / "tiny")
    file = folder / "nodes.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert list(load_network(folder).nodes.index) == ["works", "fork", "north", "east", "end"]


def test_cells_of_na_and_null_are_texts_or_mistakes_but_never_silence(draft, tmp_path):
    draft.row("nodes", "fork")["id"] = "NA"
    for pipe in draft.tables["pipes"]:
        pipe.update({end: "NA" for end in ("from_node", "to_node") if pipe[end] == "fork"})
    draft.row("plants", "heat_pump")["node"] = "NA"
    network = load_network(draft.write(tmp_path / "tiny"))
    assert network.pipes.at["p1", "to_node"] == "NA"
    draft.row("pipes", "p1")["length_m"] = "NA"
    (problem,) = problems_of(draft.write(tmp_path / "tiny"))
    assert problem.found == "value 'NA'"


def test_feature_id_beside_the_properties(draft, tmp_path):
    folder = draft.write(tmp_path / "tiny", ".geojson")
    data = json.loads((folder / "nodes.geojson").read_text())
    for feature in data["features"]:
        feature["id"] = feature["properties"].pop("id")
    (folder / "nodes.geojson").write_text(json.dumps(data))
    assert "fork" in load_network(folder).nodes.index


@pytest.mark.parametrize("suffix", [".csv", ".geojson"])
def test_a_saved_network_is_the_same_network(suffix, drawn, study_draft, tmp_path):
    drawn.steam = study_draft.network.steam
    drawn.meta["heating_curve"] = [
        {"load_share": 0.0, "t_supply_degc": 60, "t_return_degc": 40},
        {"load_share": 1.0, "t_supply_degc": 110, "t_return_degc": 55},
    ]
    drawn.meta["fluid"] = {"density_kg_per_m3": 972.0, "heat_capacity_j_per_kgk": 4196.0, "viscosity_pa_s": 3.5e-4}
    if suffix == ".csv":
        for table in ("nodes", "pipes"):
            for row in drawn.tables[table]:
                del row["geometry"]
        for row in drawn.tables["pipes"]:
            row["length_m"] = 300
    first = load_network(drawn.write(tmp_path / "tiny", suffix))
    save_network(first, tmp_path / "copy" / "tiny")
    second = load_network(tmp_path / "copy" / "tiny")
    assert_same_tables(first, second)
    assert_same_tables(first.steam, second.steam)
    for name in ("id", "name", "carrier", "crs", "design", "regulation", "heating_curve", "pressure_point", "fluid"):
        assert getattr(first, name) == getattr(second, name), name
    assert first.t_ground_degc == second.t_ground_degc
    assert first.pipe_defaults == second.pipe_defaults


def test_reading_alone_checks_nothing(draft, tmp_path):
    draft.row("pipes", "p1")["length_m"] = -5
    raw = read_raw_network(draft.write(tmp_path / "tiny"))
    assert raw.tables["pipes"].frame["length_m"].iloc[0] == "-5"


UNREADABLE = (
    ("geojson that is not JSON", "pipes.geojson", b"{ pipes", "cannot be read"),
    ("geojson of one feature", "pipes.geojson", b'{"type": "Feature"}', "not a GeoJSON FeatureCollection"),
    ("geojson that is a list", "pipes.geojson", b"[1, 2]", "not a GeoJSON FeatureCollection"),
    ("geojson without features", "pipes.geojson", b'{"type": "FeatureCollection"}', "cannot be read"),
    ("geojson with a number for a feature", "pipes.geojson", b'{"type": "FeatureCollection", "features": [5]}', "cannot be read"),
    ("CSV of a Chinese spreadsheet", "pipes.csv", "id,x_路\np1,第一大街\n".encode("gbk"), "Save it again as UTF-8"),
    ("GeoJSON of a Chinese spreadsheet", "pipes.geojson", '{"第一大街": 1}'.encode("gbk"), "Save it again as UTF-8"),
    ("empty CSV", "pipes.csv", b"", "cannot be read"),
    ("CSV with a line too long", "pipes.csv", b"id,dn\np1,100\np2,100,3\n", "cannot be read"),
    ("CSV with all lines too long", "pipes.csv", b"id,dn\np1,100,3\np2,100,3\n", "more cells than the heading"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("file", "content", "word"), [row[1:] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE]
)
def test_a_file_that_cannot_be_read_is_named_with_the_other_problems(file, content, word, draft, tmp_path):
    """The rest is checked all the same, and what refers to the unreadable table is not called wrong."""
    del draft.tables["pipes"]
    draft.files[file] = content
    draft.row("consumers", "c1")["area_m2"] = -1
    first, second = problems_of(draft.write(tmp_path / "tiny"))
    assert first.where == f"tiny/{file}"
    assert word in str(first)
    assert second.where == "tiny/consumers.csv, line 2 (c1), area_m2"


BAD_GEOMETRY = (
    ("broken wkt", "wkt", "LINESTRIN(0 0, 1 1)"),
    ("word for x", "xy", ("west", "0")),
    ("x without y", "xy", ("5", "")),
    ("infinite x", "xy", ("inf", "0")),
)


@pytest.mark.parametrize(("kind", "cell"), [row[1:] for row in BAD_GEOMETRY], ids=[row[0] for row in BAD_GEOMETRY])
def test_geometry_that_cannot_be_drawn_names_its_line(kind, cell, draft, tmp_path):
    node = draft.row("nodes", "fork")
    node.update({"wkt": cell} if kind == "wkt" else dict(zip("xy", cell, strict=True)))
    (problem,) = problems_of(draft.write(tmp_path / "tiny"))
    assert problem.where == "tiny/nodes.csv, line 3 (fork), geometry"


def test_geojson_geometry_of_an_unknown_type(drawn, tmp_path):
    drawn.row("nodes", "fork")["geometry"]["type"] = "Dot"
    problems = problems_of(drawn.write(tmp_path / "tiny", ".geojson"))
    assert [problem.where for problem in problems] == ["tiny/nodes.geojson, feature 2 (fork), geometry"]


def test_both_files_of_a_table(draft, tmp_path):
    folder = draft.write(tmp_path / "tiny")
    draft.write(folder, ".geojson")
    problems = problems_of(folder)
    assert [problem.where for problem in problems] == [f"tiny/{name}" for name in draft.tables]
    assert all("Keep one of the two" in str(problem) for problem in problems)


def test_a_table_that_nobody_knows(draft, tmp_path):
    draft.files["pipe.csv"] = b"id\n"
    (problem,) = problems_of(draft.write(tmp_path / "tiny"))
    assert problem.where == "tiny/pipe.csv"
    assert "Did you mean 'pipes.csv'?" in problem.remedy


def test_network_yaml_that_cannot_be_read_does_not_hide_the_tables(draft, tmp_path):
    draft.files["network.yaml"] = b"name: [unclosed\ncarrier: water\n"
    draft.row("pipes", "p1")["length_m"] = -5
    first, second = problems_of(draft.write(tmp_path / "tiny"))
    assert first.where.startswith("tiny/network.yaml, line 2")
    assert second.where == "tiny/pipes.csv, line 2 (p1), length_m"


@pytest.mark.parametrize("make", [True, False], ids=["folder without network.yaml", "no folder"])
def test_a_folder_that_is_none(make, tmp_path):
    folder = tmp_path / "nowhere"
    if make:
        folder.mkdir()
    (problem,) = problems_of(folder)
    assert problem.found == ("is not a network folder" if make else "does not exist")
    assert "heatnet init" in problem.remedy


def test_empty_tables_are_tables_without_rows(draft, tmp_path):
    draft.files["pumps.csv"] = b"id,from_node,to_node\n"
    draft.files["valves.geojson"] = b'{"type": "FeatureCollection", "features": []}'
    network = load_network(draft.write(tmp_path / "tiny"))
    assert len(network.pumps) == len(network.valves) == 0
