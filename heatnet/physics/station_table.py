"""Primary return of an exchange station (换热站) as a table over arriving temperature and load share.

The station's valve holds the secondary temperatures of its load share, with constant secondary flow. Its primary flow ends
at the design flow; what then arrives sets the heat: it takes what it can get. At that limit both flows are the design flows,
so that the exchanger's effectiveness is the design one whatever its exponent, and the limit is a heating curve:

.. math:: T(q) = t_r(q) + q\\,\\Delta T_0 / \\varepsilon_0, \\qquad T_r = T(q) - q\\,\\Delta T_0

Source: see `exchanger.station_return_degc` and `regulation.secondary_temperatures_degc`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet.physics.arrays import FloatArray
from heatnet.physics.exchanger import StationDesign, station_return_degc
from heatnet.physics.regulation import T_INDOOR_DEGC, RegulationDesign, secondary_temperatures_degc

#: grid on which linear interpolation is within 0.05 K from 2 % load on and within 0.15 K below, for usual design points
#: (0.07 K from 2 % on where both ends are only 5 K apart); the kink at the limit sets it
T_START_DEGC = T_INDOOR_DEGC
T_STEP_K = 0.2
SHARE_STEP = 0.002
SHARE_LAST = 1.2
#: places at which the exchanger is solved, along the limit and below it; splines between them are within 0.005 K
_LIMITS, _PARTS = 48, 48
#: load shares between which the limit is inverted; their roots are evenly spaced
_LIMIT_POINTS = 20_001
_LIMIT_LAST = 4.0


@dataclass(frozen=True, eq=False)
class StationTable:
    """Return temperature on the grid `T_START_DEGC` + i `T_STEP_K` by j `SHARE_STEP`.

    Parameters
    ----------
    t_return_degc : ndarray, shape (temperatures, shares)
        Primary return temperature, °C; above the limit the return at the limit.
    share_max : ndarray, shape (temperatures,)
        Largest load share at the arriving temperature, at most `SHARE_LAST`.
    """

    t_return_degc: FloatArray
    share_max: FloatArray


def is_possible(design: StationDesign) -> bool:
    """Return whether an exchanger can have a design point, and radiators in heated rooms its secondary."""
    return (
        design.t_supply_degc > design.t_secondary_supply_degc > design.t_secondary_return_degc
        and design.t_return_degc > design.t_secondary_return_degc >= T_INDOOR_DEGC
    )


def station_table(design: StationDesign, t_highest_degc: float) -> StationTable:
    """Return the table of a station.

    Parameters
    ----------
    design : StationDesign
        Design point, for which `is_possible` holds.
    t_highest_degc : float
        Arriving temperature that the table is to reach, °C.

    Raises
    ------
    ValueError
        If no exchanger has this design point.

    Notes
    -----
    The return less the secondary return is solved on load shares q = v q_max and interpolated by bicubic splines over v
    and the root of q_max, in which it is smooth up to the limit v = 1.
    """
    if not is_possible(design):
        raise ValueError("no exchanger has this design point")
    steps = int(np.ceil((t_highest_degc - T_START_DEGC) / T_STEP_K))
    t_degc: FloatArray = T_START_DEGC + T_STEP_K * np.arange(steps + 1, dtype=np.float64)
    shares: FloatArray = SHARE_STEP * np.arange(round(SHARE_LAST / SHARE_STEP) + 1, dtype=np.float64)
    drop_k = design.t_supply_degc - design.t_return_degc
    limit = _limit_share(t_degc, design)
    share_max = np.minimum(limit, SHARE_LAST)
    below = shares[np.newaxis, :] < limit[:, np.newaxis]
    row, column = np.nonzero(below)
    table = np.broadcast_to((t_degc - share_max * drop_k)[:, np.newaxis], below.shape).copy()
    secondary = _secondary(shares, design)[1]
    table[below] = secondary[column] + _difference_k(limit[row], shares[column] / limit[row], design)
    return StationTable(table, share_max)


def full_flow_supply_degc(share: FloatArray, design: StationDesign) -> FloatArray:
    """Return the arriving temperature at which the design flow gives a load share, °C."""
    drop_k = design.t_supply_degc - design.t_return_degc
    return np.asarray(_secondary(share, design)[1] + share * drop_k / design.effectiveness)


def _secondary(share: FloatArray, design: StationDesign) -> tuple[FloatArray, FloatArray]:
    supply, back = design.t_secondary_supply_degc, design.t_secondary_return_degc
    return secondary_temperatures_degc(
        share, RegulationDesign(t_secondary_supply_degc=supply, t_secondary_return_degc=back)
    )


def _limit_share(t_degc: FloatArray, design: StationDesign) -> FloatArray:
    """Return the load share at the design flow by arriving temperature: the inverse of `full_flow_supply_degc`."""
    shares = np.linspace(0.0, np.sqrt(_LIMIT_LAST), _LIMIT_POINTS) ** 2
    return np.asarray(np.interp(t_degc, full_flow_supply_degc(shares, design), shares))


def _difference_k(limit: FloatArray, part: FloatArray, design: StationDesign) -> FloatArray:
    """Return the primary less the secondary return at parts of the largest load share, K, by splines."""
    from scipy.interpolate import RectBivariateSpline

    highest = float(np.max(limit, initial=0.0))
    if highest == 0.0:
        return np.zeros_like(limit)
    roots, parts = np.linspace(0.0, 1.0, _LIMITS), np.linspace(0.0, 1.0, _PARTS)
    limits = highest * roots[:, np.newaxis] ** 2
    shares = limits * parts
    t_supply, t_return = _secondary(shares, design)
    exact = station_return_degc(shares, full_flow_supply_degc(limits, design), t_supply, t_return, design) - t_return
    # at the limit itself the effectiveness is known, whereas the search may miss its end by a rounding
    drop_k = design.t_supply_degc - design.t_return_degc
    exact[:, -1] = limits[:, 0] * drop_k * (1.0 / design.effectiveness - 1.0)
    return np.asarray(RectBivariateSpline(roots, parts, exact).ev(np.sqrt(limit / highest), part))
