"""An hour of a case as layers for a GIS: every network's elements with what they are and what they do in that hour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatnet.i18n import _, language
from heatnet.io.qgis_style import Style
from heatnet.io.results_store import quantity_of, read_table
from heatnet.web.colours import SCALE, plant_style, scale_colour
from heatnet.web.labels import plant_kind_label
from heatnet.web.results_view import CaseResults, NetworkResults

if TYPE_CHECKING:
    from heatnet.io.geopackage import Layer

#: table of a network -> beginning of its quantities' names
_WATER = {
    "pipes": "pipe",
    "nodes": "node",
    "consumers": "consumer",
    "plants": "plant",
    "pumps": "pump",
    "valves": "valve",
}
_POWER = {
    "lines": "line", "buses": "bus", "transformers": "transformer", "grids": "grid", "loads": "load",
    "generators": "generator", "batteries": "battery",
}  # fmt: skip
#: number that colours a layer at first, by folder and table
_COLOURED_BY = {
    ("water", "pipes"): ("pipe_t_supply_mean_degc", "line"),
    ("water", "nodes"): ("node_p_supply_bar", "marker"),
    ("water", "consumers"): ("consumer_dp_bar", "marker"),
    ("steam", "pipes"): ("pipe_velocity_m_per_s", "line"),
    ("steam", "nodes"): ("node_p_bar", "marker"),
    ("electric", "lines"): ("line_loading_share", "line"),
    ("electric", "buses"): ("bus_v_pu", "marker"),
}
#: a quantity that every solved network has, by folder
_ALWAYS = {"water": "node_p_supply_bar", "steam": "node_p_bar", "electric": "bus_v_pu"}
_CLASSES = 6


def case_layers(root: Path, case: CaseResults, time: pd.Timestamp, only: str | None = None) -> list[Layer]:
    """Return the layers of every network of a case that has coordinates, or of one of them."""
    layers: list[Layer] = []
    for name, results in case.networks.items():
        if only in (None, name):
            layers += _network_layers(root / case.id / name, results, time)
    return layers


def unsolved_folders(root: Path, case: CaseResults, time: pd.Timestamp, only: str | None = None) -> dict[str, bool]:
    """Return the folders with quantities of a case's networks (``teda_east/steam``), and whether an hour is missing there."""
    found = {}
    for name, results in case.networks.items():
        for carrier, _part, _tables in _parts(results) if only in (None, name) else ():
            file = root / case.id / name / carrier / f"{_ALWAYS.get(carrier)}.parquet"
            if file.is_file():
                found[f"{name}/{carrier}"] = not len(read_table(file, pd.Index([time])))
    return found


def _parts(results: NetworkResults) -> list[tuple[str, Any, Mapping[str, str]]]:
    """Return carrier, network and tables of all that a network holds."""
    network = results.network
    parts: list[tuple[str, Any, Mapping[str, str]]] = [(network.carrier, network, _WATER)]
    parts += [("steam", network.steam, _WATER)] if network.steam is not None else []
    parts += [("electric", network.electric, _POWER)] if network.electric is not None else []
    return parts


def _network_layers(folder: Path, results: NetworkResults, time: pd.Timestamp) -> Iterator[Layer]:
    for carrier, part, tables in _parts(results):
        crs = getattr(part, "crs", "none")
        if crs == "none":
            continue
        for table, beginning in tables.items():
            layer = _layer(folder / carrier, part, (carrier, table, beginning), time, crs, results.id)
            if layer is not None:
                yield layer


def _layer(
    folder: Path, part: Any, which: tuple[str, str, str], time: pd.Timestamp, crs: str, network: str
) -> Layer | None:
    import geopandas as gpd

    from heatnet.io.geopackage import Layer

    carrier, table, beginning = which
    frame: pd.DataFrame = getattr(part, table)
    shapes = _shapes(part, table, frame)
    if not len(frame) or shapes.isna().all():
        return None
    told = _static(frame, part, table)
    for file in sorted(folder.glob(f"{beginning}_*.parquet")) if folder.is_dir() else ():
        found = read_table(file, pd.Index([time]))
        if len(found):
            told[quantity_of(file)] = found.iloc[0].reindex(frame.index).to_numpy()
    if (carrier, table) == ("water", "pipes"):
        told["pipe_t_supply_mean_degc"] = _mean_of_ends(folder, frame, time)
    told.insert(0, "hour", f"{time:%Y-%m-%d %H:%M}")
    layer = gpd.GeoDataFrame(told, geometry=list(shapes), crs=crs if crs.startswith("EPSG") else None)
    layer = layer[~layer.geometry.isna()]
    folder_name = "" if carrier == "water" else f"_{carrier}"
    return Layer(f"{network}{folder_name}_{table}", layer, _style(carrier, table, layer))


