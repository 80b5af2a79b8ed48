"""Compression heat pumps: coefficient of performance as a share of Carnot's, heat within the source's limits.

Source: Arpagaus et al., Energy 152 (2018) 985, doi:10.1016/j.energy.2018.03.166: large machines reach 0.4 to 0.6 of the
Carnot value between the outlet temperatures of source and sink; 0.55 for large centrifugal and screw machines.
"""

from __future__ import annotations

import numpy as np

from heatnet.physics.arrays import FloatArray, FloatLike, as_floats

CARNOT_SHARE = 0.55
LIFT_MIN_K = 20.0
_KELVIN = 273.15


def cop(
    t_source_out_degc: FloatLike,
    t_sink_out_degc: FloatLike,
    carnot_share: FloatLike = CARNOT_SHARE,
    lift_min_k: FloatLike = LIFT_MIN_K,
    t_sink_max_degc: FloatLike = np.inf,
) -> FloatArray:
    """Coefficient of performance, heat given per electricity, COP = eta T_sink / max(T_sink - T_source, lift_min).

    Parameters
    ----------
    t_source_out_degc : float or array
        Temperature at which the cooled source water leaves, °C.
    t_sink_out_degc : float or array
        Temperature at which the heated water leaves, °C.
    carnot_share : float or array
        Share of the Carnot value between these two outlet temperatures; it holds exchangers and compressor.
    lift_min_k : float or array
        Lift that the compressor works against at least, K: no machine gains from lifts near 0, where Carnot has no
        bound.
    t_sink_max_degc : float or array
        Highest outlet temperature that the machine can give, °C; NaN above it.

    Returns
    -------
    array
        COP, not below 1 (the electricity itself is heat).
    """
    t_source, t_sink, share, lift_min, t_max = as_floats(
        t_source_out_degc, t_sink_out_degc, carnot_share, lift_min_k, t_sink_max_degc
    )
    lift = np.maximum(t_sink - t_source, lift_min)
    value = np.maximum(share * (t_sink + _KELVIN) / lift, 1.0)
    return np.where(t_sink <= t_max, value, np.nan)


def source_heat_mw(
    mdot_kg_per_s: FloatLike,
    t_source_in_degc: FloatLike,
    t_source_min_degc: FloatLike,
    heat_capacity_j_per_kgk: FloatLike = 4190.0,
) -> FloatArray:
    """Heat that a stream gives when cooled to its lowest allowed temperature, m cp (T - T_min), not below 0, MW.

    Parameters
    ----------
    mdot_kg_per_s : float or array
        Flow of the source, kg/s.
    t_source_in_degc, t_source_min_degc : float or array
        Temperature of the source and lowest temperature to which it may be cooled, °C.
    heat_capacity_j_per_kgk : float or array
        Heat capacity of the source, J/(kg·K).
    """
    mdot, t_in, t_min, cp = as_floats(mdot_kg_per_s, t_source_in_degc, t_source_min_degc, heat_capacity_j_per_kgk)
    return mdot * cp * np.maximum(t_in - t_min, 0.0) / 1e6


def heat_from_source_mw(source_mw: FloatLike, cop_value: FloatLike) -> FloatArray:
    """Heat given to the sink by a machine that takes `source_mw` from its source, Q = Q_source COP/(COP - 1), MW.

    Parameters
    ----------
    source_mw : float or array
        Heat taken from the source, MW.
    cop_value : float or array
        Coefficient of performance, above 1; at 1 nothing comes from the source and the heat is NaN.
    """
    source, value = as_floats(source_mw, cop_value)
    above = value > 1
    return np.where(above, source * value / np.where(above, value - 1, 1.0), np.nan)


def power_mw(heat_mw: FloatLike, cop_value: FloatLike) -> FloatArray:
    """Electricity P = Q / COP, MW, for heat given to the sink, MW."""
    heat, value = as_floats(heat_mw, cop_value)
    return heat / value
