"""Steam pipes before and after the dispatch: loss, what a line carries, who holds the pressure, every hour solved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from heatnet.couple.season import conditions_of, dispatch_problem, probe
from heatnet.couple.steam import check_steam, line_flow_max_kg_per_s, probe_steam, steam_loss_mw
from heatnet.couple.steam_network import operated
from heatnet.couple.steam_season import simulate_steam
from heatnet.couple.year import NetworkYear, network_year
from heatnet.dispatch import dispatch
from heatnet.errors import InputError
from heatnet.metrics.steam_season import steam_account
from heatnet.metrics.tracing import Use, trace_heat
from heatnet.model.build import build_network
from heatnet.model.network import Network
from heatnet.model.supply import EmissionFactors, Prices
from heatnet.model.weather import WeatherYear
from heatnet.physics.steam_stations import heat_per_t_mwh
from heatnet.plants import supply_units
from heatnet.steam import solve_steam
from heatnet.steam.line import line_capacity_kg_per_s, line_to

#: two winter days and two summer days
TIME = pd.date_range("2025-01-06", periods=48, freq="h").append(pd.date_range("2025-07-07", periods=48, freq="h"))
SEASON = np.arange(96) < 48
P_BAR, T_DEGC, LENGTH_M, U_W_PER_MK, T_GROUND_DEGC = 13.0, 300.0, 3000.0, 0.5, 10.0
PER_T_MWH = float(heat_per_t_mwh(P_BAR, T_DEGC))
#: a bisection with 14 halvings between no steam and the contract's 25 kg/s
CAPACITY_KG_PER_S = 25.0 / 2**14
CHP = {
    "id": "chp", "node": "works", "kind": "chp_steam", "role": "pressure", "t_supply_degc": T_DEGC, "z_share": 0.27,
    "mdot_base_kg_per_s": 12.0, "mdot_season_kg_per_s": 25.0,
}  # fmt: skip
KETTLE = {
    "id": "kettle", "node": "mill", "kind": "gas_steam_boiler", "role": "heat", "t_supply_degc": 250.0, "capacity_mw": 60.0,
    "efficiency_share": 0.93,
}  # fmt: skip
STATION = {"id": "station", "node": "mill", "kind": "steam_exchange", "role": "heat", "efficiency_share": 0.98}


def system(
    chp: dict[str, Any] | None = None,
    kettle: dict[str, Any] | None = None,
    station: dict[str, Any] | None = None,
    need_bar: float = 6.0,
    inner_diameter_mm: float = 412.0,
    process_mw: float = 8.0,
    **steam: Any,
) -> Network:
    """Return a water network with an exchange station at the mill, 3 km by steam pipe from the works."""
    nodes = pd.DataFrame({"id": ["works", "mill"]})
    main = {"id": "main", "from_node": "works", "to_node": "mill", "length_m": LENGTH_M, "line": "supply"}
    pipes = pd.DataFrame([main | {"inner_diameter_mm": inner_diameter_mm, "u_w_per_mk": U_W_PER_MK}])
    users = pd.DataFrame(
        [
            {
                "id": "press",
                "node": "mill",
                "kind": "process_steam",
                "heat_mw": process_mw,
                "t_return_degc": 80.0,
                "min_p_bar": need_bar,
            }
        ]
    )
    meta = {
        "carrier": "steam",
        "t_ground_degc": T_GROUND_DEGC,
        "pressure_point": {"node": "works", "line": "supply", "p_bar": P_BAR},
    }
    plants = pd.DataFrame([CHP | (chp or {}), KETTLE | (kettle or {})])
    tables = {"nodes": nodes, "pipes": pipes, "consumers": users, "plants": plants} | steam
    steam_part = build_network("steam", meta, tables)
    water = {
        "design": {"t_supply_degc": 110, "t_return_degc": 60, "t_outdoor_degc": -7},
        "pressure_point": {"node": "mill", "line": "return", "p_bar": 4.0},
    }
    water_pipes = pd.DataFrame([{"id": "w", "from_node": "mill", "to_node": "town", "length_m": 800.0, "dn": 400}])
    homes = pd.DataFrame([{"id": "homes", "node": "town", "design_heat_mw": 30.0, "t_return_degc": 60.0}])
    boiler = {"id": "boiler", "node": "mill", "kind": "gas_boiler", "role": "pressure", "capacity_mw": 60.0}
    sources = pd.DataFrame([boiler | {"efficiency_share": 0.92}, STATION | {"capacity_mw": 20.0} | (station or {})])
    tables = {
        "nodes": pd.DataFrame({"id": ["mill", "town"]}),
        "pipes": water_pipes,
        "consumers": homes,
        "plants": sources,
    }
    return build_network("town", water, tables, steam=steam_part)


def year_of(network: Network) -> NetworkYear:
    weather = WeatherYear(TIME, np.where(SEASON, -7.0, 25.0), None, "two days of winter, two of summer")
    return network_year(network, weather, SEASON, index_loss_share=0.0)


def solved(network: Network, gas: float = 300.0) -> tuple[Any, ...]:
    """Return year, probe, programme, schedule and states of a network."""
    year = year_of(network)
    probed = probe(year)
    prices = Prices({"gas": gas, "coal": 100.0}, np.full(96, 600.0), 400.0, 60.0, 1e4)
    problem = dispatch_problem(
        {"town": year}, {"town": probed}, prices, EmissionFactors({"gas": 0.2, "coal": 0.3}, 0.6, 0.8)
    )
    result = dispatch(problem)
    assert result.is_optimal, result.reason
    return year, probed, problem, result, simulate_steam(year, probed.steam, problem, result)


def test_loss_before_the_dispatch_is_that_of_the_pipe() -> None:
    """u L (T - T_ground) with T between what leaves the works and what arrives; what flows fast arrives hot and loses more.

    Were condensate or mass forgotten the loss would lie outside; a share of the heat would be three times as much in winter.
    """
    year = year_of(system())
    loss = steam_loss_mw(year, probe_steam(year))
    highest = U_W_PER_MK * LENGTH_M * (T_DEGC - T_GROUND_DEGC) / 1e6
    assert (loss < highest).all()
    assert (loss > 0.85 * highest).all()
    assert loss[SEASON].max() > loss[~SEASON].max()


def test_loss_stands_in_the_demand_of_the_steam_balance() -> None:
    year, probed, problem, _result, _states = solved(system())
    process = year.process_mw["press"].to_numpy()
    assert problem.demand_of("town/steam") == pytest.approx(process + steam_loss_mw(year, probed.steam), rel=1e-12)


def test_the_dispatched_heat_is_what_the_pipes_take() -> None:
    """Every hour is solved; CHP heat = users + station's draw + loss, and lies within 0.2 % of the dispatched heat."""
    year, _probed, _problem, result, states = solved(system())
    assert set(states["status"].to_numpy()) <= {"ok", "ok_stagnant"}
    assert list(states["time"].to_numpy()) == list(TIME)
    assert states["consumer_heat_mw"].sel(consumer="press").to_numpy() == pytest.approx(
        year.process_mw["press"].to_numpy(), abs=1e-6
    )
    drawn = result.heat_mw["town/station"].to_numpy() / 0.98
    assert states["consumer_heat_mw"].sel(consumer="station").to_numpy() == pytest.approx(drawn, abs=1e-6)
    assert drawn.max() > 15
    assert states["plant_heat_mw"].sel(plant="chp").to_numpy() == pytest.approx(
        result.heat_mw["town/steam/chp"].to_numpy(), rel=2e-3
    )
    assert abs(states["energy_residual_mw"]).max() < 1e-6


