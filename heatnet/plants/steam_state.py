"""Steam at a plant's gate: its state, the heat of a tonne, the power that a CHP plant loses for it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.physics.steam import enthalpy_j_per_kg
from heatnet.physics.water import enthalpy_j_per_kg as water_enthalpy_j_per_kg
from heatnet.plants.place import number, plant_id
from heatnet.units import KG_PER_S_PER_T_PER_H

#: condensate that process users send back in practice, °C; heat of a steam network counts above it
T_CONDENSATE_DEGC = 80.0
#: how far a stated heat per tonne may lie from that of the stated steam: 2 % is what handbooks round by
STATED_TOLERANCE = 0.02
_J_PER_MWH = 3.6e9
_KG_PER_T = 1e3


def gate_state(plant: pd.Series, network: Network) -> tuple[float, float] | None:
    """Return pressure (bar) and temperature (°C) of a plant's steam; None where the network does not state both.

    The pressure is the plant's own, or that of the network's pressure point at its node.
    """
    p_bar, t_degc = number(plant, "p_bar"), number(plant, "t_supply_degc")
    point = network.pressure_point
    if np.isnan(p_bar) and point is not None and point.node == plant["node"]:
        p_bar = point.p_bar
    return None if np.isnan(p_bar) or np.isnan(t_degc) else (p_bar, t_degc)


def feed_degc(network: Network) -> float:
    """Return the temperature above which heat counts in a steam network, °C: that of its first CHP plant's condensate."""
    chp = network.plants[(network.plants["kind"] == "chp_steam").to_numpy()]
    return number(chp.iloc[0], "t_condensate_degc", T_CONDENSATE_DEGC) if len(chp) else T_CONDENSATE_DEGC


def gate_heat_mwh_per_t(plant: pd.Series, network: Network) -> float:
    """Return the heat of a tonne of a CHP plant's steam at its gate, above the condensate, MWh/t.

    By the state of the steam where the network gives it, else as the row states it.

    Raises
    ------
    InputError
        If neither is there, or the two are more than 2 % apart.
    """
    stated, state = number(plant, "steam_mwh_per_t"), gate_state(plant, network)
    where = _("plant {plant}, {key}").format(plant=plant_id(plant), key="steam_mwh_per_t")
    if state is None:
        if np.isnan(stated):
            allowed = _("Pressure and temperature of the steam at the plant, or its heat per tonne")
            raise InputError(
                [Problem(where, _("is missing"), allowed, _("Give p_bar and t_supply_degc, or this key."))]
            )
        return stated
    h = float(enthalpy_j_per_kg(*state)) - float(water_enthalpy_j_per_kg(feed_degc(network)))
    physical = h * _KG_PER_T / _J_PER_MWH
    if abs(stated / physical - 1.0) > STATED_TOLERANCE:
        found = _(
            "{stated:g} MWh/t, but steam of {p:g} bar and {t:g} °C has {physical:.4f} above condensate of {feed:g} °C"
        )
        text = found.format(stated=stated, p=state[0], t=state[1], physical=physical, feed=feed_degc(network))
        raise InputError([Problem(where, text, "", _("Remove this key, or correct the one or the other."))])
    return physical


def contract_flow_kg_per_s(plant: pd.Series) -> float:
    """Return the largest flow of a CHP plant's contract, kg/s: that of the heating season or of the whole year."""
    return max(number(plant, "mdot_base_kg_per_s"), number(plant, "mdot_season_kg_per_s"))


def heat_mw_of_flow(mdot_kg_per_s: FloatArray | float, heat_mwh_per_t: float) -> FloatArray:
    """Return the heat of a flow, MW."""
    return np.asarray(mdot_kg_per_s, dtype=float) / KG_PER_S_PER_T_PER_H * heat_mwh_per_t
