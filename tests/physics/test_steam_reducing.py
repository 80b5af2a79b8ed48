"""Pressure-reducing and desuperheating stations: constant enthalpy, mass and energy of the spray, limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.physics.steam import enthalpy_j_per_kg, vapour_enthalpy_j_per_kg
from heatnet.physics.steam_reducing import reduced_steam
from heatnet.physics.water import enthalpy_j_per_kg as water
from heatnet.physics.water import saturation_temperature_degc


@pytest.mark.parametrize(("p_in", "t_in", "p_out"), [(13.0, 300.0, 7.0), (12.5, 190.0, 8.0), (10.0, 250.0, 1.0)])
def test_throttled_temperature_is_that_of_coolprop(p_in, t_in, p_out):
    from CoolProp.CoolProp import PropsSI

    h = PropsSI("H", "P", p_in * 1e5, "T", t_in + 273.15, "HEOS::Water")
    expected = PropsSI("T", "P", p_out * 1e5, "H", h, "HEOS::Water") - 273.15
    found = reduced_steam(p_in, t_in, p_out)
    # IAPWS-95 against IF97: 0.1 K
    assert found.t_throttled_degc == pytest.approx(expected, abs=0.1)
    assert found.h_j_per_kg == pytest.approx(float(enthalpy_j_per_kg(p_in, t_in)), rel=1e-12)
    assert (float(found.spray_share), float(found.dryness_share)) == (0.0, 1.0)


def test_spray_by_hand():
    """13 bar, 300 °C to 8 bar, 180 °C: 3043.7 kJ/kg in, 2792.4 out, water of 104 °C 436.9: w = 251.3/2355.5 = 0.1067."""
    found = reduced_steam(13.0, 300.0, 8.0, 180.0)
    assert found.spray_share == pytest.approx((3043.7 - 2792.4) / (2792.4 - 436.9), abs=2e-4)
    assert found.t_degc == 180.0
    assert found.superheat_k == pytest.approx(180.0 - 170.41, abs=0.01)


def test_spray_leaves_a_superheat():
    found = reduced_steam(13.0, 300.0, 8.0, 100.0, superheat_min_k=5.0)
    assert found.superheat_k == pytest.approx(5.0)
    assert found.t_degc == pytest.approx(float(saturation_temperature_degc(8.0)) + 5.0)


def test_steam_no_hotter_than_asked_for_gets_no_water():
    found = reduced_steam(13.0, 300.0, 8.0, [310.0, 296.0])
    assert found.spray_share.tolist() == [0.0, 0.0]
    assert (found.t_degc == found.t_throttled_degc).all()
    assert (found.t_degc < 300.0).all()


def test_dry_saturated_steam_comes_out_superheated():
    found = reduced_steam(12.5, None, np.array([12.5, 10.0, 7.0]))
    assert (np.diff(found.superheat_k) > 0).all()
    np.testing.assert_allclose(found.h_j_per_kg, vapour_enthalpy_j_per_kg(12.5), rtol=1e-12)
    assert found.superheat_k[0] == pytest.approx(0.0, abs=1e-3)


def test_a_valve_raises_no_pressure():
    found = reduced_steam(8.0, 200.0, np.array([8.5, 8.0]), 180.0)
    assert np.isnan(found.spray_share).tolist() == [True, False]
    assert np.isnan(found.t_degc).tolist() == [True, False]
    assert np.isnan(reduced_steam(8.0, 100.0, 6.0).t_throttled_degc)


@given(st.floats(2.0, 30.0), st.floats(1.0, 200.0), st.floats(0.1, 0.99), st.floats(0.0, 150.0), st.floats(20.0, 150.0))
def test_mass_and_energy_of_the_spray_close(p_in, superheat, ratio, wanted, t_spray):
    p_out = max(p_in * ratio, 0.2)
    t_in = min(float(saturation_temperature_degc(p_in)) + superheat, 449.0)
    target = float(saturation_temperature_degc(p_out)) + wanted
    found = reduced_steam(p_in, t_in, p_out, target, t_spray)
    into = float(enthalpy_j_per_kg(p_in, t_in)) + found.spray_share * water(t_spray)
    assert into == pytest.approx(float((1 + found.spray_share) * found.h_j_per_kg), rel=1e-9)
    assert found.spray_share >= 0
    assert found.t_degc <= found.t_throttled_degc + 1e-9
