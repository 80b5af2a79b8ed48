"""Pump power by hand."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.physics.pump import pump_power_mw


def test_power_by_hand() -> None:
    # 500 kg/s at 960 kg/m³ over 8 bar with 0.75: 0.5208 m³/s * 8e5 Pa / 0.75
    assert pump_power_mw(500.0, 8.0, 960.0) == pytest.approx(500 / 960 * 8e5 / 0.75 / 1e6, rel=1e-14)


def test_electricity_per_heat_of_a_primary_network_is_usual() -> None:
    # 1 GJ at 60 K: 1e9/(4190 * 60) kg through 8 bar; practice is 1.5 to 2.5 kWh/GJ
    mass_kg = 1e9 / (4190 * 60)
    kwh = float(pump_power_mw(mass_kg / 3600, 8.0, 970.0)) * 1e3
    assert 1.0 < kwh < 2.5


def test_no_power_against_the_pumps_direction() -> None:
    assert pump_power_mw(np.array([-1.0, 1.0, 0.0]), np.array([1.0, -1.0, 1.0]), 970.0).tolist() == [0.0, 0.0, 0.0]
