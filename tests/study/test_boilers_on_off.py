"""A study whose boilers are switched on and off, from its file to tables, accounts, verdict and report."""

from __future__ import annotations

import json

import numpy as np
import pytest

from heatnet.cli.verdict import print_verdict
from heatnet.cli.verdict_switching import switching_blocks, switching_sentences
from heatnet.errors import InputError
from heatnet.i18n import use_language
from heatnet.io.results_store import read_summary, read_table
from heatnet.report.build import build_report
from heatnet.report.context import Context
from heatnet.report.sections import cost_table
from heatnet.report.switching import switching_tables
from heatnet.study.load import load_study
from heatnet.study.run import run_cases
from heatnet.study.summary import write_summary
from heatnet.web.results_view import load_study as load_results

GAP = 0.02
KEYS = {
    "units_mw": "12 8",
    "on_min_share": 0.3,
    "no_load_fuel_share": 0.02,
    "no_load_power_share": 0.5,
    "start_cost_cny_per_mw": 50,
    "start_fuel_h": 0.2,
    "min_up_h": 4,
    "min_down_h": 3,
}


def with_switched_case(draft):
    draft.data["cases"] = {
        "gas": {"label": "Any load"},
        "switched": {"label": "On and off", "networks": {"tiny": {"plants": {"boiler": KEYS}}}},
    }
    draft.data |= {
        "season": {"start": "01-10", "end": "01-24"},
        "simulation": {"hours": 2, "reference_hours": 0, "rounds": 2},
        "unit_commitment": {"gap_share": GAP, "rounds": 2},
        "reserve_share": {"tiny": 0.05},
        "keep": "summary",
        "plan_case": "switched",
    }
    return draft


@pytest.fixture(scope="module")
def ran(new_study_draft, tmp_path_factory):
    """Return the folder of results, the runs, and the summary."""
    study = load_study(with_switched_case(new_study_draft()).write(tmp_path_factory.mktemp("switched")))
    out = tmp_path_factory.mktemp("results") / "tiny"
    runs = run_cases(study, out, workers=1)
    write_summary(study, runs, out)
    return out, runs, read_summary(out)


def test_a_case_without_the_keys_is_the_linear_programme_it_was(ran):
    _out, runs, summary = ran
    assert not runs["gas"].problem.is_mixed_integer
    assert "unit_commitment" not in summary["cases"]["gas"]
    assert summary["cases"]["gas"]["cost"]["start_cny"] == 0
    # the study's reserve holds for it all the same
    short = summary["cases"]["gas"]["penalties"]["reserve_short_mwh"]
    assert short == pytest.approx(runs["gas"].result.reserve_short_mw.to_numpy().sum())


def test_boilers_keep_their_least_load_and_the_gap_is_told(ran):
    _out, runs, summary = ran
    run, entry = runs["switched"], summary["cases"]["switched"]
    account = entry["unit_commitment"]
    assert entry["status"] == "ok"
    assert account["gap_reached"]
    assert 0 <= account["gap_share"] <= GAP
    for name, size in (("tiny/boiler/1", 12.0), ("tiny/boiler/2", 8.0)):
        on, heat = run.result.unit_on[name].to_numpy(), run.result.boiler_heat_mw[name].to_numpy()
        assert (heat >= 0.3 * size * on - 1e-4).all()
        assert (heat <= size * on + 1e-4).all()
        assert account["units"][name]["hours_on"] == int((on > 0).sum())
    always = runs["gas"].result.cost_cny["total_cny"]
    assert run.result.cost_cny["total_cny"] >= always * (1 - 1e-6)


def test_the_rounds_switch_units_last_and_the_best_round_is_of_switched_units(ran):
    _out, _runs, summary = ran
    rounds = summary["cases"]["switched"]["rounds"]
    assert [bool(one.get("always_on")) for one in rounds["rounds"]] == [True, False]
    assert rounds["best"] == 1
    assert not any("always_on" in one for one in summary["cases"]["gas"]["rounds"]["rounds"])


def test_fuel_and_cost_of_the_summary_hold_what_runs_without_load(ran):
    """Gas = heat x 0.98 / 0.92 + 0.02 x 20 / 0.92 a boiler hour by its size + 0.2 h of full load a start; starts 50 CNY/MW."""
    _out, runs, summary = ran
    result, entry = runs["switched"].result, summary["cases"]["switched"]
    heat = result.heat_mw["tiny/boiler"].sum()
    sizes = np.array([12.0, 8.0])
    names = ["tiny/boiler/1", "tiny/boiler/2"]
    on, starts = (frame[names].sum().to_numpy() @ sizes for frame in (result.unit_on, result.unit_start))
    gas = (0.98 * heat + 0.02 * on + 0.2 * starts) / 0.92
    kettle = result.heat_mw["tiny/steam/kettle"].to_numpy() @ runs["switched"].problem.units[-2].fuel_per_heat
    assert entry["fuel"]["gas_mwh"] == pytest.approx(gas + kettle, rel=1e-6)
    assert entry["cost"]["start_cny"] == pytest.approx(50 * starts)
    no_load = entry["unit_commitment"]["no_load"]["tiny/boiler"]
    assert no_load["power_mwh"] == pytest.approx(0.5 * 0.01 * on)
    assert entry["power_by_plant_mwh"]["tiny/boiler"] == pytest.approx(0.5 * 0.01 * (on + heat))
    parts = {key: value for key, value in entry["cost"].items() if key != "total_cny"}
    assert entry["cost"]["total_cny"] == pytest.approx(sum(parts.values()))


