"""The report's numbers: printing, the verdict, the balance, the path of the pressure diagram."""

import copy
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heatnet.i18n import use_language
from heatnet.io.results_store import read_table, write_table
from heatnet.report import build_report
from heatnet.report.balance import balance_tables
from heatnet.report.charts import STEP_H, chart_blocks
from heatnet.report.context import Context
from heatnet.report.hours import hours_table, how_solved, season_table
from heatnet.report.sections import (
    assumptions_note,
    assumptions_table,
    co2_tables,
    cost_table,
    definitions_rows,
    source_tables,
    substitution_tables,
)
from heatnet.report.state import compliance_table, design_table
from heatnet.report.tables import Column, number, percent_range
from heatnet.report.uptake import uptake_tables
from heatnet.report.verdict import deciding_paragraph, headline_rows, range_note
from heatnet.web.colours import plant_style, shade
from heatnet.web.results_view import load_study

TIME_OF_DESIGN = pd.Timestamp("2025-01-16 05:00")


@pytest.fixture(scope="module")
def context(results: Path) -> Context:
    return Context(load_study(results))


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(1234567.0, 0, "1,234,567"), (-12.34, 1, "−12.3"), (-0.04, 1, "0.0"), (0.0, 2, "0.00"), (float("nan"), 1, "–")],
)
def test_number_is_grouped_with_a_true_minus_and_no_minus_zero(value: float, digits: int, text: str) -> None:
    assert number(value, digits) == text


def test_a_missing_cell_is_a_dash_and_a_share_is_printed_times_its_factor() -> None:
    column = Column("share", "%", 1, 100.0)
    assert [column.printed(cell) for cell in (0.153, None, float("inf"), "text")] == ["15.3", "–", "–", "text"]
    assert percent_range((0.1, 0.2)).startswith("10.0–20.0")


def test_verdict_follows_from_range_and_target(context: Context) -> None:
    # ranges are 0.8 to 1.3 times the rate: 5 % -> 4.0–6.5, 18 % -> 14.4–23.4, target 15
    rows = {row.label: row for row in headline_rows(context)}
    assert [rows[name].kind for name in ("Baseline", "Project", "Outage")] == ["missed", "open", "none"]
    assert rows["Project"].low == pytest.approx(0.144)
    assert rows["Project"].high == pytest.approx(0.234)
    assert "unmet heat above the limit" in rows["Outage"].word


@pytest.mark.parametrize(("rate", "kind"), [(0.1, "missed"), (0.15, "open"), (0.19, "reached")])
def test_verdict_word_of_a_rate(results: Path, tmp_path: Path, rate: float, kind: str, tiny: dict) -> None:
    folder = _with_summary(results, tmp_path, lambda case: case.update(_zones(case, rate, tiny)))
    assert headline_rows(Context(load_study(folder)))[1].kind == kind


def test_without_any_range_the_verdict_speaks_of_the_rate_alone(results: Path, tmp_path: Path) -> None:
    """A study without figures that leave the demand open computes each rate once: both ends in its summary are the rate."""

    def change(summary: dict) -> None:
        for case in summary["cases"].values():
            for zone in case.get("zones", {}).values():
                zone["substitution_range"] = _doubled(zone["substitution"])

    changed = _changed(results, tmp_path, change)
    base, project, _outage = headline_rows(changed)
    assert (base.kind, base.word, base.printed_range) == ("missed", "target missed", "–")
    assert (project.kind, project.word, project.printed_range) == ("reached", "target reached", "–")
    assert deciding_paragraph(changed)[:2] == [
        "The target is reached in: “Project”.",
        "The target is missed in: “Baseline”.",
    ]
    page = build_report(changed.study, tmp_path / "report.html", "en").read_text(encoding="utf-8")
    assert "whole range" not in page
    assert page.count('class="target"') == 2
    assert 'class="span"' not in page


def _doubled(tree):
    return {key: _doubled(part) for key, part in tree.items()} if isinstance(tree, dict) else [tree, tree]


def test_headline_is_not_printed_where_heat_is_unmet(results: Path, tmp_path: Path) -> None:
    folder = _with_summary(results, tmp_path, lambda case: case.update(unmet_share=0.0011))
    row = headline_rows(Context(load_study(folder)))[1]
    assert row.rate is None
    assert "not printed" in row.word


