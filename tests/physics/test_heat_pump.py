"""Heat pumps: Carnot, its share in large machines, the energy balance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.physics.heat_pump import cop, heat_from_source_mw, power_mw, source_heat_mw


def test_all_of_carnot() -> None:
    # 50 °C from 9 °C: 323.15/41
    assert cop(9.0, 50.0, carnot_share=1.0) == pytest.approx(323.15 / 41, rel=1e-14)


@pytest.mark.parametrize(("t_sink", "low", "high"), [(50, 4.2, 4.8), (60, 3.5, 4.0), (75, 2.7, 3.2), (85, 2.4, 2.8)])
def test_sewage_heat_pumps_lie_in_the_usual_range(t_sink: float, low: float, high: float) -> None:
    # typical large centrifugal and screw machines, sewage cooled from 14 to 9 °C
    assert low <= cop(9.0, t_sink) <= high


@pytest.mark.parametrize(("t_source", "t_sink", "low", "high"), [(20, 60, 4.0, 5.0), (40, 70, 6.0, 8.0)])
def test_data_centre_heat_pumps_lie_in_the_usual_range(t_source: float, t_sink: float, low: float, high: float) -> None:
    # from 20-25 °C to 60 °C, and from 45 °C (cooled to 40) to 70 °C
    assert low <= cop(t_source, t_sink) <= high


@given(st.floats(0, 60), st.floats(20, 100), st.floats(0.1, 30))
def test_hotter_sink_never_improves(t_source: float, t_sink: float, more_k: float) -> None:
    assert cop(t_source, t_sink + more_k) <= cop(t_source, t_sink) * (1 + 1e-12) or t_sink - t_source < 20


def test_small_lifts_are_bounded_and_cop_is_at_least_1() -> None:
    # the compressor works against 20 K at least: 0.55 * 323.15/20
    assert cop(45.0, 50.0) == cop(60.0, 50.0) == pytest.approx(0.55 * 323.15 / 20)
    assert cop(-50.0, 250.0, carnot_share=0.3) == 1.0


def test_above_its_limit_the_machine_gives_nothing() -> None:
    values = cop(10.0, np.array([79.0, 80.0, 80.1]), t_sink_max_degc=80.0)
    assert np.isnan(values).tolist() == [False, False, True]


def test_source_heat_by_hand() -> None:
    # 100 kg/s from 13 to 6 °C
    assert source_heat_mw(100.0, 13.0, 6.0, 4190.0) == pytest.approx(100 * 4190 * 7 / 1e6)
    assert source_heat_mw(100.0, 5.0, 6.0) == 0.0


@given(st.floats(0.1, 100), st.floats(1.05, 10))
def test_heat_is_source_plus_electricity(source: float, value: float) -> None:
    heat = float(heat_from_source_mw(source, value))
    assert heat == pytest.approx(source + float(power_mw(heat, value)), rel=1e-9)


def test_without_source_heat_the_ratio_is_undefined() -> None:
    assert np.isnan(heat_from_source_mw(1.0, 1.0))
