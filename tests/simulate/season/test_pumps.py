"""Pumps: working points of curves, affinity laws, power, fixed heads, and the head that follows the worst consumer."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from heatnet.model.examples import CONSTANT_WATER
from heatnet.physics import water
from heatnet.simulate import HourStatus

RHO, CP = CONSTANT_WATER["density_kg_per_m3"], CONSTANT_WATER["heat_capacity_j_per_kgk"]
SUPPLY, RETURN = 110.0, 50.0
#: efficiency of pump and motor together, as documented for `simulate`
EFFICIENCY = 0.75
#: circuits end when their flows move by less than this share of all flow (theory_season.md, step 6)
FLOW_REL = 3e-7
#: flows end within a 1e-7 share, and pressures with twice that share of the losses, which are some bars
HEAD_ABS_BAR = 5e-6
#: H = a - b V², bar and m³/h
A_BAR, B_BAR = 3.0, 1.25e-4


def parabola(knots) -> str:
    return " ".join(f"{v:.17g}:{A_BAR - B_BAR * v * v:.17g}" for v in knots)


@pytest.fixture
def boosted(build):
    """A pump lifts the supply from the plant to a station by valve; the pipe between is a cistern without friction."""

    def make(*pumps, kv_m3_per_h=50.0, head_bar=0.0, **options):
        rows = [
            {"id": f"pump_{i}", "from_node": "a", "to_node": "b", "line": "supply", **row}
            for i, row in enumerate(pumps)
        ]
        station = {"id": "station", "node": "b", "return_node": "a", "control": "valve", "kv_m3_per_h": kv_m3_per_h}
        return build([{"ends": ("works", "a", 0.1, 2000.0)}], [station], head_bar=head_bar, pumps=rows, **options)

    return make


def in_m3_per_h(mdot):
    return 3600 * mdot / RHO


@pytest.mark.parametrize("kv_m3_per_h", [10.0, 50.0, 150.0])
def test_working_point_where_the_curve_meets_the_resistance(boosted, hour, read, kv_m3_per_h):
    """a - b V² = c V² with c = rho/(1000 Kv²): V = sqrt(a/(b + c)); a knot of the curve stands there."""
    c = RHO / 1000 / kv_m3_per_h**2
    expected = math.sqrt(A_BAR / (B_BAR + c))
    result = hour(boosted({"curve": parabola([0.0, expected / 2, expected, 1.05 * expected])}, kv_m3_per_h=kv_m3_per_h))
    assert in_m3_per_h(read(result, "pump_mdot_kg_per_s", "pump_0")) == pytest.approx(expected, rel=FLOW_REL)
    head = A_BAR - B_BAR * expected**2
    assert read(result, "pump_head_bar", "pump_0") == pytest.approx(head, rel=1e-6)
    assert read(result, "consumer_dp_bar", "station") == pytest.approx(head, rel=1e-6)


KNOTS = np.linspace(0.0, 150.0, 16)


def chord(v):
    """H of the straight lines between knots of H = a - b V²."""
    return float(np.interp(v, KNOTS, A_BAR - B_BAR * KNOTS**2))


@pytest.mark.parametrize("kv_m3_per_h", [10.0, 37.0, 50.0, 90.0])
def test_between_knots_the_curve_is_a_line(boosted, hour, read, kv_m3_per_h):
    """chord(V) = c V² by bracketing; the chord lies below the parabola by at most b (dV/2)² = 3 mbar."""
    result = hour(boosted({"curve": parabola(KNOTS)}, kv_m3_per_h=kv_m3_per_h))
    c = RHO / 1000 / kv_m3_per_h**2
    expected = brentq(lambda v: chord(v) - c * v * v, 0.0, 150.0, xtol=1e-12)
    assert in_m3_per_h(read(result, "pump_mdot_kg_per_s", "pump_0")) == pytest.approx(expected, rel=FLOW_REL)
    gap = A_BAR - B_BAR * expected**2 - read(result, "pump_head_bar", "pump_0")
    assert 0 <= gap <= B_BAR * 5.0**2 + 1e-9


@pytest.mark.parametrize("speed", [0.3, 0.8, 1.0, 1.5])
def test_affinity_laws(boosted, hour, read, speed):
    """On a resistance H = c V² every speed has the same point of the curve: V = n V_1, H = n² H_1, P = n³ P_1."""
    full, turned = (hour(boosted({"curve": parabola(KNOTS), "speed_share": n})) for n in (1.0, speed))
    for quantity, power in (("pump_mdot_kg_per_s", 1), ("pump_head_bar", 2), ("pump_mw", 3)):
        scaled = read(full, quantity, "pump_0") * speed**power
        assert read(turned, quantity, "pump_0") == pytest.approx(scaled, rel=1e-6)


def test_a_pump_with_constant_head_has_the_square_of_its_speed(boosted, hour, read):
    """H = n² H_1 holds for `head_bar` too."""
    result = hour(boosted({"head_bar": 2.0, "speed_share": 0.5}))
    assert read(result, "pump_head_bar", "pump_0") == pytest.approx(0.5, abs=1e-9)
    assert in_m3_per_h(read(result, "pump_mdot_kg_per_s", "pump_0")) == pytest.approx(
        50.0 * math.sqrt(0.5 * 1000 / RHO), rel=FLOW_REL
    )


def test_a_pump_that_stands_lets_water_pass(boosted, hour, read):
    """n = 0: no head, no power; the plant's 1 bar drives V = Kv sqrt(1000/rho)."""
    result = hour(boosted({"curve": parabola(KNOTS), "speed_share": 0.0}, head_bar=1.0))
    assert read(result, "pump_head_bar", "pump_0") == pytest.approx(0.0, abs=1e-9)
    assert read(result, "pump_mw", "pump_0") == pytest.approx(0.0, abs=1e-12)
    expected = 50.0 * math.sqrt(1000 / RHO)
    assert in_m3_per_h(read(result, "pump_mdot_kg_per_s", "pump_0")) == pytest.approx(expected, rel=FLOW_REL)


