"""`heatnet simulate --transient` from folder to folder: tables read back, times as given, wrong boundaries, ends by signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heatnet.io.bundled import bundled_path
from heatnet.io.results_store import read_table
from heatnet.simulate.quantities import QUANTITIES

STAMPS = ("2025-01-15T07:00", "2025-01-15T08:00", "2025-01-15T09:00")
SECONDS = (100, 3700, 7300)
HEAT_MW = {"c1": (3.0, 2.0, 1.0), "c2": (2.0, 1.5, 0.5), "c3": (3.5, 2.5, 1.5)}
#: heats are iterated to 5e-7
HEAT_TOLERANCE_SHARE = 1e-6
BY_ELEMENT = {name for name, quantity in QUANTITIES.items() if quantity.dimension}


@pytest.fixture
def network(draft, tmp_path):
    for pipe in draft.tables["pipes"]:
        pipe["wall_j_per_mk"] = 8000
    return draft.write(tmp_path / "tiny")


def wide(times, values):
    return (
        "time,"
        + ",".join(values)
        + "\n"
        + "\n".join(",".join(str(cell) for cell in row) for row in zip(times, *values.values(), strict=True))
    )


def boundary_of(folder, times=STAMPS, **files):
    folder.mkdir()
    (folder / "consumer_heat_mw.csv").write_text(wide(times, HEAT_MW))
    (folder / "boundary.yaml").write_text("plant_heat_mw: {heat_pump: 0.5}\n")
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def tables_of(folder):
    return {file.stem: read_table(file) for file in folder.iterdir()}


@pytest.mark.parametrize("times", [STAMPS, SECONDS], ids=["stamps", "seconds"])
def test_from_folder_to_folder(times, network, heatnet, tmp_path):
    """A row every quarter of an hour; heats as asked for in between; given = taken + lost + stored from the files alone."""
    boundary_of(tmp_path / "hours", times)
    words = ("simulate", network, "--boundary", "hours", "--transient", "--step-s", "900")
    assert heatnet(*words, "--out", "states").code == 0
    read = tables_of(tmp_path / "states")
    assert set(read) == BY_ELEMENT | {"network"}
    first = pd.Timestamp(times[0]) if isinstance(times[0], str) else float(times[0])
    step = pd.Timedelta(minutes=15) if isinstance(times[0], str) else 900.0
    expected = [first + row * step for row in range(9)]
    assert all(list(table.index) == expected for table in read.values())
    assert set(read["network"]["status"]) == {"ok"}
    for consumer, values in HEAT_MW.items():
        asked = np.interp(np.arange(9), [0, 4, 8], values)
        np.testing.assert_allclose(read["consumer_heat_mw"][consumer], asked, rtol=HEAT_TOLERANCE_SHARE)
    given, taken = (read[f"{name}_heat_mw"].sum(axis=1).to_numpy() for name in ("plant", "consumer"))
    net, hours = given - taken - read["network"]["heat_loss_mw"].to_numpy(), 0.25
    gained, stored = (net[1:] + net[:-1]).sum() / 2 * hours, read["network"]["stored_heat_mwh"].to_numpy()
    # rows are instants: between them the plants' heat is not quite a straight line
    assert gained == pytest.approx(stored[-1] - stored[0], abs=1e-3 * given.sum() * hours)
    assert read["network"]["energy_residual_mw"].abs().max() < 1e-6 * read["plant_heat_mw"].to_numpy().max()


def test_the_first_row_is_the_steady_one_and_csv_holds_the_same_numbers(network, heatnet, tmp_path):
    boundary_of(tmp_path / "hours")
    words = ("simulate", network, "--boundary", "hours")
    assert heatnet(*words, "--out", "steady").code == 0
    assert heatnet(*words, "--transient", "--out", "moving").code == 0
    assert heatnet(*words, "--transient", "--out", "text", "--csv").code == 0
    steady, moving, text = (tables_of(tmp_path / name) for name in ("steady", "moving", "text"))
    assert {file.suffix for file in (tmp_path / "text").iterdir()} == {".csv"}
    for name in ("node_t_supply_degc", "node_p_return_bar", "pipe_mdot_kg_per_s", "plant_heat_mw"):
        np.testing.assert_allclose(moving[name].iloc[0], steady[name].iloc[0], atol=1e-4, err_msg=name)
    for name, table in moving.items():
        pd.testing.assert_frame_equal(text[name], table, check_exact=False, rtol=1e-12)
    # transport and stored heat: the warm water of the first hour is still on its way in the second
    assert len(moving["plant_heat_mw"]) == 9
    later = np.abs(moving["plant_heat_mw"]["boiler"].iloc[4] - steady["plant_heat_mw"]["boiler"].iloc[1])
    assert later > 1e-3


@pytest.mark.parametrize("transient", [False, True], ids=["steady", "transient"])
def test_returns_by_the_stations_own_data(transient, draft, heatnet, tmp_path):
    """75/50 °C on the secondary side of an exchanger: half the heat returns colder than by the network's design."""
    for consumer in draft.tables["consumers"]:
        consumer |= {"t_secondary_supply_degc": 75, "t_secondary_return_degc": 50}
    path = draft.write(tmp_path / "tiny")
    boundary_of(tmp_path / "hours")
    words = ("simulate", path, "--boundary", "hours", *(["--transient"] if transient else []))
    assert heatnet(*words, "--out", "plain").code == 0
    assert heatnet(*words, "--out", "stations", "--station-returns").code == 0
    plain, stations = (read_table(tmp_path / name / "consumer_t_return_degc.parquet") for name in ("plain", "stations"))
    np.testing.assert_allclose(plain, 55.0, atol=1e-9)
    assert (stations.to_numpy() < 54.0).all()
    # less heat, colder return
    assert (stations.diff().dropna().to_numpy() < 0).all()
    heat = read_table(tmp_path / "stations" / "consumer_heat_mw.parquet")
    np.testing.assert_allclose(heat["c1"].iloc[[0, -1]], [3.0, 1.0], rtol=HEAT_TOLERANCE_SHARE)


