"""What the pipes hold at an instant: temperatures, heat, and the density that drives and resists the flow.

The density of a pipe is the mean of what it holds,

.. math:: \\bar\\rho = \\frac1V\\int\\rho\\,\\mathrm{d}V

whatever fronts are in it. The steady engines know its ends only and take half the sum of their densities. With
:math:`T = T_g + (T_{in} - T_g)\\,e^{-N x}`, :math:`N = U L/(m c_p)`, that differs from the mean, where the water cools, by

.. math:: \\Delta = \\tfrac12(\\rho(0) + \\rho(1)) - \\int_0^1\\rho\\,\\mathrm{d}x

which is next to nothing in full flow, but turns rings at low load, where buoyancy drives what friction hardly holds. So that
a transient run ends in the state of the steady engines, :math:`\\Delta` of the present flow is added, but not beyond the
densities at the two ends; likewise to the temperature at which the viscosity is taken.
"""

from __future__ import annotations

import math

from heatnet.physics.arrays import FloatArray
from heatnet.simulate.transient.compiled import compiled, compiled_entry
from heatnet.simulate.transient.fluid import CAPACITY, RHO, VISCOSITY, VOLUME_HEAT, Fluid, at
from heatnet.simulate.transient.parcels import MASK
from heatnet.simulate.transient.plan import LENGTH, LOSS, PIPE_BRANCH, WALL, Look, Net, Water

#: water that cools by a smaller share of its temperature above the ground has the same density at both ends
_LEAST_COOLING = 1e-4


@compiled
def end_rule(fluid: Fluid, t_in: float, t_ground: float, cooling: float) -> tuple[float, float]:
    """Return what the steady engines' rule adds to the mean density (kg/m³) and to the mean temperature (K) of a steady pipe.

    The density is a polynomial of the third degree through its values at four temperatures from the outlet's to the inlet's.
    """
    if cooling < _LEAST_COOLING:
        return 0.0, 0.0
    left, above = math.exp(-cooling), t_in - t_ground
    middle, half = 0.5 * (1.0 + left), -0.5 * math.expm1(-cooling)
    # means of the powers of exp(-N x), then of s: the place between the ends' temperatures, -1 at the outlet and 1 at the inlet
    mean, square = -math.expm1(-cooling) / cooling, -math.expm1(-2.0 * cooling) / (2.0 * cooling)
    cube = -math.expm1(-3.0 * cooling) / (3.0 * cooling)
    first = (mean - middle) / half
    second = (square - 2.0 * middle * mean + middle**2) / half**2
    third = (cube - 3.0 * middle * square + 3.0 * middle**2 * mean - middle**3) / half**3
    a, b = at(fluid, RHO, t_ground + above * left), at(fluid, RHO, t_ground + above * (middle - half / 3.0))
    c, d = at(fluid, RHO, t_ground + above * (middle + half / 3.0)), at(fluid, RHO, t_in)
    content = 9.0 * (b + c) - a - d + first * (a - 27.0 * (b - c) - d)
    content += 9.0 * (second * (a - b - c + d) - third * (a - 3.0 * (b - c) - d))
    return 0.5 * (a + d) - content / 16.0, above * (middle - mean)


@compiled
def _within(value: float, one: float, two: float, three: float) -> float:
    return min(max(value, min(one, two, three)), max(one, two, three))


@compiled_entry
def look_at_pipes(
    net: Net, water: Water, mdot: FloatArray, t_ground_degc: FloatArray, as_steady: bool, look: Look
) -> None:
    """Set what every pipe holds; `mdot` is its flow (kg/s) and `as_steady` whether the steady engines' rule is added."""
    for branch in range(len(net.start)):
        if net.kind[branch] != PIPE_BRANCH:
            continue
        head, count = water.ring[branch, 0], water.ring[branch, 1]
        whole, warm, stored, heavy = 0.0, 0.0, 0.0, 0.0
        for place in range(count):
            i = (head + place) & MASK
            v, t = water.volume[branch, i], water.t[branch, i]
            whole += v
            warm += v * t
            stored += v * at(net.fluid, VOLUME_HEAT, t)
            heavy += v * at(net.fluid, RHO, t)
        first, last = head & MASK, (head + count - 1) & MASK
        start = water.t[branch, first] + 0.5 * water.fall[branch, first]
        end = water.t[branch, last] - 0.5 * water.fall[branch, last]
        cells, wall = net.cells[branch], 0.0
        for j in range(cells):
            wall += water.wall[branch, j]
        mean, rho, t_viscosity = warm / whole, heavy / whole, warm / whole
        m = mdot[branch]
        if as_steady and m != 0.0:
            t_in = start if m > 0.0 else end
            cp = at(net.fluid, CAPACITY, mean) / at(net.fluid, RHO, mean)
            cooling = net.geometry[branch, LOSS] * net.geometry[branch, LENGTH] / (abs(m) * cp)
            more_rho, more_k = end_rule(net.fluid, t_in, t_ground_degc[net.element[branch]], cooling)
            rho = _within(rho + more_rho, rho, at(net.fluid, RHO, start), at(net.fluid, RHO, end))
            t_viscosity = _within(mean + more_k, mean, start, end)
        look.ends_degc[branch, 0], look.ends_degc[branch, 1] = start, end
        look.mean_degc[branch] = mean
        look.stored_j[branch] = stored + net.geometry[branch, WALL] * net.geometry[branch, LENGTH] * wall / cells
        look.rho[branch] = rho
        look.fluidity[branch] = 1.0 / at(net.fluid, VISCOSITY, t_viscosity)
