"""Dispatch and pipes in turn: a cheap plant behind a narrow pipe, losses that agree, and what is left open."""

from __future__ import annotations

import numpy as np
import pytest

from heatnet.couple.network_true import LOSS_AGREES_SHARE, dispatch_within_networks
from heatnet.couple.pipe_limits import TOLERANCE_SHARE, excess
from heatnet.couple.season import dispatch_problem, loss_mw, piped_hours, probe, simulate_schedule
from heatnet.couple.year import network_year
from heatnet.io.network_folder import load_network
from heatnet.metrics.uptake import uptake_causes
from heatnet.model.supply import EmissionFactors, Prices
from heatnet.model.water_limits import Limits

HOURS = 96
FACTORS = EmissionFactors({"gas": 0.2, "coal": 0.34}, 0.6, 0.8)
PRICES = Prices({"gas": 300.0, "coal": 100.0}, np.full(HOURS, 600.0), 400.0, 0.0, 1e4)


def with_cheap_plant_at_the_end(study_draft, tmp_path, dn, demand_at_end=True):
    """The tiny network with free heat of 9 MW at its far end, through the pipe p4 of `dn`."""
    network = study_draft.network
    pump = network.row("plants", "heat_pump")
    pump.clear()
    pump |= {"id": "heat_pump", "node": "end", "kind": "source", "role": "heat", "connection": "supply",
             "capacity_mw": 6, "waste_class": "strict"}  # fmt: skip
    network.row("pipes", "p4")["dn"] = dn
    if not demand_at_end:
        network.row("consumers", "c3")["node"] = "works"
    return load_network(network.write(tmp_path / "tiny"))


def rounds_of(network, weather, rounds=5):
    year = network_year(network, weather, np.ones(HOURS, dtype=bool), 0.05)
    years, probes = {"tiny": year}, {"tiny": probe(year)}

    def problem_of(said):
        return dispatch_problem(years, said, PRICES, FACTORS)

    return year, dispatch_within_networks(years, probes, problem_of, {}, {}, rounds)


@pytest.fixture
def narrow(study_draft, tmp_path, cold_days):
    return rounds_of(with_cheap_plant_at_the_end(study_draft, tmp_path, 80, demand_at_end=False), cold_days)


def test_a_narrow_pipe_limits_the_cheap_plant_and_the_schedule_keeps_it(narrow):
    year, found = narrow
    assert found.rounds[0].hours_beyond > 0, "without the pipes the cheap plant runs at full load"
    assert found.rounds[0].new_limits > 0
    assert found.agrees
    assert found.open.empty
    problem, result = found.schedule.problem, found.schedule.result
    assert result.unmet_mw.to_numpy().max() < 1e-6, "the other plant makes up for it"
    assert result.limit_excess_mw.to_numpy().max() < 1e-6
    _boundary, states = simulate_schedule(year, found.probes["tiny"], result)
    share = excess(year.network, states)
    assert (share.share <= TOLERANCE_SHARE).all()
    velocity = states["pipe_velocity_m_per_s"].sel(pipe="p4").to_numpy()
    assert (velocity > 0.98 * Limits().velocity_m_per_s).all(), "and takes no less heat than the pipe carries"
    table = uptake_causes(problem, result, {"tiny/heat_pump": 6.0})
    pipe = table[table["cause"] == "pipe_velocity"]
    assert pipe["element"].tolist() == ["tiny/p4"]
    assert pipe["hours"].tolist() == [HOURS]


def test_it_costs_more_than_a_wide_pipe_and_no_round_gets_cheaper(narrow, study_draft, tmp_path, cold_days):
    _year, found = narrow
    costs = [one.cost_cny for one in found.rounds]
    assert costs[1] > 1.01 * costs[0]
    wide = with_cheap_plant_at_the_end(study_draft, tmp_path / "wide", 200, demand_at_end=False)
    _year, free = rounds_of(wide, cold_days)
    assert all(one.hours_beyond == 0 for one in free.rounds)
    assert free.schedule.result.cost_cny["total_cny"] < costs[-1]


def test_losses_of_schedule_and_pipes_agree(narrow):
    year, found = narrow
    _boundary, states = simulate_schedule(year, found.probes["tiny"], found.schedule.result)
    simulated = states["heat_loss_mw"].to_numpy()
    assumed = loss_mw(year, found.probes["tiny"])[piped_hours(year)]
    assert abs(assumed.sum() / simulated.sum() - 1) < LOSS_AGREES_SHARE
    assert np.abs(assumed / simulated - 1).max() < 0.05, "in each hour, not only in the sum"


def test_one_round_judges_and_feeds_nothing_back(study_draft, tmp_path, cold_days):
    network = with_cheap_plant_at_the_end(study_draft, tmp_path, 80, demand_at_end=False)
    _year, found = rounds_of(network, cold_days, rounds=1)
    assert len(found.rounds) == 1
    assert not found.agrees
    place = found.open.iloc[0]
    assert (place["kind"], place["element"], place["hours"]) == ("velocity", "p4", HOURS)
    assert place["worst_share"] > 0.1


def test_what_no_plant_mends_is_left_open_and_limits_nobody(study_draft, tmp_path, cold_days):
    """A thin pipe to one station carries what that station takes, whoever makes the heat."""
    study_draft.network.row("pipes", "p2")["dn"] = 50
    network = with_cheap_plant_at_the_end(study_draft, tmp_path, 200)
    _year, found = rounds_of(network, cold_days)
    assert "p2" in set(found.open["element"])
    assert not any(limit.element == "p2" for limit in found.schedule.problem.limits)
    assert found.schedule.result.is_optimal
