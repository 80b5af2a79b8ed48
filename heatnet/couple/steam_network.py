"""The steam network of a study as it is run: what is built, exchange stations as consumers, who holds the pressure.

A plant with capacity 0 is not built, and neither are pipes that would lead to nothing but such plants, or to exchange stations
that do not run. Where the plant that holds the pressure is not built, the largest one that is takes its place.
"""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.plants.place import given_capacity_mw, number, text
from heatnet.plants.steam_exchange import tie_ins

STATION_KIND = "steam_exchange"


def has_steam_pipes(network: Network) -> bool:
    """Return whether a network has a steam network beside it that is solved with its pipes."""
    return network.steam is not None and bool(len(network.steam.pipes))


def active_stations(network: Network) -> pd.DataFrame:
    """Return the rows of the exchange stations that are built and that the steam is tied in to."""
    plants = network.plants
    if network.steam is None:
        return plants.iloc[:0]
    tied = tie_ins(network.steam)
    active = [
        row["kind"] == STATION_KIND
        and given_capacity_mw(row) > 0
        and (not text(row, "tie_in") or text(row, "tie_in") in tied)
        for _id, row in plants.iterrows()
    ]
    return plants[np.array(active, dtype=bool)] if len(plants) else plants


def operated(network: Network) -> Network | None:
    """Return a network's steam network as it is run.

    Parameters
    ----------
    network : Network
        Network with a steam network beside it.

    Returns
    -------
    Network or None
        The steam network with the active exchange stations as consumers, by their plant's id, at the node of the same name;
        plants of role `pressure` or `heat`. None where no pipe carries anything: no pipes, no plant, no use.

    Raises
    ------
    InputError
        If a station's node does not exist in the steam network, or its id is taken there, or nobody gives a pressure.
    """
    steam = network.steam
    if steam is None or not len(steam.pipes):
        return None
    stations = active_stations(network)
    _check_stations(network, stations)
    plants = steam.plants[(steam.plants["capacity_mw"] != 0.0).to_numpy()]
    consumers = _with_stations(steam.consumers, stations).assign(control="heat_return")
    if not len(plants) or not len(consumers):
        return None
    cut = _without_idle_ends(replace(steam, plants=plants, consumers=consumers))
    return _with_holders(cut) if len(cut.pipes) else None


def _check_stations(network: Network, stations: pd.DataFrame) -> None:
    problems = Problems()
    steam = network.steam
    assert steam is not None
    tables = (steam.nodes, steam.pipes, steam.consumers, steam.plants)
    taken = {str(element).lower() for table in tables for element in table.index}
    for station, row in stations.iterrows():
        where = _("plant {plant}, {key}").format(plant=station, key="node")
        if row["node"] not in steam.nodes.index:
            problems.add(
                where,
                _("the steam network has no node '{node}'").format(node=row["node"]),
                _("An exchange station takes its steam at the node of the same name"),
                _("Give the steam network a node '{node}', or the station another one.").format(node=row["node"]),
            )
        if str(station).lower() in taken:
            problems.add(
                _("plant {plant}").format(plant=station),
                _("'{name}' is taken").format(name=station),
                _("An exchange station is a consumer of the steam network, by its id"),
                _("Rename one of the two."),
            )
    problems.raise_if_any()


def _with_stations(consumers: pd.DataFrame, stations: pd.DataFrame) -> pd.DataFrame:
    """Return the consumers and, below them, the stations as consumers."""
    if not len(stations):
        return consumers
    rows = []
    for station, plant in stations.iterrows():
        row = dict.fromkeys(consumers.columns)
        row |= {key: value for key, value in plant.items() if str(key).startswith("x_name_") and key in row}
        row |= {
            "node": plant["node"],
            "kind": STATION_KIND,
            "design_heat_mw": float(plant["capacity_mw"]) * draw_per_heat(plant),
            "t_return_degc": number(plant, "t_condensate_degc"),
            "min_p_bar": number(plant, "min_p_bar"),
            "min_mdot_kg_per_s": 0.0,
        }
        rows.append(pd.Series(row, name=station))
    more = pd.DataFrame(rows)
    for column, kind in consumers.dtypes.items():
        if column != "geometry" and kind.kind == "f":
            more[column] = more[column].astype(float)
    return pd.concat([pd.DataFrame(consumers), more]).rename_axis(consumers.index.name)


