"""Valves: consumers whose flow follows from opening and pressure, valves and check valves in the lines."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from heatnet.model.examples import CONSTANT_WATER
from heatnet.physics import water
from heatnet.simulate import HourStatus

RHO, CP = CONSTANT_WATER["density_kg_per_m3"], CONSTANT_WATER["heat_capacity_j_per_kgk"]
SUPPLY, RETURN, GROUND = 110.0, 50.0, 8.0
#: circuits end when their flows move by less than this share of all flow (theory_season.md, step 6)
FLOW_SHARE = 1e-7
#: a shut check valve is a stiff spring, not a wall: about 1e-9 kg/s a bar
LEAK_KG_PER_S = 1e-8


def by_valve(node: str, **values) -> dict:
    row = {
        "id": f"at_{node}",
        "node": node,
        "control": "valve",
        "kv_m3_per_h": 40.0,
        "design_heat_mw": 3.0,
        "min_dp_bar": 1.0,
    }
    return {**row, **values}


def by_heat(node: str, heat_mw: float, **values) -> dict:
    return {"id": f"at_{node}", "node": node, "design_heat_mw": heat_mw, **values}


@pytest.mark.parametrize("opening", [None, 1.0, 0.5, 0.05])
@pytest.mark.parametrize("head_bar", [0.1, 1.0, 4.0])
def test_flow_through_a_valve_is_kv_times_opening_times_the_root_of_pressure(build, hour, read, opening, head_bar):
    """V [m³/h] = Kv · opening · sqrt(dp [bar] · 1000/rho), m = rho V / 3600.

    The pipe is a short cistern (0.1 m of 2 m bore: 1e-11 bar), so that the whole head is at the valve.
    """
    network = build([{"ends": ("works", "a", 0.1, 2000.0)}], [by_valve("a", opening=opening)], head_bar=head_bar)
    result = hour(network)
    open_share = 1.0 if opening is None else opening
    expected = RHO / 3600 * 40.0 * open_share * math.sqrt(head_bar * 1000 / RHO)
    assert read(result, "consumer_mdot_kg_per_s", "at_a") == pytest.approx(expected, rel=1e-7)
    assert read(result, "consumer_heat_mw", "at_a") == pytest.approx(expected * CP * (SUPPLY - RETURN) / 1e6, rel=1e-7)
    assert read(result, "consumer_dp_bar", "at_a") == pytest.approx(head_bar, rel=1e-7)


def test_a_pipe_and_a_valve_share_the_head(build, hour, read, friction, throttle):
    """H = 2 R(m) + (3600 m/(rho Kv o))² rho/1000: one unknown, found by bracketing."""
    network = build([{"ends": ("works", "a", 800.0, 150.0)}], [by_valve("a", opening=0.7)], head_bar=2.0)
    result = hour(network)
    expected = brentq(lambda m: 2.0 - 2 * friction(m, 800.0, 150.0) - throttle(m, 28.0), 1e-3, 100, xtol=1e-13)
    assert 0.1 < 2 * friction(expected, 800.0, 150.0) < 1.9, "both take a good part"
    assert read(result, "consumer_mdot_kg_per_s", "at_a") == pytest.approx(expected, rel=FLOW_SHARE)


@pytest.fixture
def near_and_far(build):
    """Two stations by equal valves, 300 m and 1800 m away, at a fixed head of 2 bar."""

    def make(near=None, far=None, **options):
        pipes = [{"ends": ("works", "near", 300.0, 207.0)}, {"ends": ("near", "far", 1500.0, 150.0)}]
        return build(pipes, [by_valve("near", **(near or {})), by_valve("far", **(far or {}))], head_bar=2.0, **options)

    return make


def flows_by_hand(friction, throttle, kv_near, kv_far):
    """Bracket the far flow: its pressure is the near one's, whose flow follows, and both together use up the head."""

    def near(far):
        at_near = throttle(far, kv_far) + 2 * friction(far, 1500.0, 150.0)
        return RHO / 3600 * kv_near * math.sqrt(at_near * 1000 / RHO)

    def left(far):
        at_near = throttle(far, kv_far) + 2 * friction(far, 1500.0, 150.0)
        return 2.0 - 2 * friction(near(far) + far, 300.0, 207.0) - at_near

    far = brentq(left, 1e-6, 50.0, xtol=1e-13)
    return near(far), far


