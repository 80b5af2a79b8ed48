"""What must hold in any network: balances, and that other ways to write the same network have the same states."""

from __future__ import annotations

import runpy
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from heatnet.model.examples import CONSTANT_WATER
from heatnet.physics import water
from heatnet.simulate import HourStatus
from heatnet.simulate.quantities import QUANTITIES

RANDOM = runpy.run_path(str(Path(__file__).parent / "random_networks.py"))
cases, without_buoyancy, few = RANDOM["cases"], RANDOM["without_buoyancy"], RANDOM["few"]
solved_rows, assert_same = RANDOM["solved_rows"], RANDOM["assert_same"]
HEAT_SHARE, FLOW_SHARE, P_ABS_BAR = RANDOM["HEAT_SHARE"], RANDOM["FLOW_SHARE"], RANDOM["P_ABS_BAR"]


def assert_nothing_but_nan(dataset, rows):
    for name in QUANTITIES:
        assert np.isnan(dataset[name].values[rows]).all(), name


def enthalpy(case, t_degc):
    if case.fluid == "if97":
        return water.enthalpy_j_per_kg(t_degc)
    return CONSTANT_WATER["heat_capacity_j_per_kgk"] * np.asarray(t_degc)


class Streams:
    """Flows into every node of one line by hour, with their heat, from the result tables alone."""

    def __init__(self, case, dataset, line):
        rows, nodes = case.rows, [row["id"] for row in case.nodes]
        self.t = dataset[f"node_t_{line}_degc"].to_pandas()
        self.inflow, self.net, self.heat_w = (pd.DataFrame(0.0, range(rows), nodes) for _ in range(3))
        for pipe in case.pipes:
            if pipe["line"] in (line, "pair"):
                self._pipe(case, dataset, line, pipe)
        for group, into in (("consumer", "return"), ("plant", "supply")):
            for row in getattr(case, group + "s"):
                flow = dataset[f"{group}_mdot_kg_per_s"].sel({group: row["id"]}).to_numpy()
                self.net[row["node"]] += flow if line == into else -flow
                if line == into:
                    side = "return" if group == "consumer" else "supply"
                    leaving = dataset[f"{group}_t_{side}_degc"].sel({group: row["id"]}).to_numpy()
                    self.inflow[row["node"]] += flow
                    self.heat_w[row["node"]] += flow * enthalpy(case, leaving)

    def _pipe(self, case, dataset, line, pipe):
        name = "pipe_mdot_return_kg_per_s" if line == "return" and pipe["line"] == "pair" else "pipe_mdot_kg_per_s"
        flow = dataset[name].sel(pipe=pipe["id"]).to_numpy()
        loss_w = 1e6 * dataset[f"pipe_loss_{line}_mw"].sel(pipe=pipe["id"]).to_numpy()
        for sign, a, b in ((1, "from_node", "to_node"), (-1, "to_node", "from_node")):
            along = np.maximum(sign * flow, 0.0)
            self.net[pipe[b]] += sign * flow
            self.inflow[pipe[b]] += along
            arriving = along * enthalpy(case, self.t[pipe[a]].to_numpy()) - loss_w
            self.heat_w[pipe[b]] += np.where(along > 0, arriving, 0.0)


def assert_balanced(case, dataset, rows):
    """Mass and enthalpy close at every node of both lines, and over the network; everyone has what is set."""
    total = dataset["consumer_mdot_kg_per_s"].sum("consumer").values
    for line in ("supply", "return"):
        streams = Streams(case, dataset, line)
        assert (np.abs(streams.net.to_numpy()[rows]) <= 1e-9 * total[rows, None] + 1e-12).all()
        leaving = streams.inflow.to_numpy() * enthalpy(case, streams.t.to_numpy())
        # the polynomial of enthalpy is within 0.2 J/kg of the table, flows are within 1e-7 of 5e5 J/kg
        gap = np.abs(streams.heat_w.to_numpy() - leaving)[rows]
        assert (gap <= 1.0 * streams.inflow.to_numpy()[rows] + 0.1 * total[rows, None] + 1e-3).all()
    taken, asked = (
        dataset["consumer_heat_mw"].values[rows],
        pd.DataFrame(case.values["consumer_heat_mw"]).to_numpy()[rows],
    )
    np.testing.assert_allclose(taken, asked, rtol=HEAT_SHARE, atol=1e-6 * HEAT_SHARE)
    given = dataset["plant_heat_mw"].values[rows].sum(axis=1)
    lost = sum(dataset[f"pipe_loss_{line}_mw"].fillna(0.0).values[rows].sum(axis=1) for line in ("supply", "return"))
    scale = np.abs(dataset["plant_heat_mw"].values[rows]).sum(axis=1)
    assert (np.abs(given - taken.sum(axis=1) - lost) <= HEAT_SHARE * scale + 1e-12).all()
    np.testing.assert_allclose(dataset["heat_loss_mw"].values[rows], lost, rtol=1e-9, atol=1e-12)
    for variable, quantity in (("plant_heat_mw",) * 2, ("plant_mdot_kg_per_s",) * 2):
        for plant, values in case.values[variable].items():
            np.testing.assert_allclose(
                dataset[quantity].sel(plant=plant).values[rows], np.array(values)[rows], rtol=1e-7
            )


