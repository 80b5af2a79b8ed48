"""Data of the report's charts: heat by source day by day, and the load duration curve stacked by source."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from heatnet.i18n import _
from heatnet.report.context import Context
from heatnet.web.colours import plant_style, shade
from heatnet.web.results_view import CaseResults, NetworkResults

#: shades of one kind before they repeat; lighter ones are hard to tell from the paper
SHADES = 4
#: hours averaged into one step of the duration curve
STEP_H = 25
#: carrier, network, plant, kind
PlantKey = tuple[str, str, str, str]
#: below this a load counts as none, MW
NO_LOAD_MW = 1e-6


def chart_blocks(context: Context) -> list[dict[str, Any]]:
    """Return one block a case and carrier with the data of its two charts: water and steam, or sites where there is neither.

    Each block holds ``id``, ``title``, ``series`` (name, colour, daily GWh, duration MW), ``days`` and ``hours``.
    """
    drawn = {carrier for case in context.ok_cases for one in case.networks.values() for carrier in one.schedule_mw}
    carriers = ("water", "steam") if drawn & {"water", "steam"} else ("site",)
    colours = _colours(context, carriers)
    blocks = []
    for case in context.ok_cases:
        for carrier in carriers:
            heat = _stack(case, carrier)
            if not heat.empty and float(heat.to_numpy().sum()) > 0:
                blocks.append(_block(context, case, carrier, heat, colours))
    return blocks


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


def _colours(context: Context, carriers: tuple[str, ...]) -> dict[PlantKey, str]:
    """Return a colour for every plant of a kind, the same in all charts; plants of one kind differ in shade.

    A plant that changes its kind from case to case changes its colour with it.
    """
    used: Counter[str] = Counter()
    colours: dict[PlantKey, str] = {}
    for case in context.ok_cases:
        for name, results in case.networks.items():
            for carrier in carriers:
                for plant in results.schedule_mw.get(carrier, pd.DataFrame()).columns:
                    key = (carrier, name, plant, _kind(results, carrier, plant))
                    if key[-1] and key not in colours:
                        colours[key] = shade(plant_style(key[-1])[0], used[key[-1]] % SHADES)
                        used[key[-1]] += 1
    return colours


def _kind(results: NetworkResults, carrier: str, plant: str) -> str:
    """Return a plant's kind in the case of these results, empty where its table does not know it."""
    owner = results.network.steam if carrier == "steam" else results.network
    return str(owner.plants.at[plant, "kind"]) if owner is not None and plant in owner.plants.index else ""


def _base_load_first(heat: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the columns by full-load hours, longest first: base load at the bottom of the stack."""
    hours = heat.sum() / heat.max()
    return [(str(a), str(b)) for a, b in hours.sort_values(ascending=False, kind="stable").index]


def _block(
    context: Context, case: CaseResults, carrier: str, heat: pd.DataFrame, colours: dict[PlantKey, str]
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
        series.append(
            {
                "name": name,
                "colour": colours.get((carrier, network, plant, _kind(results, carrier, plant)), "#999999"),
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
