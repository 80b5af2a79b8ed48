"""Consistency checks of a network; every finding becomes one problem with place, value, limit and remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from heatnet.errors import Problems, nearest
from heatnet.i18n import _
from heatnet.model.network import Network, ids_of
from heatnet.model.on_off_keys import check_on_off
from heatnet.model.steam_checks import check_steam_users
from heatnet.model.typed_tables import RawTable, misnamed
from heatnet.model.validation import did_you_mean, names_in
from heatnet.physics.pump import PumpCurve

#: columns of boundary and result tables that name no element
RESERVED_IDS = ("time", "all")
#: a length that departs this much from its geometry is a mistake (slack for sag, rounding and vertical runs)
LENGTH_TOLERANCE = 0.25
#: how far a drawn pipe may end from its node: a street's width, and a share of its length
END_TOLERANCE_M = 100.0
END_TOLERANCE = 0.05


def unknown_name(where: str, name: object, choices: Sequence[str], problems: Problems) -> None:
    """Note a name that does not exist, with the nearest one that does."""
    remedy = did_you_mean(name, choices) or _("Known: {names}").format(names=names_in(choices))
    problems.add(where, _("'{name}' does not exist").format(name=name), "", remedy)


def check_ids(frames: Mapping[str, pd.DataFrame], raw: Mapping[str, RawTable], problems: Problems) -> None:
    """Ids are unique within the network over all tables, ignoring case."""
    seen: dict[str, str] = {}
    for table, frame in frames.items():
        for i, element in enumerate(frame.index):
            place = f"{raw[table].place}, {raw[table].row(i)}"
            if element is None:
                continue
            key = str(element).lower()
            if key in RESERVED_IDS:
                problems.add(f"{place}, id", _("'{name}' is taken").format(name=element), _("It heads other columns"))
            if key in seen:
                problems.add(
                    f"{place}, id",
                    _("'{name}' is taken").format(name=element),
                    _("Ids are unique over all tables of a network, ignoring case"),
                    _("It also stands in {place}.").format(place=seen[key]),
                )
            seen.setdefault(key, place)


def complete_lengths(pipes: pd.DataFrame, raw: RawTable, crs: str, problems: Problems) -> None:
    """Fill absent lengths from the geometry and hold given ones against it."""
    is_misnamed = "length_m" in misnamed(raw, pipes.columns)
    for i, (pipe, row) in enumerate(pipes.iterrows()):
        where = f"{raw.place}, {raw.row(i)} ({pipe}), length_m"
        by_geometry = geometry_length_m(row["geometry"], crs)
        if np.isnan(row["length_m"]):
            if not np.isnan(by_geometry) and by_geometry > 0:
                pipes.at[pipe, "length_m"] = by_geometry
            elif not is_misnamed and not has_problem(problems, where):
                problems.add(where, _("is missing"), _("A length, or a geometry in a known coordinate system"))
        elif (
            not np.isnan(by_geometry) and by_geometry > 5 and abs(row["length_m"] / by_geometry - 1) > LENGTH_TOLERANCE
        ):
            hint = (
                _("This looks like a length in degrees or kilometres; the column is in metres.")
                if row["length_m"] < by_geometry / 50
                else _("Correct the length or the geometry.")
            )
            problems.add(
                where,
                _("{given:g} m, but the geometry is {drawn:.0f} m long").format(
                    given=row["length_m"], drawn=by_geometry
                ),
                "",
                hint,
            )


def has_problem(problems: Problems, where: str) -> bool:
    """Return whether something is noted for a place already."""
    return any(problem.where == where for problem in problems)


def geometry_length_m(geometry: Any, crs: str) -> float:
    """Return a line's length in metres (geodesic for degrees), NaN without one."""
    if geometry is None or crs == "none" or geometry.geom_type not in ("LineString", "MultiLineString"):
        return float("nan")
    if crs == "local":
        return float(geometry.length)
    from pyproj import Geod

    return float(Geod(ellps="WGS84").geometry_length(geometry))


def check_network(network: Network, raw: Mapping[str, RawTable], place: str | None, problems: Problems) -> None:
    """Run every check that needs the whole network; `place` is None where `network.yaml` could not be read whole."""
    _check_references(network, raw, place, problems)
    check_coordinates(network, raw, place, problems)
    _check_pipe_ends(network, raw, problems)
    _check_consumers(network, raw, problems)
    _check_pumps(network, raw, problems)
    check_steam_users(network, raw, problems)
    check_on_off(network, raw, problems)
    if network.carrier == "water":
        _check_water(network, raw, place, problems)
    if network.carrier != "site":
        _check_connected(network, raw, problems)


