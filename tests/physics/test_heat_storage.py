"""Heat of a tank: by hand from steam tables, and its limits."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.physics.heat_storage import tank_energy_mwh
from heatnet.physics.water import density_kg_per_m3, mean_heat_capacity_j_per_kgk


def test_ten_thousand_cubic_metres_by_steam_table():
    """Water at 16 bar by CoolProp's IF97: 966.00 kg/m³ and 378.15 kJ/kg at 90 °C, 210.71 kJ/kg at 50 °C."""
    by_hand = 966.00 * 10_000 * (378.15 - 210.71) / 3.6e6
    assert float(tank_energy_mwh(10_000.0, 90.0, 50.0)) == pytest.approx(by_hand, rel=1e-4)


def test_it_is_rho_cp_v_dt():
    """E = rho(T_hot) cp_mean V dT, cp_mean being the enthalpy difference over dT."""
    closed = density_kg_per_m3(95.0) * mean_heat_capacity_j_per_kgk(45.0, 95.0) * 1234.0 * 50.0 / 3.6e9
    assert float(tank_energy_mwh(1234.0, 95.0, 45.0)) == pytest.approx(float(closed), rel=1e-9)


def test_no_difference_holds_no_heat_and_order_has_a_sign():
    energy = tank_energy_mwh(100.0, np.array([60.0, 80.0, 50.0]), np.array([60.0, 50.0, 80.0]))
    assert energy[0] == 0.0
    assert energy[1] > 0 > energy[2]
