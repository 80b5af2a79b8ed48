"""From a network to its supply units: the function of each kind, plants not built, load shared by direct plants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from heatnet.model.network import Network
from heatnet.model.plant_kinds import STORE_KIND
from heatnet.model.supply import Conditions, SupplyUnit
from heatnet.plants.boilers import coal_boiler, electric_boiler, gas_boiler
from heatnet.plants.chp import chp_heat, chp_steam
from heatnet.plants.geothermal import geothermal_doublet
from heatnet.plants.given_heat import ideal_source, process_waste_heat
from heatnet.plants.heat_pumps import air_source_heat_pump, data_centre_heat, sewage_heat_pump
from heatnet.plants.on_off import limited, switched
from heatnet.plants.outages import within_service
from heatnet.plants.place import Place, given_capacity_mw, number, supply_unit
from heatnet.plants.serves import ServedLoad, is_direct
from heatnet.plants.steam_boilers import coal_steam_boiler, gas_steam_boiler
from heatnet.plants.steam_exchange import steam_exchange

PlantFunction = Callable[[pd.Series, Place, Conditions], SupplyUnit]

#: plant kind -> what it can deliver and consumes; stores, which make no heat, are in `heat_stores`
PLANT_FUNCTIONS: MappingProxyType[str, PlantFunction] = MappingProxyType(
    {
        "source": ideal_source,
        "gas_boiler": gas_boiler,
        "coal_boiler": coal_boiler,
        "gas_steam_boiler": gas_steam_boiler,
        "coal_steam_boiler": coal_steam_boiler,
        "chp_steam": chp_steam,
        "steam_exchange": steam_exchange,
        "sewage_heat_pump": sewage_heat_pump,
        "data_centre_heat": data_centre_heat,
        "geothermal_doublet": geothermal_doublet,
        "process_waste_heat": process_waste_heat,
        "chp_heat": chp_heat,
        "electric_boiler": electric_boiler,
        "air_source_heat_pump": air_source_heat_pump,
    }
)


def supply_units(network: Network, conditions: Conditions) -> list[SupplyUnit]:
    """Return a unit for every plant of a network, then for every plant of its steam network; none for a heat store.

    Parameters
    ----------
    network : Network
    conditions : Conditions
        Hours, temperatures and loads of that network.

    Returns
    -------
    list of SupplyUnit
        In the order of the tables. A plant with capacity 0 is not built: a unit without heat. Plants that heat
        consumers directly share the load of these in that order.

    Raises
    ------
    InputError
        If a plant lacks what its kind or connection needs.
    """
    units = _units_of(Place(network, network.id), conditions)
    if network.steam is not None:
        units += _units_of(Place(network.steam, network.id), conditions)
    return units


def _units_of(place: Place, conditions: Conditions) -> list[SupplyUnit]:
    served = ServedLoad(place.network, conditions)
    units = []
    for _id, plant in place.network.plants.iterrows():
        if plant["kind"] == STORE_KIND:
            continue
        if given_capacity_mw(plant) == 0:
            units.append(supply_unit(plant, place, conditions, 0.0))
            continue
        unit = PLANT_FUNCTIONS[str(plant["kind"])](plant, place, conditions)
        unit = _in_service(unit, place, conditions)
        unit = switched(_with_yearly(unit, plant), plant, conditions.time)
        units.append(_within_load(unit, plant, served) if is_direct(plant) else unit)
    return units


def _in_service(unit: SupplyUnit, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return a unit that gives nothing, and that no contract makes give anything, in the hours in which it cannot run."""
    part = "steam/" if place.network.carrier == "steam" else ""
    out = conditions.out_of_service.get(f"{part}{unit.plant}")
    if out is None or not out.any():
        return unit
    return replace(
        unit,
        available_mw=within_service(unit.available_mw, out),
        take_min_mw=within_service(unit.take_min_mw, out),
        bounds={**unit.bounds, "outage": np.where(out, 0.0, np.inf)},
    )


def _within_load(unit: SupplyUnit, plant: pd.Series, served: ServedLoad) -> SupplyUnit:
    """Return the unit of a direct plant limited to what its consumers can still take, and book that."""
    room = np.sum(list(served.room_mw(plant).values()), axis=0)
    unit = limited(unit, np.minimum(unit.available_mw, room), {"consumers": room})
    served.take(plant, unit.available_mw)
    return unit


def _with_yearly(unit: SupplyUnit, plant: pd.Series) -> SupplyUnit:
    """Return a unit with the yearly figures of its row, where its kind does not read them itself."""
    most, least = (number(plant, key) for key in ("heat_year_max_mwh", "heat_year_min_mwh"))
    if unit.year_max_mwh is None and not np.isnan(most):
        unit = replace(unit, year_max_mwh=most)
    if unit.year_min_mwh is None and not np.isnan(least):
        unit = replace(unit, year_min_mwh=least)
    return unit
