"""The year of a power network where no boundary says more: loads by their profiles, photovoltaics by the weather."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from heatnet.demand.climate import climate_site
from heatnet.demand.power_load import HEAT, power_load_share
from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.model.boundary import Boundary
from heatnet.model.power_network import PowerNetwork
from heatnet.model.validation import names_in
from heatnet.model.weather import WeatherYear
from heatnet.physics.arrays import FloatArray
from heatnet.physics.photovoltaic import Site, capacity_share, cell_temperature_degc, plane_irradiance_w_per_m2

PV = "pv"
#: generators within this many degrees share one sun: 0.1° of longitude are 24 s of its time
_SAME_SUN_DEG = 0.1


def power_boundary(network: PowerNetwork, weather: WeatherYear) -> Boundary:
    """Return what the loads and photovoltaic generators of a power network do in a weather year.

    Parameters
    ----------
    network : PowerNetwork
    weather : WeatherYear
        Outdoor temperature, and irradiance where there are photovoltaics.

    Returns
    -------
    Boundary
        At the hours of the weather: `load_p_mw` of loads that have a largest power `p_mw` and a profile with a shape
        (`power_load.power_load_share`); `generator_p_mw` of photovoltaics, capacity times `photovoltaic.capacity_share`.
        Loads that follow heat plants, wind, other generators, batteries and grids are left to the network's own values.

    Raises
    ------
    InputError
        If there are photovoltaics and the weather has no irradiance.

    Notes
    -----
    A generator stands where its bus is drawn, if the network's coordinates are degrees (EPSG:4326), else in Tianjin.
    """
    return Boundary(
        weather.time, {"load_p_mw": _loads(network, weather), "generator_p_mw": _photovoltaics(network, weather)}
    )


def within_year(given: Boundary, typical: Boundary, place: str) -> Boundary:
    """Return a boundary in which what it does not name follows a typical year.

    Parameters
    ----------
    given : Boundary
        Its elements replace those of the typical year. Stamps of any year, in steps of any length; or one row of constants,
        which then hold for the whole typical year.
    typical : Boundary
        A calendar year by the hour.
    place : str
        Where `given` stands, for messages.

    Returns
    -------
    Boundary
        At the rows of `given`; the rest is that of the typical year's hour of the same month, day and hour (of 28 February on
        29 February, if the typical year has none).

    Raises
    ------
    InputError
        If the times are seconds, which have no place in a year.
    """
    if isinstance(given.time, pd.DatetimeIndex):
        time, positions = given.time, _same_hours(given.time, pd.DatetimeIndex(typical.time))
        own = dict(given.values)
    elif len(given.time) == 1:
        time, positions = typical.time, np.arange(len(typical.time))
        own = {name: frame.iloc[[0] * len(time)].set_axis(time) for name, frame in given.values.items()}
    else:
        remedy = _("Write the times as 2025-01-01T00:00, or leave --year out.")
        raise InputError([Problem(place, _("times in seconds have no place in the typical year"), "", remedy)])
    values = dict(own)
    for name, frame in typical.values.items():
        here = frame.iloc[positions].set_axis(time)
        named = own.get(name, pd.DataFrame(index=time))
        values[name] = here.drop(columns=here.columns.intersection(named.columns)).join(named)
    return Boundary(time, values)


def _same_hours(time: pd.DatetimeIndex, year: pd.DatetimeIndex) -> np.ndarray:
    """Return for each time the position of the year's hour with its month, day and hour."""
    hours = {stamp: position for position, stamp in enumerate(zip(year.month, year.day, year.hour, strict=True))}
    keys = zip(time.month, time.day, time.hour, strict=True)
    return np.array([hours.get(key, hours[2, 28, key[2]]) for key in keys], dtype=np.intp)


def _loads(network: PowerNetwork, weather: WeatherYear) -> pd.DataFrame:
    loads = network.loads[network.loads["p_mw"].notna() & (network.loads["profile"] != HEAT)]
    shapes = {name: power_load_share(name, weather.time) for name in loads["profile"].unique()}
    columns = {load: row["p_mw"] * shapes[row["profile"]] for load, row in loads.iterrows()}
    return pd.DataFrame(columns, index=weather.time)


def _photovoltaics(network: PowerNetwork, weather: WeatherYear) -> pd.DataFrame:
    generators = network.generators[network.generators["kind"] == PV]
    ghi = weather.ghi_w_per_m2
    if generators.empty:
        return pd.DataFrame(index=weather.time)
    if ghi is None:
        where = _("power network {name}, generators {names}").format(
            name=network.id, names=names_in([str(generator) for generator in generators.index])
        )
        remedy = _("Take a built-in climate, or an EPW file with irradiance in every hour.")
        raise InputError([Problem(where, _("the weather has no irradiance"), "", remedy)])
    planes = defaultdict(list)
    for generator, row in generators.iterrows():
        planes[_site(network, row["bus"]), row["tilt_deg"], row["azimuth_deg"]].append(generator)
    columns: dict[str, FloatArray] = {}
    for (site, tilt_deg, azimuth_deg), members in planes.items():
        irradiance = plane_irradiance_w_per_m2(weather.time, ghi, site, tilt_deg, azimuth_deg)
        t_cell_degc = cell_temperature_degc(irradiance, weather.t_outdoor_degc)
        for generator in members:
            row = generators.loc[generator]
            columns[generator] = row["capacity_mw"] * capacity_share(irradiance, t_cell_degc, row["performance_share"])
    return pd.DataFrame(columns, index=weather.time, columns=generators.index)


def _site(network: PowerNetwork, bus: str) -> Site:
    geometry = network.buses.at[bus, "geometry"] if network.crs == "EPSG:4326" else None
    if geometry is None:
        return climate_site()
    middle = geometry.centroid
    latitude_deg, longitude_deg = (float(np.round(x / _SAME_SUN_DEG) * _SAME_SUN_DEG) for x in (middle.y, middle.x))
    return Site(latitude_deg, longitude_deg, climate_site().utc_offset_h)