@pytest.fixture(scope="module")
def too_large(new_study_draft, tmp_path_factory):
    """Return the folder and the summary of two cases with a boiler that cannot run below most of its size, none the plan's."""
    draft = with_switched_case(new_study_draft())
    keys = KEYS | {"units_mw": "12", "capacity_mw": 12, "on_min_share": 0.9, "min_up_h": 24, "min_down_h": 1}
    draft.data["cases"]["too_large"] = {"label": "Too large", "networks": {"tiny": {"plants": {"boiler": keys}}}}
    draft.data |= {
        "plan_case": "gas",
        "simulation": {"hours": 2, "reference_hours": 0, "rounds": 1},
        "reserve_share": {},
    }
    study = load_study(draft.write(tmp_path_factory.mktemp("large")))
    out = tmp_path_factory.mktemp("results") / "tiny"
    return out, write_summary(study, run_cases(study, out, workers=1), out)


def test_heat_that_nobody_takes_is_warned_of_as_a_penalty_case_by_case(too_large, capsys):
    out, summary = too_large
    entry = summary["cases"]["too_large"]
    penalties, cost = entry["penalties"], entry["cost"]
    assert penalties["surplus_mwh"] > 0
    assert penalties["total_cny"] == pytest.approx(cost["surplus_cny"] + cost["unmet_cny"] + cost["reserve_short_cny"])
    assert 0 < penalties["surplus_hours"] <= 8760
    with use_language("en"):
        print_verdict("Tiny", summary, out)
        told = capsys.readouterr().out
        page = build_report(out, out / "report.html", "en").read_text(encoding="utf-8")
    # the plan's case has no switched plants: the others are told all the same
    assert {line.split()[0] for line in told.split("Plants on and off")[1].splitlines()[4:6]} == {
        "switched",
        "too_large",
    }
    warning = f"in {penalties['surplus_hours']:,} hours"
    assert warning in next(
        line for line in told.splitlines() if line.startswith("Warning: too_large: heat that nobody takes")
    )
    assert "million CNY of the cost are penalties, not bills" in told
    assert "Warning: gas" not in told
    assert "Warning: Too large: heat that nobody takes" in page
    assert warning in page


def test_tables_of_units_lie_beside_the_dispatch(ran):
    out, runs, _summary = ran
    folder = out / "switched" / "tiny" / "water"
    on = read_table(folder / "dispatch_unit_on.parquet")
    assert list(on.columns) == ["boiler/1", "boiler/2"]
    np.testing.assert_array_equal(on.to_numpy(), runs["switched"].result.unit_on.to_numpy())
    assert {file.name for file in folder.glob("dispatch_*")} >= {
        "dispatch_unit_start.parquet",
        "dispatch_boiler_heat_mw.parquet",
    }
    assert "reserve_short_mw" in read_table(folder / "dispatch_balance_mw.parquet")
    assert not (out / "gas" / "tiny" / "water" / "dispatch_unit_on.parquet").exists()


def test_the_range_keeps_the_coarser_gap(ran, new_study_draft, tmp_path):
    from heatnet.study.dispatch_keys import for_range

    _out, runs, _summary = ran
    study = load_study(with_switched_case(new_study_draft()).write(tmp_path))
    assert for_range(runs["switched"].problem, study.config).search.gap_share == GAP
    study.config.unit_commitment.__dict__["gap_share"] = 0.001
    assert for_range(runs["switched"].problem, study.config).search.gap_share == 0.02


def test_report_and_verdict_tell_of_starts_and_gap(ran):
    out, _runs, summary = ran
    with use_language("en"):
        context = Context(load_results(out))
        units, without_load = switching_tables(context)
        labels = [column.label for column in cost_table(context).columns]
        [(title, _columns, shown)] = switching_blocks(summary["cases"])
        sentences = list(switching_sentences(summary["cases"]))
    assert "Starts" in labels
    assert "proven to cost at most" in units.rows[0].cells[0]
    account = summary["cases"]["switched"]["unit_commitment"]["units"]
    assert [row.cells[2] for row in units.rows[1:]] == [one["starts"] for one in account.values()]
    assert len(without_load.rows) == 2
    assert title == "Plants on and off"
    assert [row[:2] for row in shown] == [["switched", f"{sum(one['starts'] for one in account.values()):,}"]]
    assert sentences == []
    assert list(switching_blocks({"gas": summary["cases"]["gas"]})) == []


def test_keys_of_the_dispatch_that_mean_nothing(study_draft, tmp_path):
    study_draft.data |= {
        "reserve_share": {"tiny": 0.1, "tinny": 0.1},
        "transfers": {
            "pipe": {"from_network": "tiny", "to_network": "west", "capacity_mw": 5},
            "ring": {"from_network": "west", "to_network": "west", "capacity_mw": 5},
        },
    }
    with pytest.raises(InputError) as caught:
        load_study(study_draft.write(tmp_path))
    text = json.dumps([[p.where, p.found, p.allowed, p.remedy] for p in caught.value.problems])
    for words in (
        "reserve_share.tinny",
        "Did you mean 'tiny'",
        "transfers.pipe.from_network",
        "tiny has pipes",
        "one network folder",
        "transfers.pipe.to_network",
        "connects west with itself",
    ):
        assert words in text, words
