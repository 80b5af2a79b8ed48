"""One sweep through a network: enthalpy with the flow from node to node, each pipe marched once, then the pressures."""

from __future__ import annotations

import math

from heatnet.physics.arrays import FloatArray
from heatnet.physics.friction import GRAVITY_M_PER_S2
from heatnet.steam.compiled import compiled
from heatnet.steam.fluid import (
    P_HIGH,
    P_LOW,
    boiling_degc,
    enthalpy_at,
    liquid_enthalpy,
    vapour_enthalpy,
    vapour_volume,
)
from heatnet.steam.given import BY_NEED, OWN, Given
from heatnet.steam.march import (
    ARRIVED,
    CHOKED,
    CONDENSATE,
    DRYNESS,
    END,
    FALL,
    H_OUT,
    M_OUT,
    P_OUT,
    REACHED,
    TOLERANCE,
    WET_FROM,
    march,
)
from heatnet.steam.plan import FLOW, HEAT, NOWHERE, PRESSURE, Plan
from heatnet.steam.step import Pipe
from heatnet.steam.work import Work

FORWARD, BACKWARD, BOTH, REST = 1, -1, 2, 0
#: flow below which nothing flows, kg/s
LEAST_FLOW = 1e-9
#: a plant's temperature that is so little below saturation counts as dry saturated, K
SATURATED_WITHIN_K = 0.5
#: marches until the inflow of a dead end stands
_DEAD_END_ROUNDS = 20


@compiled
def set_plants(fluid: FloatArray, plan: Plan, given: Given, row: int, work: Work) -> bool:
    """Set enthalpy and given flow of plants; return whether one's steam is colder than saturation."""
    below = False
    for i in range(len(plan.plant_node)):
        p = work.p[plan.plant_node[i]]
        boiling = boiling_degc(fluid, p)
        t = given.plant_t[row, i]
        if not math.isnan(given.plant_superheat[row, i]):
            t = boiling + given.plant_superheat[row, i]
        gives = plan.plant_role[i] == PRESSURE
        if plan.plant_role[i] == HEAT:
            gives = given.plant_heat[row, i] > 0.0
        elif plan.plant_role[i] == FLOW:
            gives = given.plant_flow[row, i] > 0.0
        if gives and t < boiling - SATURATED_WITHIN_K:
            below = True
        work.plant_h[i] = enthalpy_at(fluid, p, t) if t > boiling else vapour_enthalpy(fluid, p)
        if plan.plant_role[i] == HEAT:
            work.plant_m[i] = given.plant_heat[row, i] / (work.plant_h[i] - given.h_feed)
        elif plan.plant_role[i] == FLOW:
            work.plant_m[i] = given.plant_flow[row, i]
    return below


@compiled
def kept_hot_by(fluid: FloatArray, plan: Plan, e: int, t_ambient: float, p: float, h: float) -> float:
    """Return the least inflow of a pipe with traps, kg/s: all of it condenses, nothing arrives."""
    lost = plan.u[e] * plan.length[e] * (boiling_degc(fluid, p) - t_ambient)
    return max(lost / (h - liquid_enthalpy(fluid, p)), 0.0)


@compiled
def pipe_along(plan: Plan, e: int, forward: bool) -> Pipe:
    """Return a pipe as the flow sees it."""
    end = plan.far[e] if forward else plan.near[e]
    start = plan.near[e] if forward else plan.far[e]
    return Pipe(
        plan.length[e],
        plan.diameter[e],
        plan.roughness[e],
        plan.zeta[e],
        plan.u[e],
        plan.height[end] - plan.height[start],
        plan.trap_spacing[e],
        plan.has_trap[end],
    )


