"""Tanks of portfolios: hours solved by hand; each says which wrong answer a bug would give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatnet.design import Option, SearchLimits, Size, cheapest
from heatnet.design.candidates import problem_of
from heatnet.design.pieces import system_of
from heatnet.dispatch import dispatch
from heatnet.model.heat_store import HeatStore

EXACT = SearchLimits(gap_share=0.0, block_h=1, steps=0)
USUAL = SearchLimits(gap_share=0.0)
#: the solvers' tolerances on programmes of a few thousand CNY, and the dispatch's price of ties
CNY = 0.05


def tank(name="tank", charged_by=("n/hp",), energy_mwh=100.0, loss=0.0):
    return HeatStore(f"n/{name}", "n", name, "n/water", energy_mwh, 20.0, 20.0, charged_by, loss)


@pytest.mark.parametrize("limits", [EXACT, USUAL])
def test_a_tank_is_charged_in_hours_without_demand(unit, state, target, limits):
    """A heat pump at 10 CNY/MWh gives 10 MW in three hours without demand, gas at 50 serves the 30 MWh of the next three.

    With a tank for 10 CNY: 3 x 10 x 10 + 10 = 310. A tank that works in hours of demand alone has nothing to take: 1500,
    "proven" for all portfolios.
    """
    units = [unit(6, "gas", 50, 100), unit(6, "hp", 0.0, [10, 10, 10, 0, 0, 0], power_per_heat=0.1)]
    made = state({"n/water": [0, 0, 0, 10, 10, 10]}, units, [Option("t/o", "t", stores=(tank(),), cny_per_a=10.0)])
    best = cheapest([made], target(6), limits)
    assert best.cost_cny == pytest.approx(310.0, abs=CNY)
    assert best.bound_cny == pytest.approx(310.0, abs=CNY)
    assert dispatch(best.problem).cost_cny["total_cny"] + 10 == pytest.approx(310.0, abs=CNY)


def test_heat_that_waits_for_days_without_anyone_loses_its_share(unit, state, target):
    """10 MW of free heat in the first hour, demand of 4 MW in the 49th, 1 % lost an hour: 4 / 0.99^48 = 6.48 MWh are charged.

    A MWh of the tank costs 1 CNY and takes 0.2 MW, so that five times that has to be built: 32.4. Hours in which it neither takes
    nor gives are no periods; without their loss it would be 20.
    """
    hours = 49
    free = unit(hours, "hp", 0.0, [10.0] + [0.0] * (hours - 1), waste_class="plan")
    option = Option("t/o", "t", stores=(tank(loss=0.01),), size=Size("n/tank", 0.0, 100.0, 1.0))
    made = state({"n/water": [0.0] * (hours - 1) + [4.0]}, [unit(hours, "gas", 50), free], [option])
    best = cheapest([made], target(hours), EXACT)
    assert best.cost_cny == pytest.approx(5 * 4 / 0.99**48, abs=CNY)
    assert system_of(made, target(hours), {"t/o": 1}).storing().sum() == 2


@pytest.mark.parametrize("seed", range(8))
def test_heat_is_charged_as_early_as_it_pays(unit, state, target, seed):
    """Six days, demand in four hours of them, heat of changing cost and amount between: cost and schedule are the dispatch's.

    Were charges limited to the day before, what is cheap or scarce earlier would be missed.
    """
    draw, hours = np.random.default_rng(seed), 144
    demand = np.where(np.isin(np.arange(hours), draw.choice(hours, 4)), 12.0, 0.0)
    power = draw.choice([10.0, 40.0, 41.0, 100.0], hours, p=[0.02, 0.3, 0.3, 0.38])
    plants = {"hp": draw.uniform(0, 3, hours).round(1), "hp2": draw.choice([0.0, 20.0], hours, p=[0.7, 0.3])}
    units = [unit(hours, name, power_per_heat=0.1, available=mw, waste_class="plan") for name, mw in plants.items()]
    by, loss = ("n/hp", "n/hp2")[: 1 + seed % 2], float(draw.choice([0.0, 0.0005, 0.01]))
    option = Option("t/o", "t", stores=(tank("tank", by, 60.0, loss),), size=Size("n/tank", 0.0, 60.0, 2.0))
    made = state({"n/water": demand.tolist()}, [unit(hours, "gas", 50, 100), *units], [option], power=power)
    best = cheapest([made], target(hours), EXACT)
    again = dispatch(best.problem).cost_cny["total_cny"] + 2.0 * best.choice["t/o"][1]
    assert best.cost_cny == pytest.approx(again, abs=CNY)
    for mwh in (20.0, 40.0, 60.0):
        other = dispatch(problem_of(made, {"t/o": (1, mwh)})).cost_cny["total_cny"] + 2.0 * mwh
        assert best.cost_cny <= other + CNY
    assert best.bound_cny <= best.cost_cny + CNY


def test_an_option_without_a_limit_charges_a_tank_where_nobody_asks(unit, state, target):
    """The heat pump of the first test without a capacity, as an option: a limit by the hour's demand would be 0 there."""
    source = unit(2, "hp", 0.0, [np.inf, 0.0], power_per_heat=0.1)
    options = [Option("t/o", "t", stores=(tank(),), cny_per_a=10.0), Option("hp/o", "hp", (source,))]
    best = cheapest([state({"n/water": [0, 10]}, [unit(2, "gas", 50, 100)], options)], target(2), EXACT)
    assert best.cost_cny == pytest.approx(10 * 10 + 10, abs=CNY)