def test_two_equal_pumps_side_by_side_share_the_flow(boosted, hour, read):
    """H(V/2) = c V²: each pump at half the flow."""
    pump = {"curve": parabola(KNOTS)}
    result = hour(boosted(pump, pump, kv_m3_per_h=90.0))
    c = RHO / 1000 / 90.0**2
    expected = brentq(lambda v: chord(v / 2) - c * v * v, 0.0, 300.0, xtol=1e-12)
    for name in ("pump_0", "pump_1"):
        assert in_m3_per_h(read(result, "pump_mdot_kg_per_s", name)) == pytest.approx(expected / 2, rel=FLOW_REL)
        assert read(result, "pump_head_bar", name) == pytest.approx(chord(expected / 2), rel=1e-6)


def test_unequal_pumps_side_by_side_have_one_head(boosted, hour, read):
    """H_1(V_1) = H_2(V_2) = c (V_1 + V_2)², the second at 0.95 of the speed: H_2 = n² H(V/n)."""
    result = hour(
        boosted({"curve": parabola(KNOTS)}, {"curve": parabola(KNOTS), "speed_share": 0.95}, kv_m3_per_h=90.0)
    )
    c = RHO / 1000 / 90.0**2

    def flow_at(head, speed):
        return brentq(lambda v: speed**2 * chord(v / speed) - head, 0.0, 150.0 * speed, xtol=1e-12)

    head = brentq(lambda h: c * (flow_at(h, 1.0) + flow_at(h, 0.95)) ** 2 - h, 0.5, 2.6, xtol=1e-12)
    for name, speed in (("pump_0", 1.0), ("pump_1", 0.95)):
        assert in_m3_per_h(read(result, "pump_mdot_kg_per_s", name)) == pytest.approx(flow_at(head, speed), rel=1e-6)
        assert read(result, "pump_head_bar", name) == pytest.approx(head, rel=1e-6)


