"""What a tonne of steam is worth: heat charged at the gate, and power that the turbine loses for it.

Sources: IAPWS R7-97(2012). Typical values: condenser at 5 kPa (33 °C); 0.85 from isentropic enthalpy drop to electricity
for the part of a turbine behind an extraction at 5 to 15 bar (expansion 0.87 to 0.89, shaft and generator 0.97): 0.26 to
0.29 MWh lost a MWh of steam of 1.2 to 1.3 MPa over its condensate of 80 °C.
"""

from __future__ import annotations

import numpy as np

from heatnet.physics.arrays import FloatArray, FloatLike, as_floats
from heatnet.physics.steam import enthalpy_j_per_kg, vapour_enthalpy_j_per_kg
from heatnet.physics.steam_region_2 import enthalpy_entropy
from heatnet.physics.water import enthalpy_j_per_kg as water_enthalpy_j_per_kg
from heatnet.physics.water import saturation_temperature_degc

#: condensate that comes back, and make-up water, °C (typical)
T_CONDENSATE_DEGC, T_MAKEUP_DEGC = 80.0, 20.0
#: condenser pressure of the turbine, and electricity per isentropic enthalpy drop (typical)
P_CONDENSER_BAR, TURBINE_SHARE = 0.05, 0.85
J_PER_MWH_PER_T = 3.6e6


def gate_enthalpy_j_per_kg(p_bar: FloatLike, t_degc: FloatLike | None = None) -> FloatArray:
    """Specific enthalpy of steam, J/kg, at an absolute pressure (bar) and temperature (°C).

    Without a temperature the steam is dry saturated. NaN below saturation and outside 0.1 to 32 bar, 450 °C.
    """
    return vapour_enthalpy_j_per_kg(p_bar) if t_degc is None else enthalpy_j_per_kg(p_bar, t_degc)


def feed_enthalpy_j_per_kg(
    t_condensate_degc: FloatLike = T_CONDENSATE_DEGC,
    return_share: FloatLike = 1.0,
    t_makeup_degc: FloatLike = T_MAKEUP_DEGC,
) -> FloatArray:
    """Specific enthalpy of the water that replaces the steam, r h(t_condensate) + (1 - r) h(t_makeup), J/kg.

    Parameters
    ----------
    t_condensate_degc : float or array
        Temperature of the condensate that comes back, °C.
    return_share : float or array
        Mass of condensate that comes back over mass of steam, r, 0 to 1; NaN outside.
    t_makeup_degc : float or array
        Temperature of the make-up water for the rest, °C.
    """
    t_condensate, share, t_makeup = as_floats(t_condensate_degc, return_share, t_makeup_degc)
    share = np.where((share >= 0) & (share <= 1), share, np.nan)
    return share * water_enthalpy_j_per_kg(t_condensate) + (1 - share) * water_enthalpy_j_per_kg(t_makeup)


def heat_per_t_mwh(
    p_bar: FloatLike,
    t_degc: FloatLike | None = None,
    t_condensate_degc: FloatLike = T_CONDENSATE_DEGC,
    return_share: FloatLike = 1.0,
    t_makeup_degc: FloatLike = T_MAKEUP_DEGC,
) -> FloatArray:
    """Heat charged at the gate per tonne of steam, q = h - r h(t_condensate) - (1 - r) h(t_makeup), MWh/t.

    Parameters
    ----------
    p_bar : float or array
        Absolute pressure of the steam, bar, 0.1 to 32.
    t_degc : float or array, optional
        Its temperature, °C; dry saturated if absent. NaN below saturation.
    t_condensate_degc : float or array
        Temperature of the condensate that comes back, °C.
    return_share : float or array
        Share of the condensate that comes back, r, 0 to 1.
    t_makeup_degc : float or array
        Temperature of the make-up water for the rest, °C.

    Returns
    -------
    array
        Heat, MWh/t (3.6 GJ/t), of the broadcast shape.

    Notes
    -----
    Saturated at 1.2 to 1.3 MPa: 2.45 GJ/t over condensate of 80 °C, 2.70 GJ/t over make-up water of 20 °C.
    """
    h = gate_enthalpy_j_per_kg(p_bar, t_degc)
    return (h - feed_enthalpy_j_per_kg(t_condensate_degc, return_share, t_makeup_degc)) / J_PER_MWH_PER_T


