"""What the map page's script needs of a study: elements and their places once, hourly values as matrices."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from heatnet.i18n import _, pick
from heatnet.maps import power, steam
from heatnet.maps.base import layers_near
from heatnet.maps.layout import layout_of
from heatnet.maps.matrices import Matrices, Spread, value_range
from heatnet.maps.quantities import Element, Quantity, quantities, values_of
from heatnet.maps.season import Clock, digest, over_all_hours, rows_of_part, statuses
from heatnet.maps.sources import OTHER_PLANT, source_colours, source_list, source_quantities
from heatnet.maps.words import labels
from heatnet.model.network import Network
from heatnet.model.power_network import PowerNetwork
from heatnet.web.colours import DIFFERENCE, SCALE
from heatnet.web.labels import plant_kind_label
from heatnet.web.results_view import CaseResults, NetworkResults, StudyResults

ELEMENTS: tuple[Element, ...] = ("pipes", "stations", "plants", "nodes")
#: quantities by carrier and element
Tables = dict[str, dict[Element, list[Quantity]]]
#: spreads of the values by carrier, element and quantity
Spreads = dict[tuple[str, str, str], list[Spread]]
#: a colour scale leaves out the largest 2 % of the values, and the least where it does not start at zero, so that one odd
#: pipe does not flatten it
SCALE_QUANTILE = 0.98
#: what tells the direction of a flow, by carrier
DIRECTIONS = {"water": "mdot_kg_per_s", "steam": "mdot_t_per_h", "electric": "p_mw"}


def map_data(study: StudyResults, matrices: Matrices) -> dict[str, Any]:
    """Return everything that the page's script needs, as plain JSON types, in the current language.

    Parameters
    ----------
    study : StudyResults
    matrices : Matrices
        Takes the hourly values; numbers in the data that name a matrix are positions in it.
    """
    page = _Page(study, matrices)
    cases = [page.case(case) for case in study.ok_cases]
    further = {"steam": steam.steam_colours, "electric": power.power_colours}
    return {
        "base": layers_near([layout["bounds"] for layout in page.layouts.values()]),
        "scale": list(SCALE),
        "difference": list(DIFFERENCE),
        "quantities": {
            carrier: {element: [page.row(row, carrier, [element]) for row in known] for element, known in table.items()}
            for carrier, table in page.tables.items()
        },
        "colours": {
            carrier: [
                page.row(row, carrier, ELEMENTS) for row in (of_carrier() if page.tables[carrier]["pipes"] else [])
            ]
            for carrier, of_carrier in further.items()
        },
        "directions": DIRECTIONS,
        "other_plant": OTHER_PLANT,
        "layouts": page.layouts,
        "cases": cases,
        "matrices": matrices.descriptions,
        "start": _start(study, [case["id"] for case in cases]),
        "kinds": {
            plant["kind"]: plant_kind_label(plant["kind"])
            for layout in page.layouts.values()
            for plant in layout["plants"]
        },
        "labels": labels(),
    }


def _start(study: StudyResults, cases: list[str]) -> int:
    """Return the place of the case that opens first: the one asked for, the plan's, else the first."""
    wished = (study.opens, study.summary.get("plan_case"))
    return next((cases.index(one) for one in wished if one in cases), 0)


