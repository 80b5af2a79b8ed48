"""A sample of a season solved again by pandapipes: which hours, and what is said of the difference."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from heatnet.couple import reference
from heatnet.couple.reference import joined_checks, reference_check, reference_hours, reversed_pipes
from heatnet.errors import InputError, Problem
from heatnet.model.boundary import Boundary
from heatnet.model.examples import boundary_at_loads, two_source_loop
from heatnet.simulate import simulate

LOADS = (1.0, 0.6, 0.3, 0.15)


@pytest.fixture(scope="module")
def network():
    return two_source_loop()


@pytest.fixture(scope="module")
def boundary(network):
    return boundary_at_loads(network, LOADS)


@pytest.fixture(scope="module")
def states(network, boundary):
    return simulate(network, boundary, engine="season")


def season(heat_mw, flow_kg_per_s):
    """Return boundary and states of hours with one consumer's heat and the flow of some pipes."""
    time = pd.date_range("2025-01-01", periods=len(heat_mw), freq="h")
    flow = np.asarray(flow_kg_per_s, dtype=float)
    asked = Boundary(time, {"consumer_heat_mw": pd.DataFrame({"c": heat_mw}, index=time)})
    return asked, xr.Dataset({"pipe_mdot_kg_per_s": (("time", "pipe"), flow)}, coords={"time": time})


def test_a_pipe_is_reversed_where_it_flows_against_most_hours():
    flow = np.array([[5.0, -1.0, 1e-9], [5.0, 2.0, 1.0], [4.0, 3.0, -1.0], [np.nan] * 3, [-6.0, -1.0, -1.0]])
    # usual directions: first forwards (3 of 4), second open (2 of 4), third backwards (2 of 3; 1e-9 is no flow)
    assert reversed_pipes(flow).tolist() == [0, 1, 0, 0, 1]


def test_pipes_without_flow_are_never_reversed():
    assert reversed_pipes(np.zeros((3, 2))).tolist() == [0, 0, 0]
    assert reversed_pipes(np.empty((2, 0))).tolist() == [0, 0]


def test_most_and_least_heat_and_most_reversals_are_in_the_sample():
    heat = [5.0, 9.0, 0.0, 1.0, 4.0, 4.0, 4.0]
    forwards, turned = [1.0, 1.0], [-1.0, 1.0]
    asked, states = season(heat, [forwards, forwards, turned, forwards, turned, forwards, forwards])
    # the third hour asks for nothing; of the two that turn a pipe it is the first
    rows = reference_hours(asked, states, 0)
    assert rows == {1: "peak", 2: "reversals", 3: "mildest"}


def test_a_season_in_which_nothing_turns_has_two_named_hours():
    asked, states = season([3.0, 2.0, 1.0], np.ones((3, 2)))
    assert reference_hours(asked, states, 0) == {0: "peak", 2: "mildest"}


def test_drawn_hours_are_the_same_every_time_and_never_more_than_there_are():
    asked, states = season(np.linspace(1.0, 9.0, 50), np.ones((50, 1)))
    rows = reference_hours(asked, states, 4)
    assert rows == reference_hours(asked, states, 4)
    assert list(rows) == sorted(rows)
    assert sorted(rows.values()) == ["mildest", "peak", *["random"] * 4]
    assert len(reference_hours(asked, states, 500)) == 50
    nothing, still = season([0.0, 0.0], np.zeros((2, 1)))
    assert reference_hours(nothing, still, 4) == {}


def test_both_engines_agree_on_a_looped_network(network, boundary, states):
    told = []
    check = reference_check(network, boundary, states, {0: "peak", 3: "mildest"}, lambda: told.append(1))
    assert len(told) == 2
    assert (check["hours"], check["compared"]) == (2, 2)
    assert check["unsolved_by_reference"] == check["status_differs"] == check["one_sided"] == 0
    assert check["max_temperature_difference_k"] <= 1e-3
    assert check["max_pressure_difference_bar"] <= 1e-4
    assert check["max_flow_difference_share"] <= 1e-4
    assert [one["chosen_as"] for one in check["sample"]] == ["peak", "mildest"]


def test_a_wrong_temperature_is_found_with_its_place(network, boundary, states):
    wrong = states.copy(deep=True)
    node = str(wrong["node"].to_numpy()[2])
    wrong["node_t_return_degc"].loc[{"node": node}] += np.array([0.0, 0.5, 9.0, 0.0])
    check = reference_check(network, boundary, wrong, {1: "random", 3: "mildest"})
    assert check["max_temperature_difference_k"] == pytest.approx(0.5, abs=1e-3), "the third hour is not in the sample"
    place = check["places"]["max_temperature_difference_k"]
    assert (place["quantity"], place["element"]) == ("node_t_return_degc", node)


def without_solution(real, row, status="not_converged"):
    """Return an engine whose row has no solution."""

    def engine(*given, **options):
        found = real(*given, **options)
        found["status"].values[row] = status
        for name, values in found.data_vars.items():
            if name != "status":
                values.values[row] = np.nan
        return found

    return engine


def test_what_pandapipes_cannot_solve_is_no_disagreement(network, boundary, states, monkeypatch):
    monkeypatch.setattr(reference, "simulate", without_solution(reference.simulate, 1))
    check = reference_check(network, boundary, states, {0: "peak", 3: "mildest"})
    assert (check["hours"], check["compared"], check["unsolved_by_reference"]) == (2, 1, 1)
    assert check["status_differs"] == check["solved_by_reference_alone"] == 0
    assert check["max_temperature_difference_k"] <= 1e-3
    assert check["sample"][1]["reference_status"] == "not_converged"


def test_what_only_pandapipes_solves_is_counted(network, boundary, monkeypatch):
    unsolved = without_solution(simulate, 0)(network, boundary, engine="season")
    check = reference_check(network, boundary, unsolved, {0: "peak"})
    assert (check["compared"], check["solved_by_reference_alone"]) == (0, 1)
    assert check["max_temperature_difference_k"] is None


def test_a_network_that_pandapipes_does_not_solve_is_said(network, boundary, states, monkeypatch):
    def refuse(*_given, **_options):
        raise InputError([Problem("valves, v", "a check valve", "pandapipes does not solve this")])

    monkeypatch.setattr(reference, "simulate", refuse)
    check = reference_check(network, boundary, states, {0: "peak"})
    assert check["hours"] == 0
    assert "check valve" in check["note"]


def test_checks_of_networks_add_up_and_keep_the_largest(network, boundary, states):
    one = reference_check(network, boundary, states, {0: "peak"})
    none = reference_check(network, boundary, states, {})
    joined = joined_checks({"one": one, "none": none, "same": one})
    assert joined["hours"] == joined["compared"] == 2
    assert joined["max_temperature_difference_k"] == one["max_temperature_difference_k"]
    assert joined["by_network"]["one"] == one
    assert joined_checks({})["max_pressure_difference_bar"] is None
