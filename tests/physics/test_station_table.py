"""The station's table: its limit in closed form, and linear interpolation against the exchanger itself."""

from __future__ import annotations

import time

import numpy as np
import pytest

from heatnet.physics.exchanger import StationDesign, station_return_degc
from heatnet.physics.regulation import RegulationDesign, primary_temperatures_degc, secondary_temperatures_degc
from heatnet.physics.station_table import (
    SHARE_LAST,
    SHARE_STEP,
    T_START_DEGC,
    T_STEP_K,
    full_flow_supply_degc,
    is_possible,
    station_table,
)

#: linear interpolation from 2 % load on, and below: heat there is small and the kink at the limit steep
WITHIN_K, WITHIN_AT_LOW_LOAD_K = 0.05, 0.15
DESIGNS = [
    StationDesign(),
    StationDesign(110.0, 50.0, 75.0, 45.0),
    StationDesign(110.0, 45.0, 50.0, 40.0),
    StationDesign(80.0, 40.0, 60.0, 35.0),
    StationDesign(130.0, 70.0, 85.0, 60.0),
    StationDesign(110.0, 30.0, 50.0, 25.0),
]


def interpolated(table, t_degc, share):
    last_t, last_share = table.shape[0] - 2, table.shape[1] - 2
    x, y = (t_degc - T_START_DEGC) / T_STEP_K, share / SHARE_STEP
    i, j = np.minimum(x.astype(int), last_t), np.minimum(y.astype(int), last_share)
    f, g = x - i, y - j
    low = (1 - g) * table[i, j] + g * table[i, j + 1]
    high = (1 - g) * table[i + 1, j] + g * table[i + 1, j + 1]
    return (1 - f) * low + f * high


def exact(design, t_degc, share, limit):
    """The exchanger below the limit; at it T - q_max dT_0."""
    regulation = RegulationDesign(
        t_secondary_supply_degc=design.t_secondary_supply_degc, t_secondary_return_degc=design.t_secondary_return_degc
    )
    secondary = secondary_temperatures_degc(np.minimum(share, limit), regulation)
    below = station_return_degc(np.minimum(share, limit), t_degc, *secondary, design)
    return np.where(share < limit, below, t_degc - limit * (design.t_supply_degc - design.t_return_degc))


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_linear_interpolation_is_the_exchanger(design):
    rng = np.random.default_rng(7)
    highest = design.t_supply_degc + 10.0
    table = station_table(design, highest)
    t_degc, share = rng.uniform(T_START_DEGC, highest, 20_000), rng.uniform(0.0, SHARE_LAST, 20_000)
    share[:3000] *= 0.05
    shares = np.linspace(0.0, 2.0, 200_001) ** 2
    limit = np.interp(t_degc, full_flow_supply_degc(shares, design), shares)
    gap = np.abs(interpolated(table.t_return_degc, t_degc, share) - exact(design, t_degc, share, limit))
    assert gap.max() < WITHIN_AT_LOW_LOAD_K
    assert gap[np.minimum(share, limit) > 0.02].max() < WITHIN_K


def test_at_the_design_flow_the_limit_is_the_heating_curve():
    # both flows constant: 120/60 at full load, 82/46 at 60 %
    design = StationDesign()
    table = station_table(design, 130.0)
    t_degc = T_START_DEGC + T_STEP_K * np.arange(len(table.share_max))
    for share in (1.0, 0.6, 0.3):
        supply, back = (float(t) for t in primary_temperatures_degc(share, RegulationDesign()))
        assert full_flow_supply_degc(np.array([share]), design)[0] == pytest.approx(supply, abs=1e-9)
        assert np.interp(supply, t_degc, table.share_max) == pytest.approx(share, abs=1e-4)
        at_limit = interpolated(table.t_return_degc, np.array([supply]), np.array([share]))
        assert at_limit[0] == pytest.approx(back, abs=WITHIN_K)


def test_above_the_limit_the_table_holds_the_return_at_the_limit():
    table = station_table(StationDesign(), 130.0)
    t_degc = T_START_DEGC + T_STEP_K * np.arange(len(table.share_max))
    shares = SHARE_STEP * np.arange(table.t_return_degc.shape[1])
    above = shares[np.newaxis, :] > table.share_max[:, np.newaxis]
    held = np.broadcast_to((t_degc - table.share_max * 60.0)[:, np.newaxis], above.shape)
    np.testing.assert_allclose(table.t_return_degc[above], held[above], atol=1e-9)
    assert (np.diff(table.share_max) >= 0).all()
    assert table.share_max[0] == 0.0
    assert table.share_max[-1] <= SHARE_LAST


def test_no_load_returns_the_secondary_without_load():
    table = station_table(StationDesign(), 130.0)
    np.testing.assert_allclose(table.t_return_degc[:, 0], 18.0, atol=1e-9)


def test_the_table_reaches_the_highest_temperature():
    table = station_table(StationDesign(), 123.05)
    last = T_START_DEGC + T_STEP_K * (len(table.share_max) - 1)
    assert 123.05 <= last < 123.05 + T_STEP_K


def test_a_table_takes_well_under_a_second():
    station_table(StationDesign(), 130.0)
    start = time.perf_counter()
    station_table(StationDesign(), 130.0)
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize(
    "design",
    [
        StationDesign(t_supply_degc=75.0),
        StationDesign(t_return_degc=50.0),
        StationDesign(t_secondary_supply_degc=50.0),
        StationDesign(t_secondary_return_degc=17.0),
    ],
    ids=str,
)
def test_impossible_stations_are_refused(design):
    assert not is_possible(design)
    with pytest.raises(ValueError, match="no exchanger"):
        station_table(design, 130.0)
