"""Programmes without a schedule whose contradiction is known by hand: the limits named, the hours, and what would be enough."""

from __future__ import annotations

import runpy
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from heatnet.dispatch import conflict as conflicts
from heatnet.dispatch import dispatch, limits
from heatnet.dispatch.conflict import conflicts_of
from heatnet.dispatch.conflict_words import conflict_text
from heatnet.i18n import use_language
from heatnet.model.power_site import Battery, PowerLimit

ORACLE = runpy.run_path(str(Path(__file__).parent / "conflict_oracle.py"))
#: what the solver may be off by in a figure
SOLVER = 1e-5


def only(stated):
    """Return the one conflict of a problem, its members by (kind, element) with the relaxation of each."""
    found = conflicts_of(stated)
    assert len(found) == 1
    assert found[0].is_irreducible
    return found[0], dict(zip(map(ORACLE["key"], found[0].limits), found[0].relaxations, strict=True))


def test_a_yearly_minimum_above_what_is_available(unit, problem):
    """8 MW in 3 hours make 24 MWh, the contract asks for 30; a second plant and the demand of 150 MWh have no part in it.

    All three hours need 2 MW more, or the contract gives 6 MWh up. A filter that keeps what it should leave out names "spare" or
    the demand; a relaxation in single hours would say 6 MW in one.
    """
    stated = problem({"n/water": [50] * 3}, [unit(3, "chp", 5, 8, year_min_mwh=30.0), unit(3, "spare", 5, 8)])
    found, ways = only(stated)
    assert list(ways) == [("largest_heat", "n/chp"), ("year_least", "n/chp")]
    assert found.hours == (0, 3)
    heat, year = ways.values()
    assert (heat.amount, heat.to) == pytest.approx((2.0, 10.0), abs=SOLVER)
    assert list(heat.hours) == [0, 1, 2]
    assert (year.amount, year.to) == pytest.approx((6.0, 24.0), abs=SOLVER)
    ORACLE["check_conflict"](stated, found)


def test_an_import_limit_against_an_hourly_contract(unit, problem, site):
    """Base load 1 MW and 0.5 x 4 MW of contract are 3 MW; hours 1 and 2 may import 2.5 and 2, the others 9.

    Enough are 0.5 MW more in hour 1 and 1 MW in hour 2, 1 and 2 MW less contract, or 0.5 and 1 MW less base load. A bug that
    looks at the worst hour alone misses hour 1; one that forgets the power per heat asks for twice the import.
    """
    own = site(4, base=1.0, import_max_mw=[9.0, 2.5, 2.0, 9.0])
    units = [unit(4, "boiler", 5, 8, take_min_mw=4.0, power_per_heat=0.5)]
    found, ways = only(problem({"n/water": [50] * 4}, units, sites=(own,)))
    assert set(ways) == {("import", "n/site"), ("least_heat", "n/boiler"), ("base_load", "n/site")}
    for key, amount, total in (
        (("import", "n/site"), 1.0, 1.5),
        (("least_heat", "n/boiler"), 2.0, 3.0),
        (("base_load", "n/site"), 1.0, 1.5),
    ):
        assert (ways[key].amount, ways[key].sum_mwh) == pytest.approx((amount, total), abs=SOLVER)
        assert list(ways[key].hours) == [1, 2]
    assert found.hours == (1, 2)


def test_a_first_level_against_the_size_of_the_store(unit, problem, store):
    """15 MWh of contract, demand 10 MWh in all; the tank of 8 MWh begins at 5 and can take 3: 13 MWh at most.

    2 MWh of size, of first level, of demand or of contract. `contract_conflicts` counts the tank's power of 10 MW for three
    hours and says nothing; a bug that drops the level behind the last hour would find a schedule.
    """
    tank = store(energy_mwh=8.0, level_first_mwh=5.0)
    stated = problem({"n/water": [5, 5, 0]}, [unit(3, "boiler", 5, 8, year_min_mwh=15.0)], stores=(tank,))
    found, ways = only(stated)
    names = ("store_size", "store_first")
    assert list(ways) == [
        *((name, "n/tank") for name in names),
        ("demand", "n/water"),
        ("year_least", "n/boiler"),
    ]
    assert [way.to for way in ways.values() if way.to is not None] == pytest.approx([10.0, 3.0, 13.0], abs=SOLVER)
    assert ways["demand", "n/water"].sum_mwh == pytest.approx(2.0, abs=SOLVER)
    ORACLE["check_conflict"](stated, found)


