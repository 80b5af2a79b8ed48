"""From one state of a pipe to the next: the inlet, a step within the tolerance, and where it meets a line of saturation."""

from __future__ import annotations

import math
from typing import NamedTuple

from heatnet.physics.arrays import FloatArray
from heatnet.steam.compiled import compiled
from heatnet.steam.fluid import (
    liquid_enthalpy,
    liquid_enthalpy_slope,
    state,
    vapour_enthalpy,
    vapour_enthalpy_slope,
)
from heatnet.steam.step import Pipe, first_root, one_step, slopes

#: shortest step as a share of the pipe: what needs a shorter one chokes
_SHORTEST_SHARE = 1e-11
#: distance from a line of saturation at which it counts as met, J/kg
_ON_LINE_J_PER_KG = 1e-3
#: what happens at the end of a step
GOES_ON, TURNS, CONDENSED = range(3)


class At(NamedTuple):
    """A state along the pipe: distance, pressure, enthalpy, flow, volume, slopes, friction's x, Mach², phase (SI)."""

    x: float
    p: float
    h: float
    m: float
    v: float
    kp: float
    kh: float
    fx: float
    mach2: float
    wet: bool


@compiled
def area_of(pipe: Pipe) -> float:
    """Return the cross-section, m²."""
    return 0.25 * math.pi * pipe.diameter * pipe.diameter


@compiled
def static_enthalpy(fluid: FloatArray, g: float, p: float, h_total: float) -> tuple[float, float, float]:
    """Return enthalpy, volume and viscosity of steam that moves, h = h_total - (G v)²/2.

    By Newton's method; the volume is infinite where no such state is near.
    """
    h = h_total
    for _round in range(50):
        v, _v_p, v_h, _t, mu = state(fluid, h < vapour_enthalpy(fluid, p), p, h)
        step = (h_total - 0.5 * (g * v) * (g * v) - h) / (1.0 + g * g * v * v_h)
        h += step
        if not h > h_total - 3e5:
            break
        # the square of the step is what it leaves, as a share of the enthalpy
        if abs(step) * (1e-6 * step) * (1e-6 * step) < 1e-4:
            return h, v + v_h * step, mu
    return h_total, math.inf, mu


@compiled
def goes_wet(fluid: FloatArray, pipe: Pipe, g: float, t_ambient: float, fx: float, p: float, h: float) -> bool:
    """Return whether steam on the saturation line is about to condense: h falls faster than h''."""
    dp, dh, _v, mach2, _fx = slopes(fluid, pipe, False, g, t_ambient, fx, p, h)
    if mach2 >= 1.0:
        return False
    return dh < vapour_enthalpy_slope(fluid, p) * dp


@compiled
def line_distance(fluid: FloatArray, line: int, p: float, h: float) -> float:
    """Return the enthalpy above saturated vapour (line 0) or above saturated liquid (line 1)."""
    return h - (vapour_enthalpy(fluid, p) if line == 0 else liquid_enthalpy(fluid, p))


@compiled
def line_rate(fluid: FloatArray, line: int, p: float, kp: float, kh: float) -> float:
    """Return how fast `line_distance` changes along the pipe, J/(kg·m)."""
    slope = vapour_enthalpy_slope(fluid, p) if line == 0 else liquid_enthalpy_slope(fluid, p)
    return kh - slope * kp


@compiled
def crossing(
    fluid: FloatArray,
    pipe: Pipe,
    wet: bool,
    g: float,
    t_ambient: float,
    fx: float,
    dx: float,
    p: float,
    h: float,
    kp: float,
    kh: float,
    line: int,
    first: float,
    last: float,
) -> float:
    """Return the length of the step that ends on the line, by Newton's method kept within brackets."""
    low, high = 0.0, dx
    step = dx * first / (first - last)
    for _round in range(80):
        p_new, h_new, kp_new, kh_new, _v, _m2, _x, _e = one_step(fluid, pipe, wet, g, t_ambient, fx, step, p, h, kp, kh)
        at = line_distance(fluid, line, p_new, h_new)
        if abs(at) < _ON_LINE_J_PER_KG:
            break
        if (at > 0.0) == (last > 0.0):
            high = step
        else:
            low = step
        rate = line_rate(fluid, line, p_new, kp_new, kh_new)
        step -= at / rate if rate != 0.0 else 0.0
        if not (step > low and step < high):
            step = 0.5 * (low + high)
    return step


