"""The decomposition against the undivided programme, the independent checker on random problems, and what may never happen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatnet.dispatch import decompose, dispatch, season_roll
from heatnet.model.commitment import Commitment, CommitmentLimits
from tests.dispatch.feasibility import broken_limits

HOURS = 120
#: gap within which both searches end here, and what ties may move the cost by
GAP, CNY = 1e-3, 1.0
LIMITS = CommitmentLimits(gap_share=GAP, rounds=8, nodes=500)
FEW = settings(
    max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def winter(unit, problem, store, seed, hours=HOURS, stored=True, **change):
    """Return a problem of four units with commitment, a plain one and a tank, drawn by a seed."""
    rng = np.random.default_rng(seed)
    hour = np.arange(hours)
    demand = 22 + 9 * np.sin(2 * np.pi * (hour - 5) / 24) + np.cumsum(rng.normal(0, 0.4, hours))
    units = []
    for number, (cost, most) in enumerate(((12, 14.0), (18, 10.0), (26, 9.0), (35, 8.0))):
        own = {
            "min_mw": 0.4 * most,
            "no_load_fuel_mw": float(rng.uniform(0, 20)),
            "start_cost_cny": float(rng.uniform(20, 300)),
            "min_up_h": int(rng.integers(1, 8)),
            "min_down_h": int(rng.integers(1, 6)),
            "ramp_up_mw_per_h": most * float(rng.uniform(0.3, 0.7)),
            "ramp_down_mw_per_h": most * float(rng.uniform(0.3, 0.7)),
        }
        units.append(unit(hours, f"u{number}", cost, most, commitment=Commitment(**(own | change))))
    units.append(unit(hours, "gas", 60, 6.0))
    tank = (
        store(charged_by=("n/u0", "n/u1"), energy_mwh=15.0, charge_mw=4.0, discharge_mw=4.0, loss_share_per_h=0.01),
    )
    return problem({"n/water": np.maximum(demand, 2.0)}, units, stores=tank if stored else ())


def undivided(stated, monkeypatch):
    """Return the schedule of the programme solved whole."""
    with monkeypatch.context() as whole:
        whole.setattr(decompose, "WHOLE_H", len(stated.time))
        return dispatch(stated, LIMITS)


@pytest.mark.parametrize(("seed", "stored"), [(0, True), (1, False)])
def test_the_decomposition_agrees_with_the_whole(unit, problem, store, monkeypatch, seed, stored):
    """Five days: bound <= cheapest schedule <= ours, and ours within the gap that it proves. A wrong price breaks the bound."""
    stated = winter(unit, problem, store, seed, stored=stored)
    parts, whole = dispatch(stated, LIMITS), undivided(stated, monkeypatch)
    assert broken_limits(stated, parts) == []
    assert broken_limits(stated, whole) == []
    assert parts.bound_cny <= whole.cost_cny["total_cny"] + CNY
    assert whole.bound_cny <= parts.cost_cny["total_cny"] + CNY
    assert 0 <= parts.gap_share < 0.01


def test_yearly_amounts_zones_and_reserve_in_parts(unit, problem, store, monkeypatch):
    """A yearly limit that binds over all blocks, and reserve: nothing is broken, and the bound holds."""
    stated = winter(unit, problem, store, 3)
    first = replace(stated.units[0], year_max_mwh=900.0)
    second = replace(stated.units[1], year_min_mwh=700.0)
    stated = replace(stated, units=(first, second, *stated.units[2:]), reserve_mw={"n/water": np.full(HOURS, 2.0)})
    parts, whole = dispatch(stated, LIMITS), undivided(stated, monkeypatch)
    assert broken_limits(stated, parts) == []
    assert parts.bound_cny <= whole.cost_cny["total_cny"] + CNY
    assert parts.heat_mw["n/u0"].sum() <= 900.0 + 1e-4


def test_yearly_amounts_over_many_windows(unit, problem, store, monkeypatch):
    """Two weeks: a maximum and a minimum are met exactly though no window sees all of the row, in sections too.

    At the price of the scarce heat its plant and the next are worth the same: without the plan the windows leave 43 % of the
    maximum unused, and the schedule costs 16 % more than the bound instead of 10.
    """
    hours = 336
    stated = winter(unit, problem, store, 7, hours=hours)
    first = replace(LIMITS, gap_share=0.005, rounds=0, nodes=50)
    free = dispatch(stated, first)
    most, least = 0.8 * free.heat_mw["n/u0"].sum(), 1.3 * free.heat_mw["n/u2"].sum()
    units = (replace(stated.units[0], year_max_mwh=most), stated.units[1], replace(stated.units[2], year_min_mwh=least))
    stated = replace(stated, units=(*units, *stated.units[3:]))
    r = dispatch(stated, first)
    assert broken_limits(stated, r) == []
    assert r.gap_share < 0.12
    assert 0.9 * most < r.heat_mw["n/u0"].sum() <= most + 1e-4
    monkeypatch.setattr(season_roll, "SECTION_H", 112)
    assert broken_limits(stated, dispatch(stated, first)) == []


def test_same_problem_gives_the_same_bytes(unit, problem, store):
    """Limits without seconds: equal to the last bit, on one thread and on two."""
    stated = winter(unit, problem, store, 4, hours=72)
    results = [dispatch(stated, replace(LIMITS, rounds=3, threads=threads)) for threads in (2, 2, 1)]
    for name in ("heat_mw", "unit_on", "store_level_mwh", "shadow_price_cny_per_mwh"):
        assert len({getattr(result, name).to_numpy().tobytes() for result in results}) == 1
    assert len({result.bound_cny for result in results}) == 1


def test_no_time_still_gives_a_schedule_and_its_gap(unit, problem, store):
    """A second is less than the bound takes: what is there comes back, with what it may cost too much; or a status, no number."""
    stated = winter(unit, problem, store, 5)
    r = dispatch(stated, CommitmentLimits(gap_share=0.0, seconds=1.0))
    if r.is_optimal:
        assert broken_limits(stated, r) == []
        assert r.status == "feasible"
        assert r.bound_cny <= r.cost_cny["total_cny"]
    else:
        assert np.isnan(r.cost_cny["total_cny"])
        assert r.unit_on.isna().all(axis=None)


small = {
    "demand": st.lists(st.floats(0, 30), min_size=6, max_size=6),
    "least": st.floats(0, 8),
    "start": st.floats(0, 200),
    "up": st.integers(1, 4),
    "down": st.integers(1, 4),
    "ramp": st.floats(1, 12),
    "state": st.sampled_from([None, -2, 1, 6]),
}


def small_problem(unit, problem, store, demand, least, start, up, down, ramp, state):
    own = Commitment(
        min_mw=least,
        start_cost_cny=start,
        min_up_h=up,
        min_down_h=down,
        ramp_up_mw_per_h=ramp,
        ramp_down_mw_per_h=ramp,
        state_h=state,
        start_max_mw=9.0,  # by itself it is the larger of least load and ramp, and a smaller least load a tighter limit
        stop_max_mw=9.0,
    )
    pair = replace(
        own, min_mw=2 * least, ramp_up_mw_per_h=None, start_max_mw=16.0, stop_max_mw=16.0, sizes_mw=(8.0, 8.0)
    )
    units = [
        unit(6, "boiler", 20, 12.0, commitment=own),
        unit(6, "pair", 30, 16.0, commitment=pair),
        unit(6, "gas", 70, 5.0),
    ]
    return problem({"n/water": demand}, units, stores=(store(energy_mwh=6.0),))


@FEW
@given(**small)
def test_any_schedule_keeps_every_limit(unit, problem, store, **drawn):
    stated = small_problem(unit, problem, store, **drawn)
    r = dispatch(stated, LIMITS)
    assert r.is_optimal
    assert broken_limits(stated, r) == []


@FEW
@given(which=st.sampled_from(["least", "start", "up", "down", "ramp"]), **small)
def test_relaxing_a_limit_never_costs_more(unit, problem, store, which, **drawn):
    relaxed = drawn | {which: {"least": 0.0, "start": 0.0, "up": 1, "down": 1, "ramp": 30.0}[which]}
    tight, loose = (
        dispatch(small_problem(unit, problem, store, **one), replace(LIMITS, gap_share=0.0)) for one in (drawn, relaxed)
    )
    assert loose.cost_cny["total_cny"] <= tight.cost_cny["total_cny"] * (1 + 1e-6) + CNY


@settings(FEW, max_examples=4)
@given(**small)
def test_commitment_never_costs_less_than_the_linear_programme(unit, problem, store, **drawn):
    """Without commitment every limit is gone: the plain dispatch is a bound."""
    stated = small_problem(unit, problem, store, **drawn)
    free = replace(stated, units=tuple(replace(one, commitment=None) for one in stated.units))
    assert dispatch(free).cost_cny["total_cny"] <= dispatch(stated, LIMITS).cost_cny["total_cny"] + CNY


def test_a_problem_without_schedule_has_a_status_and_no_number(unit, problem):
    """Heat of a year that a unit in maintenance cannot give."""
    out = Commitment(maintenance=np.array([True, True, False]))
    stated = problem({"n/water": [5, 5, 5]}, [unit(3, "one", 10, commitment=out, year_min_mwh=14.0)])
    r = dispatch(stated, LIMITS)
    assert r.status == "infeasible"
    assert isinstance(r.unit_on, pd.DataFrame)
    assert np.isnan(r.gap_share)