def _zones(case: dict, rate: float, tiny: dict) -> dict:
    variants = tiny["_variants"](rate)
    return {
        "zones": {
            zone: {"substitution": variants, "substitution_range": tiny["_ranges"](variants)} for zone in case["zones"]
        }
    }


def _with_summary(results: Path, tmp_path: Path, change) -> Path:
    folder = tmp_path / "changed"
    shutil.copytree(results, folder)
    file = folder / "summary.json"
    summary = json.loads(file.read_text(encoding="utf-8"))
    change(summary["cases"]["project"])
    file.write_text(json.dumps(summary), encoding="utf-8")
    return folder


def test_deciding_paragraph_names_the_largest_source_and_the_largest_effect(context: Context) -> None:
    told = " ".join(deciding_paragraph(context))
    heat = context.summary["cases"]["project"]["space_heat_by_source_mwh"]
    waste = {"East: CHP steam": heat["east/steam/chp"], "East: Sewage heat pump": heat["east/sewage"]}
    first, second = sorted(waste, key=waste.__getitem__, reverse=True)
    assert told.index(f"{first} {waste[first] / 1000:,.1f} GWh") < told.index(
        f"{second} {waste[second] / 1000:,.1f} GWh"
    )
    assert "Plant 4" not in told
    # strict is 0 and broad 1.2 times 18 %: the widest of the four axes
    assert "largest effect first: what counts as waste heat: 0.0" in told


def test_substitution_tables_hold_every_variant(context: Context) -> None:
    tables = substitution_tables(context)
    assert len(tables) == 4
    first = [row for row in tables[0].rows if row.kind == "plain"]
    assert len(first) == 2 * 5
    rates = dict(zip([column.group + " " + column.label for column in tables[0].columns], first[5].cells, strict=True))
    assert rates["as the plan lists recovered"] == pytest.approx(0.18)
    assert rates["as the plan lists delivered"] == pytest.approx(0.18 / 0.8)
    assert tables[0].groups[1:] == [("strict", 3), ("as the plan lists", 3), ("broad", 3)]


@pytest.mark.parametrize("table", [cost_table, lambda context: co2_tables(context)[0], hours_table])
def test_failed_case_is_a_row_with_its_reason(context: Context, table) -> None:
    failed = [row for row in table(context).rows if row.kind == "failed"]
    assert [row.cells for row in failed] == [("Outage", "infeasible: unmet heat above the limit on 2025-01-16")]


def test_savings_are_base_case_less_case(context: Context) -> None:
    cases = context.summary["cases"]
    base, project = (cases[name]["co2"]["average"] for name in ("base", "project"))
    row = co2_tables(context)[0].rows[1]
    assert row.cells[-2] == pytest.approx(base["fuel_t_co2"] - project["fuel_t_co2"])
    assert row.cells[-1] == pytest.approx(base["total_t_co2"] - project["total_t_co2"])
    assert row.cells[-1] > 0


def _with_seasons(results: Path, tmp_path: Path, **seasons: str) -> Context:
    """Return the study with a `case.yaml` in each case's folder: its first day and its weather."""
    folder = shutil.copytree(results, tmp_path / "seasons")
    for case, start in seasons.items():
        content = {"season": {"start": start, "end": "03-15"}, "weather": {"seed": 1, "warmer_k": 0.0}}
        (folder / case / "case.yaml").write_text(json.dumps(content), encoding="utf-8")
    return Context(load_study(folder))


def _against_base(context: Context) -> list[tuple]:
    """Return difference of cost, gross and net saving of each case with results."""
    cost, co2 = (
        [row for row in table.rows if row.kind == "plain"] for table in (cost_table(context), co2_tables(context)[0])
    )
    return [(one.cells[-1], *other.cells[-2:]) for one, other in zip(cost, co2, strict=True)]


def test_the_base_case_has_no_difference_to_itself(context: Context) -> None:
    base, project = _against_base(context)
    assert base == (None, None, None)
    assert None not in project
    assert cost_table(context).note == "Base case: Baseline."


