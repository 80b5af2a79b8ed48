"""Hosting margins: closed forms where a line, and where a voltage, is what ends them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.electric.headroom import critical_rows, headroom_mw, least_headroom
from heatnet.electric.model import PowerModel
from heatnet.electric.setpoints import setpoints_of
from heatnet.model.boundary import Boundary
from tests.electric.conftest import substation, table, two_bus

HOURS = pd.date_range("2025-01-01", periods=5, freq="h", name="time")


def given_of(network, load_mw):
    return setpoints_of(network, Boundary(HOURS, {"load_p_mw": pd.DataFrame({"load": load_mw}, index=HOURS)}))


def test_a_line_ends_the_margin_at_its_permitted_current():
    """With unity power factor everywhere, S = P = √3 V I at the load's bus."""
    network = two_bus(loads=table({"id": "load", "bus": "far", "p_mw": 1.0, "cos_phi": 1.0}))
    load = np.array([0.0, 1.0, 3.0, 6.0, 8.0])
    room = headroom_mw(network, given_of(network, load), ["far"], cos_phi=1.0)[:, 0]
    r_ohm, x_ohm, i_ka = 0.18, 0.27, 0.5
    # E² = (V + √3 R I)² + (√3 X I)², line to line
    v_kv = np.sqrt(100 - 3 * (x_ohm * i_ka) ** 2) - np.sqrt(3) * r_ohm * i_ka
    largest = np.sqrt(3) * v_kv * i_ka
    resolution = np.sqrt(3) * 10 * i_ka / 4096
    np.testing.assert_allclose(room, largest - load, rtol=0, atol=1.5 * resolution)


def test_a_voltage_band_ends_it_earlier():
    buses = table({"id": "near", "v_nom_kv": 10.0}, {"id": "far", "v_nom_kv": 10.0, "v_min_pu": 0.995})
    network = two_bus(buses=buses, loads=table({"id": "load", "bus": "far", "p_mw": 1.0, "cos_phi": 1.0}))
    room = headroom_mw(network, given_of(network, np.zeros(5)), ["far"], cos_phi=1.0)[0, 0]
    v_kv = 9.95
    # (V² + P R)² + (P X)² = E² V²: the quadratic in P at the band's end
    a, b, c = 0.18**2 + 0.27**2, 2 * v_kv**2 * 0.18, v_kv**4 - 100 * v_kv**2
    largest = (-b + np.sqrt(b**2 - 4 * a * c)) / (2 * a)
    assert room == pytest.approx(largest, abs=1.5 * np.sqrt(3) * 10 * 0.5 / 4096)


def test_nothing_fits_behind_what_is_overloaded_and_elsewhere_it_does():
    lines = table(
        *(
            {
                "id": name,
                "from_bus": "near",
                "to_bus": bus,
                "length_m": 3000,
                "r_ohm_per_km": 0.06,
                "x_ohm_per_km": 0.09,
                "i_max_ka": 0.5,
            }
            for name, bus in (("line", "far"), ("other", "side"))
        )
    )
    buses = table(*({"id": bus, "v_nom_kv": 10.0} for bus in ("near", "far", "side")))
    network = two_bus(buses=buses, lines=lines)
    room = headroom_mw(network, given_of(network, np.full(5, 9.5)), ["far", "side"])
    assert (room[:, 0] == 0).all()
    assert (room[:, 1] > 7).all()


def test_hours_without_a_solution_have_no_margin():
    network = two_bus()
    room = headroom_mw(network, given_of(network, np.array([1.0, 1.0, 90.0, 1.0, 1.0])), ["far"])
    assert np.isnan(room[:, 0]).tolist() == [False, False, True, False, False]


def test_critical_rows_hold_the_least_margin():
    network = substation(v_set_pu=1.02)
    time = pd.date_range("2025-01-01", periods=48, freq="h", name="time")
    rng = np.random.default_rng(3)
    values = {
        "load_p_mw": pd.DataFrame({"town": rng.uniform(10, 90, 48), "works": rng.uniform(0, 6, 48)}, index=time),
        "generator_p_mw": pd.DataFrame({"pv": rng.uniform(0, 3, 48)}, index=time),
    }
    boundary = Boundary(time, values)
    rows = critical_rows(PowerModel(network).solve(boundary))
    assert len(rows) < 12
    buses = ["b10", "end"]
    every = headroom_mw(network, setpoints_of(network, boundary), buses)
    few = headroom_mw(network, setpoints_of(network, boundary.rows(rows)), buses)
    np.testing.assert_allclose(few.min(axis=0), every.min(axis=0), rtol=0.02)


def limit_of(network, load_mw, bus="far"):
    given = given_of(network, load_mw)
    return least_headroom(network, given, [bus], headroom_mw(network, given, [bus], cos_phi=1.0), cos_phi=1.0).loc[bus]


def test_the_limit_is_named_with_the_hour_of_the_least_margin():
    limit = limit_of(two_bus(), np.array([0.0, 1.0, 6.0, 3.0, 2.0]))
    assert (limit["kind"], limit["element"], limit["row"]) == ("line", "line", 2)
    buses = table({"id": "near", "v_nom_kv": 10.0}, {"id": "far", "v_nom_kv": 10.0, "v_min_pu": 0.995})
    limit = limit_of(two_bus(buses=buses), np.array([0.0, 1.0, 0.0, 0.5, 0.0]))
    assert (limit["kind"], limit["element"], limit["row"]) == ("voltage", "far", 1)


def test_a_bus_whose_own_lines_are_the_limit_or_that_is_overloaded_already():
    assert limit_of(two_bus(), np.full(5, 9.5))["room_mw"] == 0.0
    assert limit_of(two_bus(), np.full(5, 9.5))["element"] == "line"
    wide = two_bus(
        buses=table(*({"id": bus, "v_nom_kv": 10.0, "v_min_pu": 0.5} for bus in ("near", "far"))),
        loads=table({"id": "load", "bus": "near", "p_mw": 1.0}),
    )
    limit = limit_of(wide, np.zeros(5))
    assert limit["kind"] == "line", "at the far end the loss makes the line carry more than the load"


def test_a_transformer_is_named():
    network = substation(v_set_pu=1.02)
    time = pd.date_range("2025-01-01", periods=2, freq="h", name="time")
    given = setpoints_of(network, Boundary(time, {"load_p_mw": pd.DataFrame({"town": [60.0, 80.0]}, index=time)}))
    room = headroom_mw(network, given, ["b10"])
    limit = least_headroom(network, given, ["b10"], room).loc["b10"]
    assert (limit["kind"], limit["element"], limit["row"]) == ("transformer", "t", 1)
    assert limit["room_mw"] == room.min()
