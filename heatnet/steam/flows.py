"""Flows of a network: the tree carries what consumers, plants, traps and chords take and give; circuits by Newton's method.

Mass is conserved to rounding whatever the chords' flows are. The pressure falls along a pipe as p_near² - p_far², which for
an isothermal ideal gas is exactly quadratic in the flow; its slope drives Newton's method for the chords.
"""

from __future__ import annotations

import math

from heatnet.physics.friction import GRAVITY_M_PER_S2
from heatnet.steam.compiled import compiled
from heatnet.steam.given import Given
from heatnet.steam.plan import NOWHERE, PRESSURE, Plan
from heatnet.steam.step import first_root, friction_factor
from heatnet.steam.work import Work

#: flow below which a pipe's slope is held, as a share of all flow
_LEAST_SHARE = 1e-4
#: friction factor of first guesses, and viscosity by which it is then judged how the drop grows with the flow
_FIRST_FRICTION, _VISCOSITY_PA_S = 0.02, 1.8e-5
#: rounds of the first guess of circuits; largest step of a chord as a share of all flow
_FIRST_ROUNDS, _LONGEST_STEP = 40, 0.5


@compiled
def accumulate(plan: Plan, work: Work) -> None:
    """Set the flows of the tree, and of the plants that hold the pressure, from everything else."""
    s = work.through
    s[:] = 0.0
    for i in range(len(plan.consumer_node)):
        s[plan.consumer_node[i]] += work.consumer_m[i]
    for i in range(len(plan.plant_node)):
        if plan.plant_role[i] != PRESSURE:
            s[plan.plant_node[i]] -= work.plant_m[i]
    for k in range(len(plan.chords)):
        e = plan.chords[k]
        s[plan.near[e]] += work.f[e] + work.c[e]
        s[plan.far[e]] -= work.f[e]
    for i in range(len(plan.order) - 1, -1, -1):
        node = plan.order[i]
        e = plan.parent_pipe[node]
        if e == NOWHERE:
            work.plant_m[plan.part[node]] = s[node]
        else:
            work.f[e] = s[node]
            s[plan.near[e]] += work.f[e] + work.c[e]


@compiled
def all_flow(plan: Plan, work: Work) -> float:
    """Return what all consumers take and all traps drain, kg/s."""
    total = 1e-9
    for i in range(len(plan.consumer_node)):
        total += abs(work.consumer_m[i])
    for e in range(len(plan.near)):
        total += abs(work.c[e])
    return total


@compiled
def resistance(plan: Plan, e: int, pv: float, friction: float) -> float:
    """Return (p_near² - p_far²)/m² of a pipe for a product of pressure and volume and a friction factor."""
    area = 0.25 * math.pi * plan.diameter[e] * plan.diameter[e]
    return (friction * plan.length[e] / plan.diameter[e] + plan.zeta[e]) * pv / (area * area)


@compiled
def slope_of(plan: Plan, work: Work, e: int, pv: float, least: float) -> float:
    """Return how much more p_near² - p_far² a pipe loses with more flow, Pa²·s/kg.

    By friction at its flow, which height does not enter; more where the drop itself tells of more, as it does near the speed
    of sound.
    """
    flow = max(abs(work.f[e] + 0.5 * work.c[e]), least)
    re = 4.0 * flow / (math.pi * plan.diameter[e] * _VISCOSITY_PA_S)
    rough = plan.roughness[e] / plan.diameter[e]
    friction = friction_factor(re, rough, first_root(re, rough))[0]
    p = work.p[plan.near[e]]
    column = 2.0 * GRAVITY_M_PER_S2 * abs(plan.height[plan.far[e]] - plan.height[plan.near[e]]) * p * p / pv
    by_drop = 2.0 * (abs(work.fall[e]) - 1.3 * column) / flow
    return max(2.0 * resistance(plan, e, pv, friction) * flow, by_drop)


@compiled
def set_circuits(plan: Plan, work: Work, pv: float, total: float) -> None:
    """Set the circuits' mismatch and how it falls with the chords' flows."""
    least = _LEAST_SHARE * total
    work.matrix[:, :] = 0.0
    for k in range(len(plan.chords)):
        work.wrong[k] = 0.0
        for i in range(plan.circuit_first[k], plan.circuit_first[k + 1]):
            e, sign = plan.circuit_pipe[i], plan.circuit_sign[i]
            work.wrong[k] -= sign * work.fall[e]
            slope = slope_of(plan, work, e, pv, least)
            for other in range(len(plan.chords)):
                for j in range(plan.circuit_first[other], plan.circuit_first[other + 1]):
                    if plan.circuit_pipe[j] == e:
                        work.matrix[k, other] += sign * plan.circuit_sign[j] * slope