def test_balances_close_in_every_network():
    """Also where buoyancy drives rings, at heights from -20 to 40 m. A contradiction in the hour has a status and no number."""
    seen = Counter()

    @few(40)
    @given(cases(least_u=0.1))
    def check(case):
        dataset = case.solved()
        solved = solved_rows(dataset)
        seen.update(dataset["status"].values.tolist())
        assert_nothing_but_nan(dataset, ~solved)
        assert_balanced(case, dataset, solved)
        assert HourStatus.UNDERSUPPLIED not in dataset["status"].values, "the head follows the worst consumer"

    check()
    named = {HourStatus.NO_TEMPERATURE_LIFT, HourStatus.PLANT_FLOW_REVERSED, HourStatus.TEMPERATURE_OUT_OF_RANGE}
    assert set(seen) <= {"ok", "ok_stagnant", "ok_circulating"} | named


@few(35)
@given(without_buoyancy())
def test_every_hour_is_solved_where_no_density_drives_a_ring(case):
    """One state exists (the sum of losses over flow is convex), and it is found and balanced; or why not is named."""
    dataset = case.solved()
    assert HourStatus.NOT_CONVERGED not in dataset["status"].values
    solved = solved_rows(dataset)
    assert_nothing_but_nan(dataset, ~solved)
    assert_balanced(case, dataset, solved)


def shuffled(rows, order, names):
    """Rows in another order, with other names for everything."""
    references = ("id", "node", "from_node", "to_node")
    turned = [{k: names[v] if k in references else v for k, v in row.items()} for row in rows]
    return [turned[i] for i in sorted(range(len(rows)), key=lambda i: order.random())]


@few(25)
@given(without_buoyancy(), st.randoms(use_true_random=False))
def test_names_and_order_mean_nothing(case, order):
    """All elements renamed and every table shuffled: the same numbers under the new names."""
    tables = ("nodes", "pipes", "consumers", "plants")
    old = [row["id"] for table in tables for row in getattr(case, table)]
    fresh = [f"e{i}" for i in range(len(old))]
    order.shuffle(fresh)
    names = dict(zip(old, fresh, strict=True))
    other = replace(
        case,
        **{table: shuffled(getattr(case, table), order, names) for table in tables},
        values={name: {names[k]: v for k, v in values.items()} for name, values in case.values.items()},
    )
    # the first plant holds the pressure point
    holder = next(row for row in other.plants if row["role"] == "pressure")
    other = replace(other, plants=[holder, *(row for row in other.plants if row is not holder)])
    plain, renamed = case.solved(), other.solved()
    for table in tables:
        dimension = table[:-1]
        renamed = renamed.sel({dimension: [names[row["id"]] for row in getattr(case, table)]})
    assert_same(plain, renamed)


@few(20)
@given(without_buoyancy(), st.randoms(use_true_random=False))
def test_order_and_company_of_hours_mean_nothing(case, order):
    """Each hour alone, and all in another order among copies of themselves."""
    plain = case.solved()
    positions = [*range(case.rows), *range(case.rows), *range(case.rows)]
    order.shuffle(positions)

    def at(rows):
        values = {n: {k: [v[i] for i in rows] for k, v in by.items()} for n, by in case.values.items()}
        return replace(case, values=values, rows=len(rows)).solved()

    assert_same(plain.isel(time=positions), at(positions))
    assert_same(plain.isel(time=[0]), at([0]))


@few(25)
@given(without_buoyancy(), st.integers(0, 2**16))
def test_a_pipe_turned_round_turns_the_sign_of_its_flow(case, mask):
    turned = [bool(mask >> k & 1) for k in range(len(case.pipes))]
    swap = {"from_node": "to_node", "to_node": "from_node"}
    pipes = [{swap.get(k, k): v for k, v in p.items()} if t else p for p, t in zip(case.pipes, turned, strict=True)]
    plain, other = case.solved(), replace(case, pipes=pipes).solved()
    sign = np.where(turned, -1.0, 1.0)
    signed = ("pipe_mdot_kg_per_s", "pipe_mdot_return_kg_per_s", "pipe_dp_supply_bar", "pipe_dp_return_bar")
    assert_same(plain, other.assign({name: other[name] * sign for name in signed}))


