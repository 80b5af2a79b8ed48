"""Weekly profiles of operation by consumer kind: hours over their own mean, 168 values from Monday 00:00.

Source: operating practice in Tianjin (illustrative): dwellings, hotels and hospitals run through at 18 °C or above
without set-back; offices, schools, shops and factories set back at night and on days off, with a morning peak of 1.2
to 1.4 of the mean when they heat up again. Process steam: west zone, night -20 %, Sunday -15 %, 65 t/h in winter and
57 t/h in summer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
HOURS_OF_WEEK = 168

PROCESS_WINTER_T_PER_H = 65.0
PROCESS_SUMMER_T_PER_H = 57.0
PROCESS_NIGHT_SHARE = 0.80
PROCESS_SUNDAY_SHARE = 0.85
_WINTER_MONTHS = (11, 12, 1, 2, 3)
_NIGHT_HOURS = (22, 23, 0, 1, 2, 3, 4, 5)


@dataclass(frozen=True)
class SetBack:
    """Operation of a building that sets back: levels relative to the working hours' level of 1.

    Parameters
    ----------
    heat_up, close : int
        Hour at which heating up begins and hour at which the set-back begins.
    days_off : tuple of int
        Days that stay set back, Monday 0.
    peak, night : float
        Level during the three hours of heating up, and level while set back. Set back, a building of 50 to 100 h time
        constant still needs most of its heat to hold 5 to 10 °C until the morning.
    """

    heat_up: int
    close: int
    days_off: tuple[int, ...]
    peak: float
    night: float


HEAT_UP_HOURS = 3
SET_BACK = {
    "office": SetBack(heat_up=6, close=19, days_off=(5, 6), peak=1.15, night=0.75),
    "school": SetBack(heat_up=5, close=18, days_off=(5, 6), peak=1.15, night=0.75),
    "shop": SetBack(heat_up=7, close=21, days_off=(), peak=1.20, night=0.75),
    "factory": SetBack(heat_up=5, close=20, days_off=(6,), peak=1.15, night=0.75),
}
#: share of the floor area of "mixed" consumers that is run like offices; the rest is dwellings
MIXED_OFFICE_SHARE = 0.3


def weekly_profile(kind: str) -> FloatArray:
    """Return the 168 hourly factors of a consumer kind, Monday 00:00 first, with mean 1.

    Parameters
    ----------
    kind : str
        Consumer kind; kinds without set-back give ones.
    """
    if kind == "mixed":
        return (1 - MIXED_OFFICE_SHARE) + MIXED_OFFICE_SHARE * weekly_profile("office")
    rule = SET_BACK.get(kind)
    if rule is None:
        return np.ones(HOURS_OF_WEEK)
    day, hour = np.divmod(np.arange(HOURS_OF_WEEK), 24)
    working = (hour >= rule.heat_up) & (hour < rule.close) & ~np.isin(day, rule.days_off)
    heating_up = working & (hour < rule.heat_up + HEAT_UP_HOURS)
    levels = np.where(heating_up, rule.peak, np.where(working, 1.0, rule.night))
    return np.asarray(levels / levels.mean())


def hour_of_week(time: pd.DatetimeIndex) -> NDArray[np.intp]:
    """Return the number of each hour in its week, Monday 00:00 = 0."""
    return np.asarray(time.dayofweek * 24 + time.hour, dtype=np.intp)


def process_profile(time: pd.DatetimeIndex) -> FloatArray:
    """Process steam at each hour over its mean of the year.

    Parameters
    ----------
    time : pandas.DatetimeIndex (T,)
        Hours. A full year (8760 hours or more) has mean 1 exactly; fewer hours are normalised with the calendar year of
        the first.

    Notes
    -----
    Winter (November to March) over summer 65 : 57; 22:00 to 06:00 times 0.80; Sundays times 0.85.
    """
    if len(time) >= 8760:
        levels = _process_levels(time)
        return np.asarray(levels / levels.mean())
    year = time[0].year if len(time) else 2025
    full = pd.date_range(f"{year}-01-01", f"{year}-12-31 23:00", freq="h")
    return np.asarray(_process_levels(time) / _process_levels(full).mean())


def _process_levels(time: pd.DatetimeIndex) -> FloatArray:
    season = np.where(np.isin(time.month, _WINTER_MONTHS), PROCESS_WINTER_T_PER_H, PROCESS_SUMMER_T_PER_H)
    night = np.where(np.isin(time.hour, _NIGHT_HOURS), PROCESS_NIGHT_SHARE, 1.0)
    sunday = np.where(np.asarray(time.dayofweek) == 6, PROCESS_SUNDAY_SHARE, 1.0)
    return np.asarray(season * night * sunday, dtype=np.float64)