def test_the_near_station_takes_from_the_far_one(near_and_far, hour, read, friction, throttle):
    """Hydraulic imbalance: x = m / (Q/(cp (T - T_r))), above 1 near the plant and below 1 far away.

    dp_near = dp_far + 2 R_2(m_far), H = 2 R_1(m_near + m_far) + dp_near, m = Kv sqrt(dp 1000 rho)/3600.
    """
    result = hour(near_and_far())
    wanted = 3e6 / (CP * (SUPPLY - RETURN))
    near, far = flows_by_hand(friction, throttle, 40.0, 40.0)
    for node, flow in (("near", near), ("far", far)):
        assert read(result, "consumer_mdot_kg_per_s", f"at_{node}") == pytest.approx(flow, rel=3 * FLOW_SHARE)
        assert read(result, "consumer_imbalance_share", f"at_{node}") == pytest.approx(
            flow / wanted, rel=3 * FLOW_SHARE
        )
    assert near > wanted > far
    assert result["status"].item() == HourStatus.UNDERSUPPLIED
    assert read(result, "consumer_shortfall_mw", "at_near") == 0.0
    assert read(result, "consumer_shortfall_mw", "at_far") == pytest.approx(3.0 * (1 - far / wanted), rel=1e-6)


def test_throttling_the_near_station_restores_the_balance(near_and_far, hour, read):
    """Balanced are openings with m_near/m_far = 1: o_near = sqrt(dp_far/dp_near) at equal flows."""
    plain = hour(near_and_far())
    ratio = read(plain, "consumer_mdot_kg_per_s", "at_near") / read(plain, "consumer_mdot_kg_per_s", "at_far")
    assert ratio > 1.2

    def difference(opening):
        result = hour(near_and_far(near={"opening": opening}))
        return read(result, "consumer_mdot_kg_per_s", "at_near") - read(result, "consumer_mdot_kg_per_s", "at_far")

    opening = brentq(difference, 0.3, 1.0, xtol=1e-9)
    result = hour(near_and_far(near={"opening": opening}))
    shares = result["consumer_imbalance_share"].values
    assert shares[0] == pytest.approx(shares[1], rel=1e-6)
    dp = result["consumer_dp_bar"].values
    assert opening == pytest.approx(math.sqrt(dp[1] / dp[0]), rel=1e-6)


def test_imbalance_is_that_of_flows_with_water_and_losses_too(near_and_far, hour, read):
    """x = m (h(T) - h(T_r))/Q with IF97 enthalpies at the arriving temperature of each station."""
    network = near_and_far(fluid="if97")
    network = network.with_tables(pipes=network.pipes.assign(u_w_per_mk=0.5))
    result = hour(network, consumer_heat_mw={"at_near": 2.0, "at_far": 2.5})
    for node, heat_mw in (("near", 2.0), ("far", 2.5)):
        t_degc = read(result, "consumer_t_supply_degc", f"at_{node}")
        drop = float(water.enthalpy_j_per_kg(t_degc) - water.enthalpy_j_per_kg(RETURN))
        share = read(result, "consumer_mdot_kg_per_s", f"at_{node}") * drop / (heat_mw * 1e6)
        # the engine's polynomial of enthalpy is within 0.2 J/kg of 250 kJ/kg
        assert read(result, "consumer_imbalance_share", f"at_{node}") == pytest.approx(share, rel=2e-6)


def test_a_shut_valve_lets_nothing_through(near_and_far, build, hour, read):
    """Opening 0: no flow and no heat though the design flow is known; the other station is as if alone."""
    result = hour(near_and_far(far={"opening": 0.0}))
    assert read(result, "consumer_mdot_kg_per_s", "at_far") == 0.0
    assert read(result, "consumer_heat_mw", "at_far") == 0.0
    assert read(result, "consumer_shortfall_mw", "at_far") == 3.0
    assert read(result, "consumer_imbalance_share", "at_far") == 0.0
    assert read(result, "consumer_t_supply_degc", "at_far") == GROUND
    assert result["status"].item() == HourStatus.UNDERSUPPLIED
    alone = hour(build([{"ends": ("works", "near", 300.0, 207.0)}], [by_valve("near")], head_bar=2.0))
    for quantity in ("consumer_mdot_kg_per_s", "consumer_dp_bar", "consumer_heat_mw"):
        assert read(result, quantity, "at_near") == pytest.approx(read(alone, quantity, "at_near"), rel=1e-7)


def test_a_nearly_shut_valve_passes_its_trickle(near_and_far, hour, read):
    """At opening 1e-3 the pipes beyond take nothing of the pressure: m = Kv o sqrt(dp_near 1000 rho)/3600."""
    result = hour(near_and_far(far={"opening": 1e-3}))
    trickle = RHO / 3600 * 40e-3 * math.sqrt(read(result, "consumer_dp_bar", "at_near") * 1000 / RHO)
    assert read(result, "consumer_mdot_kg_per_s", "at_far") == pytest.approx(trickle, rel=1e-5)


