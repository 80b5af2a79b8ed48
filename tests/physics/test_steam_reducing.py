"""Pressure-reducing and desuperheating: printed enthalpies, and balances of mass and energy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.physics import steam, water
from heatnet.physics.steam_reducing import MARGIN_K, reduced

FEED_J_PER_KG = float(water.enthalpy_j_per_kg(104.0))


def test_a_valve_keeps_the_enthalpy():
    """IAPWS-IF97: 13 bar and 300 °C (3043.7 kJ/kg) become 290.5 °C at 7 bar (h(290) = 3038.9, h(300) = 3059.8)."""
    h = float(steam.enthalpy_j_per_kg(13.0, 300.0))
    behind = reduced(13.0, h, 7.0)
    assert behind.h_j_per_kg == h
    assert behind.spray_share == 0.0
    assert behind.t_degc == pytest.approx(290 + 10 * (3043.7 - 3038.9) / (3059.8 - 3038.9), abs=0.2)
    # saturated steam of 12.5 bar is superheated behind the valve: 2785.2 kJ/kg at 7 bar, h'' = 2763
    dry = reduced(12.5, steam.vapour_enthalpy_j_per_kg(12.5), 7.0)
    assert 5.0 < dry.t_degc - water.saturation_temperature_degc(7.0) < 15.0


def test_spray_by_the_printed_enthalpies():
    """From 3043.7 to 2799.4 kJ/kg (7 bar, 180 °C) with feed water of 104 °C (437 kJ/kg): 244.3/2362.4."""
    behind = reduced(13.0, steam.enthalpy_j_per_kg(13.0, 300.0), 7.0, 180.0, FEED_J_PER_KG)
    assert behind.t_degc == pytest.approx(180.0, abs=1e-3)
    assert behind.spray_share == pytest.approx((3043.7 - 2799.4) / (2799.4 - 437.0), rel=2e-3)
    assert behind.mass_ratio == 1.0 + behind.spray_share


@given(
    st.floats(4.0, 25.0), st.floats(0.0, 200.0), st.floats(0.1, 1.0), st.floats(100.0, 400.0), st.floats(10.0, 150.0)
)
def test_mass_and_energy_close_and_nothing_gets_wet(p_bar, superheat_k, ratio, t_use, t_spray):
    t = float(water.saturation_temperature_degc(p_bar)) + superheat_k
    h, h_spray = float(steam.enthalpy_j_per_kg(p_bar, t)), float(water.enthalpy_j_per_kg(t_spray))
    behind = reduced(p_bar, h, p_bar * ratio, t_use, h_spray)
    assert behind.spray_share >= 0.0
    assert behind.mass_ratio * behind.h_j_per_kg == pytest.approx(h + behind.spray_share * h_spray, rel=1e-12)
    throttled = reduced(p_bar, h, p_bar * ratio).t_degc
    assert behind.t_degc <= throttled
    if behind.spray_share > 0.0:
        least = float(water.saturation_temperature_degc(p_bar * ratio)) + MARGIN_K
        assert behind.t_degc == pytest.approx(max(t_use, least), abs=2e-3)
    else:
        assert behind.t_degc == throttled


def test_it_does_not_cool_below_saturation_and_margin():
    """Asked for 150 °C at 7 bar (boils at 165.0 °C): 170 °C is what comes."""
    behind = reduced(13.0, steam.enthalpy_j_per_kg(13.0, 300.0), 7.0, 150.0, FEED_J_PER_KG)
    assert behind.t_degc == pytest.approx(float(water.saturation_temperature_degc(7.0)) + 5.0, abs=1e-3)


def test_what_a_station_cannot_do():
    """It lifts no pressure, heats no steam, and needs water to spray."""
    h = float(steam.enthalpy_j_per_kg(6.0, 200.0))
    low = reduced(6.0, h, [8.0, np.nan])
    assert low.p_bar.tolist() == [6.0, 6.0]
    colder = reduced(6.0, h, 5.0, 350.0, FEED_J_PER_KG)
    assert (colder.spray_share, colder.h_j_per_kg) == (0.0, h)
    assert np.isnan(reduced(13.0, steam.enthalpy_j_per_kg(13.0, 300.0), 7.0, 180.0).spray_share)
    wet = reduced(4.0, steam.vapour_enthalpy_j_per_kg(4.0) - 1e5, 3.0, 140.0, FEED_J_PER_KG)
    assert wet.spray_share == 0.0
    assert wet.t_degc == pytest.approx(float(water.saturation_temperature_degc(3.0)))
    nothing = reduced(np.nan, np.nan, 3.0)
    assert np.isnan([nothing.p_bar, nothing.t_degc, nothing.spray_share]).all()
