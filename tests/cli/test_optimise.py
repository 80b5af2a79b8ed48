"""`heatnet optimise` on a study of one site: what it prints and writes, in both languages, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).parents[2]


def study_of(folder: Path, **changes) -> Path:
    """Write a study of the Beitang site: a gas boiler stands; heat of the power plant or of a factory may be built."""
    part = {"what": "line", "cny": {"value": 2e7, "low": 1e7, "high": 3e7, "source": "illustrative"}, "lifetime_a": 30}
    data = {
        "format_version": 1,
        "title": {"en": "A small portfolio", "zh": "小型组合"},
        "networks": [str(ROOT / "networks" / "beitang")],
        "prices": "tianjin_2025.yaml",
        "target": {"rate_share": 0.15, "zone": "beitang"},
        "base_case": "nothing",
        "cases": {
            "nothing": {"label": "Gas alone", "networks": {"beitang": {"plants": {"beitang_chp": {"capacity_mw": 0}}}}}
        },
        "new_plants": {
            "beitang": {
                "gas": {
                    "node": "n_beitang",
                    "kind": "gas_boiler",
                    "role": "heat",
                    "capacity_mw": 200,
                    "efficiency_share": 0.93,
                },
                "factory": {"node": "n_beitang", "kind": "process_waste_heat", "role": "heat", "steam_mwh_per_t": 0.7},
            }
        },
        "portfolio": {
            "search": {"rounds": 4, "points": 3},
            "candidates": {
                "chp": {
                    "label": {"en": "Power plant", "zh": "电厂"},
                    "options": {
                        "main": {
                            "label": "main",
                            "networks": {"beitang": {"plants": {"beitang_chp": {"z_share": 0.23}}}},
                            "size": {"plant": "beitang/beitang_chp", "least": 5, "most": 120},
                            "costs": [part, {"what": "plant", "cny_per_size": 500000, "lifetime_a": 20}],
                        }
                    },
                },
                "factory": {
                    "label": "Factory",
                    "options": {
                        "one": {
                            "label": "one",
                            "networks": {"beitang": {"plants": {"factory": {"capacity_mw": 3}}}},
                            "costs": [part],
                        }
                    },
                },
            },
        },
    }
    for key, value in changes.items():
        data["portfolio"][key] = value
    place = folder / "study"
    place.mkdir()
    (place / "study.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return place


@pytest.fixture
def study(tmp_path) -> Path:
    return study_of(tmp_path)


def test_the_portfolio_is_found_printed_and_written(heatnet, study):
    answer = heatnet("optimise", study, "--out", "found", "--curve")
    assert answer.code == 0, answer.err
    assert "15 % is reached" in answer.out
    found = json.loads(Path("found/portfolio.json").read_text(encoding="utf-8"))
    best = found["best"]
    assert best["rate"] >= 0.15 - 1e-4
    assert abs(best["rate_difference"]) < 1e-3
    assert best["bound_cny"] <= best["cost_cny"] * (1 + 1e-9)
    rates = [point["rate"] for point in found["curve"]]
    assert rates == sorted(rates)
    assert len({(row["set"], row["counting"]) for row in found["definitions"]}) == 9
    (asked,) = [
        row["bound_share"]
        for row in found["definitions"]
        if all(row[axis] == found["target"][axis] for axis in ("set", "counting", "denominator", "period", "zone"))
    ]
    assert asked == found["largest"]["bound"]
    curve = pd.read_parquet("found/curve.parquet")
    assert len(curve) == len(pd.read_csv("found/curve.csv")) == len(rates)
    pages = {name: Path(f"found/{name}.html").read_text(encoding="utf-8") for name in ("portfolio", "portfolio_map")}
    assert "Power plant" in pages["portfolio"]
    assert "<svg" in pages["portfolio"]
    assert "http://" not in pages["portfolio_map"].replace("http://www.w3.org/2000/svg", "")
    assert Path("found/portfolio.xlsx").stat().st_size > 1000


def test_the_chosen_portfolio_is_a_case_of_the_study(heatnet, study):
    """Pasted under `cases`, it is the same plants with the sizes that were found."""
    from heatnet.study.load import load_study

    heatnet("optimise", study, "--out", "found")
    case = yaml.safe_load(Path("found/portfolio_case.yaml").read_text(encoding="utf-8"))
    data = yaml.safe_load((study / "study.yaml").read_text(encoding="utf-8"))
    data["cases"] |= case
    (study / "study.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    found = json.loads(Path("found/portfolio.json").read_text(encoding="utf-8"))
    (chp,) = [row for row in found["best"]["projects"] if row["candidate"] == "chp"]
    plants = load_study(study).cases["best_portfolio"].networks["beitang"].plants
    assert plants.at["beitang_chp", "capacity_mw"] == pytest.approx(chp["size"])


def test_the_portfolio_runs_in_the_pipes_and_says_what_differs(heatnet, study):
    """A site has no pipes: the run is the same programme again, and every figure agrees; annuities count once on both sides."""
    answer = heatnet("optimise", study, "--out", "found", "--check")
    assert answer.code == 0, answer.err
    assert "against the search" in answer.out
    found = json.loads(Path("found/portfolio.json").read_text(encoding="utf-8"))
    rows = {row["name"]: row for row in found["check"]["rows"]}
    assert rows["cost_cny"]["search"] == pytest.approx(found["best"]["cost_cny"])
    assert rows["invested_cny_per_a"]["pipes"] == found["best"]["invested_cny_per_a"] > 0
    for name, row in rows.items():
        assert row["difference"] == pytest.approx(0.0, abs=2e-6 * max(abs(row["search"]), 1.0)), name
    run = json.loads(Path("found/in_pipes/summary.json").read_text(encoding="utf-8"))
    assert rows["cost_cny"]["pipes"] == pytest.approx(
        run["cases"]["best_portfolio"]["cost"]["total_cny"] + rows["invested_cny_per_a"]["pipes"]
    )
    page = Path("found/portfolio.html").read_text(encoding="utf-8")
    assert "The search against the pipes" in page
    assert "--check" in page
    # the study that is written stands for itself, wherever it is
    moved = Path("elsewhere") / "portfolio_study.yaml"
    moved.parent.mkdir()
    moved.write_bytes(Path("found/portfolio_study.yaml").read_bytes())
    assert heatnet("run", moved, "--out", "run").code == 0


def changed(study: Path, change) -> Path:
    """Change the study file in place: `change` is called with its content."""
    file = study / "study.yaml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    change(data)
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return study


def plant_of(data: dict, candidate: str, option: str, plant: str) -> dict:
    """Return the row of a plant that an option brings."""
    options = data["portfolio"]["candidates"][candidate]["options"]
    return options[option]["networks"]["beitang"]["plants"][plant]


@pytest.fixture
def dear(study) -> Path:
    """The power plant's heat costs more than gas: 0.95 MWh of power for a MWh, so that nothing but the target makes it run."""
    return changed(study, lambda data: plant_of(data, "chp", "main", "beitang_chp").update(z_share=0.95))


