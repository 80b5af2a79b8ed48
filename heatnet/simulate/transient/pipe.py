"""One pipe: parcels of water that move past a fixed wall, cool, and exchange heat with it.

With water temperature :math:`T`, wall temperature :math:`S`, cross-section :math:`A`, wall capacity :math:`C_s` (J/(m K)) and
film conductance :math:`k` (W/(m K)),

.. math::

    A\\rho\\,\\partial_t h + m\\,\\partial_x h = -U (T - T_g) - k (T - S), \\qquad C_s\\,\\partial_t S = k (T - S)

with the same mass flow along the pipe. The first is the exact balance of a pipe of fixed volume (continuity taken off the
conservative form) in which only the flow of expansion is neglected against :math:`m`: up to 4 % of it while a pipe warms from
60 to 120 °C. With :math:`\\mathrm{d}s = \\rho\\,\\mathrm{d}h` it is a conservation law, :math:`A\\,\\partial_t s +
\\partial_x(m h) = \\ldots`: what flows in and out as enthalpy is stored as volumetric heat, so that energy closes to rounding.
The loss acts on the water, as U is defined on its temperature; in a steady state the wall has the water's and plays no part.

Where :math:`k` is large against all changes a front moves at :math:`v / (1 + C_s / C_w)` with :math:`C_w = A \\rho c_p`, and
water at rest cools as :math:`e^{-U t/(C_w + C_s)}`. A finite :math:`k` and the axial dispersion :math:`D` of turbulence smear a
front in time by the variance

.. math:: \\sigma^2 = 2\\,\\theta\\,\\tau + 2 D L (1 + C_s/C_w)^2 / v^3, \\qquad \\theta = C_s L/(m c_p),\\ \\tau = C_s/k

about half a minute in mains.

Numerics, a split step of length :math:`\\delta`: a parcel is pushed in at one end and as many kilograms are taken out at the
other, water that stays cools for the whole step and what comes in or goes out for half of it, neighbours mix by dispersion, and
every piece of a parcel exchanges heat with its piece of wall by the exact law of the pair. Water that flows right through the
pipe cools for its stay and meets no wall. Numerical diffusion: parcels merge where there are more than
`heatnet.simulate.transient.parcels.MOST_PARCELS`, none beyond 1/16 of the pipe, so that heat is displaced by less than that
length, whatever the number of steps; the wall takes up heat as with a film of :math:`\\tau + \\delta/2`; and each pipe passes
on means over split steps, which smears a sharp front by a variance of about :math:`\\delta^2/6`. Smooth changes are carried
exactly to second order: parcels are linear, and so is what flows in within a split step.

Sources: I. Gabrielaitienė, B. Bøhm, B. Sundén, Energy Convers. Manage. 48 (2007) 78 (fronts and wall capacity);
B. van der Heijde et al., Energy Convers. Manage. 151 (2017) 158, doi:10.1016/j.enconman.2017.08.072 (plug flow with wall).
"""

from __future__ import annotations

from heatnet.physics.arrays import FloatArray
from heatnet.simulate.transient.compiled import inlined
from heatnet.simulate.transient.exchange import Wall, disperse, meet_wall
from heatnet.simulate.transient.fluid import CAPACITY, ENTHALPY, RHO, Fluid, at, temperature
from heatnet.simulate.transient.parcels import Parcels, Pipe, cool, merge, move


@inlined
def rest(fluid: Fluid, pipe: Pipe, parcels: Parcels, wall: Wall, seconds: float, steps: int) -> float:
    """Cool the water and the wall of a pipe without flow for some split steps; return the heat lost, J."""
    lost = 0.0
    for half in range(2 * steps):
        lost += cool(fluid, pipe, parcels, 0, parcels.ring[1], 0.5 * seconds)
        if half % 2 == 0 and pipe.wall > 0.0:
            meet_wall(fluid, pipe, parcels, wall, seconds)
    return lost


@inlined
def _rise(means: FloatArray, k: int) -> float:
    """Return how much a quantity rises during a split step: the smaller of the differences to both neighbours."""
    count = len(means)
    if count < 2:
        return 0.0
    before = means[k] - means[k - 1] if k > 0 else means[1] - means[0]
    after = means[k + 1] - means[k] if k < count - 1 else before
    if before * after <= 0.0:
        return 0.0
    return float(before if abs(before) < abs(after) else after)


@inlined
def flow_through(
    fluid: Fluid,
    pipe: Pipe,
    parcels: Parcels,
    wall: Wall,
    heat: FloatArray,
    mdot: float,
    seconds: float,
    h_in: FloatArray,
    h_out: FloatArray,
) -> float:
    """Let water flow through a pipe for as many split steps as `h_in` has entries; return the heat lost, J.

    `h_in` and `h_out` are the mean enthalpies of what flows in and out in each split step of `seconds`.
    """
    mass, lost = abs(mdot) * seconds, 0.0
    t_in = parcels.t[parcels.ring[0]]
    for k in range(len(h_in)):
        t_in = temperature(fluid, ENTHALPY, h_in[k], t_in)
        stay = pipe.volume * at(fluid, RHO, t_in) / abs(mdot)
        if stay > seconds:
            stay = seconds
        rise_in = _rise(h_in, k) * at(fluid, RHO, t_in) / at(fluid, CAPACITY, t_in)
        out, lost_now = move(fluid, pipe, parcels, mdot > 0.0, mass, t_in, rise_in, stay)
        h_out[k] = out / mass
        lost += lost_now
        merge(fluid, pipe, parcels, mdot > 0.0)
        if pipe.dispersion > 0.0:
            disperse(fluid, pipe, parcels, wall, heat, mdot / at(fluid, RHO, t_in), seconds)
        if pipe.wall > 0.0:
            meet_wall(fluid, pipe, parcels, wall, seconds)
    return lost
