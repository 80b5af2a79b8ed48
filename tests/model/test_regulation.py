"""What a network's regulation makes of a load share: which law, and which goes first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatnet.model.examples import two_pipe
from heatnet.model.network import Design
from heatnet.model.regulation import heating_curve_degc, regulated_degc

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
    np.testing.assert_array_equal((supply, back), heating_curve_degc(network, SHARE))
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
    assert (back <= heating_curve_degc(with_regulation("quality"), SHARE)[1] + 1e-9).all()


@pytest.mark.parametrize("regulation", ["quality", "staged", "variable", None])
def test_a_heating_curve_goes_before_the_law(regulation):
    supply, back = regulated_degc(with_regulation(regulation, heating_curve=CURVE), np.array([0.5, 1.2]))
    assert (supply.tolist(), back.tolist()) == ([80.0, 100.0], [40.0, 50.0])


def test_without_regulation_or_design_point_there_is_no_law():
    assert regulated_degc(with_regulation(None), SHARE) is None
    assert regulated_degc(with_regulation("quality", design=None), SHARE) is None


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
