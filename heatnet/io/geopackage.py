"""Layers as one GeoPackage with the styles that QGIS applies by itself. Importing this module imports geopandas."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from heatnet.io.qgis_style import Style, qml

_STYLES = "layer_styles"
#: fixed, so that the same results give the same content
_UPDATED = dt.datetime(2000, 1, 1)


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer: its name, its features, and how QGIS shows it at first."""

    name: str
    frame: gpd.GeoDataFrame
    style: Style | None = None


def write_geopackage(layers: Sequence[Layer], file: str | Path) -> Path:
    """Write layers with their styles (table `layer_styles`); an earlier file is replaced in one step."""
    target = Path(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.stem}.part.gpkg")
    part.unlink(missing_ok=True)
    try:
        for layer in layers:
            pyogrio.write_dataframe(layer.frame, part, layer=layer.name, driver="GPKG", append=part.exists())
        styles = [_style_row(layer, layer.style) for layer in layers if layer.style is not None]
        if styles:
            pyogrio.write_dataframe(pd.DataFrame(styles), part, layer=_STYLES, driver="GPKG", append=True)
        _without_date(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _style_row(layer: Layer, style: Style) -> dict[str, object]:
    return {
        "f_table_catalog": "",
        "f_table_schema": "",
        "f_table_name": layer.name,
        "f_geometry_column": "geom",
        "styleName": style.title,
        "styleQML": qml(style),
        "styleSLD": "",
        "useAsDefault": True,
        "description": style.title,
        "owner": "",
        "ui": "",
        "update_time": _UPDATED,
    }


def _without_date(file: Path) -> None:
    """Take the time of writing out of the file's list of contents."""
    with sqlite3.connect(file) as base:
        base.execute("UPDATE gpkg_contents SET last_change = '2000-01-01T00:00:00.000Z'")
    base.close()
