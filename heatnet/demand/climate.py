"""The built-in weather year: hourly, deterministic, from published monthly climate figures.

It needs no weather file. Monthly means hold exactly; in November and March, where the statutory season starts and
ends, the mean of either half of the month follows the smooth annual course, so that the season's full-load hours
depend on the climate and not on the seed.

Sources: monthly figures in ``data/climate_tianjin.yaml``; day-to-day weather as a first-order autoregression (Wilks,
*Statistical Methods in the Atmospheric Sciences*, 3rd ed. 2011, section 9.3); mean-preserving splines after Delhez,
Applied Mathematics Letters 16 (2003) 17; clear sky after Haurwitz, J. Meteorol. 2 (1945) 154.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from heatnet.errors import InputError, Problem, nearest
from heatnet.i18n import _
from heatnet.model.weather import WeatherYear
from heatnet.physics.photovoltaic import Site

FloatArray = NDArray[np.float64]

DEFAULT_CLIMATE = "CSWD"
DEFAULT_SEED = 1
_FILE = Path(__file__).parent / "data" / "climate_tianjin.yaml"
_DAYS_OF_MONTH = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_MONTH_OF_DAY = np.repeat(np.arange(12), _DAYS_OF_MONTH)
#: March and November are split after these days: the statutory season ends on 15 March and starts on 15 November
_SPLIT_AFTER_DAY = {2: 15, 10: 14}
#: cold spell in January: day of the month of its coldest day, and the days around it as shares of the way from the mean
#: of the month (0) to the design temperature (1)
_SPELL_DAY = 21
_SPELL = {-2: 0.5, -1: 1.0, 1: 0.95, 2: 0.5}
#: the spell alone nearly makes up January's spread; the other days keep at least this share of it, so that they still
#: vary
_WANDER_MIN_SHARE = 0.5
_ROUNDS = 200


@lru_cache(maxsize=1)
def _facts() -> dict[str, Any]:
    facts: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return facts


def climate_site() -> Site:
    """Return where the built-in climates were observed."""
    facts = _facts()
    return Site(float(facts["latitude_deg"]), float(facts["longitude_deg"]), float(facts["utc_offset_h"]))


def climate_names() -> list[str]:
    """Return the names of the built-in climates."""
    return list(_facts()["climates"])


def monthly_figures(climate: str = DEFAULT_CLIMATE) -> dict[str, FloatArray]:
    """Return the monthly figures of a climate, each as an array of twelve, January first.

    Raises
    ------
    InputError
        If there is no climate of that name.
    """
    names = climate_names()
    if climate not in names:
        guess = nearest(climate, names)
        remedy = _("did you mean {name}?").format(name=guess) if guess else _("take one of these, or an EPW file")
        raise InputError([Problem("climate", str(climate), ", ".join(names), remedy)])
    months = _facts()["climates"][climate]
    return {key: np.array([months[month][key] for month in range(1, 13)], dtype=np.float64) for key in months[1]}


def synthetic_year(climate: str = DEFAULT_CLIMATE, seed: int = DEFAULT_SEED, year: int = 2025) -> WeatherYear:
    """Build the weather year of a climate.

    Parameters
    ----------
    climate : {"CSWD", "TMYx.2011-2025"}
        CSWD, the Chinese standard typical year, for design; TMYx.2011-2025, about 0.9 K milder, for today's climate.
    seed : int
        Seed of the day-to-day weather; the same seed gives the same year. Monthly means do not depend on it.
    year : int
        Calendar year of the time index; 8760 hours, without 29 February.

    Returns
    -------
    WeatherYear
        Temperature: smooth annual course + autoregressive daily deviations scaled to the month's standard deviation +
        diurnal cycle with the month's range and hours of extremes. From 20 to 22 January a cold spell holds the daily
        mean at about the design temperature. Irradiance: clear-sky course times a random daily clearness, exact in
        the month's sum.

    Raises
    ------
    InputError
        If there is no climate of that name.
    """
    figures = monthly_figures(climate)
    generator = np.random.Generator(np.random.PCG64(seed))
    daily = _daily_means(figures, float(_facts()["t_design_degc"]), generator)
    hourly = _mean_preserving(daily, np.full(365, 24)) + _diurnal_cycle(figures)
    # the last digits of spline and cycle: the month's mean holds exactly
    hours_of_month = np.repeat(_MONTH_OF_DAY, 24)
    hourly += (figures["t_mean"] - _mean_by(hourly, hours_of_month))[hours_of_month]
    time = pd.date_range(f"{year}-01-01", f"{year}-12-31 23:00", freq="h", name="time")
    time = time[~((time.month == 2) & (time.day == 29))]
    source = f"{climate}: hourly year built from monthly climate figures of {_facts()['place']}, seed {seed}"
    return WeatherYear(time, hourly, _irradiance(figures, generator), source)


def _mean_by(values: FloatArray, group: NDArray[np.intp]) -> FloatArray:
    return np.bincount(group, values) / np.bincount(group)


def _mean_preserving(means: FloatArray, counts: NDArray[np.int_]) -> FloatArray:
    """Smooth periodic course with a given mean over each span of `counts` steps.

    The course is the step-by-step difference of a periodic cubic spline through the running sum, hence exact in each
    mean and continuous with its slope.
    """
    from scipy.interpolate import CubicSpline

    ends = np.concatenate([[0], np.cumsum(counts)])
    overall = np.sum(means * counts) / ends[-1]
    sums = np.concatenate([[0.0], np.cumsum((means - overall) * counts)])
    sums[-1] = 0.0
    spline = CubicSpline(ends, sums, bc_type="periodic")
    return np.asarray(np.diff(spline(np.arange(ends[-1] + 1))) + overall, dtype=np.float64)


def _autoregression(lag1: FloatArray, generator: np.random.Generator) -> FloatArray:
    """One year of a stationary first-order autoregression of unit variance; a year ahead of it settles the start."""
    phi = np.tile(lag1[_MONTH_OF_DAY], 2)
    shocks = generator.standard_normal(len(phi)) * np.sqrt(1 - phi**2)
    values = np.empty_like(shocks)
    last = 0.0
    for day, shock in enumerate(shocks):
        last = phi[day] * last + shock
        values[day] = last
    return values[365:]


def _span_of_day() -> NDArray[np.intp]:
    """Number of the span over which the mean is exact, by day: months, March and November in two parts."""
    day_of_month = np.concatenate([np.arange(1, days + 1) for days in _DAYS_OF_MONTH])
    starts = day_of_month == 1
    for month, day in _SPLIT_AFTER_DAY.items():
        starts |= (month == _MONTH_OF_DAY) & (day_of_month == day + 1)
    return np.cumsum(starts) - 1


def _cold_spell(figures: dict[str, FloatArray], t_design_degc: float) -> dict[int, float]:
    """Daily means that are set, by day of the year: the month's coldest day with days near the design temperature."""
    mean = figures["t_mean"][0]
    coldest = _SPELL_DAY - 1
    days = {coldest + offset: mean + share * (t_design_degc - mean) for offset, share in _SPELL.items()}
    return {**days, coldest: float(figures["t_daily_min"][0])}


