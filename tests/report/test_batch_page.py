"""The page of a batch, from files of known numbers."""

from __future__ import annotations

import html
import re

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import InputError
from heatnet.metrics.chance import binomial_interval
from heatnet.report.batch_page import build_batch_report
from heatnet.report.batch_results import is_batch
from heatnet.study.batch_description import write_batch_description
from heatnet.study.load import load_study
from heatnet.study.variants import variants
from heatnet.web.offline import external_references

UNIFORM = {"kind": "uniform", "low": 0.8, "high": 1.2}
GAS = {
    "label": {"en": "Gas price", "zh": "气价"},
    "target": {"kind": "price", "key": "gas_cny_per_mwh"},
    "distribution": UNIFORM,
}
DEMAND = {"label": "Demand", "target": {"kind": "demand_factor"}, "distribution": UNIFORM}
PORTFOLIO = {"label": "Portfolio", "target": {"kind": "portfolio", "cases": ["gas", "project"]}, "each": True}
YEAR = {"label": "Year", "target": {"kind": "climate", "years": 3}, "each": True}
DRAWN = {
    "method": "latin_hypercube",
    "samples": 40,
    "dimensions": {"gas": GAS, "demand": DEMAND, "portfolio": PORTFOLIO},
}


def folder_of(draft, root, batch, failed=(), unmet=lambda variant: 0.0):
    """Write a batch whose rate is 0.35 - 0.2 demand with the heat pump and half of it without.

    Of seasons in `failed` there is no result; of others `unmet` gives the share of missing heat, which emits nothing.
    """
    draft.data["batch"] = batch
    study = load_study(draft.write(root))
    folder = root / "batch"
    folder.mkdir()
    write_batch_description(study, folder)
    rows, lacking = [], []
    for variant in variants(study):
        gas, demand = (variant.values.get(name) or 1.0 for name in ("gas", "demand"))
        rate = (0.35 - 0.2 * demand) * (1.0 if variant.case == "project" else 0.5)
        row = {"case": variant.name, "base": variant.case, "status": "ok", "reason": ""}
        row |= {f"in_{name}": value for name, value in variant.values.items()}
        row |= {
            "rate_share": rate,
            "unmet_share": unmet(variant),
            "cost_total_cny": 1e6 * gas * demand + (1e4 if variant.case == "project" else 0.0),
            "co2_average_total_t_co2": 100.0 * demand * (1.0 - unmet(variant)),
            "rate_all_of_it_plan_recovered_space_season_share": rate,
            "rate_all_of_it_strict_recovered_space_season_share": 0.0,
        }
        if variant.name in failed:
            row = {key: value for key, value in row.items() if key in ("case", "base") or key.startswith("in_")} | {
                "status": "infeasible",
                "reason": "<b>contract</b>",
            }
        rows.append(row)
        lacking.append((variant.name, "tiny", "water", "consumer", "c2", "lacking_mwh", 10.0 * demand))
    pd.DataFrame(rows).to_parquet(folder / "cases.parquet")
    columns = ["case", "network", "carrier", "kind", "element", "statistic", "value"]
    pd.DataFrame(lacking, columns=columns).to_parquet(folder / "elements.parquet")
    return folder


def words(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))).replace("\u202f", " ")


@pytest.fixture
def drawn(study_draft, tmp_path):
    return folder_of(study_draft, tmp_path, DRAWN, failed=("0003-gas",))


def test_the_probability_stands_in_front_with_its_interval(drawn):
    told = words(build_batch_report(drawn, lang="en").read_text(encoding="utf-8"))
    cases = pd.read_parquet(drawn / "cases.parquet")
    own = cases[cases["base"] == "project"]["rate_share"]
    reached = int((own >= 0.15).sum())
    low, high = binomial_interval(reached, 40)
    expected = f"{100 * reached / 40:.1f} % (95 % interval {100 * low:.1f} % to {100 * high:.1f} %): in {reached} of 40 seasons"
    assert 0 < reached < 40
    assert f"With the heat pump: 15 % is reached with a probability of {expected}" in told
    assert "Gas alone: 15 % is reached with a probability of 0.0 %" in told
    assert "1 more tell no rate" in told


