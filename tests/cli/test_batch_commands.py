"""`heatnet batch`, `query` and `compare` on the tiny study: files, words, exit codes."""

from __future__ import annotations

import json
import re
import sys

import pandas as pd
import pytest

BATCH = {
    "method": "list",
    "keep": {"elements": ["tiny/c1", "tiny/boiler"]},
    "dimensions": {
        "gas": {"label": "Gas price", "target": {"kind": "price", "key": "gas_cny_per_mwh", "how": "value"}},
        "pump": {
            "label": "Heat pump",
            "target": {
                "kind": "cell",
                "network": "tiny",
                "table": "plants",
                "column": "capacity_mw",
                "rows": "heat_pump",
                "how": "value",
            },
        },
    },
    "variants": {
        "cheap": {"values": {"gas": 200}},
        "dear": {"values": {"gas": 500, "pump": 1.2}},
    },
}


@pytest.fixture
def study(study_draft, tmp_path):
    study_draft.data["batch"] = BATCH
    return study_draft.write(tmp_path)


def test_a_batch_from_its_file_to_answers(heatnet, study, tmp_path):
    """Two variants run; a second call runs none; the query and the comparison tell what the files hold."""
    answer = heatnet("batch", study, "--workers", 1)
    assert answer.code == 0, answer.err
    assert "2 of 2 seasons run now, 0 without a result" in answer.out
    folder = tmp_path / "results" / "tiny" / "batch"
    cases = pd.read_parquet(folder / "cases.parquet").set_index("case")
    assert cases.loc["dear", "cost_fuel_gas_cny"] > 2 * cases.loc["cheap", "cost_fuel_gas_cny"]
    assert set(cases["base"]) == {"project"}
    hours = pd.read_parquet(folder / "hours.parquet")
    assert set(hours["element"]) == {"c1", "boiler"}
    assert {"dispatch_heat_mw", "consumer_heat_mw", "plant_heat_mw"} <= set(hours.columns)
    assert (folder / "cases" / "dear" / "case.yaml").is_file()
    again = heatnet("batch", study, "--workers", 1)
    assert "0 of 2 seasons run now" in again.out

    asked = heatnet("query", tmp_path / "results" / "tiny", 'select "case", in_gas from cases order by 1', "--json")
    assert json.loads(asked.out) == [{"case": "cheap", "in_gas": 200.0}, {"case": "dear", "in_gas": 500.0}]
    lines = heatnet("query", folder, 'select "case", in_gas from cases order by 1', "--csv").out.splitlines()
    assert lines == ["case,in_gas", "cheap,200.0", "dear,500.0"]
    assert "dear" in heatnet("query", folder, "select * from cases").out
    assert 'write "case"' in heatnet("query", folder, "select case, in_gas from cases").err

    compared = heatnet("compare", folder / "cases" / "cheap", folder / "cases" / "dear", "--json")
    rows = {row["name"]: row for row in json.loads(compared.out)}
    assert (rows["prices.gas_cny_per_mwh"]["cheap"], rows["prices.gas_cny_per_mwh"]["dear"]) == (200.0, 500.0)
    assert rows["overrides.tiny.plants.heat_pump.capacity_mw"]["dear"] == 1.2
    assert rows["cost_total_cny"]["cheap"] == pytest.approx(cases.loc["cheap", "cost_total_cny"])
    shown = heatnet("compare", folder / "cases" / "cheap", folder / "cases" / "dear")
    assert "prices.gas_cny_per_mwh" in shown.out
    assert "co2_average_total_t_co2" in shown.out