def _daily_means(figures: dict[str, FloatArray], t_design_degc: float, generator: np.random.Generator) -> FloatArray:
    """Daily means: exact means of the smooth course over each span, the month's spread, the cold spell.

    Spread, extremes, spell and means are imposed in turn until they agree; the means come last and hold exactly.
    """
    month, span = _MONTH_OF_DAY, _span_of_day()
    course = _mean_preserving(figures["t_mean"], _DAYS_OF_MONTH)
    target = _mean_by(course, span)
    spell = _cold_spell(figures, t_design_degc)
    spell_days, spell_values = np.array(list(spell)), np.array(list(spell.values()))
    free = np.ones(365, dtype=bool)
    free[spell_days] = False
    free_days = np.bincount(span, free)
    values = course + figures["t_daily_sd"][month] * _autoregression(figures["t_daily_lag1"], generator)
    for _round in range(_ROUNDS):
        spread = np.sqrt(_mean_by((values - figures["t_mean"][month]) ** 2, month))
        wander = np.sqrt(np.bincount(month, free * (values - course) ** 2) / np.bincount(month, free))
        scale = figures["t_daily_sd"] * np.maximum(1 / spread, _WANDER_MIN_SHARE / wander)
        values = course + (values - course) * scale[month]
        values = np.clip(values, figures["t_daily_min"][month], figures["t_daily_max"][month])
        values[spell_days] = spell_values
        missing = (target - _mean_by(values, span)) * np.bincount(span) / free_days
        values = values + np.where(free, missing[span], 0.0)
    return values


