"""Tap changers of two voltage levels: inside their dead bands, the same in every order, and begun where they end."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.electric.grid_model import TAP_BAND_STEPS
from heatnet.electric.model import PowerModel
from heatnet.electric.setpoints import setpoints_of
from heatnet.electric.tap_seeds import TapChangers
from heatnet.model.boundary import Boundary
from heatnet.model.power_build import build_power_network
from tests.electric.conftest import table

TIME = pd.date_range("2025-01-01", periods=48, freq="h", name="time")


def cascade(upper_v_pu=1.02, lower_v_pu=1.03, v_grid_pu=1.0):
    """110 kV, two transformers to one 35 kV ring, a transformer to 10 kV behind it."""
    line = {"std_type": "YJV22-26/35-3x400", "length_m": 4000}
    upper = {"hv_bus": "h", "std_type": "SZ11-50000/110/35", "v_set_pu": upper_v_pu}
    return build_power_network(
        "cascade",
        {"carrier": "electric"},
        {
            "buses": table(
                {"id": "h", "v_nom_kv": 110},
                {"id": "m1", "v_nom_kv": 35},
                {"id": "m2", "v_nom_kv": 35},
                {"id": "l", "v_nom_kv": 10},
            ),
            "transformers": table(
                {"id": "t1", "lv_bus": "m1", **upper},
                {"id": "t2", "lv_bus": "m2", **upper},
                {"id": "t3", "hv_bus": "m2", "lv_bus": "l", "std_type": "SZ11-31500/35", "v_set_pu": lower_v_pu},
            ),
            "lines": table(
                {"id": "a", "from_bus": "m1", "to_bus": "m2", **line},
                {"id": "b", "from_bus": "m2", "to_bus": "m1", **line},
            ),
            "grids": table({"id": "g", "bus": "h", "v_pu": v_grid_pu}),
            "loads": table({"id": "town", "bus": "m1", "p_mw": 30}, {"id": "works", "bus": "l", "p_mw": 25}),
        },
    )


def hours():
    turn = np.linspace(0, 4 * np.pi, len(TIME))
    town, works = 30 + 30 * np.sin(turn), 12 - 12 * np.cos(1.5 * turn)
    return Boundary(TIME, {"load_p_mw": pd.DataFrame({"town": town, "works": works}, index=TIME)})


def test_every_changer_ends_inside_its_dead_band_and_hours_do_not_depend_on_each_other():
    model = PowerModel(cascade())
    solved = model.solve(hours())
    steps = {"m1": 0.0125, "m2": 0.0125, "l": 0.025}
    for bus, v_set_pu in (("m1", 1.02), ("m2", 1.02), ("l", 1.03)):
        off = np.abs(solved["bus_v_pu"].sel(bus=bus) - v_set_pu)
        assert float(off.max()) <= TAP_BAND_STEPS * steps[bus] / 2 + 1e-9
    assert np.ptp(solved["transformer_tap"].sel(transformer="t3").to_numpy()) >= 1
    for row in (0, 17, 40):
        alone = model.solve(hours().rows([row]))
        for name in ("transformer_tap", "bus_v_pu", "grid_p_mw"):
            np.testing.assert_array_equal(alone[name].to_numpy()[0], solved[name].to_numpy()[row])


def test_a_changer_at_its_end_stays_there():
    solved = PowerModel(cascade(lower_v_pu=1.18)).solve(hours())
    assert set(solved["status"].to_numpy()) == {"ok"}
    assert (solved["transformer_tap"].sel(transformer="t3") == -3).all()
    assert (solved["bus_v_pu"].sel(bus="l") < 1.18).all()


def test_the_estimate_begins_near_where_the_search_ends():
    model = PowerModel(cascade())
    changers = model._engine._changers
    given = setpoints_of(model.network, hours())
    taps = model.flows(given).transformer_tap
    fixed = PowerModel(cascade(upper_v_pu=None, lower_v_pu=None)).flows(given)
    assert np.abs(changers.seeds(fixed.bus_v_pu) - taps).max() <= 1
    assert np.abs(changers.tap_start - taps).max() >= 5


@pytest.mark.parametrize(
    ("v_pu", "taps"),
    [
        # inside both bands: nothing moves
        ((1.02, 1.03), (0, 0)),
        # 4 % low: 1.02/(1 - 0.0125 n) ≥ 1.02 - 0.0094 from n = -3 on; the lower follows by itself
        ((0.98, 0.99), (-3, 0)),
        # the lower alone is 5 % high: 1.08/(1 + 0.025 n) ≤ 1.03 + 0.01875 from n = 2 on
        ((1.02, 1.08), (0, 2)),
        # -8 is the end and lifts the lower by 1/0.9: 1.144/(1 + 0.025 n) ≤ 1.03 + 0.01875 from n = 4 on
        ((0.7, 1.03), (-8, 4)),
    ],
)
def test_estimated_taps_by_hand(v_pu, taps):
    chain = TapChangers(
        hv_region=np.array([0, 1]),
        lv_region=np.array([1, 2]),
        lv_node=np.array([1, 2]),
        fed_region=np.array([0]),
        on=np.array([True, True]),
        v_set_pu=np.array([1.02, 1.03]),
        band_pu=np.array([1.5 * 0.0125, 1.5 * 0.025]),
        step_share=np.array([0.0125, 0.025]),
        at_lv=np.array([False, False]),
        tap_neutral=np.zeros(2),
        tap_start=np.zeros(2),
        tap_min=np.full(2, -8.0),
        tap_max=np.full(2, 8.0),
    )
    seeds = chain.seeds(np.array([[1.0, *v_pu]]))
    assert seeds.tolist() == [list(taps)]
