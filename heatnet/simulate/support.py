"""Which features of a network an engine can solve; everything else is named in one error."""

from __future__ import annotations

import numpy as np

from heatnet.adapters.layout import NOWHERE, Layout
from heatnet.adapters.parts import part_labels
from heatnet.errors import InputError, Problems
from heatnet.i18n import _
from heatnet.model.network import Network

ENGINES = ("pandapipes", "season")


def check_supported(
    network: Network, layout: Layout, engine: str, transient: bool = False, station_returns: bool = False
) -> None:
    """Raise one `InputError` with every feature that the engine does not solve.

    Raises
    ------
    InputError
        If there is one.
    """
    problems = Problems()
    if engine not in ENGINES:
        problems.add(
            _("engine"),
            _("'{name}' does not exist").format(name=engine),
            _("Known: {names}").format(names=", ".join(ENGINES)),
        )
        raise InputError(problems)
    if network.carrier != "water":
        problems.add(
            network.id, _("carrier {carrier}").format(carrier=network.carrier), _("This engine solves water networks")
        )
        raise InputError(problems)
    _check_plants(network, layout, problems, engine)
    _check_lines(network, layout, problems)
    _check_throttles(network, problems)
    if engine == "pandapipes":
        _check_features(
            network, problems, _("pandapipes does not solve this, the season engine does: 'heatnet simulate'")
        )
        for name, wanted in (("transient", transient), ("station_returns", station_returns)):
            if wanted:
                problems.add(name, _("stands beside engine: pandapipes"), _("pandapipes does not solve this"))
    problems.raise_if_any()


def _check_plants(network: Network, layout: Layout, problems: Problems, engine: str) -> None:
    """One plant holds the pressure: of the network, or for the season engine of every connected part."""
    plants = network.plants
    holding = plants.index[(plants["role"] == "pressure") & (plants["connection"] == "supply")]
    found = _("{count} plants hold the pressure").format(count=len(holding))
    if engine == "pandapipes" and len(holding) != 1:
        allowed = _("pandapipes needs exactly one plant with role: pressure and connection: supply")
        problems.add("plants, role", found, allowed)
    elif not len(holding):
        problems.add("plants, role", found, _("One plant with role: pressure and connection: supply"))
    elif len(holding) > 1:
        labels = part_labels(layout)
        by_part: dict[int, list[str]] = {}
        for plant in holding:
            end = layout.plant_end[plants.index.get_loc(plant)]
            by_part.setdefault(int(labels[end]), []).append(str(plant))
        for names in by_part.values():
            if len(names) > 1:
                problems.add(
                    f"plants, {', '.join(names)}, role",
                    _("hold the pressure of one connected part together"),
                    _("One plant with role: pressure and connection: supply"),
                    _("Let the others follow their heat or flow."),
                )
    for plant in plants.index[(plants["role"] == "pressure") & (plants["connection"] != "supply")]:
        problems.add(
            f"plants, {plant}, connection",
            _("a plant that holds the pressure stands between the lines"),
            _("Allowed: {names}").format(names="supply"),
        )


def _check_lines(network: Network, layout: Layout, problems: Problems) -> None:
    """Consumers touch a line on both sides, and the constant-pressure point lies on its line."""
    point = network.pressure_point
    if point is not None:
        junctions = layout.back if point.line == "return" else layout.supply
        if junctions[network.nodes.index.get_loc(point.node)] == NOWHERE:
            problems.add(
                "network.yaml, pressure_point",
                _line_missing(point.line),
                "",
                _("Name a node of that line."),
            )
    touched = np.zeros(layout.junctions, dtype=int)
    for ends in (layout.start, layout.end, layout.plant_start, layout.plant_end):
        np.add.at(touched, ends[ends != NOWHERE], 1)
    for consumer, start, end in zip(network.consumers.index, layout.consumer_start, layout.consumer_end, strict=True):
        for junction, line in ((start, "supply"), (end, "return")):
            if not touched[junction]:
                problems.add(
                    f"consumers, {consumer}",
                    _line_missing(line),
                    "",
                    _("Correct node or return_node, or add the missing pipe."),
                )


def _line_missing(line: str) -> str:
    return _("no supply line reaches it") if line == "supply" else _("no return line reaches it")


def _check_throttles(network: Network, problems: Problems) -> None:
    for valve, row in network.valves.iterrows():
        if 0 < row["opening"] < 1 and np.isnan(row["kv_m3_per_h"]):
            problems.add(
                f"valves, {valve}, kv_m3_per_h",
                _("is missing"),
                _("A throttled valve needs its flow coefficient when open"),
            )


def _check_features(network: Network, problems: Problems, allowed: str) -> None:
    """Name consumers by valve, pump curves, check valves: what only the season engine's steady states know."""
    for consumer in network.consumers.index[network.consumers["control"] == "valve"]:
        problems.add(f"consumers, {consumer}, control", _("flow by valve and pressure difference"), allowed)
    for pump, row in network.pumps.iterrows():
        if np.isnan(row["head_bar"]):
            problems.add(
                f"pumps, {pump}, curve",
                _("a pump with a curve"),
                allowed,
                _("Give its head at the working point as head_bar instead of the curve."),
            )
        elif abs(row["speed_share"] - 1.0) > 0.0:
            problems.add(f"pumps, {pump}, speed_share", _("a pump with variable speed"), allowed)
    for valve in network.valves.index[network.valves["kind"] == "check"]:
        problems.add(f"valves, {valve}, kind", _("a check valve"), allowed, _("Open or shut it as the flow demands."))
