"""Heat and steam from power plants: not free, each MWh extracted costs z MWh of electricity."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.model.supply import Conditions, SupplyUnit
from heatnet.plants.place import Place, given_capacity_mw, number, supply_unit
from heatnet.units import KG_PER_S_PER_T_PER_H


def chp_steam(plant: pd.Series, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return the unit of a CHP plant that sends steam through a line of its own.

    Notes
    -----
    Available = flow x heat per tonne x (1 - line loss). The flow is `mdot_base_kg_per_s` all year, and
    `mdot_season_kg_per_s` in the heating season (the base is part of it). What the line loses was extracted too:
    power lost per delivered heat = z / (1 - line loss). A yearly amount of steam limits the year's heat. No hour is
    must-take; a study with a take-or-pay contract sets `take_min_mw`.
    """
    base, season = number(plant, "mdot_base_kg_per_s"), number(plant, "mdot_season_kg_per_s")
    arriving_share = 1.0 - number(plant, "loss_share", 0.0)
    heat_mwh_per_t = number(plant, "steam_mwh_per_t") * arriving_share
    flow_t_per_h = (base + conditions.in_season * max(season - base, 0.0)) / KG_PER_S_PER_T_PER_H
    return supply_unit(
        plant,
        place,
        conditions,
        np.minimum(flow_t_per_h * heat_mwh_per_t, given_capacity_mw(plant)),
        power_lost_per_heat=number(plant, "z_share") / arriving_share,
        year_max_mwh=number(plant, "steam_year_t") * heat_mwh_per_t,
    )


def chp_heat(plant: pd.Series, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return the unit of a CHP plant that gives hot water at its gate: capacity, and z MWh of power lost a MWh."""
    return supply_unit(plant, place, conditions, given_capacity_mw(plant), power_lost_per_heat=number(plant, "z_share"))
