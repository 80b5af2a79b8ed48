"""Consumers and plants with design temperatures of their own keep their distance from the heating curve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatnet.couple.state import state_at_outdoor
from heatnet.model.examples import two_pipe
from heatnet.model.regulation import consumer_returns_degc

SHARE = np.array([1.0, 0.5, 0.0])


def with_consumer(**columns):
    network = replace(two_pipe(), regulation="quality")
    return network.with_tables(consumers=network.consumers.assign(**columns))


@pytest.mark.parametrize("own", [45.0, 70.0])
def test_an_own_return_is_met_at_design_and_keeps_its_distance_in_proportion(own):
    network = with_consumer(t_return_degc=own)
    usual = network.design.t_return_degc
    curve = np.array([usual, 42.0, 18.0])
    returns = consumer_returns_degc(network, SHARE, curve).iloc[:, 0]
    np.testing.assert_allclose(returns, curve + SHARE * (own - usual), rtol=1e-12)


def test_floor_heating_follows_its_own_secondary_and_never_passes_the_curve():
    network = with_consumer(t_return_degc=45.0, t_secondary_supply_degc=50.0, t_secondary_return_degc=40.0)
    curve = np.array([network.design.t_return_degc, 42.0, 18.0])
    returns = consumer_returns_degc(network, SHARE, curve).iloc[:, 0].to_numpy()
    assert returns[0] == pytest.approx(45.0)
    # at half load: t_m = 18 + 27 0.5^(1/1.3) = 33.84, t_r = 33.84 - 2.5, plus half of 5 K
    assert returns[1] == pytest.approx(18 + 27 * 0.5 ** (1 / 1.3) - 2.5 + 2.5, abs=1e-9)
    assert (returns <= curve + 1e-12).all()


def test_the_return_of_the_table_reaches_the_pipes():
    cool, warm = (state_at_outdoor(with_consumer(t_return_degc=own), -7.0) for own in (45.0, 60.0))
    assert cool.values["consumer_t_return_degc"].iloc[0, 0] == pytest.approx(45.0)
    assert warm.values["consumer_t_return_degc"].iloc[0, 0] > 45.0
