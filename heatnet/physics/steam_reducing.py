"""Pressure-reducing and desuperheating stations: throttling at constant enthalpy, water sprayed into superheated steam.

A valve keeps the enthalpy, h_2 = h_1; steam gets drier and hotter above saturation. Spray water of enthalpy h_w cools it to
h_2: (m_1 + m_w) h_2 = m_1 h_1 + m_w h_w, so w = m_w/m_1 = (h_1 - h_2)/(h_2 - h_w), and 1 + w tonnes leave for each that enters.

Limits: no colder than saturation plus a margin that the control of the spray needs; nothing is sprayed into steam that is
already colder than asked for, and nothing here heats it. Kinetic energy and heat losses of the station are left out.

Source: IAPWS R7-97(2012); margin typical of spray desuperheaters (3 to 10 K above saturation).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet.physics import steam, water
from heatnet.physics.arrays import FloatArray, FloatLike, as_floats

#: least superheat behind a spray
MARGIN_K = 5.0


@dataclass(frozen=True, eq=False)
class ReducedSteam:
    """Steam behind a station, arrays of one shape; NaN where the station cannot be.

    Parameters
    ----------
    p_bar : ndarray
        Absolute pressure, bar: what was asked for, or that of the arriving steam where it is lower.
    t_degc : ndarray
        Temperature, °C; that of saturation where the steam is still wet.
    h_j_per_kg : ndarray
        Specific enthalpy, J/kg.
    spray_share : ndarray
        Mass of spray water over mass of arriving steam.
    """

    p_bar: FloatArray
    t_degc: FloatArray
    h_j_per_kg: FloatArray
    spray_share: FloatArray

    @property
    def mass_ratio(self) -> FloatArray:
        """Mass that leaves over mass that enters."""
        return np.asarray(1.0 + self.spray_share)


def throttled_degc(p_out_bar: FloatLike, h_j_per_kg: FloatLike) -> FloatArray:
    """Temperature of steam of an enthalpy (J/kg) behind a valve, °C, at its pressure there (bar, absolute)."""
    return steam.temperature_degc(p_out_bar, h_j_per_kg)


def reduced(
    p_bar: FloatLike,
    h_j_per_kg: FloatLike,
    p_use_bar: FloatLike = np.nan,
    t_use_degc: FloatLike = np.nan,
    h_spray_j_per_kg: FloatLike = np.nan,
    margin_k: FloatLike = MARGIN_K,
) -> ReducedSteam:
    """Return steam behind a station that lowers its pressure and, where asked, its temperature.

    Parameters
    ----------
    p_bar, h_j_per_kg : float or array
        Arriving steam: absolute pressure, bar, 0.1 to 32, and specific enthalpy, J/kg.
    p_use_bar : float or array
        Absolute pressure behind the station, bar; NaN leaves it, and so does more than what arrives.
    t_use_degc : float or array
        Temperature asked for, °C; raised to saturation plus margin; NaN sprays nothing.
    h_spray_j_per_kg : float or array
        Enthalpy of the spray water, J/kg, below that of the steam asked for; needed where something is sprayed.
    margin_k : float or array
        Least superheat behind the spray, K.
    """
    p, h, p_use, t_use, h_spray, margin = as_floats(
        p_bar, h_j_per_kg, p_use_bar, t_use_degc, h_spray_j_per_kg, margin_k
    )
    p_out = np.where(np.isnan(p_use), p, np.minimum(p, p_use))
    boiling = water.saturation_temperature_degc(p_out)
    target = steam.enthalpy_j_per_kg(p_out, np.maximum(t_use, boiling + margin))
    # NaN without a temperature, and above the table: hotter than any steam that arrives
    sprayed = h > target
    gap = np.where(sprayed & (target > h_spray), target - h_spray, np.nan)
    spray = np.where(sprayed, (h - target) / gap, np.where(np.isnan(h), np.nan, 0.0))
    h_out = np.where(sprayed, target, h)
    return ReducedSteam(p_out, throttled_degc(p_out, h_out), h_out, spray)