@compiled
def set_dead_end(
    fluid: FloatArray, plan: Plan, e: int, forward: bool, t_ambient: float, work: Work, out: FloatArray
) -> float:
    """March a pipe whose steam all condenses on its way; return the inflow that just does so, kg/s."""
    start = plan.near[e] if forward else plan.far[e]
    pipe = pipe_along(plan, e, forward)
    inflow = kept_hot_by(fluid, plan, e, t_ambient, work.p[start], work.h[start])
    if inflow <= LEAST_FLOW or not (pipe.trap_at_end or pipe.trap_spacing > 0.0):
        out[:] = 0.0
        out[FALL] = at_rest(fluid, plan, e, work) * (1.0 if forward else -1.0)
        return 0.0
    for _round in range(_DEAD_END_ROUNDS):
        march(fluid, pipe, t_ambient, inflow, work.p[start], work.h[start], TOLERANCE, math.inf, out, work.trace)
        moved = abs(out[CONDENSATE] - inflow)
        inflow = out[CONDENSATE]
        if moved < 1e-10 * inflow:
            break
    return inflow


@compiled
def at_rest(fluid: FloatArray, plan: Plan, e: int, work: Work) -> float:
    """Return p_near² - p_far² of saturated vapour at rest."""
    p = work.p[plan.near[e]]
    column = GRAVITY_M_PER_S2 * (plan.height[plan.far[e]] - plan.height[plan.near[e]]) / vapour_volume(fluid, p)
    return 2.0 * p * column - column * column


@compiled
def set_direction(fluid: FloatArray, plan: Plan, e: int, t_ambient: float, work: Work) -> float:
    """Set the direction of a pipe's flow; return its inflow, kg/s."""
    near, far = plan.near[e], plan.far[e]
    along = plan.trap_spacing[e] > 0.0
    flow = work.f[e]
    if flow >= 0.0:
        inflow = flow
        if along or plan.has_trap[far]:
            # the true need is a little less where the pressure, and saturation with it, falls on the way
            needed = kept_hot_by(fluid, plan, e, t_ambient, work.p[near], work.h[near])
            inflow = max(flow + work.c[e], 0.9 * needed)
        work.direction[e] = FORWARD if inflow > LEAST_FLOW else REST
        return inflow
    inflow = -flow
    work.direction[e] = BACKWARD if inflow > LEAST_FLOW else REST
    if along or plan.has_trap[near]:
        needed = kept_hot_by(fluid, plan, e, t_ambient, work.p[far], work.h[far])
        # superheat makes the true need some percent larger
        if inflow < needed or (
            inflow < 1.5 * needed and inflow < set_dead_end(fluid, plan, e, False, t_ambient, work, work.ends[1])
        ):
            work.direction[e] = BOTH
    return inflow


@compiled
def set_still(fluid: FloatArray, plan: Plan, e: int, t_ambient: float, work: Work) -> None:
    """Set a pipe that passes nothing on: kept hot from both ends, or at rest and cold.

    Between the flow that ends at the far end (f = 0) and that which ends at the near end everything goes over linearly: mass
    and energy stay exact, and the drop of pressure does not jump.
    """
    out = work.out[e]
    if work.direction[e] == REST:
        out[:] = 0.0
        work.c[e] = 0.0
        work.fall[e] = at_rest(fluid, plan, e, work)
        out[DRYNESS], out[WET_FROM] = math.nan, math.nan
    else:
        from_near = set_dead_end(fluid, plan, e, True, t_ambient, work, work.ends[0])
        from_far = set_dead_end(fluid, plan, e, False, t_ambient, work, work.ends[1])
        share = min(-work.f[e] / from_far, 1.0)
        for column in range(out.shape[0]):
            out[column] = (1.0 - share) * work.ends[0, column] + share * work.ends[1, column]
        work.c[e] = (1.0 - share) * from_near + share * from_far
        work.fall[e] = (1.0 - share) * work.ends[0, FALL] - share * work.ends[1, FALL]
        out[DRYNESS], out[WET_FROM], out[CONDENSATE], out[END] = 0.0, 0.0, work.c[e], ARRIVED
    out[REACHED] = plan.length[e]