def test_two_contracts_for_one_demand(unit, problem):
    """6 + 6 MWh a year of two plants against 10 MWh of demand: each alone fits, together 2 MWh are too many.

    `contract_conflicts` looks at one contract at a time and finds nothing; a filter that stops at the first contract would
    name one of them, which alone is no contradiction.
    """
    units = [unit(2, "a", 5, 8, year_min_mwh=6.0), unit(2, "b", 5, 8, year_min_mwh=6.0), unit(2, "spare", 1, 20)]
    stated = problem({"n/water": [5, 5]}, units)
    found, ways = only(stated)
    assert list(ways) == [("demand", "n/water"), ("year_least", "n/a"), ("year_least", "n/b")]
    assert [way.to for way in ways.values()] == pytest.approx([6.0, 4.0, 4.0], abs=SOLVER)
    ORACLE["check_conflict"](stated, found)
    assert dispatch(stated).reason == (
        "heat demand of n/water (5 MW), least heat of the year of n/a (6 MWh), least heat of the year of n/b (6 MWh) "
        "contradict each other over the year – enough would be: raise heat demand of n/water to 6 MW in all 2 hours, or "
        "lower least heat of the year of n/a to 4 MWh, or lower least heat of the year of n/b to 4 MWh"
    )


def test_a_feeder_against_a_take_or_pay_heat_pump(unit, problem, site):
    """2 MW of heat drawn at 0.5 are 1 MW on line L1, which carries 0.5 and 0.9 MW in hours 1 and 2, and what there is in others.

    Room of rows is by the hours of the limit, not from the first hour: a bug there would speak of hours 0 and 1.
    """
    line = PowerLimit("L1", "line", np.array([1, 2]), {"n/boiler": np.ones(2)}, np.array([0.5, 0.9]))
    loose = PowerLimit("L2", "line", np.array([0]), {"n/boiler": np.ones(1)}, np.array([3.0]))
    own = site(4, base=1.0, limits=(loose, line))
    pump = unit(4, "boiler", 5, 8, take_min_mw=2.0, power_per_heat=0.5)
    found, ways = only(problem({"n/water": [50] * 4}, [pump], sites=(own,)))
    assert [(limit.kind, limit.place) for limit in found.limits] == [("feeder", "L1"), ("least_heat", "")]
    feeder, contract = ways.values()
    assert (feeder.amount, feeder.sum_mwh) == pytest.approx((0.5, 0.6), abs=SOLVER)
    assert (contract.amount, contract.sum_mwh) == pytest.approx((1.0, 1.2), abs=SOLVER)
    assert list(feeder.hours) == list(contract.hours) == [1, 2]


def test_a_battery_too_small_for_the_hours_above_the_import_limit(unit, problem, site):
    """Base load 4 MW in hours 1 and 2, import 2: 4 MWh are missing, the battery holds 3 and could charge 2 more in hour 0.

    1 MWh of size, or 0.5 MW of import or base load in both hours. A size that a bug takes for a power says nothing.
    """
    own = site(3, base=[0.0, 4.0, 4.0], import_max_mw=2.0, batteries=(Battery("b", 5.0, 3.0, level_first_mwh=3.0),))
    _found, ways = only(problem({"n/water": [1] * 3}, [unit(3, "boiler", 5, 8)], sites=(own,)))
    assert list(ways) == [("battery_size", "b"), ("base_load", "n/site"), ("import", "n/site")]
    assert [way.amount for way in ways.values()] == pytest.approx([1.0, 0.5, 0.5], abs=SOLVER)
    assert ways["battery_size", "b"].to == pytest.approx(4.0, abs=SOLVER)
    assert list(ways["import", "n/site"].hours) == [1, 2]


def test_room_for_what_is_thrown_away_goes_with_its_contract(unit, problem):
    """Contract a takes 5 MW against a demand of 2 and throws 3 away; b's yearly 3 MWh must be used, which a leaves no room for.

    Without a's contract b still gives only 2 MWh: it is no way out, and no part of the contradiction. A room that stays behind
    when the contract goes would swallow b's heat and blame a.
    """
    units = [unit(1, "a", 5, 8, take_min_mw=5.0), unit(1, "b", 5, 8, year_min_mwh=3.0)]
    stated = problem({"n/water": [2]}, units)
    found, ways = only(stated)
    assert list(ways) == [("demand", "n/water"), ("year_least", "n/b")]
    assert [way.to for way in ways.values()] == pytest.approx([8.0, 0.0], abs=SOLVER)
    ORACLE["check_conflict"](stated, found)


