"""What a network's regulation makes of a load share: which law, and which goes first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatnet.model.examples import two_pipe
from heatnet.model.network import Design
from heatnet.model.regulation import consumer_returns_degc, plant_supplies_degc, regulated_degc

SHARE = np.array([0.0, 0.3, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2])
CURVE = ((0.0, 60.0, 30.0), (1.0, 100.0, 50.0))


def with_regulation(regulation, **changes):
    design = Design(120.0, 60.0, -7.0)
    return replace(two_pipe(), **{"regulation": regulation, "design": design, "heating_curve": (), **changes})


@pytest.mark.parametrize("regulation", ["quality", "staged", "variable"])
def test_at_full_load_and_above_every_law_meets_the_design_point(regulation):
    supply, back = regulated_degc(with_regulation(regulation), np.array([1.0, 1.3]))
    np.testing.assert_allclose(supply, 120.0, atol=1e-9)
    np.testing.assert_allclose(back, 60.0, atol=1e-9)


def test_quality_keeps_the_flow():
    network = with_regulation("quality")
    supply, back = regulated_degc(network, SHARE)
    np.testing.assert_array_equal((supply, back), regulated_degc(with_regulation(None), SHARE))
    np.testing.assert_allclose(supply - back, 60.0 * np.minimum(SHARE, 1.0), atol=1e-9)


def test_staged_drops_the_flow_in_steps():
    # flow share 0.6 up to 60 % load, 0.8 up to 80 %, then 1: the drop is phi 60 K over the flow share
    supply, back = regulated_degc(with_regulation("staged"), SHARE)
    flow = np.array([0.6, 0.6, 0.6, 0.8, 0.8, 1.0, 1.0, 1.0])
    np.testing.assert_allclose(supply - back, 60.0 * np.minimum(SHARE, 1.0) / flow, atol=1e-9)


def test_variable_holds_the_supply_and_returns_colder_at_part_load():
    supply, back = regulated_degc(with_regulation("variable"), SHARE)
    assert (supply == 120.0).all()
    assert (np.diff(back[:-1]) > 0).all()
    assert (back <= regulated_degc(with_regulation("quality"), SHARE)[1] + 1e-9).all()


@pytest.mark.parametrize("regulation", ["quality", "staged", "variable", None])
def test_a_heating_curve_goes_before_the_law(regulation):
    supply, back = regulated_degc(with_regulation(regulation, heating_curve=CURVE), np.array([0.5, 1.2]))
    assert (supply.tolist(), back.tolist()) == ([80.0, 100.0], [40.0, 50.0])


def test_without_a_design_point_there_is_no_law():
    assert np.isnan(regulated_degc(with_regulation("quality", design=None), SHARE)).all()


@pytest.mark.parametrize("design", [(120, 60), (95, 70), (80, 60), (60, 40)])
@pytest.mark.parametrize("regulation", ["staged", "variable"])
def test_every_usual_design_point_has_temperatures(regulation, design):
    network = with_regulation(regulation, design=Design(*design, -7.0))
    supply, back = regulated_degc(network, np.linspace(0.0, 1.0, 21))
    assert np.isfinite([supply, back]).all()
    assert (back <= supply).all()
    assert supply.max() <= design[0] + 1e-9


def test_a_missing_load_share_stays_missing():
    for regulation in ("quality", "staged", "variable"):
        supply, back = regulated_degc(with_regulation(regulation), np.array([np.nan, 0.5]))
        assert np.isnan([supply[0], back[0]]).all()
        assert np.isfinite([supply[1], back[1]]).all()


def own_plant(regulation, own, share, **changes):
    network = with_regulation(regulation, **changes)
    network = network.with_tables(plants=network.plants.assign(t_supply_degc=own))
    supply, back = regulated_degc(network, share)
    return supply, plant_supplies_degc(network, supply, back).iloc[:, 0].to_numpy()


def own_consumer(regulation, own, share, secondary=(np.nan, np.nan), **changes):
    network = with_regulation(regulation, **changes)
    columns = {"t_return_degc": own, "t_secondary_supply_degc": secondary[0], "t_secondary_return_degc": secondary[1]}
    network = network.with_tables(consumers=network.consumers.assign(**columns))
    _supply, back = regulated_degc(network, share)
    return back, consumer_returns_degc(network, share, back).iloc[:, 0].to_numpy()


FULL = np.minimum(SHARE, 1.0)
#: flow share of staged regulation at SHARE
STAGES = np.array([0.6, 0.6, 0.6, 0.8, 0.8, 1.0, 1.0, 1.0])


class TestOwnSupplyOfAPlant:
    def test_constant_supply_keeps_it(self):
        assert own_plant("variable", 95.0, SHARE)[1] == pytest.approx(np.full(len(SHARE), 95.0), abs=1e-9)

    @pytest.mark.parametrize("regulation", ["quality", None])
    def test_constant_flow_scales_its_distance_with_the_load(self, regulation):
        supply, own = own_plant(regulation, 95.0, SHARE)
        np.testing.assert_allclose(own, supply - 25.0 * FULL, atol=1e-9)

    def test_stages_scale_it_with_load_over_flow(self):
        supply, own = own_plant("staged", 95.0, SHARE)
        np.testing.assert_allclose(own, supply - 25.0 * FULL / STAGES, atol=1e-9)

    @pytest.mark.parametrize("regulation", ["quality", "staged", "variable"])
    def test_above_full_load_it_is_met_not_passed(self, regulation):
        assert own_plant(regulation, 95.0, np.array([1.0, 1.5]))[1] == pytest.approx([95.0, 95.0], abs=1e-9)

    def test_a_curve_of_constant_supply_keeps_it(self):
        curve = ((0.0, 120.0, 18.0), (1.0, 120.0, 60.0))
        assert own_plant("quality", 95.0, SHARE, heating_curve=curve)[1] == pytest.approx(np.full(len(SHARE), 95.0))


class TestOwnReturnOfAConsumer:
    @pytest.mark.parametrize("own", [45.0, 70.0])
    def test_where_the_flow_is_set_its_drop_is_that_of_the_load(self, own):
        for regulation, flow in (("quality", 1.0), ("staged", STAGES)):
            back, returns = own_consumer(regulation, own, SHARE)
            np.testing.assert_allclose(returns, back + FULL / flow * (own - 60.0), atol=1e-9)

    def test_floor_heating_under_constant_flow_has_a_constant_effectiveness(self):
        _back, returns = own_consumer("quality", 45.0, SHARE, (50.0, 40.0))
        # t_m = 18 + 27 phi^(1/1.3), secondary return 5 K phi below it, primary 5 K phi above that
        np.testing.assert_allclose(returns[1:], (18.0 + 27.0 * FULL ** (1 / 1.3))[1:], atol=1e-9)

    def test_floor_heating_under_stages_comes_closer_to_its_secondary(self):
        _back, returns = own_consumer("staged", 45.0, SHARE, (50.0, 40.0))
        secondary = 18.0 + 27.0 * FULL ** (1 / 1.3) - 5.0 * FULL
        # at 60 % of the flow: NTU/0.6 and 0.6 Cr; Cr = 10 K/75 K, eps_0 = 75/80
        eps_0, ratio = 75.0 / 80.0, 10.0 / 75.0
        ntu = np.log((1 - eps_0 * ratio) / (1 - eps_0)) / (1 - ratio) / 0.6
        decay = np.exp(-ntu * (1 - 0.6 * ratio))
        eps = (1 - decay) / (1 - 0.6 * ratio * decay)
        assert returns[2] == pytest.approx(secondary[2] + 75.0 * (1 / eps - 1), abs=1e-9)
        assert returns[-1] == pytest.approx(45.0, abs=1e-9)

    def test_floor_heating_under_variable_flow_has_the_heat_of_its_exchanger(self):
        back, returns = own_consumer("variable", 45.0, SHARE, (50.0, 40.0))
        mean = 18.0 + 27.0 * FULL ** (1 / 1.3)
        hot, cold = 120.0 - (mean + 5.0 * FULL), returns - (mean - 5.0 * FULL)
        lmtd = (hot - cold)[1:] / np.log(hot[1:] / cold[1:])
        np.testing.assert_allclose(lmtd, FULL[1:] * (70.0 - 5.0) / np.log(70.0 / 5.0), rtol=1e-6)
        assert (returns <= back + 1e-9).all()

    @pytest.mark.parametrize("own", [30.0, 45.0, 70.0])
    @pytest.mark.parametrize("secondary", [(np.nan, np.nan), (50.0, 40.0), (50.0, 48.0)])
    @pytest.mark.parametrize("regulation", ["quality", "staged", "variable"])
    def test_it_is_met_at_full_load_and_never_passed(self, regulation, own, secondary):
        _back, returns = own_consumer(regulation, own, np.linspace(0.0, 1.5, 31), secondary)
        assert returns[20:] == pytest.approx(np.full(11, own), abs=1e-7)
        assert (returns <= own + 1e-9).all()

    def test_nobody_returns_colder_than_the_room_where_the_flow_is_free(self):
        _back, returns = own_consumer("variable", 45.0, SHARE)
        assert (returns >= 18.0 - 1e-9).all()
