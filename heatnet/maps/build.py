"""Build the map page: folium's map object, the assets inlined, one JSON that drives the page's own script."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from heatnet.i18n import _, pick, use_language
from heatnet.maps import power, steam
from heatnet.maps.base import layers_near
from heatnet.maps.layout import layout_of
from heatnet.maps.quantities import Element, Quantity, matrix, quantities, source_shares
from heatnet.model.network import Network
from heatnet.model.power_network import PowerNetwork
from heatnet.web.colours import SCALE
from heatnet.web.labels import hour_label, plant_kind_label, status_label
from heatnet.web.page import inline_html, template_environment, write_page
from heatnet.web.results_view import CaseResults, NetworkResults, StudyResults, load_study

ELEMENTS: tuple[Element, ...] = ("pipes", "stations", "plants", "nodes")
#: quantities by carrier and element
Tables = dict[str, dict[Element, list[Quantity]]]
#: the upper end of a colour scale leaves out the largest 2 % of the values, so that one odd pipe does not flatten it
SCALE_QUANTILE = 0.98


def build_map(results_dir: str | Path | StudyResults, out_path: str | Path, lang: str) -> Path:
    """Write the map of a results folder as one offline HTML file.

    Parameters
    ----------
    results_dir : str or Path or StudyResults
        Folder with ``summary.json``, or what was read of it.
    out_path : str or Path
        File to write.
    lang : {"en", "zh"}
        Language of the page.

    Raises
    ------
    heatnet.errors.InputError
        If the folder holds no results or a snapshot cannot be read.
    """
    with use_language(lang):
        study = load_study(results_dir)
        data = map_data(study)
        title = pick(study.summary["title"])
        # the browser lays the elements out, so the page's body is the same for every study
        body = (
            template_environment("heatnet.maps")
            .get_template("map.html.j2")
            .render(title=title, map_html=_folium_parts()[0], cases=bool(data["cases"]), **_notes(study, data))
        )
        html = inline_html(
            _("Map: {title}").format(title=title),
            Markup(body),
            styles=("leaflet/leaflet.css", "heatnet_map.css"),
            scripts=("leaflet/leaflet.js", _folium_parts()[1], "heatnet_map.js"),
            data=data,
            body_class="map-page",
        )
    return write_page(Path(out_path), html)


def _notes(study: StudyResults, data: dict[str, Any]) -> dict[str, Any]:
    """Return what the page says beside the map: on its routes, on cases without results, on networks without a place."""
    rows = [
        {"label": pick(case.summary["label"]), "status": status_label(case.summary["status"]), "reason": reason}
        for case in study.cases.values()
        if not case.ok
        for reason in [case.summary.get("reason", "")]
    ]
    placed = {layout["id"] for layout in data["layouts"].values()}
    known = dict.fromkeys(name for case in study.ok_cases for name in case.networks)
    names = [pick(study.summary["networks"][name]["name"]) for name in known if name not in placed]
    return {"failed": rows, "geometry_note": study.geometry_note, "not_placed": _(", ").join(names)}


def _folium_parts() -> tuple[Markup, Markup]:
    """Return the map's element and the script that makes it, without any of folium's links to other hosts."""
    import folium

    options = {"attributionControl": False, "zoomSnap": 0.25}
    world = folium.Map(location=(39.05, 117.68), zoom_start=12, tiles=None, zoom_control=False, **options)
    # a fixed name: the same results give the same bytes, and the page's own script finds its map
    world._name, world._id = "map", "heatnet"
    world.default_js, world.default_css = [], []
    figure = world.get_root()
    figure.render()
    return Markup(figure.html.render()), Markup(figure.script.render())


def map_data(study: StudyResults) -> dict[str, Any]:
    """Return everything that the page's script needs, as plain JSON types, in the current language."""
    layouts: dict[str, dict[str, Any]] = {}
    tables = _tables(study)
    cases = [_case(case, layouts, tables) for case in study.ok_cases]
    blocks = {carrier: _blocks(cases, layouts, carrier) for carrier in tables}
    further = {"steam": steam.steam_colours, "electric": power.power_colours}
    return {
        "base": layers_near([layout["bounds"] for layout in layouts.values()]),
        "scale": list(SCALE),
        "quantities": {
            carrier: {
                element: [_quantity_row(row, _range(row, [element], blocks[carrier])) for row in known]
                for element, known in table.items()
            }
            for carrier, table in tables.items()
        },
        "colours": {
            carrier: [
                _quantity_row(row, _range(row, ELEMENTS, blocks[carrier]))
                for row in (of_carrier() if any(tables[carrier].values()) else [])
            ]
            for carrier, of_carrier in further.items()
        },
        "layouts": layouts,
        "cases": cases,
        "start": next((i for i, case in enumerate(cases) if case["id"] == study.summary.get("plan_case")), 0),
        "kinds": {
            plant["kind"]: plant_kind_label(plant["kind"]) for layout in layouts.values() for plant in layout["plants"]
        },
        "labels": _labels(),
    }