def isentropic_drop_j_per_kg(
    p_bar: FloatLike, t_degc: FloatLike | None = None, p_condenser_bar: FloatLike = P_CONDENSER_BAR
) -> FloatArray:
    """Enthalpy that steam gives up at constant entropy down to a condenser's pressure, h - h2s, J/kg.

    Parameters
    ----------
    p_bar, t_degc : float or array
        State of the steam: absolute pressure, bar, and temperature, °C (dry saturated if absent).
    p_condenser_bar : float or array
        Absolute pressure of the condenser, bar, 0.01 to 32.

    Returns
    -------
    array
        Drop, J/kg; NaN for states outside the table, and where the expansion would end superheated.

    Notes
    -----
    It ends in wet steam: s = s' + x (s'' - s') and h2s = h' + x (h'' - h'), which is h'' - T (s'' - s).
    """
    given = np.full(np.shape(p_bar), np.nan) if t_degc is None else t_degc
    p, t, p_end = as_floats(p_bar, given, p_condenser_bar)
    h = np.broadcast_to(gate_enthalpy_j_per_kg(p, None if t_degc is None else t), p.shape)
    valid = np.isfinite(h) & (p_end >= 0.01) & (p_end <= 32.0)
    end_k = saturation_temperature_degc(np.where(valid, p_end, 1.0)) + 273.15
    p_safe, p_end_safe = np.where(valid, p, 2.0), np.where(valid, p_end, 1.0)
    s = _entropy(p_safe) if t_degc is None else _entropy(p_safe, np.where(valid, t, 300.0))
    h_vapour, s_vapour = enthalpy_entropy(p_end_safe, saturation_temperature_degc(p_end_safe))
    drop = h - (h_vapour - end_k * (s_vapour - s))
    return np.where(valid & (s <= s_vapour) & (p_end <= p), drop, np.nan)


def power_lost_share(
    p_bar: FloatLike,
    t_degc: FloatLike | None = None,
    t_condensate_degc: FloatLike = T_CONDENSATE_DEGC,
    return_share: FloatLike = 1.0,
    t_makeup_degc: FloatLike = T_MAKEUP_DEGC,
    p_condenser_bar: FloatLike = P_CONDENSER_BAR,
    turbine_share: FloatLike = TURBINE_SHARE,
) -> FloatArray:
    """Electricity lost per heat charged at the gate, z = eta (h - h2s(p_condenser)) / (h - h_feed).

    Parameters
    ----------
    p_bar, t_degc : float or array
        State of the steam at the extraction: absolute pressure, bar, and temperature, °C (dry saturated if absent).
    t_condensate_degc, return_share, t_makeup_degc : float or array
        Water that replaces the steam, as in `heat_per_t_mwh`, so that z times that heat is the power lost per tonne.
    p_condenser_bar : float or array
        Absolute pressure of the turbine's condenser, bar; typical 0.05.
    turbine_share : float or array
        Electricity per isentropic enthalpy drop, eta; typical 0.85.

    Returns
    -------
    array
        z, MWh/MWh.

    Notes
    -----
    What the returned water saves in the plant's own feed heating is not counted.
    """
    h = gate_enthalpy_j_per_kg(p_bar, t_degc)
    heat = h - feed_enthalpy_j_per_kg(t_condensate_degc, return_share, t_makeup_degc)
    return np.asarray(turbine_share) * isentropic_drop_j_per_kg(p_bar, t_degc, p_condenser_bar) / heat


def _entropy(p_bar: FloatArray, t_degc: FloatArray | None = None) -> FloatArray:
    """Return the specific entropy, J/(kg·K), of steam; dry saturated without a temperature."""
    boiling = saturation_temperature_degc(p_bar)
    # a temperature printed as that of saturation may lie a hair below it
    return enthalpy_entropy(p_bar, boiling if t_degc is None else np.maximum(t_degc, boiling))[1]
