"""Heat between zones in the search: hours solved by hand; each says which wrong answer a bug would give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatnet.design import Option, SearchLimits, cheapest, largest_rate, rate_bound
from heatnet.dispatch import dispatch
from heatnet.model.commitment import Transfer
from heatnet.model.substitution import Counting, Denominator

EXACT = SearchLimits(gap_share=0.0, block_h=1, steps=0)
#: the solvers' tolerances on programmes of a few thousand CNY, and the dispatch's price of ties
CNY = 0.05
ZONE = ("a", "b")


def two_sites(unit, state, transfer, source=None):
    """Return sites a and b, 10 MW each for two hours, gas at 50 CNY/MWh in both, and a source of 8 MW that may be built at b."""
    gas = [unit(2, f"gas_{one}", 50, 30, balance=f"{one}/site") for one in ZONE]
    source = source or unit(2, "source", power_per_heat=0.1, available=8.0, waste_class="plan", balance="b/site")
    made = state({"a/site": [10, 10], "b/site": [10, 10]}, gas, [Option("s/o", "s", (source,), cny_per_a=100.0)])
    return replace(made, problem=replace(made.problem, transfers=(transfer,)))


def zone(target, share=0.0, process=0.0, **more):
    """Return the target of both sites; `process` is the process part of a's demand, MW, b has none."""
    known = {"a/site": np.full(2, process), "b/site": np.zeros(2)}
    more = {"counting": Counting.DELIVERED, "process_mw": known} | more
    return replace(target(2, share, **more), networks=ZONE)


def test_heat_goes_where_it_is_dear_with_loss_cost_and_capacity(unit, state, target):
    """Missing heat at 1000 CNY/MWh in a, which has nothing of its own; b's source of 8 MW is free to go there.

    Of 5 MW that go in at 2 CNY/MWh 4 arrive: 2 x (5 x 2 + 6 x 1000 + 8 x 10 + 7 x 50) + 100. Without the transfer 10 MW are
    missing (20 660), without loss 5 MW arrive, without the limit 8.
    """
    source = unit(2, "source", power_per_heat=0.1, available=8.0, waste_class="plan", balance="b/site")
    made = two_sites(unit, state, Transfer("t", "b/site", "a/site", 5.0, 0.0, 0.2, 2.0), source)
    made = replace(made, problem=replace(made.problem, units=made.problem.units[1:]))
    best = cheapest([made], zone(target), EXACT)
    assert best.cost_cny == pytest.approx(2 * (10 + 6000 + 80 + 350) + 100, abs=CNY)
    assert best.bound_cny == pytest.approx(best.cost_cny, abs=CNY)
    assert best.result.transfer_mw["t"].tolist() == pytest.approx([5.0, 5.0])
    told, found = best.result.cost_cny, dispatch(best.problem).cost_cny
    assert told["transfer_cny"] == pytest.approx(20.0)
    assert {key: told[key] for key in found} == pytest.approx(found, abs=CNY)


def test_a_transfer_takes_heat_back_too(unit, state, target):
    """The same with a transfer declared the other way round and a capacity back alone: nothing changes."""
    made = two_sites(unit, state, Transfer("t", "a/site", "b/site", 0.0, 5.0, 0.2, 2.0))
    made = replace(made, problem=replace(made.problem, units=made.problem.units[1:]))
    best = cheapest([made], zone(target), EXACT)
    assert best.cost_cny == pytest.approx(2 * (10 + 6000 + 80 + 350) + 100, abs=CNY)
    assert best.result.transfer_mw["t"].tolist() == pytest.approx([-5.0, -5.0])


def test_heat_that_is_passed_on_counts_where_it_is_used(unit, state, target):
    """A source of 16 MW at b: 10 MW are used there, 6 go to a. 16 of 20 MW count, 80 %; without the transfer 50 %."""
    source = unit(2, "source", power_per_heat=0.1, available=16.0, waste_class="plan", balance="b/site")
    made = two_sites(unit, state, Transfer("t", "b/site", "a/site", 10.0), source)
    limit = largest_rate([made], zone(target), EXACT)
    assert limit.rate == pytest.approx(0.8, abs=1e-9)
    assert limit.bound == pytest.approx(0.8, abs=1e-6)
    best = cheapest([made], zone(target, 0.7), EXACT)
    assert best.rate >= 0.7 - 2e-5


def test_no_limit_forgets_that_waste_heat_may_leave_the_site_of_the_process(unit, state, target):
    """A source of 6 MW at a, whose 10 MW are process heat; b has space heat alone.

    Left at a it serves the process: 0 %. Where a makes 20 MW and passes half of that mixture on, 3 of b's 10 MW are the source's:
    30 %. A limit by a's own process would say 0 for all portfolios. With process heat the rate is 6/20 wherever the heat goes.
    """
    source = unit(2, "source", power_per_heat=0.1, available=6.0, waste_class="plan", balance="a/site")
    made = two_sites(unit, state, Transfer("t", "a/site", "b/site", 10.0), source)
    assert rate_bound([made], zone(target, 0.0, 10.0), EXACT) >= 0.3
    with_process = largest_rate([made], zone(target, 0.0, 10.0, denominator=Denominator.WITH_PROCESS), EXACT)
    assert with_process.rate == pytest.approx(0.3, abs=1e-9)


def test_a_transfer_out_of_the_zone_is_refused(unit, state, target):
    made = two_sites(unit, state, Transfer("t", "a/site", "b/site", 10.0))
    with pytest.raises(ValueError, match="out of the zone"):
        cheapest([made], replace(zone(target), networks=("b",)), EXACT)