def test_valves_pumps_and_flaps(draft, heatnet, tmp_path):
    """What only the season engine solves, it also solves with stored heat, and tells what flows where."""
    draft.row("plants", "boiler")["head_bar"] = 4
    draft.row("consumers", "c1").update(control="valve", kv_m3_per_h=30)
    draft.tables["nodes"].append({"id": "pump_house", "elevation_m": 3})
    draft.row("pipes", "p3")["from_node"] = "pump_house"
    draft.tables["pumps"] = [
        {
            "id": "booster",
            "from_node": "fork",
            "to_node": "pump_house",
            "line": "supply",
            "curve": "0:1, 60:0.9, 150:0.2",
        }
    ]
    draft.tables["valves"] = [
        {"id": "flap", "from_node": "pump_house", "to_node": "fork", "line": "return", "kind": "check"}
    ]
    path = draft.write(tmp_path / "tiny")
    boundary_of(tmp_path / "hours")
    words = ("simulate", path, "--boundary", "hours", "--out", "states", "--transient")
    assert heatnet(*words).code == 0
    read = tables_of(tmp_path / "states")
    assert read["network"]["status"].str.startswith("ok").all()
    mdot = read["consumer_mdot_kg_per_s"]
    np.testing.assert_allclose(read["pump_mdot_kg_per_s"]["booster"], mdot["c2"] + mdot["c3"], rtol=1e-9)
    np.testing.assert_allclose(read["valve_mdot_kg_per_s"]["flap"], mdot["c2"] + mdot["c3"], rtol=1e-9)
    assert (read["pump_head_bar"]["booster"] > 0.5).all()
    assert (read["pump_mw"]["booster"] > 0).all()
    imbalance = read["consumer_imbalance_share"]["c1"]
    np.testing.assert_allclose(
        imbalance, read["consumer_heat_mw"]["c1"] / np.interp(np.arange(9), [0, 4, 8], (3, 2, 1))
    )


def test_a_bundled_network_over_two_hours(heatnet, tmp_path):
    """TEDA East by its outdoor temperature alone."""
    (tmp_path / "hours").mkdir()
    (tmp_path / "hours" / "t_outdoor_degc.csv").write_text(wide(STAMPS, {"all": (-7, -3, 2)}))
    words = ("--boundary", "hours", "--out", "states", "--transient", "--step-s", "900")
    answer = heatnet("simulate", bundled_path("networks") / "teda_east", *words)
    assert answer.code == 0
    assert "9 of 9 rows solved" in answer.out
    heat = read_table(tmp_path / "states" / "consumer_heat_mw.parquet").sum(axis=1)
    assert (heat.diff().dropna() < 0).all()


def test_a_second_run_of_another_kind_leaves_nothing_of_the_first(network, heatnet, tmp_path):
    boundary_of(tmp_path / "hours")
    words = ("simulate", network, "--boundary", "hours", "--out", "states")
    assert heatnet(*words, "--engine", "both", "--csv").code == 0
    assert heatnet(*words, "--transient", "--step-s", "1800").code == 0
    assert {file.name for file in (tmp_path / "states").iterdir()} == {
        f"{name}.parquet" for name in BY_ELEMENT | {"network"}
    }
    assert len(read_table(tmp_path / "states" / "network.parquet")) == 5
    assert heatnet(*words).code == 0
    assert len(read_table(tmp_path / "states" / "network.parquet")) == 3