def test_drivers_regret_shortfall_and_failures(drawn):
    page = build_batch_report(drawn, lang="en").read_text(encoding="utf-8")
    told = words(page)
    # the rate falls with demand alone: rank correlation -1
    assert re.search(r"Demand rank correlation −1\.00 < 0\.001", told)
    # the heat pump costs 10,000 more in every scenario, and has the better rate in each
    assert re.search(r"Regret in cost .*?Gas alone [\d.,]+ 0\.00 0\.00 0\.00 \S+ 100 39", told)
    assert re.search(r"With the heat pump [\d.,]+ 0\.01 0\.01 0\.01", told)
    assert "Who lacks heat" in told
    assert "c2 tiny" in told
    assert "&lt;b&gt;contract&lt;/b&gt;" in page
    assert "<b>contract</b>" not in page
    assert page.count("<svg") >= 3


def test_the_page_is_offline_and_in_both_languages(drawn, tmp_path):
    for lang, word in (("en", "Regret between portfolios"), ("zh", "气价")):
        page = build_batch_report(drawn, tmp_path / f"{lang}.html", lang).read_text(encoding="utf-8")
        assert word in page
        assert not external_references(page)


def test_the_same_files_give_the_same_page(drawn, tmp_path):
    pages = [build_batch_report(drawn, tmp_path / name, "en").read_bytes() for name in ("a.html", "b.html")]
    assert pages[0] == pages[1]


def test_single_changes_are_told_against_the_base_of_the_same_year(study_draft, tmp_path):
    dimensions = {
        "gas": GAS | {"distribution": None, "values": [0.8, 1.2], "base": 1},
        "demand": DEMAND | {"distribution": None, "values": [1.1], "base": 1},
        "year": YEAR,
    }
    batch = {"method": "one_at_a_time", "dimensions": dimensions}
    page = build_batch_report(folder_of(study_draft, tmp_path, batch), lang="en").read_text(encoding="utf-8")
    # rate: 0.35 - 0.22 less 0.15; the gas price changes nothing
    assert "Demand, 1.1: −2.00" in page
    assert "Gas price, 1.2: 0.20 10⁶ CNY" in page
    assert re.search(r"base, as it is 15\.00 1\.01 100 0\.000 10\.0", words(page))
    assert re.search(r"Demand 1\.1 −2\.00 0\.10 10 0\.000 1\.0", words(page))
    assert "chosen, not drawn" in page
    assert "95 % interval 0" not in page


def test_sobol_indices_where_they_were_drawn(study_draft, tmp_path):
    dimensions = {"gas": GAS, "demand": DEMAND}
    batch = {"method": "sobol", "samples": 128, "indices": True, "dimensions": dimensions}
    folder = folder_of(study_draft, tmp_path, batch)
    told = words(build_batch_report(folder, lang="en").read_text(encoding="utf-8"))
    assert "Sobol' indices of the rate" in told
    row = re.search(r"Demand ([\d.−]+) [\d.−]+ [\d.−]+ ([\d.−]+) [\d.−]+ [\d.−]+ (?:Gas|Share)", told)
    assert row is not None
    # the rate hangs on demand alone
    assert np.array(row.groups(), dtype=float) == pytest.approx([1.0, 1.0], abs=0.05)
    # the probability is of the 256 independent points, not of all 512
    assert "of 256 seasons" in told


def test_a_portfolio_that_is_drawn_is_a_dimension_of_the_indices(study_draft, tmp_path):
    dimensions = {"gas": GAS, "portfolio": PORTFOLIO | {"each": False}}
    batch = {"method": "sobol", "samples": 64, "indices": True, "dimensions": dimensions}
    told = words(build_batch_report(folder_of(study_draft, tmp_path, batch), lang="en").read_text(encoding="utf-8"))
    row = re.search(r"Portfolio ([\d.]+) [\d.−]+ [\d.−]+ ([\d.]+) [\d.−]+ [\d.−]+ Gas price", told)
    assert row is not None
    # demand stays at 1: the rate hangs on the portfolio alone
    assert np.array(row.groups(), dtype=float) == pytest.approx([1.0, 1.0], abs=0.05)
    assert told.count("Sobol' indices of the rate") == 1


