"""Boilers, CHP, waste heat and stations: closed forms of availability and of what a MWh consumes."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.plants import supply_units
from heatnet.plants.boilers import gas_boiler_efficiency_share


def unit_of(network, conditions, suffix="p"):
    """Return the unit whose id ends in the suffix."""
    return next(unit for unit in supply_units(network, conditions) if unit.id.split("/")[-1] == suffix)


def test_gas_boiler_condenses_below_50_degc():
    """0.97 up to 50 °C, 0.94 from the dew point (56 °C) on, half way between them in the middle."""
    t_return = np.array([30.0, 50.0, 53.0, 56.0, 70.0])
    np.testing.assert_allclose(gas_boiler_efficiency_share(t_return, 0.94, 0.97), [0.97, 0.97, 0.955, 0.94, 0.94])


def test_nothing_condenses_where_the_return_is_not_known():
    np.testing.assert_array_equal(gas_boiler_efficiency_share(np.array([np.nan, 40.0]), 0.94, 0.97), [0.94, 0.97])


def test_gas_boiler_unit(network, conditions, plant):
    """Fuel = 1/efficiency by the hour's return (60, 53, 40, 40 °C); capacity = sum of the boilers; power as stated."""
    row = plant(
        "gas_boiler", units_mw="58 29", efficiency_share=0.94, efficiency_condensing_share=0.97, power_share=0.004
    )
    unit = unit_of(network([row]), conditions())
    np.testing.assert_allclose(unit.available_mw, 87)
    np.testing.assert_allclose(unit.fuel_per_heat, [1 / 0.94, 1 / 0.955, 1 / 0.97, 1 / 0.97])
    np.testing.assert_allclose(unit.power_per_heat, 0.004)
    assert (unit.id, unit.balance, unit.fuel, unit.waste_class) == ("net/p", "net/water", "gas", "none")
    np.testing.assert_array_equal(unit.take_min_mw, 0)


def test_preheated_return_takes_the_condensing_gain_away(network, conditions, plant):
    """With the return at this plant lifted from 40 to 58 °C in March the efficiency falls to its dry value."""
    row = plant("gas_boiler", capacity_mw=50, efficiency_share=0.94, efficiency_condensing_share=0.97)
    lifted = conditions(plant_t_return_degc={"p": np.array([60.0, 53.0, 58.0, 40.0])})
    unit = unit_of(network([row]), lifted)
    assert 1 / unit.fuel_per_heat[2] == pytest.approx(0.94)


def test_without_a_condensing_value_efficiency_is_constant(network, conditions, plant):
    unit = unit_of(network([plant("gas_boiler", capacity_mw=50, efficiency_share=0.9)]), conditions())
    np.testing.assert_allclose(unit.fuel_per_heat, 1 / 0.9)


def test_stated_capacity_goes_before_the_boilers(network, conditions, plant):
    row = plant("coal_boiler", units_mw="116 116 116", capacity_mw=200, efficiency_share=0.84, lhv_mwh_per_t=6.4)
    unit = unit_of(network([row]), conditions())
    np.testing.assert_allclose(unit.available_mw, 200)
    np.testing.assert_allclose(unit.fuel_per_heat, 1 / 0.84)
    assert unit.fuel == "coal"


@pytest.mark.parametrize(("kind", "fuel"), [("gas_steam_boiler", "gas"), ("coal_steam_boiler", "coal")])
def test_own_use_of_a_steam_boiler_raises_fuel_and_lowers_what_is_left(network, conditions, plant, kind, fuel):
    """Boilers of 100 MW, efficiency 0.87, own use 0.1: 90 MW reach the network, 1/(0.87 x 0.9) fuel a MWh."""
    extra = {"lhv_mwh_per_t": 6.4} if fuel == "coal" else {}
    row = plant(
        kind,
        node="n0",
        role="pressure",
        units_mw="50 50",
        efficiency_share=0.87,
        own_use_share=0.1,
        steam_mwh_per_t=0.65,
    )
    unit = unit_of(network([], [{**row, **extra}]), conditions())
    np.testing.assert_allclose(unit.available_mw, 90)
    np.testing.assert_allclose(unit.fuel_per_heat, 1 / (0.87 * 0.9))
    assert (unit.id, unit.balance, unit.fuel, unit.network) == ("net/steam/p", "net/steam", fuel, "net")


