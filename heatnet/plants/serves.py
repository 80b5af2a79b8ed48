"""Plants that heat consumers directly (`branch`, `secondary`): which consumers, how warm, how much.

Such a plant never gives more than its consumers take in that hour, nor more than its temperature reaches: a secondary
side that needs t_s and comes back with t_r takes at most the share (t_give - t_r)/(t_s - t_r) of its load from a plant
that gives t_give; the rest of the lift is the primary's. Several plants on the same consumers share their load: in the
order of the table, each over its consumers in proportion to what these can still take.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.model.network import Network, ids_of
from heatnet.model.supply import Conditions, FloatArray
from heatnet.physics.regulation import RegulationDesign, secondary_temperatures_degc
from heatnet.plants.place import plant_id, profile, text

DIRECT_CONNECTIONS = ("branch", "secondary")
#: smallest temperature difference across a well's exchanger (plate exchangers reach 2–3 K)
EXCHANGER_APPROACH_K = 3.0
#: primary return minus secondary return where the secondary is not known: 3–5 K (plate exchangers, practice)
PRIMARY_OVER_SECONDARY_RETURN_K = 4.0


@dataclass(frozen=True, eq=False)
class SecondarySide:
    """Secondary temperatures of one consumer by hour, shape (T,), °C."""

    t_supply_degc: FloatArray
    t_return_degc: FloatArray


def is_direct(plant: pd.Series) -> bool:
    """Whether a plant heats consumers directly, past the primary network."""
    return text(plant, "connection") in DIRECT_CONNECTIONS


def served_consumers(network: Network, plant: pd.Series) -> tuple[str, ...]:
    """Return the consumers that a direct plant heats: those of `serves`, or else those at its node.

    Raises
    ------
    InputError
        If there is none, or one is not in the network.
    """
    named = ids_of(plant.get("serves"))
    at_node = network.consumers.index[network.consumers["node"] == plant["node"]]
    ids = tuple(named) if named else tuple(str(consumer) for consumer in at_node)
    where = _("plant {plant}, {key}").format(plant=plant_id(plant), key="serves")
    unknown = [consumer for consumer in ids if consumer not in network.consumers.index]
    if unknown:
        raise InputError([Problem(where, _("unknown consumers {names}").format(names=", ".join(unknown)))])
    if not ids:
        found = _("no consumer is named and none stands at node {node}").format(node=plant["node"])
        raise InputError([Problem(where, found, remedy=_("Name the consumers that it heats."))])
    return ids


def load_mw(conditions: Conditions, consumer: str) -> FloatArray:
    """Return a consumer's load (T,), MW; zero where the conditions do not know it."""
    if consumer not in conditions.consumer_heat_mw.columns:
        return np.zeros(len(conditions.time))
    return np.asarray(np.maximum(conditions.consumer_heat_mw[consumer].to_numpy(dtype=float), 0.0))


def secondary_side(network: Network, conditions: Conditions, consumer: str) -> SecondarySide | None:
    """Return a consumer's secondary temperatures by the load share of each hour; None without design temperatures."""
    row = network.consumers.loc[consumer]
    design_heat = float(row["design_heat_mw"])
    t_supply, t_return = float(row["t_secondary_supply_degc"]), float(row["t_secondary_return_degc"])
    if not (t_supply > t_return and design_heat > 0):
        return None
    design = RegulationDesign(t_secondary_supply_degc=t_supply, t_secondary_return_degc=t_return)
    share = load_mw(conditions, consumer) / design_heat
    return SecondarySide(*(np.asarray(t, dtype=float) for t in secondary_temperatures_degc(share, design)))


def lift_share(side: SecondarySide | None, t_give_degc: FloatArray) -> FloatArray:
    """Return which share of a consumer's load a plant of temperature `t_give_degc` can give, shape (T,).

    (t_give - t_r)/(t_s - t_r) within 0 and 1; 1 where the secondary side is not known.
    """
    if side is None:
        return np.ones(len(t_give_degc))
    lift_k = np.maximum(side.t_supply_degc - side.t_return_degc, 1e-9)
    return np.clip((t_give_degc - side.t_return_degc) / lift_k, 0.0, 1.0)


