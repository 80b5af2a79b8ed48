"""Properties of steam for compiled code: the polynomials of `heatnet.physics.steam` with their derivatives.

A fluid is one array: what compiled code passes on at every call must be small, and loops of constant length are unrolled.
An ideal gas, which the same polynomials represent exactly, can stand in for steam where closed forms are to be met.
"""

from __future__ import annotations

import math

import numpy as np

from heatnet.physics.arrays import FloatArray
from heatnet.physics.steam import (
    NODES_H,
    NODES_P,
    NODES_SATURATION,
    P_HIGH_BAR,
    P_LOW_BAR,
    VISCOSITY_DEGREES,
    SteamTable,
    steam_table,
)
from heatnet.physics.water import saturation_coefficients
from heatnet.steam.compiled import compiled, compiled_entry

PA_PER_BAR = 1e5
#: how far below saturation the polynomials of superheated steam are followed, as a share of the root's shift
_METASTABLE_SHARE = 0.9

#: places in a fluid's array: single numbers, then coefficients
ROOT_MIDDLE, PER_ROOT, H_TOP, SHIFT, PER_Y_ROOT, P_LOW, P_HIGH = range(7)
_BOILING = 7
_H_VAPOUR = _BOILING + 10
_H_LIQUID = _H_VAPOUR + NODES_SATURATION
_V_LIQUID = _H_LIQUID + NODES_SATURATION
_PV_SATURATED = _V_LIQUID + NODES_SATURATION
_PV = _PV_SATURATED + NODES_SATURATION
_T = _PV + NODES_P * NODES_H
_ROWS_FLUIDITY, _COLUMNS_FLUIDITY = VISCOSITY_DEGREES[0] + 1, VISCOSITY_DEGREES[1] + 1
_FLUIDITY = _T + NODES_P * NODES_H
_LENGTH = _FLUIDITY + _ROWS_FLUIDITY * _COLUMNS_FLUIDITY


def fluid_of(table: SteamTable) -> FloatArray:
    """Return a table's coefficients for compiled code."""
    fluid = np.zeros(_LENGTH)
    fluid[ROOT_MIDDLE], fluid[PER_ROOT], fluid[H_TOP] = table.root_middle, table.per_root, table.h_top_j_per_kg
    fluid[SHIFT], fluid[PER_Y_ROOT] = table.shift, table.per_y_root
    fluid[P_LOW], fluid[P_HIGH] = table.p_low_bar * PA_PER_BAR, table.p_high_bar * PA_PER_BAR
    fluid[_BOILING : _BOILING + 10] = saturation_coefficients()
    saturated = table.pv_per_h @ (-1.0) ** np.arange(table.pv_per_h.shape[1])
    for place, curve_of in (
        (_H_VAPOUR, table.h_vapour),
        (_H_LIQUID, table.h_liquid),
        (_V_LIQUID, table.v_liquid),
        (_PV_SATURATED, saturated),
    ):
        fluid[place : place + len(curve_of)] = curve_of
    for place, shape, values in (
        (_PV, (NODES_P, NODES_H), table.pv_per_h),
        (_T, (NODES_P, NODES_H), table.t_degc),
        (_FLUIDITY, (_ROWS_FLUIDITY, _COLUMNS_FLUIDITY), table.fluidity),
    ):
        padded = np.zeros(shape)
        padded[: values.shape[0], : values.shape[1]] = values
        fluid[place : place + padded.size] = padded.ravel()
    return fluid


def steam_fluid() -> FloatArray:
    """Return steam by IAPWS-IF97."""
    return fluid_of(steam_table())


def ideal_gas(gas_constant_j_per_kgk: float, heat_capacity_j_per_kgk: float, viscosity_pa_s: float) -> FloatArray:
    """Return an ideal gas with constant heat capacity, which never condenses.

    Parameters
    ----------
    gas_constant_j_per_kgk, heat_capacity_j_per_kgk : float
        R and cp; enthalpy is cp times the absolute temperature, from 50 to 1500 K.
    viscosity_pa_s : float
        Constant dynamic viscosity.

    Notes
    -----
    p v / h = R/cp is constant, and T is quadratic in b because h = h'' + y (h_top - h'') with y quadratic in b; the
    saturation line lies at 50 K, where no state comes.
    """
    steam = steam_table()
    h_low, h_top = 50.0 * heat_capacity_j_per_kgk, 1500.0 * heat_capacity_j_per_kgk
    # y = ((b + 1)/per + sqrt(shift))^2 - shift, ascending powers of b
    offset = 1 / steam.per_y_root + math.sqrt(steam.shift)
    y = np.array([offset**2 - steam.shift, 2 * offset / steam.per_y_root, 1 / steam.per_y_root**2])
    t_degc = (h_top - h_low) / heat_capacity_j_per_kgk * y
    t_degc[0] += h_low / heat_capacity_j_per_kgk - 273.15
    return fluid_of(
        SteamTable(
            steam.root_middle,
            steam.per_root,
            h_top,
            steam.shift,
            steam.per_y_root,
            P_LOW_BAR,
            P_HIGH_BAR,
            np.array([[gas_constant_j_per_kgk / heat_capacity_j_per_kgk]]),
            t_degc[np.newaxis, :],
            np.array([[1.0 / viscosity_pa_s]]),
            np.array([h_low]),
            np.array([-1e6]),
            np.array([1e-3]),
        )
    )


