"""Counter-flow exchangers: closed forms, inverses, and the station on its design curve."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.physics.exchanger import (
    StationDesign,
    effectiveness_counterflow,
    lmtd_k,
    ntu_counterflow,
    station_return_degc,
)
from heatnet.physics.regulation import RegulationDesign, primary_temperatures_degc, secondary_temperatures_degc

DESIGN = StationDesign()


@pytest.mark.parametrize(
    ("ntu", "ratio", "expected"),
    [
        (2.0, 0.0, 1 - np.exp(-2.0)),  # boiling or condensing on one side
        (2.0, 1.0, 2 / 3),  # balanced: NTU/(1 + NTU)
        (1.0, 0.5, (1 - np.exp(-0.5)) / (1 - 0.5 * np.exp(-0.5))),
        (0.0, 0.7, 0.0),
    ],
)
def test_effectiveness_closed_forms(ntu: float, ratio: float, expected: float) -> None:
    assert effectiveness_counterflow(ntu, ratio) == pytest.approx(expected, rel=1e-14)


@given(st.floats(0.01, 8), st.floats(0, 1))
def test_ntu_inverts_effectiveness(ntu: float, ratio: float) -> None:
    # eps near 1 carries its digits in 1 - eps: at NTU 8 some 1e-12 are left
    assert ntu_counterflow(effectiveness_counterflow(ntu, ratio), ratio) == pytest.approx(ntu, rel=1e-9)


def test_nearly_balanced_joins_balanced() -> None:
    # the effectiveness is smooth in the ratio, with a slope below 1
    assert effectiveness_counterflow(3.0, 1 - 1e-8) == pytest.approx(0.75, abs=1e-7)
    assert np.isinf(ntu_counterflow(1.0, 0.5))


@given(st.floats(0.05, 6), st.floats(0.05, 0.999))
def test_seen_from_the_side_of_larger_flow_it_is_the_same_exchanger(ntu: float, ratio: float) -> None:
    # UA, and Q = eps C dT_max, belong to both sides: NTU C and eps C are the same
    eps = float(effectiveness_counterflow(ntu, ratio))
    assert effectiveness_counterflow(ntu * ratio, 1 / ratio) == pytest.approx(eps * ratio, rel=1e-9)
    assert ntu_counterflow(eps * ratio, 1 / ratio) == pytest.approx(ntu * ratio, rel=1e-6)


@given(st.floats(1e-3, 200), st.floats(1e-3, 200))
def test_lmtd_lies_between_geometric_and_arithmetic_mean(a: float, b: float) -> None:
    mean = float(lmtd_k(a, b))
    assert np.sqrt(a * b) * (1 - 1e-9) <= mean <= (a + b) / 2 * (1 + 1e-9)
    assert mean == lmtd_k(b, a)


def test_lmtd_closed_form_and_edges() -> None:
    assert lmtd_k(45.0, 10.0) == pytest.approx(35 / np.log(4.5), rel=1e-14)
    assert lmtd_k(7.0, 7.0) == 7.0
    assert lmtd_k(7.0, 0.0) == 0.0
    assert np.isnan(lmtd_k(7.0, -1.0))


@given(st.floats(0.05, 6), st.floats(0.01, 0.99))
def test_ntu_and_lmtd_are_the_same_exchanger(ntu: float, ratio: float) -> None:
    # Q = eps C_min dT_max = UA LMTD with C_min = 1, dT_max = 100
    heat = 100 * float(effectiveness_counterflow(ntu, ratio))
    hot_end, cold_end = 100 - heat * ratio, 100 - heat
    assert ntu * float(lmtd_k(hot_end, cold_end)) == pytest.approx(heat, rel=1e-7)


@pytest.mark.parametrize("exponent", [0.0, 0.7])
def test_station_on_the_heating_curve_returns_the_curves_temperature(exponent: float) -> None:
    # constant flows on both sides: UA is constant whatever the exponent, hence also the effectiveness
    share = np.array([1.0, 0.8, 0.6, 0.4, 0.2, 0.05])
    design = RegulationDesign()
    supply, back = primary_temperatures_degc(share, design)
    station = StationDesign(flow_exponent=exponent)
    secondary = secondary_temperatures_degc(share, design)
    np.testing.assert_allclose(station_return_degc(share, supply, *secondary, station), back, atol=1e-9)


def test_hotter_supply_gives_a_colder_return() -> None:
    # same heat, less flow: the exchanger is relatively larger
    supply = np.array([85.0, 95.0, 105.0, 120.0])
    secondary = secondary_temperatures_degc(0.6, RegulationDesign())
    back = station_return_degc(0.6, supply, *secondary, DESIGN)
    assert np.all(np.diff(back) < 0)
    assert np.all(back > secondary[1])


@given(st.floats(0.05, 1.0), st.floats(0, 40))
def test_part_load_return_satisfies_the_heat_transfer(share: float, above_k: float) -> None:
    design = RegulationDesign()
    t_1 = float(primary_temperatures_degc(share, design)[0]) + above_k
    t_s, t_r = (float(value) for value in secondary_temperatures_degc(share, design))
    back = float(station_return_degc(share, t_1, t_s, t_r, DESIGN))
    flow = share * 60 / (t_1 - back)
    transfer = 2 / (flow**-0.7 + 1)
    carried = transfer * float(lmtd_k(t_1 - t_s, back - t_r)) / DESIGN.lmtd_k
    # far above the curve the return comes within 1e-9 K of the secondary, and only the heat's size can be checked
    assert carried == pytest.approx(share, rel=1e-6) or back - t_r < 1e-6


def test_no_load_too_cold_and_too_small() -> None:
    assert station_return_degc(0.0, 90.0, 60.0, 45.0, DESIGN) == 45.0
    assert np.isnan(station_return_degc(0.5, 59.0, 60.0, 45.0, DESIGN))
    # constant UA: with the largest mean difference of a hot end of 1 K it cannot carry the design heat
    assert np.isnan(station_return_degc(1.0, 76.0, 75.0, 50.0, StationDesign(flow_exponent=0.0)))


def test_design_figures() -> None:
    assert DESIGN.effectiveness == pytest.approx(60 / 70)
    assert DESIGN.lmtd_k == pytest.approx(35 / np.log(4.5))
