"""The band of a virtual power plant against hand calculations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.metrics.flexibility import battery_band_mw, heat_band_mw, stored_heat_mwh
from heatnet.model.examples import tree
from heatnet.model.supply import SupplyUnit

HOURS = pd.date_range("2025-01-01", periods=4, freq="h", name="time")


def unit(name, available, power_per_heat):
    count = len(HOURS)
    return SupplyUnit(
        id=f"town/{name}",
        network="town",
        plant=name,
        kind="source",
        waste_class="none",
        balance="town/water",
        draws_from=None,
        draw_per_heat=0.0,
        fuel=None,
        available_mw=np.full(count, float(available)),
        take_min_mw=np.zeros(count),
        fuel_per_heat=np.zeros(count),
        power_per_heat=np.full(count, power_per_heat),
        power_lost_per_heat=np.zeros(count),
    )


def test_content_of_the_supply_pipes():
    network = tree()
    pipes = network.pipes[network.pipes["line"] != "return"]
    volume = sum(np.pi / 4 * (row.inner_diameter_mm / 1e3) ** 2 * row.length_m for row in pipes.itertuples())
    assert stored_heat_mwh(network, 3.0) == pytest.approx(volume * 971.8 * 4190 * 3 / 3.6e9)


def test_a_heat_pump_is_held_by_its_own_heat_and_by_the_store():
    pump = unit("pump", 20.0, 0.25)
    heat = pd.DataFrame({pump.id: [0.0, 4.0, 12.0, 20.0]}, index=HOURS)
    band = heat_band_mw([pump], heat, stored_mwh=6.0)
    np.testing.assert_allclose(band["down_mw"], [0.0, 1.0, 1.5, 1.5])
    np.testing.assert_allclose(band["up_mw"], [1.5, 1.5, 1.5, 0.0])


def test_two_plants_share_one_store_and_boilers_fans_do_not_count():
    boiler, pump, gas = unit("boiler", 10.0, 1.0), unit("pump", 10.0, 0.25), unit("gas", 100.0, 0.01)
    heat = pd.DataFrame({boiler.id: 2.0, pump.id: 8.0, gas.id: 50.0}, index=HOURS)
    band = heat_band_mw([gas, pump, boiler], heat, stored_mwh=6.0)
    # the resistive boiler first: 2 MWh of its heat, then 4 MWh of the heat pump's
    np.testing.assert_allclose(band["down_mw"], 2.0 * 1.0 + 4.0 * 0.25)
    np.testing.assert_allclose(band["up_mw"], 6.0 * 1.0)


def test_a_battery_is_held_by_its_power_and_its_level():
    band = battery_band_mw(
        power_mw=5.0,
        energy_mwh=10.0,
        charge_share=0.9,
        discharge_share=0.9,
        level_mwh=np.array([0.0, 2.0, 9.1, 10.0]),
        given_mw=np.array([-5.0, 0.0, 1.0, 5.0]),
    )
    np.testing.assert_allclose(band["down_mw"], [5.0, 1.8, 4.0, 0.0])
    np.testing.assert_allclose(band["up_mw"], [0.0, 5.0, 2.0, 5.0])