@few(25)
@given(cases(fluid=CONSTANT_WATER), st.integers(0, 2**16), st.integers(1, 9))
def test_a_pipe_in_two_parts_is_the_same_pipe(case, which, tenths):
    """exp(-U x L/(m c)) exp(-U (1-x) L/(m c)) = exp(-U L/(m c)), losses and friction add; constant water, any height."""
    k, x = which % len(case.pipes), tenths / 10
    pipe = case.pipes[k]
    heights = {row["id"]: row["elevation_m"] for row in case.nodes}
    middle = heights[pipe["from_node"]] * (1 - x) + heights[pipe["to_node"]] * x
    parts = [
        pipe | {"id": name, "length_m": pipe["length_m"] * share, "zeta": pipe["zeta"] * share} | ends
        for name, share, ends in (
            ("part_a", x, {"to_node": "middle"}),
            ("part_b", 1 - x, {"from_node": "middle"}),
        )
    ]
    other = replace(
        case,
        nodes=[*case.nodes, {"id": "middle", "elevation_m": middle}],
        pipes=[*case.pipes[:k], *case.pipes[k + 1 :], *parts],
    )
    plain, split = case.solved(), other.solved()
    rest = [p["id"] for p in case.pipes if p is not pipe]
    same = split.sel(node=[row["id"] for row in case.nodes])
    assert_same(plain.sel(pipe=rest), same.sel(pipe=rest))
    rows = solved_rows(plain)
    total = plain["consumer_mdot_kg_per_s"].sum("consumer").values[rows]
    first, second = (split.sel(pipe=name) for name in ("part_a", "part_b"))
    whole = plain.sel(pipe=pipe["id"])
    for name in ("pipe_mdot_kg_per_s", "pipe_mdot_return_kg_per_s"):
        for part in (first, second):
            gap = np.nan_to_num(np.abs(part[name].values - whole[name].values)[rows])
            assert (gap <= FLOW_SHARE * total + 1e-12).all()
    for name in ("pipe_dp_supply_bar", "pipe_dp_return_bar"):
        np.testing.assert_allclose((first[name] + second[name]).values[rows], whole[name].values[rows], atol=P_ABS_BAR)


@few(25)
@given(without_buoyancy(mirrored=True))
def test_a_pair_is_a_supply_and_a_return_pipe(case):
    """Each mirrored pair written as two pipes: the same flows, temperatures, pressures and losses."""
    lines = [
        pipe | {"id": f"{pipe['id']}_{line}", "line": line} for pipe in case.pipes for line in ("supply", "return")
    ]
    plain, other = case.solved(), replace(case, pipes=lines).solved()
    pipes = [pipe["id"] for pipe in case.pipes]
    supply, back = (other.sel(pipe=[f"{name}_{line}" for name in pipes]) for line in ("supply", "return"))
    joined = supply.assign_coords(pipe=pipes)
    back = back.assign_coords(pipe=pipes)
    joined["pipe_mdot_return_kg_per_s"] = back["pipe_mdot_kg_per_s"]
    for name in ("pipe_dp_return_bar", "pipe_loss_return_mw"):
        joined[name] = back[name]
    joined["pipe_velocity_m_per_s"] = np.maximum(
        supply["pipe_velocity_m_per_s"].assign_coords(pipe=pipes), back["pipe_velocity_m_per_s"]
    )
    assert_same(plain, joined)


@few(20)
@given(without_buoyancy())
def test_two_copies_are_two_parts(case):
    """The network and a copy of it as one network of two parts: each as alone, sums doubled."""

    def copied(rows):
        references = ("id", "node", "from_node", "to_node")
        return [{k: f"{v}_copy" if k in references else v for k, v in row.items()} for row in rows]

    tables = ("nodes", "pipes", "consumers", "plants")
    other = replace(
        case,
        **{table: [*getattr(case, table), *copied(getattr(case, table))] for table in tables},
        values={n: by | {f"{k}_copy": v for k, v in by.items()} for n, by in case.values.items()},
    )
    plain, both = case.solved(), other.solved()
    rows = solved_rows(plain)
    for mark in ("", "_copy"):
        part = both
        for table in tables:
            part = part.sel({table[:-1]: [row["id"] + mark for row in getattr(case, table)]})
        assert_same(plain, part)
    for name in ("heat_loss_mw", "stored_heat_mwh"):
        np.testing.assert_allclose(both[name].values[rows], 2 * plain[name].values[rows], rtol=1e-6, atol=1e-9)
