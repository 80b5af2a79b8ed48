"""Flows around circuits, found by Newton's method on the pressures of their junctions.

With flows m that conserve mass, losses f(m) and conductances g = 1/f'(m), the pressures p that solve

.. math:: A\\,g\\,(A^T p - f(m)) = 0

give the step :math:`\\delta m = g (A^T p - f)`, which conserves mass itself (E. Todini, S. Pilati, *A gradient algorithm for
the analysis of pipe networks*, in Computer Applications in Water Supply 1, 1988). It is Newton's method on a convex function
of the flows, because every loss grows with its flow. The matrix is symmetric and positive; its elimination along a fixed
pattern is the same for all lanes.
"""

from __future__ import annotations

from heatnet.adapters.layout import IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.compiled import compiled, kernel
from heatnet.simulate.season.flows import set_flows
from heatnet.simulate.season.fluid import place, value_at
from heatnet.simulate.season.friction import set_losses, set_properties
from heatnet.simulate.season.plan import CHECK, CURVED, PLAIN, Branches, Core, Plan
from heatnet.simulate.season.work import Work

#: slope of a pressure loss is never less than at this share of the largest flow
_LEAST_SLOPE_SHARE = 1e-7
#: slope of an edge without loss (bar per kg/s), and of a shut check valve
_LEAST_SLOPE, _SHUT_SLOPE = 1e-8, 1e9
#: kg/s: more flows nowhere; edges without loss would leap beyond all numbers
_LONGEST_STEP = 1e5
_MOST_STEPS = 40
#: x = 1/sqrt(lambda) is found when its step is below this
_ROOT_TOLERANCE = 1e-7
#: conductance to nowhere that keeps junctions at rest in the matrix, kg/s per bar
_LEAK = 1e-12


@kernel
def _eliminate(
    free: int,
    col_ptr: IntArray,
    col_row: IntArray,
    fill_ptr: IntArray,
    fill_at: IntArray,
    diagonal: FloatArray,
    entries: FloatArray,
    level: FloatArray,
    share: FloatArray,
    inverse: FloatArray,
) -> None:
    """Solve in place: `level` holds the right side of the free junctions, afterwards their pressures.

    The entries are those of the matrix with the sign turned (conductances, positive).
    """
    lanes = level.shape[1]
    for k in range(free):
        for lane in range(lanes):
            inverse[lane] = 1.0 / diagonal[k, lane]
        for lane in range(lanes):
            diagonal[k, lane] = inverse[lane]
        for p in range(col_ptr[k], col_ptr[k + 1]):
            row = col_row[p]
            for lane in range(lanes):
                share[lane] = entries[p, lane] * inverse[lane]
            for lane in range(lanes):
                level[row, lane] += share[lane] * level[k, lane]
            for lane in range(lanes):
                diagonal[row, lane] -= share[lane] * entries[p, lane]
            first = fill_ptr[p]
            for f in range(first, fill_ptr[p + 1]):
                target, other = fill_at[f], p + 1 + f - first
                for lane in range(lanes):
                    entries[target, lane] += share[lane] * entries[other, lane]
    for k in range(free - 1, -1, -1):
        for p in range(col_ptr[k], col_ptr[k + 1]):
            row = col_row[p]
            for lane in range(lanes):
                level[k, lane] += entries[p, lane] * level[row, lane]
        for lane in range(lanes):
            level[k, lane] *= diagonal[k, lane]


@kernel
def _assemble(
    edge: IntArray,
    a: IntArray,
    b: IntArray,
    at: IntArray,
    free: int,
    drop: FloatArray,
    conductance: FloatArray,
    diagonal: FloatArray,
    entries: FloatArray,
    level: FloatArray,
) -> None:
    """Add every edge's conductance and loss; `level` of junctions with given pressure is that pressure."""
    lanes = level.shape[1]
    for k in range(len(edge)):
        i, j = a[k], b[k]
        if i < free:
            for lane in range(lanes):
                diagonal[i, lane] += conductance[k, lane]
            for lane in range(lanes):
                level[i, lane] += conductance[k, lane] * drop[k, lane]
        if j < free:
            for lane in range(lanes):
                diagonal[j, lane] += conductance[k, lane]
            for lane in range(lanes):
                level[j, lane] -= conductance[k, lane] * drop[k, lane]
        if at[k] >= 0:
            for lane in range(lanes):
                entries[at[k], lane] += conductance[k, lane]
        elif i < free and j >= free:
            for lane in range(lanes):
                level[i, lane] += conductance[k, lane] * level[j, lane]
        elif j < free and i >= free:
            for lane in range(lanes):
                level[j, lane] += conductance[k, lane] * level[i, lane]


