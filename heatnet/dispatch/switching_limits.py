"""The limits of units that are on or off, as a planner knows them: least load, times, ramps, maintenance.

The rows are those of `heatnet.dispatch.commitment_programme` with two changes, so that each limit can be left out by itself. Heat
of boilers that are off is 0 by rows of their own (heat <= M n, M far above any heat), and the largest heat is a row without
what the first and last hour take off. What a start and a stop may give beside ramps is left out with that: it contradicts
nothing that ramps and least load do not.

A limit of this kind has no figure by which it could give way: it holds or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from heatnet.dispatch.boilers import Boilers, boilers_of
from heatnet.dispatch.commitment_programme import BoilerColumns, CommitmentProgramme, state_commitment
from heatnet.dispatch.groups import Group
from heatnet.dispatch.limits import Limit, LimitKind, Part, bound_part
from heatnet.dispatch.named_rows import Bounds, IntArray, NamedRows
from heatnet.model.supply import DispatchProblem

#: heat that boilers which are on may give without any limit, over their capacity
_FREE = 1e3


def switched_rows(
    problem: DispatchProblem, group: Group, model: Any, rows: NamedRows
) -> tuple[NamedRows, tuple[Limit, ...]]:
    """Return the rows of a group with commitment, and the limits of its units that are on or off.

    Parameters
    ----------
    problem : DispatchProblem
    group : Group
    model : LinearModel
        What `state_group` stated.
    rows : NamedRows
        The same, named.
    """
    stated = state_commitment(problem, group, model)
    boilers = boilers_of(group.units)
    whole, most = _with_heat_rows(stated, boilers)
    limits: list[Limit] = []
    named = replace(whole, columns=rows.columns, rows=rows.rows)
    for one in boilers:
        for row in stated.boilers[one.id].rows["load"]:
            named.bounds.row_high[row] = np.inf
        limits += _limits(one, stated.boilers[one.id], most[one.id], named, rows)
    return named, tuple(_joined(limits))


def _with_heat_rows(stated: CommitmentProgramme, boilers: list[Boilers]) -> tuple[NamedRows, Mapping[str, IntArray]]:
    """Return the programme with a row heat <= M n and a row heat <= C n of each hour, and the numbers of the latter."""
    from scipy.sparse import coo_array, vstack

    matrices = stated.matrices
    count, columns = matrices.matrix.shape
    blocks, most, high = [matrices.matrix], {}, [matrices.row_high]
    for one in boilers:
        own = stated.boilers[one.id]
        hours = np.arange(len(own.on))
        largest = float(one.available_mw.max(initial=0.0))
        for factor in (np.full(len(hours), _FREE * largest), one.available_mw):
            values = np.concatenate([np.ones(len(hours)), -factor])
            place = (np.concatenate([hours, hours]), np.concatenate([own.heat, own.on]))
            blocks.append(coo_array((values, place), shape=(len(hours), columns)))
            high.append(np.zeros(len(hours)))
            most[one.id] = np.arange(count, count + len(hours), dtype=np.int64)
            count += len(hours)
    row_high = np.concatenate(high)
    row_low = np.concatenate([matrices.row_low, np.full(count - len(matrices.row_low), -np.inf)])
    bounds = Bounds(matrices.low.copy(), matrices.high.copy(), row_low, row_high)
    return NamedRows(vstack(blocks, format="csr"), bounds, matrices.whole, {}, {}), most


def _limits(one: Boilers, columns: BoilerColumns, most: IntArray, whole: NamedRows, rows: NamedRows) -> list[Limit]:
    own, unit = one.commitment, one.unit
    available, count = one.available_mw, float(one.count)
    heat = [bound_part(False, True, columns.heat, available * count, np.inf), bound_part(True, True, most, 0.0, np.inf)]
    if one.id != unit.id:
        heat.append(bound_part(False, True, rows.columns["heat"][unit.id], unit.available_mw, np.inf))
    heat.append(bound_part(False, True, columns.on, np.where(available > 0, count, 0.0), count))
    ramps = [bound_part(True, True, row, whole.bounds.row_high[row], np.inf) for row in columns.rows["ramp"]]
    kinds: dict[LimitKind, tuple[str, list[Part]]] = {
        LimitKind.LARGEST_HEAT: (f"{float(unit.available_mw.max(initial=0.0)):g} MW", heat),
        LimitKind.LEAST_LOAD: (
            f"{own.min_mw:g} MW",
            [bound_part(True, False, row, 0.0, -np.inf) for row in columns.rows["least_load"]],
        ),
        LimitKind.LEAST_ON: (
            f"{own.min_up_h:g} h",
            [
                *(bound_part(True, True, row, 0.0, np.inf) for row in columns.rows["up"]),
                bound_part(False, False, columns.on, one.on_min, 0.0),
            ],
        ),
        LimitKind.LEAST_OFF: (
            f"{own.off_h:g} h",
            [
                *(bound_part(True, True, row, count, np.inf) for row in columns.rows["down"]),
                bound_part(False, True, columns.start, np.where(one.on_max > 0, one.start_max, count), count),
            ],
        ),
        LimitKind.RAMP: (_ramp_text(one), ramps),
    }
    if own.maintenance is not None:
        out = bound_part(False, True, columns.on, np.where(own.maintenance, 0.0, count), count)
        kinds[LimitKind.MAINTENANCE] = (f"{int(own.maintenance.sum())} h", [out])
    return [Limit(kind, unit.id, tuple(parts), told=told) for kind, (told, parts) in kinds.items()]


def _ramp_text(one: Boilers) -> str:
    ramps = (one.commitment.ramp_up_mw_per_h, one.commitment.ramp_down_mw_per_h)
    return ", ".join(f"{sign}{ramp:g} MW/h" for sign, ramp in zip("+−", ramps, strict=True) if ramp is not None)


def _joined(limits: list[Limit]) -> list[Limit]:
    """Return limits with those of the boilers of one unit joined: a planner changes the unit."""
    joined: dict[tuple[LimitKind, str], Limit] = {}
    for limit in limits:
        key = (limit.kind, limit.element)
        joined[key] = replace(limit, parts=(*joined[key].parts, *limit.parts)) if key in joined else limit
    return [limit for limit in joined.values() if not limit.is_switch or _matters(limit)]


def _matters(limit: Limit) -> bool:
    """Whether a limit of switching is one: not a least time of an hour, not a least load of 0."""
    trivial = {LimitKind.LEAST_ON: "1 h", LimitKind.LEAST_OFF: "1 h", LimitKind.LEAST_LOAD: "0 MW"}
    return limit.told != trivial.get(limit.kind, "") and any(len(part.index) for part in limit.parts)
