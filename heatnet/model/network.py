"""The typed network: constants and tables of one heat (or steam) network or site."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from heatnet.model.power_network import PowerNetwork


@dataclass(frozen=True)
class Design:
    """Design point: primary supply and return, outdoor temperature, °C."""

    t_supply_degc: float
    t_return_degc: float
    t_outdoor_degc: float


@dataclass(frozen=True)
class PressurePoint:
    """Constant-pressure point (定压点): node, line ("return" or "supply") and absolute pressure, bar."""

    node: str
    line: str
    p_bar: float


@dataclass(frozen=True)
class Fluid:
    """Water by temperature (``kind="if97"``) or constant properties (``kind="constant"``)."""

    kind: str = "if97"
    density_kg_per_m3: float | None = None
    heat_capacity_j_per_kgk: float | None = None
    viscosity_pa_s: float | None = None


@dataclass(frozen=True)
class PipeDefaults:
    """Values for pipes that do not carry their own; `u_w_per_mk` None takes the pipe catalogue's."""

    roughness_mm: float = 0.5
    zeta_per_m: float = 0.0
    u_w_per_mk: float | None = None


@dataclass(frozen=True)
class Network:
    """One network as data; every table is a frame indexed by id with every column of `schema`.

    Parameters
    ----------
    id : str
        Name of its folder.
    name : dict of str to str
        Display name by language.
    carrier : {"water", "steam", "site"}
        Site: a zone without pipes.
    crs : {"EPSG:4326", "local", "none"}
        Coordinates of the geometry.
    design : Design or None
        Design point; required for water.
    regulation : {"quality", "staged", "variable"} or None
        Central regulation.
    heating_curve : tuple of (load_share, t_supply_degc, t_return_degc)
        Primary temperatures by load share, ascending; empty where a boundary gives them.
    pressure_point : PressurePoint or None
        Required for water.
    t_ground_degc : tuple of float
        Undisturbed ground temperature at pipe depth by month, January first.
    fluid, pipe_defaults
        See their types.
    nodes, pipes, consumers, plants, pumps, valves : pandas.DataFrame
        Tables; `geometry` holds shapely objects or None.
    steam : Network or None
        The network's steam network.
    electric : PowerNetwork or None
        Its power network.
    """

    id: str
    name: dict[str, str]
    carrier: str
    crs: str
    design: Design | None
    regulation: str | None
    heating_curve: tuple[tuple[float, float, float], ...]
    pressure_point: PressurePoint | None
    t_ground_degc: tuple[float, ...]
    fluid: Fluid
    pipe_defaults: PipeDefaults
    nodes: pd.DataFrame
    pipes: pd.DataFrame
    consumers: pd.DataFrame
    plants: pd.DataFrame
    pumps: pd.DataFrame
    valves: pd.DataFrame
    steam: Network | None = None
    electric: PowerNetwork | None = None

    def with_tables(self, **tables: pd.DataFrame) -> Network:
        """Return a copy with some tables replaced."""
        return replace(self, **tables)

    def display_name(self, table: str, element: str, lang: str) -> str:
        """Return an element's name in a language, its id where it has none."""
        frame: pd.DataFrame = getattr(self, table)
        column = f"x_name_{lang}"
        if column in frame.columns and isinstance(frame.at[element, column], str) and frame.at[element, column]:
            return str(frame.at[element, column])
        return element

    @property
    def pressure_plant(self) -> str | None:
        """Id of the plant that holds the pressure, None for a network without one."""
        ids = self.plants.index[self.plants["role"] == "pressure"]
        return str(ids[0]) if len(ids) else None

    def t_ground_at(self, time: pd.Index) -> pd.Series:
        """Return the ground temperature (°C) at each time by month; January for times in seconds."""
        months = time.month if isinstance(time, pd.DatetimeIndex) else [1] * len(time)
        return pd.Series([self.t_ground_degc[month - 1] for month in months], index=time, dtype=float)


#: network loss contained in heat indices (CJJ 34-2010 section 3.1), as a share
INDEX_LOSS_SHARE = 0.05


def index_share(consumers: pd.DataFrame, index_loss_share: float) -> pd.Series:
    """Return what share of each consumer's design heat is its own: less the network loss that a heat index contains.

    A design heat from area times index carries the loss; one that is given as heat does not.

    Parameters
    ----------
    consumers : pandas.DataFrame
        Consumer table.
    index_loss_share : float
        Network loss contained in heat indices, as a share.
    """
    by_index = consumers["area_m2"].astype(float) * consumers["index_w_per_m2"].astype(float) / 1e6
    from_index = (by_index - consumers["design_heat_mw"].astype(float)).abs() <= 1e-9 + 1e-6 * by_index.abs()
    return (1.0 - index_loss_share * from_index.astype(float)).rename("index_share")


def ids_of(text: object) -> list[str]:
    """Split a column that lists ids or numbers by blanks, commas or semicolons."""
    if not isinstance(text, str):
        return []
    return text.replace(",", " ").replace(";", " ").split()
