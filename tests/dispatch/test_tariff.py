"""Time-of-use tariff: each hour in its period."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.dispatch.tariff import time_of_use_tariff
from heatnet.errors import InputError
from heatnet.model.tariff import tariff_periods

PRICES = {"valley": 370.0, "flat": 720.0, "peak": 1050.0, "critical": 1200.0}
LETTERS = {"valley": "v", "flat": "f", "peak": "p", "critical": "c"}


@pytest.mark.parametrize("month", range(1, 13))
def test_day_of_every_month(month):
    """Hours 0–6 and 23 valley, 9–11 and 16–20 peak, 16–17 critical in January, July, August and December."""
    day = pd.date_range(f"2025-{month:02d}-10", periods=24, freq="h")
    evening = "ccppp" if month in (1, 7, 8, 12) else "ppppp"
    assert (
        "".join(LETTERS[period] for period in tariff_periods(day))
        == "vvvvvvv" + "ff" + "ppp" + "ffff" + evening + "ffv"
    )


def test_hour_belongs_to_the_period_it_begins_in():
    """An hour beginning at 06:00 is still valley, at 07:00 flat."""
    time = pd.to_datetime(["2025-11-20 06:00", "2025-11-20 07:00", "2025-11-20 22:00", "2025-11-20 23:00"])
    np.testing.assert_array_equal(time_of_use_tariff(time, PRICES), [370, 720, 720, 370])


def test_year_has_the_right_number_of_hours():
    """Valley 8 h, peak 8 h a day (2 of them critical in four months of 31 days), flat 8 h."""
    year = pd.date_range("2025-01-01", periods=8760, freq="h")
    price = time_of_use_tariff(year, PRICES)
    counts = {value: int((price == value).sum()) for value in PRICES.values()}
    assert counts == {370.0: 8 * 365, 720.0: 8 * 365, 1050.0: 8 * 365 - 2 * 124, 1200.0: 2 * 124}


def test_without_critical_price_those_hours_cost_the_peak_price():
    time = pd.to_datetime(["2025-01-20 16:00"])
    assert time_of_use_tariff(time, {"valley": 1.0, "flat": 2.0, "peak": 3.0}).tolist() == [3.0]


def test_all_wrong_periods_are_named_at_once():
    with pytest.raises(InputError) as caught:
        time_of_use_tariff(pd.to_datetime(["2025-01-20"]), {"valley": 1.0, "peek": 3.0})
    text = str(caught.value)
    assert all(word in text for word in ("flat", "peak", "peek"))
