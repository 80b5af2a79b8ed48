"""Time-of-use electricity tariff (分时电价): from the periods of a day to a price for every hour."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.supply import FloatArray
from heatnet.model.tariff import PERIODS, tariff_periods


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