def test_another_target_runs_no_season_again(heatnet, study, study_draft, tmp_path):
    """The target is held against the rates when the page is made; seasons of another target alone are the same bytes."""
    assert heatnet("batch", study, "--workers", 1).code == 0
    folder, other = tmp_path / "results" / "tiny" / "batch", tmp_path / "other"
    assert json.loads((folder / "batch.json").read_text())["target_share"] == 0.15
    study_draft.data["target"]["rate_share"] = 0.4
    study_draft.write(tmp_path)
    assert "0 of 2 seasons run now" in heatnet("batch", study, "--workers", 1).out
    assert json.loads((folder / "batch.json").read_text())["target_share"] == 0.4
    assert re.search("40.% reached", (folder / "batch.html").read_text(encoding="utf-8"))
    assert "2 of 2 seasons run now" in heatnet("batch", study, "--workers", 1, "--out", other).out
    for name in ("cases.parquet", "elements.parquet", "hours.parquet"):
        assert (folder / name).read_bytes() == (other / name).read_bytes()
    study_draft.data["target"]["counting"] = "delivered"
    study_draft.write(tmp_path)
    assert "2 of 2 seasons run now" in heatnet("batch", study, "--workers", 1).out


@pytest.mark.parametrize(
    "damage", [lambda content: content[: len(content) // 2], lambda _content: b"", lambda _content: b"{ half"]
)
@pytest.mark.parametrize("file", ["cases.parquet", "elements.parquet", "batch.json"])
def test_a_damaged_table_is_told(heatnet, tmp_path, damage, file):
    pd.DataFrame({"case": ["a"] * 500, "base": "gas", "status": "ok"}).to_parquet(tmp_path / "cases.parquet")
    columns = {"statistic": "lacking_mwh", "kind": "consumer", "network": "tiny", "element": "c1", "value": 0.1}
    pd.DataFrame({"case": ["a"] * 500, **columns}).to_parquet(tmp_path / "elements.parquet")
    (tmp_path / "batch.json").write_text("{}", encoding="utf-8")
    (tmp_path / file).write_bytes(damage((tmp_path / file).read_bytes()) or b" ")
    asked = (("report", tmp_path), ("query", tmp_path, "select count(*) from cases"))
    for answer in (heatnet(*words) for words in (asked if file != "batch.json" else asked[:1])):
        assert answer.code == 2, answer.err
        assert "a table cannot be read" in answer.err
        assert "heatnet batch STUDY" in answer.err


def write_epw(file, zone):
    """A year without irradiance, its hours in a time zone."""
    head = f"LOCATION,Tianjin,TJ,CHN,TEST,545270,39.0,117.0,{zone},3.0\n" + "x\n" * 7
    hours = pd.date_range("2025-01-01", "2025-12-31 23:00", freq="h")
    rows = [
        f"2025,{t.month},{t.day},{t.hour + 1},0,?9,{10 - 15 * abs(t.month - 7) / 6:g},0,50,101000,0,0,300,9999"
        + ",0" * 21
        for t in hours
    ]
    file.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")


def test_weather_files_of_chinese_names_and_what_is_left_out_of_them(heatnet, study_draft, tmp_path):
    """Notes of the files are told once by check and batch, in case.yaml and on the page; folders bear the files' names."""
    target = {"kind": "weather", "epw": ["暖冬.epw", "寒冬.epw"]}
    study_draft.data["simulation"] |= {"rounds": 1, "reference_hours": 0}
    study_draft.data["batch"] = {
        "method": "one_at_a_time",
        "keep": "full",
        "check_one_in": 0,
        "dimensions": {"w": {"label": "Weather", "target": target}},
    }
    folder = study_draft.write(tmp_path)
    write_epw(folder / "暖冬.epw", "8.0")
    write_epw(folder / "寒冬.epw", "0.0")
    for command in ("check", "batch"):
        answer = heatnet(command, folder, *(("--workers", 1) if command == "batch" else ()))
        assert answer.code == 0, answer.err
        assert answer.out.count("time zone is UTC+0") == 1
        assert answer.out.count("global irradiance is left out") == 2
    results = tmp_path / "results" / "tiny" / "batch"
    cold = results / "cases" / "w-寒冬"
    assert "time zone is UTC+0" in (cold / "case.yaml").read_text(encoding="utf-8")
    assert "weather file 寒冬.epw" in (results / "batch.html").read_text(encoding="utf-8")
    asked = heatnet("query", results, "select \"case\" from cases where in_w = '寒冬.epw'", "--json")
    assert json.loads(asked.out) == [{"case": "w-寒冬"}]
    assert heatnet("report", results, "--lang", "zh").code == 0
    assert "气象文件 寒冬.epw：" in (results / "batch.html").read_text(encoding="utf-8")
    compared = heatnet("compare", cold, results / "cases" / "w-暖冬")
    assert compared.code == 0, compared.err
    assert "w-暖冬" in compared.out


def test_answers_are_valid_json(heatnet, tmp_path):
    """Two columns of one name, and what JSON has no number for."""
    pd.DataFrame({"case": ["a"], "rate_share": [0.2]}).to_parquet(tmp_path / "cases.parquet")
    sql = "select 1 as a, 2 as a, 3 as a_2, 'nan'::double as b, [1.0, 'inf'::double] as c from cases"
    answer = heatnet("query", tmp_path, sql, "--json")
    assert answer.code == 0, answer.err
    found = json.loads(answer.out, parse_constant=lambda word: pytest.fail(word))
    assert found == [{"a": 1, "a_3": 2, "a_2": 3, "b": None, "c": [1.0, None]}]


def a_case(folder, inputs_sha256):
    """A case of a batch that ended without a result, with its hash."""
    folder.mkdir(parents=True)
    row = {"case": folder.name, "base": "gas", "fingerprint": "f", "status": "killed"}
    (folder / "result.json").write_text(json.dumps(row), encoding="utf-8")
    text = f"season: {{start: 11-15}}\ninputs_sha256: {inputs_sha256}\n"
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    return folder


def test_inputs_that_no_case_keeps(heatnet, tmp_path):
    """Cases of one name in batches of two studies: told apart by their paths, and by their hashes where nothing else does."""
    one, other, twin = (a_case(tmp_path / name / "batch/cases/0007", name[:1]) for name in ("x", "y", "xx"))
    shown = heatnet("compare", one, other)
    assert shown.code == 0, shown.err
    assert "The inputs differ in networks or keys of the study that these cases do not keep" in " ".join(
        shown.out.split()
    )
    assert "No input differs" in heatnet("compare", one, twin).out
    header = heatnet("compare", one, other, twin, one, "--csv").out.splitlines()[0]
    assert header == "what,name,x/batch/cases/0007,y/batch/cases/0007,xx/batch/cases/0007"
    assert "is one case" in heatnet("compare", one, one).err


def test_a_study_without_a_batch(heatnet, study_draft, tmp_path):
    answer = heatnet("batch", study_draft.write(tmp_path))
    assert answer.code == 2
    assert "has no key batch" in answer.err
    assert not (tmp_path / "results").exists()


def test_elements_that_no_network_has(heatnet, study_draft, tmp_path):
    study_draft.data["batch"] = BATCH | {"keep": {"elements": ["tiny/c11", "tiny/steam/mill"]}}
    answer = heatnet("batch", study_draft.write(tmp_path))
    assert answer.code == 2
    assert "tiny/c11" in answer.err
    assert "tiny/c1" in answer.err.split("tiny/c11", 1)[1]
    assert "steam/mill" not in answer.err


def test_a_scheduler_without_dask(heatnet, study, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "distributed", None)
    answer = heatnet("batch", study, "--scheduler", "tcp://127.0.0.1:1")
    assert answer.code == 2
    assert "dask is not installed" in answer.err
    assert "heatnet[dask]" in answer.err
    assert not (tmp_path / "results").exists()


def test_one_case_is_no_comparison(heatnet, results):
    answer = heatnet("compare", results / "base")
    assert answer.code == 2
    assert "is one case" in answer.err
    assert answer.err.startswith("1 problem in the input.\n")
    assert heatnet("query", results, "select 1").err.startswith("1 problem in the input.\n")
    assert heatnet("report", results / "nowhere").err.startswith("1 problem in the input; nothing was written.\n")


def test_results_are_compared_case_by_case(heatnet, results):
    answer = heatnet("compare", results, "--csv")
    assert answer.code == 0, answer.err
    assert answer.out.splitlines()[0].startswith("what,name,")
    assert "result,cost_total_cny," in answer.out
