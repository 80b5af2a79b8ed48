"""Contracts and demands that projects change: hours solved by hand; each says which wrong answer a bug would give."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.design import Option, SearchLimits, Size, cheapest
from heatnet.design.candidates import problem_of
from heatnet.dispatch import dispatch

EXACT = SearchLimits(gap_share=0.0, block_h=1, steps=0)
#: the solvers' tolerances on programmes of a few hundred CNY, and the dispatch's price of ties
CNY = 0.05
HOURS = 4


def steam_like(unit, name="plant", **more):
    """Return a plant at 10 CNY/MWh that has to be taken as far as its contract says."""
    return unit(HOURS, name, power_per_heat=0.1, waste_class="plan", **more)


def insulation(mw, cost, hours=HOURS, **more):
    return Option("c/o", "c", demand_change_mw={"n/water": np.full(hours, -float(mw))}, cny_per_a=cost, **more)


def test_a_project_may_take_demand_off_a_contract(unit, state, target):
    """Contract of 10 MW, 4 MW of gas beside it in two hours; insulation of 2 MW for 100 a year saves 2 x 2 x 50 = 200.

    Of the contract 2 MW are thrown away in the other two hours: 4 x 10 x 10 + 2 x 2 x 50 + 100 = 700. Room to dump by the
    demand without insulation is none there, and nothing would be built: 800.
    """
    units = [steam_like(unit, take_min_mw=10.0), unit(HOURS, "gas", 50)]
    best = cheapest([state({"n/water": [10, 10, 14, 14]}, units, [insulation(2, 100.0)])], target(HOURS), EXACT)
    assert best.cost_cny == pytest.approx(700.0, abs=CNY)
    assert best.bound_cny == pytest.approx(700.0, abs=CNY)
    assert best.result.dumped_mw["n/water"].tolist() == pytest.approx([2.0, 2.0, 0.0, 0.0], abs=1e-6)


def test_a_line_that_loses_heat_leaves_less_to_throw_away(unit, state, target):
    """Contract of 10 MW at 10 CNY/MWh on a demand of 8, 2 MW thrown away; a project that loses 2 MW, paid 1 CNY, takes them.

    A plant that is paid 20 CNY/MWh finds no place for its heat, before or after: 400 or 399. With the room of the old
    demand it could be thrown away: 4 x 2 x 20 less, 239.
    """
    line = Option("l/o", "l", demand_change_mw={"n/water": np.full(HOURS, 2.0)}, cny_per_a=-1.0)
    units = [unit(HOURS, "plant", 10, take_min_mw=10.0), unit(HOURS, "paid", power_per_heat=0.1, available=4.0)]
    made = state({"n/water": [8] * HOURS}, units, [line], power=-200.0)
    best = cheapest([made], target(HOURS), EXACT)
    assert best.cost_cny == pytest.approx(399.0, abs=CNY)
    assert best.bound_cny <= 399.0 + CNY
    assert best.result.dumped_mw["n/water"].sum() == pytest.approx(0.0, abs=1e-6)


def test_two_contracts_dump_together_no_more_than_they_exceed_the_demand(unit, state, target):
    """Contracts of 6 and 6 MW on 10 MW: 2 MW are thrown away. A plant that is paid 20 CNY/MWh runs no more than that allows.

    It gives its 6 MW: 4 x (60 - 6 x 20) = -240. Were each contract to dump 2 MW, it would give 8: -400.
    """
    paid = unit(HOURS, "paid", power_per_heat=0.1, take_min_mw=6.0)
    made = state({"n/water": [10] * HOURS}, [unit(HOURS, "plant", 10, take_min_mw=6.0), paid], power=-200.0)
    best = cheapest([made], target(HOURS), EXACT)
    assert best.cost_cny == pytest.approx(-240.0, abs=CNY)
    assert dispatch(made.problem).cost_cny["total_cny"] == pytest.approx(-240.0, abs=CNY)


def test_what_a_project_takes_away_beyond_the_demand_is_gone(unit, state, target):
    """Insulation of 2 MW on 10, 10, 1 and 1 MW: gas for 8 + 8 = 16 MWh at 50, 810 with its 10 a year; without it 1100.

    A demand of -1 MW would be infeasible, and the choice never be built; paid for, it would make 710.
    """
    made = state({"n/water": [10, 10, 1, 1]}, [unit(HOURS, "gas", 50)], [insulation(2, 10.0)])
    for limits in (EXACT, SearchLimits(gap_share=0.0)):
        best = cheapest([made], target(HOURS), limits)
        assert best.cost_cny == pytest.approx(810.0, abs=CNY)
        assert best.bound_cny <= 810.0 + CNY
    assert best.problem.demand_of("n/water").tolist() == [8.0, 8.0, 0.0, 0.0]


def test_changes_of_a_demand_add_up_before_it_ends_at_0(unit, state, target):
    """1 MW less 2 MW plus 1 MW is no demand, in whichever order the projects stand: cost 0. One after the other: 1 MW, 200."""
    more = Option("m/o", "m", demand_change_mw={"n/water": np.full(HOURS, 1.0)}, needs=())
    for options in ([insulation(2, 0.0), more], [more, insulation(2, 0.0)]):
        made = state({"n/water": [1] * HOURS}, [unit(HOURS, "gas", 50)], options)
        built = problem_of(made, {"c/o": (1, 0.0), "m/o": (1, 0.0)})
        assert built.demand_of("n/water").tolist() == [0.0] * HOURS
        assert cheapest([made], target(HOURS), EXACT).cost_cny == pytest.approx(0.0, abs=CNY)


@pytest.mark.parametrize(
    ("per_mw", "size", "cost"),
    [(1000.0, 1.0, 1000 + 4 * (20 + 9 * 50)), (10.0, 10.0, 10 * 10 + 4 * 10 * 20)],
)
def test_the_contract_of_a_sized_plant_is_no_larger_than_its_size(unit, state, target, per_mw, size, cost):
    """A plant of 1 to 10 MW at 20 CNY/MWh, contract 5 MW, gas at 50; a MW saves 120 a year.

    At 1000 a MW the smallest one is built for the target: 1 MW with a contract of 1 MW, 2880. The contract of the largest
    size would make it 5 MW (6400). At 10 a MW the largest is built.
    """
    source = unit(HOURS, "hp", power_per_heat=0.2, waste_class="plan", take_min_mw=5.0)
    option = Option("c/o", "c", units=(source,), size=Size("n/hp", 1.0, 10.0, per_mw))
    made = state({"n/water": [10] * HOURS}, [unit(HOURS, "gas", 50)], [option])
    best = cheapest([made], target(HOURS, 0.05), EXACT)
    assert best.choice["c/o"] == (1, pytest.approx(size, abs=1e-6))
    assert best.cost_cny == pytest.approx(cost, abs=CNY)
    assert best.bound_cny <= cost + CNY


def test_between_least_and_largest_size_the_contract_is_kept_too(unit, state, target):
    """A plant at 80 CNY/MWh, gas at 50, the first hour without gas (missing heat 1000): 4 MW are worth having for it.

    Contract 5 MW: a plant of 4 MW gives 4 MW in every hour: 4 x 4 x 80 + 3 x 6 x 50 + 6000 + 10 a MW. With the straight line from
    0 to 10 MW alone it would give 2 MW in the other hours.
    """
    source = unit(HOURS, "hp", power_per_heat=0.8, waste_class="plan", take_min_mw=5.0)
    option = Option("c/o", "c", units=(source,), size=Size("n/hp", 0.0, 10.0, 10.0))
    gas = unit(HOURS, "gas", 50, [6.0, 10.0, 10.0, 10.0])
    made = state({"n/water": [10, 10, 10, 10]}, [gas], [option])
    best = cheapest([made], target(HOURS), EXACT)
    assert best.choice["c/o"][1] == pytest.approx(4.0, abs=1e-6)
    assert best.cost_cny == pytest.approx(4 * 4 * 80 + 4 * 6 * 50 + 40, abs=CNY)
    assert dispatch(best.problem).cost_cny["total_cny"] + 40 == pytest.approx(best.cost_cny, abs=CNY)
    assert best.bound_cny <= best.cost_cny + CNY
