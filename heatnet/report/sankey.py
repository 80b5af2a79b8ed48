"""The season's heat as flows: from the sources through each balance to users, losses and what is dumped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from heatnet.i18n import _
from heatnet.io.results_store import read_table, table_file
from heatnet.report.balance import rest_mwh
from heatnet.report.context import Context
from heatnet.web.colours import plant_style
from heatnet.web.labels import consumer_kind_label
from heatnet.web.results_view import CaseResults, NetworkResults

#: flows below this are not drawn, MWh
LEAST_MWH = 0.5
_MWH_PER_GWH = 1000.0
_BALANCE, _USE, _LOSS = "#5b6770", "#a9b4bc", "#d9c9b8"
_STATION = "steam_exchange"


@dataclass
class Flows:
    """Nodes (id to name and colour) and flows (from, to, MWh) of a drawing."""

    nodes: dict[str, tuple[str, str]] = field(default_factory=dict)
    links: list[tuple[str, str, float]] = field(default_factory=list)

    def add(self, start: tuple[str, str, str], end: tuple[str, str, str], mwh: float) -> None:
        """Add a flow between two nodes (id, name, colour); a small one is left out."""
        if mwh >= LEAST_MWH:
            for node, name, colour in (start, end):
                self.nodes.setdefault(node, (name, colour))
            self.links.append((start[0], end[0], mwh))


def season_of(case: CaseResults) -> pd.Index:
    """Return the hours of the heating season: those in which some water network or site is asked for heat."""
    asked: pd.Index | None = None
    for results in case.networks.values():
        for carrier in ("water", "site"):
            if carrier == results.network.carrier and carrier in results.balance_mw:
                demand = results.balance_mw[carrier]["demand_mw"]
                hours = demand.index[demand > 0]
                if carrier == "water":
                    asked = hours if asked is None else asked.union(hours)
    if asked is not None and len(asked):
        return asked
    every = [frame.index for results in case.networks.values() for frame in results.balance_mw.values()]
    return every[0] if every else pd.Index([])


def season_flows(context: Context, case: CaseResults) -> Flows:
    """Return a case's heat of the heating season as flows, MWh.

    At each balance: what comes in (sources, steam of exchange stations, unmet heat) = what goes out (users by kind,
    loss of the pipes, dumped heat, stores, steam handed on).
    """
    hours, flows = season_of(case), Flows()
    for name, results in case.networks.items():
        for carrier, heat in results.schedule_mw.items():
            if carrier in results.balance_mw:
                _add_balance(context, case, results, carrier, heat, hours, flows, name)
    return flows


def _sums(frame: pd.DataFrame, hours: pd.Index) -> pd.Series:
    return frame.loc[frame.index.isin(hours)].sum()


def _add_balance(
    context: Context,
    case: CaseResults,
    results: NetworkResults,
    carrier: str,
    heat: pd.DataFrame,
    hours: pd.Index,
    flows: Flows,
    name: str,
) -> None:
    made, balance = _sums(heat, hours), _sums(results.balance_mw[carrier], hours)
    here = (f"{name}/{carrier}", context.balance_name(name, carrier), _BALANCE)
    stations: dict[str, float] = {}
    for plant, mwh in made.items():
        kind = _kind(results, carrier, str(plant))
        node = (f"{name}/{carrier}/{plant}", context.plant_name(results, carrier, str(plant)), plant_style(kind)[0])
        if kind == _STATION:
            stations[str(plant)] = float(mwh)
        flows.add(node, here, float(mwh))
    if stations and "steam" in results.schedule_mw:
        _add_stations(context, results, stations, hours, flows, name)
    flows.add((f"{here[0]}/unmet", _("Unmet heat"), "#8a2b2b"), here, float(balance.get("unmet_mw", 0.0)))
    for node, mwh in _uses(context, case, results, carrier, balance, here[0]):
        flows.add(here, node, mwh)


def _add_stations(
    context: Context,
    results: NetworkResults,
    stations: dict[str, float],
    hours: pd.Index,
    flows: Flows,
    name: str,
) -> None:
    """Add the steam that exchange stations draw; what they draw and do not give is their loss."""
    made = float(_sums(results.schedule_mw["steam"], hours).sum())
    drawn = rest_mwh(made, _sums(results.balance_mw["steam"], hours)) or 0.0
    given = sum(stations.values())
    steam = (f"{name}/steam", context.balance_name(name, "steam"), _BALANCE)
    for plant, mwh in stations.items():
        station = (f"{name}/water/{plant}", context.plant_name(results, "water", plant), plant_style(_STATION)[0])
        part = drawn * mwh / given if given > 0 else 0.0
        flows.add(steam, station, part)
        flows.add(station, ("stations/loss", _("Loss of exchange stations"), _LOSS), part - mwh)


def _kind(results: NetworkResults, carrier: str, plant: str) -> str:
    owner = results.network.steam if carrier == "steam" else results.network
    return str(owner.plants.at[plant, "kind"]) if owner is not None and plant in owner.plants.index else ""


def _uses(
    context: Context, case: CaseResults, results: NetworkResults, carrier: str, balance: pd.Series, here: str
) -> Iterator[tuple[tuple[str, str, str], float]]:
    loss = float(balance.get("loss_mw", 0.0))
    useful = float(balance["demand_mw"]) - loss
    for kind, share in _shares(context, case, results, carrier).items():
        yield (f"use/{kind}", consumer_kind_label(kind), _USE), useful * share
    yield ("loss", _("Loss of the pipes"), _LOSS), loss
    yield (f"{here}/dumped", _("Dumped heat"), _LOSS), float(balance.get("dumped_mw", 0.0))
    yield (f"{here}/store", _("Heat stores: loss and change"), _LOSS), float(balance.get("store_take_mw", 0.0))


def _shares(context: Context, case: CaseResults, results: NetworkResults, carrier: str) -> dict[str, float]:
    """Return the share of each kind of user in the heat that arrives: of the heat solved, else of the design heat."""
    owner = results.network.steam if carrier == "steam" and results.network.steam is not None else results.network
    users = owner.consumers
    weight = users["design_heat_mw"].astype(float).fillna(0.0)
    file = table_file(context.study.folder / case.id / results.id / carrier, "consumer_heat_mw")
    if file.is_file():
        solved = read_table(file).sum().reindex(users.index).fillna(0.0)
        weight = solved if solved.sum() > 0 else weight
    by_kind = weight.groupby(users["kind"].fillna("mixed").astype(str)).sum()
    total = float(by_kind.sum())
    if not np.isfinite(total) or total <= 0:
        return {"mixed": 1.0}
    return {str(kind): float(value) / total for kind, value in by_kind.items() if value > 0}


def sankey_block(context: Context, case: CaseResults) -> dict[str, Any] | None:
    """Return what the page draws of a case's season, GWh; None without any flow."""
    flows = season_flows(context, case)
    if not flows.links:
        return None
    return {
        "id": case.id,
        "nodes": [{"id": node, "name": name, "colour": colour} for node, (name, colour) in flows.nodes.items()],
        "links": [[start, end, round(mwh / _MWH_PER_GWH, 3)] for start, end, mwh in flows.links],
    }
