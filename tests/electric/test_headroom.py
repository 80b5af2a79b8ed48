"""Hosting margins: closed forms where a line, and where a voltage, is what ends them."""

from __future__ import annotations

from dataclasses import replace

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


def boundary_with(town_mw, works_mw, pv_mw=0.0):
    time = pd.date_range("2025-01-01", periods=len(town_mw), freq="h", name="time")
    works, pv = (np.broadcast_to(value, len(town_mw)) for value in (works_mw, pv_mw))
    values = {
        "load_p_mw": pd.DataFrame({"town": town_mw, "works": works}, index=time),
        "generator_p_mw": pd.DataFrame({"pv": pv}, index=time),
    }
    return Boundary(time, values)


def test_nothing_fits_behind_an_overload_that_a_tap_changer_would_mend():
    """The tap moves with the town's load and with the added one; a step up takes a per cent off the feeder's current."""
    network = substation(v_set_pu=1.02)
    boundary = boundary_with(np.linspace(20.0, 70.0, 1500), 9.0)
    loading = PowerModel(network).solve(boundary)["line_loading_share"].to_numpy()[:, 0]
    given = setpoints_of(network, boundary)
    factor = 1.005 / loading[:, None] * np.array([0.0, 1.0]) + np.array([1.0, 0.0])
    given = replace(given, load_p_mw=given.load_p_mw * factor, load_q_mvar=given.load_q_mvar * factor)
    loading = PowerModel(network).flows(given).line_loading_share[:, 0]
    assert (loading > 1.001).sum() > 1000
    assert (loading < 1.1).all()
    room = headroom_mw(network, given, ["end", "b10"])
    assert (room[loading > 1.0 + 1e-6, 0] == 0).all()
    assert (room[:, 1] > 0).all()


def test_what_the_added_load_relieves_may_stay_beyond_its_limit():
    """PV sends more back through the line than it may carry: load at its end is welcome until the line is full the other way."""
    generators = table({"id": "pv", "bus": "far", "capacity_mw": 20.0, "cos_phi": 1.0})
    loads = table({"id": "load", "bus": "far", "p_mw": 1.0, "cos_phi": 1.0})
    buses = table({"id": "near", "v_nom_kv": 10.0}, {"id": "far", "v_nom_kv": 10.0, "v_max_pu": 1.2})
    network = two_bus(loads=loads, buses=buses, generators=generators)
    values = {
        "load_p_mw": pd.DataFrame({"load": 0.0}, index=HOURS),
        "generator_p_mw": pd.DataFrame({"pv": 9.5}, index=HOURS),
    }
    boundary = Boundary(HOURS, values)
    assert PowerModel(network).solve(boundary)["line_loading_share"].to_numpy().min() > 1.02
    room = headroom_mw(network, setpoints_of(network, boundary), ["far"], cos_phi=1.0)
    # as much as the line's own limit is what the search begins with, √3 V I = 8.66 MW
    np.testing.assert_allclose(room, np.sqrt(3) * 10 * 0.5, rtol=1e-9)


def test_nothing_fits_where_a_voltage_is_below_its_band_whatever_the_tap_changer_does():
    network = substation(v_set_pu=1.02)
    network = network.with_tables(buses=network.buses.assign(v_min_pu=[0.9, 0.9, 1.015]))
    boundary = boundary_with(np.linspace(10.0, 90.0, 160), 6.0)
    states = PowerModel(network).solve(boundary)
    low = states["bus_v_pu"].sel(bus="end").to_numpy() < 1.015 - 1e-6
    assert low.any()
    room = headroom_mw(network, setpoints_of(network, boundary), ["end"])
    assert (room[low, 0] == 0).all()


def test_hours_without_a_solution_have_no_margin():
    network = two_bus()
    room = headroom_mw(network, given_of(network, np.array([1.0, 1.0, 90.0, 1.0, 1.0])), ["far"])
    assert np.isnan(room[:, 0]).tolist() == [False, False, True, False, False]


def year_like(hours):
    rng = np.random.default_rng(3)
    return boundary_with(rng.uniform(10, 90, hours), rng.uniform(0, 6, hours), rng.uniform(0, 3, hours))


def test_the_least_of_single_hours_is_the_result_over_all():
    network, boundary = substation(v_set_pu=1.02), year_like(12)
    given, buses = setpoints_of(network, boundary), ["b10", "end"]
    rows = critical_rows(PowerModel(network).solve(boundary))
    single = [headroom_mw(network, given.rows(slice(row, row + 1)), buses)[0] for row in range(given.hours)]
    np.testing.assert_array_equal(headroom_mw(network, given, buses), single)
    np.testing.assert_array_equal(least_headroom(network, given, buses, rows)["room_mw"], np.min(single, axis=0))


def test_the_least_is_found_though_the_likely_hours_miss_it():
    network, boundary = substation(v_set_pu=1.02), year_like(48)
    given, buses = setpoints_of(network, boundary), ["b10", "end"]
    room = headroom_mw(network, given, buses)
    likely = [int(room.sum(axis=1).argmax())]
    assert (room[likely[0]] > room.min(axis=0)).all()
    np.testing.assert_array_equal(least_headroom(network, given, buses, likely)["room_mw"], room.min(axis=0))


def limit_of(network, load_mw, bus="far"):
    given = given_of(network, load_mw)
    return least_headroom(network, given, [bus], range(given.hours), cos_phi=1.0).loc[bus]


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
    limit = least_headroom(network, given, ["b10"], range(given.hours)).loc["b10"]
    assert (limit["kind"], limit["element"], limit["row"]) == ("transformer", "t", 1)
    assert limit["room_mw"] == room.min()


def test_critical_rows_are_the_worst_few_of_each_element():
    network, boundary = substation(v_set_pu=1.02), year_like(48)
    states = PowerModel(network).solve(boundary)
    worst = states["line_loading_share"].to_numpy()[:, 0].argsort()[::-1]
    assert set(worst[:4].tolist()) <= set(critical_rows(states, 4))
    assert set(critical_rows(states)) <= set(critical_rows(states, 4))
