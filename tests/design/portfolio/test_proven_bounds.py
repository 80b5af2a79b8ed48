"""What the search calls proven: bounds below every schedule's cost, limits above every schedule's rate, and what stays open."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.design import Option, SearchLimits, cheapest, largest_rate, search
from heatnet.model.substitution import Counting

EXACT = SearchLimits(gap_share=0.0, rounds=60, block_h=1, steps=0)
CNY = 1e-3


def steam_system(unit, state, process, space, cost_steam=50.0, options=()):
    """Return process and space heat; CHP steam of 10 MW at 100 CNY/MWh, a lossless station, boilers at 50 and `cost_steam`."""
    hours = len(process)
    units = [
        unit(hours, "boiler", 50.0, 100.0),
        unit(hours, "sb", cost_steam, 100.0, balance="n/steam"),
        unit(hours, "hx", 0.0, 10.0, draws_from="n/steam", draw_per_heat=1.0),
    ]
    return state(
        {"n/steam": list(process), "n/water": list(space)},
        units,
        [Option("chp/one", "chp", (chp(unit, hours, "chp", 10.0),), cny_per_a=100.0), *options],
        power_lost=400.0,
    )


def chp(unit, hours, name, most):
    return unit(hours, name, 0.0, most, waste_class="plan", power_lost_per_heat=0.25, balance="n/steam")


def test_steam_beyond_the_process_is_taken_in_few_hours(unit, state, target):
    """Four equal hours, process 5 MW, space heat 10 MW, a quarter of it asked for: 10 MWh beyond the process.

    10 MW in two hours give them: 20 MWh at 100, 20 + 20 MWh of boilers at 50 and 100 for the project, less what the station
    brings: 2000 + 500 + 1500 + 100 = 4100. Spread over four hours 7.5 MW are 30 MWh: 5100, and no proof that it is least.
    """
    made = steam_system(unit, state, [5.0] * 4, [10.0] * 4)
    best = cheapest([made], target(4, 0.25, counting=Counting.DELIVERED))
    assert best.cost_cny == pytest.approx(4100.0, abs=CNY)
    assert best.bound_cny == pytest.approx(4100.0, abs=CNY)
    assert best.rate == pytest.approx(0.25, abs=1e-6)
    assert sorted(best.result.heat_mw["n/steam/chp"]) == pytest.approx([0.0, 0.0, 10.0, 10.0], abs=1e-6)


def exact_cost(process, space, cost_steam, share):
    """Return the cost of the cheapest year with the project by a programme of its own, max(U - P, 0) by a binary an hour."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    hours, large = len(process), 100.0
    eye, zero = np.eye(hours), np.zeros((hours, hours))
    # by hour: steam u, through the station x, boiler g, steam boiler s, counted w, binary b
    cost = np.concatenate([np.full(hours, one) for one in (100.0, 0.0, 50.0, cost_steam, 0.0, 0.0)])
    rows = [
        LinearConstraint(np.hstack([eye, -eye, zero, eye, zero, zero]), process, process),
        LinearConstraint(np.hstack([zero, eye, eye, zero, zero, zero]), space, space),
        LinearConstraint(np.hstack([-eye, zero, zero, zero, eye, large * eye]), -np.inf, large - process),
        LinearConstraint(np.hstack([zero, zero, zero, zero, eye, -large * eye]), -np.inf, 0.0),
        LinearConstraint(np.repeat([0.0, 0.0, 0.0, 0.0, 1.0, 0.0], hours)[None, :], share * space.sum(), np.inf),
    ]
    most = np.repeat([10.0, 10.0, large, large, large, 1.0], hours)
    whole = np.repeat([0, 0, 0, 0, 0, 1], hours)
    answer = milp(cost, constraints=rows, bounds=Bounds(0.0, most), integrality=whole, options={"mip_rel_gap": 0.0})
    assert answer.success
    return float(answer.fun) + 100.0


