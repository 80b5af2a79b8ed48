"""Consumers that cannot get their heat: too little pressure, too cold a supply, no way to them. A result, not an error."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from heatnet.model.examples import CONSTANT_WATER, tree
from heatnet.physics import water
from heatnet.simulate import HourStatus

RHO, CP = CONSTANT_WATER["density_kg_per_m3"], CONSTANT_WATER["heat_capacity_j_per_kgk"]
SUPPLY, RETURN, GROUND = 110.0, 50.0, 8.0
#: circuits end when their flows move by less than this share of all flow (theory_season.md, step 6)
FLOW_REL = 3e-7
HEAD_BAR = 3.0


def flow_of(heat_mw: float, drop_k: float = SUPPLY - RETURN) -> float:
    """m = Q/(cp dT)."""
    return heat_mw * 1e6 / (CP * drop_k)


@pytest.fixture
def weak(build):
    """A station of 8 MW on 2 km of DN150 at a head of 3 bar: the pipes alone would need 4.9 bar."""

    def make(head_bar=HEAD_BAR, **consumer):
        station = {"id": "station", "node": "a", "design_heat_mw": 8.0, "min_dp_bar": 1.0, **consumer}
        return build([{"ends": ("works", "a", 2000.0, 150.0)}], [station], head_bar=head_bar)

    return make


def most_by_hand(friction, open_station):
    """H = 2 R(m) + open_station(m): what the open valve lets through."""
    return brentq(lambda m: HEAD_BAR - 2 * friction(m, 2000.0, 150.0) - open_station(m), 1e-3, 100, xtol=1e-13)


def by_design(mdot):
    """The open station loses its `min_dp_bar` at design flow: dp = 1 bar (m/m_0)²."""
    return (mdot / flow_of(8.0)) ** 2


@pytest.mark.parametrize("heat_mw", [8.0, 5.0, 3.9, 3.7, 1.0])
def test_a_station_takes_what_its_head_lets_through(weak, hour, read, friction, heat_mw):
    """m = min(Q/(cp dT), m_max), H = 2 R(m_max) + dp_min (m_max/m_0)²; shortfall = asked less given (3.83 MW)."""
    result = hour(weak(), consumer_heat_mw={"station": heat_mw})
    most = most_by_hand(friction, by_design)
    expected = min(flow_of(heat_mw), most)
    assert read(result, "consumer_mdot_kg_per_s", "station") == pytest.approx(expected, rel=FLOW_REL)
    given = expected * CP * (SUPPLY - RETURN) / 1e6
    assert read(result, "consumer_heat_mw", "station") == pytest.approx(given, rel=FLOW_REL)
    assert read(result, "consumer_shortfall_mw", "station") == pytest.approx(heat_mw - given, abs=1e-5)
    assert read(result, "consumer_t_return_degc", "station") == RETURN
    is_short = flow_of(heat_mw) > most
    assert is_short == (heat_mw > 3.83)
    assert result["status"].item() == (HourStatus.UNDERSUPPLIED if is_short else HourStatus.OK)
    if not is_short:
        assert read(result, "consumer_shortfall_mw", "station") == 0.0


@pytest.mark.parametrize(("kv_m3_per_h", "opening"), [(80.0, None), (200.0, 0.3)])
def test_the_open_valve_is_the_limit_where_it_is_known(weak, hour, read, friction, throttle, kv_m3_per_h, opening):
    """H = 2 R(m) + (3600 m/(rho Kv o))² rho/1000, in the place of the design flow."""
    result = hour(weak(kv_m3_per_h=kv_m3_per_h, opening=opening))
    kv = kv_m3_per_h * (1.0 if opening is None else opening)
    expected = most_by_hand(friction, lambda m: throttle(m, kv))
    assert read(result, "consumer_mdot_kg_per_s", "station") == pytest.approx(expected, rel=FLOW_REL)
    assert result["status"].item() == HourStatus.UNDERSUPPLIED


@pytest.mark.parametrize("control", ["heat_dt", "flow_dt"])
def test_a_given_temperature_difference_stays_when_the_flow_falls_short(weak, hour, read, friction, control):
    """Q = m cp dt with the flow that the head lets through; asked is the given heat, or the given flow times cp dt."""
    result = hour(weak(control=control, dt_k=30.0, mdot_kg_per_s=40.0))
    most = most_by_hand(friction, by_design)
    asked = 8.0 if control == "heat_dt" else 40.0 * CP * 30.0 / 1e6
    given = most * CP * 30.0 / 1e6
    assert read(result, "consumer_heat_mw", "station") == pytest.approx(given, rel=FLOW_REL)
    assert read(result, "consumer_shortfall_mw", "station") == pytest.approx(asked - given, rel=1e-6)
    assert read(result, "consumer_t_return_degc", "station") == pytest.approx(SUPPLY - 30.0, abs=1e-9)


def test_only_the_far_station_falls_short(build, hour, read, friction):
    """The near valve closes until its flow is right: H - 2 R_1(m_1 + m_2) - 2 R_2(m_2) = dp_min (m_2/m_0)², m_1 = Q_1/(cp dT)."""
    pipes = [{"ends": ("works", "near", 500.0, 207.0)}, {"ends": ("near", "far", 1500.0, 125.0)}]
    stations = [
        {"id": f"at_{node}", "node": node, "design_heat_mw": 4.0, "min_dp_bar": 0.8} for node in ("near", "far")
    ]
    result = hour(build(pipes, stations, head_bar=2.5))
    full = flow_of(4.0)

    def left(far):
        return 2.5 - 2 * friction(full + far, 500.0, 207.0) - 2 * friction(far, 1500.0, 125.0) - 0.8 * (far / full) ** 2

    far = brentq(left, 1e-3, full, xtol=1e-13)
    assert far < 0.8 * full
    assert read(result, "consumer_mdot_kg_per_s", "at_near") == pytest.approx(full, rel=1e-8)
    assert read(result, "consumer_mdot_kg_per_s", "at_far") == pytest.approx(far, rel=1e-6)
    np.testing.assert_allclose(result["consumer_shortfall_mw"], [0.0, 4.0 * (1 - far / full)], rtol=1e-5, atol=1e-9)


def test_shortfall_in_water_that_cools_is_asked_less_flow_times_enthalpy(weak, hour, read):
    """Q_short = Q - m (h(T) - h(T_r)) with IF97 enthalpies, and the energy balance closes."""
    network = weak()
    network = network.with_tables(pipes=network.pipes.assign(u_w_per_mk=0.8))
    network = type(network)(**{**vars(network), "fluid": type(network.fluid)()})
    result = hour(network)
    arriving = read(result, "consumer_t_supply_degc", "station")
    drop = float(water.enthalpy_j_per_kg(arriving) - water.enthalpy_j_per_kg(RETURN))
    given = read(result, "consumer_mdot_kg_per_s", "station") * drop / 1e6
    assert read(result, "consumer_shortfall_mw", "station") == pytest.approx(8.0 - given, rel=1e-5)
    assert read(result, "energy_residual_mw") == pytest.approx(0.0, abs=1e-8)


@pytest.mark.parametrize("head_bar", [0.2, 0.6, 1.0, 1.4, 2.5])
def test_every_station_has_its_flow_or_an_open_valve(build, hours, head_bar):
    """Either m = wanted and dp >= dp_min (m/m_0)², or m < wanted and dp = dp_min (m/m_0)²: at every head and load."""
    rng = np.random.default_rng(5)
    nodes = ["works", *"abcdefg"]
    pipes = [
        {"ends": (nodes[rng.integers(max(0, i - 2), i)], nodes[i], float(rng.uniform(200, 900)), 125.0)}
        for i in range(1, len(nodes))
    ]
    stations = [
        {"id": f"at_{node}", "node": node, "design_heat_mw": 1.5, "min_dp_bar": float(rng.uniform(0.3, 1.0))}
        for node in nodes[1:]
    ]
    shares = np.array([1.2, 1.0, 0.6, 0.3, 0.05])
    heat = {row["id"]: 1.5 * shares * rng.uniform(0.5, 1.0) for row in stations}
    network = build(pipes, stations, head_bar=head_bar, elevation_m=dict(zip("abc", (5.0, -8.0, 12.0), strict=True)))
    result = hours(network, rows=len(shares), consumer_heat_mw=heat)
    assert set(result["status"].values) <= {HourStatus.OK, HourStatus.UNDERSUPPLIED}
    flow, dp = result["consumer_mdot_kg_per_s"].values, result["consumer_dp_bar"].values
    wanted = flow_of(1.0) * np.column_stack(list(heat.values()))
    needed = network.consumers["min_dp_bar"].to_numpy() * (flow / flow_of(1.5)) ** 2
    is_short = flow < wanted * (1 - 1e-6)
    np.testing.assert_allclose(flow[~is_short], wanted[~is_short], rtol=1e-7)
    assert (dp[~is_short] >= needed[~is_short] - 1e-6).all()
    np.testing.assert_allclose(dp[is_short], needed[is_short], rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(is_short.any(axis=1), result["status"].values == HourStatus.UNDERSUPPLIED)
    if head_bar < 1.0:
        assert is_short[0].any()
    assert not is_short[-1].any()


def test_a_short_hour_leaves_nothing_behind(weak, hours):
    """The same loads are the same states, whatever hours came before."""
    loads = [8.0, 1.0, 8.0, 3.0, 5.0, 1.0, 3.0, 5.0, 8.0, 1.0]
    result = hours(weak(), rows=len(loads), consumer_heat_mw={"station": loads})
    for quantity in ("consumer_mdot_kg_per_s", "consumer_shortfall_mw", "consumer_dp_bar"):
        by_load = {}
        for load, value in zip(loads, result[quantity].values[:, 0], strict=True):
            assert value == pytest.approx(by_load.setdefault(load, value), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("t_supply_degc", [50.0, 49.9, 30.0])
def test_a_supply_colder_than_the_return_gives_nothing(weak, hours, t_supply_degc):
    """No heat can flow at T_supply <= T_return: the station stays shut, its whole heat is missing, in that hour alone."""
    result = hours(
        weak(head_bar=None),
        rows=3,
        consumer_heat_mw={"station": [2.0, 2.0, 2.0]},
        plant_t_supply_degc={"plant": [110.0, t_supply_degc, 110.0]},
    )
    assert result["status"].values.tolist() == ["ok", HourStatus.UNDERSUPPLIED.value, "ok"]
    np.testing.assert_allclose(result["consumer_heat_mw"].values[:, 0], [2.0, 0.0, 2.0], rtol=1e-8)
    np.testing.assert_allclose(result["consumer_shortfall_mw"].values[:, 0], [0.0, 2.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(result["node_t_supply_degc"].values[1], GROUND)


def test_a_supply_barely_warm_enough_gives_its_heat_by_flow(weak, hour, read):
    """T - T_r = 0.1 K: m = Q/(cp 0.1 K), 600 times the design flow, if the head follows."""
    result = hour(weak(head_bar=None), consumer_heat_mw={"station": 0.5}, plant_t_supply_degc={"plant": 50.1})
    assert read(result, "consumer_mdot_kg_per_s", "station") == pytest.approx(flow_of(0.5, 0.1), rel=1e-7)
    assert read(result, "consumer_dp_bar", "station") == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("control", ["heat_return", "valve"])
@pytest.mark.parametrize("head_bar", [0.01, 0.1, 1.0])
def test_no_station_heats_the_water_that_reaches_it_cold(build, hour, read, control, head_bar):
    """T = T_g + (T_0 - T_g) exp(-U L/(m cp)) is below the return of 60 °C: the water passes as it is, heat 0, all is missing.

    5 km of bare DN150 at a head that drives less than 9 kg/s.
    """
    station = {"id": "station", "node": "a", "design_heat_mw": 3.0, "t_return_degc": 60.0, "min_dp_bar": 1.0}
    station |= {"control": control, "kv_m3_per_h": 60.0}
    network = build([{"ends": ("works", "a", 5000.0, 150.0), "u_w_per_mk": 5.0}], [station], head_bar=head_bar)
    result = hour(network)
    m = read(result, "consumer_mdot_kg_per_s", "station")
    assert m > 0
    arriving = GROUND + (SUPPLY - GROUND) * np.exp(-5.0 * 5000.0 / (m * CP))
    assert arriving < 60.0
    assert read(result, "consumer_t_supply_degc", "station") == pytest.approx(arriving, abs=1e-5)
    assert read(result, "consumer_t_return_degc", "station") == pytest.approx(arriving, abs=1e-5)
    assert read(result, "consumer_heat_mw", "station") == 0.0
    assert read(result, "consumer_shortfall_mw", "station") == 3.0
    assert result["status"].item() == HourStatus.UNDERSUPPLIED
    assert read(result, "plant_heat_mw", "plant") == pytest.approx(read(result, "heat_loss_mw"), rel=1e-8)


@pytest.mark.parametrize("line", ["pair", "supply", "return"])
def test_behind_a_closed_pipe_there_is_nothing_to_take(hour, read, line):
    """Water flows in circuits: one line closed is as good as both.

    Everyone else has their heat; what is cut off is at ground temperature.
    """
    network = tree()
    pipes = network.pipes.copy()
    if line == "pair":
        pipes.loc["pipe_east_end", "closed"] = True
    else:
        second = pipes.loc[["pipe_east_end"]].set_axis(["other_line"])
        pipes.loc["pipe_east_end", ["line", "closed"]] = [line, True]
        second["line"] = "return" if line == "supply" else "supply"
        pipes = pd.concat([pipes, second])
    result = hour(network.with_tables(pipes=pipes))
    assert result["status"].item() == HourStatus.UNDERSUPPLIED
    asked = network.consumers["design_heat_mw"]
    for consumer in network.consumers.index:
        given = 0.0 if consumer == "consumer_end" else asked[consumer]
        assert read(result, "consumer_heat_mw", consumer) == pytest.approx(given, rel=1e-8)
        assert read(result, "consumer_shortfall_mw", consumer) == pytest.approx(asked[consumer] - given, abs=1e-9)
    assert read(result, "pipe_mdot_kg_per_s", "pipe_east_end") == 0.0
    assert read(result, "consumer_t_supply_degc", "consumer_end") == GROUND
    assert read(result, "mass_residual_kg_per_s") <= 1e-9


def test_without_head_nothing_flows(weak, hour, read):
    """H = 0 and no height: no pressure difference anywhere, the whole heat is missing, and still the hour is solved."""
    result = hour(weak(head_bar=0.0))
    assert result["status"].item() == HourStatus.UNDERSUPPLIED
    assert read(result, "consumer_mdot_kg_per_s", "station") == pytest.approx(0.0, abs=1e-6)
    assert read(result, "consumer_shortfall_mw", "station") == pytest.approx(8.0, abs=1e-6)
