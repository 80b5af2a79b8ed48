"""Where tap changers begin their search: at the taps that a linear estimate of the hour asks for.

The batch engine moves taps step by step, one solution a step. The linear solution of an hour (loads as constant
admittances) at the net's own taps tells nearly as well where they will end, so that few hours need steps beyond that.

A changer that is off its set value by more than half its dead band goes to the first tap that brings it inside, as if
its lower-voltage side rose and fell with the ratio. What lies behind goes with it before the next changers are asked:
nodes that lines join rise and fall as one, by the mean of the transformers that feed them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet.physics.arrays import FloatArray

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class TapChangers:
    """All transformers of a model; arrays (transformers,).

    Parameters
    ----------
    hv_region, lv_region : int array
        Regions of nodes, joined by lines, at their two sides.
    lv_node : int array
    fed_region : int array
        Regions with a grid.
    on : bool array
        Closed at both ends.
    v_set_pu, band_pu : array
        Voltage that the changer holds at the lower side and width of its dead band; NaN where the tap is fixed.
    step_share : array
        Rated voltage of one tap over that of the winding.
    at_lv : bool array
        Taps at the winding of the lower voltage.
    tap_neutral, tap_start, tap_min, tap_max : array
        Tap without effect, where the search begins, and the ends.
    """

    hv_region: Ints
    lv_region: Ints
    lv_node: Ints
    fed_region: Ints
    on: Bools
    v_set_pu: FloatArray
    band_pu: FloatArray
    step_share: FloatArray
    at_lv: Bools
    tap_neutral: FloatArray
    tap_start: FloatArray
    tap_min: FloatArray
    tap_max: FloatArray

    def seeds(self, node_v_pu: FloatArray) -> FloatArray:
        """Return the taps (T, transformers) that voltages at the starting taps (T, nodes) ask for."""
        hours = len(node_v_pu)
        taps = np.tile(self.tap_start, (hours, 1))
        regions = 1 + max(int(self.hv_region.max()), int(self.lv_region.max()))
        rise = np.ones((hours, regions))
        for followers in self._by_distance():
            total, feeding = np.zeros((hours, regions)), np.zeros(regions)
            for k in followers:
                above = rise[:, self.hv_region[k]]
                own = np.ones(hours)
                if np.isfinite(self.v_set_pu[k]):
                    taps[:, k], own = self._moved(k, node_v_pu[:, self.lv_node[k]] * above)
                total[:, self.lv_region[k]] += above * own
                feeding[self.lv_region[k]] += 1
            reached = feeding > 0
            rise[:, reached] = total[:, reached] / feeding[reached]
        return taps

    def _by_distance(self) -> list[Ints]:
        """Return the transformers in the order in which they are reached from the grids, and with them their regions."""
        known, rest, ranks = set(self.fed_region.tolist()), set(np.flatnonzero(self.on).tolist()), []
        while rest:
            now = [k for k in rest if self.hv_region[k] in known and self.lv_region[k] not in known]
            if not now:
                break
            ranks.append(np.array(sorted(now)))
            known.update(self.lv_region[now].tolist())
            rest.difference_update(now)
        return ranks

    def _moved(self, k: int, v_pu: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the tap of one changer for its voltages (T,) at the starting tap, and how much they rise with it."""
        choices = np.arange(self.tap_min[k], self.tap_max[k] + 1)
        gains = self._gain(k, choices) / self._gain(k, self.tap_start[k])
        off = np.abs(v_pu[:, None] * gains - self.v_set_pu[k]) - self.band_pu[k] / 2
        # the nearest of those inside; the one least outside where none is
        cost = np.where(off <= 0, np.abs(choices - self.tap_start[k]), 1e3 + off)
        best = cost.argmin(axis=1)
        return choices[best], gains[best]

    def _gain(self, k: int, tap: FloatArray) -> FloatArray:
        turns = 1 + self.step_share[k] * (tap - self.tap_neutral[k])
        return np.asarray(turns if self.at_lv[k] else 1 / turns)


def tap_changers_of(data: dict[str, Any]) -> TapChangers | None:
    """Return what the batch engine's input says of transformers; None where none has a tap changer."""
    if "transformer_tap_regulator" not in data:
        return None
    transformer, regulator = data["transformer"], data["transformer_tap_regulator"]
    region = _regions(data)
    at_lv = transformer["tap_side"] == 1
    held = transformer["id"].searchsorted(regulator["regulated_object"])
    set_pu, band_pu = np.full((2, len(transformer)), np.nan)
    nominal_v = data["node"]["u_rated"][transformer["to_node"][held]]
    set_pu[held], band_pu[held] = regulator["u_set"] / nominal_v, regulator["u_band"] / nominal_v
    return TapChangers(
        hv_region=region[transformer["from_node"]],
        lv_region=region[transformer["to_node"]],
        lv_node=transformer["to_node"],
        fed_region=region[data["source"]["node"]],
        on=(transformer["from_status"] & transformer["to_status"]).astype(bool),
        v_set_pu=set_pu,
        band_pu=band_pu,
        step_share=transformer["tap_size"] / np.where(at_lv, transformer["u2"], transformer["u1"]),
        at_lv=at_lv,
        tap_neutral=transformer["tap_nom"].astype(float),
        tap_start=transformer["tap_pos"].astype(float),
        tap_min=transformer["tap_min"].astype(float),
        tap_max=transformer["tap_max"].astype(float),
    )


def _regions(data: dict[str, Any]) -> Ints:
    """Return the number of each node's region: nodes that closed lines join."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(data["node"])
    if "line" not in data:
        return np.arange(count)
    closed = data["line"][(data["line"]["from_status"] & data["line"]["to_status"]).astype(bool)]
    graph = coo_array((np.ones(len(closed)), (closed["from_node"], closed["to_node"])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