def test_the_stretch_is_where_it_bites(unit, problem, store, site):
    """In hours 5 to 7 a tank of 5 MWh must swallow 3 x 2 MW, as nobody takes heat: 1 MWh too much at the beginning of hour 8.

    Two of these hours are no contradiction, and all twelve would not say where it is.
    """
    least, demand = np.zeros(12), np.full(12, 4.0)
    least[5:8], demand[5:8] = 2.0, 0.0
    line = PowerLimit("L1", "line", np.arange(12), {"n/boiler": -np.ones(12)}, -least)
    boiler, tank = unit(12, "boiler", 5, 8, power_per_heat=1.0), store(energy_mwh=5.0)
    own = site(12, limits=(line,))
    found, ways = only(problem({"n/water": demand}, [boiler], stores=(tank,), sites=(own,)))
    assert set(ways) == {("store_size", "n/tank"), ("demand", "n/water"), ("feeder", "n/site")}
    assert found.hours == (5, 9)
    assert ways["store_size", "n/tank"].to == pytest.approx(6.0, abs=SOLVER)


def test_the_set_found_is_one_of_those_that_brute_force_finds(unit, problem, store):
    """All 2^8 subsets of the limits asked of another programme: the set is one of its smallest infeasible ones."""
    tank = store(energy_mwh=8.0, level_first_mwh=5.0)
    units = [unit(3, "boiler", 5, 8, year_min_mwh=15.0), unit(3, "spare", 5, 3)]
    stated = problem({"n/water": [5, 5, 0]}, units, stores=(tank,))
    keys = ORACLE["keys_of"](stated)
    smallest: list[set[tuple[str, str]]] = []
    for size in range(len(keys) + 1):
        for chosen in combinations(keys, size):
            if not any(known <= set(chosen) for known in smallest) and not ORACLE["feasible"](stated, chosen):
                smallest.append(set(chosen))
    assert len(keys) == 8
    assert set(only(stated)[1]) in smallest


def test_conflicts_of_parts_that_do_not_touch_are_both_found(unit, problem):
    """Two balances, each with a contract above its plant: two conflicts, the ways out of each leave the other."""
    units = [unit(2, name, 5, 8, year_min_mwh=20.0, balance=f"{name}/water") for name in ("a", "b")]
    found = conflicts_of(problem({"a/water": [50, 50], "b/water": [50, 50]}, units))
    assert [[limit.element for limit in one.limits] for one in found] == [["n/a", "n/a"], ["n/b", "n/b"]]


def test_two_conflicts_of_one_part_say_that_others_remain(unit, problem):
    """Two plants of one balance, each with a contract above it: no change of one limit helps, and the words say so."""
    units = [unit(2, name, 5, 8, year_min_mwh=20.0) for name in ("a", "b")]
    stated = problem({"n/water": [50, 50]}, units)
    found = conflicts_of(stated)
    assert [one.others_remain for one in found] == [True, True]
    assert [way.to for one in found for way in one.relaxations] == pytest.approx([10.0, 16.0] * 2, abs=SOLVER)
    assert "to end this conflict, others remain" in conflict_text(found, stated.time)


def test_a_problem_with_a_schedule_has_no_conflict(unit, problem):
    assert conflicts_of(problem({"n/water": [5, 5]}, [unit(2, "chp", 5, 8, year_min_mwh=10.0)])) == []


def test_work_that_ends_is_told(unit, problem):
    """After two questions the set is infeasible but not proven irreducible, without ways out; after none nothing is said."""
    units = [unit(2, "a", 5, 8, year_min_mwh=6.0), unit(2, "b", 5, 8, year_min_mwh=6.0)]
    stated = problem({"n/water": [5, 5]}, units)
    (found,) = conflicts_of(stated, most_questions=2)
    assert not found.is_irreducible
    assert set(found.relaxations) == {None}
    assert not ORACLE["feasible"](stated, [ORACLE["key"](limit) for limit in found.limits])
    assert "not further reduced" in conflict_text([found], stated.time)
    assert conflicts_of(stated, most_questions=0) == []


def test_rows_of_others_join_by_the_beginning_of_their_name(unit, problem, monkeypatch):
    """A share of 70 MWh from a plant of 8 MW over 3 hours: the row is a limit with its name, and 24 is what it can have."""
    monkeypatch.setattr(limits, "_ROW_NAMES", {})
    limits.register_rows("target ", lambda: "target of")
    state = conflicts.state_group

    def with_target(stated, group):
        model = state(stated, group)
        model.add_constraints(model.variables["heat"].sel(unit="n/chp").sum() >= 70.0, name="target plan")
        return model

    monkeypatch.setattr(conflicts, "state_group", with_target)
    stated = problem({"n/water": [50] * 3}, [unit(3, "chp", 5, 8), unit(3, "spare", 5, 8)])
    found, ways = only(stated)
    assert list(ways) == [("rows", "plan"), ("largest_heat", "n/chp")]
    assert ways["rows", "plan"].to == pytest.approx(24.0, abs=SOLVER)
    assert "target of plan (70)" in conflict_text([found], stated.time)


