"""What limits the uptake of waste heat: for each plant and hour, why it gives less than is connected.

The gap of a plant in an hour is what is connected less what it gives. It has causes, taken in this order, each the part of the
gap that nothing before it explains:

1. what holds the plant itself (`SupplyUnit.bounds`): its source, the return flow past it, temperatures, the consumers it
   serves; a power or steam line that its availability already contains counts as ``availability``;
2. ``pipe``: a limit of the water pipes that binds in the hour and weighs the plant's heat;
3. ``feeder``: a limit of the power network that binds in the hour;
4. ``year``: its yearly amount is used up;
5. ``demand``: no fuel is burned for its balance in the hour, there is nothing left to displace;
6. ``price``: fuel is burned, as that is cheaper, or for the hours that a store or a contract chose.

Only hours in which the balance has a demand count: outside the season nothing is taken up, by no limit. Energies in GJ.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from heatnet.model.supply import BoolArray, DispatchProblem, DispatchResult, FloatArray, SupplyUnit
from heatnet.units import GJ_PER_MWH

#: heat below this is a solver's rounding, MW
_NOTHING_MW = 1e-4
#: a limit counts as binding this close to it, share
_AT_LIMIT_SHARE = 1e-4
COLUMNS = ["unit", "cause", "element", "hours", "heat_gj"]
TAKEN = "taken"


def uptake_causes(
    problem: DispatchProblem,
    result: DispatchResult,
    connected_mw: Mapping[str, float],
    feeders: Mapping[str, Mapping[str, np.ndarray]] | None = None,
) -> pd.DataFrame:
    """Return what each plant gives and why it does not give more.

    Parameters
    ----------
    problem, result : DispatchProblem, DispatchResult
        A schedule.
    connected_mw : mapping of unit to float
        Size of each plant that is asked about, MW.
    feeders : mapping of unit to mapping of element to ndarray of int
        Hours in which an element of the power network limits a plant.

    Returns
    -------
    pandas.DataFrame
        Columns unit, cause, element, hours, heat_gj. Cause ``taken`` is what is given; the rows of a unit add up to what is
        connected times the hours with a demand.
    """
    units = {unit.id: unit for unit in problem.units}
    rows: list[dict[str, object]] = []
    for name, size in connected_mw.items():
        unit = units[name]
        asked = _asked(problem, unit)
        taken = np.where(asked, np.minimum(result.heat_mw[name].to_numpy(), size), 0.0)
        rows.append(_row(name, TAKEN, "", taken))
        left = np.where(asked, size - taken, 0.0)
        for cause, element, part in _own_bounds(unit, size, left):
            rows.append(_row(name, cause, element, part))
            left = left - part
        for cause, element, hours in _shared_limits(problem, result, unit, (feeders or {}).get(name, {})):
            part = np.where(hours, left, 0.0)
            rows.append(_row(name, cause, element, part))
            left = left - part
        rows.append(_row(name, "price", "", left))
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table[table["heat_gj"] > 0].reset_index(drop=True)


def _row(unit: str, cause: str, element: str, part_mw: FloatArray) -> dict[str, object]:
    clear = np.where(part_mw > _NOTHING_MW, part_mw, 0.0)
    return {
        "unit": unit,
        "cause": cause,
        "element": element,
        "hours": int((clear > 0).sum()),
        "heat_gj": float(clear.sum()) * GJ_PER_MWH,
    }


def _asked(problem: DispatchProblem, unit: SupplyUnit) -> BoolArray:
    """Return in which hours somebody asks for the heat of a unit's balance: its own demand, or units that draw from it."""
    asked = problem.demand_of(unit.balance) > _NOTHING_MW
    for other in problem.units:
        if other.draws_from == unit.balance:
            asked = asked | ((problem.demand_of(other.balance) > _NOTHING_MW) & (other.available_mw > _NOTHING_MW))
    return np.asarray(asked)