def test_where_the_target_binds_the_run_holds_it(heatnet, dear):
    """By cost alone the plant stands still, and the run has 0 %: the case obliges it to give what the search takes from it."""
    answer = heatnet("optimise", dear, "--out", "found", "--check", "--without", "factory", "--counting", "delivered")
    assert answer.code == 0, answer.err
    assert "In the run 15 % is reached: 15.0 %. Counted plants have to give" in answer.out
    found = json.loads(Path("found/portfolio.json").read_text(encoding="utf-8"))
    case = yaml.safe_load(Path("found/portfolio_case.yaml").read_text(encoding="utf-8"))["best_portfolio"]
    least = case["networks"]["beitang"]["plants"]["beitang_chp"]["heat_year_min_mwh"]
    assert least == pytest.approx(found["best"]["heat_by_plant_mwh"]["beitang/beitang_chp"], rel=1e-3)
    rate = next(row for row in found["check"]["rows"] if row["name"] == "rate")
    assert rate["pipes"] == pytest.approx(0.15, abs=5e-4)


def test_where_the_target_does_not_bind_nobody_is_obliged(heatnet, study):
    answer = heatnet("optimise", study, "--out", "found", "--check")
    assert answer.code == 0, answer.err
    assert "In the run 15 % is reached" in answer.out
    assert "heat_year_min_mwh" not in Path("found/portfolio_case.yaml").read_text(encoding="utf-8")


def test_a_run_that_cannot_hold_the_target_says_so_and_ends_with_3(heatnet, dear, monkeypatch):
    """A limit that the search does not know: the obliged case has no schedule, the free one misses the target."""
    from heatnet.study import portfolio_summary

    monkeypatch.setattr(portfolio_summary, "obliged_mwh", lambda *_words: {"beitang/beitang_chp": 1e7})
    answer = heatnet("optimise", dear, "--out", "found", "--check", "--without", "factory", "--counting", "delivered")
    assert answer.code == 3
    assert "In the run 15 % is missed: 0.0 %. What keeps heat that counts away: cheaper heat (" in answer.out
    assert "The counted plants cannot be held to the heat that the search takes from them: " in answer.out
    assert "10,000,000" in answer.out
    assert "The search reaches 15.0 %, the run does not." in answer.err
    page = Path("found/portfolio.html").read_text(encoding="utf-8")
    assert page.count("In the run 15 % is missed") == 2
    assert "In the run 15 % is missed" in Path("found/portfolio_map.html").read_text(encoding="utf-8")
    assert "heat_year_min_mwh" not in Path("found/portfolio_study.yaml").read_text(encoding="utf-8")


