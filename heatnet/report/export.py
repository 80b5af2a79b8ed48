"""Any hour of a case as a net of pandapipes or pandapower: what the results say is set, and solved once more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet.io.results_store import read_table, table_file
from heatnet.model.boundary import Boundary
from heatnet.model.network import Network
from heatnet.model.power_network import PowerNetwork
from heatnet.simulate.net import SolvedNet, solved_pandapipes_net

_NODES = ("node_p_supply_bar", "node_p_return_bar", "node_t_supply_degc", "node_t_return_degc")
_GIVEN = ("consumer_heat_mw", "consumer_t_return_degc", "plant_heat_mw", "plant_t_supply_degc")


def hour_of(folder: Path, quantity: str, time: pd.Timestamp) -> pd.Series | None:
    """Return a quantity's values by element in an hour; None where the file or the hour is not there."""
    file = table_file(folder, quantity)
    table = read_table(file, pd.Index([time])) if file.is_file() else pd.DataFrame()
    return table.iloc[0] if len(table) else None


def water_net(folder: Path, network: Network, time: pd.Timestamp, title: str) -> SolvedNet | None:
    """Return an hour of a water network as a solved pandapipes net; None where the results do not hold that hour.

    Parameters
    ----------
    folder : Path
        The network's folder of water quantities.
    network : Network
        As the case used it.
    time : pandas.Timestamp
    title : str
        Name of the net.

    Raises
    ------
    InputError
        If pandapipes does not solve such a network.
    NotSolvableError
        If pandapipes finds no solution of the hour.
    """
    found = {name: hour_of(folder, name, time) for name in (*_NODES, *_GIVEN)}
    known = {name: values for name, values in found.items() if values is not None}
    if len(known) < len(found) or not np.isfinite(known["node_p_supply_bar"].to_numpy()).any():
        return None
    index = pd.Index([time])
    values = {name: known[name].to_frame().T.set_axis(index) for name in _GIVEN}
    # a consumer that stood still has no return temperature: the network's own is set
    values["consumer_t_return_degc"] = values["consumer_t_return_degc"].dropna(axis=1)
    values["plant_t_supply_degc"] = values["plant_t_supply_degc"].dropna(axis=1)
    return solved_pandapipes_net(network, Boundary(index, values), known, title)


def power_net(folder: Path, network: PowerNetwork, time: pd.Timestamp, title: str) -> tuple[Any, float] | None:
    """Return an hour of a power network as a solved pandapower net, and the largest difference of a voltage, p.u.

    None where the results do not hold that hour, or pandapower finds no solution.
    """
    from heatnet.adapters.power_net import pandapower_net, solve_by_pandapower

    names = (
        "load_p_mw",
        "load_q_mvar",
        "generator_p_mw",
        "generator_q_mvar",
        "battery_p_mw",
        "transformer_tap",
        "bus_v_pu",
    )
    tables = ("loads", "loads", "generators", "generators", "batteries", "transformers", "buses")
    values = {}
    for name, table in zip(names, tables, strict=True):
        order, found = getattr(network, table).index, hour_of(folder, name, time)
        if found is None and len(order):
            return None
        values[name] = np.zeros(0) if found is None else found.reindex(order).to_numpy(dtype=float)
    if not np.isfinite(values["bus_v_pu"]).any():
        return None
    net = pandapower_net(network)
    net["name"] = title
    solved = solve_by_pandapower(
        net,
        load_p_mw=values["load_p_mw"],
        load_q_mvar=values["load_q_mvar"],
        generator_p_mw=values["generator_p_mw"],
        generator_q_mvar=values["generator_q_mvar"],
        storage_p_mw=-values["battery_p_mw"],
        grid_v_pu=network.grids["v_pu"].to_numpy(dtype=float),
        tap_pos=values["transformer_tap"],
    )
    if solved is None:
        return None
    return net, float(np.nanmax(np.abs(solved.bus_v_pu - values["bus_v_pu"]), initial=0.0))
