"""One year of hourly weather, hour-beginning."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class WeatherYear:
    """Hourly weather of one calendar year, 1 January 00:00 to 31 December 23:00 (a heating season wraps around it).

    Parameters
    ----------
    time : pandas.DatetimeIndex (T,)
        Beginning of each hour, naive local standard time (UTC+8 in China), without gaps but for 29 February.
    t_outdoor_degc : array (T,)
        Mean dry-bulb temperature of the hour, °C.
    ghi_w_per_m2 : array (T,) or None
        Mean global horizontal irradiance of the hour, W/m².
    source : str
        Where the figures come from.
    notes : tuple of str
        What was changed or left out on the way.

    Raises
    ------
    ValueError
        If lengths differ, the time does not ascend, or a temperature is not a number.
    """

    time: pd.DatetimeIndex
    t_outdoor_degc: NDArray[np.float64]
    ghi_w_per_m2: NDArray[np.float64] | None
    source: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        hours = len(self.time)
        if self.t_outdoor_degc.shape != (hours,):
            raise ValueError(f"{hours} hours, but temperatures of shape {self.t_outdoor_degc.shape}")
        if self.ghi_w_per_m2 is not None and self.ghi_w_per_m2.shape != (hours,):
            raise ValueError(f"{hours} hours, but irradiance of shape {self.ghi_w_per_m2.shape}")
        if not (self.time.is_monotonic_increasing and self.time.is_unique and self.time.tz is None):
            raise ValueError("the time of a weather year ascends, without repeated hours and without a time zone")
        if not np.all(np.isfinite(self.t_outdoor_degc)):
            raise ValueError("a weather year has a temperature in every hour")

    @property
    def t_outdoor(self) -> pd.Series:
        """Outdoor temperature, °C, indexed by time."""
        return pd.Series(self.t_outdoor_degc, index=self.time, name="t_outdoor_degc")

    def daily_mean_degc(self) -> pd.Series:
        """Daily mean of the outdoor temperature, °C, indexed by day."""
        return self.t_outdoor.groupby(self.time.normalize()).mean()

    def warmed_by(self, difference_k: float) -> WeatherYear:
        """Return the same year with every hour warmer by `difference_k`."""
        return replace(self, t_outdoor_degc=self.t_outdoor_degc + difference_k)