@pytest.fixture
def ring(build):
    """Two ways to b, one with a valve at its end; the return goes straight back. Constant flow: heat 5 MW, no losses."""

    def make(lay="forward", **valve):
        ends = {"from_node": "a", "to_node": "b"} if lay == "forward" else {"from_node": "b", "to_node": "a"}
        pipes = [
            {"ends": ("works", "a", 400.0, 150.0), "line": "supply"},
            {"ends": ("works", "b", 900.0, 150.0), "line": "supply"},
            {"ends": ("b", "works", 900.0, 300.0), "id": "back", "line": "return"},
        ]
        return build(pipes, [by_heat("b", 5.0)], valves=[{"id": "valve", "line": "supply", **ends, **valve}])

    return make


FLOW = 5e6 / (CP * (SUPPLY - RETURN))


def split_by_hand(friction, loss):
    """m_1 with R_1(m_1) + loss(m_1) = R_2(m - m_1)."""
    return brentq(lambda m: friction(m, 400.0, 150.0) + loss(m) - friction(FLOW - m, 900.0, 150.0), 0, FLOW, xtol=1e-13)


def test_an_open_valve_without_coefficient_costs_nothing(ring, hour, read, friction):
    expected = split_by_hand(friction, lambda m: 0.0)
    assert read(hour(ring()), "valve_mdot_kg_per_s", "valve") == pytest.approx(expected, rel=FLOW_SHARE * 3)


@pytest.mark.parametrize("opening", [1.0, 0.3, 0.05])
@pytest.mark.parametrize("kind", ["valve", "check"])
def test_a_throttled_valve_shifts_the_flow_to_the_other_way(ring, hour, read, friction, throttle, opening, kind):
    """R_1(m_1) + (3600 m_1/(rho Kv o))² rho/1000 = R_2(m - m_1); a check valve passed forward is a plain one."""
    result = hour(ring(kind=kind, kv_m3_per_h=100.0, opening=opening))
    expected = split_by_hand(friction, lambda m: throttle(m, 100.0 * opening))
    assert read(result, "valve_mdot_kg_per_s", "valve") == pytest.approx(expected, abs=3 * FLOW_SHARE * FLOW)
    lost = read(result, "node_p_supply_bar", "a") - read(result, "node_p_supply_bar", "b")
    assert lost == pytest.approx(throttle(expected, 100.0 * opening), rel=1e-5)


def test_a_shut_valve_sends_everything_the_other_way(ring, hour, read, friction):
    result = hour(ring(kv_m3_per_h=100.0, opening=0.0))
    assert read(result, "valve_mdot_kg_per_s", "valve") == 0.0
    assert read(result, "pipe_mdot_kg_per_s", "works--a") == 0.0
    assert read(result, "pipe_mdot_kg_per_s", "works--b") == pytest.approx(FLOW, rel=1e-9)
    assert read(result, "pipe_dp_supply_bar", "works--b") == pytest.approx(friction(FLOW, 900.0, 150.0), rel=1e-7)
    assert read(result, "node_t_supply_degc", "a") == GROUND
    assert result["status"].item() == HourStatus.STAGNANT


def test_a_valve_in_a_pair_throttles_both_lines(build, hour, read, friction, throttle):
    """dp at the station = H - 2 R(m) - 2 (3600 m/(rho Kv o))² rho/1000."""
    valves = [{"id": "valve", "from_node": "a", "to_node": "b", "line": "pair", "kv_m3_per_h": 120.0, "opening": 0.5}]
    network = build([{"ends": ("works", "a", 500.0, 207.0)}], [by_heat("b", 5.0)], head_bar=8.0, valves=valves)
    result = hour(network)
    expected = 8.0 - 2 * friction(FLOW, 500.0, 207.0) - 2 * throttle(FLOW, 60.0)
    assert expected > 1.0
    assert read(result, "consumer_dp_bar", "at_b") == pytest.approx(expected, rel=1e-7)
    assert read(result, "valve_mdot_kg_per_s", "valve") == pytest.approx(FLOW, rel=1e-9)


