"""Properties of steam by pressure and enthalpy, IAPWS-IF97: superheated, and wet by its dryness.

Packaged values at the nodes of a product Chebyshev grid, 0.1 to 32 bar absolute, saturation to 450 °C (at 0.1 bar; the
same enthalpy at other pressures), from which polynomials follow. Coordinates: the fourth root of the pressure, and the
root of the enthalpy above saturation, which draws the nodes together where properties bend most. Volume is within 4e-7
of IF97, temperature within 2e-4 K, viscosity within 6e-5, enthalpies
of saturation within 3e-9. The saturation temperature is IF97's own equation; wet and superheated steam have the same
volume on the saturation line.

Wet steam is the homogeneous mixture of saturated liquid and vapour: v = v' + x (v'' - v'), x = (h - h')/(h'' - h').

Sources: IAPWS R7-97(2012), regions 1, 2 and 4; viscosity IAPWS R12-08.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.polynomial import chebyshev

from heatnet.physics.arrays import FloatArray, FloatLike, as_floats
from heatnet.physics.water import saturation_temperature_degc

P_LOW_BAR, P_HIGH_BAR = 0.1, 32.0
T_TOP_DEGC = 450.0
VAPOUR_FILE = Path(__file__).parent / "data" / "steam_if97.csv"
VAPOUR_HEADER = ("p_bar", "h_j_per_kg", "t_degc", "v_m3_per_kg", "viscosity_pa_s")
SATURATION_FILE = Path(__file__).parent / "data" / "steam_saturation_if97.csv"
SATURATION_HEADER = ("p_bar", "h_liquid_j_per_kg", "h_vapour_j_per_kg", "v_liquid_m3_per_kg")
#: nodes in pressure and in enthalpy, and on the saturation line
NODES_P, NODES_H, NODES_SATURATION = 11, 13, 17
#: shift of the root over the share of enthalpy between saturation (0) and the top (1)
ROOT_SHIFT = 0.02
#: degrees of the viscosity, which only friction asks for
VISCOSITY_DEGREES = (6, 7)
_PA_PER_BAR = 1e5


@dataclass(frozen=True, eq=False)
class SteamTable:
    """Polynomials of steam over a and b in -1 … 1, coefficients by ascending powers.

    a = (p^(1/4) - `root_middle`) · `per_root` with p in Pa, b = (sqrt(y + shift) - sqrt(shift)) · `per_y_root` - 1 with
    y = (h - h''(p))/(`h_top` - h''(p)).

    Parameters
    ----------
    root_middle, per_root, h_top_j_per_kg, shift, per_y_root : float
    p_low_bar, p_high_bar : float
        Range of the table.
    pv_per_h, t_degc, fluidity : ndarray, shape (powers of a, powers of b)
        Pressure times volume over enthalpy, temperature (°C), and 1/viscosity (1/(Pa·s)).
    h_vapour, h_liquid, v_liquid : ndarray, shape (powers of a,)
        Saturated vapour and liquid, J/kg and m³/kg.
    """

    root_middle: float
    per_root: float
    h_top_j_per_kg: float
    shift: float
    per_y_root: float
    p_low_bar: float
    p_high_bar: float
    pv_per_h: FloatArray
    t_degc: FloatArray
    fluidity: FloatArray
    h_vapour: FloatArray
    h_liquid: FloatArray
    v_liquid: FloatArray


def chebyshev_nodes(count: int) -> FloatArray:
    """Return the roots of the Chebyshev polynomial of a degree, in -1 … 1."""
    return np.asarray(np.cos(np.pi * (np.arange(count) + 0.5) / count))


def pressures_bar(nodes: FloatArray) -> FloatArray:
    """Return the pressures of nodes in a, bar."""
    low, high = (P_LOW_BAR * _PA_PER_BAR) ** 0.25, (P_HIGH_BAR * _PA_PER_BAR) ** 0.25
    return np.asarray((low + (nodes + 1) / 2 * (high - low)) ** 4 / _PA_PER_BAR)


def enthalpy_shares(nodes: FloatArray) -> FloatArray:
    """Return the shares y of nodes in b."""
    low, high = np.sqrt(ROOT_SHIFT), np.sqrt(1 + ROOT_SHIFT)
    return np.asarray((low + (nodes + 1) / 2 * (high - low)) ** 2 - ROOT_SHIFT)


@lru_cache(maxsize=1)
def steam_table() -> SteamTable:
    """Return the polynomials, for engines that bring their own evaluation."""
    p_bar, h, t_degc, v, viscosity = np.loadtxt(VAPOUR_FILE, delimiter=",", skiprows=1, unpack=True)
    _p, h_liquid, h_vapour, v_liquid = np.loadtxt(SATURATION_FILE, delimiter=",", skiprows=1, unpack=True)
    low, high = (P_LOW_BAR * _PA_PER_BAR) ** 0.25, (P_HIGH_BAR * _PA_PER_BAR) ** 0.25
    grid = (NODES_P, NODES_H)
    return SteamTable(
        root_middle=(low + high) / 2,
        per_root=2 / (high - low),
        h_top_j_per_kg=top_enthalpy(h_vapour, h.reshape(grid)),
        shift=ROOT_SHIFT,
        per_y_root=float(2 / (np.sqrt(1 + ROOT_SHIFT) - np.sqrt(ROOT_SHIFT))),
        p_low_bar=P_LOW_BAR,
        p_high_bar=P_HIGH_BAR,
        pv_per_h=_surface((p_bar * _PA_PER_BAR * v / h).reshape(grid)),
        t_degc=_surface(t_degc.reshape(grid)),
        fluidity=_surface((1 / viscosity).reshape(grid), VISCOSITY_DEGREES),
        h_vapour=_curve(h_vapour),
        h_liquid=_curve(h_liquid),
        v_liquid=_curve(v_liquid),
    )


def top_enthalpy(h_vapour_j_per_kg: FloatArray, h_j_per_kg: FloatArray) -> float:
    """Return the enthalpy at the top of the grid from its first row of enthalpies and the saturation line."""
    at = chebyshev.chebval(chebyshev_nodes(NODES_P)[0], _fit(h_vapour_j_per_kg))
    shares = enthalpy_shares(chebyshev_nodes(NODES_H))
    return float(at + (h_j_per_kg[0, 0] - at) / shares[0])


def _fit(values: FloatArray) -> FloatArray:
    """Return Chebyshev coefficients along the first axis from values at the nodes."""
    count = len(values)
    return np.asarray(
        np.linalg.solve(chebyshev.chebvander(chebyshev_nodes(count), count - 1), values), dtype=np.float64
    )


def _powers(count: int) -> FloatArray:
    """Return the matrix whose row k holds the powers of the Chebyshev polynomial of degree k."""
    matrix = np.zeros((count, count))
    for degree in range(count):
        powers = chebyshev.cheb2poly(np.eye(count)[degree])
        matrix[degree, : len(powers)] = powers
    return matrix


def _curve(values: FloatArray) -> FloatArray:
    coefficients = _fit(values)
    return np.asarray(coefficients @ _powers(len(coefficients)))


def _surface(values: FloatArray, degrees: tuple[int, int] | None = None) -> FloatArray:
    coefficients = _fit(_fit(values).T).T
    if degrees is not None:
        coefficients = coefficients[: degrees[0] + 1, : degrees[1] + 1]
    rows, columns = coefficients.shape
    return np.asarray(_powers(rows).T @ coefficients @ _powers(columns))


def _polynomial(coefficients: FloatArray, x: FloatArray) -> FloatArray:
    value = np.zeros_like(x)
    for coefficient in coefficients[::-1]:
        value = value * x + coefficient
    return value


def _polynomial_2d(coefficients: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
    value = np.zeros_like(a)
    for row in coefficients[::-1]:
        value = value * a + _polynomial(row, b)
    return value


def _a_of(p_bar: FloatArray) -> FloatArray:
    """Return the pressure's coordinate; NaN outside the table."""
    table = steam_table()
    inside = (p_bar >= P_LOW_BAR) & (p_bar <= P_HIGH_BAR)
    root = (np.where(inside, p_bar, 1.0) * _PA_PER_BAR) ** 0.25
    return np.where(inside, (root - table.root_middle) * table.per_root, np.nan)


