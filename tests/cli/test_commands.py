"""The other commands: `init`, `check`, `run`, `map`, `report`; exit codes, language anywhere, nothing heavy for help."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from heatnet import __version__
from heatnet.cli.main import split_language

HEAVY = ("pandas", "numpy", "pandapipes", "pandapower", "geopandas", "folium", "linopy", "xarray", "scipy", "pvlib")
COMMANDS = ("init", "check", "solve", "simulate", "steam", "run", "map", "report", "pressure", "export")
#: a plant that pushes many times the flow that all consumers take: no hour has a state
PUSHING = {"connection": "supply", "role": "flow", "mdot_kg_per_s": 500.0}
HOPELESS = {"label": "Cannot be solved", "networks": {"tiny": {"plants": {"heat_pump": PUSHING}}}}


def test_help_names_every_command(heatnet):
    answer = heatnet("--help")
    assert answer.code == 0
    assert [command for command in COMMANDS if command not in answer.out] == []
    assert "Exit codes: 0 fine, 2 input, 3 not solvable" in " ".join(answer.out.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_an_example(command, heatnet):
    answer = heatnet(command, "--help")
    assert answer.code == 0
    assert f"heatnet {command}" in " ".join(answer.out.split())


def test_help_in_chinese(heatnet):
    answer = heatnet("--help", "--lang", "zh")
    assert answer.code == 0
    assert "供热" in answer.out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_in_chinese(command, heatnet):
    """No sentence of the English help."""
    english, chinese = (heatnet(command, "--help", "--lang", lang) for lang in ("en", "zh"))
    assert chinese.code == 0
    # options and examples hold words of the command line
    sentences = [line for line in english.out.splitlines() if len(line.split()) > 5 and "--" not in line]
    assert sentences
    assert [line for line in sentences if line in chinese.out] == []


@pytest.mark.parametrize(
    "words", [[], *([command] for command in COMMANDS)], ids=lambda words: "_".join(words) or "all"
)
def test_help_loads_nothing_heavy(words):
    """Half a second for the help is kept by not importing what only a run needs."""
    code = (
        f"import sys; from heatnet.cli.main import _run; assert _run([*{words!r}, '--help']) == 0; "
        f"print('LOADED', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED []"


def test_version(heatnet):
    assert heatnet("--version").out == f"heatnet {__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        ["solv"],
        ["solve"],
        ["solve", "x", "--bondary", "y"],
        ["run", "x", "--workers", "0"],
        ["solve", "x", "--outdoor-degc", "cold"],
    ],
    ids=["command", "argument", "option", "workers", "number"],
)
def test_misspelt_words_are_exit_code_2(words, heatnet):
    answer = heatnet(*words)
    assert answer.code == 2
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    ("words", "rest", "lang"),
    [
        (["run", "x", "--lang", "zh"], ["run", "x"], "zh"),
        (["--lang=zh", "run", "x"], ["run", "x"], "zh"),
        (["run", "--lang", "en", "x"], ["run", "x"], "en"),
        (["run", "x"], ["run", "x"], None),
        (["run", "--lang"], ["run"], ""),
    ],
)
def test_the_language_stands_anywhere(words, rest, lang):
    assert split_language(words) == (rest, lang)


@pytest.mark.parametrize("lang", ["fr", "", "ZH"])
def test_an_unknown_language_is_exit_code_2(lang, heatnet):
    answer = heatnet("check", "x", "--lang", lang)
    assert answer.code == 2
    assert "en | zh" in answer.err


def test_the_language_of_the_environment(heatnet, monkeypatch):
    monkeypatch.setenv("HEATNET_LANG", "zh")
    assert "不存在" in heatnet("check", "nowhere").err
    assert "does not exist" in heatnet("check", "nowhere", "--lang", "en").err
    monkeypatch.setenv("HEATNET_LANG", "klingon")
    assert "does not exist" in heatnet("check", "nowhere").err


class TestInit:
    def test_copies_what_works_as_it_stands(self, heatnet, tmp_path):
        answer = heatnet("init", "mine")
        assert answer.code == 0
        assert {item.name for item in (tmp_path / "mine").iterdir()} == {"networks", "gis", "studies"}
        assert heatnet("check", "mine/networks/teda_west").code == 0
        study = heatnet("check", "mine/studies/teda_2025")
        assert study.code == 0
        assert "No problems found" in study.out

    def test_fills_an_empty_folder(self, heatnet, tmp_path):
        (tmp_path / "mine").mkdir()
        assert heatnet("init", "mine").code == 0

    def test_refuses_a_folder_with_something_in_it(self, heatnet, tmp_path):
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "diary.txt").write_text("dear diary")
        answer = heatnet("init", "mine")
        assert answer.code == 2
        assert "is not empty" in answer.err
        assert [item.name for item in (tmp_path / "mine").iterdir()] == ["diary.txt"]

    def test_refuses_a_file(self, heatnet, tmp_path):
        (tmp_path / "mine").touch()
        assert heatnet("init", "mine").code == 2


class TestCheck:
    def test_of_a_network(self, draft, heatnet, tmp_path):
        answer = heatnet("check", draft.write(tmp_path / "tiny"))
        assert answer.code == 0
        assert "5 nodes, 4 pipes, 2.1 km" in answer.out

    def test_of_a_broken_study_names_everything(self, study_draft, heatnet, tmp_path):
        study_draft.data["baseline_case"] = "gaz"
        study_draft.data["prices"] = "tinny.yaml"
        study_draft.data["cases"]["project"]["networks"] = {"tiny": {"plants": {"heat_pmp": {"capacity_mw": 0}}}}
        answer = heatnet("check", study_draft.write(tmp_path))
        assert answer.code == 2
        for word in ("'gaz'", "'tinny.yaml'", "'tiny.yaml'", "heat_pmp", "'heat_pump'", "3 problems"):
            assert word in answer.err

    def test_of_nothing(self, heatnet, tmp_path):
        (tmp_path / "empty").mkdir()
        for path in ("nowhere", "empty"):
            answer = heatnet("check", path)
            assert answer.code == 2
            assert path in answer.err


@pytest.fixture(scope="module")
def place(new_study_draft, tmp_path_factory):
    draft = new_study_draft()
    draft.data["cases"]["hopeless"] = HOPELESS
    root = tmp_path_factory.mktemp("run")
    draft.write(root)
    return root


@pytest.fixture(scope="module")
def ran(place):
    """`heatnet run` in a process of its own, with two workers as by default."""
    command = [sys.executable, "-W", "error::RuntimeWarning", "-m", "heatnet_cli", "run", "studies/tiny"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(command, cwd=place, capture_output=True, text=True, env=environment)


class TestRun:
    """One run with a case that cannot be solved, and what the other commands do with its results."""

    def test_a_failed_case_is_exit_code_3_and_the_others_are_written(self, ran, place):
        assert ran.returncode == 3, ran.stderr
        assert "hopeless" in ran.stderr
        results = place / "results" / "tiny"
        summary = json.loads((results / "summary.json").read_text(encoding="utf-8"))
        assert {name: entry["status"] for name, entry in summary["cases"].items()} == {
            "gas": "ok", "project": "ok", "hopeless": "not_converged",
        }  # fmt: skip
        for name in ("report.html", "map.html", "results.xlsx", "summary.csv", "study.yaml", "timings.json"):
            assert (results / name).stat().st_size > 100, name
        assert not list(results.rglob("*.part"))

    def test_the_verdict_names_rate_failure_and_files(self, ran):
        for word in ("15 %", "hopeless", "report.html", "map.html", "results.xlsx", "Unmet heat", "2904 / 2904"):
            assert word in ran.stdout
        assert "Checked with pandapipes in 12 hours" in " ".join(ran.stdout.split())
        assert "Traceback" not in ran.stderr

    def test_map_and_report_of_the_results_in_chinese(self, ran, place, heatnet):
        results = place / "results" / "tiny"
        assert heatnet("map", results, "--lang", "zh", "--out", "map_zh.html").code == 0
        assert "小网" in Path("map_zh.html").read_text(encoding="utf-8")
        assert heatnet("report", results / "project", "--out", "deep/report_zh.html", "--lang", "zh").code == 0
        assert "小型算例" in Path("deep/report_zh.html").read_text(encoding="utf-8")
        assert Path("deep/report_zh.xlsx").is_file()

    def test_results_misspelt(self, ran, place, heatnet):
        for path, meant in (("results/tny", "'tiny'"), ("results/tiny/projct", "'project'")):
            for command in ("map", "report"):
                answer = heatnet(command, place / path)
                assert answer.code == 2
                assert meant in answer.err


def test_bad_input_writes_nothing(study_draft, heatnet, tmp_path):
    study_draft.network.row("pipes", "p1")["length_m"] = -5
    answer = heatnet("run", study_draft.write(tmp_path))
    assert answer.code == 2
    assert "length_m" in answer.err
    assert not (tmp_path / "results").exists()


def test_a_study_of_one_case_without_baseline_and_plan(study_draft, heatnet, tmp_path):
    """One case is everything a study needs; what would need a baseline is left out and said."""
    study_draft.data["cases"] = {"only": {"label": "Only"}}
    study_draft.data["base_case"] = "only"
    for key in ("baseline_case", "plan_case", "target", "zones"):
        del study_draft.data[key]
    answer = heatnet("run", study_draft.write(tmp_path), "--workers", "1", "--out", "out")
    assert answer.code == 0, answer.err
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    rates = summary["cases"]["only"]["zones"]["tiny"]["substitution"]["plan"]
    assert rates["delivered"]["space"]["season"] > 0
    assert rates["displaced"]["space"]["season"] is None
    assert summary["baseline_case"] is None
    assert yaml.safe_load((tmp_path / "out" / "study.yaml").read_text(encoding="utf-8")) == study_draft.data


def test_a_study_in_which_nothing_can_be_solved(study_draft, heatnet, tmp_path):
    study_draft.data["cases"] = {"gas": HOPELESS}
    del study_draft.data["plan_case"]
    answer = heatnet("run", study_draft.write(tmp_path), "--workers", "1", "--out", "out")
    assert answer.code == 3
    assert "Traceback" not in answer.err
    assert (tmp_path / "out" / "report.html").is_file()


def test_a_contract_that_cannot_be_met_ends_its_case_alone_as_infeasible(study_draft, heatnet, tmp_path):
    """500 kt a year of a steam of 1 MW at most, 13 kt: the case has its status and its reason, the other its numbers."""
    chp = {"kind": "chp_steam", "z_share": 0.25, "mdot_base_kg_per_s": 1.0, "mdot_season_kg_per_s": 1.0}
    chp |= {"take_year_min_t": 5e5, "steam_mwh_per_t": None}
    study_draft.data["cases"]["greedy"] = {
        "label": "A contract for more than there is",
        "networks": {"tiny": {"steam": {"plants": {"waste_steam": chp}}}},
    }
    answer = heatnet("run", study_draft.write(tmp_path), "--workers", "1", "--out", "out")
    assert answer.code == 3
    assert "Traceback" not in answer.err
    cases = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["cases"]
    assert {name: case["status"] for name, case in cases.items()} == {
        "gas": "ok",
        "project": "ok",
        "greedy": "infeasible",
    }
    reason = "tiny/steam/waste_steam: the year's least heat is"
    assert reason in cases["greedy"]["reason"]
    assert reason in answer.out
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "infeasible: dispatch: tiny/steam/waste_steam" in report
    assert yaml.safe_load((tmp_path / "out" / "greedy" / "case.yaml").read_text())["status"] == "infeasible"


def test_contracts_that_compete_end_their_case_with_what_would_be_enough(study_draft, heatnet, tmp_path):
    """Two steam contracts of 8 kt a year, each less than the 13 kt that the mill and its line use, together more.

    Neither contradicts anything by itself, so that only the programme knows. The other cases have their numbers.
    """
    chp = {"kind": "chp_steam", "z_share": 0.25, "mdot_base_kg_per_s": 1.0, "mdot_season_kg_per_s": 1.0}
    chp |= {"take_year_min_t": 8000.0, "capacity_mw": 4.0, "steam_mwh_per_t": None}
    plants = study_draft.network.steam.tables["plants"]
    plants.append(plants[1] | {"id": "second"})
    study_draft.data["cases"]["greedy"] = {
        "label": "Two contracts for one mill",
        "networks": {"tiny": {"steam": {"plants": {"waste_steam": chp, "second": chp}}}},
    }
    answer = heatnet("run", study_draft.write(tmp_path), "--workers", "1", "--out", "out")
    assert answer.code == 3
    cases = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["cases"]
    assert {name: case["status"] for name, case in cases.items()} == {
        "gas": "ok",
        "project": "ok",
        "greedy": "infeasible",
    }
    reason = cases["greedy"]["reason"]
    for words in (
        "heat demand of tiny/steam",
        "least heat of the year of tiny/steam/waste_steam",
        "least heat of the year of tiny/steam/second",
        "contradict each other over the year",
        "lower least heat of the year of tiny/steam/second to",
    ):
        assert words in reason
    assert "contradict each other" in answer.out
    assert "contradict each other" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