def test_hours_that_ask_the_same_are_solved_once_and_are_equal() -> None:
    """96 hours; each as if it were solved alone."""
    year, _probed, _problem, _result, states = solved(system())
    night = states["plant_mdot_kg_per_s"].sel(plant="chp").to_numpy()[48:53]
    assert len(set(night)) == 1
    network = operated(year.network)
    assert network is not None
    from heatnet.couple.steam import steam_boundary
    from heatnet.plants.steam_state import feed_degc

    for hour in (0, 12, 60):
        heat = pd.DataFrame(states["consumer_heat_mw"].isel(time=[hour]).to_pandas())
        alone = solve_steam(network, steam_boundary(network, year, [hour], heat), t_feed_degc=feed_degc(network))
        assert alone["consumer_p_bar"].to_numpy()[0] == pytest.approx(
            states["consumer_p_bar"].isel(time=hour).to_numpy(), rel=1e-6
        )


@pytest.mark.parametrize("need_bar", [4.0, 8.0, 11.0])
def test_the_line_limits_what_the_plant_can_give(need_bar: float) -> None:
    """DN250 over 3 km: the flow at which the user's pressure is just there, by the line solver on its own.

    The plant's availability is that flow times its heat per tonne, and more pressure needed means less steam. Choking alone
    (no need) would give the same for all three; the contract's 25 kg/s alone would give 67.7 MW.
    """
    network = system(inner_diameter_mm=259.0, need_bar=need_bar)
    year = year_of(network)
    steam = operated(network)
    assert steam is not None
    most = line_capacity_kg_per_s(line_to(steam, "mill", T_GROUND_DEGC), P_BAR, T_DEGC, need_bar)
    assert most < 25.0
    limit = line_flow_max_kg_per_s(year, probe_steam(year))["chp"]
    assert limit == pytest.approx(np.full(96, most), abs=CAPACITY_KG_PER_S)
    unit = next(one for one in supply_units(network, conditions_of(year, probe(year))) if one.id == "town/steam/chp")
    flow = np.where(SEASON, most, min(most, 12.0))
    assert unit.available_mw == pytest.approx(flow * 3.6 * PER_T_MWH, abs=CAPACITY_KG_PER_S * 3.6 * PER_T_MWH)