@compiled
def root_of(fluid: FloatArray, p: float) -> tuple[float, float]:
    """Return the coordinate a of a pressure (Pa) and da/dp."""
    root = math.sqrt(math.sqrt(p))
    return (root - fluid[ROOT_MIDDLE]) * fluid[PER_ROOT], fluid[PER_ROOT] * root / (4.0 * p)


@compiled
def curve(fluid: FloatArray, place: int, x: float) -> tuple[float, float]:
    """Return a polynomial of the saturation line and its slope."""
    value, slope = 0.0, 0.0
    for i in range(NODES_SATURATION - 1, -1, -1):
        slope = slope * x + value
        value = value * x + fluid[place + i]
    return value, slope


@compiled
def viscosity(fluid: FloatArray, a: float, b: float) -> float:
    """Return the dynamic viscosity, Pa·s."""
    value = 0.0
    for i in range(_ROWS_FLUIDITY - 1, -1, -1):
        row = 0.0
        for j in range(_COLUMNS_FLUIDITY - 1, -1, -1):
            row = row * b + fluid[_FLUIDITY + i * _COLUMNS_FLUIDITY + j]
        value = value * a + row
    return 1.0 / value


@compiled
def temperature(fluid: FloatArray, a: float, b: float) -> tuple[float, float]:
    """Return the temperature (°C) and its slope by b."""
    value, by_b = 0.0, 0.0
    for i in range(NODES_P - 1, -1, -1):
        row, slope = 0.0, 0.0
        for j in range(NODES_H - 1, -1, -1):
            slope = slope * b + row
            row = row * b + fluid[_T + i * NODES_H + j]
        value = value * a + row
        by_b = by_b * a + slope
    return value, by_b


@compiled
def vapour_enthalpy(fluid: FloatArray, p: float) -> float:
    """Return h'' at a pressure (Pa), J/kg."""
    return curve(fluid, _H_VAPOUR, root_of(fluid, p)[0])[0]


@compiled
def vapour_enthalpy_slope(fluid: FloatArray, p: float) -> float:
    """Return dh''/dp at a pressure (Pa), J/(kg·Pa)."""
    a, a_p = root_of(fluid, p)
    return curve(fluid, _H_VAPOUR, a)[1] * a_p


@compiled
def liquid_enthalpy(fluid: FloatArray, p: float) -> float:
    """Return h' at a pressure (Pa), J/kg."""
    return curve(fluid, _H_LIQUID, root_of(fluid, p)[0])[0]


@compiled
def liquid_enthalpy_slope(fluid: FloatArray, p: float) -> float:
    """Return dh'/dp at a pressure (Pa), J/(kg·Pa)."""
    a, a_p = root_of(fluid, p)
    return curve(fluid, _H_LIQUID, a)[1] * a_p


@compiled
def boiling_degc(fluid: FloatArray, p: float) -> float:
    """Return the saturation temperature at a pressure (Pa), °C: IAPWS-IF97, equation (31)."""
    n = _BOILING
    beta = math.sqrt(math.sqrt(p * 1e-6))
    e = beta * beta + fluid[n + 2] * beta + fluid[n + 5]
    f = fluid[n] * beta * beta + fluid[n + 3] * beta + fluid[n + 6]
    g = fluid[n + 1] * beta * beta + fluid[n + 4] * beta + fluid[n + 7]
    d = 2.0 * g / (-f - math.sqrt(f * f - 4.0 * e * g))
    sum_d = fluid[n + 9] + d
    return (sum_d - math.sqrt(sum_d * sum_d - 4.0 * (fluid[n + 8] + fluid[n + 9] * d))) / 2.0 - 273.15


