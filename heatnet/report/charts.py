"""Data of the report's charts: heat by source day by day, and the load duration curve stacked by source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from heatnet.i18n import _
from heatnet.report.context import Context
from heatnet.web.colours import plant_style, shade
from heatnet.web.results_view import CaseResults, NetworkResults

#: shades of one kind before they repeat; lighter ones are hard to tell from the paper
SHADES = 3
#: hatchings, the first of them none: with the shades plants of one kind differ up to the twelfth
HATCHES = 4
#: hours averaged into one step of the duration curve
STEP_H = 25
#: carrier, network, plant, kind
PlantKey = tuple[str, str, str, str]
#: below this a load counts as none, MW
NO_LOAD_MW = 1e-6


def chart_blocks(context: Context) -> list[dict[str, Any]]:
    """Return one block a case and carrier with the data of its two charts: water and steam, or sites where there is neither.

    Each block holds ``id``, ``title``, ``series`` (name, colour, hatch, daily GWh, duration MW), ``days`` and ``hours``.
    """
    drawn = {carrier for case in context.ok_cases for one in case.networks.values() for carrier in one.schedule_mw}
    carriers = ("water", "steam") if drawn & {"water", "steam"} else ("site",)
    stacks = {(case.id, carrier): _stack(case, carrier) for case in context.ok_cases for carrier in carriers}
    looks = _looks(context, stacks)
    return [
        _block(context, context.study.cases[case], carrier, heat, looks)
        for (case, carrier), heat in stacks.items()
        if not heat.empty
    ]


def _stack(case: CaseResults, carrier: str) -> pd.DataFrame:
    """Return heat of all plants of a carrier with columns (network, plant); those that never run are left out."""
    frames = {
        name: results.schedule_mw[carrier] for name, results in case.networks.items() if carrier in results.schedule_mw
    }
    if not frames:
        return pd.DataFrame()
    heat = pd.concat(frames, axis=1)
    running = heat.sum() > NO_LOAD_MW
    return heat.loc[:, running]


def _looks(context: Context, stacks: Mapping[tuple[str, str], pd.DataFrame]) -> dict[PlantKey, tuple[str, int]]:
    """Return colour and hatching of every plant that is drawn, the same in all charts; plants of one kind differ in both.

    A plant that changes its kind from case to case changes its colour with it.
    """
    used: Counter[str] = Counter()
    looks: dict[PlantKey, tuple[str, int]] = {}
    for (case, carrier), heat in stacks.items():
        # in the order of the networks' tables, not of the drawing
        for network, plant in map(tuple, heat.columns):
            kind = _kind(context.study.cases[case].networks[network], carrier, plant)
            key = (carrier, network, plant, kind)
            if kind and key not in looks:
                looks[key] = shade(plant_style(kind)[0], used[kind] % SHADES), used[kind] % HATCHES
                used[kind] += 1
    return looks


def _kind(results: NetworkResults, carrier: str, plant: str) -> str:
    """Return a plant's kind in the case of these results, empty where its table does not know it."""
    owner = results.network.steam if carrier == "steam" else results.network
    return str(owner.plants.at[plant, "kind"]) if owner is not None and plant in owner.plants.index else ""


def _base_load_first(heat: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the columns by full-load hours, longest first: base load at the bottom of the stack."""
    hours = heat.sum() / heat.max()
    return [(str(a), str(b)) for a, b in hours.sort_values(ascending=False, kind="stable").index]


def _block(
    context: Context, case: CaseResults, carrier: str, heat: pd.DataFrame, looks: Mapping[PlantKey, tuple[str, int]]
) -> dict[str, Any]:
    daily = heat.resample("D").sum() / 1000.0
    total = heat.sum(axis=1).to_numpy()
    order = np.argsort(-total, kind="stable")
    order = order[total[order] > NO_LOAD_MW]
    series = []
    for network, plant in _base_load_first(heat):
        results = case.networks[network]
        values = heat[network, plant].to_numpy()[order]
        name = f"{context.network_name(network)}: {context.plant_name(results, carrier, plant)}"
        colour, hatch = looks.get((carrier, network, plant, _kind(results, carrier, plant)), ("#999999", 0))
        series.append(
            {
                "name": name,
                "colour": colour,
                "hatch": hatch,
                "daily_gwh": np.round(daily[network, plant].to_numpy(), 4),
                "duration_mw": np.round(binned(values), 2),
            }
        )
    titles = {"water": _("Hot water: {case}"), "steam": _("Steam: {case}"), "site": _("Heat: {case}")}
    return {
        "id": f"{case.id}-{carrier}",
        "case": case.id,
        "title": titles[carrier].format(case=context.label(case)),
        "series": series,
        "days": [f"{day:%m-%d}" for day in daily.index],
        "hours": [i * STEP_H for i in range(-(-len(order) // STEP_H))],
        "labels": {
            "daily": _("Heat by source, daily sums, GWh"),
            "duration": _("Load duration curve by source, MW"),
            "hours": _("hours of the year, sorted by load"),
        },
    }


def binned(values: np.ndarray) -> np.ndarray:
    """Return means over steps of `STEP_H` values; the last step may be shorter."""
    edges = np.arange(0, len(values), STEP_H)
    counts = np.diff(np.append(edges, len(values)))
    return np.add.reduceat(values, edges) / counts