CHP = {
    "steam_mwh_per_t": 0.7,
    "mdot_base_kg_per_s": 50 / 3.6,
    "mdot_season_kg_per_s": 100 / 3.6,
    "steam_year_t": 560_000.0,
    "z_share": 0.27,
    "loss_share": 0.05,
}


def test_chp_steam_by_season(network, conditions, plant):
    """50 t/h all year and 100 t/h in season at 0.7 MWh/t less 5 % on the line: 66.5 MW and 33.25 MW.

    Power is lost for what the line loses too: 0.27/0.95 a MWh delivered. Were the season's flow added to the base
    instead of containing it, January would have 99.75 MW.
    """
    row = plant("chp_steam", node="n0", role="pressure", **CHP)
    unit = unit_of(network([], [row]), conditions())
    np.testing.assert_allclose(unit.available_mw, [66.5, 66.5, 66.5, 33.25])
    np.testing.assert_allclose(unit.power_lost_per_heat, 0.27 / 0.95)
    assert unit.year_max_mwh == pytest.approx(560_000 * 0.7 * 0.95)
    assert unit.waste_class == "plan"
    np.testing.assert_array_equal(unit.take_min_mw, 0)


@pytest.mark.parametrize(
    ("own", "chp", "active"),
    [
        ("one_station", "one_station", True),
        ("one_station", "spread_stations", False),
        ("spread_stations", "process_users", False),
        (None, "process_users", True),
        ("one_station", None, False),
    ],
)
def test_exchange_station_follows_the_tie_in(network, conditions, plant, own, chp, active):
    """A station with a tie-in runs only while the CHP's steam is tied in there; one without always."""
    station = plant("steam_exchange", capacity_mw=25, efficiency_share=0.98, tie_in=own)
    source = plant("chp_steam", id="chp", node="n0", role="pressure", tie_in=chp, **CHP)
    unit = unit_of(network([station], [source]), conditions())
    np.testing.assert_allclose(unit.available_mw, 25.0 if active else 0.0)
    assert unit.draws_from == "net/steam"
    assert unit.draw_per_heat == pytest.approx(1 / 0.98)
    assert unit.fuel is None


def test_chp_that_is_not_built_ties_nothing_in(network, conditions, plant):
    station = plant("steam_exchange", capacity_mw=25, tie_in="one_station")
    source = plant("chp_steam", id="chp", node="n0", role="pressure", capacity_mw=0, tie_in="one_station", **CHP)
    units = supply_units(network([station], [source]), conditions())
    assert [unit.id for unit in units] == ["net/backup", "net/p", "net/steam/chp"]
    assert all(unit.available_mw.max() == 0 for unit in units[1:])


def test_chp_heat_costs_its_power(network, conditions, plant):
    unit = unit_of(network([plant("chp_heat", capacity_mw=80, z_share=0.2)]), conditions())
    np.testing.assert_allclose(unit.available_mw, 80)
    np.testing.assert_allclose(unit.power_lost_per_heat, 0.2)


def test_process_waste_heat_is_its_steam(network, conditions, plant):
    """90 t/h at 0.72 MWh/t = 64.8 MW, limited to 60 where the row says so; no fuel, power as stated."""
    keys = {"steam_mwh_per_t": 0.72, "mdot_kg_per_s": 25.0, "power_share": 0.01, "node": "n0", "role": "pressure"}
    for capacity, expected in ((None, 64.8), (60.0, 60.0)):
        row = plant("process_waste_heat", capacity_mw=capacity, **keys)
        unit = unit_of(network([], [row]), conditions())
        np.testing.assert_allclose(unit.available_mw, expected)
    assert unit.waste_class == "strict"
    np.testing.assert_allclose(unit.power_per_heat, 0.01)


def test_plant_not_built_has_no_heat_and_needs_nothing(network, conditions, plant):
    """Capacity 0 switches a project off: no return flow is asked for, and no power is used."""
    row = plant(
        "sewage_heat_pump",
        capacity_mw=0,
        connection="return_preheat",
        t_source_degc="12",
        mdot_source_kg_per_s=800,
        t_source_min_degc=6,
        carnot_share=0.5,
        t_supply_max_degc=70,
    )
    unit = unit_of(network([row]), conditions())
    np.testing.assert_array_equal(unit.available_mw, 0)
    np.testing.assert_array_equal(unit.power_per_heat, 0)


def test_ideal_source_without_capacity_gives_anything(network, conditions):
    unit = unit_of(network([]), conditions(), "backup")
    assert np.isinf(unit.available_mw).all()
    assert unit.fuel is None
