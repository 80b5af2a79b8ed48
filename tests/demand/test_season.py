"""The heating season within a calendar year."""

from __future__ import annotations

import pandas as pd
import pytest

from heatnet.demand.season import extended_season, heating_season, statutory_season
from heatnet.errors import InputError


def _year(year: int) -> pd.DatetimeIndex:
    return pd.date_range(f"{year}-01-01", f"{year}-12-31 23:00", freq="h")


def test_hours_of_the_seasons() -> None:
    assert statutory_season(_year(2025)).sum() == 121 * 24 == 2904
    assert statutory_season(_year(2024)).sum() == 2928
    assert extended_season(_year(2025)).sum() == 151 * 24 == 3624


def test_first_and_last_day_belong_to_the_season() -> None:
    time = pd.DatetimeIndex(
        ["2025-03-15 23:00", "2025-03-16 00:00", "2025-11-14 23:00", "2025-11-15 00:00", "2025-12-31", "2025-01-01"]
    )
    assert heating_season(time).tolist() == [True, False, False, True, True, True]


def test_a_season_within_the_year_does_not_wrap() -> None:
    assert heating_season(_year(2025), "05-01", "05-02").sum() == 48


@pytest.mark.parametrize("text", ["1115", "13-01", "02-30", "11-31", "15.11", "00-10"])
def test_a_day_that_is_none_is_refused_with_its_key(text: str) -> None:
    with pytest.raises(InputError) as caught:
        heating_season(_year(2025), text, "03-15")
    problem = caught.value.problems[0]
    assert (problem.where, problem.found) == ("season.start", text)
