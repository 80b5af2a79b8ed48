"""The steam of a study's year in its report: the account, the contracts, and states along the way from the tables alone."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from heatnet.i18n import use_language
from heatnet.model.steam_examples import steam_hours, steam_line, steam_tree
from heatnet.physics.steam import enthalpy_j_per_kg
from heatnet.physics.water import saturation_temperature_degc
from heatnet.report import build_report
from heatnet.report.context import Context
from heatnet.report.steam_season import (
    contract_table,
    farthest_consumer,
    season_table,
    shown_hours,
    states_along,
    steam_drawing,
    steam_networks,
)
from heatnet.steam import profile, solve_steam
from heatnet.web.results_view import load_study

#: straight lines between nodes against the steam's own curve: 2.5 km in one piece, a drop of 3 bar in 13
STRAIGHT_BAR = 0.15
#: steam cools by itself as its pressure falls
PRESSURE_FALLS_K = 1.0
T_GROUND_DEGC = 10.0


@pytest.fixture(scope="module")
def context(steam_results: Path) -> Context:
    return Context(load_study(steam_results))


def _cells(table, label: str) -> list[str]:
    return next(table.printed(row)[1:] for row in table.rows if row.cells[0] == label)


def test_the_account_stands_beside_the_cases(context: Context) -> None:
    assert steam_networks(context) == ["east"]
    with use_language("en"):
        table = season_table(context, "east")
    # the base case has no solved steam
    assert _cells(table, "Steam from the plants") == ["t", "–", "200,000"]
    assert _cells(table, "Heat lost on the way") == ["MWh", "–", "6,000"]
    assert _cells(table, "Least pressure above a user's need") == ["bar", "–", "−0.25"]
    assert _cells(table, "at") == ["", "–", "Steam exchange, 2025-01-16 05:00"]
    assert _cells(table, "Solved hours of the year") == ["h", "–", "8,700 of 8,760"]
    assert _cells(table, "Hours by status")[2].startswith("solved, dry everywhere: 8,600; solved, steam condenses")


def test_an_account_may_have_fewer_keys(context: Context) -> None:
    entry = context.summary["cases"]["project"]["by_network"]["east"]
    full = entry["steam"]
    try:
        short = {"hours_ok": 5, "least_margin": None, "hours_below_pressure": 0, "contracts": {"east/steam/chp": {}}}
        entry["steam"] = short | {"hours_wet": 7}
        with use_language("en"):
            tables = (season_table(context, "east"), contract_table(context, "east"))
    finally:
        entry["steam"] = full
    # nobody states a need, so that no hours below it are counted
    assert [row.cells[1:] for row in tables[0].rows] == [("h", "–", "7")]
    assert tables[1].printed(tables[1].rows[0])[2:] == ["–"] * 9
    assert tables[1].note == ""


def test_contracts_are_told_by_plant(context: Context) -> None:
    with use_language("en"):
        table = contract_table(context, "east")
        row = table.printed(table.rows[0])
    assert row == ["Project", "East: CHP steam", "200,000", "250,000", "–", "20.0", "0.752", "321", "0", "17", "43,000"]


def test_steam_thrown_away_explains_two_tonnages(context: Context) -> None:
    contracts = context.study.cases["project"].summary["by_network"]["east"]["steam"]["contracts"]["east/steam/chp"]
    contracts["dumped_t"] = 1234.0
    try:
        with use_language("en"):
            note, other = (table(context, "east").note for table in (contract_table, season_table))
    finally:
        contracts["dumped_t"] = 0.0
    assert "not used" in note
    assert "Project: 1,234 t" in note
    # at 0.752 MWh/t
    assert "Project: 928 MWh" in other
    with use_language("en"):
        assert "MWh" not in season_table(context, "east").note


def test_hours_are_the_highest_load_the_median_and_the_least_flow(context: Context, tiny: dict) -> None:
    """The hour nearest the median among those that are solved; 10 kg/s at the highest load are the largest flow too."""
    east = context.study.cases["project"].networks["east"]
    names = {time: label for label, time in tiny["STEAM_HOURS"].items()}
    assert [names[f"{time:%Y-%m-%d %H:%M}"] for time in shown_hours(east)] == ["design", "p50", "smallest"]


def test_states_follow_the_tables_and_jump_where_a_trap_drains(context: Context, tiny: dict) -> None:
    east = context.study.cases["project"].networks["east"]
    hour = pd.Timestamp(tiny["STEAM_HOURS"]["smallest"])
    assert farthest_consumer(east, hour) == "users"
    states = states_along(east, "users", hour)
    length = float(east.network.steam.pipes["length_m"].iloc[0])
    # plant, where it condenses, before the trap, behind it
    assert list(states["distance_m"]) == pytest.approx([0.0, 1000.0, length, length])
    assert list(states["dryness_share"]) == pytest.approx([1.0, 1.0, 0.95, 1.0])
    assert list(states["superheat_k"])[1:] == pytest.approx([0.0] * 3)
    boiling = float(saturation_temperature_degc(13.0 - 0.4 * 1000.0 / length))
    assert states["t_degc"].iloc[1] == pytest.approx(boiling)


def test_a_failed_hour_has_no_curve(context: Context, tiny: dict) -> None:
    east = context.study.cases["project"].networks["east"]
    assert states_along(east, "users", pd.Timestamp(tiny["HOURS"]["p95"])) is None


def _results(network, states):
    """Return a network's tables as a results folder has them."""
    names = [str(name) for name, values in states.data_vars.items() if values.ndim == 2]
    tables = {name: states[name].to_pandas().dropna(axis=1, how="all") for name in names}
    plants = network.plants.iloc[:0]
    return SimpleNamespace(network=SimpleNamespace(steam=network, plants=plants), steam=tables)


