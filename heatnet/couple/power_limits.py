"""Where heat plants overload a feeder: what they may draw there, as linear limits for the dispatch.

In an hour in which a line or transformer is above its limit, or a voltage below its band, with a schedule's heat loads and
would be less so without them, the limit is drawn linearly at that schedule:

    sum_i s_i P_i <= sum_i s_i P_i0 - x,        s_i = dy/dP_i

with the powers P_i of the heat loads, the excess x of the loading (share) or of the voltage (p.u.) over its limit, and
sensitivities s_i from a power flow with each load a little larger. Divided by the largest s_i both sides are MW. What is beyond
its limit without any heat load leaves them nothing there. High voltages, which more load would lower, are no matter of theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet.electric.grid_model import Flows
from heatnet.electric.model import PowerModel
from heatnet.electric.setpoints import PowerSetpoints, setpoints_of
from heatnet.model.boundary import Boundary
from heatnet.physics.arrays import FloatArray

#: by how much a load is raised to find its sensitivities, MW
_STEP_MW = 0.1
#: a load whose sensitivity is below this share of the largest one has no part in a limit
_LEAST_PART_SHARE = 0.02
#: excesses below this (share of a rating, p.u.) are the linearisation's own
_TOLERANCE = 1e-4
#: what is aimed at lies this much inside the limit, so that the next round ends
_INSIDE = 5e-4


@dataclass(frozen=True, eq=False)
class HeatLoadLimit:
    """A limit on the power of some heat loads.

    Parameters
    ----------
    element, kind : str
        What would be beyond its limit: a ``line``, ``transformer`` or ``bus``.
    rows : array of int
        Hours in which it would.
    weight : pandas.DataFrame
        MW of the limit per MW of each load, (rows x load); the largest of each row is 1.
    room_mw : array (rows,)
        What the weighted loads may draw together, MW, at least 0.
    """

    element: str
    kind: str
    rows: np.ndarray
    weight: pd.DataFrame
    room_mw: FloatArray


def heat_load_limits(
    model: PowerModel, boundary: Boundary, flows: Flows, loads: Sequence[str], threads: int = 1
) -> list[HeatLoadLimit]:
    """Return the limits that a schedule breaks through its heat loads.

    Parameters
    ----------
    model : PowerModel
    boundary : Boundary
        With the schedule's heat loads in `load_p_mw`.
    flows : Flows
        Its solution.
    loads : sequence of str
        The heat loads.
    threads : int

    Returns
    -------
    list of HeatLoadLimit
        Empty where nothing is beyond a limit that less heat load would mend.
    """
    rows = np.flatnonzero(flows.solved & (_excess(model, flows) > _TOLERANCE).any(axis=1))
    if not len(rows) or not loads:
        return []
    given = setpoints_of(model.network, boundary.rows(rows.tolist()))
    positions = model.network.loads.index.get_indexer(list(loads))
    here = _excess(model, model.flows(given, threads))
    sensitivity = np.stack(
        [(_excess(model, model.flows(_raised(model, given, i), threads)) - here) / _STEP_MW for i in positions], axis=-1
    )
    power = given.load_p_mw[:, positions]
    limits = []
    elements = _elements(model)
    for column in np.flatnonzero((here > _TOLERANCE).any(axis=0)):
        kind, element = elements[column]
        slope = np.nan_to_num(sensitivity[:, column, :])
        largest = slope.max(axis=1, initial=0.0)
        part = np.where(slope > _LEAST_PART_SHARE * largest[:, None], slope, 0.0)
        broken = (here[:, column] > _TOLERANCE) & (largest > 0) & ((part * power).sum(axis=1) > 0)
        if not broken.any():
            continue
        weight = part[broken] / largest[broken, None]
        excess_mw = (here[broken, column] + _INSIDE) / largest[broken]
        room = np.maximum((weight * power[broken]).sum(axis=1) - excess_mw, 0.0)
        limits.append(HeatLoadLimit(element, kind, rows[broken], pd.DataFrame(weight, columns=list(loads)), room))
    return limits


def _elements(model: PowerModel) -> list[tuple[str, str]]:
    network = model.network
    return [
        *(("line", str(line)) for line in network.lines.index),
        *(("transformer", str(transformer)) for transformer in network.transformers.index),
        *(("bus", str(bus)) for bus in network.buses.index),
    ]


def _excess(model: PowerModel, flows: Flows) -> FloatArray:
    """Return how far each line, transformer and bus is beyond its limit; negative inside, (T, elements)."""
    low = model.network.buses["v_min_pu"].to_numpy(float)
    return np.hstack([flows.line_loading_share - 1.0, flows.transformer_loading_share - 1.0, low - flows.bus_v_pu])


def _raised(model: PowerModel, given: PowerSetpoints, position: int) -> PowerSetpoints:
    """Return set values with one load raised at its power factor."""
    from dataclasses import replace

    p, q = given.load_p_mw.copy(), given.load_q_mvar.copy()
    p[:, position] += _STEP_MW
    q[:, position] += _STEP_MW * np.tan(np.arccos(float(model.network.loads["cos_phi"].iloc[position])))
    return replace(given, load_p_mw=p, load_q_mvar=q)