def test_pumps_in_line_add_their_heads(build, hour, read):
    """H_1(V) + H_2(V) = c V²."""
    curve = {"curve": parabola(KNOTS), "line": "supply"}
    pumps = [
        {"id": "first", "from_node": "a", "to_node": "b", **curve},
        {"id": "second", "from_node": "b", "to_node": "d", "speed_share": 0.7, **curve},
    ]
    station = {"id": "station", "node": "d", "return_node": "a", "control": "valve", "kv_m3_per_h": 40.0}
    network = build([{"ends": ("works", "a", 0.1, 2000.0)}], [station], head_bar=0.0, pumps=pumps)
    c = RHO / 1000 / 40.0**2
    expected = brentq(lambda v: chord(v) + 0.49 * chord(v / 0.7) - c * v * v, 0.0, 105.0, xtol=1e-12)
    result = hour(network)
    assert in_m3_per_h(read(result, "consumer_mdot_kg_per_s", "station")) == pytest.approx(expected, rel=FLOW_REL)


def test_a_check_valve_keeps_a_weak_pump_from_being_driven_backwards(build, hour, read):
    """Two pumps side by side, a check valve behind each: at half speed the second cannot reach the first one's head.

    Shut-off 0.25 a = 0.75 bar is less than what the first alone gives, H(V) = c V² with V by bracketing.
    """
    rows = [("first", "one", 1.0), ("second", "two", 0.5)]
    pumps = [
        {"id": p, "from_node": "a", "to_node": n, "line": "supply", "curve": parabola(KNOTS), "speed_share": speed}
        for p, n, speed in rows
    ]
    valves = [
        {"id": f"behind_{p}", "from_node": n, "to_node": "b", "line": "supply", "kind": "check"} for p, n, _s in rows
    ]
    station = {"id": "station", "node": "b", "return_node": "a", "control": "valve", "kv_m3_per_h": 50.0}
    network = build([{"ends": ("works", "a", 0.1, 2000.0)}], [station], head_bar=0.0, pumps=pumps, valves=valves)
    result = hour(network)
    c = RHO / 1000 / 50.0**2
    expected = brentq(lambda v: chord(v) - c * v * v, 0.0, 150.0, xtol=1e-12)
    assert chord(expected) > 0.75
    assert in_m3_per_h(read(result, "pump_mdot_kg_per_s", "first")) == pytest.approx(expected, rel=FLOW_REL)
    assert read(result, "pump_mdot_kg_per_s", "second") == pytest.approx(0.0, abs=1e-8)
    assert read(result, "pump_mw", "second") == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("fluid", ["if97", CONSTANT_WATER], ids=["if97", "constant"])
def test_pump_power_is_volume_flow_times_head(build, hour, read, fluid):
    """P = m H/(rho eta), eta = 0.75: the plant's pump at the density of its return, a line pump at that of its water."""
    pumps = [{"id": "booster", "from_node": "a", "to_node": "b", "line": "supply", "head_bar": 1.5}]
    station = {"id": "station", "node": "b", "return_node": "a", "design_heat_mw": 8.0}
    network = build(
        [{"ends": ("works", "a", 900.0, 207.0), "u_w_per_mk": 0.6}], [station], head_bar=4.0, fluid=fluid, pumps=pumps
    )
    result = hour(network)

    def density(t_degc):
        return RHO if fluid is CONSTANT_WATER else float(water.density_kg_per_m3(t_degc))

    # the polynomial of density is within 1e-6
    m = read(result, "plant_mdot_kg_per_s", "plant")
    back = density(read(result, "plant_t_return_degc", "plant"))
    assert read(result, "plant_pump_mw", "plant") == pytest.approx(m * 4e5 / (back * EFFICIENCY) / 1e6, rel=2e-6)
    supply = density(read(result, "node_t_supply_degc", "a"))
    assert read(result, "pump_mw", "booster") == pytest.approx(m * 1.5e5 / (supply * EFFICIENCY) / 1e6, rel=2e-6)


