"""The typed power network: constants and tables of one electric network."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from heatnet.physics.arrays import FloatArray


@dataclass(frozen=True)
class PowerNetwork:
    """One power network as data; every table is a frame indexed by id with every column of `power_schema`.

    Parameters
    ----------
    id : str
        Name of the network folder that it belongs to, or its own.
    name : dict of str to str
        Display name by language.
    crs : {"EPSG:4326", "local", "none"}
        Coordinates of the geometry.
    frequency_hz : float
        Mains frequency.
    buses, lines, transformers, grids, loads, generators, batteries : pandas.DataFrame
        Tables; `geometry` holds shapely objects or None. What a standard type or a bus gives is filled in.
    """

    id: str
    name: dict[str, str]
    crs: str
    frequency_hz: float
    buses: pd.DataFrame
    lines: pd.DataFrame
    transformers: pd.DataFrame
    grids: pd.DataFrame
    loads: pd.DataFrame
    generators: pd.DataFrame
    batteries: pd.DataFrame

    @property
    def carrier(self) -> str:
        """The word that stands for power networks in files: ``electric``."""
        return "electric"

    @property
    def holds_voltage(self) -> pd.Series:
        """Which generators hold the voltage of their bus, bool by generator: those built with `v_pu`."""
        return self.generators["v_pu"].notna() & (self.generators["capacity_mw"] > 0)

    def with_tables(self, **tables: pd.DataFrame) -> PowerNetwork:
        """Return a copy with some tables replaced."""
        return replace(self, **tables)

    def display_name(self, table: str, element: str, lang: str) -> str:
        """Return an element's name in a language, its id where it has none."""
        frame: pd.DataFrame = getattr(self, table)
        name = frame.at[element, f"x_name_{lang}"] if f"x_name_{lang}" in frame.columns else None
        return str(name) if isinstance(name, str) and name else element


def tan_phi(frame: pd.DataFrame) -> FloatArray:
    """Return reactive over active power of a table's elements: the tangent of the angle of `cos_phi`."""
    return np.asarray(np.tan(np.arccos(frame["cos_phi"].to_numpy(float))))
