"""Enthalpy and entropy of steam by its fundamental equation, IAPWS R7-97(2012), region 2.

With pi = p / 1 MPa, tau = 540 K / T and gamma = ln pi + sum n0 tau^J0 + sum n pi^I (tau - 0.5)^J:

    h = R T tau gamma_tau,        s = R (tau gamma_tau - gamma)

The tables of `heatnet.physics.steam` are faster and know no entropy; CoolProp knows it and takes seconds to load.
"""

from __future__ import annotations

import numpy as np

from heatnet.physics.arrays import FloatArray

#: specific gas constant of water, J/(kg·K); reducing temperature, K
_R, _T_STAR_K = 461.526, 540.0
_PA_PER_BAR, _PA_PER_MPA = 1e5, 1e6
#: equation (16), table 10: J, n
_IDEAL = np.array(
    [
        (0, -0.96927686500217e1),
        (1, 0.10086655968018e2),
        (-5, -0.56087911283020e-2),
        (-4, 0.71452738081455e-1),
        (-3, -0.40710498223928),
        (-2, 0.14240819171444e1),
        (-1, -0.43839511319450e1),
        (2, -0.28408632460772),
        (3, 0.21268463753307e-1),
    ]
)
#: equation (17), table 11: I, J, n
_RESIDUAL = np.array(
    [
        (1, 0, -0.17731742473213e-2),
        (1, 1, -0.17834862292358e-1),
        (1, 2, -0.45996013696365e-1),
        (1, 3, -0.57581259083432e-1),
        (1, 6, -0.50325278727930e-1),
        (2, 1, -0.33032641670203e-4),
        (2, 2, -0.18948987516315e-3),
        (2, 4, -0.39392777243355e-2),
        (2, 7, -0.43797295650573e-1),
        (2, 36, -0.26674547914087e-4),
        (3, 0, 0.20481737692309e-7),
        (3, 1, 0.43870667284435e-6),
        (3, 3, -0.32277677238570e-4),
        (3, 6, -0.15033924542148e-2),
        (3, 35, -0.40668253562649e-1),
        (4, 1, -0.78847309559367e-9),
        (4, 2, 0.12790717852285e-7),
        (4, 3, 0.48225372718507e-6),
        (5, 7, 0.22922076337661e-5),
        (6, 3, -0.16714766451061e-10),
        (6, 16, -0.21171472321355e-2),
        (6, 35, -0.23895741934104e2),
        (7, 0, -0.59059564324270e-17),
        (7, 11, -0.12621808899101e-5),
        (7, 25, -0.38946842435739e-1),
        (8, 8, 0.11256211360459e-10),
        (8, 36, -0.82311340897998e1),
        (9, 13, 0.19809712802088e-7),
        (10, 4, 0.10406965210174e-18),
        (10, 10, -0.10234747095929e-12),
        (10, 14, -0.10018179379511e-8),
        (16, 29, -0.80882908646985e-10),
        (16, 50, 0.10693031879409),
        (18, 57, -0.33662250574171),
        (20, 20, 0.89185845355421e-24),
        (20, 35, 0.30629316876232e-12),
        (20, 48, -0.42002467698208e-5),
        (21, 21, -0.59056029685639e-25),
        (22, 53, 0.37826947613457e-5),
        (23, 39, -0.12768608934681e-14),
        (24, 26, 0.73087610595061e-28),
        (24, 40, 0.55414715350778e-16),
        (24, 58, -0.94369707241210e-6),
    ]
)


def enthalpy_entropy(p_bar: FloatArray, t_degc: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return enthalpy, J/kg, and entropy, J/(kg·K), of dry steam.

    Parameters
    ----------
    p_bar, t_degc : array
        Absolute pressure, bar, and temperature, °C: at or above saturation, at most 165 bar and 800 °C (not checked).
    """
    p_bar, t_degc = np.broadcast_arrays(p_bar, t_degc)
    pi = np.asarray(p_bar, dtype=float)[..., None] * (_PA_PER_BAR / _PA_PER_MPA)
    t_k = np.asarray(t_degc, dtype=float) + 273.15
    tau = (_T_STAR_K / t_k)[..., None]
    j, n = _IDEAL.T
    gamma = np.log(pi[..., 0]) + (n * tau**j).sum(axis=-1)
    gamma_tau = (n * j * tau ** (j - 1)).sum(axis=-1)
    i, j, n = _RESIDUAL.T
    lifted = tau - 0.5
    gamma = gamma + (n * pi**i * lifted**j).sum(axis=-1)
    gamma_tau = gamma_tau + (n * pi**i * j * lifted ** (j - 1)).sum(axis=-1)
    return _R * _T_STAR_K * gamma_tau, _R * (tau[..., 0] * gamma_tau - gamma)