@compiled
def pump_head(branches: Branches, branch: int, m: float, rho: float) -> tuple[float, float]:
    """Return the head (bar) of a pump with a curve and its slope (bar per kg/s, not positive)."""
    first, last = branches.curve_ptr[branch], branches.curve_ptr[branch + 1]
    volume = 3600.0 * m / rho
    if last - first == 1:
        return branches.curve_bar[first], 0.0
    at = first
    while at < last - 2 and volume > branches.curve_m3_per_h[at + 1]:
        at += 1
    span = branches.curve_m3_per_h[at + 1] - branches.curve_m3_per_h[at]
    per_volume = (branches.curve_bar[at + 1] - branches.curve_bar[at]) / span
    head = branches.curve_bar[at] + per_volume * (volume - branches.curve_m3_per_h[at])
    return head, per_volume * 3600.0 / rho


@kernel
def _plain_drops(
    edge: IntArray,
    branches: int,
    rise_bar: FloatArray,
    head_bar: FloatArray,
    live: FloatArray,
    rho: FloatArray,
    dp: FloatArray,
    slope: FloatArray,
    drop: FloatArray,
    conductance: FloatArray,
) -> None:
    lanes = drop.shape[1]
    for k in range(len(edge)):
        e = edge[k]
        if e >= branches:
            continue
        rise, head = rise_bar[e], head_bar[e]
        for lane in range(lanes):
            drop[k, lane] = dp[e, lane] - rho[e, lane] * rise - head
            conductance[k, lane] = live[e, lane] / max(slope[e, lane], _LEAST_SLOPE)


@compiled
def _odd_drops(plan: Plan, core: Core, work: Work) -> None:
    """Set loss and conductance of pumps with curves, check valves and consumers whose flow follows the pressure."""
    graph, coefficients, users, state, scratch = plan.graph, plan.branches, plan.users, work.state, work.scratch
    branches, lanes, fluid = len(graph.start), work.state.m.shape[1], plan.fluid
    for k in range(len(core.edge)):
        e = core.edge[k]
        if e < branches and graph.kind[e] == PLAIN:
            continue
        for lane in range(lanes):
            m = state.m[e, lane]
            if e >= branches:
                scratch.drop[k, lane], scratch.conductance[k, lane] = 0.0, 0.0
                acts = state.short[e - branches, lane] > 0.0 or users.by_valve[e - branches]
                if state.live[e, lane] == 0.0 or not acts:
                    continue
                c = users.open_c[e - branches]
                if users.open_by_kv[e - branches]:
                    t = state.t[users.consumer_start[e - branches], lane]
                    c /= value_at(fluid.density, place(t, fluid.middle_degc, fluid.per_k))
                scratch.drop[k, lane] = c * m * m if m >= 0.0 else _SHUT_SLOPE * m
                scratch.conductance[k, lane] = 1.0 / (max(2.0 * c * m, _LEAST_SLOPE) if m >= 0.0 else _SHUT_SLOPE)
            elif graph.kind[e] == CURVED:
                lift, slope = pump_head(coefficients, e, m, state.rho[e, lane])
                scratch.drop[k, lane] -= lift
                scratch.conductance[k, lane] = state.live[e, lane] / max(-slope, _LEAST_SLOPE)
            elif graph.kind[e] == CHECK and m < 0.0:
                scratch.drop[k, lane] = _SHUT_SLOPE * m - state.rho[e, lane] * coefficients.rise_bar[e]
                scratch.conductance[k, lane] = state.live[e, lane] / _SHUT_SLOPE


