"""Limits of heat loads: linear at the schedule, kept when the loads follow them, silent where loads are not the cause."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.couple.power_limits import breaks_a_limit, heat_load_limits
from heatnet.electric.model import PowerModel
from heatnet.electric.setpoints import setpoints_of
from heatnet.model.boundary import Boundary
from tests.electric.conftest import substation, table, two_bus

HOURS = pd.date_range("2025-01-01", periods=6, freq="h", name="time")


def limits_of(network, values, loads):
    """Return the limits, having asked whether there are any: the short question has the long one's answer."""
    boundary = Boundary(HOURS, {"load_p_mw": pd.DataFrame(values, index=HOURS)})
    model = PowerModel(network)
    found = heat_load_limits(model, boundary, loads)
    assert breaks_a_limit(model, boundary, loads) == bool(found)
    return found


def loading(network, values):
    model = PowerModel(network)
    boundary = Boundary(HOURS, {"load_p_mw": pd.DataFrame(values, index=HOURS)})
    return model.flows(setpoints_of(network, boundary)).line_loading_share


def test_a_feeder_with_one_heat_load_is_brought_to_its_limit():
    loads = table(
        {"id": "town", "bus": "far", "p_mw": 3.0, "cos_phi": 0.95},
        {"id": "pump", "bus": "far", "supplies": "hp", "cos_phi": 0.95},
    )
    network = two_bus(loads=loads)
    pump = np.array([0.0, 2.0, 4.0, 6.0, 7.0, 8.0])
    values = {"town": np.full(6, 3.0), "pump": pump}
    limits = limits_of(network, values, ["pump"])
    line = next(limit for limit in limits if limit.element == "line")
    assert line.kind == "line"
    over = np.flatnonzero(loading(network, values)[:, 0] > 1)
    assert line.rows.tolist() == over.tolist()
    assert len(over) >= 2
    np.testing.assert_allclose(line.weight["pump"], 1.0)
    held = pump.copy()
    held[line.rows] = line.room_mw
    after = loading(network, {**values, "pump": held})[over, 0]
    assert (after <= 1.0).all()
    assert (after > 0.998).all(), "no more than needed is taken away"


def test_two_loads_behind_one_transformer_share_its_room():
    network = substation()
    extra = table(
        {"id": "town", "bus": "b10", "p_mw": 95.0, "cos_phi": 1.0},
        {"id": "near", "bus": "b10", "supplies": "hp_1", "cos_phi": 1.0},
        {"id": "far", "bus": "end", "supplies": "hp_2", "cos_phi": 1.0},
    )
    network = network.with_tables(
        loads=pd.concat([network.loads.iloc[:0], extra.set_index("id").reindex(columns=network.loads.columns)]),
        generators=network.generators.iloc[:0],
    )
    limits = limits_of(
        network, {"town": np.full(6, 95.0), "near": np.full(6, 6.0), "far": np.full(6, 5.0)}, ["near", "far"]
    )
    transformer = next(limit for limit in limits if limit.kind == "transformer")
    assert transformer.rows.tolist() == [0, 1, 2, 3, 4, 5]
    # the farther one also has the cable's loss
    assert (transformer.weight["far"] == 1.0).all()
    assert transformer.weight["near"].between(0.9, 1.0).all()
    assert (transformer.room_mw < 11.0).all()


def test_nothing_is_said_where_the_town_alone_is_too_much():
    loads = table(
        {"id": "town", "bus": "far", "p_mw": 9.5, "cos_phi": 0.95},
        {"id": "pump", "bus": "near", "supplies": "hp", "cos_phi": 0.95},
    )
    limits = limits_of(two_bus(loads=loads), {"town": np.full(6, 9.5), "pump": np.full(6, 3.0)}, ["pump"])
    assert limits == []


def test_what_is_too_much_without_them_leaves_them_nothing():
    loads = table(
        {"id": "town", "bus": "far", "p_mw": 9.5, "cos_phi": 0.95},
        {"id": "pump", "bus": "far", "supplies": "hp", "cos_phi": 0.95},
    )
    limits = limits_of(two_bus(loads=loads), {"town": np.full(6, 9.5), "pump": np.full(6, 1.0)}, ["pump"])
    assert any((limit.room_mw == 0.0).all() for limit in limits)
