"""Photovoltaic power from global horizontal irradiance: sun position, tilted plane, cell temperature.

Sources: sun position after Reda and Andreas, Solar Energy 76 (2004) 577; diffuse share after Erbs, Klein and Duffie, Solar
Energy 28 (1982) 293; sky after Hay and Davies (1980); all three by pvlib. Cell temperature after Ross (1981), his
coefficient by mounting: Skoplaki and Palyvos, Renewable Energy 34 (2009) 23, doi:10.1016/j.renene.2008.04.009.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet.physics.arrays import FloatArray, FloatLike, as_floats

#: irradiance and cell temperature at which the capacity is stated (standard test conditions)
G_RATED_W_PER_M2 = 1000.0
T_RATED_DEGC = 25.0
#: heating of the cells per irradiance, K·m²/W: well ventilated modules on a flat roof
ROSS_KM2_PER_W = 0.026
#: change of power per kelvin, crystalline silicon: -0.30 to -0.45 % (typical)
TEMPERATURE_COEFFICIENT_PER_K = -0.0037
#: ground and roofs around the modules (typical)
ALBEDO = 0.2


@dataclass(frozen=True)
class Site:
    """Where the modules are: latitude (north positive) and longitude (east positive), °, and hours ahead of UTC."""

    latitude_deg: float
    longitude_deg: float
    utc_offset_h: float = 8.0


def plane_irradiance_w_per_m2(
    time: pd.DatetimeIndex, ghi_w_per_m2: FloatLike, site: Site, tilt_deg: float, azimuth_deg: float
) -> FloatArray:
    """Irradiance on a tilted plane by hour, W/m².

    Parameters
    ----------
    time : pandas.DatetimeIndex (T,)
        Beginning of each hour, naive local standard time; the sun stands where it is in the middle of the hour.
    ghi_w_per_m2 : float or array (T,)
        Mean global horizontal irradiance of the hour, W/m², not below 0.
    site : Site
    tilt_deg : float
        0 = horizontal, 90 = upright.
    azimuth_deg : float
        Where the plane looks: 90 = east, 180 = south.

    Returns
    -------
    array (T,)
        G = DNI max(cos θ, 0) + DHI (A Rb + (1 - A)(1 + cos β)/2) + albedo GHI (1 - cos β)/2, with GHI = DNI cos z + DHI,
        A = DNI over DNI outside the atmosphere and Rb = cos θ over cos z. A horizontal plane gets the GHI. With the sun
        below 3° the light is taken as diffuse.

    Raises
    ------
    ValueError
        If the irradiance is negative or its length is not that of `time`.
    """
    from pvlib.irradiance import erbs, get_extra_radiation, get_total_irradiance
    from pvlib.solarposition import get_solarposition

    ghi = np.broadcast_to(np.asarray(ghi_w_per_m2, dtype=np.float64), (len(time),))
    if bool((ghi < 0).any()):
        raise ValueError("irradiance is not negative")
    middle = (time + pd.Timedelta(0.5 - site.utc_offset_h, "h")).tz_localize("UTC")
    sun = get_solarposition(middle, site.latitude_deg, site.longitude_deg)
    zenith = sun["zenith"].to_numpy()
    extra = get_extra_radiation(middle).to_numpy()
    # hours around sunrise: their mean belongs to a higher sun than that of their middle
    direct = np.minimum(erbs(ghi, zenith, middle)["dni"].to_numpy(), extra)
    diffuse = ghi - direct * np.cos(np.deg2rad(zenith))
    plane = get_total_irradiance(
        tilt_deg,
        azimuth_deg,
        zenith,
        sun["azimuth"].to_numpy(),
        direct,
        ghi,
        diffuse,
        dni_extra=extra,
        albedo=ALBEDO,
        model="haydavies",
    )
    return np.asarray(plane["poa_global"], dtype=np.float64)


def cell_temperature_degc(
    irradiance_w_per_m2: FloatLike, t_outdoor_degc: FloatLike, ross_km2_per_w: FloatLike = ROSS_KM2_PER_W
) -> FloatArray:
    """Temperature of the cells, T + k G, °C.

    Parameters
    ----------
    irradiance_w_per_m2 : float or array
        On the plane of the modules, W/m².
    t_outdoor_degc : float or array
        °C.
    ross_km2_per_w : float or array
        Heating per irradiance, K·m²/W: 0.02 on a well ventilated sloped roof, 0.026 on a flat roof, 0.034 on a roof with
        little air behind the modules.
    """
    irradiance, t_outdoor, ross = as_floats(irradiance_w_per_m2, t_outdoor_degc, ross_km2_per_w)
    return t_outdoor + ross * irradiance


def capacity_share(
    irradiance_w_per_m2: FloatLike,
    t_cell_degc: FloatLike,
    performance_share: FloatLike,
    coefficient_per_k: FloatLike = TEMPERATURE_COEFFICIENT_PER_K,
) -> FloatArray:
    """Power over capacity, G/1000 W/m² · (1 + γ (T_cell - 25 °C)) · performance, from 0 to 1.

    Parameters
    ----------
    irradiance_w_per_m2 : float or array
        On the plane of the modules, W/m².
    t_cell_degc : float or array
        °C.
    performance_share : float or array
        What is left of the power of the cells after soiling, shading, mismatch, cables, inverter and transformer.
    coefficient_per_k : float or array
        γ, change of power per kelvin, 1/K.
    """
    irradiance, t_cell, performance, coefficient = as_floats(
        irradiance_w_per_m2, t_cell_degc, performance_share, coefficient_per_k
    )
    share = irradiance / G_RATED_W_PER_M2 * (1 + coefficient * (t_cell - T_RATED_DEGC)) * performance
    return np.clip(share, 0.0, 1.0)
