"""Quality and staged-flow regulation against printed curves and their own equations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.physics.exchanger import lmtd_k
from heatnet.physics.regulation import (
    RegulationDesign,
    curve_temperatures_degc,
    load_share,
    primary_temperatures_degc,
    secondary_temperatures_degc,
    staged_flow_share,
    variable_flow_return_degc,
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


@given(st.floats(0.01, 1.0), st.floats(0.6, 1.0), st.sampled_from([DESIGN, RegulationDesign(80.0, 60.0, 75.0, 50.0)]))
def test_another_flow_meets_the_exchanger_of_constant_ua(share: float, flow: float, design: RegulationDesign) -> None:
    # phi = LMTD/LMTD_0, also where the primary is the side of larger heat capacity flow (20 K against 25 K)
    supply, back = primary_temperatures_degc(share, design, flow)
    secondary_supply, secondary_return = secondary_temperatures_degc(share, design)
    at_design = lmtd_k(
        design.t_supply_degc - design.t_secondary_supply_degc, design.t_return_degc - design.t_secondary_return_degc
    )
    ends = supply - secondary_supply, back - secondary_return
    assert float(lmtd_k(*ends) / at_design) == pytest.approx(share, rel=1e-7)


def test_stages_of_flow() -> None:
    share = np.array([0.0, 0.3, 0.6, 0.6 + 1e-12, 0.61, 0.8, 0.81, 1.0, 1.2])
    assert staged_flow_share(share).tolist() == [0.6, 0.6, 0.6, 0.6, 0.8, 0.8, 1.0, 1.0, 1.0]


def test_staged_flow_never_needs_more_than_the_design_supply() -> None:
    share = np.linspace(0.0, 1.0, 101)
    supply, back = primary_temperatures_degc(share, DESIGN, staged_flow_share(share))
    assert supply.max() == pytest.approx(120.0, abs=1e-9)
    assert (supply - back).max() <= 60 + 1e-9


def test_variable_flow_holds_the_supply() -> None:
    share = np.array([1.0, 0.7, 0.4, 0.1, 0.0])
    back = variable_flow_return_degc(share, DESIGN)
    assert back[0] == pytest.approx(60.0, abs=1e-9)
    assert back[-1] == pytest.approx(18.0)
    # the flow that follows gives the same state as regulation at that flow
    flow = share[:-1] * 60 / (120 - back[:-1])
    assert (np.diff(flow) < 0).all()
    supply, again = primary_temperatures_degc(share[:-1], DESIGN, flow)
    np.testing.assert_allclose(supply, 120.0, atol=1e-6)
    np.testing.assert_allclose(again, back[:-1], atol=1e-6)


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
