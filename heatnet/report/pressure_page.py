"""What the report's pressure diagram (水压图) is drawn from: graph, places and heads of each water network, as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from heatnet.i18n import _, language
from heatnet.io.words import pressure_unit
from heatnet.metrics.pressure_line import (
    M_PER_BAR,
    head_lines,
    head_m,
    highest_station,
    least_suction_bar,
    point_head_m,
    way_between,
)
from heatnet.model.network import Network
from heatnet.model.water_limits import Limits
from heatnet.report.context import Context
from heatnet.report.pressure import QUANTITIES, above_ground_m, default_ends, names_by_node
from heatnet.web.labels import hour_label
from heatnet.web.results_view import CaseResults, NetworkResults

#: numbers that a page may carry of one network; cases beyond it are left to the command line
MOST_NUMBERS = 800_000
_DIGITS = 2


def pressure_blocks(context: Context) -> list[dict[str, Any]]:
    """Return for each water network what the page's diagram is drawn from: its graph, places, and heads by case and hour."""
    names = dict.fromkeys(
        name
        for case in context.ok_cases
        for name, results in case.networks.items()
        if results.network.carrier == "water" and len(results.hours)
    )
    blocks = (_block(context, name) for name in names)
    return [block for block in blocks if block is not None]


def _block(context: Context, name: str) -> dict[str, Any] | None:
    cases = [case for case in context.ok_cases if name in case.networks and len(case.networks[name].hours)]
    cases.sort(key=lambda case: case.id != context.shown_case)
    owner = cases[0].networks[name]
    ends = default_ends(owner.network, _entry(cases[0], name))
    if ends is None or way_between(owner.network, *ends) is None:
        return None
    nodes = [str(node) for node in owner.network.nodes.index]
    kept: list[dict[str, Any]] = []
    told = 0
    for case in cases:
        drawn = _case_data(context, case, name, nodes)
        told += sum(5 * len(nodes) for _hour in drawn["hours"])
        if kept and told > MOST_NUMBERS:
            break
        kept.append(drawn)
    order = {case.id: at for at, case in enumerate(context.ok_cases)}
    kept.sort(key=lambda one: order[one["id"]])
    if not any(one["hours"] for one in kept):
        return None
    nominal, least = above_ground_m(Limits())
    station = highest_station(owner.network)
    return {
        "id": name,
        "name": context.network_name(name),
        "ground": _rounded(owner.network.nodes["elevation_m"].to_numpy(dtype=float)),
        "names": [names_by_node(owner.network).get(node, node) for node in nodes],
        "edges": _edges(owner.network, nodes),
        "places": _places(owner.network, nodes),
        "between": _between(owner.network, nodes),
        "ends": list(ends),
        "shown": context.shown_case,
        "cases": kept,
        "times": _times(kept),
        "left_out": len(cases) - len(kept),
        "nominal": round(nominal, _DIGITS),
        "return_least": round(least, _DIGITS),
        "point": _point(owner.network, nodes),
        "highest": nodes.index(str(owner.network.consumers.at[station, "node"])) if station else None,
    }


def _times(cases: list[dict[str, Any]]) -> list[list[str]]:
    """Return (time, text) of every hour of the cases; where a label stands at several times its cases are told.

    Seasons of different length have their quantiles at different hours.
    """
    owners: dict[tuple[str, str], list[str]] = {}
    for case in cases:
        for hour in case["hours"]:
            owners.setdefault((hour["time"], hour["label"]), []).append(case["label"])
    often = Counter(label for _time, label in owners)
    times: dict[str, list[str]] = {}
    for (time, label), own in owners.items():
        told = label
        if often[label] > 1 and label:
            cases_told = own[0] if len(own) == 1 else _("{count} cases").format(count=len(own))
            told = _("{label} ({cases})").format(label=label, cases=cases_told)
        times.setdefault(time, []).append(told)
    return [[time, " ".join([time, _("; ").join(filter(None, told))]).strip()] for time, told in times.items()]


def _between(network: Network, nodes: list[str]) -> list[int]:
    """Return the nodes of plants between the lines: there pumps draw."""
    between = network.plants[network.plants["connection"] == "supply"]["node"]
    return sorted({nodes.index(str(node)) for node in between})


def _entry(case: CaseResults, name: str) -> Mapping[str, Any]:
    entry: Mapping[str, Any] = case.summary.get("by_network", {}).get(name, {})
    return entry


def _point(network: Network, nodes: list[str]) -> list[float] | None:
    head, point = point_head_m(network), network.pressure_point
    return None if head is None or point is None else [nodes.index(point.node), round(head, _DIGITS)]


