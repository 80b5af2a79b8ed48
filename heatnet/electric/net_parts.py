"""What engines of power flow read off a pandapower net: nodes behind closed couplers, open ends, columns with gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatnet.physics.arrays import FloatArray

if TYPE_CHECKING:
    from numpy.typing import NDArray

_REFUSED = ("trafo3w", "impedance", "dcline", "ward", "xward", "motor", "shunt", "svc", "tcsc", "ssc")


def refusals(net: Any) -> list[str]:
    """Return what a net holds that no engine here solves as pandapower does, as names of its tables."""
    found = [name for name in _REFUSED if in_use(net, name)]
    load = net["load"]
    parts = [c for c in load.columns if c.startswith(("const_z", "const_i"))]
    if len(load) and bool((load[parts].fillna(0.0) != 0).to_numpy().any()):
        found.append("load.const_z / const_i")
    if len(net["trafo"]) and bool((filled(net["trafo"], "tap_step_degree", 0.0) != 0).any()):
        found.append("trafo.tap_step_degree")
    return found


def in_use(net: Any, table: str) -> bool:
    """Return whether a net has elements of a table that are in service."""
    return table in net and len(net[table]) > 0 and bool(net[table]["in_service"].any())


def filled(frame: pd.DataFrame, column: str, value: float) -> FloatArray:
    """Return a column as numbers, with a value where it has a gap or is absent."""
    if column not in frame.columns:
        return np.full(len(frame), value)
    return np.asarray(pd.to_numeric(frame[column], errors="coerce").fillna(value), dtype=float)


def powers(frame: pd.DataFrame, column: str) -> FloatArray:
    """Return a column of powers times pandapower's `scaling`."""
    return filled(frame, column, 0.0) * filled(frame, "scaling", 1.0)


def open_ends(net: Any, table: str, et: str, first: str, second: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the state (1 closed, 0 open) of either end of the lines or transformers of a net."""
    frame = net[table]
    state = {(element, end): 1 for element in frame.index for end in (first, second)}
    switches = net["switch"]
    for _i, switch in switches[(switches["et"] == et) & ~switches["closed"].astype(bool)].iterrows():
        for end in (first, second):
            if frame.at[switch["element"], end] == switch["bus"]:
                state[switch["element"], end] = 0
    ends = [np.array([state[element, end] for element in frame.index], dtype=int) for end in (first, second)]
    on = frame["in_service"].to_numpy(int)
    return ends[0] * on, ends[1] * on


class Nodes:
    """Buses that a closed coupler joins are one node.

    Attributes
    ----------
    node_bus : list of int
        Position in the bus table of the first bus of each node.
    node_position : int array (buses,)
        Node of each bus.
    """

    def __init__(self, net: Any) -> None:
        buses = net["bus"].index.to_numpy()
        position = {bus: i for i, bus in enumerate(buses)}
        head = list(range(len(buses)))

        def find(i: int) -> int:
            while head[i] != i:
                i = head[i]
            return i

        switches = net["switch"]
        couplers = switches[(switches["et"] == "b") & switches["closed"].astype(bool)]
        for first, second in zip(couplers["bus"], couplers["element"], strict=True):
            head[find(position[second])] = find(position[first])
        heads = [find(i) for i in range(len(buses))]
        self.node_bus = sorted(set(heads))
        number = {bus: i for i, bus in enumerate(self.node_bus)}
        self.node_position = np.array([number[i] for i in heads], dtype=int)
        self._of_bus = {bus: int(self.node_position[position[bus]]) for bus in buses}

    def __len__(self) -> int:
        return len(self.node_bus)

    def of(self, buses: pd.Series) -> NDArray[np.int64]:
        """Return the nodes of some buses, by their index in the bus table."""
        return np.array([self._of_bus[bus] for bus in buses], dtype=int)
