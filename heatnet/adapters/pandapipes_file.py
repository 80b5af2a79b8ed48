"""A solved hour as a pandapipes net of its own: names, places, true pressures, pandapipes' own fluid classes and options.

Such a net is read by ``pandapipes.from_json`` and solved by ``pandapipes.pipeflow(net)`` without heatnet. Importing this
module imports pandapipes.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pandapipes
import pandas as pd
from pandapipes.pf.pipeflow_setup import set_user_pf_options
from pandapipes.properties.fluids import Fluid, FluidPropertyInterExtra

from heatnet.adapters.fluid import FluidTable
from heatnet.adapters.layout import HEATER, NOWHERE, PIPE, PUMP, VALVE, Layout
from heatnet.adapters.pandapipes_net import OPTIONS, ZERO_DEGC_K, PandapipesNet
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray

_LINES = ("supply", "return")


def own_net(solver: PandapipesNet, network: Network, p_supply_bar: float, p_return_bar: float, title: str) -> Any:
    """Return the net of the hour that was solved last, on its own and solved.

    Parameters
    ----------
    solver : PandapipesNet
    network : Network
    p_supply_bar, p_return_bar : float
        Absolute pressures at the plant that holds the pressure; pandapipes' own are those above the air at each height.
    title : str
        Name of the net.
    """
    net, layout = copy.deepcopy(solver.net), solver.layout
    net["name"] = title
    net["fluid"] = _own_fluid(solver.fluid)
    _name_junctions(net, network, layout)
    _name_elements(net, network, solver)
    level = p_supply_bar - float(solver.ambient_bar[layout.plant_end[solver.holding[0]]])
    net.circ_pump_pressure["p_flow_bar"] = level
    net.circ_pump_pressure["plift_bar"] = p_supply_bar - p_return_bar
    t_ground_k = float(net.pipe["text_k"].mean()) if len(net.pipe) else 280.0
    set_user_pf_options(net, **OPTIONS, ambient_temperature=t_ground_k, max_iter_bidirect=100)
    pandapipes.pipeflow(net)
    return net


def write_net(net: Any, file: str | Path) -> None:
    """Write a net as pandapipes' JSON, as `pandapipes.from_json` reads it; an earlier file is replaced in one step."""
    target = Path(file)
    part = target.with_name(target.name + ".part")
    pandapipes.to_json(net, str(part))
    part.replace(target)


def pressures_bar(net: Any, ambient_bar: FloatArray) -> FloatArray:
    """Return the absolute pressure at each junction of a solved net, bar."""
    return np.asarray(net.res_junction["p_bar"].to_numpy() + ambient_bar)


def _own_fluid(table: FluidTable) -> Fluid:
    t_k = table.t_degc + ZERO_DEGC_K

    def tabulated(values: FloatArray) -> FluidPropertyInterExtra:
        return FluidPropertyInterExtra(t_k, values)

    return Fluid(
        "water",
        "liquid",
        density=tabulated(table.density_kg_per_m3),
        viscosity=tabulated(table.viscosity_pa_s),
        heat_capacity=tabulated(table.heat_capacity_j_per_kgk),
    )


def _name_junctions(net: Any, network: Network, layout: Layout) -> None:
    names = [""] * layout.junctions
    places: list[tuple[float, float]] = [(np.nan, np.nan)] * layout.junctions
    for position, (node, geometry) in enumerate(network.nodes["geometry"].items()):
        for line, table in zip(_LINES, (layout.supply, layout.back), strict=True):
            junction = int(table[position])
            if junction != NOWHERE:
                names[junction] = f"{node}/{line}"
                places[junction] = (geometry.x, geometry.y) if geometry is not None else (np.nan, np.nan)
    for inlet, outlet in zip(layout.preheat_in, layout.preheat_out, strict=True):
        names[outlet] = f"{names[inlet]}/behind plant"
        places[outlet] = places[inlet]
    net.junction["name"] = names
    if np.isfinite(np.array(places)).all():
        net["junction_geodata"] = pd.DataFrame(places, columns=["x", "y"], index=net.junction.index)


def _name_elements(net: Any, network: Network, solver: PandapipesNet) -> None:
    layout = solver.layout
    tables = {PIPE: network.pipes, VALVE: network.valves, PUMP: network.pumps, HEATER: network.pipes}

    def of_branches(kind: str) -> list[str]:
        at = layout.of_kind(kind)
        return [f"{tables[kind].index[layout.element[one]]}/{_LINES[layout.line[one]]}" for one in at]

    for kind, table in ((PIPE, "pipe"), (VALVE, "valve"), (PUMP, "pump")):
        if len(net[table]):
            net[table]["name"] = of_branches(kind)
    if len(net.heat_exchanger):
        heated = [_heats(network, layout, node) for node in range(len(layout.preheat_in))]
        net.heat_exchanger["name"] = [*of_branches(HEATER), *heated]
    if len(net.heat_consumer):
        net.heat_consumer["name"] = [str(one) for one in network.consumers.index]
    for table, plants in (("circ_pump_pressure", solver.holding), ("circ_pump_mass", solver.given)):
        if len(net[table]):
            net[table]["name"] = [str(network.plants.index[plant]) for plant in plants]


def _heats(network: Network, layout: Layout, node: int) -> str:
    """Return the plants that pre-heat the return of one node, joined."""
    return ", ".join(str(network.plants.index[plant]) for plant in np.flatnonzero(layout.preheat_of_plant == node))
