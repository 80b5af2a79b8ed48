"""Heat pumps by hand: capacity, source or sink limits the hour, and the COP belongs to that heat."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatnet.errors import InputError
from heatnet.physics.heat_pump import cop
from heatnet.plants import supply_units
from heatnet.plants.heat_pumps import WATER_J_PER_KGK, Machine, Stream

#: m cp of the source in these tests, MW/K
SOURCE_MW_PER_K = 100 * WATER_J_PER_KGK * 1e-6
#: of the return line of the test network at 50 kg/s and 4200 J/(kg K), MW/K
RETURN_MW_PER_K = 0.21

SEWAGE = {
    "t_source_degc": "12 12 13 16 19 23 26 27 25 22 17 14",
    "mdot_source_kg_per_s": 100.0,
    "t_source_min_degc": 6.0,
    "carnot_share": 0.5,
    "t_supply_max_degc": 75.0,
}


def pump(network, conditions, row, flow=50.0):
    """Return the unit of the plant with a constant return flow at its node."""
    hours = conditions(return_flow_kg_per_s={"p": np.full(4, flow)})
    return next(unit for unit in supply_units(network([row]), hours) if unit.plant == "p")


def test_capacity_limits_and_cop_is_that_of_the_heat(network, conditions, plant):
    """0.6 MW into 50 kg/s: the sink leaves 0.6/0.21 K warmer than the return, the source 0.6 (1 - 1/COP) colder.

    COP = 0.5 T_sink/(T_sink - T_source) between these outlets. A COP between inlet temperatures would be 6 % too good.
    """
    unit = pump(network, conditions, plant("sewage_heat_pump", connection="return_preheat", capacity_mw=0.6, **SEWAGE))
    np.testing.assert_allclose(unit.available_mw, [0.6, 0.6, 0.6, 0.0])
    for hour, (t_return, t_source) in enumerate([(60.0, 12.0), (53.0, 12.0), (40.0, 13.0)]):
        value = 1 / unit.power_per_heat[hour]
        t_sink = t_return + 0.6 / RETURN_MW_PER_K
        t_source_out = t_source - 0.6 * (1 - 1 / value) / SOURCE_MW_PER_K
        assert value == pytest.approx(0.5 * (t_sink + 273.15) / (t_sink - t_source_out), rel=1e-9)


def test_source_limits(network, conditions, plant):
    """12 °C cooled to 6 °C at 100 kg/s gives 2.514 MW = Q (1 - 1/COP), the source leaving at 6 °C."""
    row = plant("sewage_heat_pump", connection="return_preheat", capacity_mw=50.0, **SEWAGE)
    unit = pump(network, conditions, row, flow=2000.0)
    value = 1 / unit.power_per_heat[:3]
    drawn = unit.available_mw[:3] * (1 - 1 / value)
    np.testing.assert_allclose(drawn, SOURCE_MW_PER_K * np.array([6.0, 6.0, 7.0]), rtol=1e-9)
    t_sink = np.array([60.0, 53.0, 40.0]) + unit.available_mw[:3] / (2000 * 4200e-6)
    np.testing.assert_allclose(value, 0.5 * (t_sink + 273.15) / (t_sink - 6.0), rtol=1e-9)


def test_return_flow_limits(network, conditions, plant):
    """5 kg/s from 60, 53, 40 to 75 °C take 0.315, 0.462 and 0.735 MW, and not one kW more however large the machine."""
    row = plant("sewage_heat_pump", connection="return_preheat", capacity_mw=50.0, **SEWAGE)
    unit = pump(network, conditions, row, flow=5.0)
    np.testing.assert_allclose(unit.available_mw, [0.315, 0.462, 0.735, 0.0])
    np.testing.assert_allclose(pump(network, conditions, row, flow=0.0).available_mw, 0)


def test_neighbour_upstream_takes_part_of_the_lift(network, conditions, plant):
    """A return that arrives at 70 °C instead of 60 °C leaves a third of the lift to 75 °C."""
    row = plant("sewage_heat_pump", connection="return_preheat", capacity_mw=50.0, **SEWAGE)
    hours = conditions(
        return_flow_kg_per_s={"p": np.full(4, 5.0)}, plant_t_return_degc={"p": np.array([70.0, 53.0, 80.0, 40.0])}
    )
    unit = next(unit for unit in supply_units(network([row]), hours) if unit.plant == "p")
    np.testing.assert_allclose(unit.available_mw, [0.105, 0.462, 0.0, 0.0])


def test_into_the_supply_only_while_the_curve_allows(network, conditions, plant):
    """Supply 120, 90, 63 °C against 75 °C at most: only the mild hour, at the COP of 63 °C."""
    unit = pump(network, conditions, plant("sewage_heat_pump", connection="supply", capacity_mw=1.0, **SEWAGE))
    np.testing.assert_allclose(unit.available_mw, [0, 0, 1, 0])
    drawn = 1 - unit.power_per_heat[2]
    assert 1 / unit.power_per_heat[2] == pytest.approx(float(cop(13 - drawn / SOURCE_MW_PER_K, 63.0, 0.5)))


def test_yearly_heat_of_the_plan_is_a_limit(network, conditions, plant):
    row = plant("sewage_heat_pump", capacity_mw=1.0, heat_year_max_mwh=28000.0, **SEWAGE)
    assert pump(network, conditions, row).year_max_mwh == 28000.0
    assert pump(network, conditions, plant("sewage_heat_pump", capacity_mw=1.0, **SEWAGE)).year_max_mwh is None


def test_without_capacity_the_source_alone_limits(network, conditions, plant):
    unit = pump(network, conditions, plant("sewage_heat_pump", connection="return_preheat", **SEWAGE), flow=2000.0)
    drawn = unit.available_mw[:3] * (1 - unit.power_per_heat[:3])
    np.testing.assert_allclose(drawn, SOURCE_MW_PER_K * np.array([6.0, 6.0, 7.0]), rtol=1e-9)


def test_return_preheat_needs_a_return_flow(network, conditions, plant):
    row = plant("sewage_heat_pump", connection="return_preheat", capacity_mw=1.0, **SEWAGE)
    with pytest.raises(InputError, match="return flow"):
        supply_units(network([row]), conditions())


@pytest.mark.parametrize("text", ["12 13", "12 x"])
def test_profile_is_one_number_or_twelve(network, conditions, plant, text):
    good = network([plant("sewage_heat_pump", capacity_mw=1.0, **SEWAGE)])
    good.plants.loc["p", "t_source_degc"] = text
    with pytest.raises(InputError, match="t_source_degc"):
        supply_units(good, conditions())


DATA_CENTRE = {"t_source_degc": "22", "carnot_share": 0.55, "t_supply_max_degc": 60.0, "connection": "branch"}


def test_data_centre_is_steady_in_season(network, conditions, plant):
    """Constant at capacity while its consumer (unknown secondary: 50 °C assumed) can take it; nothing in July."""
    unit = pump(network, conditions, plant("data_centre_heat", capacity_mw=1.5, serves="a", **DATA_CENTRE))
    np.testing.assert_allclose(unit.available_mw, [1.5, 1.5, 1.5, 0])
    np.testing.assert_allclose(1 / unit.power_per_heat, 0.55 * 323.15 / 28)
    assert unit.balance == "net/water"


def test_data_centre_gives_no_more_than_its_consumers_take(network, conditions, plant):
    """3 MW against the load of consumer a alone: 4, 3, 2 MW and none in July."""
    unit = pump(network, conditions, plant("data_centre_heat", capacity_mw=3.0, serves="a", **DATA_CENTRE))
    np.testing.assert_allclose(unit.available_mw, [3, 3, 2, 0])


def test_data_centre_without_capacity_is_an_input_error(network, conditions, plant):
    with pytest.raises(InputError, match="capacity_mw"):
        pump(network, conditions, plant("data_centre_heat", serves="a", **DATA_CENTRE))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    mdot=st.floats(1, 1000),
    t_in=st.floats(7, 40),
    cooling_k=st.floats(0, 6),
    t_return=st.floats(25, 70),
    flow_mw_per_k=st.floats(0.01, 10),
    limit=st.floats(0, 200),
)
def test_heat_and_cop_close_the_balance_of_any_machine(mdot, t_in, cooling_k, t_return, flow_mw_per_k, limit):
    """Heat stays within limit and source; drawn + power = heat; a little more heat would break a limit.

    The sink is held at 95 °C at most, as any row's t_supply_max_degc does.
    """

    def t_sink_out(heat):
        return np.minimum(t_return + heat / flow_mw_per_k, 95.0)

    stream = Stream(np.array([t_in]), np.array([t_in - cooling_k]), mdot)
    machine = Machine(stream, t_sink_out, 0.5)
    heat = machine.largest_heat_mw(np.array([limit]))
    value = machine.cop_at(heat)
    drawn = heat * (1 - 1 / value)
    assert 0 <= heat[0] <= limit
    assert drawn[0] <= stream.heat_mw[0] + 1e-9
    more = heat + 1e-6
    beyond = more * (1 - 1 / machine.cop_at(more)) > stream.heat_mw - 1e-9
    assert heat[0] >= limit - 1e-9 or beyond[0]
    np.testing.assert_allclose(value, cop(stream.t_out_degc(drawn), t_sink_out(heat), 0.5), rtol=1e-6)
