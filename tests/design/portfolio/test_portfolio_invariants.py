"""Properties of any portfolio: brute force over all choices, relaxing never costs more, more waste heat never costs less."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatnet.design import Option, SearchLimits, Size, cheapest, cost_curve, largest_rate
from heatnet.design.candidates import problem_of
from heatnet.design.pieces import system_of
from heatnet.design.programme import state_programme
from heatnet.design.solve import Solver
from heatnet.dispatch import dispatch
from heatnet.dispatch.groups import independent_groups
from heatnet.dispatch.programme import solve_model, state_group
from heatnet.dispatch.quiet import quiet_solver

EXACT = SearchLimits(gap_share=0.0, rounds=200, block_h=1, steps=0)
HOURS = 4
#: two solvers' tolerances on some thousand CNY, and the dispatch's price of ties
CNY = 0.05
FEW = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
demands = st.lists(st.floats(2, 20), min_size=HOURS, max_size=HOURS)
sources = st.lists(
    st.tuples(st.lists(st.floats(0, 8), min_size=HOURS, max_size=HOURS), st.floats(0.05, 0.9), st.integers(0, 800)),
    min_size=2,
    max_size=3,
)


def system(unit, state, demand, specs, **more):
    """Return a boiler at 60 CNY/MWh and candidates: available heat, power per heat (at 100 CNY/MWh), annuity."""
    options = [
        Option(
            f"c{i}/one",
            f"c{i}",
            (unit(HOURS, f"s{i}", 0.0, available, power_per_heat=power, waste_class="plan"),),
            cny_per_a=float(annuity),
        )
        for i, (available, power, annuity) in enumerate(specs)
    ]
    return state({"n/water": demand}, [unit(HOURS, "boiler", 60, 40)], options, **more)


def fixed_cost(made, choice, share):
    """Return the cheapest year of one choice by the dispatch's own programme with the rate as a further row; inf if none."""
    problem = problem_of(made, choice)
    (group,) = independent_groups(problem)
    net = [(1.0 - u.power_per_heat[0] if u.waste_class == "plan" else 0.0) - share for u in group.units]
    with quiet_solver():
        model = state_group(problem, group)
        heat = model.variables["heat"]
        factors = pd.Series(net, index=pd.Index([u.id for u in group.units], name="unit")).to_xarray()
        counted = (heat * factors).sum() - share * model.variables["unmet"].sum()
        model.add_constraints(counted >= 0, name="rate")
        status = solve_model(model)
    if status != "optimal":
        return np.inf
    annuities = sum(option.yearly_cny(*choice[option.id]) for option in made.options if option.id in choice)
    terms = model.objective.columns >= 0
    return float(model.values[model.objective.columns[terms]] @ model.objective.factors[terms]) + annuities


@FEW
@given(demand=demands, specs=sources, share=st.sampled_from([0.0, 0.05, 0.15, 0.3]))
def test_the_search_finds_what_trying_every_subset_finds(unit, state, target, demand, specs, share):
    """Brute force: every subset by the dispatch's own programme; the least cost is the search's, or none reaches."""
    made = system(unit, state, demand, specs)
    costs = []
    for built in product((0, 1), repeat=len(specs)):
        choice = {option.id: (1, 0.0) for option, yes in zip(made.options, built, strict=True) if yes}
        costs.append(fixed_cost(made, choice, share))
    best = cheapest([made], target(HOURS, share), EXACT)
    if np.isinf(min(costs)):
        assert best is None
    else:
        assert best is not None
        assert best.cost_cny == pytest.approx(min(costs), abs=CNY)
        assert best.bound_cny <= best.cost_cny + CNY


@FEW
@given(demand=demands, specs=sources)
def test_without_a_target_the_year_of_a_choice_is_the_dispatch_s(unit, state, target, demand, specs):
    """The schedule of the chosen portfolio costs what `dispatch` says of the same programme."""
    best = cheapest([system(unit, state, demand, specs)], target(HOURS), EXACT)
    assert best.result.cost_cny["total_cny"] == pytest.approx(dispatch(best.problem).cost_cny["total_cny"], abs=CNY)


@FEW
@given(demand=demands, specs=sources, more=st.floats(0, 5))
def test_relaxing_a_limit_never_costs_more(unit, state, target, demand, specs, more):
    """More heat to take, one candidate more, or a cheaper one: the least cost does not rise."""
    made = system(unit, state, demand, specs)
    cost = cheapest([made], target(HOURS), EXACT).cost_cny
    first = made.options[0]
    wider = replace(first, units=tuple(replace(u, available_mw=u.available_mw + more) for u in first.units))
    for options in ((wider, *made.options[1:]), (replace(first, cny_per_a=first.cny_per_a / 2), *made.options[1:])):
        assert cheapest([replace(made, options=options)], target(HOURS), EXACT).cost_cny <= cost + CNY
    assert cheapest([replace(made, options=made.options[1:])], target(HOURS), EXACT).cost_cny >= cost - CNY


