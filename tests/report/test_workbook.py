"""The workbook with the report's sheets: typed, units in the headings, filters, charts, no formula from a name."""

import datetime as dt
import json
import shutil
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import pandas as pd
import pytest

from heatnet.i18n import _, use_language
from heatnet.metrics.pressure_line import M_PER_BAR
from heatnet.report.context import Context
from heatnet.report.sheets import _scatter, places_sheet
from heatnet.report.workbook import write_workbook
from heatnet.web.results_view import load_study
from tests.report.sheet_rows import sheet_rows

openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture(scope="module")
def book(results: Path, tmp_path_factory: pytest.TempPathFactory):
    return openpyxl.load_workbook(write_workbook(results, tmp_path_factory.mktemp("book") / "results.xlsx", "en"))


def test_every_sheet_freezes_its_heading_and_filters(book) -> None:
    names = {"Balance, heat of the year", "Balance, capacity", "Load duration", "Cost", "CO₂", "By source", "Standards"}
    assert names | {"Pressure diagram"} <= set(book.sheetnames)
    assert all(page.freeze_panes and page.auto_filter.ref for page in book)
    assert {page.title for page in book if page._charts} >= {"Load duration", "By source", "Pressure diagram"}


def test_balance_closes_in_the_sheet(book) -> None:
    rows = [
        row
        for row in sheet_rows(book["Balance, heat of the year"])
        if row["Balance"] == "Heat of the year: East, hot water"
    ]
    by_name = {row["Heat source"]: row for row in rows}
    column = "Project (GWh)"
    given = by_name["All sources"][column] + by_name["Unmet heat"][column]
    used = sum(
        by_name[name][column] for name in ("Demand at the plant gates", "Dumped heat", "Handed on to other balances")
    )
    assert given == pytest.approx(used, rel=1e-9)


def test_the_pressure_sheet_holds_the_heads_of_the_files(book, results: Path) -> None:
    rows = [row for row in sheet_rows(book["Pressure diagram"]) if row["Network"] == "East"]
    assert [row["Node"] for row in rows] == ["n0", "n1", "n3", "n4"]
    case = load_study(results).cases["project"].networks["east"]
    time = case.hours.index[0]
    assert isinstance(rows[0]["Hour"], dt.datetime)
    assert rows[0]["Hour"] == time.to_pydatetime()
    for row in rows:
        expected = (case.quantities["node_p_supply_bar"].at[time, row["Node"]] - 1.01325) * M_PER_BAR
        assert row["supply line (m of water column)"] == pytest.approx(expected, rel=1e-6)
    assert np.all(np.diff([row["Distance (m)"] for row in rows]) > 0)


