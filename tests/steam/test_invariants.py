"""What must not change, and which way things must go, on networks drawn at random."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatnet.model.steam_examples import steam_hours, steam_network
from heatnet.steam import is_solved, solve_steam
from heatnet.steam.line import line_arrival, line_capacity_kg_per_s, pipe_line

#: what the iteration and the step control leave
NOISE = 1e-6

DIAMETERS = (158.3, 207.1, 259.0, 309.0, 412.0)


@st.composite
def drafts(draw):
    """Return rows of a tree with some chords, sound loads, and a second plant now and then."""
    count = draw(st.integers(2, 7))
    nodes = [f"n{i}" for i in range(count)]
    pipes = []
    for i in range(1, count):
        pipes.append((nodes[draw(st.integers(0, i - 1))], nodes[i]))
    for _chord in range(draw(st.integers(0, 2)) if count > 3 else 0):
        a, b = draw(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)))
        if a != b and (nodes[a], nodes[b]) not in pipes and (nodes[b], nodes[a]) not in pipes:
            pipes.append((nodes[a], nodes[b]))
    rows = [
        {
            "id": f"p{i}",
            "from_node": a,
            "to_node": b,
            "length_m": draw(st.floats(50.0, 1500.0)),
            "inner_diameter_mm": draw(st.sampled_from(DIAMETERS)),
            "u_w_per_mk": draw(st.floats(0.0, 0.8)),
            "zeta": draw(st.floats(0.0, 10.0)),
        }
        for i, (a, b) in enumerate(pipes)
    ]
    consumers = [{"id": f"c{i}", "node": nodes[i], "heat_mw": draw(st.floats(0.2, 3.0))} for i in range(1, count)]
    plants = [{"id": "main", "node": nodes[0], "t_supply_degc": draw(st.floats(200.0, 350.0))}]
    if draw(st.booleans()):
        plants.append(
            {"id": "second", "node": nodes[-1], "role": "heat", "t_supply_degc": 230.0,
             "heat_mw": draw(st.floats(0.0, 0.15))}
        )  # fmt: skip
    heights = [{"id": node, "elevation_m": draw(st.floats(-20.0, 20.0))} for node in nodes]
    return rows, consumers, plants, heights


def solved(draft):
    network = steam_network(*draft)
    return solve_steam(network, steam_hours(network, (1.0, 0.4))), network


@given(drafts())
def test_balances_close_and_statuses_tell_what_there_is(draft):
    states, _network = solved(draft)
    for row, status in enumerate(states["status"].values):
        here = states.isel(time=row)
        assert bool(np.isfinite(here["plant_mdot_kg_per_s"]).all()) == is_solved(str(status))
        assert status in ("ok", "ok_wet", "ok_stagnant", "choked")
        if is_solved(str(status)):
            assert float(here["mass_residual_kg_per_s"]) < 1e-7 * float(here["plant_mdot_kg_per_s"].sum())
            assert abs(float(here["energy_residual_mw"])) < 1e-7 * float(here["plant_heat_mw"].sum())


@given(drafts())
def test_names_order_and_direction_change_nothing(draft):
    rows, consumers, plants, heights = draft
    states, _network = solved(draft)
    turned = [{**row, "from_node": row["to_node"], "to_node": row["from_node"]} for row in reversed(rows)]
    other, _other_network = solved((turned, list(reversed(consumers)), plants, list(reversed(heights))))
    np.testing.assert_array_equal(states["status"], other["status"])
    for name in ("node_p_bar", "consumer_mdot_kg_per_s", "plant_mdot_kg_per_s", "pipe_condensate_kg_per_s"):
        same = other[name].reindex_like(states[name])
        np.testing.assert_allclose(states[name], same, rtol=NOISE, atol=NOISE)
    flow = other["pipe_mdot_end_kg_per_s"].reindex_like(states["pipe_mdot_kg_per_s"])
    np.testing.assert_allclose(states["pipe_mdot_kg_per_s"], -flow, rtol=NOISE, atol=10 * NOISE)


@given(drafts(), st.data())
def test_cutting_a_pipe_in_two_keeps_everything(draft, data):
    rows, consumers, plants, heights = draft
    states, network = solved(draft)
    cut = data.draw(st.integers(0, len(rows) - 1))
    share = data.draw(st.floats(0.1, 0.9))
    whole = rows[cut]
    height = network.nodes["elevation_m"]
    middle = height[whole["from_node"]] * (1 - share) + height[whole["to_node"]] * share
    halves = [
        {**whole, "id": "first", "to_node": "middle", "length_m": share * whole["length_m"], "zeta": share * whole["zeta"]},
        {**whole, "id": "second_half", "from_node": "middle", "length_m": (1 - share) * whole["length_m"],
         "zeta": (1 - share) * whole["zeta"]},
    ]  # fmt: skip
    # without a trap of its own the new node is not there for the steam; too short pipes are not pipes
    more = [*heights, {"id": "middle", "elevation_m": middle, "trap": False}]
    if min(half["length_m"] for half in halves) < 10.0:
        return
    other, _network = solved(([*rows[:cut], *halves, *rows[cut + 1 :]], consumers, plants, more))
    for row, status in enumerate(states["status"].values):
        if status not in ("ok", "ok_wet") or other["status"].values[row] not in ("ok", "ok_wet"):
            # a pipe that passes nothing on has no middle that could pass something on
            continue
        same = other["node_p_bar"][row].sel(node=states["node"])
        np.testing.assert_allclose(states["node_p_bar"][row], same, rtol=NOISE)
        np.testing.assert_allclose(states["plant_mdot_kg_per_s"][row], other["plant_mdot_kg_per_s"][row], rtol=1e-5)


@given(
    st.floats(100.0, 5000.0),
    st.sampled_from(DIAMETERS),
    st.floats(0.05, 0.9),
    st.floats(195.0, 380.0),
    st.floats(0.0, 2.0),
)
def test_more_insulation_never_loses_more_and_more_flow_never_arrives_with_more_pressure(length, diameter, share, t, u):
    def line(factor: float):
        return pipe_line(length, diameter, u_w_per_mk=u * factor, t_ambient_degc=10.0)

    most = line_capacity_kg_per_s(line(1.0), 13.0, t)
    mdot = share * most
    worse, better = (line_arrival(line(factor), mdot, 13.0, t) for factor in (1.0, 0.5))
    assert better.loss_mw <= worse.loss_mw + NOISE * abs(worse.loss_mw)
    assert better.mdot_kg_per_s >= worse.mdot_kg_per_s * (1 - NOISE)
    more = line_arrival(line(1.0), 0.5 * (mdot + most), 13.0, t)
    assert more.p_bar < worse.p_bar
    assert more.superheat_k >= 0.0
    assert worse.mdot_kg_per_s + worse.condensate_kg_per_s == pytest.approx(mdot, rel=1e-12)