@pytest.mark.parametrize("key", ["season", "weather"])
def test_a_case_in_another_season_or_weather_has_no_saving(results: Path, tmp_path: Path, key: str) -> None:
    """A longer season burns more whatever it saves: its total less the base case's is no saving."""
    same = _with_seasons(results, tmp_path, base="11-15", project="11-15")
    assert None not in _against_base(same)[1]
    file = same.study.folder / "project" / "case.yaml"
    content = json.loads(file.read_text(encoding="utf-8"))
    content[key] = {"start": "11-01", "end": "03-31"} if key == "season" else {"seed": 2, "warmer_k": 0.0}
    file.write_text(json.dumps(content), encoding="utf-8")
    other = Context(load_study(same.study.folder))
    assert _against_base(other) == [(None, None, None)] * 2
    for table in (cost_table(other), *co2_tables(other)):
        assert table.note.endswith("No difference, as season or weather is not that of the base case: Project.")


@pytest.mark.parametrize(("named", "told"), [("gone", "gone"), ("outage", "Outage"), ("known", "Known by the study")])
def test_no_other_case_stands_in_for_a_base_case_without_results(
    results: Path, tmp_path: Path, named: str, told: str
) -> None:
    def change(summary: dict) -> None:
        summary["base_case"] = named

    changed = _changed(results, tmp_path, change)
    study = {"base_case": named, "cases": {"known": {"label": {"en": "Known by the study", "zh": "研究"}}}}
    (changed.study.folder / "study.yaml").write_text(json.dumps(study), encoding="utf-8")
    assert _against_base(changed) == [(None, None, None)] * 2
    assert cost_table(changed).note.startswith(f"The base case “{told}” has no results here")


def test_sources_that_hand_on_steam_have_no_cost_of_their_own(context: Context) -> None:
    cost, co2, marginal = source_tables(context)
    names = [row.cells[0] for row in cost.rows]
    assert "East: CHP steam" in names
    assert "East: Steam exchange" not in names
    assert co2.printed(co2.rows[0])[1:] == ["60.0", "60.0"]  # 0.06 t/GJ in kg
    assert marginal.printed(marginal.rows[0])[1:] == ["70.0", "70.0"]


def test_a_check_outside_its_limit_is_marked_with_its_place(context: Context) -> None:
    (row,) = compliance_table(context, "east").rows
    assert row.cells == ("velocity of water", "≤\u202f3.50", "m/s", "3.90 ✗", "3.90 ✗", "Main a, 2025-01-16 05:00")


def _with_checks(results: Path, tmp_path: Path, rows: dict[str, dict]) -> Context:
    """Return the study with one check of East in each case."""

    def change(summary: dict) -> None:
        for name, row in rows.items():
            usual = {"time": "2025-01-16 05:00", "sense": "<=", "unit": "m/s", "limit": 3.5, "passed": True}
            summary["cases"][name]["by_network"] = {
                "east": summary["cases"][name]["by_network"]["east"] | {"compliance": [usual | row]}
            }

    return _changed(results, tmp_path, change)


@pytest.mark.parametrize(("sense", "worse"), [("<=", "project"), (">=", "base")])
def test_where_a_check_is_worst_is_told_of_the_worst_case(
    results: Path, tmp_path: Path, sense: str, worse: str
) -> None:
    low, high = (
        {"check": "velocity", "place": p, "value": v, "sense": sense} for p, v in (("pipe_a", 1.8), ("pipe_d", 3))
    )
    limit = {"limit": 3.5 if sense == "<=" else 0.5}
    changed = _with_checks(results, tmp_path, {"base": low | limit, "project": high | limit})
    told = compliance_table(changed, "east").rows[0].cells[-1]
    place, case = {"base": ("Main a", "Baseline"), "project": ("Main d", "Project")}[worse]
    assert told == f"{place}, 2025-01-16 05:00, {case}"


def test_values_that_print_the_same_are_those_of_the_case_that_opens_first(results: Path, tmp_path: Path) -> None:
    """A millionth more in an hour of another season is not worse; another hour of the same value is named with its case."""
    row = {"check": "velocity", "place": "pipe_a", "value": 2.71}
    longer = row | {"value": 2.7100004, "time": "2025-11-03 07:00"}
    told = compliance_table(_with_checks(results, tmp_path, {"base": longer, "project": row}), "east").rows[0].cells[-1]
    assert told == "Main a, 2025-01-16 05:00, Project"


