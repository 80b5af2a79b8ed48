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
from heatnet.steam.fluid import Fluid, boiling_degc, liquid_enthalpy, state, vapour_enthalpy
from heatnet.steam.step import Pipe, one_step, slopes

#: local error of a step as a share of pressure, and of enthalpy in MJ/kg
TOLERANCE = 1e-9
#: shortest step as a share of the pipe: what needs a shorter one chokes
_SHORTEST_SHARE = 1e-11
#: distance from a line of saturation at which it counts as met, J/kg
_ON_LINE_J_PER_KG = 1e-5
_MOST_STEPS = 100_000

#: columns of what a march returns: state at the end (Pa, J/kg with kinetic energy, kg/s), condensate (kg/s), heat lost and
#: energy drained (W), velocities (m/s), least dryness, where condensation starts (m), largest Mach number, how it ended,
#: how far it came (m), and p_in² - p_out² (Pa²), which goes on where the pressure is used up
P_OUT, H_OUT, M_OUT, CONDENSATE, LOSS, DRAINED, V_IN, V_OUT, V_MAX, DRYNESS, WET_FROM, MACH, END, REACHED, FALL = range(15)
COLUMNS = 15
#: columns of a trace: distance, pressure, enthalpy, mass flow, velocity
TRACE = 5
#: how a march ends
ARRIVED, CHOKED, FLOODED = 0.0, 1.0, 2.0


@compiled
def static_enthalpy(fluid: Fluid, g: float, p: float, h_total: float) -> tuple[float, float]:
    """Return enthalpy and volume of steam that moves, h = h_total - (G v)²/2; v is infinite where there is none."""
    h, v = h_total, 0.0
    for _round in range(50):
        wet = h < vapour_enthalpy(fluid, p)
        v = state(fluid, wet, p, h)[0]
        now = h_total - 0.5 * (g * v) * (g * v)
        if now < h_total - 3e5:
            return h, math.inf
        moved, h = abs(now - h), now
        if moved < 1e-7:
            break
    return h, v


@compiled
def goes_wet(fluid: Fluid, pipe: Pipe, g: float, t_ambient: float, p: float, h: float) -> bool:
    """Return whether steam on the saturation line is about to condense: h falls faster than h''."""
    dp, dh, _v, mach2 = slopes(fluid, pipe, False, g, t_ambient, p, h)
    if mach2 >= 1.0:
        return False
    change = 1e-6 * p
    by_p = (vapour_enthalpy(fluid, p + change) - vapour_enthalpy(fluid, p - change)) / (2.0 * change)
    return dh < by_p * dp


@compiled
def line_distance(fluid: Fluid, line: int, p: float, h: float) -> float:
    """Return the enthalpy above saturated vapour (line 0) or above saturated liquid (line 1)."""
    return h - (vapour_enthalpy(fluid, p) if line == 0 else liquid_enthalpy(fluid, p))


@compiled
def crossing(
    fluid: Fluid,
    pipe: Pipe,
    wet: bool,
    g: float,
    t_ambient: float,
    dx: float,
    p: float,
    h: float,
    kp: float,
    kh: float,
    line: int,
    first: float,
    last: float,
) -> float:
    """Return the share of a step after which the line is met, by the Illinois variant of the false position."""
    low, high = 0.0, 1.0
    at_low, at_high = first, last
    share = 0.5
    for _round in range(80):
        share = (low * at_high - high * at_low) / (at_high - at_low)
        p_new, h_new, _kp, _kh, _v, _m2, _error = one_step(fluid, pipe, wet, g, t_ambient, share * dx, p, h, kp, kh)
        at = line_distance(fluid, line, p_new, h_new)
        if abs(at) < _ON_LINE_J_PER_KG:
            break
        if (at > 0.0) == (at_high > 0.0):
            high, at_high = share, at
            at_low *= 0.5
        else:
            low, at_low = share, at
            at_high *= 0.5
    return share


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
def note(trace: FloatArray, points: int, x: float, p: float, h: float, m: float, velocity: float) -> int:
    """Write a point of the trace if there is room; return how many there are."""
    if points < trace.shape[0]:
        trace[points, 0], trace[points, 1], trace[points, 2] = x, p, h
        trace[points, 3], trace[points, 4] = m, velocity
        return points + 1
    return points