def _tables(study: StudyResults) -> Tables:
    """Return the quantities by carrier; those of steam and power networks where one was solved."""
    every = [results for case in study.ok_cases for results in case.networks.values()]
    water = {element: quantities(element) for element in ELEMENTS}
    water["stations"] += source_shares(study)
    none: dict[Element, list[Quantity]] = {element: [] for element in ELEMENTS}
    tables: Tables = {"water": water, "steam": none, "electric": none}
    if any(steam.is_solved(results) for results in every):
        water["plants"] += steam.exchange_quantities()
        tables["steam"] = {element: steam.steam_quantities(element) for element in ELEMENTS}
    if any(power.is_solved(results) for results in every):
        tables["electric"] = {element: power.power_quantities(element) for element in ELEMENTS}
    return tables


def _carrier(layout: dict[str, Any]) -> str:
    """Return the carrier whose quantities a layout has: sites have those of water."""
    return layout["carrier"] if layout["carrier"] in ("steam", "electric") else "water"


def _blocks(cases: list[dict[str, Any]], layouts: dict[str, dict[str, Any]], carrier: str) -> list[dict[str, Any]]:
    """Return the networks of all cases that have the quantities of a carrier."""
    networks = [network for case in cases for network in case["networks"]]
    return [one for one in networks if _carrier(layouts[one["layout"]]) == carrier]


def _quantity_row(quantity: Quantity, span: list[float] | None) -> dict[str, Any]:
    row: dict[str, Any] = {"key": quantity.key, "label": quantity.label, "unit": quantity.unit}
    row |= {"digits": quantity.digits, "colours": quantity.colours, "from_zero": quantity.from_zero}
    row |= {"some": True} if quantity.some else {}
    row |= {"ends": quantity.ends} if quantity.ends else {}
    row |= {"magnitude": True} if quantity.magnitude else {}
    row |= {"beyond": quantity.beyond} if quantity.beyond else {}
    return row | ({"range": span} if quantity.colours else {})


def _range(quantity: Quantity, elements: Sequence[Element], networks: list[dict[str, Any]]) -> list[float] | None:
    """Return the range of a quantity over all cases and hours, None where it has no values."""
    blocks = [network[element].get(quantity.key) for network in networks for element in elements]
    values = np.concatenate([np.asarray(block, dtype=float).ravel() for block in blocks if block] or [np.empty(0)])
    values = values[np.isfinite(values)]
    values = np.abs(values) if quantity.magnitude else values
    if not values.size:
        return None
    low, high = 0.0 if quantity.from_zero else float(values.min()), float(np.quantile(values, SCALE_QUANTILE))
    return [low, high] if quantity.ends is None else list(quantity.ends)


def _case(case: CaseResults, layouts: dict[str, dict[str, Any]], tables: Tables) -> dict[str, Any]:
    hours = _hours(case)
    networks = []
    for results in case.networks.values():
        for network, prefix in _parts(results):
            key = _layout_key(network, prefix, results, layouts)
            if key is not None:
                solved = _is_solved(results, prefix)
                entry: dict[str, Any] = {"layout": key, "solved": solved}
                for element, known in tables[_carrier(layouts[key])].items():
                    index = pd.Index([item["id"] for item in layouts[key][element]])
                    entry[element] = _values(known, index, results, hours) if solved else {}
                entry["plants"]["delivered_mwh"] = _delivered(case, results.id, prefix, layouts[key]["plants"])
                networks.append(entry)
    outdoor = case.t_outdoor_degc
    labels = _label_by_hour(case)
    return {
        "id": case.id,
        "label": pick(case.summary["label"]),
        "hours": [
            {
                "time": f"{time:%Y-%m-%d %H:%M}" if isinstance(time, pd.Timestamp) else f"{time:g} s",
                "label": hour_label(labels.get(time, "")),
                "t_outdoor": round(float(outdoor[time]), 1) if outdoor is not None and time in outdoor.index else None,
            }
            for time in hours
        ],
        "networks": networks,
    }


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