def test_hours_solved_are_per_cent(results: Path, tmp_path: Path) -> None:
    row = {"check": "solved", "place": "", "time": None, "value": 0.9986, "limit": 1.0, "sense": ">=", "unit": "1"}
    row |= {"passed": False}
    told = compliance_table(_with_checks(results, tmp_path, {"base": row, "project": row}), "east").rows[0].cells
    assert told[:4] == ("hours solved", "≥\u202f100.00", "%", "99.86 ✗")


def test_delivered_heat_has_no_worst_place(results: Path, tmp_path: Path) -> None:
    row = {"check": "heat_delivered", "place": "hx_n2", "value": 0.0, "limit": 1e-6, "unit": "MW"}
    changed = _with_checks(results, tmp_path, {"base": row, "project": row})
    assert compliance_table(changed, "east").rows[0].cells[-1] == ""
    short = row | {"value": 0.5, "passed": False}
    changed = _with_checks(results, tmp_path / "short", {"base": row, "project": short})
    assert compliance_table(changed, "east").rows[0].cells[-1] == "Station n2, 2025-01-16 05:00, Project"


@pytest.mark.parametrize(("value", "place"), [(1.0996, "Station n4"), (1.08, "Station n2")])
def test_of_stations_that_tie_all_tables_name_the_summary_s(results: Path, tmp_path: Path, value, place) -> None:
    # the summary's worst consumer is hx_n4 with 1.1 bar
    row = {"check": "available_pressure", "place": "hx_n2", "value": value, "sense": ">=", "limit": 1.0, "unit": "bar"}
    changed = _with_checks(results, tmp_path, {"base": row, "project": row})
    assert compliance_table(changed, "east").rows[0].cells[-1] == f"{place}, 2025-01-16 05:00"


def test_flow_of_all_plants_and_mixed_temperatures_give_their_heat(results: Path, tmp_path: Path) -> None:
    """Two plants between the lines by hand: 100 kg/s at 60 °C and 300 kg/s at 64 °C mix to 400 kg/s at 63 °C."""
    folder = tmp_path / "flows"
    shutil.copytree(results, folder)
    given = {
        "plant_mdot_kg_per_s": (100.0, 300.0, 250.0),
        "plant_t_supply_degc": (120.0, 120.0, 70.0),
        "plant_t_return_degc": (60.0, 64.0, 58.0),
        "plant_heat_mw": (25.2, 70.56, 12.0),
    }
    for name, values in given.items():
        file = folder / "project" / "east" / "water" / f"{name}.parquet"
        table = read_table(file)
        table.loc[:, ["plant4", "exchange", "sewage"]] = values
        write_table(table, file)
    changed = Context(load_study(folder))
    rows = {row.cells[0]: row.cells[3] for row in design_table(changed, "east").rows}
    assert rows["of it plants between return and supply"] == "95.8"
    assert rows["of it pre-heating of the return before them"] == "12.0"
    assert rows["Flow of all plants between return and supply"] == "400.0"
    assert rows["Supply temperature of this flow, mixed"] == "120.0"
    assert rows["Return temperature of this flow, mixed"] == "63.0"
    assert pytest.approx(25.2 + 70.56) == 400.0 * 4.2e-3 * (120.0 - 63.0)
    # the plant that holds the pressure is told apart
    assert rows["Plant that holds the pressure: flow"] == "330.0"
    assert "Heat directly to consumers, besides" not in rows


def test_heat_that_passes_no_pipe_is_told_besides(results: Path, tmp_path: Path) -> None:
    folder = tmp_path / "direct"
    shutil.copytree(results, folder)
    file = folder / "project" / "inputs" / "east" / "plants.geojson"
    plants = json.loads(file.read_text(encoding="utf-8"))
    row = next(one["properties"] for one in plants["features"] if one["properties"]["id"] == "sewage")
    row |= {"connection": "secondary", "serves": "hx_n3"}
    file.write_text(json.dumps(plants), encoding="utf-8")
    changed = Context(load_study(folder))
    rows = {row.cells[0]: row.cells[2:] for row in design_table(changed, "east").rows}
    heat = changed.study.cases["project"].networks["east"].schedule_mw["water"].at[TIME_OF_DESIGN, "sewage"]
    assert rows["Heat directly to consumers, besides"] == ("–", f"{heat:.1f}")


