"""Whose heat a consumer gets: closed forms, superposition of the sources' own temperature fields, and balances by source.

Most cases are states made by hand: flows chosen, temperatures from one dense linear system. The rest comes from the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from heatnet.errors import InputError
from heatnet.model.boundary import Boundary
from heatnet.model.build import build_network
from heatnet.model.examples import (
    CONSTANT_WATER,
    EXAMPLES,
    boundary_at_loads,
    preheat_loop,
    tree,
    two_pipe,
    two_source_loop,
)
from heatnet.simulate import simulate, tracing
from heatnet.simulate.streams import circuit_of, streams_of
from heatnet.simulate.tracing import trace_sources

CP = CONSTANT_WATER["heat_capacity_j_per_kgk"]
GROUND_DEGC = 8.0
LOADS = (1.0, 0.5, 0.1, 0.03)
BALANCE_SHARE = 1e-6


@dataclass(frozen=True)
class State:
    """A state to be made: pipes with flows on both lines, consumers and plants by flow, plants by temperature or heat."""

    nodes: list[str]
    #: id, from, to, u · length W/K, flow on the supply line, flow on the return line
    pipes: list[tuple[str, str, str, float, float, float]]
    #: id, node, flow, return temperature
    consumers: list[tuple[str, str, float, float]]
    #: id, node, flow, supply temperature (None: by heat), heat in MW
    plants: list[tuple[str, str, float, float | None, float]]
    #: id, node, heat in MW
    preheaters: list[tuple[str, str, float]] = field(default_factory=list)
    #: heat of in-line heaters by pipe, MW
    heaters: dict[str, float] = field(default_factory=dict)

    def network(self):
        pipes = pd.DataFrame(self.pipes, columns=["id", "from_node", "to_node", "loss_w_per_k", "supply", "back"])
        plants = [
            {"id": name, "node": node, "kind": "source", "role": "flow" if i else "pressure", "mdot_kg_per_s": flow}
            for i, (name, node, flow, _t, _q) in enumerate(self.plants)
        ] + [
            {"id": name, "node": node, "kind": "source", "role": "heat", "connection": "return_preheat", "heat_mw": q}
            for name, node, q in self.preheaters
        ]
        return build_network(
            "made",
            {
                "design": {"t_supply_degc": 110.0, "t_return_degc": 50.0, "t_outdoor_degc": -7.0},
                "pressure_point": {"node": self.plants[0][1], "line": "return", "p_bar": 4.0},
                "t_ground_degc": GROUND_DEGC,
                "fluid": dict(CONSTANT_WATER),
            },
            {
                "nodes": pd.DataFrame({"id": self.nodes}),
                "pipes": pd.DataFrame(
                    {
                        "id": pipes["id"],
                        "from_node": pipes["from_node"],
                        "to_node": pipes["to_node"],
                        "length_m": 1000.0,
                        "inner_diameter_mm": 200.0,
                        "u_w_per_mk": pipes["loss_w_per_k"] / 1000.0,
                        "heat_mw": pipes["id"].map(self.heaters).fillna(0.0),
                    }
                ),
                "consumers": pd.DataFrame(
                    [{"id": name, "node": node, "design_heat_mw": 1.0} for name, node, _m, _t in self.consumers]
                ),
                "plants": pd.DataFrame(plants),
            },
        )

    def streams(self):
        """(from, to, flow, share of the excess over ground that is kept, heat W, temperature at which it arrives or None)."""
        for name, a, b, loss, *flows in self.pipes:
            for line, m in zip("sr", flows, strict=True):
                heat = 1e6 * self.heaters.get(name, 0.0) if line == "s" else 0.0
                if m:
                    here, there = (a, b) if m > 0 else (b, a)
                    kept = np.exp(-loss / (abs(m) * CP))
                    # the heater stands behind the pipe: against the flow its heat fades as well
                    given = heat if m > 0 else heat * kept
                    yield ("out" if line == "r" else "s", here), (line, there), abs(m), kept, given, None
        for _name, node, m, t in self.consumers:
            yield ("s", node), ("r", node), m, 0.0, 0.0, t
        for _name, node, m, t, q in self.plants:
            yield ("out", node), ("s", node), m, 1.0, 1e6 * q, t

    def solved(self) -> dict[tuple[str, str], float]:
        """Temperatures: supply ("s"), return as it arrives ("r") and as it leaves ("out") of each node."""
        places = {
            (line, node): i for i, (line, node) in enumerate((a, n) for a in ("s", "r", "out") for n in self.nodes)
        }
        matrix, right = np.eye(len(places)), np.full(len(places), GROUND_DEGC)
        inflow = dict.fromkeys(places, 0.0)
        for _a, b, m, *_rest in self.streams():
            inflow[b] += m
        for node in self.nodes:
            i = places["out", node]
            heat = sum(1e6 * q for _name, at, q in self.preheaters if at == node)
            matrix[i, places["r", node]] = -1.0
            right[i] = heat / (inflow["r", node] * CP) if inflow["r", node] else 0.0
        for place, m in inflow.items():
            if m and place[0] != "out":
                right[places[place]] = 0.0
        for a, b, m, kept, heat, t in self.streams():
            if not m:
                continue
            part = m / inflow[b]
            if t is None:
                matrix[places[b], places[a]] -= part * kept
                right[places[b]] += part * ((1.0 - kept) * GROUND_DEGC + heat / (m * CP))
            else:
                right[places[b]] += part * t
        return dict(zip(places, np.linalg.solve(matrix, right), strict=True))

    def dataset(self) -> xr.Dataset:
        t, inflow = self.solved(), dict.fromkeys(self.nodes, 0.0)
        for _a, (line, node), m, *_rest in self.streams():
            inflow[node] += m if line == "r" else 0.0
        values: dict[str, tuple[str, list[float]]] = {}

        def lost(a: str, b: str, loss: float, m: float, line: str, heat: float) -> float:
            here = t[line, a if m > 0 else b] if m else GROUND_DEGC
            before = here + (heat * 1e6 / (-m * CP) if m < 0 else 0.0)
            return abs(m) * CP * (before - GROUND_DEGC) * (1.0 - np.exp(-loss / (abs(m) * CP))) / 1e6 if m else 0.0

        heat = [self.heaters.get(pipe[0], 0.0) for pipe in self.pipes]
        values["node_t_supply_degc"] = "node", [t["s", n] for n in self.nodes]
        values["node_t_return_degc"] = "node", [t["out", n] for n in self.nodes]
        values["pipe_mdot_kg_per_s"] = "pipe", [pipe[4] for pipe in self.pipes]
        values["pipe_mdot_return_kg_per_s"] = "pipe", [pipe[5] for pipe in self.pipes]
        values["pipe_loss_supply_mw"] = "pipe", [lost(*p[1:5], "s", q) for p, q in zip(self.pipes, heat, strict=True)]
        values["pipe_loss_return_mw"] = "pipe", [lost(*p[1:4], p[5], "out", 0.0) for p in self.pipes]
        values["consumer_mdot_kg_per_s"] = "consumer", [m for _i, _n, m, _t in self.consumers]
        values["consumer_t_return_degc"] = "consumer", [back for _i, _n, _m, back in self.consumers]
        values["consumer_heat_mw"] = "consumer", [m * CP * (t["s", n] - b) / 1e6 for _i, n, m, b in self.consumers]
        given = [m * CP * (s - t["out", n]) / 1e6 if s is not None else q for _i, n, m, s, q in self.plants]
        values["plant_heat_mw"] = "plant", given + [q for _i, _n, q in self.preheaters]
        values["plant_mdot_kg_per_s"] = (
            "plant",
            [m for _i, _n, m, _t, _q in self.plants] + [inflow[n] for _i, n, _q in self.preheaters],
        )
        names = {
            "node": self.nodes,
            "pipe": [pipe[0] for pipe in self.pipes],
            "consumer": [consumer[0] for consumer in self.consumers],
            "plant": [plant[0] for plant in [*self.plants, *self.preheaters]],
        }
        dataset = xr.Dataset({key: (("time", dim), [row]) for key, (dim, row) in values.items()})
        dataset = dataset.assign_coords(time=[0.0], **{dim: np.array(ids, dtype=object) for dim, ids in names.items()})
        dataset["status"] = ("time",), np.array(["ok"], dtype=object)
        return dataset

    def traced(self) -> xr.Dataset:
        return trace_sources(self.dataset(), self.network()).isel(time=0)


def shares(traced: xr.Dataset, consumer: str) -> dict[str, float]:
    """Return the share of each source in one consumer's heat."""
    return {s: traced[f"consumer_share_{s}"].sel(consumer=consumer).item() for s in traced["source"].values.tolist()}


