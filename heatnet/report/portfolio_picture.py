"""The curve of a portfolio search as a picture: cost or CO2 against the rate, the target as a line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from heatnet.i18n import _
from heatnet.report.svg import round_ticks, svg, text, tick_digits
from heatnet.report.tables import number
from heatnet.web.portfolio_words import percent

_WIDTH, _HEIGHT = 720.0, 320.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 66.0, 24.0, 44.0, 50.0
_LINE, _TARGET, _GRID, _AXIS = "#1f5f8b", "#c0392b", "#dddddd", "#888888"


def curve_picture(
    summary: Mapping[str, Any], key: str, label: str, factor: float, title: str, joined: bool = True
) -> Markup:
    """Return the points of the curve in the order of their rate, with the target and the cheapest system.

    Parameters
    ----------
    summary : mapping
        With `curve` and `target`.
    key : str
        What is drawn upward.
    label : str
        Of the axis, with its unit.
    factor : float
        Printed values are times this.
    title : str
    joined : bool
        Join the points; not where a quantity jumps between them.
    """
    points = [(point["rate"], point[key] * factor, point) for point in summary["curve"] if _is_number(point, key)]
    if not points:
        return svg(_WIDTH, 30.0, title, [text(_LEFT, 20.0, _("No point of the curve has this number."))])
    rates = round_ticks(0.0, 100 * max([rate for rate, _value, _point in points] + [summary["target"]["rate_share"]]))
    right = rates[-1] / 100
    ticks = round_ticks(min(value for _rate, value, _point in points), max(value for _rate, value, _point in points))
    low, high = ticks[0], ticks[-1]

    def x(rate: float) -> float:
        return float(_LEFT + (_WIDTH - _LEFT - _RIGHT) * max(rate, 0.0) / right)

    def y(value: float) -> float:
        return float(_TOP + (_HEIGHT - _TOP - _BOTTOM) * (high - value) / (high - low))

    parts = []
    for value in ticks:
        parts.append(_line(_LEFT, y(value), _WIDTH - _RIGHT, y(value), _AXIS if value == 0 else _GRID))
        parts.append(text(_LEFT - 8, y(value) + 4, number(value, tick_digits(ticks)), "end"))
    for rate in (tick / 100 for tick in rates):
        parts.append(_line(x(rate), _HEIGHT - _BOTTOM, x(rate), _HEIGHT - _BOTTOM + 4, _AXIS))
        parts.append(text(x(rate), _HEIGHT - _BOTTOM + 18, percent(rate, tick_digits(rates)), "middle"))
    parts.append(text(8.0, 16.0, label))
    parts.append(text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 10, _("Rate of industrial waste heat"), "middle"))
    parts += _target_line(x(summary["target"]["rate_share"]), percent(summary["target"]["rate_share"], 0))
    if joined:
        way = " ".join(f"{x(rate):.1f},{y(value):.1f}" for rate, value, _point in points)
        parts.append(f'<polyline points="{way}" fill="none" stroke="{_LINE}" stroke-width="2"/>')
    for rate, value, _point in points:
        name = escape(f"{percent(rate)}: {number(value, 2)}")
        dot = f'<circle cx="{x(rate):.1f}" cy="{y(value):.1f}" r="4" fill="{_LINE}">'
        parts.append(f"{dot}<title>{name}</title></circle>")
    cheapest = min(points, key=lambda one: one[2]["cost_cny"])
    parts += _cheapest_mark(x(cheapest[0]), y(cheapest[1]))
    return svg(_WIDTH, _HEIGHT, title, parts)


def _is_number(point: Mapping[str, Any], key: str) -> bool:
    return all(point[name] is not None and math.isfinite(point[name]) for name in ("rate", key))


def _target_line(x: float, name: str) -> list[str]:
    label = _("target {share}").format(share=name)
    return [
        _line(x, _TOP - 6, x, _HEIGHT - _BOTTOM, _TARGET, "4 3"),
        text(x, _TOP - 12, label, "end" if x > _WIDTH - 80 else "middle"),
    ]


def _cheapest_mark(x: float, y: float) -> list[str]:
    above = y > _TOP + 40
    at = y - 12 if above else y + 22
    anchor = "end" if x > _WIDTH - 120 else "middle"
    ring = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="none" stroke="{_LINE}" stroke-width="2"/>'
    return [ring, text(x, at, _("cheapest of all"), anchor, "plant-name")]


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}" fill="none"{dashed}/>'