def _check_references(network: Network, raw: Mapping[str, RawTable], place: str | None, problems: Problems) -> None:
    nodes = [str(node) for node in network.nodes.index]
    known = set(nodes)
    for table, columns in {
        "pipes": ("from_node", "to_node"),
        "consumers": ("node", "return_node"),
        "plants": ("node", "return_node"),
        "pumps": ("from_node", "to_node"),
        "valves": ("from_node", "to_node"),
    }.items():
        frame = getattr(network, table)
        for i, (element, row) in enumerate(frame.iterrows()):
            where = f"{raw[table].place}, {raw[table].row(i)} ({element})"
            for column in columns:
                if row[column] is not None and row[column] not in known:
                    unknown_name(f"{where}, {column}", row[column], nodes, problems)
            if "to_node" in columns and row["from_node"] is not None and row["from_node"] == row["to_node"]:
                problems.add(
                    where,
                    _("begins and ends at node '{node}'").format(node=row["from_node"]),
                    "",
                    _("Remove it or correct a node."),
                )
            for consumer in ids_of(row.get("serves")):
                if consumer not in network.consumers.index:
                    unknown_name(f"{where}, serves", consumer, list(network.consumers.index), problems)
    point = network.pressure_point
    if point is not None and point.node not in known:
        unknown_name(f"{place or 'network.yaml'}, {_('key')} pressure_point.node", point.node, nodes, problems)


def check_coordinates(network: Any, raw: Mapping[str, RawTable], place: str | None, problems: Problems) -> None:
    """Hold the coordinates of every table of a network against its coordinate system."""
    drawn = [
        (f"{raw[table].place}, {raw[table].row(i)} ({element}), geometry", geometry)
        for table in raw
        for i, (element, geometry) in enumerate(getattr(network, table)["geometry"].items())
        if geometry is not None and not geometry.is_empty
    ]
    if not drawn or network.crs == "none":
        return
    bounds = np.array([geometry.bounds for _where, geometry in drawn])
    inside = (np.abs(bounds[:, [0, 2]]) <= 180).all(axis=1) & (np.abs(bounds[:, [1, 3]]) <= 90).all(axis=1)
    if network.crs == "EPSG:4326":
        for (where, geometry), good in zip(drawn, inside, strict=True):
            if not good:
                problems.add(
                    where,
                    "{:g}, {:g}".format(*geometry.bounds[:2]),
                    _("Longitude -180 to 180 and latitude -90 to 90 with crs EPSG:4326"),
                    _("Metres need crs: local; or write longitude before latitude."),
                )
    elif bool(inside.all()) and float(np.ptp(bounds.reshape(-1, 2), axis=0).max()) < 2 and len(drawn) > 1:
        problems.add(
            f"{place or 'network.yaml'}, {_('key')} crs",
            "local",
            _("crs: local is in metres"),
            _("All coordinates look like degrees: use crs: EPSG:4326."),
        )


def _check_pipe_ends(network: Network, raw: Mapping[str, RawTable], problems: Problems) -> None:
    """A drawn pipe begins and ends where its nodes stand, in whichever direction it was drawn."""
    if network.crs == "none":
        return
    points = network.nodes["geometry"]
    for i, (pipe, row) in enumerate(network.pipes.iterrows()):
        line, first, last = row["geometry"], points.get(row["from_node"]), points.get(row["to_node"])
        if line is None or first is None or last is None or line.geom_type != "LineString":
            continue
        ends = line.coords[0], line.coords[-1]
        gap = min(
            max(distance_m(ends[0], first, network.crs), distance_m(ends[1], last, network.crs)),
            max(distance_m(ends[1], first, network.crs), distance_m(ends[0], last, network.crs)),
        )
        if gap > END_TOLERANCE_M + END_TOLERANCE * row["length_m"]:
            problems.add(
                f"{raw['pipes'].place}, {raw['pipes'].row(i)} ({pipe}), geometry",
                _("an end lies {gap:.0f} m from its node").format(gap=gap),
                "",
                _("Correct from_node, to_node, or the coordinates of one of the two."),
            )


def distance_m(end: tuple[float, ...], point: Any, crs: str) -> float:
    """Return the way from a point to another in metres, straight or geodesic."""
    from shapely.geometry import LineString

    if crs == "local":
        return float(np.hypot(end[0] - point.x, end[1] - point.y))
    return geometry_length_m(LineString([end[:2], (point.x, point.y)]), crs)


def _check_consumers(network: Network, raw: Mapping[str, RawTable], problems: Problems) -> None:
    for i, (consumer, row) in enumerate(network.consumers.iterrows()):
        where = f"{raw['consumers'].place}, {raw['consumers'].row(i)} ({consumer})"
        if row["control"] == "valve" and np.isnan(row["kv_m3_per_h"]):
            problems.add(
                f"{where}, kv_m3_per_h",
                _("is missing"),
                _("A consumer with control: valve needs it"),
                _("Give the flow coefficient of the fully open valve."),
            )
        if row["control"] == "flow_dt" and np.isnan(row["mdot_kg_per_s"]):
            problems.add(f"{where}, mdot_kg_per_s", _("is missing"), _("A consumer with control: flow_dt needs it"))
        elif (
            row["control"] in ("heat_return", "heat_dt")
            and np.isnan(row["design_heat_mw"])
            and not has_problem(problems, f"{where}, design_heat_mw")
        ):
            problems.add(
                f"{where}, design_heat_mw",
                _("is missing"),
                _("design_heat_mw, heat_mw, or area_m2 with index_w_per_m2"),
            )
        if row["control"] in ("heat_dt", "flow_dt") and np.isnan(row["dt_k"]):
            problems.add(
                f"{where}, dt_k",
                _("is missing"),
                _("A consumer with control: {control} needs it").format(control=row["control"]),
            )


