"""What heat plants can do for the grid within an hour: the band of a virtual power plant (虚拟电厂).

The water of a heat network stores heat. Its supply temperature may fall or rise a little for an hour without anybody noticing:
with the water mass M of the supply pipes and a tolerated change dT, the heat

    Q = M cp dT

can be left out or added once. A plant with power P at heat H (P = e H) can then take between

    down = e min(H, Q / 1 h)      and      up = e min(H_available - H, Q / 1 h)

less or more power. Plants of one network share its Q: those with the most electricity per heat first. Batteries add what they
charge or could discharge within the hour and their level.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from heatnet.model.network import Network
from heatnet.model.supply import FloatArray, SupplyUnit

#: tolerated change of the supply temperature within an hour
DT_TOLERATED_K = 3.0
_WATER_J_PER_KGK = 4190.0
_J_PER_MWH = 3.6e9
#: density of supply water, kg/m³, at about 80 °C
_DENSITY_KG_PER_M3 = 971.8


def stored_heat_mwh(network: Network, dt_k: float = DT_TOLERATED_K) -> float:
    """Return the heat by which the supply pipes' content changes with its temperature, MWh.

    Parameters
    ----------
    network : Network
        A water network; pipes of a pair count once, return pipes not.
    dt_k : float
        Change of the temperature, K.
    """
    pipes = network.pipes[network.pipes["line"].isin(["supply", "pair"])]
    area_m2 = np.pi / 4 * (pipes["inner_diameter_mm"].to_numpy(float) / 1e3) ** 2
    mass_kg = float((area_m2 * pipes["length_m"].to_numpy(float)).sum()) * _DENSITY_KG_PER_M3
    return mass_kg * _WATER_J_PER_KGK * dt_k / _J_PER_MWH


def heat_band_mw(
    units: Sequence[SupplyUnit], heat_mw: pd.DataFrame, stored_mwh: float, least_power_per_heat: float = 0.1
) -> pd.DataFrame:
    """Return how much less (`down_mw`) and more (`up_mw`) power the heat plants could take in each hour, MW.

    Parameters
    ----------
    units : sequence of SupplyUnit
        Units of one heat network.
    heat_mw : pandas.DataFrame
        Their heat, time by unit id, MW.
    stored_mwh : float
        `stored_heat_mwh`.
    least_power_per_heat : float
        Units with less electricity per heat are no consumers of power worth calling.
    """
    count = len(heat_mw)
    members = [unit for unit in units if unit.power_per_heat.max(initial=0.0) >= least_power_per_heat]
    band = {"down_mw": np.zeros(count), "up_mw": np.zeros(count)}
    left = {name: np.full(count, stored_mwh) for name in band}
    for unit in sorted(members, key=lambda one: -float(one.power_per_heat.mean())):
        heat = heat_mw[unit.id].to_numpy()
        for name, room in (("down_mw", heat), ("up_mw", np.maximum(unit.available_mw - heat, 0.0))):
            moved = np.minimum(room, left[name])
            left[name] -= moved
            band[name] += moved * unit.power_per_heat
    return pd.DataFrame(band, index=heat_mw.index)


def battery_band_mw(
    power_mw: float,
    energy_mwh: float,
    charge_share: float,
    discharge_share: float,
    level_mwh: FloatArray,
    given_mw: FloatArray,
) -> pd.DataFrame:
    """Return what a battery could take less (`down_mw`) and more (`up_mw`) in each hour, MW.

    Parameters
    ----------
    power_mw, energy_mwh : float
        Largest power, usable energy.
    charge_share, discharge_share : float
        Energy stored per energy taken, given per energy stored.
    level_mwh : array (T,)
        Level at the beginning of the hour.
    given_mw : array (T,)
        Power that it gives as scheduled; negative while it charges.
    """
    most_given = np.minimum(power_mw, level_mwh * discharge_share)
    most_taken = np.minimum(power_mw, (energy_mwh - level_mwh) / charge_share)
    return pd.DataFrame(
        {"down_mw": np.maximum(most_given - given_mw, 0.0), "up_mw": np.maximum(most_taken + given_mw, 0.0)}
    )
