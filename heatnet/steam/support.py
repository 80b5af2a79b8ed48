"""Which networks and boundaries the steam engine takes; everything else is named in one error."""

from __future__ import annotations

import numpy as np

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.boundary import Boundary, check_columns
from heatnet.model.network import Network
from heatnet.model.validation import names_in
from heatnet.steam.plan import NOWHERE, Plan

#: variables that mean something to water alone
_WATER_ONLY = ("consumer_dt_k",)


def check_network(network: Network) -> None:
    """Raise one `InputError` with every feature that the steam engine does not solve.

    Raises
    ------
    InputError
        If there is one.
    """
    problems = Problems()
    if network.carrier != "steam":
        problems.add(
            network.id, _("carrier {carrier}").format(carrier=network.carrier), _("This engine solves steam networks")
        )
    problems.raise_if_any()
    if not len(network.pipes):
        problems.add(f"{network.id}, pipes", _("there is no pipe"), _("One pipe at least"))
    if not len(network.consumers):
        problems.add(f"{network.id}, consumers", _("there is no consumer"), _("One consumer at least"))
    if network.fluid.kind != "if97":
        problems.add(f"{network.id}, fluid", network.fluid.kind, _("Steam is always by IAPWS-IF97: fluid: if97"))
    _check_pipes(network, problems)
    for table in ("pumps", "valves"):
        for element in getattr(network, table).index:
            problems.add(
                f"{network.id}, {table}, {element}",
                _("a steam network has none of these"),
                "",
                _("Give a valve as closed or zeta of a pipe."),
            )
    for consumer, control in network.consumers["control"].items():
        if control not in ("heat_return", "flow_dt"):
            problems.add(
                f"{network.id}, consumers, {consumer}, control",
                _("value {value!r}").format(value=control),
                _("Allowed: {names}").format(names="heat_return, flow_dt"),
            )
    for plant, row in network.plants.iterrows():
        if row["connection"] != "supply":
            problems.add(
                f"{network.id}, plants, {plant}, connection",
                _("value {value!r}").format(value=row["connection"]),
                _("Allowed: {names}").format(names="supply"),
            )
    problems.raise_if_any()


def _check_pipes(network: Network, problems: Problems) -> None:
    for pipe, row in network.pipes.iterrows():
        if row["line"] == "return":
            problems.add(
                f"{network.id}, pipes, {pipe}, line",
                _("value {value!r}").format(value="return"),
                _("Condensate lines are not simulated"),
                _("Remove them, or set carrier: water in a network of their own."),
            )
        if row["heat_mw"]:
            problems.add(
                f"{network.id}, pipes, {pipe}, heat_mw", f"{row['heat_mw']:g}", _("A steam pipe has no heater")
            )


def check_plan(network: Network, plan: Plan) -> None:
    """Raise one `InputError` where pressures are held twice, or a consumer or plant hangs on no such plant.

    Raises
    ------
    InputError
        If there is one.
    """
    problems = Problems()
    plants = network.plants
    holding = np.flatnonzero((plants["role"] == "pressure").to_numpy())
    if not len(holding):
        problems.add(
            f"{network.id}, plants, role", _("no plant holds the pressure"), _("One role: pressure in a connected part")
        )
        problems.raise_if_any()
    for plant in holding:
        owner = int(plan.part[plan.plant_node[plant]])
        if owner != plant:
            problems.add(
                f"{network.id}, plants, role",
                _("{count} plants hold the pressure of one connected part: {names}").format(
                    count=2, names=names_in(plants.index[[owner, plant]])
                ),
                _("Exactly one role: pressure in a connected part"),
                _("Give the others role: heat."),
            )
    for table, nodes in (("consumers", plan.consumer_node), ("plants", plan.plant_node)):
        for i, node in enumerate(nodes):
            if plan.part[node] == NOWHERE:
                problems.add(
                    f"{network.id}, {table}, {getattr(network, table).index[i]}",
                    _("no open pipe leads from node '{node}' to the plant that holds the pressure").format(
                        node=network.nodes.index[node]
                    ),
                    "",
                    _("Connect it, or open a pipe."),
                )
    problems.raise_if_any()


def check_boundary(network: Network, boundary: Boundary, problems: Problems) -> None:
    """Note columns of elements that do not exist, and variables that steam does not have."""
    for variable in _WATER_ONLY:
        if variable in boundary.values:
            problems.add(variable, _("a steam network does not have this variable"))
    of_steam = {variable: frame for variable, frame in boundary.values.items() if variable not in _WATER_ONLY}
    check_columns(network, of_steam, problems)
