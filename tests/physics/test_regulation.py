"""Quality and staged-flow regulation against printed curves and their own equations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.physics.regulation import (
    RegulationDesign,
    curve_temperatures_degc,
    load_share,
    primary_temperatures_degc,
    secondary_temperatures_degc,
)

DESIGN = RegulationDesign()


@pytest.mark.parametrize(("share", "supply", "back"), [(1.0, 120, 60), (0.8, 101, 53), (0.6, 82, 46), (0.4, 63, 39)])
def test_printed_curve_of_120_60(share: float, supply: float, back: float) -> None:
    # heating curve of 120/60 primary with 75/50 radiators, printed to whole degrees
    t_supply, t_return = primary_temperatures_degc(share, DESIGN)
    assert t_supply == pytest.approx(supply, abs=1.0)
    assert t_return == pytest.approx(back, abs=1.0)


def test_secondary_at_design_and_at_zero_load() -> None:
    assert [float(t) for t in secondary_temperatures_degc(1.0, DESIGN)] == pytest.approx([75.0, 50.0])
    assert [float(t) for t in secondary_temperatures_degc(0.0, DESIGN)] == pytest.approx([18.0, 18.0])


@given(st.floats(0.01, 1.1))
def test_radiators_give_the_load(share: float) -> None:
    # Q ~ (t_m - t_i)^(1 + b), and Q ~ t_s - t_r at constant flow
    supply, back = secondary_temperatures_degc(share, DESIGN)
    assert (((supply + back) / 2 - 18) / 44.5) ** 1.3 == pytest.approx(share, rel=1e-9)
    assert (supply - back) / 25 == pytest.approx(share, rel=1e-9)


@given(st.floats(0.01, 1.1))
def test_effectiveness_stays_constant_under_constant_flow(share: float) -> None:
    supply, back = primary_temperatures_degc(share, DESIGN)
    secondary_return = secondary_temperatures_degc(share, DESIGN)[1]
    assert (supply - back) / (supply - secondary_return) == pytest.approx(60 / 70, rel=1e-9)
    assert (supply - back) / 60 == pytest.approx(share, rel=1e-9)


@given(st.floats(0.2, 1.0), st.floats(0.5, 0.99))
def test_less_primary_flow_needs_hotter_supply_and_returns_colder(share: float, flow: float) -> None:
    full, full_back = primary_temperatures_degc(share, DESIGN)
    staged, staged_back = primary_temperatures_degc(share, DESIGN, flow)
    assert staged > full
    assert staged_back < full_back
    assert flow * (staged - staged_back) == pytest.approx(float(full - full_back), rel=1e-9)


def test_load_share_by_outdoor_temperature() -> None:
    # (18 - T)/(18 + 7)
    share = load_share(np.array([-12.0, -7.0, 0.0, 5.5, 18.0, 30.0]), -7.0)
    assert share.tolist() == pytest.approx([1.2, 1.0, 0.72, 0.5, 0.0, 0.0])


def test_tabulated_curve_is_linear_between_rows_and_flat_beyond() -> None:
    curve = ((0.4, 63.0, 39.0), (1.0, 120.0, 60.0))
    supply, back = curve_temperatures_degc(np.array([0.1, 0.4, 0.7, 1.0, 1.2]), curve)
    assert supply.tolist() == pytest.approx([63.0, 63.0, 91.5, 120.0, 120.0])
    assert back.tolist() == pytest.approx([39.0, 39.0, 49.5, 60.0, 60.0])


@pytest.mark.parametrize("curve", [(), ((0.5, 80.0, 45.0), (0.5, 90.0, 50.0)), ((1.0, 120.0, 60.0), (0.4, 63.0, 39.0))])
def test_a_curve_without_ascending_rows_is_refused(curve: tuple[tuple[float, float, float], ...]) -> None:
    with pytest.raises(ValueError, match="ascending"):
        curve_temperatures_degc(0.5, curve)
