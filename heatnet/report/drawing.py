"""Drawings as SVG: a network coloured by supply temperature, the pressure diagram (水压图), the bar of a rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from heatnet.i18n import _, language
from heatnet.model.network import Network
from heatnet.report.svg import rect, svg, text
from heatnet.report.tables import number
from heatnet.web.colours import SCALE, plant_style, scale_colour
from heatnet.web.results_view import NetworkResults

WIDTH, MARGIN = 720.0, 14.0
KM_PER_DEGREE = 111.32


@dataclass(frozen=True)
class _Frame:
    """From geographic coordinates to the drawing: equirectangular, north up, same scale both ways."""

    west: float
    north: float
    left_px: float
    px_per_km: float
    squeeze: float
    height: float

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        x = self.left_px + (lon - self.west) * KM_PER_DEGREE * self.squeeze * self.px_per_km
        return x, MARGIN + (self.north - lat) * KM_PER_DEGREE * self.px_per_km


def _frame(points: Sequence[tuple[float, float]]) -> _Frame:
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    squeeze = math.cos(math.radians(sum(lats) / len(lats)))
    wide = max((max(lons) - min(lons)) * KM_PER_DEGREE * squeeze, 0.1)
    high = max((max(lats) - min(lats)) * KM_PER_DEGREE, 0.05)
    scale = min((WIDTH - 2 * MARGIN) / wide, 420.0 / high)
    return _Frame(min(lons), max(lats), (WIDTH - wide * scale) / 2, scale, squeeze, high * scale + 2 * MARGIN)


def network_picture(results: NetworkResults, time: Any) -> Markup | None:
    """Return a network drawn from its geometry at one simulated hour, or None where it has no coordinates.

    Pipes carry the mean supply temperature of their two ends by colour and their diameter by width; circles are
    exchange stations, larger symbols heat sources.
    """
    network = results.network
    places = {n: (g.x, g.y) for n, g in network.nodes["geometry"].items() if g is not None and g.geom_type == "Point"}
    temperatures = results.quantities.get("node_t_supply_degc")
    if network.crs != "EPSG:4326" or len(places) < 2 or temperatures is None or time not in temperatures.index:
        return None
    hour = temperatures.loc[time]
    low, high = float(hour.min()), float(hour.max())
    lines = [(pipe, _coordinates(network, pipe, places)) for pipe in network.pipes.index]
    frame = _frame([*places.values(), *(point for _pipe, line in lines for point in line)])
    parts = [_drawn_pipe(network, pipe, line, hour, (low, high), frame) for pipe, line in lines if line]
    parts += _drawn_stations(network, places, frame)
    parts += _drawn_plants(network, places, frame)
    legend = _scale_legend(low, high, frame.height)
    title = _("{network} at the hour of highest load, coloured by supply temperature").format(
        network=network.name[language()]
    )
    return svg(WIDTH, frame.height + 44, title, [*parts, *legend, *_scale_bar(frame)])


def _coordinates(network: Network, pipe: str, places: dict[str, tuple[float, float]]) -> list[tuple[float, float]]:
    shape = network.pipes.at[pipe, "geometry"]
    if shape is not None:
        parts = list(shape.geoms) if hasattr(shape, "geoms") else [shape]
        return [(x, y) for part in parts for x, y, *_z in part.coords]
    ends = [network.pipes.at[pipe, key] for key in ("from_node", "to_node")]
    return [places[end] for end in ends] if all(end in places for end in ends) else []


def _drawn_pipe(
    network: Network,
    pipe: str,
    line: list[tuple[float, float]],
    hour: pd.Series,
    span: tuple[float, float],
    frame: _Frame,
) -> str:
    ends = [hour.get(network.pipes.at[pipe, key], math.nan) for key in ("from_node", "to_node")]
    mean = (ends[0] + ends[1]) / 2
    colour = scale_colour((mean - span[0]) / max(span[1] - span[0], 1e-9)) if math.isfinite(mean) else "#bbbbbb"
    width = 1.2 + 0.0045 * float(network.pipes.at[pipe, "inner_diameter_mm"])
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (frame.at(*point) for point in line))
    edge = f'<polyline points="{points}" class="casing" stroke-width="{width + 1.4:.1f}"/>'
    return f'{edge}<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width:.1f}"/>'


def _drawn_stations(network: Network, places: dict[str, tuple[float, float]], frame: _Frame) -> list[str]:
    drawn = []
    for consumer, row in network.consumers.iterrows():
        shape = row["geometry"]
        place = (shape.x, shape.y) if shape is not None and shape.geom_type == "Point" else places.get(row["node"])
        if place is not None:
            x, y = frame.at(*place)
            radius = 1.6 + 0.6 * math.sqrt(max(float(row["design_heat_mw"]), 0.0))
            name = escape(network.display_name("consumers", str(consumer), language()))
            circle = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{min(radius, 8):.1f}" class="station">'
            drawn.append(f"{circle}<title>{name}</title></circle>")
    return drawn


def _drawn_plants(network: Network, places: dict[str, tuple[float, float]], frame: _Frame) -> list[str]:
    drawn = []
    taken: dict[tuple[int, int], int] = {}
    for plant, row in network.plants.iterrows():
        place = places.get(row["node"])
        if place is None or float(row["capacity_mw"] or 0.0) == 0.0:
            continue
        x, y = frame.at(*place)
        # plants at one node: names below each other
        line = taken.setdefault((round(x / 40), round(y / 14)), 0)
        taken[round(x / 40), round(y / 14)] += 1
        left = x > WIDTH * 0.7
        name = network.display_name("plants", str(plant), language())
        drawn.append(rect(x - 6, y - 6, 12, 12, plant_style(str(row["kind"]))[0], "plant"))
        anchor = "end" if left else "start"
        drawn.append(text(x - 10 if left else x + 10, y + 4 + 12 * line, name, anchor, "plant-name"))
    return drawn


def _scale_legend(low: float, high: float, top: float) -> list[str]:
    steps = 48
    wide = 220.0 / steps
    bars = [rect(MARGIN + i * wide, top + 8, wide + 0.5, 9, scale_colour(i / (steps - 1))) for i in range(steps)]
    labels = [
        text(MARGIN, top + 30, number(low, 1)),
        text(MARGIN + 220, top + 30, number(high, 1), "end"),
        text(MARGIN + 230, top + 17, _("supply temperature, °C")),
    ]
    return bars + labels


def _scale_bar(frame: _Frame) -> list[str]:
    km = next((length for length in (5.0, 2.0, 1.0, 0.5, 0.2, 0.1) if length * frame.px_per_km < 160), 0.05)
    end, y = WIDTH - MARGIN, frame.height + 22
    start = end - km * frame.px_per_km
    line = f'<path d="M{start:.1f} {y - 5:.1f}v5H{end:.1f}v-5" fill="none" stroke="#333333"/>'
    label = f"{km:g} km" if km >= 1 else f"{km * 1000:.0f} m"
    return [line, text((start + end) / 2, y + 13, label, "middle")]


def rate_bar(rate: float | None, low: float | None, high: float | None, target: float, top: float) -> Markup:
    """Return a horizontal bar from `low` to `high`, if known, with a tick at `rate` and a line at the target, on 0 to `top`."""
    width, height = 260.0, 26.0

    def x(share: float) -> float:
        return 4 + (width - 8) * min(max(share, 0.0), top) / top

    parts = [f'<line x1="4" x2="{width - 4:.0f}" y1="20" y2="20" class="axis"/>']
    if low is not None and high is not None:
        parts.append(rect(x(low), 7, max(x(high) - x(low), 1.5), 10, SCALE[2], "span"))
    if rate is not None:
        parts.append(rect(x(rate) - 1.5, 4, 3, 16, SCALE[0]))
    parts.append(f'<line x1="{x(target):.1f}" x2="{x(target):.1f}" y1="0" y2="26" class="target"/>')
    return svg(width, height, _("rate and target"), parts)