def test_a_case_of_another_season_has_no_difference_in_the_sheets_and_they_say_why(
    results: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(results, tmp_path / "seasons")
    for case, start in (("base", "11-15"), ("project", "11-01")):
        (folder / case / "case.yaml").write_text(json.dumps({"season": {"start": start}}), encoding="utf-8")
    book = openpyxl.load_workbook(write_workbook(folder, tmp_path / "book.xlsx", "en"))
    for sheet, heads in (
        ("Cost", ["Difference to base case (million CNY)"]),
        ("CO₂", ["Saving, gross: fuel alone (t CO₂)", "Saving, net: electricity included (t CO₂)"]),
    ):
        rows = sheet_rows(book[sheet])
        assert all(row[head] is None for row in rows for head in heads if row["Case"] != "Outage")
        notes = [row["Table"] for row in rows if row["Table"] and row["Case"] is None]
        assert notes == [
            "Base case: Baseline. No difference, as season or weather is not that of the base case: Project."
        ]


def test_many_curves_leave_the_plot_its_height() -> None:
    """The legend adds to the height of a chart: twelve curves of long names, and five of short ones."""
    heights = []
    for names in (["A case of a study with a long name · a network, hot water"] * 12, ["supply line"] * 5):
        page, chart = MagicMock(), MagicMock()
        _scatter(page, chart, "Title", ("h", "MW"), (1, 1), names)
        size, area = chart.set_size.call_args.args[0], chart.set_plotarea.call_args.args[0]["layout"]
        below = chart.set_legend.call_args.args[0]["layout"]
        assert size["height"] * area["height"] == pytest.approx(320)
        assert area["y"] + area["height"] < below["y"]
        assert below["y"] + below["height"] <= 1
        heights.append(size["height"])
    assert heights[0] > heights[1]


def test_checks_are_numbers_with_a_verdict(book) -> None:
    row = sheet_rows(book["Standards"])[0]
    assert (row["Check"], row["Worst value"], row["Sense"], row["Limit"]) == ("velocity of water", 3.9, "≤", 3.5)
    assert (row["Verdict"], row["Place"]) == ("missed", "Main a")
    assert row["Worst hour"] == dt.datetime(2025, 1, 16, 5)


def test_sheets_of_one_case_name_it(book, results: Path) -> None:
    assert {row["Case"] for row in sheet_rows(book["Pressure diagram"])} == {"Project"}
    row = {"check": "velocity", "place": "pipe_a", "time": None, "value": 3.9, "limit": 3.5, "sense": "<="}
    checks = pd.DataFrame([row | {"unit": "m/s", "passed": False}])
    writer = MagicMock()
    places_sheet(writer, Context(load_study(results)), {"east": checks})
    name, heads, rows = writer.sheet.call_args.args
    assert (name, heads[0].label, rows[0][:2]) == ("Standards by place", "Case", ["Project", "East"])
    assert len(heads) == len(rows[0])


@pytest.mark.parametrize(("opens", "label"), [(None, "Project"), ("base", "Baseline")])
def test_charts_of_one_case_are_all_of_the_same_and_name_it(results: Path, tmp_path: Path, opens, label) -> None:
    made = openpyxl.load_workbook(write_workbook(load_study(results, opens), tmp_path / "charts.xlsx", "en"))

    def title(sheet: str) -> str:
        return "".join(run.t for run in made[sheet]._charts[0].title.tx.rich.p[0].r)

    for sheet in ("Heat by month", "By source", "Pressure diagram"):
        assert title(sheet).endswith(label), sheet


def test_figures_of_data_files_are_said_to_be_theirs_where_nobody_translates_them(
    book, results: Path, tmp_path: Path
) -> None:
    assert [cell.value for cell in book["Assumptions"][1]][-2:] == ["Source", "Note"]
    made = openpyxl.load_workbook(write_workbook(results, tmp_path / "zh.xlsx", "zh"))
    with use_language("zh"):
        heads = [_("Source, as in the data files"), _("Note, as in the data files")]
        sheet = _("Assumptions")
    assert [cell.value for cell in made[sheet][1]][-2:] == heads


def test_load_duration_falls_and_has_the_hours_of_the_schedule(book, results: Path) -> None:
    heat = load_study(results).cases["project"].networks["east"].schedule_mw["water"].sum(axis=1)
    load = [row["Project · East, hot water (MW)"] for row in sheet_rows(book["Load duration"])]
    load = [value for value in load if value is not None]
    assert len(load) == int((heat > 0).sum())
    assert np.all(np.diff(load) <= 0)
    assert sum(load) == pytest.approx(float(heat.sum()), rel=1e-9)


def test_no_name_becomes_a_formula_or_a_link(hostile_results: Path, tmp_path: Path) -> None:
    made = openpyxl.load_workbook(write_workbook(hostile_results, tmp_path / "hostile.xlsx", "en"))
    cells = [cell for page in made for row in page.iter_rows() for cell in row]
    assert any(isinstance(cell.value, str) and cell.value.startswith("=HYPERLINK") for cell in cells)
    assert all(cell.data_type != "f" and cell.hyperlink is None for cell in cells)


def test_headings_are_chinese_and_pressures_megapascal(results: Path, tmp_path: Path) -> None:
    made = openpyxl.load_workbook(write_workbook(results, tmp_path / "zh.xlsx", "zh"))
    with use_language("zh"):
        sheet, unit = _("Pressure diagram"), _("m of water column")
    assert unit != "m of water column"
    assert any(unit in str(cell.value) for cell in made[sheet][1])


def test_same_results_give_the_same_bytes(results: Path, tmp_path: Path) -> None:
    first, second = (write_workbook(results, tmp_path / name, "en").read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert first == second
