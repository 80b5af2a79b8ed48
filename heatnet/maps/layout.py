"""The unchanging part of a network on the map: where its elements lie and what its tables say of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from heatnet.i18n import _, language, pick
from heatnet.io.words import pressure_digits, pressure_unit
from heatnet.model.network import Network
from heatnet.model.power_network import PowerNetwork
from heatnet.plants.serves import is_direct, served_consumers
from heatnet.units import unit_of
from heatnet.web.colours import plant_style
from heatnet.web.labels import consumer_kind_label, plant_kind_label, source_mark_label

LatLon = tuple[float, float]
Row = tuple[str, str]
_COORDINATE_DIGITS = 6  # 0.1 m


def layout_of(network: Network, with_nodes: bool = False) -> dict[str, Any] | None:
    """Return positions and table rows of one network, or None if it has no geographic coordinates.

    A station or plant without geometry of its own stands at its node; a pipe without one is a straight line. Nodes are
    elements of their own only where asked for.
    """
    if network.crs != "EPSG:4326":
        return None
    nodes = {str(node): point_of(shape) for node, shape in network.nodes["geometry"].items() if shape is not None}
    pipes = [item for item in (_pipe(network, str(pipe), nodes) for pipe in network.pipes.index) if item]
    direct = _direct_plants(network)
    stations = [
        item
        for item in (_station(network, str(one), nodes, direct.get(str(one), [])) for one in network.consumers.index)
        if item
    ]
    plants = [item for item in (_plant(network, str(one), nodes) for one in network.plants.index) if item]
    if not (pipes or stations or plants):
        return None
    return {
        "id": network.id,
        "name": pick(network.name),
        "carrier": network.carrier,
        "pipes": pipes,
        "stations": stations,
        "plants": plants,
        "nodes": [_node(network, node, at) for node, at in nodes.items()] if with_nodes else [],
        "bounds": bounds_of(
            [*(at for pipe in pipes for at in pipe["xy"]), *(item["at"] for item in [*stations, *plants])]
        ),
    }


def point_of(shape: Any) -> LatLon:
    """Return a shape's place: latitude, longitude."""
    middle = shape if shape.geom_type == "Point" else shape.representative_point()
    return round(middle.y, _COORDINATE_DIGITS), round(middle.x, _COORDINATE_DIGITS)


def bounds_of(points: Sequence[LatLon]) -> list[list[float]]:
    """Return the south-west and the north-east corner of some places."""
    lats, lons = [at[0] for at in points], [at[1] for at in points]
    return [[min(lats), min(lons)], [max(lats), max(lons)]]


def line_of(shape: Any) -> list[LatLon]:
    """Return the places along a line."""
    parts = list(shape.geoms) if hasattr(shape, "geoms") else [shape]
    return [(round(y, _COORDINATE_DIGITS), round(x, _COORDINATE_DIGITS)) for part in parts for x, y, *_z in part.coords]


def _number(value: Any, digits: int) -> str | None:
    if value is None or isinstance(value, str) or not math.isfinite(float(value)):
        return None
    return f"{float(value):,.{digits}f}"


def rows_of(row: pd.Series, columns: Sequence[tuple[str, str, int]]) -> list[Row]:
    """Return (label, value with unit) of the columns that the row fills."""
    found = []
    for column, label, digits in columns:
        value, unit = row.get(column), unit_of(column)
        if unit == "bar" and value is not None:
            unit, bar = pressure_unit()
            value, digits = float(value) * bar, pressure_digits(bar)
        printed = _number(value, digits)
        if printed is not None:
            found.append((label, f"{printed} {unit}".rstrip()))
    return found


def names_of(network: Network | PowerNetwork, table: str, element: str) -> dict[str, str]:
    """Return an element's id, its name, and its name in the other language where that differs."""
    other = "zh" if language() == "en" else "en"
    name, second = network.display_name(table, element, language()), network.display_name(table, element, other)
    return {"id": element, "name": name, "other": second if second not in (name, element) else ""}


def provenance_of(row: pd.Series) -> list[Row]:
    """Return where a row's figures come from."""
    rows = []
    if isinstance(row.get("source"), str):
        rows.append((_("Source of the figures"), source_mark_label(row["source"])))
    if isinstance(row.get("as_printed"), str):
        rows.append((_("As printed"), row["as_printed"]))
    return rows


