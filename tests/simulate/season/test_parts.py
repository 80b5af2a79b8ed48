"""Several connected parts with a pressure-holding plant each; water that runs in a circle without a source."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from heatnet.model.boundary import Boundary
from heatnet.model.examples import CONSTANT_WATER, EXAMPLES, boundary_at_loads, preheat_loop, tree, two_source_loop
from heatnet.physics import water
from heatnet.simulate import HourStatus, is_solved, simulate
from heatnet.simulate.quantities import QUANTITIES

RHO, CP = CONSTANT_WATER["density_kg_per_m3"], CONSTANT_WATER["heat_capacity_j_per_kgk"]
GROUND = 8.0
#: rows of one network and of several together take other rounds to the same tolerances (theory_season.md, step 6)
SAME_REL, SAME_ABS = 1e-6, 1e-5
TABLES = ("nodes", "pipes", "consumers", "plants", "pumps", "valves")
LOADS = (1.2, 1.0, 0.5, 0.2, 0.05, 0.01, 0.0)


def renamed(network, mark):
    """Every id and reference with a mark at its end."""
    tables = {}
    for name in TABLES:
        frame = getattr(network, name).copy()
        frame.index = frame.index + mark
        for column in ("from_node", "to_node", "node", "return_node"):
            if column in frame.columns:
                frame[column] = [value + mark if isinstance(value, str) else value for value in frame[column]]
        tables[name] = frame
    point = network.pressure_point
    moved = type(point)(point.node + mark, point.line, point.p_bar)
    return type(network)(**{**vars(network.with_tables(**tables)), "pressure_point": moved})


def joined(*networks):
    """One network of all tables; its constant-pressure point is the first one's."""
    with_rows = {name: [getattr(n, name) for n in networks if len(getattr(n, name))] for name in TABLES}
    return networks[0].with_tables(**{name: pd.concat(frames) for name, frames in with_rows.items() if frames})


def boundaries_joined(boundaries):
    names = {name for boundary in boundaries for name in boundary.values}
    return Boundary(
        boundaries[0].time, {name: pd.concat([b.values[name] for b in boundaries], axis=1) for name in sorted(names)}
    )


def assert_same_state(part, alone):
    """Every quantity of the elements of one part; sums over the network are left to the caller."""
    for name, quantity in QUANTITIES.items():
        if quantity.dimension:
            own = part[name].sel({quantity.dimension: alone[quantity.dimension].values})
            np.testing.assert_allclose(own, alone[name], rtol=SAME_REL, atol=SAME_ABS, err_msg=name)


@pytest.fixture(scope="module")
def three_parts():
    """A tree, a ring with two plants and one with a pre-heater: alone, and as three parts of one network."""
    networks = [renamed(make(), mark) for make, mark in ((tree, "_1"), (two_source_loop, "_2"), (preheat_loop, "_3"))]
    boundaries = [boundary_at_loads(network, LOADS[:6]) for network in networks]
    alone = [simulate(n, b, engine="season") for n, b in zip(networks, boundaries, strict=True)]
    return alone, simulate(joined(*networks), boundaries_joined(boundaries), engine="season")


def test_parts_are_solved_as_if_alone(three_parts):
    """Row for row: each part has its own pressure point at its plant's suction, 4 bar as in its own network."""
    alone, together = three_parts
    assert set(together["status"].values) == {"ok"}
    for part in alone:
        assert_same_state(together, part)


def test_sums_over_the_network_are_sums_over_its_parts(three_parts):
    alone, together = three_parts
    for name in ("heat_loss_mw", "stored_heat_mwh"):
        np.testing.assert_allclose(together[name], sum(part[name] for part in alone), rtol=1e-7)
    assert (np.abs(together["energy_residual_mw"]) <= 1e-8 * together["plant_heat_mw"].sum("plant")).all()


def test_a_part_at_rest_beside_one_that_runs():
    """One part without load: it is stagnant at ground temperature, the other as if alone."""
    first, second = renamed(tree(), "_1"), renamed(two_source_loop(), "_2")
    time = pd.Index([0.0])
    heat = pd.DataFrame(0.0, time, second.consumers.index)
    off = Boundary(time, {"consumer_heat_mw": heat, "plant_heat_mw": pd.DataFrame({"helper_2": [0.0]}, time)})
    together = simulate(joined(first, second), off, engine="season")
    assert together["status"].values.tolist() == [HourStatus.STAGNANT.value]
    assert_same_state(together, simulate(first, Boundary(time), engine="season"))
    assert_same_state(together, simulate(second, off, engine="season"))
    assert (together["node_t_supply_degc"].sel(node=list(second.nodes.index)) == GROUND).all()