def all_shares(traced: xr.Dataset) -> xr.DataArray:
    return xr.concat([traced[f"consumer_share_{s}"] for s in traced["source"].values], "source").assign_coords(
        source=traced["source"]
    )


def losses_mw(dataset: xr.Dataset) -> xr.DataArray:
    return dataset["pipe_loss_supply_mw"].sum("pipe") + dataset["pipe_loss_return_mw"].sum("pipe")


# -- closed forms ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", [two_pipe, tree], ids=lambda example: example.__name__)
def test_one_plant_gives_everything(example):
    network = example()
    dataset = simulate(network, boundary_at_loads(network, LOADS))
    traced = trace_sources(dataset, network)
    np.testing.assert_allclose(traced["consumer_share_plant"], 1.0, rtol=1e-12)
    np.testing.assert_allclose(
        traced["source_delivered_mw"][:, 0], dataset["consumer_heat_mw"].sum("consumer"), rtol=1e-12
    )
    np.testing.assert_allclose(traced["source_loss_mw"][:, 0], dataset["heat_loss_mw"], rtol=1e-4)


@pytest.mark.parametrize("fluid", ["if97", CONSTANT_WATER], ids=["if97", "constant"])
def test_two_plants_at_one_node_share_by_their_heat(fluid):
    """Both lift the same return: shares m_s (h_s - h_r) / sum, and these are the heats they give."""
    network = two_source_loop(fluid)
    plants = network.plants.copy()
    plants.loc["helper", "node"] = "works"
    network = network.with_tables(plants=plants)
    dataset = simulate(network, boundary_at_loads(network, (1.0, 0.4)))
    traced = trace_sources(dataset, network)
    expected = (dataset["plant_heat_mw"].sel(plant="helper") / dataset["plant_heat_mw"].sum("plant")).values[
        :, np.newaxis
    ]
    np.testing.assert_allclose(traced["consumer_share_helper"], np.broadcast_to(expected, (2, 4)), rtol=1e-6)