def test_a_station_that_the_line_limits_leaves_the_users_their_pressure() -> None:
    """The loss in the demand is that at the flow which the line carries: the users' heat and what is left to the station.

    A station of 60 MW at the mill wants four times what the line brings; the user is 3 km farther on a branch of his own. With
    the loss of a state in which station and user are cut alike it is 0.2 to 2 % too little, the flow as much of 4.5 kg/s too
    large, and the user lacks up to 8 mbar in nearly all of these hours.
    """
    common = {"length_m": 3000.0, "line": "supply", "u_w_per_mk": U_W_PER_MK}
    pipes = pd.DataFrame(
        [
            {"id": "main", "from_node": "works", "to_node": "mill", "inner_diameter_mm": 259.0, **common},
            {"id": "branch", "from_node": "mill", "to_node": "dairy", "inner_diameter_mm": 207.0, **common},
        ]
    )
    dairy = {
        "id": "press",
        "node": "dairy",
        "kind": "process_steam",
        "heat_mw": 6.0,
        "t_return_degc": 80.0,
        "min_p_bar": 8.0,
    }
    nodes = pd.DataFrame({"id": ["works", "mill", "dairy"]})
    network = system(station={"capacity_mw": 60.0}, nodes=nodes, pipes=pipes, consumers=pd.DataFrame([dairy]))
    year, probed, _problem, _result, states = solved(network)
    limit = line_flow_max_kg_per_s(year, probed.steam)["chp"]
    flow = states["plant_mdot_kg_per_s"].sel(plant="chp").to_numpy()
    at_limit = (flow > 0.99 * limit) & SEASON
    assert at_limit.sum() > 24
    assert flow[at_limit] == pytest.approx(limit[at_limit], rel=1e-6)
    lost = (states["plant_heat_mw"].sum("plant") - states["consumer_heat_mw"].sum("consumer")).to_numpy()
    assert steam_loss_mw(year, probed.steam)[at_limit] == pytest.approx(lost[at_limit], rel=1e-6)
    margin = states["consumer_p_margin_bar"].sel(consumer="press").to_numpy()[at_limit]
    assert (margin > 0).all()
    assert (margin < 2e-3).all()


@pytest.mark.parametrize(("short_bar", "hours"), [(0.009, 0), (0.011, 1)])
def test_pressure_that_lacks_less_than_the_tolerance_does_not_count(short_bar: float, hours: int) -> None:
    """A need raised after the dispatch to a bit more than arrives in the hour of the highest load: either side of 0.01 bar."""
    year, probed, problem, result, states = solved(system())
    assert year.network.steam is not None
    arrives = states["consumer_p_bar"].sel(consumer="press").to_numpy()
    need = float(arrives.min()) + short_bar
    consumers = year.network.steam.consumers.assign(min_p_bar=need)
    raised = replace(year, network=replace(year.network, steam=replace(year.network.steam, consumers=consumers)))
    again = simulate_steam(raised, probed.steam, problem, result)
    margin = again["consumer_p_margin_bar"].sel(consumer="press").to_numpy()
    assert margin == pytest.approx(arrives - need, abs=1e-6)
    network = operated(raised.network)
    assert network is not None
    short = int((arrives < need - 0.01).sum())
    assert (short >= hours) if hours else (short == 0)
    assert steam_account(network, again, {"station"})["hours_below_pressure"] == short
    assert (again["status"].to_numpy() == "ok_undersupplied").sum() == short