def draw_per_heat(station: pd.Series) -> float:
    """Return the steam's heat that a station draws per heat that it gives to the water."""
    return 1.0 / number(station, "efficiency_share", 1.0)


def _open_graph(network: Network) -> nx.MultiGraph:
    graph = nx.MultiGraph()
    graph.add_nodes_from(network.nodes.index)
    for pipe, row in network.pipes.iterrows():
        if not row["closed"]:
            graph.add_edge(row["from_node"], row["to_node"], key=pipe)
    return graph


def _without_idle_ends(network: Network) -> Network:
    """Return the network without pipes and nodes behind which nobody gives or takes steam."""
    graph = _open_graph(network)
    used = set(network.plants["node"]) | set(network.consumers["node"])
    holds = (network.plants["role"] == "pressure") & network.plants["p_bar"].isna()
    if network.pressure_point is not None and holds.any():
        used.add(network.pressure_point.node)
    ends = [node for node in graph if graph.degree(node) <= 1 and node not in used]
    while ends:
        node = ends.pop()
        others = [other for other in graph.neighbors(node) if other != node]
        graph.remove_node(node)
        ends += [other for other in others if graph.degree(other) <= 1 and other not in used and other not in ends]
    kept = {key for _start, _end, key in graph.edges(keys=True)}
    closed = network.pipes["closed"].to_numpy(dtype=bool)
    inside = network.pipes["from_node"].isin(graph.nodes) & network.pipes["to_node"].isin(graph.nodes)
    pipes = network.pipes[(network.pipes.index.isin(kept) | (closed & inside)).to_numpy(dtype=bool)]
    point = network.pressure_point
    return replace(
        network,
        nodes=network.nodes[network.nodes.index.isin(graph.nodes)],
        pipes=pipes,
        pressure_point=point if point is not None and point.node in graph else None,
        plants=network.plants.assign(p_bar=_held_p_bar(network)),
    )


def _held_p_bar(network: Network) -> FloatArray:
    """Return by plant the pressure that it holds where it has to: its own, else that of the network's pressure point.

    A plant that holds the pressure of another node keeps none of its own.
    """
    own: FloatArray = network.plants["p_bar"].to_numpy(dtype=float)
    if network.pressure_point is None:
        return own
    elsewhere = (network.plants["role"] == "pressure") & (network.plants["node"] != network.pressure_point.node)
    missing = np.isnan(own) & ~elsewhere.to_numpy(dtype=bool)
    return np.asarray(np.where(missing, network.pressure_point.p_bar, own))


def connected_plants(network: Network) -> list[list[str]]:
    """Return the plants of each connected part that has some."""
    plants = network.plants
    parts = [plants.index[plants["node"].isin(part)] for part in nx.connected_components(_open_graph(network))]
    return [[str(plant) for plant in part] for part in parts if len(part)]


def _with_holders(network: Network) -> Network:
    """Return the network with one plant that holds the pressure in each connected part, and all others by heat."""
    plants = network.plants
    holders = []
    for part in connected_plants(network):
        inside = plants.loc[part]
        holding = inside.index[inside["role"] == "pressure"]
        largest = inside["capacity_mw"].fillna(np.inf).idxmax()
        holders.append(str(holding[0] if len(holding) else largest))
    held = held_by(network, holders)
    _check_state(held)
    return held


def held_by(network: Network, holders: list[str]) -> Network:
    """Return an operated steam network in which some plants hold the pressure and all others follow their heat."""
    roles = np.where(network.plants.index.isin(holders), "pressure", "heat")
    return network.with_tables(plants=network.plants.assign(role=roles))


def _check_state(network: Network) -> None:
    """Raise an `InputError` where a plant does not say how it gives its steam."""
    problems = Problems()
    for plant, row in network.plants.iterrows():
        holds = row["role"] == "pressure" and network.pressure_point is None
        for key, missing in (
            ("p_bar", holds and np.isnan(row["p_bar"])),
            ("t_supply_degc", np.isnan(row["t_supply_degc"])),
        ):
            if missing:
                problems.add(
                    f"steam/plants, {plant}, {key}",
                    _("is missing"),
                    _("A study solves the pipes of a steam network from pressure and temperature at its plants"),
                    _(
                        "Give it (the pressure also as pressure_point in network.yaml), or leave out the table of pipes."
                    ),
                )
    problems.raise_if_any()
