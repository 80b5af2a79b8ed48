"""Friction: the laws that the factor solves, and the pressure difference by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.physics import friction

REYNOLDS = st.floats(4000, 1e9)
ROUGHNESS = st.floats(0, 0.05)


@given(REYNOLDS, ROUGHNESS)
def test_colebrook_solves_its_equation_to_the_last_digits(re: float, rough: float) -> None:
    # 1/sqrt(lambda) = -2 log10(k/(3.71 d) + 2.51/(Re sqrt(lambda)))
    root = 1 / np.sqrt(float(friction.colebrook(re, rough)))
    assert root == pytest.approx(-2 * np.log10(rough / 3.71 + 2.51 * root / re), rel=2e-15, abs=4e-15)


def test_smooth_pipe_is_prandtls_law_at_its_textbook_value() -> None:
    # Prandtl-Karman, Re = 1e5: lambda = 0.01799 (Schlichting, table 20.1)
    assert friction.colebrook(1e5, 0.0) == pytest.approx(0.01799, abs=1e-5)


def test_rough_limit_is_nikuradse() -> None:
    # Re -> infinity: lambda = (2 log10(3.71 d/k))^-2
    assert friction.colebrook(1e14, 1e-3) == pytest.approx((2 * np.log10(3.71e3)) ** -2, rel=1e-9)


@given(st.floats(1e-3, 2300), ROUGHNESS)
def test_laminar_is_hagen_poiseuille(re: float, rough: float) -> None:
    assert friction.friction_factor(re, rough) == pytest.approx(64 / re, rel=1e-12)


@given(REYNOLDS, ROUGHNESS)
def test_turbulent_is_colebrook(re: float, rough: float) -> None:
    assert friction.friction_factor(re, rough) == pytest.approx(float(friction.colebrook(re, rough)), rel=1e-14)


@pytest.mark.parametrize("rough", [0.0, 1e-3, 0.05])
@pytest.mark.parametrize("edge", [friction.RE_LAMINAR_MAX, friction.RE_TURBULENT_MIN])
def test_transition_joins_both_laws_with_its_slope(rough: float, edge: float) -> None:
    # equal one-sided slopes: a kink or step would leave a second difference of the order of the step, not of its square
    step = 0.01
    below, at, above = friction.friction_factor(edge + np.array([-step, 0.0, step]), rough)
    assert abs(above - 2 * at + below) < 1e-5 * step


def test_transition_lies_between_both_laws() -> None:
    re = np.linspace(2301, 3999, 200)
    factor, laminar, turbulent = friction.friction_factor(re, 1e-3), 64 / re, friction.colebrook(re, 1e-3)
    assert np.all((factor >= laminar) & (factor <= turbulent))


def test_no_flow_no_friction_and_nan_stays_nan() -> None:
    assert friction.friction_factor(0.0, 1e-3) == 0.0
    assert np.isnan(friction.friction_factor(np.nan, 1e-3))
    assert friction.pressure_drop_bar(0.0, 100.0, 100.0, 0.5, 970.0, 3.5e-4, zeta=3.0) == 0.0


def test_laminar_pressure_drop_by_hand() -> None:
    # Hagen-Poiseuille: dp = 128 mu L V / (pi d^4), V = m/rho
    mdot, length, d_m, rho, mu = 0.01, 50.0, 0.05, 998.0, 1e-3
    expected_pa = 128 * mu * length * (mdot / rho) / (np.pi * d_m**4)
    drop = friction.pressure_drop_bar(mdot, length, d_m * 1e3, 0.5, rho, mu)
    assert drop * 1e5 == pytest.approx(expected_pa, rel=1e-12)


def test_local_loss_and_elevation_by_hand() -> None:
    # a frictionless fitting and a rise of 10 m: dp = zeta rho v²/2 + rho g dz
    mdot, d_m, rho = 50.0, 0.2, 970.0
    v = mdot / (rho * np.pi / 4 * d_m**2)
    expected_pa = 4.0 * rho * v**2 / 2 + rho * 9.80665 * 10
    drop = friction.pressure_drop_bar(mdot, 0.0, 200.0, 0.5, rho, 3.5e-4, zeta=4.0, rise_m=10.0)
    assert drop * 1e5 == pytest.approx(expected_pa, rel=1e-12)
    assert friction.velocity_m_per_s(mdot, 200.0, rho) == pytest.approx(v, rel=1e-14)


@given(st.floats(0.01, 500), st.floats(50, 1000))
def test_reversing_the_flow_reverses_the_drop(mdot: float, d_mm: float) -> None:
    forward = friction.specific_friction_pa_per_m(mdot, d_mm, 0.5, 960.0, 3e-4)
    assert forward == -friction.specific_friction_pa_per_m(-mdot, d_mm, 0.5, 960.0, 3e-4)
    assert forward > 0


@pytest.mark.parametrize(("d_mm", "flow_t_per_h"), [(106.3, 21), (207.1, 121), (412.0, 734), (800.0, 4191)])
def test_60_pa_per_m_carries_the_tabulated_flow(d_mm: float, flow_t_per_h: float) -> None:
    # design table of Chinese mains, roughness 0.5 mm, flows printed to whole t/h; its water temperature is not stated:
    # between 60 and 90 °C the flow at 60 Pa/m changes by less than 1 %
    below, above = (
        friction.specific_friction_pa_per_m(flow / 3.6, d_mm, 0.5, 971.8, 3.54e-4)
        for flow in ((flow_t_per_h - 0.5) * 0.985, (flow_t_per_h + 0.5) * 1.015)
    )
    assert below < 60.0 < above


def test_broadcasting_over_hours_and_pipes() -> None:
    mdot = np.linspace(-100, 100, 7)[:, None]
    d_mm = np.array([150.0, 300.0, 600.0])[None, :]
    values = friction.specific_friction_pa_per_m(mdot, d_mm, 0.5, 960.0, 3e-4)
    assert values.shape == (7, 3)
    assert values[6, 1] == friction.specific_friction_pa_per_m(100.0, 300.0, 0.5, 960.0, 3e-4)
