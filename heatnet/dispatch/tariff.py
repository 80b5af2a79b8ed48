"""Time-of-use electricity tariff (分时电价): from the periods of a day to a price for every hour.

Periods of the Tianjin tariff for industry and commerce (notice of December 2021): valley 23–7, peak 9–12 and 16–21,
flat otherwise; 16–18 is critical peak (尖峰) in January, July, August and December. An hour beginning at 16:00 belongs
to 16–17.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.supply import FloatArray

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


def time_of_use_tariff(time: pd.DatetimeIndex, prices: Mapping[str, float]) -> FloatArray:
    """Return the electricity price of each hour.

    Parameters
    ----------
    time : pandas.DatetimeIndex, length T
        Hours, hour-beginning, UTC+8.
    prices : mapping of str to float
        CNY/MWh of ``valley``, ``flat`` and ``peak``; without ``critical`` those hours cost the peak price.

    Returns
    -------
    ndarray, shape (T,)
        CNY/MWh.

    Raises
    ------
    InputError
        If a period has no price, or a price belongs to no period.
    """
    problems = Problems()
    where = _("electricity tariff")
    for name in PERIODS[:3]:
        if name not in prices:
            problems.add(where, _("no price for {period}").format(period=name))
    for name in prices:
        if name not in PERIODS:
            problems.add(where, _("unknown period {period}").format(period=name), ", ".join(PERIODS))
    problems.raise_if_any()
    by_period = {"critical": prices["peak"], **prices}
    periods = tariff_periods(time)
    return np.select([periods == name for name in PERIODS], [float(by_period[name]) for name in PERIODS])
