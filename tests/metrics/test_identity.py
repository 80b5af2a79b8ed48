"""coal x LHV x efficiency = area x index x full-load hours, with the two plants of the plan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.metrics.identity import (
    FLUIDISED_BED_EFFICIENCY_RANGE,
    CoalPlant,
    demand_scale_interval,
    gate_heat_gj,
    identity_rows,
    identity_table,
    space_heat_gj,
)

EAST = CoalPlant("teda_east", coal_t=66_300, area_m2=4e6, index_w_per_m2=40, full_load_hours_h=2110)


def row_of(plant, lhv, eta):
    return next(r for r in identity_table(plant) if r.lhv_gj_per_t == lhv and r.efficiency_share == eta)


def test_east_central_reading():
    # 66 300 t x 23 GJ/t x 0.84 = 1.280916 PJ; 40 W/m2 x 2110 h x 3600 s = 0.303840 GJ/m2
    row = row_of(EAST, 23.0, 0.84)
    assert row.gate_heat_pj == pytest.approx(1.280916, rel=1e-12)
    assert row.implied_area_mm2 == pytest.approx(1.280916 / 0.303840, rel=1e-12)
    assert row.implied_index_w_per_m2 == pytest.approx(1.280916e15 / (4e6 * 2110 * 3600), rel=1e-12)
    assert row.specific_gj_per_m2 == pytest.approx(0.320229)
    assert row.index_in_range
    assert row.specific_in_range


def test_east_table_spans_the_readings():
    table = identity_table(EAST)
    assert len(table) == 9
    gates = [row.gate_heat_pj for row in table]
    assert min(gates) == pytest.approx(66_300 * 21 * 0.80 / 1e6)
    assert max(gates) == pytest.approx(66_300 * 23.5 * 0.88 / 1e6)


def test_west_takes_own_use_and_process_steam_off():
    # 88 700 t x 23 x 0.87 = 1.774887 PJ gross, 1.5973983 net of 10 %; 538 kt of steam x 0.6 MWh/t = 1.162080 PJ process
    west = CoalPlant(
        "teda_west",
        coal_t=88_700,
        area_m2=1e6,
        index_w_per_m2=42,
        full_load_hours_h=2110,
        process_mwh=538_000 * 0.6,
        own_use_share=0.10,
        lhv_gj_per_t=(23.0,),
        efficiency_share=FLUIDISED_BED_EFFICIENCY_RANGE,
    )
    row = row_of(west, 23.0, 0.87)
    assert row.gate_heat_pj == pytest.approx(1.5973983, rel=1e-9)
    assert row.space_heat_pj == pytest.approx(1.5973983 - 1.162080, rel=1e-9)
    assert row.implied_area_mm2 == pytest.approx(0.4353183e9 / (42 * 2110 * 3600), rel=1e-6)


def test_process_heat_above_the_gate_heat_is_an_impossible_reading():
    plant = CoalPlant("x", 10_000, 1e6, 40, 2110, process_mwh=1e6)
    for row in identity_table(plant):
        assert row.implied_area_mm2 is None
        assert row.specific_gj_per_m2 is None
        assert not row.index_in_range


def test_area_too_small_for_the_coal_is_outside_the_standards():
    assert not row_of(CoalPlant("x", 66_300, 2e6, 40, 2110), 23.0, 0.84).index_in_range  # 84 W/m2


@given(st.floats(1e3, 1e6), st.floats(18, 26), st.floats(0.7, 0.95), st.floats(20, 80), st.floats(1500, 3000))
def test_implied_area_at_the_index_gives_the_gate_heat_back(coal, lhv, eta, index, hours):
    plant = CoalPlant("x", coal, 1e6, index, hours, lhv_gj_per_t=(lhv,), efficiency_share=(eta,))
    row = identity_table(plant)[0]
    assert space_heat_gj(row.implied_area_mm2 * 1e6, index, hours) == pytest.approx(gate_heat_gj(coal, lhv, eta))
    assert space_heat_gj(1e6, row.implied_index_w_per_m2, hours) == pytest.approx(gate_heat_gj(coal, lhv, eta))


def test_demand_scale_interval():
    base_mwh = 1.280916e6 / 3.6
    low, high = demand_scale_interval(66_300, (21.0, 23.5), (0.80, 0.88), base_mwh)
    assert low == pytest.approx(21 * 0.80 / (23 * 0.84))
    assert high == pytest.approx(23.5 * 0.88 / (23 * 0.84))
    assert low < 1 < high


@pytest.mark.parametrize("bad", [{"coal_t": 0}, {"area_m2": -1}, {"full_load_hours_h": 0}])
def test_senseless_plants_are_refused(bad):
    values = {"coal_t": 1.0, "area_m2": 1.0, "index_w_per_m2": 1.0, "full_load_hours_h": 1.0} | bad
    with pytest.raises(ValueError, match="positive"):
        identity_table(CoalPlant("x", **values))
    with pytest.raises(ValueError, match="no heat"):
        demand_scale_interval(1, (1,), (1,), 0.0)


def test_rows_are_plain_data():
    rows = identity_rows([EAST])
    wanted = {"network", "coal_t", "lhv_gj_per_t", "efficiency_share", "gate_heat_pj", "index_w_per_m2"}
    assert wanted | {"implied_area_mm2", "full_load_hours"} <= set(rows[0])
