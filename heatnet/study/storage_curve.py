"""The dispatch of a case again with other sizes of a heat store: what share of the heat valley power makes by size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from heatnet.dispatch import dispatch
from heatnet.errors import Problem, Problems
from heatnet.i18n import _
from heatnet.metrics import energy, money
from heatnet.metrics.electric_heat import electric_heat
from heatnet.model.network import Network
from heatnet.model.plant_kinds import STORE_KIND
from heatnet.model.supply import DispatchProblem, SupplyUnit
from heatnet.study.config import StorageCurve, StudyConfig
from heatnet.units import GJ_PER_MWH


def curve_of(config: StudyConfig, case: str) -> StorageCurve | None:
    """Return the curve that a study asks of a case."""
    check = config.electric_heat
    return check.curve if check is not None and check.curve is not None and check.curve.case == case else None


def storage_curve(curve: StorageCurve, problem: DispatchProblem) -> dict[str, Any]:
    """Return the points of both curves.

    Parameters
    ----------
    curve : StorageCurve
    problem : DispatchProblem
        Programme of the case, with the store as built.

    Returns
    -------
    dict
        `store`, `by_energy` (at the charging power as built) and `by_charge` (at the size as built): points with `energy_mwh`,
        `charge_mw`, `status`, and unless the dispatch failed `valley_heat_share`, `unmet_share` and `cost_cny_per_gj`.
    """
    store = next(one for one in problem.stores if one.id == curve.store)
    return {
        "store": store.id,
        "by_energy": [_point(problem, store.id, size, store.charge_mw) for size in sorted(curve.energy_mwh)],
        "by_charge": [_point(problem, store.id, store.energy_mwh, charge) for charge in sorted(curve.charge_mw)],
    }


def resized(problem: DispatchProblem, store: str, energy_mwh: float, charge_mw: float) -> DispatchProblem:
    """Return a programme with another size of a store; the plants that charge it can give at least its charging power.

    A first level that the case fixes is kept as a share of the size.
    """
    old = next(one for one in problem.stores if one.id == store)
    first = old.level_first_mwh
    if first is not None:
        first = first / old.energy_mwh * energy_mwh if old.energy_mwh > 0 else 0.0
    new = replace(old, energy_mwh=energy_mwh, charge_mw=charge_mw, level_first_mwh=first)
    units = tuple(_able(unit, charge_mw) if unit.id in old.charged_by else unit for unit in problem.units)
    return replace(problem, units=units, stores=tuple(new if one.id == store else one for one in problem.stores))


def _able(unit: SupplyUnit, charge_mw: float) -> SupplyUnit:
    runs = unit.available_mw > 0
    return replace(unit, available_mw=np.where(runs, np.maximum(unit.available_mw, charge_mw), 0.0))


def _point(problem: DispatchProblem, store: str, energy_mwh: float, charge_mw: float) -> dict[str, Any]:
    sized = resized(problem, store, energy_mwh, charge_mw)
    result = dispatch(sized, explain=False)
    point: dict[str, Any] = {"energy_mwh": energy_mwh, "charge_mw": charge_mw, "status": result.status}
    if not result.is_optimal:
        return point
    account = electric_heat(sized, result)
    cost = money.cost(sized, result)["total_cny"]
    return point | {
        "valley_heat_share": account.valley_heat_share,
        "unmet_share": energy.unmet_share(sized, result),
        "cost_cny_per_gj": cost / (account.heat_mwh * GJ_PER_MWH) if account.heat_mwh > 0 else None,
    }


def curve_problems(config: StudyConfig, cases: Mapping[str, Mapping[str, Network]]) -> list[Problem]:
    """Return a problem where the curve's store is none that its case has built.

    Parameters
    ----------
    config : StudyConfig
    cases : mapping of case to (mapping of str to Network)
        Checked networks with each case's overrides.
    """
    curve = config.electric_heat.curve if config.electric_heat is not None else None
    if curve is None or curve.case not in cases:
        return []
    built = []
    for name, network in cases[curve.case].items():
        plants = network.plants
        stores = plants.index[(plants["kind"] == STORE_KIND) & (plants["capacity_mw"].astype(float) > 0)]
        built += [f"{name}/{store}" for store in stores]
    problems = Problems()
    if curve.store not in built:
        found = _("'{name}' is no heat store that case {case} has built").format(name=curve.store, case=curve.case)
        allowed = _("Allowed: {names}").format(names=", ".join(built))
        problems.add(f"study.yaml, {_('key')} electric_heat.curve.store", found, allowed if built else "")
    return list(problems)
