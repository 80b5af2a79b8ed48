"""The boundary of a simulation: what consumers, plants and the ground do over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

#: variable -> element table it belongs to ("network" = one column named `all`)
BOUNDARY_VARIABLES = MappingProxyType(
    {
        "consumer_heat_mw": "consumers",
        "consumer_t_return_degc": "consumers",
        "consumer_dt_k": "consumers",
        "consumer_mdot_kg_per_s": "consumers",
        "plant_t_supply_degc": "plants",
        "plant_heat_mw": "plants",
        "plant_mdot_kg_per_s": "plants",
        "plant_p_bar": "plants",
        "t_ground_degc": "network",
        "t_outdoor_degc": "network",
    }
)
NETWORK_WIDE = "all"


@dataclass(frozen=True)
class Boundary:
    """Time rows and, by variable, a frame of time by element.

    Parameters
    ----------
    time : pandas.Index
        `DatetimeIndex` (UTC+8, naive, hour-beginning) or float seconds.
    values : mapping of str to pandas.DataFrame
        Variable of `BOUNDARY_VARIABLES` to (time x element). Network-wide variables have the one column ``all``;
        `t_ground_degc` may instead have one column a pipe. A missing variable or element falls back to the network.
    """

    time: pd.Index
    values: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, frame in self.values.items():
            if name not in BOUNDARY_VARIABLES:
                raise ValueError(f"unknown boundary variable {name!r}")
            if len(frame) != len(self.time):
                raise ValueError(f"{name} has {len(frame)} rows, the boundary {len(self.time)}")

    def rows(self, positions: list[int]) -> Boundary:
        """Return the boundary of some rows only, by position."""
        return Boundary(self.time[positions], {name: frame.iloc[positions] for name, frame in self.values.items()})