@compiled
def learn(work: Work) -> None:
    """Correct the matrix by what the last step really did (Broyden's update)."""
    count = len(work.wrong)
    norm = 0.0
    for k in range(count):
        norm += work.last_step[k] * work.last_step[k]
    if norm == 0.0:
        return
    for k in range(count):
        left = work.last_wrong[k] - work.wrong[k]
        for other in range(count):
            left -= (work.matrix[k, other] + work.learnt[k, other]) * work.last_step[other]
        for other in range(count):
            work.learnt[k, other] += left * work.last_step[other] / norm


@compiled
def solve_circuits(work: Work, with_learnt: bool) -> bool:
    """Set the step of the chords; return whether it leads down."""
    count = len(work.wrong)
    matrix = work.matrix.copy()
    if with_learnt:
        matrix += work.learnt
    work.step[:] = work.wrong
    for k in range(count):
        best = k
        for i in range(k + 1, count):
            if abs(matrix[i, k]) > abs(matrix[best, k]):
                best = i
        if matrix[best, k] == 0.0:
            return False
        for j in range(count):
            matrix[k, j], matrix[best, j] = matrix[best, j], matrix[k, j]
        work.step[k], work.step[best] = work.step[best], work.step[k]
        for i in range(k + 1, count):
            factor = matrix[i, k] / matrix[k, k]
            for j in range(k, count):
                matrix[i, j] -= factor * matrix[k, j]
            work.step[i] -= factor * work.step[k]
    downhill = 0.0
    for k in range(count - 1, -1, -1):
        for j in range(k + 1, count):
            work.step[k] -= matrix[k, j] * work.step[j]
        work.step[k] /= matrix[k, k]
        downhill += work.step[k] * work.wrong[k]
    return downhill > 0.0


@compiled
def step_chords(plan: Plan, work: Work, pv: float, total: float, share: float, learns: bool) -> tuple[float, float]:
    """Move the chords' flows by a share of a step of Newton's method.

    Returns
    -------
    step, mismatch : float
        The largest whole step over all flow, and the largest mismatch over the pressure's square.
    """
    count = len(plan.chords)
    if count == 0:
        return 0.0, 0.0
    set_circuits(plan, work, pv, total)
    if learns:
        learn(work)
    if not solve_circuits(work, learns):
        work.learnt[:, :] = 0.0
        solve_circuits(work, False)
    longest, wrong = 0.0, 0.0
    for k in range(count):
        p = work.p[plan.near[plan.chords[k]]]
        longest = max(longest, abs(work.step[k]))
        wrong = max(wrong, abs(work.wrong[k]) / (p * p))
    short = min(share, _LONGEST_STEP * total / max(longest, 1e-30))
    for k in range(count):
        work.last_step[k], work.last_wrong[k] = short * work.step[k], work.wrong[k]
        work.f[plan.chords[k]] += short * work.step[k]
    return longest / total, wrong


@compiled
def first_chords(plan: Plan, work: Work, pv: float) -> None:
    """Set the chords' flows for pressure drops that are quadratic in the flow."""
    for k in range(len(plan.chords)):
        work.f[plan.chords[k]] = 0.0
    work.learnt[:, :] = 0.0
    if len(plan.chords) == 0:
        return
    for _round in range(_FIRST_ROUNDS):
        accumulate(plan, work)
        for e in range(len(plan.near)):
            work.fall[e] = resistance(plan, e, pv, _FIRST_FRICTION) * work.f[e] * abs(work.f[e])
        if step_chords(plan, work, pv, all_flow(plan, work), 1.0, False)[0] < 1e-6:
            break


@compiled
def step_consumers(plan: Plan, given: Given, row: int, scale: float, work: Work) -> float:
    """Move the flows of consumers by heat; return the largest missing heat over all heat.

    The arriving enthalpy falls by loss over flow where all flows change together, so that the heat m (h - h_c) has the
    slope h_source - h_c: one step of Newton's method.
    """
    worst, total = 0.0, 1.0
    for i in range(len(plan.consumer_node)):
        node = plan.consumer_node[i]
        if plan.part[node] == NOWHERE:
            work.consumer_m[i] = 0.0
            continue
        if given.by_flow[i]:
            work.consumer_m[i] = scale * given.consumer_flow[row, i]
            continue
        wanted, m = scale * given.consumer_heat[row, i], work.consumer_m[i]
        total += wanted
        h_condensate = given.h_condensate[row, i]
        missing = wanted - m * (work.h[node] - h_condensate)
        worst = max(worst, abs(missing))
        source = max(work.plant_h[plan.part[node]], work.h[node])
        moved = m + missing / (source - h_condensate)
        work.consumer_m[i] = min(max(moved, 0.2 * m), 5.0 * m + 1e-9 * wanted)
    return worst / total
