"""What plants see in each hour: weather, season, network temperatures, loads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.hourly import BoolArray, FloatArray, length_text


@dataclass(frozen=True, eq=False)
class Conditions:
    """The hours that plants see: weather, season, network temperatures, loads.

    Parameters
    ----------
    time : pandas.DatetimeIndex, length T
        Hours, hour-beginning, UTC+8 without zone.
    t_outdoor_degc : ndarray, shape (T,)
        Outdoor temperature, °C.
    in_season : ndarray of bool, shape (T,)
        True inside the heating season.
    t_supply_degc, t_return_degc : ndarray, shape (T,)
        Primary temperatures of the network, °C.
    consumer_heat_mw : pandas.DataFrame
        Heat load, time by consumer, MW, before any branch or secondary plant.
    return_flow_kg_per_s : mapping of plant id to ndarray, shape (T,)
        Return flow that passes the node of each `return_preheat` plant, kg/s.
    plant_t_return_degc : mapping of plant id to ndarray, shape (T,)
        Return temperature arriving at a plant, °C, where it differs from `t_return_degc` (a neighbour has already
        pre-heated it).
    line_flow_max_kg_per_s : mapping of plant id to ndarray, shape (T,)
        Largest steam flow that the line of a plant of the steam network carries, kg/s, where its pipes are solved.
    out_of_service : mapping of str to ndarray of bool, shape (T,)
        Hours in which a plant cannot run, by its id, in the steam network by ``steam/`` and its id.

    Raises
    ------
    InputError
        If an array has another length than `time`.
    """

    time: pd.DatetimeIndex
    t_outdoor_degc: FloatArray
    in_season: BoolArray
    t_supply_degc: FloatArray
    t_return_degc: FloatArray
    consumer_heat_mw: pd.DataFrame
    return_flow_kg_per_s: Mapping[str, FloatArray] = field(default_factory=dict)
    plant_t_return_degc: Mapping[str, FloatArray] = field(default_factory=dict)
    line_flow_max_kg_per_s: Mapping[str, FloatArray] = field(default_factory=dict)
    out_of_service: Mapping[str, BoolArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = Problems()
        where = _("conditions")
        for name in ("t_outdoor_degc", "t_supply_degc", "t_return_degc"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=float))
        object.__setattr__(self, "in_season", np.asarray(self.in_season, dtype=bool))
        for name, length in self._lengths():
            if length != len(self.time):
                problems.add(where, length_text(name, length, len(self.time)))
        problems.raise_if_any()

    def _lengths(self) -> Iterator[tuple[str, int]]:
        for name in ("t_outdoor_degc", "in_season", "t_supply_degc", "t_return_degc", "consumer_heat_mw"):
            yield name, len(getattr(self, name))
        for name in ("return_flow_kg_per_s", "plant_t_return_degc", "line_flow_max_kg_per_s", "out_of_service"):
            for plant, array in getattr(self, name).items():
                yield f"{name}[{plant}]", len(array)

    def t_return_at(self, plant: str) -> FloatArray:
        """Return the return temperature (°C) that arrives at a plant."""
        return np.asarray(self.plant_t_return_degc.get(plant, self.t_return_degc), dtype=float)

    def line_flow_max_at(self, plant: str) -> FloatArray:
        """Return the largest flow (kg/s) that a plant's steam line carries, infinite where nothing limits it."""
        return np.asarray(self.line_flow_max_kg_per_s.get(plant, np.full(len(self.time), np.inf)), dtype=float)
