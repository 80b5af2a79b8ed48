"""Properties of steam for compiled code: the polynomials of `heatnet.physics.steam` with their derivatives.

A fluid is a set of coefficients, so that an ideal gas, which the same polynomials represent exactly, can stand in for
steam where closed forms are to be met.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from heatnet.physics.arrays import FloatArray
from heatnet.physics.steam import P_HIGH_BAR, P_LOW_BAR, SteamTable, steam_table
from heatnet.physics.water import saturation_coefficients
from heatnet.steam.compiled import compiled, compiled_entry

PA_PER_BAR = 1e5
#: how far below saturation the polynomials of superheated steam are followed, as a share of the root's shift
_METASTABLE_SHARE = 0.9


class Fluid(NamedTuple):
    """Coefficients as in `SteamTable`, plus those on the saturation line and of IF97's saturation equation."""

    root_middle: float
    per_root: float
    h_top: float
    shift: float
    per_y_root: float
    p_low: float
    p_high: float
    pv_per_h: FloatArray
    t_degc: FloatArray
    fluidity: FloatArray
    h_vapour: FloatArray
    h_liquid: FloatArray
    v_liquid: FloatArray
    pv_per_h_sat: FloatArray
    boiling: FloatArray


def fluid_of(table: SteamTable) -> Fluid:
    """Return a table's coefficients for compiled code."""
    powers = (-1.0) ** np.arange(table.pv_per_h.shape[1])
    return Fluid(
        table.root_middle,
        table.per_root,
        table.h_top_j_per_kg,
        table.shift,
        table.per_y_root,
        table.p_low_bar * PA_PER_BAR,
        table.p_high_bar * PA_PER_BAR,
        table.pv_per_h,
        table.t_degc,
        table.fluidity,
        table.h_vapour,
        table.h_liquid,
        table.v_liquid,
        table.pv_per_h @ powers,
        saturation_coefficients(),
    )


def steam_fluid() -> Fluid:
    """Return steam by IAPWS-IF97."""
    return fluid_of(steam_table())


def ideal_gas(gas_constant_j_per_kgk: float, heat_capacity_j_per_kgk: float, viscosity_pa_s: float) -> Fluid:
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
def root_of(fluid: Fluid, p: float) -> tuple[float, float]:
    """Return the coordinate a of a pressure (Pa) and da/dp."""
    root = math.sqrt(math.sqrt(p))
    return (root - fluid.root_middle) * fluid.per_root, fluid.per_root * root / (4.0 * p)


@compiled
def curve(c: FloatArray, x: float) -> tuple[float, float]:
    """Return a polynomial and its slope."""
    value, slope = 0.0, 0.0
    for i in range(len(c) - 1, -1, -1):
        slope = slope * x + value
        value = value * x + c[i]
    return value, slope


@compiled
def surface(c: FloatArray, a: float, b: float) -> tuple[float, float, float]:
    """Return a polynomial in two variables and its slopes."""
    value, by_a, by_b = 0.0, 0.0, 0.0
    for i in range(c.shape[0] - 1, -1, -1):
        row, slope = 0.0, 0.0
        for j in range(c.shape[1] - 1, -1, -1):
            slope = slope * b + row
            row = row * b + c[i, j]
        by_a = by_a * a + value
        value = value * a + row
        by_b = by_b * a + slope
    return value, by_a, by_b


@compiled
def plain_surface(c: FloatArray, a: float, b: float) -> float:
    """Return a polynomial in two variables."""
    value = 0.0
    for i in range(c.shape[0] - 1, -1, -1):
        row = 0.0
        for j in range(c.shape[1] - 1, -1, -1):
            row = row * b + c[i, j]
        value = value * a + row
    return value


@compiled
def vapour_enthalpy(fluid: Fluid, p: float) -> float:
    """Return h'' at a pressure (Pa), J/kg."""
    return curve(fluid.h_vapour, root_of(fluid, p)[0])[0]


@compiled
def liquid_enthalpy(fluid: Fluid, p: float) -> float:
    """Return h' at a pressure (Pa), J/kg."""
    return curve(fluid.h_liquid, root_of(fluid, p)[0])[0]