@compiled
def dry_state(fluid: FloatArray, p: float, h: float) -> tuple[float, float, float, float, float]:
    """Return volume, its slopes by pressure and enthalpy, temperature (°C) and viscosity of superheated steam.

    A little below saturation the polynomials are followed, for trial steps across the line.
    """
    a, a_p = root_of(fluid, p)
    h_sat, h_sat_a = curve(fluid, _H_VAPOUR, a)
    span = fluid[H_TOP] - h_sat
    share = max((h - h_sat) / span, -_METASTABLE_SHARE * fluid[SHIFT])
    root = math.sqrt(share + fluid[SHIFT])
    b = (root - math.sqrt(fluid[SHIFT])) * fluid[PER_Y_ROOT] - 1.0
    b_y = fluid[PER_Y_ROOT] / (2.0 * root)
    b_h = b_y / span
    b_p = -b_y * h_sat_a * a_p * (1.0 - share) / span
    z, z_a, z_b, t = 0.0, 0.0, 0.0, 0.0
    for i in range(NODES_P - 1, -1, -1):
        row, slope, row_t = 0.0, 0.0, 0.0
        for j in range(NODES_H - 1, -1, -1):
            slope = slope * b + row
            row = row * b + fluid[_PV + i * NODES_H + j]
            row_t = row_t * b + fluid[_T + i * NODES_H + j]
        z_a = z_a * a + z
        z = z * a + row
        z_b = z_b * a + slope
        t = t * a + row_t
    h_by_p = h / p
    v = z * h_by_p
    v_p = h_by_p * (z_a * a_p + z_b * b_p) - v / p
    return v, v_p, z / p + h_by_p * z_b * b_h, t, viscosity(fluid, a, b)


@compiled
def vapour_volume(fluid: FloatArray, p: float) -> float:
    """Return the volume of saturated vapour at a pressure (Pa), m³/kg."""
    a, _a_p = root_of(fluid, p)
    return curve(fluid, _PV_SATURATED, a)[0] * curve(fluid, _H_VAPOUR, a)[0] / p


@compiled
def wet_state(fluid: FloatArray, p: float, h: float) -> tuple[float, float, float, float, float]:
    """Return the same for wet steam: the homogeneous mixture, with the viscosity of its vapour."""
    a, a_p = root_of(fluid, p)
    h_vapour, h_vapour_a = curve(fluid, _H_VAPOUR, a)
    h_liquid, h_liquid_a = curve(fluid, _H_LIQUID, a)
    v_liquid, v_liquid_a = curve(fluid, _V_LIQUID, a)
    z, z_a = curve(fluid, _PV_SATURATED, a)
    v_vapour = z * h_vapour / p
    v_vapour_p = (z_a * h_vapour + z * h_vapour_a) * a_p / p - v_vapour / p
    latent = h_vapour - h_liquid
    x = max((h - h_liquid) / latent, 0.0)
    x_p = -(h_liquid_a + x * (h_vapour_a - h_liquid_a)) * a_p / latent
    gap = v_vapour - v_liquid
    v_p = v_liquid_a * a_p + x * (v_vapour_p - v_liquid_a * a_p) + x_p * gap
    return v_liquid + x * gap, v_p, gap / latent, boiling_degc(fluid, p), viscosity(fluid, a, -1.0)


@compiled
def state(fluid: FloatArray, wet: bool, p: float, h: float) -> tuple[float, float, float, float, float]:
    """Return volume, its slopes by pressure and enthalpy, temperature (°C) and viscosity of the phase."""
    if wet:
        return wet_state(fluid, p, h)
    return dry_state(fluid, p, h)


@compiled
def enthalpy_at(fluid: FloatArray, p: float, t_degc: float) -> float:
    """Return the enthalpy of superheated steam at a pressure (Pa) and temperature (°C), not below saturation."""
    a, _a_p = root_of(fluid, p)
    h_sat = curve(fluid, _H_VAPOUR, a)[0]
    b = -1.0
    for _step in range(60):
        t, t_b = temperature(fluid, a, b)
        step = (t_degc - t) / t_b
        b = min(max(b + step, -1.0), 1.0)
        if abs(step) < 1e-13:
            break
    root = (b + 1.0) / fluid[PER_Y_ROOT] + math.sqrt(fluid[SHIFT])
    return h_sat + (root * root - fluid[SHIFT]) * (fluid[H_TOP] - h_sat)


@compiled_entry
def states(fluid: FloatArray, p: FloatArray, h: FloatArray) -> FloatArray:
    """Return the rows volume, its two slopes, temperature and viscosity of many states (Pa, J/kg)."""
    out = np.empty((5, len(p)))
    for i in range(len(p)):
        wet = h[i] < vapour_enthalpy(fluid, p[i])
        out[0, i], out[1, i], out[2, i], out[3, i], out[4, i] = state(fluid, wet, p[i], h[i])
    return out
