"""Set values at an instant and as means over a step, from the boundary's linear course."""

from __future__ import annotations

from dataclasses import fields

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
        given = {
            name: np.asarray(getattr(inputs, source), dtype=float) * factor
            for name, (source, factor) in _FIELDS.items()
        }
        self._absent = {name: np.isnan(values[0]) for name, values in given.items()}
        ends = np.cumsum([values.shape[1] for values in given.values()])
        self._places = {
            name: slice(end - given[name].shape[1], end) for name, end in zip(given, ends.tolist(), strict=True)
        }
        together = np.nan_to_num(np.concatenate(list(given.values()), axis=1))
        self._series = Series(seconds_of(boundary.time), together)

    def at(self, second: float) -> Hour:
        """Return the set values at an instant."""
        return self._hour(self._series.at(second))

    def mean(self, first: float, last: float, splits: int) -> tuple[Hour, FloatArray]:
        """Return the mean set values of a step, and the plants' mean supply temperatures in each split step, °C."""
        means = self._series.means(np.linspace(first, last, splits + 1))
        supply = means[:, self._places["plant_t_supply_degc"]]
        return self._hour(means.mean(axis=0)), np.ascontiguousarray(supply.T)

    def _hour(self, values: FloatArray) -> Hour:
        return Hour(**{name: values[place] for name, place in self._places.items()})

    def boundary_at(self, second: float, time: pd.Timestamp | float) -> Boundary:
        """Return a boundary whose only row is an instant."""
        index, hour = pd.Index([time], name="time"), self.at(second)
        values = {}
        for name, (source, factor) in _FIELDS.items():
            table = source.split("_")[0]
            ids = {"consumer": self._network.consumers, "plant": self._network.plants}.get(
                table, self._network.pipes
            ).index
            row = np.where(self._absent[name], np.nan, getattr(hour, name) / factor)
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
