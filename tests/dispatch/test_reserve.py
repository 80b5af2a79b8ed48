"""Reserve without units that are on or off: the same meaning and price as with them, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatnet.dispatch import dispatch
from heatnet.metrics.money import cost as cost_of
from heatnet.model.commitment import Commitment, CommitmentLimits
from tests.dispatch.feasibility import broken_limits

EXACT = CommitmentLimits(gap_share=0.0, rounds=40, nodes=5000)


def solved(stated):
    result = dispatch(stated, EXACT)
    assert result.is_optimal
    assert broken_limits(stated, result) == []
    assert cost_of(stated, result)["total_cny"] == pytest.approx(result.cost_cny["total_cny"])
    return result


def test_what_lacks_is_told_and_paid_for(unit, problem):
    """10 MW at 10, demand 9 and 3, reserve 5: 1 MW of room in the first hour, 4 MW lacking at 500. By hand 120 + 2000.

    Reserve that is ignored costs 120 and tells nothing.
    """
    r = solved(problem({"n/water": [9, 3]}, [unit(2, "one", 10)], reserve_mw={"n/water": [5.0, 5.0]}))
    np.testing.assert_allclose(r.reserve_short_mw["n/water"], [4, 0], atol=1e-6)
    assert r.cost_cny["reserve_short_cny"] == pytest.approx(2000)
    assert r.cost_cny["total_cny"] == pytest.approx(2120)
    assert r.status == "optimal"


def test_room_is_that_of_the_balance(unit, problem):
    """10 MW at 10 and a station of 10 MW at 20 on the water, steam of 30 MW at 1 behind it; demand 12, reserve 8 on the water.

    The two have 20 MW: 8 left at 12, nothing lacks, 100 + 2 (20 + 1). Room of the steam that counts for the water too would let
    a reserve of 20 be there; by hand 12 of it lack.
    """
    units = [
        unit(1, "one", 10),
        unit(1, "station", 20, draws_from="n/steam", draw_per_heat=1.0),
        unit(1, "steam", 1, 30.0, balance="n/steam"),
    ]
    stated = problem({"n/water": [12], "n/steam": [0]}, units, reserve_mw={"n/water": [8.0]})
    assert solved(stated).cost_cny["total_cny"] == pytest.approx(142)
    more = solved(replace(stated, reserve_mw={"n/water": [20.0]}))
    assert more.reserve_short_mw["n/water"].iloc[0] == pytest.approx(12)


def test_reserve_never_lets_anybody_freeze_and_a_unit_without_limit_has_all_of_it(unit, problem):
    """10 MW, demand 10, reserve 5: heat goes first (missing heat costs 1000, reserve 500): 100 + 2500, the next MWh 1000.

    With a unit at 90 without a limit in the second hour nothing lacks there. A price of reserve above that of heat leaves 5
    missing.
    """
    units = [unit(2, "one", 10), unit(2, "free", 90, [0.0, np.inf])]
    r = solved(problem({"n/water": [10, 10]}, units, reserve_mw={"n/water": [5.0, 5.0]}))
    np.testing.assert_allclose(r.unmet_mw["n/water"], 0, atol=1e-6)
    np.testing.assert_allclose(r.reserve_short_mw["n/water"], [5, 0], atol=1e-6)
    assert r.cost_cny["total_cny"] == pytest.approx(200 + 2500)
    assert r.shadow_price_cny_per_mwh["n/water"].iloc[0] == pytest.approx(1000, abs=0.1)


def test_a_store_fills_where_reserve_is_dear(unit, problem, store):
    """10 MW at 10, demand 2 and 10, reserve 4, a tank of 10 MWh without loss. By hand: 4 MWh earlier, 120 and nothing lacks.

    Without the reserve the tank stays empty; a bug that lets the tank be reserve leaves 10 MW to the second hour.
    """
    r = solved(
        problem({"n/water": [2, 10]}, [unit(2, "boiler", 10)], reserve_mw={"n/water": [4.0, 4.0]}, stores=(store(),))
    )
    np.testing.assert_allclose(r.heat_mw["n/boiler"], [6, 6], atol=1e-6)
    assert r.cost_cny["total_cny"] == pytest.approx(120, abs=0.1)


def test_as_with_units_that_are_on_or_off(unit, problem):
    """A unit from 0 MW up without costs of being on is no other unit: linear and whole programme have one cost, 3 hours."""
    rest = [unit(3, "dear", 30, [2, 4, np.inf])]
    stated = problem({"n/water": [9, 10, 4]}, [unit(3, "one", 10), *rest], reserve_mw={"n/water": [6.0, 2.0, 8.0]})
    whole = replace(stated, units=(unit(3, "one", 10, commitment=Commitment()), *rest))
    linear, switched = solved(stated), solved(whole)
    assert linear.cost_cny["total_cny"] == pytest.approx(switched.cost_cny["total_cny"], abs=0.1)
    np.testing.assert_allclose(linear.reserve_short_mw, switched.reserve_short_mw, atol=1e-6)


def test_a_reserve_of_nothing_changes_nothing(unit, problem):
    plain = problem({"n/water": [9, 3]}, [unit(2, "one", 10)])
    r = dispatch(replace(plain, reserve_mw={"n/water": [0.0, 0.0]}))
    assert r.cost_cny == dispatch(plain).cost_cny


def test_limits_that_contradict_each_other_do_not_name_the_reserve(unit, problem):
    """10 MW must give 12 of 20 MWh where demand is 5 an hour; a reserve of 20 MW is no limit: what is enough is what was enough.

    Largest heat plays no part. A reserve that may not lack more than is asked for would be a limit without a name.
    """
    stated = problem({"n/water": [5, 5]}, [unit(2, "a", 5, 8, year_min_mwh=6.0), unit(2, "b", 5, 8, year_min_mwh=6.0)])
    asked = replace(stated, reserve_mw={"n/water": [20.0, 20.0]})
    assert dispatch(asked).reason == dispatch(stated).reason != ""
    short = problem({"n/water": [50] * 3}, [unit(3, "chp", 5, 8, year_min_mwh=30.0), unit(3, "spare", 5, 8)])
    assert dispatch(replace(short, reserve_mw={"n/water": [20.0] * 3})).reason == dispatch(short).reason != ""
