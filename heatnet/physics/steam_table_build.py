"""Builds the packaged steam tables with CoolProp's IF97 backend: ``python -m heatnet.physics.steam_table_build``.

The package itself only reads the result. Source: IAPWS R7-97(2012) (properties, forward equations of region 2), R12-08
(viscosity).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from heatnet.physics.arrays import FloatArray
from heatnet.physics.steam import (
    NODES_H,
    NODES_P,
    NODES_SATURATION,
    P_LOW_BAR,
    SATURATION_FILE,
    SATURATION_HEADER,
    T_TOP_DEGC,
    VAPOUR_FILE,
    VAPOUR_HEADER,
    chebyshev_nodes,
    enthalpy_shares,
    pressures_bar,
)

_BACKEND = "IF97::Water"
_ZERO_DEGC_K = 273.15
#: above saturation, so that the forward equation takes region 2 and not 1; changes enthalpy by 2e-9 of itself
_ABOVE_K = 1e-9


def _of(key: str, p_bar: float, t_k: float) -> float:
    from CoolProp.CoolProp import PropsSI

    return float(PropsSI(key, "P", p_bar * 1e5, "T", t_k, _BACKEND))


def _boiling_k(p_bar: float) -> float:
    from CoolProp.CoolProp import PropsSI

    return float(PropsSI("T", "P", p_bar * 1e5, "Q", 1, _BACKEND))


def _temperature_k(p_bar: float, h_j_per_kg: float) -> float:
    """Return the temperature at which region 2's forward equation gives an enthalpy."""
    from scipy.optimize import brentq

    low = _boiling_k(p_bar) + _ABOVE_K
    return float(
        brentq(lambda t_k: _of("H", p_bar, t_k) - h_j_per_kg, low, _ZERO_DEGC_K + T_TOP_DEGC + 100, xtol=1e-11)
    )


def compute_saturation() -> FloatArray:
    """Return the saturation table, columns as in `SATURATION_HEADER`."""
    rows = []
    for p_bar in pressures_bar(chebyshev_nodes(NODES_SATURATION)):
        boiling_k = _boiling_k(p_bar)
        below, above = boiling_k - _ABOVE_K, boiling_k + _ABOVE_K
        rows.append([p_bar, _of("H", p_bar, below), _of("H", p_bar, above), 1 / _of("D", p_bar, below)])
    return np.array(rows)


def compute_vapour() -> FloatArray:
    """Return the table of superheated steam, columns as in `VAPOUR_HEADER`."""
    h_top = _of("H", P_LOW_BAR, _ZERO_DEGC_K + T_TOP_DEGC)
    shares = enthalpy_shares(chebyshev_nodes(NODES_H))
    rows = []
    for p_bar in pressures_bar(chebyshev_nodes(NODES_P)):
        h_vapour = _of("H", p_bar, _boiling_k(p_bar) + _ABOVE_K)
        for h in h_vapour + shares * (h_top - h_vapour):
            t_k = _temperature_k(p_bar, h)
            rows.append([p_bar, h, t_k - _ZERO_DEGC_K, 1 / _of("D", p_bar, t_k), _of("V", p_bar, t_k)])
    return np.array(rows)


def _write(file: Path, header: tuple[str, ...], table: FloatArray) -> None:
    np.savetxt(file, table, delimiter=",", fmt="%.13g", header=",".join(header), comments="")


def write_tables() -> None:
    """Write the packaged tables."""
    _write(VAPOUR_FILE, VAPOUR_HEADER, compute_vapour())
    _write(SATURATION_FILE, SATURATION_HEADER, compute_saturation())


if __name__ == "__main__":
    write_tables()
