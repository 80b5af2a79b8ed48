"""The unit suffix table: the longest suffix wins, and every quantity of the formats carries one."""

from __future__ import annotations

import pytest

from heatnet.model.boundary import BOUNDARY_VARIABLES
from heatnet.model.plant_kinds import all_plant_keys
from heatnet.model.schema import TABLES
from heatnet.simulate.quantities import QUANTITIES
from heatnet.steam.quantities import QUANTITIES as STEAM_QUANTITIES
from heatnet.units import (
    GJ_PER_MWH,
    KG_PER_S_PER_T_PER_H,
    MJ_PER_MWH,
    S_PER_H,
    SUFFIXES,
    T_PER_H_PER_KG_PER_S,
    TJ_PER_MWH,
    unit_of,
)

#: numbers that are counts or classes by nature
UNITLESS = {"dn", "zeta", "opening"}


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("mdot_kg_per_s", "kg/s"),
        ("dp_pa_per_m", "Pa/m"),
        ("velocity_m_per_s", "m/s"),
        ("length_m", "m"),
        ("inner_diameter_mm", "mm"),
        ("area_m2", "m²"),
        ("index_w_per_m2", "W/m²"),
        ("gas_m3", "m³"),
        ("kv_m3_per_h", "m³/h"),
        ("heat_mwh", "MWh"),
        ("loss_share_per_h", "1/h"),
        ("steam_mwh_per_t", "MWh/t"),
        ("total_t_co2", "t CO₂"),
        ("gas_t_co2_per_mwh", "t CO₂/MWh"),
        ("gas_cny_per_mwh", "CNY/MWh"),
        ("coal_t", "t"),
        ("t_supply_degc", "°C"),
        ("dt_k", "K"),
        ("name", ""),
    ],
)
def test_the_longest_suffix_wins(name, unit):
    assert unit_of(name) == unit


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_each_suffix_finds_itself(suffix):
    assert unit_of(f"quantity{suffix}") == SUFFIXES[suffix][0]


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_number_of_a_table_carries_its_unit(table):
    assert [
        c.name for c in TABLES[table] if c.type == "number" and c.name not in UNITLESS and not unit_of(c.name)
    ] == []


def test_every_number_of_a_plant_kind_carries_its_unit():
    assert [name for name, column in all_plant_keys().items() if column.type != "text" and not unit_of(name)] == []


@pytest.mark.parametrize("name", sorted({*BOUNDARY_VARIABLES, *QUANTITIES, *STEAM_QUANTITIES}))
def test_every_variable_and_result_carries_its_unit(name):
    assert unit_of(name)


def test_factors_are_exact():
    assert pytest.approx(3600 / 1000, rel=1e-15) == GJ_PER_MWH
    assert pytest.approx(1e-3 * GJ_PER_MWH, rel=1e-15) == TJ_PER_MWH
    assert pytest.approx(1e3 * GJ_PER_MWH, rel=1e-15) == MJ_PER_MWH
    assert pytest.approx(3600 / 1000, rel=1e-15) == T_PER_H_PER_KG_PER_S
    assert S_PER_H == 60 * 60
    assert pytest.approx(1000 / 3600, rel=1e-15) == KG_PER_S_PER_T_PER_H
