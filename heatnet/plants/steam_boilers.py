"""Steam boilers: part of their heat never leaves the house (deaerator, blow-down, soot blowing)."""

from __future__ import annotations

import math

import pandas as pd

from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.model.network import Network, ids_of
from heatnet.model.supply import Conditions, SupplyUnit
from heatnet.physics.steam_boilers import T_FEED_DEGC, SteamRaised, own_use_share, steam_raised
from heatnet.physics.steam_stations import T_CONDENSATE_DEGC, T_MAKEUP_DEGC
from heatnet.plants.place import Place, boiler_capacity_mw, number, plant_id, supply_unit
from heatnet.plants.steam_state import STATED_TOLERANCE, gate_state, network_heat_mwh_per_t

#: kinds that this module is about
STEAM_BOILER_KINDS = ("gas_steam_boiler", "coal_steam_boiler")


def raised_steam(plant: pd.Series, network: Network) -> SteamRaised | None:
    """Return the balance of a house's boilers and deaerator; None where its row states no blow-down.

    Raises
    ------
    InputError
        If pressure and temperature of its steam are not known, or no state of steam.
    """
    if math.isnan(number(plant, "blow_down_share")):
        return None
    where = _("plant {plant}, {key}").format(plant=plant_id(plant), key="blow_down_share")
    p_bar, t_degc = gate_state(plant, network) or (math.nan, math.nan)
    raised = steam_raised(
        p_bar,
        t_degc,
        number(plant, "blow_down_share"),
        number(plant, "t_feed_degc", T_FEED_DEGC),
        number(plant, "return_share", 0.5),
        number(plant, "t_condensate_degc", T_CONDENSATE_DEGC),
        number(plant, "t_makeup_degc", T_MAKEUP_DEGC),
    )
    if math.isnan(raised.net_share):
        found = _("the state of the steam is not known")
        raise InputError([Problem(where, found, remedy=_("Give p_bar and t_supply_degc, or own_use_share instead."))])
    return raised


def house_own_use_share(plant: pd.Series, network: Network) -> float:
    """Return the share of the boilers' heat that does not reach the network: as stated, else by feed water and blow-down.

    Raises
    ------
    InputError
        If it is to be computed without a state of the steam, nothing would be left or gained, the stated one is less than feed
        water and blow-down take, or heat per tonne and state of the steam contradict each other.
    """
    stated, per_t = number(plant, "own_use_share"), network_heat_mwh_per_t(plant, network)
    raised = raised_steam(plant, network)
    if raised is None:
        return 0.0 if math.isnan(stated) else stated
    share = float(own_use_share(raised, per_t))
    if math.isnan(stated) and not 0.0 <= share <= 0.5:
        where = _("plant {plant}, {key}").format(plant=plant_id(plant), key="return_share")
        found = _("feed water and blow-down leave an own use of {share:.1%}").format(share=share)
        remedy = _("Heat counts above the water that the network returns; correct the feed water's keys.")
        raise InputError([Problem(where, found, _("0 to 50 %"), remedy)])
    if stated < share - STATED_TOLERANCE:
        where = _("plant {plant}, {key}").format(plant=plant_id(plant), key="own_use_share")
        found = _("{stated:.1%}, but feed water and blow-down alone take {share:.1%}").format(
            stated=stated, share=share
        )
        raise InputError([Problem(where, found, "", _("Remove this key, or correct the one or the other."))])
    return share if math.isnan(stated) else stated


def rated_units_mw(plant: pd.Series) -> list[float]:
    """Return the rated heat of a house's single boilers, MW; empty where the row does not state them."""
    return [float(part) for part in ids_of(plant.get("units_mw"))]


def _steam_boiler(plant: pd.Series, place: Place, conditions: Conditions, fuel: str) -> SupplyUnit:
    """Return the unit of a steam boiler house.

    Notes
    -----
    Fuel per delivered heat = 1 / (efficiency (1 - own use)); the boilers' own capacities deliver 1 - own use of
    themselves. The efficiency is the one stated, a mean over the loads (`efficiency_load_share`): a linear programme knows no
    units; `heatnet.metrics.steam_boilers` counts fuel at part load, units and starts after it.
    """
    net_share = 1.0 - house_own_use_share(plant, place.network)
    return supply_unit(
        plant,
        place,
        conditions,
        boiler_capacity_mw(plant, net_share),
        fuel=fuel,
        fuel_per_heat=1.0 / (number(plant, "efficiency_share") * net_share),
        power_per_heat=number(plant, "power_share", 0.0),
    )


def gas_steam_boiler(plant: pd.Series, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return the unit of a gas-fired steam boiler house."""
    return _steam_boiler(plant, place, conditions, "gas")


def coal_steam_boiler(plant: pd.Series, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return the unit of a coal-fired steam boiler house; fuel in MWh of lower heating value."""
    return _steam_boiler(plant, place, conditions, "coal")
