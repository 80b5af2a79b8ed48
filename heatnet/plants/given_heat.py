"""Heat that is simply there: process waste heat of a factory, and the ideal source of examples and benchmarks."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from heatnet.model.supply import Conditions, SupplyUnit
from heatnet.plants.place import Place, given_capacity_mw, number, supply_unit
from heatnet.units import KG_PER_S_PER_T_PER_H


def process_waste_heat(plant: pd.Series, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return the unit of a waste-heat boiler: steam flow times heat per tonne, all year, at most the capacity."""
    flow = number(plant, "mdot_kg_per_s", math.inf) / KG_PER_S_PER_T_PER_H
    available = np.minimum(flow * number(plant, "steam_mwh_per_t"), given_capacity_mw(plant))
    return supply_unit(plant, place, conditions, float(available), power_per_heat=number(plant, "power_share", 0.0))


def ideal_source(plant: pd.Series, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return the unit of an ideal source: any heat, or its capacity, at no cost."""
    return supply_unit(plant, place, conditions, given_capacity_mw(plant))
