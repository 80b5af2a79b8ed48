"""Flows: what the forest must carry, plus the flows around independent circuits, found by Newton's method.

With flows :math:`m = m_0 + B^T q` mass is conserved whatever :math:`q` is; the pressures around every circuit close where

.. math:: B\\,\\Delta p(m_0 + B^T q) = 0, \\qquad \\left(B\\,\\mathrm{diag}(\\Delta p')\\,B^T\\right)\\,\\delta q = -B\\,\\Delta p

The matrix is symmetric and positive, because every pressure loss grows with its flow; it is factored as L D L^T along a
fixed pattern.
"""

from __future__ import annotations

import math

from heatnet.adapters.layout import IntArray
from heatnet.simulate.season.compiled import compiled
from heatnet.simulate.season.fluid import ETA, RHO, at
from heatnet.simulate.season.plan import Plan
from heatnet.simulate.season.work import Work

#: below this Reynolds number the friction factor stays (as in the reference engine)
RESTING_REYNOLDS = 10.0
_LN10 = math.log(10.0)
#: flow in kg/s below which a branch counts as resting
LEAST_FLOW = 1e-10
#: slope of the pressure loss is never less than at this share of the largest flow
_LEAST_SLOPE_SHARE = 1e-7
_MOST_STEPS = 40


@compiled
def tree_flows(plan: Plan, work: Work) -> float:
    """Add up what consumers and plants take and give along the forest; return the flow that the holding plant gives.

    NaN where a part of a line has no way to balance.
    """
    need = work.need
    need[:] = 0.0
    taken = 0.0
    for i in range(len(plan.consumer_start)):
        m = work.consumer_m[i]
        taken += m
        need[plan.consumer_start[i]] += m
        need[plan.consumer_end[i]] -= m
    for i in range(len(plan.plant_start)):
        if plan.plant_role[i] > 1:
            m = work.plant_m[i]
            taken = max(taken, m)
            need[plan.plant_end[i]] -= m
            need[plan.plant_start[i]] += m
    odd = 0.0
    supply, back = plan.plant_end[plan.holding], plan.plant_start[plan.holding]
    for place in range(len(plan.tree_order) - 1, -1, -1):
        node = plan.tree_order[place]
        branch = plan.tree_branch[node]
        if branch < 0:
            if node != supply and node != back:
                odd = max(odd, abs(need[node]))
            continue
        work.m_tree[branch] = plan.tree_sign[node] * need[node]
        need[plan.tree_parent[node]] += need[node]
    if odd > 1e-9 * taken + 1e-12:
        return math.nan
    return need[supply]


@compiled
def all_flows(plan: Plan, work: Work) -> None:
    """Set the flow of every branch from the forest's flows and the circuits'."""
    for branch in range(len(plan.start)):
        work.m[branch] = work.m_tree[branch] if work.edge_alive[branch] else 0.0
    for cycle in range(len(plan.cycle_ptr) - 1):
        if work.cycle_on[cycle]:
            for place in range(plan.cycle_ptr[cycle], plan.cycle_ptr[cycle + 1]):
                work.m[plan.cycle_branch[place]] += plan.cycle_sign[place] * work.q[cycle]


@compiled
def colebrook_root(rough: float, by_re: float, x: float) -> tuple[float, float]:
    """Return x = 1/sqrt(lambda) with x + 2 log10(rough + by_re x) = 0, and the second term's share in the slope of that.

    Newton's method from a guess; `by_re` is 2.51/Re.
    """
    share = 0.0
    for _step in range(50):
        inner = rough + by_re * x
        share = 2.0 * by_re / (_LN10 * inner)
        step = (x + 2.0 * math.log(inner) / _LN10) / (1.0 + share)
        x = max(x - step, 1e-3)
        if abs(step) < 1e-6 * x:
            break
    return x, share


@compiled
def set_properties(plan: Plan, work: Work, branches: IntArray, t_rest: float) -> None:
    """Set density and viscosity of branches from the temperatures at their ends."""
    table, first, per_k = plan.table, plan.table_start, plan.table_per_k
    start, end, t, m, outlet = plan.start, plan.end, work.t, work.m, work.t_out
    rho, eta, alive = work.rho, work.eta, work.edge_alive
    for place in range(len(branches)):
        branch = branches[place]
        if not alive[branch]:
            continue
        t_in = t[start[branch]] if m[branch] >= 0.0 else t[end[branch]]
        t_out = outlet[branch] if abs(m[branch]) > LEAST_FLOW else t_rest
        rho[branch] = 0.5 * (at(table, first, per_k, RHO, t_in) + at(table, first, per_k, RHO, t_out))
        eta[branch] = at(table, first, per_k, ETA, 0.5 * (t_in + t_out))


