"""Flows and pressures of one instant in compiled code: what the forest must carry, and the circuits by Newton's method.

Flows that conserve mass are a forest's, which carry what consumers and plants take and give, plus those of the chords around
their circuits. The pressures :math:`p` of the circuits' junctions solve

.. math:: A\\,g\\,(A^T p - f(m)) = 0, \\qquad g = 1 / f'(m)

and the step :math:`\\delta m = g (A^T p - f)` conserves mass itself (Todini and Pilati 1988, as in
`heatnet.simulate.season.loops`, whose order of elimination is used here). A valve through which the flow follows the pressure is
an edge of the circuits like a pipe. Densities are given: they are those of what the pipes hold.
"""

from __future__ import annotations

import math

from heatnet.adapters.layout import IntArray
from heatnet.simulate.season.loops import pump_head
from heatnet.simulate.season.plan import BY_FLOW, BY_HEAT, CHECK, CURVED, Core
from heatnet.simulate.transient.compiled import compiled, compiled_entry
from heatnet.simulate.transient.plan import Currents, Mains

#: below this Reynolds number the friction factor stays, as in the steady engines
RESTING_REYNOLDS = 10.0
_LN10 = math.log(10.0)
#: slope of a loss is never less than at this share of the whole flow
_LEAST_SLOPE_SHARE = 1e-7
#: slope of an edge without loss, and of a shut check valve, bar per kg/s: a smaller one makes its flow the rounding of pressures
_LEAST_SLOPE, _SHUT_SLOPE = 1e-8, 1e9
#: conductance to nowhere that keeps junctions at rest in the matrix, kg/s per bar
_LEAK = 1e-12
#: largest step, as a share of the whole flow, at which circuits are closed, and at which they are not open
CLOSED_SHARE, OPEN_SHARE = 1e-9, 1e-6
_ROOT_TOLERANCE = 1e-6
_MOST_STEPS, _MOST_HEADS, _MOST_ROOTS = 60, 80, 30
#: error of a head that follows the worst consumer, bar: as in the season engine, and what rounding may leave
_HEAD_TOLERANCE_BAR, _HEAD_ROUNDING_BAR = 1e-7, 1e-5
#: no consumer of a part takes water
_NOBODY = -1e9


@compiled
def _forest_flows(mains: Mains, core: Core, now: Currents) -> float:
    """Set the flows of the forest and of pressure-holding plants from all others; return the largest need that none meets."""
    branches, need, mdot = len(mains.graph.start), now.need, now.mdot
    need[:] = 0.0
    for i in range(len(mains.users.consumer_start)):
        need[mains.users.consumer_start[i]] += mdot[branches + i]
        need[mains.users.consumer_end[i]] -= mdot[branches + i]
    for i in range(len(mains.users.plant_start)):
        if mains.users.plant_role[i] == BY_HEAT or mains.users.plant_role[i] == BY_FLOW:
            need[mains.users.plant_end[i]] -= now.plant_mdot[i]
            need[mains.users.plant_start[i]] += now.plant_mdot[i]
    for k in range(len(core.chord)):
        edge = core.chord[k]
        if edge < branches:
            need[mains.graph.start[edge]] += mdot[edge]
            need[mains.graph.end[edge]] -= mdot[edge]
    for at in range(len(mains.graph.tree_order) - 1, -1, -1):
        node = mains.graph.tree_order[at]
        edge = mains.graph.tree_branch[node]
        if edge >= 0:
            mdot[edge] = mains.graph.tree_sign[node] * need[node]
            need[mains.graph.tree_parent[node]] += need[node]
    for i in range(len(mains.users.holding)):
        plant = mains.users.holding[i]
        now.plant_mdot[plant] = need[mains.users.plant_end[plant]]
        need[mains.users.plant_end[plant]] = 0.0
        need[mains.users.plant_start[plant]] = 0.0
    unmet = 0.0
    for node in range(len(need)):
        if mains.graph.tree_branch[node] < 0:
            unmet = max(unmet, abs(need[node]))
    return unmet


@compiled
def _losses(mains: Mains, now: Currents, edges: IntArray, least: float) -> float:
    """Set loss and slope of branches, one step of Newton's method in Colebrook's equation; return the largest such step."""
    moved = 0.0
    for k in range(len(edges)):
        e = edges[k]
        if e >= len(mains.graph.start):
            continue
        if not now.live[e]:
            now.dp[e], now.slope[e] = 0.0, 0.0
            continue
        m, by_square, bend = now.mdot[e], mains.branches.c_local[e], 0.0
        flow = abs(m)
        if mains.branches.c_friction[e] > 0.0:
            re, x = flow * mains.branches.re_factor[e] * now.fluidity[e], now.root[e]
            by_re = 2.51 / max(re, RESTING_REYNOLDS)
            inner = mains.branches.rough[e] + by_re * x
            share = 2.0 / _LN10 * by_re / inner
            step = (x + 2.0 / _LN10 * math.log(inner)) / (1.0 + share)
            moved = max(moved, abs(step))
            x = max(x - step, 1e-3)
            now.root[e] = x
            wall = mains.branches.c_friction[e] / (x * x)
            by_square += wall
            bend = 2.0 * wall * share / (1.0 + share) if re > RESTING_REYNOLDS else 0.0
        now.dp[e] = m * flow * by_square / now.rho[e]
        now.slope[e] = max(flow * (2.0 * by_square - bend), 2.0 * least * by_square) / now.rho[e]
    return moved


