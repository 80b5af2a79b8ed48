"""Plants that heat consumers directly: temperature reach, shared load, geothermal wells, relief of the primary."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.errors import InputError
from heatnet.physics.regulation import RegulationDesign, secondary_temperatures_degc
from heatnet.plants import consumer_relief_mw, served_consumers, supply_units
from heatnet.plants.heat_pumps import WATER_J_PER_KGK

DATA_CENTRE = {"t_source_degc": "22", "carnot_share": 0.55, "t_supply_max_degc": 60.0, "connection": "branch"}
WELL = {"t_source_degc": "65", "mdot_source_kg_per_s": 20.0, "t_reinjection_min_degc": 30.0, "power_share": 0.03}
#: load share of every consumer in the four hours of the conditions
SHARES = np.array([1.0, 0.75, 0.5, 0.0])
WELL_MW_PER_K = 20 * WATER_J_PER_KGK * 1e-6


def units(network, conditions, *rows, **more):
    """Return the units of a network by plant id."""
    return {unit.plant: unit for unit in supply_units(network(list(rows)), conditions(**more))}


def secondary():
    """Return secondary supply and return (75/50 at design) in the four hours."""
    return secondary_temperatures_degc(SHARES, RegulationDesign())


def test_plant_gives_only_the_part_of_the_lift_that_it_reaches(network, conditions, plant):
    """60 °C against a secondary of 75/50 at full load: 10 of 25 K, hence 1.6 of 4 MW; all of it at half load.

    Limited by load alone the data centre would heat water of 75 °C with 60 °C.
    """
    row = plant("data_centre_heat", node="n2", capacity_mw=100.0, **DATA_CENTRE)
    available = units(network, conditions, row)["p"].available_mw
    t_supply, t_return = secondary()
    assert available[0] == pytest.approx(4.0 * 10 / 25)
    assert available[1] == pytest.approx(3.0 * (60 - t_return[1]) / (t_supply[1] - t_return[1]))
    assert available[2] == pytest.approx(2.0)
    assert available[3] == 0


def test_cop_follows_the_secondary_supply(network, conditions, plant):
    """The machine heats to what the secondary needs, 60 °C at most: 60 at full load, less at half load."""
    row = plant("data_centre_heat", node="n2", capacity_mw=100.0, **DATA_CENTRE)
    power = units(network, conditions, row)["p"].power_per_heat
    t_sink = np.minimum(secondary()[0][:3], 60.0)
    np.testing.assert_allclose(1 / power[:3], 0.55 * (t_sink + 273.15) / np.maximum(t_sink - 22, 20))
    assert power[2] < power[0]


def test_plants_on_the_same_consumers_share_their_load(network, conditions, plant):
    """3 and 10 MW on consumer a (4, 3, 2 MW): the first takes 3, 3, 2, the second what is left, together the load."""
    first = plant("data_centre_heat", capacity_mw=3.0, serves="a", **DATA_CENTRE)
    second = plant("data_centre_heat", id="q", capacity_mw=10.0, serves="a", **DATA_CENTRE)
    both = units(network, conditions, first, second)
    np.testing.assert_allclose(both["p"].available_mw, [3, 3, 2, 0])
    np.testing.assert_allclose(both["q"].available_mw, [1, 0, 0, 0], atol=1e-12)


def test_overlapping_plants_never_exceed_the_load(network, conditions, plant):
    """One plant on a and b, one on b and c, both large: at half load (all within reach) 4 + 2 = the load of 6 MW."""
    first = plant("data_centre_heat", capacity_mw=50.0, serves="a b", **DATA_CENTRE)
    second = plant("data_centre_heat", id="q", capacity_mw=50.0, serves="b c", **DATA_CENTRE)
    both = units(network, conditions, first, second)
    assert both["p"].available_mw[2] == pytest.approx(4.0)
    assert both["q"].available_mw[2] == pytest.approx(2.0)


def test_relief_is_spread_by_what_consumers_can_take(network, conditions, plant):
    """1.5 MW on a and b at half load (2 MW each): 0.75 each; the third consumer is not touched; sum = heat given."""
    net = network([plant("data_centre_heat", capacity_mw=3.0, serves="a b", **DATA_CENTRE)])
    heat = np.array([1.5, 1.5, 1.5, 0.0])
    relief = consumer_relief_mw(net, conditions(), {"p": heat, "backup": np.full(4, 9.0)})
    np.testing.assert_allclose(relief.iloc[2], [0.75, 0.75, 0.0])
    np.testing.assert_allclose(relief.sum(axis=1), heat)
    np.testing.assert_allclose(relief.iloc[0], [1.5 * 4 / 5.6, 1.5 * 1.6 / 5.6, 0.0])


def test_whole_availability_is_relief_and_never_more_than_the_load(network, conditions, plant):
    """Dispatching all that two overlapping plants offer leaves no consumer below zero and loses no heat."""
    first = plant("data_centre_heat", capacity_mw=5.0, serves="a b", **DATA_CENTRE)
    second = plant("data_centre_heat", id="q", capacity_mw=5.0, serves="b c", **DATA_CENTRE)
    net = network([first, second])
    heat = {unit.plant: unit.available_mw for unit in supply_units(net, conditions()) if unit.plant != "backup"}
    relief = consumer_relief_mw(net, conditions(), heat)
    np.testing.assert_allclose(relief.sum(axis=1), heat["p"] + heat["q"])
    assert (relief <= conditions().consumer_heat_mw + 1e-12).all(axis=None)


def test_consumers_served_by_name_or_by_node(network, plant):
    net = network([plant("data_centre_heat", capacity_mw=3.0, serves="c", **DATA_CENTRE)])
    assert served_consumers(net, net.plants.loc["p"]) == ("c",)
    net = network([plant("data_centre_heat", capacity_mw=3.0, **DATA_CENTRE)])
    assert served_consumers(net, net.plants.loc["p"]) == ("a", "b")


def test_direct_plant_without_consumers_is_an_input_error(network, conditions, plant):
    with pytest.raises(InputError, match="serves"):
        units(network, conditions, plant("data_centre_heat", node="n0", capacity_mw=3.0, **DATA_CENTRE))


def test_well_on_a_secondary_side(network, conditions, plant):
    """m cp (65 - max(30, t_r + 3)) with the secondary's return, at most the reach of 62 °C in the load of c."""
    unit = units(network, conditions, plant("geothermal_doublet", node="n2", connection="secondary", **WELL))["p"]
    t_supply, t_return = secondary()
    well = WELL_MW_PER_K * (65 - np.maximum(30.0, t_return + 3))
    reach = SHARES * 4.0 * np.clip((62 - t_return) / np.maximum(t_supply - t_return, 1e-9), 0, 1)
    np.testing.assert_allclose(unit.available_mw[:3], np.minimum(well, reach)[:3])
    assert unit.available_mw[0] == pytest.approx(WELL_MW_PER_K * 12)
    assert unit.available_mw[3] == 0
    np.testing.assert_allclose(unit.power_per_heat, 0.03)
    assert unit.waste_class == "broad"