def meeting(loss_w_per_k: float = 0.0, **changes) -> State:
    """Plants a (110 °C, 2 kg/s) and b (80 °C, 3 kg/s) meet at a node; one consumer at the end of a pipe behind it."""
    pipes = [
        ("pa", "na", "mid", 0.0, 2.0, -2.0),
        ("pb", "nb", "mid", 0.0, 3.0, -3.0),
        ("pc", "mid", "end", loss_w_per_k, 5.0, -5.0),
    ]
    state = State(
        ["na", "nb", "mid", "end"],
        pipes,
        [("c", "end", 5.0, 50.0)],
        [("a", "na", 2.0, 110.0, 0), ("b", "nb", 3.0, 80.0, 0)],
    )
    return replace(state, **changes)


def test_two_streams_mix_by_heat_above_the_return():
    """2 · (110 - 50) = 120 against 3 · (80 - 50) = 90."""
    assert shares(meeting().traced(), "c") == pytest.approx({"a": 120 / 210, "b": 90 / 210}, rel=1e-12)


def test_a_loss_behind_the_meeting_is_split_like_the_heat():
    """Both plants get the return equally cold: nothing but the common pipe loses, in the mixture that it carries."""
    state = meeting(loss_w_per_k=800.0)
    dataset, traced = state.dataset(), state.traced()
    assert shares(traced, "c") == pytest.approx(
        {s: dataset["plant_heat_mw"].sel(plant=s).item() / dataset["plant_heat_mw"].sum().item() for s in "ab"},
        rel=1e-9,
    )
    share = [shares(traced, "c")[s] for s in "ab"]
    np.testing.assert_allclose(traced["source_loss_mw"], np.array(share) * losses_mw(dataset).item(), rtol=1e-9)


