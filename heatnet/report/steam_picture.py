"""Steam along a line as SVG: pressure, temperature with saturation, superheat and dryness over the distance."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from heatnet.i18n import _
from heatnet.io.words import pressure_unit
from heatnet.physics.water import saturation_temperature_degc
from heatnet.report.svg import svg, text
from heatnet.report.tables import number

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

WIDTH = 720.0
LEFT, RIGHT, TOP, GAP, BOTTOM = 52.0, 16.0, 30.0, 42.0, 38.0
#: heights of pressure, temperature, superheat, and dryness, which is mostly 100 %
PANELS = (130.0, 130.0, 130.0, 70.0)
#: top and bottom of each diagram
HEIGHTS = tuple(
    (top, top + height)
    for top, height in ((TOP + GAP / 2 + sum(PANELS[:i]) + i * GAP, PANELS[i]) for i in range(len(PANELS)))
)
#: height of a line of the key
KEY_LINE = 18.0
#: colours of curves, in their order: P. Tol's "bright" set without its yellow and its grey
COLOURS = ("#aa3377", "#4477aa", "#228833", "#ee6677", "#66ccee")


@dataclass(frozen=True, eq=False)
class SteamCurve:
    """States along a line.

    Parameters
    ----------
    label : str
        In the current language.
    distance_m, p_bar, t_degc, t_saturation_degc, superheat_k, dryness_share : ndarray, shape (points,)
        Absolute pressure; NaN where there is no state.
    """

    label: str
    distance_m: np.ndarray
    p_bar: np.ndarray
    t_degc: np.ndarray
    t_saturation_degc: np.ndarray
    superheat_k: np.ndarray
    dryness_share: np.ndarray

    @classmethod
    def of(cls, label: str, states: xr.Dataset | pd.DataFrame) -> SteamCurve:
        """Return the curve of states along a line, by the names of the parameters; saturation follows from the pressure."""
        distance, p, t, superheat, dryness = (
            states[name].to_numpy() for name in ("distance_m", "p_bar", "t_degc", "superheat_k", "dryness_share")
        )
        return cls(label, distance, p, t, np.asarray(saturation_temperature_degc(p)), superheat, dryness)


@dataclass(frozen=True, eq=False)
class _Panel:
    """One diagram: what it shows, with its lines and the range that it holds at least."""

    title: str
    lines: Sequence[np.ndarray]
    dashed: Sequence[np.ndarray]
    low: float
    high: float
    #: the axis may stop above zero
    loose: bool = False


def steam_picture(curves: Sequence[SteamCurve], title: str, needed_bar: float | None = None) -> Markup:
    """Return four diagrams above each other over the same distance.

    Parameters
    ----------
    curves : sequence of SteamCurve
        At most five.
    title : str
        For screen readers.
    needed_bar : float, optional
        Absolute pressure that the user at the end needs: a line in the first diagram.
    """
    far = max(float(np.nanmax(curve.distance_m)) for curve in curves)
    unit, factor = pressure_unit()
    panels = (
        _Panel(_("pressure, absolute, {unit}").format(unit=unit), [c.p_bar * factor for c in curves], [], 0.0, factor),
        _Panel(
            _("temperature, °C (dashed: saturation)"),
            [c.t_degc for c in curves],
            [c.t_saturation_degc for c in curves],
            150.0,
            200.0,
            loose=True,
        ),
        _Panel(_("superheat, K"), [c.superheat_k for c in curves], [], 0.0, 10.0),
        _Panel(_("dryness, %"), [100 * c.dryness_share for c in curves], [], 95.0, 100.0, loose=True),
    )
    key, key_lines = _key(curves)
    parts: list[str] = []
    distances = [curve.distance_m for curve in curves]
    for place, panel in enumerate(panels):
        need = needed_bar * factor if place == 0 and needed_bar is not None else None
        parts += _drawn(panel, distances, HEIGHTS[place], far, need)
    height = HEIGHTS[-1][1] + GAP / 2 + BOTTOM
    parts += _distance_axis(far, height)
    further = KEY_LINE * (key_lines - 1)
    return svg(WIDTH, height + further, title, [*key, f'<g transform="translate(0 {further:.0f})">', *parts, "</g>"])


def _x(metres: float, far: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * metres / max(far, 1.0)


def _key(curves: Sequence[SteamCurve]) -> tuple[list[str], int]:
    """Return the key of the curves and in how many lines it stands."""
    parts, x, line = [], LEFT, 0
    for curve, colour in zip(curves, COLOURS, strict=False):
        # Chinese characters are about twice as wide as Latin ones
        width = 23 + sum(11.0 if ord(one) > 0x2E80 else 6.1 for one in curve.label)
        if x > LEFT and x + width > WIDTH - RIGHT:
            x, line = LEFT, line + 1
        y = 12 + KEY_LINE * line
        parts.append(
            f'<line x1="{x:.1f}" x2="{x + 18:.1f}" y1="{y:.0f}" y2="{y:.0f}" stroke="{colour}" stroke-width="2.4"/>'
        )
        parts.append(text(x + 23, y + 4, curve.label))
        x += width + 21
    return parts, line + 1


def _drawn(
    panel: _Panel, distances: Sequence[np.ndarray], place: tuple[float, float], far: float, needed: float | None
) -> list[str]:
    """Return one diagram between two heights of the picture."""
    top, bottom = place
    values = np.concatenate([*panel.lines, *panel.dashed, [panel.low, panel.high, needed or panel.low]])
    span = float(np.nanmax(values)) - (float(np.nanmin(values)) if panel.loose else min(panel.low, 0.0))
    step = axis_step(span, int((bottom - top) / 22))
    low = step * math.floor(float(np.nanmin(values)) / step + 1e-9) if panel.loose else panel.low
    high = step * math.ceil(float(np.nanmax(values)) / step - 1e-9)

    def y(value: float) -> float:
        return top + (bottom - top) * (1 - (value - low) / (high - low))

    parts = [text(LEFT, top - 7, panel.title, css="panel-title")]
    for mark in np.arange(low, high + step / 2, step):
        at = y(float(mark))
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" class="grid"/>')
        parts.append(text(LEFT - 6, at + 4, number(float(mark), axis_digits(step)), "end"))
    if needed is not None:
        at = y(needed)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" class="needed"/>')
    for lines, dash in ((panel.dashed, ' stroke-dasharray="5 3"'), (panel.lines, "")):
        for colour, distance, line in zip(COLOURS, distances, lines, strict=False):
            parts += polylines(distance, line, lambda m: _x(m, far), y, colour, dash)
    if needed is not None:
        parts.append(text(LEFT + 6, y(needed) + 13, _("needed"), css="needed-word"))
    return parts


def polylines(
    distance: np.ndarray,
    values: np.ndarray,
    x: Callable[[float], float],
    y: Callable[[float], float],
    colour: str,
    dash: str,
) -> list[str]:
    """Return a curve, broken where it has no values."""
    drawn, points = [], []
    for metres, value in [*zip(distance, values, strict=True), (0.0, math.nan)]:
        if math.isfinite(value):
            points.append(f"{x(float(metres)):.1f},{y(float(value)):.1f}")
            continue
        if len(points) > 1:
            path = " ".join(points)
            drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.9"{dash}/>')
        points = []
    return drawn


def axis_step(span: float, most: int) -> float:
    """Return a round distance between grid lines, so that there are at most so many of them over a span."""
    step = 0.1
    for factor in cycle((2.0, 2.5, 2.0)):
        if span / step <= most:
            return round(step, 1)
        step *= factor
    raise AssertionError("round steps grow without end")


def axis_digits(step: float) -> int:
    """Return the decimals of an axis' numbers."""
    return 0 if step >= 1.0 else 1


def _distance_axis(far: float, height: float) -> list[str]:
    step = next((s for s in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0) if far / 1000 / s <= 10), 50.0)
    base = height - BOTTOM - GAP / 2
    parts = [
        text(_x(float(km) * 1000, far), base + 15, f"{km:g}", "middle")
        for km in np.round(np.arange(0, far / 1000 + 1e-9, step), 6)
    ]
    return [*parts, text(WIDTH - RIGHT, base + 32, _("distance from the plant, km"), "end")]
