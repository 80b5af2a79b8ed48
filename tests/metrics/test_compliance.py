"""Standards checks on hand-made hours: a value on each side of each limit."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from heatnet.metrics.compliance import ATMOSPHERE_BAR, Limits, check_labels, compliance, worst_of_each
from heatnet.metrics.mains import PipeRole, pipe_roles, shortest_way
from heatnet.model.examples import CONSTANT_WATER, tree, two_pipe
from heatnet.physics.water import saturation_pressure_bar

RHO = CONSTANT_WATER["density_kg_per_m3"]
LENGTH_M, DIAMETER_M, ZETA = 1000.0, 0.309, 10.0  # two_pipe: 1000 m, 309 mm, zeta 0.01 per metre
AREA_M2 = np.pi / 4 * DIAMETER_M**2


def state(network, status=("ok",), **changes):
    """Hours of a quiet network within all limits; `changes` overrides a quantity with a number or an array."""
    dims = {
        "node": network.nodes.index,
        "pipe": network.pipes.index,
        "consumer": network.consumers.index,
        "plant": network.plants.index,
    }
    mdot = 60.0
    local_bar = ZETA * mdot**2 / (2 * RHO * AREA_M2**2) / 1e5
    values = {
        "node_t_supply_degc": 110.0,
        "node_t_return_degc": 50.0,
        "node_p_supply_bar": 8.0,
        "node_p_return_bar": 4.0,
        "pipe_mdot_kg_per_s": mdot,
        "pipe_mdot_return_kg_per_s": -mdot,
        "pipe_velocity_m_per_s": 1.0,
        "pipe_dp_supply_bar": 50.0 * LENGTH_M / 1e5 + local_bar,
        "pipe_dp_return_bar": -(50.0 * LENGTH_M / 1e5 + local_bar),
        "consumer_mdot_kg_per_s": mdot,
        "consumer_dp_bar": 2.0,
        "consumer_shortfall_mw": 0.0,
        "plant_mdot_kg_per_s": mdot,
        "plant_t_return_degc": 50.0,
    } | changes
    variables = {}
    for name, value in values.items():
        dim = name.split("_")[0]
        shape = (len(status), len(dims[dim]))
        variables[name] = (("time", dim), np.broadcast_to(np.asarray(value, dtype=float), shape).copy())
    variables["status"] = ("time", list(status))
    time = pd.date_range("2025-01-01", periods=len(status), freq="h")
    return xr.Dataset(variables, coords={"time": time, **{key: list(value) for key, value in dims.items()}})


@pytest.fixture
def network():
    return two_pipe(fluid=CONSTANT_WATER)


def rows(table, check):
    return table[table["check"] == check].reset_index(drop=True)


def passed(table, check):
    found = rows(table, check)
    assert len(found)
    return bool(found["passed"].all())


def test_a_network_within_all_limits_passes_every_check(network):
    table = compliance(network, state(network))
    assert table["passed"].all()
    assert set(table["check"]) == set(check_labels()) - {"branch_friction"}


def test_specific_friction_is_wall_friction_without_local_losses(network):
    # the state's drop is 50 Pa/m x 1000 m of friction, and zeta m^2 / (2 rho A^2) of local losses
    table = compliance(network, state(network))
    assert rows(table, "trunk_friction_max").at[0, "value"] == pytest.approx(50.0, rel=1e-9)


@pytest.mark.parametrize(("friction", "high", "low"), [(29.0, True, False), (31.0, True, True), (71.0, False, True)])
def test_main_line_range(network, friction, high, low):
    quiet = {"pipe_mdot_kg_per_s": 1e-6, "pipe_mdot_return_kg_per_s": 1e-6}
    data = state(network, pipe_dp_supply_bar=friction * LENGTH_M / 1e5, pipe_dp_return_bar=0.0, **quiet)
    table = compliance(network, data)
    assert passed(table, "trunk_friction_max") == high
    assert passed(table, "trunk_friction_min") == low


def test_low_friction_at_low_load_is_no_finding(network):
    drop = np.array([[50.0], [5.0]]) * LENGTH_M / 1e5
    data = state(
        network,
        ("ok", "ok"),
        pipe_mdot_kg_per_s=1e-6,
        pipe_mdot_return_kg_per_s=1e-6,
        pipe_dp_supply_bar=drop,
        pipe_dp_return_bar=drop,
        plant_mdot_kg_per_s=[[60.0], [20.0]],
    )
    table = compliance(network, data)
    assert rows(table, "trunk_friction_min").at[0, "value"] == pytest.approx(50.0)
    assert rows(table, "trunk_friction_min").at[0, "time"] == pd.Timestamp("2025-01-01 00:00")


@pytest.mark.parametrize(
    ("check", "name", "good", "bad", "place"),
    [
        ("velocity", "pipe_velocity_m_per_s", 3.5, 3.51, "pipe_works_station"),
        ("available_pressure", "consumer_dp_bar", 1.0, 0.99, "consumer_station"),
        ("heat_delivered", "consumer_shortfall_mw", 0.0, 0.01, "consumer_station"),
        ("return_pressure", "node_p_return_bar", ATMOSPHERE_BAR + 0.5, ATMOSPHERE_BAR + 0.49, "works"),
        ("nominal_pressure", "node_p_supply_bar", 17.0, 17.1, "works"),
        ("return_temperature", "plant_t_return_degc", 70.0, 70.1, "plant"),
    ],
)
def test_each_limit_from_both_sides(network, check, name, good, bad, place):
    assert passed(compliance(network, state(network, **{name: good})), check)
    found = rows(compliance(network, state(network, **{name: bad})), check)
    assert not found["passed"].any()
    assert place in set(found["place"])


def test_a_plant_that_does_not_run_has_no_return_temperature(network):
    still = state(network, plant_t_return_degc=90.0, plant_mdot_kg_per_s=0.0)
    assert not len(rows(compliance(network, still), "return_temperature"))


def test_no_boiling_margin_is_pressure_above_saturation(network):
    boiling = float(saturation_pressure_bar(130.0))
    for margin, good in ((0.31, True), (0.29, False)):
        data = state(network, node_t_supply_degc=130.0, node_p_supply_bar=boiling + margin)
        table = compliance(network, data)
        assert rows(table, "boiling_margin")["value"].to_numpy() == pytest.approx(margin, abs=1e-9)
        assert passed(table, "boiling_margin") is good


def test_the_suction_needs_pressure_above_boiling_while_the_pump_runs(network):
    boiling = float(saturation_pressure_bar(90.0))
    for margin, good in ((0.51, True), (0.49, False)):
        data = state(network, plant_t_return_degc=90.0, node_p_return_bar=boiling + margin)
        found = rows(compliance(network, data), "suction_margin")
        assert list(found["place"]) == ["plant"]
        assert found.at[0, "value"] == pytest.approx(margin, abs=1e-9)
        assert bool(found.at[0, "passed"]) is good
    still = state(network, plant_t_return_degc=90.0, node_p_return_bar=boiling, plant_mdot_kg_per_s=0.0)
    assert not len(rows(compliance(network, still), "suction_margin"))


def test_static_margin_falls_with_height(network):
    # the pressure point holds 4 bar at 0 m; 20 m higher it is 4 - rho g 20 m
    high = two_pipe(fluid=CONSTANT_WATER, elevation_m=20.0)
    for t_degc, good in ((100.0, True), (130.0, False)):
        margin = 4.0 - RHO * 9.80665 * 20 / 1e5 - float(saturation_pressure_bar(t_degc))
        found = rows(compliance(high, state(high, node_t_supply_degc=t_degc)), "static_margin").set_index("place")
        assert found.at["station", "value"] == pytest.approx(margin)
        assert bool(found.at["station", "passed"]) is good
    # cold water does not boil, but must not fall below the atmosphere
    cold = rows(compliance(high, state(high, node_t_supply_degc=20.0)), "static_margin").set_index("place")
    assert cold.at["station", "value"] == pytest.approx(4.0 - RHO * 9.80665 * 20 / 1e5 - ATMOSPHERE_BAR)


def test_each_place_shows_its_worst_hour_and_unsolved_hours_are_left_out(network):
    data = state(
        network,
        ("ok", "not_converged", "ok_undersupplied"),
        pipe_velocity_m_per_s=[[1.0], [np.nan], [4.0]],
        consumer_dp_bar=[[1.5], [np.nan], [1.2]],
    )
    table = compliance(network, data)
    assert rows(table, "velocity").at[0, "time"] == pd.Timestamp("2025-01-01 02:00")
    assert rows(table, "available_pressure").at[0, "value"] == 1.2
    solved = rows(table, "solved")
    assert solved.at[0, "value"] == pytest.approx(2 / 3)
    assert not solved.at[0, "passed"]


def test_without_a_solved_hour_only_that_is_said(network):
    table = compliance(network, state(network, ("not_converged",)))
    assert list(table["check"]) == ["solved"]
    assert not table["passed"].any()


def test_a_consumer_that_is_off_needs_no_pressure(network):
    table = compliance(network, state(network, consumer_mdot_kg_per_s=0.0, consumer_dp_bar=0.0))
    assert not len(rows(table, "available_pressure"))


def test_main_line_ends_before_the_branch_to_the_worst_station():
    network = tree()
    assert shortest_way(network, "works", "end") == ["pipe_works_fork", "pipe_fork_east", "pipe_east_end"]
    roles = pipe_roles(network, "consumer_end")
    assert roles == {
        "pipe_works_fork": PipeRole.TRUNK,
        "pipe_fork_east": PipeRole.TRUNK,
        "pipe_east_end": PipeRole.CONNECTION,
        "pipe_fork_north": PipeRole.CONNECTION,
        "pipe_east_south": PipeRole.CONNECTION,
    }
    to_north = pipe_roles(network, "consumer_north")
    assert to_north["pipe_fork_east"] is PipeRole.BRANCH
    line = two_pipe()
    assert set(pipe_roles(line, "consumer_station").values()) == {PipeRole.TRUNK}, "the only way is the main line"
    named = pipe_roles(network, "consumer_north", trunk=["pipe_fork_east"])
    assert [pipe for pipe, role in named.items() if role is PipeRole.TRUNK] == ["pipe_fork_east"]


def test_branches_have_their_own_limit_and_connections_none():
    network = tree(fluid=CONSTANT_WATER)
    drop = 400.0 * network.pipes["length_m"].to_numpy() / 1e5
    available = [1.0 + 0.1 * (name != "consumer_north") for name in network.consumers.index]
    quiet = {"pipe_mdot_kg_per_s": 1e-6, "pipe_mdot_return_kg_per_s": 1e-6}
    data = state(network, pipe_dp_supply_bar=drop, pipe_dp_return_bar=drop, consumer_dp_bar=available, **quiet)
    table = compliance(network, data)
    assert set(rows(table, "trunk_friction_max")["place"]) == {"pipe_works_fork"}
    branch = rows(table, "branch_friction")
    assert list(branch["place"]) == ["pipe_fork_east"]
    assert not branch.at[0, "passed"]
    assert passed(compliance(network, data, Limits(branch_friction_pa_per_m=401.0)), "branch_friction")


def test_worst_of_each_keeps_the_largest_excess(network):
    table = compliance(network, state(network, node_p_return_bar=[[4.0, 1.2]]))
    short = worst_of_each(table)
    assert short["check"].is_unique
    assert set(short["check"]) == set(table["check"])
    worst = short[short["check"] == "return_pressure"].iloc[0]
    assert worst["place"] == "station"
    assert not worst["passed"]
