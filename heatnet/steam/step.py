"""One step along a pipe: slopes of pressure and enthalpy, and Dormand and Prince's method of order 5(4).

.. math::
    p' = -\\frac{F (1 + G^2 v v_h) - G^2 v_h E}{1 - M^2}, \\qquad
    h' = -E - G^2 v (v_p p' + v_h h'), \\qquad M^2 = -G^2 (v_p + v v_h)

with friction, local losses and height F = (λ/D + ζ/L) G² v/2 + g s/v_vapour, heat and lift E = u (T - T_ambient)/m + g s,
s the slope of the pipe (positive upwards). Dormand and Prince, J. Comput. Appl. Math. 6 (1980) 19,
doi:10.1016/0771-050X(80)90013-3.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from heatnet.physics.arrays import FloatArray
from heatnet.physics.friction import GRAVITY_M_PER_S2, RE_LAMINAR_MAX, RE_TURBULENT_MIN
from heatnet.steam.compiled import compiled
from heatnet.steam.fluid import P_HIGH, P_LOW, state, vapour_volume

#: enthalpy against which the error of a step is measured, J/kg
_H_SCALE = 1e6
_TWO_BY_LN10 = 2.0 / math.log(10.0)


class Pipe(NamedTuple):
    """One pipe as seen along the flow.

    Parameters
    ----------
    length, diameter, roughness : float
        m.
    zeta : float
        Sum of local losses, spread over the length.
    u : float
        Heat loss on steam minus ambient, W/(m·K).
    rise : float
        Height of the end above the inlet, m.
    trap_spacing : float
        Distance between traps along the pipe, m; 0 for none.
    trap_at_end : bool
        Whether condensate is drained at the end.
    """

    length: float
    diameter: float
    roughness: float
    zeta: float
    u: float
    rise: float
    trap_spacing: float
    trap_at_end: bool


@compiled
def root_friction(re: float, rough: float, guess: float, steps: int) -> float:
    """Return x = 1/sqrt(λ) of Colebrook's equation, x + 2 lg(k/(3.71 D) + 2.51 x/Re) = 0, by steps of Newton's method.

    From the x of a neighbouring state two steps reach the last digits.
    """
    a, b = rough / 3.71, 2.51 / re
    x = guess
    for _step in range(steps):
        inner = a + b * x
        x -= (x + _TWO_BY_LN10 * math.log(inner)) / (1.0 + _TWO_BY_LN10 * b / inner)
    return x


@compiled
def first_root(re: float, rough: float) -> float:
    """Return x = 1/sqrt(λ) without a neighbour, from Haaland's value."""
    re = max(re, RE_LAMINAR_MAX)
    return root_friction(re, rough, max(-1.8 * math.log10(6.9 / re + (rough / 3.7) ** 1.11), 0.1), 3)


@compiled
def friction_factor(re: float, rough: float, guess: float) -> tuple[float, float]:
    """Return the Darcy friction factor as `heatnet.physics.friction.friction_factor`, and the x of its turbulent part."""
    if re <= 0.0:
        return 0.0, guess
    x = root_friction(max(re, RE_LAMINAR_MAX), rough, guess, 2)
    turbulent = 1.0 / (x * x)
    if re >= RE_TURBULENT_MIN:
        return turbulent, x
    if re < RE_LAMINAR_MAX:
        return 64.0 / re, x
    s = (re - RE_LAMINAR_MAX) / (RE_TURBULENT_MIN - RE_LAMINAR_MAX)
    weight = s * s * (3.0 - 2.0 * s)
    return (1.0 - weight) * 64.0 / re + weight * turbulent, x


@compiled
def slopes(
    fluid: FloatArray, pipe: Pipe, wet: bool, g: float, t_ambient: float, x: float, p: float, h: float
) -> tuple[float, float, float, float, float]:
    """Return dp/dx, dh/dx, volume, Mach² and friction's x; Mach² is 1 or more where the state is out of range."""
    if not (p >= fluid[P_LOW] and p <= fluid[P_HIGH]):
        return 0.0, 0.0, 0.0, 2.0, x
    v, v_p, v_h, t, mu = state(fluid, wet, p, h)
    f, x = friction_factor(g * pipe.diameter / mu, pipe.roughness / pipe.diameter, x)
    g2 = g * g
    lift = GRAVITY_M_PER_S2 * pipe.rise / pipe.length
    # liquid lies at the bottom: the column is that of the vapour
    column = lift / (vapour_volume(fluid, p) if wet else v)
    area = 0.25 * math.pi * pipe.diameter * pipe.diameter
    drag = (f / pipe.diameter + pipe.zeta / pipe.length) * g2 * v / 2.0 + column
    given = pipe.u * (t - t_ambient) / (g * area) + lift
    mach2 = -g2 * (v_p + v * v_h)
    dp = -(drag * (1.0 + g2 * v * v_h) - g2 * v_h * given) / (1.0 - mach2)
    dh = (-given - g2 * v * v_p * dp) / (1.0 + g2 * v * v_h)
    return dp, dh, v, mach2, x


