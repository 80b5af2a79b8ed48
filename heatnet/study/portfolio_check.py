"""The figures of a search against those of its portfolio's run in the pipes."""

from __future__ import annotations

from typing import Any

from heatnet.model.substitution import SET_CLASSES, WasteClass, WasteSet
from heatnet.study.portfolio_case import BEST_CASE

#: where in a search's results the run of its portfolio stands
CHECK_FOLDER = "in_pipes"
#: the run misses a target by more than this; less is the loss of pipes under another schedule, and not printed
MISSED_BY_SHARE = 5e-4
#: what keeps heat away in a run and is not in the search
_NOT_SEARCHED = ("price", "feeder", "pipe_")


def check_of(summary: dict[str, Any], run: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of a search beside those of its portfolio's run in the pipes.

    Parameters
    ----------
    summary : dict
        As `portfolio.json` holds it, with a portfolio.
    run : dict
        `summary.json` of the run.

    Returns
    -------
    dict
        ``status`` and ``reason`` of the run; ``rows``: for each quantity the search's figure, the pipes' and their difference;
        ``heat``: the same of the heat of each plant, MWh; ``reached``: whether the run's rate reaches the target; ``kept_away``:
        what of the counted plants' heat limits keep away that the search does not know (rows of the summary's `uptake`);
        ``conflict``: left empty.
    """
    best, entry = summary["best"], run["cases"][BEST_CASE]
    known: dict[str, Any] = {"status": entry["status"], "reason": entry["reason"], "rows": [], "heat": []}
    known |= {"reached": False, "kept_away": [], "conflict": ""}
    if entry["status"] != "ok":
        return known
    cost, target = entry["cost"], summary["target"]
    rates: Any = entry["zones"][target["zone"]]["substitution"]
    for axis in ("set", "counting", "denominator", "period"):
        rates = None if rates is None else rates.get(target[axis])
    operating = best["cost_by_kind_cny"]
    pairs = {
        "rate": (best["rate"], rates),
        "cost_cny": (best["cost_cny"], best["invested_cny_per_a"] + cost["total_cny"]),
        "invested_cny_per_a": (best["invested_cny_per_a"], best["invested_cny_per_a"]),
        **{kind: (operating.get(kind, 0.0), cost[kind]) for kind in cost if kind != "total_cny"},
        "co2_average_t": (best["co2_average_t"], entry["co2"]["average"]["total_t_co2"]),
        "co2_marginal_t": (best["co2_marginal_t"], entry["co2"]["marginal"]["total_t_co2"]),
        "unmet_share": (best["unmet_share"], entry["unmet_share"]),
    }
    heat = entry["heat_by_plant_mwh"]
    names = list({**best["heat_by_plant_mwh"], **heat})
    known["rows"] = [_row(name, *pair) for name, pair in pairs.items()]
    known["heat"] = [
        _row(name, best["heat_by_plant_mwh"].get(name, 0.0), heat.get(name, 0.0))
        | {"plant": entry["plants"].get(name, {}).get("name", {"en": name, "zh": name})}
        for name in names
        if max(best["heat_by_plant_mwh"].get(name, 0.0), heat.get(name, 0.0)) > 0
    ]
    known["reached"] = rates is not None and rates >= target["rate_share"] - MISSED_BY_SHARE
    known["kept_away"] = _kept_away(entry, target["set"], run["zones"][target["zone"]])
    return known


def _kept_away(entry: dict[str, Any], waste_set: str, networks: list[str]) -> list[dict[str, Any]]:
    counted = SET_CLASSES[WasteSet(waste_set)]
    return [
        row
        for row in entry.get("uptake") or []
        if row["cause"].startswith(_NOT_SEARCHED)
        and WasteClass(row["waste_class"]) in counted
        and row["unit"].split("/")[0] in networks
    ]


def _row(name: str, search: float, pipes: float | None) -> dict[str, Any]:
    return {"name": name, "search": search, "pipes": pipes, "difference": None if pipes is None else pipes - search}