@compiled
def march_pipe(fluid: FloatArray, plan: Plan, e: int, inflow: float, t_ambient: float, work: Work) -> float:
    """March one pipe that flows and hand its steam to the node at its end; return the change of its condensate."""
    forward = work.direction[e] == FORWARD
    start, end = (plan.near[e], plan.far[e]) if forward else (plan.far[e], plan.near[e])
    out = work.out[e]
    march(
        fluid,
        pipe_along(plan, e, forward),
        t_ambient,
        inflow,
        work.p[start],
        work.h[start],
        TOLERANCE,
        math.inf,
        out,
        work.trace,
    )
    work.fall[e] = out[FALL] if forward else -out[FALL]
    changed = abs(out[CONDENSATE] - work.c[e])
    work.c[e] = out[CONDENSATE]
    if forward and out[CONDENSATE] > 0.0:
        # more inflow m brings more superheat, which condenses less: c' = -(h - h'')/(h'' - h'); one step of Newton's method
        # for m = f + c(m)
        h_vapour = vapour_enthalpy(fluid, work.p[start])
        less = max((work.h[start] - h_vapour) / (h_vapour - liquid_enthalpy(fluid, work.p[start])), 0.0)
        work.c[e] = (out[CONDENSATE] + less * (inflow - work.f[e])) / (1.0 + less)
    if forward and plan.parent_pipe[end] == e:
        work.p[end] = out[P_OUT]
    if out[M_OUT] > 1e-12:
        work.sum_m[end] += out[M_OUT]
        work.sum_e[end] += out[M_OUT] * out[H_OUT]
    else:
        work.spare_h[end] = out[H_OUT]
    return changed


@compiled
def mix(plan: Plan, node: int, work: Work) -> float:
    """Set a node's enthalpy from everything that arrives; return its change, J/kg."""
    m, e = work.sum_m[node], work.sum_e[node]
    before = work.h[node]
    for i in range(len(plan.plant_node)):
        if plan.plant_node[i] == node:
            work.spare_h[node] = work.plant_h[i] if math.isnan(work.spare_h[node]) else work.spare_h[node]
            if work.plant_m[i] > 0.0:
                m += work.plant_m[i]
                e += work.plant_m[i] * work.plant_h[i]
    work.cold[node] = m <= 1e-12 and math.isnan(work.spare_h[node])
    if m > 1e-12:
        work.h[node] = e / m
    elif not work.cold[node]:
        work.h[node] = work.spare_h[node]
    return abs(work.h[node] - before)


@compiled
def add_last(plan: Plan, node: int, work: Work) -> None:
    """Let pipes that are still to be marched bring to a node what they brought in the last sweep."""
    for i in range(plan.first[node], plan.first[node + 1]):
        e = plan.pipe_at[i]
        arrives = (work.direction[e] == FORWARD and plan.far[e] == node) or (
            work.direction[e] == BACKWARD and plan.near[e] == node
        )
        if arrives and not work.marched[e] and work.out[e, M_OUT] > 1e-12:
            work.sum_m[node] += work.out[e, M_OUT]
            work.sum_e[node] += work.out[e, M_OUT] * work.out[e, H_OUT]