@kernel
def _step(
    edge: IntArray,
    a: IntArray,
    b: IntArray,
    drop: FloatArray,
    conductance: FloatArray,
    level: FloatArray,
    damping: FloatArray,
    m: FloatArray,
    largest: FloatArray,
) -> None:
    """Take the step in every flow; `largest` is the largest of each lane before damping."""
    lanes = m.shape[1]
    for lane in range(lanes):
        largest[lane] = 0.0
    for k in range(len(edge)):
        i, j, e = a[k], b[k], edge[k]
        for lane in range(lanes):
            step = conductance[k, lane] * (level[i, lane] - level[j, lane] - drop[k, lane])
            step = min(max(step, -_LONGEST_STEP), _LONGEST_STEP)
            largest[lane] = max(largest[lane], abs(step))
            m[e, lane] += damping[lane] * step


@compiled
def _solve(plan: Plan, core: Core, work: Work) -> None:
    """Set the pressures that close the circuits, linear in the steps of the flows."""
    scratch, lanes = work.scratch, work.state.m.shape[1]
    scratch.diagonal[:] = _LEAK
    scratch.entries[:] = 0.0
    scratch.level[:] = 0.0
    for i in range(len(core.fixed_of)):
        plant = core.fixed_of[i]
        if plant >= 0 and core.fixed_supply[i]:
            for lane in range(lanes):
                scratch.level[core.free + i, lane] = work.state.head[plant, lane]
    _assemble(
        core.edge, core.a, core.b, core.at, core.free, scratch.drop, scratch.conductance, scratch.diagonal,
        scratch.entries, scratch.level,
    )  # fmt: skip
    _eliminate(
        core.free, core.col_ptr, core.col_row, core.fill_ptr, core.fill_at, scratch.diagonal, scratch.entries,
        scratch.level, scratch.rows[0], scratch.rows[7],
    )  # fmt: skip


@compiled
def close_circuits(
    plan: Plan, core: Core, work: Work, total: FloatArray, tolerance: FloatArray, moving: FloatArray
) -> None:
    """Set the flows of lanes marked `moving` such that the pressures around every circuit close; others stay.

    `tolerance` is the share of the flow `total` through the network (kg/s) at which a step is small enough.
    """
    graph, coefficients, state, scratch, fluid = plan.graph, plan.branches, work.state, work.scratch, plan.fluid
    set_flows(graph, plan.users, core, state, scratch)
    if len(core.edge) == 0:
        return
    rows, branches, lanes = scratch.rows, len(graph.start), state.m.shape[1]
    least, moved, step, damping, before, now, by_re = rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], rows[6]
    set_properties(
        core.edge, branches, graph.start, graph.end, state.m, state.live, state.t, state.t_out, work.inlet.t_rest,
        coefficients.loss_w_per_k, coefficients.length_m, fluid.density, fluid.fluidity, fluid.middle_degc, fluid.per_k,
        state.rho, state.phi, least, moved,
    )  # fmt: skip
    for lane in range(lanes):
        before[lane] = 1e300
        damping[lane] = moving[lane]
    for steps in range(_MOST_STEPS):
        for lane in range(lanes):
            least[lane] = _LEAST_SLOPE_SHARE * total[lane]
        set_losses(
            core.edge, branches, state.m, state.rho, state.phi, coefficients.c_local, coefficients.c_friction,
            coefficients.rough, coefficients.re_factor, least, state.x, state.inner, state.log_inner, state.dp, state.slope,
            now, by_re, moved,
        )  # fmt: skip
        _plain_drops(
            core.edge, branches, coefficients.rise_bar, coefficients.head_bar, state.live, state.rho, state.dp,
            state.slope, scratch.drop, scratch.conductance,
        )  # fmt: skip
        _odd_drops(plan, core, work)
        _solve(plan, core, work)
        _step(core.edge, core.a, core.b, scratch.drop, scratch.conductance, scratch.level, damping, state.m, step)
        closed = True
        for lane in range(lanes):
            if moving[lane] == 0.0:
                continue
            share = step[lane] / max(total[lane], 1e-9)
            if share > 0.7 * before[lane] and steps > 3:
                damping[lane] = max(0.5 * damping[lane], 0.05)
            else:
                damping[lane] = min(1.0, 1.5 * damping[lane])
            before[lane] = share
            found = moved[lane] <= max(_ROOT_TOLERANCE, tolerance[lane]) or share <= 1e-12
            # steps shrink by their squares: the next one would be far below the tolerance
            closed = closed and share <= max(tolerance[lane], min(1e-3 * tolerance[lane] ** 0.5, 1e-6)) and found
        if closed:
            break
    set_flows(graph, plan.users, core, state, scratch)