def test_projects_that_are_there_for_the_target_alone_have_a_cost(heatnet, study):
    """The factory gives 3.2 % at no cost of operation where 2 % are asked: a further GJ costs nothing, its line does."""

    def dearer(data: dict) -> None:
        data["portfolio"]["candidates"]["factory"]["options"]["one"]["costs"][0]["cny"] = 2e8

    words = ("optimise", changed(study, dearer), "--set", "strict", "--without", "chp", "--target", "0.02")
    answer = heatnet(*words, "--out", "found")
    assert answer.code == 0, answer.err
    found = json.loads(Path("found/portfolio.json").read_text(encoding="utf-8"))
    more = (found["best"]["cost_cny"] - found["nothing"]["cost_cny"]) / 1e6
    assert more > 5
    assert f"a further GJ costs nothing; the target costs {more:.2f} million CNY a year" in answer.out
    assert "against the cheapest system (0.0 %)" in answer.out
    assert "does not bind" not in answer.out

    answer = heatnet(*words, "--out", "curve", "--curve")
    assert f"a further GJ costs nothing; the target costs {more:.2f} million CNY a year" in answer.out
    assert "only the projects cost something" in " ".join(answer.out.split())
    curve = pd.read_csv("curve/curve.csv")
    assert curve["shadow_cny_per_gj"].isna().tolist() == [True, *[False] * (len(curve) - 1)]
    assert "inf" not in Path("curve/curve.csv").read_text(encoding="utf-8")


def test_a_case_without_a_schedule_says_which_limits_contradict_each_other(heatnet, study):
    def least(data: dict) -> None:
        plants = data["cases"]["nothing"]["networks"]["beitang"]["plants"]
        plants["gas"] = {"heat_year_min_mwh": 9_000_000}

    answer = heatnet("optimise", changed(study, least), "--out", "found")
    assert answer.code == 3
    assert "The case without projects (Gas alone) has no schedule: " in answer.out
    assert "9,000,000" in answer.out
    assert "No portfolio reaches" not in answer.out
    assert "The case without projects has no schedule." in answer.err


def test_nothing_left_to_build_is_said(heatnet, study):
    answer = heatnet("optimise", study, "--out", "found", "--without", "chp", "--without", "factory")
    assert answer.code == 3
    assert "nothing is left to build, every candidate is excluded; the case without projects has 0.0 %" in answer.out


def test_missing_heat_is_no_small_rate(heatnet, study):
    """With 2 MW of gas most heat is missing: the rate of what is left counts for nothing, however large."""

    def small(data: dict) -> None:
        data["new_plants"]["beitang"]["gas"]["capacity_mw"] = 2
        data["portfolio"]["candidates"]["chp"]["options"]["main"]["size"]["most"] = 10

    answer = heatnet("optimise", changed(study, small), "--out", "found")
    assert answer.code == 3
    assert "No portfolio covers the demand: " in answer.out
    assert "of the heat is missing, so that no rate counts" in answer.out
    assert "No portfolio covers the demand." in answer.err


def test_an_option_with_contradicting_limits_is_told(heatnet, study):
    def least(data: dict) -> None:
        plant_of(data, "factory", "one", "factory")["heat_year_min_mwh"] = 90_000

    answer = heatnet("optimise", changed(study, least), "--out", "found")
    assert answer.code == 0, answer.err
    assert (
        "Cannot be built: Factory: one: factory has to give 90,000 MWh a year and can give at most 26,280" in answer.out
    )


def test_results_do_not_go_where_a_file_stands(heatnet, study):
    Path("taken").write_text("mine")
    answer = heatnet("optimise", study, "--out", "taken")
    assert answer.code == 2
    assert "taken: 'taken' is a file A folder Name another one." in " ".join(answer.err.split())
    assert Path("taken").read_text() == "mine"


