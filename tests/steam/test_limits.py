"""Hours without a solution, and the limits of lines and networks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from heatnet.errors import InputError, NotSolvableError
from heatnet.model.steam_examples import steam_hours, steam_line, steam_network, steam_ring, steam_tree
from heatnet.steam import dry_flows, require_solved, solve_steam
from heatnet.steam.limits import flow_limits
from heatnet.steam.line import line_arrival, line_capacity_kg_per_s, line_dry_flow_kg_per_s, line_to, pipe_line

LINE = pipe_line(3000.0, 412.0, u_w_per_mk=0.5)


def test_the_largest_flow_parts_flows_that_arrive_from_those_that_choke():
    most = line_capacity_kg_per_s(LINE, 13.0, 300.0)
    assert line_arrival(LINE, 0.999999 * most, 13.0, 300.0).mach_share > 0.9
    with pytest.raises(NotSolvableError, match=rf"largest possible flow is {most:.4g} kg/s") as error:
        line_arrival(LINE, 1.00001 * most, 13.0, 300.0)
    assert error.value.exit_code == 3
    to_8_bar = line_capacity_kg_per_s(LINE, 13.0, 300.0, p_end_bar=8.0)
    assert to_8_bar < most
    assert line_arrival(LINE, to_8_bar, 13.0, 300.0).p_bar == pytest.approx(8.0, rel=1e-7)


def test_no_flow_arrives_at_more_than_the_inlet_pressure():
    with pytest.raises(NotSolvableError, match="even without flow"):
        line_capacity_kg_per_s(LINE, 13.0, 300.0, p_end_bar=13.5)


def test_at_the_least_dry_flow_steam_arrives_just_saturated():
    least = line_dry_flow_kg_per_s(LINE, 13.0, 220.0)
    at = line_arrival(LINE, 1.000001 * least, 13.0, 220.0)
    # brought to rest, the steam is warmer by its kinetic energy: 12 J/kg
    assert 0.0 <= at.superheat_k < 0.01
    assert at.condensate_kg_per_s == 0.0
    assert line_arrival(LINE, 0.999 * least, 13.0, 220.0).condensate_kg_per_s > 0.0
    # m (h_1 - h_2) = loss, and most of the loss is at the mean temperature
    mean = (220.0 + at.t_degc) / 2
    assert at.loss_mw == pytest.approx(0.5 * 3000.0 * (mean - 10.0) / 1e6, rel=0.01)
    assert np.isnan(line_dry_flow_kg_per_s(pipe_line(3000.0, 412.0, u_w_per_mk=50.0), 13.0, 192.0))


def test_too_much_demand_is_choked_and_told_with_the_largest_flow():
    network = steam_line()
    states = solve_steam(network, steam_hours(network, (1.0, 4.0)))
    assert list(states["status"].values) == ["ok", "choked"]
    assert np.isnan(states["node_p_bar"][1]).all()
    # the user needs the more steam the colder it comes: the largest flow is that of the line
    most = line_capacity_kg_per_s(line_to(network, "mill", 10.0), 13.0, 300.0)
    assert float(states["largest_mdot_kg_per_s"][1]) == pytest.approx(most, rel=1e-4)
    assert np.isnan(float(states["largest_mdot_kg_per_s"][0]))
    require_solved(states)
    with pytest.raises(NotSolvableError, match=f"pressure that users need is {3.6 * most:.1f} t/h"):
        require_solved(states.isel(time=[1]))


def test_without_the_search_only_the_largest_flow_is_missing():
    network = steam_line()
    hours = steam_hours(network, (1.0, 4.0))
    with_it, without = solve_steam(network, hours), solve_steam(network, hours, search=False)
    assert np.isnan(without["largest_mdot_kg_per_s"]).all()
    xr.testing.assert_equal(with_it.drop_vars("largest_mdot_kg_per_s"), without.drop_vars("largest_mdot_kg_per_s"))


@pytest.mark.parametrize("share", [0.5, 4.0])
def test_choking_and_need_are_two_limits(share):
    """Nearer user: 12.6 bar; farther one: nothing. Choking by the line's own function; need by a search over solved states."""
    pipes = [
        {"from_node": a, "to_node": b, "length_m": 1500.0, "inner_diameter_mm": 309.0, "u_w_per_mk": 0.4}
        for a, b in (("works", "near"), ("near", "far"))
    ]
    users = [
        {"id": "u1", "node": "near", "heat_mw": 2.0, "min_p_bar": 12.6},
        {"id": "u2", "node": "far", "heat_mw": 20.0},
    ]
    network = steam_network(pipes, users, [{"id": "plant", "node": "works", "t_supply_degc": 280.0}])
    limits = flow_limits(network, steam_hours(network, (share,)), 0)
    assert limits.consumer == "u1"
    at = solve_steam(network, steam_hours(network, np.linspace(0.05, 3.0, 60)))
    flow, margin = at["plant_mdot_kg_per_s"].sum("plant"), at["consumer_p_margin_bar"].sel(consumer="u1")
    solved = np.isfinite(margin.to_numpy())
    crossing = np.interp(0.0, margin.to_numpy()[solved][::-1], flow.to_numpy()[solved][::-1])
    assert limits.needed_kg_per_s == pytest.approx(crossing, rel=2e-3)
    assert limits.choking_kg_per_s > float(flow.max())
    assert limits.choking_kg_per_s > 2 * limits.needed_kg_per_s
    network.consumers["min_p_bar"] = np.nan
    without = flow_limits(network, steam_hours(network, (share,)), 0)
    assert without.consumer is None
    assert without.needed_kg_per_s == without.choking_kg_per_s == pytest.approx(limits.choking_kg_per_s, rel=1e-6)