@pytest.mark.parametrize("seed", range(12))
def test_no_bound_is_above_the_exact_optimum(unit, state, target, seed):
    """Random hours against a programme with a binary an hour; the schedule found is dearer by no more than one hour's choice."""
    draw = np.random.default_rng(seed)
    process, space = draw.uniform(2, 6, 6).round(1), draw.uniform(4, 12, 6).round(1)
    cost_steam, share = float(draw.choice([50.0, 60.0])), float(draw.choice([0.1, 0.2, 0.3]))
    made = steam_system(unit, state, process, space, cost_steam)
    best = cheapest([made], target(6, share, counting=Counting.DELIVERED), EXACT)
    exact = exact_cost(process, space, cost_steam, share)
    assert best.bound_cny <= exact + CNY
    assert exact - CNY <= best.cost_cny <= 1.05 * exact
    assert best.rate >= share - 3e-5


def test_the_largest_rate_counts_with_heat_that_may_be_missing(unit, state, target):
    """1000 hours of 10 MW, one of them 17; 4 MW of waste heat, 6 of a boiler. Option a adds 0.05 MW of waste heat in the others.

    With it 7 of 10,007 MWh are missing, 0.07 %: the rate counts, (4,000 + 999 x 0.05) / 10,000 = 0.405. Option b covers the
    17 MW, and has 0.4004. A limit that takes ten times the missing heat off the counted one says that no portfolio has more.
    """
    demand, more, peak = np.full(1000, 10.0), np.full(1000, 0.05), np.zeros(1000)
    demand[0], more[0], peak[0] = 17.0, 0.0, 7.0
    pump = unit(1000, "hp", available=4.0, power_per_heat=0.0, waste_class="plan")
    options = [
        Option(
            f"c/{name}",
            "c",
            (unit(1000, name, available=most, power_per_heat=0.0, waste_class="plan"),),
            cny_per_a=100.0,
        )
        for name, most in (("a", more), ("b", peak))
    ]
    made = state({"n/water": demand.tolist()}, [unit(1000, "boiler", 50.0, 6.0), pump], options)
    asked = target(1000, 0.403)
    best = cheapest([made], asked)
    assert best.rate == pytest.approx((4000 + 999 * 0.05) / 10000, abs=1e-6)
    assert largest_rate([made], asked).bound >= best.rate - 1e-9


def test_no_target_is_reached_with_heat_missing(unit, state, target):
    """A boiler of 5 MW and a pump of 4 for 10 MW: a tenth is missing, no rate may be printed, proven for all portfolios."""
    pump = unit(2, "hp", available=4.0, power_per_heat=0.25, waste_class="plan")
    made = state({"n/water": [10, 10]}, [unit(2, "boiler", 50.0, 5.0)], [Option("hp/one", "hp", (pump,))])
    found = search([made], target(2, 0.2), EXACT)
    assert found.outcome is None
    assert not found.is_open


def test_a_search_that_ends_early_leaves_open_what_it_has_not_tried(unit, state, target):
    """Two ways to take steam, 6 and 10 MW, the target needs the dear one; six projects that have no part in it.

    Each of their 64 choices is tried with the cheap way before the dear one: after 20 rounds nothing is found or proven.
    Where the choice of the largest rate is tried first there is a portfolio at once.
    """
    options = [
        Option("jin/a", "jin", (chp(unit, 4, "a", 6.0),), cny_per_a=100.0),
        Option("jin/b", "jin", (chp(unit, 4, "b", 10.0),), cny_per_a=2000.0),
        *(Option(f"d{k}/o", f"d{k}", (unit(4, f"d{k}", 49.9 - k, 0.1),), cny_per_a=0.5 + k) for k in range(6)),
    ]
    made = steam_system(unit, state, [5.0] * 4, [10.0] * 4)
    made = type(made)(made.id, made.problem, tuple(options))
    asked, limits = target(4, 0.15, counting=Counting.DELIVERED), SearchLimits(rounds=20)
    found = search([made], asked, limits)
    assert found.outcome is None
    assert found.is_open
    largest = largest_rate([made], asked).outcome
    assert search([made], asked, limits, first=[(made, largest.counts)]).outcome.rate >= 0.15 - 3e-5
