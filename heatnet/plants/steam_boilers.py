"""Steam boilers: part of their heat never leaves the house (deaerator, blow-down, soot blowing)."""

from __future__ import annotations

import pandas as pd

from heatnet.model.supply import Conditions, SupplyUnit
from heatnet.plants.place import Place, boiler_capacity_mw, number, supply_unit


def _steam_boiler(plant: pd.Series, place: Place, conditions: Conditions, fuel: str) -> SupplyUnit:
    """Return the unit of a steam boiler house.

    Notes
    -----
    Fuel per delivered heat = 1 / (efficiency (1 - own use)); the boilers' own capacities deliver 1 - own use of
    themselves.
    """
    net_share = 1.0 - number(plant, "own_use_share", 0.0)
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