def test_a_check_valve_across_a_ring_is_shut_when_passed_backwards(ring, hour, read):
    """Laid from b to a it would be passed backwards: the state is that of a shut valve."""
    shut = hour(ring(opening=0.0))
    against = hour(ring(lay="backward", kind="check", kv_m3_per_h=100.0))
    assert read(against, "valve_mdot_kg_per_s", "valve") == pytest.approx(0.0, abs=LEAK_KG_PER_S)
    for quantity in ("pipe_mdot_kg_per_s", "pipe_dp_supply_bar", "consumer_t_supply_degc", "consumer_mdot_kg_per_s"):
        np.testing.assert_allclose(against[quantity], shut[quantity], rtol=1e-7, atol=LEAK_KG_PER_S, err_msg=quantity)
    assert against["status"].item() == shut["status"].item() == HourStatus.STAGNANT


def test_a_check_valve_opens_and_shuts_from_hour_to_hour(build, hours):
    """A second plant stands behind the check valve: m_valve = (Q_far - Q_helper)/(cp dT) while that is positive.

    Were it to give more than its neighbour takes, the rest could not pass. The valve shuts, nothing holds the pressure behind
    it, and what stands there is cut off: undersupplied, and nothing flows back.
    """
    pipes = [{"ends": ("works", "near", 300.0, 207.0)}, {"ends": ("joint", "far", 300.0, 207.0)}]
    valves = [
        {
            "id": "check",
            "from_node": "near",
            "to_node": "joint",
            "line": "supply",
            "kind": "check",
            "kv_m3_per_h": 300.0,
        },
        {"id": "back", "from_node": "near", "to_node": "joint", "line": "return", "kv_m3_per_h": 300.0},
    ]
    holder = {"id": "plant", "node": "works", "kind": "source", "role": "pressure"}
    helper = {"id": "helper", "node": "far", "kind": "source", "role": "heat", "heat_mw": 0.0}
    network = build(pipes, [by_heat("near", 2.0), by_heat("far", 3.0)], valves=valves, plants=[holder, helper])
    given = [0.0, 1.0, 2.0, 2.9, 2.0, 0.0]
    result = hours(network, rows=len(given), plant_heat_mw={"helper": given})
    assert set(result["status"].values) == {"ok"}
    expected = (3.0 - np.array(given)) * 1e6 / (CP * (SUPPLY - RETURN))
    np.testing.assert_allclose(result["valve_mdot_kg_per_s"].sel(valve="check"), expected, rtol=1e-6)
    too_much = hours(network, plant_heat_mw={"helper": 3.5}).isel(time=0)
    assert too_much["status"].item() == HourStatus.UNDERSUPPLIED
    assert (too_much["valve_mdot_kg_per_s"] == 0.0).all()
    np.testing.assert_allclose(too_much["consumer_shortfall_mw"], [0.0, 3.0], atol=1e-9)


def test_a_consumer_behind_a_check_valve_laid_the_wrong_way_gets_nothing(build, hour, read):
    valves = [
        {"id": "check", "from_node": "b", "to_node": "a", "line": "supply", "kind": "check"},
        {"id": "back", "from_node": "a", "to_node": "b", "line": "return"},
    ]
    network = build([{"ends": ("works", "a", 500.0, 207.0)}], [by_heat("a", 2.0), by_heat("b", 3.0)], valves=valves)
    result = hour(network)
    assert result["status"].item() == HourStatus.UNDERSUPPLIED
    assert read(result, "valve_mdot_kg_per_s", "check") == 0.0
    assert read(result, "consumer_heat_mw", "at_b") == 0.0
    assert read(result, "consumer_shortfall_mw", "at_b") == 3.0
    assert read(result, "consumer_heat_mw", "at_a") == pytest.approx(2.0, rel=1e-8)


@pytest.mark.parametrize("head_bar", [0.0, 0.5, 2.0])
def test_a_check_valve_beside_a_booster_pump_keeps_its_water_from_running_back(build, hour, read, head_bar):
    """The pump lifts from a to b: the check valve beside it sees dp < 0 and passes nothing, all flow takes the pump."""
    beside = {"from_node": "a", "to_node": "b", "line": "supply"}
    network = build(
        [{"ends": ("works", "a", 500.0, 207.0)}],
        [by_heat("b", 5.0, return_node="a")],
        head_bar=6.0,
        pumps=[{"id": "pump", "head_bar": head_bar, **beside}],
        valves=[{"id": "check", "kind": "check", "kv_m3_per_h": 200.0, **beside}],
    )
    result = hour(network)
    assert read(result, "valve_mdot_kg_per_s", "check") == pytest.approx(0.0, abs=LEAK_KG_PER_S)
    assert read(result, "pump_mdot_kg_per_s", "pump") == pytest.approx(FLOW, rel=1e-8)
    assert read(result, "pump_head_bar", "pump") == pytest.approx(head_bar, abs=1e-9)
