"""Shapes of electric loads, and the year of a power network made of them and of the weather."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from heatnet.demand.climate import climate_site, synthetic_year
from heatnet.demand.power import power_boundary, within_year
from heatnet.demand.power_load import power_load_share
from heatnet.errors import InputError
from heatnet.model.boundary import Boundary
from heatnet.model.power_build import build_power_network
from heatnet.model.power_network import PowerNetwork
from heatnet.model.power_schema import LOAD_PROFILES
from heatnet.physics.photovoltaic import Site, capacity_share, cell_temperature_degc, plane_irradiance_w_per_m2

SHAPED = [name for name in LOAD_PROFILES if name != "heat"]
#: energy of the year over its largest power: what such loads usually have
FULL_LOAD_HOURS = {
    "flat": (8760, 8760),
    "residential": (3000, 4500),
    "office": (2800, 4000),
    "industry": (6000, 7500),
    "data_centre": (7800, 8500),
}


def year(number: int = 2025) -> pd.DatetimeIndex:
    return pd.date_range(f"{number}-01-01", f"{number}-12-31 23:00", freq="h")


@pytest.mark.parametrize("number", [2020, 2024, 2025])
@pytest.mark.parametrize("profile", SHAPED)
def test_the_largest_hour_of_every_year_is_one(profile: str, number: int) -> None:
    share = power_load_share(profile, year(number))
    assert share.max() == 1.0
    assert share.min() > 0.1


@pytest.mark.parametrize("profile", SHAPED)
def test_full_load_hours_are_usual(profile: str) -> None:
    low, high = FULL_LOAD_HOURS[profile]
    assert low <= power_load_share(profile, year()).sum() <= high


@pytest.mark.parametrize("profile", SHAPED)
def test_an_hour_does_not_depend_on_what_is_asked_with_it(profile: str) -> None:
    time = year()
    np.testing.assert_array_equal(
        power_load_share(profile, time[3000:3100]), power_load_share(profile, time)[3000:3100]
    )


def test_people_work_on_weekdays_and_are_at_home_in_the_evening() -> None:
    # Friday 11 and Saturday 12 July 2025
    friday, saturday = (
        pd.date_range("2025-07-11", periods=24, freq="h"),
        pd.date_range("2025-07-12", periods=24, freq="h"),
    )
    assert power_load_share("office", friday).argmax() in range(9, 17)
    assert power_load_share("residential", friday).argmax() in range(18, 22)
    for profile in ("office", "industry"):
        assert power_load_share(profile, saturday).max() < 0.85 * power_load_share(profile, friday).max()
    noon = 12
    assert power_load_share("residential", saturday)[noon] > power_load_share("residential", friday)[noon]


@pytest.mark.parametrize("profile", ["heat", "offices"])
def test_a_profile_without_a_shape_is_refused(profile: str) -> None:
    with pytest.raises(ValueError, match=profile):
        power_load_share(profile, year())


def network(crs: str = "EPSG:4326", place: tuple[float, float] = (117.7, 39.05)) -> PowerNetwork:
    def table(*rows: dict) -> pd.DataFrame:
        return pd.DataFrame(list(rows))

    return build_power_network(
        "town",
        {"carrier": "electric", "crs": crs},
        {
            "buses": table({"id": "b", "v_nom_kv": 10.0, "geometry": Point(*place)}),
            "grids": table({"id": "grid", "bus": "b"}),
            "loads": table(
                {"id": "works", "bus": "b", "p_mw": 4.0, "profile": "industry"},
                {"id": "base", "bus": "b", "p_mw": 1.5},
                {"id": "pumps", "bus": "b", "profile": "heat", "supplies": "hp"},
                {"id": "reserve", "bus": "b", "p_mw": 2.0, "profile": "heat"},
            ),
            "generators": table(
                {"id": "roof", "bus": "b", "capacity_mw": 10.0},
                {"id": "wall", "bus": "b", "capacity_mw": 2.0, "tilt_deg": 90.0, "performance_share": 0.7},
                {"id": "mill", "bus": "b", "capacity_mw": 5.0, "kind": "wind"},
                {"id": "planned", "bus": "b", "capacity_mw": 0.0},
            ),
        },
    )


def test_loads_follow_their_profiles_and_heat_plants_are_left_alone() -> None:
    weather = synthetic_year()
    boundary = power_boundary(network(), weather)
    loads = boundary.values["load_p_mw"]
    assert list(loads.columns) == ["works", "base"]
    np.testing.assert_array_equal(loads["works"], 4.0 * power_load_share("industry", weather.time))
    assert (loads["base"] == 1.5).all()
    assert boundary.time.equals(weather.time)


def test_photovoltaics_follow_the_weather_and_other_generators_are_left_alone() -> None:
    weather = synthetic_year()
    power = power_boundary(network(), weather).values["generator_p_mw"]
    assert list(power.columns) == ["roof", "wall", "planned"]
    plane = plane_irradiance_w_per_m2(weather.time, weather.ghi_w_per_m2, Site(39.0, 117.7), 90.0, 180.0)
    expected = 2.0 * capacity_share(plane, cell_temperature_degc(plane, weather.t_outdoor_degc), 0.7)
    np.testing.assert_allclose(power["wall"], expected, rtol=2e-3, atol=1e-3)
    assert (power["planned"] == 0).all()
    assert (power["roof"] <= 10.0).all()


def test_a_network_without_degrees_lies_in_tianjin() -> None:
    weather = synthetic_year()
    local = power_boundary(network("local", (500.0, 200.0)), weather).values["generator_p_mw"]["roof"]
    site = climate_site()
    there = power_boundary(network(place=(site.longitude_deg, site.latitude_deg)), weather)
    np.testing.assert_allclose(local, there.values["generator_p_mw"]["roof"], rtol=1e-2, atol=1e-2)
    tropics = power_boundary(network(place=(110.0, 5.0)), weather).values["generator_p_mw"]["roof"]
    assert abs(tropics - local).max() > 0.5


def test_photovoltaics_need_irradiance() -> None:
    dark = dataclasses.replace(synthetic_year(), ghi_w_per_m2=None)
    with pytest.raises(InputError) as caught:
        power_boundary(network(), dark)
    problem = caught.value.problems[0]
    assert "roof" in problem.where
    assert "irradiance" in problem.found
    plain = network().with_tables(generators=network().generators.loc[["mill"]])
    assert power_boundary(plain, dark).values["generator_p_mw"].columns.empty


def test_a_boundary_stands_in_the_typical_year_also_on_29_february():
    typical_time = pd.date_range("2025-01-01", periods=8760, freq="h", name="time")
    hours = pd.DataFrame({"a": np.arange(8760.0), "b": 7.0}, index=typical_time)
    typical = Boundary(typical_time, {"load_p_mw": hours, "generator_p_mw": hours[["a"]]})
    time = pd.DatetimeIndex(["2028-02-28T23:00", "2028-02-29T00:15", "2028-03-01T00:00"], name="time")
    own = pd.DataFrame({"b": [1.0, 2.0, 3.0]}, index=time)
    joined = within_year(Boundary(time, {"load_p_mw": own, "battery_p_mw": own}), typical, "hours")
    assert joined.time.equals(time)
    assert joined.values["load_p_mw"]["b"].tolist() == [1.0, 2.0, 3.0]
    last = 24 * (31 + 28) - 1
    assert joined.values["load_p_mw"]["a"].tolist() == [last, last - 23, last + 1]
    assert joined.values["generator_p_mw"]["a"].tolist() == [last, last - 23, last + 1]
    assert set(joined.values) == {"load_p_mw", "generator_p_mw", "battery_p_mw"}
