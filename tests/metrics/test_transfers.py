"""Heat between zones by hand: who used whose heat, what it cost, and that every balance closes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatnet.dispatch import dispatch
from heatnet.metrics import energy, money
from heatnet.metrics.stores import heat_balance_mwh
from heatnet.metrics.substitution import heat_terms
from heatnet.metrics.switching import transfer_accounts
from heatnet.metrics.tracing import trace_heat
from heatnet.model.commitment import Transfer
from heatnet.model.substitution import Denominator, Period, WasteClass

SEASON = np.array([True, True])


@pytest.fixture
def zones(toy):
    """Zone a makes 10 MW of waste heat for 0.1 of power, b burns gas; 6 and 12 MW in a, 8 MW in b; 5 MW of pipe, a fifth lost."""
    units = [
        toy.unit("waste", "a/site", "strict", hours=2, available_mw=10.0, power_per_heat=0.1),
        toy.unit("gas", "b/site", fuel="gas", hours=2, fuel_per_heat=1.0),
        toy.unit("spare", "a/site", fuel="gas", hours=2, fuel_per_heat=1.0),
    ]
    stated = toy.problem_of(units, {"a/site": [6, 12], "b/site": [8, 8]})
    return replace(stated, transfers=(Transfer("pipe", "a/site", "b/site", 5.0, 0.0, 0.2, 10.0),))


def test_heat_counts_in_the_zone_that_uses_it(zones):
    """Hour 0: a has 4 MW to spare, 3.2 arrive; hour 1: nothing. In b 4 of 8.8 MWh at the gates are waste heat, in hour 1 none.

    A trace that ignores transfers counts all 20 MWh in a and leaves b without waste heat.
    """
    r = dispatch(zones)
    np.testing.assert_allclose(r.transfer_mw["pipe"], [4, 0], atol=1e-6)
    flows = trace_heat(zones, r, SEASON, {"a/site": np.zeros(2), "b/site": np.zeros(2)})
    key = (Denominator.SPACE, Period.SEASON)
    a, b = (heat_terms(flows, (zone,), SEASON)[key] for zone in ("a", "b"))
    assert a.waste_mwh[WasteClass.STRICT] == pytest.approx(16.0, abs=1e-5)
    assert b.waste_mwh[WasteClass.STRICT] == pytest.approx(4.0, abs=1e-5)
    assert b.power_mwh[WasteClass.STRICT] == pytest.approx(0.4, abs=1e-6)
    assert b.heat_mwh == pytest.approx(4 + 4.8 + 8, abs=1e-5)
    both = heat_terms(flows, ("a", "b"), SEASON)[key]
    assert both.waste_mwh[WasteClass.STRICT] == pytest.approx(20.0, abs=1e-5)


def test_transfers_close_the_balances_and_have_their_cost(zones):
    r = dispatch(zones)
    assert max(energy.balance_residual_mw(zones, r).values()) < 1e-6
    table = heat_balance_mwh(zones, r)
    assert table["a/site"]["passed_mwh"] == pytest.approx(4.0, abs=1e-5)
    assert table["b/site"]["passed_mwh"] == pytest.approx(-3.2, abs=1e-5)
    assert all(abs(row["residual_mwh"]) < 1e-5 for row in table.values())
    account = transfer_accounts(zones, r)["pipe"]
    assert (account["passed_mwh"], account["lost_mwh"]) == pytest.approx((4.0, 0.8), abs=1e-5)
    assert money.cost(zones, r) == pytest.approx(r.cost_cny, abs=1e-3)
    assert r.cost_cny["transfer_cny"] == pytest.approx(40.0, abs=1e-3)
