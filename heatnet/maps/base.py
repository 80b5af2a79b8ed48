"""Base layers of the map: zones, avenues and landmarks, from the bundled GeoJSON, written into the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from heatnet.i18n import language
from heatnet.io.bundled import bundled_path

LAYERS = ("zones", "avenues", "landmarks")


def base_layers(folder: Path | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return the features of each base layer with their name in the current language.

    Parameters
    ----------
    folder : Path, optional
        Where ``<layer>.geojson`` lie; the bundled layers if absent. A layer without a file is empty.
    """
    place = bundled_path("gis") if folder is None else folder
    return {layer: _features(place / f"{layer}.geojson") for layer in LAYERS}


def _features(file: Path) -> list[dict[str, Any]]:
    if not file.is_file():
        return []
    found = []
    for feature in json.loads(file.read_text(encoding="utf-8"))["features"]:
        if feature.get("geometry"):
            name = _name(feature.get("properties") or {})
            found.append({"type": "Feature", "properties": {"name": name}, "geometry": feature["geometry"]})
    return found


def _name(properties: dict[str, Any]) -> str:
    here = language()
    for key in (f"name_{here}", f"x_name_{here}", "name", "name_en", "x_name_en", "name_zh", "x_name_zh", "id"):
        if isinstance(properties.get(key), str) and properties[key]:
            return str(properties[key])
    return ""