def _chord_k(p_bar: float, t_degc: tuple[float, float]) -> float:
    """Return how far the chord of steam that cools in a pipe lies off its temperature.

    dT/dx is proportional to (T - ground) / cp. Where this falls from r to 1 between the ends, nearly exponentially, the chord
    lies drop · ln(r) / 8 off; cp from the enthalpy over 1 K.
    """
    t = np.array(t_degc)
    warmer = np.array([-1.0, 1.0]) + t
    cp = np.abs(enthalpy_j_per_kg(p_bar, t) - enthalpy_j_per_kg(p_bar, warmer))
    slope = (t - T_GROUND_DEGC) / cp
    return float((t[0] - t[1]) * np.log(slope[0] / slope[1]) / 8)


@pytest.mark.parametrize("share", [1.0, 0.08])
def test_nodes_alone_come_near_the_engine_s_states(share: float) -> None:
    """Dry at full load; at 8 % of it steam condenses on its way, and the tables say from where on."""
    network = steam_line(length_m=2500.0, inner_diameter_mm=309.0)
    boundary = steam_hours(network, [share])
    states = solve_steam(network, boundary)
    found = states_along(_results(network, states), "user", 0.0)
    if share < 1.0:
        # behind the trap at the user
        found = found.iloc[:-1]
    along = profile(network, boundary, "mill", points_per_pipe=201).isel(time=0)
    at = along["distance_m"].to_numpy()[1:-1]
    last_dry = found[found["dryness_share"] == 1.0].iloc[-1]
    chord = _chord_k(float(last_dry["p_bar"]), (300.0, float(last_dry["t_degc"])))
    for name, allowed in (("p_bar", STRAIGHT_BAR), ("t_degc", chord + PRESSURE_FALLS_K), ("dryness_share", 0.01)):
        drawn = np.interp(at, found["distance_m"], found[name])
        assert drawn == pytest.approx(along[name].to_numpy()[1:-1], abs=allowed), name
    begins = float(states["pipe_condensation_m"].isel(time=0, pipe=0))
    wet = at[along["dryness_share"].to_numpy()[1:-1] < 1.0 - 1e-9]
    assert (len(wet) > 0) == np.isfinite(begins) == (share < 1.0)
    if len(wet):
        assert begins in list(found["distance_m"])
        assert begins == pytest.approx(wet[0], abs=2500.0 / 200)


def test_the_way_leads_to_the_farthest_consumer_of_a_tree() -> None:
    network = steam_tree()
    results = _results(network, solve_steam(network, steam_hours(network, [1.0])))
    assert farthest_consumer(results, 0.0) == "user_end"
    states = states_along(results, "user_end", 0.0)
    assert states["distance_m"].iloc[-1] == pytest.approx(1500.0 + 1000.0 + 900.0)
    assert (np.diff(states["p_bar"]) <= 0).all()


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("Steam of the year: East", "Contracts of steam: East", "least steam flow, 07-06 04:00: 7 t/h")),
        ("zh", ("蒸汽管线", "全年蒸汽", "疏水", "干度，%", "MPa")),
    ],
)
def test_the_report_has_a_section_on_steam(steam_results: Path, tmp_path: Path, lang: str, words: tuple) -> None:
    html = build_report(steam_results, tmp_path / "report.html", lang).read_text(encoding="utf-8")
    section = html.split('<section id="steam">')[1].split("</section>")[0]
    assert [word for word in words if word not in section] == []
    # pressure, temperature and saturation, superheat, dryness of three hours
    assert section.count("<polyline") == 3 * 5
    assert "NaN" not in section
    assert re.search(r'<a href="#steam">', html)


def test_a_report_without_solved_steam_has_no_such_section(results: Path, tmp_path: Path) -> None:
    html = build_report(results, tmp_path / "report.html", "en").read_text(encoding="utf-8")
    assert 'id="steam"' not in html
    assert '"#steam"' not in html


def test_tables_without_an_account_are_no_section_and_no_error(context: Context) -> None:
    base = context.study.cases["base"].networks["east"]
    assert steam_drawing(base) is None
