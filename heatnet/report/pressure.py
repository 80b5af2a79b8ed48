"""The pressure diagram (水压图) along the path to the worst consumer (最不利环路)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from heatnet.i18n import _, language
from heatnet.io.words import pressure_digits, pressure_unit
from heatnet.metrics.compliance import ATMOSPHERE_BAR
from heatnet.model.network import Network
from heatnet.report.svg import svg, text
from heatnet.report.tables import gauge_unit, number
from heatnet.web.results_view import NetworkResults

WIDTH, HEIGHT = 720.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 14.0, 26.0, 38.0


@dataclass(frozen=True)
class PressurePath:
    """Pressures along a path from a source to a consumer.

    Parameters
    ----------
    nodes : tuple of str
        From the source to the consumer's node.
    distance_m : array
        Length along the path.
    p_supply_bar, p_return_bar : array
        Absolute pressures of the two lines; the diagram shows them as gauge pressures.
    """

    nodes: tuple[str, ...]
    distance_m: np.ndarray
    p_supply_bar: np.ndarray
    p_return_bar: np.ndarray


def upstream_path(results: NetworkResults, consumer: str, time: Any) -> list[tuple[str, float]]:
    """Return (node, metres from the source) from the source to a consumer, following the largest inflow upstream.

    In a meshed network this is the way that most of the consumer's water takes in this hour.
    """
    node = str(results.network.consumers.at[consumer, "node"])
    way = upstream_pipes(results.network, node, results.quantities["pipe_mdot_kg_per_s"].loc[time])
    path, total = [(way[0][1] if way else node, 0.0)], 0.0
    for _pipe, _start, end, length in way:
        total += length
        path.append((end, total))
    return path


def upstream_pipes(network: Network, node: str, flow: Any) -> list[tuple[str, str, str, float]]:
    """Return the pipes that lead to a node, from the source on, following the largest inflow upstream.

    Parameters
    ----------
    network : Network
    node : str
    flow : pandas.Series
        By pipe, positive from its start to its end; pipes without a flow lead nowhere.

    Returns
    -------
    list of (str, str, str, float)
        Pipe, the nodes where its flow enters and leaves it, its length in m.
    """
    inflows = _inflows(network, flow)
    way: list[tuple[str, str, str, float]] = []
    seen = {node}
    while inflows.get(node):
        _kg_per_s, origin, length, pipe = max(inflows[node])
        if origin in seen:
            break
        seen.add(origin)
        way.append((pipe, origin, node, length))
        node = origin
    return way[::-1]


def _inflows(network: Network, flow: Any) -> dict[str, list[tuple[float, str, float, str]]]:
    """Return by node the supply pipes that feed it: (flow, node where it comes from, length, pipe)."""
    found: dict[str, list[tuple[float, str, float, str]]] = {}
    for pipe, row in network.pipes.iterrows():
        value = float(flow.get(pipe, 0.0))
        if row["line"] == "return" or not np.isfinite(value) or value == 0.0:
            continue
        start, end = (row["from_node"], row["to_node"]) if value > 0 else (row["to_node"], row["from_node"])
        found.setdefault(str(end), []).append((abs(value), str(start), float(row["length_m"]), str(pipe)))
    return found


def pressure_path(results: NetworkResults, consumer: str, time: Any) -> PressurePath | None:
    """Return the pressures along the path to a consumer, or None where the results do not carry them."""
    supply, back = (results.quantities.get(f"node_p_{line}_bar") for line in ("supply", "return"))
    flows = results.quantities.get("pipe_mdot_kg_per_s")
    if supply is None or back is None or flows is None:
        return None
    if consumer not in results.network.consumers.index or time not in flows.index:
        return None
    path = [(node, at) for node, at in upstream_path(results, consumer, time) if node in supply and node in back]
    nodes = tuple(node for node, _at in path)
    if len(nodes) < 2:
        return None
    distance = np.array([at for _node, at in path])
    return PressurePath(
        nodes, distance, supply.loc[time, list(nodes)].to_numpy(), back.loc[time, list(nodes)].to_numpy()
    )


def pressure_diagram(results: NetworkResults, consumer: str, time: Any) -> Markup | None:
    """Return the pressure diagram as SVG, or None where it cannot be drawn."""
    path = pressure_path(results, consumer, time)
    if path is None or not (np.isfinite(path.p_supply_bar).all() and np.isfinite(path.p_return_bar).all()):
        return None
    supply, back = (values - ATMOSPHERE_BAR for values in (path.p_supply_bar, path.p_return_bar))
    unit, in_unit = pressure_unit()
    top = float(np.ceil(max(supply.max(), back.max()) * 1.05))
    # a negative pressure is a finding: the axis goes down to it
    bottom = min(0.0, float(np.floor(min(supply.min(), back.min()))))
    far = float(path.distance_m[-1])

    def x(metres: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * metres / max(far, 1.0)

    def y(bar: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (bar - bottom) / (top - bottom))

    def line(values: np.ndarray, css: str) -> str:
        points = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in zip(path.distance_m, values, strict=True))
        return f'<polyline points="{points}" class="{css}"/>'

    parts = [*_axes(x, y, far, (bottom, top)), line(supply, "p-supply"), line(back, "p-return")]
    end_x, high, low = x(far), float(supply[-1]), float(back[-1])
    parts.append(f'<line x1="{end_x:.1f}" x2="{end_x:.1f}" y1="{y(high):.1f}" y2="{y(low):.1f}" class="p-gap"/>')
    name = results.network.display_name("consumers", consumer, language())
    dp = number((high - low) * in_unit, pressure_digits(in_unit))
    gap = _("{name}: {dp} {unit}").format(name=name, dp=dp, unit=unit)
    parts.append(text(end_x - 5, (y(high) + y(low)) / 2 + 4, gap, "end"))
    parts.append(text(x(far * 0.04), y(float(supply[0])) - 6, _("supply line")))
    parts.append(text(x(far * 0.04), y(float(back[0])) + 15, _("return line")))
    title = _("Pressure diagram to the worst consumer, {name}").format(name=name)
    return svg(WIDTH, HEIGHT, title, parts)


def _axes(x: Any, y: Any, far: float, span: tuple[float, float]) -> list[str]:
    parts = []
    step = next((s for s in (1, 2, 5, 10, 20) if (span[1] - span[0]) / s <= 7), 50)
    for bar in np.arange(np.ceil(span[0] / step) * step, span[1] + 0.01, step):
        at = y(float(bar))
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" class="grid"/>')
        parts.append(
            text(
                LEFT - 6, at + 4, number(float(bar) * pressure_unit()[1], 0 if pressure_unit()[1] == 1.0 else 1), "end"
            )
        )
    km_step = next((s for s in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0) if far / 1000 / s <= 10), 50.0)
    for km in np.arange(0, far / 1000 + 1e-9, km_step):
        parts.append(text(x(float(km) * 1000), HEIGHT - BOTTOM + 15, f"{km:g}", "middle"))
    parts.append(text(WIDTH - RIGHT, HEIGHT - 6, _("distance from the source, km"), "end"))
    parts.append(text(LEFT, 14, _("pressure, {unit}").format(unit=gauge_unit())))
    return parts