def _diurnal_cycle(figures: dict[str, FloatArray]) -> FloatArray:
    """Cosine from the coldest to the warmest hour and back, range 1 times the month's range, zero mean every day."""
    hour = np.arange(24) + 0.5
    # EPW hour 16 is 15:00 to 16:00, its middle 15.5
    warmest, coldest = figures["warmest_hour"] - 0.5, figures["coldest_hour"] - 0.5
    rise = (warmest - coldest)[:, None]
    since = (hour[None, :] - coldest[:, None]) % 24
    phase = np.where(since <= rise, since / rise, 1 + (since - rise) / (24 - rise))
    shape = -np.cos(np.pi * phase) / 2
    shape -= shape.mean(axis=1, keepdims=True)
    amplitude = _mean_preserving(figures["t_diurnal_range"], _DAYS_OF_MONTH)
    return (amplitude[:, None] * shape[_MONTH_OF_DAY]).ravel()


def _clear_sky() -> FloatArray:
    """Clear-sky global irradiance (day, hour), W/m², 1098 cos z exp(-0.057/cos z)."""
    facts = _facts()
    day = np.arange(365)[:, None]
    angle = 2 * np.pi * (day - 80) / 365
    declination = np.deg2rad(23.45) * np.sin(angle)
    equation_of_time_h = (9.87 * np.sin(2 * angle) - 7.53 * np.cos(angle) - 1.5 * np.sin(angle)) / 60
    solar_hour = np.arange(24) + 0.5 + equation_of_time_h + facts["longitude_deg"] / 15 - facts["utc_offset_h"]
    latitude = np.deg2rad(facts["latitude_deg"])
    height = np.sin(latitude) * np.sin(declination)
    height = height + np.cos(latitude) * np.cos(declination) * np.cos(np.pi * (solar_hour - 12) / 12)
    cosine = np.maximum(height, 1e-3)
    return np.where(height > 1e-3, 1098 * cosine * np.exp(-0.057 / cosine), 0.0)


def _irradiance(figures: dict[str, FloatArray], generator: np.random.Generator) -> FloatArray:
    """Clear sky times a daily clearness u^p, u uniform; p by month so that the month's sum holds."""
    clear = _clear_sky()
    clear_kwh = clear.sum(axis=1) / 1e3
    uniform = generator.uniform(0.05, 1.0, 365)
    low, high = np.zeros(12), np.full(12, 20.0)
    for _step in range(60):
        power = (low + high) / 2
        sums = np.bincount(_MONTH_OF_DAY, clear_kwh * uniform ** power[_MONTH_OF_DAY])
        too_bright = sums > figures["ghi"]
        low, high = np.where(too_bright, power, low), np.where(too_bright, high, power)
    clearness = uniform ** power[_MONTH_OF_DAY]
    # a month brighter than this clear sky keeps its sum all the same
    clearness *= (figures["ghi"] / np.bincount(_MONTH_OF_DAY, clear_kwh * clearness))[_MONTH_OF_DAY]
    return np.asarray((clear * clearness[:, None]).ravel(), dtype=np.float64)
