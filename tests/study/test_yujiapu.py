"""Two winter weeks of the bundled study of electric heat storage: schedule, curve, CO2 and pages against closed forms.

Without loss, with a tank that one night fills, the heat of valley hours is what the nights take and what the tank carries into
the days: sum over days of night_d + min(E, day_d). With a charging power c that the day always uses up, the tank is full before
the first day (there are nights enough before it) and gains 8 c a night afterwards: E + 8 c (days - 1).
"""

from __future__ import annotations

import copy
import json
import re
from types import SimpleNamespace

import numpy as np
import openpyxl
import pytest
import yaml

from heatnet.i18n import use_language
from heatnet.io.bundled import bundled_path
from heatnet.io.excel import write_excel
from heatnet.io.results_store import read_summary, read_table
from heatnet.report import build_report
from heatnet.report.electric_heat import electric_sentences
from heatnet.study.load import load_study
from heatnet.study.run import run_cases
from heatnet.study.summary import write_summary

DAYS = 14
SMALL_MWH, CHARGE_MW = 60.0, 5.0
#: the programme's sums
SOLVED = 1e-6


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The gas boilers and the plan's case, tank without loss, two weeks of January."""
    data = yaml.safe_load((bundled_path("studies") / "yujiapu_storage" / "study.yaml").read_text(encoding="utf-8"))
    data["season"] = {"start": "01-06", "end": "01-19"}
    data["cases"] = {name: data["cases"][name] for name in ("gas_boiler", "plan")}
    data["cases"]["plan"]["networks"] = {"yujiapu": {"plants": {"tank": {"loss_share_per_h": 0}}}}
    data["electric_heat"]["curve"] |= {"energy_mwh": [SMALL_MWH, 157.0], "charge_mw": [CHARGE_MW]}
    folder = tmp_path_factory.mktemp("study") / "yujiapu_storage"
    folder.mkdir()
    (folder / "study.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    study, out = load_study(folder), tmp_path_factory.mktemp("results") / "yujiapu_storage"
    runs = run_cases(study, out, workers=1)
    write_summary(study, runs, out)
    return SimpleNamespace(folder=out, summary=read_summary(out), runs=runs)


@pytest.fixture(scope="module")
def loads(ran):
    """Heat of nights (23 to 7) and of the days behind them, MWh, by day."""
    demand = read_table(ran.folder / "plan" / "yujiapu" / "site" / "dispatch_balance_mw.parquet")["demand_mw"]
    night = demand.index.hour.isin([23, 0, 1, 2, 3, 4, 5, 6])
    day = demand[~night].resample("D").sum()
    return SimpleNamespace(all=demand.sum(), night=demand[night].sum(), days=day[day > 0].to_numpy())


def test_valley_share_by_size_is_that_of_the_closed_form(ran, loads):
    points = ran.summary["electric_heat"]["curve"]["by_energy"]
    assert [point["energy_mwh"] for point in points] == [SMALL_MWH, 157.0]
    for point in points:
        carried = np.minimum(point["energy_mwh"], loads.days).sum()
        assert point["valley_heat_share"] == pytest.approx((loads.night + carried) / loads.all, rel=SOLVED)
        assert point["unmet_share"] == 0.0


def test_valley_share_by_charging_power_is_that_of_the_closed_form(ran, loads):
    (point,) = ran.summary["electric_heat"]["curve"]["by_charge"]
    assert len(loads.days) == DAYS
    assert loads.days.min() > 8 * CHARGE_MW
    carried = point["energy_mwh"] + 8 * CHARGE_MW * (DAYS - 1)
    assert point["valley_heat_share"] == pytest.approx((loads.night + carried) / loads.all, rel=SOLVED)


def test_the_account_is_that_of_the_schedule_in_the_files(ran):
    """Resistive heat at 0.99, 30 % of the valley power green; gas at 0.94 with 0.4 % of electricity."""
    heat = read_table(ran.folder / "plan" / "yujiapu" / "site" / "dispatch_heat_mw.parquet").sum(axis=1)
    valley = heat[heat.index.hour.isin([23, 0, 1, 2, 3, 4, 5, 6])].sum()
    entry = ran.summary["electric_heat"]["cases"]["plan"]
    assert entry["valley_heat_share"] == pytest.approx(valley / heat.sum())
    power, green = heat.sum() / 0.99, 0.3 * valley / 0.99
    assert (entry["power_mwh"], entry["green_power_mwh"]) == pytest.approx((power, green))
    gas = {name: 0.19994 / 0.94 + 0.004 * factor * (1 - 0.3 * _valley_share(ran)) for name, factor in FACTORS.items()}
    for reading, factor in FACTORS.items():
        emitted = factor * (power - green)
        assert entry["emitted_t_co2"][reading] == pytest.approx(emitted)
        saved = {"purchased_heat": 0.396 * heat.sum() - emitted, "baseline": gas[reading] * heat.sum() - emitted}
        for reference, per_mwh in (("purchased_heat", 0.396), ("baseline", gas[reading])):
            assert entry["saved_t_co2"][reference][reading] == pytest.approx(saved[reference], rel=1e-5)
            share = 1 - per_mwh * 0.99 / factor
            assert entry["break_even_green_share"][reference][reading] == pytest.approx(share, rel=1e-5)
    boilers = ran.summary["electric_heat"]["cases"]["gas_boiler"]
    assert boilers["saved_t_co2"]["baseline"]["average"] == pytest.approx(0.0, abs=1e-6)


FACTORS = {"average": 0.7041, "marginal": 0.82}


def _valley_share(ran):
    """Share of the gas boilers' electricity that is of valley hours: that of their heat."""
    heat = read_table(ran.folder / "gas_boiler" / "yujiapu" / "site" / "dispatch_heat_mw.parquet")["gas_boilers"]
    return heat[heat.index.hour.isin([23, 0, 1, 2, 3, 4, 5, 6])].sum() / heat.sum()


def test_claims_are_those_of_the_topic_and_no_rate_is_asked_for(ran):
    claims = {row["id"]: row for row in ran.summary["plan_claims"]}
    assert set(claims) == {"yujiapu_valley_share", "yujiapu_tce", "yujiapu_co2", "yujiapu_green_share"}
    entry = ran.summary["electric_heat"]["cases"]["plan"]
    assert claims["yujiapu_valley_share"]["computed"] == entry["valley_heat_share"]
    assert ran.summary["target_share"] is None
    assert ran.summary["carbon_table"] == []
    assert json.loads((ran.folder / "summary.json").read_text(encoding="utf-8"))["electric_heat"]["green_share"] == 0.3


@pytest.mark.parametrize(
    ("lang", "section", "told", "rate"),
    [
        (
            "en",
            "Electric heat and its store",
            "of the heat is made with electricity of valley hours",
            "Substitution rate in",
        ),
        ("zh", "电供热与蓄热", "谷电供热比例为", "替代率"),
    ],
)
def test_the_report_has_the_section_and_no_rate(lang, section, told, rate, ran, tmp_path):
    page = build_report(ran.folder, tmp_path / "report.html", lang).read_text(encoding="utf-8")
    body = page[page.index("<main") : page.index("</main>")]
    assert section in body
    assert told in body
    assert rate not in body
    assert 'id="daily-plan-site"' in body, "charts of the site"


def test_workbook_and_verdict_do_without_a_rate(ran, tmp_path, capsys):
    from heatnet.cli.verdict import print_verdict

    book = write_excel(ran.folder, tmp_path / "book.xlsx", "en")
    sheets = openpyxl.load_workbook(book)
    assert not [name for name in sheets.sheetnames if name.startswith(("Pipes", "Stations"))], "a site has neither"
    head, *rows = list(sheets["Electric heat"].iter_rows(values_only=True))
    entry = ran.summary["electric_heat"]["cases"]["plan"]
    row = dict(zip(head, next(row for row in rows if str(row[0]).startswith("The plan")), strict=True))
    assert row["Green electricity (MWh)"] == pytest.approx(entry["green_power_mwh"])
    saved = "Saved against district heat, marginal grid factor (t CO₂)"
    assert row[saved] == pytest.approx(entry["saved_t_co2"]["purchased_heat"]["marginal"])
    print_verdict("Yujiapu", ran.summary, ran.folder)
    said = capsys.readouterr().out
    assert "CNY/GJ" in said
    assert "waste-heat substitution rate" not in said
    assert f"{ran.summary['electric_heat']['cases']['plan']['cost_cny_per_gj']:.1f}" in said


def test_the_first_sentence_says_whether_it_saves_and_the_shares_stand_in_order(ran):
    with use_language("en"):
        said = electric_sentences(ran.summary)
    entry = ran.summary["electric_heat"]["cases"]["plan"]
    more = {reading: f"{-entry['saved_t_co2']['purchased_heat'][reading]:,.0f} t more" for reading in FACTORS}
    assert min(-entry["saved_t_co2"]["purchased_heat"][reading] for reading in FACTORS) > 0
    assert said[0].startswith("“The plan: charged in valley hours” saves no CO₂ against district heat: it emits")
    assert more["average"] in said[0]
    assert more["marginal"] in said[0]
    shares = next(sentence for sentence in said if sentence.startswith("The same amount told three ways"))
    claim = next(row for row in ran.summary["plan_claims"] if row["id"] == "yujiapu_green_share")
    told = [entry[f"break_even_green_{name}"]["purchased_heat"]["average"] for name in ("share", "valley_share")]
    assert re.findall(r"(\d+)\s%", shares) == [f"{100 * share:.0f}" for share in (*told, claim["computed"])]


@pytest.mark.parametrize(
    ("average", "marginal", "word"), [(10, 5, "saves CO₂"), (10, -5, "Whether"), (-10, -5, "saves no")]
)
def test_saved_with_both_factors_with_one_or_with_none(average, marginal, word, ran):
    summary = copy.deepcopy(ran.summary)
    saved = summary["electric_heat"]["cases"]["plan"]["saved_t_co2"]["purchased_heat"]
    saved |= {"average": average, "marginal": marginal}
    with use_language("en"):
        assert word in electric_sentences(summary)[0]


def test_the_bundled_curve_is_dense_where_the_plans_share_is_reached():
    """Straight between points 0.1 MW apart: what verdict and table of the plan say hangs on no kink."""
    data = yaml.safe_load((bundled_path("studies") / "yujiapu_storage" / "study.yaml").read_text(encoding="utf-8"))
    assert {15.9, 16.0, 16.1, 16.3} <= set(data["electric_heat"]["curve"]["charge_mw"])