def test_a_loss_before_the_meeting_is_its_plants():
    """The excess of a at the meeting is its lift less what fades on its pipe; b's is its whole lift."""
    state = meeting(pipes=[("pa", "na", "mid", 900.0, 2.0, -2.0), *meeting().pipes[1:]])
    kept = np.exp(-900.0 / (2.0 * CP))
    heat = state.dataset()["plant_heat_mw"].isel(time=0)
    a, b = heat.sel(plant="a").item() * kept, heat.sel(plant="b").item()
    assert shares(state.traced(), "c") == pytest.approx({"a": a / (a + b), "b": b / (a + b)}, rel=1e-12)


def in_series(preheat_mw: float, loss_w_per_k: float = 0.0, m: float = 4.0) -> State:
    return State(
        ["works", "station"],
        [("p", "works", "station", loss_w_per_k, m, -m)],
        [("c", "station", m, 50.0)],
        [("boiler", "works", m, 110.0, 0)],
        [("pump", "station", preheat_mw)],
    )


def test_a_preheater_in_series_has_its_share_of_the_lift():
    """From 50 to 60 before the boiler lifts to 110: 10 of 60."""
    traced = in_series(4.0 * CP * 10.0 / 1e6).traced()
    assert shares(traced, "c") == pytest.approx({"boiler": 5 / 6, "pump": 1 / 6}, rel=1e-12)


def test_a_preheater_loses_in_the_return_what_it_adds_to_the_loss_there():
    """Without it the return would cool too: its excess alone fades by exp(-UL / m c)."""
    with_pump = in_series(0.5, 1500.0)
    kept = np.exp(-1500.0 / (4.0 * CP))
    boiler = with_pump.dataset()["plant_heat_mw"].sel(plant="boiler").item()
    expected = 0.5 * kept / (0.5 * kept + boiler)
    assert shares(with_pump.traced(), "c")["pump"] == pytest.approx(expected, rel=1e-12)


def test_two_preheaters_at_one_node_share_it():
    state = replace(in_series(0.0), preheaters=[("one", "station", 0.1), ("two", "station", 0.3)])
    share = shares(state.traced(), "c")
    assert share["two"] == pytest.approx(3 * share["one"], rel=1e-12)
    assert sum(share.values()) == pytest.approx(1.0, rel=1e-12)


def test_three_sources():
    """a and b meet and feed c1; what flows on meets d and feeds c2."""
    pipes = [
        ("pa", "na", "first", 0.0, 2.0, -2.0),
        ("pb", "nb", "first", 0.0, 1.0, -1.0),
        # drawn against the flow
        ("pm", "second", "first", 0.0, -1.5, 1.5),
        ("pd", "nd", "second", 0.0, 3.0, -3.0),
    ]
    state = State(
        ["na", "nb", "nd", "first", "second"],
        pipes,
        [("c1", "first", 1.5, 50.0), ("c2", "second", 4.5, 50.0)],
        [("a", "na", 2.0, 110.0, 0), ("b", "nb", 1.0, 90.0, 0), ("d", "nd", 3.0, 70.0, 0)],
    )
    traced = state.traced()
    assert shares(traced, "c1") == pytest.approx({"a": 120 / 160, "b": 40 / 160, "d": 0.0}, rel=1e-12)
    assert shares(traced, "c2") == pytest.approx({"a": 60 / 140, "b": 20 / 140, "d": 60 / 140}, rel=1e-12)
    np.testing.assert_allclose(traced["source_loss_mw"], 0.0, atol=1e-12)