@pytest.mark.parametrize("loss", [0.0, 0.01])
def test_tanks_with_some_units_in_common_take_no_heat_twice(unit, state, target, loss):
    """One tank takes of a, another of a and b: a's 10 MW once, b's 0.5 MW, for two hours; gas at 50 serves the rest.

    hot gives the 20 MW of these hours (2 CNY/MWh), what is stored saves gas at 50: 21 MWh of it, 2056 without losses. Each
    tank with a's heat for itself: 1096.
    """
    units = [
        unit(4, "a", 1, [10, 10, 0, 0]),
        unit(4, "b", 5, [0.5, 0.5, 0, 0]),
        unit(4, "hot", 2, [30, 30, 0, 0]),
        unit(4, "gas", 50, 100),
    ]
    more = Option("t/o", "t", stores=(tank("t2", ("n/a", "n/b"), loss=loss),), cny_per_a=1.0)
    made = state({"n/water": [20, 20, 30, 30]}, units, [more])
    made = replace(made, problem=replace(made.problem, stores=(tank("t1", ("n/a",), loss=loss),)))
    for limits in (EXACT, USUAL):
        best = cheapest([made], target(4), limits)
        cost = dispatch(best.problem).cost_cny["total_cny"] + (1 if best.choice else 0)
        assert best.cost_cny == pytest.approx(cost, abs=CNY)
        assert best.bound_cny <= best.cost_cny + CNY
        if loss == 0:
            assert best.cost_cny == pytest.approx(2056.0, abs=CNY)
    result = best.result
    assert (result.unit_charge_mw - result.heat_mw[["n/a", "n/b"]]).to_numpy().max() <= 1e-6
    assert result.unit_charge_mw.sum().sum() == pytest.approx(result.store_charge_mw.sum().sum(), abs=1e-6)


def test_tanks_of_the_same_units_share_their_heat_without_a_column_each(unit, state, target):
    """Two tanks of 2 MWh, a source of 6 MW in hour one, demand of 3 then 6 MW: 3 MWh are left to store, 150 of 300 saved."""
    source = unit(2, "a", 0.0, [6.0, 0.0], waste_class="plan")
    more = Option("t/o", "t", stores=(tank("t2", ("n/a",), 2.0),), cny_per_a=1.0)
    made = state({"n/water": [3, 6]}, [source, unit(2, "gas", 50, 100)], [more])
    made = replace(made, problem=replace(made.problem, stores=(tank("t1", ("n/a",), 2.0),)))
    best = cheapest([made], target(2), EXACT)
    assert best.cost_cny == pytest.approx(151.0, abs=CNY)
    assert dispatch(best.problem).cost_cny["total_cny"] + 1 == pytest.approx(151.0, abs=CNY)
