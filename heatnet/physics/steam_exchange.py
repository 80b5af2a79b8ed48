"""Steam-to-water exchange station: heat of a tonne, what the network is charged for it, and how hot the water gets.

Steam gives its superheat, condenses at the station's pressure and subcools in counterflow to the water: per kilogram
h - h(t_condensate). The network is charged for what replaces it, h - r h(t_condensate) - (1 - r) h(t_makeup)
(`heatnet.physics.steam_stations.heat_per_t_mwh`). The water leaves an approach below the condensing temperature at the
hottest. The temperature of the condensate is set; the surface that it takes is not asked.

Source of the approach: 5 to 10 K in plate and shell-and-tube condensers of heating stations (typical).
"""

from __future__ import annotations

import numpy as np

from heatnet.physics.arrays import FloatArray, FloatLike, as_floats
from heatnet.physics.steam_stations import T_MAKEUP_DEGC, feed_enthalpy_j_per_kg, gate_enthalpy_j_per_kg
from heatnet.physics.water import enthalpy_j_per_kg as water_enthalpy_j_per_kg
from heatnet.physics.water import saturation_temperature_degc

#: condensing temperature above the water that leaves, K (typical)
APPROACH_K = 5.0


def exchange_share(
    p_bar: FloatLike, t_supply_degc: FloatLike, t_return_degc: FloatLike, approach_k: FloatLike = APPROACH_K
) -> FloatArray:
    """Share of its heat that a station can give, min(1, (T_sat(p) - approach - t_return)/(t_supply - t_return)), >= 0.

    Parameters
    ----------
    p_bar : float or array
        Absolute pressure of the steam at the station, bar.
    t_supply_degc, t_return_degc : float or array
        Temperature that the water should leave with, and with which it arrives, °C.
    approach_k : float or array
        Least difference of condensing steam and water that leaves, K.

    Returns
    -------
    array
        0 to 1; NaN for pressures without saturation.

    Notes
    -----
    The water's flow is that of the full heat. Where steam is too cold for the supply temperature the station heats that
    flow as far as it can; the other plants lift it further.
    """
    p, supply, back, approach = as_floats(p_bar, t_supply_degc, t_return_degc, approach_k)
    hottest = saturation_temperature_degc(p) - approach
    reachable = np.maximum(hottest - back, 0.0)
    share = np.minimum(reachable / np.maximum(supply - back, 1e-9), 1.0)
    # water that is to leave as cold as it comes asks for no lift: only whether heat flows at all counts
    share = np.where(supply <= hottest, 1.0, share)
    return np.where(np.isnan(hottest), np.nan, share)


def draw_per_heat(
    p_bar: FloatLike,
    t_degc: FloatLike | None,
    t_condensate_degc: FloatLike,
    return_share: FloatLike = 1.0,
    t_makeup_degc: FloatLike = T_MAKEUP_DEGC,
    efficiency_share: FloatLike = 1.0,
) -> FloatArray:
    """Heat that the steam network is charged per heat to the water, (h - h_feed) / (eta (h - h(t_condensate))).

    Parameters
    ----------
    p_bar, t_degc : float or array
        State of the steam, absolute pressure (bar) and temperature (°C; None: dry saturated).
    t_condensate_degc : float or array
        Temperature at which the condensate leaves, °C.
    return_share : float or array
        Share of the condensate that comes back to the plant.
    t_makeup_degc : float or array
        Temperature of the make-up water for the rest, °C.
    efficiency_share : float or array
        Heat to the water per heat that the steam gives, eta.

    Returns
    -------
    array
        MWh/MWh; 1/eta where all the condensate comes back.
    """
    h = gate_enthalpy_j_per_kg(p_bar, t_degc)
    charged = h - feed_enthalpy_j_per_kg(t_condensate_degc, return_share, t_makeup_degc)
    return charged / (np.asarray(efficiency_share) * (h - water_enthalpy_j_per_kg(t_condensate_degc)))
