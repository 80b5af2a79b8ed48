"""Units on and off beside power sites, limits of the pipes, yearly limits and transfers: hours by hand, then weeks at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatnet.dispatch import dispatch
from heatnet.dispatch.consumption import without_commitment
from heatnet.metrics import energy, money
from heatnet.metrics.carbon import co2
from heatnet.metrics.sites import site_accounts
from heatnet.metrics.switching import commitment_account
from heatnet.model.commitment import Commitment, CommitmentLimits, Transfer
from heatnet.model.heat_limit import HeatLimit
from heatnet.model.power_site import Battery, PowerLimit
from heatnet.model.supply import PowerFactor
from tests.dispatch.feasibility import broken_limits

EXACT = CommitmentLimits(gap_share=0.0, rounds=40, nodes=5000)
#: what ties may move a cost by here, CNY
CNY = 0.5
WEEKS_H = 14 * 24


def test_what_a_heat_pump_draws_without_load_passes_the_meter(unit, problem, site):
    """Pump of 10 MW: 1 MW while on and 0.25 a MWh; base load 2, PV 6 MW, so that 4 MW are left; demand 8 MW, gas at 60.

    On for 8 MW it draws 1 + 2 = 3 of them, nothing is bought. With a feeder of 2 MW it draws 1 + 0.25 q <= 2: q = 4, gas 4 x 60.
    A programme that forgets what runs without load gives all 8 MW within the feeder.
    """
    own = Commitment(no_load_power_mw=1.0)
    pump = unit(1, "boiler", 0, fuel=None, power_per_heat=0.25, commitment=own)
    free = site(1, base=2.0, pv=6.0)
    stated = problem({"n/water": [8]}, [pump, unit(1, "gas", 60)], power=400.0, sites=(free,))
    r = dispatch(stated, EXACT)
    assert broken_limits(stated, r) == []
    assert r.cost_cny["total_cny"] == pytest.approx(0.0, abs=CNY)
    assert r.pv_for_heat_mw["n/site"].iloc[0] == pytest.approx(3.0, abs=1e-6)
    assert site_accounts(stated, r)["n/site"]["heat_mwh"] == pytest.approx(3.0, abs=1e-6)
    feeder = PowerLimit("line", "line", np.array([0]), {"n/boiler": np.ones(1)}, np.array([2.0]))
    tight = replace(stated, sites=(replace(free, limits=(feeder,)),))
    r = dispatch(tight, EXACT)
    assert broken_limits(tight, r) == []
    np.testing.assert_allclose(r.heat_mw.iloc[0], [4, 4], atol=1e-6)
    assert r.cost_cny["total_cny"] == pytest.approx(240.0, abs=CNY)


def test_fuel_without_load_and_of_starts_is_paid_and_emits(unit, problem):
    """Gas at 1 CNY/MWh and 0.2 t/MWh, CO2 at 100 CNY/t; two hours of 4 and 6 MW, 1.5 MWh a MWh, 2 MW without load.

    Fuel: 1.5 x 10 + 2 x 2 + 3 for the start = 22 MWh, 22 CNY; CO2 4.4 t, 440 CNY; the start beside its fuel 7 CNY: 469.
    Without the no-load fuel 4.0 t less 0.8; a bug that counts a start's fuel each hour on adds 0.6 t.
    """
    own = Commitment(no_load_fuel_mw=2.0, start_cost_cny=7.0, start_fuel_mwh=3.0, state_h=-5)
    stated = problem({"n/water": [4, 6]}, [unit(2, "boiler", 1.5, commitment=own)], co2=100.0)
    r = dispatch(stated, EXACT)
    assert energy.fuel_by_unit_mwh(stated, r) == pytest.approx({"n/boiler": 22.0})
    assert co2(stated, r)["average"]["total_t_co2"] == pytest.approx(4.4)
    for cost in (r.cost_cny, money.cost(stated, r)):
        assert cost["total_cny"] == pytest.approx(469.0, abs=1e-6)
        assert cost["start_cny"] == pytest.approx(7.0)
    account = commitment_account(stated, r)
    assert account["no_load"] == {"n/boiler": pytest.approx({"fuel_mwh": 7.0, "power_mwh": 0.0, "start_cny": 7.0})}


def test_electricity_without_load_has_the_price_and_factor_of_its_hour(unit, problem):
    """2 MW without load in the first hour, 1 in the second, tariff 100 and 300: 500 CNY, 3 MWh, 1.5 t average, 2.4 t marginal."""
    own = Commitment(no_load_power_mw=np.array([2.0, 1.0]))
    stated = problem({"n/water": [4, 4]}, [unit(2, "pump", 0, fuel=None, commitment=own)], power=[100.0, 300.0])
    stated = replace(stated, power_factor=PowerFactor.NONE)
    r = dispatch(stated, EXACT)
    assert money.cost(stated, r)["power_cny"] == pytest.approx(500.0)
    assert r.cost_cny["power_cny"] == pytest.approx(500.0)
    assert energy.power_by_unit_mwh(stated, r) == pytest.approx({"n/pump": 3.0})
    emitted = co2(stated, r)
    assert emitted["average"]["power_t_co2"] == pytest.approx(1.5)
    assert emitted["marginal"]["power_t_co2"] == pytest.approx(2.4)


def test_the_account_of_boilers(unit, problem):
    """Two of 10 MW, from 5 up; demand 5, 15, 0: one at its least load, two at three quarters, none. Two starts, 3 hours."""
    own = Commitment(min_mw=10.0, sizes_mw=(1.0, 1.0), state_h=-3)
    stated = problem({"n/water": [5, 15, 0]}, [unit(3, "two", 10, 20.0, commitment=own)])
    r = dispatch(stated, EXACT)
    account = commitment_account(stated, r)
    assert account["gap_reached"]
    assert account["units"]["n/two"] == pytest.approx(
        {
            "unit": "n/two",
            "boilers": 2,
            "boiler_mw": 10.0,
            "hours_on": 2,
            "boiler_hours": 3,
            "starts": 2,
            "hours_least_load": 1,
            "load_share": 20 / 30,
            "heat_mwh": 20.0,
        }
    )


def test_without_commitment_a_unit_has_its_full_load_efficiency(unit, problem):
    """10 MW, 2 MW of fuel without load and 1.0 a MWh: 1.2 a MWh at full load, so that 5 MW cost 6 where nothing is on or off."""
    stated = problem({"n/water": [5]}, [unit(1, "one", 1.0, commitment=Commitment(no_load_fuel_mw=2.0, min_mw=8.0))])
    plain = without_commitment(stated)
    assert not plain.is_mixed_integer
    assert dispatch(plain).cost_cny["total_cny"] == pytest.approx(6.0, abs=0.01)


def weeks(unit, problem, store, site, seed, hours=WEEKS_H, **change):
    """Return two zones: boilers on and off, a heat pump behind a meter with PV and battery, tank, pipe's limit, transfer."""
    rng = np.random.default_rng(seed)
    hour = np.arange(hours)
    day = np.sin(2 * np.pi * (hour - 5) / 24)
    east = np.maximum(26 + 8 * day + np.cumsum(rng.normal(0, 0.4, hours)), 3.0)
    west = np.maximum(9 + 3 * day, 1.0)
    own = {
        "min_mw": 8.0,
        "no_load_fuel_mw": 15.0,
        "start_cost_cny": 200.0,
        "start_fuel_mwh": 20.0,
        "start_h": 1,
        "min_up_h": 6,
        "min_down_h": 4,
        "ramp_up_mw_per_h": 12.0,
        "ramp_down_mw_per_h": 12.0,
        "sizes_mw": (1.0, 1.0),
    }
    pump = Commitment(min_mw=3.0, no_load_power_mw=0.3, min_up_h=4, start_cost_cny=50.0)
    units = [
        unit(hours, "boiler", 20, 24.0, commitment=Commitment(**(own | change))),
        unit(hours, "chp", 12, 10.0, commitment=Commitment(min_mw=4.0, min_up_h=8), year_max_mwh=0.25 * 10 * hours),
        unit(hours, "pump", 0, 10.0, fuel=None, power_per_heat=0.3, commitment=pump),
        unit(hours, "west", 45, 15.0, balance="w/water"),
        unit(hours, "spare", 70, 40.0),
    ]
    behind = site(
        hours,
        base=3.0 + day,
        pv=np.maximum(8 * day, 0.0),
        units=("n/pump",),
        batteries=(Battery("n/battery", 2.0, 6.0),),
        limits=(
            PowerLimit("line", "line", hour[::2], {"n/pump": np.ones(len(hour[::2]))}, np.full(len(hour[::2]), 2.0)),
        ),
    )
    rows = hour[hours // 2 :]
    pipe = HeatLimit("n", "pipe", "velocity", rows, {"n/boiler": np.ones(len(rows))}, np.full(len(rows), 18.0))
    return problem(
        {"n/water": east, "w/water": west},
        units,
        power=np.where(day > 0, 120.0, 60.0),
        co2=10.0,
        stores=(store(charged_by=("n/boiler", "n/chp"), energy_mwh=20.0, charge_mw=5.0, loss_share_per_h=0.01),),
        sites=(behind,),
        limits=(pipe,),
        transfers=(Transfer("pipe", "n/water", "w/water", 5.0, 2.0, 0.03, 1.0),),
        reserve_mw={"n/water": 0.05 * east},
    )


def test_two_weeks_with_everything_keep_every_limit(unit, problem, store, site):
    """Meter, feeder, pipe, year, transfer, store and reserve at once, in parts: the checker finds nothing, the accounts agree."""
    stated = weeks(unit, problem, store, site, 1)
    r = dispatch(stated, CommitmentLimits(gap_share=0.02, rounds=1))
    assert r.is_optimal
    assert broken_limits(stated, r) == []
    assert r.bound_cny <= r.cost_cny["total_cny"]
    assert r.gap_share < 0.05
    assert money.cost(stated, r) == pytest.approx(r.cost_cny, rel=1e-9, abs=1e-3)
    assert max(energy.balance_residual_mw(stated, r).values()) < 1e-4
    linear = dispatch(without_commitment(stated))
    assert linear.cost_cny["total_cny"] <= r.cost_cny["total_cny"] + CNY


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    which=st.sampled_from(["feeder", "transfer", "year", "pipe", "least", "start", "reserve"]),
    seed=st.integers(0, 50),
)
def test_relaxing_a_limit_never_costs_more(unit, problem, store, site, which, seed):
    """Twelve hours solved whole: more room in any one limit is never dearer, what passes the pipe's limit priced."""
    tight = weeks(unit, problem, store, site, seed, hours=12)
    loose = {
        "feeder": lambda: replace(tight, sites=(replace(tight.sites[0], limits=()),)),
        "transfer": lambda: replace(tight, transfers=(replace(tight.transfers[0], capacity_mw=50.0),)),
        "year": lambda: replace(
            tight, units=tuple(replace(one, year_max_mwh=None) if one.id == "n/chp" else one for one in tight.units)
        ),
        "pipe": lambda: replace(tight, limits=()),
        "least": lambda: weeks(
            unit, problem, store, site, seed, hours=12, min_mw=0.0, start_max_mw=24.0, stop_max_mw=24.0
        ),
        "start": lambda: weeks(unit, problem, store, site, seed, hours=12, start_h=0, start_fuel_mwh=0.0),
        "reserve": lambda: replace(tight, reserve_mw={}),
    }[which]()
    costs = []
    for stated in (tight, loose):
        r = dispatch(stated, EXACT)
        assert broken_limits(stated, r) == []
        passed = stated.prices.unmet_cny_per_mwh / 2 * float(r.limit_excess_mw.to_numpy().sum())
        costs.append(r.cost_cny["total_cny"] + passed)
    assert costs[1] <= costs[0] + CNY
