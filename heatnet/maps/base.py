"""Base layers of the map: zones, avenues and landmarks, from the bundled GeoJSON, written into the page."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from heatnet.i18n import language
from heatnet.io.bundled import bundled_path

#: base layers further than this from every network of a study belong to another place
NEAR_KM = 30.0
_KM_PER_DEG = 111.2  # along a meridian
Bounds = Sequence[Sequence[float]]
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


def layers_near(bounds: Sequence[Bounds], folder: Path | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return the base layers if some network lies within `NEAR_KM` of them, else empty ones.

    Parameters
    ----------
    bounds : sequence of ((south, west), (north, east))
        Bounds of the networks, degrees.
    folder : Path, optional
        As for `base_layers`.
    """
    layers = base_layers(folder)
    points = [at for features in layers.values() for one in features for at in _positions(one["geometry"])]
    if not points:
        return layers
    lats, lons = [lat for lat, _lon in points], [lon for _lat, lon in points]
    own = ((min(lats), min(lons)), (max(lats), max(lons)))
    near = any(_distance_km(own, other) <= NEAR_KM for other in bounds)
    return layers if near else {name: [] for name in layers}


def _positions(geometry: dict[str, Any]) -> Iterator[tuple[float, float]]:
    """Yield (latitude, longitude) of every point of a GeoJSON geometry."""
    stack = [geometry["coordinates"]]
    while stack:
        part = stack.pop()
        if part and isinstance(part[0], int | float):
            yield float(part[1]), float(part[0])
        else:
            stack.extend(part)


def _distance_km(first: Bounds, second: Bounds) -> float:
    """Return the distance between two boxes in degrees, km; 0 where they touch. Plane at their mean latitude."""
    gaps = [max(first[0][i] - second[1][i], second[0][i] - first[1][i], 0.0) for i in (0, 1)]
    middle = math.radians((first[0][0] + first[1][0] + second[0][0] + second[1][0]) / 4.0)
    return _KM_PER_DEG * math.hypot(gaps[0], gaps[1] * math.cos(middle))


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
