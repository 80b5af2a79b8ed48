"""Periods of the time-of-use electricity tariff (分时电价).

Those of the Tianjin tariff for industry and commerce (notice of December 2021): valley 23–7, peak 9–12 and 16–21, flat
otherwise; 16–18 is critical peak (尖峰) in January, July, August and December. An hour beginning at 16:00 belongs to 16–17.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

PERIODS = ("valley", "flat", "peak", "critical")
CRITICAL_MONTHS = (1, 7, 8, 12)
_VALLEY_HOURS = (23, 0, 1, 2, 3, 4, 5, 6)
_PEAK_HOURS = (9, 10, 11, 16, 17, 18, 19, 20)
_CRITICAL_HOURS = (16, 17)


def tariff_periods(time: pd.DatetimeIndex) -> np.ndarray:
    """Return the tariff period of each hour, an array of the texts of `PERIODS`, shape (T,)."""
    hour, month = np.asarray(time.hour), np.asarray(time.month)
    critical = np.isin(hour, _CRITICAL_HOURS) & np.isin(month, CRITICAL_MONTHS)
    return np.select(
        [np.isin(hour, _VALLEY_HOURS), critical, np.isin(hour, _PEAK_HOURS)], ["valley", "critical", "peak"], "flat"
    )
