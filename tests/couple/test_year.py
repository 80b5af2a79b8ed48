"""A network's year: loads by the weather, temperatures by the heating curve, the estimate of the loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatnet.couple.state import state_at_outdoor
from heatnet.couple.year import LoadScale, network_year
from heatnet.model.network import Design
from heatnet.model.regulation import regulated_degc

ALL = np.ones(96, dtype=bool)


def with_design(network, t_supply_degc, t_return_degc):
    return replace(network, regulation="quality", heating_curve=(), design=Design(t_supply_degc, t_return_degc, -7.0))


@pytest.mark.parametrize("design", [(120, 60), (110, 50), (95, 70), (80, 40), (60, 40), (50, 40)])
def test_at_full_load_the_curve_meets_the_design_point(design, network):
    """Also where the usual secondary of 75/50 °C would be hotter than the primary."""
    t_supply, t_return = regulated_degc(with_design(network, *design), np.array([1.0]))
    assert t_supply.item() == pytest.approx(design[0], abs=1e-9)
    assert t_return.item() == pytest.approx(design[1], abs=1e-9)


@pytest.mark.parametrize("design", [(120, 60), (95, 70), (60, 40)])
def test_constant_flow_makes_the_drop_proportional_to_the_load(design, network):
    share = np.linspace(0.1, 1.0, 10)
    t_supply, t_return = regulated_degc(with_design(network, *design), share)
    assert t_supply - t_return == pytest.approx(share * (design[0] - design[1]), rel=1e-12)
    assert (np.diff(t_supply) > 0).all()


def test_usual_figures_of_quality_regulation(network):
    """120/60 °C at design is about 82/46 at 60 % load."""
    t_supply, t_return = regulated_degc(with_design(network, 120, 60), np.array([0.6]))
    assert t_supply.item() == pytest.approx(82, abs=1.0)
    assert t_return.item() == pytest.approx(46, abs=1.0)


def test_a_given_curve_goes_before_the_design_point(network):
    given = replace(network, heating_curve=((0.0, 60.0, 40.0), (1.0, 100.0, 50.0)))
    t_supply, t_return = regulated_degc(given, np.array([0.0, 0.5, 1.0]))
    assert list(t_supply) == [60, 80, 100]
    assert list(t_return) == [40, 45, 50]


def test_heat_at_design_is_the_design_heat_less_the_losses_in_the_index(network, cold_days):
    year = network_year(network, cold_days, ALL, index_loss_share=0.05)
    design = network.consumers["design_heat_mw"].sum()
    assert year.load_share == pytest.approx(1.0, rel=1e-12)
    assert year.space_mw.sum(axis=1).mean() == pytest.approx(0.95 * design, rel=1e-9)


def test_no_space_heat_outside_the_season_but_process_heat_all_year(network, cold_days):
    season = np.arange(96) < 48
    year = network_year(network, cold_days, season, index_loss_share=0.0)
    assert (year.space_mw.to_numpy()[48:] == 0).all()
    assert (year.loss_estimate_mw()[48:] == 0).all()
    assert (year.process_mw["press"] > 0).all()


def test_scales_act_on_their_own_loads(network, cold_days):
    plain = network_year(network, cold_days, ALL, 0.0)
    scaled = network_year(network, cold_days, ALL, 0.0, LoadScale(space=1.3, process=0.8))
    assert scaled.space_mw.to_numpy() == pytest.approx(1.3 * plain.space_mw.to_numpy(), rel=1e-12)
    assert scaled.process_mw.to_numpy() == pytest.approx(0.8 * plain.process_mw.to_numpy(), rel=1e-12)


def test_loss_estimate_is_the_sum_of_u_l_dt_of_both_pipes(network, cold_days):
    year = network_year(network, cold_days, ALL, 0.0)
    ul_mw_per_k = (network.pipes["u_w_per_mk"] * network.pipes["length_m"]).sum() / 1e6
    expected = ul_mw_per_k * ((110 - 8) + (55 - 8))
    assert year.loss_estimate_mw()[0] == pytest.approx(expected, rel=1e-9)


def test_one_state_takes_heat_and_temperatures_from_the_outdoor_temperature(network):
    boundary = state_at_outdoor(network, -7.0)
    heat = boundary.values["consumer_heat_mw"].iloc[0]
    assert heat.to_dict() == pytest.approx((0.95 * network.consumers["design_heat_mw"]).to_dict(), rel=1e-12)
    assert boundary.values["plant_t_supply_degc"].iloc[0].to_dict() == pytest.approx({"boiler": 110.0})
    assert boundary.values["t_outdoor_degc"].iloc[0].item() == -7.0


def test_a_warm_day_asks_for_nothing(network):
    assert (state_at_outdoor(network, 25.0).values["consumer_heat_mw"].to_numpy() == 0).all()


def test_one_state_needs_a_design_point(network):
    with pytest.raises(ValueError, match="no design point"):
        state_at_outdoor(replace(network, design=None), 0.0)
