"""What is said of contracts before the solver is asked must be true: oracles by hand, and any small problem."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.dispatch import dispatch
from heatnet.dispatch.contract import contract_conflicts
from heatnet.model.commitment import Commitment, CommitmentLimits, Transfer
from heatnet.model.supply import DispatchStatus

EXACT = CommitmentLimits(gap_share=0.0, rounds=40, nodes=5000)


def cost(stated):
    result = dispatch(stated, EXACT)
    assert result.is_optimal, result.reason
    return result.cost_cny["total_cny"]


def test_a_transfer_uses_what_a_year_makes_the_network_take(unit, problem):
    """Demand 1 here, 8 there; here a unit at 10 that must give 30 MWh in 4 hours, there one at 50; a transfer of 10 MW.

    By hand: 9 MW at 10 in 4 hours, 360. A bound that forgets the transfer says that at most 4 MWh can be used. With 2 MW of
    transfer at most (1 + 2) 4 = 12 MWh can be. A way back counts where it begins alone: one that leads here uses nothing.
    """
    demand = {"a/water": [1] * 4, "b/water": [8] * 4}
    units = [unit(4, "one", 10, year_min_mwh=30.0, balance="a/water"), unit(4, "other", 50, balance="b/water")]

    def carried(there, back=0.0, ends=("a/water", "b/water")):
        return problem(demand, units, transfers=(Transfer("t", *ends, there, back),))

    assert cost(carried(10.0)) == pytest.approx(360)
    assert cost(carried(0.0, 10.0, ("b/water", "a/water"))) == pytest.approx(360)
    assert "at most 12 MWh" in dispatch(carried(2.0)).reason
    assert "at most 4 MWh" in dispatch(carried(0.0, 10.0)).reason


def test_a_station_may_hand_on_what_it_draws(unit, problem):
    """Steam of 30 MWh a year at 5 for a station (1 : 1), whose water takes 1 MW and passes 9 MW on to a neighbour, 3 hours.

    By hand: 30 MWh at 5, 150. A bound of the station by its own water's demand says at most 3 MWh.
    """
    demand = {"n/water": [1] * 3, "m/water": [9] * 3}
    chp = unit(3, "chp", 5, balance="n/steam", year_min_mwh=30.0)
    station = unit(3, "station", 0, fuel=None, draws_from="n/steam", draw_per_heat=1.0)
    stated = problem(demand, [station, chp], transfers=(Transfer("t", "n/water", "m/water", 9.0),))
    assert cost(stated) == pytest.approx(150)


def test_contract_heat_that_is_dumped_leaves_room_for_what_is_drawn(unit, problem):
    """Steam demand 5, contract of 10 MW each hour, a station that draws up to 3 for its water; at least 13 MWh in the hour.

    What the contract has beyond the demand may be dumped, so that 5 + 5 + 3 = 13 MWh go somewhere: by hand 13 at 5, 65. A bound
    that takes the larger of use (8) and contract (10) says that at most 10 can be used.
    """
    chp = unit(1, "chp", 5, 20, balance="n/steam", take_min_mw=10.0, year_min_mwh=13.0)
    station = unit(1, "station", 0, fuel=None, draws_from="n/steam", draw_per_heat=1.0)
    assert cost(problem({"n/steam": [5], "n/water": [3]}, [station, chp])) == pytest.approx(65)


def test_where_units_are_switched_surplus_heat_is_a_use(unit, problem):
    """Demand 1, 1, 1, 10; one unit at 10 from 5 MW up that must give 18 MWh. Missing and surplus heat cost 1000.

    By hand: 10 MW in the last hour and 8 in one of the others: 180, 7 MWh of surplus and 2 missing, 9180. A bound by use says
    that at most 13 MWh can be used.
    """
    one = unit(4, "one", 10, year_min_mwh=18.0, commitment=Commitment(min_mw=5.0))
    assert cost(problem({"n/water": [1, 1, 1, 10]}, [one])) == pytest.approx(9180, abs=0.1)


def test_heat_that_saves_chillers_makes_room_at_the_meter(unit, problem, site):
    """Base load 10, import at most 9.5; a heat pump draws 0.2 and saves 0.3 a MWh: 10 MW of heat bring the import to 9.

    By hand: import 9 instead of 10 at 100, -100 an hour. A bound that lets the pump stand still needs 10 MW. With a limit of 8.5
    there is none: at least 9 have to be imported.
    """

    def stated(limit):
        pump = unit(1, "boiler", 0, fuel=None, power_per_heat=0.2)
        saving = {"n/boiler": np.full(1, 0.3)}
        meter = site(1, base=10.0, import_max_mw=limit, saved_per_heat=saving)
        return problem({"n/water": [10]}, [pump, unit(1, "gas", 50)], sites=(meter,))

    assert cost(stated(9.5)) == pytest.approx(-100)
    assert "at least 9 MW" in dispatch(stated(8.5)).reason


QUARTERS = st.integers(0, 20).map(lambda n: n / 2)


@st.composite
def contracts(draw):
    """Draw figures of two zones, a station, a store, a transfer, a site and contracts, all of half MW."""
    pairs = st.tuples(QUARTERS, QUARTERS)
    years = st.none() | st.integers(0, 40).map(float)

    def contract():
        available = draw(pairs)
        least = tuple(min(one, draw(st.sampled_from([0.0, 0.0, 2.0, 5.0]))) for one in available)
        low, high = draw(years), draw(years)
        if None not in (low, high) and low > high:
            low, high = high, low
        return {"available": available, "take_min_mw": least, "year_min_mwh": low, "year_max_mwh": high}

    switch = st.booleans()
    return {
        "demand": {name: list(draw(pairs)) for name in ("a/water", "b/water", "a/steam")},
        "a": contract(),
        "b": contract(),
        "steam": contract(),
        "draw": draw(st.sampled_from([0.5, 1.0, 1.25])),
        "station_mw": draw(QUARTERS),
        "there": draw(st.sampled_from([0.0, 0.0, 1.0, 4.0])),
        "back": draw(st.sampled_from([0.0, 1.0])),
        "loss": draw(st.sampled_from([0.0, 0.25, 1.0])),
        "charge": draw(st.sampled_from([0.0, 1.0, 3.0])),
        "switched": draw(st.none() | st.sampled_from([0.0, 1.0])),
        "site": draw(switch),
        "base": draw(pairs),
        "import": draw(QUARTERS),
        "net": (draw(st.sampled_from([0.0, 0.5])), draw(st.sampled_from([0.0, 0.25, 1.0]))),
    }


@given(figures=contracts())
@settings(max_examples=150, deadline=None)
def test_what_is_said_before_the_solver_is_true(unit, problem, site, store, figures):
    """Whenever the pre-check speaks, the programme without it has no schedule."""
    drawn, saved = figures["net"]
    a = dict(figures["a"], balance="a/water")
    if figures["switched"] is not None and max(a["available"]) >= figures["switched"]:
        lacks = any(m > 0 and c < figures["switched"] for m, c in zip(a["take_min_mw"], a["available"], strict=True))
        a |= {} if lacks else {"commitment": Commitment(min_mw=figures["switched"])}
    units = [
        unit(2, "boiler", 10, power_per_heat=drawn, **a),
        unit(2, "other", 20, balance="b/water", **figures["b"]),
        unit(2, "chp", 5, balance="a/steam", **figures["steam"]),
        unit(
            2,
            "station",
            0,
            figures["station_mw"],
            balance="a/water",
            draws_from="a/steam",
            draw_per_heat=figures["draw"],
        ),
    ]
    more = {"transfers": (Transfer("t", "a/water", "b/water", figures["there"], figures["back"], figures["loss"]),)}
    if figures["charge"]:
        more["stores"] = (store(balance="a/water", charge_mw=figures["charge"], energy_mwh=4.0, loss_share_per_h=0.1),)
    if figures["site"]:
        saving = {"n/boiler": np.full(2, saved)}
        more["sites"] = (site(2, base=figures["base"], import_max_mw=figures["import"], saved_per_heat=saving),)
    stated = problem(figures["demand"], units, **more)
    if contract_conflicts(stated):
        with patch("heatnet.dispatch.run.contract_conflicts", lambda _problem: []):
            assert dispatch(stated, EXACT, explain=False).status == DispatchStatus.INFEASIBLE