def test_pressure_that_nobody_can_have():
    network = steam_line()
    network.consumers["min_p_bar"] = 13.5
    limits = flow_limits(network, steam_hours(network, (1.0,)), 0)
    assert (limits.needed_kg_per_s, limits.consumer) == (0.0, "user")


@pytest.mark.parametrize("make", [steam_tree, steam_ring])
def test_cut_demand_has_just_the_pressure_that_is_needed(make):
    network = make()
    network.consumers["min_p_bar"] = 11.0
    hours = steam_hours(network, (1.0, 3.0))
    plain, cut = solve_steam(network, hours), solve_steam(network, hours, cut=True)
    assert str(cut["status"][1].values) == "ok_undersupplied"
    assert float(cut["consumer_p_margin_bar"][1].min()) == pytest.approx(0.0, abs=1e-5)
    assert float(cut["plant_mdot_kg_per_s"][1, 0]) == pytest.approx(float(plain["largest_mdot_kg_per_s"][1]), rel=1e-9)
    asked = 3.0 * network.consumers["heat_mw"].to_numpy(dtype=float)
    share = (cut["consumer_heat_mw"][1] / asked).to_numpy()
    np.testing.assert_allclose(share, share[0], rtol=1e-6)
    np.testing.assert_allclose(cut["consumer_heat_mw"][1] + cut["consumer_shortfall_mw"][1], asked, rtol=1e-9)
    # the hour that has enough pressure is untouched
    np.testing.assert_array_equal(cut["node_p_bar"][0], plain["node_p_bar"][0])


def test_less_than_the_pressure_needed_is_a_result():
    network = steam_line()
    network.consumers["min_p_bar"] = 12.5
    states = solve_steam(network, steam_hours(network, (1.0,)))
    assert str(states["status"][0].values) == "ok_undersupplied"
    assert float(states["consumer_p_margin_bar"][0, 0]) < 0
    assert float(states["consumer_heat_mw"][0, 0]) == pytest.approx(30.0, rel=1e-7)


def test_a_plant_that_gives_more_than_anyone_takes_is_named():
    network = steam_ring(helper_mw=40.0)
    states = solve_steam(network, steam_hours(network, (0.5,)))
    assert str(states["status"][0].values) == "plant_flow_reversed"
    with pytest.raises(NotSolvableError, match="give more steam"):
        require_solved(states)


def test_a_helper_colder_than_saturation_is_named():
    network = steam_ring()
    network.plants.loc["helper", "t_supply_degc"] = 150.0
    states = solve_steam(network, steam_hours(network, (1.0,)))
    assert str(states["status"][0].values) == "inlet_below_saturation"


def test_steam_that_condenses_altogether_without_traps_is_named():
    network = steam_line(heat_mw=0.01)
    network.nodes["trap"] = False
    states = solve_steam(network, steam_hours(network, (1.0, 3000.0)))
    assert list(states["status"].values) == ["flooded", "ok"]