class _Page:
    """Layouts, matrices and spreads while the cases of a study are written into a page."""

    def __init__(self, study: StudyResults, matrices: Matrices) -> None:
        self.study, self.matrices = study, matrices
        self.layouts: dict[str, dict[str, Any]] = {}
        self.spreads: Spreads = {}
        self.tables = _tables(study)
        self.source_colours = source_colours(study)
        self.known_values: dict[tuple[str, bytes], dict[str, Any]] = {}

    def case(self, case: CaseResults) -> dict[str, Any]:
        """Return a case: its clock, the outdoor temperature, its networks."""
        full = {name: over_all_hours(results) for name, results in case.networks.items()}
        parts = [
            (network, prefix, results, rows_of_part(results, prefix))
            for results in full.values()
            for network, prefix in _parts(results)
        ]
        clock = Clock.of(case, [(prefix, times) for _network, prefix, _results, times in parts])
        networks = [
            entry
            for network, prefix, results, times in parts
            if (entry := self._network(case, clock, network, prefix, results, times)) is not None
        ]
        outdoor = case.t_outdoor_degc
        weather = None if outdoor is None else outdoor.reindex(clock.times).to_numpy(dtype=float)[:, np.newaxis]
        return {
            "id": case.id,
            "label": pick(case.summary["label"]),
            "clock": clock.page(case),
            "outdoor": None if weather is None or not len(weather) else self.matrices.add(weather, 1)[0],
            "networks": networks,
        }

    def _network(
        self,
        case: CaseResults,
        clock: Clock,
        network: Network | PowerNetwork,
        prefix: str,
        results: NetworkResults,
        times: pd.Index,
    ) -> dict[str, Any] | None:
        key = self._layout_key(network, prefix, results)
        if key is None:
            return None
        solved = _is_solved(results, prefix)
        rows = times if solved else clock.times
        entry: dict[str, Any] = {"layout": key, "solved": solved, "rows": clock.stretches(rows)}
        entry["delivered_mwh"] = _delivered(case, results.id, prefix, self.layouts[key]["plants"])
        entry["sources"] = [] if prefix else source_list(results, self.source_colours)
        case_dir = self.study.folder / case.id
        mark = key, digest(case_dir, results.id, prefix) if solved else case.id.encode()
        if mark not in self.known_values:
            self.known_values[mark] = self._part(self.layouts[key], results, rows)
            status = statuses(case_dir, results.id, prefix, rows) if solved else None
            if status is not None:
                place = self.matrices.add(status[1], 0)[0]
                self.known_values[mark]["status"] = {"words": status[0], "matrix": place}
        return entry | self.known_values[mark]

    def _part(self, layout: dict[str, Any], results: NetworkResults, rows: pd.Index) -> dict[str, Any]:
        """Return the matrices of the elements of a network by element and quantity."""
        carrier = carrier_of(layout)
        return {
            element: self._values(
                carrier, element, known, pd.Index([item["id"] for item in layout[element]]), results, rows
            )
            for element, known in self.tables[carrier].items()
        }

    def _values(
        self,
        carrier: str,
        element: Element,
        known: list[Quantity],
        index: pd.Index,
        results: NetworkResults,
        rows: pd.Index,
    ) -> dict[str, int]:
        """Return the matrix of each quantity of some elements; one that has no value in any hour is left out."""
        places = {}
        for quantity in known:
            frame = values_of(quantity, results, index)
            if frame is None or not len(rows):
                continue
            values = frame.to_numpy(dtype=float, na_value=np.nan) if frame.index.equals(rows) else None
            values = frame.reindex(rows).to_numpy(dtype=float) if values is None else values
            place, spread = self.matrices.add(values, quantity.digits)
            if not spread.counts.any():
                continue
            places[quantity.key] = place
            self.spreads.setdefault((carrier, element, quantity.key), []).append(spread)
        return places

    def row(self, quantity: Quantity, carrier: str, elements: Sequence[Element]) -> dict[str, Any]:
        """Return a quantity as the page knows it, with the range of its colours."""
        row: dict[str, Any] = {"key": quantity.key, "label": quantity.label, "unit": quantity.unit}
        row |= {"digits": quantity.digits, "colours": quantity.colours, "from_zero": quantity.from_zero}
        row |= {"ends": quantity.ends} if quantity.ends else {}
        for name in ("some", "magnitude", "beyond", "is_source", "product"):
            value = getattr(quantity, name)
            row |= {name: value} if value else {}
        if not quantity.colours:
            return row
        spreads = [one for element in elements for one in self.spreads.get((carrier, element, quantity.key), [])]
        span = value_range(spreads, quantity.magnitude, quantity.from_zero, SCALE_QUANTILE)
        return row | {"range": span if span is None or quantity.ends is None else list(quantity.ends)}

    def _layout_key(self, network: Network | PowerNetwork, prefix: str, results: NetworkResults) -> str | None:
        """Return the key of the network's layout, added if new; cases that leave the tables alone share one."""
        if isinstance(network, PowerNetwork):
            layout = power.power_layout(network)
        else:
            layout = layout_of(network, with_nodes=prefix == "steam/" and steam.is_solved(results))
        if layout is None:
            return None
        layout["id"] = f"{results.id}/{prefix}".rstrip("/")
        if prefix:
            words = {"steam/": _("{network}: steam line"), "electric/": _("{network}: power network")}
            layout["name"] = words[prefix].format(network=pick(results.network.name))
        text = json.dumps(layout, sort_keys=True, ensure_ascii=False)
        for key, known in self.layouts.items():
            if known["id"] == layout["id"] and json.dumps(known, sort_keys=True, ensure_ascii=False) == text:
                return key
        key = f"{layout['id']}#{len(self.layouts)}"
        self.layouts[key] = layout
        return key


def _tables(study: StudyResults) -> Tables:
    """Return the quantities by carrier; those of steam and power networks where one was solved."""
    every = [results for case in study.ok_cases for results in case.networks.values()]
    water = {element: quantities(element) for element in ELEMENTS}
    water["stations"] += source_quantities(study)
    tables: Tables = {
        "water": water,
        "steam": {element: [] for element in ELEMENTS},
        "electric": {element: [] for element in ELEMENTS},
    }
    if any(steam.is_solved(results) for results in every):
        water["plants"] += steam.exchange_quantities()
        tables["steam"] = {element: steam.steam_quantities(element) for element in ELEMENTS}
    elif any(results.network.steam is not None for results in every):
        tables["steam"]["plants"] = [steam.schedule_quantity()]
    if any(power.is_solved(results) for results in every):
        tables["electric"] = {element: power.power_quantities(element) for element in ELEMENTS}
    return tables


def carrier_of(layout: dict[str, Any]) -> str:
    """Return the carrier whose quantities a layout has: sites have those of water."""
    return layout["carrier"] if layout["carrier"] in ("steam", "electric") else "water"


def _parts(results: NetworkResults) -> list[tuple[Network | PowerNetwork, str]]:
    """Return a network, its steam network, and its power network where that was solved, each with the prefix of its ids."""
    parts: list[tuple[Network | PowerNetwork, str]] = [(results.network, "")]
    if results.network.steam is not None:
        parts.append((results.network.steam, "steam/"))
    if results.network.electric is not None and power.is_solved(results):
        parts.append((results.network.electric, "electric/"))
    return parts


def _is_solved(results: NetworkResults, prefix: str) -> bool:
    of_part = {"steam/": steam.is_solved, "electric/": power.is_solved}
    return of_part[prefix](results) if prefix else bool(results.quantities)


def _delivered(case: CaseResults, network: str, prefix: str, plants: list[dict[str, Any]]) -> list[float | None]:
    heat = {store: terms.get("given_mwh") for store, terms in (case.summary.get("heat_stores") or {}).items()}
    heat |= case.summary.get("heat_by_plant_mwh", {})
    found = [heat.get(f"{network}/{prefix}{plant['id']}") for plant in plants]
    return [None if value is None else round(float(value), 1) for value in found]
