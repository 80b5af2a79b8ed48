"""Steam along one pipe from its inlet to its end: where it condenses, what traps drain, where it chokes.

Wet steam flows as a homogeneous mixture from trap to trap. A trap drains all liquid; pressure and temperature stay, mass
flow falls, and the liquid leaves with its enthalpy h' (and its share of kinetic energy). The saturation line is met by a
root search within a step, so that no step spans both phases.
"""

from __future__ import annotations

import math

from heatnet.physics.arrays import FloatArray
from heatnet.physics.friction import GRAVITY_M_PER_S2
from heatnet.steam.compiled import compiled
from heatnet.steam.fluid import P_LOW, boiling_degc, liquid_enthalpy, state, vapour_enthalpy
from heatnet.steam.moves import (
    CONDENSED,
    TURNS,
    At,
    advance,
    area_of,
    dryness_of,
    enter,
    goes_wet,
    meet_line,
    state_at,
    total_enthalpy,
)
from heatnet.steam.step import Pipe

#: local error of a step as a share of pressure, and of enthalpy in MJ/kg
TOLERANCE = 1e-8

#: columns of what a march returns: state at the end (Pa, J/kg with kinetic energy, kg/s), condensate (kg/s), heat lost and
#: energy drained (W), velocities (m/s), least dryness, where condensation starts (m), largest Mach number, how it ended,
#: how far it came (m), and p_in² - p_out² (Pa²), which goes on where the pressure is used up
P_OUT, H_OUT, M_OUT, CONDENSATE, LOSS, DRAINED, V_IN, V_OUT, V_MAX, DRYNESS, WET_FROM, MACH, END, REACHED, FALL = range(
    15
)
COLUMNS = 15
#: columns of a trace: distance, pressure, enthalpy, mass flow, velocity
TRACE = 5
#: how a march ends
ARRIVED, CHOKED, FLOODED = 0.0, 1.0, 2.0


@compiled
def next_stop(pipe: Pipe, wet: bool, x: float) -> float:
    """Return where the march must stop next: at the next trap if the steam is wet, else at the end."""
    if not wet or pipe.trap_spacing <= 0.0 or pipe.trap_spacing >= pipe.length:
        return pipe.length
    count = math.ceil(pipe.length / pipe.trap_spacing - 1e-9)
    spacing = pipe.length / count
    stop = (math.floor(x / spacing + 1e-9) + 1.0) * spacing
    return min(stop, pipe.length)


@compiled
def note(trace: FloatArray, points: int, pipe: Pipe, at: At) -> int:
    """Write a point of the trace if there is room; return how many there are."""
    if points >= trace.shape[0]:
        return points
    trace[points, 0], trace[points, 1], trace[points, 2] = at.x, at.p, at.h
    trace[points, 3], trace[points, 4] = at.m, at.m / area_of(pipe) * at.v
    return points + 1


@compiled
def finish_choked(
    fluid: FloatArray,
    pipe: Pipe,
    t_ambient: float,
    m: float,
    p_in: float,
    h_in: float,
    p: float,
    x: float,
    out: FloatArray,
) -> None:
    """Write an end that goes on from the choked point as p² fell so far, so that iterations have a direction."""
    area = area_of(pipe)
    v, _v_p, _v_h, t, _mu = state(fluid, h_in < vapour_enthalpy(fluid, p_in), p_in, h_in)
    if x > 1e-3 * pipe.length:
        fall = (p_in * p_in - p * p) * pipe.length / x
    else:
        fall = (0.02 * pipe.length / pipe.diameter + pipe.zeta) * (m / area) * (m / area) * p_in * v
    out[FALL] = max(fall, 1e-3 * p_in * p_in)
    out[P_OUT] = math.sqrt(max(p_in * p_in - out[FALL], (1.01 * fluid[P_LOW]) ** 2))
    lost = pipe.u * (t - t_ambient) * pipe.length
    out[H_OUT] = max(h_in - lost / m, liquid_enthalpy(fluid, out[P_OUT]))
    out[M_OUT], out[CONDENSATE], out[LOSS], out[DRAINED] = m, 0.0, lost, 0.0
    out[END], out[REACHED] = CHOKED, x


@compiled
def finish_condensed(
    fluid: FloatArray, pipe: Pipe, t_ambient: float, m: float, p: float, x: float, drained: bool, out: FloatArray
) -> None:
    """Write the end of a pipe whose steam has all condensed at x.

    With traps the rest of the pipe draws more steam than there is: the condensate exceeds the inflow, which tells the
    network how much is wanting. Without traps it is full of water.
    """
    h_vapour, h_liquid = vapour_enthalpy(fluid, p), liquid_enthalpy(fluid, p)
    lost = pipe.u * (boiling_degc(fluid, p) - t_ambient) * (pipe.length - x)
    out[LOSS] += lost
    out[P_OUT] = p
    out[DRYNESS] = 0.0
    out[V_OUT] = 0.0
    if drained:
        wanting = lost / (h_vapour - h_liquid)
        out[CONDENSATE] += m + wanting
        out[M_OUT], out[H_OUT] = -wanting, h_vapour
        out[END] = ARRIVED
    else:
        out[M_OUT], out[H_OUT] = m, h_liquid - lost / m
        out[END] = FLOODED


@compiled
def watch(fluid: FloatArray, pipe: Pipe, at: At, out: FloatArray) -> None:
    """Note extremes of velocity, Mach number and dryness, and where the steam first is wet."""
    out[V_MAX] = max(out[V_MAX], at.m / area_of(pipe) * at.v)
    out[MACH] = max(out[MACH], math.sqrt(max(at.mach2, 0.0)))
    if at.wet:
        out[DRYNESS] = min(out[DRYNESS], dryness_of(fluid, at.p, at.h))
        if math.isnan(out[WET_FROM]):
            out[WET_FROM] = at.x


