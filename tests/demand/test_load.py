"""Loads of consumers: energy by hand, profiles, process steam, and a measured substation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.demand.climate import synthetic_year
from heatnet.demand.load import consumer_loads, filtered_load_share, heat_filter, process_loads
from heatnet.demand.profiles import SET_BACK, process_profile, weekly_profile
from heatnet.demand.season import statutory_season
from heatnet.errors import InputError
from heatnet.model.build import build_network
from heatnet.model.network import Network
from heatnet.model.schema import CONSUMER_KINDS
from heatnet.model.weather import WeatherYear

SUBSTATION = Path(__file__).parents[3] / "shared" / "validation" / "substation_load" / "nis_substation_L4_hourly.csv"
BUILDING_KINDS = [kind for kind in CONSUMER_KINDS if kind != "process_steam"]
WEATHER = synthetic_year()
SEASON = statutory_season(WEATHER.time)


def _network(consumers: list[dict[str, object]]) -> Network:
    """A site: consumers without pipes."""
    return build_network(
        "site",
        {"carrier": "site", "design": {"t_supply_degc": 110, "t_return_degc": 60, "t_outdoor_degc": -7}},
        {
            "nodes": pd.DataFrame([{"id": "place"}]),
            "consumers": pd.DataFrame([{"node": "place", **consumer} for consumer in consumers]),
            "plants": pd.DataFrame([{"id": "plant", "node": "place", "kind": "source", "role": "heat"}]),
        },
    )


@pytest.fixture(scope="module")
def network() -> Network:
    rows = [
        {"id": kind, "kind": kind, "area_m2": 250_000, "index_w_per_m2": 40} for kind in BUILDING_KINDS
    ]  # 10 MW each
    return _network([*rows, {"id": "works", "kind": "process_steam", "heat_mw": 30.0, "design_heat_mw": 50.0}])


def _constant(t_degc: float) -> WeatherYear:
    return replace(WEATHER, t_outdoor_degc=np.full(len(WEATHER.time), t_degc))


def test_dwelling_at_constant_temperature_by_hand(network: Network) -> None:
    # (18 - 5.5)/(18 + 7) = 0.5; less the 5 % loss that the index holds
    loads = consumer_loads(network, _constant(5.5), SEASON)
    np.testing.assert_allclose(loads.loc[SEASON, "residential"], 10.0 * 0.95 * 0.5, rtol=1e-12)
    assert (loads[~SEASON] == 0.0).all().all()
    assert "works" not in loads


@pytest.mark.parametrize("kind", BUILDING_KINDS)
def test_every_kind_takes_design_times_the_load_shares(network: Network, kind: str) -> None:
    loads = consumer_loads(network, WEATHER, SEASON, index_loss_share=0.0)
    shares = np.where(SEASON, filtered_load_share(WEATHER, -7.0), 0.0)
    assert loads[kind].sum() == pytest.approx(10.0 * shares.sum(), rel=1e-12)


def test_full_load_hours_of_the_season_survive_the_filter(network: Network) -> None:
    # CSWD has 2110 h by daily means; the filter only moves heat by 36 h over the season's two edges
    loads = consumer_loads(network, WEATHER, SEASON, index_loss_share=0.0)
    assert loads["residential"].sum() / 10.0 == pytest.approx(2110.0, rel=0.02)


@pytest.mark.parametrize("kind", ["residential", "residential_old", "hotel", "hospital"])
def test_dwellings_have_no_set_back(network: Network, kind: str) -> None:
    assert np.all(weekly_profile(kind) == 1.0)
    loads = consumer_loads(network, _constant(0.0), SEASON)
    assert loads.loc[SEASON, kind].nunique() == 1


@pytest.mark.parametrize("kind", list(SET_BACK))
def test_set_back_kinds_peak_in_the_morning_and_rest_at_night(kind: str) -> None:
    profile = weekly_profile(kind)
    assert profile.mean() == pytest.approx(1.0, rel=1e-14)
    assert 1.2 <= profile.max() <= 1.4
    assert 5 <= np.argmax(profile[:24]) <= 9
    assert profile[2] < 1.0
    sunday = profile[6 * 24 :]
    assert (sunday.max() < 1.0) == (6 in SET_BACK[kind].days_off)


def test_weeks_begin_on_monday(network: Network) -> None:
    loads = consumer_loads(network, _constant(0.0), SEASON)["office"]
    # 6 January 2025 is a Monday, 5 January a Sunday
    assert loads["2025-01-06 07:00"] > loads["2025-01-06 12:00"] > loads["2025-01-05 12:00"]


def test_scale_and_loss_share_multiply(network: Network) -> None:
    base = consumer_loads(network, WEATHER, SEASON, index_loss_share=0.0)
    pd.testing.assert_frame_equal(consumer_loads(network, WEATHER, SEASON, index_loss_share=0.1, scale=2.0), base * 1.8)


def test_design_heat_that_is_given_holds_no_network_loss() -> None:
    consumers = [{"id": "given", "kind": "residential", "design_heat_mw": 10.0}]
    consumers.append({"id": "by_index", "kind": "residential", "area_m2": 250_000, "index_w_per_m2": 40})
    loads = consumer_loads(_network(consumers), WEATHER, SEASON, index_loss_share=0.05)
    np.testing.assert_allclose(loads["by_index"], loads["given"] * 0.95, rtol=1e-12)


def test_warmer_weather_never_needs_more(network: Network) -> None:
    base = consumer_loads(network, WEATHER, SEASON)["residential"]
    warm = consumer_loads(network, WEATHER.warmed_by(2.0), SEASON)["residential"]
    assert (warm <= base).all()
    assert base.sum() - warm.sum() == pytest.approx(10.0 * 0.95 * 2.0 / 25.0 * 2904, rel=0.01)


def test_no_consumers_no_columns() -> None:
    empty = _network([{"id": "works", "kind": "process_steam", "heat_mw": 3.0}])
    assert consumer_loads(empty, WEATHER, SEASON).shape == (8760, 0)


def test_consumers_without_design_heat_are_named() -> None:
    kinds = {"a": "office", "b": "school", "c": "process_steam"}
    full = _network([{"id": name, "kind": kind, "design_heat_mw": 1.0} for name, kind in kinds.items()])
    bare = full.with_tables(consumers=full.consumers.assign(design_heat_mw=np.nan))
    with pytest.raises(InputError) as caught:
        consumer_loads(bare, WEATHER, SEASON)
    assert [problem.where[-1] for problem in caught.value.problems] == ["a", "b"]
    with pytest.raises(InputError, match="process steam without a mean heat"):
        process_loads(bare, WEATHER.time)


def test_process_steam_means_and_levels(network: Network) -> None:
    loads = process_loads(network, WEATHER.time)["works"]
    assert loads.mean() == pytest.approx(30.0, rel=1e-12)
    # Monday noon in January and July 65 : 57, night 0.80 of the day, Sunday 0.85 of the weekday
    noon = loads["2025-01-06 12:00"]
    assert noon / loads["2025-07-07 12:00"] == pytest.approx(65 / 57)
    assert loads["2025-01-06 02:00"] / noon == pytest.approx(0.80)
    assert loads["2025-01-05 12:00"] / noon == pytest.approx(0.85)


def test_process_steam_of_a_few_hours_is_that_of_the_year() -> None:
    hours = WEATHER.time[3000:3010]
    np.testing.assert_allclose(process_profile(hours), process_profile(WEATHER.time)[3000:3010], rtol=1e-12)


@given(st.floats(0.1, 200), st.integers(0, 10_000))
def test_filter_keeps_the_mean_and_never_overshoots(hours: float, seed: int) -> None:
    t = np.random.default_rng(seed).normal(0.0, 8.0, 500)
    filtered = heat_filter(t, hours)
    assert filtered.mean() == pytest.approx(t.mean(), abs=1e-9)
    assert t.min() - 1e-9 <= filtered.min()
    assert filtered.max() <= t.max() + 1e-9


def test_filter_answers_a_step_with_its_exponential() -> None:
    # from 0 to 10 °C: 10 (1 - exp(-t/36 h)); 2000 h before it let the period's end die out
    t = np.concatenate([np.zeros(2000), np.full(500, 10.0)])
    after = heat_filter(t, 36.0)[2000:2100]
    np.testing.assert_allclose(after, 10 * (1 - np.exp(-np.arange(1, 101) / 36.0)), atol=1e-9)


def test_filter_without_time_constant_and_a_negative_one() -> None:
    assert heat_filter([1.0, 2.0], 0.0).tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="at least 0"):
        heat_filter([1.0], -1.0)


def _substation_days() -> pd.DataFrame:
    """Daily means of filtered outdoor temperature and heat of days with at least 20 metered hours."""
    data = pd.read_csv(SUBSTATION, parse_dates=["time_local"]).set_index("time_local")
    # zero temperatures are logger gaps
    data["t_amb"] = data["t_amb"].where(data["t_amb"] != 0.0)
    days = []
    for year in range(2019, 2024):
        season = data[f"{year}-10-15" : f"{year + 1}-04-15"].resample("h").mean()
        t = season["t_amb"].interpolate(limit_direction="both")
        hours = pd.DataFrame({"t": heat_filter(t), "heat": season["heat_kWh"]}, index=season.index).dropna()
        daily = hours.resample("D").agg(["mean", "count"])
        full = daily[daily["heat", "count"] >= 20]
        days.append(pd.DataFrame({"t": full["t", "mean"], "heat": full["heat", "mean"], "season": year}))
    return pd.concat(days)


@pytest.mark.skipif(not SUBSTATION.exists(), reason="validation data of the measured substation is not there")
def test_a_measured_substation_follows_the_filtered_outdoor_temperature() -> None:
    # straight line fitted on the seasons from 2019 to 2021, judged on those from 2022 on; 0.59 is what a straight line
    # on outdoor temperature is known to reach there (night set-back, manual operation)
    days = _substation_days()
    fit, unseen = days[days["season"] <= 2021], days[days["season"] >= 2022]
    assert len(unseen) > 300
    slope, offset = np.polyfit(fit["t"], fit["heat"], 1)
    error = unseen["heat"] - (offset + slope * unseen["t"])
    r_squared = 1 - (error**2).sum() / ((unseen["heat"] - unseen["heat"].mean()) ** 2).sum()
    assert slope < 0
    assert r_squared >= 0.59
    # no heat where the line crosses zero: near the indoor temperature, as the load share assumes
    assert -offset / slope == pytest.approx(18.0, abs=3.0)