def _own_bounds(unit: SupplyUnit, size: float, left: FloatArray) -> list[tuple[str, str, FloatArray]]:
    """Return the parts of the gap that the plant's own availability explains, by the tightest of its bounds."""
    short = np.minimum(np.maximum(size - unit.available_mw, 0.0), left)
    if not (short > _NOTHING_MW).any():
        return []
    names = list(unit.bounds)
    parts = []
    explained = np.zeros(len(short), dtype=bool)
    if names:
        values = np.array([np.broadcast_to(unit.bounds[name], short.shape) for name in names])
        tightest = values.argmin(axis=0)
        holds = values.min(axis=0) < size - _NOTHING_MW
        for i, name in enumerate(names):
            here = holds & (tightest == i)
            explained |= here
            parts.append((name, "", np.where(here, short, 0.0)))
    parts.append(("availability", "", np.where(explained, 0.0, short)))
    return parts


def _shared_limits(
    problem: DispatchProblem, result: DispatchResult, unit: SupplyUnit, feeders: Mapping[str, np.ndarray]
) -> list[tuple[str, str, BoolArray]]:
    hours = len(problem.time)
    pipes: dict[tuple[str, str], BoolArray] = {}
    for limit in problem.limits:
        weight = np.asarray(limit.weight.get(unit.id, np.zeros(len(limit.rows))))
        given = sum(np.asarray(w) * result.heat_mw[u].to_numpy()[limit.rows] for u, w in limit.weight.items())
        binds = (weight > 0) & (given >= limit.room_mw - _AT_LIMIT_SHARE * np.maximum(np.abs(limit.room_mw), 1.0))
        place = (f"pipe_{limit.kind}", f"{limit.network}/{limit.element}")
        pipes[place] = pipes.get(place, np.zeros(hours, dtype=bool)) | _at(limit.rows[binds], hours)
    found = [(cause, element, mask) for (cause, element), mask in pipes.items()]
    found += [("feeder", element, _at(rows, hours)) for element, rows in feeders.items()]
    if unit.year_max_mwh is not None:
        used_up = result.heat_mw[unit.id].sum() >= unit.year_max_mwh * (1 - _AT_LIMIT_SHARE)
        found.append(("year", "", np.full(hours, bool(used_up))))
    found.append(("demand", "", ~_burns(problem, result, unit)))
    return found


def _at(rows: np.ndarray, hours: int) -> BoolArray:
    mask = np.zeros(hours, dtype=bool)
    mask[rows] = True
    return mask


def _burns(problem: DispatchProblem, result: DispatchResult, unit: SupplyUnit) -> BoolArray:
    """Return in which hours fuel is burned for a unit's balance, in it or where stations that feed it draw from."""
    balances = {unit.balance}
    balances |= {other.draws_from for other in problem.units if other.balance == unit.balance and other.draws_from}
    burning = np.zeros(len(problem.time), dtype=bool)
    for other in problem.units:
        if other.fuel is not None and other.balance in balances:
            burning |= result.heat_mw[other.id].to_numpy() > _NOTHING_MW
    return burning


def by_cause(table: pd.DataFrame) -> pd.DataFrame:
    """Return heat and unit-hours by cause and element over all units, largest first; what is taken leads."""
    grouped = table.groupby(["cause", "element"], sort=False, as_index=False)[["hours", "heat_gj"]].sum()
    leads = (grouped["cause"] == TAKEN).map({True: 0, False: 1})
    order = grouped.assign(leads=leads).sort_values(["leads", "heat_gj"], ascending=[True, False], kind="stable")
    return order.drop(columns="leads").reset_index(drop=True)


def binding_cause(table: pd.DataFrame) -> tuple[str, str]:
    """Return cause and element that keep most heat away; ("", "") where all that is connected is taken."""
    kept = by_cause(table)
    kept = kept[kept["cause"] != TAKEN]
    return ("", "") if kept.empty else (str(kept["cause"].iloc[0]), str(kept["element"].iloc[0]))