def two_districts(t_first: float, t_second: float) -> State:
    """a feeds only the first consumer, b only the second; their returns meet."""
    pipes = [
        ("one", "na", "middle", 0.0, 0.0, -1.0),
        ("two", "nb", "middle", 0.0, 0.0, -1.0),
        ("three", "na", "x", 0.0, 1.0, 0.0),
        ("four", "nb", "y", 0.0, 1.0, 0.0),
        ("five", "middle", "x", 0.0, 0.0, -1.0),
        ("six", "middle", "y", 0.0, 0.0, -1.0),
    ]
    return State(
        ["na", "nb", "middle", "x", "y"],
        pipes,
        [("cx", "x", 1.0, t_first), ("cy", "y", 1.0, t_second)],
        [("a", "na", 1.0, 110.0, 0), ("b", "nb", 1.0, 110.0, 0)],
    )


def test_a_return_that_is_equally_warm_carries_nobodys_heat():
    traced = two_districts(50.0, 50.0).traced()
    assert shares(traced, "cx") == pytest.approx({"a": 1.0, "b": 0.0}, abs=1e-12)
    assert shares(traced, "cy") == pytest.approx({"a": 0.0, "b": 1.0}, abs=1e-12)


def test_warm_return_of_one_makes_up_the_cold_return_of_another():
    """The returns of 50 and 35 °C meet at 42.5: 7.5 of the 75 K that the colder one takes came from a."""
    state = two_districts(50.0, 35.0)
    traced = state.traced()
    assert shares(traced, "cx") == pytest.approx({"a": 1.0, "b": 0.0}, abs=1e-12)
    assert shares(traced, "cy") == pytest.approx({"a": 0.1, "b": 0.9}, rel=1e-12)
    np.testing.assert_allclose(traced["source_delivered_mw"], state.dataset()["plant_heat_mw"].values[0], rtol=1e-12)


def test_a_bypass_gets_nothing_and_its_heat_comes_back():
    """Water at 110 °C of a passes a bypass; the common return carries its heat to both plants."""
    state = two_districts(110.0, 50.0)
    traced = state.traced()
    assert set(shares(traced, "cx").values()) == {0.0}
    np.testing.assert_allclose(traced["source_loss_mw"], 0.0, atol=1e-12)
    given = state.dataset()["plant_heat_mw"].isel(time=0)
    assert shares(traced, "cy")["a"] == pytest.approx((given.sel(plant="a") / given.sum()).item(), rel=1e-9)


@pytest.mark.parametrize("turned", [False, True])
def test_a_heater_in_a_pipe_is_a_source(turned):
    """1 MW behind the plant, in the direction of the pipe or against it."""
    state = in_series(0.0)
    pipe = ("p", "station", "works", 0.0, -4.0, 4.0) if turned else state.pipes[0]
    state = replace(state, pipes=[pipe], heaters={"p": 0.2}, preheaters=[])
    traced, heat = state.traced(), state.dataset()["consumer_heat_mw"].item()
    assert shares(traced, "c") == pytest.approx({"boiler": (heat - 0.2) / heat, "p": 0.2 / heat}, rel=1e-9)
    assert traced["source_delivered_mw"].sel(source="p").item() == pytest.approx(0.2, rel=1e-9)


@pytest.mark.parametrize("turned", [False, True])
def test_a_heater_stands_behind_its_pipe(turned):
    """With the flow its heat arrives in full, against it it fades along the pipe."""
    state = in_series(0.0, 900.0)
    pipe = ("p", "station", "works", 900.0, -4.0, 4.0) if turned else state.pipes[0]
    state = replace(state, pipes=[pipe], heaters={"p": 0.2}, preheaters=[])
    kept = np.exp(-900.0 / (4.0 * CP))
    boiler = state.dataset()["plant_heat_mw"].item()
    own = 0.2 * (kept if turned else 1.0)
    assert shares(state.traced(), "c")["p"] == pytest.approx(own / (own + boiler * kept), rel=1e-9)