def _pipe(network: Network, pipe: str, nodes: dict[str, LatLon]) -> dict[str, Any] | None:
    row = network.pipes.loc[pipe]
    ends = (str(row["from_node"]), str(row["to_node"]))
    if row["geometry"] is not None:
        xy = line_of(row["geometry"])
    elif ends[0] in nodes and ends[1] in nodes:
        xy = [nodes[ends[0]], nodes[ends[1]]]
    else:
        return None
    inner = float(row["inner_diameter_mm"])
    columns = (
        ("dn", _("Nominal diameter DN"), 0),
        ("inner_diameter_mm", _("Inner diameter"), 0),
        ("length_m", _("Length"), 0),
        ("u_w_per_mk", _("Heat loss coefficient"), 2),
        ("roughness_mm", _("Roughness"), 2),
    )
    rows = [(_("From, to"), f"{ends[0]}, {ends[1]}"), *rows_of(row, columns)]
    if bool(row["closed"]):
        rows.append((_("State"), _("shut off")))
    # 1.5 px for the thinnest branch, about 7 px for DN 1200
    width = round(1.5 + 0.0048 * (inner if math.isfinite(inner) else 100.0), 1)
    drawn = {"xy": xy, "width": width, "length_m": round(float(row["length_m"]), 1), "pair": row["line"] == "pair"}
    return names_of(network, "pipes", pipe) | drawn | {"rows": rows + provenance_of(row)}


def _node(network: Network, node: str, at: LatLon) -> dict[str, Any]:
    row = network.nodes.loc[node]
    rows = [*rows_of(row, (("elevation_m", _("Elevation"), 1),)), *provenance_of(row)]
    return names_of(network, "nodes", node) | {"at": at, "rows": rows}


def _place(row: pd.Series, nodes: dict[str, LatLon]) -> LatLon | None:
    return point_of(row["geometry"]) if row["geometry"] is not None else nodes.get(str(row["node"]))


def _direct_plants(network: Network) -> dict[str, list[dict[str, Any]]]:
    """Return the built plants that heat each consumer past the primary network, and how many consumers each has."""
    found: dict[str, list[dict[str, Any]]] = {}
    for plant, row in network.plants.iterrows():
        if not is_direct(row) or row["capacity_mw"] == 0:
            continue
        served = served_consumers(network, row)
        entry = {
            "plant": str(plant),
            "name": network.display_name("plants", str(plant), language()),
            "count": len(served),
        }
        for consumer in served:
            found.setdefault(consumer, []).append(entry)
    return found


def _station(
    network: Network, consumer: str, nodes: dict[str, LatLon], direct: list[dict[str, Any]]
) -> dict[str, Any] | None:
    row = network.consumers.loc[consumer]
    at = _place(row, nodes)
    if at is None:
        return None
    columns = (
        ("design_heat_mw", _("Design heat"), 2),
        ("area_m2", _("Heated area"), 0),
        ("index_w_per_m2", _("Heat index"), 1),
        ("min_dp_bar", _("Pressure difference needed"), 2),
        ("min_p_bar", _("Pressure needed, absolute"), 2),
    )
    heat = float(row["design_heat_mw"]) if _number(row["design_heat_mw"], 1) else 0.0
    # area of the circle follows heat
    radius = round(3.5 + 1.8 * math.sqrt(max(heat, 0.0)), 1)
    rows = [(_("Kind"), consumer_kind_label(str(row["kind"]))), *rows_of(row, columns)]
    if direct:
        rows.append((_("Heated directly by"), _(", ").join(entry["name"] for entry in direct)))
    drawn: dict[str, Any] = {"at": at, "radius": min(radius, 22.0), "rows": rows + provenance_of(row)}
    return names_of(network, "consumers", consumer) | drawn | ({"direct": direct} if direct else {})


def _plant(network: Network, plant: str, nodes: dict[str, LatLon]) -> dict[str, Any] | None:
    row = network.plants.loc[plant]
    at = _place(row, nodes)
    if at is None:
        return None
    kind = str(row["kind"])
    colour, symbol = plant_style(kind)
    rows = [(_("Kind"), plant_kind_label(kind))]
    capacity = _number(row["capacity_mw"], 2)
    if capacity is not None:
        built = float(row["capacity_mw"]) > 0
        rows.append((_("Capacity"), f"{capacity} MW" if built else _("not built in this case")))
    style = {"at": at, "kind": kind, "colour": colour, "symbol": symbol, "rows": rows + provenance_of(row)}
    return names_of(network, "plants", plant) | style
