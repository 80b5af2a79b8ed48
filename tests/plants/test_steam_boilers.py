"""Steam boiler houses: own use as stated, or by feed water and blow-down."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.errors import InputError
from heatnet.plants import supply_units

HOUSE = {
    "node": "n0",
    "role": "pressure",
    "units_mw": "22.8 22.8",
    "efficiency_share": 0.93,
    "p_bar": 12.5,
    "t_supply_degc": 190.0,
}


def house_of(network, conditions, plant, **keys):
    row = plant("gas_steam_boiler", **{**HOUSE, **keys})
    return next(unit for unit in supply_units(network([], [row]), conditions()) if unit.plant == "p")


def test_without_blow_down_and_own_use_all_heat_is_the_networks(network, conditions, plant):
    unit = house_of(network, conditions, plant)
    np.testing.assert_allclose(unit.available_mw, 45.6)
    np.testing.assert_allclose(unit.fuel_per_heat, 1 / 0.93)


def test_own_use_by_feed_water_and_blow_down_by_hand(network, conditions, plant):
    """190 °C, 12.5 bar: 2785.7 kJ/kg; feed 436.9, make-up 85.4, liquid 806.7; 3 % blow-down, nothing comes back.

    Own steam 1.03 (436.9 - 85.4)/(2785.7 - 85.4) = 0.1341; heat a tonne 2348.8 + 0.03 (806.7 - 436.9) = 2359.9 kJ/kg. In the
    network heat counts above 80 °C, 336.1 kJ/kg.
    """
    unit = house_of(network, conditions, plant, blow_down_share=0.03, return_share=0.0)
    net = (1 - 0.1341) * (2785.7 - 336.1) / 2359.9
    np.testing.assert_allclose(unit.available_mw, 45.6 * net, rtol=1e-3)
    np.testing.assert_allclose(unit.fuel_per_heat, 1 / (0.93 * net), rtol=1e-3)


def test_returned_condensate_saves_own_steam(network, conditions, plant):
    fuel = [
        house_of(network, conditions, plant, blow_down_share=0.03, return_share=share).fuel_per_heat[0]
        for share in (0.0, 0.5, 1.0)
    ]
    assert fuel[0] > fuel[1] > fuel[2]


def test_a_stated_own_use_goes_before_the_computed_one(network, conditions, plant):
    unit = house_of(network, conditions, plant, blow_down_share=0.03, own_use_share=0.1)
    np.testing.assert_allclose(unit.available_mw, 45.6 * 0.9)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"p_bar": None, "node": "n2"}, "state of the steam is not known"),
        ({"t_supply_degc": 120.0}, "state of the steam is not known"),
        ({"t_condensate_degc": 140.0, "return_share": 1.0}, "leave an own use of -"),
        ({"steam_mwh_per_t": 0.6528}, "0.6528 MWh/t, but steam of 12.5 bar and 190 °C has 0.6804"),
        ({"own_use_share": 0.01, "return_share": 0.0}, "1.0%, but feed water and blow-down alone take 10.1%"),
    ],
)
def test_what_contradicts_itself_is_refused(network, conditions, plant, keys, message):
    with pytest.raises(InputError, match=message):
        house_of(network, conditions, plant, blow_down_share=0.03, **keys)
