"""Pump power by hand; head curves at their points, between them, beyond them and at other speeds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.physics.pump import PumpCurve, pump_power_mw

CURVE = PumpCurve((100.0, 500.0, 1000.0), (8.0, 7.0, 4.0))


def test_power_by_hand() -> None:
    # 500 kg/s at 960 kg/m³ over 8 bar with 0.75: 0.5208 m³/s * 8e5 Pa / 0.75
    assert pump_power_mw(500.0, 8.0, 960.0) == pytest.approx(500 / 960 * 8e5 / 0.75 / 1e6, rel=1e-14)


def test_electricity_per_heat_of_a_primary_network_is_usual() -> None:
    # 1 GJ at 60 K: 1e9/(4190 * 60) kg through 8 bar; practice is 1.5 to 2.5 kWh/GJ
    mass_kg = 1e9 / (4190 * 60)
    kwh = float(pump_power_mw(mass_kg / 3600, 8.0, 970.0)) * 1e3
    assert 1.0 < kwh < 2.5


def test_no_power_against_the_pumps_direction() -> None:
    assert pump_power_mw(np.array([-1.0, 1.0, 0.0]), np.array([1.0, -1.0, 1.0]), 970.0).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("text", ["100:8 500:7 1000:4", "100:8,500:7;  1000:4.0", " 1e2:8\t500:7 1000:4 "])
def test_text_of_a_curve(text: str) -> None:
    assert PumpCurve.parse(text) == CURVE


def test_head_at_between_and_beyond_the_points() -> None:
    # slopes 1/400 and 3/500 bar per m³/h; the first goes on below 100 and below 0, the second past its zero at 1666.7
    volume = np.array([-100.0, 0.0, 100.0, 300.0, 500.0, 750.0, 1000.0, 1500.0, 2000.0])
    expected = [8.5, 8.25, 8.0, 7.5, 7.0, 5.5, 4.0, 1.0, -2.0]
    assert CURVE.head_bar(volume).tolist() == pytest.approx(expected, rel=1e-14)
    slopes = CURVE.slope_bar_per_m3_per_h(np.array([0.0, 499.0, 500.0, 2000.0]))
    assert slopes.tolist() == pytest.approx([-1 / 400, -1 / 400, -3 / 500, -3 / 500], rel=1e-14)


@given(st.floats(-500, 2500), st.floats(0.05, 1.5))
def test_affinity_laws(volume: float, speed: float) -> None:
    # flow with n, head with n²
    assert CURVE.head_bar(speed * volume, speed) == pytest.approx(speed**2 * float(CURVE.head_bar(volume)), abs=1e-9)


def test_slope_at_half_speed_is_half_the_slope_at_twice_the_flow() -> None:
    slopes = CURVE.slope_bar_per_m3_per_h(np.array([-10.0, 200.0, 300.0, 900.0]), 0.5)
    assert slopes.tolist() == pytest.approx([-1 / 800, -1 / 800, -3 / 1000, -3 / 1000], rel=1e-14)


@given(st.floats(-500, 2500), st.floats(0.01, 500), st.floats(0.0, 1.5))
def test_the_head_never_rises_with_the_flow(volume: float, more: float, speed: float) -> None:
    assert CURVE.head_bar(volume + more, speed) <= CURVE.head_bar(volume, speed) + 1e-9


def test_a_standing_pump_gives_nothing_at_any_flow() -> None:
    volume = np.array([-10.0, 0.0, 800.0])
    assert CURVE.head_bar(volume, 0.0).tolist() == [0.0, 0.0, 0.0]
    assert CURVE.slope_bar_per_m3_per_h(volume, 0.0).tolist() == [0.0, 0.0, 0.0]


def test_one_point_is_a_constant_head() -> None:
    curve = PumpCurve.parse("300:6")
    assert curve.head_bar(np.array([-1.0, 0.0, 300.0, 900.0]), 0.5).tolist() == [1.5] * 4
    assert float(curve.slope_bar_per_m3_per_h(900.0)) == 0.0


def test_two_points_are_a_line() -> None:
    assert float(PumpCurve.parse("0:5 1000:3").head_bar(1500.0)) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a flow and a head"),
        ("0-8", "'0-8' is not flow:head"),
        ("0:8:1", "'0:8:1' is not flow:head"),
        ("0:8 500:seven", "'500:seven' is not flow:head"),
        ("0:nan", "0 or more"),
        ("-1:8 500:7", "0 or more"),
        ("0:8 500:-1", "0 or more"),
        ("0:8 500:7 500:6", "do not rise"),
        ("500:7 0:8", "do not rise"),
        ("0:7 500:8", "rises with the flow"),
    ],
)
def test_a_text_that_is_no_curve(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        PumpCurve.parse(text)