@compiled
def drain(fluid: FloatArray, pipe: Pipe, t_ambient: float, at: At, out: FloatArray) -> At:
    """Return the state behind a trap along the pipe."""
    kept = at.m * dryness_of(fluid, at.p, at.h)
    out[CONDENSATE] += at.m - kept
    h = vapour_enthalpy(fluid, at.p)
    if kept <= 1e-12:
        return At(at.x, at.p, h, 0.0, at.v, at.kp, at.kh, at.fx, at.mach2, True)
    wet = goes_wet(fluid, pipe, kept / area_of(pipe), t_ambient, at.fx, at.p, h)
    return state_at(fluid, pipe, t_ambient, at.x, at.p, h, kept, wet, at.fx)


@compiled
def march(
    fluid: FloatArray,
    pipe: Pipe,
    t_ambient: float,
    m_in: float,
    p_in: float,
    h_in: float,
    tolerance: float,
    dx_max: float,
    out: FloatArray,
    trace: FloatArray,
) -> int:
    """Integrate one pipe along the flow and return how many points of the trace were written.

    Parameters
    ----------
    fluid : ndarray
    pipe : Pipe
    t_ambient : float
        Temperature of ground or air, °C.
    m_in : float
        Mass flow into the pipe, kg/s, above 0.
    p_in : float
        Pressure at the inlet, Pa.
    h_in : float
        Enthalpy of the steam at rest before the inlet (kinetic energy included), J/kg.
    tolerance : float
        Local error of a step, such as `TOLERANCE`.
    dx_max : float
        Longest step, m.
    out : ndarray, shape (COLUMNS,)
    trace : ndarray, shape (points, TRACE)
        States along the pipe; of length 0 where nobody asks.
    """
    out[:] = 0.0
    out[DRYNESS], out[WET_FROM] = 1.0, math.nan
    at = enter(fluid, pipe, t_ambient, m_in, p_in, h_in)
    if at.mach2 >= 1.0:
        finish_choked(fluid, pipe, t_ambient, m_in, p_in, h_in, p_in, 0.0, out)
        return 0
    watch(fluid, pipe, at, out)
    out[V_IN] = out[V_MAX]
    points = note(trace, 0, pipe, at)
    has_traps = pipe.trap_at_end or pipe.trap_spacing > 0.0
    lift = GRAVITY_M_PER_S2 * pipe.rise / pipe.length
    h_start, x_start = h_in, 0.0
    dx = min(pipe.length, 0.3 * p_in / max(abs(at.kp), 1e-30), 1e5 / max(abs(at.kh), 1e-30))
    turned_at = -1.0
    while at.x < pipe.length:
        stop = next_stop(pipe, at.wet, at.x)
        new, dx, gets_on = advance(fluid, pipe, t_ambient, at, dx, min(stop - at.x, dx_max), tolerance)
        if not gets_on:
            finish_choked(fluid, pipe, t_ambient, at.m, p_in, h_in, at.p, at.x, out)
            return points
        new, event = meet_line(fluid, pipe, t_ambient, at, new, at.x != turned_at)
        if event == TURNS:
            turned_at = new.x
        at = new
        if abs(at.x - stop) <= 1e-9 * pipe.length:
            at = At(stop, at.p, at.h, at.m, at.v, at.kp, at.kh, at.fx, at.mach2, at.wet)
        watch(fluid, pipe, at, out)
        points = note(trace, points, pipe, at)
        if event == CONDENSED or (at.wet and at.x == stop and stop < pipe.length):
            out[LOSS] += at.m * (h_start - total_enthalpy(pipe, at) - lift * (at.x - x_start))
            if event != CONDENSED:
                at = drain(fluid, pipe, t_ambient, at, out)
                h_start, x_start = total_enthalpy(pipe, at), at.x
                points = note(trace, points, pipe, at)
            if event == CONDENSED or at.m == 0.0:
                finish_condensed(fluid, pipe, t_ambient, at.m, at.p, at.x, has_traps, out)
                break
    else:
        points = finish_arrived(fluid, pipe, at, h_start, x_start, out, trace, points)
    out[DRAINED] = m_in * h_in - out[LOSS] - out[M_OUT] * out[H_OUT] - lift * pipe.length * out[M_OUT]
    out[REACHED] = at.x
    out[FALL] = p_in * p_in - out[P_OUT] * out[P_OUT]
    return points


@compiled
def finish_arrived(
    fluid: FloatArray,
    pipe: Pipe,
    at: At,
    h_start: float,
    x_start: float,
    out: FloatArray,
    trace: FloatArray,
    points: int,
) -> int:
    """Write the end of a pipe that steam leaves; its trap drains what is liquid."""
    lift = GRAVITY_M_PER_S2 * pipe.rise / pipe.length
    out[LOSS] += at.m * (h_start - total_enthalpy(pipe, at) - lift * (pipe.length - x_start))
    h_vapour = vapour_enthalpy(fluid, at.p)
    if pipe.trap_at_end and at.h < h_vapour:
        kept = at.m * dryness_of(fluid, at.p, at.h)
        out[CONDENSATE] += at.m - kept
        v = state(fluid, False, at.p, h_vapour)[0]
        at = At(at.x, at.p, h_vapour, kept, v, at.kp, at.kh, at.fx, at.mach2, False)
        points = note(trace, points, pipe, at)
    out[P_OUT], out[H_OUT], out[M_OUT], out[END] = at.p, total_enthalpy(pipe, at), at.m, ARRIVED
    out[V_OUT] = at.m / area_of(pipe) * at.v
    return points