@compiled
def finish_choked(
    fluid: Fluid, pipe: Pipe, t_ambient: float, m: float, p_in: float, h_in: float, p: float, x: float, out: FloatArray
) -> None:
    """Write an end that goes on from the choked point as p² fell so far, so that iterations have a direction."""
    area = 0.25 * math.pi * pipe.diameter * pipe.diameter
    v, _v_p, _v_h, t, _mu = state(fluid, h_in < vapour_enthalpy(fluid, p_in), p_in, h_in)
    if x > 1e-3 * pipe.length:
        fall = (p_in * p_in - p * p) * pipe.length / x
    else:
        fall = (0.02 * pipe.length / pipe.diameter + pipe.zeta) * (m / area) * (m / area) * p_in * v
    out[FALL] = max(fall, 1e-3 * p_in * p_in)
    out[P_OUT] = math.sqrt(max(p_in * p_in - out[FALL], (1.01 * fluid.p_low) ** 2))
    lost = pipe.u * (t - t_ambient) * pipe.length
    out[H_OUT] = max(h_in - lost / m, liquid_enthalpy(fluid, out[P_OUT]))
    out[M_OUT], out[CONDENSATE], out[LOSS], out[DRAINED] = m, 0.0, lost, 0.0
    out[END], out[REACHED] = CHOKED, x


