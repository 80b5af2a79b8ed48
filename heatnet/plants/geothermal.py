"""Geothermal doublets: hot water from one well through an exchanger, all of it back into the other."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.model.supply import Conditions, FloatArray, SupplyUnit
from heatnet.physics.heat_pump import source_heat_mw
from heatnet.plants.place import Place, given_capacity_mw, number, plant_id, profile, supply_unit, text
from heatnet.plants.return_line import return_line
from heatnet.plants.serves import EXCHANGER_APPROACH_K, is_direct, served_return_degc


def geothermal_doublet(plant: pd.Series, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return the unit of a doublet in season.

    Notes
    -----
    Q = m cp (T_well - max(T_reinjection,min, T_cold + 3 K)): the well water leaves no colder than what it heats.
    T_cold is the secondary return of the consumers served, or the primary return. Into the supply it can only go while
    the supply is colder than the well less 3 K; pre-heating, it lifts the return at most to that.
    """
    t_well = profile(plant, "t_source_degc", conditions.time)
    t_give = t_well - EXCHANGER_APPROACH_K
    limit = np.where(conditions.in_season, given_capacity_mw(plant), 0.0)
    t_cold: FloatArray
    bounds: dict[str, FloatArray] = {}
    if is_direct(plant):
        t_cold = served_return_degc(place.network, conditions, plant)
    else:
        t_cold = conditions.t_return_at(plant_id(plant))
        if text(plant, "connection") == "return_preheat":
            bounds["return_flow"] = return_line(place, conditions, plant_id(plant), t_give).room_mw
        else:
            bounds["temperature"] = np.where(conditions.t_supply_degc <= t_give, np.inf, 0.0)
        limit = np.minimum(limit, next(iter(bounds.values())))
    t_reinjected = np.maximum(number(plant, "t_reinjection_min_degc"), t_cold + EXCHANGER_APPROACH_K)
    well = np.asarray(source_heat_mw(number(plant, "mdot_source_kg_per_s"), t_well, t_reinjected))
    power_share = number(plant, "power_share", 0.0)
    bounds["source"] = np.where(conditions.in_season, well, np.inf)
    return supply_unit(plant, place, conditions, np.minimum(well, limit), power_per_heat=power_share, bounds=bounds)