def test_balance_closes_in_every_column(context: Context) -> None:
    """Sources + unmet = demand + dumped + handed on, from the yearly schedules."""
    for table in balance_tables(context)[::2]:
        rows = {row.cells[0]: row.cells[2:] for row in table.rows}
        for i in range(len(context.ok_cases)):
            given = rows["All sources"][i] + rows["Unmet heat"][i]
            used = (
                rows["Demand at the plant gates"][i] + rows["Dumped heat"][i] + rows["Handed on to other balances"][i]
            )
            assert given == pytest.approx(used, rel=1e-12)
            assert rows["All sources, in TJ"][i] == pytest.approx(rows["All sources"][i] * 3.6, rel=1e-12)


def test_capacity_margin_is_capacity_less_peak(context: Context, tiny: dict) -> None:
    table = next(t for t in balance_tables(context) if t.caption == "Capacity and peak load: East, hot water")
    rows = {row.cells[0]: row.cells[2:] for row in table.rows}
    # 90 + 20 MW, and 12 MW of heat pump in the project case; 2.0e6 m2 at 40 W/m2 and 3 % loss
    assert rows["All sources"] == pytest.approx((110.0, 122.0))
    share = min(float((18.0 - tiny["T_OUTDOOR"].min()) / 25.0), 1.0)
    assert rows["Peak demand at the plant gates"] == pytest.approx((80.0 * 1.03 * share,) * 2)
    assert rows["Highest load on the sources"] == pytest.approx(rows["Peak demand at the plant gates"])
    assert rows["Margin"][0] == pytest.approx(110.0 - rows["Highest load on the sources"][0])
    assert rows["Margin"][1] - rows["Margin"][0] == pytest.approx(12.0)


def test_charts_lose_no_heat(context: Context) -> None:
    """Days and duration steps both add up to the year's heat of every plant."""
    heat = context.summary["cases"]["project"]["heat_by_plant_mwh"]
    block = next(b for b in chart_blocks(context) if b["id"] == "project-water")
    series = {one["name"]: one for one in block["series"]}
    plant = series["East: Plant 4"]
    total = heat["east/plant4"]
    assert np.sum(plant["daily_gwh"]) * 1000 == pytest.approx(total, abs=365 * 0.05)
    full = len(plant["duration_mw"]) - 1
    steps = np.sum(plant["duration_mw"][:full]) * STEP_H
    assert steps <= total + full * STEP_H * 0.005
    assert steps + plant["duration_mw"][full] * STEP_H >= total - full * STEP_H * 0.005
    load = np.sum([one["duration_mw"] for one in block["series"]], axis=0)
    assert np.all(np.diff(load) <= 0.01 * len(series))


def test_hours_table_lists_the_hours_that_stand_for_the_season(context: Context) -> None:
    rows = [row for row in hours_table(context).rows if row.kind == "plain"]
    assert len(rows) == 2 * 2 * 4, "two cases, two networks, four of their seven hours"
    first = dict(zip([column.label for column in hours_table(context).columns], rows[0].cells, strict=True))
    east = context.study.cases["base"].networks["east"]
    assert first["Heat"] == pytest.approx(float(east.quantities["plant_heat_mw"].iloc[0].sum()))
    assert first["Chosen as"] == "hour of highest load"


def test_hours_by_status_and_the_distance_from_pandapipes(context: Context) -> None:
    table = season_table(context)
    assert len(table.rows) == 2 * 2
    assert table.printed(table.rows[0]) == [
        "Baseline", "East", "solved: 6; not converged: 1", "3", "1", "0.0200", "2e−05", "0",
    ]  # fmt: skip
    with use_language("zh"):
        assert season_table(context).rows[0].cells[-2] == "2e−06", "MPa"


def test_what_pandapipes_could_not_solve_is_no_disagreement(context: Context, results: Path, tmp_path: Path) -> None:
    told = how_solved(context)
    assert "24 of 28 hours" in told
    assert "12 of them were solved once more by pandapipes" in told
    assert "In 4 of these pandapipes found no solution" in told
    assert "different statuses" not in told

    def change(summary: dict) -> None:
        for case in summary["cases"].values():
            if "reference_check" in case:
                case["reference_check"]["unsolved_by_reference"] = 0

    assert "no solution" not in how_solved(_changed(results, tmp_path, change))


