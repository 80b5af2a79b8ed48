"""From loads to the programme and from the schedule to the pipes."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from heatnet.couple.season import (
    Probe,
    conditions_of,
    dispatch_problem,
    loss_mw,
    piped_hours,
    primary_heat_mw,
    probe,
    schedule_boundary,
    shown_hours,
    simulate_schedule,
)
from heatnet.couple.steam import steam_loss_mw
from heatnet.couple.year import network_year
from heatnet.model.supply import EmissionFactors, Prices
from heatnet.physics.water import mean_heat_capacity_j_per_kgk

ALL = np.ones(96, dtype=bool)


@pytest.fixture
def year(network, cold_days):
    return network_year(network, cold_days, ALL, index_loss_share=0.05)


@pytest.fixture
def probed(year):
    return probe(year)


def result_of(year, **heat_mw):
    """Return a schedule with constant heat of plants, all demand met."""
    columns = {f"tiny/{plant}": np.full(len(year.time), mw) for plant, mw in heat_mw.items()}
    return SimpleNamespace(
        heat_mw=pd.DataFrame(columns, index=year.time),
        unmet_mw=pd.DataFrame({"tiny/water": np.zeros(len(year.time))}, index=year.time),
        unit_charge_mw=pd.DataFrame(index=year.time),
        store_discharge_mw=pd.DataFrame(index=year.time),
    )


def test_the_probe_measures_loss_and_flow_past_the_heat_pump(year, probed):
    """All return flow passes the fork on its way to the works; water cools on its way, so the estimate is high."""
    assert probed.hours_ok == probed.hours > 0
    assert 0.9 < probed.loss_factor < 1.0
    assert probed.return_flow_share == pytest.approx({"heat_pump": 1.0}, rel=1e-6)
    assert loss_mw(year, probed) == pytest.approx(probed.loss_factor * year.loss_estimate_mw(), rel=1e-12)


def test_a_season_without_load_needs_no_probe(network, cold_days):
    summer = network_year(network, cold_days, ~ALL, 0.0)
    assert vars(replace(probe(summer), steam=None)) == vars(Probe(return_flow_share={"heat_pump": 0.0}))
    assert shown_hours(summer, 3) == {}
    assert piped_hours(summer) == []


def test_return_flow_is_heat_over_the_temperature_drop(year, probed):
    conditions = conditions_of(year, probed)
    heat_w = year.space_mw.sum(axis=1).to_numpy() * 1e6
    cp = mean_heat_capacity_j_per_kgk(55.0, 110.0)
    assert conditions.return_flow_kg_per_s["heat_pump"] == pytest.approx(heat_w / (cp * 55.0), rel=1e-6)


def test_demand_at_the_gates_is_load_and_loss(year, probed):
    prices = Prices({"gas": 300.0, "coal": 100.0}, np.full(96, 600.0), 400.0, 60.0, 1e4)
    factors = EmissionFactors({"gas": 0.2, "coal": 0.34}, 0.6, 0.8)
    problem = dispatch_problem({"tiny": year}, {"tiny": probed}, prices, factors)
    assert problem.balances == ("tiny/water", "tiny/steam")
    water = year.space_mw.sum(axis=1).to_numpy() + loss_mw(year, probed)
    assert problem.demand_of("tiny/water") == pytest.approx(water, rel=1e-12)
    steam = year.process_mw["press"].to_numpy() + steam_loss_mw(year, probed.steam)
    assert problem.demand_of("tiny/steam") == pytest.approx(steam, rel=1e-12)
    assert {unit.id for unit in problem.units} == {
        "tiny/boiler", "tiny/heat_pump", "tiny/steam/kettle", "tiny/steam/waste_steam",
    }  # fmt: skip


def test_the_pipes_take_the_scheduled_heat(year, probed):
    """The pump gives 1 MW into the return, the boiler the rest, and both together what consumers and ground take."""
    boundary, states = simulate_schedule(year, probed, result_of(year, boiler=9.0, heat_pump=1.0))
    assert list(states["time"].to_numpy()) == list(year.time) == list(boundary.time), "every hour asks for heat"
    heat = states["plant_heat_mw"].sel(plant="heat_pump").to_numpy()
    assert heat == pytest.approx(np.full(len(year.time), 1.0), rel=1e-6)
    balance = states["plant_heat_mw"].sum("plant") - states["consumer_heat_mw"].sum("consumer") - states["heat_loss_mw"]
    assert abs(balance).max() < 1e-4


def test_the_plant_of_the_pressure_is_left_a_hundredth(year, probed):
    """Dispatched without the boiler the pump would have to meet the loss exactly: it is throttled to 99 % of what is needed."""
    needed = year.space_mw.sum(axis=1).to_numpy() + loss_mw(year, probed)
    for share, left in ((1.0, 0.99), (0.5, 0.5)):
        result = result_of(year, boiler=0.0)
        result.heat_mw["tiny/heat_pump"] = share * needed
        given = schedule_boundary(year, probed, result).values["plant_heat_mw"]["heat_pump"].to_numpy()
        assert given == pytest.approx(left * needed, rel=1e-12)


def test_hours_outside_the_season_and_hours_without_load_are_not_solved(network, cold_days):
    season = np.arange(96) >= 24
    year = network_year(network, cold_days, season, index_loss_share=0.05)
    assert piped_hours(year) == list(range(24, 96))
    mild = replace(year, space_mw=year.space_mw.mul(np.arange(96) >= 48, axis=0))
    assert piped_hours(mild) == list(range(48, 96))
    assert set(shown_hours(mild, 3)) <= set(piped_hours(mild))


def test_threads_change_nothing(year, probed):
    one, two = (simulate_schedule(year, probed, result_of(year, boiler=10.0), threads)[1] for threads in (1, 2))
    assert one.identical(two)


def test_unmet_heat_is_taken_from_all_consumers_alike(year, probed):
    result = result_of(year, boiler=5.0)
    result.unmet_mw["tiny/water"] = 0.25 * year.space_mw.sum(axis=1).to_numpy()
    primary = primary_heat_mw(year, probed, result)
    assert primary.to_numpy() == pytest.approx(0.75 * year.space_mw.to_numpy(), rel=1e-12)
