"""The fluid's table as compiled code reads it, with the heat that a cubic metre takes up.

In a pipe of fixed volume water is warmed from :math:`T_0` to :math:`T` by the volumetric heat

.. math:: S(T) = \\int_{T_0}^{T} \\rho\\,\\mathrm{d}h

and not by :math:`\\rho h(T) - \\rho h(T_0)`: what expansion pushes out has been warmed as well.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from heatnet.adapters.fluid import FluidTable
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.transient.compiled import inlined

#: columns of the table: density kg/m³, heat capacity J/(m³ K), enthalpy J/kg, volumetric heat J/m³, viscosity Pa s
RHO, CAPACITY, ENTHALPY, VOLUME_HEAT, VISCOSITY = 0, 1, 2, 3, 4
_MOST_JUMPS = 100


class Fluid(NamedTuple):
    """Properties by temperature: rows from `first` (°C), `per_k` of them a kelvin."""

    table: FloatArray
    first: float
    per_k: float


def compiled_fluid(fluid: FluidTable) -> Fluid:
    """Return a fluid's table with the volumetric heat, 0 at 0 °C.

    Both heats are linear between the rows of the table, so that temperature and heat invert each other exactly.

    Raises
    ------
    ValueError
        If the fluid's table is not evenly spaced in temperature.
    """
    step = np.diff(fluid.t_degc)
    if not np.allclose(step, step[0]):
        raise ValueError("the fluid's table is not evenly spaced in temperature")
    rho, h = fluid.density_kg_per_m3, fluid.enthalpy_j_per_kg
    heat = np.concatenate([[0.0], np.cumsum((rho[1:] + rho[:-1]) / 2.0 * np.diff(h))])
    heat = heat - np.interp(0.0, fluid.t_degc, heat)
    table = np.ascontiguousarray(
        np.column_stack([rho, rho * fluid.heat_capacity_j_per_kgk, h, heat, fluid.viscosity_pa_s])
    )
    return Fluid(table, fluid.lowest_degc, float(1.0 / step[0]))


@inlined
def at(fluid: Fluid, column: int, t: float) -> float:
    """Return one column at a temperature (°C), held at the table's ends."""
    s = (t - fluid.first) * fluid.per_k
    last = fluid.table.shape[0] - 2
    i = 0
    if s > 0.0:
        i = int(s)
        if i > last:
            i = last
            s = last + 1.0
    else:
        s = 0.0
    low = fluid.table[i, column]
    return float(low + (s - i) * (fluid.table[i + 1, column] - low))


@inlined
def temperature(fluid: Fluid, column: int, value: float, guess: float) -> float:
    """Return the temperature (°C) at which a rising column has a value, from a guess nearby; held at the table's ends."""
    last = fluid.table.shape[0] - 2
    s = (guess - fluid.first) * fluid.per_k
    i = 0
    if s > 0.0:
        i = int(s)
        if i > last:
            i = last
    w = 0.0
    for _step in range(_MOST_JUMPS):
        low = fluid.table[i, column]
        w = (value - low) / (fluid.table[i + 1, column] - low)
        if (w >= 0.0 or i == 0) and (w <= 1.0 or i == last):
            break
        # heats are almost linear in temperature, so that a jump by the slope lands in the row or next to it
        i += math.floor(w)
        if i < 0:
            i = 0
        elif i > last:
            i = last
    if w < 0.0:
        w = 0.0
    elif w > 1.0:
        w = 1.0
    return float(fluid.first + (i + w) / fluid.per_k)