@FEW
@given(demand=demands, specs=sources)
def test_a_higher_target_never_costs_less(unit, state, target, demand, specs):
    """Along the curve from the cheapest system upward; the last point is reached, beyond it there is none."""
    made = system(unit, state, demand, specs)
    curve = cost_curve([made], target(HOURS), 5, EXACT)
    lowest = min(curve.points, key=lambda one: one.cost_cny)
    above = [one.cost_cny for one in curve.points if one.rate >= lowest.rate]
    assert np.all(np.diff(above) >= -CNY)
    below = [one.cost_cny for one in curve.points if one.rate <= lowest.rate]
    assert np.all(np.diff(below) <= CNY)
    assert max(one.rate for one in curve.points) <= curve.largest.rate + 1e-6
    assert curve.largest.rate <= curve.largest.bound + 1e-6
    assert cheapest([made], target(HOURS, min(curve.largest.bound + 0.01, 1.0)), EXACT) is None


def test_the_shadow_price_is_the_slope_of_the_curve(unit, state, target):
    """Two sources, the dearer on top: between 10 and 20 % the slope is the dearer's, by finite difference of the costs.

    Source a: 2 MW at 0.1 power per heat (10 CNY/MWh, counts 0.9); b: 0.8 (80 CNY/MWh, counts 0.2), boiler 60: a
    further counted MWh by b costs 20/0.2 = 100 CNY. The price of the average MWh, or of a, would be another.
    """
    options = [
        Option("a/one", "a", (unit(2, "a", 0.0, 2.0, power_per_heat=0.1, waste_class="plan"),)),
        Option("b/one", "b", (unit(2, "b", 0.0, 8.0, power_per_heat=0.8, waste_class="plan"),)),
    ]
    made = state({"n/water": [10, 10]}, [unit(2, "boiler", 60, 40)], options)
    low, high = (cheapest([made], target(2, share), EXACT) for share in (0.20, 0.21))
    slope = (high.cost_cny - low.cost_cny) / (0.01 * 20)
    assert slope == pytest.approx(100.0, rel=1e-6)
    assert low.shadow_cny_per_gj * 3.6 == pytest.approx(slope, rel=1e-6)


def test_blocks_of_hours_never_cost_more_than_the_hours(unit, state, target):
    """Three days of changing load and price with a tank: the programme over blocks is a lower bound, and a close one."""
    from heatnet.model.heat_store import HeatStore

    rng = np.random.default_rng(3)
    hours = 72
    demand = 8 + 4 * np.sin(np.arange(hours) / 4) + rng.uniform(0, 1, hours)
    power = np.tile(np.repeat([40.0, 120.0, 70.0], 8), 3)
    source = unit(hours, "s", 0.0, 6.0, power_per_heat=0.3, waste_class="plan")
    tank = HeatStore("n/tank", "n", "tank", "n/water", 30.0, 6.0, 6.0, ("n/s",), loss_share_per_h=0.01)
    options = [
        Option("s/one", "s", (source,), size=Size("n/s", 0.0, 6.0, 900.0)),
        Option("t/one", "t", stores=(tank,), size=Size("n/tank", 0.0, 30.0, 3.0)),
    ]
    made = state({"n/water": demand.tolist()}, [unit(hours, "boiler", 60, 40)], options, power=power)
    counts = {"s/one": 1, "t/one": 1}
    asked = target(hours, 0.25)
    exact = system_of(made, asked, counts)
    cost = Solver(state_programme(exact, exact.exact_periods()).matrix).run().objective
    for length, steps in ((1, 0), (4, 0), (8, 0), (8, 2)):
        bound = Solver(state_programme(exact, exact.block_periods(length, steps)).matrix).run().objective
        assert bound <= cost + 1e-6
        assert bound >= 0.9 * cost


def test_equal_hours_are_one_period_without_loss(unit, state, target):
    made = system(unit, state, [5.0, 5.0, 7.0, 5.0], [([2.0] * 4, 0.2, 10)])
    asked = system_of(made, target(HOURS, 0.1), {"c0/one": 1})
    periods = asked.exact_periods()
    assert periods.hours.tolist() == [3.0, 1.0]
    assert periods.spread(periods.sums(np.array([1.0, 2.0, 9.0, 3.0]))).tolist() == [2.0, 2.0, 9.0, 2.0]


def test_the_largest_rate_is_the_same_in_any_order_of_the_candidates(unit, state, target):
    specs = [([3.0] * 4, 0.3, 0), ([1.0, 4.0, 0.0, 2.0], 0.1, 500)]
    made = system(unit, state, [8.0, 9.0, 4.0, 6.0], specs)
    turned = replace(made, options=tuple(reversed(made.options)))
    first, second = (largest_rate([one], target(HOURS), EXACT).rate for one in (made, turned))
    assert first == pytest.approx(second, abs=1e-9)
