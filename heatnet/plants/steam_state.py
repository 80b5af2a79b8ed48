"""Steam at a plant's gate: its state, the heat of a tonne, the power that a CHP plant loses for it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.physics.steam_stations import (
    T_CONDENSATE_DEGC,
    T_MAKEUP_DEGC,
    feed_enthalpy_j_per_kg,
    heat_per_t_mwh,
    power_lost_share,
)
from heatnet.physics.water import enthalpy_j_per_kg as water_enthalpy_j_per_kg
from heatnet.plants.place import number, plant_id
from heatnet.units import KG_PER_S_PER_T_PER_H

#: how far a stated heat per tonne may lie from that of the stated steam: 2 % is what handbooks round by
STATED_TOLERANCE = 0.02


def gate_state(plant: pd.Series, network: Network) -> tuple[float, float] | None:
    """Return pressure (bar) and temperature (°C) of a plant's steam; None where the network does not state both.

    The pressure is the plant's own, or that of the network's pressure point at its node.
    """
    p_bar, t_degc = number(plant, "p_bar"), number(plant, "t_supply_degc")
    point = network.pressure_point
    if np.isnan(p_bar) and point is not None and point.node == plant["node"]:
        p_bar = point.p_bar
    return None if np.isnan(p_bar) or np.isnan(t_degc) else (p_bar, t_degc)


def feed_of(plant: pd.Series) -> dict[str, float]:
    """Return the water that replaces a CHP plant's steam, as `heatnet.physics.steam_stations` takes it."""
    defaults = {"t_condensate_degc": T_CONDENSATE_DEGC, "return_share": 1.0, "t_makeup_degc": T_MAKEUP_DEGC}
    return {key: number(plant, key, default) for key, default in defaults.items()}


def feed_degc(network: Network) -> float:
    """Return the temperature above which heat counts in a steam network, °C.

    That of the water that replaces the steam of its first CHP plant, condensate and make-up mixed; else of condensate.
    """
    chp = network.plants[(network.plants["kind"] == "chp_steam").to_numpy()]
    if not len(chp):
        return T_CONDENSATE_DEGC
    t_degc = np.arange(0.0, 200.0, 0.5)
    return float(np.interp(feed_enthalpy_j_per_kg(**feed_of(chp.iloc[0])), water_enthalpy_j_per_kg(t_degc), t_degc))


def gate_heat_mwh_per_t(plant: pd.Series, network: Network) -> float:
    """Return the heat of a tonne of a CHP plant's steam at its gate, above the water that replaces it, MWh/t.

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
    physical = float(heat_per_t_mwh(*state, **feed_of(plant)))
    if np.isnan(physical):
        raise InputError([_no_steam(plant, state)])
    _check_stated(plant, state, physical)
    return physical


def network_heat_mwh_per_t(plant: pd.Series, network: Network) -> float:
    """Return the heat that counts in a steam network for a tonne of a plant's steam, MWh/t: that of the pipes.

    By the state of the steam, above the water that the network counts from (`feed_degc`); the pressure is the plant's own or
    else that of the pressure point, of which the heat of a tonne hardly depends. Where no state is given, as the row states it;
    NaN where it does not.

    Raises
    ------
    InputError
        If the row states a heat per tonne more than 2 % away.
    """
    stated, state = number(plant, "steam_mwh_per_t"), gate_state(plant, network)
    t_degc = number(plant, "t_supply_degc")
    if state is None and network.pressure_point is not None and not np.isnan(t_degc):
        state = (network.pressure_point.p_bar, t_degc)
    if state is None:
        return stated
    physical = float(heat_per_t_mwh(*state, t_condensate_degc=feed_degc(network)))
    if np.isnan(physical):
        return stated
    _check_stated(plant, state, physical)
    return physical


def _check_stated(plant: pd.Series, state: tuple[float, float], physical_mwh_per_t: float) -> None:
    """Raise an `InputError` where a row's heat per tonne is not that of its steam."""
    stated = number(plant, "steam_mwh_per_t")
    if not abs(stated / physical_mwh_per_t - 1.0) > STATED_TOLERANCE:
        return
    found = _("{stated:g} MWh/t, but steam of {p:g} bar and {t:g} °C has {physical:.4f} above the water it returns as")
    text = found.format(stated=stated, p=state[0], t=state[1], physical=physical_mwh_per_t)
    where = _("plant {plant}, {key}").format(plant=plant_id(plant), key="steam_mwh_per_t")
    raise InputError([Problem(where, text, "", _("Remove this key, or correct the one or the other."))])


def power_lost_per_heat(plant: pd.Series, network: Network) -> float:
    """Return the power that a CHP plant loses per heat of its steam: `z_share`, or by the state of the steam.

    Raises
    ------
    InputError
        If the row states no `z_share`, and the network no state.
    """
    stated, state = number(plant, "z_share"), gate_state(plant, network)
    if not np.isnan(stated):
        return stated
    where = _("plant {plant}, {key}").format(plant=plant_id(plant), key="z_share")
    if state is None:
        allowed = _("Pressure and temperature of the steam at the plant, or the power lost per heat")
        raise InputError([Problem(where, _("is missing"), allowed, _("Give p_bar and t_supply_degc, or this key."))])
    share = float(power_lost_share(*state, **feed_of(plant)))
    if np.isnan(share):
        raise InputError([_no_steam(plant, state)])
    return share


def _no_steam(plant: pd.Series, state: tuple[float, float]) -> Problem:
    found = _("{p:g} bar and {t:g} °C is no steam of 0.1 to 32 bar and up to 450 °C").format(p=state[0], t=state[1])
    return Problem(_("plant {plant}, {key}").format(plant=plant_id(plant), key="t_supply_degc"), found)


def contract_flow_kg_per_s(plant: pd.Series) -> float:
    """Return the largest flow of a CHP plant's contract, kg/s: that of the heating season or of the whole year."""
    return max(number(plant, "mdot_base_kg_per_s"), number(plant, "mdot_season_kg_per_s"))


def heat_mw_of_flow(mdot_kg_per_s: FloatArray | float, heat_mwh_per_t: float) -> FloatArray:
    """Return the heat of a flow, MW."""
    return np.asarray(mdot_kg_per_s, dtype=float) / KG_PER_S_PER_T_PER_H * heat_mwh_per_t
