"""Steam-to-water exchange stations: heat of the network's own steam network given to its hot water."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.model.network import Network
from heatnet.model.supply import Conditions, FloatArray, SupplyUnit
from heatnet.physics import steam_exchange as physics
from heatnet.physics.steam_stations import T_CONDENSATE_DEGC, T_MAKEUP_DEGC
from heatnet.physics.water import saturation_temperature_degc
from heatnet.plants.place import Place, given_capacity_mw, number, plant_id, supply_unit, text
from heatnet.plants.steam_state import gate_state


def tie_ins(steam: Network | None) -> set[str]:
    """Return where the steam of the built CHP plants of a steam network goes (`tie_in` of their rows)."""
    if steam is None:
        return set()
    built = [row for _id, row in steam.plants.iterrows() if row["kind"] == "chp_steam" and given_capacity_mw(row) > 0]
    return {text(row, "tie_in") for row in built} - {""}


def steam_exchange(plant: pd.Series, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return the unit of an exchange station.

    Raises
    ------
    InputError
        If the network has no steam network to draw from, or the station's keys contradict each other.

    Notes
    -----
    It runs where its `tie_in` is empty or is that of a built CHP plant of the steam network; else it has nothing. Where the
    steam at its `min_p_bar` is too cold for the hour's supply temperature it gives less (`exchange_share`); without that
    pressure nothing limits it but its capacity. A MWh of hot water draws 1/efficiency MWh of steam, and more where
    condensate is lost (`draw_per_heat`).
    """
    steam = place.network.steam
    if steam is None:
        where = _("plant {plant}").format(plant=plant_id(plant))
        found = _("network {network} has no steam network to draw from").format(network=place.network.id)
        raise InputError([Problem(where, found, remedy=_("Add a folder steam/ or another kind of plant."))])
    own = text(plant, "tie_in")
    active = not own or own in tie_ins(steam)
    _check_condensate(plant)
    return supply_unit(
        plant,
        place,
        conditions,
        given_capacity_mw(plant) * _share(plant, conditions) if active else 0.0,
        draws_from=place.steam_balance,
        draw_per_heat=draw_per_heat(plant, steam),
    )


def draw_per_heat(plant: pd.Series, steam: Network) -> float:
    """Return the heat that a station's steam network is charged per heat to the water, MWh/MWh.

    The steam has the state of the plant that holds the pressure of the steam network, or else is dry saturated at the
    station's `min_p_bar`; all condensate returned, no state is needed.

    Raises
    ------
    InputError
        If condensate is lost and no state is known.
    """
    efficiency, returned = number(plant, "efficiency_share", 1.0), number(plant, "return_share", 1.0)
    if returned >= 1.0:
        return 1.0 / efficiency
    p_bar, t_degc = _state(plant, steam)
    per_heat = physics.draw_per_heat(
        p_bar,
        t_degc,
        number(plant, "t_condensate_degc", T_CONDENSATE_DEGC),
        returned,
        number(plant, "t_makeup_degc", T_MAKEUP_DEGC),
        efficiency,
    )
    if np.isfinite(per_heat):
        return float(per_heat)
    where = _("plant {plant}, {key}").format(plant=plant_id(plant), key="return_share")
    found = _("the state of the steam is not known")
    remedy = _("Give p_bar and t_supply_degc of the plant in the steam network, or min_p_bar of the station.")
    raise InputError([Problem(where, found, remedy=remedy)])


def _state(plant: pd.Series, steam: Network) -> tuple[float, float | None]:
    for _id, row in steam.plants[(steam.plants["role"] == "pressure").to_numpy()].iterrows():
        state = gate_state(row, steam)
        if state is not None:
            return state
    return number(plant, "min_p_bar"), None


def _share(plant: pd.Series, conditions: Conditions) -> float | FloatArray:
    """Return the share of its capacity that a station can give, by hour; 1 where its pressure is not known."""
    p_bar = number(plant, "min_p_bar")
    if np.isnan(p_bar):
        return 1.0
    approach = number(plant, "approach_k", physics.APPROACH_K)
    t_return = conditions.t_return_at(plant_id(plant))
    return physics.exchange_share(p_bar, conditions.t_supply_degc, t_return, approach)


def _check_condensate(plant: pd.Series) -> None:
    """Raise an `InputError` where condensate is to leave hotter than it condenses."""
    p_bar, t_degc = number(plant, "min_p_bar"), number(plant, "t_condensate_degc", T_CONDENSATE_DEGC)
    boiling = float(saturation_temperature_degc(p_bar))
    if t_degc > boiling:
        where = _("plant {plant}, {key}").format(plant=plant_id(plant), key="t_condensate_degc")
        found = _("{t:g} °C, but steam of {p:g} bar condenses at {boiling:.1f} °C").format(
            t=t_degc, p=p_bar, boiling=boiling
        )
        raise InputError([Problem(where, found, remedy=_("Lower it, or raise min_p_bar."))])