def test_season_totals_stand_beside_the_hour_of_highest_load(context: Context) -> None:
    rows = {row.cells[0]: row.cells[1:] for row in design_table(context, "east").rows}
    assert rows["Heat shortfall over the season"] == ("MWh", "12.5", "12.5")
    assert rows["Hours with an undersupplied station"] == ("h", "2", "2")


def test_words_change_with_the_language(results: Path) -> None:
    with use_language("zh"):
        rows = headline_rows(Context(load_study(results)))
    assert [row.label for row in rows] == ["基准", "项目", "停炉"]


def _changed(results: Path, tmp_path: Path, change) -> Context:
    """Return a study whose summary was changed as a whole."""
    folder = tmp_path / "whole"
    shutil.copytree(results, folder)
    file = folder / "summary.json"
    summary = json.loads(file.read_text(encoding="utf-8"))
    change(summary)
    file.write_text(json.dumps(summary), encoding="utf-8")
    return Context(load_study(folder))


def test_a_plant_that_changes_its_fuel_shows_both_kinds_and_two_colours(results: Path, tmp_path: Path) -> None:
    folder = tmp_path / "converted"
    shutil.copytree(results, folder)
    file = folder / "project" / "inputs" / "east" / "plants.geojson"
    plants = json.loads(file.read_text(encoding="utf-8"))
    row = next(one["properties"] for one in plants["features"] if one["properties"]["id"] == "plant4")
    row["kind"] = "gas_boiler"
    del row["lhv_mwh_per_t"]
    file.write_text(json.dumps(plants), encoding="utf-8")
    converted = Context(load_study(folder))
    kinds = {row.cells[0]: row.cells[1] for row in balance_tables(converted)[0].rows}
    assert kinds["Plant 4"] == "coal boiler → gas boiler"
    assert kinds["Sewage heat pump"] == "sewage heat pump"
    colours = {
        block["id"]: next(one["colour"] for one in block["series"] if one["name"] == "East: Plant 4")
        for block in chart_blocks(converted)
        if block["id"].endswith("-water")
    }
    assert colours["base-water"] == plant_style("coal_boiler")[0]
    # West has a gas boiler already: this is the second shade of that kind
    assert colours["project-water"] == shade(plant_style("gas_boiler")[0], 1)


def test_sources_of_one_kind_differ_in_every_chart(results: Path, tmp_path: Path) -> None:
    """Twelve gas boilers that run: no two have the same colour and hatching, and the first has its kind's own."""
    study = load_study(results)
    case = study.cases["base"]
    west = case.networks["west"]
    names = [f"boiler_{number}" for number in range(12)]
    network = copy.copy(west.network)
    plants = pd.concat([network.plants.assign(kind="gas_boiler")] * 12).set_axis(names)
    object.__setattr__(network, "plants", plants)
    heat = pd.concat([west.schedule_mw["water"].iloc[:, :1] + 1.0] * 12, axis=1).set_axis(names, axis=1)
    many = replace(west, network=network, schedule_mw={"water": heat})
    crowd = replace(case, networks={"west": many})
    (block,) = chart_blocks(Context(replace(study, cases={"base": crowd})))
    looks = [(one["colour"], one["hatch"]) for one in block["series"]]
    assert len(set(looks)) == 12
    assert (plant_style("gas_boiler")[0], 0) in looks


def test_recovered_shares_of_the_sources_add_up_to_the_headline(results: Path, tmp_path: Path) -> None:
    def change(summary: dict) -> None:
        case = summary["cases"]["project"]
        # 180 of 1000 GWh are waste heat after the power spent: the headline of 18 %
        case["recovered_space_heat_by_source_mwh"] = {
            "east/steam/chp": 120e3,
            "east/sewage": 60e3,
            "east/plant4": 800e3,
        }

    told = " ".join(deciding_paragraph(_changed(results, tmp_path, change)))
    assert "make up its 18.00\u202f%" in told
    assert "East: CHP steam 120.0 GWh (12.00\u202f%); East: Sewage heat pump 60.0 GWh (6.00\u202f%)" in told