def test_what_is_known_is_not_searched_again(heatnet, study, monkeypatch):
    """The second call finds its answer in `searched`; a changed price is another question."""
    from heatnet.study import portfolio_run

    heatnet("optimise", study, "--out", "found")
    first = json.loads(Path("found/portfolio.json").read_text(encoding="utf-8"))["best"]["cost_cny"]
    calls, real = [], portfolio_run.largest_rate
    monkeypatch.setattr(portfolio_run, "largest_rate", lambda *words, **more: calls.append(1) or real(*words, **more))
    assert heatnet("optimise", study, "--out", "found", "--lang", "zh").code == 0
    assert json.loads(Path("found/portfolio.json").read_text(encoding="utf-8"))["best"]["cost_cny"] == pytest.approx(
        first
    )
    assert calls == []
    (found,) = Path("found/searched").glob("*.json")
    found.write_text("{broken", encoding="utf-8")
    assert heatnet("optimise", study, "--out", "found").code == 0
    assert calls == [1]
    data = yaml.safe_load((study / "study.yaml").read_text(encoding="utf-8"))
    data["portfolio"]["interest_share"] = 0.05
    (study / "study.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    assert heatnet("optimise", study, "--out", "found").code == 0
    assert calls == [1, 1]


def test_an_unreachable_target_ends_with_3_and_says_what_limits_it_in_chinese(heatnet, study):
    answer = heatnet("optimise", study, "--set", "strict", "--target", "0.5", "--out", "found", "--lang", "zh")
    assert answer.code == 3
    told, _folder = answer.out.split("结果：")
    assert "没有任何组合能达到50.0 %" in told
    assert "限制因素：factory供出31,363 GJ" in told
    assert "3.2 %的年费用为" in told  # what gives the largest rate, and at what cost
    assert "Factory: one" in told
    assert "没有任何组合能达到50.0 %" in answer.err
    assert Path("found/portfolio.json").is_file()


def test_a_second_run_leaves_nothing_of_the_first(heatnet, study):
    heatnet("optimise", study, "--out", "found", "--curve")
    Path("found/own.txt").write_text("mine")
    heatnet("optimise", study, "--out", "found", "--without", "factory")
    assert not Path("found/curve.csv").exists()
    assert not Path("found/definitions.parquet").exists()
    assert Path("found/own.txt").read_text() == "mine"
    assert not list(Path().glob(".found*"))
    assert json.loads(Path("found/portfolio.json").read_text(encoding="utf-8"))["without"] == ["factory"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--zone", "nowhere"), "--zone: 'nowhere' does not exist"),
        (("--without", "factoy"), "'factory'"),
        (("--counting", "gross"), "--counting: value 'gross'"),
        (("--counting", "displaced"), "the study has no baseline"),
        (("--target", "15 of 100"), "--target: '15 of 100' A share from 0 to 1, or in per cent: 0.15, 15%"),
        (("--target", "15"), "--target: '15'"),
        (("--setpoints", "--curve"), "--curve: does not go with --setpoints"),
        (("--uptake", "--zone", "beitang"), "--zone: does not go with --uptake"),
        (("--case", "nothing"), "--case: goes with --uptake only"),
    ],
)
def test_wrong_words_are_told_and_nothing_is_written(heatnet, study, words, said):
    answer = heatnet("optimise", study, "--out", "found", *words)
    assert answer.code == 2
    assert said in " ".join(answer.err.split())
    assert not Path("found").exists()


def test_all_wrong_words_in_one_message_and_in_chinese(heatnet, study):
    words = ("--set", "plam", "--counting", "gross", "--zone", "nowhere", "--target", "x", "--lang", "zh")
    answer = heatnet("optimise", study, *words)
    assert answer.code == 2
    for option in ("--set", "--counting", "--zone", "--target"):
        assert f"{option}: " in answer.err
    assert "plan" in answer.err
    assert "Input should" not in answer.err


def test_a_target_in_per_cent_is_one(heatnet, study):
    assert heatnet("optimise", study, "--target", "20%", "--out", "found").code == 0
    found = json.loads(Path("found/portfolio.json").read_text(encoding="utf-8"))
    assert found["target"]["rate_share"] == pytest.approx(0.2)


def test_all_mistakes_of_the_candidates_in_one_message(heatnet, tmp_path):
    """A need that is no candidate, a plant that is not there, a size in the wrong order, a plant that the case has built."""
    options = {"label": "a", "networks": {"beitang": {"plants": {"nothing_here": {"capacity_mw": 1}}}}}
    built = {"label": "b", "networks": {"beitang": {"plants": {"gas": {"capacity_mw": 300}}}}}
    study = study_of(
        tmp_path,
        candidates={
            "one": {"label": "one", "needs": ["two"], "options": {"a": options}},
            "three": {"label": "three", "options": {"b": built}},
        },
    )
    answer = heatnet("optimise", study)
    told = " ".join(answer.err.split())
    assert answer.code == 2
    assert "portfolio.candidates.one.needs: 'two' does not exist" in told
    assert "nothing_here" in told
    assert "beitang/gas is built in case nothing" in told


def test_a_study_without_candidates_is_told_so(heatnet, tmp_path):
    study = study_of(tmp_path)
    data = yaml.safe_load((study / "study.yaml").read_text(encoding="utf-8"))
    del data["portfolio"]
    (study / "study.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    answer = heatnet("optimise", study)
    assert answer.code == 2
    assert "has no portfolio" in answer.err