def given_temperature_degc(plant: pd.Series, time: pd.DatetimeIndex) -> FloatArray:
    """Return the highest temperature that a direct plant can give to a secondary side, shape (T,), °C."""
    if plant["kind"] == "geothermal_doublet":
        return profile(plant, "t_source_degc", time) - EXCHANGER_APPROACH_K
    value = plant.get("t_supply_max_degc")
    return np.full(len(time), np.inf if value is None or pd.isna(value) else float(value))


def served_return_degc(network: Network, conditions: Conditions, plant: pd.Series) -> FloatArray:
    """Return the load-weighted secondary return of the consumers that a plant serves, shape (T,), °C.

    Where no secondary is known: the primary return less `PRIMARY_OVER_SECONDARY_RETURN_K`.
    """
    fallback = conditions.t_return_degc - PRIMARY_OVER_SECONDARY_RETURN_K
    weight = np.full(len(fallback), 1e-12)
    heat_times_t = weight * fallback
    for consumer in served_consumers(network, plant):
        side = secondary_side(network, conditions, consumer)
        load = load_mw(conditions, consumer)
        weight = weight + load
        heat_times_t = heat_times_t + load * (fallback if side is None else side.t_return_degc)
    return np.asarray(heat_times_t / weight)


def served_supply_degc(network: Network, conditions: Conditions, plant: pd.Series, unknown_degc: float) -> FloatArray:
    """Return the warmest secondary supply among the consumers that a plant serves, shape (T,), °C.

    `unknown_degc` stands in for consumers without secondary design temperatures.
    """
    sides = [secondary_side(network, conditions, consumer) for consumer in served_consumers(network, plant)]
    unknown = np.full(len(conditions.time), unknown_degc)
    return np.asarray(np.max([unknown if side is None else side.t_supply_degc for side in sides], axis=0))


class ServedLoad:
    """Book-keeping of what consumers can still take from direct plants, hour by hour."""

    def __init__(self, network: Network, conditions: Conditions) -> None:
        self._network = network
        self._conditions = conditions
        self._left_mw: dict[str, FloatArray] = {}

    def room_mw(self, plant: pd.Series) -> dict[str, FloatArray]:
        """Return what each consumer of a plant can still take from it, (T,) by consumer, MW."""
        t_give = given_temperature_degc(plant, self._conditions.time)
        room = {}
        for consumer in served_consumers(self._network, plant):
            load = load_mw(self._conditions, consumer)
            reach = load * lift_share(secondary_side(self._network, self._conditions, consumer), t_give)
            room[consumer] = np.minimum(self._left_mw.get(consumer, load), reach)
        return room

    def take(self, plant: pd.Series, heat_mw: FloatArray) -> dict[str, FloatArray]:
        """Give a plant's heat to its consumers in proportion to their room; return it by consumer, MW."""
        room = self.room_mw(plant)
        total = np.sum(list(room.values()), axis=0)
        share = np.divide(np.minimum(heat_mw, total), total, out=np.zeros(len(total)), where=total > 0)
        given = {consumer: mw * share for consumer, mw in room.items()}
        for consumer, mw in given.items():
            left = self._left_mw.get(consumer, load_mw(self._conditions, consumer))
            self._left_mw[consumer] = np.maximum(left - mw, 0.0)
        return given


def consumer_relief_mw(network: Network, conditions: Conditions, heat_mw: Mapping[str, FloatArray]) -> pd.DataFrame:
    """Return the heat that direct plants give to each consumer, which the primary network need not bring.

    Parameters
    ----------
    network : Network
    conditions : Conditions
        The conditions that the plants' availability was found with.
    heat_mw : mapping of plant id to ndarray, shape (T,)
        Dispatched heat; plants that are not direct, or not named, give nothing here.

    Returns
    -------
    pandas.DataFrame
        Time by consumer (all of the network's), MW.
    """
    relief = pd.DataFrame(0.0, index=conditions.time, columns=[str(consumer) for consumer in network.consumers.index])
    served = ServedLoad(network, conditions)
    for plant, row in network.plants.iterrows():
        if plant in heat_mw and is_direct(row) and np.any(np.asarray(heat_mw[str(plant)]) > 0):
            for consumer, mw in served.take(row, np.asarray(heat_mw[str(plant)], dtype=float)).items():
                relief[consumer] += mw
    return relief