def test_well_behind_an_unknown_secondary_uses_the_primary_return(network, conditions, plant):
    """Primary return 60, 53, 40 °C: the secondary comes back 4 K colder, the well leaves 3 K above that."""
    unit = units(network, conditions, plant("geothermal_doublet", serves="a", connection="secondary", **WELL))["p"]
    expected = WELL_MW_PER_K * (65 - np.array([59.0, 52.0, 39.0]))
    np.testing.assert_allclose(unit.available_mw[:3], np.minimum(expected, [4, 3, 2]))


def test_reinjection_has_a_lowest_temperature(network, conditions, plant):
    """With reinjection at 50 °C or more the mild hour gives m cp 15 K instead of m cp 26 K, before the load limits."""
    keys = {**WELL, "t_reinjection_min_degc": 50.0, "mdot_source_kg_per_s": 10.0}
    unit = units(network, conditions, plant("geothermal_doublet", serves="a", connection="secondary", **keys))["p"]
    np.testing.assert_allclose(unit.available_mw[:3], WELL_MW_PER_K / 2 * np.array([6.0, 13.0, 15.0]))


def test_well_preheating_the_return(network, conditions, plant):
    """Limited by m cp (65 - T_return - 3) of the well and by the lift of 10 kg/s of return to 62 °C."""
    row = plant("geothermal_doublet", connection="return_preheat", **WELL)
    unit = units(network, conditions, row, return_flow_kg_per_s={"p": np.full(4, 10.0)})["p"]
    lift = 10 * 4200e-6 * np.array([2.0, 9.0, 22.0])
    well = WELL_MW_PER_K * np.array([2.0, 9.0, 22.0])
    np.testing.assert_allclose(unit.available_mw[:3], np.minimum(lift, well))


def test_well_into_the_supply_while_it_is_warm_enough(network, conditions, plant):
    """Supply of 120, 90, 63 °C needs more than the 62 °C behind the exchanger; at 60 °C it may feed."""
    row = plant("geothermal_doublet", connection="supply", capacity_mw=1.0, **WELL)
    assert units(network, conditions, row)["p"].available_mw.max() == 0
    mild = units(network, conditions, row, t_supply_degc=np.array([120.0, 90.0, 60.0, 60.0]))["p"]
    np.testing.assert_allclose(mild.available_mw, [0, 0, 1, 0])
