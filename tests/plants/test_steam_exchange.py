"""Exchange stations: what their steam limits, what lost condensate costs, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.errors import InputError
from heatnet.physics.water import saturation_pressure_bar
from heatnet.plants import supply_units

GATE = {"id": "gate", "node": "n0", "role": "pressure", "p_bar": 13.0, "t_supply_degc": 300.0}


def station_of(network, conditions, row, gate=GATE):
    units = supply_units(network([row], [{"kind": "source", **gate}]), conditions)
    return next(unit for unit in units if unit.plant == "p")


def test_station_without_its_pressure_keeps_its_capacity(network, conditions, plant):
    unit = station_of(network, conditions(), plant("steam_exchange", capacity_mw=25))
    np.testing.assert_array_equal(unit.available_mw, 25.0)
    assert unit.draw_per_heat == 1 / 0.99


def test_cold_steam_gives_less_on_cold_days(network, conditions, plant):
    """Steam of 105 °C heats water to 100 °C: 40/60 at 120/60 °C, all of it at 90/53 and 63/40 °C."""
    p_bar = float(saturation_pressure_bar(105.0))
    unit = station_of(network, conditions(), plant("steam_exchange", capacity_mw=30, min_p_bar=p_bar))
    np.testing.assert_allclose(unit.available_mw, [20.0, 30.0, 30.0, 30.0], rtol=1e-9)
    closer = plant("steam_exchange", capacity_mw=30, min_p_bar=p_bar, approach_k=0.0)
    assert station_of(network, conditions(), closer).available_mw[0] == pytest.approx(22.5)


def test_preheated_return_leaves_less_lift_to_the_station(network, conditions, plant):
    """Return lifted from 60 to 80 °C: 20 of 40 K instead of 40 of 60 K."""
    row = plant("steam_exchange", capacity_mw=30, min_p_bar=float(saturation_pressure_bar(105.0)))
    lifted = conditions(plant_t_return_degc={"p": np.array([80.0, 53.0, 40.0, 40.0])})
    assert station_of(network, lifted, row).available_mw[0] == pytest.approx(15.0)


def test_lost_condensate_raises_the_draw(network, conditions, plant):
    """Of 13 bar, 300 °C: 3043.7 kJ/kg; (3043.7 - 84)/(3043.7 - 336) = 1.093 where nothing comes back."""
    row = plant("steam_exchange", capacity_mw=30, efficiency_share=0.98, return_share=0.0)
    unit = station_of(network, conditions(), row)
    assert unit.draw_per_heat == pytest.approx((3043.7 - 85.2) / (3043.7 - 336.2) / 0.98, rel=1e-3)
    half = station_of(network, conditions(), {**row, "return_share": 0.5})
    assert half.draw_per_heat == pytest.approx((unit.draw_per_heat + 1 / 0.98) / 2, rel=1e-9)


def test_without_the_plants_state_the_stations_pressure_counts(network, conditions, plant):
    """Dry saturated at 12.5 bar: 2.70 over 2.45 GJ/t."""
    row = plant("steam_exchange", capacity_mw=30, efficiency_share=1.0, return_share=0.0, min_p_bar=12.5)
    unknown = {**GATE, "p_bar": None, "t_supply_degc": None, "node": "n2"}
    assert station_of(network, conditions(), row, unknown).draw_per_heat == pytest.approx(2.70 / 2.45, abs=0.003)
    with pytest.raises(InputError, match="state of the steam is not known"):
        station_of(network, conditions(), {**row, "min_p_bar": None}, unknown)


def test_condensate_hotter_than_it_condenses_is_refused(network, conditions, plant):
    row = plant("steam_exchange", capacity_mw=30, min_p_bar=1.0, t_condensate_degc=110.0)
    with pytest.raises(InputError, match=r"condenses at 99\.6"):
        station_of(network, conditions(), row)


def test_station_without_steam_network_is_an_input_error(network, conditions, plant):
    with pytest.raises(InputError, match="no steam network"):
        supply_units(network([plant("steam_exchange", capacity_mw=25)]), conditions())
