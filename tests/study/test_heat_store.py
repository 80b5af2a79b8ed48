"""A study with an electric boiler and a tank: files, pipes and accounts agree with each other."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from heatnet.io.results_store import read_summary, read_table
from heatnet.report.balance import balance_tables
from heatnet.report.context import Context
from heatnet.study.load import load_study
from heatnet.study.run import run_cases
from heatnet.study.summary import write_summary
from heatnet.web.results_view import load_study as read_results

LOSS_SHARE_PER_H = 0.002
CAPACITY_MW = 2.5
#: quantities of the pipes are in single precision
FILE_PRECISION = 1e-6
ROWS = [
    {"id": "electric", "node": "works", "kind": "electric_boiler", "role": "heat", "capacity_mw": 4, "hours": "valley"},
    {"id": "tank", "node": "works", "kind": "heat_store", "role": "heat", "capacity_mw": CAPACITY_MW}
    | {"energy_mwh": 12, "charge_mw": 3, "charged_by": "electric", "loss_share_per_h": LOSS_SHARE_PER_H},
]


@pytest.fixture(scope="module")
def stored(new_study_draft, tmp_path_factory):
    """Gas against gas with a tank that cheap power fills by night, run once."""
    draft = new_study_draft()
    draft.network.tables["plants"] += ROWS
    off = {"heat_pump": {"capacity_mw": 0}}
    without = {"networks": {"tiny": {"plants": off | {"electric": {"capacity_mw": 0}, "tank": {"capacity_mw": 0}}}}}
    draft.data["cases"] = {
        "gas": {"label": "Gas alone"} | without,
        "project": {"label": "With a tank", "networks": {"tiny": {"plants": off}}},
    }
    draft.data["simulation"] = {"hours": 2, "reference_hours": 0}
    # power by night at half the price of gas, with its CO2
    draft.prices["power"]["valley_cny_per_mwh"] = 120
    study, out = load_study(draft.write(tmp_path_factory.mktemp("study"))), tmp_path_factory.mktemp("results") / "tiny"
    runs = run_cases(study, out, workers=1)
    write_summary(study, runs, out)
    return SimpleNamespace(folder=out, summary=read_summary(out), runs=runs)


def table(stored, name, case="project"):
    return read_table(stored.folder / case / "tiny" / "water" / f"{name}.parquet")


def test_the_tank_is_filled_in_valley_hours_and_keeps_its_balance(stored):
    level = table(stored, "dispatch_store_level_mwh")["tank"].to_numpy()
    charge, discharge = (table(stored, f"dispatch_store_{way}_mw")["tank"] for way in ("charge", "discharge"))
    assert set(charge.index.hour[charge > 1e-6]) <= {23, 0, 1, 2, 3, 4, 5, 6}
    assert discharge.sum() > 100
    after = (1 - LOSS_SHARE_PER_H) * level + charge.to_numpy() - discharge.to_numpy()
    np.testing.assert_allclose(after, np.roll(level, -1), atol=1e-9 * charge.sum())


def test_the_balance_closes_with_the_store(stored):
    heat, sums = table(stored, "dispatch_heat_mw"), table(stored, "dispatch_balance_mw")
    assert list(heat) == ["boiler", "heat_pump", "electric"]
    left = heat.sum(axis=1) + sums["unmet_mw"] - sums["demand_mw"] - sums["dumped_mw"] - sums["store_take_mw"]
    assert left.abs().max() <= 1e-9 * heat.to_numpy().sum()
    assert "store_take_mw" not in table(stored, "dispatch_balance_mw", "gas")


def test_the_pipes_get_what_leaves_the_works(stored):
    """The tank gives what it is discharged of, the electric boiler its heat less what it charges."""
    pipes = table(stored, "plant_heat_mw")
    hours = pipes.index
    discharge = table(stored, "dispatch_store_discharge_mw").loc[hours, "tank"]
    direct = (
        table(stored, "dispatch_heat_mw").loc[hours, "electric"]
        - stored.runs["project"].result.unit_charge_mw.loc[hours, "tiny/electric"]
    )
    given = direct + discharge
    most = 0.99 * table(stored, "dispatch_balance_mw").loc[hours, "demand_mw"]
    free = (given < 0.98 * most).to_numpy()
    assert free.sum() > 1000
    np.testing.assert_allclose(pipes["tank"][free], discharge[free], atol=FILE_PRECISION)
    np.testing.assert_allclose(pipes["electric"][free], direct[free], atol=FILE_PRECISION)
    assert set(table(stored, "network")["status"]) == {"ok"}


def test_the_account_of_the_store(stored):
    """Charged = given + lost + change; the heat balance of the year has a residual of 1e-9; no class of waste heat."""
    entry = stored.summary["cases"]["project"]
    account = entry["heat_stores"]["tiny/tank"]
    assert account["charged_mwh"] == pytest.approx(
        account["given_mwh"] + account["lost_mwh"] + account["change_mwh"], rel=1e-9
    )
    assert account["lost_mwh"] == pytest.approx(table(stored, "dispatch_balance_mw")["store_loss_mw"].sum(), rel=1e-9)
    assert account["cycles"] == pytest.approx(account["given_mwh"] / 12)
    balance = entry["balance"]["heat"]["tiny/water"]
    assert abs(balance["residual_mwh"]) <= 1e-9 * balance["made_mwh"]
    assert balance["store_loss_mwh"] == account["lost_mwh"]
    assert "tiny/tank" not in entry["heat_by_plant_mwh"]
    assert entry["plants"]["tiny/tank"]["waste_class"] == "none"
    assert stored.summary["cases"]["gas"]["heat_stores"] == {}
    assert entry["cost"]["total_cny"] < stored.summary["cases"]["gas"]["cost"]["total_cny"]


def test_space_heat_counts_where_and_when_it_was_made(stored):
    """All heat made in the season, the tank's loss with it, is in the account of the sources; none is the tank's."""
    heat, sums = table(stored, "dispatch_heat_mw"), table(stored, "dispatch_balance_mw")
    season = sums["demand_mw"] > 0
    counted = stored.summary["cases"]["project"]["space_heat_by_source_mwh"]
    assert set(counted) == {"tiny/boiler", "tiny/electric"}
    for plant in ("boiler", "electric"):
        assert counted[f"tiny/{plant}"] == pytest.approx(heat.loc[season, plant].sum(), rel=1e-9)
    made = sums.loc[season, ["demand_mw", "store_take_mw"]].to_numpy().sum()
    assert sum(counted.values()) == pytest.approx(made, rel=1e-9)


def test_the_report_tells_the_loss(stored):
    water = balance_tables(Context(read_results(stored.folder)))[0]
    rows = {row.cells[0]: row.cells[2:] for row in water.rows}
    lost = stored.summary["cases"]["project"]["heat_stores"]["tiny/tank"]["lost_mwh"]
    assert rows["Loss of heat stores"] == (None, pytest.approx(lost / 1000))
    assert rows["Change of stored heat"] == (None, pytest.approx(0.0, abs=1e-6))
    assert rows["Handed on to other balances"][1] == pytest.approx(0.0, abs=1e-6)
