"""Pumps: electric power.

Source: ISO 17769-1:2012 (definitions); P = V dp / eta.
"""

from __future__ import annotations

import numpy as np

from heatnet.physics.arrays import FloatArray, FloatLike, as_floats

#: pump and motor together, large circulation pumps near their best point
PUMP_EFFICIENCY_SHARE = 0.75


def pump_power_mw(
    mdot_kg_per_s: FloatLike,
    head_bar: FloatLike,
    density_kg_per_m3: FloatLike,
    efficiency_share: FloatLike = PUMP_EFFICIENCY_SHARE,
) -> FloatArray:
    """Electric power of a pump, P = m dp / (rho eta), MW.

    Parameters
    ----------
    mdot_kg_per_s : float or array
        Mass flow, kg/s; only flow in the pump's direction needs power.
    head_bar : float or array
        Pressure rise, bar; a negative rise needs none.
    density_kg_per_m3 : float or array
        Density at the pump, kg/m³.
    efficiency_share : float or array
        Efficiency of pump, motor and drive together.
    """
    mdot, head, rho, eta = as_floats(mdot_kg_per_s, head_bar, density_kg_per_m3, efficiency_share)
    return np.maximum(mdot, 0.0) * np.maximum(head, 0.0) * 1e5 / (rho * eta) / 1e6
