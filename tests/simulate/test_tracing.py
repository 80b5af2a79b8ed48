"""Whose heat a consumer gets: closed forms of states made by hand."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from heatnet.simulate.tracing import trace_sources

MADE = runpy.run_path(str(Path(__file__).parent / "made_states.py"))
State, shares, losses_mw, CP = (MADE[name] for name in ("State", "shares", "losses_mw", "CP"))


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
