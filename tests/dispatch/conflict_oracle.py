"""Whether a schedule exists, asked of another programme that is written out hour by hour and knows nothing of the dispatch's.

One balance "n/water", units, at most one store and one site without PV and batteries; limits are left out by (kind, element).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.optimize import linprog

from heatnet.dispatch.conflict import Conflict
from heatnet.dispatch.limits import Limit, LimitKind

Key = tuple[str, str]


def key(limit: Limit) -> Key:
    return str(limit.kind), limit.element


def keys_of(problem: Any) -> list[Key]:
    """Return every limit of a problem."""
    found = [("demand", "n/water")]
    for unit in problem.units:
        found.append(("largest_heat", unit.id))
        found += [("least_heat", unit.id)] if unit.take_min_mw.any() else []
        found += [("year_least", unit.id)] if unit.year_min_mwh is not None else []
        found += [("year_most", unit.id)] if unit.year_max_mwh is not None else []
    for store in problem.stores:
        found += [(f"store_{name}", store.id) for name in ("size", "charge", "discharge")]
        found += [("store_first", store.id)] if store.level_first_mwh is not None else []
    for site in problem.sites:
        found += [("import", site.id), ("base_load", site.id)]
    return found


class _Rows:
    """Rows by dictionaries of column to factor."""

    def __init__(self) -> None:
        self.columns: dict[Any, tuple[float, float | None]] = {}
        self.most: list[tuple[dict[Any, float], float]] = []
        self.equal: list[tuple[dict[Any, float], float]] = []

    def feasible(self) -> bool:
        place = {name: number for number, name in enumerate(self.columns)}

        def arrays(rows: list[tuple[dict[Any, float], float]]) -> tuple[Any, Any]:
            if not rows:
                return None, None
            matrix = np.zeros((len(rows), len(place)))
            for row, (factors, _side) in enumerate(rows):
                for name, factor in factors.items():
                    matrix[row, place[name]] += factor
            return matrix, [side for _factors, side in rows]

        (most, most_side), (equal, equal_side) = arrays(self.most), arrays(self.equal)
        bounds = list(self.columns.values())
        done = linprog(np.zeros(len(place)), most, most_side, equal, equal_side, bounds, method="highs")
        assert done.status in (0, 2)
        return bool(done.status == 0)


def feasible(problem: Any, kept: Collection[Key]) -> bool:
    """Return whether a schedule keeps some limits."""
    hours = range(len(problem.time))
    rows, kept = _Rows(), set(kept)
    demand = problem.demand_of("n/water")
    for unit in problem.units:
        for t in hours:
            low = float(unit.take_min_mw[t]) if ("least_heat", unit.id) in kept else 0.0
            most = unit.available_mw[t] if ("largest_heat", unit.id) in kept else np.inf
            rows.columns["heat", unit.id, t] = low, None if np.isinf(most) else float(most)
        heat = {("heat", unit.id, t): 1.0 for t in hours}
        if ("year_most", unit.id) in kept:
            rows.most.append((heat, unit.year_max_mwh))
        if ("year_least", unit.id) in kept:
            rows.most.append((dict.fromkeys(heat, -1.0), -unit.year_min_mwh))
    contract = sum(unit.take_min_mw for unit in problem.units if ("least_heat", unit.id) in kept)
    sides: list[dict[Any, float]] = []
    for t in hours:
        side = {("heat", unit.id, t): 1.0 for unit in problem.units}
        if ("demand", "n/water") in kept:
            dumped = max(0.0, float(np.broadcast_to(contract, len(hours))[t] - demand[t]))
            rows.columns["dumped", t] = 0.0, dumped
            side["dumped", t] = -1.0
        sides.append(side)
    for store in problem.stores:
        _add_store(rows, store, kept, sides)
    if ("demand", "n/water") in kept:
        rows.most += [(side, float(demand[t])) for t, side in enumerate(sides)]
    for site in problem.sites:
        if ("import", site.id) in kept:
            for t in hours:
                drawn = {("heat", u.id, t): float(u.power_per_heat[t]) for u in problem.units if u.id in site.units}
                base = float(site.base_mw[t]) if ("base_load", site.id) in kept else 0.0
                if np.isfinite(site.import_limit_mw[t]):
                    rows.most.append((drawn, float(site.import_limit_mw[t]) - base))
    return rows.feasible()


def _add_store(rows: _Rows, store: Any, kept: set[Key], sides: list[dict[Any, float]]) -> None:
    def most(kind: str, value: float) -> float | None:
        return value if (kind, store.id) in kept else None

    count = len(sides)
    cyclic = store.level_first_mwh is None
    for t in range(count + 1):
        rows.columns["level", t] = 0.0, most("store_size", store.energy_mwh)
    if not cyclic and ("store_first", store.id) in kept:
        rows.equal.append(({("level", 0): 1.0}, store.level_first_mwh))
    if cyclic:
        rows.equal.append(({("level", 0): 1.0, ("level", count): -1.0}, 0.0))
    for t, side in enumerate(sides):
        rows.columns["out", t] = 0.0, most("store_discharge", store.discharge_mw)
        change = {("level", t + 1): 1.0, ("level", t): store.loss_share_per_h - 1.0, ("out", t): 1.0}
        charge: dict[Any, float] = {}
        for unit in store.charged_by:
            rows.columns["in", unit, t] = 0.0, None
            rows.most.append(({("in", unit, t): 1.0, ("heat", unit, t): -1.0}, 0.0))
            charge["in", unit, t] = 1.0
            change["in", unit, t] = -1.0
            side["in", unit, t] = -1.0
        side["out", t] = 1.0
        rows.equal.append((change, 0.0))
        if ("store_charge", store.id) in kept:
            rows.most.append((charge, store.charge_mw))


def relaxed(problem: Any, limit: Limit, changes: Mapping[int, float] | float, to: float | None = None) -> Any:
    """Return the problem with one limit changed: by so much in each hour, or by one figure; first levels `to` a level."""
    kind, name = limit.kind, limit.element
    change: Any = changes
    if not isinstance(changes, float):
        change = np.array([changes.get(t, 0.0) for t in range(len(problem.time))])
    if kind == LimitKind.DEMAND:
        return replace(problem, demand_mw={name: problem.demand_mw[name] + change})
    if kind in (LimitKind.IMPORT, LimitKind.BASE_LOAD):
        site = problem.sites[0]
        if kind == LimitKind.IMPORT:
            return replace(problem, sites=(replace(site, import_max_mw=site.import_max_mw + change),))
        return replace(problem, sites=(replace(site, base_mw=np.maximum(site.base_mw - change, 0.0)),))
    if kind.startswith("store_"):
        own = problem.stores[0]
        field = {"size": "energy_mwh", "charge": "charge_mw", "discharge": "discharge_mw", "first": "level_first_mwh"}
        field_name = field[kind.removeprefix("store_")]
        value = to if kind == LimitKind.STORE_FIRST else getattr(own, field_name) + change
        return replace(problem, stores=(replace(own, **{field_name: value}),))
    return replace(
        problem, units=tuple(_relaxed_unit(unit, kind, change) if unit.id == name else unit for unit in problem.units)
    )


def _relaxed_unit(unit: Any, kind: LimitKind, change: Any) -> Any:
    if kind == LimitKind.LARGEST_HEAT:
        return replace(unit, available_mw=unit.available_mw + change)
    if kind == LimitKind.LEAST_HEAT:
        return replace(unit, take_min_mw=np.maximum(unit.take_min_mw - change, 0.0))
    if kind == LimitKind.YEAR_LEAST:
        return replace(unit, year_min_mwh=max(unit.year_min_mwh - change, 0.0))
    return replace(unit, year_max_mwh=unit.year_max_mwh + change)


def check_conflict(problem: Any, conflict: Conflict) -> None:
    """Check that a set is irreducible, and that each relaxation is enough while 1 % less is not."""
    members = [key(limit) for limit in conflict.limits]
    everything = keys_of(problem)
    assert set(members) <= set(everything)
    assert conflict.is_irreducible
    assert not feasible(problem, members)
    for one in members:
        assert feasible(problem, [other for other in members if other != one])
    kept = members if conflict.others_remain else everything
    for limit, relaxation in zip(conflict.limits, conflict.relaxations, strict=True):
        if relaxation is None:
            assert not feasible(problem, [other for other in kept if other != key(limit)])
            continue
        assert feasible(_with(problem, limit, relaxation, 1.0 + 1e-5), kept)
        assert not feasible(_with(problem, limit, relaxation, 0.99), kept)


def _with(problem: Any, limit: Limit, relaxation: Any, share: float) -> Any:
    amount = share * relaxation.amount
    if limit.is_one_figure:
        up = relaxation.to > float(limit.parts[0].bound[0])
        first = float(limit.parts[0].bound[0]) + (amount if up else -amount)
        return relaxed(problem, limit, float(amount), to=first)
    return relaxed(problem, limit, dict.fromkeys((int(hour) for hour in relaxation.hours), amount))
