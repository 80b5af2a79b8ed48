"""Tables of a network folder as they stand in their files: GeoJSON or CSV, cells untyped, geometry drawn."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.typed_tables import RawTable
from heatnet.model.validation import place_of_cell


def read_geojson(file: Path, place: str, problems: Problems) -> RawTable:
    """Return the features of a GeoJSON file as rows, their properties as cells.

    A geometry that cannot be drawn is noted in `problems` and left out.

    Raises
    ------
    ValueError
        If the file is not a FeatureCollection.
    """
    data = json.loads(file.read_text(encoding="utf-8-sig"))
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection" or not isinstance(data["features"], list):
        raise ValueError(_("not a GeoJSON FeatureCollection"))
    rows: list[dict[str, Any]] = []
    for feature in data["features"]:
        row = dict(feature.get("properties") or {})
        row["geometry"] = feature.get("geometry")
        if "id" not in row and feature.get("id") is not None:
            row["id"] = feature["id"]
        rows.append(row)
    table = RawTable(place, pd.DataFrame(rows, dtype=object), "feature", 1)
    return _with_geometry(table, _from_geojson, problems)


def read_csv(file: Path, place: str, problems: Problems) -> RawTable:
    """Return the lines of a CSV file as rows; `wkt`, or `x` and `y`, become geometry.

    A geometry that cannot be drawn is noted in `problems` and left out.

    Raises
    ------
    ValueError
        If the file is not a table.
    """
    frame = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True)
    if not isinstance(frame.index, pd.RangeIndex):
        raise ValueError(_("lines have more cells than the heading"))
    # a line with fewer cells than the heading leaves NaN even so
    frame = frame.astype(object).where(frame.notna() & (frame != ""), None)
    table = RawTable(place, frame, "line", 2)
    if "wkt" in frame.columns:
        frame["geometry"] = frame.pop("wkt")
        return _with_geometry(table, _from_wkt, problems)
    if {"x", "y"} <= set(frame.columns):
        frame["geometry"] = list(zip(frame.pop("x"), frame.pop("y"), strict=True))
        return _with_geometry(table, _from_xy, problems)
    return table


def _with_geometry(table: RawTable, draw: Callable[[Any], Any], problems: Problems) -> RawTable:
    """Return the table with its geometry drawn from what the column holds."""
    from shapely.errors import ShapelyError

    frame = table.frame
    drawn: list[Any] = [None] * len(frame)
    for position, cell in enumerate(frame["geometry"] if len(frame) else ()):
        try:
            drawn[position] = draw(cell)
        except (ShapelyError, ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            element = frame["id"].iloc[position] if "id" in frame.columns else ""
            where = place_of_cell(table.place, table.row(position), element, "geometry")
            problems.add(where, _("cannot be read: {error}").format(error=error), str(cell)[:80])
    frame["geometry"] = pd.Series(drawn, dtype=object, index=frame.index)
    return table


def _from_geojson(cell: Any) -> Any:
    from shapely.geometry import shape

    return shape(cell) if cell else None


def _from_wkt(cell: Any) -> Any:
    from shapely import wkt

    return wkt.loads(cell) if cell else None


def _from_xy(cell: tuple[Any, Any]) -> Any:
    from shapely.geometry import Point

    if cell == (None, None):
        return None
    x, y = (float(number) for number in cell)
    if not abs(x) + abs(y) < float("inf"):
        raise ValueError(_("A number is needed"))
    return Point(x, y)