@compiled
def boiling_degc(fluid: Fluid, p: float) -> float:
    """Return the saturation temperature at a pressure (Pa), °C: IAPWS-IF97, equation (31)."""
    n = fluid.boiling
    beta = math.sqrt(math.sqrt(p * 1e-6))
    e = beta * beta + n[2] * beta + n[5]
    f = n[0] * beta * beta + n[3] * beta + n[6]
    g = n[1] * beta * beta + n[4] * beta + n[7]
    d = 2.0 * g / (-f - math.sqrt(f * f - 4.0 * e * g))
    return (n[9] + d - math.sqrt((n[9] + d) * (n[9] + d) - 4.0 * (n[8] + n[9] * d))) / 2.0 - 273.15


@compiled
def dry_state(fluid: Fluid, p: float, h: float) -> tuple[float, float, float, float, float]:
    """Return volume, its slopes by pressure and enthalpy, temperature (°C) and viscosity of superheated steam.

    A little below saturation the polynomials are followed, for trial steps across the line.
    """
    a, a_p = root_of(fluid, p)
    h_sat, h_sat_a = curve(fluid.h_vapour, a)
    span = fluid.h_top - h_sat
    share = max((h - h_sat) / span, -_METASTABLE_SHARE * fluid.shift)
    root = math.sqrt(share + fluid.shift)
    b = (root - math.sqrt(fluid.shift)) * fluid.per_y_root - 1.0
    b_y = fluid.per_y_root / (2.0 * root)
    b_h = b_y / span
    b_p = -b_y * h_sat_a * a_p * (1.0 - share) / span
    z, z_a, z_b = surface(fluid.pv_per_h, a, b)
    t = plain_surface(fluid.t_degc, a, b)
    mu = 1.0 / plain_surface(fluid.fluidity, a, b)
    h_by_p = h / p
    v = z * h_by_p
    return v, h_by_p * (z_a * a_p + z_b * b_p) - v / p, z / p + h_by_p * z_b * b_h, t, mu


@compiled
def wet_state(fluid: Fluid, p: float, h: float) -> tuple[float, float, float, float, float]:
    """Return the same for wet steam: the homogeneous mixture, with the viscosity of its vapour."""
    a, a_p = root_of(fluid, p)
    h_vapour, h_vapour_a = curve(fluid.h_vapour, a)
    h_liquid, h_liquid_a = curve(fluid.h_liquid, a)
    v_liquid, v_liquid_a = curve(fluid.v_liquid, a)
    z, z_a = curve(fluid.pv_per_h_sat, a)
    v_vapour = z * h_vapour / p
    v_vapour_p = (z_a * h_vapour + z * h_vapour_a) * a_p / p - v_vapour / p
    latent = h_vapour - h_liquid
    x = max((h - h_liquid) / latent, 0.0)
    x_p = -(h_liquid_a + x * (h_vapour_a - h_liquid_a)) * a_p / latent
    gap = v_vapour - v_liquid
    v_p = v_liquid_a * a_p + x * (v_vapour_p - v_liquid_a * a_p) + x_p * gap
    mu = 1.0 / plain_surface(fluid.fluidity, a, -1.0)
    return v_liquid + x * gap, v_p, gap / latent, boiling_degc(fluid, p), mu


@compiled
def state(fluid: Fluid, wet: bool, p: float, h: float) -> tuple[float, float, float, float, float]:
    """Return volume, its slopes by pressure and enthalpy, temperature (°C) and viscosity of the phase."""
    if wet:
        return wet_state(fluid, p, h)
    return dry_state(fluid, p, h)


@compiled
def enthalpy_at(fluid: Fluid, p: float, t_degc: float) -> float:
    """Return the enthalpy of superheated steam at a pressure (Pa) and temperature (°C), not below saturation."""
    a, _a_p = root_of(fluid, p)
    h_sat = curve(fluid.h_vapour, a)[0]
    span = fluid.h_top - h_sat
    b = -1.0
    for _step in range(60):
        t, _t_a, t_b = surface(fluid.t_degc, a, b)
        step = (t_degc - t) / t_b
        b = min(max(b + step, -1.0), 1.0)
        if abs(step) < 1e-13:
            break
    root = (b + 1.0) / fluid.per_y_root + math.sqrt(fluid.shift)
    return h_sat + (root * root - fluid.shift) * span


@compiled_entry
def states(fluid: Fluid, p: FloatArray, h: FloatArray) -> FloatArray:
    """Return the rows volume, its two slopes, temperature and viscosity of many states (Pa, J/kg)."""
    out = np.empty((5, len(p)))
    for i in range(len(p)):
        wet = h[i] < vapour_enthalpy(fluid, p[i])
        out[0, i], out[1, i], out[2, i], out[3, i], out[4, i] = state(fluid, wet, p[i], h[i])
    return out
