"""Every rule that a study file must keep, each with its own broken example; all of them found before anything runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from heatnet.errors import InputError
from heatnet.study.load import load_study

EPW = Path(__file__).parents[3] / "shared" / "weather"


@dataclass(frozen=True)
class Rule:
    """One rule: how to break the tiny study, where the message points, what it must say."""

    name: str
    breaking: Callable[[Any], Any]
    place: str
    words: tuple[str, ...]
    problems: int = 1


def put(**values: Any) -> Callable[[Any], Any]:
    return lambda draft: draft.data.update(values)


def drop(key: str) -> Callable[[Any], Any]:
    return lambda draft: draft.data.pop(key)


def price(**values: Any) -> Callable[[Any], Any]:
    return lambda draft: draft.prices.update(values)


def case(**values: Any) -> Callable[[Any], Any]:
    return lambda draft: draft.data["cases"]["project"].update(values)


def override(**values: Any) -> Callable[[Any], Any]:
    return case(networks={"tiny": values})


CHECK = {"coal_t": 100, "lhv_gj_per_t": [20], "efficiency_share": [0.8]}
PLAIN_CASES = {"gas": {"label": "x"}, "project": {"label": "y"}}
DATA_CENTRE = {
    "id": "dc", "node": "east", "kind": "data_centre_heat", "role": "heat", "connection": "secondary",
    "t_source_degc": 30, "carnot_share": 0.5, "t_supply_max_degc": 60,
}  # fmt: skip
CURVE = {"electric_heat": {"curve": {"case": "project", "store": "tiny/boiler", "energy_mwh": [1]}}}
PROJECT = "study.yaml, cases.project.networks.tiny"
RULES = (
    # keys and values
    Rule("key misspelt", put(sesaon="statutory"), "key sesaon", ("unknown key", "'season'")),
    Rule("key missing", drop("base_case"), "key base_case", ("is missing",)),
    Rule("title missing", drop("title"), "key title", ("is missing",)),
    Rule("no cases", put(cases={}), "key cases", ("At least 1",)),
    Rule("case without a label", lambda draft: draft.data["cases"]["project"].pop("label"), "cases.project.label",
        ("is missing",)),
    Rule("key of a case misspelt", case(seasn="extended"), "cases.project.seasn", ("'season'",)),
    Rule("case with blanks in its name", lambda draft: draft.data["cases"].update({"a b": {"label": "x"}}), "cases.a b",
        ("form",)),
    Rule("later version", put(format_version=2), "format_version", ("version 2", "Update heatnet")),
    Rule("season misspelt", put(season="statutry"), "key season", ("statutory, extended",)),
    Rule("day that no month has", put(season={"start": "02-30", "end": "03-15"}), "season.start", ("'02-30'", "MM-DD")),
    Rule("day as text", put(season={"start": "mid November", "end": "03-15"}), "season.start", ("MM-DD",)),
    Rule("season without end", put(season={"start": "11-15"}), "season.end", ("is missing",)),
    Rule("climate misspelt", put(weather={"climate": "CWSD"}), "weather.climate", ("'CWSD'", "'CSWD'")),
    Rule("negative seed", put(weather={"seed": -1}), "weather.seed", ("-1", "0 or more")),
    Rule("target in per cent", put(target={"rate_share": 15, "zone": "tiny"}), "target.rate_share",
        ("15", "at most 1", "per cent")),
    Rule("counting misspelt", put(target={"counting": "recoverd", "zone": "tiny"}), "target.counting",
        ("'recovered'",)),
    Rule("no simulated hours", put(simulation={"hours": 0}), "simulation.hours", ("1 or more",)),
    Rule("half an hour", put(simulation={"hours": 1.5}), "simulation.hours", ("whole number",)),
    Rule("efficiency of nothing", put(plan_check={"tiny": CHECK | {"efficiency_share": [0.0]}}), "efficiency_share.0",
        ("more than 0",)),
    Rule("networks as a word", put(networks="tiny"), "key networks", ("'tiny'", "A list is needed")),
    # names
    Rule("base case misspelt", put(base_case="gass"), "key base_case",
        ("'gass' does not exist", "gas, project", "'gas'")),
    Rule("baseline misspelt", put(baseline_case="gaz"), "key baseline_case", ("'gaz' does not exist",)),
    Rule("plan case misspelt", put(plan_case="projct"), "key plan_case", ("'project'",)),
    Rule("zone of a strange network", put(zones={"all_of_it": ["tiny", "tinny"]}), "key zones.all_of_it",
        ("'tinny'", "'tiny'")),
    Rule("zone named like a network", put(zones={"all_of_it": ["tiny"], "tiny": ["tiny"]}), "key zones.tiny",
        ("is taken",)),
    Rule("target zone misspelt", put(target={"zone": "all_of_its"}), "key target.zone", ("'all_of_it'",)),
    Rule("green share in per cent", put(electric_heat={"green_share": 30}), "electric_heat.green_share", ("0 to 1",)),
    Rule("green hours misspelt", put(electric_heat={"green_hours": "vally"}), "electric_heat.green_hours", ("'valley'",)),
    Rule("curve of a store that is none", put(**CURVE), "electric_heat.curve.store", ("tiny/boiler", "no heat store")),
    Rule("curve of a strange case", put(electric_heat={"curve": {"case": "projct", "store": "tiny/tank"}}),
        "electric_heat.curve.case", ("'project'",)),
    Rule("plan check of a strange network", put(plan_check={"tinny": CHECK}), "key plan_check.tinny", ("'tiny'",)),
    Rule("network misspelt",
        put(networks=["tinny"], zones={}, target={"zone": "tinny"}, cases=PLAIN_CASES),
        "key networks.0", ("'tinny' does not exist", "'tiny'")),
    Rule("network twice", put(networks=["tiny", "tiny"]), "key networks.1", ("is taken",)),
    Rule("case of a strange network", case(networks={"tinny": {}}), "key cases.project.networks.tinny", ("'tiny'",)),
    Rule("unknown price file", put(prices="tinny.yaml"), "key prices", ("'tinny.yaml' does not exist", "'tiny.yaml'")),
    Rule("weather file misspelt", put(weather={"epw": "none.epw"}), "weather.epw", ("'none.epw' does not exist",)),
    # prices
    Rule("price missing", lambda draft: draft.prices.pop("gas_cny_per_mwh"), "prices/tiny.yaml, key gas_cny_per_mwh",
        ("is missing",)),
    Rule("price misspelt", price(gaz_cny_per_mwh=3), "prices/tiny.yaml, key gaz_cny_per_mwh", ("'gas_cny_per_mwh'",)),
    Rule("price negative", price(co2_cny_per_t=-1), "prices/tiny.yaml, key co2_cny_per_t", ("negative",)),
    Rule("price a word", price(coal_cny_per_mwh="cheap"), "prices/tiny.yaml, key coal_cny_per_mwh", ("'cheap'",)),
    Rule("price not a number", price(coal_cny_per_mwh=float("nan")), "key coal_cny_per_mwh", ("number is needed",)),
    Rule("prices inline with a key misspelt", lambda draft: draft.data.update(prices=draft.prices | {"gaz": 1}),
        "key prices.gaz", ("unknown key",)),
    # overrides
    Rule("plant that does not exist", override(plants={"heat_pmp": {"capacity_mw": 0}}), f"{PROJECT}.plants.heat_pmp",
        ("'heat_pump'",)),
    Rule("column that does not exist", override(plants={"heat_pump": {"capcity_mw": 0}}),
        f"{PROJECT}.plants.heat_pump.capcity_mw", ("'capacity_mw'",)),
    Rule("override out of range", override(consumers={"c1": {"design_heat_mw": -2}}), f"[{PROJECT}.consumers.c1]",
        ("-2", "negative")),
    Rule("override that cuts a consumer off", override(pipes={"p4": {"closed": True}}), "(c3)", ("no open pipe",)),
    # what plants and pipes lack shows only when they are asked
    Rule("consumer by valve without flow coefficient", override(consumers={"c1": {"control": "valve"}}),
        "(c1), kv_m3_per_h", ("is missing",)),
    Rule("data centre without capacity",
        lambda draft: draft.network.tables["plants"].append(DATA_CENTRE),
        "tiny, ", ("dc",)),
)  # fmt: skip


def problems_of(path: Path) -> list[Any]:
    with pytest.raises(InputError) as caught:
        load_study(path)
    return list(caught.value.problems)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_broken_rule_is_named_with_place_value_and_remedy(rule, study_draft, tmp_path):
    rule.breaking(study_draft)
    problems = problems_of(study_draft.write(tmp_path))
    fitting = [problem for problem in problems if rule.place in problem.where]
    assert fitting, [str(problem) for problem in problems]
    text = " ".join(f"{problem} " for problem in fitting)
    assert [word for word in rule.words if word not in text] == [], text
    assert len(problems) == rule.problems, [str(problem) for problem in problems]


def test_all_problems_come_in_one_message(study_draft, tmp_path):
    """Names, prices, weather, networks and overrides are all looked at; what cases share is said once."""
    study_draft.data["baseline_case"] = "gaz"
    study_draft.data["weather"] = {"epw": "none.epw"}
    study_draft.prices["co2_cny_per_t"] = -1
    study_draft.network.row("pipes", "p1")["length_m"] = -5
    override(plants={"heat_pmp": {}})(study_draft)
    places = [problem.where for problem in problems_of(study_draft.write(tmp_path))]
    assert sorted(places) == sorted(
        [
            "prices/tiny.yaml, key co2_cny_per_t",
            "study.yaml, key baseline_case",
            "study.yaml, weather.epw",
            "tiny/pipes.csv, line 2 (p1), length_m",
            f"{PROJECT}.plants.heat_pmp",
        ]
    )


def test_a_study_file_with_mistakes_does_not_hide_those_of_its_networks(study_draft, tmp_path):
    study_draft.data["sesaon"] = "statutory"
    study_draft.network.row("pipes", "p1")["length_m"] = -5
    places = [problem.where for problem in problems_of(study_draft.write(tmp_path))]
    assert places == ["tiny/study.yaml, key sesaon", "tiny/pipes.csv, line 2 (p1), length_m"]


def test_the_unbroken_study(study_draft, tmp_path):
    study = load_study(study_draft.write(tmp_path))
    assert study.id == "tiny"
    assert list(study.cases) == ["gas", "project"]
    assert study.cases["gas"].networks["tiny"].plants.at["heat_pump", "capacity_mw"] == 0
    assert study.cases["project"].networks["tiny"].plants.at["heat_pump", "capacity_mw"] == 1.5
    assert study.prices.gas_cny_per_mwh.value == 300


def test_a_study_without_a_baseline(study_draft, tmp_path):
    for key in ("baseline_case", "plan_case"):
        del study_draft.data[key]
    assert load_study(study_draft.write(tmp_path)).config.baseline_case is None


def test_prices_inline(study_draft, tmp_path):
    study_draft.data["prices"] = study_draft.prices
    assert load_study(study_draft.write(tmp_path)).prices.co2_cny_per_t.value == 60


def test_a_figure_with_its_source(study_draft, tmp_path):
    study_draft.prices["gas_cny_per_mwh"] = {"value": 310, "source": "typical", "note": "2025"}
    figure = load_study(study_draft.write(tmp_path)).prices.gas_cny_per_mwh
    assert (figure.value, figure.source, figure.note) == (310, "typical", "2025")


def test_own_keys(study_draft, tmp_path):
    study_draft.data["x_author"] = {"name": "somebody"}
    assert load_study(study_draft.write(tmp_path)).id == "tiny"


def test_networks_by_path(study_draft, tmp_path):
    folder = study_draft.write(tmp_path)
    shutil.move(tmp_path / "networks" / "tiny", tmp_path / "elsewhere" / "tiny")
    file = folder / "study.yaml"
    file.write_text(file.read_text().replace("- tiny\nzones", "- ../../elsewhere/tiny/\nzones"))
    assert list(load_study(folder).cases["gas"].networks) == ["tiny"]


def test_one_case_and_the_baseline_that_its_rates_need(study_draft, tmp_path):
    study_draft.data["cases"]["third"] = {"label": "third"}
    folder = study_draft.write(tmp_path)
    assert list(load_study(folder, "project").cases) == ["gas", "project"]
    assert list(load_study(folder, "gas").cases) == ["gas"]
    with pytest.raises(InputError, match=r"--case: 'projct' does not exist.*Did you mean 'project'"):
        load_study(folder, "projct")


def test_the_study_by_folder_by_file_and_from_inside(study_draft, tmp_path, monkeypatch):
    folder = study_draft.write(tmp_path)
    assert load_study(folder / "study.yaml").id == "tiny"
    monkeypatch.chdir(folder)
    assert load_study(".").id == "tiny"
    assert load_study("study.yaml").id == "tiny"


def test_a_study_file_of_another_name_is_another_study(study_draft, tmp_path):
    folder = study_draft.write(tmp_path)
    shutil.copy(folder / "study.yaml", folder / "variant.yaml")
    study = load_study(folder / "variant.yaml")
    assert (study.id, study.file.name) == ("variant", "variant.yaml")


def test_a_bundled_study_by_name():
    assert load_study("teda_2025").id == "teda_2025"


def test_a_study_misspelt():
    with pytest.raises(InputError, match=r"does not exist.*Did you mean 'studies/teda_2025'"):
        load_study("studies/teda_2052")


def test_an_epw_with_gaps(study_draft, tmp_path):
    files = sorted(EPW.rglob("*.epw"))
    if not files:
        pytest.skip("no EPW file beside the project")
    study_draft.data["weather"] = {"epw": "gaps.epw"}
    folder = study_draft.write(tmp_path)
    lines = files[0].read_bytes().splitlines(keepends=True)
    (folder / "gaps.epw").write_bytes(b"".join(lines[:108] + lines[118:]))
    (problem,) = problems_of(folder)
    assert "gaps.epw" in problem.where
    assert problem.found.startswith("10 hours are missing")
