"""Setpoints as SVG: heating curves before and after, and supply temperature, head and saving over the season."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from heatnet.report.steam_picture import axis_digits, axis_step, polylines
from heatnet.report.svg import svg, text
from heatnet.report.tables import number

WIDTH, LEFT, RIGHT, TOP, HEIGHT, GAP = 720.0, 60.0, 16.0, 34.0, 140.0, 40.0
#: P. Tol's "bright" set without its yellow: the design curve in grey, then the variants
COLOURS = ("#777777", "#4477aa", "#ee6677", "#228833", "#aa3377")
_KEY_LINE = 17.0
#: from a value to its place, px
Place = Callable[[float], float]


@dataclass(frozen=True, eq=False)
class Line:
    """A line of a panel: label in the key, place of its colour, and its points (NaN breaks it)."""

    label: str
    colour: int
    x: np.ndarray
    y: np.ndarray
    dots: bool = False


@dataclass(frozen=True)
class Panel:
    """A diagram: its title, its lines, and whether its axis begins at zero."""

    title: str
    lines: Sequence[Line]
    from_zero: bool = False


def panels_picture(title: str, panels: Sequence[Panel], ticks: Sequence[tuple[float, str]], below: str) -> Markup:
    """Return panels above each other over one axis.

    Parameters
    ----------
    title : str
        For screen readers.
    panels : sequence of Panel
    ticks : sequence of (place, text)
        Of the common axis.
    below : str
        What the axis shows.
    """
    every = np.concatenate([line.x for panel in panels for line in panel.lines])
    far = float(np.nanmin(every)), float(np.nanmax(every))

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - far[0]) / max(far[1] - far[0], 1e-9)

    parts, top = _key({line.colour: line.label for panel in panels for line in panel.lines})
    for panel in panels:
        parts += _drawn(panel, top, x)
        top += HEIGHT + GAP
    base = top - GAP
    parts += [text(x(place), base + 15, word, "middle") for place, word in ticks if far[0] <= place <= far[1]]
    parts.append(text(WIDTH - RIGHT, base + 32, below, "end"))
    return svg(WIDTH, base + 40, title, parts)


def _key(labels: dict[int, str]) -> tuple[list[str], float]:
    parts = []
    for line, (colour, label) in enumerate(sorted(labels.items())):
        y = 12.0 + _KEY_LINE * line
        stroke = f'stroke="{COLOURS[colour % len(COLOURS)]}" stroke-width="2.4"'
        parts.append(f'<line x1="{LEFT}" x2="{LEFT + 18}" y1="{y}" y2="{y}" {stroke}/>')
        parts.append(text(LEFT + 24, y + 4, label))
    return parts, 12.0 + _KEY_LINE * len(labels) + TOP


def _drawn(panel: Panel, top: float, x: Place) -> list[str]:
    values = np.concatenate([line.y[np.isfinite(line.y)] for line in panel.lines])
    low, high = float(values.min(initial=0.0 if panel.from_zero else np.inf)), float(values.max())
    step = axis_step(max(high - low, 1e-3), 6)
    low, high = step * np.floor(low / step + 1e-9), step * np.ceil(high / step - 1e-9)
    high = high if high > low else low + step

    def y(value: float) -> float:
        return float(top + HEIGHT * (1 - (value - low) / (high - low)))

    parts = [text(LEFT, top - 8, panel.title, css="panel-title")]
    for mark in np.arange(low, high + step / 2, step):
        at = y(float(mark))
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" class="grid"/>')
        parts.append(text(LEFT - 6, at + 4, number(float(mark), axis_digits(step)), "end"))
    for line in panel.lines:
        colour = COLOURS[line.colour % len(COLOURS)]
        if line.dots:
            parts += _dots(line, x, y, colour)
        else:
            parts += polylines(line.x, line.y, x, y, colour, "")
    return parts


def _dots(line: Line, x: Place, y: Place, colour: str) -> list[str]:
    points = "".join(
        f"M{x(float(a)):.1f} {y(float(b)):.1f}h.01" for a, b in zip(line.x, line.y, strict=True) if np.isfinite(b)
    )
    return [f'<path d="{points}" stroke="{colour}" stroke-width="2.2" stroke-linecap="round" opacity=".5"/>']