@compiled
def state_at(
    fluid: FloatArray, pipe: Pipe, t_ambient: float, x: float, p: float, h: float, m: float, wet: bool, fx: float
) -> At:
    """Return a state with its slopes."""
    kp, kh, v, mach2, fx = slopes(fluid, pipe, wet, m / area_of(pipe), t_ambient, fx, p, h)
    return At(x, p, h, m, v, kp, kh, fx, mach2, wet)


@compiled
def dryness_of(fluid: FloatArray, p: float, h: float) -> float:
    """Return the dryness of wet steam."""
    h_liquid = liquid_enthalpy(fluid, p)
    return min(max((h - h_liquid) / (vapour_enthalpy(fluid, p) - h_liquid), 0.0), 1.0)


@compiled
def total_enthalpy(pipe: Pipe, at: At) -> float:
    """Return enthalpy with kinetic energy, J/kg."""
    velocity = at.m / area_of(pipe) * at.v
    return at.h + 0.5 * velocity * velocity


@compiled
def enter(fluid: FloatArray, pipe: Pipe, t_ambient: float, m: float, p: float, h_in: float) -> At:
    """Return the state behind the inlet; its Mach² is 1 or more where the flow does not pass it."""
    g = m / area_of(pipe)
    h, v, mu = static_enthalpy(fluid, g, p, h_in)
    distance = line_distance(fluid, 0, p, h)
    fx = first_root(g * pipe.diameter / mu, pipe.roughness / pipe.diameter)
    wet = distance < -_ON_LINE_J_PER_KG
    if abs(distance) <= _ON_LINE_J_PER_KG:
        wet = goes_wet(fluid, pipe, g, t_ambient, fx, p, h)
    at = state_at(fluid, pipe, t_ambient, 0.0, p, h, m, wet, fx)
    return at if v < math.inf else At(0.0, p, h, m, v, 0.0, 0.0, fx, 2.0, wet)


@compiled
def advance(
    fluid: FloatArray, pipe: Pipe, t_ambient: float, at: At, dx: float, longest: float, tolerance: float
) -> tuple[At, float, bool]:
    """Return the state after one step within the tolerance, the length of the next one, and whether the flow got on."""
    g = at.m / area_of(pipe)
    while True:
        step = longest if dx >= longest * (1.0 - 1e-9) else dx
        p, h, kp, kh, v, mach2, fx, error = one_step(
            fluid, pipe, at.wet, g, t_ambient, at.fx, step, at.p, at.h, at.kp, at.kh
        )
        if error <= tolerance:
            grown = step * min(5.0, 0.9 * (tolerance / max(error, 1e-30)) ** 0.2)
            return At(at.x + step, p, h, at.m, v, kp, kh, fx, mach2, at.wet), grown, True
        dx = 0.5 * step if error == math.inf else step * max(0.2, 0.9 * (tolerance / error) ** 0.2)
        if dx < _SHORTEST_SHARE * pipe.length:
            return at, dx, False


@compiled
def meet_line(fluid: FloatArray, pipe: Pipe, t_ambient: float, before: At, at: At, may_turn: bool) -> tuple[At, int]:
    """Return where a step ends if it meets a line of saturation, and what happens there.

    A state that begins on the line and leaves it to the other side than thought turns where it stands.
    """
    distance = line_distance(fluid, 0, at.p, at.h)
    line = 0
    if not (distance > _ON_LINE_J_PER_KG if at.wet else distance < -_ON_LINE_J_PER_KG):
        line = 1
        if not at.wet or line_distance(fluid, 1, at.p, at.h) >= -_ON_LINE_J_PER_KG:
            return at, GOES_ON
        distance = line_distance(fluid, 1, at.p, at.h)
    first = line_distance(fluid, line, before.p, before.h)
    g = at.m / area_of(pipe)
    if line == 0 and (abs(first) <= _ON_LINE_J_PER_KG or (first > 0.0) == (distance > 0.0)):
        if not may_turn:
            return at, GOES_ON
        turned = state_at(fluid, pipe, t_ambient, before.x, before.p, before.h, before.m, not before.wet, before.fx)
        return turned, TURNS
    step = crossing(
        fluid,
        pipe,
        before.wet,
        g,
        t_ambient,
        before.fx,
        at.x - before.x,
        before.p,
        before.h,
        before.kp,
        before.kh,
        line,
        first,
        distance,
    )
    p, h, kp, kh, v, mach2, fx, _error = one_step(
        fluid, pipe, before.wet, g, t_ambient, before.fx, step, before.p, before.h, before.kp, before.kh
    )
    there = At(before.x + step, p, h, before.m, v, kp, kh, fx, mach2, before.wet)
    if line == 1:
        return there, CONDENSED
    return state_at(fluid, pipe, t_ambient, there.x, p, h, there.m, not before.wet, fx), TURNS
