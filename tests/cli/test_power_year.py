"""`heatnet power`: how long a row lasts, the typical year around a boundary, margins, and what it refuses of a boundary."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from heatnet.cli.words import three_digits
from heatnet.io.network_folder import save_power_network
from tests.electric.conftest import substation

OTHER_MONDAY = "2025-01-06"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "town"
    save_power_network(substation(v_set_pu=1.02), path)
    return path


@pytest.fixture
def boundary(tmp_path):
    """Return a writer of `load_p_mw` of the works, in steps."""

    def write(freq="h", values=(1.0, 2.0, 3.0, 4.0), start=f"{OTHER_MONDAY}T10:00", **files):
        path = tmp_path / "hours"
        path.mkdir()
        time = pd.date_range(start, periods=len(values), freq=freq, name="time")
        pd.DataFrame({"works": values}, index=time).to_csv(path / "load_p_mw.csv", date_format="%Y-%m-%dT%H:%M")
        for name, text in files.items():
            (path / name.replace("__", ".")).write_text(text)
        return path

    return write


def cells(answer, label):
    line = next(line for line in answer.out.splitlines() if label in line)
    return line.split()[-1]


def test_quarters_of_an_hour_are_not_hours(heatnet, folder, boundary):
    """40 MW and on average 2.5 MW over four quarters of an hour: 42.5 MWh."""
    answer = heatnet("power", folder, "--boundary", boundary("15min"))
    assert answer.code == 0
    assert cells(answer, "Loads, MWh") == "42.5"
    assert cells(answer, "Duration of the rows, h") == "1"


def test_a_gap_is_named_and_means_take_the_place_of_energies(heatnet, folder, boundary):
    path = boundary()
    text = (path / "load_p_mw.csv").read_text().replace("T13:00", "T18:00")
    (path / "load_p_mw.csv").write_text(text)
    answer = heatnet("power", folder, "--boundary", path)
    assert "MWh" not in answer.out
    assert cells(answer, "Loads, mean, MW") == "42.5"
    assert "1 h as a rule, others 1, the first of 6 h after 2025-01-06 12:00" in answer.out


def test_one_state_has_powers(heatnet, folder):
    answer = heatnet("power", folder)
    assert "MWh" not in answer.out
    assert cells(answer, "Loads, mean, MW") == "44.0"
    assert "2 of 2 loads stand at p_mw, their largest power" in answer.out
    assert "photovoltaics stand at 0 (1)" in answer.out


def test_what_a_boundary_leaves_open_is_said(heatnet, folder, boundary):
    answer = heatnet("power", folder, "--boundary", boundary())
    assert "1 of 2 loads stand at p_mw, their largest power; photovoltaics stand at 0 (1). With --year" in answer.out


def test_the_typical_year_stands_around_a_boundary(heatnet, folder, boundary, tmp_path):
    """At the boundary's hours the works are as given, and the sun shines as in the typical year's hours."""
    year, part = tmp_path / "year", tmp_path / "part"
    assert heatnet("power", folder, "--year", "--out", year).code == 0
    path = boundary(values=(1.0, 2.0), start="2031-06-17T11:30", freq="30min")
    answer = heatnet("power", folder, "--year", "--boundary", path, "--out", part)
    assert answer.code == 0
    assert "Not in the boundary" not in answer.out
    assert pd.read_parquet(part / "load_p_mw.parquet")["works"].tolist() == [1.0, 2.0]
    sun, typical = (pd.read_parquet(place / "generator_p_mw.parquet").set_index("time")["pv"] for place in (part, year))
    hour = typical.index.strftime("%m-%d %H").get_indexer(["06-17 11", "06-17 12"])
    assert sun.tolist() == typical.iloc[hour].tolist()
    assert min(sun) > 0.5


def test_constants_hold_for_the_whole_typical_year(heatnet, folder, tmp_path):
    path = tmp_path / "hours"
    path.mkdir()
    (path / "boundary.yaml").write_text("load_p_mw: {works: 3}\n")
    assert heatnet("power", folder, "--year", "--boundary", path, "--out", tmp_path / "out").code == 0
    loads = pd.read_parquet(tmp_path / "out" / "load_p_mw.parquet")
    assert len(loads) == 8760
    assert (loads["works"] == 3.0).all()


def test_seconds_have_no_place_in_the_year(heatnet, folder, tmp_path):
    path = tmp_path / "hours"
    path.mkdir()
    (path / "load_p_mw.csv").write_text("time,works\n0,1\n900,2\n")
    answer = heatnet("power", folder, "--year", "--boundary", path)
    assert answer.code == 2
    assert "seconds have no place in the typical year" in answer.err


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        ("load_p_mw: {works: 20.5}", "load_p_mw, works", ("p_mw is 4", "At most 5 times that", "looks like kW")),
        ("generator_p_mw: {pv: 3.1}", "generator_p_mw, pv", ("capacity_mw is 3", "At most that", "Correct the value")),
        ("generator_p_mw: {pv: 2900}", "generator_p_mw, pv", ("capacity_mw is 3", "looks like kW")),
        ("battery_p_mw: {battery: -5.5}", "battery_p_mw, battery", ("power_mw is 5", "Correct the value or power_mw")),
    ],
)
def test_powers_beyond_what_elements_were_built_for(heatnet, folder, tmp_path, line, place, words):
    path = tmp_path / "hours"
    path.mkdir()
    (path / "boundary.yaml").write_text(line + "\n")
    answer = heatnet("power", folder, "--boundary", path)
    assert answer.code == 2
    assert f"hours/boundary.yaml, key {place}" in answer.err
    assert [word for word in words if word not in answer.err] == []
    assert "1 problem" in answer.err


def test_a_load_without_size_is_bounded_by_what_leads_to_its_bus(heatnet, tmp_path):
    """One cable of 0.48 kA at 10 kV carries 8.31 MVA, five times which is 41.6."""
    network = substation()
    loads = network.loads.assign(p_mw=[40.0, np.nan], supplies=[None, "heat_pump"])
    save_power_network(network.with_tables(loads=loads), tmp_path / "town")
    path = tmp_path / "hours"
    path.mkdir()
    (path / "boundary.yaml").write_text("load_p_mw: {works: 41}\n")
    assert heatnet("power", tmp_path / "town", "--boundary", path).code != 2
    (path / "boundary.yaml").write_text("load_p_mw: {works: 43}\n")
    answer = heatnet("power", tmp_path / "town", "--boundary", path)
    assert answer.code == 2
    assert "what leads to its bus is 8.3" in answer.err


def test_margins_are_a_table_with_what_limits_them(heatnet, folder, boundary, tmp_path):
    out = tmp_path / "out"
    answer = heatnet("power", folder, "--boundary", boundary(), "--margins", "--out", out, "--csv")
    assert answer.code == 0
    assert "with cos φ 0.95" in " ".join(answer.out.split())
    margins = pd.read_csv(out / "margins.csv").set_index("bus")
    assert margins.loc["end", "limit"] == "line"
    assert margins.loc["end", "element"] == "feeder"
    assert margins.loc["end", "time"].startswith("2025-01-06 13:00"), "the hour of the heaviest works"
    assert (margins["cos_phi"] == 0.95).all()
    assert "line feeder" in answer.out
    assert heatnet("power", folder, "--out", out, "--csv").code == 0
    assert not (out / "margins.csv").exists(), "it belongs to the run before"


def test_the_pandapower_file_is_of_the_highest_loading_and_says_so(heatnet, folder, boundary, tmp_path):
    out = tmp_path / "out"
    answer = heatnet("power", folder, "--boundary", boundary(values=(1.0, 6.0, 2.0)), "--out", out)
    said = "highest loading, 2025-01-06 11:00: feeder, "
    assert f"worst_hour_pandapower.json: {said}" in answer.out
    net = json.loads((out / "worst_hour_pandapower.json").read_text())
    assert said in net["_object"]["name"]


def test_three_digits():
    figures = {8.4: "8.40", 0.0312: "0.0312", 272.46: "272", 12345.6: "12,346", 0.0: "0", 9.996: "10.0", -3.1: "-3.10"}
    assert {value: three_digits(value) for value in figures} == figures


def test_a_boundary_that_is_a_file_or_no_table_says_what_to_do(heatnet, folder, boundary):
    path = boundary()
    answer = heatnet("power", folder, "--boundary", path / "load_p_mw.csv")
    assert answer.code == 2
    assert "is a file" in answer.err
    assert "Put the table into a folder, named after its variable (load_p_mw.csv)" in answer.err
    (path / "load_p_mw.csv").write_text("time;works\n2025-01-01T00:00;1,5\n")
    answer = heatnet("power", folder, "--boundary", path)
    assert "separated by semicolons or tabs" in answer.err
    assert "Save it with commas between the columns and points in the numbers." in answer.err
    (path / "load_p_mw.csv").write_text("works,time\n1.5,2025-01-01T00:00\n")
    assert "Put a column 'time' first" in heatnet("power", folder, "--boundary", path).err


def test_check_knows_a_power_network(heatnet, folder):
    answer = heatnet("check", folder)
    assert answer.code == 0
    assert "Power network substation: buses 3 (110 / 10 kV), lines 1, transformers 1" in answer.out
    assert "loads 2, 44.0 MW at most; generators 1, 3.0 MW; batteries 1" in answer.out


def test_check_tells_the_power_network_of_a_heat_network(heatnet):
    from heatnet.io.bundled import bundled_path

    answer = heatnet("check", bundled_path("networks") / "teda_east")
    assert answer.code == 0
    assert "Power network TEDA East power" in answer.out
    assert "Warning: line" not in answer.out


def test_check_warns_of_types_for_another_voltage_and_of_kilometres(heatnet, tmp_path):
    path = tmp_path / "town"
    path.mkdir()
    (path / "network.yaml").write_text("format_version: 1\ncarrier: electric\ncrs: local\n")
    (path / "buses.csv").write_text("id,v_nom_kv,x,y\na,10,0,0\nb,10,2500,0\nc,10,2500,300\n")
    (path / "grids.csv").write_text("id,bus\ng,a\n")
    (path / "loads.csv").write_text("id,bus,p_mw\nl,b,1\n")
    (path / "lines.csv").write_text(
        "id,from_bus,to_bus,length_m,std_type\nab,a,b,2.5,YJV22-8.7/15-3x300\nbc,b,c,310,LGJ-240/110\n"
    )
    answer = heatnet("check", path)
    assert answer.code == 0
    assert "Warning: line ab: 2.5 m long, but its buses lie 2,500 m apart; length_m is in metres" in answer.out
    assert "Warning: line bc: type LGJ-240/110 is made for 110 kV, its buses have 10 kV" in answer.out
    assert answer.out.count("Warning") == 2
    assert "Warning: line ab: 2.5 m long" in heatnet("power", path).out


def test_help_shows_flags_without_a_type_and_whole_chinese_texts(heatnet):
    answer = heatnet("--lang", "zh", "power", "--help")
    assert "<bool>" not in answer.out
    assert "…" not in answer.out
    assert "<bool>" not in heatnet("simulate", "--help").out


def test_electrical_results_stand_under_an_electrical_heading(heatnet, folder):
    out = heatnet("--lang", "zh", "power", folder).out
    assert "\n电网" in out
    assert "\n管网" not in out
