"""Properties of any dispatch: balances close, merit order bounds it, capacity never costs, same bytes twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatnet.dispatch import account_costs, dispatch, marginal_cost_cny_per_mwh
from heatnet.dispatch.groups import independent_groups
from heatnet.dispatch.linear_model import forget_solutions

#: balances must close to this in every hour, MW
BALANCE_MW = 1e-6
#: tie-breaking may move a schedule by this much of its cost at most (0.001 CNY/MWh on some hundred MWh)
COST_CNY = 1.0
HOURS = 6

FEW = settings(
    max_examples=10, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
demands = st.lists(st.floats(0, 60), min_size=HOURS, max_size=HOURS)
plants = st.lists(
    st.tuples(st.integers(1, 400), st.lists(st.floats(0, 30), min_size=HOURS, max_size=HOURS)), min_size=1, max_size=5
)


def merit_order_cost(problem):
    """Return the cost of filling each hour from the cheapest plant up, what is left at the unmet price, CNY."""
    cost = marginal_cost_cny_per_mwh(problem).to_numpy()
    available = np.column_stack([unit.available_mw for unit in problem.units])
    total = 0.0
    for hour, left in enumerate(problem.demand_mw["n/water"]):
        for plant in np.argsort(cost[hour]):
            heat = min(left, available[hour, plant])
            total += heat * cost[hour, plant]
            left -= heat
        total += left * problem.prices.unmet_cny_per_mwh
    return total


@FEW
@given(demand=demands, specs=plants)
def test_merit_order_is_the_optimum_without_coupling(unit, problem, demand, specs):
    """Hours that nothing couples are solved by the merit order: the programme costs exactly that."""
    units = [unit(HOURS, f"p{i}", cost, available) for i, (cost, available) in enumerate(specs)]
    stated = problem({"n/water": demand}, units)
    assert dispatch(stated).cost_cny["total_cny"] == pytest.approx(merit_order_cost(stated), abs=COST_CNY, rel=1e-6)


@FEW
@given(demand=demands, specs=plants, cap=st.floats(0, 100))
def test_a_yearly_limit_costs_no_less_than_the_merit_order(unit, problem, demand, specs, cap):
    """A limit only takes schedules away: the merit order without it is a lower bound, and the limit holds."""
    units = [unit(HOURS, f"p{i}", cost, available) for i, (cost, available) in enumerate(specs)]
    units[0] = replace(units[0], year_max_mwh=cap)
    stated = problem({"n/water": demand}, units)
    result = dispatch(stated)
    assert result.cost_cny["total_cny"] >= merit_order_cost(stated) - COST_CNY
    assert result.heat_mw["n/p0"].sum() <= cap + HOURS * BALANCE_MW


def coupled_problem(unit, problem, demand, steam_demand, chp_mw, cap):
    """Return water and steam with a station between them, contract steam, a yearly limit and a separate site."""
    units = [
        unit(HOURS, "pump", 0, 12, fuel=None, power_per_heat=0.3, year_max_mwh=cap),
        unit(HOURS, "boiler", 35, 40),
        unit(HOURS, "station", 0, 25, fuel=None, draws_from="n/steam", draw_per_heat=1 / 0.98),
        unit(HOURS, "chp", 0, chp_mw, fuel=None, power_lost_per_heat=0.27, balance="n/steam", take_min_mw=chp_mw / 2),
        unit(HOURS, "steam_boiler", 45, 30, balance="n/steam"),
        unit(HOURS, "site", 12, 18, balance="s/site"),
    ]
    power = [30.0, 120.0, 80.0, 60.0, 150.0, 40.0]
    return problem({"n/water": demand, "n/steam": steam_demand, "s/site": demand}, units, power=power)


@FEW
@given(demand=demands, steam=demands, chp_mw=st.floats(0, 40), cap=st.floats(0, 80))
def test_balances_close_in_every_hour(unit, problem, demand, steam, chp_mw, cap):
    """Delivered - drawn + missing - dumped = demand in every balance and hour; bounds hold."""
    stated = coupled_problem(unit, problem, demand, steam, chp_mw, cap)
    r = dispatch(stated)
    for balance in stated.balances:
        left = r.unmet_mw[balance].to_numpy() - r.dumped_mw[balance].to_numpy() - stated.demand_of(balance)
        for u in stated.units:
            heat = r.heat_mw[u.id].to_numpy()
            left = left + heat * (u.balance == balance) - heat * u.draw_per_heat * (u.draws_from == balance)
            assert (heat >= u.take_min_mw).all()
            assert (heat <= u.available_mw).all()
        np.testing.assert_allclose(left, 0, atol=BALANCE_MW)
    assert r.unmet_mw.min(axis=None) >= 0
    assert r.dumped_mw.min(axis=None) >= 0
    assert r.dumped_mw[["n/water", "s/site"]].max(axis=None) == 0
    assert r.cost_cny == account_costs(stated, r.heat_mw, r.unmet_mw)


@FEW
@given(demand=demands, steam=demands, chp_mw=st.floats(0, 40), cap=st.floats(0, 80), which=st.integers(0, 5))
def test_more_capacity_never_costs_more(unit, problem, demand, steam, chp_mw, cap, which):
    """Relaxing a bound never raises the cost."""
    tight = coupled_problem(unit, problem, demand, steam, chp_mw, cap)
    units = list(tight.units)
    units[which] = replace(units[which], available_mw=units[which].available_mw + 7.0)
    loose = replace(tight, units=tuple(units))
    assert dispatch(loose).cost_cny["total_cny"] <= dispatch(tight).cost_cny["total_cny"] + COST_CNY


@settings(FEW, max_examples=5)
@given(demand=demands, steam=demands)
def test_one_more_mwh_costs_the_shadow_price(unit, problem, demand, steam):
    """The dual lies between what one MWh less saves and what one MWh more costs (convexity of a linear programme)."""
    demand = [value + 1.0 for value in demand]
    base = coupled_problem(unit, problem, demand, steam, 20.0, 30.0)
    result = dispatch(base)
    price = result.shadow_price_cny_per_mwh["n/water"].iloc[2]

    def cost_with(extra):
        shifted = base.demand_mw["n/water"].copy()
        shifted[2] += extra
        return dispatch(replace(base, demand_mw={**base.demand_mw, "n/water": shifted})).cost_cny["total_cny"]

    assert result.cost_cny["total_cny"] - cost_with(-1.0) <= price + COST_CNY
    assert cost_with(1.0) - result.cost_cny["total_cny"] >= price - COST_CNY


def test_same_problem_gives_the_same_bytes(unit, problem):
    """A week with ties, limits and coupling, solved twice: equal to the last bit."""
    rng = np.random.default_rng(1)
    demand, steam = rng.uniform(10, 60, HOURS), rng.uniform(0, 30, HOURS)
    stated = coupled_problem(unit, problem, demand, steam, 20.0, 30.0)
    first = dispatch(stated)
    forget_solutions()
    second = dispatch(stated)
    for name in ("heat_mw", "unmet_mw", "dumped_mw", "shadow_price_cny_per_mwh"):
        assert getattr(first, name).to_numpy().tobytes() == getattr(second, name).to_numpy().tobytes()
    assert first.cost_cny == second.cost_cny


def test_order_and_names_change_no_number(unit, problem):
    """Units declared in another order, and balances too, give the same cost and shadow prices."""
    rng = np.random.default_rng(2)
    stated = coupled_problem(unit, problem, rng.uniform(10, 60, HOURS), rng.uniform(0, 30, HOURS), 20.0, 30.0)
    turned = replace(stated, units=stated.units[::-1], demand_mw=dict(reversed(stated.demand_mw.items())))
    first, second = dispatch(stated), dispatch(turned)
    assert first.cost_cny["total_cny"] == pytest.approx(second.cost_cny["total_cny"], abs=COST_CNY)
    prices = second.shadow_price_cny_per_mwh[first.shadow_price_cny_per_mwh.columns]
    np.testing.assert_allclose(first.shadow_price_cny_per_mwh, prices, atol=0.01)


def test_groups_are_the_balances_that_stations_connect(unit, problem):
    """Water and steam hang together by the station, the site does not; solved alone it gives the same heat."""
    stated = coupled_problem(unit, problem, [10.0] * HOURS, [5.0] * HOURS, 20.0, 30.0)
    groups = independent_groups(stated)
    assert [group.balances for group in groups] == [("n/water", "n/steam"), ("s/site",)]
    assert [len(group.units) for group in groups] == [5, 1]
    alone = replace(stated, units=groups[1].units, demand_mw={"s/site": stated.demand_mw["s/site"]})
    np.testing.assert_allclose(dispatch(alone).heat_mw["n/site"], dispatch(stated).heat_mw["n/site"], atol=BALANCE_MW)
