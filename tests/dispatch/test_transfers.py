"""Transfers that go both ways: one way in each hour, whatever heat is worth. Oracles by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatnet.dispatch import dispatch
from heatnet.model.commitment import Commitment, CommitmentLimits, Transfer
from tests.dispatch.feasibility import broken_limits

EXACT = CommitmentLimits(gap_share=0.0, rounds=40, nodes=5000)
#: 4 MW each way, a tenth lost, 2 CNY/MWh
PIPE = Transfer("pipe", "a/water", "n/water", 4.0, 4.0, 0.1, 2.0)


def solved(stated):
    result = dispatch(stated, EXACT)
    assert result.is_optimal, result.reason
    assert broken_limits(stated, result) == []
    assert result.bound_cny == pytest.approx(result.cost_cny["total_cny"], abs=0.2)
    return result


def electric(unit, hours, **more):
    return unit(hours, "boiler", available=20, power_per_heat=1.0, fuel=None, balance="a/water", **more)


def test_at_a_negative_price_no_heat_goes_in_circles(unit, problem):
    """An electric boiler at -100 for a demand of 5 here and none there. By hand: 5 MWh, -500; nothing passes.

    Both ways at once burn 0.76 MWh (4 there, 3.6 back): -575.2, and heat into nothing by the result's own frames.
    """
    r = solved(problem({"a/water": [5], "n/water": [0]}, [electric(unit, 1)], power=[-100.0], transfers=(PIPE,)))
    assert r.cost_cny["total_cny"] == pytest.approx(-500, abs=1e-6)
    assert r.transfer_mw["pipe"].iloc[0] == pytest.approx(0, abs=1e-6)
    assert r.status == "optimal"


def test_at_a_negative_price_the_longer_way_is_worth_it(unit, problem):
    """Demand 5 here and 3 there, where gas costs 50: 3 / 0.9 MW go there. By hand: -100 (5 + 3.333) + 2 x 3.333 = -826.67."""
    units = [electric(unit, 1), unit(1, "gas", 50)]
    r = solved(problem({"a/water": [5], "n/water": [3]}, units, power=[-100.0], transfers=(PIPE,)))
    assert r.cost_cny["total_cny"] == pytest.approx(-98 * 3 / 0.9 - 500, abs=1e-6)


def test_in_different_hours_it_goes_both_ways(unit, problem):
    """Heat at 10 here in the first hour and there in the second, else 90: 3.6 of 3.6 MW by 4 MW each time, linear as before."""
    here = unit(2, "here", 10, [20, 0], balance="a/water")
    there = unit(2, "there", 10, [0, 20])
    dear = [unit(2, "dear", 90, balance="a/water"), unit(2, "dear too", 90)]
    demand = {"a/water": [0, 3.6], "n/water": [3.6, 0]}
    r = solved(problem(demand, [here, there, *dear], transfers=(PIPE,)))
    np.testing.assert_allclose(r.transfer_mw["pipe"], [4, -4], atol=1e-6)
    assert r.cost_cny["total_cny"] == pytest.approx(2 * 4 * 12, abs=0.1)


def test_a_yearly_minimum_is_not_burned_in_a_pipe(unit, problem):
    """At least 5.5 MWh here, where 5 are used and nobody is there: no schedule, and the reason names the transfer.

    With a demand of 0.45 there it is exactly used: 0.5 MW go over. By hand: 5.5 x 10 + 0.5 x 2 = 56.
    """
    one = unit(1, "one", 10, balance="a/water", year_min_mwh=5.5)
    stated = problem({"a/water": [5], "n/water": [0]}, [one], transfers=(PIPE,))
    refused = dispatch(stated)
    assert refused.status == "infeasible"
    assert "pipe" in refused.reason
    assert "both ways" in refused.reason
    used = replace(stated, demand_mw={"a/water": [5.0], "n/water": [0.45]})
    assert solved(used).cost_cny["total_cny"] == pytest.approx(56, abs=0.1)


def test_a_least_load_is_not_burned_in_a_pipe(unit, problem):
    """From 6 MW up at 10, demand 5 here and none there, surplus at 1000. By hand: 1 MW goes over, 0.9 are surplus: 60 + 2 + 900.

    Both ways at once lose 0.76 of it in the pipe and cost 60 + 15.2 + 240. Off: 5 MW missing.
    """
    one = unit(1, "one", 10, balance="a/water", commitment=Commitment(min_mw=6.0))
    r = solved(problem({"a/water": [5], "n/water": [0]}, [one], transfers=(PIPE,)))
    assert r.cost_cny["total_cny"] == pytest.approx(962, abs=0.2)


@pytest.mark.parametrize("committed", [False, True])
def test_over_days_it_is_the_sum_of_the_hours(unit, problem, committed):
    """72 hours, every eighth at -100: hours do not know each other, so that each is one of the two above or gas at 50.

    Demand 5 here and 3 there; at 200 gas there gives 3 and the 4 MW that go back, the boiler what is left of 5 - 3.6.
    By hand: 9 (-98 x 3 / 0.9 - 500) + 63 (7 x 50 + 4 x 2 + 1.4 x 200).
    """
    hours = 72
    power = np.where(np.arange(hours) % 8 == 0, -100.0, 200.0)
    more = {"commitment": Commitment()} if committed else {}
    units = [electric(unit, hours, **more), unit(hours, "gas", 50)]
    demand = {"a/water": [5.0] * hours, "n/water": [3.0] * hours}
    r = dispatch(problem(demand, units, power=power, transfers=(PIPE,)), CommitmentLimits(gap_share=1e-5))
    assert r.is_optimal
    by_hand = 9 * (-98 * 3 / 0.9 - 500) + 63 * (7 * 50 + 4 * 2 + 1.4 * 200)
    assert r.cost_cny["total_cny"] == pytest.approx(by_hand, rel=1e-4)
    assert broken_limits(problem(demand, units, power=power, transfers=(PIPE,)), r) == []
