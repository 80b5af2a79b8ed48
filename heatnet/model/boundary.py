"""The boundary of a simulation: what consumers, plants and the ground do over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.network import Network
from heatnet.model.power_network import PowerNetwork
from heatnet.model.power_schema import POWER_BOUNDARY_VARIABLES
from heatnet.model.validation import did_you_mean

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


def boundary_variables(network: Network | PowerNetwork) -> Mapping[str, str]:
    """Return the variables that a network's boundary may have, each with the table that it belongs to."""
    return POWER_BOUNDARY_VARIABLES if isinstance(network, PowerNetwork) else BOUNDARY_VARIABLES


@dataclass(frozen=True)
class Boundary:
    """Time rows and, by variable, a frame of time by element.

    Parameters
    ----------
    time : pandas.Index
        `DatetimeIndex` (UTC+8, naive, hour-beginning) or float seconds.
    values : mapping of str to pandas.DataFrame
        Variable of `boundary_variables` to (time x element). Network-wide variables have the one column ``all``;
        `t_ground_degc` may instead have one column a pipe. A missing variable or element falls back to the network.
    """

    time: pd.Index
    values: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, frame in self.values.items():
            if name not in BOUNDARY_VARIABLES and name not in POWER_BOUNDARY_VARIABLES:
                raise ValueError(f"unknown boundary variable {name!r}")
            if len(frame) != len(self.time):
                raise ValueError(f"{name} has {len(frame)} rows, the boundary {len(self.time)}")

    def rows(self, positions: list[int]) -> Boundary:
        """Return the boundary of some rows only, by position."""
        return Boundary(self.time[positions], {name: frame.iloc[positions] for name, frame in self.values.items()})


def check_columns(network: Network, values: Mapping[str, pd.DataFrame], problems: Problems) -> None:
    """Note columns of a boundary's variables that name no element of a network.

    Parameters
    ----------
    network : Network
    values : mapping of str to pandas.DataFrame
        As of `Boundary`.
    problems : Problems
        One more for each such column, with the nearest name that exists.
    """
    for variable, frame in values.items():
        table = BOUNDARY_VARIABLES[variable]
        known = [NETWORK_WIDE] if table == "network" else [str(element) for element in getattr(network, table).index]
        if variable == "t_ground_degc":
            known += [str(pipe) for pipe in network.pipes.index]
        every = set(known)
        for name in frame.columns:
            if name not in every:
                problems.add(
                    f"{variable}, {_('column')} {name}",
                    _("'{name}' does not exist").format(name=name),
                    "",
                    did_you_mean(name, known),
                )
