"""Set values at an instant and as means over a step, from the boundary's linear course."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise

import numpy as np
import pandas as pd

from heatnet.model.boundary import Boundary
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.controls import W_PER_MW, Hour
from heatnet.simulate.inputs import Inputs
from heatnet.simulate.transient.series import Series, seconds_of

#: field of `Hour` -> field of `Inputs`, and its factor
_FIELDS = {
    "heat_w": ("consumer_heat_mw", W_PER_MW),
    "t_return_degc": ("consumer_t_return_degc", 1.0),
    "dt_k": ("consumer_dt_k", 1.0),
    "mdot_kg_per_s": ("consumer_mdot_kg_per_s", 1.0),
    "plant_t_supply_degc": ("plant_t_supply_degc", 1.0),
    "plant_heat_w": ("plant_heat_mw", W_PER_MW),
    "plant_mdot_kg_per_s": ("plant_mdot_kg_per_s", 1.0),
    "t_ground_degc": ("t_ground_degc", 1.0),
}
assert set(_FIELDS) == {field.name for field in fields(Hour)}


class SetValues:
    """All set values over time; 0 where a consumer or plant has none.

    Parameters
    ----------
    network : Network
    boundary : Boundary
        Its times.
    inputs : Inputs
        Values at these times.
    """

    def __init__(self, network: Network, boundary: Boundary, inputs: Inputs) -> None:
        self._network, self._by_flow = network, inputs.by_flow
        self._has_station = inputs.station_of_consumer >= 0
        seconds = seconds_of(boundary.time)
        given = {
            name: np.array(getattr(inputs, source), dtype=float) * factor for name, (source, factor) in _FIELDS.items()
        }
        self._absent = {name: np.isnan(values[0]) for name, values in given.items()}
        self._series = {name: Series(seconds, np.nan_to_num(values)) for name, values in given.items()}

    def at(self, second: float) -> Hour:
        """Return the set values at an instant."""
        return Hour(**{name: series.at(second) for name, series in self._series.items()})

    def mean(self, first: float, last: float, splits: int) -> tuple[Hour, FloatArray]:
        """Return the mean set values of a step, and the plants' mean supply temperatures in each split step, °C."""
        hour = Hour(**{name: series.mean(first, last) for name, series in self._series.items()})
        edges, supply = np.linspace(first, last, splits + 1), self._series["plant_t_supply_degc"]
        means = [supply.mean(a, b) for a, b in pairwise(edges)]
        return hour, np.stack(means, axis=1)

    def boundary_at(self, second: float, time: pd.Timestamp | float) -> Boundary:
        """Return a boundary whose only row is an instant."""
        index = pd.Index([time], name="time")
        values = {}
        for name, (source, factor) in _FIELDS.items():
            table = source.split("_")[0]
            ids = {"consumer": self._network.consumers, "plant": self._network.plants}.get(
                table, self._network.pipes
            ).index
            row = np.where(self._absent[name], np.nan, self._series[name].at(second) / factor)
            if name == "heat_w":
                # a heat beside a flow would count as the set value
                row = np.where(self._by_flow, np.nan, row)
            elif name == "mdot_kg_per_s":
                row = np.where(self._by_flow, row, np.nan)
            elif name == "t_return_degc":
                # nor may a return temperature stand in for the station's
                row = np.where(self._has_station, np.nan, row)
            values[source] = pd.DataFrame(row[np.newaxis], index, ids)
        return Boundary(index, values)
