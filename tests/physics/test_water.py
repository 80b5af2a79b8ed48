"""Water properties: the packaged table is IF97, and the functions between its rows are too."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.physics import water
from heatnet.physics.water_table_build import compute_table

FUNCTIONS = {
    "D": water.density_kg_per_m3,
    "C": water.heat_capacity_j_per_kgk,
    "V": water.viscosity_pa_s,
    "L": water.conductivity_w_per_mk,
    "H": water.enthalpy_j_per_kg,
}
#: interpolation error of the cubic polynomials; conductivity has kinks in its own formula (critical enhancement)
RELATIVE_TOLERANCE = {"D": 1e-8, "C": 1e-8, "V": 1e-8, "L": 5e-5, "H": 1e-8}


def _if97(key: str, t_degc: np.ndarray, p_bar: float = water.TABLE_PRESSURE_BAR) -> np.ndarray:
    from CoolProp.CoolProp import PropsSI

    return PropsSI(key, "T", t_degc + 273.15, "P", p_bar * 1e5, "IF97::Water")


def test_the_packaged_table_is_what_coolprop_gives() -> None:
    packaged = np.loadtxt(water.TABLE_FILE, delimiter=",", skiprows=1)
    # twelve digits are stored
    np.testing.assert_allclose(packaged, compute_table(), rtol=1e-11)
    assert water.TABLE_FILE.read_text().splitlines()[0].split(",") == list(water.TABLE_HEADER)


@pytest.mark.parametrize("key", list(FUNCTIONS))
def test_properties_between_the_rows_are_if97(key: str) -> None:
    t_degc = np.linspace(0.0, 200.0, 3331)
    np.testing.assert_allclose(FUNCTIONS[key](t_degc), _if97(key, t_degc), rtol=RELATIVE_TOLERANCE[key])


@pytest.mark.parametrize(
    ("t_degc", "enthalpy_kj_per_kg"), [(20, 85.4), (60, 252.5), (80, 336.2), (104, 437.1), (110, 462.4), (130, 547.3)]
)
def test_enthalpy_at_16_bar_is_the_printed_one(t_degc: float, enthalpy_kj_per_kg: float) -> None:
    # IAPWS-IF97 at 1.6 MPa, printed with one decimal
    assert water.enthalpy_j_per_kg(t_degc) / 1e3 == pytest.approx(enthalpy_kj_per_kg, abs=0.051)


@pytest.mark.parametrize("p_bar", [2.0, 5.0, 25.0])
def test_one_pressure_stands_for_all_network_pressures(p_bar: float) -> None:
    # documented: density within 0.08 %, the others within 0.2 % from 2 to 25 bar
    t_degc = np.linspace(1.0, 119.0, 60)
    assert np.max(np.abs(_if97("D", t_degc, p_bar) / water.density_kg_per_m3(t_degc) - 1)) < 8e-4
    for key in "CVL":
        assert np.max(np.abs(_if97(key, t_degc, p_bar) / FUNCTIONS[key](t_degc) - 1)) < 2e-3


def test_viscosity_at_130_degc_is_not_the_extrapolated_one() -> None:
    # IAPWS R12-08: 213 µPa·s; linear extrapolation of a table that ends at 95 °C falls 20 % short
    assert water.viscosity_pa_s(130.0) == pytest.approx(2.13e-4, rel=5e-3)


def test_outside_the_range_is_nan_and_shapes_are_kept() -> None:
    t_degc = np.array([[-0.01, 0.0, 100.0], [200.0, 200.01, np.nan]])
    assert np.isnan(water.density_kg_per_m3(t_degc)).tolist() == [[True, False, False], [False, True, True]]
    assert water.viscosity_pa_s(20.0).shape == ()


def test_slope_of_enthalpy_is_the_heat_capacity() -> None:
    # dh = cp dT at constant pressure; central difference of step d has an error of h''' d²/6, below 1e-6 here
    t_degc = np.linspace(1.0, 199.0, 500)
    slope = (water.enthalpy_j_per_kg(t_degc + 0.05) - water.enthalpy_j_per_kg(t_degc - 0.05)) / 0.1
    np.testing.assert_allclose(slope, water.heat_capacity_j_per_kgk(t_degc), rtol=2e-6)


@given(st.floats(0, 200), st.floats(0, 200))
def test_mean_heat_capacity_gives_the_enthalpy_difference(t_1: float, t_2: float) -> None:
    mean = water.mean_heat_capacity_j_per_kgk(t_1, t_2)
    difference = water.enthalpy_j_per_kg(t_1) - water.enthalpy_j_per_kg(t_2)
    assert mean * (t_1 - t_2) == pytest.approx(float(difference), rel=1e-6, abs=1e-5)
    assert 4170 < mean < 4500


@pytest.mark.parametrize(("t_k", "p_mpa"), [(300.0, 0.353658941e-2), (500.0, 0.263889776e1), (600.0, 0.123443146e2)])
def test_saturation_line_gives_the_verification_values_of_if97(t_k: float, p_mpa: float) -> None:
    # IAPWS R7-97(2012), tables 35 and 36
    assert water.saturation_pressure_bar(t_k - 273.15) == pytest.approx(10 * p_mpa, rel=5e-9)
    assert water.saturation_temperature_degc(10 * p_mpa) == pytest.approx(t_k - 273.15, abs=1e-6)


@given(st.floats(0.0, 373.946))
def test_boiling_temperature_inverts_boiling_pressure(t_degc: float) -> None:
    p_bar = float(np.clip(water.saturation_pressure_bar(t_degc), 0.00611213, 220.64))
    assert water.saturation_temperature_degc(p_bar) == pytest.approx(t_degc, abs=1e-5)


def test_no_saturation_above_the_critical_point() -> None:
    assert np.isnan(water.saturation_pressure_bar(374.0))
    assert np.isnan(water.saturation_temperature_degc(221.0))


def test_importing_stays_cheap() -> None:
    code = (
        "import sys, heatnet.physics.water as w; w.density_kg_per_m3(80.0);"
        "print([m for m in ('CoolProp', 'pandas', 'scipy', 'pandapipes') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