def test_whole_numbers_are_kept(unit, problem, monkeypatch):
    """Heat in whole multiples of 5 MW cannot be 8 of 8 MW: a yearly 16 MWh of two hours is out of reach, 10 is not."""
    state = conflicts.state_group

    def in_steps(stated, group):
        model = state(stated, group)
        heat = model.variables["heat"].sel(unit="n/chp")
        steps = model.add_variables(lower=0, coords=[*heat.axes], name="steps")
        model.add_constraints(heat - 5 * steps == 0, name="in steps")
        return model

    read = conflicts.named_rows

    def with_whole_steps(model):
        rows = read(model)
        whole = rows.whole.copy()
        whole[model.variables["steps"].labels] = True
        return replace(rows, whole=whole)

    monkeypatch.setattr(conflicts, "state_group", in_steps)
    monkeypatch.setattr(conflicts, "named_rows", with_whole_steps)
    found, ways = only(problem({"n/water": [50] * 2}, [unit(2, "chp", 5, 8, year_min_mwh=16.0)]))
    assert list(ways) == [("largest_heat", "n/chp"), ("year_least", "n/chp")]
    assert ways["year_least", "n/chp"].to == pytest.approx(10.0, abs=SOLVER)
    assert found.is_irreducible


def test_in_chinese(unit, problem):
    stated = problem({"n/water": [50] * 3}, [unit(3, "chp", 5, 8, year_min_mwh=30.0)])
    with use_language("zh"):
        text = conflict_text(conflicts_of(stated), stated.time)
    assert "互相矛盾" in text
    assert "10 MW" in text
    assert "24 MWh" in text


def test_figures_are_rounded_to_the_side_that_is_enough(unit, problem):
    """20 / 3 MW are 6.667 upwards, 8 - 1/3 downwards 7.666: what is printed is enough."""
    stated = problem({"n/water": [50] * 3}, [unit(3, "chp", 5, 2.5551, year_min_mwh=20.0)])
    text = conflict_text(conflicts_of(stated), stated.time)
    assert "raise largest heat of n/chp to 6.667 MW" in text
    assert "lower least heat of the year of n/chp to 7.665 MWh" in text


WHOLE = st.integers(0, 8).map(float)
UNITS = st.lists(
    st.tuples(
        st.lists(WHOLE, min_size=3, max_size=3),
        st.sampled_from([0.0, 0.0, 0.5, 1.0]),
        st.sampled_from([None, 0.5, 1.0, 1.25]),
        st.sampled_from([None, None, 0.5]),
    ),
    min_size=1,
    max_size=2,
)
TANKS = st.none() | st.tuples(
    st.sampled_from([2.0, 6.0]), st.sampled_from([None, 0.0, 2.0]), st.sampled_from([0.0, 0.1])
)


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(
    specs=UNITS, demand=st.lists(WHOLE, min_size=3, max_size=3), tank=TANKS, limit=st.none() | st.tuples(WHOLE, WHOLE)
)
def test_sets_found_are_irreducible_and_ways_out_are_enough(unit, problem, store, site, specs, demand, tank, limit):
    """Random plants, contracts, tank and import limit; another programme confirms the set, each member and each figure."""
    units = []
    for number, (available, least, year_least, year_most) in enumerate(specs):
        own = np.array(available)
        assume(own.any())
        figures = {"take_min_mw": least * own, "year_min_mwh": None, "year_max_mwh": None}
        figures["year_min_mwh"] = None if year_least is None else year_least * own.sum()
        if year_most is not None and (year_least is None or year_most >= year_least):
            figures["year_max_mwh"] = year_most * own.sum()
        units.append(unit(3, ("boiler", "other")[number], 5, own, power_per_heat=0.5, **figures))
    more = {}
    if tank is not None:
        size, first, loss = tank
        more["stores"] = (store(energy_mwh=size, level_first_mwh=first, loss_share_per_h=loss, charge_mw=2.0),)
    if limit is not None:
        base, most = limit
        more["sites"] = (site(3, base=base, import_max_mw=[most, 9.0, most]),)
    stated = problem({"n/water": demand}, units, **more)
    possible = ORACLE["feasible"](stated, ORACLE["keys_of"](stated))
    found = conflicts_of(stated)
    assert bool(found) != possible
    assume(not possible)
    for one in found:
        ORACLE["check_conflict"](stated, one)