def test_without_traps_the_steam_arrives_wet():
    network = steam_line(heat_mw=2.0)
    with_traps = solve_steam(network, steam_hours(network, (1.0,))).isel(time=0)
    network.nodes["trap"] = False
    states = solve_steam(network, steam_hours(network, (1.0,))).isel(time=0)
    assert str(states["status"].values) == "ok_wet"
    assert 0.3 < float(states["consumer_dryness_share"][0]) < 1.0
    assert float(states["condensate_kg_per_s"]) == 0.0
    assert float(states["consumer_heat_mw"][0]) == pytest.approx(2.0, rel=1e-7)
    # the trap drains heat that the user would have taken
    assert float(with_traps["consumer_dryness_share"][0]) == 1.0
    assert float(with_traps["plant_heat_mw"][0]) > float(states["plant_heat_mw"][0])


def test_more_pressure_than_the_table_holds_is_named():
    network = steam_line()
    network.consumers["min_p_bar"] = 31.5
    states = solve_steam(network, steam_hours(network, (2.0,)), by_need=True, superheat_k=50.0)
    assert str(states["status"][0].values) == "out_of_range"


def test_dry_flows_of_consumers_arrive_just_saturated():
    network = steam_tree(t_supply_degc=230.0)
    hours = steam_hours(network, (1.0,))
    found = dry_flows(network, hours).isel(time=0)
    ways = {"user_north": ["works-fork", "fork-north"], "user_end": ["works-fork", "fork-east", "east-end"]}
    for consumer, way in ways.items():
        share = float(found["consumer_dry_demand_share"].sel(consumer=consumer))
        assert 0.01 < share < 1.0
        for factor, dry in ((1.001, True), (0.99, False)):
            states = solve_steam(network, steam_hours(network, (share * factor,))).isel(time=0)
            # behind a trap what has condensed is a little superheated too, by its kinetic energy
            assert states["pipe_condensation_m"].sel(pipe=way).isnull().all() == dry
            if dry:
                assert 1e-4 < float(states["consumer_superheat_k"].sel(consumer=consumer)) < 0.2
                assert float(states["consumer_mdot_kg_per_s"].sel(consumer=consumer)) == pytest.approx(
                    float(found["consumer_dry_mdot_kg_per_s"].sel(consumer=consumer)), rel=2e-3
                )


@pytest.mark.parametrize("trap", [True, False])
def test_a_trap_does_not_make_dry_what_condensed_before_it(trap):
    """A trap at the end lets only vapour through; the least dry flow is that of the same line without one."""
    network = steam_line()
    network.nodes["trap"] = trap
    found = dry_flows(network, steam_hours(network, (1.0, 0.5)))
    least = line_dry_flow_kg_per_s(line_to(network, "mill", t_ground_degc=10.0), 13.0, 300.0)
    flow = found["consumer_dry_mdot_kg_per_s"].sel(consumer="user")
    np.testing.assert_allclose(flow, least, rtol=1e-6)
    # m (h_1 - h_2) = loss of a line whose mean temperature lies between inlet and saturation
    at = line_arrival(pipe_line(3000.0, 412.0, u_w_per_mk=0.5), 1.000001 * float(flow[0]), 13.0, 300.0)
    assert at.superheat_k < 0.01
    assert 0.5 * 3000.0 * (at.t_degc - 10.0) < at.loss_mw * 1e6 < 0.5 * 3000.0 * (300.0 - 10.0)
    # half the demand, twice the share
    shares = found["consumer_dry_demand_share"].sel(consumer="user")
    assert float(shares[1]) == pytest.approx(2 * float(shares[0]), rel=1e-6)
    states = solve_steam(network, steam_hours(network, (0.999 * float(shares[0]), 1.001 * float(shares[0]))))
    assert list(np.isnan(states["pipe_condensation_m"].sel(pipe="main").values)) == [False, True]


def test_dry_at_every_flow_is_0_and_at_none_is_not_a_number():
    for network, expected in ((steam_line(u_w_per_mk=0.0), 0.0), (steam_line(t_supply_degc=191.61), np.nan)):
        found = dry_flows(network, steam_hours(network, (1.0,))).isel(time=0)
        for name in ("consumer_dry_mdot_kg_per_s", "consumer_dry_demand_share"):
            np.testing.assert_array_equal(found[name], [expected])


