"""`heatnet pressure`, `report` of several cases and `export`, on a small results folder: files, words, refusals."""

import json
import re
from pathlib import Path

import pandapipes
import pyogrio
import pytest

INPUT = 2


def test_pressure_writes_beside_the_results_or_where_it_is_told(heatnet, results: Path, tmp_path: Path) -> None:
    for name in ("a.svg", "b.pdf", "c.png"):
        answer = heatnet(
            "pressure",
            results / "project",
            "--network",
            "east",
            "--hour",
            "design",
            "--hour",
            "p50",
            "--out",
            tmp_path / name,
        )
        assert answer.code == 0, answer.err
        assert str(tmp_path / name) in answer.out
        assert (tmp_path / name).stat().st_size > 5000
    answer = heatnet(
        "pressure",
        results,
        "--case",
        "base",
        "--case",
        "project",
        "--path",
        "plant4",
        "hx_n2",
        "--lang",
        "zh",
        "--out",
        tmp_path / "d.svg",
    )
    assert answer.code == 0, answer.err


@pytest.mark.parametrize(
    ("words", "place", "known"),
    [
        (("--case", "nobody"), "--case", "project"),
        (("--network", "nobody"), "--network", "east"),
        (("--path", "plant4", "hx_n5"), "--path", "hx_n4"),
        (("--path", "n0", "plant4"), "--path", "pipes join"),
        (("--hour", "soon"), "--hour", "design"),
        (("--hour", "2025-07-01 00:00"), "--hour", "solved"),
        (("--out", "diagram.docx"), "--out", ".svg"),
        (("--path", "plant4", "--out", "x.svg"), "--path", "--path A B"),
        (("--path", "plant4"), "--path", "'plant4' alone"),
        (("--path",), "--path", "no place"),
    ],
)
def test_pressure_refuses_what_the_results_do_not_hold(
    heatnet, results: Path, tmp_path: Path, words, place, known
) -> None:
    before = set(results.rglob("*"))
    answer = heatnet("pressure", results, *words)
    assert answer.code == INPUT
    assert place in answer.err
    assert known in answer.err
    assert set(results.rglob("*")) == before
    assert list(tmp_path.glob("*.svg")) == []


def test_pressure_refuses_a_case_beside_the_folder_of_another(heatnet, results: Path, tmp_path: Path) -> None:
    answer = heatnet("pressure", results / "project", "--case", "base", "--out", tmp_path / "a.svg")
    assert answer.code == INPUT
    assert "--case" in answer.err
    assert not (tmp_path / "a.svg").exists()
    answer = heatnet("pressure", results / "project", "--case", "project", "--out", tmp_path / "a.svg")
    assert answer.code == 0, answer.err


@pytest.mark.parametrize(
    ("command", "case", "first"),
    [("map", "project", ["1", "0"]), ("report", "base", ["Baseline", "Project"])],
)
def test_pages_of_a_case_hold_the_study_and_open_with_the_case(
    heatnet, results: Path, tmp_path: Path, command: str, case: str, first: list[str]
) -> None:
    answer = heatnet(command, results / case, "--out", tmp_path / "of_case.html")
    assert answer.code == 0, answer.err
    assert f"all cases of {results.name}; {case} opens first" in answer.out
    assert heatnet(command, results, "--out", tmp_path / "page.html").out.count("opens first") == 0
    answer = heatnet(command, results / "outage", "--out", tmp_path / "page.html")
    assert "outage has no results" in answer.out
    pages = [(tmp_path / name).read_text(encoding="utf-8") for name in ("of_case.html", "page.html")]
    found = [re.search(r'"start":\s?(\d)|<details open class="case"><summary>([^<]*)', page) for page in pages]
    assert [one[1] or one[2] for one in found] == first


def test_export_of_a_study_says_which_case_it_takes(heatnet, results: Path, tmp_path: Path) -> None:
    answer = heatnet("export", results, "--out", tmp_path / "hour.gpkg")
    assert answer.code == 0, answer.err
    assert "Case: Project (project)" in answer.out
    assert "Case:" not in heatnet("export", results / "base", "--out", tmp_path / "hour.gpkg").out


def test_report_of_several_cases_is_a_comparison(heatnet, results: Path, tmp_path: Path) -> None:
    answer = heatnet("report", results / "base", results / "project", "--out", tmp_path / "compare.html")
    assert answer.code == 0, answer.err
    assert "Comparison:" in answer.out
    assert "Comparison of 2 cases" in (tmp_path / "compare.html").read_text(encoding="utf-8")
    assert heatnet("report", results, results / "nobody").code == INPUT


