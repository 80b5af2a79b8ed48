"""`heatnet power`: what it prints and writes, and its errors."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from heatnet.cli.main import run
from heatnet.io.network_folder import save_power_network
from tests.electric.conftest import substation


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "town"
    save_power_network(substation(v_set_pu=1.02), path)
    return path


@pytest.fixture
def boundary(tmp_path):
    path = tmp_path / "hours"
    path.mkdir()
    time = pd.date_range("2025-01-01", periods=24, freq="h", name="time")
    pd.DataFrame({"town": np.linspace(20, 120, 24)}, index=time).to_csv(path / "load_p_mw.csv")
    (path / "boundary.yaml").write_text("generator_p_mw: {pv: 2.5}\n")
    return path


def heatnet(*words) -> int:
    with pytest.raises(SystemExit) as stop:
        run([str(word) for word in words])
    return int(stop.value.code or 0)


def test_the_state_of_the_tables(folder, capsys):
    assert heatnet("power", folder, "--margins") == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "1 of 1 rows solved" in printed
    assert "Room for further load" in printed
    assert "Largest difference to pandapower in 1 row, p.u." in printed


def test_tables_are_written_and_overloads_counted(folder, boundary, tmp_path, capsys):
    out = tmp_path / "out"
    assert heatnet("power", folder, "--boundary", boundary, "--out", out, "--csv") == 0
    printed = capsys.readouterr().out
    loading = pd.read_csv(out / "transformer_loading_share.csv", index_col=0)
    hours = int((loading["t"] > 1).sum())
    assert 0 < hours < 24
    overloads = next(line for line in printed.splitlines() if "Hours with an overload" in line)
    assert overloads.split()[-1] == str(hours)
    network = pd.read_csv(out / "network.csv", index_col=0)
    assert network["status"].eq("ok").all()
    assert network["power_residual_mw"].abs().max() < 1e-6
    net = json.loads((out / "worst_hour_pandapower.json").read_text())
    assert net["_class"] == "pandapowerNet"


def test_a_second_run_takes_the_place_of_the_first(folder, boundary, tmp_path, capsys):
    out = tmp_path / "out"
    assert heatnet("power", folder, "--boundary", boundary, "--out", out) == 0
    assert heatnet("power", folder, "--out", out) == 0
    assert len(pd.read_parquet(out / "network.parquet")) == 1
    capsys.readouterr()


def test_more_than_the_network_can_carry_is_exit_code_3(boundary, tmp_path, capsys):
    network = substation()
    folder = tmp_path / "heavy"
    save_power_network(network.with_tables(loads=network.loads.assign(p_mw=[40.0, 40.0])), folder)
    (boundary / "load_p_mw.csv").unlink()
    (boundary / "boundary.yaml").write_text("load_p_mw: {works: 199}\n")
    assert heatnet("power", folder, "--boundary", boundary) == 3
    assert "more than the network can carry" in capsys.readouterr().err


def test_wrong_input_is_told_with_its_place(folder, boundary, tmp_path, capsys):
    (boundary / "boundary.yaml").write_text("generator_p_mw: {pvv: 2.5}\nconsumer_heat_mw: 3\n")
    assert heatnet("power", folder, "--boundary", boundary, "--out", tmp_path / "out") == 2
    told = capsys.readouterr().err
    assert "2 problems" in told
    assert "Did you mean 'pv'?" in told
    assert "unknown variable" in told
    assert not (tmp_path / "out").exists()


def test_a_heat_network_without_a_power_network(tmp_path, capsys):
    from heatnet.io.bundled import bundled_path

    assert heatnet("power", bundled_path("networks") / "cabot") == 2
    assert "has no power network" in capsys.readouterr().err