def _check_pumps(network: Network, raw: Mapping[str, RawTable], problems: Problems) -> None:
    """A pump has a head or a curve that falls with the flow, not both."""
    for i, (pump, row) in enumerate(network.pumps.iterrows()):
        where = f"{raw['pumps'].place}, {raw['pumps'].row(i)} ({pump})"
        has_head = not np.isnan(row["head_bar"]) or has_problem(problems, f"{where}, head_bar")
        if row["curve"] is None:
            if not has_head:
                problems.add(
                    f"{where}, head_bar", _("is missing"), _("One of head_bar and curve"), _("Give one of the two.")
                )
            continue
        if has_head:
            problems.add(
                f"{where}, curve",
                _("stands beside head_bar"),
                _("One of head_bar and curve"),
                _("Remove one of the two."),
            )
        try:
            PumpCurve.parse(row["curve"])
        except ValueError as error:
            problems.add(
                f"{where}, curve",
                _("value {value!r}").format(value=row["curve"]) + f": {error}",
                _("Points m3/h:bar, such as '0:8 500:7 1000:4': rising flow, nowhere rising head"),
                _("Correct the points, or give head_bar instead."),
            )


def _check_water(network: Network, raw: Mapping[str, RawTable], place: str | None, problems: Problems) -> None:
    if network.design is None and place is not None:
        problems.add(f"{place}, {_('key')} design", _("is missing"), _("A water network needs its design temperatures"))
    if network.pressure_point is None and place is not None:
        problems.add(
            f"{place}, {_('key')} pressure_point",
            _("is missing"),
            _("A water network needs its constant-pressure point"),
        )
    if not len(network.plants):
        problems.add(raw["plants"].place, _("there is no plant"), _("One plant with role: pressure"))
    elif (network.plants["role"].isin(("heat", "flow"))).all():
        problems.add(
            f"{raw['plants'].place}, role",
            _("no plant holds the pressure"),
            _("Exactly one role: pressure in a connected part"),
        )
    if not len(network.pipes):
        problems.add(raw["pipes"].place, _("there is no pipe"), _("One pipe at least"), _("Or carrier: site, a zone."))
    if not len(network.consumers):
        problems.add(raw["consumers"].place, _("there is no consumer"), _("One consumer at least"))


def line_graph(network: Network) -> nx.MultiGraph:
    """Return the graph of open supply-side pipes, pumps and valves between nodes."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(network.nodes.index.dropna())
    for table in ("pipes", "pumps", "valves"):
        frame = getattr(network, table)
        for element, row in frame.iterrows():
            if row["line"] == "return" or row.get("closed") or row.get("opening") == 0:
                continue
            ends = (row[end] or f"{element}/{end}" for end in ("from_node", "to_node"))
            graph.add_edge(*ends, key=element, table=table)
    return graph


def _check_connected(network: Network, raw: Mapping[str, RawTable], problems: Problems) -> None:
    graph = line_graph(network)
    # what hangs on a misspelt node is judged as if it were the nearest name, and not at all where none is near
    nodes = [str(node) for node in network.nodes.index]
    strangers = set(graph) - set(nodes)
    graph.add_edges_from((name, guess) for name in strangers if (guess := nearest(name, nodes)) is not None)
    strangers = {name for name in strangers if nearest(name, nodes) is None}
    plants = network.plants
    holding = plants[plants["role"] == "pressure"] if network.carrier == "water" else plants
    if not len(holding) or not set(holding["node"]) <= set(network.nodes.index):
        return
    for part in nx.connected_components(graph):
        if strangers & part:
            continue
        inside = holding[holding["node"].isin(part)]
        if len(inside) > 1 and network.carrier == "water":
            problems.add(
                f"{raw['plants'].place}, role",
                _("{count} plants hold the pressure of one connected part: {names}").format(
                    count=len(inside), names=names_in(inside.index)
                ),
                _("Exactly one role: pressure in a connected part"),
                _("Give the others role: heat."),
            )
        if len(inside) == 0:
            _note_unfed(network, raw, part, problems)


def _note_unfed(network: Network, raw: Mapping[str, RawTable], part: set[str], problems: Problems) -> None:
    for i, (consumer, row) in enumerate(network.consumers.iterrows()):
        if row["node"] in part:
            problems.add(
                f"{raw['consumers'].place}, {raw['consumers'].row(i)} ({consumer})",
                _("no open pipe leads from node '{node}' to the plant that holds the pressure").format(node=row["node"])
                if network.carrier == "water"
                else _("no open pipe leads from node '{node}' to a plant").format(node=row["node"]),
                "",
                _("Connect it, or open a pipe or valve."),
            )