def test_a_wide_line_carries_the_contract() -> None:
    year = year_of(system(inner_diameter_mm=612.0))
    assert line_flow_max_kg_per_s(year, probe_steam(year))["chp"] == pytest.approx(np.full(96, 25.0))


@pytest.mark.parametrize(("need", "at_station", "longer"), [(11.0, 3.0, False), (3.0, 11.0, False), (3.0, 3.0, True)])
def test_users_and_stations_at_their_own_pressures(need: float, at_station: float, longer: bool) -> None:
    """The line stops where the first of them lacks its pressure: process users at 11 bar or a station at 11 bar, else at 3."""
    network = system(inner_diameter_mm=259.0, need_bar=need)
    network = replace(network, plants=network.plants.assign(min_p_bar=[np.nan, at_station]))
    steam = operated(network)
    assert steam is not None
    assert steam.consumers["min_p_bar"].to_dict() == {"press": need, "station": at_station}
    year = year_of(network)
    limit = line_flow_max_kg_per_s(year, probe_steam(year))["chp"]
    at = {bar: line_capacity_kg_per_s(line_to(steam, "mill", T_GROUND_DEGC), P_BAR, T_DEGC, bar) for bar in (3.0, 11.0)}
    assert limit == pytest.approx(np.full(96, at[3.0 if longer else 11.0]), abs=CAPACITY_KG_PER_S)


def test_only_steam_above_the_process_flow_is_space_heat() -> None:
    """A CHP plant of 16 MW: users and the pipes' loss come first, the station passes on 98 % of what is left, in winter alone.

    Shared by the hour's demands, with 8 MW of users and 20 MW of the station's, it would be some 11 MW in winter.
    """
    year, probed, problem, result, _states = solved(system(chp={"capacity_mw": 16.0}, kettle={"capacity_mw": 0.0}))
    flows = [flow for flow in trace_heat(problem, result, SEASON) if flow.source.plant == "chp"]
    by_use = {use: sum((flow.heat_mw for flow in flows if flow.use == use), np.zeros(96)) for use in Use}
    base = year.process_mw["press"].to_numpy() + steam_loss_mw(year, probed.steam)
    given = result.heat_mw["town/steam/chp"].to_numpy()
    assert by_use[Use.PROCESS] == pytest.approx(base, abs=1e-5)
    assert by_use[Use.SPACE] == pytest.approx(0.98 * (given - base), abs=1e-5)
    assert (by_use[Use.SPACE][~SEASON] < 1e-6).all()
    assert 7.0 < by_use[Use.SPACE].max() < 0.98 * (16.0 - base[SEASON].min())


def test_what_is_not_built_is_not_there() -> None:
    """Without the CHP plant its line loses nothing, and the kettle at the mill holds the pressure: no pipe is left to solve."""
    network = system(chp={"capacity_mw": 0.0})
    assert operated(network) is None
    year, probed, problem, result, states = solved(network)
    assert states is None
    assert probed.steam is None
    assert problem.demand_of("town/steam") == pytest.approx(year.process_mw["press"].to_numpy(), rel=1e-12)
    assert result.heat_mw["town/steam/kettle"].to_numpy() == pytest.approx(
        year.process_mw["press"].to_numpy(), abs=1e-6
    )


def far_user(**chp: Any) -> Network:
    """Return the system with a second user 500 m behind the mill, so that pipes are left without the works."""
    nodes = pd.DataFrame({"id": ["works", "mill", "dairy"]})
    common = {"line": "supply", "inner_diameter_mm": 412.0, "u_w_per_mk": U_W_PER_MK}
    pipes = pd.DataFrame(
        [
            {"id": "main", "from_node": "works", "to_node": "mill", "length_m": LENGTH_M, **common},
            {"id": "branch", "from_node": "mill", "to_node": "dairy", "length_m": 500.0, **common},
        ]
    )
    users = pd.DataFrame(
        [
            {"id": name, "node": node, "kind": "process_steam", "heat_mw": 4.0, "t_return_degc": 80.0}
            for name, node in (("press", "mill"), ("cheese", "dairy"))
        ]
    )
    return system(chp=chp, nodes=nodes, pipes=pipes, consumers=users)


