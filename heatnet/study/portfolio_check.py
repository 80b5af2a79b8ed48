"""The figures of a search against those of its portfolio's run in the pipes."""

from __future__ import annotations

from typing import Any

from heatnet.study.portfolio_case import BEST_CASE

#: where in a search's results the run of its portfolio stands
CHECK_FOLDER = "in_pipes"


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
        ``heat``: the same of the heat of each plant, MWh.
    """
    best, entry = summary["best"], run["cases"][BEST_CASE]
    known: dict[str, Any] = {"status": entry["status"], "reason": entry["reason"], "rows": [], "heat": []}
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
    return known


def _row(name: str, search: float, pipes: float | None) -> dict[str, Any]:
    return {"name": name, "search": search, "pipes": pipes, "difference": None if pipes is None else pipes - search}
