"""Pressures of junctions from the losses of the forest's branches, heads and the constant-pressure point."""

from __future__ import annotations

import math

from heatnet.adapters.layout import BoolArray, IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.results import GRAVITY_M_PER_S2, PA_PER_BAR
from heatnet.simulate.season.compiled import compiled, compiled_entry, kernel
from heatnet.simulate.season.fluid import place, value_at
from heatnet.simulate.season.friction import set_losses, set_properties
from heatnet.simulate.season.loops import pump_head
from heatnet.simulate.season.plan import CURVED, Plan
from heatnet.simulate.season.work import Work

_MOST_STEPS = 20


@compiled
def _set_all_losses(plan: Plan, work: Work) -> None:
    """Set density, loss and slope of every branch."""
    graph, coefficients, state, fluid, rows = plan.graph, plan.branches, work.state, plan.fluid, work.scratch.rows
    edges, branches, lanes = work.scratch.all_branches, len(graph.start), state.m.shape[1]
    set_properties(
        edges, branches, graph.start, graph.end, state.m, state.live, state.t, state.t_out, work.inlet.t_rest,
        coefficients.loss_w_per_k, coefficients.length_m, fluid.density, fluid.fluidity, fluid.middle_degc, fluid.per_k,
        state.rho, state.phi, rows[0], rows[1],
    )  # fmt: skip
    for lane in range(lanes):
        rows[0, lane] = 0.0
    for _step in range(_MOST_STEPS):
        set_losses(
            edges, branches, state.m, state.rho, state.phi, coefficients.c_local, coefficients.c_friction,
            coefficients.rough, coefficients.re_factor, rows[0], state.x, state.inner, state.log_inner, state.dp,
            state.slope, rows[1], rows[2], rows[3],
        )  # fmt: skip
        furthest = 0.0
        for lane in range(lanes):
            furthest = max(furthest, rows[3, lane])
        # the next step would be of the order of the square of this one
        if furthest < 1e-4:
            break


@kernel
def _along_forest(
    order: IntArray,
    parent: IntArray,
    branch: IntArray,
    sign: FloatArray,
    elevation_m: FloatArray,
    rise_bar: FloatArray,
    head_bar: FloatArray,
    live: FloatArray,
    rho: FloatArray,
    dp: FloatArray,
    rho_rest: FloatArray,
    is_root: IntArray,
    p: FloatArray,
) -> None:
    lanes = p.shape[1]
    for at in range(len(order)):
        node = order[at]
        edge, above = branch[node], parent[node]
        if edge < 0:
            for lane in range(lanes):
                p[node, lane] = 0.0 if is_root[node] else math.nan
            continue
        static = GRAVITY_M_PER_S2 / PA_PER_BAR * (elevation_m[above] - elevation_m[node])
        way, rise, head = sign[node], rise_bar[edge], head_bar[edge]
        for lane in range(lanes):
            driven = way * (rho[edge, lane] * rise - dp[edge, lane] + head)
            p[node, lane] = p[above, lane] + (driven if live[edge, lane] > 0.0 else rho_rest[lane] * static)


@kernel
def _worst(
    first: int,
    part: int,
    consumer_part: IntArray,
    start: IntArray,
    end: IntArray,
    min_dp_bar: FloatArray,
    live: FloatArray,
    p: FloatArray,
    head: FloatArray,
) -> None:
    """Set the head that the worst consumer of a part needs, -1e9 where it has none."""
    lanes = p.shape[1]
    for lane in range(lanes):
        head[lane] = -1e9
    for i in range(len(start)):
        if consumer_part[i] == part:
            a, b, least = start[i], end[i], min_dp_bar[i]
            for lane in range(lanes):
                needed = least - (p[a, lane] - p[b, lane])
                head[lane] = max(head[lane], needed if live[first + i, lane] > 0.0 else -1e9)


@kernel
def _raise(
    part: int, part_of: IntArray, is_supply: BoolArray, level: FloatArray, head: FloatArray, p: FloatArray
) -> None:
    lanes = p.shape[1]
    for node in range(len(part_of)):
        if part_of[node] == part:
            share = 1.0 if is_supply[node] else 0.0
            for lane in range(lanes):
                p[node, lane] += level[lane] + share * head[lane]


@compiled_entry
def set_pressures(plan: Plan, work: Work, heads_known: bool) -> None:
    """Set absolute pressures: resting parts hydrostatic, each supply line lifted by its plant's head.

    A head that follows the worst consumer is found here, unless flows depend on it (`heads_known`).
    """
    graph, users, coefficients, state, fluid = plan.graph, plan.users, plan.branches, work.state, plan.fluid
    rows, lanes, branches = work.scratch.rows, state.m.shape[1], len(graph.start)
    _set_all_losses(plan, work)
    for lane in range(lanes):
        rows[0, lane] = value_at(fluid.density, place(work.inlet.t_rest[lane], fluid.middle_degc, fluid.per_k))
    for branch in range(branches):
        if graph.kind[branch] == CURVED:
            for lane in range(lanes):
                # the head of its curve counts as a negative loss
                state.dp[branch, lane] -= pump_head(
                    coefficients, branch, state.m[branch, lane], state.rho[branch, lane]
                )[0]
    _along_forest(
        graph.tree_order, graph.tree_parent, graph.tree_branch, graph.tree_sign, graph.elevation_m, coefficients.rise_bar,
        coefficients.head_bar, state.live, state.rho, state.dp, rows[0], work.scratch.is_root, state.p,
    )  # fmt: skip
    for part in range(len(users.holding)):
        plant = users.holding[part]
        head, level, point = rows[1], rows[2], plan.lines.point_junction
        _worst(
            branches, part, users.consumer_part, users.consumer_start, users.consumer_end, users.min_dp_bar, state.live,
            state.p, head,
        )  # fmt: skip
        if point >= 0 and graph.part[point] != part:
            # a part of its own without a constant-pressure point: its plant's suction has that pressure
            point = users.plant_start[plant]
        for lane in range(lanes):
            if math.isfinite(users.plant_head_bar[plant]):
                head[lane] = users.plant_head_bar[plant]
            elif heads_known:
                head[lane] = state.head[plant, lane]
            elif head[lane] == -1e9:
                head[lane] = 0.0
            state.head[plant, lane] = head[lane]
            level[lane] = plan.lines.point_bar - state.p[point, lane] if point >= 0 else 0.0
            if point >= 0 and graph.is_supply[point]:
                level[lane] -= head[lane]
        _raise(part, graph.part, graph.is_supply, level, head, state.p)
