"""The built-in weather year keeps the published figures of its climate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.demand.climate import climate_names, monthly_figures, synthetic_year
from heatnet.demand.season import extended_season, statutory_season
from heatnet.errors import InputError

CLIMATES = ["CSWD", "TMYx.2011-2025"]
T_DESIGN_DEGC = -7.0
#: full-load hours of the typical years themselves, daily means, 18 °C inside, -7 °C design, 121 and 151 days
FULL_LOAD_HOURS = {"CSWD": (2110.0, 2385.0), "TMYx.2011-2025": (2005.0, 2226.0)}
SEASON_MEAN_DEGC = {"CSWD": (-0.16, 1.55), "TMYx.2011-2025": (0.74, 2.65)}


def _full_load_hours(daily: pd.Series) -> float:
    return float((18.0 - daily).clip(lower=0.0).sum() / (18.0 - T_DESIGN_DEGC) * 24)


@pytest.mark.parametrize("climate", CLIMATES)
@pytest.mark.parametrize("seed", [1, 2, 77])
def test_monthly_means_hold_exactly_whatever_the_seed(climate: str, seed: int) -> None:
    weather = synthetic_year(climate, seed=seed)
    means = weather.t_outdoor.groupby(weather.time.month).mean()
    np.testing.assert_allclose(means, monthly_figures(climate)["t_mean"], atol=1e-12)


@pytest.mark.parametrize("climate", CLIMATES)
@pytest.mark.parametrize("seed", [1, 2, 77])
def test_full_load_hours_of_both_seasons(climate: str, seed: int) -> None:
    daily = synthetic_year(climate, seed=seed).daily_mean_degc()
    for season, hours, mean in zip(
        (statutory_season, extended_season), FULL_LOAD_HOURS[climate], SEASON_MEAN_DEGC[climate], strict=True
    ):
        days = daily[season(daily.index)]
        assert _full_load_hours(days) == pytest.approx(hours, rel=0.02)
        # 2 % of full-load hours is 0.3 to 0.4 K
        assert days.mean() == pytest.approx(mean, abs=0.25)


def test_same_seed_same_year_other_seed_other_year() -> None:
    first, again, other = synthetic_year(seed=5), synthetic_year(seed=5), synthetic_year(seed=6)
    assert first.t_outdoor_degc.tobytes() == again.t_outdoor_degc.tobytes()
    assert first.ghi_w_per_m2 is not None
    assert again.ghi_w_per_m2 is not None
    assert first.ghi_w_per_m2.tobytes() == again.ghi_w_per_m2.tobytes()
    assert np.abs(first.t_outdoor_degc - other.t_outdoor_degc).max() > 1.0


@pytest.mark.parametrize("climate", CLIMATES)
@pytest.mark.parametrize("seed", [1, 2, 77])
def test_january_holds_a_cold_spell_at_the_design_temperature(climate: str, seed: int) -> None:
    weather = synthetic_year(climate, seed=seed)
    january = weather.daily_mean_degc()["2025-01"]
    figures = monthly_figures(climate)
    spell = january["2025-01-20":"2025-01-22"]
    assert np.all(np.abs(spell - T_DESIGN_DEGC) < 1.1)
    assert january.min() == pytest.approx(figures["t_daily_min"][0], abs=0.01)
    # nights of the spell: half the diurnal range below the daily mean
    assert -14.0 < weather.t_outdoor["2025-01-20":"2025-01-22"].min() < -12.0


@pytest.mark.parametrize("climate", CLIMATES)
def test_days_vary_as_in_the_climate(climate: str) -> None:
    figures = monthly_figures(climate)
    daily = synthetic_year(climate).daily_mean_degc()
    months = daily.groupby(daily.index.month)
    # the spread is exact but where the smooth annual course alone has more (March) or the cold spell has (January)
    np.testing.assert_allclose(months.std(ddof=0), figures["t_daily_sd"], rtol=0.15)
    assert np.sum(np.abs(months.std(ddof=0) / figures["t_daily_sd"] - 1) < 0.01) >= 10
    # one year of a month is a sample of 30 days: the extremes hold within the last shift of the mean
    assert np.all(months.min() >= figures["t_daily_min"] - 0.15)
    assert np.all(months.max() <= figures["t_daily_max"] + 0.15)


def test_days_remember_the_day_before() -> None:
    # the sample correlation of one month scatters by 0.17; over 20 years it settles near the given 0.46 … 0.90
    given = monthly_figures("CSWD")["t_daily_lag1"][5]
    lags = []
    for seed in range(20):
        june = synthetic_year("CSWD", seed=seed).daily_mean_degc()["2025-06"]
        lags.append(june.autocorr(1))
    assert np.mean(lags) == pytest.approx(given, abs=0.15)


@pytest.mark.parametrize("climate", CLIMATES)
def test_diurnal_cycle_has_its_range_and_hours(climate: str) -> None:
    figures = monthly_figures(climate)
    weather = synthetic_year(climate)
    by_hour = weather.t_outdoor.groupby([weather.time.month, weather.time.hour]).mean().unstack()
    # EPW hour 16 begins at 15:00; the course from day to day may move the coldest hour by one
    assert np.all(np.abs(by_hour.idxmax(axis=1) + 1 - figures["warmest_hour"]) <= 1)
    assert np.all(np.abs(by_hour.idxmin(axis=1) + 1 - figures["coldest_hour"]) <= 1)
    daily = weather.t_outdoor.resample("D")
    span = (daily.max() - daily.min()).groupby(lambda day: day.month).mean()
    np.testing.assert_allclose(span, figures["t_diurnal_range"], atol=0.5)


@pytest.mark.parametrize("climate", CLIMATES)
def test_no_jumps_from_hour_to_hour_and_over_new_year(climate: str) -> None:
    t = synthetic_year(climate).t_outdoor_degc
    assert np.abs(np.diff(np.append(t, t[0]))).max() < 3.0


@pytest.mark.parametrize("climate", CLIMATES)
def test_irradiance_sums_and_shape(climate: str) -> None:
    weather = synthetic_year(climate)
    ghi = pd.Series(weather.ghi_w_per_m2, index=weather.time)
    sums = ghi.groupby(ghi.index.month).sum() / 1e3
    np.testing.assert_allclose(sums, monthly_figures(climate)["ghi"], rtol=1e-9)
    assert ghi.min() == 0.0
    assert ghi.max() < 1100.0
    assert np.all(ghi[(ghi.index.hour <= 3) | (ghi.index.hour >= 20)] == 0.0)
    # the sun stands highest about 12 minutes after noon at 117 °E on UTC+8
    assert ghi.groupby(ghi.index.hour).mean().idxmax() in (11, 12)


def test_a_leap_year_has_8760_hours_too() -> None:
    weather = synthetic_year(year=2024)
    assert len(weather.time) == 8760
    assert not ((weather.time.month == 2) & (weather.time.day == 29)).any()
    np.testing.assert_array_equal(weather.t_outdoor_degc, synthetic_year(year=2025).t_outdoor_degc)


def test_an_unknown_climate_is_named_with_its_neighbours() -> None:
    assert climate_names() == CLIMATES
    with pytest.raises(InputError) as caught:
        synthetic_year("cswd2")
    assert "CSWD" in caught.value.problems[0].allowed
    assert "CSWD" in caught.value.problems[0].remedy
