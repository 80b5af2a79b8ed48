"""Every rule that a network must keep, each with its own broken example: the message names place, value and remedy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from heatnet.errors import InputError
from heatnet.io.network_folder import load_network

Breaking = Callable[[Any], None]


@dataclass(frozen=True)
class Rule:
    """One rule: how to break the tiny network, where the message points, what it must say."""

    name: str
    breaking: Breaking
    place: str
    words: tuple[str, ...]
    problems: int = 1


def put(table: str, element: str, **values: Any) -> Breaking:
    def change(draft: Any) -> None:
        draft.row(table, element).update(values)

    return change


def take(table: str, element: str, *keys: str) -> Breaking:
    def change(draft: Any) -> None:
        for key in keys:
            del draft.row(table, element)[key]

    return change


def meta(**values: Any) -> Breaking:
    return lambda draft: draft.meta.update(values)


def no_meta(key: str) -> Breaking:
    return lambda draft: draft.meta.pop(key)


def add(table: str, **row: Any) -> Breaking:
    return lambda draft: draft.tables.setdefault(table, []).append(row)


def rename(table: str, old: str, new: str) -> Breaking:
    def change(draft: Any) -> None:
        for row in draft.tables[table]:
            row[new] = row.pop(old)

    return change


def design(**values: Any) -> Breaking:
    return lambda draft: draft.meta["design"].update(values)


def drop_design(key: str) -> Breaking:
    return lambda draft: draft.meta["design"].pop(key)


def no_table(table: str) -> Breaking:
    return lambda draft: draft.tables.pop(table)


CURVE_TWICE = [
    {"load_share": 0.5, "t_supply_degc": 80, "t_return_degc": 45},
    {"load_share": 0.5, "t_supply_degc": 90, "t_return_degc": 50},
]
DATA_CENTRE = {
    "id": "dc", "node": "east", "kind": "data_centre_heat", "role": "heat", "connection": "secondary", "capacity_mw": 1,
    "t_source_degc": 30, "carnot_share": 0.5, "t_supply_max_degc": 60, "serves": "c1 c9",
}  # fmt: skip
PUMP = {"id": "pu", "from_node": "fork", "to_node": "east"}
PIPE_P1 = "tiny/pipes.csv, line 2 (p1)"
META_FILE = "tiny/network.yaml"

RULES = (
    # network.yaml
    Rule("key misspelt", meta(pressure_pt={}), f"{META_FILE}, key pressure_pt", ("unknown key", "'pressure_point'")),
    Rule("key of a group misspelt", design(t_suply_degc=1), "key design.t_suply_degc", ("'t_supply_degc'",)),
    Rule("key of a group missing", drop_design("t_return_degc"), "key design.t_return_degc", ("is missing", "Add it")),
    Rule("design missing", no_meta("design"), f"{META_FILE}, key design", ("is missing",)),
    Rule("pressure point missing", no_meta("pressure_point"), f"{META_FILE}, key pressure_point", ("is missing",)),
    Rule("return hotter than supply", design(t_return_degc=115), "key design", ("t_return_degc must be below",)),
    Rule("design supply in kelvin", design(t_supply_degc=383), "key design.t_supply_degc",
        ("383", "at most 180", "kelvin")),
    Rule("word for a number", design(t_supply_degc="hot"), "key design.t_supply_degc", ("'hot'", "number is needed")),
    Rule("not a number", design(t_outdoor_degc=float("nan")), "key design.t_outdoor_degc", ("number is needed",)),
    Rule("carrier misspelt", meta(carrier="watr"), "key carrier", ("'watr'", "water", "steam", "Did you mean 'water'")),
    Rule("unknown crs", meta(crs="EPSG:32650"), "key crs", ("EPSG:32650", "EPSG:4326", "local", "none")),
    Rule("regulation misspelt", meta(regulation="qualtiy"), "key regulation", ("'qualtiy'", "'quality'")),
    Rule("later version", meta(format_version=2), "format_version", ("version 2", "up to version 1", "Update heatnet")),
    Rule("ground of five months", meta(t_ground_degc=[1, 2, 3, 4, 5]), "key t_ground_degc", ("twelve monthly",)),
    Rule("ground in kelvin", meta(t_ground_degc=281), "key t_ground_degc", ("281", "-30 to 50")),
    Rule("ground in words", meta(t_ground_degc="cold"), "key t_ground_degc", ("'cold'", "number is needed")),
    Rule("fluid misspelt", meta(fluid="if79"), "key fluid", ("'if79'", "'if97'")),
    Rule("half a fluid", meta(fluid={"density_kg_per_m3": 970, "viscosity_pa_s": 3e-4}), "heat_capacity",
        ("is missing",)),
    Rule("curve with a share twice", meta(heating_curve=CURVE_TWICE), META_FILE, ("load_share", "twice")),
    Rule(
        "pressure point nowhere",
        meta(pressure_point={"node": "wroks", "p_bar": 4}),
        "key pressure_point.node",
        ("'wroks' does not exist", "'works'"),
    ),
    Rule("design is a number", meta(design=110), "key design", ("110", "Keys and their values")),
    # names and references
    Rule("column misspelt", rename("pipes", "from_node", "form_node"), "pipes.csv", ("form_node", "'from_node'")),
    Rule("own column without x_", put("nodes", "works", colour="red"), "key colour", ("unknown key", "x_")),
    Rule("id missing", rename("consumers", "id", "x_id"), "consumers.csv, column id", ("is missing",)),
    Rule("id empty", put("consumers", "c1", id=""), "consumers.csv, line 2", ("is empty",)),
    Rule("id twice", add("nodes", id="works"), "nodes.csv, line 7, id", ("'works' is taken", "line 2")),
    Rule("id twice ignoring case", add("nodes", id="C1"), "consumers.csv, line 2, id",
        ("is taken", "ignoring case", "nodes.csv, line 7")),
    Rule("id that heads other columns", add("nodes", id="time"), "nodes.csv, line 7, id", ("'time'",)),
    Rule("dangling pipe", put("pipes", "p4", to_node="ende"), "line 5 (p4), to_node",
        ("'ende' does not exist", "'end'")),
    Rule("pipe without an end", put("pipes", "p4", to_node=""), "line 5 (p4), to_node", ("is empty",), 2),
    Rule("pipe from a node to itself", put("pipes", "p2", to_node="fork"), "(p2)", ("begins and ends", "'fork'"), 2),
    Rule("consumer at no node", put("consumers", "c2", node="esat"), "line 3 (c2), node", ("'esat'", "'east'")),
    Rule("plant at no node", put("plants", "boiler", node="worx"), "line 2 (boiler), node", ("'worx'", "'works'")),
    # connections
    Rule(
        "unconnected consumer",
        lambda draft: (add("nodes", id="far")(draft), put("consumers", "c3", node="far")(draft)),
        "consumers.csv, line 4 (c3)",
        ("no open pipe leads from node 'far'", "Connect it"),
    ),
    Rule("consumer behind a closed pipe", put("pipes", "p4", closed="yes"), "(c3)", ("no open pipe", "'end'")),
    Rule("two plants hold the pressure", put("plants", "heat_pump", role="pressure"), "plants.csv, role",
        ("2 plants", "boiler, heat_pump", "role: heat")),
    Rule("no plant holds the pressure", put("plants", "boiler", role="heat"), "plants.csv, role", ("no plant holds",)),
    Rule("no plant", no_table("plants"), "plants", ("there is no plant",)),
    Rule("no pipe", no_table("pipes"), "pipes", ("there is no pipe", "carrier: site"), 4),
    Rule("no consumer", no_table("consumers"), "consumers", ("there is no consumer",)),
    # numbers and units
    Rule("laying misspelt", put("pipes", "p1", laying="overground"), f"{PIPE_P1}, laying",
        ("'overground'", "buried, above_ground")),
    Rule("traps too close", put("pipes", "p1", trap_spacing_m=0), f"{PIPE_P1}, trap_spacing_m", ("0", "1 to 60000")),
    Rule("pressure beyond the steam table", put("consumers", "c1", min_p_bar=64), "(c1), min_p_bar", ("64", "0.1 to 32")),
    Rule("trap in words", put("nodes", "fork", trap="perhaps"), "(fork), trap", ("'perhaps'", "true, false")),
    Rule("negative length", put("pipes", "p1", length_m=-5), f"{PIPE_P1}, length_m",
        ("-5", "0.1 to 60000", "negative")),
    Rule("length in degrees", put("pipes", "p1", length_m=0.008), f"{PIPE_P1}, length_m",
        ("0.008", "degrees", "metres")),
    Rule("length missing", put("pipes", "p1", length_m=""), f"{PIPE_P1}, length_m", ("is missing", "geometry")),
    Rule("length with its unit", put("pipes", "p1", length_m="800 m"), f"{PIPE_P1}, length_m", ("'800 m'", "no unit")),
    Rule("length nan", put("pipes", "p1", length_m="nan"), f"{PIPE_P1}, length_m", ("number is needed",)),
    Rule("diameter in metres", put("pipes", "p1", dn="", inner_diameter_mm=0.3), f"{PIPE_P1}, inner_diameter_mm",
        ("0.3", "5 to 2500", "metres", "millimetres")),
    Rule("dn in metres", put("pipes", "p1", dn=0.3), f"{PIPE_P1}, dn", ("0.3", "metres", "millimetres")),
    Rule("dn outside the series", put("pipes", "p1", dn=310), f"{PIPE_P1}, inner_diameter_mm",
        ("dn 310", "300", "series")),
    Rule("no diameter", put("pipes", "p1", dn=""), f"{PIPE_P1}, inner_diameter_mm", ("is missing", "series")),
    Rule("inner diameter of another dn", put("pipes", "p1", inner_diameter_mm=207.1), f"{PIPE_P1}, inner_diameter_mm",
         ("207.1 mm", "dn 300 have about 309.9 mm", "10%", "leave one of them out")),
    Rule("closed in other words", put("pipes", "p1", closed="maybe"), f"{PIPE_P1}, closed", ("'maybe'", "true, false")),
    Rule("line misspelt", put("pipes", "p1", line="pear"), f"{PIPE_P1}, line", ("'pear'", "'pair'")),
    Rule("heat in kW", put("consumers", "c1", design_heat_mw=5600), "(c1), design_heat_mw", ("5600", "kW", "MW")),
    Rule("negative heat is told once", put("consumers", "c1", area_m2="", design_heat_mw=-15), "(c1), design_heat_mw",
         ("-15", "negative")),
    Rule("pressure in kPa", put("consumers", "c1", min_p_bar=900), "(c1), min_p_bar", ("900", "kPa", "bar, absolute")),
    Rule("pressure in Pa", put("consumers", "c1", min_p_bar=9e5), "(c1), min_p_bar", ("Pa;", "bar, absolute")),
    Rule("no heat", put("consumers", "c1", area_m2=""), "(c1), design_heat_mw",
        ("is missing", "area_m2 with index_w_per_m2")),
    Rule("valve without kv", put("consumers", "c1", control="valve"), "(c1), kv_m3_per_h",
        ("is missing", "valve", "Give the flow coefficient")),
    Rule("flow control without flow", put("consumers", "c1", control="flow_dt", dt_k=40), "(c1), mdot_kg_per_s",
        ("is missing",)),
    Rule("dt control without dt", put("consumers", "c1", control="heat_dt"), "(c1), dt_k", ("is missing", "heat_dt")),
    Rule("consumer kind misspelt", put("consumers", "c1", kind="ofice"), "(c1), kind", ("'ofice'", "'office'")),
    Rule("source mark unknown", put("consumers", "c1", source="pln"), "(c1), source", ("'pln'", "'plan'")),
    # plants
    Rule("plant kind misspelt", put("plants", "boiler", kind="gas_boler"), "(boiler), kind",
        ("'gas_boler'", "'gas_boiler'")),
    Rule("plant kind of another carrier", put("plants", "boiler", kind="gas_steam_boiler", steam_mwh_per_t=0.65),
        "(boiler)", ("gas_steam_boiler", "water", "steam, site")),
    Rule("role missing", put("plants", "heat_pump", role=""), "(heat_pump), role", ("is empty",)),
    Rule("role misspelt", put("plants", "boiler", role="presure"), "(boiler), role", ("'presure'", "'pressure'")),
    Rule("key of another kind", put("plants", "boiler", carnot_share=0.5), "(boiler), carnot_share",
        ("gas_boiler", "efficiency_share")),
    Rule("key that the kind needs", put("plants", "heat_pump", carnot_share=""), "(heat_pump), carnot_share",
        ("is missing", "Carnot")),
    Rule("share in per cent", put("plants", "boiler", efficiency_share=92), "(boiler), efficiency_share",
        ("92", "per cent", "0 to 1")),
    Rule("negative capacity", put("plants", "boiler", capacity_mw=-1), "(boiler), capacity_mw", ("-1", "negative")),
    Rule("profile of three months", put("plants", "heat_pump", t_source_degc="12 13 14"), "(heat_pump), t_source_degc",
        ("3 numbers", "twelve")),
    Rule("profile with a word", put("plants", "heat_pump", t_source_degc="warm"), "(heat_pump), t_source_degc",
        ("'warm'",)),
    Rule("direct plant serves a stranger",
        add("plants", **DATA_CENTRE),
        "(dc), serves", ("'c9' does not exist",)),
    # pumps and valves
    Rule("pump at no node", add("pumps", id="pu", from_node="fork", to_node="est", head_bar=2), "(pu), to_node",
        ("'est'", "'east'")),
    Rule("pump without head", add("pumps", **PUMP), "pumps.csv, line 2 (pu), head_bar",
        ("is missing", "One of head_bar and curve", "Give one")),
    Rule("pump with head and curve", add("pumps", **PUMP, head_bar=2, curve="0:3 100:2"), "(pu), curve",
        ("beside head_bar", "One of head_bar and curve", "Remove one")),
    Rule("curve in words", add("pumps", **PUMP, curve="0:3 100-2"), "(pu), curve",
        ("'0:3 100-2'", "'100-2' is not flow:head", "m3/h:bar", "head_bar instead")),
    Rule("curve of no points", add("pumps", **PUMP, curve=";"), "(pu), curve", ("a flow and a head",)),
    Rule("curve with a head below 0", add("pumps", **PUMP, curve="0:3 100:-2"), "(pu), curve", ("0 or more",)),
    Rule("curve with falling flow", add("pumps", **PUMP, curve="100:2 0:3"), "(pu), curve",
        ("flows do not rise", "rising flow")),
    Rule("curve with rising head", add("pumps", **PUMP, curve="0:2 100:3"), "(pu), curve",
        ("head rises with the flow", "nowhere rising head")),
    Rule("pump speed in per cent", add("pumps", **PUMP, head_bar=2, speed_share=80), "(pu), speed_share",
        ("80", "0 to 1.5", "per cent")),
    Rule("valve opening in per cent", add("valves", id="v", from_node="fork", to_node="east", opening=50),
        "(v), opening", ("50", "0 to 1")),
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_broken_rule_is_named_with_place_value_and_remedy(rule, draft, tmp_path):
    rule.breaking(draft)
    with pytest.raises(InputError) as caught:
        load_network(draft.write(tmp_path / "tiny"))
    problems = caught.value.problems
    fitting = [problem for problem in problems if rule.place.lower() in problem.where.lower()]
    assert fitting, [str(problem) for problem in problems]
    text = " ".join(str(problem) for problem in fitting)
    assert [word for word in rule.words if word not in text] == [], text
    assert len(problems) == rule.problems, [str(problem) for problem in problems]


def test_the_unbroken_network_passes(draft, tmp_path):
    network = load_network(draft.write(tmp_path / "tiny"))
    assert list(network.consumers.index) == ["c1", "c2", "c3"]


def test_a_pump_with_a_curve_passes(draft, tmp_path):
    add("pumps", **PUMP, curve="0:3 100:2")(draft)
    pumps = load_network(draft.write(tmp_path / "tiny")).pumps
    assert pumps.at["pu", "curve"] == "0:3 100:2"
    assert pumps.at["pu", "speed_share"] == 1.0


def test_a_consumer_by_valve_needs_no_heat(draft, tmp_path):
    put("consumers", "c1", control="valve", kv_m3_per_h=40, area_m2="")(draft)
    assert load_network(draft.write(tmp_path / "tiny")).consumers["design_heat_mw"].isna().sum() == 1


def test_all_problems_come_in_one_message(draft, tmp_path):
    """Problems of network.yaml, of cells, of references and of connections do not hide each other."""
    draft.meta["design"]["t_suply_degc"] = 120
    draft.meta["presure_point"] = draft.meta.pop("pressure_point")
    put("pipes", "p1", length_m=-5)(draft)
    put("pipes", "p2", inner_diameter_mm=0.2)(draft)
    put("plants", "boiler", kind="gas_boler")(draft)
    add("nodes", id="far")(draft)
    add("consumers", id="c4", node="far", design_heat_mw=1)(draft)
    add("pipes", id="p5", from_node="fork", to_node="nowhere", length_m=10, dn=100)(draft)
    draft.files["consumer.csv"] = b"id\n"
    with pytest.raises(InputError) as caught:
        load_network(draft.write(tmp_path / "tiny"))
    text = str(caught.value)
    for word in (
        "t_suply_degc", "presure_point", "length_m: value -5", "0.2", "gas_boler",
        "no open pipe leads from node 'far'", "'nowhere' does not exist", "consumer.csv",
    ):  # fmt: skip
        assert word in text, text


def test_what_hangs_on_a_misspelt_node_is_not_called_unconnected(draft, tmp_path):
    """p3 leads to a misspelt node, so nobody can say whether `east` and `end` are connected: one problem, not three."""
    put("pipes", "p3", to_node="eats")(draft)
    with pytest.raises(InputError) as caught:
        load_network(draft.write(tmp_path / "tiny"))
    assert [problem.where for problem in caught.value.problems] == ["tiny/pipes.csv, line 4 (p3), to_node"]


def test_problems_of_the_steam_network_come_along(study_draft, tmp_path):
    put("pipes", "p1", length_m=-5)(study_draft.network)
    put("pipes", "s1", to_node="mil")(study_draft.network.steam)
    with pytest.raises(InputError) as caught:
        load_network(study_draft.network.write(tmp_path / "tiny"))
    places = [problem.where for problem in caught.value.problems]
    assert any(place.startswith("tiny/pipes.csv") for place in places)
    assert any(place.startswith("tiny/steam/pipes.csv") for place in places)


def test_steam_consumer_without_a_pipe(study_draft, tmp_path):
    steam = study_draft.network.steam
    add("nodes", id="far")(steam)
    put("consumers", "press", node="far")(steam)
    with pytest.raises(InputError, match="no open pipe leads from node 'far' to a plant"):
        load_network(study_draft.network.write(tmp_path / "tiny"))


class TestCoordinates:
    def test_metres_with_a_crs_in_degrees(self, drawn, tmp_path):
        drawn.meta["crs"] = "EPSG:4326"
        with pytest.raises(InputError) as caught:
            load_network(drawn.write(tmp_path / "tiny", ".geojson"))
        places = {problem.where: problem for problem in caught.value.problems}
        problem = places["tiny/nodes.geojson, feature 2 (fork), geometry"]
        assert "800, 0" in problem.found
        assert "Longitude -180 to 180" in problem.allowed
        assert "crs: local" in problem.remedy

    def test_latitude_before_longitude(self, drawn, tmp_path):
        drawn.meta["crs"] = "EPSG:4326"
        for table in ("nodes", "pipes"):
            for row in drawn.tables[table]:
                points = row["geometry"]["coordinates"]
                turned = [[39.0, 117.7 + x / 1e5] for x, _y in ([points] if table == "nodes" else points)]
                row["geometry"]["coordinates"] = turned[0] if table == "nodes" else turned
        with pytest.raises(InputError, match="write longitude before latitude"):
            load_network(drawn.write(tmp_path / "tiny", ".geojson"))

    def test_degrees_with_a_local_crs(self, drawn, tmp_path):
        for node in drawn.tables["nodes"]:
            node["geometry"]["coordinates"] = [117.7 + c / 1e5 for c in node["geometry"]["coordinates"][:1]] + [39.0]
        for pipe in drawn.tables["pipes"]:
            del pipe["geometry"]
            pipe["length_m"] = 500
        with pytest.raises(InputError, match=r"crs: local is in metres.*use crs: EPSG:4326"):
            load_network(drawn.write(tmp_path / "tiny", ".geojson"))

    @pytest.mark.parametrize(("length_m", "word"), [(0.8, "degrees or kilometres"), (400, "Correct the length")])
    def test_length_beside_its_geometry(self, length_m, word, drawn, tmp_path):
        drawn.row("pipes", "p1")["length_m"] = length_m
        with pytest.raises(InputError) as caught:
            load_network(drawn.write(tmp_path / "tiny", ".geojson"))
        (problem,) = caught.value.problems
        assert problem.where == "tiny/pipes.geojson, feature 1 (p1), length_m"
        assert "the geometry is 800 m long" in problem.found
        assert word in problem.remedy

    def test_a_length_with_slack_passes(self, drawn, tmp_path):
        drawn.row("pipes", "p1")["length_m"] = 900
        assert load_network(drawn.write(tmp_path / "tiny", ".geojson")).pipes.at["p1", "length_m"] == 900
