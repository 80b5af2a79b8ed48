"""Hot-water tanks of a network: their size, and which plants charge them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from heatnet.errors import InputError, Problems
from heatnet.i18n import _
from heatnet.model.heat_store import HeatStore
from heatnet.model.network import Network, ids_of
from heatnet.model.plant_kinds import STORE_KIND
from heatnet.physics.heat_storage import tank_energy_mwh
from heatnet.plants.place import Place, given_capacity_mw, number, plant_id
from heatnet.plants.serves import is_direct


def heat_stores(network: Network) -> list[HeatStore]:
    """Return the stores of a network that are built, in the order of its table.

    Parameters
    ----------
    network : Network
        Water network or site.

    Returns
    -------
    list of HeatStore
        A store with `capacity_mw` 0 is not built and not in it.

    Raises
    ------
    InputError
        With all that is missing or wrong in the rows of the stores.

    Notes
    -----
    A tank is charged by the plants of `charged_by`, else by those at its node. In the pipes it stands beside them: the
    charged heat never enters the network, and what the tank gives does so at its node.
    """
    place, problems, stores = Place(network, network.id), Problems(), []
    for _id, plant in network.plants[(network.plants["kind"] == STORE_KIND).to_numpy()].iterrows():
        if given_capacity_mw(plant) > 0:
            try:
                stores.append(_store(plant, place))
            except InputError as error:
                problems.extend(error.problems)
    problems.raise_if_any()
    return stores


def _store(plant: pd.Series, place: Place) -> HeatStore:
    problems = Problems()
    capacity = given_capacity_mw(plant)
    if math.isinf(capacity):
        problems.add(_at(plant, "capacity_mw"), _("is missing"), remedy=_("Give the heat that the store can give."))
    if place.network.carrier == "water" and plant["role"] != "heat":
        problems.add(_at(plant, "role"), str(plant["role"]), "heat", _("A store cannot hold the pressure."))
    energy = _energy_mwh(plant, problems)
    charged_by = _charged_by(plant, place.network, problems)
    problems.raise_if_any()
    first = number(plant, "level_first_share")
    return HeatStore(
        id=place.unit_id(plant_id(plant)),
        network=place.owner,
        plant=plant_id(plant),
        balance=place.balance,
        energy_mwh=energy,
        charge_mw=number(plant, "charge_mw", capacity),
        discharge_mw=capacity,
        charged_by=tuple(place.unit_id(name) for name in charged_by),
        loss_share_per_h=number(plant, "loss_share_per_h", 0.0),
        level_first_mwh=None if math.isnan(first) else first * energy,
    )


def _at(plant: pd.Series, key: str) -> str:
    return _("plant {plant}, {key}").format(plant=plant_id(plant), key=key)


def _energy_mwh(plant: pd.Series, problems: Problems) -> float:
    stated, volume = number(plant, "energy_mwh"), number(plant, "volume_m3")
    hot, cold = number(plant, "t_hot_degc"), number(plant, "t_cold_degc")
    allowed = _("energy_mwh, or volume_m3 with t_hot_degc and t_cold_degc")
    if math.isnan(stated) == math.isnan(volume):
        found = _("is missing") if math.isnan(stated) else _("stands beside volume_m3")
        problems.add(_at(plant, "energy_mwh"), found, allowed, _("Give one of the two."))
        return math.nan
    if not math.isnan(stated):
        return stated
    for key, value in (("t_hot_degc", hot), ("t_cold_degc", cold)):
        if math.isnan(value):
            problems.add(_at(plant, key), _("is missing"), allowed)
    if hot <= cold:
        found = _("{hot:g} °C is not above t_cold_degc, {cold:g} °C").format(hot=hot, cold=cold)
        problems.add(_at(plant, "t_hot_degc"), found)
    return float(np.asarray(tank_energy_mwh(volume, hot, cold)))


def _charged_by(plant: pd.Series, network: Network, problems: Problems) -> list[str]:
    """Return the plants that charge a store: those named, or else those at its node that feed the network."""
    plants, where = network.plants, _at(plant, "charged_by")
    makers = [str(name) for name, row in plants.iterrows() if row["kind"] != STORE_KIND and not is_direct(row)]
    named = ids_of(plant.get("charged_by"))
    if not named:
        found = [name for name in makers if plants.at[name, "node"] == plant["node"]]
        if not found:
            text = _("no plant is named and none stands at node {node}").format(node=plant["node"])
            problems.add(where, text, remedy=_("Name the plants that charge it."))
        return found
    for name in named:
        if name not in plants.index:
            problems.add(where, _("unknown plant {plant}").format(plant=name), ", ".join(makers))
        elif name not in makers:
            problems.add(where, _("{plant} gives no heat to the network").format(plant=name), ", ".join(makers))
    return named
