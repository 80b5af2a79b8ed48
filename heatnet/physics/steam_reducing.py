"""Pressure-reducing and desuperheating station: throttling at constant enthalpy, then spray water to a temperature.

Source: energy balance of the valve and of the spray (Baehr and Kabelac, *Thermodynamik*, 16th ed. 2016, chapter 6: a throttle
neither gains nor loses enthalpy); a superheat of 5 K at least, so that spray evaporates before the controller's
thermometer (typical).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet.physics.arrays import FloatArray, FloatLike, as_floats
from heatnet.physics.steam import dryness_share, enthalpy_j_per_kg, temperature_degc
from heatnet.physics.steam_stations import gate_enthalpy_j_per_kg
from heatnet.physics.water import enthalpy_j_per_kg as water_enthalpy_j_per_kg
from heatnet.physics.water import saturation_temperature_degc

#: spray water is feed water, °C; superheat that is left at least, K (typical)
T_SPRAY_DEGC, SUPERHEAT_MIN_K = 104.0, 5.0


@dataclass(frozen=True, eq=False)
class ReducedSteam:
    """Steam behind a reducing station.

    Parameters
    ----------
    t_throttled_degc : ndarray
        Temperature behind the valve, before the spray, °C.
    t_degc : ndarray
        Temperature that leaves, °C.
    h_j_per_kg : ndarray
        Its specific enthalpy, J/kg.
    superheat_k : ndarray
        Temperature above saturation, K.
    dryness_share : ndarray
        Dryness; below 1 where wet steam comes in and throttling does not dry it.
    spray_share : ndarray
        Spray water, kg per kg of steam that comes in; 0 where the steam is no hotter than asked for.
    """

    t_throttled_degc: FloatArray
    t_degc: FloatArray
    h_j_per_kg: FloatArray
    superheat_k: FloatArray
    dryness_share: FloatArray
    spray_share: FloatArray


def reduced_steam(
    p_in_bar: FloatLike,
    t_in_degc: FloatLike | None,
    p_out_bar: FloatLike,
    t_out_degc: FloatLike | None = None,
    t_spray_degc: FloatLike = T_SPRAY_DEGC,
    superheat_min_k: FloatLike = SUPERHEAT_MIN_K,
) -> ReducedSteam:
    """Steam behind a valve and, where a temperature is asked for, a spray: w = (h_in - h_out)/(h_out - h_spray).

    Parameters
    ----------
    p_in_bar, t_in_degc : float or array
        Steam that comes in: absolute pressure, bar, and temperature, °C (None: dry saturated).
    p_out_bar : float or array
        Absolute pressure behind the valve, bar; NaN results where it lies above the one in front.
    t_out_degc : float or array, optional
        Temperature to which spray water cools; without it there is no spray.
    t_spray_degc : float or array
        Spray water, °C, below 200.
    superheat_min_k : float or array
        Superheat that spray leaves at least, K: a lower temperature asked for is not reached.

    Returns
    -------
    ReducedSteam

    Notes
    -----
    Steam cools by throttling (Joule-Thomson), but saturation cools faster: below 31 bar dry steam comes out superheated. Whether
    the valve is large enough is not asked.
    """
    h_given = gate_enthalpy_j_per_kg(p_in_bar, t_in_degc)
    target = np.inf if t_out_degc is None else t_out_degc
    p_in, p_out, wanted, t_spray, least = as_floats(p_in_bar, p_out_bar, target, t_spray_degc, superheat_min_k)
    h_in, p_in, p_out, wanted, t_spray, least = as_floats(h_given, p_in, p_out, wanted, t_spray, least)
    boiling = saturation_temperature_degc(p_out)
    h_in = np.where(p_out <= p_in, h_in, np.nan)
    throttled = np.where(np.isnan(h_in), np.nan, temperature_degc(p_out, h_in))
    t_out = np.maximum(wanted, boiling + least)
    sprayed = t_out < throttled
    h_sprayed = enthalpy_j_per_kg(p_out, np.where(sprayed, t_out, throttled))
    h_out = np.where(sprayed, h_sprayed, h_in)
    water = water_enthalpy_j_per_kg(t_spray)
    spray = np.where(sprayed, (h_in - h_out) / (h_out - water), np.where(np.isnan(h_in), np.nan, 0.0))
    t_degc = np.where(sprayed, t_out, throttled)
    return ReducedSteam(throttled, t_degc, h_out, t_degc - boiling, dryness_share(p_out, h_out), spray)
