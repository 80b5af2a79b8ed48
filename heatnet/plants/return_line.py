"""Pre-heating the return: how much heat the return flow of a branch takes, and how warm it gets.

Source: energy balance of the node, T_out = T_return + Q/(m cp).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.model.supply import Conditions, FloatArray
from heatnet.physics.water import mean_heat_capacity_j_per_kgk
from heatnet.plants.place import MW_PER_W, Place


@dataclass(frozen=True, eq=False)
class ReturnLine:
    """The return water at a plant's node.

    Parameters
    ----------
    t_return_degc : ndarray, shape (T,)
        Temperature as it arrives, °C.
    t_max_degc : ndarray, shape (T,)
        Temperature to which the plant can heat it, °C, not below the return's.
    capacity_mw_per_k : ndarray, shape (T,)
        Heat capacity flow m cp, MW/K.
    """

    t_return_degc: FloatArray
    t_max_degc: FloatArray
    capacity_mw_per_k: FloatArray

    @property
    def room_mw(self) -> FloatArray:
        """Heat that lifts the flow to its highest temperature, m cp (T_max - T_return), (T,), MW."""
        return self.capacity_mw_per_k * (self.t_max_degc - self.t_return_degc)

    def t_out_degc(self, heat_mw: FloatArray) -> FloatArray:
        """Return the temperature after taking `heat_mw`, °C; with no flow there is no heat and none is taken."""
        flowing = self.capacity_mw_per_k > 0
        rise = np.divide(heat_mw, self.capacity_mw_per_k, out=np.zeros(len(heat_mw)), where=flowing)
        return np.minimum(self.t_return_degc + rise, self.t_max_degc)


def return_line(place: Place, conditions: Conditions, plant: str, t_max_degc: float | FloatArray) -> ReturnLine:
    """Return the return water that a `return_preheat` plant meets.

    Raises
    ------
    InputError
        If the conditions hold no return flow for the plant.
    """
    if plant not in conditions.return_flow_kg_per_s:
        where = _("plant {plant}").format(plant=plant)
        raise InputError([Problem(where, _("the conditions hold no return flow at its node"))])
    flow = np.maximum(np.asarray(conditions.return_flow_kg_per_s[plant], dtype=float), 0.0)
    t_return = conditions.t_return_at(plant)
    t_max = np.maximum(t_max_degc, t_return)
    constant = place.network.fluid.heat_capacity_j_per_kgk
    heat_capacity = mean_heat_capacity_j_per_kgk(t_return, t_max) if constant is None else constant
    return ReturnLine(t_return, t_max, flow * heat_capacity * MW_PER_W)
