"""Boiler houses: balance of boiler and deaerator, fuel at part load, boilers that run."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.physics import steam_boilers as boilers
from heatnet.physics.steam import liquid_enthalpy_j_per_kg, vapour_enthalpy_j_per_kg
from heatnet.physics.water import enthalpy_j_per_kg as water

WEST = [22.8] * 5


def test_heat_of_a_tonne_over_feed_water_is_the_printed_one():
    # 1.25 MPa, dry saturated, feed water 104 °C: 2785.2 - 437 kJ/kg = 2.35 GJ/t; 35 t/h of it 22.8 MW
    raised = boilers.steam_raised(12.5)
    assert raised.heat_mwh_per_t * 3.6 == pytest.approx(2.35, abs=0.005)
    assert raised.heat_mwh_per_t * 35 == pytest.approx(22.8, abs=0.05)
    # blow-down of 3 % adds 0.03 (806.7 - 437) kJ/kg
    more = boilers.steam_raised(12.5, blow_down_share=0.03).heat_mwh_per_t - raised.heat_mwh_per_t
    assert more * 3600 == pytest.approx(0.03 * (806.7 - 437.0), abs=0.03)


@pytest.mark.parametrize("returned", [0.0, 0.4, 1.0])
def test_mass_and_energy_of_the_house_close(returned):
    """Around boilers and deaerator: heat + what comes in = steam to the network + blow-down."""
    b, h_condensate, h_makeup = 0.04, water(80.0), water(20.0)
    raised = boilers.steam_raised(12.5, None, b, 104.0, returned)
    condensate = returned * raised.net_share
    makeup = raised.net_share + b - condensate
    into = raised.heat_mwh_per_t * 3.6e6 + condensate * h_condensate + makeup * h_makeup
    out = raised.net_share * vapour_enthalpy_j_per_kg(12.5) + b * liquid_enthalpy_j_per_kg(12.5)
    assert into == pytest.approx(float(out), rel=1e-12)


def test_own_steam_without_condensate_by_hand():
    """b = 0.05, make-up 20 °C: 1.05 (436.9 - 85.4)/(2785.2 - 85.4) = 0.1367."""
    raised = boilers.steam_raised(12.5, None, 0.05, 104.0, 0.0)
    assert raised.feed_steam_share == pytest.approx(1.05 * (436.9 - 85.4) / (2785.2 - 85.4), abs=2e-4)
    # heat over feed water counts in the network: own use is the steam plus the blow-down above feed water
    per_t = float(boilers.steam_raised(12.5).heat_mwh_per_t)
    expected = 1 - (1 - raised.feed_steam_share) * per_t / raised.heat_mwh_per_t
    assert boilers.own_use_share(raised, per_t) == pytest.approx(float(expected), rel=1e-12)
    assert 0.13 < boilers.own_use_share(raised, per_t) < 0.15


def test_hot_feed_from_condensate_needs_no_steam():
    raised = boilers.steam_raised(12.5, None, 0.0, 60.0, 1.0, 80.0)
    assert raised.feed_steam_share == 0.0
    assert np.isnan(boilers.steam_raised(12.5, None, -0.01).net_share)
    assert np.isnan(boilers.steam_raised(12.5, return_share=1.1).heat_mwh_per_t)


def test_part_load_by_hand():
    """eta 0.93, shell 1 %: at a third of the load 3 % of the fuel's worth goes through the shell."""
    np.testing.assert_allclose(boilers.part_load_efficiency_share([0.3, 1.0], 0.93, 0.0), 0.93)
    assert boilers.part_load_efficiency_share(1.0, 0.93, 0.01) == pytest.approx(0.93)
    # fuel = (heat + constant loss)/(eta + q), the loss being q of the fuel 1/eta at rated load
    loss = 0.01 / 0.93
    assert boilers.fuel_share(0.3, 0.93, 0.01) == pytest.approx((0.3 + loss) / 0.94)
    assert boilers.part_load_efficiency_share(0.3, 0.93, 0.01) == pytest.approx(0.9075, abs=1e-4)
    # GB/T 10180: q5 in inverse proportion to the load, eta falls by q (1/l - 1)
    assert boilers.part_load_efficiency_share(0.5, 0.93, 0.01) == pytest.approx(0.93 - 0.01, abs=3e-4)


@given(st.floats(0.5, 1.05), st.floats(0.05, 1.0), st.floats(0.0, 0.03))
def test_rated_efficiency_is_the_inverse(eta, load, shell):
    part = boilers.part_load_efficiency_share(load, eta, shell)
    assert boilers.rated_efficiency_share(part, load, shell) == pytest.approx(eta, rel=1e-9)


def test_as_few_boilers_as_carry_the_heat():
    heat = np.array([0.0, 5.0, 22.8, 22.9, 60.0, 114.0, 120.0, np.nan])
    run = boilers.run_house(heat, WEST, 0.93, 0.01, 0.3)
    assert run.units_running.tolist() == [0, 1, 1, 2, 3, 5, 5, 0]
    np.testing.assert_allclose(run.load_share[:7], [0, 5 / 22.8, 1, 22.9 / 45.6, 60 / 68.4, 1, 1])
    assert run.below_minimum.tolist() == [False, True] + [False] * 6
    assert run.started.tolist() == [0, 1, 0, 1, 1, 2, 0, 0]
    np.testing.assert_allclose(run.short_mw[:7], [0] * 6 + [6.0], atol=1e-12)
    assert run.fuel_mw[0] == 0
    assert run.fuel_mw[2] == pytest.approx(22.8 / 0.93)
    assert run.fuel_mw[4] == pytest.approx(68.4 * (60 / 68.4 + 0.01 / 0.93) / 0.94)
    assert np.isnan([run.fuel_mw[7], run.load_share[7], run.short_mw[7]]).all()


def test_the_largest_boilers_run_first():
    run = boilers.run_house(np.array([9.0, 11.0, 16.0]), [5.0, 10.0, 2.0], 0.9, 0.0)
    assert run.units_running.tolist() == [1, 2, 3]
    np.testing.assert_allclose(run.load_share, [0.9, 11 / 15, 16 / 17])
    np.testing.assert_allclose(run.fuel_mw, np.array([9.0, 11.0, 16.0]) / 0.9)


def test_heat_at_a_capacity_but_for_rounding_starts_no_further_boiler():
    heat = np.array([22.8, 45.6, 68.4]) * (1 + 1e-13)
    assert boilers.run_house(heat, WEST, 0.93).units_running.tolist() == [1, 2, 3]


@given(st.lists(st.floats(0.0, 114.0, allow_subnormal=False), min_size=1, max_size=50), st.floats(0.0, 0.03))
def test_a_year_runs_like_its_hours_and_loss_grows_with_the_shell(heat, shell):
    run = boilers.run_house(np.array(heat), WEST, 0.93, shell)
    alone = [boilers.run_house(value, WEST, 0.93, shell).fuel_mw[0] for value in heat]
    np.testing.assert_allclose(run.fuel_mw, alone, rtol=1e-12)
    assert (run.fuel_mw >= np.array(heat) / 0.93 * (1 - 1e-12)).all()
    assert (run.load_share <= 1 + 1e-12).all()
    np.testing.assert_allclose(run.load_share * 22.8 * run.units_running, heat, rtol=1e-9, atol=1e-12)


def test_a_year_of_hours_at_once():
    heat = 60 + 40 * np.sin(np.arange(8760) / 24)
    assert boilers.run_house(heat, WEST, 0.93, 0.01, 0.3).fuel_mw.shape == (8760,)
