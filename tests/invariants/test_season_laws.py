"""Changes of a network that change its states by a known law: scaling, and better insulation."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heatnet.model.examples import CONSTANT_WATER
from heatnet.simulate.quantities import QUANTITIES

RANDOM = runpy.run_path(str(Path(__file__).parent / "random_networks.py"))
cases, few, solved_rows, assert_same = (RANDOM[name] for name in ("cases", "few", "solved_rows", "assert_same"))


@few(25)
@given(cases(flat=True), st.sampled_from([0.25, 0.5, 2.0, 5.0]))
def test_longer_and_better_insulated_in_proportion(case, factor):
    """Without heights and local losses all lengths times k and U by k leave U L: the same flows and temperatures, dp times k."""
    plain = case.with_pipes(zeta=0.0)
    other = plain.with_pipes(
        length_m=lambda pipe: pipe["length_m"] * factor, u_w_per_mk=lambda pipe: pipe["u_w_per_mk"] / factor
    )
    one, two = plain.solved(), other.solved()
    for name in ("pipe_dp_supply_bar", "pipe_dp_return_bar"):
        two[name] = two[name] / factor
    # heads follow the worst consumer, whose own need does not scale
    assert_same(one, two, skip=("node_p_supply_bar", "node_p_return_bar", "consumer_dp_bar", "plant_pump_mw"))


@few(25)
@given(cases(fluid=CONSTANT_WATER), st.sampled_from([0.5, 2.0]))
def test_heat_capacity_heats_and_losses_in_proportion(case, factor):
    """c, U and all heats times k: m = Q/(c dT) and U L/(m c) stay, so that only heats change, times k."""
    fluid = CONSTANT_WATER | {"heat_capacity_j_per_kgk": factor * CONSTANT_WATER["heat_capacity_j_per_kgk"]}
    heats = {
        name: {k: [factor * v for v in values] for k, values in by.items()} if name.endswith("_heat_mw") else by
        for name, by in case.values.items()
    }
    other = replace(case.with_pipes(u_w_per_mk=lambda pipe: pipe["u_w_per_mk"] * factor), fluid=fluid, values=heats)
    one, two = case.solved(), other.solved()
    scaled = [n for n in QUANTITIES if n.endswith("_mw") and "pump" not in n and QUANTITIES[n].dimension]
    assert_same(one, two.assign({name: two[name] / factor for name in scaled}))


def losses(case):
    dataset = case.solved()
    return np.where(solved_rows(dataset), dataset["heat_loss_mw"].values, np.nan)


@few(25)
@given(cases(loops=0, more_plants=0, mirrored=True), st.sampled_from([0.1, 0.5, 0.9]))
def test_better_insulation_everywhere_never_loses_more(case, factor):
    """U times f < 1 on every pipe of a tree at given heats and supply temperature: no hour loses more."""
    plain, better = losses(case), losses(case.with_pipes(u_w_per_mk=lambda pipe: factor * pipe["u_w_per_mk"]))
    assert (np.isfinite(plain) == np.isfinite(better)).all()
    assert (np.nan_to_num(better - plain) <= 1e-7 * np.nan_to_num(plain) + 1e-12).all()


@few(20)
@given(cases(loops=0, more_plants=0, mirrored=True), st.integers(0, 2**16), st.sampled_from([0.0, 0.5, 0.9]))
def test_better_insulation_of_any_stretch_of_one_line_never_loses_more(case, mask, factor):
    """One consumer at the end of a line of pipes, some of them better insulated.

    m = Q/(h(T_1) - h(T_r)) falls as the arriving T_1 rises, hence the loss of the supply, m (h(T_0) - h(T_1)) =
    Q (h(T_0) - h(T_1))/(h(T_1) - h(T_r)), falls; that of the return, m c (T_r - T_g)(1 - exp(-sum U L/(m c))), falls with
    m and with U. A tree with one consumer is such a line.
    """
    last = case.consumers[-1]["id"]
    alone = {k: v if k == last else [0.0] * case.rows for k, v in case.values["consumer_heat_mw"].items()}
    consumers = [row | {"min_mdot_kg_per_s": 0.0} for row in case.consumers]
    case = replace(case, consumers=consumers, values=case.values | {"consumer_heat_mw": alone})
    chosen = {pipe["id"] for k, pipe in enumerate(case.pipes) if mask >> k & 1}
    better = case.with_pipes(u_w_per_mk=lambda pipe: pipe["u_w_per_mk"] * (factor if pipe["id"] in chosen else 1.0))
    plain, less = losses(case), losses(better)
    assert (np.isfinite(plain) == np.isfinite(less)).all()
    assert (np.nan_to_num(less - plain) <= 1e-7 * np.nan_to_num(plain) + 1e-12).all()
