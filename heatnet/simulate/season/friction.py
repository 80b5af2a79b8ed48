"""Pressure lost to friction and local losses, with its slope, edge by edge and lane by lane.

.. math:: \\Delta p = (\\zeta + \\lambda L/d)\\,\\rho v|v|/2, \\qquad
          x = 1/\\sqrt\\lambda: \\; x + 2\\lg(k/(3.71 d) + 2.51 x/Re) = 0

Colebrook's equation takes one step of Newton's method a call, from the x of the last call: flows and friction converge
together. The logarithm is carried on by a series in the change of its argument, which vectorises.
"""

from __future__ import annotations

import math

from heatnet.adapters.layout import IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.compiled import kernel
from heatnet.simulate.season.fluid import place, value_at

#: below this Reynolds number the friction factor stays (as in the reference engine)
RESTING_REYNOLDS = 10.0
_LN10 = math.log(10.0)
#: relative change of the logarithm's argument up to which the series is within 1e-10
_SERIES_SHARE = 0.2
#: from this decay exponent U L / (m cp) on the mean of the ends counts less (the water left is 5e-5 of what entered warmer)
_COOLED_BY, _WATER_J_PER_KGK = 10.0, 4190.0
#: what even a perfectly insulated pipe loses where water stands, and the factor where a branch has no length
_LEAST_U_W_PER_MK, _ALWAYS, _FAR = 0.01, 1e30, 1e3
#: flow in kg/s below which a branch counts as resting
LEAST_FLOW = 1e-10


@kernel
def set_properties(
    edges: IntArray,
    branches: int,
    start: IntArray,
    end: IntArray,
    m: FloatArray,
    live: FloatArray,
    t: FloatArray,
    t_out: FloatArray,
    t_rest: FloatArray,
    loss_w_per_k: FloatArray,
    length_m: FloatArray,
    c_density: FloatArray,
    c_fluidity: FloatArray,
    middle: float,
    per_k: float,
    rho: FloatArray,
    phi: FloatArray,
    first: FloatArray,
    last: FloatArray,
) -> None:
    """Set density and fluidity of branches from the temperatures at their ends.

    Water that comes to the ground's temperature long before the end of a pipe leaves most of it cold: then the mean of the
    ends counts less the slower it is, and not at all in still water, so that density does not jump where a flow reverses.
    """
    lanes = m.shape[1]
    for k in range(len(edges)):
        branch = edges[k]
        if branch >= branches:
            continue
        a, b = start[branch], end[branch]
        loss = max(loss_w_per_k[branch], _LEAST_U_W_PER_MK * length_m[branch])
        slow = _COOLED_BY * _WATER_J_PER_KGK / loss if loss > 0.0 else _ALWAYS
        for lane in range(lanes):
            flow, on = m[branch, lane], live[branch, lane]
            t_in = t[a, lane] if flow >= 0.0 else t[b, lane]
            first[lane] = t_in if on > 0.0 else t_rest[lane]
            last[lane] = t_out[branch, lane] if on * abs(flow) > LEAST_FLOW else t_rest[lane]
        for lane in range(lanes):
            one = value_at(c_density, place(first[lane], middle, per_k))
            both = 0.5 * (one + value_at(c_density, place(last[lane], middle, per_k)))
            still = value_at(c_density, place(t_rest[lane], middle, per_k))
            x = min(abs(m[branch, lane]) * slow, _FAR)
            x2 = x * x
            rho[branch, lane] = still + (both - still) * x2 / math.sqrt(math.sqrt(1.0 + x2 * x2 * x2 * x2))
        for lane in range(lanes):
            phi[branch, lane] = value_at(c_fluidity, place(0.5 * (first[lane] + last[lane]), middle, per_k))


@kernel
def set_losses(
    edges: IntArray,
    branches: int,
    m: FloatArray,
    rho: FloatArray,
    phi: FloatArray,
    c_local: FloatArray,
    c_friction: FloatArray,
    rough: FloatArray,
    re_factor: FloatArray,
    least: FloatArray,
    x: FloatArray,
    inner: FloatArray,
    log_inner: FloatArray,
    dp: FloatArray,
    slope: FloatArray,
    now: FloatArray,
    by_re: FloatArray,
    moved: FloatArray,
) -> None:
    """Set loss (bar, along start → end) and slope of branches, not below that at `least` flow; `moved` is x's largest step."""
    lanes = m.shape[1]
    for lane in range(lanes):
        moved[lane] = 0.0
    for k in range(len(edges)):
        e = edges[k]
        if e >= branches:
            continue
        local, friction, smooth, factor = c_local[e], c_friction[e], rough[e], re_factor[e]
        if friction == 0.0:
            for lane in range(lanes):
                flow = abs(m[e, lane])
                dp[e, lane] = m[e, lane] * flow * local / rho[e, lane]
                slope[e, lane] = 2.0 * max(flow, least[lane]) * local / rho[e, lane]
            continue
        for lane in range(lanes):
            re = max(abs(m[e, lane]) * factor * phi[e, lane], RESTING_REYNOLDS)
            by_re[lane] = 2.51 / re
            now[lane] = smooth + by_re[lane] * x[e, lane]
        far = 0
        for lane in range(lanes):
            far += abs(now[lane] - inner[e, lane]) > _SERIES_SHARE * inner[e, lane]
        if far == 0:
            for lane in range(lanes):
                z = (now[lane] - inner[e, lane]) / (now[lane] + inner[e, lane])
                z2 = z * z
                log_inner[e, lane] += 2.0 * z * (1.0 + z2 * (1.0 / 3.0 + z2 * (0.2 + z2 * (1.0 / 7.0 + z2 / 9.0))))
        else:
            for lane in range(lanes):
                log_inner[e, lane] = math.log(now[lane])
        for lane in range(lanes):
            inner[e, lane] = now[lane]
            share = 2.0 / _LN10 * by_re[lane] / now[lane]
            step = (x[e, lane] + 2.0 / _LN10 * log_inner[e, lane]) / (1.0 + share)
            root = max(x[e, lane] - step, 1e-3)
            moved[lane] = max(moved[lane], abs(step))
            x[e, lane] = root
            flow = abs(m[e, lane])
            wall = friction / (root * root)
            bend = 2.0 * wall * share / (1.0 + share)
            bend = bend if flow * factor * phi[e, lane] > RESTING_REYNOLDS else 0.0
            c = (local + wall) / rho[e, lane]
            dp[e, lane] = m[e, lane] * flow * c
            slope[e, lane] = max(flow * (2.0 * c - bend / rho[e, lane]), 2.0 * least[lane] * c)
