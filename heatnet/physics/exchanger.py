"""Counter-flow heat exchangers: effectiveness, log-mean temperature difference, part-load return of a station.

Source: Kays and London, *Compact Heat Exchangers*, 3rd ed. 1984, chapter 2; VDI Heat Atlas, 2nd ed. 2010, chapter C1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet.physics.arrays import FloatArray, FloatLike, as_floats

#: heat transfer of plate channels grows with flow^0.7 (VDI Heat Atlas, chapter N6: Nu ~ Re^0.6…0.75)
PLATE_FLOW_EXPONENT = 0.7
_BISECTIONS = 60


def effectiveness_counterflow(ntu: FloatLike, capacity_ratio: FloatLike) -> FloatArray:
    """Effectiveness eps = (1 - exp(-NTU (1 - Cr))) / (1 - Cr exp(-NTU (1 - Cr))); NTU/(1 + NTU) at Cr = 1.

    Parameters
    ----------
    ntu : float or array
        Number of transfer units UA / C_min, at least 0.
    capacity_ratio : float or array
        C_min / C_max, 0 to 1. Above 1 it is C_max / C_min, with NTU and effectiveness of the side of C_max.
    """
    ntu, ratio = as_floats(ntu, capacity_ratio)
    # seen from the side of larger heat capacity flow: eps = eps_min / Cr, NTU = NTU_min / Cr
    larger = np.maximum(ratio, 1.0)
    ntu, ratio = ntu * larger, ratio / larger**2
    gap = 1 - ratio
    balanced = gap < 1e-9
    # expm1 keeps the digits near Cr = 1:  eps = e / (gap + Cr e)  with  e = 1 - exp(-NTU gap)
    e = -np.expm1(-ntu * np.where(balanced, 1.0, gap))
    # 1 - 1/(1 + NTU) is NTU/(1 + NTU), and 1 for an exchanger without end (NTU infinite)
    return np.where(balanced, 1 - 1 / (1 + ntu), e / (np.where(balanced, 1.0, gap) + ratio * e)) / larger


def ntu_counterflow(effectiveness: FloatLike, capacity_ratio: FloatLike) -> FloatArray:
    """Transfer units that give an effectiveness, NTU = ln((1 - Cr eps)/(1 - eps)) / (1 - Cr); eps/(1 - eps) at Cr = 1.

    Parameters
    ----------
    effectiveness : float or array
        Effectiveness, 0 to below 1; 1 and above give infinity.
    capacity_ratio : float or array
        C_min / C_max, 0 to 1; above 1 see `effectiveness_counterflow`.
    """
    eps, ratio = as_floats(effectiveness, capacity_ratio)
    larger = np.maximum(ratio, 1.0)
    eps, ratio = eps * larger, ratio / larger**2
    gap = 1 - ratio
    balanced = gap < 1e-9
    possible = eps < 1
    eps = np.where(possible, eps, 0.0)
    # (1 - Cr eps)/(1 - eps) = 1 + eps gap/(1 - eps)
    general = np.log1p(eps * gap / (1 - eps)) / np.where(balanced, 1.0, gap)
    return np.where(possible, np.where(balanced, eps / (1 - eps), general), np.inf) / larger


def lmtd_k(dt_one_k: FloatLike, dt_other_k: FloatLike) -> FloatArray:
    """Log-mean temperature difference (a - b)/ln(a/b) of the two ends' differences, K; NaN where one is negative.

    Parameters
    ----------
    dt_one_k, dt_other_k : float or array
        Temperature difference at either end, K. The mean is a where both are equal and 0 where one is 0.
    """
    one, other = as_floats(dt_one_k, dt_other_k)
    low, high = np.minimum(one, other), np.maximum(one, other)
    positive = low > 0
    x = np.where(positive, high / np.where(positive, low, 1.0) - 1, 1.0)
    # series of x / ln(1 + x) near equal ends, where the quotient loses its digits
    near = x < 1e-4
    growth = np.where(near, 1 + x / 2 - x**2 / 12, x / np.log1p(np.where(near, 1.0, x)))
    return np.where(positive, low * growth, np.where(low == 0, 0.0, np.nan))


@dataclass(frozen=True)
class StationDesign:
    """Design point of an exchange station (换热站): primary and secondary supply and return, °C.

    `flow_exponent` is the power of the flow with which either side's heat transfer grows; 0 keeps UA constant.
    """

    t_supply_degc: float = 120.0
    t_return_degc: float = 60.0
    t_secondary_supply_degc: float = 75.0
    t_secondary_return_degc: float = 50.0
    flow_exponent: float = PLATE_FLOW_EXPONENT

    @property
    def effectiveness(self) -> float:
        """Primary temperature drop over the largest possible one."""
        return (self.t_supply_degc - self.t_return_degc) / (self.t_supply_degc - self.t_secondary_return_degc)

    @property
    def lmtd_k(self) -> float:
        """Log-mean temperature difference at design, K."""
        hot = self.t_supply_degc - self.t_secondary_supply_degc
        return float(lmtd_k(hot, self.t_return_degc - self.t_secondary_return_degc))


def station_return_degc(
    load_share: FloatLike,
    t_supply_degc: FloatLike,
    t_secondary_supply_degc: FloatLike,
    t_secondary_return_degc: FloatLike,
    design: StationDesign,
) -> FloatArray:
    """Primary return temperature of a station whose valve holds the secondary temperatures, °C.

    Parameters
    ----------
    load_share : float or array
        Heat over design heat.
    t_supply_degc : float or array
        Arriving primary supply temperature, °C.
    t_secondary_supply_degc, t_secondary_return_degc : float or array
        Secondary temperatures held at this load, °C.
    design : StationDesign
        Design point; it fixes the exchanger's size.

    Returns
    -------
    array
        The secondary return temperature without load; NaN where the primary water is too cold for the secondary supply
        or the exchanger too small at any flow.

    Notes
    -----
    Solves q = u(g1, g2) · LMTD(x)/LMTD_0 for the cold-end difference x = T_return - t_return with the share of heat
    transfer u = 2/(g1^-n + g2^-n), g1 = q dT1_0/(T_supply - T_return), g2 = q dt2_0/(t_supply - t_return). Both factors
    grow with x, hence the root is unique; it is found by bisection.
    """
    q, t_1, t_s, t_r = as_floats(load_share, t_supply_degc, t_secondary_supply_degc, t_secondary_return_degc)
    exponent = design.flow_exponent
    hot_end = t_1 - t_s
    loaded = (q > 0) & (hot_end > 0) & (t_s > t_r)
    q_safe, hot, span = np.where(loaded, q, 1.0), np.where(loaded, hot_end, 1.0), np.where(loaded, t_1 - t_r, 2.0)
    dt_primary = design.t_supply_degc - design.t_return_degc
    dt_secondary = design.t_secondary_supply_degc - design.t_secondary_return_degc
    resistance_2 = (q_safe * dt_secondary / np.where(loaded, t_s - t_r, 1.0)) ** -exponent

    def surplus(x: FloatArray) -> FloatArray:
        resistance_1 = (q_safe * dt_primary / (span - x)) ** -exponent
        return 2 / (resistance_1 + resistance_2) * lmtd_k(hot, x) / design.lmtd_k - q_safe

    low, high = np.zeros_like(span), span * (1 - 1e-12)
    possible = surplus(high) >= 0
    for _step in range(_BISECTIONS):
        middle = (low + high) / 2
        too_much = surplus(middle) >= 0
        low, high = np.where(too_much, low, middle), np.where(too_much, middle, high)
    result = np.where(loaded & possible, t_r + (low + high) / 2, np.nan)
    return np.where(q == 0, t_r, result)
