"""The dispatched year in the power network: what heat plants, pumps and batteries do to it, hour by hour.

Loads with `supplies` take the electricity of the plants and pumps that they name: dispatched heat times electricity per heat,
and the pumps' power as simulated. All other loads, and the generators, follow their profiles and the weather.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd

from heatnet.demand.power import power_boundary
from heatnet.model.boundary import Boundary
from heatnet.model.network import Network, ids_of
from heatnet.model.power_network import PowerNetwork
from heatnet.model.supply import FloatArray, SupplyUnit
from heatnet.model.weather import WeatherYear


@dataclass(frozen=True, eq=False)
class PowerYear:
    """A power network's year before dispatch.

    Parameters
    ----------
    network : PowerNetwork
    base : Boundary
        Loads and generators that hang on neither heat nor prices, (time x element), MW.
    supplied : mapping of str to tuple of str
        Load to the plants and pumps of the heat network that it supplies.
    cooled : mapping of str to str
        Plant of the heat network to the load of the data centre whose heat it takes.
    """

    network: PowerNetwork
    base: Boundary
    supplied: Mapping[str, tuple[str, ...]]
    cooled: Mapping[str, str] = field(default_factory=dict)

    @property
    def base_load_mw(self) -> FloatArray:
        """Loads that hang on neither heat nor prices, together, (T,), MW."""
        return np.asarray(self.base.values["load_p_mw"].sum(axis=1), dtype=float)

    @property
    def generation_mw(self) -> FloatArray:
        """What generators could give, together, (T,), MW."""
        return np.asarray(self.base.values["generator_p_mw"].sum(axis=1), dtype=float)

    def load_of(self, plant: str) -> str | None:
        """Return the load that supplies a plant or pump, None where no load does."""
        return next((load for load, names in self.supplied.items() if plant in names), None)


def power_year(network: Network, weather: WeatherYear) -> PowerYear | None:
    """Return a network's power network with the loads and generation of a weather year; None where it has none."""
    electric = network.electric
    if electric is None:
        return None
    supplied = {
        str(load): tuple(ids_of(row["supplies"])) for load, row in electric.loads.iterrows() if ids_of(row["supplies"])
    }
    cooled = {plant: str(load) for load, row in electric.loads.iterrows() for plant in ids_of(row["cooled_by"])}
    return PowerYear(electric, power_boundary(electric, weather), supplied, cooled)


def power_years(networks: Mapping[str, Network], weather: WeatherYear) -> dict[str, PowerYear]:
    """Return the power year of every network that has a power network."""
    years = {name: power_year(network, weather) for name, network in networks.items()}
    return {name: year for name, year in years.items() if year is not None}


def heat_loads_mw(
    year: PowerYear,
    units: Sequence[SupplyUnit],
    heat_mw: pd.DataFrame,
    pump_mw: Mapping[str, FloatArray],
    no_load_mw: Mapping[str, FloatArray] = MappingProxyType({}),
) -> pd.DataFrame:
    """Return what each load that supplies heat plants takes, time by load, MW.

    Parameters
    ----------
    year : PowerYear
    units : sequence of SupplyUnit
        Units of the heat network, those of its steam network included.
    heat_mw : pandas.DataFrame
        Dispatched heat, time by unit id, MW.
    pump_mw : mapping of plant or pump id to array (T,)
        Electricity of circulation pumps.
    no_load_mw : mapping of unit id to array (T,)
        Electricity of units that are on beside that of their heat (`heatnet.dispatch.consumption.no_load_power_mw`).
    """
    table = pd.DataFrame(0.0, index=year.base.time, columns=list(year.supplied))
    for unit in units:
        load = year.load_of(unit.plant)
        if load is not None:
            table[load] += heat_mw[unit.id].to_numpy() * unit.power_per_heat + no_load_mw.get(unit.id, 0.0)
    for name, power in pump_mw.items():
        load = year.load_of(name)
        if load is not None:
            table[load] += power
    return table


def scheduled_boundary(
    year: PowerYear,
    heat_loads: pd.DataFrame,
    batteries_mw: pd.DataFrame | None = None,
    curtailed_mw: FloatArray | None = None,
    saved_mw: Mapping[str, FloatArray] = MappingProxyType({}),
) -> Boundary:
    """Return the boundary of the power flow under a schedule.

    Parameters
    ----------
    year : PowerYear
    heat_loads : pandas.DataFrame
        `heat_loads_mw`.
    batteries_mw : pandas.DataFrame, optional
        Power that each battery gives, time by battery, MW; negative while it charges.
    curtailed_mw : array (T,), optional
        Generation that is not taken, MW; off all generators alike.
    saved_mw : mapping of load to array (T,)
        What data centres draw less as plants take their heat, MW.
    """
    values = dict(year.base.values)
    load = values["load_p_mw"].copy()
    for name in heat_loads:
        own = load.get(name, 0.0)
        load[name] = own + heat_loads[name].to_numpy()
    for name, saved in saved_mw.items():
        load[name] = load[name] - saved
    values["load_p_mw"] = load
    if batteries_mw is not None and len(batteries_mw.columns):
        values["battery_p_mw"] = batteries_mw
    if curtailed_mw is not None and curtailed_mw.any():
        given = year.generation_mw
        kept = np.divide(given - curtailed_mw, given, out=np.ones(len(given)), where=given > 0)
        values["generator_p_mw"] = values["generator_p_mw"].mul(np.clip(kept, 0.0, 1.0), axis=0)
    return Boundary(year.base.time, values)
