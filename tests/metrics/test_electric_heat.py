"""Electric heat: the account of a day solved by hand, and the green share from which CO2 is saved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from heatnet.dispatch import dispatch
from heatnet.metrics.electric_heat import (
    ElectricHeat,
    break_even_cop,
    break_even_green_mwh,
    electric_heat,
    size_for_share,
)
from heatnet.model.power_site import PowerSite


@pytest.fixture
def day(toy):
    """24 h: electric boiler 6 MW by night (8 valley hours) and 1 MW by day, gas the rest of 4 MW; the tank is not in it."""
    electric = replace(toy.unit("electric", toy.WATER, hours=24, power_per_heat=1.25), kind="electric_boiler")
    gas = toy.unit("gas", toy.WATER, fuel="gas", hours=24, fuel_per_heat=1.0 / 0.9, power_per_heat=0.01)
    problem = toy.problem_of([electric, gas], {toy.WATER: [4.0] * 24})
    night = np.isin(np.arange(24), [23, 0, 1, 2, 3, 4, 5, 6])
    heat = {"electric": np.where(night, 6.0, 1.0), "gas": np.where(night, 0.0, 2.0)}
    return problem, toy.result_of(problem, heat)


def test_account_of_a_day_by_hand(day):
    account = electric_heat(*day)
    assert account.heat_mwh == 96.0
    assert account.valley_heat_share == pytest.approx(48 / (48 + 16 + 32))
    assert account.valley_power_mwh == pytest.approx(48 * 1.25)
    assert account.power_mwh == pytest.approx(64 * 1.25 + 32 * 0.01)
    assert account.fuel_t_co2 == pytest.approx(32 / 0.9 * 0.2)
    assert account.power_lost_mwh == 0.0
    pumped = electric_heat(*day, np.full(24, 0.5))
    assert pumped.power_mwh - account.power_mwh == pytest.approx(12.0)
    assert pumped.valley_power_mwh - account.valley_power_mwh == pytest.approx(4.0)


def test_green_electricity_is_that_of_its_hours(day):
    account = electric_heat(*day)
    assert account.green_mwh(0.3, "valley") == pytest.approx(0.3 * 60)
    assert account.green_mwh(0.3, "all") == pytest.approx(0.3 * 80.32)
    assert account.emitted_t_co2(0.7, 18.0) == pytest.approx(account.fuel_t_co2 + 0.7 * (80.32 - 18))
    assert account.break_even_green_mwh(0.7, 0.396) is None, "gas is burned as well"


def test_electricity_of_a_site_is_the_import_that_heat_adds(day):
    """PV of 3 MW in two hours: base load takes 1 MW of it, the boiler 1.25 MW, so that nothing is bought then."""
    problem, result = day
    noon = np.isin(np.arange(24), [12, 13])
    site = PowerSite("roof", ("electric",), base_mw=np.ones(24), pv_mw=np.where(noon, 3.0, 0.0))
    on_site = replace(problem, sites=(site,))
    solved = replace(dispatch(on_site), heat_mw=result.heat_mw)
    taken = result.heat_mw["electric"].to_numpy() * 1.25
    bought = pd.DataFrame({"roof": np.where(noon, 0.0, 1.0 + taken)}, index=problem.time)
    account = electric_heat(on_site, replace(solved, site_import_mw=bought))
    assert account.power_mwh == pytest.approx(64 * 1.25 + 32 * 0.01 - 2 * 1.25)
    assert account.valley_power_mwh == pytest.approx(48 * 1.25)
    assert account.valley_heat_share == electric_heat(problem, result).valley_heat_share


@given(st.floats(0.2, 1.0), st.floats(0.1, 0.6), st.floats(1.0, 4.0))
def test_at_the_break_even_nothing_is_saved_and_nothing_lost(factor, reference, cop):
    heat = ElectricHeat(28_000.0, 0.84, 28_000.0 / cop, 20_000.0 / cop, 0.0, 0.0)
    green = heat.break_even_green_mwh(factor, reference)
    saved = reference * heat.heat_mwh - heat.emitted_t_co2(factor, green)
    assert saved == pytest.approx(0.0, abs=1e-6) if green > 0 else saved >= 0
    share = green / heat.power_mwh
    assume(share > 0)
    assert break_even_cop(share, factor, reference) == pytest.approx(cop)


def test_no_factor_no_emission():
    assert break_even_green_mwh(100.0, 100.0, 0.0, 0.1) == 0.0
    assert ElectricHeat(100.0, 0.0, 0.0, 0.0, 0.0, 0.0).break_even_green_mwh(0.7, 0.1) is None


def test_size_for_a_share_lies_straight_between_two_points():
    sizes, shares = [0.0, 100.0, 200.0], [0.3, 0.7, 0.9]
    assert size_for_share(sizes, shares, 0.8) == pytest.approx(150.0)
    assert size_for_share(sizes, shares, 0.2) == 0.0
    assert size_for_share(sizes, shares, 0.95) is None