@compiled
def finish_condensed(
    fluid: Fluid, pipe: Pipe, t_ambient: float, m: float, p: float, x: float, drained: bool, out: FloatArray
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
def march(
    fluid: Fluid,
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
    fluid : Fluid
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
    area = 0.25 * math.pi * pipe.diameter * pipe.diameter
    m, g, p, x = m_in, m_in / area, p_in, 0.0
    out[:] = 0.0
    out[DRYNESS], out[WET_FROM] = 1.0, math.nan
    h, v = static_enthalpy(fluid, g, p, h_in)
    out[V_IN] = out[V_MAX] = g * v
    distance = h - vapour_enthalpy(fluid, p)
    wet = distance < -1e-3
    if abs(distance) <= 1e-3:
        wet = goes_wet(fluid, pipe, g, t_ambient, p, h)
    kp, kh, _v, mach2 = slopes(fluid, pipe, wet, g, t_ambient, p, h)
    if mach2 >= 1.0 or v == math.inf:
        finish_choked(fluid, pipe, t_ambient, m, p_in, h_in, p, x, out)
        return 0
    if wet:
        out[WET_FROM] = 0.0
        h_liquid = liquid_enthalpy(fluid, p)
        out[DRYNESS] = min((h - h_liquid) / (vapour_enthalpy(fluid, p) - h_liquid), 1.0)
    out[MACH] = math.sqrt(mach2)
    points = note(trace, 0, x, p, h, m, g * v)
    drained = pipe.trap_at_end or pipe.trap_spacing > 0.0
    h_start, x_start = h_in, 0.0
    stop = next_stop(pipe, wet, x)
    dx = min(pipe.length, 0.3 * p / max(abs(kp), 1e-30), 1e5 / max(abs(kh), 1e-30))
    flipped_at = -1.0
    lift = GRAVITY_M_PER_S2 * pipe.rise / pipe.length
    for _step in range(_MOST_STEPS):
        at_stop = dx >= (stop - x) * (1.0 - 1e-9) and dx_max >= (stop - x) * (1.0 - 1e-9)
        step = stop - x if at_stop else min(dx, dx_max)
        p_new, h_new, kp_new, kh_new, v_new, mach2, error = one_step(fluid, pipe, wet, g, t_ambient, step, p, h, kp, kh)
        if error > tolerance:
            dx = 0.5 * step if error == math.inf else step * max(0.2, 0.9 * (tolerance / error) ** 0.2)
            if dx < _SHORTEST_SHARE * pipe.length:
                finish_choked(fluid, pipe, t_ambient, m, p_in, h_in, p, x, out)
                return points
            continue
        dx = step * min(5.0, 0.9 * (tolerance / max(error, 1e-30)) ** 0.2)
        line, condensed = 0, False
        last = line_distance(fluid, 0, p_new, h_new)
        crossed = (not wet and last < -_ON_LINE_J_PER_KG) or (wet and last > _ON_LINE_J_PER_KG)
        if wet and not crossed and line_distance(fluid, 1, p_new, h_new) < -_ON_LINE_J_PER_KG:
            line, condensed, last = 1, True, line_distance(fluid, 1, p_new, h_new)
        if crossed or condensed:
            first = line_distance(fluid, line, p, h)
            if crossed and (first > 0.0) == (last > 0.0) or abs(first) < _ON_LINE_J_PER_KG and crossed:
                # begins on the line and leaves it to the other side
                if flipped_at != x:
                    flipped_at, wet = x, not wet
                    kp, kh, _v, mach2 = slopes(fluid, pipe, wet, g, t_ambient, p, h)
                    stop = next_stop(pipe, wet, x)
                    if wet and math.isnan(out[WET_FROM]):
                        out[WET_FROM] = x
                    continue
                crossed = False
            else:
                share = crossing(fluid, pipe, wet, g, t_ambient, step, p, h, kp, kh, line, first, last)
                dx, step, at_stop = step, share * step, False
                p_new, h_new, kp_new, kh_new, v_new, mach2, error = one_step(
                    fluid, pipe, wet, g, t_ambient, step, p, h, kp, kh
                )
                if error == math.inf:
                    finish_choked(fluid, pipe, t_ambient, m, p_in, h_in, p, x, out)
                    return points
        p, h, kp, kh, v = p_new, h_new, kp_new, kh_new, v_new
        x = stop if at_stop else x + step
        out[V_MAX], out[MACH] = max(out[V_MAX], g * v), max(out[MACH], math.sqrt(max(mach2, 0.0)))
        if wet:
            h_liquid = liquid_enthalpy(fluid, p)
            dryness = min(max((h - h_liquid) / (vapour_enthalpy(fluid, p) - h_liquid), 0.0), 1.0)
            out[DRYNESS] = min(out[DRYNESS], dryness)
        points = note(trace, points, x, p, h, m, g * v)
        if condensed:
            out[LOSS] += m * (h_start - h - 0.5 * (g * v) * (g * v) - lift * (x - x_start))
            finish_condensed(fluid, pipe, t_ambient, m, p, x, drained, out)
            break
        if crossed:
            wet = not wet
            kp, kh, _v, mach2 = slopes(fluid, pipe, wet, g, t_ambient, p, h)
            stop = next_stop(pipe, wet, x)
            if wet and math.isnan(out[WET_FROM]):
                out[WET_FROM] = x
        if x >= pipe.length * (1.0 - 1e-12):
            break
        if at_stop and wet:
            # a trap along the pipe
            h_vapour = vapour_enthalpy(fluid, p)
            total = h + 0.5 * (g * v) * (g * v)
            out[LOSS] += m * (h_start - total - lift * (x - x_start))
            dryness = min((h - liquid_enthalpy(fluid, p)) / (h_vapour - liquid_enthalpy(fluid, p)), 1.0)
            kept = m * dryness
            out[CONDENSATE] += m - kept
            m, g, h = kept, kept / area, h_vapour
            if m <= 1e-12:
                finish_condensed(fluid, pipe, t_ambient, 0.0, p, x, drained, out)
                break
            v = state(fluid, False, p, h)[0]
            h_start, x_start = h + 0.5 * (g * v) * (g * v), x
            wet = goes_wet(fluid, pipe, g, t_ambient, p, h)
            kp, kh, _v, mach2 = slopes(fluid, pipe, wet, g, t_ambient, p, h)
            stop = next_stop(pipe, wet, x)
            points = note(trace, points, x, p, h, m, g * v)
    if x >= pipe.length * (1.0 - 1e-12):
        points = finish_arrived(fluid, pipe, area, m, p, h, h_start, x_start, lift, v, out, trace, points)
    out[DRAINED] = m_in * h_in - out[LOSS] - out[M_OUT] * out[H_OUT] - lift * pipe.length * out[M_OUT]
    out[REACHED] = x
    out[FALL] = p_in * p_in - out[P_OUT] * out[P_OUT]
    return points


@compiled
def finish_arrived(
    fluid: Fluid,
    pipe: Pipe,
    area: float,
    m: float,
    p: float,
    h: float,
    h_start: float,
    x_start: float,
    lift: float,
    v: float,
    out: FloatArray,
    trace: FloatArray,
    points: int,
) -> int:
    """Write the end of a pipe that steam leaves; its trap drains what is liquid."""
    g = m / area
    total = h + 0.5 * (g * v) * (g * v)
    out[LOSS] += m * (h_start - total - lift * (pipe.length - x_start))
    h_vapour = vapour_enthalpy(fluid, p)
    if pipe.trap_at_end and h < h_vapour:
        h_liquid = liquid_enthalpy(fluid, p)
        kept = m * max((h - h_liquid) / (h_vapour - h_liquid), 0.0)
        out[CONDENSATE] += m - kept
        m, g, h = kept, kept / area, h_vapour
        v = state(fluid, False, p, h)[0]
        total = h + 0.5 * (g * v) * (g * v)
        points = note(trace, points, pipe.length, p, h, m, g * v)
    out[P_OUT], out[H_OUT], out[M_OUT], out[V_OUT], out[END] = p, total, m, g * v, ARRIVED
    return points
