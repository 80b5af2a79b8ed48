"""Friction in pipes: Reynolds number, friction factor, Darcy-Weisbach pressure difference.

Sources: Colebrook, J. Inst. Civ. Eng. 11 (1939) 133, doi:10.1680/ijoti.1939.13150; Haaland, J. Fluids Eng. 105 (1983)
89, doi:10.1115/1.3240948 (starting value); CJJ 34 section 7.3 (specific friction 比摩阻, roughness).
"""

from __future__ import annotations

import numpy as np

from heatnet.physics.arrays import FloatArray, FloatLike, as_floats

RE_LAMINAR_MAX = 2300.0
RE_TURBULENT_MIN = 4000.0
GRAVITY_M_PER_S2 = 9.80665
_NEWTON_STEPS = 4


def velocity_m_per_s(
    mdot_kg_per_s: FloatLike, inner_diameter_mm: FloatLike, density_kg_per_m3: FloatLike
) -> FloatArray:
    """Mean velocity v = 4 m / (pi rho d²), with the sign of the flow.

    Parameters
    ----------
    mdot_kg_per_s : float or array
        Mass flow, kg/s.
    inner_diameter_mm : float or array
        Inner diameter, mm.
    density_kg_per_m3 : float or array
        Density, kg/m³.
    """
    mdot, d_mm, rho = as_floats(mdot_kg_per_s, inner_diameter_mm, density_kg_per_m3)
    return 4 * mdot / (np.pi * rho * (d_mm / 1e3) ** 2)


def reynolds(mdot_kg_per_s: FloatLike, inner_diameter_mm: FloatLike, viscosity_pa_s: FloatLike) -> FloatArray:
    """Reynolds number Re = 4 |m| / (pi d mu), from mass flow (kg/s), diameter (mm) and dynamic viscosity (Pa·s)."""
    mdot, d_mm, mu = as_floats(mdot_kg_per_s, inner_diameter_mm, viscosity_pa_s)
    return 4 * np.abs(mdot) / (np.pi * (d_mm / 1e3) * mu)


def colebrook(reynolds_number: FloatLike, relative_roughness: FloatLike) -> FloatArray:
    """Friction factor of turbulent flow after Colebrook-White, to machine accuracy.

    Parameters
    ----------
    reynolds_number : float or array
        Reynolds number, above 0.
    relative_roughness : float or array
        Roughness over inner diameter.

    Notes
    -----
    Solves f(x) = x + 2 log10(k/(3.71 d) + 2.51 x / Re) = 0 with x = 1/sqrt(lambda). f is concave with a slope between 1
    and 1.3 for turbulent flow, so that four Newton steps from Haaland's value (within 2 %) reach the last digit. At
    laminar Reynolds numbers the root still exists but means nothing; see `friction_factor`.
    """
    re, rough = as_floats(reynolds_number, relative_roughness)
    a, b = rough / 3.71, 2.51 / re
    x = np.maximum(-1.8 * np.log10(6.9 / re + (rough / 3.7) ** 1.11), 0.1)
    for _step in range(_NEWTON_STEPS):
        inner = a + b * x
        x = x - (x + 2 * np.log10(inner)) / (1 + 2 * b / (inner * np.log(10)))
        x = np.maximum(x, 1e-3)
    return 1 / x**2


def friction_factor(reynolds_number: FloatLike, relative_roughness: FloatLike) -> FloatArray:
    """Darcy friction factor over the whole range of flow.

    Parameters
    ----------
    reynolds_number : float or array
        Reynolds number; 0 gives 0, because the pressure difference vanishes there.
    relative_roughness : float or array
        Roughness over inner diameter.

    Notes
    -----
    Laminar below Re = 2300: lambda = 64/Re. Turbulent above Re = 4000: Colebrook. Between the two the flow is not
    determined by Re alone; here the two laws are blended, lambda = (1 - w) 64/Re + w Colebrook(Re) with
    w = s² (3 - 2 s), s = (Re - 2300)/1700, which is continuous with its derivative. Engines that use Colebrook at every
    Reynolds number, as pandapipes does, differ from this below Re = 4000 only.
    """
    re, rough = as_floats(reynolds_number, relative_roughness)
    flowing = re > 0
    safe = np.where(flowing, re, 1.0)
    s = np.clip((safe - RE_LAMINAR_MAX) / (RE_TURBULENT_MIN - RE_LAMINAR_MAX), 0.0, 1.0)
    weight = s**2 * (3 - 2 * s)
    turbulent = colebrook(np.maximum(safe, RE_LAMINAR_MAX), rough)
    blended = (1 - weight) * 64 / safe + weight * turbulent
    return np.where(flowing, blended, np.where(np.isnan(re), np.nan, 0.0))


def specific_friction_pa_per_m(
    mdot_kg_per_s: FloatLike,
    inner_diameter_mm: FloatLike,
    roughness_mm: FloatLike,
    density_kg_per_m3: FloatLike,
    viscosity_pa_s: FloatLike,
) -> FloatArray:
    """Pressure lost to friction per metre of pipe (比摩阻), R = lambda / d · rho v |v| / 2, Pa/m, with the flow's sign.

    Parameters
    ----------
    mdot_kg_per_s : float or array
        Mass flow, kg/s.
    inner_diameter_mm, roughness_mm : float or array
        Inner diameter and hydraulic roughness, mm.
    density_kg_per_m3, viscosity_pa_s : float or array
        Density, kg/m³, and dynamic viscosity, Pa·s.
    """
    mdot, d_mm, k_mm, rho, mu = as_floats(
        mdot_kg_per_s, inner_diameter_mm, roughness_mm, density_kg_per_m3, viscosity_pa_s
    )
    factor = friction_factor(reynolds(mdot, d_mm, mu), k_mm / d_mm)
    v = velocity_m_per_s(mdot, d_mm, rho)
    return factor / (d_mm / 1e3) * rho * v * np.abs(v) / 2


def pressure_drop_bar(
    mdot_kg_per_s: FloatLike,
    length_m: FloatLike,
    inner_diameter_mm: FloatLike,
    roughness_mm: FloatLike,
    density_kg_per_m3: FloatLike,
    viscosity_pa_s: FloatLike,
    zeta: FloatLike = 0.0,
    rise_m: FloatLike = 0.0,
) -> FloatArray:
    """Pressure at a pipe's start less that at its end, bar (Darcy-Weisbach).

    dp = (lambda L/d + zeta) rho v |v| / 2 + rho g dz

    Parameters
    ----------
    mdot_kg_per_s : float or array
        Mass flow from start to end, kg/s.
    length_m : float or array
        Length, m.
    inner_diameter_mm, roughness_mm : float or array
        Inner diameter and hydraulic roughness, mm.
    density_kg_per_m3, viscosity_pa_s : float or array
        Density, kg/m³, and dynamic viscosity, Pa·s.
    zeta : float or array
        Sum of the local loss coefficients.
    rise_m : float or array
        Elevation of the end less that of the start, m.
    """
    rho = np.asarray(density_kg_per_m3, dtype=np.float64)
    v = velocity_m_per_s(mdot_kg_per_s, inner_diameter_mm, rho)
    friction_pa = np.asarray(length_m) * specific_friction_pa_per_m(
        mdot_kg_per_s, inner_diameter_mm, roughness_mm, rho, viscosity_pa_s
    )
    local_pa = np.asarray(zeta) * rho * v * np.abs(v) / 2
    total_pa = friction_pa + local_pa + rho * GRAVITY_M_PER_S2 * np.asarray(rise_m)
    return np.asarray(total_pa / 1e5, dtype=np.float64)
