"""Properties of the heat carrier as polynomials, which vectorise where a look-up in a table does not.

Fitted to the table of `heatnet.adapters.fluid` at Chebyshev points of its whole range. For water between 0 and 200 °C the fit
departs from the table by at most 0.2 J/kg in enthalpy (5e-5 K), 1e-6 of density, 3e-6 of viscosity and 3e-5 of heat capacity,
which only weighs the heat loss. Temperatures beyond the range are held at its ends.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

from heatnet.adapters.fluid import FluidTable
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.compiled import small

_DEGREE_ENTHALPY, _DEGREE_OTHERS = 12, 10


class Fluid(NamedTuple):
    """Coefficients over s = (t - middle) · per_k in -1 … 1, ascending powers; `fluidity` is 1/viscosity."""

    enthalpy: FloatArray
    heat_capacity: FloatArray
    density: FloatArray
    fluidity: FloatArray
    middle_degc: float
    per_k: float


def fluid_of(table: FluidTable) -> Fluid:
    """Return the polynomials of a fluid's table."""
    low, high = table.lowest_degc, table.highest_degc

    def fitted(degree: int, values: FloatArray) -> FloatArray:
        # at more Chebyshev points than coefficients, which comes near the least largest error
        s = np.cos(np.pi * (np.arange(4 * degree) + 0.5) / (4 * degree))
        at = np.interp((s + 1) / 2 * (high - low) + low, table.t_degc, values)
        coefficients = Chebyshev.fit(s, at, degree, domain=[-1, 1]).convert(kind=Polynomial).coef
        return np.pad(coefficients, (0, degree + 1 - len(coefficients)))

    return Fluid(
        fitted(_DEGREE_ENTHALPY, table.enthalpy_j_per_kg),
        fitted(_DEGREE_OTHERS, table.heat_capacity_j_per_kgk),
        fitted(_DEGREE_OTHERS, table.density_kg_per_m3),
        fitted(_DEGREE_OTHERS, 1.0 / table.viscosity_pa_s),
        (low + high) / 2,
        2 / (high - low),
    )


@small
def place(t: float, middle: float, per_k: float) -> float:
    """Return s of a temperature, held at the ends of the range."""
    s = (t - middle) * per_k
    return min(max(s, -1.0), 1.0)


@small
def enthalpy_at(c: FloatArray, s: float) -> float:
    """Return specific enthalpy, J/kg, at a place of the range."""
    s2 = s * s
    even = c[0] + s2 * (c[2] + s2 * (c[4] + s2 * (c[6] + s2 * (c[8] + s2 * (c[10] + s2 * c[12])))))
    return even + s * (c[1] + s2 * (c[3] + s2 * (c[5] + s2 * (c[7] + s2 * (c[9] + s2 * c[11])))))


@small
def value_at(c: FloatArray, s: float) -> float:
    """Return density, heat capacity or fluidity at a place of the range."""
    s2 = s * s
    even = c[0] + s2 * (c[2] + s2 * (c[4] + s2 * (c[6] + s2 * (c[8] + s2 * c[10]))))
    return even + s * (c[1] + s2 * (c[3] + s2 * (c[5] + s2 * (c[7] + s2 * c[9]))))


@small
def temperature_of(h: float, guess: float, ch: FloatArray, ccp: FloatArray, middle: float, per_k: float) -> float:
    """Return the temperature (°C) of an enthalpy (J/kg), by two steps of Newton's method from a near guess."""
    s = place(guess, middle, per_k)
    t = guess + (h - enthalpy_at(ch, s)) / value_at(ccp, s)
    s = place(t, middle, per_k)
    return t + (h - enthalpy_at(ch, s)) / value_at(ccp, s)