def test_indices_of_crossed_years_are_of_the_points_of_the_sample(study_draft, tmp_path):
    dimensions = {"gas": GAS, "demand": DEMAND, "year": YEAR}
    batch = {"method": "sobol", "samples": 32, "indices": True, "dimensions": dimensions}
    told = words(build_batch_report(folder_of(study_draft, tmp_path, batch), lang="en").read_text(encoding="utf-8"))
    assert "from 32 rows of the sample" in told
    row = re.search(r"Demand ([\d.−]+) [\d.−]+ [\d.−]+ ([\d.−]+) [\d.−]+ [\d.−]+ (?:Gas|Share)", told)
    assert row is not None
    # with few rows the estimate is a little off
    assert np.array(row.groups(), dtype=float) == pytest.approx([1.0, 1.0], abs=0.15)


def test_seasons_of_one_scenario_are_no_further_evidence(study_draft, tmp_path):
    batch = DRAWN | {"dimensions": {"gas": GAS, "demand": DEMAND, "year": YEAR}}
    folder = folder_of(study_draft, tmp_path, batch)
    told = words(build_batch_report(folder, lang="en").read_text(encoding="utf-8"))
    reached = int((pd.read_parquet(folder / "cases.parquet")["rate_share"] >= 0.15).sum())
    # the three years change nothing: an interval of the 40 scenarios
    low, high = binomial_interval(reached / 3, 40)
    assert f"(95 % interval {100 * low:.1f} % to {100 * high:.1f} %): in {reached} of 120 seasons" in told
    assert "differ only in Year are not independent: the interval is that of 40 independent seasons" in told
    assert "differ only in Year the mean counts, once" in told


def test_a_portfolio_that_leaves_heat_missing_wins_nothing(study_draft, tmp_path):
    # 60 % of the heat is missing without the heat pump: it emits 40 % of what it would
    folder = folder_of(study_draft, tmp_path, DRAWN, unmet=lambda variant: 0.6 if variant.case == "gas" else 0.0)
    told = words(build_batch_report(folder, lang="en").read_text(encoding="utf-8"))
    assert "Gas alone: none of 40 seasons tells a rate: in 40 more than 0.1 % of the heat is missing." in told
    assert "Regret in CO₂" not in told
    assert "Regret in the rate" not in told
    assert "Regret in cost" in told
    left_out = "Left out of rate and CO₂, as more than 0.1 % of the heat is missing: Gas alone in 40 of 40 seasons."
    # beside the regret and below what goes with rate, cost and CO2 of that portfolio
    assert told.count(left_out) == 2
    influence = told.split("What goes with rate, cost and CO₂: Gas alone")[1].split("Rank correlation (Spearman)")[0]
    assert re.search(r"Demand rank correlation – – [\d.−]+ \S+( \S+)? – –", influence)


def test_a_season_of_missing_heat_leaves_its_scenario_out_of_the_regret_in_co2(study_draft, tmp_path):
    folder = folder_of(study_draft, tmp_path, DRAWN, unmet=lambda one: 0.002 if one.name == "0003-gas" else 0.0)
    told = words(build_batch_report(folder, lang="en").read_text(encoding="utf-8"))
    assert "is missing: Gas alone in 1 of 40 seasons." in told
    assert re.search(r"Regret in CO₂ .*?Gas alone [\d.,]+ 0\.00 0\.00 0\.00 \S+ 100 39", told)
    assert re.search(r"Regret in cost .*?Gas alone [\d.,]+ 0\.00 0\.00 0\.00 \S+ 100 40", told)


def test_a_portfolio_without_a_schedule_is_in_the_finding(study_draft, tmp_path):
    batch = DRAWN | {"samples": 3}
    failed = [f"000{number}-gas" for number in range(3)]
    told = words(
        build_batch_report(folder_of(study_draft, tmp_path, batch, failed), lang="en").read_text(encoding="utf-8")
    )
    assert "Gas alone: none of 3 seasons tells a rate: 3 have no schedule or no solution." in told


def test_what_consumers_lack_stands_by_portfolio(study_draft, tmp_path):
    folder = folder_of(study_draft, tmp_path, DRAWN, failed=("0003-gas",))
    elements = pd.read_parquet(folder / "elements.parquet")
    elements.loc[elements["case"].str.endswith("-gas"), "value"] = 50.0
    elements.to_parquet(folder / "elements.parquet")
    told = words(build_batch_report(folder, lang="en").read_text(encoding="utf-8"))
    lacking = told.split("Who lacks heat")[1]
    assert re.search(
        r"Expected MWh .*Gas alone c2 tiny 50\.0 50\.0 \S+-gas 100 With the heat pump c2 tiny 10\.0 ", lacking
    )
    assert "Expected: mean over the seasons with a result (Gas alone 39, With the heat pump 40)." in lacking