def test_a_part_without_enough_head_falls_short_alone():
    """A fixed head too small for one part: its consumers are short by as much as alone, the other part has all its heat."""
    first, second = renamed(tree(), "_1"), renamed(tree(), "_2")
    second = second.with_tables(plants=second.plants.assign(head_bar=1.0))
    time = pd.Index([0.0])
    together = simulate(joined(first, second), Boundary(time), engine="season")
    assert together["status"].item() == HourStatus.UNDERSUPPLIED
    for part in (first, second):
        assert_same_state(together, simulate(part, Boundary(time), engine="season"))
    assert (together["consumer_shortfall_mw"].sel(consumer=list(second.consumers.index)) > 0).any()


def test_a_cold_part_gets_nothing_and_spoils_nothing():
    """45 °C of supply for a return of 50 °C: alone that part is undersupplied at rest; beside a warm one it is, too."""
    first, second = renamed(tree(), "_1"), renamed(tree(), "_2")
    second = second.with_tables(plants=second.plants.assign(t_supply_degc=45.0))
    time = pd.Index([0.0])
    together = simulate(joined(first, second), Boundary(time), engine="season")
    assert together["status"].item() == HourStatus.UNDERSUPPLIED
    for part in (first, second):
        assert_same_state(together, simulate(part, Boundary(time), engine="season"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
@pytest.mark.parametrize("before", [0, 8], ids=["alone", "after_running_hours"])
def test_hours_that_all_rest_are_at_ground_temperature(example, before):
    """No pass of temperatures is made where nothing moves: neither a first guess nor an earlier hour may show."""
    network = example()
    result = simulate(network, boundary_at_loads(network, (1.0,) * before + (0.0,) * 8), engine="season")
    result = result.isel(time=slice(before, None))
    assert set(result["status"].values) == {HourStatus.STAGNANT}
    for name in ("node_t_supply_degc", "node_t_return_degc", "consumer_t_supply_degc", "plant_t_return_degc"):
        assert (result[name] == GROUND).all(), name


@pytest.fixture
def circle(build):
    """A ring of two supply pipes and a pump that hangs on b by a pipe and on a by a check valve from a.

    The pump lifts r1 above a, so that the check valve is shut and nothing enters; it drives water r1 → s → r2 → r1. The
    stations take 4 MW past the ring. The pipes of the ring lose `u_w_per_mk`.
    """

    def make(u_w_per_mk=20.0, heater_mw=0.0, curve="0:0.3 20:0.1", kind="check", length_m=2000.0, fluid="if97"):
        lossy = {"line": "supply", "u_w_per_mk": u_w_per_mk}
        pipes = [
            {"ends": ("works", "a", 500.0, 207.0), "u_w_per_mk": 0.4},
            {"ends": ("a", "b", 400.0, 207.0), "u_w_per_mk": 0.4},
            {"ends": ("r1", "s", length_m, 207.0), "heat_mw": heater_mw, **lossy},
            {"ends": ("s", "r2", length_m, 207.0), **lossy},
            {"ends": ("r2", "b", 50.0, 207.0), "line": "supply", "u_w_per_mk": 0.4},
        ]
        stations = [
            {"id": "at_a", "node": "a", "design_heat_mw": 1.0},
            {"id": "at_b", "node": "b", "design_heat_mw": 3.0},
        ]
        pumps = [{"id": "pump", "from_node": "r2", "to_node": "r1", "line": "supply", "curve": curve}]
        valve = {"id": "valve", "from_node": "a", "to_node": "r1", "line": "supply", "kind": kind, "kv_m3_per_h": 100.0}
        return build(pipes, stations, fluid=fluid, pumps=pumps, valves=[valve])

    return make


def test_a_circle_that_nothing_enters_is_named_and_cold(circle, hour, read, friction):
    """Water from nowhere else cools to the ground: T = T_g; its flow is where 0.3 - 0.01 V = 2 R(m) (bar, V in m³/h)."""
    result = hour(circle(fluid=CONSTANT_WATER))
    assert result["status"].item() == HourStatus.CIRCULATING
    assert is_solved(result["status"].item())
    for node in ("r1", "s", "r2"):
        assert read(result, "node_t_supply_degc", node) == pytest.approx(GROUND, abs=1e-4)
    expected = brentq(lambda m: 0.3 - 0.01 * 3600 * m / RHO - 2 * friction(m, 2000.0, 207.0), 0.1, 50, xtol=1e-12)
    assert read(result, "pump_mdot_kg_per_s", "pump") == pytest.approx(expected, rel=1e-6)
    assert read(result, "valve_mdot_kg_per_s", "valve") == pytest.approx(0.0, abs=1e-8)
    assert read(result, "consumer_heat_mw", "at_b") == pytest.approx(3.0, rel=1e-8)


@pytest.mark.parametrize("kind", ["check", "valve"])
def test_water_that_enters_a_circle_keeps_it_warm(circle, hour, read, kind):
    """A weak pump does not close the check valve, an open valve never shuts: the ring's water comes from the plant."""
    result = hour(circle(curve="0:0.02 20:0.0" if kind == "check" else "0:0.3 20:0.1", kind=kind, u_w_per_mk=1.0))
    assert result["status"].item() == HourStatus.OK
    assert abs(read(result, "valve_mdot_kg_per_s", "valve")) > 0.1
    assert read(result, "node_t_supply_degc", "r1") > GROUND + 20.0


def test_a_circle_with_a_heater_is_warm_and_not_called_cold(circle, hour, read):
    """Steady at heater = losses: m cp (T_s' - T_s) = Q with T_s = T_g + (T_1 - T_g) e and T_1 = T_g + (T_s' - T_g) e.

    Hence T_s' - T_g = Q/(m cp)/(1 - e²), e = exp(-U L/(m cp)), at the ring's own flow.
    """
    result = hour(circle(heater_mw=0.3, fluid=CONSTANT_WATER))
    assert result["status"].item() == HourStatus.OK
    m = read(result, "pump_mdot_kg_per_s", "pump")
    kept = math.exp(-20.0 * 2000.0 / (m * CP))
    assert read(result, "node_t_supply_degc", "s") == pytest.approx(GROUND + 0.3e6 / (m * CP) / (1 - kept**2), abs=1e-3)
    assert read(result, "energy_residual_mw") == pytest.approx(0.0, abs=1e-7)


def test_a_well_insulated_circle_is_cold_too(circle, hour, read):
    result = hour(circle(u_w_per_mk=0.4, length_m=600.0))
    assert result["status"].item() == HourStatus.CIRCULATING
    assert read(result, "node_t_supply_degc", "s") == pytest.approx(GROUND, abs=1e-4)


def test_a_circle_without_losses_has_the_temperature_that_its_status_promises(circle, hour, read):
    """Any temperature is steady there; the rule of the status is the ground's."""
    result = hour(circle(u_w_per_mk=0.0, length_m=600.0))
    assert result["status"].item() == HourStatus.CIRCULATING
    assert read(result, "node_t_supply_degc", "s") == pytest.approx(GROUND, abs=1e-4)


def test_a_ring_behind_two_shut_check_valves_is_solved_or_named(build, hour):
    """Either a state with numbers, or no number and a status that says so; never NaN under the name ok."""
    pipes = [
        {"ends": ("works", "a", 500.0, 207.0), "u_w_per_mk": 0.4},
        {"ends": ("a", "b", 400.0, 207.0), "u_w_per_mk": 0.4},
        {"ends": ("r1", "r2", 300.0, 207.0), "u_w_per_mk": 0.4, "line": "supply"},
    ]
    stations = [{"id": "at_a", "node": "a", "design_heat_mw": 1.0}, {"id": "at_b", "node": "b", "design_heat_mw": 3.0}]
    pumps = [{"id": "pump", "from_node": "r2", "to_node": "r1", "line": "supply", "head_bar": 0.2}]
    valves = [
        {"id": "in", "from_node": "a", "to_node": "r1", "line": "supply", "kind": "check", "kv_m3_per_h": 100.0},
        {"id": "out", "from_node": "r2", "to_node": "b", "line": "supply", "kind": "check", "kv_m3_per_h": 100.0},
    ]
    result = hour(build(pipes, stations, pumps=pumps, valves=valves))
    if is_solved(result["status"].item()):
        assert np.isfinite(result["pipe_mdot_kg_per_s"]).all()
        np.testing.assert_allclose(result["consumer_heat_mw"], [1.0, 3.0], rtol=1e-8)
    else:
        assert np.isnan(result["consumer_heat_mw"]).all()


@pytest.fixture
def siphon(build):
    """Two ways up to a height of 30 m, one of them badly insulated: the cold column pulls water round."""

    def make(u_first=0.2, u_second=5.0):
        pipes = [
            {"ends": ("works", "r1", 500.0, 207.0), "u_w_per_mk": 0.4},
            {"ends": ("r1", "r2", 400.0, 207.0), "u_w_per_mk": u_first},
            {"ends": ("r1", "r2", 400.0, 207.0), "id": "second", "u_w_per_mk": u_second},
            {"ends": ("r2", "a", 500.0, 207.0), "u_w_per_mk": 0.4},
        ]
        stations = [{"id": "at_a", "node": "a", "design_heat_mw": 3.0}]
        return build(pipes, stations, elevation_m={"r2": 30.0}, fluid="if97")

    return make


@pytest.mark.parametrize("heat_mw", [0.3, 0.1, 0.03])
def test_a_siphon_on_the_way_of_the_water_is_no_circle_of_its_own(siphon, hour, read, heat_mw):
    """The cold way down runs backwards, but what the station takes passes the ring and warms it: no `ok_circulating`.

    m_1 + m_2 = m, and both columns have one pressure difference: R(m_1) + rho_1 g h = R(m_2) + rho_2 g h.
    """
    result = hour(siphon(), consumer_heat_mw={"at_a": heat_mw})
    assert result["status"].item() == HourStatus.OK
    first, second = read(result, "pipe_mdot_kg_per_s", "r1--r2"), read(result, "pipe_mdot_kg_per_s", "second")
    assert second < 0
    assert first + second == pytest.approx(read(result, "consumer_mdot_kg_per_s", "at_a"), rel=1e-9)
    low, high = (read(result, "node_t_supply_degc", node) for node in ("r1", "r2"))

    def cooled(t_degc, m, u):
        cp = float(water.heat_capacity_j_per_kgk(t_degc))
        return GROUND + (t_degc - GROUND) * math.exp(-u * 400.0 / (abs(m) * cp))

    def column(inlet, m, u):
        # density at the mean of both ends' (as in pandapipes)
        return float(np.mean(water.density_kg_per_m3(np.array([inlet, cooled(inlet, m, u)])))) * 9.81 * 30.0 / 1e5

    rise = read(result, "pipe_dp_supply_bar", "r1--r2") + column(low, first, 0.2)
    fall = read(result, "pipe_dp_supply_bar", "second") + column(high, second, 5.0)
    assert rise == pytest.approx(fall, abs=2e-5)


def test_columns_of_one_temperature_do_not_circulate(siphon, hour, read):
    """Without losses between them nothing drives a circle, whatever the height: both ways carry half."""
    result = hour(siphon(u_first=0.0, u_second=0.0), consumer_heat_mw={"at_a": 0.3})
    flows = [read(result, "pipe_mdot_kg_per_s", pipe) for pipe in ("r1--r2", "second")]
    assert flows[0] == pytest.approx(flows[1], rel=1e-6)


def test_a_ring_at_a_dead_end_rests_whatever_is_in_it(build, hour, read):
    """Off a single junction no circuit with the plant leads: its pump and its heater stand still, by definition."""
    pipes = [
        {"ends": ("works", "a", 500.0, 207.0), "u_w_per_mk": 0.4},
        {"ends": ("a", "r1", 100.0, 150.0), "line": "supply"},
        {"ends": ("r1", "r2", 100.0, 150.0), "line": "supply", "heat_mw": 0.05},
    ]
    pumps = [{"id": "pump", "from_node": "r2", "to_node": "r1", "line": "supply", "head_bar": 0.5}]
    result = hour(build(pipes, [{"id": "at_a", "node": "a", "design_heat_mw": 3.0}], pumps=pumps))
    assert result["status"].item() == HourStatus.STAGNANT
    assert read(result, "pump_mdot_kg_per_s", "pump") == 0.0
    assert read(result, "node_t_supply_degc", "r2") == GROUND
    assert read(result, "energy_residual_mw") == pytest.approx(0.0, abs=1e-8)
