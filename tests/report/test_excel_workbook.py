"""The workbook: numbers are numbers, names are never formulas, failed cases keep their row."""

import json
import shutil
from pathlib import Path

import pytest
import xlsxwriter

from heatnet.i18n import _, use_language
from heatnet.io.excel import write_excel
from heatnet.io.excel_sheet import LINE_POINTS, Head, Writer, line_count
from heatnet.io.words import code_label, unit_label
from heatnet.model.plant_kinds import PLANT_KINDS
from tests.report.sheet_rows import sheet_rows

openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture(scope="module")
def book(results: Path, tmp_path_factory: pytest.TempPathFactory):
    return openpyxl.load_workbook(write_excel(results, tmp_path_factory.mktemp("excel") / "results.xlsx", "en"))


def test_sheets_freeze_their_heading_and_filter(book) -> None:
    assert len(book.sheetnames) == 8
    assert all(page.freeze_panes and page.auto_filter.ref for page in book)
    assert sum(len(page._charts) for page in book) == 2


def test_verdict_carries_rates_as_numbers_and_the_failed_case_with_its_reason(book) -> None:
    rows = {row["Case"]: row for row in sheet_rows(book["Verdict"])}
    assert rows["Project"]["Headline substitution rate"] == pytest.approx(0.18)
    assert rows["Project"]["Lower end"] == pytest.approx(0.144)
    assert rows["Outage"]["Headline substitution rate"] is None
    assert rows["Outage"]["Reason"] == "unmet heat above the limit on 2025-01-16"


def test_a_study_without_ranges_has_no_ends(results: Path, tmp_path: Path) -> None:
    """Both ends of each range in its summary are the rate, as it was computed once."""
    folder = shutil.copytree(results, tmp_path / "once")
    file = folder / "summary.json"
    summary = json.loads(file.read_text(encoding="utf-8"))
    for case in summary["cases"].values():
        for zone in case.get("zones", {}).values():
            zone["substitution_range"] = _doubled(zone["substitution"])
    file.write_text(json.dumps(summary), encoding="utf-8")
    book = openpyxl.load_workbook(write_excel(folder, tmp_path / "once.xlsx", "en"))
    for sheet in ("Verdict", "Substitution rate"):
        rows = sheet_rows(book[sheet])
        assert any(row["Headline substitution rate" if sheet == "Verdict" else "Substitution rate"] for row in rows)
        assert {row[end] for row in rows for end in ("Lower end", "Upper end")} == {None}


def _doubled(tree):
    return {key: _doubled(part) for key, part in tree.items()} if isinstance(tree, dict) else [tree, tree]


def test_headings_and_names_are_seen_whole(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "wide.xlsx")
    heads = (Head("Case", width=12), Head("Heat of the year from waste heat sources", width=20))
    Writer(book).sheet("Sheet", heads, [("a case whose name is long", "short"), ("工业余热利用率", "short")])
    book.close()
    page = openpyxl.load_workbook(tmp_path / "wide.xlsx")["Sheet"]
    assert page.column_dimensions["A"].width == pytest.approx(len("a case whose name is long") + 1, abs=1)
    assert page.column_dimensions["B"].width == pytest.approx(20, abs=1)
    assert page.row_dimensions[1].height == pytest.approx(3 * LINE_POINTS)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("Case", 9, 1),
        ("Heat of the year", 16, 1),
        ("Heat of the year", 15, 2),
        ("Unmet heat (GWh)", 5, 3),
        ("unbreakable", 4, 3),
        ("工业余热利用率", 14, 1),
        ("工业余热利用率", 13, 2),
    ],
)
def test_a_heading_is_broken_between_words_and_chinese_anywhere(text: str, width: int, lines: int) -> None:
    assert line_count(text, width) == lines


def test_every_variant_of_the_rate_is_a_row(book) -> None:
    rows = sheet_rows(book["Substitution rate"])
    assert len(rows) == 2 * 5 * 3 * 3 * 2 * 2


def test_months_and_days_add_up_to_the_heat_of_the_summary(book, results: Path) -> None:
    summary = json.loads((results / "summary.json").read_text(encoding="utf-8"))
    expected = summary["cases"]["project"]["heat_by_plant_mwh"]["east/plant4"]
    row = next(r for r in sheet_rows(book["Heat by month"]) if (r["Case"], r["Heat source"]) == ("Project", "Plant 4"))
    months = [value for head, value in row.items() if head.startswith("month")]
    assert len(months) == 12
    assert sum(months) == pytest.approx(expected)
    assert row["Year (MWh)"] == pytest.approx(expected)
    days = [r["Project · East · Plant 4 (MWh)"] for r in sheet_rows(book["Heat by day"])]
    assert len(days) == 365
    assert sum(days) == pytest.approx(expected)


def test_design_hour_of_pipes_and_stations(book, results: Path) -> None:
    pipes = sheet_rows(book["Pipes, highest load"])
    row = next(r for r in pipes if (r["Case"], r["Network"], r["Pipe"]) == ("Baseline", "East", "pipe_a"))
    drop, length = row["Pressure drop, supply (bar)"], row["Length (m)"]
    # wall friction: local losses of 0.01 a metre are taken off, water of 950 kg/m3
    local = 0.01 * length * 950.0 * row["Velocity (m/s)"] ** 2 / 2
    assert row["Specific friction (Pa/m)"] == pytest.approx((abs(drop) * 1e5 - local) / length)
    assert row["Name, Chinese"] == "干管a"
    stations = sheet_rows(book["Stations, highest load"])
    assert len(stations) == 2 * 2 * 3
    assert all(
        isinstance(r["Heat taken (MW)"], float) and isinstance(r["Heated area (m²)"], int | float) for r in stations
    )


