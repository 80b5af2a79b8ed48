"""Electric boiler and air-source heat pump: closed forms of availability and of what a MWh consumes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import InputError
from heatnet.model.build import build_network
from heatnet.plants import supply_units

#: outdoor temperature of the four hours is -7, 0, 8 and 30 °C, the last one out of season
AIR = {"carnot_share": 0.4, "t_supply_max_degc": 70.0, "capacity_mw": 10.0}


def unit_of(network, conditions):
    return next(unit for unit in supply_units(network, conditions) if unit.plant == "p")


def site(rows, design=True):
    """Return a site with plants and one process user."""
    nodes = pd.DataFrame({"id": ["n1"]})
    user = pd.DataFrame([{"id": "u", "node": "n1", "kind": "factory", "design_heat_mw": 3.0}])
    meta = {"carrier": "site", "crs": "none"}
    meta |= {"design": {"t_supply_degc": 120, "t_return_degc": 60, "t_outdoor_degc": -7}} if design else {}
    return build_network("net", meta, {"nodes": nodes, "consumers": user, "plants": pd.DataFrame(rows)})


def test_electric_boiler(network, conditions, plant):
    """1/0.99 MWh of electricity per MWh of heat, no fuel, no waste heat, all year."""
    unit = unit_of(network([plant("electric_boiler", capacity_mw=20.0)]), conditions())
    np.testing.assert_allclose(unit.available_mw, 20.0)
    np.testing.assert_allclose(unit.power_per_heat, 1 / 0.99)
    assert (unit.fuel, unit.waste_class, unit.balance) == (None, "none", "net/water")


def test_valley_hours_alone(network, conditions, plant):
    """Of 03:00, 12:00, 12:00 and 12:00 only the first is a valley hour."""
    row = plant("electric_boiler", capacity_mw=20.0, hours="valley", efficiency_share=0.95)
    unit = unit_of(network([row]), conditions())
    np.testing.assert_array_equal(unit.available_mw, [20, 0, 0, 0])
    np.testing.assert_allclose(unit.power_per_heat, 1 / 0.95)


def test_hours_that_no_tariff_has(network, plant):
    with pytest.raises(InputError, match="night"):
        network([plant("electric_boiler", capacity_mw=20.0, hours="night")])


def test_cop_follows_the_air(network, conditions, plant):
    """Into a return of 60, 53 and 40 °C with a plenty of flow: COP = 0.4 T_sink/(T_sink - (T_air - 5)), no limit but capacity.

    A COP with the air as it is outdoors would be 7 % too good in the first hour.
    """
    hours = conditions(return_flow_kg_per_s={"p": np.full(4, 1e9)})
    unit = unit_of(network([plant("air_source_heat_pump", connection="return_preheat", **AIR)]), hours)
    np.testing.assert_allclose(unit.available_mw, [10, 10, 10, 0])
    for hour, (t_sink, t_air) in enumerate([(60.0, -12.0), (53.0, -5.0), (40.0, 3.0)]):
        assert 1 / unit.power_per_heat[hour] == pytest.approx(0.4 * (t_sink + 273.15) / (t_sink - t_air), rel=1e-6)
    assert unit.waste_class == "none"


def test_stands_still_in_the_cold_and_where_the_supply_is_too_hot(network, conditions, plant):
    """Supply 120, 90, 63 °C against 70: only the third hour; and none below the lowest outdoor temperature."""
    row = plant("air_source_heat_pump", **AIR)
    np.testing.assert_allclose(unit_of(network([row]), conditions()).available_mw, [0, 0, 10, 0])
    row = plant("air_source_heat_pump", connection="return_preheat", t_outdoor_min_degc=-5.0, **AIR)
    hours = conditions(return_flow_kg_per_s={"p": np.full(4, 1e9)})
    np.testing.assert_allclose(unit_of(network([row]), hours).available_mw, [0, 10, 10, 0])


def test_a_site_takes_heat_all_year(conditions, plant):
    """With its own supply temperature of 55 °C, in July against 25 °C air: COP = 0.4 328.15/30."""
    unit = unit_of(site([plant("air_source_heat_pump", t_supply_degc=55.0, **AIR)], design=False), conditions())
    np.testing.assert_allclose(unit.available_mw, 10.0)
    assert 1 / unit.power_per_heat[3] == pytest.approx(0.4 * 328.15 / 30.0, rel=1e-9)


def test_a_site_has_to_say_how_warm(conditions, plant):
    hours = conditions(t_supply_degc=np.full(4, np.nan))
    with pytest.raises(InputError, match="t_supply_degc"):
        supply_units(site([plant("air_source_heat_pump", **AIR)], design=False), hours)


def test_air_needs_a_capacity(network, conditions, plant):
    row = plant("air_source_heat_pump", **{key: value for key, value in AIR.items() if key != "capacity_mw"})
    with pytest.raises(InputError, match="capacity_mw"):
        supply_units(network([row]), conditions())
