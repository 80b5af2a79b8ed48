"""What searches found is kept: a curve that is broken off goes on, and findings of something else are not taken for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatnet.design import Found, Memory, Option, SearchLimits, Size, cost_curve, search_fingerprint
from heatnet.design import curve as curves

EXACT = SearchLimits(gap_share=0.0, rounds=60, block_h=1, steps=0)
POINTS = 5


class BrokenOff(Exception):
    """A search is stopped from outside."""


@pytest.fixture
def made(unit, state):
    """Two sources of 2 and 4 MW, the second dearer than the boiler; three hours."""
    options = [
        Option("a/one", "a", (unit(3, "a", 0.0, 2.0, power_per_heat=0.1, waste_class="plan"),), cny_per_a=30.0),
        Option(
            "b/one",
            "b",
            (unit(3, "b", 0.0, 4.0, power_per_heat=0.8, waste_class="plan"),),
            size=Size("n/b", 0.0, 4.0, 5.0),
        ),
    ]
    return state({"n/water": [10, 12, 8]}, [unit(3, "boiler", 60, 40)], options)


@pytest.fixture
def searched(monkeypatch) -> list[float]:
    """The shares that are searched, as they are."""
    shares: list[float] = []
    real = curves.search

    def search(states, target, *words, **more):
        shares.append(target.share)
        return real(states, target, *words, **more)

    monkeypatch.setattr(curves, "search", search)
    return shares


def test_a_curve_that_is_broken_off_goes_on_after_its_last_point(made, target, searched):
    """The whole curve and the one in two parts agree; the second part searches what the first one had not found."""
    whole = cost_curve([made], target(3), POINTS, EXACT)
    every = list(searched)
    kept: dict = {}

    def write(known: dict) -> None:
        kept.update(known)
        if len(kept) == 5:
            raise BrokenOff

    with pytest.raises(BrokenOff):
        cost_curve([made], target(3), POINTS, EXACT, memory=Memory({}, write))
    searched.clear()
    again = cost_curve([made], target(3), POINTS, EXACT, memory=Memory(kept))
    assert 0 < len(searched) < len(every)
    assert set(searched).isdisjoint(every[: len(every) - len(searched)])
    assert [one.cost_cny for one in again.points] == pytest.approx([one.cost_cny for one in whole.points])
    assert [one.rate for one in again.points] == pytest.approx([one.rate for one in whole.points], abs=1e-6)
    assert [one.bound_cny for one in again.points[1:]] == pytest.approx([one.bound_cny for one in whole.points[1:]])
    searched.clear()
    cost_curve([made], target(3), POINTS, EXACT, memory=Memory(kept | {"nothing of it": None}))
    assert len(searched) < len(every)


@pytest.mark.parametrize("bound", [np.inf, -np.inf, 1234.5])
def test_what_no_portfolio_reaches_is_kept_too(made, target, bound):
    memory = Memory()
    asked = []

    def found() -> Found:
        asked.append("search")
        return Found(None, bound)

    for _time in range(2):
        evaluator = curves.Evaluator(target(3))
        again = memory.cheapest("at least 0.99", [made], target(3, 0.99), evaluator, found)
        assert again.outcome is None
        assert again.bound_cny == bound
        assert again.is_open == (bound < np.inf)
    assert asked == ["search"]


def test_findings_of_a_state_that_is_no_more_are_searched_again(made, target):
    """A name of a state that the states do not have is no finding."""
    kept = {"free": {"state": "another", "counts": {}, "bound_cny": 0.0}}
    curve = cost_curve([made], target(3), POINTS, EXACT, memory=Memory(kept))
    assert curve.lowest is not None
    assert curve.lowest.bound_cny > 0.0


def test_the_mark_knows_every_number(made, target):
    """Equal states have one mark; one hour's load, one cost, one limit or the definition gives another."""
    mark = search_fingerprint([made], target(3), EXACT)
    problem = made.problem
    twin = replace(made, problem=replace(problem, demand_mw={"n/water": problem.demand_mw["n/water"].copy()}))
    assert search_fingerprint([twin], target(3), EXACT) == mark
    other_load = problem.demand_mw["n/water"] + np.array([0.0, 1e-9, 0.0])
    dearer = tuple(replace(option, cny_per_a=option.cny_per_a + 1e-6) for option in made.options)
    others = [
        search_fingerprint(
            [replace(made, problem=replace(problem, demand_mw={"n/water": other_load}))], target(3), EXACT
        ),
        search_fingerprint([replace(made, options=dearer)], target(3), EXACT),
        search_fingerprint([made], target(3), replace(EXACT, rounds=61)),
        search_fingerprint([made], target(3, in_season=np.array([True, True, False])), EXACT),
    ]
    assert len({mark, *others}) == 5
