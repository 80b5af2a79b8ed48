"""What water in a pipe exchanges with the wall and with itself: film coefficient and axial dispersion.

Sources: V. Gnielinski, Int. J. Heat Mass Transfer 63 (2013) 134, doi:10.1016/j.ijheatmasstransfer.2013.04.015 (turbulent and
transitional flow, with the friction factor of Petukhov); T. L. Bergman et al., Fundamentals of Heat and Mass Transfer, table
1.1 (free convection); C. Y. Wen, L. T. Fan, Models for Flow Systems and Chemical Reactors, 1975, after O. Levenspiel,
Chemical Reaction Engineering, 3rd ed. 1999, p. 310 (dispersion).
"""

from __future__ import annotations

import numpy as np

from heatnet.adapters.fluid import FluidTable
from heatnet.physics.arrays import FloatArray

RE_LAMINAR_MAX, RE_TURBULENT_MIN = 2300.0, 4000.0
#: fully developed laminar flow at constant wall temperature
NUSSELT_LAMINAR = 3.66
#: free convection of water with a few kelvins between it and the wall: 50 to 1000 W/(m²·K)
LEAST_FILM_W_PER_M2K = 100.0
#: of water at 60 °C, within 5 % from 35 to 150 °C; for fluids whose conductivity the network does not give
CONDUCTIVITY_W_PER_MK = 0.65


def nusselt(reynolds: FloatArray, prandtl: FloatArray) -> FloatArray:
    """Nusselt number in a long smooth pipe.

    Parameters
    ----------
    reynolds, prandtl : array
        Dimensionless.

    Notes
    -----
    Re > 4000: Nu = (f/8)(Re - 1000) Pr / (1 + 12.7 sqrt(f/8) (Pr^(2/3) - 1)), f = (0.79 ln Re - 1.64)^-2 (Gnielinski).
    Re < 2300: 3.66. Between them linear in Re (Gnielinski 2013, eq. 11).
    """
    re = np.maximum(reynolds, RE_TURBULENT_MIN)
    eighth = (0.79 * np.log(re) - 1.64) ** -2 / 8.0
    turbulent = eighth * (re - 1000.0) * prandtl / (1.0 + 12.7 * np.sqrt(eighth) * (prandtl ** (2.0 / 3.0) - 1.0))
    weight = np.clip((reynolds - RE_LAMINAR_MAX) / (RE_TURBULENT_MIN - RE_LAMINAR_MAX), 0.0, 1.0)
    return np.asarray((1.0 - weight) * NUSSELT_LAMINAR + weight * turbulent)


def dispersion_m2_per_s(reynolds: FloatArray, velocity_m_per_s: FloatArray, inner_m: FloatArray) -> FloatArray:
    """Axial dispersion of turbulent flow, D = v d (3e7 Re^-2.1 + 1.35 Re^-0.125) (Wen and Fan), m²/s.

    Laminar flow has none here: that of Taylor and Aris needs longer to establish itself than water stays in most pipes.

    Parameters
    ----------
    reynolds : array
    velocity_m_per_s, inner_m : array
        Magnitude of the mean velocity, m/s, and inner diameter, m.
    """
    re = np.maximum(reynolds, RE_LAMINAR_MAX)
    share = 3e7 * re**-2.1 + 1.35 * re**-0.125
    return np.where(reynolds > RE_LAMINAR_MAX, velocity_m_per_s * inner_m * share, 0.0)


class Film:
    """Film conductance and dispersion of all pipes.

    Parameters
    ----------
    inner_m : ndarray, shape (branches,)
        Inner diameters, m; any number where there is no water.
    fluid : FluidTable
    conductivity_w_per_mk : ndarray or None
        Thermal conductivity of the fluid at the temperatures of its table; None takes that of warm water.
    """

    def __init__(self, inner_m: FloatArray, fluid: FluidTable, conductivity_w_per_mk: FloatArray | None) -> None:
        self._inner_m, self._fluid = inner_m, fluid
        if conductivity_w_per_mk is None:
            conductivity_w_per_mk = np.full(len(fluid.t_degc), CONDUCTIVITY_W_PER_MK)
        self._conductivity = conductivity_w_per_mk

    def at(self, mdot_kg_per_s: FloatArray, t_degc: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return conductance per metre, W/(m·K), and dispersion, m²/s, at flows (kg/s) and mean temperatures (°C)."""
        mdot, d, viscosity = np.abs(mdot_kg_per_s), self._inner_m, self._fluid.viscosity(t_degc)
        conductivity = np.interp(t_degc, self._fluid.t_degc, self._conductivity)
        reynolds = 4.0 * mdot / (np.pi * d * viscosity)
        prandtl = viscosity * self._fluid.heat_capacity(t_degc) / conductivity
        coefficient = np.maximum(nusselt(reynolds, prandtl) * conductivity / d, LEAST_FILM_W_PER_M2K)
        velocity = mdot / (self._fluid.density(t_degc) * np.pi / 4.0 * d**2)
        return np.pi * d * coefficient, dispersion_m2_per_s(reynolds, velocity, d)