def _static(frame: pd.DataFrame, part: Any, table: str) -> pd.DataFrame:
    """Return id, name and the table's own columns that hold something."""
    told = pd.DataFrame({"id": [str(one) for one in frame.index]})
    told["name"] = [part.display_name(table, str(one), language()) for one in frame.index]
    for column in frame.columns:
        if column != "geometry" and not column.startswith("x_") and frame[column].notna().any():
            values = frame[column].to_numpy()
            told[column] = (
                values if frame[column].dtype != object else [None if pd.isna(one) else str(one) for one in values]
            )
    return told


def _shapes(part: Any, table: str, frame: pd.DataFrame) -> pd.Series:
    """Return geometries; an element without one of its own takes its node's, or the straight line between its ends."""
    from shapely import LineString

    places = getattr(part, "nodes" if hasattr(part, "nodes") else "buses")["geometry"]
    own = frame["geometry"] if "geometry" in frame.columns else pd.Series(None, index=frame.index, dtype=object)
    shapes = []
    for element, row in frame.iterrows():
        shape = own[element]
        if shape is None:
            at = [row.get(key) for key in ("node", "bus") if key in frame.columns]
            ends = [
                row.get(key)
                for pair in (("from_node", "to_node"), ("from_bus", "to_bus"), ("hv_bus", "lv_bus"))
                for key in pair
                if key in frame.columns
            ]
            known = [places.get(one) for one in (at or ends)]
            if known and all(one is not None for one in known):
                shape = known[0] if len(known) == 1 or known[0].equals(known[1]) else LineString([known[0], known[1]])
        shapes.append(shape)
    return pd.Series(shapes, index=frame.index, dtype=object)


def _mean_of_ends(folder: Path, pipes: pd.DataFrame, time: pd.Timestamp) -> np.ndarray:
    file = folder / "node_t_supply_degc.parquet"
    found = read_table(file, pd.Index([time])) if file.is_file() else pd.DataFrame()
    if not len(found):
        return np.full(len(pipes), np.nan)
    ends = [found.iloc[0].reindex(pipes[end]).to_numpy() for end in ("from_node", "to_node")]
    return np.asarray((ends[0] + ends[1]) / 2.0)


def _style(carrier: str, table: str, layer: pd.DataFrame) -> Style | None:
    if table == "plants":
        kinds = dict.fromkeys(layer["kind"].dropna().astype(str)) if "kind" in layer.columns else {}
        return Style(
            "marker", "kind", _("Kind"), (), {kind: (plant_kind_label(kind), plant_style(kind)[0]) for kind in kinds}
        )
    column, kind = _COLOURED_BY.get((carrier, table), ("", ""))
    if column not in layer.columns:
        return None
    values = layer[column].to_numpy(dtype=float)
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    return Style(kind, column, column, _classes(float(known.min()), float(known.max())))


def _classes(low: float, high: float) -> list[tuple[float, float, str, str]]:
    """Return equal classes of the colour scale from low to high; one class where all is the same."""
    if high - low <= 1e-9 * max(abs(high), 1.0):
        return [(low - 1e-6, high + 1e-6, f"{low:.4g}", SCALE[len(SCALE) // 2])]
    bounds = np.linspace(low, high, _CLASSES + 1)
    # the outer bounds a little wider: text in a style has six decimals
    edges = [float(bounds[0]) - 1e-5, *map(float, bounds[1:-1]), float(bounds[-1]) + 1e-5]
    return [
        (a, b, f"{bounds[at]:.4g} – {bounds[at + 1]:.4g}", scale_colour(at / (_CLASSES - 1)))
        for at, (a, b) in enumerate(pairwise(edges))
    ]
