"""Pumps: head over flow, and electric power.

Source: ISO 17769-1:2012 (definitions); P = V dp / eta; affinity laws V ~ n, H ~ n² (Gülich, *Centrifugal Pumps*, 3rd ed.
2014, section 3.4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from heatnet.i18n import _
from heatnet.physics.arrays import FloatArray, FloatLike, as_floats

#: pump and motor together, large circulation pumps near their best point
PUMP_EFFICIENCY_SHARE = 0.75


def pump_power_mw(
    mdot_kg_per_s: FloatLike,
    head_bar: FloatLike,
    density_kg_per_m3: FloatLike,
    efficiency_share: FloatLike = PUMP_EFFICIENCY_SHARE,
) -> FloatArray:
    """Electric power of a pump, P = m dp / (rho eta), MW.

    Parameters
    ----------
    mdot_kg_per_s : float or array
        Mass flow, kg/s; only flow in the pump's direction needs power.
    head_bar : float or array
        Pressure rise, bar; a negative rise needs none.
    density_kg_per_m3 : float or array
        Density at the pump, kg/m³.
    efficiency_share : float or array
        Efficiency of pump, motor and drive together.
    """
    mdot, head, rho, eta = as_floats(mdot_kg_per_s, head_bar, density_kg_per_m3, efficiency_share)
    return np.maximum(mdot, 0.0) * np.maximum(head, 0.0) * 1e5 / (rho * eta) / 1e6


@dataclass(frozen=True)
class PumpCurve:
    """Head of a pump over its flow at full speed: straight lines between points and beyond them.

    Parameters
    ----------
    flows_m3_per_h : tuple of float
        Volume flows, ascending from 0 or more, m³/h.
    heads_bar : tuple of float
        Pressure rise at these flows, bar, 0 or more and nowhere rising; of the water that the pump moves.

    Raises
    ------
    ValueError
        If a point is no number or the points break one of these rules.

    Notes
    -----
    Before the first point (against the pump's direction too) and after the last the lines next to them go on, so that
    the head never rises with the flow and a network has one working point. After the line's zero the head is negative:
    water driven through the pump loses pressure. One point is a constant head.

    At the speed share n the head is n² H0(V/n). At n = 0 that is 0 at every flow: a pump that stands lets water pass.
    """

    flows_m3_per_h: tuple[float, ...]
    heads_bar: tuple[float, ...]

    def __post_init__(self) -> None:
        flows, heads = self.flows_m3_per_h, self.heads_bar
        if not flows or len(flows) != len(heads):
            raise ValueError(_("a flow and a head at every point are needed"))
        if not all(math.isfinite(number) and number >= 0 for number in (*flows, *heads)):
            raise ValueError(_("flows and heads are numbers of 0 or more"))
        if any(after <= before for before, after in pairwise(flows)):
            raise ValueError(_("the flows do not rise from point to point"))
        if any(after > before for before, after in pairwise(heads)):
            raise ValueError(_("the head rises with the flow"))

    @classmethod
    def parse(cls, text: str) -> PumpCurve:
        """Return the curve of a text 'm3/h:bar m3/h:bar …', its points parted by blanks, commas or semicolons.

        Raises
        ------
        ValueError
            If a part is not two numbers with a colon between them, or the points break a rule of the curve.
        """
        points: list[tuple[float, float]] = []
        for part in text.replace(",", " ").replace(";", " ").split():
            flow, _colon, head = part.partition(":")
            try:
                points.append((float(flow), float(head)))
            except ValueError:
                raise ValueError(_("'{part}' is not flow:head").format(part=part)) from None
        return cls(tuple(flow for flow, _head in points), tuple(head for _flow, head in points))

    def head_bar(self, volume_m3_per_h: FloatLike, speed_share: FloatLike = 1.0) -> FloatArray:
        """Return the head at a volume flow and a speed, n² H0(V/n), bar.

        Parameters
        ----------
        volume_m3_per_h : float or array
            Volume flow in the pump's direction, m³/h.
        speed_share : float or array
            Speed over full speed, 0 or more.
        """
        volume, speed = as_floats(volume_m3_per_h, speed_share)
        flows, heads = np.asarray(self.flows_m3_per_h), np.asarray(self.heads_bar)
        segment = self._segment(volume, speed)
        # n² H0(V/n) without the division, so that a speed of 0 needs no case of its own
        along = volume - speed * flows[segment]
        return np.asarray(speed**2 * heads[segment] + speed * self._slopes()[segment] * along)

    def slope_bar_per_m3_per_h(self, volume_m3_per_h: FloatLike, speed_share: FloatLike = 1.0) -> FloatArray:
        """Return the change of the head with the flow, n H0'(V/n), bar per m³/h; never above 0.

        At a point between two lines it is the slope of the line after it.

        Parameters
        ----------
        volume_m3_per_h, speed_share : float or array
            See `head_bar`.
        """
        volume, speed = as_floats(volume_m3_per_h, speed_share)
        return np.asarray(speed * self._slopes()[self._segment(volume, speed)])

    def _slopes(self) -> FloatArray:
        if len(self.flows_m3_per_h) == 1:
            return np.zeros(1)
        return np.asarray(np.diff(self.heads_bar) / np.diff(self.flows_m3_per_h))

    def _segment(self, volume: FloatArray, speed: FloatArray) -> NDArray[np.intp]:
        inner = np.asarray(self.flows_m3_per_h[1:-1])
        return np.asarray((volume[..., np.newaxis] >= speed[..., np.newaxis] * inner).sum(axis=-1))
