"""Hot-water tanks: the heat that a stratified tank holds.

Hot water leaves at the top and comes back cold at the bottom. A full tank holds the mass rho(T_hot) V, each kilogram of which
gives h(T_hot) - h(T_cold) = cp_mean (T_hot - T_cold):

    E = rho(T_hot) V (h(T_hot) - h(T_cold))

Source: energy balance; properties of the shared table (`heatnet.physics.water`). The mixed layer between hot and cold, 5 to
10 % of a real tank, is not taken off: give the volume without it.
"""

from __future__ import annotations

import numpy as np

from heatnet.physics.arrays import FloatArray, FloatLike
from heatnet.physics.water import density_kg_per_m3, enthalpy_j_per_kg

_J_PER_MWH = 3.6e9


def tank_energy_mwh(volume_m3: FloatLike, t_hot_degc: FloatLike, t_cold_degc: FloatLike) -> FloatArray:
    """Heat of a full tank above the empty one, MWh; negative where hot is colder than cold.

    Parameters
    ----------
    volume_m3 : float or array
        Water volume, m³.
    t_hot_degc, t_cold_degc : float or array
        Water of the full and of the empty tank, °C; NaN outside 0 to 200 °C.
    """
    mass_kg = density_kg_per_m3(t_hot_degc) * volume_m3
    return np.asarray(mass_kg * (enthalpy_j_per_kg(t_hot_degc) - enthalpy_j_per_kg(t_cold_degc)) / _J_PER_MWH)
