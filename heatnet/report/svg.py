"""The few SVG elements that the drawings are made of; every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape


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


def _css(name: str) -> str:
    return f' class="{name}"' if name else ""