def _b_of(a: FloatArray, h_j_per_kg: FloatArray) -> FloatArray:
    """Return the enthalpy's coordinate, that of saturation for wet steam; NaN above the table."""
    table = steam_table()
    h_vapour = _polynomial(table.h_vapour, a)
    share = np.maximum((h_j_per_kg - h_vapour) / (table.h_top_j_per_kg - h_vapour), 0.0)
    share = np.where(share <= 1.0 + 1e-12, share, np.nan)
    return np.asarray((np.sqrt(share + table.shift) - np.sqrt(table.shift)) * table.per_y_root - 1)


def vapour_enthalpy_j_per_kg(p_bar: FloatLike) -> FloatArray:
    """Specific enthalpy of saturated vapour h'', J/kg; NaN outside 0.1 to 32 bar.

    Parameters
    ----------
    p_bar : float or array
        Absolute pressure, bar.
    """
    return _polynomial(steam_table().h_vapour, _a_of(np.asarray(p_bar, dtype=np.float64)))


def liquid_enthalpy_j_per_kg(p_bar: FloatLike) -> FloatArray:
    """Specific enthalpy of saturated liquid h', J/kg, at a pressure (bar); NaN outside 0.1 to 32 bar."""
    return _polynomial(steam_table().h_liquid, _a_of(np.asarray(p_bar, dtype=np.float64)))


