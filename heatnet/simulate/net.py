"""One hour as a pandapipes net that other tools can read and solve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet.adapters.fluid import fluid_table
from heatnet.adapters.layout import layout_of
from heatnet.errors import NotSolvableError
from heatnet.i18n import _
from heatnet.model.boundary import Boundary
from heatnet.model.network import Network
from heatnet.simulate.controls import Controls, Hour, HourFailure
from heatnet.simulate.hour import HourSolver
from heatnet.simulate.inputs import inputs_of
from heatnet.simulate.support import check_supported


@dataclass(frozen=True, eq=False)
class SolvedNet:
    """A solved pandapipes net, and how far it lies from pressures and temperatures that were known before.

    Parameters
    ----------
    net : pandapipesNet
    max_pressure_difference_bar, max_temperature_difference_k : float
        Over all nodes and both lines.
    """

    net: Any
    max_pressure_difference_bar: float
    max_temperature_difference_k: float


def solved_pandapipes_net(
    network: Network, boundary: Boundary, known: Mapping[str, pd.Series], title: str
) -> SolvedNet:
    """Return a one-row boundary's hour as a pandapipes net at its true pressures.

    Parameters
    ----------
    network : Network
        A water network that pandapipes solves.
    boundary : Boundary
        One row.
    known : mapping of str to pandas.Series
        `node_p_supply_bar`, `node_p_return_bar`, `node_t_supply_degc`, `node_t_return_degc` of the hour, by node: they set the
        level of the pressures, and are held against the net's own.
    title : str
        Name of the net.

    Raises
    ------
    InputError
        If pandapipes does not solve such a network.
    NotSolvableError
        If pandapipes finds no solution of the hour.
    """
    from heatnet.adapters.pandapipes_file import own_net
    from heatnet.adapters.pandapipes_net import PandapipesNet

    layout = layout_of(network)
    check_supported(network, layout, "pandapipes")
    inputs, fluid = inputs_of(network, boundary, False), fluid_table(network.fluid)
    solver = PandapipesNet(network, layout, fluid)
    controls = Controls(network, layout, fluid, inputs.by_flow, inputs.by_dt)
    try:
        solution = HourSolver(controls, solver).solve(Hour.of(inputs, 0))
    except HourFailure as failure:
        raise NotSolvableError(
            _("pandapipes finds no solution of this hour: {status}").format(status=failure.status)
        ) from None
    if solution.state is None:
        raise NotSolvableError(_("No water moves in this hour."))
    plant = network.plants.loc[network.pressure_plant]
    back = plant["return_node"] or plant["node"]
    level = float(known["node_p_supply_bar"][plant["node"]]), float(known["node_p_return_bar"][back])
    net = own_net(solver, network, *level, title)
    return SolvedNet(net, *_differences(network, net, solver, known))


def _differences(network: Network, net: Any, solver: Any, known: Mapping[str, pd.Series]) -> tuple[float, float]:
    from heatnet.adapters.pandapipes_file import pressures_bar

    pressure = pressures_bar(net, solver.ambient_bar)
    temperature = net.res_junction["t_k"].to_numpy() - 273.15
    largest = [0.0, 0.0]
    back = solver.layout.back.copy()
    in_use = net.junction["in_service"].to_numpy(bool)
    for inlet, outlet in zip(solver.layout.preheat_in, solver.layout.preheat_out, strict=True):
        if in_use[outlet]:
            # the water of a pre-heated node is that behind the plant
            back[back == inlet] = outlet
    for line, table in (("supply", solver.layout.supply), ("return", back)):
        there = table >= 0
        nodes = network.nodes.index[there]
        pairs = ((f"node_p_{line}_bar", pressure), (f"node_t_{line}_degc", temperature))
        for which, (name, own) in enumerate(pairs):
            apart = np.abs(own[table[there]] - known[name].reindex(nodes).to_numpy(dtype=float))
            largest[which] = max(largest[which], float(np.nanmax(apart, initial=0.0)))
    return largest[0], largest[1]
