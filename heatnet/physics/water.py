"""Properties of liquid water by temperature, IAPWS-IF97.

A packaged table at 16 bar absolute, 0 to 200 °C in steps of 0.5 K. Why one pressure: hot-water networks run at 2 to
25 bar absolute, where density differs from the table by less than 0.08 % and the other properties (of enthalpy, its
differences) by less than 0.2 %. Why 16 bar: the nominal pressure of most primary networks, and high enough that water
stays liquid up to 201 °C, so that the whole table is one phase. Between rows a cubic Hermite polynomial with
fourth-order slopes is used: continuous with its derivative and within 1e-8 of IF97 (conductivity 3e-5: its own
formula has small kinks). Outside 0 to 200 °C the properties are NaN, never an extrapolated number.

Sources: IAPWS R7-97(2012); viscosity IAPWS R12-08; thermal conductivity IAPWS R15-11.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from heatnet.physics.arrays import FloatArray, FloatLike

TABLE_PRESSURE_BAR = 16.0
TABLE_FILE = Path(__file__).parent / "data" / "water_if97.csv"
TABLE_HEADER = (
    "t_degc",
    "density_kg_per_m3",
    "heat_capacity_j_per_kgk",
    "viscosity_pa_s",
    "conductivity_w_per_mk",
    "enthalpy_j_per_kg",
)

#: IAPWS-IF97 region 4, table 34: coefficients n1 … n10 of the saturation line
_SATURATION = (
    0.11670521452767e4,
    -0.72421316703206e6,
    -0.17073846940092e2,
    0.12020824702470e5,
    -0.32325550322333e7,
    0.14915108613530e2,
    -0.48232657361591e4,
    0.40511340542057e6,
    -0.23855557567849,
    0.65017534844798e3,
)
_T_TRIPLE_DEGC = 0.0
_T_CRITICAL_DEGC = 373.946
_P_RANGE_BAR = (0.00611213, 220.64)


@dataclass(frozen=True)
class WaterTable:
    """The table as arrays of equal length, ascending in temperature, at `pressure_bar` absolute."""

    pressure_bar: float
    t_degc: FloatArray
    density_kg_per_m3: FloatArray
    heat_capacity_j_per_kgk: FloatArray
    viscosity_pa_s: FloatArray
    conductivity_w_per_mk: FloatArray
    enthalpy_j_per_kg: FloatArray


@lru_cache(maxsize=1)
def water_table() -> WaterTable:
    """Return the packaged table, for engines that bring their own interpolation."""
    rows = np.loadtxt(TABLE_FILE, delimiter=",", skiprows=1, unpack=True)
    rows.setflags(write=False)
    return WaterTable(TABLE_PRESSURE_BAR, *rows)


def _slopes(values: FloatArray) -> FloatArray:
    """Fourth-order finite differences per step: central inside, one-sided at the two rows of each end."""
    slope = np.empty_like(values)
    slope[2:-2] = (values[:-4] - 8 * values[1:-3] + 8 * values[3:-1] - values[4:]) / 12
    first, second = np.array([-25, 48, -36, 16, -3]) / 12, np.array([-3, -10, 18, -6, 1]) / 12
    slope[0], slope[1] = first @ values[:5], second @ values[:5]
    slope[-1], slope[-2] = -first @ values[:-6:-1], -second @ values[:-6:-1]
    return slope


@lru_cache(maxsize=len(TABLE_HEADER))
def _polynomials(column: str) -> tuple[float, float, FloatArray]:
    """First temperature, step and the (4, rows - 1) coefficients in powers of the position within a step."""
    table = water_table()
    values: FloatArray = getattr(table, column)
    slope, rise = _slopes(values), np.diff(values)
    before, after = slope[:-1], slope[1:]
    coefficients = np.stack([values[:-1], before, 3 * rise - 2 * before - after, before + after - 2 * rise])
    return float(table.t_degc[0]), float(table.t_degc[1] - table.t_degc[0]), coefficients


def _interpolate(column: str, t_degc: FloatLike) -> FloatArray:
    start, step, (c0, c1, c2, c3) = _polynomials(column)
    position = (np.asarray(t_degc, dtype=np.float64) - start) / step
    inside = (position >= 0) & (position <= c0.size)
    row = np.clip(np.where(inside, position, 0.0).astype(np.intp), 0, c0.size - 1)
    x = position - row
    return np.where(inside, c0[row] + x * (c1[row] + x * (c2[row] + x * c3[row])), np.nan)


def saturation_coefficients() -> FloatArray:
    """Return the coefficients n1 … n10 of the saturation line, for engines that bring their own evaluation."""
    return np.array(_SATURATION)


def density_kg_per_m3(t_degc: FloatLike) -> FloatArray:
    """Density of liquid water, kg/m³.

    Parameters
    ----------
    t_degc : float or array
        Temperature, °C; NaN outside 0 to 200 °C.
    """
    return _interpolate("density_kg_per_m3", t_degc)


def heat_capacity_j_per_kgk(t_degc: FloatLike) -> FloatArray:
    """Isobaric specific heat capacity of liquid water, J/(kg·K), at `t_degc` (°C)."""
    return _interpolate("heat_capacity_j_per_kgk", t_degc)


def viscosity_pa_s(t_degc: FloatLike) -> FloatArray:
    """Dynamic viscosity of liquid water, Pa·s, at `t_degc` (°C)."""
    return _interpolate("viscosity_pa_s", t_degc)


def conductivity_w_per_mk(t_degc: FloatLike) -> FloatArray:
    """Thermal conductivity of liquid water, W/(m·K), at `t_degc` (°C)."""
    return _interpolate("conductivity_w_per_mk", t_degc)


def enthalpy_j_per_kg(t_degc: FloatLike) -> FloatArray:
    """Specific enthalpy of liquid water at 16 bar, J/kg, at `t_degc` (°C)."""
    return _interpolate("enthalpy_j_per_kg", t_degc)


def mean_heat_capacity_j_per_kgk(t_1_degc: FloatLike, t_2_degc: FloatLike) -> FloatArray:
    """Mean heat capacity between two temperatures, (h1 - h2)/(t1 - t2), J/(kg·K).

    Where the two are equal it is the heat capacity there. Heat = m · this · (t1 - t2) is exact at constant pressure.
    """
    t_1, t_2 = np.asarray(t_1_degc, dtype=np.float64), np.asarray(t_2_degc, dtype=np.float64)
    difference = t_1 - t_2
    close = np.abs(difference) < 1e-3
    safe = np.where(close, 1.0, difference)
    exact = (enthalpy_j_per_kg(t_1) - enthalpy_j_per_kg(t_2)) / safe
    return np.where(close, heat_capacity_j_per_kgk((t_1 + t_2) / 2), exact)


def saturation_pressure_bar(t_degc: FloatLike) -> FloatArray:
    """Boiling pressure of water, bar absolute; NaN outside 0 to 373.946 °C.

    Parameters
    ----------
    t_degc : float or array
        Temperature, °C.

    Notes
    -----
    IAPWS-IF97 region 4, equation (30).
    """
    n = _SATURATION
    t_degc = np.asarray(t_degc, dtype=np.float64)
    inside = (t_degc >= _T_TRIPLE_DEGC) & (t_degc <= _T_CRITICAL_DEGC)
    t_k = np.where(inside, t_degc, 100.0) + 273.15
    theta = t_k + n[8] / (t_k - n[9])
    a = theta**2 + n[0] * theta + n[1]
    b = n[2] * theta**2 + n[3] * theta + n[4]
    c = n[5] * theta**2 + n[6] * theta + n[7]
    root = 2 * c / (-b + np.sqrt(b**2 - 4 * a * c))
    return np.where(inside, 10.0 * root**4, np.nan)


def saturation_temperature_degc(p_bar: FloatLike) -> FloatArray:
    """Boiling temperature of water, °C; NaN outside 0.00611 to 220.64 bar.

    Parameters
    ----------
    p_bar : float or array
        Absolute pressure, bar.

    Notes
    -----
    IAPWS-IF97 region 4, equation (31), the exact inverse of equation (30).
    """
    n = _SATURATION
    p_bar = np.asarray(p_bar, dtype=np.float64)
    inside = (p_bar >= _P_RANGE_BAR[0]) & (p_bar <= _P_RANGE_BAR[1])
    beta = (np.where(inside, p_bar, 1.0) / 10.0) ** 0.25
    e = beta**2 + n[2] * beta + n[5]
    f = n[0] * beta**2 + n[3] * beta + n[6]
    g = n[1] * beta**2 + n[4] * beta + n[7]
    d = 2 * g / (-f - np.sqrt(f**2 - 4 * e * g))
    t_k = (n[9] + d - np.sqrt((n[9] + d) ** 2 - 4 * (n[8] + n[9] * d))) / 2
    return np.where(inside, t_k - 273.15, np.nan)
