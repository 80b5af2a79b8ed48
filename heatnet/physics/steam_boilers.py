"""A house of steam boilers: blow-down, feed water from the deaerator, fuel at part load, how many units run.

Feed water leaves the deaerator at its temperature (104 °C at 0.12 MPa), heated by the house's own steam. Mass and energy
balance per tonne of steam raised, with blow-down b (tonnes a tonne of steam), f feed water, i what comes in:

- feed water 1 + b; own steam of the deaerator s = (1 + b)(h_f - h_i)/(h - h_i); steam to the network 1 - s;
- heat of the boilers q = h - h_f + b (h' - h_f), blow-down leaves as saturated liquid.

Fuel at part load follows a straight line (Willans line): the loss of the boiler's shell is a constant power, all else is in
proportion. Sources: GB/T 10180 (heat loss of the shell, q5, in inverse proportion to the load), GB/T 1576 (boiler water, which
sets the blow-down). Typical values: blow-down 2 to 5 %, shell 1 % of the fuel at rated load for 35 t/h, least load 25 to 30 %
of a gas burner.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heatnet.physics.arrays import FloatArray, FloatLike, as_floats
from heatnet.physics.steam import liquid_enthalpy_j_per_kg
from heatnet.physics.steam_stations import (
    J_PER_MWH_PER_T,
    T_CONDENSATE_DEGC,
    T_MAKEUP_DEGC,
    gate_enthalpy_j_per_kg,
)
from heatnet.physics.water import enthalpy_j_per_kg as water_enthalpy_j_per_kg

#: feed water from an atmospheric deaerator, °C
T_FEED_DEGC = 104.0
#: heat beyond the house's capacity by no more than this share is a solver's rounding
_ROUNDING_SHARE = 1e-9


@dataclass(frozen=True, eq=False)
class SteamRaised:
    """What a tonne of steam raised takes and leaves.

    Parameters
    ----------
    heat_mwh_per_t : ndarray
        Heat of the boilers, MWh per tonne of steam raised.
    feed_steam_share : ndarray
        Steam that heats the feed water, of steam raised.
    blow_down_share : ndarray
        Blow-down, of steam raised.
    blow_down_heat_share : ndarray
        Heat of the blow-down above make-up water, of the boilers' heat.
    net_share : ndarray
        Steam to the network, of steam raised.
    """

    heat_mwh_per_t: FloatArray
    feed_steam_share: FloatArray
    blow_down_share: FloatArray
    blow_down_heat_share: FloatArray
    net_share: FloatArray


def steam_raised(
    p_bar: FloatLike,
    t_degc: FloatLike | None = None,
    blow_down_share: FloatLike = 0.0,
    t_feed_degc: FloatLike = T_FEED_DEGC,
    return_share: FloatLike = 1.0,
    t_condensate_degc: FloatLike = T_CONDENSATE_DEGC,
    t_makeup_degc: FloatLike = T_MAKEUP_DEGC,
) -> SteamRaised:
    """Balance of boilers and deaerator per tonne of steam raised.

    Parameters
    ----------
    p_bar, t_degc : float or array
        Absolute pressure (bar) and temperature (°C; None: dry saturated) of the steam.
    blow_down_share : float or array
        Blow-down, tonnes per tonne of steam raised.
    t_feed_degc : float or array
        Feed water behind the deaerator, °C.
    return_share, t_condensate_degc : float or array
        Share of the steam to the network whose condensate comes back, and its temperature, °C.
    t_makeup_degc : float or array
        Water that replaces the rest and the blow-down, °C.

    Notes
    -----
    Water that comes in is the mixture of condensate, r (1 - s), and make-up for the rest of 1 + b - s. Its enthalpy
    holds s; both follow from h_f (1 + b) = s h + r (1 - s) h_c + (1 + b - s - r (1 - s)) h_m, which is linear in s. Where water
    comes in hotter than the feed water leaves, no steam is used.
    """
    p, b, share = as_floats(p_bar, blow_down_share, return_share)
    h = gate_enthalpy_j_per_kg(p_bar, t_degc)
    feed, condensate, makeup = (water_enthalpy_j_per_kg(t) for t in (t_feed_degc, t_condensate_degc, t_makeup_degc))
    known = np.where((b >= 0) & (share >= 0) & (share <= 1), 1.0, np.nan)
    own = ((1 + b) * (feed - makeup) - share * (condensate - makeup)) / (h - makeup - share * (condensate - makeup))
    own = np.maximum(own, 0.0) * known
    blow_down = liquid_enthalpy_j_per_kg(p)
    heat = h - feed + b * (blow_down - feed)
    return SteamRaised(
        heat_mwh_per_t=heat * known / J_PER_MWH_PER_T,
        feed_steam_share=own,
        blow_down_share=b * known,
        blow_down_heat_share=b * (blow_down - makeup) / heat * known,
        net_share=1 - own,
    )


def own_use_share(raised: SteamRaised, heat_per_t_mwh: FloatLike) -> FloatArray:
    """Share of the boilers' heat that does not reach the network as heat that counts there, 1 - (1 - s) q_net/q.

    Parameters
    ----------
    raised : SteamRaised
    heat_per_t_mwh : float or array
        Heat that counts for a tonne of steam in the network, q_net, MWh/t.
    """
    return np.asarray(1 - raised.net_share * np.asarray(heat_per_t_mwh) / raised.heat_mwh_per_t, dtype=np.float64)


def fuel_share(load_share: FloatLike, efficiency_share: FloatLike, shell_loss_share: FloatLike = 0.0) -> FloatArray:
    """Fuel of a boiler over its heat at rated load, (l + q/eta)/(eta + q).

    Parameters
    ----------
    load_share : float or array
        Heat over rated heat, l.
    efficiency_share : float or array
        Heat per fuel at rated load, eta.
    shell_loss_share : float or array
        Loss of the shell over the fuel at rated load, q; its power is the same at every load.
    """
    load, eta, shell = as_floats(load_share, efficiency_share, shell_loss_share)
    return (load + shell / eta) / (eta + shell)


def part_load_efficiency_share(
    load_share: FloatLike, efficiency_share: FloatLike, shell_loss_share: FloatLike = 0.0
) -> FloatArray:
    """Heat per fuel of a boiler at part load, l (eta + q)/(l + q/eta); eta at rated load. Parameters as `fuel_share`."""
    load = np.asarray(load_share, dtype=np.float64)
    return load / fuel_share(load, efficiency_share, shell_loss_share)


def rated_efficiency_share(
    efficiency_share: FloatLike, load_share: FloatLike, shell_loss_share: FloatLike = 0.0
) -> FloatArray:
    """Efficiency at rated load of a boiler that has a known one at some load: the inverse of the part-load efficiency.

    Parameters
    ----------
    efficiency_share, load_share : float or array
        Heat per fuel e, and the load l at which it holds.
    shell_loss_share : float or array
        As in `fuel_share`, q.

    Notes
    -----
    The positive root of l eta^2 + l (q - e) eta - e q = 0.
    """
    e, load, shell = as_floats(efficiency_share, load_share, shell_loss_share)
    half = (e - shell) / 2
    return half + np.sqrt(half**2 + e * shell / load)


@dataclass(frozen=True, eq=False)
class HouseRun:
    """How a boiler house runs, a row an hour, shape (T,).

    Parameters
    ----------
    units_running : ndarray of int
        Boilers that run.
    load_share : ndarray
        Load of each of them; 0 where none runs.
    fuel_mw : ndarray
        Fuel, lower heating value, MW.
    started : ndarray of int
        Boilers that start in this hour; those of the first hour ran before.
    below_minimum : ndarray of bool
        Whether the load is below the least one of the boilers that run.
    short_mw : ndarray
        Heat beyond the capacity of all boilers, MW.
    """

    units_running: NDArray[np.int64]
    load_share: FloatArray
    fuel_mw: FloatArray
    started: NDArray[np.int64]
    below_minimum: NDArray[np.bool_]
    short_mw: FloatArray


def run_house(
    heat_mw: FloatLike,
    units_mw: FloatArray | list[float],
    efficiency_share: float,
    shell_loss_share: float = 0.0,
    min_load_share: float = 0.0,
) -> HouseRun:
    """Run as few boilers as carry the heat of each hour, the largest first, all at the same share of their capacity.

    Parameters
    ----------
    heat_mw : array, shape (T,)
        Heat of the boilers themselves, hour by hour, MW.
    units_mw : array
        Rated heat of each boiler, MW.
    efficiency_share, shell_loss_share : float
        As in `fuel_share`.
    min_load_share : float
        Least load of a boiler over its rated heat.

    Returns
    -------
    HouseRun
        NaN and 0 units in hours whose heat is not known.

    Notes
    -----
    With equal boilers n = ceil(heat/unit). Below the least load a burner goes on and off; the fuel is that of the line at the
    mean load, without what each start costs.
    """
    heat = np.maximum(np.atleast_1d(np.asarray(heat_mw, dtype=np.float64)), 0.0)
    capacity = np.cumsum(np.sort(np.asarray(units_mw, dtype=np.float64))[::-1])
    known = np.isfinite(heat)
    carried = np.minimum(heat, capacity[-1])
    # side left: a heat that equals a capacity needs no further boiler
    running = np.searchsorted(capacity * (1 + _ROUNDING_SHARE), np.where(known, carried, 0.0)) + 1
    running = np.where(known & (heat > 0), np.minimum(running, len(capacity)), 0)
    rated = np.concatenate([[0.0], capacity])[running]
    load = np.where(running > 0, carried / np.where(running > 0, rated, 1.0), np.where(known, 0.0, np.nan))
    fuel = np.where(running > 0, rated * fuel_share(load, efficiency_share, shell_loss_share), load)
    return HouseRun(
        units_running=running,
        load_share=load,
        fuel_mw=fuel,
        started=np.maximum(np.diff(running, prepend=running[:1]), 0),
        below_minimum=(running > 0) & (load < min_load_share),
        short_mw=heat - carried,
    )