def test_delivered_headline_lists_delivered_heat(results: Path, tmp_path: Path) -> None:
    def change(summary: dict) -> None:
        summary["headline"]["counting"] = "delivered"
        summary["cases"]["project"]["recovered_space_heat_by_source_mwh"] = {"east/sewage": 1.0}

    told = " ".join(deciding_paragraph(_changed(results, tmp_path, change)))
    assert "share of the space heat" in told


def test_range_is_explained_only_where_there_is_one(results: Path, tmp_path: Path) -> None:
    def change(summary: dict) -> None:
        for case in summary["cases"].values():
            for zone in case.get("zones", {}).values():
                zone["substitution_range"] = None

    assert range_note(headline_rows(Context(load_study(results))))
    assert range_note(headline_rows(_changed(results, tmp_path, change))) == ""


def test_words_say_on_which_steam_z_counts() -> None:
    with use_language("en"):
        (row,) = [row for row in definitions_rows() if row[1] == "z"]
    assert row[0] == "Counting"
    assert "before the exchanger" in row[2]


@pytest.mark.parametrize(
    ("check", "en", "zh"),
    [
        # 6.01325 bar absolute are 5 bar above the atmosphere; a difference stays what it is
        ("nominal_pressure", ("5.00", "bar gauge"), ("0.500", "MPa（表压）")),
        ("available_pressure", ("6.01", "bar"), ("0.601", "MPa")),
    ],
)
def test_pressures_are_gauge_and_differences_are_not(
    results: Path, tmp_path: Path, check: str, en: tuple, zh: tuple
) -> None:
    def change(summary: dict) -> None:
        row = {"check": check, "place": "pipe_a", "time": None, "value": 6.01325, "limit": 6.01325}
        for case in summary["cases"].values():
            if "by_network" in case:
                case["by_network"]["east"]["compliance"] = [row | {"sense": "<=", "unit": "bar", "passed": True}]

    changed = _changed(results, tmp_path, change)
    for lang, (value, unit) in (("en", en), ("zh", zh)):
        with use_language(lang):
            (row,) = compliance_table(changed, "east").rows
        assert row.cells[1:4] == (f"≤\u202f{value}", unit, f"{value} ✓")


def test_design_table_names_the_pipe(context: Context) -> None:
    rows = {row.cells[0]: row.cells for row in design_table(context, "east").rows}
    assert rows["in pipe"][2] == "Main d"


def test_figures_have_names_and_units_of_the_language(results: Path, tmp_path: Path) -> None:
    def change(summary: dict) -> None:
        figure = {"item": "gas_cny_per_mwh", "value": 300.0, "unit": "CNY/MWh", "source": "typical", "note": ""}
        summary["assumptions"] = [figure]

    changed = _changed(results, tmp_path, change)
    assert assumptions_note(changed) == ""
    with use_language("zh"):
        assert assumptions_note(changed) == "来源与说明按数据文件原文列出。"
    assert assumptions_table(changed).rows[0].cells[:3] == ("Gas price", "300.0", "CNY/MWh")
    with use_language("zh"):
        assert assumptions_table(changed).rows[0].cells[:3] == ("气价", "300.0", "元/MWh")


def test_the_operating_cost_is_that_of_the_last_round_and_the_pumps(results: Path, tmp_path: Path) -> None:
    def change(summary: dict) -> None:
        case = summary["cases"]["project"]
        case["cost"]["total_cny"] = 12.5e6
        row = {
            "unit": "east/sewage",
            "cause": "taken",
            "name": None,
            "hours": 10.0,
            "heat_gj": 1e3,
            "connected_mw": 12.0,
        }
        case["uptake"] = [row]
        one = {"cost_cny": 12.2e6, "loss_difference_share": {}, "hours_beyond": 0, "moved_share": None}
        case["rounds"] = {"rounds": [one | {"cost_cny": 13e6}, one], "best": 1, "agrees": True, "open": []}

    note = uptake_tables(_changed(results, tmp_path, change))[1].note
    assert "12.50 million CNY" in note
    assert "0.30 million more" in note
    assert "pumps" in note

    def same(summary: dict) -> None:
        change(summary)
        summary["cases"]["project"]["rounds"]["rounds"][1]["cost_cny"] = 12.5e6

    assert "pumps" not in uptake_tables(_changed(results, tmp_path / "same", same))[1].note
