"""Anderson acceleration of the rounds of one block of hours, lane by lane.

The unknowns are the flows of consumers, plants and chords. One round maps them, x, to g(x); with :math:`f = g(x) - x` and
the differences of the last rounds the next point is :math:`g - \\Delta G\\,\\gamma`,
:math:`\\gamma = \\arg\\min |f - \\Delta F\\,\\gamma|` (Walker and Ni, SIAM J. Numer. Anal. 49 (2011) 1715, eq. 2.2). That
turns a few swinging modes, such as a thermosiphon in a ring at low load, into quick convergence.
"""

from __future__ import annotations

import math

from heatnet.adapters.layout import IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.compiled import compiled, kernel
from heatnet.simulate.season.plan import HOLDING, Users
from heatnet.simulate.season.work import DEPTH, Mix, State

#: a direction counts as new if at least this share of it is
_LEAST_NEW_SHARE = 1e-7
_LARGEST_FACTOR = 2.0


@kernel
def gather(
    m: FloatArray, plant_m: FloatArray, branches: int, consumers: int, chords: IntArray, into: FloatArray
) -> None:
    """Copy the flows of consumers, plants and chords into one vector."""
    lanes, plants = m.shape[1], len(plant_m)
    for i in range(consumers):
        for lane in range(lanes):
            into[i, lane] = m[branches + i, lane]
    for i in range(plants):
        for lane in range(lanes):
            into[consumers + i, lane] = plant_m[i, lane]
    for i in range(len(chords)):
        for lane in range(lanes):
            into[consumers + plants + i, lane] = m[chords[i], lane]


@compiled
def scatter(state: State, branches: int, consumers: int, chords: IntArray, vector: FloatArray, use: FloatArray) -> None:
    """Copy one vector back into the flows of lanes that `use` marks."""
    plants = len(state.plant_m)
    for lane in range(len(use)):
        if use[lane] == 0.0:
            continue
        for i in range(consumers):
            state.m[branches + i, lane] = vector[i, lane]
        for i in range(plants):
            state.plant_m[i, lane] = vector[consumers + i, lane]
        for i in range(len(chords)):
            if chords[i] < branches:
                state.m[chords[i], lane] = vector[consumers + plants + i, lane]


@kernel
def _remember(
    unknowns: int,
    slot: int,
    fresh: FloatArray,
    total: FloatArray,
    x: FloatArray,
    g: FloatArray,
    weight: FloatArray,
    last_f: FloatArray,
    last_g: FloatArray,
    df: FloatArray,
    dg: FloatArray,
) -> None:
    lanes = x.shape[1]
    for i in range(unknowns):
        for lane in range(lanes):
            # steps are compared relative to their flows
            anew = 1.0 / max(max(abs(g[i, lane]), 1e-4 * total[lane]), 1e-12)
            weight[i, lane] = anew if fresh[lane] > 0.0 else weight[i, lane]
            f = (g[i, lane] - x[i, lane]) * weight[i, lane]
            df[slot, i, lane] = 0.0 if fresh[lane] > 0.0 else f - last_f[i, lane]
            dg[slot, i, lane] = 0.0 if fresh[lane] > 0.0 else g[i, lane] - last_g[i, lane]
            last_f[i, lane] = f
            last_g[i, lane] = g[i, lane]
            x[i, lane] = g[i, lane]


@compiled
def accelerate(
    users: Users,
    mix: Mix,
    unknowns: int,
    remembered: int,
    fresh: FloatArray,
    total: FloatArray,
    rows: FloatArray,
    share: float,
) -> None:
    """Set `point` to the next point from `point` (x) and `image` (g); lanes marked `fresh` only begin to remember.

    Only `share` of what the last rounds do not explain of the step is taken.
    """
    consumers, lanes = len(users.consumer_start), mix.point.shape[1]
    slot = remembered % DEPTH
    for lane in range(lanes):
        if fresh[lane] > 0.0 and remembered > 0:
            _forget(mix, unknowns, lane)
    x, g = mix.point, mix.image
    _remember(unknowns, slot, fresh, total, x, g, mix.weight, mix.last_f, mix.last_g, mix.df, mix.dg)
    for i in range(len(users.plant_start)):
        if users.plant_role[i] == HOLDING:
            for lane in range(lanes):
                mix.df[slot, consumers + i, lane] = 0.0
                mix.last_f[consumers + i, lane] = 0.0
    _subtract_projection(mix, unknowns, remembered, rows)
    if share < 1.0:
        for i in range(unknowns):
            for lane in range(lanes):
                x[i, lane] -= (1.0 - share) * mix.rest[i, lane] / mix.weight[i, lane]
    for i in range(consumers + len(users.plant_start)):
        for lane in range(lanes):
            low, high = g[i, lane] / _LARGEST_FACTOR, g[i, lane] * _LARGEST_FACTOR
            x[i, lane] = min(max(x[i, lane], low), high)


