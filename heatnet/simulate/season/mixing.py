"""Anderson acceleration of the rounds of one hour.

The unknowns are the flows of consumers and plants and around circuits. One round maps them, x, to g(x); with
:math:`f = g(x) - x` and the differences of the last rounds the next point is :math:`g - \\Delta G\\,\\gamma`,
:math:`\\gamma = \\arg\\min |f - \\Delta F\\,\\gamma|` (Walker and Ni, SIAM J. Numer. Anal. 49 (2011) 1715, eq. 2.2). That
turns a few swinging modes, such as a thermosiphon in a ring at low load, into quick convergence.
"""

from __future__ import annotations

import math

from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.compiled import compiled
from heatnet.simulate.season.plan import Plan
from heatnet.simulate.season.work import DEPTH, Work

#: a direction counts as new if at least this share of it is
_LEAST_NEW_SHARE = 1e-7
_LARGEST_FACTOR = 2.0


@compiled
def gather(work: Work, into: FloatArray) -> None:
    """Copy the flows of consumers and plants and around circuits into one vector."""
    consumers, plants = len(work.consumer_m), len(work.plant_m)
    into[:consumers] = work.consumer_m
    into[consumers : consumers + plants] = work.plant_m
    into[consumers + plants :] = work.q


@compiled
def scatter(plan: Plan, work: Work, vector: FloatArray) -> None:
    """Copy one vector back into the flows; the pressure-holding plant's follows from the others."""
    consumers, plants = len(work.consumer_m), len(work.plant_m)
    work.consumer_m[:] = vector[:consumers]
    work.plant_m[:] = vector[consumers : consumers + plants]
    work.q[:] = vector[consumers + plants :]


@compiled
def accelerate(plan: Plan, work: Work, remembered: int, largest: float) -> int:
    """Set `point` to the next point from `point` (x) and `image` (g); return how many rounds are remembered.

    `remembered` 0 forgets all rounds before.
    """
    size, consumers = len(work.point), len(work.consumer_m)
    positive = consumers + len(work.plant_m)
    slot = remembered % DEPTH
    x, g = work.point, work.image
    # steps are compared relative to their flows
    if remembered == 0:
        for i in range(size):
            work.weight[i] = 1.0 / max(abs(g[i]), 1e-4 * largest)
        work.weight[consumers + plan.holding] = 0.0
    if remembered > 0:
        for i in range(size):
            f = (g[i] - x[i]) * work.weight[i]
            work.df[slot, i] = f - work.last_f[i]
            work.dg[slot, i] = g[i] - work.last_g[i]
    for i in range(size):
        work.last_f[i] = (g[i] - x[i]) * work.weight[i]
        work.last_g[i] = g[i]
        x[i] = g[i]
    kept = min(remembered, DEPTH)
    _subtract_projection(work, kept, slot)
    for i in range(positive):
        x[i] = min(max(x[i], g[i] / _LARGEST_FACTOR), g[i] * _LARGEST_FACTOR)
    return remembered + 1


@compiled
def _subtract_projection(work: Work, kept: int, newest: int) -> None:
    """Take from `point` the part that the last rounds explain, newest round first (modified Gram-Schmidt)."""
    size = len(work.point)
    rest, basis, carried = work.rest, work.basis, work.carried
    for i in range(size):
        rest[i] = work.last_f[i]
    used = 0
    for back in range(kept):
        slot = (newest - back) % DEPTH
        before = 0.0
        for i in range(size):
            basis[used, i], carried[used, i] = work.df[slot, i], work.dg[slot, i]
            before += basis[used, i] ** 2
        for other in range(used):
            along = 0.0
            for i in range(size):
                along += basis[used, i] * basis[other, i]
            for i in range(size):
                basis[used, i] -= along * basis[other, i]
                carried[used, i] -= along * carried[other, i]
        length = 0.0
        for i in range(size):
            length += basis[used, i] ** 2
        if not length > _LEAST_NEW_SHARE**2 * before or length == 0.0:
            continue
        root, along = math.sqrt(length), 0.0
        for i in range(size):
            basis[used, i] /= root
            carried[used, i] /= root
            along += basis[used, i] * rest[i]
        for i in range(size):
            rest[i] -= along * basis[used, i]
            work.point[i] -= along * carried[used, i]
        used += 1
