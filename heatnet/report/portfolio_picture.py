"""The curve of a portfolio search as a picture: cost or CO2 against the rate, the target as a line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from heatnet.i18n import _
from heatnet.report.svg import svg, text
from heatnet.report.tables import number
from heatnet.web.portfolio_words import percent

_WIDTH, _HEIGHT = 720.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 76.0, 18.0, 18.0, 46.0
_STEPS = 5


def curve_picture(summary: Mapping[str, Any], key: str, label: str, factor: float, title: str) -> Markup:
    """Return the points of the curve, joined in the order of their rate.

    Parameters
    ----------
    summary : mapping
        With `curve` and `target`.
    key : str
        What is drawn upward.
    label : str
        Of the axis.
    factor : float
        Printed values are times this.
    title : str
    """
    points = [(point["rate"], point[key] * factor) for point in summary["curve"]]
    points = [point for point in points if all(math.isfinite(value) for value in point)]
    right = _nice(max([rate for rate, _value in points] + [summary["target"]["rate_share"]]))
    low, high = min(value for _rate, value in points), max(value for _rate, value in points)
    margin = max(high - low, abs(high) * 1e-3) * 0.1
    low, high = low - margin, high + margin

    def x(rate: float) -> float:
        return float(_LEFT + (_WIDTH - _LEFT - _RIGHT) * max(rate, 0.0) / right)

    def y(value: float) -> float:
        return float(_TOP + (_HEIGHT - _TOP - _BOTTOM) * (high - value) / (high - low))

    parts = []
    for step in range(_STEPS + 1):
        value, rate = low + (high - low) * step / _STEPS, right * step / _STEPS
        digits = 0 if high - low > _STEPS else 1
        parts.append(_line(_LEFT, y(value), _WIDTH - _RIGHT, y(value), "#dddddd"))
        parts.append(text(_LEFT - 8, y(value) + 4, number(value, digits), "end"))
        parts.append(text(x(rate), _HEIGHT - _BOTTOM + 18, percent(rate, 0), "middle"))
    parts.append(text(_LEFT, _HEIGHT - 8, label))
    parts.append(text(_WIDTH - _RIGHT, _HEIGHT - 8, _("rate"), "end"))
    target = x(summary["target"]["rate_share"])
    parts.append(_line(target, _TOP, target, _HEIGHT - _BOTTOM, "#c0392b", "4 3"))
    joined = " ".join(f"{x(rate):.1f},{y(value):.1f}" for rate, value in points)
    parts.append(f'<polyline points="{joined}" fill="none" stroke="#1f5f8b" stroke-width="2"/>')
    for rate, value in points:
        name = escape(f"{percent(rate)}: {number(value, 2)}")
        dot = f'<circle cx="{x(rate):.1f}" cy="{y(value):.1f}" r="4" fill="#1f5f8b">'
        parts.append(f"{dot}<title>{name}</title></circle>")
    return svg(_WIDTH, _HEIGHT, title, parts)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}" fill="none"{dashed}/>'


def _nice(share: float) -> float:
    """Return the end of the axis: the next multiple of 5 %."""
    return max(math.ceil(share * 20 - 1e-9) / 20, 0.05)