def test_a_plant_that_cools_takes_in_the_mixture():
    """a and b feed a common return through consumers; the cooler's intake is their loss, and its own heat is negative."""
    state = meeting()
    state = replace(
        state,
        pipes=[*state.pipes[:2], ("pc", "mid", "end", 0.0, 4.0, -4.0)],
        consumers=[("c", "end", 4.5, 50.0)],
        plants=[("a", "na", 2.0, 110.0, 0), ("b", "nb", 2.0, 80.0, 0), ("cooler", "end", 0.5, 20.0, 0)],
    )
    state = replace(state, pipes=[state.pipes[0], ("pb", "nb", "mid", 0.0, 2.0, -2.0), state.pipes[2]])
    dataset, traced = state.dataset(), state.traced()
    cooled = dataset["plant_heat_mw"].sel(plant="cooler").item()
    assert cooled == pytest.approx(0.5 * CP * (20.0 - 50.0) / 1e6)
    assert shares(traced, "c") == pytest.approx({"a": 120 / 180, "b": 60 / 180, "cooler": 0.0}, rel=1e-9)
    loss = traced["source_loss_mw"].to_series()
    assert loss["cooler"] == pytest.approx(cooled, rel=1e-12)
    assert loss["a"] == pytest.approx(-cooled * 120 / 180, rel=1e-9)
    assert loss["b"] == pytest.approx(-cooled * 60 / 180, rel=1e-9)


def test_circulating_water_keeps_its_mixture():
    """3 kg/s run in a circle x → y → z → x of which 1 kg/s is renewed at x: what leaves has the mixture of what came in."""
    pipes = [
        ("in", "na", "x", 0.0, 1.0, -1.0),
        ("xy", "x", "y", 0.0, 3.0, 0.0),
        ("yz", "y", "z", 0.0, 3.0, 0.0),
        ("zx", "z", "x", 0.0, 2.0, 0.0),
        ("home", "z", "x", 0.0, 0.0, 1.0),
    ]
    state = State(
        ["na", "x", "y", "z"],
        pipes,
        [("c", "z", 1.0, 50.0)],
        [("a", "na", 0.6, 110.0, 0), ("b", "na", 0.4, 80.0, 0)],
    )
    assert shares(state.traced(), "c") == pytest.approx({"a": 36 / 48, "b": 12 / 48}, rel=1e-12)


def test_a_circle_on_its_own_changes_nothing():
    """Water that a pump drives round apart from the rest: with a loss it has the ground's temperature, without it any."""
    pipes = [("xy", "x", "y", 500.0, 2.0, 0.0), ("yx", "y", "x", 500.0, 2.0, 0.0)]
    state = meeting()
    apart = replace(state, nodes=[*state.nodes, "x", "y"], pipes=[*state.pipes, *pipes])
    lossless = replace(apart, pipes=[(*pipe[:3], 0.0, *pipe[4:]) for pipe in apart.pipes])
    for network in (apart.network(), lossless.network()):
        traced = trace_sources(apart.dataset(), network).isel(time=0)
        assert shares(traced, "c") == pytest.approx({"a": 120 / 210, "b": 90 / 210}, rel=1e-12)


# -- any state ------------------------------------------------------------------------------------------------------------

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


@settings(max_examples=40, deadline=None)
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


# -- results of the engine ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda example: example.__name__)
def simulated(request):
    network = request.param()
    dataset = simulate(network, boundary_at_loads(network, LOADS))
    return network, dataset, trace_sources(dataset, network)


def test_every_source_balances(simulated):
    network, dataset, traced = simulated
    assert traced["source"].values.tolist() == network.plants.index.tolist()
    both = traced["source_delivered_mw"] + traced["source_loss_mw"]
    np.testing.assert_allclose(both, dataset["plant_heat_mw"], rtol=BALANCE_SHARE)
    share = all_shares(traced)
    np.testing.assert_allclose(share.sum("source"), 1.0, rtol=1e-12)
    np.testing.assert_allclose(
        (share * dataset["consumer_heat_mw"]).sum("consumer").transpose(*both.dims), traced["source_delivered_mw"]
    )
    residual = traced["source_loss_mw"].sum("source") - dataset["heat_loss_mw"] - dataset["energy_residual_mw"]
    np.testing.assert_allclose(residual, 0.0, atol=1e-12)
    assert (traced["source_loss_mw"] > 0).all()