def test_the_largest_plant_holds_the_pressure_where_the_one_of_the_table_is_not_built() -> None:
    steam = operated(far_user(capacity_mw=0.0))
    assert steam is not None
    assert list(steam.pipes.index) == ["branch"]
    assert list(steam.nodes.index) == ["mill", "dairy"]
    assert steam.plants["role"].to_dict() == {"kettle": "pressure"}
    assert steam.plants.at["kettle", "p_bar"] == P_BAR
    _year, _probed, _problem, result, states = solved(far_user(capacity_mw=0.0))
    assert list(states["pipe"].to_numpy()) == ["branch"]
    assert states["plant_heat_mw"].sel(plant="kettle").to_numpy() == pytest.approx(
        result.heat_mw["town/steam/kettle"].to_numpy(), rel=2e-3
    )


def test_hours_in_which_the_plant_of_the_pressure_rests_are_solved_too() -> None:
    """A year's steam of 500 t is gone after some hours; then the kettle holds the pressure, and the idle line is kept hot.

    With the CHP plant as the one that makes good for the loss it would have to take steam back (plant_flow_reversed) or give
    what it was not asked for.
    """
    _year, _probed, _problem, result, states = solved(far_user(steam_year_t=500.0))
    given = result.heat_mw["town/steam/chp"].to_numpy()
    assert given.sum() == pytest.approx(500 * PER_T_MWH, rel=1e-6)
    resting = given < 1e-6
    assert resting.sum() > 20
    assert {str(status)[:2] for status in states["status"].to_numpy()} == {"ok"}
    assert states["plant_heat_mw"].sel(plant="chp").to_numpy()[resting] == pytest.approx(0.0, abs=1e-9)
    kettle = states["plant_heat_mw"].sel(plant="kettle").to_numpy()[resting]
    assert kettle == pytest.approx(result.heat_mw["town/steam/kettle"].to_numpy()[resting], rel=0.05)


def test_heat_that_is_thrown_away_never_enters_the_pipes() -> None:
    """A contract of 8 kg/s in every hour, 21.7 MW, against some 6 to 9 MW of users in summer: the rest is dumped at the gate."""
    year, probed, problem, result, states = solved(system(chp={"mdot_min_kg_per_s": 8.0}))
    dumped = result.dumped_mw["town/steam"].to_numpy()
    to_water = np.minimum(problem.demand_of("town/water"), 20.0) / 0.98
    used = year.process_mw["press"].to_numpy() + steam_loss_mw(year, probed.steam) + to_water
    assert dumped == pytest.approx(np.maximum(8.0 * 3.6 * PER_T_MWH - used, 0.0), abs=1e-5)
    assert (dumped[~SEASON] > 5.0).all()
    assert (dumped[SEASON] == 0.0).any()
    given = states["plant_heat_mw"].sel(plant="chp").to_numpy()
    assert given + dumped == pytest.approx(result.heat_mw["town/steam/chp"].to_numpy(), rel=2e-3)
    assert (result.heat_mw["town/steam/chp"].to_numpy() >= 8.0 * 3.6 * PER_T_MWH - 1e-6).all()


def test_missing_steam_is_missing_at_the_users() -> None:
    """A CHP plant that gives 6 MW and no other: users get what is left after the loss, hour by hour."""
    network = system(chp={"capacity_mw": 6.0}, kettle={"capacity_mw": 0.0}, station={"capacity_mw": 0.0})
    year, probed, _problem, result, states = solved(network)
    assert result.unmet_mw["town/steam"].max() > 1.0
    taken = states["consumer_heat_mw"].sel(consumer="press").to_numpy()
    missing = result.unmet_mw["town/steam"].to_numpy()
    assert taken == pytest.approx(year.process_mw["press"].to_numpy() - missing, abs=2e-6)
    assert (states["plant_heat_mw"].sel(plant="chp").to_numpy() < 6.0 * 1.002).all()
    assert (steam_loss_mw(year, probed.steam) > 0).all()


def test_account_adds_up() -> None:
    """Given = process + stations + lost, in heat; in tonnes with the condensate drained. The worst user and the fastest pipe."""
    year, _probed, _problem, _result, states = solved(system())
    network = operated(year.network)
    assert network is not None
    account = steam_account(network, states, {"station"})
    heat, steam = account["heat_mwh"], account["steam_t"]
    assert heat["plants"] == pytest.approx(heat["process"] + heat["stations"] + heat["lost"], rel=1e-9)
    assert heat["lost"] == pytest.approx(float(states["heat_loss_mw"].sum()), rel=1e-4), "nothing condenses"
    assert steam["plants"] == pytest.approx(steam["process"] + steam["stations"] + steam["condensate"], rel=1e-6)
    assert heat["process"] == pytest.approx(float(year.process_mw.to_numpy().sum()), rel=1e-6)
    assert account["hours_ok"] == account["hours_simulated"] == 96
    assert account["hours_wet"] == account["hours_below_pressure"] == 0
    margin = states["consumer_p_bar"].sel(consumer="press").to_numpy() - 6.0
    assert account["least_margin"]["p_bar"] == pytest.approx(margin.min())
    assert account["least_margin"]["id"] == "press"
    assert pd.Timestamp(account["least_margin"]["time"]) == TIME[int(margin.argmin())]
    assert account["largest_velocity"]["id"] == "main"
    assert account["max_relative_residual"] < 1e-7


