"""Stations of steam networks: heat per tonne, power lost, exchange of heat with water, pressure reduction."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.physics import steam_stations as stations
from heatnet.physics.steam import enthalpy_j_per_kg, vapour_enthalpy_j_per_kg, volume_m3_per_kg
from heatnet.physics.water import saturation_temperature_degc

GJ_PER_MWH = 3.6


@pytest.mark.parametrize(
    ("p_bar", "t_degc", "return_share", "printed_gj_per_t"),
    # steam tables: 2784 to 2786 kJ/kg saturated, 3043.7 at 300 °C; water 335 at 80 °C, 84 at 20 °C
    [
        *[(12, None, 1, 2.45), (13, None, 1, 2.45), (12, None, 0, 2.70), (13, None, 0, 2.70)],
        *[(13, 300, 1, 2.71), (13, 300, 0, 2.96), (13, 300, 0.5, 2.83)],
    ],
)
def test_heat_of_a_tonne_is_the_printed_one(p_bar, t_degc, return_share, printed_gj_per_t):
    found = stations.heat_per_t_mwh(p_bar, t_degc, 80.0, return_share, 20.0) * GJ_PER_MWH
    assert found == pytest.approx(printed_gj_per_t, abs=0.0051)


def test_heat_of_a_tonne_falls_with_each_share_of_condensate_and_mixes_by_mass():
    share = np.linspace(0, 1, 5)
    heat = stations.heat_per_t_mwh(13.0, 300.0, 80.0, share, 20.0)
    np.testing.assert_allclose(np.diff(heat), -(heat[0] - heat[-1]) / 4, rtol=1e-9)
    # make-up as warm as the condensate: the share does not matter
    np.testing.assert_allclose(stations.heat_per_t_mwh(13.0, 300.0, 80.0, share, 80.0), heat[-1], rtol=1e-12)


def test_what_is_no_steam_or_no_share_is_nan():
    assert np.isnan(stations.heat_per_t_mwh(13.0, 150.0))
    assert np.isnan(stations.heat_per_t_mwh(40.0))
    assert np.isnan(stations.heat_per_t_mwh(13.0, 300.0, 80.0, [-0.1, 1.1])).all()
    assert np.isnan(stations.power_lost_share([13.0, 40.0], [150.0, 300.0])).all()
    # a condenser above the extraction is none
    assert np.isnan(stations.isentropic_drop_j_per_kg(2.0, None, 3.0))


def _entropy_iapws95(p_bar: float, t_degc: float | None) -> float:
    from CoolProp.CoolProp import PropsSI

    other = ("Q", 1.0) if t_degc is None else ("T", t_degc + 273.15)
    return float(PropsSI("S", "P", p_bar * 1e5, *other, "HEOS::Water"))


@pytest.mark.parametrize(("p_bar", "t_degc"), [(12.0, None), (13.0, None), (13.0, 300.0), (8.0, 220.0)])
@pytest.mark.parametrize("p_condenser_bar", [0.04, 0.07, 1.0])
def test_isentropic_drop_is_that_of_iapws95(p_bar, t_degc, p_condenser_bar):
    from CoolProp.CoolProp import PropsSI

    s = _entropy_iapws95(p_bar, t_degc)
    start = PropsSI("H", "P", p_bar * 1e5, *(("Q", 1.0) if t_degc is None else ("T", t_degc + 273.15)), "HEOS::Water")
    end = PropsSI("H", "P", p_condenser_bar * 1e5, "S", s, "HEOS::Water")
    # both formulations of steam differ by less than 0.3 kJ/kg here
    assert stations.isentropic_drop_j_per_kg(p_bar, t_degc, p_condenser_bar) == pytest.approx(start - end, abs=300)


@pytest.mark.parametrize(("p_bar", "t_degc"), [(12.0, None), (13.0, 300.0)])
def test_isentropic_drop_is_the_integral_of_volume_over_pressure(p_bar, t_degc):
    """At constant entropy dh = v dp: no entropy in this route, volumes from our own table."""
    from scipy.integrate import solve_ivp

    h = float(vapour_enthalpy_j_per_kg(p_bar) if t_degc is None else enthalpy_j_per_kg(p_bar, t_degc))

    def slope(log_p, y):
        return [np.exp(log_p) * 1e5 * float(volume_m3_per_kg(np.exp(log_p), y[0]))]

    end = solve_ivp(slope, (np.log(p_bar), np.log(0.2)), [h], rtol=1e-9, atol=1e-3).y[0, -1]
    assert stations.isentropic_drop_j_per_kg(p_bar, t_degc, 0.2) == pytest.approx(h - end, rel=2e-6)


def test_power_lost_at_the_plans_pressure_is_the_usual_one():
    p_bar = np.linspace(12.0, 13.0, 5)
    for t_degc in (None, 250.0, 300.0):
        z = stations.power_lost_share(p_bar, t_degc)
        assert ((z > 0.26) & (z < 0.29)).all()
    # each bar of extraction costs power, and a condenser at the extraction's pressure none
    assert (np.diff(stations.power_lost_share(np.array([4.0, 8.0, 12.0]), None)) > 0).all()
    assert stations.power_lost_share(13.0, None, p_condenser_bar=13.0) == pytest.approx(0.0, abs=1e-6)


def test_power_lost_per_tonne_does_not_depend_on_the_water_that_comes_back():
    per_t = [
        stations.power_lost_share(13.0, 300.0, 80.0, share) * stations.heat_per_t_mwh(13.0, 300.0, 80.0, share)
        for share in (0.0, 0.5, 1.0)
    ]
    drop_mwh_per_t = stations.isentropic_drop_j_per_kg(13.0, 300.0) / 3.6e6
    np.testing.assert_allclose(per_t, stations.TURBINE_SHARE * drop_mwh_per_t, rtol=1e-12)


def test_steam_just_saturated_by_its_temperature_is_dry_saturated_steam():
    boiling = saturation_temperature_degc(12.5)
    assert stations.power_lost_share(12.5, boiling) == pytest.approx(float(stations.power_lost_share(12.5)), rel=1e-5)


def test_shapes_broadcast():
    assert stations.power_lost_share(np.array([[12.0], [13.0]]), np.array([250.0, 300.0, 320.0])).shape == (2, 3)
    assert stations.power_lost_share(12.0, p_condenser_bar=np.array([0.04, 0.05])).shape == (2,)
    assert stations.heat_per_t_mwh(12.0).shape == ()
