"""Heat and steam from power plants: not free, each MWh extracted costs z MWh of electricity."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.errors import InputError, Problem, Problems
from heatnet.i18n import _
from heatnet.model.supply import Conditions, FloatArray, SupplyUnit
from heatnet.plants.place import Place, given_capacity_mw, number, plant_id, supply_unit
from heatnet.plants.steam_state import gate_heat_mwh_per_t, heat_mw_of_flow, power_lost_per_heat
from heatnet.units import HOURS_PER_YEAR, KG_PER_S_PER_T_PER_H

#: figures of a contract that are equal as printed, in t/h and in kg/s
ROUNDING_SHARE = 1e-4


def chp_steam(plant: pd.Series, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return the unit of a CHP plant that sends steam through a line of its own; its heat counts at its gate.

    Raises
    ------
    InputError
        If heat per tonne and state of the steam contradict each other, a figure is missing, or the contract contradicts itself
        or asks for more than the line can carry.

    Notes
    -----
    Available = flow x heat per tonne x (1 - line loss). The flow is `mdot_base_kg_per_s` all year, and `mdot_season_kg_per_s`
    in the heating season (the base is part of it), no more than the line carries. `loss_share` is the line loss where no
    pipes are solved; what the line loses was extracted too: power lost per delivered heat = z / (1 - line loss). Where they
    are solved their loss stands in the demand. The contract: a yearly amount of steam limits the year's heat, a least yearly
    amount has to be used; of a least flow of every hour what nobody needs is dumped.
    """
    _check_contract(plant)
    base, season = number(plant, "mdot_base_kg_per_s"), number(plant, "mdot_season_kg_per_s")
    arriving_share = 1.0 - number(plant, "loss_share", 0.0)
    heat_mwh_per_t = gate_heat_mwh_per_t(plant, place.network) * arriving_share
    agreed = np.asarray(base + conditions.in_season * max(season - base, 0.0), dtype=float)
    carried = conditions.line_flow_max_at(plant_id(plant))
    flow = np.minimum(agreed, carried)
    least = number(plant, "mdot_min_kg_per_s", 0.0)
    _check_line(plant, least, flow, conditions)
    return supply_unit(
        plant,
        place,
        conditions,
        np.minimum(heat_mw_of_flow(flow, heat_mwh_per_t), given_capacity_mw(plant)),
        take_min_mw=heat_mw_of_flow(np.minimum(least, flow), heat_mwh_per_t),
        power_lost_per_heat=power_lost_per_heat(plant, place.network) / arriving_share,
        year_max_mwh=number(plant, "steam_year_t") * heat_mwh_per_t,
        year_min_mwh=number(plant, "take_year_min_t") * heat_mwh_per_t,
        bounds={
            "contract_flow": heat_mw_of_flow(agreed, heat_mwh_per_t),
            "steam_line": heat_mw_of_flow(carried, heat_mwh_per_t),
        },
    )


def _check_contract(plant: pd.Series) -> None:
    """Raise an `InputError` where a contract asks for more than it allows."""
    problems = Problems()
    least, base = number(plant, "mdot_min_kg_per_s", 0.0), number(plant, "mdot_base_kg_per_s")
    year, year_min = number(plant, "steam_year_t", np.inf), number(plant, "take_year_min_t", 0.0)
    of_hours = least / KG_PER_S_PER_T_PER_H * HOURS_PER_YEAR
    for key, value, limit, other in (
        ("mdot_min_kg_per_s", least, base, "mdot_base_kg_per_s"),
        ("take_year_min_t", year_min, year, "steam_year_t"),
        ("mdot_min_kg_per_s", of_hours, year, "steam_year_t"),
    ):
        if value > limit * (1 + ROUNDING_SHARE):
            found = _("asks for {value:g}, {other} allows {limit:g}").format(value=value, other=other, limit=limit)
            problems.add(_("plant {plant}, {key}").format(plant=plant_id(plant), key=key), found, remedy=_("Lower it."))
    problems.raise_if_any()


def _check_line(plant: pd.Series, least_kg_per_s: float, flow_kg_per_s: FloatArray, conditions: Conditions) -> None:
    """Raise an `InputError` where the line cannot carry the least flow of a contract."""
    if (flow_kg_per_s < least_kg_per_s * (1 - ROUNDING_SHARE)).any():
        hour = int(np.argmin(flow_kg_per_s))
        where = _("plant {plant}, {key}").format(plant=plant_id(plant), key="mdot_min_kg_per_s")
        found = _("{least:.4g} kg/s, but the line carries {most:.4g} kg/s at {time}").format(
            least=least_kg_per_s, most=flow_kg_per_s[hour], time=str(conditions.time[hour])[:16]
        )
        raise InputError([Problem(where, found, remedy=_("Lower it, widen the line, or raise its pressure."))])


def chp_heat(plant: pd.Series, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return the unit of a CHP plant that gives hot water at its gate: capacity, and z MWh of power lost a MWh."""
    return supply_unit(plant, place, conditions, given_capacity_mw(plant), power_lost_per_heat=number(plant, "z_share"))
