"""`heatnet solve`: networks from tables alone, states from boundaries, tables written, options refused."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from heatnet.io.results_store import read_table

HEAT = "time,c1,c2,c3\n{a},3.0,2.0,3.5\n{b},2.0,1.5,2.5\n{c},1.0,0.5,1.5\n"


@pytest.fixture
def network(draft, tmp_path):
    return draft.write(tmp_path / "tiny")


def boundary_of(folder, a, b, c):
    folder.mkdir()
    (folder / "consumer_heat_mw.csv").write_text(HEAT.format(a=a, b=b, c=c))
    (folder / "boundary.yaml").write_text("plant_heat_mw: {heat_pump: 0.5}\n")
    return folder


def test_a_network_of_tables_without_coordinates(network, heatnet):
    answer = heatnet("solve", network)
    assert answer.code == 0
    for word in ("Tiny", "Heat from sources", "Heat loss", "Available pressure, worst consumer", "boiler"):
        assert word in answer.out
    assert "Traceback" not in answer.err


def test_in_chinese(network, heatnet):
    answer = heatnet("solve", network, "--lang", "zh")
    assert answer.code == 0
    assert "小网" in answer.out
    assert "Heat loss" not in answer.out


@pytest.mark.parametrize(
    "times",
    [("2025-01-01T00:00", "2025-01-01T01:00", "2025-01-01T02:00"), (0, 900, 1800)],
    ids=["stamps", "seconds"],
)
@pytest.mark.parametrize("flags", [["--csv"], []], ids=["csv", "parquet"])
def test_three_rows_of_a_boundary(times, flags, network, heatnet, tmp_path):
    """Every table has the three times as they were given; consumers get what the boundary says."""
    folder = boundary_of(tmp_path / "hours", *times)
    answer = heatnet("solve", network, "--boundary", folder, "--out", "states", *flags)
    assert answer.code == 0
    suffix = ".csv" if flags else ".parquet"
    files = sorted((tmp_path / "states").iterdir())
    assert {file.suffix for file in files} == {suffix}
    heat = read_table(tmp_path / "states" / f"consumer_heat_mw{suffix}")
    expected = [pd.Timestamp(time) for time in times] if isinstance(times[0], str) else [float(time) for time in times]
    assert list(heat.index) == expected
    assert heat["c1"].to_numpy() == pytest.approx([3.0, 2.0, 1.0], rel=1e-9)
    state = read_table(tmp_path / "states" / f"network{suffix}")
    plants = read_table(tmp_path / "states" / f"plant_heat_mw{suffix}")
    gap = plants.sum(axis=1) - heat.sum(axis=1) - state["heat_loss_mw"]
    assert gap.abs().max() < 1e-4
    assert plants["heat_pump"].to_numpy() == pytest.approx([0.5] * 3, rel=1e-6)
    assert list(state["status"]) == ["ok"] * 3
    names = {file.name.removesuffix(suffix) for file in files}
    assert {"node_t_supply_degc", "pipe_velocity_m_per_s", "plant_pump_mw", "consumer_dp_bar"} <= names


def test_hours_that_fail_are_rows_with_their_status(network, heatnet, tmp_path):
    """In the last hour the heat pump is to give more than all consumers take: no state, but the others stand."""
    folder = boundary_of(tmp_path / "hours", 0, 1, 2)
    (folder / "plant_heat_mw.csv").write_text("time,heat_pump\n0,0.5\n1,0.5\n2,29\n")
    (folder / "boundary.yaml").unlink()
    answer = heatnet("solve", network, "--boundary", folder, "--out", "states")
    assert answer.code == 0
    state = read_table(tmp_path / "states" / "network.parquet")
    assert list(state["status"])[:2] == ["ok", "ok"]
    assert not state["status"].iloc[2].startswith("ok")
    assert state["heat_loss_mw"].isna().tolist() == [False, False, True]


def test_no_hour_at_all_is_exit_code_3(draft, heatnet, tmp_path):
    draft.row("plants", "heat_pump")["heat_mw"] = 29
    draft.row("plants", "heat_pump")["capacity_mw"] = 29
    answer = heatnet("solve", draft.write(tmp_path / "tiny"))
    assert answer.code == 3
    assert "No state could be solved" in answer.err


def test_the_outdoor_temperature_sets_the_load(network, heatnet, tmp_path):
    assert heatnet("solve", network, "--outdoor-degc", "5.5", "--out", "mild").code == 0
    assert heatnet("solve", network, "--outdoor-degc", "-7", "--out", "cold").code == 0
    mild = read_table(tmp_path / "mild" / "consumer_heat_mw.parquet").sum(axis=1).item()
    cold = read_table(tmp_path / "cold" / "consumer_heat_mw.parquet").sum(axis=1).item()
    assert mild / cold == pytest.approx((18 - 5.5) / (18 + 7), rel=1e-9)


def test_water_that_boils_is_said(network, heatnet, tmp_path):
    """At 180 °C water needs 10 bar; the constant-pressure point and the pump give about 5."""
    (tmp_path / "hot").mkdir()
    (tmp_path / "hot" / "boundary.yaml").write_text("plant_t_supply_degc: {boiler: 180}\n")
    answer = heatnet("solve", network, "--boundary", "hot")
    assert answer.code == 0
    assert "the water boils" in answer.out
    assert "the water boils" not in heatnet("solve", network).out


def test_a_day_without_load(draft, heatnet, tmp_path):
    draft.row("plants", "heat_pump")["heat_mw"] = 0
    answer = heatnet("solve", draft.write(tmp_path / "tiny"), "--outdoor-degc", "25")
    assert answer.code == 0


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (["--outdoor-degc", "nan"], "--outdoor-degc"),
        (["--outdoor-degc", "-300"], "--outdoor-degc"),
        (["--outdoor-degc", "5", "--boundary", "hours"], "--outdoor-degc"),
        (["--csv"], "--csv"),
        (["--boundary", "nowhere"], "nowhere"),
        (["--boundary", "tiny"], "nodes.csv"),
    ],
    ids=[
        "not a number",
        "below absolute zero",
        "beside a boundary",
        "csv without out",
        "no boundary",
        "not a boundary",
    ],
)
def test_options_that_make_no_sense(words, place, network, heatnet, tmp_path):
    answer = heatnet("solve", network, *words, *(["--out", "states"] if "--csv" not in words else []))
    assert answer.code == 2
    assert place in answer.err
    assert not (tmp_path / "states").exists()


def test_a_folder_that_is_a_file(network, heatnet, tmp_path):
    (tmp_path / "states").touch()
    answer = heatnet("solve", network, "--out", "states")
    assert answer.code == 2
    assert "states" in answer.err
    assert "Traceback" not in answer.err


def test_a_site_has_no_pipes_to_solve(study_draft, heatnet, tmp_path):
    answer = heatnet("solve", study_draft.network.steam.write(tmp_path / "steam_net"))
    assert answer.code == 2
    assert "steam" in answer.err


def test_bad_input_prints_everything_and_writes_nothing(draft, heatnet, tmp_path):
    draft.row("pipes", "p1")["length_m"] = -5
    draft.row("pipes", "p4")["to_node"] = "ende"
    draft.meta["desing"] = draft.meta.pop("design")
    answer = heatnet("solve", draft.write(tmp_path / "tiny"), "--out", "states")
    assert answer.code == 2
    assert "problems in the input; nothing was written" in answer.err
    for word in ("(p1), length_m", "-5", "'ende' does not exist", "'end'", "key desing", "'design'"):
        assert word in answer.err
    assert not (tmp_path / "states").exists()
    assert answer.out == ""


def test_bad_input_in_chinese(draft, heatnet, tmp_path):
    draft.row("pipes", "p1")["length_m"] = -5
    answer = heatnet("--lang=zh", "solve", draft.write(tmp_path / "tiny"))
    assert answer.code == 2
    assert "未写入任何文件" in answer.err
    assert "nothing was written" not in answer.err


def test_names_with_brackets_are_printed_as_they_are(draft, heatnet, tmp_path):
    draft.meta["name"]["en"] = "Tiny [/bold] [red]net"
    draft.row("consumers", "c3")["x_name_en"] = "[bold]end"
    answer = heatnet("solve", draft.write(tmp_path / "tiny"))
    assert answer.code == 0
    assert "Tiny [/bold] [red]net" in answer.out
    assert "[bold]end" in answer.out


def test_geojson_with_geometry_solves_as_well(drawn, heatnet, tmp_path):
    assert heatnet("solve", drawn.write(tmp_path / "tiny", ".geojson"), "--out", "states", "--csv").code == 0
    assert len(pd.read_csv(tmp_path / "states" / "pipe_mdot_kg_per_s.csv").columns) == 5
    assert json.loads((tmp_path / "tiny" / "pipes.geojson").read_text())["features"]