@compiled
def sweep(fluid: FloatArray, plan: Plan, given: Given, row: int, work: Work, total: float) -> tuple[float, bool, bool]:
    """March all pipes in the order of their flow; return the largest relative change, and whether one choked or flooded."""
    work.sum_m[:] = 0.0
    work.sum_e[:] = 0.0
    work.spare_h[:] = math.nan
    work.waiting[:] = 0
    work.marched[:] = False
    changed, choked, flooded = 0.0, False, False
    for e in range(len(plan.near)):
        if plan.part[plan.near[e]] == NOWHERE:
            work.direction[e] = REST
            continue
        set_direction(fluid, plan, e, given.t_ambient[row, e], work)
        if work.direction[e] == FORWARD:
            work.waiting[plan.far[e]] += 1
        elif work.direction[e] == BACKWARD:
            work.waiting[plan.near[e]] += 1
    last, done = 0, 0
    for node in plan.order:
        if work.waiting[node] == 0:
            work.queue[last] = node
            last += 1
    while done < len(plan.order):
        if done == last:
            # steam runs in a circle, as buoyancy may drive it: go on with what arrived there last
            for node in plan.order:
                if work.waiting[node] > 0:
                    work.waiting[node] = 0
                    add_last(plan, node, work)
                    work.queue[last] = node
                    last += 1
                    break
        node = work.queue[done]
        done += 1
        changed = max(changed, mix(plan, node, work) / 1e6)
        for i in range(plan.first[node], plan.first[node + 1]):
            e = plan.pipe_at[i]
            forward = work.direction[e] == FORWARD
            if (
                work.direction[e] == REST
                or work.direction[e] == BOTH
                or node != (plan.near[e] if forward else plan.far[e])
            ):
                continue
            t_ambient = given.t_ambient[row, e]
            inflow = set_direction(fluid, plan, e, t_ambient, work)
            if (work.direction[e] == FORWARD) != forward or work.direction[e] == BOTH or work.direction[e] == REST:
                # the new enthalpy changes the verdict: next sweep
                work.direction[e] = FORWARD if forward else BACKWARD
                changed = 1.0
            changed = max(changed, march_pipe(fluid, plan, e, inflow, t_ambient, work) / total)
            work.marched[e] = True
            choked = choked or work.out[e, END] == CHOKED
            flooded = flooded or work.out[e, END] > CHOKED
            end = plan.far[e] if forward else plan.near[e]
            work.waiting[end] -= 1
            if work.waiting[end] == 0:
                work.queue[last] = end
                last += 1
    for e in range(len(plan.near)):
        if plan.part[plan.near[e]] != NOWHERE and (work.direction[e] == BOTH or work.direction[e] == REST):
            before = work.c[e]
            set_still(fluid, plan, e, given.t_ambient[row, e], work)
            changed = max(changed, abs(work.c[e] - before) / total)
    return changed, choked, flooded


@compiled
def set_pressures(fluid: FloatArray, plan: Plan, given: Given, row: int, work: Work) -> float:
    """Set node pressures along the tree from the last falls; return the largest relative change."""
    changed = 0.0
    low, high = 1.005 * fluid[P_LOW], 0.9999 * fluid[P_HIGH]
    for node in plan.order:
        e = plan.parent_pipe[node]
        before = work.p[node]
        if e == NOWHERE:
            work.p[node] = min(max(root_pressure(plan, given, row, plan.part[node], work), low), high)
        else:
            square = work.p[plan.near[e]] * work.p[plan.near[e]] - work.fall[e]
            work.p[node] = min(math.sqrt(max(square, low * low)), high)
        changed = max(changed, abs(work.p[node] - before) / before)
    return changed


@compiled
def root_pressure(plan: Plan, given: Given, row: int, plant: int, work: Work) -> float:
    """Return the pressure of a plant: its own, or that with which a node or the worst consumer has what it needs."""
    mode = given.mode[plant]
    if mode == OWN:
        return given.plant_p[row, plant]
    now = work.p[plan.plant_node[plant]]
    if mode != BY_NEED:
        wanted, there = given.plant_p[row, plant], work.p[given.point[plant]]
        return math.sqrt(max(now * now + wanted * wanted - there * there, 0.0))
    short = -math.inf
    for i in range(len(plan.consumer_node)):
        if plan.part[plan.consumer_node[i]] == plant and not math.isnan(given.least_p[i]) and work.consumer_m[i] > 0.0:
            there = work.p[plan.consumer_node[i]]
            short = max(short, given.least_p[i] * given.least_p[i] - there * there)
    if short == -math.inf:
        return now
    return math.sqrt(max(now * now + short, 0.0))