@compiled
def _drops(mains: Mains, core: Core, now: Currents) -> None:
    """Set pressure drop and conductance of every edge on a circuit."""
    branches = len(mains.graph.start)
    for k in range(len(core.edge)):
        e = core.edge[k]
        m = now.mdot[e]
        if not now.live[e]:
            now.drop[k], now.conductance[k] = 0.0, 0.0
        elif e >= branches:
            i = e - branches
            now.drop[k], now.conductance[k] = 0.0, 0.0
            if now.acts[i]:
                c = mains.users.open_c[i] / now.valve_rho[i] if mains.users.open_by_kv[i] else mains.users.open_c[i]
                now.drop[k] = c * m * m if m >= 0.0 else _SHUT_SLOPE * m
                now.conductance[k] = 1.0 / (max(2.0 * c * m, _LEAST_SLOPE) if m >= 0.0 else _SHUT_SLOPE)
        else:
            drop, slope = now.dp[e] - now.rho[e] * mains.branches.rise_bar[e] - mains.branches.head_bar[e], now.slope[e]
            if mains.graph.kind[e] == CURVED:
                lift, falls = pump_head(mains.branches, e, m, now.rho[e])
                drop, slope = drop - lift, -falls
            elif mains.graph.kind[e] == CHECK and m < 0.0:
                drop, slope = _SHUT_SLOPE * m - now.rho[e] * mains.branches.rise_bar[e], _SHUT_SLOPE
            now.drop[k], now.conductance[k] = drop, 1.0 / max(slope, _LEAST_SLOPE)


@compiled
def _level(core: Core, now: Currents) -> None:
    """Set the pressures that close the circuits, linear in the steps of the flows: assembly and elimination."""
    diagonal, entries, level, free = now.diagonal, now.entries, now.level, core.free
    diagonal[:] = _LEAK
    entries[:] = 0.0
    level[:] = 0.0
    for i in range(len(core.fixed_of)):
        if core.fixed_of[i] >= 0 and core.fixed_supply[i]:
            level[free + i] = now.head[core.fixed_of[i]]
    for k in range(len(core.edge)):
        i, j, g, pushed = core.a[k], core.b[k], now.conductance[k], now.conductance[k] * now.drop[k]
        if i < free:
            diagonal[i] += g
            level[i] += pushed if j < free else pushed + g * level[j]
        if j < free:
            diagonal[j] += g
            level[j] -= pushed if i < free else pushed - g * level[i]
        if core.at[k] >= 0:
            entries[core.at[k]] += g
    for k in range(free):
        inverse = 1.0 / diagonal[k]
        diagonal[k] = inverse
        for p in range(core.col_ptr[k], core.col_ptr[k + 1]):
            row, share = core.col_row[p], entries[p] * inverse
            level[row] += share * level[k]
            diagonal[row] -= share * entries[p]
            first = core.fill_ptr[p]
            for f in range(first, core.fill_ptr[p + 1]):
                entries[core.fill_at[f]] += share * entries[p + 1 + f - first]
    for k in range(free - 1, -1, -1):
        for p in range(core.col_ptr[k], core.col_ptr[k + 1]):
            level[k] += entries[p] * level[core.col_row[p]]
        level[k] *= diagonal[k]


@compiled
def _close(mains: Mains, core: Core, now: Currents) -> float:
    """Close the circuits; return the last step as a share of the whole flow, and infinity where some need is not met."""
    total = 0.0
    for i in range(len(mains.graph.start), len(now.mdot)):
        total += now.mdot[i]
    total = max(total, 1e-9)
    if _forest_flows(mains, core, now) > 1e-9 * total:
        return math.inf
    if len(core.edge) == 0:
        return 0.0
    before, damping, share = math.inf, 1.0, math.inf
    for steps in range(_MOST_STEPS):
        moved = _losses(mains, now, core.edge, _LEAST_SLOPE_SHARE * total)
        _drops(mains, core, now)
        _level(core, now)
        share = 0.0
        for k in range(len(core.edge)):
            step = now.conductance[k] * (now.level[core.a[k]] - now.level[core.b[k]] - now.drop[k])
            share = max(share, abs(step) / total)
            now.mdot[core.edge[k]] += damping * step
        if share <= CLOSED_SHARE and moved <= _ROOT_TOLERANCE:
            break
        slow = share > 0.7 * before and steps > 3
        damping, before = max(0.5 * damping, 0.05) if slow else min(1.0, 1.5 * damping), share
    return math.inf if _forest_flows(mains, core, now) > 1e-9 * total else share