def _edges(network: Network, nodes: list[str]) -> list[list[Any]]:
    """Return the open ways of the supply side as (node, node, m), pumps and valves without length."""
    position = {node: at for at, node in enumerate(nodes)}
    pipes = network.pipes[(network.pipes["line"] != "return") & ~network.pipes["closed"].astype(bool)]
    edges = [
        [position[str(a)], position[str(b)], round(float(m), 1)]
        for a, b, m in zip(pipes["from_node"], pipes["to_node"], pipes["length_m"], strict=True)
    ]
    for table in (network.pumps, network.valves):
        for row in table.to_dict("records"):
            if row.get("line") != "return":
                edges.append([position[str(row["from_node"])], position[str(row["to_node"])], 0.0])
    return edges


def _places(network: Network, nodes: list[str]) -> list[list[Any]]:
    """Return (id, name, node) of what a way may begin or end at: plants, stations, then the other nodes."""
    position = {node: at for at, node in enumerate(nodes)}
    places: list[list[Any]] = []
    for table in ("plants", "consumers"):
        for element, row in getattr(network, table).iterrows():
            name = network.display_name(table, str(element), language())
            places.append([str(element), name, position[str(row["node"])]])
    taken = {place[0] for place in places}
    return places + [[node, node, at] for node, at in position.items() if node not in taken]


def _case_data(context: Context, case: CaseResults, name: str, nodes: list[str]) -> dict[str, Any]:
    results = case.networks[name]
    hours = [drawn for time in results.hours.index if (drawn := _hour_data(results, time, nodes)) is not None]
    ends = default_ends(results.network, _entry(case, name))
    return {"id": case.id, "label": context.label(case), "worst": ends[1] if ends else None, "hours": hours}


def _hour_data(results: NetworkResults, time: pd.Timestamp, nodes: list[str]) -> dict[str, Any] | None:
    tables = [results.quantities.get(name) for name in QUANTITIES]
    if any(table is None or time not in table.index for table in tables):
        return None
    hour = {name: table.loc[time] for name, table in zip(QUANTITIES, tables, strict=True) if table is not None}
    if not np.isfinite(hour["node_p_supply_bar"].to_numpy()).any():
        return None
    lines = head_lines(results.network, nodes, hour)
    least = least_suction_bar(hour["node_t_return_degc"].reindex(nodes).to_numpy(dtype=float), Limits())
    return {
        "time": f"{time:%Y-%m-%d %H:%M}" if isinstance(time, pd.Timestamp) else f"{time:g} s",
        "label": hour_label(str(results.hours.at[time, "label"])) if time in results.hours.index else "",
        "supply": _rounded(lines.supply_m),
        "return": _rounded(lines.return_m),
        "rest": _rounded(lines.rest_m),
        "boiling": _rounded(lines.boiling_m),
        "suction": _rounded(head_m(least, lines.ground_m)),
    }


def _rounded(values: np.ndarray) -> np.ndarray:
    return np.round(values, _DIGITS)


def page_words() -> dict[str, Any]:
    """Return the words of the page's diagram, and the pressure unit's size in metres of water column."""
    unit, in_unit = pressure_unit()
    return {
        "supply": _("supply line"),
        "return": _("return line"),
        "rest": _("static line"),
        "boiling": _("vaporisation line"),
        "ground": _("ground"),
        "nominal": _("nominal pressure"),
        "return_least": _("least return pressure"),
        "suction": _("least suction pressure of the pump"),
        "point": _("constant-pressure point"),
        "highest": _("highest ground: {name}, {ground} m"),
        "head": _("head, m of water column"),
        "distance": _("distance, m"),
        "available": _("available pressure difference"),
        "lacking": _("Not drawn, as the case does not show this hour: {hours}"),
        "no_way": _("No open way leads from one to the other."),
        "same_place": _("Start and end are the same place: choose another one."),
        "unit": unit,
        "unit_gauge": _("{unit} gauge").format(unit=unit),
        "per_m": in_unit / M_PER_BAR,
        "digits": 3 if in_unit != 1.0 else 2,
        "summary": {
            "pump": _("between the lines at the start"),
            "end": _("between the lines at the end"),
            "boils": _("least distance from boiling in the supply line"),
            "highest_p": _("highest pressure in a pipe"),
            "suction": _("above the least suction pressure at the start"),
            "lowest": _("lowest pressure in the return line"),
            "static": _("static pressure at the highest station"),
        },
    }
