"""Unit commitment: oracles solved by hand, each with the wrong answer that a bug would give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatnet.dispatch import dispatch
from heatnet.dispatch.matrix_rows import shifted
from heatnet.errors import InputError
from heatnet.model.commitment import Commitment, CommitmentLimits, Transfer
from tests.dispatch.feasibility import broken_limits

EXACT = CommitmentLimits(gap_share=0.0, rounds=40, nodes=5000)
#: what ties may add to a bound here, and the solver's gap, CNY
CNY = 0.2


@pytest.fixture
def committed(unit):
    """Return a unit of 10 MW with commitment."""

    def build(hours, name, cost, available=10.0, more=None, **commitment):
        return unit(hours, name, cost, available, commitment=Commitment(**commitment), **(more or {}))

    return build


def solved(stated):
    """Return the result of a problem, checked by the independent checker, its bound at its cost."""
    result = dispatch(stated, EXACT)
    assert result.is_optimal
    assert broken_limits(stated, result) == []
    assert result.bound_cny == pytest.approx(result.cost_cny["total_cny"], abs=CNY)
    return result


def heat(result, name):
    return result.heat_mw[f"n/{name}"].to_numpy()


def test_least_load_leaves_the_cheap_unit_off(committed, unit, problem):
    """Demand 3 MW, cheap unit at 10 from 4 MW up, dear one at 50. By hand: dear one, 150.

    Without the least load the cheap one gives 3 MW (30); one that dumps for nothing gives 4 (40).
    """
    r = solved(problem({"n/water": [3]}, [committed(1, "cheap", 10, min_mw=4.0), unit(1, "dear", 50)]))
    np.testing.assert_allclose(heat(r, "dear"), 3, atol=1e-6)
    assert r.cost_cny["total_cny"] == pytest.approx(150, abs=CNY)


def test_least_load_against_missing_heat(committed, problem):
    """One unit at 10 from 4 MW up, demand 3 MW. Off: 3 MW missing, 3000. On: 4 MW (40) and 1 MW surplus at 1000. By hand: 1040.

    With surplus at 5000 a MWh it stays off: 3000. A bug that lets surplus be free gives 40.
    """
    stated = problem({"n/water": [3]}, [committed(1, "one", 10, min_mw=4.0)])
    r = solved(stated)
    assert r.cost_cny["total_cny"] == pytest.approx(1040, abs=CNY)
    assert r.surplus_mw["n/water"].iloc[0] == pytest.approx(1, abs=1e-6)
    dear = replace(stated, prices=replace(stated.prices, dumped_cny_per_mwh=5000.0))
    assert solved(dear).cost_cny["total_cny"] == pytest.approx(3000, abs=CNY)


def test_start_cost_against_staying_on(committed, unit, problem):
    """Demand 10, 2, 10; base of 2 MW at 10; peak at 5 a MWh with 20 an hour without load.

    Stay on: 50 + 10 + 50 and three hours of 20: 170. Off in the middle: two hours of 20, base for 2 MWh, a start: 160 + start.
    So a start of 5 is worth it and one of 30 not. A bug that starts for nothing gives 160, one that never stops 170.
    """
    for start, total, on in ((5.0, 165.0, [1, 0, 1]), (30.0, 170.0, [1, 1, 1])):
        peak = committed(3, "peak", 5, no_load_fuel_mw=20.0, start_cost_cny=start)
        r = solved(problem({"n/water": [10, 2, 10]}, [unit(3, "base", 10, 2.0), peak]))
        assert r.cost_cny["total_cny"] == pytest.approx(total, abs=CNY)
        np.testing.assert_allclose(r.unit_on["n/peak"], on)


def test_a_start_is_paid_where_it_saves_more(committed, unit, problem):
    """Gas at 50 or a unit at 10 that starts for 300, demand 0, 5, 5: 100 + 300 beats 500; at 450 a start it does not."""
    for start, total in ((300.0, 400.0), (450.0, 500.0)):
        units = [unit(3, "gas", 50), committed(3, "one", 10, start_cost_cny=start, state_h=-5)]
        r = solved(problem({"n/water": [0, 5, 5]}, units))
        assert r.cost_cny["total_cny"] == pytest.approx(total, abs=CNY)
        assert r.cost_cny["start_cny"] == pytest.approx(300.0 if start == 300.0 else 0.0)


def test_least_time_on(committed, unit, problem):
    """Cheap from 4 MW, 3 hours at least; demand 8, 0, 0. One hour alone (80) would be cheapest; by hand the dear one: 400.

    Running on dumps 8 MWh at 1000. Off before, so that the hours on count from the first.
    """
    cheap = committed(3, "cheap", 10, min_mw=4.0, min_up_h=3, state_h=-9)
    r = solved(problem({"n/water": [8, 0, 0]}, [cheap, unit(3, "dear", 50)]))
    assert r.cost_cny["total_cny"] == pytest.approx(400, abs=CNY)
    short = replace(cheap, commitment=replace(cheap.commitment, min_up_h=1))
    r = solved(problem({"n/water": [8, 0, 0]}, [short, unit(3, "dear", 50)]))
    assert r.cost_cny["total_cny"] == pytest.approx(80, abs=CNY)


def test_least_time_off_and_time_to_start(committed, unit, problem):
    """Cheap from 4 MW; demand 8, 0, 8, 8. It may stop, but with 2 hours off (or to start) misses the third: 80 + 400 + 80.

    With one hour it is back: 240. A bug in either gives 240 for both.
    """
    for more, total in (({}, 240.0), ({"min_down_h": 2}, 560.0), ({"start_h": 2}, 560.0)):
        cheap = committed(4, "cheap", 10, min_mw=4.0, state_h=20, **more)
        r = solved(problem({"n/water": [8, 0, 8, 8]}, [cheap, unit(4, "dear", 50)]))
        assert r.cost_cny["total_cny"] == pytest.approx(total, abs=CNY)


def test_state_before_the_horizon(committed, unit, problem):
    """On for 1 of 3 hours before: 2 more hours at 4 MW, one of them dumped: 4000 + 40 + 40. Off for 1 of 3: not before hour 2."""
    on = committed(2, "one", 10, min_mw=4.0, min_up_h=3, state_h=1)
    r = solved(problem({"n/water": [0, 4]}, [on, unit(2, "dear", 50)]))
    np.testing.assert_allclose(r.unit_on["n/one"], [1, 1])
    assert r.cost_cny["total_cny"] == pytest.approx(4080, abs=CNY)
    off = committed(3, "one", 10, min_down_h=3, state_h=-1)
    r = solved(problem({"n/water": [5, 5, 5]}, [off, unit(3, "dear", 50)]))
    np.testing.assert_allclose(heat(r, "one"), [0, 0, 5], atol=1e-6)


def test_maintenance_inside_the_least_time_of_a_start_before_the_horizon(committed, unit, problem):
    """On for one of 6 hours before the horizon at 30, beside a unit at 20; maintenance, or too little available, in hour 2.

    By hand: on for two hours at its 5 MW (it has to be), then off for good, 2 (150 + 60) + 6 x 160 = 1380. A least time that goes
    on behind the outage brings it back for the rest (1630); one that wins over maintenance leaves no schedule.
    """
    out = np.arange(8) == 2
    for more in ({"maintenance": out}, {}):
        had = 10.0 if more else np.where(out, 4.0, 10.0)
        one = committed(8, "one", 30, had, min_mw=5.0, min_up_h=6, state_h=1, **more)
        r = solved(problem({"n/water": [8] * 8}, [one, unit(8, "gas", 20)]))
        np.testing.assert_allclose(r.unit_on["n/one"], [1, 1, 0, 0, 0, 0, 0, 0])
        assert r.cost_cny["total_cny"] == pytest.approx(1380, abs=CNY)


def test_a_start_within_the_horizon_leaves_room_for_its_least_time(committed, unit, problem):
    """At 10 beside 20, off before, on for 4 hours at least, maintenance in hour 3 of 8: it starts behind it, in hour 4.

    By hand: 4 hours at 20 and 4 at 10, 8 MW: 960. A start in hour 0 that maintenance cuts short gives 8 (7 x 10 + 20) = 720.
    """
    one = committed(8, "one", 10, min_mw=5.0, min_up_h=4, state_h=-5, maintenance=np.arange(8) == 3)
    r = solved(problem({"n/water": [8] * 8}, [one, unit(8, "gas", 20)]))
    np.testing.assert_allclose(r.unit_on["n/one"], [0, 0, 0, 0, 1, 1, 1, 1])
    assert r.cost_cny["total_cny"] == pytest.approx(960, abs=CNY)


def test_least_times_longer_than_the_horizon(committed, problem):
    """Off before; demand 9 for 4 hours, on for 10 hours at least, first hour and ramp 1 MW. By hand: 1, 2, 3, 4 MW.

    10 MWh at 10 and 26 missing at 1000: 26,100. Hours after a start that lie behind the horizon are nobody's.
    """
    slow = {"ramp_up_mw_per_h": 1.0, "ramp_down_mw_per_h": 1.0, "start_max_mw": 1.0}
    one = committed(4, "one", 10, min_mw=1.0, min_up_h=10, min_down_h=10, state_h=-10, **slow)
    r = solved(problem({"n/water": [9] * 4}, [one]))
    np.testing.assert_allclose(heat(r, "one"), [1, 2, 3, 4], atol=1e-6)
    assert r.cost_cny["total_cny"] == pytest.approx(26_100, abs=CNY)


@pytest.mark.parametrize(
    ("by", "found"),
    [(0, [5, 6, 7]), (1, [-1, 5, 6]), (3, [-1] * 3), (4, [-1] * 3), (-2, [7, -1, -1]), (-3, [-1] * 3), (-9, [-1] * 3)],
)
def test_columns_of_other_hours(by, found):
    """Beyond either end of the horizon there is none."""
    assert shifted(np.array([5, 6, 7]), by).tolist() == found


def test_ramps(committed, unit, problem):
    """Cheap, 3 MW an hour up, from 2 MW before; demand 10 in 3 hours: 5, 8, 10. A bug without the first hour's gives 10, 10, 10.

    Down 3 an hour: demand 10, 4: it may give no more than 7 at first, so that it can be at 4.
    """
    up = committed(3, "cheap", 10, ramp_up_mw_per_h=3.0, state_h=5, heat_before_mw=2.0)
    r = solved(problem({"n/water": [10, 10, 10]}, [up, unit(3, "dear", 50)]))
    np.testing.assert_allclose(heat(r, "cheap"), [5, 8, 10], atol=1e-6)
    down = committed(2, "cheap", 10, min_mw=1.0, ramp_down_mw_per_h=3.0)
    r = solved(problem({"n/water": [10, 4]}, [down, unit(2, "dear", 50)]))
    np.testing.assert_allclose(heat(r, "cheap"), [7, 4], atol=1e-6)


def test_first_and_last_hour_of_a_run(committed, unit, problem):
    """5 MW at most in the first and 6 in the last hour on: demand 0, 10, 10, 10, 0 of a unit from 2 MW up: 5, 10, 6."""
    one = committed(5, "one", 10, min_mw=2.0, start_max_mw=5.0, stop_max_mw=6.0, ramp_up_mw_per_h=10.0,
                    ramp_down_mw_per_h=10.0, state_h=-3, min_up_h=2)  # fmt: skip
    r = solved(problem({"n/water": [0, 10, 10, 10, 0]}, [one, unit(5, "dear", 50)]))
    np.testing.assert_allclose(heat(r, "one"), [0, 5, 10, 6, 0], atol=1e-6)


def test_maintenance_and_the_start_behind_it(committed, unit, problem):
    """Out of service in the second of 4 hours: dear then. With 1 hour to start also in the third."""
    out = np.array([False, True, False, False])
    for start_h, expected in ((0, [5, 0, 5, 5]), (1, [5, 0, 0, 5])):
        one = committed(4, "one", 10, maintenance=out, start_h=start_h)
        r = solved(problem({"n/water": [5, 5, 5, 5]}, [one, unit(4, "dear", 50)]))
        np.testing.assert_allclose(heat(r, "one"), expected, atol=1e-6)


def test_part_load_is_affine(committed, unit, problem):
    """10 MW of fuel without load and 1 a MWh: 3 MW cost 13 against 4 a MWh elsewhere (12), 4 MW 14 against 16.

    A bug that spreads the load-free fuel over full load (2 a MWh) gives 6 and 8.
    """
    for demand, total in ((3.0, 12.0), (4.0, 14.0)):
        units = [committed(1, "affine", 1, no_load_fuel_mw=10.0), unit(1, "plain", 4)]
        assert solved(problem({"n/water": [demand]}, units)).cost_cny["total_cny"] == pytest.approx(total, abs=CNY)


def test_no_load_electricity_is_paid_with_its_co2(committed, problem):
    """2 MW without load and 0.5 a MWh at 100 CNY/MWh, 0.5 t/MWh at 10 CNY/t; 4 MW: 4 MWh of electricity, 400 + 20."""
    pump = committed(1, "pump", 0, more={"fuel": None, "power_per_heat": 0.5}, no_load_power_mw=2.0)
    r = solved(problem({"n/water": [4]}, [pump], co2=10.0))
    assert r.cost_cny["power_cny"] == pytest.approx(400, abs=1e-6)
    assert r.cost_cny["co2_cny"] == pytest.approx(20, abs=1e-6)


def test_reserve_keeps_a_second_unit_on(committed, problem):
    """Two units of 10 MW from 2 MW up at 10 and 20, demand 6, reserve 6: both on, 4 x 10 + 2 x 20 = 80; without reserve 60.

    A bug that counts the room of units that are off gives 60. Reserve that nobody has costs 500: 20 asked, 14 there.
    """
    units = [committed(1, "a", 10, min_mw=2.0), committed(1, "b", 20, min_mw=2.0)]
    stated = problem({"n/water": [6]}, units)
    assert solved(stated).cost_cny["total_cny"] == pytest.approx(60, abs=CNY)
    assert solved(replace(stated, reserve_mw={"n/water": [6.0]})).cost_cny["total_cny"] == pytest.approx(80, abs=CNY)
    r = solved(replace(stated, reserve_mw={"n/water": [20.0]}))
    assert r.reserve_short_mw["n/water"].iloc[0] == pytest.approx(6.0, abs=1e-6)
    assert r.cost_cny["reserve_short_cny"] == pytest.approx(3000.0, abs=1e-3)


def test_transfers_are_limited_and_lose(committed, unit, problem):
    """Zone east makes heat at 10, west at 50; 5 MW of pipe, a tenth lost, 1 CNY/MWh: 5 x 11 + 3.5 x 50 for 8 MW in the west.

    Without the limit 8 / 0.9 x 11 = 98; without the loss 5 x 11 + 3 x 50 = 205. Against the direction nothing passes.
    """
    units = [committed(1, "east", 10, 20.0, min_mw=1.0), unit(1, "west", 50, balance="w/water")]
    pipe = Transfer("pipe", "n/water", "w/water", 5.0, loss_share=0.1, cost_cny_per_mwh=1.0)
    r = solved(problem({"n/water": [0], "w/water": [8]}, units, transfers=(pipe,)))
    assert r.cost_cny["total_cny"] == pytest.approx(5 * 11 + 3.5 * 50, abs=CNY)
    assert r.transfer_mw["pipe"].iloc[0] == pytest.approx(5.0, abs=1e-6)
    back = Transfer("pipe", "w/water", "n/water", 5.0)
    r = solved(problem({"n/water": [0], "w/water": [8]}, units, transfers=(back,)))
    assert r.cost_cny["total_cny"] == pytest.approx(400, abs=CNY)


def test_a_transfer_alone_stays_linear(unit, problem):
    """Without commitment a transfer is part of the linear programme: 2 MW at 10 come over, 6 at 50 do not."""
    units = [unit(1, "east", 10), unit(1, "west", 50, balance="w/water")]
    pipe = Transfer("pipe", "n/water", "w/water", 2.0)
    r = dispatch(problem({"n/water": [0], "w/water": [8]}, units, transfers=(pipe,)))
    assert r.cost_cny["total_cny"] == pytest.approx(20 + 300, abs=CNY)
    assert r.status == "optimal"


def test_a_store_lets_a_unit_run_at_its_least_load(committed, unit, problem, store):
    """From 6 MW at 10, demand 3 and 3; tank of 10 MWh. By hand: 6 MW once, 3 stored: 60. Without the tank the dear one: 300."""
    units = [committed(2, "boiler", 10, min_mw=6.0), unit(2, "dear", 50)]
    stated = problem({"n/water": [3, 3]}, units)
    assert solved(stated).cost_cny["total_cny"] == pytest.approx(300, abs=CNY)
    r = solved(replace(stated, stores=(store(),)))
    assert r.cost_cny["total_cny"] == pytest.approx(60, abs=CNY)
    assert sorted(heat(r, "boiler").round(6)) == [0, 6]


def test_equal_boilers_are_counted(committed, problem):
    """Three of 10 MW from 5 MW up, starts at 30 the three: demand 8, 22 needs 1 and 3 on, two starts of 10: 300 + 20.

    One boiler of 30 MW from 15 up would have to dump in the first hour; starts of the whole at each start give 60.
    """
    own = {"min_mw": 15.0, "start_cost_cny": 30.0, "sizes_mw": (1.0, 1.0, 1.0)}
    r = solved(problem({"n/water": [8, 22]}, [committed(2, "three", 10, 30.0, **own)]))
    np.testing.assert_allclose(r.unit_on["n/three"], [1, 3])
    assert r.cost_cny["total_cny"] == pytest.approx(320, abs=CNY)


def test_boilers_of_two_sizes_are_told_apart(committed, problem):
    """20 and 10 MW from half load up: 6 MW only the small one can give, 25 MW both."""
    r = dispatch(
        problem({"n/water": [6, 25]}, [committed(2, "two", 10, 30.0, min_mw=15.0, sizes_mw=(10.0, 20.0))]), EXACT
    )
    np.testing.assert_allclose(r.unit_on[["n/two/1", "n/two/2"]], [[0, 1], [1, 1]])
    np.testing.assert_allclose(r.boiler_heat_mw.sum(axis=1), r.heat_mw["n/two"], atol=1e-6)
    assert r.cost_cny["total_cny"] == pytest.approx(310, abs=CNY)


def test_a_yearly_limit_goes_where_it_saves_most(committed, unit, problem):
    """10 MWh at 10 from 4 MW up, else 50 or missing; demand 3, 10, 4: 10 in the second hour."""
    units = [committed(3, "cheap", 10, min_mw=4.0, more={"year_max_mwh": 10.0}), unit(3, "dear", [50, 90, 50])]
    r = solved(problem({"n/water": [3, 10, 4]}, units))
    np.testing.assert_allclose(heat(r, "cheap"), [0, 10, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"min_mw": -1.0}, "min_mw -1"),
        ({"ramp_up_mw_per_h": 0.0}, "ramp_up_mw_per_h 0"),
        ({"min_up_h": 1.5}, "min_up_h 1.5"),
        ({"start_max_mw": 1.0, "min_mw": 2.0}, "start_max_mw 1"),
        ({"state_h": 0}, "state_h 0"),
        ({"sizes_mw": (5.0, 0.0)}, "sizes_mw 0"),
    ],
)
def test_a_commitment_that_cannot_be(change, words):
    with pytest.raises(InputError, match=words):
        Commitment(**change)


@pytest.mark.parametrize(
    ("commitment", "more", "words"),
    [
        ({"min_mw": 11.0}, {}, "least load 11 MW"),
        ({"maintenance": np.zeros(3, bool)}, {}, "maintenance has 3 values"),
        ({"maintenance": np.ones(2, bool)}, {"take_min_mw": 1.0}, "cannot run"),
        ({"no_load_fuel_mw": 1.0}, {"fuel": None}, "without a fuel"),
    ],
)
def test_a_commitment_that_does_not_fit_its_unit(committed, commitment, more, words):
    with pytest.raises(InputError, match=words):
        committed(2, "one", 10, more=more, **commitment)


def test_zones_that_are_not_there(unit, problem):
    """A transfer to nowhere, one to itself and a reserve of another length."""
    with pytest.raises(InputError, match="with itself"):
        Transfer("pipe", "a", "a", 1.0)
    with pytest.raises(InputError) as caught:
        problem(
            {"n/water": [1]},
            [unit(1, "one")],
            transfers=(Transfer("pipe", "n/water", "x", 1.0),),
            reserve_mw={"n/water": [1.0, 2.0]},
        )
    assert len(caught.value.problems) == 2