@compiled
def _set_pressures(mains: Mains, now: Currents) -> None:
    """Set absolute pressures along the forest, each supply line lifted by its plant's head; NaN where no plant holds any."""
    p = now.p
    p[:] = math.nan
    for part in range(len(mains.users.holding)):
        p[mains.users.plant_start[mains.users.holding[part]]] = 0.0
        p[mains.users.plant_end[mains.users.holding[part]]] = 0.0
    for at in range(len(mains.graph.tree_order)):
        node = mains.graph.tree_order[at]
        edge = mains.graph.tree_branch[node]
        if edge < 0:
            continue
        driven = now.rho[edge] * mains.branches.rise_bar[edge] - now.dp[edge]
        if now.live[edge]:
            driven += mains.branches.head_bar[edge]
            if mains.graph.kind[edge] == CURVED:
                driven += pump_head(mains.branches, edge, now.mdot[edge], now.rho[edge])[0]
        p[node] = p[mains.graph.tree_parent[node]] + mains.graph.tree_sign[node] * driven
    for part in range(len(mains.users.holding)):
        plant, point = mains.users.holding[part], mains.point_junction
        if point >= 0 and mains.graph.part[point] != part:
            # a part of its own without a constant-pressure point: its plant's suction has that pressure
            point = mains.users.plant_start[plant]
        level = 0.0
        if point >= 0:
            level = mains.point_bar - p[point] - (now.head[plant] if mains.graph.is_supply[point] else 0.0)
        for node in range(len(p)):
            if mains.graph.part[node] == part:
                p[node] += level + (now.head[plant] if mains.graph.is_supply[node] else 0.0)


@compiled
def _missing(mains: Mains, now: Currents, part: int) -> float:
    """Return what the worst consumer of a part lacks of its pressure difference, bar (negative where it has more)."""
    worst, branches = _NOBODY, len(mains.graph.start)
    for i in range(len(mains.users.consumer_start)):
        if mains.users.consumer_part[i] == part and now.live[branches + i]:
            available = now.p[mains.users.consumer_start[i]] - now.p[mains.users.consumer_end[i]]
            worst = max(worst, mains.users.min_dp_bar[i] - available)
    return worst


@compiled_entry
def find_flows(mains: Mains, core: Core, now: Currents, edges: IntArray, heads_drive: bool) -> float:
    """Set the flows; return the last step as a share of the whole flow.

    Where flows depend on heads (`heads_drive`), heads that follow the worst consumer are found as well: by secants between
    slopes of -1 (flows do not change) and -0.05. `edges` lists all branches.
    """
    share = _close(mains, core, now)
    if not heads_drive:
        return share
    for part in range(len(mains.users.holding)):
        plant = mains.users.holding[part]
        if math.isfinite(mains.users.plant_head_bar[plant]):
            continue
        last_head, last_missing = 0.0, 0.0
        for turn in range(_MOST_HEADS):
            _all_losses(mains, now, edges)
            _set_pressures(mains, now)
            missing = _missing(mains, now, part)
            if missing == _NOBODY or abs(missing) <= _HEAD_TOLERANCE_BAR:
                break
            head, slope = now.head[plant], -1.0
            if turn > 0 and abs(head - last_head) > 1e-12:
                slope = min(max((missing - last_missing) / (head - last_head), -1.0), -0.05)
            last_head, last_missing = head, missing
            now.head[plant] = max(head - missing / slope, 0.2 * head)
            share = _close(mains, core, now)
            if turn == _MOST_HEADS - 1 and abs(missing) > _HEAD_ROUNDING_BAR:
                share = math.inf
    return share


@compiled
def _all_losses(mains: Mains, now: Currents, edges: IntArray) -> None:
    """Set the loss of every branch."""
    for _turn in range(_MOST_ROOTS):
        if _losses(mains, now, edges, 0.0) <= _ROOT_TOLERANCE:
            break


@compiled_entry
def find_pressures(mains: Mains, now: Currents, edges: IntArray, heads_drive: bool) -> None:
    """Set losses, pressures, and heads that follow the worst consumer, unless flows depended on these already."""
    _all_losses(mains, now, edges)
    for part in range(len(mains.users.holding)):
        plant = mains.users.holding[part]
        if math.isfinite(mains.users.plant_head_bar[plant]):
            now.head[plant] = mains.users.plant_head_bar[plant]
        elif not heads_drive:
            now.head[plant] = 0.0
    _set_pressures(mains, now)
    if heads_drive:
        return
    follows = False
    for part in range(len(mains.users.holding)):
        plant = mains.users.holding[part]
        if not math.isfinite(mains.users.plant_head_bar[plant]):
            missing = _missing(mains, now, part)
            now.head[plant] = missing if missing != _NOBODY else 0.0
            follows = True
    if follows:
        _set_pressures(mains, now)