def test_a_fixed_head_stands_at_the_plant(build, hour, read, friction):
    """p_supply - p_return = H at the plant, H - 2 R(m) at the station, whatever the station needs."""
    network = build(
        [{"ends": ("works", "a", 900.0, 207.0)}], [{"id": "c", "node": "a", "design_heat_mw": 8.0}], head_bar=6.0
    )
    for heat_mw in (8.0, 2.0, 0.1):
        result = hour(network, consumer_heat_mw={"c": heat_mw})
        m = heat_mw * 1e6 / (CP * (SUPPLY - RETURN))
        assert read(result, "node_p_return_bar", "works") == pytest.approx(4.0, abs=1e-12)
        assert read(result, "node_p_supply_bar", "works") == pytest.approx(10.0, abs=1e-12)
        assert read(result, "consumer_dp_bar", "c") == pytest.approx(6.0 - 2 * friction(m, 900.0, 207.0), abs=1e-8)


@pytest.fixture
def branched(build):
    """Three stations at different distance and height, with losses and water; all by heat, or some by valve."""

    def make(min_dp_bar, valves=()):
        pipes = [
            {"ends": ("works", "a", 300.0, 207.0), "u_w_per_mk": 0.4},
            {"ends": ("a", "b", 900.0, 150.0), "u_w_per_mk": 0.4},
            {"ends": ("a", "d", 1200.0, 150.0), "u_w_per_mk": 0.4},
        ]
        stations = [
            {"id": f"at_{node}", "node": node, "design_heat_mw": 3.0, "min_dp_bar": least, "kv_m3_per_h": 45.0}
            | ({"control": "valve"} if node in valves else {})
            for node, least in zip("abd", min_dp_bar, strict=True)
        ]
        return build(pipes, stations, elevation_m={"a": 10.0, "b": -5.0, "d": 3.0}, fluid="if97")

    return make


@pytest.mark.parametrize("valves", ["", "d", "ab", "abd"], ids=lambda v: f"valves_{v or 'none'}")
@pytest.mark.parametrize(
    ("min_dp_bar", "worst"), [((3.0, 0.5, 0.5), "a"), ((0.5, 2.0, 0.5), "b"), ((1.0, 1.0, 1.0), "d")]
)
def test_the_head_leaves_just_the_worst_consumer_its_need(branched, hours, min_dp_bar, worst, valves):
    """Most unfavourable circuit (最不利环路): min(dp - dp_min) = 0, at one consumer alone, at every load.

    At full load the far ones or those that need more are the worst; at others the flows of those by valve decide.
    """
    network = branched(min_dp_bar, valves)
    heat = {f"at_{node}": [3.0, 2.0, 1.0] for node in "abd"}
    result = hours(network, rows=3, consumer_heat_mw=heat)
    assert all(status.startswith("ok") for status in result["status"].values)
    margin = result["consumer_dp_bar"].values - np.array(min_dp_bar)
    np.testing.assert_allclose(margin.min(axis=1), 0.0, atol=HEAD_ABS_BAR)
    assert (np.sum(margin < 1e-3, axis=1) == 1).all()
    assert result["consumer"].values[margin[0].argmin()] == f"at_{worst}"


def test_a_consumer_that_is_shut_is_not_the_worst(branched, hour):
    """The head falls to what the remaining ones need."""
    result = hour(branched((1.0, 1.0, 1.0)), consumer_heat_mw={"at_d": 0.0})
    assert result["status"].item() == HourStatus.STAGNANT
    margin = result["consumer_dp_bar"].to_series()[["at_a", "at_b"]] - 1.0
    assert margin.min() == pytest.approx(0.0, abs=HEAD_ABS_BAR)
    assert margin.idxmin() == "at_b"


def test_a_booster_that_is_more_than_enough_leaves_the_plant_without_head(boosted, hour, read):
    """A line pump alone gives the station 1.44 bar of its 1 bar: the plant's pump needs no head, and there is a state.

    A station by heat has one (the plant throttles, its head is negative); one by valve has none.
    """
    network = boosted({"curve": parabola(KNOTS)}, head_bar=None, kv_m3_per_h=80.0)
    result = hour(network)
    assert result["status"].item() == HourStatus.OK
    assert read(result, "consumer_dp_bar", "station") >= 1.0 - HEAD_ABS_BAR
