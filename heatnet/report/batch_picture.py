"""Pictures of a batch: bars of single changes (a tornado), and how the rate is distributed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from heatnet.i18n import _
from heatnet.report.svg import rect, round_ticks, svg, text, tick_digits
from heatnet.report.tables import number, percent

_WIDTH = 720.0
_COLOURS = ("#1f5f8b", "#b5651d", "#4d7c4a", "#7a4d8b", "#8a2b2b", "#5b6770")
_LOW, _HIGH = "#5b8fb9", "#b5651d"
_ROW = 26.0
_LABEL_WIDTH = 290.0
_MOST_BARS = 15
_BINS = 24


@dataclass(frozen=True)
class Bar:
    """A bar of a tornado picture.

    Parameters
    ----------
    label : str
    low, high : float
        What the outcome changes by at the dimension's low and high side.
    low_words, high_words : str
        What these sides are.
    """

    label: str
    low: float
    high: float
    low_words: str = ""
    high_words: str = ""

    @property
    def reach(self) -> float:
        """Distance between the ends."""
        return max(self.low, self.high, 0.0) - min(self.low, self.high, 0.0)


def tornado_picture(bars: Sequence[Bar], title: str, unit: str, factor: float, digits: int) -> Markup:
    """Return bars to both sides of no change, the longest first.

    Parameters
    ----------
    bars : sequence of Bar
    title : str
    unit : str
    factor : float
        Printed values are times this.
    digits : int
    """
    shown = sorted(bars, key=lambda bar: -bar.reach)[:_MOST_BARS]
    most = max((abs(end) for bar in shown for end in (bar.low, bar.high)), default=0.0) or 1.0
    left, right = _LABEL_WIDTH + 62.0, _WIDTH - 62.0
    middle, half = (left + right) / 2.0, (right - left) / 2.0
    height = _ROW * len(shown) + 44.0
    parts = [f'<path d="M{middle:.1f} 6L{middle:.1f} {height - 34:.1f}" class="axis" fill="none"/>']
    for row, bar in enumerate(shown):
        y = 10.0 + _ROW * row
        parts.append(text(_LABEL_WIDTH - 4, y + 12, _short(bar.label), "end"))
        for value, words, colour in ((bar.low, bar.low_words, _LOW), (bar.high, bar.high_words, _HIGH)):
            parts.append(
                _bar(
                    middle,
                    half * value / most,
                    y,
                    colour,
                    f"{bar.label}, {words}: {number(value * factor, digits)} {unit}",
                )
            )
        ends = sorted((bar.low, bar.high))
        if ends[0] < 0:
            parts.append(text(middle + half * ends[0] / most - 4, y + 12, number(ends[0] * factor, digits), "end"))
        if ends[1] > 0:
            parts.append(text(middle + half * ends[1] / most + 4, y + 12, number(ends[1] * factor, digits)))
    key = height - 10.0
    parts += [rect(_LABEL_WIDTH, key - 9, 10, 10, _LOW), text(_LABEL_WIDTH + 15, key, _("low side"))]
    parts += [rect(_LABEL_WIDTH + 110, key - 9, 10, 10, _HIGH), text(_LABEL_WIDTH + 125, key, _("high side"))]
    parts.append(text(_WIDTH - 8, key, unit, "end"))
    return svg(_WIDTH, height, title, parts)


def _bar(middle: float, width: float, y: float, colour: str, words: str) -> str:
    x = min(middle, middle + width)
    return f"<g><title>{escape(words)}</title>{rect(x, y, max(abs(width), 0.5), 15.0, colour)}</g>"


def _short(label: str, most: int = 48) -> str:
    """Return a label without its middle where it is long: names that begin alike end differently."""
    return label if len(label) <= most else f"{label[: most - 28].rstrip()} … {label[-25:].lstrip()}"


def rate_picture(rates: Mapping[str, np.ndarray], target_share: float | None, title: str) -> Markup:
    """Return how many seasons have which rate, a panel a portfolio, the target as a line.

    Parameters
    ----------
    rates : mapping of str to ndarray
        Rates of each portfolio, without missing ones.
    target_share : float or None
    title : str
    """
    ends = [*(one for values in rates.values() for one in values), *([] if target_share is None else [target_share])]
    low, high = _span(min(ends), max(ends))
    panel, left, right = 116.0, 46.0, _WIDTH - 20.0
    height = panel * len(rates) + 34.0

    def x(rate: float) -> float:
        return left + (right - left) * (rate - low) / (high - low)

    parts: list[str] = []
    for row, (name, values) in enumerate(rates.items()):
        bottom = panel * (row + 1) - 4.0
        counts, edges = np.histogram(values, bins=_BINS, range=(low, high))
        most = max(int(counts.max(initial=0)), 1)
        parts.append(text(left, bottom - panel + 20, name, css="panel-title"))
        for count, start, end in zip(counts, edges[:-1], edges[1:], strict=True):
            size = (panel - 36.0) * count / most
            words = escape(
                _("{low} to {high}: {count} seasons").format(low=percent(start), high=percent(end), count=count)
            )
            box = rect(
                x(start) + 0.5, bottom - size, max(x(end) - x(start) - 1.0, 0.5), size, _COLOURS[row % len(_COLOURS)]
            )
            parts.append(f"<g><title>{words}</title>{box}</g>")
        parts.append(f'<path d="M{left:.1f} {bottom:.1f}L{right:.1f} {bottom:.1f}" class="axis" fill="none"/>')
        parts.append(text(left - 6, bottom - panel + 40, number(most, 0), "end"))
    if target_share is not None:
        parts.append(
            f'<path d="M{x(target_share):.1f} 24L{x(target_share):.1f} {height - 34:.1f}" class="target" fill="none"/>'
        )
    ticks = round_ticks(100.0 * low, 100.0 * high)
    for tick in ticks:
        if low <= tick / 100.0 <= high:
            parts.append(text(x(tick / 100.0), height - 14, percent(tick / 100.0, tick_digits(ticks)), "middle"))
    return svg(_WIDTH, height, title, parts)


def _span(low: float, high: float) -> tuple[float, float]:
    """Return ends of an axis at whole per cent around both."""
    first, last = math.floor(low * 100 - 1e-9) / 100, math.ceil(high * 100 + 1e-9) / 100
    return first, max(last, first + 0.01)