WRONG = {
    "unknown_element": (
        {"consumer_heat_mw": wide(STAMPS, {"c1": (3, 2, 1), "c9": (1, 1, 1)})},
        ("c9", "does not exist"),
    ),
    "not_a_number": ({"consumer_heat_mw": wide(STAMPS, {"c1": (3, "nan", 1)})}, ("line 3, column c1", "nan")),
    "empty_cell": ({"consumer_heat_mw": wide(STAMPS, {"c1": (3, "", 1)})}, ("line 3, column c1", "is empty")),
    "not_ascending": (
        {"consumer_heat_mw": wide((STAMPS[0], STAMPS[2], STAMPS[1]), HEAT_MW)},
        ("consumer_heat_mw.csv, line 4, time", "the times do not rise"),
    ),
    "a_time_twice": ({"consumer_heat_mw": wide((0, 900, 900), HEAT_MW)}, ("time", "the times do not rise")),
    "other_times": ({"plant_heat_mw": wide((0, 1, 2), {"heat_pump": (1, 1, 1)})}, ("its times differ",)),
}


@pytest.mark.parametrize("transient", [False, True], ids=["steady", "transient"])
@pytest.mark.parametrize(("files", "texts"), WRONG.values(), ids=WRONG)
def test_a_wrong_boundary_is_one_clear_problem(files, texts, transient, network, heatnet, tmp_path):
    folder = boundary_of(tmp_path / "hours", **files)
    before = {file: file.read_bytes() for file in [*folder.iterdir(), *network.iterdir()]}
    flags = ["--transient", "--step-s", "60"] if transient else []
    answer = heatnet("simulate", network, "--boundary", folder, "--out", "states", *flags)
    assert answer.code == 2
    message = " ".join(answer.err.split())
    assert "1 problem in the input; nothing was written." in message
    for text in texts:
        assert text in message
    assert "Traceback" not in answer.err
    assert {file: file.read_bytes() for file in [*folder.iterdir(), *network.iterdir()]} == before
    assert {item.name for item in tmp_path.iterdir()} == {"hours", "tiny"}


@pytest.mark.parametrize("missing", ["boundary", "network"])
def test_a_missing_folder_is_one_clear_problem(missing, network, heatnet, tmp_path):
    boundary_of(tmp_path / "hours")
    place = {"boundary": "hours", "network": network} | {missing: "nowhere"}
    answer = heatnet("simulate", place["network"], "--boundary", place["boundary"], "--out", "states", "--transient")
    assert answer.code == 2
    message = " ".join(answer.err.split())
    assert "1 problem in the input" in message
    assert "nowhere" in message
    assert not (tmp_path / "states").exists()


def test_one_row_is_the_steady_state(network, heatnet, tmp_path):
    """A boundary of constants alone has one instant."""
    folder = tmp_path / "hours"
    folder.mkdir()
    (folder / "boundary.yaml").write_text("plant_heat_mw: {heat_pump: 0.5}\nconsumer_heat_mw: {c1: 3, c2: 2, c3: 3}\n")
    answer = heatnet("simulate", network, "--boundary", folder, "--out", "states", "--transient")
    assert answer.code == 0
    assert "1 of 1 row solved" in answer.out
    assert "constant" in answer.out


ENDED = """
import os, sys
from heatnet.study import states
from heatnet.cli.main import run
real, written = states._write, []
def write(frame, folder, name, suffix):
    real(frame, folder, name, suffix)
    written.append(name)
    if len(written) == 4:
        os.kill(os.getpid(), {signal})
states._write = write
run(sys.argv[1:])
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
@pytest.mark.parametrize("over_another", [False, True], ids=["new", "over_another"])
def test_a_run_that_is_ended_leaves_no_half_written_folder(how, over_another, network, heatnet, tmp_path):
    """While tables are written: either there is no folder yet, or it still holds the run before, and the next run works."""
    boundary_of(tmp_path / "hours")
    words = ["simulate", str(network), "--boundary", "hours", "--out", "states", "--transient"]
    if over_another:
        assert heatnet(*words, "--csv").code == 0
        before = {file.name: file.read_bytes() for file in (tmp_path / "states").iterdir()}
    code = ENDED.format(signal=int(how))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ended = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert ended.returncode == (-signal.SIGKILL if how == signal.SIGKILL else 130)
    if over_another:
        files = [file for file in (tmp_path / "states").iterdir() if file.is_file()]
        assert {file.name: file.read_bytes() for file in files} == before
    else:
        assert not (tmp_path / "states").exists()
    if how != signal.SIGKILL:
        assert "Interrupted." in ended.stderr
        assert not list(tmp_path.rglob("*.part"))
    assert heatnet(*words).code == 0
    assert {file.name for file in (tmp_path / "states").iterdir()} == {
        f"{name}.parquet" for name in BY_ELEMENT | {"network"}
    }
    assert not list(tmp_path.rglob("*.part"))
