"""Photovoltaics against closed forms, limits of the tilted plane, and the yield that is usual at Tianjin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.demand.climate import synthetic_year
from heatnet.physics.photovoltaic import (
    ALBEDO,
    Site,
    capacity_share,
    cell_temperature_degc,
    plane_irradiance_w_per_m2,
)

TIANJIN = Site(39.08, 117.07)
#: full-load hours of modules at 10° to the south with 0.82; the CSWD year is the one behind the usual 1150 to 1200 h
YIELD_H = {"CSWD": (1150.0, 1200.0), "TMYx.2011-2025": (1350.0, 1400.0)}


def day(date: str) -> pd.DatetimeIndex:
    return pd.date_range(date, periods=24, freq="h")


def test_a_horizontal_plane_gets_the_global_irradiance() -> None:
    weather = synthetic_year()
    plane = plane_irradiance_w_per_m2(weather.time, weather.ghi_w_per_m2, TIANJIN, 0.0, 180.0)
    np.testing.assert_allclose(plane, weather.ghi_w_per_m2, atol=1e-9)


def test_no_light_no_power() -> None:
    time = day("2025-06-21")
    plane = plane_irradiance_w_per_m2(time, 0.0, TIANJIN, 30.0, 180.0)
    assert plane.tolist() == [0.0] * 24
    assert capacity_share(plane, cell_temperature_degc(plane, -10.0), 0.82).tolist() == [0.0] * 24


def test_overcast_light_is_isotropic() -> None:
    # clearness near 0: Erbs takes 1 - 0.09 kt for diffuse, so that a plane sees sky and ground by its view factors
    time, ghi = day("2025-03-21")[11:13], 1.0
    upright = plane_irradiance_w_per_m2(time, ghi, TIANJIN, 90.0, 0.0)
    np.testing.assert_allclose(upright, ghi * (1 + ALBEDO) / 2, rtol=2e-3)


def test_beam_on_a_plane_that_faces_the_sun() -> None:
    """Clear noon on the equinox at the equator: the sun overhead, a plane of tilt β gets DNI cos β and what is diffuse.

    kt = 800/(I0 cos z); Erbs' diffuse share d; A = DNI/I0; G = 800 [(1 - d) cos β + d (A cos β + (1 - A)(1 + cos β)/2)
    + albedo (1 - cos β)/2].
    """
    time, beta = pd.DatetimeIndex(["2025-03-20 11:30"]), np.deg2rad(40.0)
    extra = 1366.1 * (1 + 0.033 * np.cos(2 * np.pi * 79 / 365))
    kt = 800.0 / extra
    diffuse = 0.9511 - 0.1604 * kt + 4.388 * kt**2 - 16.638 * kt**3 + 12.336 * kt**4
    anisotropy = 800.0 * (1 - diffuse) / extra
    expected = 800.0 * (
        (1 - diffuse) * np.cos(beta)
        + diffuse * (anisotropy * np.cos(beta) + (1 - anisotropy) * (1 + np.cos(beta)) / 2)
        + ALBEDO * (1 - np.cos(beta)) / 2
    )
    # the equation of time is 7.4 min, 1.9° of hour angle to the side of a plane to the south: 0.05 %
    plane = plane_irradiance_w_per_m2(time, 800.0, Site(0.0, 0.0, 0.0), 40.0, 180.0)
    assert plane[0] == pytest.approx(expected, rel=2e-3)


def test_the_sun_stands_at_the_middle_of_the_hour() -> None:
    """At the meridian of UTC+8 the hours 11 and 12 mirror each other but for the equation of time, zero in mid-April."""
    plane = plane_irradiance_w_per_m2(day("2025-04-15"), np.full(24, 300.0), Site(39.0, 120.0), 60.0, 180.0)
    assert plane[11] == pytest.approx(plane[12], rel=1e-3)
    assert plane[9] == pytest.approx(plane[14], rel=1e-2)


def test_planes_to_the_east_earn_in_the_morning() -> None:
    weather = synthetic_year()
    east, west = (
        plane_irradiance_w_per_m2(weather.time, weather.ghi_w_per_m2, TIANJIN, 30.0, azimuth)
        for azimuth in (90.0, 270.0)
    )
    morning = weather.time.hour < 12
    assert east[morning].sum() > 1.2 * west[morning].sum()
    assert east[~morning].sum() < 0.9 * west[~morning].sum()


def test_light_with_a_sun_below_three_degrees_is_diffuse() -> None:
    """A bright hour whose middle is night keeps its energy, and no plane gets more than the sun gives."""
    time = day("2025-06-21")
    plane = plane_irradiance_w_per_m2(time, np.full(24, 100.0), TIANJIN, 90.0, 90.0)
    midnight = plane[[23, 0]]
    np.testing.assert_allclose(midnight, 100.0 * (1 + ALBEDO) / 2, rtol=1e-9)
    assert plane.max() < 1400


def test_power_of_cells() -> None:
    # 800 W/m² on a flat roof at 30 °C: 30 + 0.026 * 800 = 50.8 °C; 0.8 (1 - 0.0037 * 25.8) 0.9
    assert cell_temperature_degc(800.0, 30.0) == pytest.approx(50.8)
    assert capacity_share(800.0, 50.8, 0.9) == pytest.approx(0.8 * (1 - 0.0037 * 25.8) * 0.9)
    assert capacity_share(1000.0, 25.0, 1.0) == pytest.approx(1.0)
    # very cold and bright: the capacity is the largest power
    assert capacity_share(1200.0, -20.0, 1.0) == 1.0


@pytest.mark.parametrize("climate", list(YIELD_H))
def test_yield_of_a_year_at_tianjin(climate: str) -> None:
    weather = synthetic_year(climate)
    plane = plane_irradiance_w_per_m2(weather.time, weather.ghi_w_per_m2, TIANJIN, 10.0, 180.0)
    hours = capacity_share(plane, cell_temperature_degc(plane, weather.t_outdoor_degc), 0.82).sum()
    assert YIELD_H[climate][0] <= hours <= YIELD_H[climate][1]


def test_wrong_irradiance_is_refused() -> None:
    time = day("2025-06-21")
    with pytest.raises(ValueError, match="negative"):
        plane_irradiance_w_per_m2(time, np.full(24, -1.0), TIANJIN, 10.0, 180.0)
    with pytest.raises(ValueError):
        plane_irradiance_w_per_m2(time, np.zeros(23), TIANJIN, 10.0, 180.0)
