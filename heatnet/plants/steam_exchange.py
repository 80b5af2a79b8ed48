"""Steam-to-water exchange stations: heat of the network's own steam network given to its hot water."""

from __future__ import annotations

import pandas as pd

from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.model.network import Network
from heatnet.model.supply import Conditions, SupplyUnit
from heatnet.plants.place import Place, given_capacity_mw, number, plant_id, supply_unit, text


def tie_ins(steam: Network | None) -> set[str]:
    """Return where the steam of the built CHP plants of a steam network goes (`tie_in` of their rows)."""
    if steam is None:
        return set()
    built = [row for _id, row in steam.plants.iterrows() if row["kind"] == "chp_steam" and given_capacity_mw(row) > 0]
    return {text(row, "tie_in") for row in built} - {""}


def steam_exchange(plant: pd.Series, place: Place, conditions: Conditions) -> SupplyUnit:
    """Return the unit of an exchange station: 1/efficiency MWh of steam a MWh of hot water.

    It runs where its `tie_in` is empty or is that of a built CHP plant of the steam network; else it has nothing.

    Raises
    ------
    InputError
        If the network has no steam network to draw from.
    """
    if place.network.steam is None:
        where = _("plant {plant}").format(plant=plant_id(plant))
        found = _("network {network} has no steam network to draw from").format(network=place.network.id)
        raise InputError([Problem(where, found, remedy=_("Add a folder steam/ or another kind of plant."))])
    own = text(plant, "tie_in")
    active = not own or own in tie_ins(place.network.steam)
    return supply_unit(
        plant,
        place,
        conditions,
        given_capacity_mw(plant) if active else 0.0,
        draws_from=place.steam_balance,
        draw_per_heat=1.0 / number(plant, "efficiency_share", 1.0),
    )