@compiled
def one_step(
    fluid: FloatArray,
    pipe: Pipe,
    wet: bool,
    g: float,
    t_ambient: float,
    x: float,
    dx: float,
    p: float,
    h: float,
    kp1: float,
    kh1: float,
) -> tuple[float, float, float, float, float, float, float, float]:
    """Return p, h, their slopes, volume, Mach², friction's x and the error after a step; infinite where a stage chokes."""
    kp2, kh2, _v, m2, _x = slopes(fluid, pipe, wet, g, t_ambient, x, p + dx * 0.2 * kp1, h + dx * 0.2 * kh1)
    if m2 >= 1.0:
        return p, h, kp1, kh1, 0.0, m2, x, math.inf
    kp3, kh3, _v, m2, _x = slopes(
        fluid,
        pipe,
        wet,
        g,
        t_ambient,
        x,
        p + dx * (3.0 / 40.0 * kp1 + 9.0 / 40.0 * kp2),
        h + dx * (3.0 / 40.0 * kh1 + 9.0 / 40.0 * kh2),
    )
    if m2 >= 1.0:
        return p, h, kp1, kh1, 0.0, m2, x, math.inf
    kp4, kh4, _v, m2, _x = slopes(
        fluid,
        pipe,
        wet,
        g,
        t_ambient,
        x,
        p + dx * (44.0 / 45.0 * kp1 - 56.0 / 15.0 * kp2 + 32.0 / 9.0 * kp3),
        h + dx * (44.0 / 45.0 * kh1 - 56.0 / 15.0 * kh2 + 32.0 / 9.0 * kh3),
    )
    if m2 >= 1.0:
        return p, h, kp1, kh1, 0.0, m2, x, math.inf
    a1, a2, a3, a4 = 19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0
    kp5, kh5, _v, m2, _x = slopes(
        fluid,
        pipe,
        wet,
        g,
        t_ambient,
        x,
        p + dx * (a1 * kp1 + a2 * kp2 + a3 * kp3 + a4 * kp4),
        h + dx * (a1 * kh1 + a2 * kh2 + a3 * kh3 + a4 * kh4),
    )
    if m2 >= 1.0:
        return p, h, kp1, kh1, 0.0, m2, x, math.inf
    a1, a2, a3, a4, a5 = 9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0
    kp6, kh6, _v, m2, _x = slopes(
        fluid,
        pipe,
        wet,
        g,
        t_ambient,
        x,
        p + dx * (a1 * kp1 + a2 * kp2 + a3 * kp3 + a4 * kp4 + a5 * kp5),
        h + dx * (a1 * kh1 + a2 * kh2 + a3 * kh3 + a4 * kh4 + a5 * kh5),
    )
    if m2 >= 1.0:
        return p, h, kp1, kh1, 0.0, m2, x, math.inf
    a1, a3, a4, a5, a6 = 35.0 / 384.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0
    p_new = p + dx * (a1 * kp1 + a3 * kp3 + a4 * kp4 + a5 * kp5 + a6 * kp6)
    h_new = h + dx * (a1 * kh1 + a3 * kh3 + a4 * kh4 + a5 * kh5 + a6 * kh6)
    kp7, kh7, v, m2, x_new = slopes(fluid, pipe, wet, g, t_ambient, x, p_new, h_new)
    if m2 >= 1.0:
        return p, h, kp1, kh1, 0.0, m2, x, math.inf
    a1, a3, a4, a5, a6, a7 = (
        71.0 / 57600.0,
        -71.0 / 16695.0,
        71.0 / 1920.0,
        -17253.0 / 339200.0,
        22.0 / 525.0,
        -1.0 / 40.0,
    )
    e_p = dx * (a1 * kp1 + a3 * kp3 + a4 * kp4 + a5 * kp5 + a6 * kp6 + a7 * kp7)
    e_h = dx * (a1 * kh1 + a3 * kh3 + a4 * kh4 + a5 * kh5 + a6 * kh6 + a7 * kh7)
    return p_new, h_new, kp7, kh7, v, m2, x_new, max(abs(e_p) / p, abs(e_h) / _H_SCALE)