def test_report_of_one_folder_has_its_workbook_beside_it(heatnet, results: Path, tmp_path: Path) -> None:
    answer = heatnet("report", results, "--out", tmp_path / "report.html")
    assert answer.code == 0, answer.err
    assert (tmp_path / "report.xlsx").is_file()


def test_export_of_a_geopackage(heatnet, results: Path, tmp_path: Path) -> None:
    answer = heatnet(
        "export", results / "project", "--format", "gpkg", "--hour", "p20", "--out", tmp_path / "hour.gpkg"
    )
    assert answer.code == 0, answer.err
    assert "2025-02-10 08:00" in answer.out
    assert "east_pipes" in {str(name) for name, _kind in pyogrio.list_layers(tmp_path / "hour.gpkg")}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--format", "pandapower"), "power network"),
        (("--format", "pandapipes", "--network", "works"), "--network"),
        (("--format", "pandapipes", "--hour", "2025-07-01 00:00"), "--hour"),
        (("--network", "nobody"), "east"),
    ],
)
def test_export_refuses_what_the_results_do_not_hold(heatnet, results: Path, words, said) -> None:
    before = set(results.rglob("*"))
    answer = heatnet("export", results / "project", *words)
    assert answer.code == INPUT
    assert said in answer.err
    assert set(results.rglob("*")) == before


def test_export_of_a_study_with_real_pipes_and_power(heatnet, study_draft, new_power_draft, tmp_path: Path) -> None:
    """A study run to its end: its hour as pandapipes and pandapower nets, as near as the solvers are."""
    study_draft.network.electric = new_power_draft()
    study_draft.data["simulation"] = {"hours": 2, "reference_hours": 0}
    study, folder = study_draft.write(tmp_path), tmp_path / "results"
    assert heatnet("run", study, "--out", folder, "--workers", "1").code == 0
    answer = heatnet("export", folder / "project", "--format", "pandapipes", "--out", tmp_path / "water.json")
    assert answer.code == 0, answer.err
    assert float(answer.out.split("results: ")[1].split(" bar")[0]) < 1e-4
    net = pandapipes.from_json(str(tmp_path / "water.json"))
    assert set(net.heat_consumer["name"]) == {"c1", "c2", "c3"}
    answer = heatnet("export", folder / "project", "--format", "pandapower", "--out", tmp_path / "power.json")
    assert answer.code == 0, answer.err
    assert float(answer.out.split("results: ")[1].split(" p.u.")[0]) < 1e-6
    assert json.loads((tmp_path / "power.json").read_text(encoding="utf-8"))
    answer = heatnet("export", folder / "project", "--format", "gpkg", "--out", tmp_path / "hour.gpkg")
    assert answer.code == 0, answer.err
    assert {str(name) for name, _kind in pyogrio.list_layers(tmp_path / "hour.gpkg")} >= {"tiny_electric_lines"}


def test_export_refuses_an_hour_that_nothing_was_solved_for(heatnet, results: Path, tmp_path: Path) -> None:
    answer = heatnet("export", results / "project", "--hour", "2050-01-01 00:00", "--out", tmp_path / "hour.gpkg")
    assert answer.code == INPUT
    assert "2050-01-01" in answer.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("key", ["", "0123abc"])
def test_map_opens_with_the_key_of_the_environment_and_keeps_it_out_of_the_file(
    heatnet, results: Path, tmp_path: Path, monkeypatch, key: str
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) is None)
    monkeypatch.setenv("TIANDITU_KEY", key)
    path = tmp_path / "karte 1.html"
    answer = heatnet("map", results, "--out", path)
    assert answer.code == 0, answer.err
    assert opened == []
    plain = path.read_bytes()
    answer = heatnet("map", results, "--out", path, "--open")
    assert answer.code == 0, answer.err
    assert opened == [path.as_uri() + (f"#tianditu={key}" if key else "")]
    assert path.read_bytes() == plain
    assert not key or key.encode() not in plain
    monkeypatch.setattr("webbrowser.open", lambda address: False)
    answer = heatnet("map", results, "--out", path, "--open")
    assert answer.code == 0
    assert "no browser was found" in answer.out
