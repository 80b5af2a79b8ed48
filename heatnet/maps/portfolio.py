"""The candidates of a portfolio search on a map, built or not, over networks, zones and avenues; one offline page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from heatnet.i18n import _, pick, use_language
from heatnet.maps.base import layers_near
from heatnet.maps.layout import layout_of
from heatnet.model.network import Network
from heatnet.web.page import inline_html, write_page
from heatnet.web.portfolio_words import check_words, finding, percent, project_words, size_words

Point = tuple[float, float]
_WIDTH, _MARGIN, _KM_PER_DEG = 1180.0, 24.0, 111.2
_BUILT, _LEFT_OUT, _PIPE, _BASE = "#b5331f", "#7a7a7a", "#9fb6c6", "#e3dfd6"


@dataclass(frozen=True)
class _Frame:
    west: float
    north: float
    squeeze: float
    px_per_km: float

    def at(self, point: Sequence[float]) -> Point:
        x = _MARGIN + (point[0] - self.west) * _KM_PER_DEG * self.squeeze * self.px_per_km
        return x, _MARGIN + (self.north - point[1]) * _KM_PER_DEG * self.px_per_km


def write_portfolio_map(summary: Mapping[str, Any], networks: Mapping[str, Network], path: Path, lang: str) -> Path:
    """Write the map of a search.

    Parameters
    ----------
    summary : mapping
        As `portfolio.json` holds it.
    networks : mapping of str to Network
        Their water pipes, and steam pipes, are drawn where a candidate stands in them.
    path : Path
    lang : {"en", "zh"}
    """
    with use_language(lang):
        title = _("Projects: {title}").format(title=pick(summary["title"]))
        told = " ".join([finding(summary)[0], *check_words(summary)[:1]])
        body = (
            f"<main><h1>{escape(title)}</h1><p>{escape(told)}</p>{_drawing(summary, networks)}{_legend(summary)}</main>"
        )
        html = inline_html(title, Markup(body), styles=("heatnet_report.css",), body_class="report-page")
    return write_page(path, html)


def _drawing(summary: Mapping[str, Any], networks: Mapping[str, Network]) -> str:
    used = {place["id"].split("/")[0] for one in summary["candidates"] for place in one["places"]}
    parts = [network for name, network in networks.items() if name in used]
    parts += [network.steam for network in list(parts) if network.steam is not None]
    layouts = [layout for network in parts if (layout := layout_of(network)) is not None]
    if not layouts:
        none = _("No candidate has a place in geographic coordinates.")
        return f"<p>{escape(none)}</p>"
    lines = [[(lon, lat) for lat, lon in pipe["xy"]] for layout in layouts for pipe in layout["pipes"]]
    marks = list(_marks(summary))
    everything = [point for line in lines for point in line] + [at for _one, at in marks]
    frame, height = _frame(everything)
    drawn = [_base(frame, [layout["bounds"] for layout in layouts])]
    drawn += [_polyline(frame, line, _PIPE, 1.6) for line in lines]
    drawn += [_changed(frame, one) for one in summary["candidates"]]
    drawn += _labels(frame, marks)
    size = f'viewBox="0 0 {_WIDTH:.0f} {height:.0f}" role="img" xmlns="http://www.w3.org/2000/svg"'
    title = _("Projects on the map")
    picture = f"<svg {size}><title>{escape(title)}</title>{''.join(drawn)}</svg>"
    return f'<div class="drawing wide" role="region" tabindex="0" aria-label="{escape(title)}">{picture}</div>'


def _frame(points: Sequence[Point]) -> tuple[_Frame, float]:
    lons, lats = [point[0] for point in points], [point[1] for point in points]
    squeeze = math.cos(math.radians(sum(lats) / len(lats)))
    wide = max((max(lons) - min(lons)) * _KM_PER_DEG * squeeze, 0.1)
    high = max((max(lats) - min(lats)) * _KM_PER_DEG, 0.1)
    # names stand to the right of the easternmost place
    scale = min((_WIDTH - 2 * _MARGIN - 220) / wide, 760.0 / high)
    return _Frame(min(lons), max(lats), squeeze, scale), high * scale + 2 * _MARGIN


def _marks(summary: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Point]]:
    """Yield each candidate once with the place of its plants: the option that is built, or its first one."""
    by_candidate: dict[str, Mapping[str, Any]] = {}
    for one in summary["candidates"]:
        if one["built"] or one["candidate"] not in by_candidate:
            by_candidate[one["candidate"]] = one
    for one in by_candidate.values():
        plants = [place["at"] for place in one["places"] if place["kind"] == "plant"]
        consumers = [place["at"][0] for place in one["places"] if place["kind"] == "consumer"]
        points = plants or consumers
        if points:
            yield one, (points[0][0], points[0][1])


def _base(frame: _Frame, bounds: Sequence[Any]) -> str:
    drawn = []
    for layer, features in layers_near(bounds).items():
        for feature in features:
            for line in _lines_of(feature["geometry"]):
                drawn.append(_polyline(frame, line, _BASE, 6.0 if layer == "avenues" else 1.5))
    return "".join(drawn)


def _lines_of(geometry: Mapping[str, Any]) -> list[list[Point]]:
    kind, coordinates = geometry["type"], geometry["coordinates"]
    depth = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}.get(kind)
    lines = [] if depth is None else [coordinates]
    for _level in range(depth or 0):
        lines = [line for part in lines for line in part]
    return [[(point[0], point[1]) for point in line] for line in lines]


def _polyline(frame: _Frame, line: Sequence[Sequence[float]], colour: str, width: float) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (frame.at(point) for point in line))
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width:.1f}"/>'


def _changed(frame: _Frame, one: Mapping[str, Any]) -> str:
    """Return the pipes and consumers that a built option changes."""
    if not one["built"]:
        return ""
    drawn = []
    for place in one["places"]:
        if place["kind"] == "pipe":
            drawn.append(_polyline(frame, place["at"], _BUILT, 3.5))
        elif place["kind"] == "consumer":
            x, y = frame.at(place["at"][0])
            drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{_BUILT}" fill-opacity="0.6"/>')
    return "".join(drawn)


def _labels(frame: _Frame, marks: Sequence[tuple[Mapping[str, Any], Point]]) -> list[str]:
    drawn: list[str] = []
    taken: list[Point] = []
    for one, at in marks:
        x, y = frame.at(at)
        line = y + 4
        while any(abs(line - other) < 14 and abs(x - left) < 300 for left, other in taken):
            line += 14
        taken.append((x, line))
        fill = _BUILT if one["built"] else "#ffffff"
        colour = _BUILT if one["built"] else _LEFT_OUT
        drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="{fill}" stroke="{colour}" stroke-width="2"/>')
        weight = "bold" if one["built"] else "normal"
        # the page's own style of texts in drawings would win over attributes
        style = (
            f'style="font-size:15px;font-weight:{weight};fill:{colour};paint-order:stroke;stroke:#fff;stroke-width:3px"'
        )
        drawn.append(f'<text x="{x + 11:.1f}" y="{line:.1f}" {style}>{escape(pick(one["label"]))}</text>')
    return drawn


def _legend(summary: Mapping[str, Any]) -> str:
    key = _("filled: built; hollow: not built")
    rows = [
        f"<li>{escape(key)}</li>",
        f"<li>{escape(pick(summary['geometry_note']))}</li>" if summary["geometry_note"] else "",
    ]
    best = summary["best"]
    for row in [] if best is None else best["projects"]:
        share = row["rate_points"]
        added = _("adds {share} to the rate").format(share=percent(share)) if share > 0 else ""
        words = [project_words(row), size_words(row), added]
        rows.append(f"<li>{escape(' · '.join(word for word in words if word))}</li>")
    return f"<ul>{''.join(rows)}</ul>"