def test_dry_flows_of_chosen_rows():
    network = steam_tree(t_supply_degc=230.0)
    hours = steam_hours(network, (1.0, 0.3, 0.6))
    every, some = dry_flows(network, hours), dry_flows(network, hours, rows=(2, 0))
    xr.testing.assert_identical(some, every.isel(time=[2, 0]))


def spoilt(network, table: str, element: str, column: str, value: object):
    getattr(network, table).loc[element, column] = value
    return network


BAD = {
    "inlet below saturation": (steam_line(t_supply_degc=150.0), {}, ("plant_t_supply_degc, plant", "below saturation")),
    "no pressure": (steam_line(p_bar=None), {}, ("plant_p_bar, plant", "is missing")),
    "no temperature": (spoilt(steam_line(), "plants", "plant", "t_supply_degc", np.nan), {}, ("plant_t_supply_degc",)),
    "no outdoor temperature": (steam_line(laying="above_ground"), {}, ("t_outdoor_degc", "above_ground")),
    "nobody holds the pressure": (
        spoilt(steam_line(), "plants", "plant", "role", "flow"), {}, ("no plant holds the pressure",),
    ),
    "two hold it": (spoilt(steam_ring(), "plants", "helper", "role", "pressure"), {}, ("plant, helper",)),
    "a heater": (steam_line(heat_mw=1.0), {"heater": 1.0}, ("heat_mw", "no heater")),
    "a stranger": (steam_line(), {"consumer_t_return_degc": pd.DataFrame({"usre": [80.0]})}, ("usre", "'user'")),
    "pressure beyond the table": (
        steam_line(), {"plant_p_bar": pd.DataFrame({"plant": [40.0]})}, ("plant_p_bar", "40", "0.1 to 32"),
    ),
    "negative heat": (
        steam_line(), {"consumer_heat_mw": pd.DataFrame({"user": [-1.0]})}, ("consumer_heat_mw, user", "-1"),
    ),
    "a variable of water": (steam_line(), {"consumer_dt_k": pd.DataFrame({"user": [40.0]})}, ("consumer_dt_k",)),
    "control of water": (spoilt(steam_line(), "consumers", "user", "control", "valve"), {}, ("control", "valve")),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BAD))
def test_bad_input_is_told_with_its_place(name):
    network, values, words = BAD[name]
    if values.pop("heater", None):
        network = spoilt(network, "pipes", "main", "heat_mw", 1.0)
    heat = values.pop("consumer_heat_mw", None)
    hours = steam_hours(network, (1.0,), **values)
    if heat is not None:
        hours.values["consumer_heat_mw"].iloc[:, :] = heat.to_numpy()
    with pytest.raises(InputError) as error:
        solve_steam(network, hours)
    text = str(error.value)
    assert all(word in text for word in words), text
    assert error.value.exit_code == 2


def test_all_problems_come_at_once():
    network = spoilt(steam_ring(), "plants", "helper", "heat_mw", np.nan)
    network = spoilt(network, "plants", "plant", "t_supply_degc", 100.0)
    with pytest.raises(InputError) as error:
        solve_steam(network, steam_hours(network, (1.0,)))
    assert len(error.value.problems) == 2


def test_a_line_refuses_an_inlet_below_saturation():
    for t_degc, p_bar in ((150.0, 13.0), (460.0, 13.0), (300.0, 0.05)):
        with pytest.raises(InputError):
            line_arrival(LINE, 5.0, p_bar, t_degc)


def test_a_network_of_water_is_refused():
    from heatnet.model.examples import two_pipe

    with pytest.raises(InputError, match="carrier water"):
        solve_steam(two_pipe(), steam_hours(steam_line(), (1.0,)))


def test_pumps_and_return_lines_are_refused():
    network = steam_network(
        [
            {"from_node": "works", "to_node": "mill", "length_m": 100.0, "inner_diameter_mm": 309.0},
            {"id": "back", "from_node": "mill", "to_node": "works", "length_m": 100.0, "inner_diameter_mm": 100.0,
             "line": "return"},
        ],
        [{"id": "user", "node": "mill", "heat_mw": 5.0}],
        [{"id": "plant", "node": "works", "t_supply_degc": 250.0}],
    )  # fmt: skip
    with pytest.raises(InputError, match="Condensate lines are not simulated"):
        solve_steam(network, steam_hours(network, (1.0,)))
