"""Colder returns of some stations at a pre-heating plant, against the mixture by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from heatnet.couple.return_mixture import return_drops_k
from heatnet.couple.season import Probe

#: heat capacity at the mean temperature moves flows by less than this
CP_SHARE = 2e-3


def year(t_returns):
    """Return one hour in the season: three stations of 6 MW, supply 90, the network's return 50 °C."""
    return SimpleNamespace(
        space_mw=pd.DataFrame([[6.0, 6.0, 6.0]], columns=["a", "b", "c"]),
        t_supply_degc=np.array([90.0]),
        t_return_degc=np.array([50.0]),
        t_return_by_consumer_degc=pd.DataFrame([t_returns], columns=["a", "b", "c"]),
        in_season=np.array([True]),
    )


def test_a_changed_station_behind_the_plant_cools_the_branch_s_water():
    """Lifts 40 K each: equal flows. Station a goes to 30 °C: lift 60, its flow falls to 2/3 of a station's.

    Plant p carries a and b: share 2/3 before, (2/3 + 1)/(2/3 + 2) = 0.625 after.
    Mixture (2/3 x 30 + 1 x 50)/(5/3) = 42 °C: 8 K colder.
    Plant q carries c alone: 1/3 before, 1/(8/3) = 0.375 after: no change. Over the whole flow it would be 5 K at both.
    """
    before = Probe(return_flow_share={"p": 2 / 3, "q": 1 / 3})
    after = Probe(return_flow_share={"p": 0.625, "q": 0.375})
    drops = return_drops_k((year([50.0, 50.0, 50.0]), before), (year([30.0, 50.0, 50.0]), after))
    assert drops["p"][0] == pytest.approx(8.0, rel=CP_SHARE)
    assert drops["q"][0] == pytest.approx(0.0, abs=1e-9)


def test_nothing_changed_is_no_drop():
    probe = Probe(return_flow_share={"p": 0.5})
    same = year([50.0, 45.0, 50.0])
    assert return_drops_k((same, probe), (same, probe))["p"].tolist() == [0.0]
