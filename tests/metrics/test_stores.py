"""Accounts of heat stores by hand: three hours, a tank that shifts 10 MWh and loses 2."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from heatnet.metrics.energy import balance_residual_mw
from heatnet.metrics.stores import heat_balance_mwh, store_accounts, stores_take_mw
from heatnet.metrics.tracing import Use, trace_heat
from heatnet.model.heat_store import HeatStore

SITE = "s/site"


def with_store(toy, balance, heat, demand, charge, discharge, level, first=None):
    """Return a solved problem of one boiler and one tank with 20 % loss an hour."""
    store = HeatStore("t", "s", "t", balance, 20.0, 20.0, 20.0, ("boiler",), 0.2, first)
    units = (toy.unit("boiler", balance, fuel="gas", fuel_per_heat=1.1),)
    problem = replace(toy.problem_of(units, {balance: demand}), stores=(store,))
    frames = {"store_charge_mw": charge, "store_discharge_mw": discharge, "store_level_mwh": level}
    tables = {key: pd.DataFrame({"t": np.asarray(value, float)}, index=problem.time) for key, value in frames.items()}
    return problem, replace(toy.result_of(problem, {"boiler": heat}), **tables)


def test_a_cyclic_tank(toy):
    """30 + 10 charged, then 10 x 0.8 = 8 of them given: 60 made = 58 demand + 2 lost."""
    case = with_store(toy, toy.WATER, [40, 12, 8], [30, 20, 8], [10, 0, 0], [0, 8, 0], [0, 10, 0])
    account = store_accounts(*case)["t"]
    assert account == {
        "balance": toy.WATER,
        "energy_mwh": 20.0,
        "charged_mwh": 10.0,
        "given_mwh": 8.0,
        "lost_mwh": 2.0,
        "change_mwh": 0.0,
        "largest_level_mwh": 10.0,
        "cycles": 0.4,
    }
    row = heat_balance_mwh(*case)[toy.WATER]
    assert (row["made_mwh"], row["demand_mwh"], row["store_loss_mwh"]) == (60.0, 58.0, 2.0)
    assert row["residual_mwh"] == pytest.approx(0.0, abs=1e-12)
    assert max(balance_residual_mw(*case).values()) == pytest.approx(0.0, abs=1e-12)


def test_heat_that_stays_in_the_tank_is_change(toy):
    """10 at first, of which 2, 1.6 and 1.28 are lost: 5.12 are left, a change of -4.88."""
    case = with_store(toy, toy.WATER, [30, 20, 8], [30, 20, 8], [0, 0, 0], [0, 0, 0], [10, 8, 6.4], first=10.0)
    account = store_accounts(*case)["t"]
    assert account["lost_mwh"] == pytest.approx(4.88)
    assert account["change_mwh"] == pytest.approx(-4.88)
    assert heat_balance_mwh(*case)[toy.WATER]["residual_mwh"] == pytest.approx(0.0, abs=1e-12)


def test_heat_counts_where_and_when_it_is_made(toy):
    """The flows of an hour are the heat made in it, and those of the year demand and loss; none begins at the tank."""
    problem, result = with_store(toy, toy.WATER, [40, 12, 8], [30, 20, 8], [10, 0, 0], [0, 8, 0], [0, 10, 0])
    (flow,) = trace_heat(problem, result, toy.IN_SEASON)
    assert (flow.source.id, flow.use) == ("boiler", Use.SPACE)
    np.testing.assert_allclose(flow.heat_mw, [40, 12, 8])
    np.testing.assert_allclose(stores_take_mw(problem, result, toy.WATER), [10, -8, 0])


def test_process_heat_stays_process_heat_through_a_store(toy):
    """A site of which half the demand is process: half of what is stored is, so that 30 of 60 made are process heat.

    Without that all that is charged would be space heat.
    """
    problem, result = with_store(toy, SITE, [40, 12, 8], [30, 20, 8], [10, 0, 0], [0, 8, 0], [0, 10, 0])
    half = {SITE: np.array([15.0, 10.0, 4.0])}
    by_use = {flow.use: flow.heat_mw.sum() for flow in trace_heat(problem, result, toy.IN_SEASON, half)}
    assert by_use == pytest.approx({Use.PROCESS: 30.0, Use.SPACE: 30.0})
