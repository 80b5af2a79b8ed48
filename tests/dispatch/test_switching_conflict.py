"""Units on and off that no schedule can keep: the limits named are those that contradict each other by hand."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.dispatch import dispatch
from heatnet.dispatch.conflict import conflicts_of
from heatnet.dispatch.conflict_words import conflict_text
from heatnet.i18n import use_language
from heatnet.model.commitment import Commitment


def only(stated):
    """Return the members of the one conflict of a problem by (kind, element), with the relaxation of each."""
    found = conflicts_of(stated)
    assert len(found) == 1
    assert found[0].is_irreducible
    keys = [(str(limit.kind), limit.element) for limit in found[0].limits]
    return found[0], dict(zip(keys, found[0].relaxations, strict=True))


def test_maintenance_against_a_yearly_contract(unit, problem):
    """10 MW, out in two of three hours: 10 MWh at most, the contract asks for 14. A second unit has no part in it.

    Enough are no maintenance (30 MWh), 4 MW more in the hour that is left, or 4 MWh less contract. A programme that lets a
    unit in maintenance give heat once its largest heat is left out names the capacity alone.
    """
    own = Commitment(maintenance=np.array([True, True, False]), min_mw=2.0)
    units = [
        unit(3, "one", 10, commitment=own, year_min_mwh=14.0),
        unit(3, "other", 20, commitment=Commitment(min_mw=1.0)),
    ]
    stated = problem({"n/water": [20, 20, 20]}, units)
    found, ways = only(stated)
    assert set(ways) == {("maintenance", "n/one"), ("largest_heat", "n/one"), ("year_least", "n/one")}
    assert np.isinf(ways["maintenance", "n/one"].amount)
    assert ways["largest_heat", "n/one"].amount == pytest.approx(4.0, abs=1e-3)
    assert ways["year_least", "n/one"].to == pytest.approx(10.0, abs=1e-3)
    with use_language("en"):
        reason = dispatch(stated).reason
        assert reason == conflict_text([found], stated.time)
    assert "maintenance of n/one (2 h)" in reason
    assert "do without maintenance of n/one" in reason


def test_maintenance_in_all_hours_is_no_matter_of_the_capacity(unit, problem):
    """Out in every hour: neither a larger boiler nor ramps give the contract's heat, so that none of them is named."""
    own = Commitment(maintenance=np.array([True, True]), ramp_up_mw_per_h=1.0)
    _found, ways = only(problem({"n/water": [20, 20]}, [unit(2, "one", 10, commitment=own, year_min_mwh=5.0)]))
    assert set(ways) == {("maintenance", "n/one"), ("year_least", "n/one")}


def test_ramps_against_a_contract_that_rises(unit, problem):
    """The contract asks for 2 MW, then 9; the unit rises by 3 MW an hour and gives no more than 5 then, dumping as it may.

    Its heat may stand at 9 in both hours: what forbids that is a yearly limit of 12 MWh, as 6 + 9 are 15.
    """
    own = Commitment(ramp_up_mw_per_h=3.0, min_mw=1.0)
    units = [unit(2, "one", 10, commitment=own, take_min_mw=np.array([2.0, 9.0]), year_max_mwh=12.0)]
    _found, ways = only(problem({"n/water": [20, 20]}, units))
    assert set(ways) == {("ramp", "n/one"), ("least_heat", "n/one"), ("year_most", "n/one")}
    assert ways["year_most", "n/one"].to == pytest.approx(15.0, abs=1e-3)


def test_a_least_time_on_against_a_yearly_limit(unit, problem):
    """On an hour ago, 4 hours at least, from 4 MW up: 12 MWh; the year's limit is 9. Least load, least time or limit."""
    own = Commitment(min_mw=4.0, min_up_h=4, state_h=1)
    _found, ways = only(problem({"n/water": [5] * 3}, [unit(3, "one", 10, commitment=own, year_max_mwh=9.0)]))
    assert set(ways) == {("least_load", "n/one"), ("least_on", "n/one"), ("year_most", "n/one")}
    assert ways["year_most", "n/one"].to == pytest.approx(12.0, abs=1e-3)


def test_whole_boilers_decide_where_their_relaxation_has_a_schedule(unit, problem):
    """From 6 MW up, a yearly limit of 5 MWh and a least of 4: half a boiler on would give 4 MWh, a whole one none."""
    own = Commitment(min_mw=6.0)
    units = [unit(2, "one", 10, commitment=own, year_max_mwh=5.0, year_min_mwh=4.0)]
    stated = problem({"n/water": [8, 8]}, units)
    _found, ways = only(stated)
    assert set(ways) == {("least_load", "n/one"), ("year_least", "n/one"), ("year_most", "n/one")}
    assert dispatch(stated).status == "infeasible"


def test_over_many_hours_boilers_are_divided_and_that_is_told(unit, problem, monkeypatch):
    """The same conflict of maintenance, found with parts of boilers: named all the same, and the sentence says so."""
    own = Commitment(maintenance=np.array([True, True, False]), min_mw=2.0)
    stated = problem({"n/water": [20, 20, 20]}, [unit(3, "one", 10, commitment=own, year_min_mwh=14.0)])
    monkeypatch.setattr("heatnet.dispatch.conflict.MOST_WHOLE_H", 2)
    found, ways = only(stated)
    assert found.is_divided
    assert set(ways) == {("maintenance", "n/one"), ("largest_heat", "n/one"), ("year_least", "n/one")}
    with use_language("en"):
        text = conflict_text([found], stated.time)
    assert "with whole boilers fewer" in text
    assert "enough would be" not in text
    assert list(ways.values()) == [None, None, None]


def electric_boiler(unit, problem, site, least: float):
    """Return 40 hours of a boiler from 6 MW up that draws half its heat in power; a contract of `least` MW in hours 20 to 22.

    The site imports 2 MW: 4 MW of heat at most, which no whole boiler gives.
    """
    hours = np.arange(40)
    contract = np.where((hours >= 20) & (hours < 23), least, 0.0)
    own = unit(40, "boiler", 5, 8, commitment=Commitment(min_mw=6.0), take_min_mw=contract, power_per_heat=0.5)
    return problem({"n/water": [50.0] * 40}, [own], sites=(site(40, import_max_mw=2.0),))


def test_whole_boilers_contradict_a_long_season_in_a_few_of_its_hours(unit, problem, site, monkeypatch):
    """1 MW of contract: a sixth of a boiler could keep it, a whole one not; asked for ten hours at a time."""
    monkeypatch.setattr("heatnet.dispatch.conflict.MOST_WHOLE_H", 10)
    stated = electric_boiler(unit, problem, site, least=1.0)
    found, ways = only(stated)
    assert set(ways) == {("least_load", "n/boiler"), ("import", "n/site"), ("least_heat", "n/boiler")}
    assert not found.is_divided
    assert found.hours[1] - found.hours[0] == 1
    assert 20 <= found.hours[0] < 23
    assert list(ways.values()) == [None, None, None]
    with use_language("en"):
        result = dispatch(stated)
        assert result.status == "infeasible"
        assert "contradict each other at 2025-01-01 2" in result.reason
        assert "with whole boilers" not in result.reason


def test_a_season_with_a_schedule_has_no_conflict_in_any_stretch(unit, problem, site, monkeypatch):
    """No contract: every stretch is asked, none contradicts itself."""
    monkeypatch.setattr("heatnet.dispatch.conflict.MOST_WHOLE_H", 10)
    assert conflicts_of(electric_boiler(unit, problem, site, least=0.0)) == []
