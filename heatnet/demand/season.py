"""The heating season within a calendar year.

Source: 天津市供热用热条例 (statutory season 15 November to 15 March); usual practice 1 November to 31 March.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heatnet.errors import InputError, Problem
from heatnet.i18n import _

STATUTORY = ("11-15", "03-15")
EXTENDED = ("11-01", "03-31")


def heating_season(time: pd.DatetimeIndex, start: str = STATUTORY[0], end: str = STATUTORY[1]) -> NDArray[np.bool_]:
    """Return which hours lie in the heating season, both days included.

    Parameters
    ----------
    time : pandas.DatetimeIndex (T,)
        Beginning of each hour.
    start, end : str
        First and last day, "MM-DD". A season that starts later in the year than it ends wraps around New Year: a
        calendar year then holds the end of one season and the beginning of the next, 2904 hours with the default
        days, 2928 in a leap year.

    Raises
    ------
    InputError
        If a day is not of the form MM-DD.
    """
    first, last = _day_number(start, "start"), _day_number(end, "end")
    day = np.asarray(time.month * 100 + time.day)
    if first <= last:
        return (day >= first) & (day <= last)
    return (day >= first) | (day <= last)


def statutory_season(time: pd.DatetimeIndex) -> NDArray[np.bool_]:
    """Return which hours lie in the statutory season, 15 November to 15 March (121 days, 2904 h)."""
    return heating_season(time, *STATUTORY)


def extended_season(time: pd.DatetimeIndex) -> NDArray[np.bool_]:
    """Return which hours lie in the season usual of late, 1 November to 31 March (151 days, 3624 h)."""
    return heating_season(time, *EXTENDED)


def _day_number(text: str, key: str) -> int:
    match = re.fullmatch(r"(\d{2})-(\d{2})", str(text))
    if match:
        month, day = int(match[1]), int(match[2])
        # 2024 is a leap year: 02-29 is a day
        if 1 <= month <= 12 and 1 <= day <= pd.Period(f"2024-{month:02d}", "M").days_in_month:
            return month * 100 + day
    raise InputError(
        [
            Problem(
                f"season.{key}",
                str(text),
                _("a day of the year as MM-DD"),
                _('write it with quotes, for instance "11-15"'),
            )
        ]
    )
