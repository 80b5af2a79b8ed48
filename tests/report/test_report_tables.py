"""The report's numbers: printing, the verdict, the balance, the path of the pressure diagram."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from heatnet.i18n import use_language
from heatnet.report.balance import balance_tables
from heatnet.report.charts import STEP_H, chart_blocks
from heatnet.report.context import Context
from heatnet.report.pressure import pressure_path
from heatnet.report.sections import co2_tables, cost_table, source_tables, substitution_tables
from heatnet.report.state import compliance_table, hours_table
from heatnet.report.tables import Column, number, percent_range
from heatnet.report.verdict import deciding_paragraph, headline_rows
from heatnet.web.results_view import load_study


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


def test_sources_that_hand_on_steam_have_no_cost_of_their_own(context: Context) -> None:
    cost, co2 = source_tables(context)
    names = [row.cells[0] for row in cost.rows]
    assert "East: CHP steam" in names
    assert "East: Steam exchange" not in names
    assert co2.printed(co2.rows[0])[1:] == ["60.0", "60.0"]  # 0.06 t/GJ in kg


def test_a_check_outside_its_limit_is_marked_with_its_place(context: Context) -> None:
    (row,) = compliance_table(context, "east").rows
    assert row.cells == ("velocity of water", "≤\u202f3.50", "m/s", "3.90 ✗", "3.90 ✗", "Main a")


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


def test_pressure_path_follows_the_water(context: Context, tiny: dict) -> None:
    """The path to station n4 runs n0, n1, n3, n4; pressures there are those of the tables."""
    east = context.study.cases["base"].networks["east"]
    time = east.hours.index[0]
    path = pressure_path(east, "hx_n4", time)
    assert path is not None
    assert path.nodes == ("n0", "n1", "n3", "n4")
    lengths = [float(east.network.pipes.at[pipe, "length_m"]) for pipe in ("pipe_a", "pipe_c", "pipe_d")]
    assert path.distance_m == pytest.approx(np.cumsum([0.0, *lengths]))
    gap = path.p_supply_bar[-1] - path.p_return_bar[-1]
    assert gap == pytest.approx(float(east.quantities["consumer_dp_bar"].at[time, "hx_n4"]))
    assert pressure_path(east, "nobody", time) is None


def test_hours_table_lists_every_simulated_hour(context: Context) -> None:
    rows = [row for row in hours_table(context).rows if row.kind == "plain"]
    assert len(rows) == 2 * 2 * 4
    first = dict(zip([column.label for column in hours_table(context).columns], rows[0].cells, strict=True))
    east = context.study.cases["base"].networks["east"]
    assert first["Heat"] == pytest.approx(float(east.quantities["plant_heat_mw"].iloc[0].sum()))
    assert first["Chosen as"] == "hour of highest load"


def test_words_change_with_the_language(results: Path) -> None:
    with use_language("zh"):
        rows = headline_rows(Context(load_study(results)))
    assert [row.label for row in rows] == ["基准", "项目", "停炉"]
