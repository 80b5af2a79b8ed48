"""What the standards allow in a hot-water network."""

from __future__ import annotations

from dataclasses import dataclass

ATMOSPHERE_BAR = 1.01325


@dataclass(frozen=True)
class Limits:
    """Limits of a hot-water network.

    Parameters
    ----------
    trunk_friction_pa_per_m : tuple of float
        Economic range of the main line to the worst consumer, Pa/m (CJJ 34-2010 7.3.2).
    branch_friction_pa_per_m : float
        Largest specific friction of other branches, Pa/m; the line to a single station is exempt.
    velocity_m_per_s : float
        Largest velocity of water, m/s (CJJ 34).
    return_gauge_bar : float
        Smallest gauge pressure in the return line, bar (CJJ 34-2010 7.4: 50 kPa).
    boiling_margin_bar : float
        Smallest pressure above boiling, running and at rest, bar (CJJ 34-2010 7.4: 30 to 50 kPa).
    suction_margin_bar : float
        Smallest pressure above boiling at a pump's suction, bar (CJJ 34-2010 7.4: 50 kPa).
    nominal_pressure_bar : float
        Largest absolute pressure, bar: PN 16.
    t_return_degc : float
        Hottest primary return at the plants, °C (CJJ 34-2010 4.2).
    """

    trunk_friction_pa_per_m: tuple[float, float] = (30.0, 70.0)
    branch_friction_pa_per_m: float = 300.0
    velocity_m_per_s: float = 3.5
    return_gauge_bar: float = 0.5
    boiling_margin_bar: float = 0.3
    suction_margin_bar: float = 0.5
    nominal_pressure_bar: float = 16.0 + ATMOSPHERE_BAR
    t_return_degc: float = 70.0
