"""Waste heat taken against waste heat connected: a plant of any size behind a pipe of one."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest

from heatnet.errors import InputError
from heatnet.io.network_folder import load_network
from heatnet.model.substitution import WasteSet
from heatnet.report.uptake_curve import curve_sentences, write_uptake_page
from heatnet.study.case_start import start_case
from heatnet.study.load import load_study
from heatnet.study.uptake_curve import sized, uptake_curve, write_curve

SIZES = (0.5, 1.0, 3.0)


@pytest.fixture(scope="module")
def study(new_study_draft, tmp_path_factory):
    draft = new_study_draft()
    draft.network.steam = None
    pump = draft.network.row("plants", "heat_pump")
    pump.clear()
    pump |= {"id": "heat_pump", "node": "end", "kind": "source", "role": "heat", "connection": "supply",
             "capacity_mw": 2, "waste_class": "plan"}  # fmt: skip
    draft.network.row("pipes", "p4")["dn"] = 80
    draft.network.row("consumers", "c3")["node"] = "works"
    return load_study(draft.write(tmp_path_factory.mktemp("uptake")))


@pytest.fixture(scope="module")
def points(study):
    return uptake_curve(study, "project", WasteSet.PLAN, SIZES)


def test_more_connected_is_never_less_taken_and_the_pipe_ends_it(points):
    assert [point["status"] for point in points] == ["optimal"] * 3
    assert [point["connected_mw"] for point in points] == pytest.approx([1.0, 2.0, 6.0])
    taken = [point["taken_gj"] for point in points]
    assert taken[0] == pytest.approx(points[0]["connected_gj"], rel=1e-3), "a small plant runs all season"
    assert taken == sorted(taken)
    assert points[2]["taken_gj"] < 0.8 * points[2]["connected_gj"]
    assert (points[2]["cause"], points[2]["element"]) == ("pipe_velocity", "tiny/p4")
    assert points[2]["agrees"]


def test_what_is_taken_and_what_is_not_add_up(points):
    for point in points:
        assert sum(row["heat_gj"] for row in point["causes"]) == pytest.approx(point["connected_gj"])


def test_more_waste_heat_never_costs_more(points):
    costs = [point["cost_cny"] for point in points]
    assert costs == sorted(costs, reverse=True)


def test_only_plants_of_the_set_grow(study):
    network = study.cases["project"].networks["tiny"]
    grown = sized(network, ["plan"], 3.0)
    assert grown.plants.at["heat_pump", "capacity_mw"] == pytest.approx(6.0)
    assert grown.plants.at["boiler", "capacity_mw"] == network.plants.at["boiler", "capacity_mw"]
    assert sized(network, ["strict"], 3.0).plants.at["heat_pump", "capacity_mw"] == pytest.approx(2.0)


def test_a_case_that_does_not_exist_and_one_without_waste_heat(study):
    with pytest.raises(InputError, match="unknown case nobody"):
        uptake_curve(study, "nobody")
    with pytest.raises(InputError, match="no waste heat of the set strict"):
        uptake_curve(study, "project", WasteSet.STRICT, (1.0,))


def test_the_example_of_a_pump_grows_with_its_stream(new_study_draft, tmp_path):
    network = load_network(new_study_draft().network.write(tmp_path / "tiny"))
    own = str(network.plants.at["heat_pump", "waste_class"])
    grown = sized(network, [own], 2.0)
    assert grown.plants.at["heat_pump", "mdot_source_kg_per_s"] == pytest.approx(120.0)


def test_a_case_before_its_dispatch_travels_between_processes(study):
    """Workers hand problems back: nothing in them may stay behind."""
    begun = start_case(study, study.cases["project"], batteries=False)
    again = pickle.loads(pickle.dumps(begun.problem(begun.probes)))
    assert [unit.id for unit in again.units] == ["tiny/boiler", "tiny/heat_pump"]


def test_tables_page_and_words_tell_the_same(study, points, tmp_path):
    summary = write_curve(study, "project", WasteSet.PLAN, points, tmp_path)
    curve = pd.read_csv(tmp_path / "uptake_curve.csv")
    assert curve["taken_gj"].tolist() == pytest.approx([point["taken_gj"] for point in points])
    causes = pd.read_csv(tmp_path / "uptake_causes.csv")
    assert causes.groupby("size")["heat_gj"].sum().tolist() == pytest.approx(curve["connected_gj"].tolist())
    told = curve_sentences(summary)
    assert len(told) == len(SIZES) - 1
    assert "From 2 to 6 MW connected" in told[-1]
    assert "velocity in a pipe: p4" in told[-1]
    page = write_uptake_page(summary, tmp_path / "uptake.html", "zh").read_text(encoding="utf-8")
    assert "管道流速" in page
    assert "<svg" in page


def test_a_size_without_a_schedule_says_so(study):
    lost = {"size": 3.0, "status": "infeasible", "reason": "contracts", "causes": []}
    summary = {"points": [lost], "study": "tiny", "case": "project", "case_label": {"en": "x", "zh": "x"}}
    assert curve_sentences(summary) == ["No size has a schedule."]
