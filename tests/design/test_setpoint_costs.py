"""Costs of rows: merit order against a linear programme, the price of a yearly limit against one more MWh of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from heatnet.design.setpoint_costs import (
    heat_cost_cny,
    hour_prices,
    marginal_t_co2_per_mwh,
    merit_order_cost_cny,
    year_limit_price_cny_per_mwh,
)
from heatnet.design.setpoint_states import solve_rows
from heatnet.dispatch import dispatch
from heatnet.io.network_folder import load_network
from heatnet.metrics.compliance import Limits
from heatnet.model.supply import DispatchProblem, EmissionFactors, Prices, SupplyUnit

settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")

UNMET = 1000.0
number = st.integers(0, 20).map(float)


@given(st.lists(st.tuples(number, number, number), min_size=1, max_size=4), st.integers(0, 60).map(float))
def test_merit_order_is_the_linear_programme(units, needed):
    """(cost, room, least heat that has to be taken) of each unit; what nobody needs of the least heat is thrown away."""
    cost, room, least = (np.array(column) for column in zip(*units, strict=True))
    found = merit_order_cost_cny(
        cost[:, np.newaxis], (least + room)[:, np.newaxis], least[:, np.newaxis], np.array([needed]), UNMET
    )
    # variables: heat of each unit, unmet, dumped
    best = linprog(
        [*cost, UNMET, 0.0],
        A_eq=[[*np.ones(len(cost)), 1.0, -1.0]],
        b_eq=[needed],
        bounds=[*zip(least, least + room, strict=True), (0, None), (0, max(least.sum() - needed, 0.0))],
    )
    assert found[0] == pytest.approx(best.fun)


HOURS = 6


def unit(name: str, power: list[float], available: float, year_max: float | None = None, **more) -> SupplyUnit:
    zero = np.zeros(HOURS)
    values = {
        "id": f"n/{name}",
        "network": "n",
        "plant": name,
        "kind": "source",
        "waste_class": "none",
        "balance": "n/water",
        "draws_from": None,
        "draw_per_heat": 0.0,
        "fuel": None,
        "available_mw": np.full(HOURS, available),
        "take_min_mw": zero,
        "fuel_per_heat": zero,
        "power_per_heat": np.array(power),
        "power_lost_per_heat": zero,
        "year_max_mwh": year_max,
    }
    return SupplyUnit(**(values | more))


def limited(year_max: float) -> DispatchProblem:
    """A pump whose electricity per heat differs by hour and whose year is limited, beside a dear boiler."""
    units = (
        unit("pump", [0.10, 0.20, 0.30, 0.40, 0.50, 0.60], 4.0, year_max),
        unit("boiler", [0.0] * HOURS, 20.0, fuel="gas", fuel_per_heat=np.full(HOURS, 1.0)),
    )
    prices = Prices({"gas": 700.0}, np.full(HOURS, 1000.0), 0.0, 0.0, 1e5)
    time = pd.date_range("2025-01-01", periods=HOURS, freq="h")
    return DispatchProblem(
        time, units, {"n/water": np.full(HOURS, 10.0)}, prices, EmissionFactors({"gas": 0.2}, 0.6, 0.8)
    )


@pytest.mark.parametrize("year_max", [6.0, 10.0, 18.0, 100.0])
def test_price_of_a_yearly_limit_is_what_a_further_mwh_saves(year_max):
    problem = limited(year_max)
    result = dispatch(problem)
    more = dispatch(limited(year_max + 0.1))
    price = year_limit_price_cny_per_mwh(problem, result, problem.units[0])
    assert price == pytest.approx((result.cost_cny["total_cny"] - more.cost_cny["total_cny"]) / 0.1, abs=0.01)
    assert hour_prices(problem, result, "n/water").limit_cny_per_mwh == {"n/pump": price}


def obliged(year_min: float) -> DispatchProblem:
    """The pump of 100 to 600 CNY/MWh beside a boiler at 250: two hours (8 MWh) are worth it, what is obliged beyond is not."""
    problem = limited(100.0)
    pump, boiler = problem.units
    units = (
        replace(pump, year_max_mwh=None, year_min_mwh=year_min),
        replace(boiler, fuel_per_heat=np.full(HOURS, 2.5 / 7)),
    )
    return replace(problem, units=units)


@pytest.mark.parametrize(("year_min", "by_hand"), [(6.0, 0.0), (10.0, -50.0), (18.0, -250.0), (24.0, -350.0)])
def test_price_of_a_yearly_minimum_is_what_a_mwh_less_saves(year_min, by_hand):
    """10 MWh reach into the hour of 300, 18 into that of 500, 24 are all there is: 50, 250 and 350 above the boiler.

    Without the price, or with its sign turned, an obliged pump is never the cheaper one: no supply temperature is chosen for it.
    """
    problem = obliged(year_min)
    result, less = dispatch(problem), dispatch(obliged(year_min - 0.1))
    price = year_limit_price_cny_per_mwh(problem, result, problem.units[0])
    assert price == pytest.approx(by_hand, abs=0.01)
    assert -price == pytest.approx((result.cost_cny["total_cny"] - less.cost_cny["total_cny"]) / 0.1, abs=0.01)
    assert hour_prices(problem, result, "n/water").limit_cny_per_mwh == {"n/pump": price}


def test_rows_with_the_price_of_a_minimum_are_the_lagrangian_of_the_dispatch():
    """Four hours of 8 MW, pump of 5 MW at 60 for at least 15 MWh, gas at 50. By hand: 15 x 60 + 17 x 50 = 1750, price -10.

    The rows (8 x 50 each, the pump at 60 - 10) and 15 x 10 make the same; without the price 1600, and nobody runs the pump.
    """
    pump = unit("pump", [0.06] * HOURS, 5.0, year_min_mwh=15.0, available_mw=np.repeat([5.0, 0.0], [4, 2]))
    gas = unit("boiler", [0.0] * HOURS, 20.0, fuel="gas", fuel_per_heat=np.full(HOURS, 50 / 700))
    problem = replace(limited(1.0), units=(pump, gas), demand_mw={"n/water": np.repeat([8.0, 0.0], [4, 2])})
    result = dispatch(problem)
    assert result.cost_cny["total_cny"] == pytest.approx(1750)
    price = hour_prices(problem, result, "n/water").limit_cny_per_mwh["n/pump"]
    assert price == pytest.approx(-10, abs=0.01)
    cost = np.array([np.full(HOURS, 60.0 + price), np.full(HOURS, 50.0)])
    room = np.array([pump.available_mw, gas.available_mw])
    rows = merit_order_cost_cny(cost, room, np.zeros_like(room), problem.demand_mw["n/water"], UNMET)
    assert rows.sum() - price * 15.0 == pytest.approx(1750, abs=0.2)


def test_hours_at_their_least_heat_say_nothing_of_the_limit():
    """The pump must give 1 MW each hour, 500 or 600 CNY/MWh as well, and 12 MWh in the year: 6 more, in the hours of 100 and 200.

    A further MWh, in the hour of 300, saves 400, one less costs 500. With the hours in which it has to run (700 - 600) the middle
    would be 250.
    """
    problem = limited(12.0)
    pump = replace(problem.units[0], take_min_mw=np.ones(HOURS))
    problem = replace(problem, units=(pump, problem.units[1]))
    # 3 MW beside the least in the first hour, 3 in the second
    price = year_limit_price_cny_per_mwh(problem, dispatch(problem), pump)
    assert 400.0 - 0.01 <= price <= 500.0 + 0.01


def test_a_limit_without_hours_in_between_leaves_a_range():
    """8 MWh are the two best hours exactly: one more is worth 400, one less costs 500."""
    problem = limited(8.0)
    price = year_limit_price_cny_per_mwh(problem, dispatch(problem), problem.units[0])
    assert 400.0 - 0.01 <= price <= 500.0 + 0.01


def test_marginal_emission_is_that_of_the_unit_at_the_margin():
    problem = limited(10.0)
    emitted = marginal_t_co2_per_mwh(problem, dispatch(problem), "n/water")
    assert emitted == pytest.approx(np.full(HOURS, 0.2))
    small = replace(problem, demand_mw={"n/water": np.full(HOURS, 1.0)})
    # six MWh are within the pump's limit: it is the marginal unit in every hour
    assert marginal_t_co2_per_mwh(small, dispatch(small), "n/water") == pytest.approx(
        0.6 * problem.units[0].power_per_heat
    )


def test_rows_cost_what_the_dispatch_costs(draft, tmp_path, pipe_case):
    """Rows at the design curve: with the prices of the limits, their sum is the dispatch's cost, hour by hour.

    A return pre-heater seen at another return or flow, or a price that counts twice, breaks the equality.
    """
    network = load_network(draft.write(tmp_path / "tiny"))
    case = pipe_case(network)
    case = replace(case, probed=replace(case.probed, return_flow_share={"heat_pump": 0.6}))
    first = dispatch(case.problem)
    asked, every = case.asked(first), np.arange(len(case.hours))
    rows = solve_rows(case.network_with(None), asked, every, case.design_degc, Limits(), 0.0)
    problem = case.problem_at(rows)
    result = dispatch(problem)
    assert result.heat_mw["tiny/heat_pump"].sum() > 1.0
    prices = hour_prices(problem, result, case.balance)
    cost = heat_cost_cny(case.year, case.conditions, case.hours, rows, case.primary_mw(result), problem, prices)
    assert cost.sum() == pytest.approx(result.cost_cny["total_cny"], rel=1e-9)
