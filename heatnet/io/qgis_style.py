"""Styles of QGIS (QML): lines and points by classes of a number, points by a code. Texts are escaped by the XML writer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_LINE_WIDTH_MM, _POINT_SIZE_MM = "0.9", "3"


@dataclass(frozen=True)
class Style:
    """How a layer is drawn.

    Parameters
    ----------
    kind : {"line", "marker"}
    column : str
        Column that decides.
    title : str
        Name of the style.
    classes : sequence of (float, float, str, str)
        Lower and upper bound, label and colour (``#rrggbb``) of a graduated style; empty for a categorized one.
    codes : mapping of str to (str, str)
        Label and colour by code of a categorized style.
    """

    kind: str
    column: str
    title: str
    classes: Sequence[tuple[float, float, str, str]] = ()
    codes: Mapping[str, tuple[str, str]] | None = None


def qml(style: Style) -> str:
    """Return a style as a QML document."""
    root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology")
    graduated = style.codes is None
    kind = "graduatedSymbol" if graduated else "categorizedSymbol"
    renderer = ET.SubElement(root, "renderer-v2", type=kind, attr=style.column, symbollevels="0", enableorderby="0")
    colours: list[str] = []
    if graduated:
        renderer.set("graduatedMethod", "GraduatedColor")
        ranges = ET.SubElement(renderer, "ranges")
        for at, (low, high, label, colour) in enumerate(style.classes):
            words = {"lower": f"{low:.6f}", "upper": f"{high:.6f}", "symbol": str(at), "label": label, "render": "true"}
            ET.SubElement(ranges, "range", words)
            colours.append(colour)
    else:
        categories = ET.SubElement(renderer, "categories")
        for at, (code, (label, colour)) in enumerate((style.codes or {}).items()):
            words = {"value": code, "symbol": str(at), "label": label, "render": "true", "type": "string"}
            ET.SubElement(categories, "category", words)
            colours.append(colour)
    symbols = ET.SubElement(renderer, "symbols")
    for at, colour in enumerate(colours):
        _symbol(symbols, str(at), style.kind, colour)
    return _DOCTYPE + ET.tostring(root, encoding="unicode")


def _symbol(symbols: ET.Element, name: str, kind: str, colour: str) -> None:
    symbol = ET.SubElement(symbols, "symbol", name=name, type=kind, alpha="1", clip_to_extent="1", force_rhr="0")
    layer = ET.SubElement(symbol, "layer", {"class": "SimpleLine" if kind == "line" else "SimpleMarker"})
    layer.attrib.update({"enabled": "1", "locked": "0", "pass": "0"})
    rgb = ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"
    if kind == "line":
        values = {"line_color": rgb, "line_width": _LINE_WIDTH_MM, "line_width_unit": "MM", "capstyle": "round"}
    else:
        values = {
            "color": rgb,
            "name": "circle",
            "size": _POINT_SIZE_MM,
            "size_unit": "MM",
            "outline_color": "60,60,60,255",
        }
    options = ET.SubElement(layer, "Option", type="Map")
    for key, value in values.items():
        ET.SubElement(options, "Option", name=key, type="QString", value=value)
    # what QGIS before 3.22 reads
    for key, value in values.items():
        ET.SubElement(layer, "prop", k=key, v=value)
