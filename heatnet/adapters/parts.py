"""Connected parts of a network, each with its own pressure-holding plant."""

from __future__ import annotations

import numpy as np

from heatnet.adapters.layout import NOWHERE, IntArray, Layout


def part_labels(layout: Layout) -> IntArray:
    """Return a number for every junction, the same for all that open branches, consumers and plants join."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    between = layout.plant_end != NOWHERE
    start = np.concatenate([layout.start[layout.is_open], layout.consumer_start, layout.plant_start[between]])
    end = np.concatenate([layout.end[layout.is_open], layout.consumer_end, layout.plant_end[between]])
    edges = coo_array((np.ones(len(start)), (start, end)), shape=(layout.junctions, layout.junctions))
    return np.asarray(connected_components(edges, directed=False)[1], dtype=np.int64)


def parts_of(layout: Layout, holding: IntArray) -> IntArray:
    """Return which plant holds the pressure of each junction's part, as a position in `holding`, -1 for none.

    Parameters
    ----------
    layout : Layout
    holding : ndarray of int
        Plants that hold the pressure, at most one in a part.
    """
    label = part_labels(layout)
    part = np.full(layout.junctions, NOWHERE, dtype=np.int64)
    for i, plant in enumerate(holding):
        part[label == label[layout.plant_end[plant]]] = i
    return part