def test_a_name_that_looks_like_a_formula_stays_text(hostile_results: Path, tmp_path: Path, tiny: dict) -> None:
    book = openpyxl.load_workbook(write_excel(hostile_results, tmp_path / "hostile.xlsx", "en"))
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert any(cell.value == tiny["FORMULA"] for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}


def test_chinese_headings_and_same_bytes(results: Path, tmp_path: Path) -> None:
    first, second = (write_excel(results, tmp_path / name, "zh") for name in ("a.xlsx", "b.xlsx"))
    assert first.read_bytes() == second.read_bytes()
    assert "逐月供热量" in openpyxl.load_workbook(first).sheetnames


def test_codes_units_and_pressures_in_chinese(results: Path, tmp_path: Path, book) -> None:
    chinese = openpyxl.load_workbook(write_excel(results, tmp_path / "zh.xlsx", "zh"))
    drops = [[row[head] for row in sheet_rows(one[sheet])] for one, sheet, head in (
        (book, "Pipes, highest load", "Pressure drop, supply (bar)"),
        (chinese, "管段（最大负荷时刻）", "供水压降 (MPa)"),
    )]  # fmt: skip
    assert drops[1] == pytest.approx([0.1 * bar for bar in drops[0]])
    assert "全年运行费用 (元)" in [cell.value for cell in chinese["结论"][1]]
    kinds = {row["类型"] for row in sheet_rows(chinese["逐月供热量"])}
    assert kinds == {"燃煤热水锅炉", "燃气热水锅炉", "污水源热泵", "汽水换热首站", "热电联产蒸汽", "工艺余热"}
    assert not any("_" in str(cell.value) for cell in chinese["规划数字核查"]["F"])


def test_kind_is_that_of_the_row_s_own_case(results: Path, tmp_path: Path) -> None:
    folder = tmp_path / "converted"
    shutil.copytree(results, folder)
    file = folder / "project" / "inputs" / "east" / "plants.geojson"
    text = (
        file.read_text(encoding="utf-8").replace('"coal_boiler"', '"gas_boiler"').replace('"lhv_mwh_per_t": 5.8, ', "")
    )
    file.write_text(text, encoding="utf-8")
    rows = sheet_rows(openpyxl.load_workbook(write_excel(folder, tmp_path / "a.xlsx", "en"))["Heat by month"])
    found = {row["Case"]: row["Kind"] for row in rows if row["Heat source"] == "Plant 4"}
    assert found == {"Baseline": "coal boiler", "Project": "gas boiler"}


def test_no_sheet_on_a_plan_where_there_is_none(results: Path, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(results, folder)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8")) | {"plan_claims": []}
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    assert "Plan figures" not in openpyxl.load_workbook(write_excel(folder, tmp_path / "a.xlsx", "en")).sheetnames


@pytest.mark.parametrize("kind", sorted(PLANT_KINDS))
def test_every_plant_kind_has_a_name(kind: str) -> None:
    assert code_label(kind) != kind


def test_units_are_written_as_people_write_them() -> None:
    assert [unit_label(unit) for unit in ("m2", "t CO2/GJ", "1", "CNY/GJ")] == ["m²", "t CO₂/GJ", "–", "CNY/GJ"]
    with use_language("zh"):
        assert [unit_label(unit) for unit in ("steam-t", "CNY/GJ", "bar")] == ["蒸吨", "元/GJ", "MPa"]


def test_steam_by_case_and_contract(steam_results: Path, tmp_path: Path) -> None:
    """A row for the network of the case whose pipes were solved, one for its contract; in Chinese pressures in MPa."""
    folder = shutil.copytree(steam_results, tmp_path / "results")
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    plant = {"name": {"en": "CHP steam", "zh": "热电厂"}, "kind": "chp_steam", "waste_class": "none"}
    summary["cases"]["project"]["plants"] = {"east/steam/chp": plant}
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    made = openpyxl.load_workbook(write_excel(folder, tmp_path / "steam.xlsx", "en"))
    network, contract = sheet_rows(made["Steam"])
    assert (network["Case"], network["Network"], network["Plant"]) == ("Project", "East", None)
    assert network["Steam of the year (t)"] == 200000.0
    assert network["of it to process users (t)"] == 125000.0
    assert network["Heat lost on the way (MWh)"] == 6000.0
    assert network["Heat lost through the insulation, share"] == pytest.approx(0.0367)
    assert network["Least pressure above a user's need (bar)"] == pytest.approx(-0.25)
    assert network["Hours in which steam condenses on its way (h)"] == 100
    assert contract["Plant"] == "CHP steam"
    assert contract["at most a year (t)"] == 250000.0
    assert contract["at least in every hour (t/h)"] == 20.0
    assert contract["Power lost at the turbine (MWh)"] == 43000.0
    chinese = openpyxl.load_workbook(write_excel(folder, tmp_path / "zh.xlsx", "zh"))
    with use_language("zh"):
        words = _("Least pressure above a user's need")
        (row, _contract) = sheet_rows(chinese[_("Steam")])
    assert row[f"{words} (MPa)"] == pytest.approx(-0.025)


def test_without_solved_steam_there_is_no_such_sheet(book) -> None:
    assert "Steam" not in book.sheetnames
