"""Random portfolios of everything that binds hours, plants and projects together, every choice tried with the dispatch itself."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from heatnet.design import Option, SearchLimits, Size, cheapest
from heatnet.design.candidates import problem_of
from heatnet.dispatch import dispatch
from heatnet.model.commitment import Transfer
from heatnet.model.heat_store import HeatStore

HOURS = 24
EXACT = SearchLimits(gap_share=1e-6, rounds=200, block_h=1, steps=0)
BLOCKS = SearchLimits(gap_share=1e-6, rounds=200, block_h=8, steps=20)
#: two solvers' tolerances on some ten thousand CNY, and the dispatch's price of ties
CNY = 0.5


def random_state(unit, state, seed):
    """Return two sites: contracts, tanks with units in common, idle hours, insulation beyond the demand, a transfer.

    Power is worth less than nothing in some hours, but not beside a transfer: there the search may pass heat both ways.
    """
    draw = np.random.default_rng(seed)

    def hourly(low, high, idle=0.0):
        return draw.uniform(low, high, HOURS).round(1) * (draw.random(HOURS) >= idle)

    demand = {"n/site": hourly(2, 14, 0.3).tolist(), "m/site": hourly(0, 6, 0.2).tolist()}
    units = [
        unit(HOURS, "gas", 50, 30, balance="n/site"),
        unit(HOURS, "far", 45, 8, balance="m/site"),
        unit(HOURS, "contract", 8, 9, balance="n/site", take_min_mw=float(draw.choice([0, 4, 9])), waste_class="plan"),
    ]
    plants = {
        "hp": unit(HOURS, "hp", power_per_heat=0.3, available=hourly(2, 8, 0.3), balance="n/site", waste_class="plan"),
        "eb": unit(HOURS, "eb", power_per_heat=1.0, available=np.inf, balance="n/site"),
        "chp": unit(
            HOURS, "chp", 12, 6, balance="n/site", take_min_mw=float(draw.choice([0, 3, 6])), year_max_mwh=110.0
        ),
    }

    def tank(name, *charged_by):
        by = tuple(f"n/site/{one}" for one in charged_by)
        loss = float(draw.choice([0.0, 0.01]))
        return HeatStore(f"n/{name}", "n", name, "n/site", 30.0, 9.0, 9.0, by, loss)

    less = {"n/site": -hourly(0, 4), "m/site": -hourly(0, 1)}
    options = [
        *(Option(f"{name}/o", name, (plant,), cny_per_a=float(draw.uniform(0, 900))) for name, plant in plants.items()),
        Option(
            "chp/half",
            "chp",
            (replace(plants["chp"], available_mw=plants["chp"].available_mw / 2, take_min_mw=0 * hourly(0, 1)),),
        ),
        Option("less/o", "less", demand_change_mw=less, cny_per_a=float(draw.uniform(0, 900)), count_max=2),
        Option("t1/o", "t1", stores=(tank("t1", "hp", "eb"),), cny_per_a=float(draw.uniform(0, 200)), needs=("eb",)),
        Option("t2/o", "t2", stores=(tank("t2", "hp", "contract"),), cny_per_a=float(draw.uniform(0, 200))),
    ]
    least = 0.0 if seed % 2 else -40.0
    made = state(demand, units, options, power=draw.choice([least, 30.0, 90.0, 160.0], HOURS))
    line = Transfer("line", "n/site", "m/site", 4.0, float(draw.choice([0, 3])), 0.05, 1.0)
    return replace(made, problem=replace(made.problem, transfers=(line,) if seed % 2 else ()))


def choices_of(made):
    """Return every choice of options and pieces that their needs allow."""
    tables = [
        [{}, *({one.id: count} for one in options for count in range(1, one.count_max + 1))]
        for options in made.candidates().values()
    ]
    for parts in product(*tables):
        counts = {name: count for part in parts for name, count in part.items()}
        there = {name.split("/")[0] for name in counts}
        if all(set(one.needs) <= there for one in made.options if one.id in counts):
            yield counts


def dispatched_cny(made, choice):
    """Return what the dispatch's own programme says of a choice with its annuities; inf where it has no schedule."""
    result = dispatch(problem_of(made, choice), explain=False)
    if not result.is_optimal:
        return np.inf
    return result.cost_cny["total_cny"] + sum(
        one.yearly_cny(*choice[one.id]) for one in made.options if one.id in choice
    )


@pytest.mark.parametrize("seed", range(6))
def test_no_choice_that_the_dispatch_can_run_is_cheaper_than_the_search_says(unit, state, target, seed):
    """Every choice by the dispatch: the least is the search's, and its bound, over hours and over blocks, is not above it.

    A tank that stands still in idle hours, heat of a contract thrown away by another demand's room, heat that two tanks take at
    once, a demand below 0 or a transfer left out gives another least cost or a bound above it.
    """
    made = random_state(unit, state, seed)
    costs = [
        dispatched_cny(made, {name: (count, 0.0) for name, count in counts.items()}) for counts in choices_of(made)
    ]
    asked = replace(target(HOURS), networks=("n", "m"))
    for limits in (EXACT, BLOCKS):
        best = cheapest([made], asked, limits)
        assert best.cost_cny == pytest.approx(min(costs), abs=CNY)
        assert best.bound_cny <= min(costs) + CNY
        assert best.cost_cny == pytest.approx(dispatched_cny(made, best.choice), abs=CNY)


@pytest.mark.parametrize("seed", range(8))
def test_no_size_of_a_plant_with_a_contract_is_cheaper_than_the_bound(unit, state, target, seed):
    """Ten sizes of a plant whose contract is no larger than its size, by the dispatch: none costs less than the search says."""
    draw = np.random.default_rng(seed)
    contract = float(draw.choice([2, 5, 8]))
    source = unit(
        HOURS, "s", power_per_heat=draw.uniform(0.1, 1.0), available=8.0, take_min_mw=contract, waste_class="plan"
    )
    size = Size("n/s", float(draw.choice([0, 1, 6])), 8.0, float(draw.uniform(0, 900)))
    demand = draw.uniform(0, 12, HOURS).round(1) * (draw.random(HOURS) > 0.3)
    gas = unit(HOURS, "gas", 50, draw.uniform(0, 12, HOURS))
    made = state({"n/water": demand.tolist()}, [gas], [Option("s/o", "s", (source,), size=size)])
    best = cheapest([made], target(HOURS), EXACT)
    costs = [dispatched_cny(made, {})]
    costs += [dispatched_cny(made, {"s/o": (1, mw)}) for mw in np.linspace(size.least, size.most, 10) if mw > 0]
    assert best.cost_cny <= min(costs) + CNY
    assert best.bound_cny <= min(costs) + CNY
    assert best.cost_cny == pytest.approx(dispatched_cny(made, best.choice), abs=CNY)
