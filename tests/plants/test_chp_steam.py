"""CHP steam: heat per tonne by the state of the steam, the contract's least flow and year, what the line carries."""

from __future__ import annotations

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from heatnet.errors import InputError
from heatnet.plants import supply_units

ROW = {
    "id": "p",
    "node": "n0",
    "kind": "chp_steam",
    "role": "pressure",
    "mdot_base_kg_per_s": 50 / 3.6,
    "mdot_season_kg_per_s": 100 / 3.6,
    "z_share": 0.27,
}
STATE = {"p_bar": 13.0, "t_supply_degc": 300.0}
#: IF97 by CoolProp: superheated steam over condensate of 80 °C, MWh/t
PER_T = (
    PropsSI("H", "P", 13e5, "T", 573.15, "IF97::Water") - PropsSI("H", "P", 16e5, "T", 353.15, "IF97::Water")
) / 3.6e6
#: errors of the two tables; condensate at the water table's 16 bar
TABLE_SHARE = 1e-5


def unit_of(network, conditions, **keys):
    return next(u for u in supply_units(network([], [ROW | keys]), conditions) if u.plant == "p")


def test_heat_per_tonne_is_that_of_the_steam(network, conditions):
    """13 bar, 300 °C over 80 °C: 2.71 GJ/t, 0.752 MWh/t; saturated steam of 13 bar would have 0.681 and 10 % less heat."""
    assert pytest.approx(0.752, abs=5e-4) == PER_T
    unit = unit_of(network, conditions(), **STATE, steam_year_t=1000.0)
    np.testing.assert_allclose(unit.available_mw, PER_T * np.array([100, 100, 100, 50]), rtol=TABLE_SHARE)
    assert unit.year_max_mwh == pytest.approx(1000 * PER_T, rel=TABLE_SHARE)


def test_hotter_condensate_leaves_less_heat(network, conditions):
    """100 instead of 80 °C: 4.2 kJ/(kg K) times 20 K less, 23.4 kWh/t."""
    less = unit_of(network, conditions(), **STATE, t_condensate_degc=100.0).available_mw / 100
    cooler = unit_of(network, conditions(), **STATE).available_mw / 100
    assert (cooler - less)[0] == pytest.approx(4.203 * 20 / 3600, rel=5e-3)


def test_a_stated_heat_per_tonne_may_round_but_not_contradict(network, conditions):
    """0.75 is 0.3 % off; 0.6806, that of saturated steam, is 9.5 % off."""
    unit = unit_of(network, conditions(), **STATE, steam_mwh_per_t=0.75)
    np.testing.assert_allclose(unit.available_mw[0], 100 * PER_T, rtol=TABLE_SHARE)
    with pytest.raises(InputError, match=r"0.6806 MWh/t, but steam of 13 bar and 300 °C has 0.752"):
        unit_of(network, conditions(), **STATE, steam_mwh_per_t=0.6806)


def test_without_a_state_the_heat_has_to_be_stated(network, conditions):
    with pytest.raises(InputError, match="steam_mwh_per_t: is missing"):
        unit_of(network, conditions())
    assert unit_of(network, conditions(), steam_mwh_per_t=0.7).available_mw[0] == pytest.approx(70.0)


def test_contract_of_the_hour_and_of_the_year(network, conditions):
    """40 t/h in every hour are taken; 300,000 t of a year have to be used."""
    unit = unit_of(network, conditions(), steam_mwh_per_t=0.7, mdot_min_kg_per_s=40 / 3.6, take_year_min_t=300_000.0)
    np.testing.assert_allclose(unit.take_min_mw, 28.0)
    assert unit.year_min_mwh == pytest.approx(210_000.0)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"mdot_min_kg_per_s": 15.0}, "mdot_min_kg_per_s: asks for 15, mdot_base_kg_per_s allows 13.8889"),
        ({"take_year_min_t": 6e5, "steam_year_t": 5e5}, "take_year_min_t: asks for 600000, steam_year_t allows 500000"),
        (
            {"mdot_min_kg_per_s": 12.0, "steam_year_t": 3e5},
            "mdot_min_kg_per_s: asks for 378432, steam_year_t allows 300000",
        ),
    ],
)
def test_contracts_that_contradict_themselves(network, conditions, keys, words):
    with pytest.raises(InputError, match=words):
        unit_of(network, conditions(), steam_mwh_per_t=0.7, **keys)


