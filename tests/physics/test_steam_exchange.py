"""Steam-to-water exchange stations: subcooling, return share, and the limit by the condensing temperature."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.physics import steam_exchange as exchange
from heatnet.physics.steam_stations import heat_per_t_mwh
from heatnet.physics.water import saturation_pressure_bar


def test_condensate_that_comes_back_costs_only_the_surface_loss():
    assert exchange.draw_per_heat(13.0, 300.0, 80.0, 1.0) == pytest.approx(1.0, rel=1e-12)
    assert exchange.draw_per_heat(13.0, 300.0, 80.0, 1.0, efficiency_share=0.98) == pytest.approx(1 / 0.98, rel=1e-12)


@pytest.mark.parametrize(("return_share", "ratio"), [(0.0, 2.70 / 2.45), (0.5, 2.575 / 2.45)])
def test_lost_condensate_is_charged_down_to_the_make_up_water(return_share, ratio):
    # 2.45 GJ/t over 80 °C reach the water, 2.70 GJ/t over 20 °C are charged where nothing comes back (1.2 to 1.3 MPa)
    assert exchange.draw_per_heat(12.5, None, 80.0, return_share) == pytest.approx(ratio, abs=0.003)


def test_charge_and_heat_of_a_tonne_agree():
    draw = exchange.draw_per_heat(11.0, 270.0, 70.0, 0.3, 15.0, 0.97)
    per_t = heat_per_t_mwh(11.0, 270.0, 70.0, 1.0)
    assert draw * 0.97 * per_t == pytest.approx(float(heat_per_t_mwh(11.0, 270.0, 70.0, 0.3, 15.0)), rel=1e-12)


def test_condensing_steam_limits_the_water():
    # steam at the pressure of 115 °C heats water to 110 °C at an approach of 5 K: 50 of the 60 K between 60 and 120 °C
    p_bar = float(saturation_pressure_bar(115.0))
    assert exchange.exchange_share(p_bar, 120.0, 60.0, 5.0) == pytest.approx(50 / 60, rel=1e-9)
    found = exchange.exchange_share(p_bar, np.array([80.0, 110.0, 170.0]), 60.0, 5.0)
    np.testing.assert_allclose(found, [1.0, 1.0, 50 / 110], rtol=1e-9)
    # colder than the water that arrives: nothing
    assert exchange.exchange_share(float(saturation_pressure_bar(60.0)), 120.0, 60.0, 5.0) == 0.0
    # no pressure, no number
    assert np.isnan(exchange.exchange_share(np.nan, 120.0, 60.0))


def test_share_grows_with_pressure_and_falls_with_the_supply_temperature():
    p_bar = np.geomspace(0.2, 10.0, 30)
    share = exchange.exchange_share(p_bar[:, None], np.linspace(70.0, 130.0, 20), 60.0)
    assert ((share >= 0) & (share <= 1)).all()
    assert (np.diff(share, axis=0) >= 0).all()
    assert (np.diff(share, axis=1) <= 0).all()
    assert (share[0] == 0).all()
    assert (share[-1] == 1).all()


def test_flow_times_lift_is_the_share():
    """Heat by the water's own balance: the flow of the full heat, lifted to the approach below saturation."""
    flow = 37.5e6 / (4200.0 * 60.0)
    p_bar = float(saturation_pressure_bar(100.0))
    heat = flow * 4200.0 * (95.0 - 60.0)
    assert exchange.exchange_share(p_bar, 120.0, 60.0, 5.0) * 37.5e6 == pytest.approx(heat, rel=1e-9)