def test_results_join_those_of_the_simulation(simulated):
    _network, dataset, traced = simulated
    joined = xr.merge([dataset, traced])
    assert joined.sizes["plant"] == dataset.sizes["plant"]
    assert traced["consumer_share_plant"].attrs["unit"] == "1"
    assert traced["source_loss_mw"].attrs["unit"] == "MW"
    for name in traced.data_vars:
        assert traced[name].dims == ("time", "consumer" if name.startswith("consumer") else "source")


def test_rows_do_not_touch_each_other(simulated, monkeypatch):
    network, dataset, traced = simulated
    monkeypatch.setattr("heatnet.simulate.tracing._NUMBERS_AT_ONCE", 1)
    again = trace_sources(dataset.isel(time=slice(None, None, -1)), network).isel(time=slice(None, None, -1))
    xr.testing.assert_allclose(again, traced, rtol=1e-12)


def test_preheated_return_by_flow_and_temperature():
    """Without losses each source's share is its share of all heat, wherever in the ring the water passes."""
    network = preheat_loop(CONSTANT_WATER, u_w_per_mk=0.0)
    dataset = simulate(network, boundary_at_loads(network, (1.0, 0.3)))
    traced = trace_sources(dataset, network)
    expected = dataset["plant_heat_mw"].sel(plant="heat_pump") / dataset["plant_heat_mw"].sum("plant")
    for consumer in network.consumers.index:
        np.testing.assert_allclose(traced["consumer_share_heat_pump"].sel(consumer=consumer), expected, rtol=1e-6)


def test_a_consumer_that_one_plants_water_reaches():
    network = two_source_loop(u_w_per_mk=0.3)
    dataset = simulate(network, boundary_at_loads(network, (1.0,)))
    assert dataset["pipe_mdot_kg_per_s"].sel(pipe="pipe_works_north").item() > 0
    traced = trace_sources(dataset, network).isel(time=0)
    assert shares(traced, "consumer_north") == pytest.approx({"plant": 1.0, "helper": 0.0}, abs=1e-9)
    assert shares(traced, "consumer_south") == pytest.approx(shares(traced, "consumer_west"), rel=1e-9)


@pytest.mark.parametrize("heat_mw", [1.0, -1.0])
def test_a_heater_of_the_engine(heat_mw):
    network = two_pipe(u_w_per_mk=0.0)
    network = network.with_tables(pipes=network.pipes.assign(heat_mw=heat_mw))
    dataset = simulate(network, boundary_at_loads(network, (1.0,)))
    traced = trace_sources(dataset, network).isel(time=0)
    pipe = network.pipes.index[0]
    assert traced["source"].values.tolist() == ["plant", pipe]
    assert shares(traced, "consumer_station")[pipe] == pytest.approx(max(heat_mw, 0.0) / 10.0, rel=1e-6)
    np.testing.assert_allclose(traced["source_loss_mw"], [max(-heat_mw, 0.0), min(heat_mw, 0.0)], atol=1e-5)


def test_a_row_without_a_solution_is_not_a_number():
    network = two_source_loop()
    dataset = simulate(network, boundary_at_loads(network, (1.0, 0.5)))
    whole = trace_sources(dataset, network)
    broken = dataset.copy(deep=True)
    broken["status"][0] = "not_converged"
    for name in set(broken.data_vars) - {"status"}:
        broken[name][0] = np.nan
    traced = trace_sources(broken, network)
    for name in traced.data_vars:
        assert np.isnan(traced[name].values[0]).all()
    xr.testing.assert_identical(traced.isel(time=[1]), whole.isel(time=[1]))