@compiled
def set_losses(plan: Plan, work: Work, branches: IntArray, least_flow: float) -> None:
    """Set friction and local loss of branches (bar, along start → end) and its slope, not below that at `least_flow`."""
    flows, alive, rho, eta, roots = work.m, work.edge_alive, work.rho, work.eta, work.x
    losses, slopes = work.dp, work.slope
    local, by_friction, rough, re_factor = plan.c_local, plan.c_friction, plan.rough, plan.re_factor
    for place in range(len(branches)):
        branch = branches[place]
        if not alive[branch]:
            continue
        flow = abs(flows[branch])
        c, bend = local[branch], 0.0
        if by_friction[branch] > 0.0:
            re = flow * re_factor[branch] / eta[branch]
            moving = re > RESTING_REYNOLDS
            x, share = colebrook_root(rough[branch], 2.51 / (re if moving else RESTING_REYNOLDS), roots[branch])
            roots[branch] = x
            friction = by_friction[branch] / (x * x)
            c += friction
            if moving:
                bend = 2.0 * friction * share / (1.0 + share)
        losses[branch] = flows[branch] * flow * c / rho[branch]
        slopes[branch] = max(flow * (2.0 * c - bend), 2.0 * least_flow * c) / rho[branch]


@compiled
def _assemble(plan: Plan, work: Work, least_flow: float) -> None:
    """Set the circuits' residuals (bar) and the matrix of their slopes from the branches' current flows."""
    set_losses(plan, work, plan.loop_branch, least_flow)
    jac, residual, scale = work.jac, work.residual, work.scale
    jac[:] = 0.0
    residual[:] = 0.0
    scale[:] = 0.0
    for place in range(len(plan.loop_branch)):
        branch = plan.loop_branch[place]
        if not work.edge_alive[branch]:
            continue
        drop = work.dp[branch] - work.rho[branch] * plan.rise_bar[branch] - plan.head_bar[branch]
        slope = max(work.slope[branch], 1e-14)
        for k in range(plan.loop_ptr[place], plan.loop_ptr[place + 1]):
            residual[plan.loop_cycle[k]] += plan.loop_sign[k] * drop
            scale[plan.loop_cycle[k]] += abs(work.dp[branch])
        for k in range(plan.pair_ptr[place], plan.pair_ptr[place + 1]):
            jac[plan.pair_at[k]] += plan.pair_sign[k] * slope


@compiled
def _solve(plan: Plan, work: Work) -> None:
    """Set `q_step` to minus matrix to the minus one times residual (T. A. Davis, ACM TOMS 31 (2005) 587)."""
    count = len(plan.cycle_ptr) - 1
    ptr, row, parent, first = plan.jac_ptr, plan.jac_row, plan.elim_parent, plan.factor_ptr
    column, pivot, used, flag, pattern = work.column, work.pivot, work.factor_used, work.flag, work.pattern
    for k in range(count):
        column[k] = 0.0
        top = count
        flag[k] = k
        used[k] = 0
        for place in range(ptr[k], ptr[k + 1]):
            i = row[place]
            column[i] += work.jac[place]
            length = 0
            while flag[i] != k:
                pattern[length] = i
                length += 1
                flag[i] = k
                i = parent[i]
            while length > 0:
                top -= 1
                length -= 1
                pattern[top] = pattern[length]
        pivot[k] = column[k] if work.cycle_on[k] else column[k] + 1.0
        column[k] = 0.0
        for place in range(top, count):
            i = pattern[place]
            value = column[i]
            column[i] = 0.0
            for p in range(first[i], first[i] + used[i]):
                column[work.factor_row[p]] -= work.factor[p] * value
            below = value / pivot[i]
            pivot[k] -= below * value
            p = first[i] + used[i]
            work.factor_row[p], work.factor[p] = k, below
            used[i] += 1
    x = work.q_step
    for k in range(count):
        x[k] = -work.residual[k] if work.cycle_on[k] else 0.0
    for k in range(count):
        for p in range(first[k], first[k] + used[k]):
            x[work.factor_row[p]] -= work.factor[p] * x[k]
    for k in range(count):
        x[k] /= pivot[k]
    for k in range(count - 1, -1, -1):
        for p in range(first[k], first[k] + used[k]):
            x[k] -= work.factor[p] * x[work.factor_row[p]]


@compiled
def solve_loops(plan: Plan, work: Work, largest: float, tolerance: float, t_rest: float) -> bool:
    """Set all flows such that pressures close around every circuit; return whether they do.

    `tolerance` is the last step's share of the `largest` flow.
    """
    all_flows(plan, work)
    count = len(plan.cycle_ptr) - 1
    if count == 0:
        return True
    set_properties(plan, work, plan.loop_branch, t_rest)
    before = 0.0
    for _step in range(_MOST_STEPS):
        _assemble(plan, work, _LEAST_SLOPE_SHARE * largest)
        closed, along = True, 0.0
        for cycle in range(count):
            if work.cycle_on[cycle]:
                closed = closed and abs(work.residual[cycle]) <= 1e-11 * work.scale[cycle] + 1e-16
                along += work.residual[cycle] * work.q_step[cycle]
        if closed:
            return True
        if before < 0.0 and along > 0.9 * -before:
            # beyond the lowest point of the convex sum of losses: half way back
            for cycle in range(count):
                work.q_step[cycle] *= 0.5
                work.q[cycle] -= work.q_step[cycle]
            before *= 0.5
            all_flows(plan, work)
            continue
        _solve(plan, work)
        step, before = 0.0, 0.0
        for cycle in range(count):
            if work.cycle_on[cycle]:
                work.q[cycle] += work.q_step[cycle]
                step = max(step, abs(work.q_step[cycle]))
                before += work.residual[cycle] * work.q_step[cycle]
        all_flows(plan, work)
        if step <= tolerance * largest:
            return True
    return False
