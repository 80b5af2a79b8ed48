"""Heat loss: exponential cooling, the buried pair's resistances, and their balances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.physics import heat_loss

CP = 4190.0
temperatures = st.floats(20, 150)
flows = st.floats(0.01, 1000)
losses = st.floats(0.01, 3)
lengths = st.floats(0.1, 20_000)


def test_cooling_is_the_exponential() -> None:
    # U L/(m cp) = ln 2: the temperature above the ground halves
    mdot = 0.5 * 1000 / (CP * np.log(2))
    assert heat_loss.outlet_temperature_degc(90.0, 10.0, 0.5, 1000.0, mdot, CP) == pytest.approx(50.0, abs=1e-12)


@given(temperatures, st.floats(-5, 19), losses, lengths, flows)
def test_loss_is_what_the_water_gives_up(t_in: float, t_g: float, u: float, length: float, mdot: float) -> None:
    t_out = heat_loss.outlet_temperature_degc(t_in, t_g, u, length, mdot, CP)
    loss = heat_loss.pipe_loss_mw(t_in, t_g, u, length, mdot, CP)
    # the temperatures carry 1e-14 relative, the heat that of their small difference
    assert loss * 1e6 == pytest.approx(float(mdot * CP * (t_in - t_out)), rel=1e-9, abs=mdot * CP * 1e-11)
    assert t_g <= t_out <= t_in


@given(temperatures, losses, lengths, flows, st.floats(0, 1))
def test_splitting_a_pipe_keeps_the_outlet(t_in: float, u: float, length: float, mdot: float, part: float) -> None:
    middle = heat_loss.outlet_temperature_degc(t_in, 8.0, u, part * length, mdot, CP)
    two = heat_loss.outlet_temperature_degc(middle, 8.0, u, (1 - part) * length, mdot, CP)
    one = heat_loss.outlet_temperature_degc(t_in, 8.0, u, length, mdot, CP)
    assert two == pytest.approx(float(one), abs=1e-9)


@given(losses, losses, lengths, flows)
def test_more_insulation_never_loses_more(u_1: float, u_2: float, length: float, mdot: float) -> None:
    low, high = sorted((u_1, u_2))
    better, worse = (heat_loss.pipe_loss_mw(90.0, 8.0, u, length, mdot, CP) for u in (low, high))
    assert better <= worse


def test_a_short_pipe_loses_u_times_length_times_difference() -> None:
    # 1 - exp(-x) -> x; the next term is x/2 = 6e-9 relative
    assert heat_loss.pipe_loss_mw(90.0, 10.0, 0.5, 0.01, 100.0, CP) == pytest.approx(0.5 * 0.01 * 80 / 1e6, rel=1e-8)


def test_stagnant_water_is_as_cold_as_the_ground_unless_nothing_is_lost() -> None:
    assert heat_loss.outlet_temperature_degc(90.0, 8.0, 0.4, 100.0, 0.0, CP) == 8.0
    assert heat_loss.outlet_temperature_degc(90.0, 8.0, 0.0, 100.0, 0.0, CP) == 90.0
    assert heat_loss.pipe_loss_mw(90.0, 8.0, 0.4, 100.0, 0.0, CP) == 0.0


def test_reversed_flow_cools_the_same() -> None:
    forward = heat_loss.outlet_temperature_degc(90.0, 8.0, 0.4, 100.0, 2.0, CP)
    assert forward == heat_loss.outlet_temperature_degc(90.0, 8.0, 0.4, 100.0, -2.0, CP)


def _pair(**change: float) -> heat_loss.PairLoss:
    return heat_loss.buried_pair_loss(**{"outer_diameter_mm": 114.3, "casing_diameter_mm": 200.0, **change})


def test_buried_pair_by_hand() -> None:
    # depth 1.2 + 0.1 + 0.0685 * 1.5, axes 0.4 m apart; resistances in series: 1/(U1 - U2) = Ri + Rs + Rh
    depth = 1.3 + 0.0685 * 1.5
    r_i = np.log(200 / 114.3) / (2 * np.pi * 0.027)
    r_s = np.log(4 * depth / 0.2) / (2 * np.pi * 1.5)
    r_h = np.log(1 + (2 * depth / 0.4) ** 2) / (4 * np.pi * 1.5)
    pair = _pair()
    assert pair.u_each_w_per_mk == pytest.approx(1 / (r_i + r_s + r_h), rel=1e-12)
    assert pair.u_own_w_per_mk + pair.u_mutual_w_per_mk == pytest.approx(1 / (r_i + r_s - r_h), rel=1e-12)


def test_bare_pipe_alone_is_the_buried_cylinder() -> None:
    # no insulation, no surface resistance, the twin far away: 2 pi lambda / ln(4 Z / D) (thin cylinder below a plane)
    pair = heat_loss.buried_pair_loss(200.0, 200.0, cover_m=0.9, gap_m=1e6, surface_resistance_m2k_per_w=0.0)
    assert pair.u_own_w_per_mk == pytest.approx(2 * np.pi * 1.5 / np.log(4 * 1.0 / 0.2), rel=1e-9)
    assert pair.u_mutual_w_per_mk == pytest.approx(0.0, abs=1e-9)


def test_only_insulation_matters_in_ground_that_conducts_perfectly() -> None:
    pair = _pair(soil_w_per_mk=1e9, surface_resistance_m2k_per_w=0.0)
    assert pair.u_own_w_per_mk == pytest.approx(2 * np.pi * 0.027 / np.log(200 / 114.3), rel=1e-6)


@given(temperatures, temperatures, st.floats(0, 15))
def test_own_and_mutual_terms_sum_to_the_pair(t_s: float, t_r: float, t_g: float) -> None:
    pair = _pair()
    u_1, u_2 = float(pair.u_own_w_per_mk), float(pair.u_mutual_w_per_mk)
    supply = u_1 * (t_s - t_g) - u_2 * (t_r - t_g)
    back = u_1 * (t_r - t_g) - u_2 * (t_s - t_g)
    total = heat_loss.pair_loss_w_per_m(t_s, t_r, t_g, pair.u_each_w_per_mk)
    assert total == pytest.approx(supply + back, rel=1e-9, abs=1e-9)


def test_the_pipe_catalogue_is_reproduced() -> None:
    # catalogue figures by an independent calculation at other, unstated gaps: 2 % covers gaps from 0.15 to 0.3 m
    from heatnet.model.pipe_catalogue import catalogue

    pipes = catalogue()
    for foam, column in ((0.027, "u_new_w_per_mk"), (0.033, "u_limit_w_per_mk")):
        pair = heat_loss.buried_pair_loss(
            pipes["outer_diameter_mm"].to_numpy(), pipes["casing_mm"].to_numpy(), insulation_w_per_mk=foam
        )
        np.testing.assert_allclose(pair.u_each_w_per_mk, pipes[column], rtol=0.02)


def test_loss_of_a_season_at_constant_temperatures() -> None:
    # 0.3 W/(m·K) on 2 (93 + 50)/2 - 2 * 8 = 127 K over 10 km and 2904 h, twice that when aged
    hours = np.ones(2904)
    new = heat_loss.pair_loss_of_hours_mwh(93 * hours, 50 * hours, 8 * hours, 0.3, 10_000.0)
    assert new == pytest.approx(0.3 * 127 * 10_000 * 2904 / 1e6, rel=1e-12)
    aged = heat_loss.pair_loss_of_hours_mwh(93 * hours, 50 * hours, 8 * hours, 0.3, 10_000.0, ageing_factor=2.0)
    assert aged == pytest.approx(2 * new)