def dryness_share(p_bar: FloatLike, h_j_per_kg: FloatLike) -> FloatArray:
    """Mass of vapour over mass of steam, x = (h - h')/(h'' - h'); 1 for superheated steam.

    Parameters
    ----------
    p_bar : float or array
        Absolute pressure, bar.
    h_j_per_kg : float or array
        Specific enthalpy, J/kg.
    """
    p, h = as_floats(p_bar, h_j_per_kg)
    h_liquid = liquid_enthalpy_j_per_kg(p)
    return np.clip((h - h_liquid) / (vapour_enthalpy_j_per_kg(p) - h_liquid), 0.0, 1.0)


def temperature_degc(p_bar: FloatLike, h_j_per_kg: FloatLike) -> FloatArray:
    """Temperature, °C, of steam at a pressure (bar) and enthalpy (J/kg); that of saturation where it is wet."""
    p, h = as_floats(p_bar, h_j_per_kg)
    a = _a_of(p)
    boiling = np.where(np.isnan(a), np.nan, saturation_temperature_degc(p))
    superheated = h > _polynomial(steam_table().h_vapour, a)
    hot = _polynomial_2d(steam_table().t_degc, a, _b_of(a, h))
    return np.where(superheated, np.maximum(hot, boiling), boiling)


def superheat_k(p_bar: FloatLike, h_j_per_kg: FloatLike) -> FloatArray:
    """Temperature above saturation, K; 0 for wet steam."""
    p, h = as_floats(p_bar, h_j_per_kg)
    return temperature_degc(p, h) - saturation_temperature_degc(p)


def volume_m3_per_kg(p_bar: FloatLike, h_j_per_kg: FloatLike) -> FloatArray:
    """Specific volume, m³/kg, of superheated or wet steam at a pressure (bar) and enthalpy (J/kg)."""
    p, h = as_floats(p_bar, h_j_per_kg)
    table, a = steam_table(), _a_of(p)
    h_vapour = _polynomial(table.h_vapour, a)
    dry = _polynomial_2d(table.pv_per_h, a, _b_of(a, h)) * np.maximum(h, h_vapour) / (p * _PA_PER_BAR)
    v_liquid = _polynomial(table.v_liquid, a)
    return v_liquid + dryness_share(p, h) * (dry - v_liquid)


def viscosity_pa_s(p_bar: FloatLike, h_j_per_kg: FloatLike) -> FloatArray:
    """Dynamic viscosity, Pa·s, of superheated steam, or of the vapour in wet steam."""
    p, h = as_floats(p_bar, h_j_per_kg)
    a = _a_of(p)
    return 1 / _polynomial_2d(steam_table().fluidity, a, _b_of(a, h))


def enthalpy_j_per_kg(p_bar: FloatLike, t_degc: FloatLike) -> FloatArray:
    """Specific enthalpy, J/kg, of superheated steam at a pressure (bar) and temperature (°C).

    At the saturation temperature it is h''. NaN below it and above the table.

    Notes
    -----
    Inverts `temperature_degc` by Newton's method; the heat capacity is the slope of its polynomial.
    """
    p, t = as_floats(p_bar, t_degc)
    table, a = steam_table(), _a_of(p)
    boiling = saturation_temperature_degc(p)
    # 2e-4 K: the polynomial's own distance from the saturation line
    valid = t >= boiling - 2e-4
    h_vapour = _polynomial(table.h_vapour, a)
    slope_b = table.t_degc[:, 1:] * np.arange(1, table.t_degc.shape[1])
    h = np.minimum(h_vapour + 2.1e3 * np.maximum(t - boiling, 0.0), table.h_top_j_per_kg)
    for _step in range(12):
        b = _b_of(a, h)
        root = (b + 1) / table.per_y_root + np.sqrt(table.shift)
        b_h = table.per_y_root / (2 * root * (table.h_top_j_per_kg - h_vapour))
        slope = _polynomial_2d(slope_b, a, b) * b_h
        step = (t - _polynomial_2d(table.t_degc, a, b)) / slope
        h = np.clip(h + step, h_vapour, table.h_top_j_per_kg)
    reached = np.abs(_polynomial_2d(table.t_degc, a, _b_of(a, h)) - t) < 1e-3
    return np.where(valid & reached, h, np.nan)