@kernel
def _dot(a: FloatArray, b: FloatArray, count: int, into: FloatArray) -> None:
    lanes = a.shape[1]
    for lane in range(lanes):
        into[lane] = 0.0
    for i in range(count):
        for lane in range(lanes):
            into[lane] += a[i, lane] * b[i, lane]


@kernel
def _squares(a: FloatArray, count: int, into: FloatArray) -> None:
    lanes = a.shape[1]
    for lane in range(lanes):
        into[lane] = 0.0
    for i in range(count):
        for lane in range(lanes):
            into[lane] += a[i, lane] * a[i, lane]


@kernel
def _subtract(a: FloatArray, b: FloatArray, factor: FloatArray, count: int) -> None:
    lanes = a.shape[1]
    for i in range(count):
        for lane in range(lanes):
            a[i, lane] -= factor[lane] * b[i, lane]


@kernel
def _scaled(a: FloatArray, factor: FloatArray, count: int, into: FloatArray) -> None:
    lanes = a.shape[1]
    for i in range(count):
        for lane in range(lanes):
            into[i, lane] = factor[lane] * a[i, lane]


@compiled
def _forget(mix: Mix, size: int, lane: int) -> None:
    for k in range(DEPTH):
        for i in range(size):
            mix.df[k, i, lane], mix.dg[k, i, lane] = 0.0, 0.0
            mix.basis[k, i, lane], mix.carried[k, i, lane] = 0.0, 0.0


@compiled
def _subtract_projection(mix: Mix, size: int, remembered: int, rows: FloatArray) -> None:
    """Take from `point` the part that the last rounds explain (modified Gram-Schmidt).

    As long as no round is forgotten the newest only joins the others; then all are made anew, the newest first.
    """
    along, ones = rows[10], rows[11]
    growing, newest, kept = remembered < DEPTH, remembered % DEPTH, min(remembered + 1, DEPTH)
    for at in range(newest if growing else 0, kept):
        _make_orthogonal(mix, size, at if growing else (newest - at) % DEPTH, at, rows)
    for lane in range(mix.point.shape[1]):
        ones[lane] = 1.0
    _scaled(mix.last_f, ones, size, mix.rest)
    for at in range(kept):
        _dot(mix.basis[at], mix.rest, size, along)
        _subtract(mix.rest, mix.basis[at], along, size)
        _subtract(mix.point, mix.carried[at], along, size)


@compiled
def _make_orthogonal(mix: Mix, size: int, slot: int, at: int, rows: FloatArray) -> None:
    """Set direction `at` of the basis from a round: orthogonal to those before it, of length 1; none where nothing is new."""
    basis, carried, lanes = mix.basis, mix.carried, mix.point.shape[1]
    before, along, length = rows[10], rows[11], rows[12]
    for lane in range(lanes):
        length[lane] = 1.0
    _scaled(mix.df[slot], length, size, basis[at])
    _scaled(mix.dg[slot], length, size, carried[at])
    _squares(basis[at], size, before)
    for other in range(at):
        _dot(basis[at], basis[other], size, along)
        _subtract(basis[at], basis[other], along, size)
        _subtract(carried[at], carried[other], along, size)
    _squares(basis[at], size, length)
    for lane in range(lanes):
        new = length[lane] > _LEAST_NEW_SHARE**2 * before[lane] and length[lane] > 0.0
        along[lane] = 1.0 / math.sqrt(length[lane]) if new else 0.0
    for i in range(size):
        for lane in range(lanes):
            basis[at, i, lane] *= along[lane]
            carried[at, i, lane] *= along[lane]
