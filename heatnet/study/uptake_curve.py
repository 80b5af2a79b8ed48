"""The uptake curve: waste heat taken against waste heat connected, with what limits it along the way.

Every waste-heat plant of a set in the zone of the study's target is built in another size, its source with it (flow of the
stream, steam and yearly tonnes of the contract), and so are the stations that pass waste steam on; pipes, feeders, stations of
the consumers and all other plants stay. Each size is dispatched until the pipes carry it (`couple.network_true`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet.couple.network_true import dispatch_within_networks
from heatnet.dispatch.consumption import without_commitment
from heatnet.errors import InputError, Problem
from heatnet.i18n import _
from heatnet.io.results_store import write_json
from heatnet.io.yaml_file import write_text_atomically
from heatnet.metrics.uptake import COLUMNS, TAKEN, binding_cause
from heatnet.model.network import Network
from heatnet.model.substitution import SET_CLASSES, WasteSet
from heatnet.study.case_start import start_case
from heatnet.study.config import target_zone
from heatnet.study.load import CaseInput, Study
from heatnet.study.summary import zones_of
from heatnet.study.uptake import connected_mw, uptake_account
from heatnet.units import GJ_PER_MWH

#: sizes of the curve, over those that the case has
SIZES = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0)
#: columns of a plant that grow with its size
_SIZE_COLUMNS = (
    "capacity_mw",
    "heat_mw",
    "mdot_source_kg_per_s",
    "mdot_base_kg_per_s",
    "mdot_season_kg_per_s",
    "mdot_min_kg_per_s",
    "steam_year_t",
    "take_year_min_t",
    "heat_year_max_mwh",
)
_PASSES_ON = "steam_exchange"


def sized(network: Network, classes: Sequence[str], factor: float) -> Network:
    """Return a network whose waste-heat plants of some classes have another size, its steam network likewise."""
    plants = network.plants.copy()
    grows = plants["waste_class"].isin(classes) | (plants["kind"] == _PASSES_ON)
    for column in _SIZE_COLUMNS:
        if column in plants.columns:
            values = pd.to_numeric(plants[column], errors="coerce")
            plants[column] = values.where(~grows, values * factor).where(values.notna(), plants[column])
    steam = sized(network.steam, classes, factor) if network.steam is not None else None
    return replace(network, plants=plants, steam=steam)


def uptake_curve(
    study: Study,
    case: str,
    waste_set: WasteSet = WasteSet.PLAN,
    sizes: Sequence[float] = SIZES,
    tick: Callable[[float], None] = lambda _size: None,
    threads: int = 1,
) -> list[dict[str, Any]]:
    """Return the points of a case's curve, smallest size first.

    Parameters
    ----------
    study : Study
    case : str
    waste_set : WasteSet
        Whose plants are sized.
    sizes : sequence of float
        Over the sizes that the case has, above 0.
    tick : callable
        Called with each size as it is finished.
    threads : int

    Returns
    -------
    list of dict
        `size`, `status`, and unless there is no schedule `connected_mw`, `connected_gj`, `taken_gj`, `missing_gj` (heat nobody
        makes), `cost_cny`, `agrees`, `cause` and `element` that keep most away, and `causes`: rows of `uptake_account`.

    Raises
    ------
    InputError
        If the study has no such case, or the case no waste heat of the set.
    """
    if case not in study.cases:
        found = _("unknown case {case}").format(case=case)
        raise InputError([Problem("--case", found, _("Allowed: {names}").format(names=", ".join(study.cases)))])
    classes = [str(one.value) for one in SET_CLASSES[waste_set]]
    chosen = study.cases[case]
    zone = zones_of(study)[target_zone(study.config)]
    points = []
    for size in sorted(sizes):
        networks = {
            name: sized(network, classes, size) if name in zone else network
            for name, network in chosen.networks.items()
        }
        points.append(_point(study, replace(chosen, networks=networks), zone, classes, size, threads))
        tick(size)
    if all(point.get("connected_mw") == 0 for point in points):
        found = _("case {case} has no waste heat of the set {waste_set}").format(case=case, waste_set=waste_set.value)
        raise InputError([Problem("--uptake", found, remedy=_("Choose another case or a wider set."))])
    return points


def _point(
    study: Study, case: CaseInput, zone: Sequence[str], classes: Sequence[str], size: float, threads: int
) -> dict[str, Any]:
    begun = start_case(study, case, batteries=False)
    found = dispatch_within_networks(
        begun.years,
        begun.probes,
        lambda probes: without_commitment(begun.problem(probes)),
        begun.powers,
        begun.models,
        study.config.simulation.rounds,
        threads,
    )
    problem, result = found.schedule.problem, found.schedule.result
    point: dict[str, Any] = {"size": size, "status": str(result.status)}
    if not result.is_optimal:
        return point | {"reason": result.reason}
    own = {unit.id for unit in problem.units if unit.waste_class in classes and unit.network in zone}
    sizes = {unit: mw for unit, mw in connected_mw(problem, begun.years).items() if unit in own}
    rows = [row for row in uptake_account(problem, result, begun.years, found.schedule.limited) if row["unit"] in own]
    table = pd.DataFrame(rows, columns=COLUMNS)
    cause, element = binding_cause(table)
    return point | {
        "connected_mw": float(sum(sizes.values())),
        "connected_gj": float(table["heat_gj"].sum()),
        "taken_gj": float(table.loc[table["cause"] == TAKEN, "heat_gj"].sum()),
        "missing_gj": float(result.unmet_mw.to_numpy().sum()) * GJ_PER_MWH,
        "cost_cny": float(result.cost_cny["total_cny"]),
        "agrees": found.agrees,
        "cause": cause,
        "element": element,
        "causes": rows,
    }


def chosen_set(study: Study, name: str | None) -> WasteSet:
    """Return the set of a name, the target's without one.

    Raises
    ------
    InputError
        If there is no such set.
    """
    try:
        return WasteSet(name or study.config.rate.set)
    except ValueError:
        allowed = _("Allowed: {names}").format(names=", ".join(one.value for one in WasteSet))
        raise InputError([Problem("--set", repr(name), allowed)]) from None


def write_curve(
    study: Study, case: str, waste_set: WasteSet, points: Sequence[dict[str, Any]], folder: Path
) -> dict[str, Any]:
    """Write the curve and return its summary.

    `uptake.json`, `uptake_curve.csv` with a row a size, `uptake_causes.csv` with a row a size, plant and cause.
    """
    summary = {
        "study": study.id,
        "case": case,
        "case_label": study.cases[case].case.label.both(),
        "set": waste_set.value,
        "zone": target_zone(study.config),
        "points": list(points),
    }
    plain = [{key: value for key, value in point.items() if key != "causes"} for point in points]
    causes = [
        {"size": point["size"], **{key: value for key, value in row.items() if key != "name"}}
        for point in points
        for row in point.get("causes", [])
    ]
    for name, rows in (("uptake_curve.csv", plain), ("uptake_causes.csv", causes)):
        write_text_atomically(pd.DataFrame(rows).to_csv(index=False, lineterminator="\n"), folder / name)
    write_json(summary, folder / "uptake.json")
    return summary