def test_of_chosen_seasons_nothing_is_expected(study_draft, tmp_path):
    rows = {"dear": {"values": {"gas": 2}}, "short": {}}
    batch = {"method": "list", "variants": rows, "dimensions": {"gas": GAS | {"distribution": None}}}
    folder = folder_of(study_draft, tmp_path, batch, unmet=lambda one: 0.01 if one.name == "short" else 0.0)
    told = words(build_batch_report(folder, lang="en").read_text(encoding="utf-8"))
    assert "Expected" not in told
    assert "Mean over the seasons run" in told
    assert re.search(r"dear 15\.00 2\.01 100 0\.000", told)
    assert re.search(r"short – 1\.01 – 1\.000", told)
    assert "is missing: With the heat pump in 1 of 2 seasons." in told


def test_a_list_tells_every_season_by_its_label(study_draft, tmp_path):
    rows = {"dear": {"label": "Dear gas", "values": {"gas": 2}}, "now": {}}
    batch = {"method": "list", "variants": rows, "dimensions": {"gas": GAS | {"distribution": None}}}
    told = words(build_batch_report(folder_of(study_draft, tmp_path, batch), lang="en").read_text(encoding="utf-8"))
    assert re.search(r"Dear gas 15\.00 2\.01 100", told)
    assert re.search(r"now 15\.00 1\.01 100", told)


def test_few_seasons_stand_once_among_the_best_and_the_worst(study_draft, tmp_path):
    rows = {name: {"values": {"gas": price}} for name, price in (("cheap", 0.9), ("usual", 1), ("dear", 1.1))}
    batch = {"method": "list", "variants": rows, "dimensions": {"gas": GAS | {"distribution": None}}}
    told = words(build_batch_report(folder_of(study_draft, tmp_path, batch), lang="en").read_text(encoding="utf-8"))
    shown = told.split("Highest rate")[1].split("Shortfall of heat")[0]
    assert [len(re.findall(rf"\b{name}\b", shown)) for name in rows] == [1, 1, 1]


def test_changes_of_a_portfolio_whose_base_failed_say_why_there_are_none(study_draft, tmp_path):
    dimensions = {"gas": GAS | {"distribution": None, "values": [1.2], "base": 1}, "portfolio": PORTFOLIO}
    batch = {"method": "one_at_a_time", "dimensions": dimensions}
    folder = folder_of(study_draft, tmp_path, batch, failed=("base-gas", "gas-1.2-gas"))
    told = words(build_batch_report(folder, lang="en").read_text(encoding="utf-8"))
    assert re.search(
        r"Gas alone: what the changes do cannot be told, as the base has no result \([\w ]+: <b>contract</b>\)", told
    )
    assert "Change against the base: With the heat pump" in told
    assert "Change against the base: Gas alone" not in told


def test_an_interrupted_batch_is_continued_by_its_own_command(tmp_path):
    (tmp_path / "cases" / "0001").mkdir(parents=True)
    (tmp_path / "cases" / "0001" / "result.json").write_text("{}")
    assert is_batch(tmp_path)
    with pytest.raises(InputError, match=r"interrupted batch.*heatnet batch STUDY' continues"):
        build_batch_report(tmp_path)
    # results of a study, one of whose cases is called cases
    (tmp_path / "summary.json").write_text("{}")
    assert not is_batch(tmp_path)


def test_a_folder_without_a_batch_says_so(tmp_path):
    with pytest.raises(InputError, match=r"batch\.json"):
        build_batch_report(tmp_path)


def test_a_batch_in_which_all_failed_says_why(study_draft, tmp_path):
    batch = {"method": "list", "variants": {"a": {}}, "dimensions": {"gas": GAS}}
    folder = folder_of(study_draft, tmp_path, batch, failed=("a",))
    told = words(build_batch_report(folder, lang="en").read_text(encoding="utf-8"))
    assert "1 of 1 seasons have no result" in told
    assert "infeasible" in told
