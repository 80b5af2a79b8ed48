"""Whose heat a consumer gets in any state: superposition of the sources' own temperature fields, balances by source."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from heatnet.simulate import tracing
from heatnet.simulate.streams import circuit_of, streams_of

MADE = runpy.run_path(str(Path(__file__).parent / "made_states.py"))
State, shares, all_shares, losses_mw, CP = (MADE[name] for name in ("State", "shares", "all_shares", "losses_mw", "CP"))
BALANCE_SHARE = 1e-6
FLOWS = st.floats(0.1, 8.0)


@st.composite
def states(draw, lossless: bool, equal_return: bool, cooling: bool = False) -> State:
    """A tree with up to two more pipes, drawn in any direction; up to three plants and two pre-heaters; by flow throughout."""
    count = draw(st.integers(2, 6))
    nodes = [f"n{i}" for i in range(count)]
    common = draw(st.floats(35.0, 60.0))
    consumers = [
        (f"c{i}", draw(st.sampled_from(nodes)), draw(FLOWS), common if equal_return else draw(st.floats(30.0, 65.0)))
        for i in range(draw(st.integers(1, 4)))
    ]
    total = sum(consumer[2] for consumer in consumers)
    parts = draw(st.lists(st.floats(0.1, 1.0), min_size=1, max_size=3))
    low = 15.0 if cooling else 70.0
    plants = [
        (
            f"plant{i}",
            draw(st.sampled_from(nodes)),
            total * part / sum(parts),
            draw(st.floats(low if i else 70.0, 120.0)),
            0.0,
        )
        for i, part in enumerate(parts)
    ]
    injected = {line: dict.fromkeys(nodes, 0.0) for line in "sr"}
    for _name, node, m, *_rest in plants:
        injected["s"][node] += m
        injected["r"][node] -= m
    for _name, node, m, _t in consumers:
        injected["s"][node] -= m
        injected["r"][node] += m
    pipes = []
    loss = st.just(0.0) if lossless else st.floats(0.0, 3000.0)
    for i in range(draw(st.integers(0, 2)) if count > 2 else 0):
        a, b = draw(st.permutations(nodes))[:2]
        flows = [draw(st.floats(-5.0, 5.0)) for _line in "sr"]
        for line, flow in zip("sr", flows, strict=True):
            injected[line][a] -= flow
            injected[line][b] += flow
        pipes.append((f"extra{i}", a, b, draw(loss), *flows))
    for i in range(count - 1, 0, -1):
        parent, turn = f"n{draw(st.integers(0, i - 1))}", draw(st.sampled_from([1.0, -1.0]))
        up = [injected[line][nodes[i]] for line in "sr"]
        for line, flow in zip("sr", up, strict=True):
            injected[line][parent] += flow
        ends = (nodes[i], parent) if turn > 0 else (parent, nodes[i])
        # what is only rounding stands still
        pipes.append((f"p{i}", *ends, draw(loss), *(turn * flow if abs(flow) > 1e-9 else 0.0 for flow in up)))
    state = State(nodes, pipes, consumers, plants)
    arriving = dict.fromkeys(nodes, 0.0)
    for _a, (line, node), m, *_rest in state.streams():
        arriving[node] += m if line == "r" else 0.0
    wet = [node for node in nodes if arriving[node] > 0]
    chosen = draw(st.lists(st.sampled_from(wet), max_size=2))
    preheaters = [(f"pre{i}", n, draw(st.floats(0.0, 5.0)) * CP * arriving[n] / 1e6) for i, n in enumerate(chosen)]
    try:
        state.solved()
    except np.linalg.LinAlgError:
        # water that circulates by itself without loss has any temperature
        reject()
    return replace(state, preheaters=preheaters)


def usable(state: State) -> bool:
    """Whether all sources give heat, and consumers take it."""
    dataset = state.dataset()
    return bool((dataset["plant_heat_mw"] >= 0).all() and (dataset["consumer_heat_mw"] > 0).all())


@settings(max_examples=40, deadline=None)
@given(states(lossless=False, equal_return=True))
def test_shares_are_those_of_the_sources_own_temperature_fields(state):
    """Superposition: with all but one source off, temperatures above those without any source are that source's part."""
    dataset = state.dataset()
    if not usable(state):
        return
    heat = dict(zip(dataset["plant"].values, dataset["plant_heat_mw"].values[0], strict=True))

    def field_of(on: set[str]) -> dict[tuple[str, str], float]:
        plants = [(n, node, m, None, heat[n] if n in on else 0.0) for n, node, m, _t, _q in state.plants]
        preheaters = [(n, node, q if n in on else 0.0) for n, node, q in state.preheaters]
        return replace(state, plants=plants, preheaters=preheaters).solved()

    without, everything = field_of(set()), field_of(set(heat))
    traced = state.traced()
    for name, node, _m, _t in state.consumers:
        lift = everything["s", node] - without["s", node]
        expected = {s: (field_of({s})["s", node] - without["s", node]) / lift for s in heat}
        assert shares(traced, name) == pytest.approx(expected, rel=1e-7, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(states(lossless=True, equal_return=False))
def test_without_losses_all_heat_of_each_source_is_delivered(state):
    if not usable(state):
        return
    heat = state.dataset()["plant_heat_mw"].values[0]
    traced = state.traced()
    np.testing.assert_allclose(traced["source_delivered_mw"], heat, rtol=1e-6, atol=1e-9 * heat.sum())


#: a consumer that gives heat, as the water comes colder than it leaves, beside a plant that cools: their warm water goes round
#: and no source has made it
WARMED_BY_A_CONSUMER = State(
    nodes=["n0", "n1"],
    pipes=[("p", "n1", "n0", 0.0, 0.5, -0.5)],
    consumers=[("c0", "n0", 3.0, 30.0), ("c1", "n1", 2.0, 33.0)],
    plants=[("plant0", "n0", 2.5, 70.0, 0.0), ("plant1", "n1", 2.5, 32.0, 0.0)],
)


@settings(max_examples=40, deadline=None)
@example(WARMED_BY_A_CONSUMER)
@given(states(lossless=False, equal_return=False, cooling=True))
def test_what_a_source_gives_is_found_again_at_those_who_take_it(state):
    """Stream by stream: what is taken from an excess has its mixture, what is taken below it that of who makes it up."""
    circuit = circuit_of(state.network())
    streams = streams_of(state.dataset(), state.network(), circuit)
    given_w = np.maximum(streams.source_w, 0.0)
    mix = given_w / given_w.sum()
    above = tracing._mixtures_above(streams, circuit, mix)
    below = tracing._mixtures_below(streams, circuit, mix, above)[0]
    found = np.zeros(len(circuit.sources))
    for i in np.flatnonzero(streams.mdot_kg_per_s[0]):
        before, given_here, after = (part[0, i] for part in (streams.before_w, streams.given_w, streams.after_w))
        own = np.where(circuit.stream_of_source == i, given_w[0], 0.0)
        excess = before + given_here
        mixture, lacked = mix[0], below[streams.lower[0, i]] if after < 0 else mix[0]
        if excess > 0:
            joining = own * (1.0 - min(given_here, max(-before, 0.0)) / given_here) if given_here else own
            mixture = (max(before, 0.0) * above[0, streams.upper[0, i]] + joining) / excess
        found += (max(excess, 0.0) - max(after, 0.0)) * mixture
        found += (max(-after, 0.0) - max(-excess, 0.0)) * lacked
    np.testing.assert_allclose(found, given_w[0], rtol=1e-7, atol=1e-9 * given_w.sum())


@settings(max_examples=40, deadline=None)
@given(states(lossless=False, equal_return=False, cooling=True))
def test_shares_and_balances_of_any_state(state):
    dataset, traced = state.dataset(), state.traced()
    share = all_shares(traced)
    taken = dataset["consumer_heat_mw"].isel(time=0)
    assert (share >= 0).all()
    assert (share <= 1 + 1e-12).all()
    np.testing.assert_allclose(share.sum("source").where(taken != 0, 1.0), 1.0, rtol=1e-9)
    heat = dataset["plant_heat_mw"].isel(time=0)
    both = traced["source_delivered_mw"] + traced["source_loss_mw"]
    np.testing.assert_allclose(both, heat, rtol=BALANCE_SHARE, atol=1e-12)
    np.testing.assert_allclose(traced["source_delivered_mw"], (share * taken).sum("consumer"), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(
        traced["source_loss_mw"].sum(), losses_mw(dataset).item(), rtol=1e-6, atol=1e-9 * abs(heat).sum().item()
    )
    cools = heat.values < 0
    np.testing.assert_array_equal(traced["source_delivered_mw"].values[cools], 0.0)


@settings(max_examples=20, deadline=None)
@given(states(lossless=False, equal_return=False), st.randoms(use_true_random=False))
def test_names_and_order_do_not_matter(state, random):
    def renamed(rows, *columns):
        return [tuple(f"x_{cell}" if i in columns else cell for i, cell in enumerate(row)) for row in rows]

    def shuffled(rows):
        return random.sample(rows, len(rows))

    other = State(
        shuffled([f"x_{node}" for node in state.nodes]),
        shuffled(renamed(state.pipes, 0, 1, 2)),
        shuffled(renamed(state.consumers, 0, 1)),
        [*renamed(state.plants[:1], 0, 1), *shuffled(renamed(state.plants[1:], 0, 1))],
        shuffled(renamed(state.preheaters, 0, 1)),
    )
    first, second = state.traced(), other.traced()
    for name, *_rest in state.consumers:
        mirrored = {source.removeprefix("x_"): share for source, share in shares(second, f"x_{name}").items()}
        assert mirrored == pytest.approx(shares(first, name), rel=1e-6, abs=1e-9)
