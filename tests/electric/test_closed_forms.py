"""Two buses and a line: the voltage at the end is the root of a quadratic equation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.electric import power_flow
from heatnet.model.boundary import Boundary
from tests.electric.conftest import substation, two_bus

HOURS = pd.date_range("2025-01-01", periods=24, freq="h", name="time")


def far_voltage_pu(p_mw, q_mvar, r_ohm, x_ohm, v_kv):
    """Larger root of V⁴ + V² (2 (P R + Q X) - E²) + (P² + Q²) (R² + X²) = 0, over the nominal voltage."""
    half = v_kv**2 / 2 - (p_mw * r_ohm + q_mvar * x_ohm)
    root = half**2 - (p_mw**2 + q_mvar**2) * (r_ohm**2 + x_ohm**2)
    return np.sqrt(half + np.sqrt(root)) / v_kv


def test_voltage_current_and_loss_of_two_buses():
    network = two_bus()
    p_mw = np.linspace(-6, 12, len(HOURS))
    boundary = Boundary(HOURS, {"load_p_mw": pd.DataFrame({"load": p_mw}, index=HOURS)})
    solved = power_flow(network, boundary)
    q_mvar = p_mw * np.tan(np.arccos(0.9))
    expected = far_voltage_pu(p_mw, q_mvar, 0.18, 0.27, 10.0)
    current_ka = np.hypot(p_mw, q_mvar) / (np.sqrt(3) * expected * 10)
    loss_mw = 3 * current_ka**2 * 0.18
    np.testing.assert_allclose(solved["bus_v_pu"].sel(bus="far"), expected, rtol=0, atol=1e-9)
    np.testing.assert_allclose(solved["line_i_ka"].sel(line="line"), current_ka, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(solved["line_loading_share"].sel(line="line"), current_ka / 0.5, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(solved["line_loss_mw"].sel(line="line"), loss_mw, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(solved["grid_p_mw"].sel(grid="grid"), p_mw + loss_mw, rtol=0, atol=1e-8)


def test_what_no_voltage_can_carry_is_a_status_with_nan():
    network = two_bus()
    q_share = np.tan(np.arccos(0.9))
    z_ohm = np.hypot(0.18, 0.27)
    # the root vanishes where E²/2 = P R + Q X + S Z
    largest_mw = 100 / 2 / (0.18 + q_share * 0.27 + np.hypot(1, q_share) * z_ohm)
    p_mw = np.array([0.995, 1.005]) * largest_mw
    solved = power_flow(network, Boundary(HOURS[:2], {"load_p_mw": pd.DataFrame({"load": p_mw}, index=HOURS[:2])}))
    assert solved["status"].to_numpy().tolist() == ["ok", "not_converged"]
    assert np.isfinite(solved["bus_v_pu"].isel(time=0)).all()
    assert np.isnan(solved["bus_v_pu"].isel(time=1)).all()
    assert np.isnan(solved["power_loss_mw"].isel(time=1))


def test_charging_current_of_an_idle_cable():
    """An idle cable of capacitance C takes Q = ω C V²; half of it stands at either end."""
    lines = pd.DataFrame(
        [
            {
                "id": "line",
                "from_bus": "near",
                "to_bus": "far",
                "length_m": 3000,
                "r_ohm_per_km": 0.0,
                "x_ohm_per_km": 0.09,
                "c_nf_per_km": 370,
                "i_max_ka": 0.5,
            }
        ]
    )
    boundary = Boundary(HOURS[:1], {"load_p_mw": pd.DataFrame({"load": [0.0]}, index=HOURS[:1])})
    solved = power_flow(two_bus(lines=lines), boundary)
    shunt_s = 2 * np.pi * 50 * 370e-9 * 3
    v_far = 1 / (1 - 0.27 * shunt_s / 2)
    q_mvar = -(100 * shunt_s / 2) * (1 + v_far)
    assert float(solved["bus_v_pu"].sel(bus="far")[0]) == pytest.approx(v_far, abs=1e-9)
    assert float(solved["grid_q_mvar"].sel(grid="grid")[0]) == pytest.approx(q_mvar, abs=1e-7)


def test_the_balance_closes_and_the_tap_changer_holds_its_voltage():
    network = substation(v_set_pu=1.03)
    town = np.linspace(0, 95, len(HOURS))
    values = {
        "load_p_mw": pd.DataFrame({"town": town}, index=HOURS),
        "generator_p_mw": pd.DataFrame({"pv": np.linspace(0, 3, len(HOURS))}, index=HOURS),
        "battery_p_mw": pd.DataFrame({"battery": np.linspace(-5, 5, len(HOURS))}, index=HOURS),
    }
    solved = power_flow(network, Boundary(HOURS, values))
    assert set(solved["status"].to_numpy()) == {"ok"}
    assert float(np.abs(solved["power_residual_mw"]).max()) < 1e-9
    step_pu = 0.0125 * 10.5 / 10 * 1.1
    assert float(np.abs(solved["bus_v_pu"].sel(bus="b10") - 1.03).max()) < step_pu
    taps = solved["transformer_tap"].sel(transformer="t").to_numpy()
    assert taps[0] > taps[-1], "more load needs a lower tap of the higher winding"
    fixed = power_flow(substation(), Boundary(HOURS, values))
    assert np.ptp(fixed["bus_v_pu"].sel(bus="b10").to_numpy()) > 2 * step_pu