def test_heat_counts_above_the_water_that_replaces_the_steam() -> None:
    """A third of the condensate comes back: tonnes are the same, a tonne has 2/3 of 251 kJ/kg more, and the balance closes.

    The pipes count the plant's heat above the same water, so that the dispatched heat is still what they take.
    """
    _year, _probed, _problem, whole, states = solved(system())
    year, probed, _problem, result, third = solved(system(chp={"return_share": 1 / 3}))
    per_t = float(heat_per_t_mwh(P_BAR, T_DEGC, return_share=1 / 3))
    assert (per_t - PER_T_MWH) * 3600 == pytest.approx(2 / 3 * 4.18 * 60, rel=2e-3)
    given = third["plant_heat_mw"].sel(plant="chp").to_numpy()
    assert given == pytest.approx(result.heat_mw["town/steam/chp"].to_numpy(), rel=2e-3)
    tonnes = [one["plant_mdot_kg_per_s"].sel(plant="chp").to_numpy() for one in (third, states)]
    assert tonnes[0] == pytest.approx(tonnes[1], rel=1e-5)
    more = result.heat_mw["town/steam/chp"].sum() - whole.heat_mw["town/steam/chp"].sum()
    assert more == pytest.approx(tonnes[1].sum() * 3.6 * (per_t - PER_T_MWH), rel=2e-2)
    lost = [
        (one["plant_heat_mw"].sum("plant") - one["consumer_heat_mw"].sum("consumer")).to_numpy()
        for one in (third, states)
    ]
    unreturned = tonnes[1] * 3.6 * (per_t - PER_T_MWH)
    assert lost[0] - lost[1] == pytest.approx(unreturned, rel=1e-4), "what is not returned is lost"
    assert steam_loss_mw(year, probed.steam).sum() == pytest.approx(lost[0].sum(), rel=1e-2)


def test_an_hour_without_a_solution_is_counted_and_counts_in_no_sum() -> None:
    year, _probed, _problem, _result, states = solved(system())
    network = operated(year.network)
    assert network is not None
    whole = steam_account(network, states, {"station"})
    broken = states.copy(deep=True)
    for name, variable in broken.data_vars.items():
        if name != "status":
            variable[{"time": 3}] = np.nan
    broken["status"][3] = "choked"
    account = steam_account(network, broken, {"station"})
    assert account["hours_by_status"] == whole["hours_by_status"] | {
        "choked": 1,
        "ok": whole["hours_by_status"]["ok"] - 1,
    }
    less = float(states["plant_heat_mw"].isel(time=3).sum())
    assert account["heat_mwh"]["plants"] == pytest.approx(whole["heat_mwh"]["plants"] - less)


def without_pressure(network: Network) -> Network:
    assert network.steam is not None
    return replace(network, steam=replace(network.steam, pressure_point=None))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: system(station={"node": "town"}), "no node 'town'"),
        (lambda: system(station={"id": "press"}), "'press' is taken"),
        (lambda: system(chp={"loss_share": 0.05}), "would count twice"),
        (lambda: without_pressure(system()), "chp, p_bar: is missing"),
        (lambda: system(kettle={"t_supply_degc": None}), "kettle, t_supply_degc: is missing"),
    ],
)
def test_what_the_steam_pipes_lack_is_said_before_the_run(make: Callable[[], Network], words: str) -> None:
    with pytest.raises(InputError, match=words):
        check_steam(make())


def test_without_pipes_steam_is_a_balance() -> None:
    """No pipes, no loss, no limit; the plant's own share of loss is allowed."""
    network = system(chp={"loss_share": 0.05, "p_bar": 13.0})
    assert network.steam is not None
    network = replace(network, steam=replace(network.steam, pipes=network.steam.pipes.iloc[:0]))
    check_steam(network)
    year = year_of(network)
    assert probe_steam(year) is None
    assert line_flow_max_kg_per_s(year, None) == {}
    assert (steam_loss_mw(year, None) == 0).all()