def test_the_least_of_a_contract_may_be_all_of_its_flow(network, conditions):
    """13.889 kg/s, the 50 t/h as kg/s are printed, is no more than 50/3.6."""
    unit = unit_of(network, conditions(), steam_mwh_per_t=0.7, mdot_min_kg_per_s=13.889)
    np.testing.assert_allclose(unit.take_min_mw, 35.0, rtol=1e-4)
    assert (unit.take_min_mw <= unit.available_mw).all()


def test_the_line_carries_less_than_the_contract(network, conditions):
    """20 kg/s through the line in January, 30 in March, 8 in July: 72, 100 (the contract's) and 28.8 t/h."""
    line = {"p": np.array([20.0, 20.0, 30.0, 8.0])}
    unit = unit_of(network, conditions(line_flow_max_kg_per_s=line), steam_mwh_per_t=0.7)
    np.testing.assert_allclose(unit.available_mw, 0.7 * np.array([72, 72, 100, 28.8]))
    with pytest.raises(InputError, match=r"10 kg/s, but the line carries 8 kg/s at 2025-07-10 12:00"):
        unit_of(network, conditions(line_flow_max_kg_per_s=line), steam_mwh_per_t=0.7, mdot_min_kg_per_s=10.0)


def test_power_lost_follows_the_state_of_the_steam(network, conditions):
    """z = 0.85 (h - h2s)/(h - h_feed), expansion to 0.05 bar, by CoolProp; within the 0.26 to 0.29 of 1.2 to 1.3 MPa.

    Steam of lower pressure costs less power: 6 bar 0.85 x 660/2520, about 0.24. A stated z goes before.
    """
    z = {}
    for p_bar, t_degc in ((13.0, 300.0), (6.0, 250.0)):
        h, s = (PropsSI(key, "P", p_bar * 1e5, "T", t_degc + 273.15, "IF97::Water") for key in "HS")
        feed = PropsSI("H", "P", 16e5, "T", 353.15, "IF97::Water")
        z[p_bar] = 0.85 * (h - PropsSI("H", "P", 5e3, "S", s, "IF97::Water")) / (h - feed)
        unit = unit_of(network, conditions(), p_bar=p_bar, t_supply_degc=t_degc, z_share=None)
        assert unit.power_lost_per_heat[0] == pytest.approx(z[p_bar], rel=1e-4)
    assert 0.26 <= z[13.0] <= 0.29
    assert z[6.0] < z[13.0] - 0.02
    assert unit_of(network, conditions(), **STATE).power_lost_per_heat[0] == 0.27


def test_without_a_state_the_power_has_to_be_stated(network, conditions):
    with pytest.raises(InputError, match="z_share: is missing"):
        unit_of(network, conditions(), steam_mwh_per_t=0.7, z_share=None)


def test_a_state_that_is_no_steam_is_refused(network, conditions):
    with pytest.raises(InputError, match=r"13 bar and 180 °C is no steam"):
        unit_of(network, conditions(), p_bar=13.0, t_supply_degc=180.0)


def test_condensate_that_stays_away_is_charged(network, conditions):
    """Nothing comes back, make-up of 20 °C: 4.19 x 60 K more a tonne, 2.96 instead of 2.71 GJ."""
    more = unit_of(network, conditions(), **STATE, return_share=0.0).available_mw[0] / 100
    assert (more - PER_T) * 3600 == pytest.approx(4.185 * 60, rel=2e-3)