def test_nothing_flows_and_nobody_gives():
    network = two_source_loop()
    boundary = boundary_at_loads(network, (1.0,))
    still = Boundary(boundary.time, {name: frame * 0.0 for name, frame in boundary.values.items()})
    traced = trace_sources(simulate(network, still), network)
    for name in traced.data_vars:
        np.testing.assert_array_equal(traced[name], 0.0)


def fitted():
    """A ring with a valve before one consumer, a pump before another and a pair of valves before a third."""
    network = two_source_loop()
    ends = {name: f"{name}_end" for name in ("west", "north", "east")}
    nodes = pd.concat([network.nodes, network.nodes.loc[list(ends)].rename(index=ends)])
    consumers = network.consumers.copy()
    for name, end in ends.items():
        back = name if name != "east" else None
        consumers.loc[f"consumer_{name}", ["node", "return_node"]] = [end, back]
    common = {"line": "supply", "kind": "valve", "opening": 1.0, "kv_m3_per_h": 500.0}
    valves = network.valves.reindex(["valve", "pair"]).assign(**common)
    valves.loc["valve", ["from_node", "to_node"]] = ["west", "west_end"]
    valves.loc["pair", ["from_node", "to_node", "line"]] = ["east_end", "east", "pair"]
    pumps = network.pumps.reindex(["booster"]).assign(
        from_node="north", to_node="north_end", line="supply", head_bar=0.5
    )
    return network.with_tables(nodes=nodes, consumers=consumers, valves=valves, pumps=pumps)


def test_flows_through_fittings_are_found_or_read():
    plain, network = two_source_loop(), fitted()
    dataset = simulate(network, boundary_at_loads(network, (1.0, 0.3)))
    own = ["valve_mdot_kg_per_s", "valve_mdot_return_kg_per_s", "pump_mdot_kg_per_s"]
    found = trace_sources(dataset.drop_vars(own, errors="ignore"), network)
    at = {c: dataset["consumer_mdot_kg_per_s"].sel(consumer=f"consumer_{c}").values for c in ("west", "north", "east")}
    dataset["valve_mdot_kg_per_s"] = ("time", "valve"), np.stack([at["west"], -at["east"]], axis=1)
    dataset["valve_mdot_return_kg_per_s"] = ("time", "valve"), np.stack([np.full(2, np.nan), at["east"]], axis=1)
    dataset["pump_mdot_kg_per_s"] = ("time", "pump"), at["north"][:, np.newaxis]
    dataset = dataset.assign_coords(valve=["valve", "pair"], pump=["booster"])
    read = trace_sources(dataset, network)
    xr.testing.assert_allclose(found, read, rtol=1e-6)
    reference = trace_sources(simulate(plain, boundary_at_loads(plain, (1.0, 0.3))), plain)
    xr.testing.assert_allclose(found, reference, rtol=2e-2)


def test_a_flow_that_is_colder_than_the_return():
    network = two_source_loop(CONSTANT_WATER)
    plants = network.plants.copy()
    plants.loc["helper", ["role", "mdot_kg_per_s", "t_supply_degc"]] = ["flow", 10.0, 40.0]
    network = network.with_tables(plants=plants)
    dataset = simulate(network, Boundary(pd.Index([0.0], name="time")))
    traced = trace_sources(dataset, network).isel(time=0)
    cooled = dataset["plant_heat_mw"].sel(plant="helper").item()
    assert cooled < 0
    assert traced["source_delivered_mw"].values.tolist()[1] == 0.0
    assert traced["source_loss_mw"].sel(source="helper").item() == pytest.approx(cooled)
    assert (traced["consumer_share_plant"] == pytest.approx(1.0)).all()


def test_what_the_dataset_lacks_is_named_at_once():
    network = two_source_loop()
    dataset = simulate(network, boundary_at_loads(network, (1.0,)))
    lacking = dataset.drop_vars(["plant_heat_mw"]).drop_sel(consumer=["consumer_east"])
    with pytest.raises(InputError) as error:
        trace_sources(lacking, network)
    found = [problem.where for problem in error.value.problems]
    assert "dataset, plant_heat_mw" in found
    assert "dataset, consumer_heat_mw, consumer_east" in found
