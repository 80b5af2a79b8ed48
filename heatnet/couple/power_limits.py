"""Where heat plants overload a feeder: what they may draw there, as linear limits for the dispatch.

In an hour in which a line or transformer is above its limit, or a voltage below its band, with some heat loads and would be less
so without them, the limit is drawn linearly there:

    sum_i s_i P_i <= sum_i s_i P_i0 - x,        s_i = dy/dP_i

with the powers P_i of the heat loads, the excess x of the loading (share) or of the voltage (p.u.) over its limit, and
sensitivities s_i from a power flow with each load a little larger. Divided by the largest s_i both sides are MW. The loading
grows faster than the power, so that a line drawn far above the limit is too kind: the loads are first brought down to the limit,
all alike, by a few steps of the same rule. What is beyond its limit without any heat load leaves them nothing there. High
voltages, which more load would lower, are no matter of theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
#: steps that bring loads down to a limit: Newton's, each squares the error
_STEPS_DOWN = 2
#: what is aimed at lies this much inside the limit, so that the next round ends
_INSIDE = 5e-4
#: and where tap changers work: they may stand a step lower when batteries or other plants do otherwise
_INSIDE_WITH_TAPS = 0.025
#: hours that are asked at a time whether heat loads overload anything: mostly the first few say so
_ROWS_AT_ONCE = 64


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
    model: PowerModel, boundary: Boundary, loads: Sequence[str], threads: int = 1
) -> list[HeatLoadLimit]:
    """Return the limits that some heat loads would break, in the hours in which they would.

    Parameters
    ----------
    model : PowerModel
    boundary : Boundary
        With the heat loads in `load_p_mw`: those of a schedule, or the most that they could draw in each hour.
    loads : sequence of str
        The heat loads.
    threads : int

    Returns
    -------
    list of HeatLoadLimit
        Empty where nothing is beyond a limit that less heat load would mend.
    """
    rows, excess, given = _overloaded(model, boundary, threads)
    if not len(rows) or not loads:
        return []
    positions = model.network.loads.index.get_indexer(list(loads))
    broken = excess > _TOLERANCE
    able = np.arange(len(positions))
    for _step in range(_STEPS_DOWN):
        part = _parts(model, given, excess, positions, able, threads)
        # loads without a part in what is broken have none on the way down either
        able = np.flatnonzero((part > 0)[broken].any(axis=0))
        given = _at_the_limit(given, positions, np.where(broken, excess, -1.0), part)
        excess = _excess(model, model.flows(given, threads))
    part = _parts(model, given, excess, positions, able, threads)
    power = given.load_p_mw[:, positions]
    inside = _INSIDE_WITH_TAPS if model.network.transformers["v_set_pu"].notna().any() else _INSIDE
    limits = []
    for column in np.flatnonzero(broken.any(axis=0)):
        kind, element = _elements(model)[column]
        slope = part[:, column, :]
        largest = slope.max(axis=1, initial=0.0)
        here = broken[:, column] & (largest > 0)
        if not here.any():
            continue
        weight = slope[here] / largest[here, None]
        room = (weight * power[here]).sum(axis=1) - (excess[here, column] + inside) / largest[here]
        frame = pd.DataFrame(weight, columns=list(loads))
        limits.append(HeatLoadLimit(element, kind, rows[here], frame, np.maximum(room, 0.0)))
    return limits


def breaks_a_limit(model: PowerModel, boundary: Boundary, loads: Sequence[str], threads: int = 1) -> bool:
    """Return whether some heat loads take anything beyond a limit in any hour: whether `heat_load_limits` has anything to say."""
    rows, excess, given = _overloaded(model, boundary, threads)
    if not loads:
        return False
    positions = model.network.loads.index.get_indexer(list(loads))
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        some = slice(first, first + _ROWS_AT_ONCE)
        part = _parts(model, given.rows(some), excess[some], positions, np.arange(len(positions)), threads)
        if bool((part > 0)[excess[some] > _TOLERANCE].any()):
            return True
    return False


def _overloaded(model: PowerModel, boundary: Boundary, threads: int) -> tuple[np.ndarray, FloatArray, PowerSetpoints]:
    """Return the hours in which something is beyond its limit, and their excesses (rows, elements) and set values."""
    given = setpoints_of(model.network, boundary)
    flows = model.flows(given, threads)
    excess = _excess(model, flows)
    rows = np.flatnonzero(flows.solved & (excess > _TOLERANCE).any(axis=1))
    return rows, excess[rows], given.rows(rows)


def _parts(
    model: PowerModel, given: PowerSetpoints, here: FloatArray, positions: np.ndarray, able: np.ndarray, threads: int
) -> FloatArray:
    """Return what each heat load adds to the excesses `here` per MW, (rows, elements, loads); 0 for those that are not `able`.

    Loads that add less than `_LEAST_PART_SHARE` of what the largest one adds have no part.
    """
    slope = np.zeros((*here.shape, len(positions)))
    for load in able:
        raised = _excess(model, model.flows(_raised(model, given, positions[load]), threads))
        slope[:, :, load] = np.nan_to_num((raised - here) / _STEP_MW)
    largest = slope.max(axis=2, keepdims=True, initial=0.0)
    return np.where(slope > _LEAST_PART_SHARE * largest, slope, 0.0)


def _at_the_limit(given: PowerSetpoints, positions: np.ndarray, excess: FloatArray, part: FloatArray) -> PowerSetpoints:
    """Return set values with the loads that have a part in an excess brought to where, linearly, it ends; all alike."""
    power = given.load_p_mw[:, positions]
    added = (part * power[:, None, :]).sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where((excess > -1.0) & (added > 0), 1.0 - excess / added, np.inf)
    share = np.clip(share, 0.0, np.inf)
    # a load follows the tightest of the limits in which it has a part
    own = np.where(part > 0, share[:, :, None], np.inf).min(axis=1)
    factor = np.where(np.isfinite(own), own, 1.0)
    p, q = given.load_p_mw.copy(), given.load_q_mvar.copy()
    p[:, positions] *= factor
    q[:, positions] *= factor
    return replace(given, load_p_mw=p, load_q_mvar=q)


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
    p, q = given.load_p_mw.copy(), given.load_q_mvar.copy()
    p[:, position] += _STEP_MW
    q[:, position] += _STEP_MW * np.tan(np.arccos(float(model.network.loads["cos_phi"].iloc[position])))
    return replace(given, load_p_mw=p, load_q_mvar=q)
