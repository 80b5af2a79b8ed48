"""`heatnet steam`: networks with and without steam, tables, limits that are exceeded."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

EAST = Path(__file__).parents[2] / "networks" / "teda_east"


def test_state_and_tables_of_a_bundled_network(heatnet, tmp_path):
    """The steam loses pressure and heat on its way, and what is printed is what is written."""
    answer = heatnet("steam", str(EAST), "--out", str(tmp_path / "out"), "--csv")
    assert answer.code == 0, answer.err
    along = pd.read_csv(tmp_path / "out" / "profile.csv")
    assert along["p_bar"].iloc[0] == pytest.approx(13.0)
    # in the pipe some of the enthalpy is speed: 8.6 m/s are 37 J/kg, or 0.017 K
    assert along["t_degc"].iloc[0] == pytest.approx(300.0, abs=0.03)
    assert along["distance_m"].is_monotonic_increasing
    # at a branch the speed falls and some pressure comes back, within a pipe never
    assert (along.groupby("pipe")["p_bar"].diff().dropna() <= 0.0).all()
    assert along["distance_m"].iloc[-1] > 6500.0
    network = pd.read_csv(tmp_path / "out" / "network.csv")
    loss = re.search(r"Heat loss +([0-9.]+) MW", answer.out)
    assert loss is not None
    assert float(loss[1]) == pytest.approx(network["heat_loss_mw"].iloc[0], abs=0.0006)


def test_chinese(heatnet):
    answer = heatnet("steam", str(EAST), "--lang", "zh")
    assert answer.code == 0
    for word in ("过热度", "干度", "散热损失", "设计工况"):
        assert word in answer.out


def test_more_than_the_line_can_carry_names_the_largest_flow(heatnet, tmp_path):
    boundary = tmp_path / "boundary"
    boundary.mkdir()
    consumers = [
        f"c_steam_{place}"
        for place in ("a12_huanghai", "a11_dongting", "a10_dongting", "a10_huanghai", "a9_dongting", "a9_muning")
    ]
    pd.DataFrame([["2025-01-15T00:00", *([60.0] * 6)]], columns=["time", *consumers]).to_csv(
        boundary / "consumer_heat_mw.csv", index=False
    )
    answer = heatnet("steam", str(EAST), "--boundary", str(boundary))
    assert answer.code == 3
    assert re.search(r"largest possible flow is [0-9.]+ kg/s", answer.err + answer.out)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("steam", str(EAST), "--csv"), "--csv"),
        (("steam", str(EAST.parent / "cabot")), "steam"),
        (("steam", "nowhere"), "nowhere"),
    ],
)
def test_bad_input_is_named(heatnet, words, text):
    answer = heatnet(*words)
    assert answer.code == 2
    assert text in answer.err