def _hours(case: CaseResults) -> pd.Index:
    """Return the hours of the case: those that stand for its first network, then others that further networks add."""
    return pd.Index(list(dict.fromkeys(time for hours in _labelled(case) for time in hours.index)))


def _labelled(case: CaseResults) -> list[pd.DataFrame]:
    """Return the hours that stand for each water network, then those for each steam network."""
    networks = list(case.networks.values())
    return [*(results.hours for results in networks), *(results.steam_hours for results in networks)]


def _label_by_hour(case: CaseResults) -> dict[Any, str]:
    labels: dict[Any, str] = {}
    for hours in _labelled(case):
        labels = {time: str(label) for time, label in hours["label"].items()} | labels
    return labels


def _layout_key(
    network: Network | PowerNetwork, prefix: str, results: NetworkResults, layouts: dict[str, dict[str, Any]]
) -> str | None:
    """Return the key of the network's layout, shared between cases whose tables are the same."""
    if isinstance(network, PowerNetwork):
        layout = power.power_layout(network)
    else:
        layout = layout_of(network, with_nodes=bool(prefix) and steam.is_solved(results))
    if layout is None:
        return None
    layout["id"] = f"{results.id}/{prefix}".rstrip("/")
    if prefix:
        words = {"steam/": _("{network}: steam line"), "electric/": _("{network}: power network")}
        layout["name"] = words[prefix].format(network=pick(results.network.name))
    text = json.dumps(layout, sort_keys=True, ensure_ascii=False)
    for key, known in layouts.items():
        if known["id"] == layout["id"] and json.dumps(known, sort_keys=True, ensure_ascii=False) == text:
            return key
    key = f"{layout['id']}#{len(layouts)}"
    layouts[key] = layout
    return key


def _values(known: list[Quantity], index: pd.Index, results: NetworkResults, hours: pd.Index) -> dict[str, Any]:
    """Return the quantities of elements in the order of the layout."""
    blocks = {quantity.key: matrix(quantity, results, index, hours) for quantity in known}
    return {key: block for key, block in blocks.items() if block is not None}


def _delivered(case: CaseResults, network: str, prefix: str, plants: list[dict[str, Any]]) -> list[float | None]:
    heat = {store: terms.get("given_mwh") for store, terms in (case.summary.get("heat_stores") or {}).items()}
    heat |= case.summary.get("heat_by_plant_mwh", {})
    found = [heat.get(f"{network}/{prefix}{plant['id']}") for plant in plants]
    return [None if value is None else round(float(value), 1) for value in found]


def _labels() -> dict[str, str]:
    return {
        "outdoor": _("outdoor {t} °C"),
        "fit": _("Show {name}"),
        "legend_pipes": _("Pipes"),
        "legend_stations": _("Exchange stations"),
        "legend_plants": _("Heat sources"),
        "no_value": _("no value in this hour"),
        "delivered": _("Heat delivered in the year"),
        "not_running": _("no heat in this case"),
        "this_hour": _("Values in the chosen hour"),
        "not_simulated": _("not part of the hydraulic simulation"),
        "size_stations": _("circle area: design heat"),
        "size_plants": _("symbol area: heat delivered in the year"),
        "width_pipes": _("line width: diameter"),
        "legend_steam": _("Steam"),
        "legend_nodes": _("Nodes of steam lines, buses"),
        "steam": _("steam line (not simulated)"),
        "steam_pipe": _("steam line, coloured dashes"),
        "steam_user": _("steam user (white: it has no such quantity)"),
        "legend_power": _("Power network"),
        "power_line": _("power line, coloured"),
        "power_transformer": _("transformer"),
        "power_width": _("line of {kv} kV"),
        "power_open": _("open tie"),
        "power_beyond": _("above {end}"),
        "bus": _("Bus"),
        "line": _("Power line"),
        "transformer": _("Transformer"),
        "power_source": _("Generator or battery"),
        "node": _("Node"),
        "user": _("Steam user"),
        "zones": _("Zones"),
        "avenues": _("Roads"),
        "landmarks": _("Landmarks"),
        "pipe": _("Pipe"),
        "station": _("Exchange station"),
        "plant": _("Heat source"),
        "not_found": _("nothing of that name in this case"),
    }
