"""One pipe and one consumer by hand, limits, and that what is told is what a fresh simulation says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from heatnet.design.setpoint_search import SetpointOptions
from heatnet.design.setpoint_states import simulate_rows
from heatnet.design.setpoint_trial import first_dispatch, try_setpoints
from heatnet.design.setpoints import Variant, optimise_setpoints
from heatnet.metrics.compliance import Limits
from heatnet.model.examples import CONSTANT_WATER
from heatnet.physics.friction import friction_factor, reynolds
from heatnet.physics.pump import PUMP_EFFICIENCY_SHARE

LENGTH_M, DIAMETER_M, ROUGHNESS_MM, ZETA_PER_M = 3000.0, 0.309, 0.5, 0.01
T_GROUND_DEGC, T_RETURN_DEGC, MIN_DP_BAR, GAS_CNY_PER_MWH, EFFICIENCY = 8.0, 50.0, 1.0, 300.0, 0.9
DENSITY, HEAT_CAPACITY, VISCOSITY = CONSTANT_WATER.values()
BY_HOUR = Variant("hour", "full")
#: candidates stand 5/64 K apart at the end; the optimum is flat there
STEP_K = 5.0 / 64.0
FREE = SetpointOptions(by="hour", needs="full", t_min_degc=60.0, t_max_degc=150.0, refinements=3, ramp_k_per_h=1e3)


def cost_by_hand_cny(t_supply: float, heat_mw: float, t_return: float, u_w_per_mk: float, power_cny: float) -> float:
    """Gas for heat and loss, electricity for the pump, of one hour; flow by bisection from the arriving temperature."""
    low, high = 1.0, 2000.0
    for _step in range(200):
        flow = (low + high) / 2
        decay = np.exp(-u_w_per_mk * LENGTH_M / (flow * HEAT_CAPACITY))
        arriving = T_GROUND_DEGC + (t_supply - T_GROUND_DEGC) * decay
        enough = flow * HEAT_CAPACITY * (arriving - t_return) / 1e6 >= heat_mw
        low, high = (low, flow) if enough else (flow, high)
    back = T_GROUND_DEGC + (t_return - T_GROUND_DEGC) * decay
    given_mw = flow * HEAT_CAPACITY * (t_supply - back) / 1e6
    area = np.pi / 4 * DIAMETER_M**2
    friction = float(friction_factor(reynolds(flow, 1e3 * DIAMETER_M, VISCOSITY), ROUGHNESS_MM / (1e3 * DIAMETER_M)))
    drop_pa = (friction / DIAMETER_M + ZETA_PER_M) * LENGTH_M * flow**2 / (2 * DENSITY * area**2)
    pump_mw = flow * (2 * drop_pa + MIN_DP_BAR * 1e5) / (DENSITY * PUMP_EFFICIENCY_SHARE) / 1e6
    return given_mw / EFFICIENCY * GAS_CNY_PER_MWH + pump_mw * power_cny


def hours_of(case):
    """Return load and return temperature of the hours, as the case has them."""
    year = case.year
    return year.space_mw["houses"].to_numpy(), year.t_return_by_consumer_degc["houses"].to_numpy()


def test_optimum_is_where_a_kelvin_of_loss_costs_what_it_saves_in_pumping(pipe_network, pipe_case):
    """A wrong sign of the loss, or a pump that counts one line only, moves the optimum by several kelvin."""
    case = pipe_case(pipe_network(1.5))
    trial = optimise_setpoints(case, FREE).best[BY_HOUR]
    for hour, (heat, back) in enumerate(zip(*hours_of(case), strict=True)):
        by_hand = minimize_scalar(
            cost_by_hand_cny, args=(heat, back, 1.5, 700.0), bounds=(60.0, 150.0), method="bounded"
        )
        assert 65.0 < by_hand.x < 145.0
        told = cost_by_hand_cny(trial.t_supply_degc[hour], heat, back, 1.5, 700.0)
        assert trial.t_supply_degc[hour] == pytest.approx(by_hand.x, abs=20 * STEP_K)
        assert told - by_hand.fun < 0.05
    total = sum(
        cost_by_hand_cny(t, heat, back, 1.5, 700.0)
        for t, heat, back in zip(trial.t_supply_degc, *hours_of(case), strict=True)
    )
    assert trial.account["total_cny"] == pytest.approx(total, rel=1e-5)


def test_pipes_without_loss_are_run_as_hot_as_may_be(pipe_network, pipe_case):
    trial = optimise_setpoints(pipe_case(pipe_network(0.0)), FREE).best[BY_HOUR]
    assert trial.t_supply_degc.tolist() == [150.0] * 12


def test_pumps_that_cost_nothing_leave_the_least_temperature(pipe_network, pipe_case):
    options = replace(FREE, t_min_degc=75.0)
    trial = optimise_setpoints(pipe_case(pipe_network(1.5), power_cny_per_mwh=0.0), options).best[BY_HOUR]
    assert trial.t_supply_degc.tolist() == [75.0] * 12


def test_least_temperature_is_that_at_which_the_pipes_reach_their_nominal_pressure(pipe_network, pipe_case):
    """5 bar at the suction and a head of 12 bar: the flow of a colder supply would burst PN 16."""
    trial = optimise_setpoints(pipe_case(pipe_network(1.5), power_cny_per_mwh=0.0), FREE).best[BY_HOUR]
    assert np.all(trial.t_supply_degc > 60.0)
    highest = trial.states["node_p_supply_bar"].max("node").to_numpy()
    assert np.all((highest <= Limits().nominal_pressure_bar) & (highest > Limits().nominal_pressure_bar - 0.5))
    assert trial.account["hours_broken"]["nominal_pressure"] == 0


STATION = {"t_secondary_supply_degc": 75.0, "t_secondary_return_degc": 45.0}


def test_a_station_asks_for_what_its_exchanger_needs(pipe_network, pipe_case):
    """With free pumps the least temperature is that at which the valve stands open: q dT_0/eps_0 above the secondary return."""
    case = pipe_case(pipe_network(0.2, **STATION), power_cny_per_mwh=0.0)
    trial = optimise_setpoints(case, FREE).best[BY_HOUR]
    share = hours_of(case)[0] / 20.0
    mean = 18.0 + (60.0 - 18.0) * share ** (1 / 1.3)
    effectiveness = (110.0 - 50.0) / (110.0 - 45.0)
    needed = mean - share * 30.0 / 2 + share * 60.0 / effectiveness
    arriving = trial.states["consumer_t_supply_degc"].to_numpy()[:, 0]
    # the engine's table of the station is within 0.05 K
    assert np.all(arriving >= needed - 0.05)
    assert np.all(arriving - needed < 2 * STEP_K + 0.05)
    assert trial.account["missing_mwh"] == 0.0


def test_missing_heat_is_told_where_no_temperature_is_enough(pipe_network, pipe_case):
    case = pipe_case(pipe_network(0.2, **STATION))
    cool = SetpointOptions(by="hour", needs="full", t_min_degc=60.0, t_max_degc=80.0, ramp_k_per_h=1e3)
    trial = optimise_setpoints(case, cool).best[BY_HOUR]
    assert trial.t_supply_degc[0] == 80.0
    short = trial.states["consumer_shortfall_mw"].sum("consumer").to_numpy()
    assert short[0] > 1.0
    assert trial.account["missing_mwh"] == pytest.approx(short.sum())
    assert trial.account["hours_short"] == (short > 1e-6).sum() > 0
    assert trial.account["missing_cny"] == pytest.approx(short.sum() * GAS_CNY_PER_MWH / EFFICIENCY, rel=1e-4)


def test_what_is_told_is_what_a_fresh_simulation_says(pipe_network, pipe_case):
    case = pipe_case(pipe_network(0.4, **STATION))
    run = optimise_setpoints(case, SetpointOptions(t_min_degc=55.0, t_max_degc=110.0, refinements=1))
    for trial in run.trials.values():
        network = case.network_with(trial.head_bar)
        every = np.arange(len(case.hours))
        states = simulate_rows(network, case.asked(trial.result), every, trial.t_supply_degc)
        account = trial.account
        assert account["loss_mwh"] == pytest.approx(float(states["heat_loss_mw"].sum()), rel=1e-9)
        assert account["pump_mwh"] == pytest.approx(float(states["plant_pump_mw"].sum()), rel=1e-9)
        assert account["missing_mwh"] == pytest.approx(float(states["consumer_shortfall_mw"].sum()), abs=1e-9)
        assert account["cost_cny"]["pump_power_cny"] == pytest.approx(700.0 * account["pump_mwh"], rel=1e-9)
        heat = float(states["plant_heat_mw"].sum())
        assert heat == pytest.approx(trial.result.heat_mw.to_numpy().sum(), rel=1e-5)
        assert abs(account["loss_difference_share"]) < 1e-3


def test_expected_saving_is_confirmed(pipe_network, pipe_case):
    run = optimise_setpoints(
        pipe_case(pipe_network(1.5)), SetpointOptions(by="hour", t_min_degc=60.0, t_max_degc=130.0, ramp_k_per_h=50.0)
    )
    first = run.rounds[0]
    assert first["confirmed_saving_cny"] > 0
    assert first["confirmed_saving_cny"] == pytest.approx(first["expected_saving_cny"], rel=1e-3)


def test_nobody_is_worse_off_than_under_the_design_curve(pipe_network, pipe_case):
    case = pipe_case(pipe_network(0.4, **STATION))
    run = optimise_setpoints(case, SetpointOptions(by="hour", needs="design", t_min_degc=55.0, t_max_degc=110.0))
    allowed = run.design.rows.shortfall_mw
    trial = run.best[Variant("hour", "design")]
    assert np.all(trial.rows.shortfall_mw <= allowed + 1e-9)
    assert trial.account["equal_heat_cny"] <= run.design.account["equal_heat_cny"]


def test_ramp_holds_and_costs(pipe_network, pipe_case):
    """The load falls at one hour from that of -5 °C to that of 2 °C."""
    case = pipe_case(pipe_network(1.5), t_outdoor_degc=(-7.0, 10.0))
    costs = []
    for ramp in (1e3, 4.0, 1.0):
        options = SetpointOptions(by="hour", needs="full", t_min_degc=60.0, t_max_degc=140.0, ramp_k_per_h=ramp)
        trial = optimise_setpoints(case, options).best[BY_HOUR]
        assert np.abs(np.diff(trial.t_supply_degc)).max() <= ramp + 1e-6
        costs.append(trial.account["equal_heat_cny"])
    assert costs == sorted(costs)


def test_one_head_for_all_hours_is_enough_and_costs_more_than_one_that_follows(pipe_network, pipe_case):
    case = pipe_case(pipe_network(1.5))
    common = {"by": "hour", "needs": "full", "t_min_degc": 60.0, "t_max_degc": 140.0, "ramp_k_per_h": 50.0}
    follows = optimise_setpoints(case, SetpointOptions(**common)).best[BY_HOUR]
    run = optimise_setpoints(case, SetpointOptions(**common, head="constant"))
    constant = run.best[BY_HOUR]
    assert run.design.head_bar == pytest.approx(run.design.account["head_max_bar"], abs=1e-6)
    # at one head the design curve lacks heat in hours above the design flow; the penalty of that is in the objective
    nothing = np.zeros(len(case.hours))
    assert constant.objective_cny(nothing) < run.design.objective_cny(nothing)
    head = constant.states["node_p_supply_bar"].sel(node="works") - constant.states["node_p_return_bar"].sel(
        node="works"
    )
    assert np.ptp(head.to_numpy()) < 1e-6
    assert constant.head_bar == pytest.approx(float(head[0]), abs=1e-6)
    assert constant.account["missing_mwh"] == 0.0
    assert float(constant.states["consumer_dp_bar"].min()) >= MIN_DP_BAR - 1e-3
    assert constant.account["equal_heat_cny"] > follows.account["equal_heat_cny"]
    fixed = try_setpoints(
        case, case.network_with(follows.account["head_max_bar"]), follows.t_supply_degc, first_dispatch(case)
    )
    more = fixed.account["total_cny"] - follows.account["total_cny"]
    assert more == pytest.approx(follows.account["constant_head_cny"], rel=1e-3)
    assert constant.account["equal_heat_cny"] <= fixed.account["equal_heat_cny"] + 1e-6


def test_supply_stays_as_cold_as_a_well_that_feeds_it(pipe_network, pipe_case):
    """The well of 93 °C may feed a supply of at most 90 °C: six free megawatts are worth more than the pumps' few kilowatts.

    Without the well the optimum is above 90 °C in all of these hours. Whoever takes the plants' heat from the design curve leaves
    the well out, which is too hot for it.
    """
    options = replace(FREE, t_min_degc=70.0, t_max_degc=130.0)
    alone = optimise_setpoints(pipe_case(pipe_network(0.4)), options).best[BY_HOUR]
    assert np.all(alone.t_supply_degc > 90.0)
    run = optimise_setpoints(pipe_case(pipe_network(0.4, well=True)), options)
    trial = run.best[BY_HOUR]
    assert np.all((trial.t_supply_degc <= 90.0) & (trial.t_supply_degc > 90.0 - 2 * STEP_K))
    assert run.design.account["waste_heat_gj"] < 0.6 * trial.account["waste_heat_gj"]
    assert trial.account["waste_heat_gj"] == pytest.approx(12 * 6.0 * 3.6)
    well = trial.states["plant_heat_mw"].sel(plant="well").to_numpy()
    assert well == pytest.approx(np.full(12, 6.0))
    assert trial.account["total_cny"] < run.design.account["total_cny"]
