"""From the keys of on and off to a unit's commitment: closed forms of part load, shares of the capacity, least load."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.plants import supply_units
from heatnet.plants.on_off import LEAST_LOAD, limited


def unit_of(network, conditions, suffix="p"):
    """Return the unit whose id ends in the suffix."""
    return next(unit for unit in supply_units(network, conditions) if unit.id.split("/")[-1] == suffix)


def test_a_boiler_without_the_keys_is_as_it_was(network, conditions, plant):
    unit = unit_of(network([plant("gas_boiler", capacity_mw=10.0, efficiency_share=0.9)]), conditions())
    assert unit.commitment is None


def test_shares_are_of_the_capacity_and_units_are_switched_one_by_one(network, conditions, plant):
    """58 + 29 MW: least heat 0.3 x 87, ramps 0.5 x 87 up; starts 20 CNY/MW and a quarter of an hour of full-load fuel."""
    row = plant(
        "coal_boiler", units_mw="58 29", efficiency_share=0.8, lhv_mwh_per_t=6.0, power_share=0.02, on_min_share=0.3,
        no_load_fuel_share=0.1, no_load_power_share=0.5, start_cost_cny_per_mw=20, start_fuel_h=0.25, start_h=2, min_up_h=6,
        min_down_h=4, ramp_up_share_per_h=0.5, maintenance="07-01/07-31",
    )  # fmt: skip
    unit = unit_of(network([row]), conditions())
    own = unit.commitment
    assert own.min_mw == pytest.approx(26.1)
    assert (own.ramp_up_mw_per_h, own.ramp_down_mw_per_h) == (pytest.approx(43.5), None)
    assert (own.start_h, own.min_up_h, own.min_down_h) == (2, 6, 4)
    assert own.start_cost_cny == pytest.approx(20 * 87)
    assert own.start_fuel_mwh == pytest.approx(0.25 * 87 / 0.8)
    assert own.sizes_mw == (58.0, 29.0)
    np.testing.assert_array_equal(own.maintenance, [False, False, False, True])
    np.testing.assert_allclose(own.no_load_fuel_mw, 0.1 * 87 / 0.8)
    np.testing.assert_allclose(own.no_load_power_mw, 0.5 * 87 * 0.02)
    np.testing.assert_allclose(unit.fuel_per_heat, 0.9 / 0.8)
    np.testing.assert_allclose(unit.power_per_heat, 0.5 * 0.02)


def test_efficiency_at_full_and_at_least_load_is_what_the_row_says(network, conditions, plant):
    """Condensing in some hours: fuel at full load is capacity over the hour's efficiency; at 30 % worse by 0.90 / 0.94."""
    keys = {"capacity_mw": 50.0, "efficiency_share": 0.94, "efficiency_condensing_share": 0.97}
    plain = unit_of(network([plant("gas_boiler", **keys)]), conditions())
    row = plant("gas_boiler", **keys, on_min_share=0.3, efficiency_on_min_share=0.90)
    unit = unit_of(network([row]), conditions())
    for load, worse in ((1.0, 1.0), (0.3, 0.94 / 0.90)):
        fuel = unit.commitment.no_load_fuel_mw + unit.fuel_per_heat * load * 50.0
        np.testing.assert_allclose(fuel, plain.fuel_per_heat * load * 50.0 * worse)


def test_a_heat_pump_has_the_cop_of_its_hour_at_full_load(network, conditions, plant):
    keys = {"capacity_mw": 2.0, "carnot_share": 0.5, "t_supply_max_degc": 80, "t_supply_degc": 60, "serves": "a b c"}
    row = plant("air_source_heat_pump", connection="secondary", **keys)
    plain = unit_of(network([row]), conditions())
    unit = unit_of(network([{**row, "no_load_power_share": 0.2}]), conditions())
    runs = plain.available_mw > 0
    whole = unit.commitment.no_load_power_mw + unit.power_per_heat * 2.0
    np.testing.assert_allclose(whole[runs], 2.0 * plain.power_per_heat[runs])


def test_a_plant_that_cannot_reach_its_least_load_is_off(network, conditions, plant):
    """10 MW from 5 MW up, at consumers of 4, 3, 2 and 0 MW each: with two of them 8, 6, 4, 0 MW: off in the last two hours."""
    keys = {"capacity_mw": 10.0, "carnot_share": 0.5, "t_supply_max_degc": 80, "t_supply_degc": 60, "serves": "a b"}
    row = plant("air_source_heat_pump", connection="secondary", on_min_share=0.5, **keys)
    unit = unit_of(network([row]), conditions())
    np.testing.assert_allclose(unit.available_mw, [8, 6, 0, 0])
    np.testing.assert_array_equal(unit.bounds[LEAST_LOAD], [np.inf, np.inf, 0, 0])
    assert unit.commitment is not None
    never = limited(unit, np.full(4, 4.0))
    assert never.commitment is None
    assert not never.available_mw.any()


def test_yearly_figures_of_a_boiler(network, conditions, plant):
    keys = {"capacity_mw": 10.0, "efficiency_share": 0.9}
    row = plant("gas_boiler", **keys, heat_year_max_mwh=100.0, heat_year_min_mwh=40.0)
    unit = unit_of(network([row]), conditions())
    assert (unit.year_max_mwh, unit.year_min_mwh) == (100.0, 40.0)
    assert unit.commitment is None
