"""The few SVG elements that the drawings are made of; every text is escaped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

#: about how many steps an axis has
_TICK_STEPS = 5


def svg(width: float, height: float, title: str, parts: Iterable[str]) -> Markup:
    """Return a drawing of the given size (user units) with its title for screen readers."""
    head = f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" xmlns="http://www.w3.org/2000/svg">'
    return Markup(f"{head}<title>{escape(title)}</title>{''.join(parts)}</svg>")


def text(x: float, y: float, words: str, anchor: str = "start", css: str = "") -> str:
    """Return words at a place; `anchor` is start, middle or end."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{_css(css)}>{escape(words)}</text>'


def rect(x: float, y: float, width: float, height: float, fill: str, css: str = "") -> str:
    """Return a filled rectangle."""
    size = f'width="{width:.1f}" height="{height:.1f}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="{fill}"{_css(css)}/>'


def round_ticks(low: float, high: float) -> list[float]:
    """Return round values that enclose a range."""
    span = max(high - low, abs(high) * 1e-3, 1e-6)
    raw = span / _TICK_STEPS
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if size * factor >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [step * count for count in range(first, max(last, first + 1) + 1)]


def tick_digits(ticks: Sequence[float]) -> int:
    """Return the decimals with which all values are printed exactly."""
    return next((digits for digits in range(6) if all(abs(v - round(v, digits)) < 1e-9 for v in ticks)), 6)


def _css(name: str) -> str:
    return f' class="{name}"' if name else ""
