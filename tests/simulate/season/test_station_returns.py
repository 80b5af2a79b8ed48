"""Return temperatures from the exchanger model of stations, against effectiveness and transfer units solved here.

Secondary: radiators at constant flow, t_m = 18 + (t_m0 - 18) q^(1/1.3), t_s,r = t_m ± q dt_0/2 (贺平, 孙刚, *供热工程*).
Exchanger: Kays and London's counter-flow effectiveness with UA = UA_0 · 2/(g_1^-0.7 + g_2^-0.7), g the flows over design.
The engine solves a log-mean temperature difference by bisection, splines it and interpolates a table; here it is the other
form of the same law, bracketed: q = eps(NTU, C_r) C_min (T - t_r) with C_1 = q/(T - T_r) and C_2 = 1/dt_0 (design heat = 1).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from heatnet.model.examples import CONSTANT_WATER
from heatnet.physics import water
from heatnet.simulate import HourStatus

SUPPLY, RETURN = 110.0, 50.0
DESIGN_MW = 5.0
#: of the table's interpolation, from 2 % load on and below (`heatnet.physics.station_table`)
WITHIN_K, WITHIN_AT_LOW_LOAD_K = 0.05, 0.15
#: secondary design temperatures: radiators, floor heating, an exchanger with 3 K at its cold end
SECONDARIES = [(75.0, 45.0), (50.0, 40.0), (80.0, 47.0)]


def secondary(q, t_s0, t_r0):
    mean = 18.0 + ((t_s0 + t_r0) / 2 - 18.0) * q ** (1 / 1.3)
    return mean + q * (t_s0 - t_r0) / 2, mean - q * (t_s0 - t_r0) / 2


def transfer(q, t_degc, t_return, t_s0, t_r0):
    """Heat share that the exchanger moves when the primary flow is q dT_0/(T - T_r) of design."""
    c_1, c_2 = q / (t_degc - t_return), 1.0 / (t_s0 - t_r0)
    g_1 = c_1 * (SUPPLY - RETURN)
    hot, cold = SUPPLY - t_s0, RETURN - t_r0
    ua_design = 1.0 / (hot if math.isclose(hot, cold) else (hot - cold) / math.log(hot / cold))
    ua = ua_design * 2.0 / (g_1**-0.7 + 1.0)
    c_min, ratio = min(c_1, c_2), min(c_1, c_2) / max(c_1, c_2)
    ntu = ua / c_min
    if math.isclose(ratio, 1.0, rel_tol=1e-9):
        eps = ntu / (1 + ntu)
    else:
        fade = math.exp(-ntu * (1 - ratio))
        eps = (1 - fade) / (1 - ratio * fade)
    return eps * c_min * (t_degc - secondary(q, t_s0, t_r0)[1])


def most(t_degc, t_s0, t_r0):
    """Heat share at design flow: q dT_0 = eps_0 (T - t_r(q)), eps_0 = dT_0/(T_0 - t_r0)."""
    eps = (SUPPLY - RETURN) / (SUPPLY - t_r0)
    return brentq(lambda q: eps * (t_degc - secondary(q, t_s0, t_r0)[1]) - q * (SUPPLY - RETURN), 0.0, 3.0, xtol=1e-13)


def by_hand(q, t_degc, t_s0, t_r0):
    """(Heat share that is possible, primary return temperature)."""
    limit = most(t_degc, t_s0, t_r0)
    if q >= limit:
        return limit, t_degc - limit * (SUPPLY - RETURN)
    low = secondary(q, t_s0, t_r0)[1]
    if transfer(q, t_degc, low + 1e-9, t_s0, t_r0) >= q * (1 - 1e-12):
        # an exchanger this large for its flow: the water leaves at the secondary return
        return q, low
    # at the low end the flow is so small that the exchanger moves less than q, at design flow it moves more
    return q, brentq(
        lambda t: transfer(q, t_degc, t, t_s0, t_r0) - q, low + 1e-9, t_degc - q * (SUPPLY - RETURN), xtol=1e-12
    )


@pytest.fixture
def station(build):
    def make(t_s0=75.0, t_r0=45.0, u_w_per_mk=0.0, fluid="if97", head_bar=None, **consumer):
        row = {"id": "station", "node": "a", "design_heat_mw": DESIGN_MW} | consumer
        row |= {"t_secondary_supply_degc": t_s0, "t_secondary_return_degc": t_r0}
        pipe = {"ends": ("works", "a", 1500.0, 207.0), "u_w_per_mk": u_w_per_mk}
        return build([pipe], [row], fluid=fluid, head_bar=head_bar)

    return make


@pytest.mark.parametrize("secondary_design", SECONDARIES, ids=str)
def test_the_oracle_itself_has_the_design_point(secondary_design):
    """Full heat at 110 °C gives 50 °C back, by either law."""
    assert most(SUPPLY, *secondary_design) == pytest.approx(1.0, abs=1e-12)
    assert transfer(1.0, SUPPLY, RETURN, *secondary_design) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("secondary_design", SECONDARIES, ids=str)
def test_at_design_the_return_is_the_design_return(station, hours, secondary_design):
    """T_r = 50 °C and m = Q/(h(110) - h(50))."""
    result = hours(station(*secondary_design), station_returns=True, consumer_heat_mw={"station": DESIGN_MW}).isel(
        time=0
    )
    assert result["status"].item() in (HourStatus.OK, HourStatus.UNDERSUPPLIED)
    # the limit of the table is itself interpolated
    assert result["consumer_heat_mw"].item() == pytest.approx(DESIGN_MW, rel=1e-4)
    assert result["consumer_t_return_degc"].item() == pytest.approx(RETURN, abs=WITHIN_K)
    drop = float(water.enthalpy_j_per_kg(SUPPLY) - water.enthalpy_j_per_kg(RETURN))
    assert result["consumer_mdot_kg_per_s"].item() == pytest.approx(DESIGN_MW * 1e6 / drop, rel=1e-3)


@pytest.mark.parametrize("t_supply_degc", [130.0, 110.0, 95.0, 80.0, 60.0])
@pytest.mark.parametrize("secondary_design", SECONDARIES, ids=str)
def test_part_load_is_the_exchanger_at_every_supply_temperature(station, hours, secondary_design, t_supply_degc):
    """Heat is what is asked up to the design flow's limit; the return is the exchanger's; flow is heat over enthalpies."""
    shares = np.array([1.15, 1.0, 0.8, 0.55, 0.3, 0.12, 0.05, 0.021, 0.01, 0.003])
    result = hours(
        station(*secondary_design),
        rows=len(shares),
        station_returns=True,
        consumer_heat_mw={"station": DESIGN_MW * shares},
        plant_t_supply_degc={"plant": t_supply_degc},
    )
    assert set(result["status"].values) <= {HourStatus.OK, HourStatus.UNDERSUPPLIED}
    for row, share in enumerate(shares):
        state = result.isel(time=row)
        possible, expected = by_hand(share, t_supply_degc, *secondary_design)
        possible = min(possible, 1.2)
        within = WITHIN_K if possible > 0.02 else WITHIN_AT_LOW_LOAD_K
        assert state["consumer_t_return_degc"].item() == pytest.approx(expected, abs=within), share
        given = state["consumer_heat_mw"].item()
        assert given == pytest.approx(possible * DESIGN_MW, rel=1e-3), share
        assert state["consumer_shortfall_mw"].item() == pytest.approx(max(share * DESIGN_MW - given, 0.0), abs=1e-5)
        drop = float(water.enthalpy_j_per_kg(t_supply_degc))
        drop -= float(water.enthalpy_j_per_kg(state["consumer_t_return_degc"].item()))
        assert state["consumer_mdot_kg_per_s"].item() * drop == pytest.approx(given * 1e6, rel=1e-5), share


def test_the_arriving_temperature_counts_not_the_plant_s(station, hours):
    """In a pipe that loses heat the station works on what reaches it, at every load down to 1 %."""
    shares = np.array([0.9, 0.6, 0.3, 0.1, 0.03, 0.01])
    network = station(u_w_per_mk=1.0)
    result = hours(network, rows=len(shares), station_returns=True, consumer_heat_mw={"station": DESIGN_MW * shares})
    assert set(result["status"].values) == {"ok"}
    np.testing.assert_allclose(result["consumer_heat_mw"].values[:, 0], DESIGN_MW * shares, rtol=1e-7)
    arriving = result["consumer_t_supply_degc"].values[:, 0]
    assert (np.diff(arriving) < -0.5).all(), "the slower the water, the cooler it arrives"
    expected = [by_hand(q, t, 75.0, 45.0)[1] for q, t in zip(shares, arriving, strict=True)]
    np.testing.assert_allclose(result["consumer_t_return_degc"].values[:4, 0], expected[:4], atol=WITHIN_K)
    np.testing.assert_allclose(result["consumer_t_return_degc"].values[4:, 0], expected[4:], atol=WITHIN_AT_LOW_LOAD_K)
    assert (np.abs(result["energy_residual_mw"]) < 1e-7).all()


def test_only_stations_that_are_known_have_their_own_return(build, hours):
    """Without secondary temperatures, or with a given return, the given one stands; by valve the design one; each its own."""
    pipes = [{"ends": ("works", node, 300.0, 207.0)} for node in "abdef"]
    radiators, floor = ({"t_secondary_supply_degc": s, "t_secondary_return_degc": r} for s, r in ((75, 45), (50, 40)))
    rows = [
        {"id": "radiators", "node": "a", **radiators},
        {"id": "floor", "node": "b", **floor},
        {"id": "unknown", "node": "d"},
        {"id": "given", "node": "e", **radiators},
        {"id": "by_valve", "node": "f", "control": "valve", "kv_m3_per_h": 30.0, **radiators},
    ]
    network = build(pipes, [{"design_heat_mw": DESIGN_MW, **row} for row in rows], fluid="if97")
    values = {"consumer_heat_mw": {row["id"]: 2.0 for row in rows}, "consumer_t_return_degc": {"given": 41.0}}
    result = hours(network, station_returns=True, **values).isel(time=0)["consumer_t_return_degc"].to_series()
    assert result["radiators"] == pytest.approx(by_hand(0.4, SUPPLY, 75.0, 45.0)[1], abs=WITHIN_K)
    assert result["floor"] == pytest.approx(by_hand(0.4, SUPPLY, 50.0, 40.0)[1], abs=WITHIN_K)
    assert result[["unknown", "given", "by_valve"]].tolist() == [50.0, 41.0, 50.0]
    without = hours(network, **values).isel(time=0)["consumer_t_return_degc"].to_series()
    assert without[["radiators", "floor", "unknown", "given", "by_valve"]].tolist() == [50.0, 50.0, 50.0, 41.0, 50.0]


def test_no_load_rests(station, hours):
    result = hours(station(), rows=2, station_returns=True, consumer_heat_mw={"station": [0.0, 1.0]})
    assert result["status"].values.tolist() == [HourStatus.STAGNANT.value, "ok"]
    assert result["consumer_mdot_kg_per_s"].values[0, 0] == 0.0


def test_a_station_gets_no_heat_from_water_colder_than_its_rooms(station, hours):
    """Below 18 °C no radiator gives heat: the whole is missing."""
    result = hours(
        station(),
        station_returns=True,
        consumer_heat_mw={"station": 1.0},
        plant_t_supply_degc={"plant": 17.0},
    ).isel(time=0)
    assert result["status"].item() == HourStatus.UNDERSUPPLIED
    assert result["consumer_heat_mw"].item() == pytest.approx(0.0, abs=1e-9)
    assert result["consumer_shortfall_mw"].item() == pytest.approx(1.0, abs=1e-9)


def test_a_station_short_of_pressure_returns_at_the_heat_that_it_gets(station, hours):
    """At the flow m that its open valve lets through: q = m (h(T) - h(T_r(q)))/Q_0, whatever more is asked for."""
    asked = np.array([5.0, 4.5, 4.0])
    network = station(head_bar=0.7)
    result = hours(network, rows=len(asked), station_returns=True, consumer_heat_mw={"station": asked})
    assert set(result["status"].values) == {HourStatus.UNDERSUPPLIED}
    given = result["consumer_heat_mw"].values[:, 0]
    np.testing.assert_allclose(given, given[0], rtol=1e-3)
    expected = [by_hand(q, SUPPLY, 75.0, 45.0)[1] for q in given / DESIGN_MW]
    np.testing.assert_allclose(result["consumer_t_return_degc"].values[:, 0], expected, atol=WITHIN_K)


def test_constant_water_and_if97_have_one_table(station, hours):
    """The exchanger's law is one of temperatures: the return does not depend on the fluid."""
    shares = DESIGN_MW * np.array([0.9, 0.4, 0.1])
    returns = [
        hours(station(fluid=fluid), rows=3, station_returns=True, consumer_heat_mw={"station": shares})
        for fluid in ("if97", CONSTANT_WATER)
    ]
    np.testing.assert_allclose(*(result["consumer_t_return_degc"] for result in returns), atol=1e-6)
