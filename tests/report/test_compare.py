"""Cases side by side: what differs is listed and nothing else, differences are the second less the first, names stay text."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from heatnet.errors import InputError
from heatnet.io.results_store import read_table, write_table
from heatnet.report.charts import STEP_H
from heatnet.report.compare import build_comparison
from heatnet.report.differences import Entry, input_differences
from heatnet.web.offline import external_references
from heatnet.web.results_view import load_study


def _entries(folder: Path, *cases: str) -> list[Entry]:
    study = load_study(folder)
    return [Entry(study, study.cases[case], case) for case in cases]


def test_the_one_input_that_differs_is_listed_by_name_with_both_values(results: Path) -> None:
    # the project case builds 12 MW of heat pump, the base case none
    (only,) = input_differences(_entries(results, "base", "project"))
    assert only.place == "East"
    assert only.name == "plants: Sewage heat pump (sewage), capacity_mw"
    assert only.values == ("0", "12")


def test_keys_of_the_case_file_are_compared_by_value_not_by_source(results: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(results, tmp_path / "keys")
    for case, price in (("base", 300.0), ("project", 310.0)):
        figures = {
            "gas": {"value": price, "source": f"source of {case}", "note": ""},
            "coal": {"value": 1.0, "source": case},
        }
        content = {"case": case, "inputs_sha256": case, "season": {"start": "11-15"}, "prices": figures}
        (folder / case / "case.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    found = {one.name: one.values for one in input_differences(_entries(folder, "base", "project")) if not one.place}
    assert found == {"prices.gas": ("300", "310")}


def test_a_case_is_the_same_as_itself(results: Path) -> None:
    assert input_differences(_entries(results, "project", "project")) == []


def test_the_page_holds_results_and_their_difference(results: Path, tmp_path: Path) -> None:
    html = build_comparison([results], tmp_path / "compare.html", "en").read_text(encoding="utf-8")
    assert external_references(html) == []
    summary = json.loads((results / "summary.json").read_text(encoding="utf-8"))
    totals = [summary["cases"][case]["co2"]["average"]["total_t_co2"] for case in ("base", "project")]
    row = re.search(r"CO₂, average grid factor</th>.*?</tr>", html, re.DOTALL)[0]
    cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
    less = f"{totals[1] - totals[0]:,.0f}".replace("-", "−")
    assert cells == ["t CO₂", f"{totals[0]:,.0f}", f"{totals[1]:,.0f}", less]


def test_cases_of_several_folders_carry_their_study(results: Path, tmp_path: Path) -> None:
    other = shutil.copytree(results, tmp_path / "other")
    paths = [results / "project", other / "project", other / "base"]
    html = build_comparison(paths, tmp_path / "compare.html", "en").read_text(encoding="utf-8")
    assert "tiny: Project" in html
    assert "other: Project" in html
    assert "other: Baseline" in html
    assert "tiny: Baseline" not in html


def _curves(page: Path) -> dict[str, list[dict]]:
    text = re.search(r'<script[^>]*id="heatnet-data"[^>]*>(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)[
        1
    ]
    return {one["id"].split("-", 1)[1]: one["series"] for one in json.loads(text)["curves"]}


def test_the_curve_of_waste_heat_has_what_exchange_stations_pass_on(results: Path, tmp_path: Path, tiny: dict) -> None:
    """The largest value is that of the hours of largest heat x share, plant by plant, exchange stations with half."""
    assert tiny["WASTE_SHARE"]["steam_exchange"] == 0.5
    found = _curves(build_comparison([results], tmp_path / "compare.html", "en"))["east-water-waste"]
    for case, series in zip(("base", "project"), found, strict=True):
        water = results / case / "east" / "water"
        heat, share = (read_table(water / f"dispatch_{name}.parquet") for name in ("heat_mw", "waste_share"))
        assert (heat["exchange"] > 0).any()
        waste = np.sort((heat * share).sum(axis=1).to_numpy())[::-1]
        assert series["mw"][0] == pytest.approx(waste[:STEP_H].mean(), abs=0.006)


def test_curves_that_differ_by_rounding_alone_are_not_drawn(results: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(results, tmp_path / "alike")
    shutil.rmtree(folder / "project" / "west")
    shutil.copytree(folder / "base" / "west", folder / "project" / "west")
    file = folder / "project" / "west" / "water" / "dispatch_heat_mw.parquet"
    heat = read_table(file)
    for factor, drawn in ((1.0 + 1e-9, False), (1.01, True)):
        write_table(heat * factor, file)
        page = build_comparison([folder], tmp_path / "compare.html", "en")
        assert ("west-water-all" in _curves(page)) == drawn


def test_one_case_is_nothing_to_compare(results: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        build_comparison([results / "base"], tmp_path / "compare.html", "en")
    assert not (tmp_path / "compare.html").exists()


def test_hostile_names_stay_text(hostile_results: Path, tmp_path: Path) -> None:
    html = build_comparison([hostile_results], tmp_path / "compare.html", "en").read_text(encoding="utf-8")
    assert "<script>document.documentElement.id" not in html
    assert "<img src=x" not in html


def test_same_results_give_the_same_bytes(results: Path, tmp_path: Path) -> None:
    first, second = (build_comparison([results], tmp_path / name, "zh").read_bytes() for name in ("a.html", "b.html"))
    assert first == second
