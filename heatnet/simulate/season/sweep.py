"""Temperatures: one pass through the junctions in the order in which the water reaches them.

Water that meets in a junction mixes by enthalpy; along a pipe :math:`T_{out} = T_g + (T_{in} - T_g)\\,e^{-UL/(m c_p)}` with
the mean of the end heat capacities. Where water runs in a circle no order exists; there a junction takes what has not come
yet from the last pass, and the passes are repeated until nothing changes.
"""

from __future__ import annotations

import math

from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.compiled import compiled
from heatnet.simulate.season.fluid import cp_and_enthalpy, temperature
from heatnet.simulate.season.loops import LEAST_FLOW
from heatnet.simulate.season.plan import Plan
from heatnet.simulate.season.work import Work


@compiled
def directions_changed(plan: Plan, work: Work) -> bool:
    """Set each branch's direction (1, -1, 0 for rest); return whether one differs from those of the present order."""
    changed = False
    for branch in range(len(plan.start)):
        m = work.m[branch]
        way = 1 if m > LEAST_FLOW else (-1 if m < -LEAST_FLOW else 0)
        if way != work.way[branch]:
            work.way[branch] = way
            changed = True
    return changed


@compiled
def find_order(plan: Plan, work: Work) -> bool:
    """List the junctions downstream, supply line first; return whether water runs in a circle somewhere."""
    count = len(plan.elevation_m)
    waiting, order, place = work.waiting, work.order, work.place
    waiting[:] = 0
    work.forced[:] = False
    place[:] = -1
    for branch in range(len(plan.start)):
        if work.way[branch] != 0:
            waiting[plan.end[branch] if work.way[branch] > 0 else plan.start[branch]] += 1
    listed, head, left = 0, 0, 0
    circling = False
    for line in range(2):
        first = listed
        members = 0
        for node in range(count):
            if plan.is_supply[node] == (line == 0):
                members += 1
                if waiting[node] == 0:
                    order[listed], place[node] = node, listed
                    listed += 1
        while listed - first < members or head < listed:
            if head == listed:
                circling = True
                for node in range(count):
                    if place[node] < 0 and plan.is_supply[node] == (line == 0):
                        order[listed], place[node], work.forced[node] = node, listed, True
                        listed += 1
                        break
            node = order[head]
            work.leave_ptr[head] = left
            head += 1
            for k in range(plan.adj_ptr[node], plan.adj_ptr[node + 1]):
                branch = plan.adj_branch[k]
                way = work.way[branch]
                if (way > 0 and plan.start[branch] == node) or (way < 0 and plan.end[branch] == node):
                    there = plan.end[branch] if way > 0 else plan.start[branch]
                    work.leave[left] = branch
                    left += 1
                    waiting[there] -= 1
                    if waiting[there] == 0 and place[there] < 0:
                        order[listed], place[there] = there, listed
                        listed += 1
    work.leave_ptr[head] = left
    return circling


@compiled
def flow_in(mix: FloatArray, node: int, m: float, t: float, h: float) -> None:
    """Count a stream into a junction."""
    mix[node, 0] += m
    mix[node, 1] += m * h
    mix[node, 2] += m * t
    mix[node, 3] += 1.0
    mix[node, 4], mix[node, 5] = t, h


@compiled
def kept_share(decay: float) -> float:
    """Return exp(-decay), decay not negative; small ones by five terms of the series (within 2e-11)."""
    if decay < 0.05:
        inner = 1.0 - decay / 3.0 * (1.0 - decay / 4.0 * (1.0 - decay / 5.0))
        return 1.0 - decay * (1.0 - decay / 2.0 * inner)
    return math.exp(-decay)


@compiled
def _add_last_pass(plan: Plan, work: Work, place: int, node: int) -> None:
    """Count what flows into a junction from places that the water reaches later, as the last pass left it."""
    for k in range(plan.adj_ptr[node], plan.adj_ptr[node + 1]):
        branch = plan.adj_branch[k]
        way = work.way[branch]
        if (way > 0 and plan.end[branch] == node) or (way < 0 and plan.start[branch] == node):
            above = plan.start[branch] if way > 0 else plan.end[branch]
            if work.place[above] > place:
                flow_in(work.mix, node, abs(work.m[branch]), work.t_out[branch], work.h_out[branch])


@compiled
def sweep_line(plan: Plan, work: Work, first: int, last: int, t_ground: FloatArray, t_rest: float) -> float:
    """Carry temperatures through places `first` to `last` of the order; return an outlet's largest change, K."""
    table, start, per_k = plan.table, plan.table_start, plan.table_per_k
    mix, temperatures, enthalpies, order, leave_ptr = work.mix, work.t, work.h, work.order, work.leave_ptr
    outlet_t, outlet_h, outlet_cp, flows = work.t_out, work.h_out, work.cp_out, work.m
    loss_w_per_k, element, begins, ends = plan.loss_w_per_k, plan.element, plan.start, plan.end
    preheat_at, preheat_w = plan.preheat_at, work.preheat_w
    h_rest = cp_and_enthalpy(table, start, per_k, t_rest)[1]
    largest = 0.0
    for place in range(first, last):
        node = order[place]
        if work.forced[node]:
            _add_last_pass(plan, work, place, node)
        mdot = mix[node, 0]
        t, h = t_rest, h_rest
        if mix[node, 3] == 1.0:
            t, h = mix[node, 4], mix[node, 5]
        elif mdot > 0.0:
            h = mix[node, 1] / mdot
            t = temperature(table, start, per_k, h, mix[node, 2] / mdot)
        work.t_in[node] = t
        for k in range(len(preheat_at)):
            if preheat_at[k] == node and preheat_w[k] != 0.0 and mdot > LEAST_FLOW:
                h += preheat_w[k] / mdot
                t = temperature(table, start, per_k, h, t)
        temperatures[node], enthalpies[node] = t, h
        if leave_ptr[place] == leave_ptr[place + 1]:
            continue
        cp = cp_and_enthalpy(table, start, per_k, t)[0]
        for k in range(leave_ptr[place], leave_ptr[place + 1]):
            branch = work.leave[k]
            m = abs(flows[branch])
            t_out, h_out = t, h
            if loss_w_per_k[branch] > 0.0:
                ground = t_ground[element[branch]]
                decay = loss_w_per_k[branch] / (m * 0.5 * (cp + outlet_cp[branch]))
                t_out = ground + (t - ground) * kept_share(decay)
                outlet_cp[branch], h_out = cp_and_enthalpy(table, start, per_k, t_out)
            elif plan.heater_w[branch] != 0.0:
                h_out = h + plan.heater_w[branch] / m
                t_out = temperature(table, start, per_k, h_out, t)
            largest = max(largest, abs(t_out - outlet_t[branch]))
            outlet_t[branch], outlet_h[branch] = t_out, h_out
            there = ends[branch] if work.way[branch] > 0 else begins[branch]
            if work.place[there] > place:
                flow_in(mix, there, m, t_out, h_out)
    return largest
