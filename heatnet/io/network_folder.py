"""Network folders: `network.yaml` and its tables as GeoJSON or CSV, read, checked and written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet.errors import InputError, Problem, Problems
from heatnet.i18n import _
from heatnet.io.yaml_file import dump_yaml, read_yaml
from heatnet.model.build import RawTable, build_network
from heatnet.model.meta import FORMAT_VERSION
from heatnet.model.network import Network
from heatnet.model.patch import apply_patch
from heatnet.model.schema import TABLES
from heatnet.model.validation import did_you_mean

SUFFIXES = (".geojson", ".csv")
PARTS = ("steam", "electric")


@dataclass(frozen=True)
class RawNetwork:
    """A network folder as read, before checks; a study lays its overrides over this."""

    folder: Path
    meta: dict[str, Any]
    tables: dict[str, RawTable]
    steam: RawNetwork | None = None


def load_network(path: str | Path) -> Network:
    """Read and check a network folder, its steam network included.

    Parameters
    ----------
    path : str or Path
        Folder with `network.yaml`.

    Raises
    ------
    InputError
        With every problem of the folder and its parts.
    """
    return checked_network(read_raw_network(path))


def read_raw_network(path: str | Path) -> RawNetwork:
    """Read a network folder without checking what stands in its tables.

    Raises
    ------
    InputError
        If a file is missing or cannot be read.
    """
    folder = Path(path)
    if not is_network_folder(folder):
        raise InputError([_no_network(folder)])
    problems = Problems()
    steam = None
    if is_network_folder(folder / "steam"):
        try:
            steam = read_raw_network(folder / "steam")
        except InputError as error:
            problems.extend(error.problems)
    tables = {name: table for name in TABLES if (table := _read_table(folder, name, problems)) is not None}
    _note_strangers(folder, problems)
    meta: dict[str, Any] = {}
    try:
        meta = read_yaml(folder / "network.yaml")
    except InputError as error:
        problems.extend(error.problems)
    problems.raise_if_any()
    return RawNetwork(folder, meta, tables, steam)


def checked_network(raw: RawNetwork, patch: Mapping[str, Any] | None = None, place: str = "") -> Network:
    """Type and check a raw network with a study's overrides laid over it.

    Parameters
    ----------
    raw : RawNetwork
        As read.
    patch : mapping, optional
        Overrides by table, with those of the steam network under ``steam``.
    place : str
        Where the overrides stand, for messages.

    Raises
    ------
    InputError
        With every problem of the network and its parts.
    """
    problems = Problems()
    own = dict(patch or {})
    steam_patch = own.pop("steam", None)
    meta, tables = apply_patch(raw.meta, raw.tables, own, place, problems)
    steam = None
    if raw.steam is not None:
        try:
            steam = checked_network(raw.steam, steam_patch, f"{place}.steam")
        except InputError as error:
            problems.extend(error.problems)
    elif steam_patch:
        problems.add(f"{place}.steam", _("the network has no steam network"))
    try:
        network = build_network(raw.folder.name, meta, tables, place=_place(raw.folder, "network.yaml"), steam=steam)
    except InputError as error:
        problems.extend(error.problems)
    problems.raise_if_any()
    return network


def _place(folder: Path, name: str) -> str:
    inside = f"{folder.parent.name}/" if folder.name in PARTS else ""
    return f"{inside}{folder.name}/{name}"


def _no_network(folder: Path) -> Problem:
    found = _("is not a network folder") if folder.is_dir() else _("does not exist")
    return Problem(str(folder), found, _("A folder with network.yaml"), _("'heatnet init DIR' writes examples."))


def _note_strangers(folder: Path, problems: Problems) -> None:
    for file in sorted(folder.iterdir()):
        if file.suffix in SUFFIXES and file.stem not in TABLES:
            hint = did_you_mean(file.stem, list(TABLES), "{name}" + file.suffix)
            problems.add(
                _place(folder, file.name),
                _("unknown table"),
                _("Allowed: {names}").format(names=", ".join(TABLES)),
                hint,
            )


def _read_table(folder: Path, name: str, problems: Problems) -> RawTable | None:
    files = [folder / f"{name}{suffix}" for suffix in SUFFIXES if (folder / f"{name}{suffix}").is_file()]
    if not files:
        return None
    if len(files) > 1:
        problems.add(_place(folder, name), _("stands there as GeoJSON and as CSV"), "", _("Keep one of the two."))
    place = _place(folder, files[0].name)
    try:
        return _read_geojson(files[0], place) if files[0].suffix == ".geojson" else _read_csv(files[0], place)
    except (ValueError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        problems.add(place, _("cannot be read: {error}").format(error=error))
        return None


def _read_geojson(file: Path, place: str) -> RawTable:
    from shapely.geometry import shape

    data = json.loads(file.read_text(encoding="utf-8"))
    if data.get("type") != "FeatureCollection":
        raise ValueError(_("not a GeoJSON FeatureCollection"))
    rows: list[dict[str, Any]] = []
    for feature in data["features"]:
        row = dict(feature.get("properties") or {})
        geometry = feature.get("geometry")
        row["geometry"] = shape(geometry) if geometry else None
        if "id" not in row and feature.get("id") is not None:
            row["id"] = feature["id"]
        rows.append(row)
    return RawTable(place, pd.DataFrame(rows, dtype=object), "feature", 1)


def _read_csv(file: Path, place: str) -> RawTable:
    frame = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True)
    frame = frame.astype(object).where(frame != "", None)
    if "wkt" in frame.columns:
        from shapely import wkt

        frame["geometry"] = [wkt.loads(cell) if cell else None for cell in frame.pop("wkt")]
    elif {"x", "y"} <= set(frame.columns):
        from shapely.geometry import Point

        pairs = list(zip(frame.pop("x"), frame.pop("y"), strict=True))
        frame["geometry"] = [Point(float(x), float(y)) if x and y else None for x, y in pairs]
    return RawTable(place, frame, "line", 2)


def save_network(network: Network, path: str | Path) -> None:
    """Write a network folder as GeoJSON tables, completed values included.

    The folder is made; files of the same names are replaced.
    """
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    dump_yaml(_meta_of(network), folder / "network.yaml")
    for name in TABLES:
        frame: pd.DataFrame = getattr(network, name)
        if len(frame):
            _write_geojson(frame, folder / f"{name}.geojson")
    if network.steam is not None:
        save_network(network.steam, folder / "steam")


def _meta_of(network: Network) -> dict[str, Any]:
    meta: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "name": dict(network.name),
        "carrier": network.carrier,
        "crs": network.crs,
        "t_ground_degc": list(network.t_ground_degc),
        "pipe_defaults": {
            "roughness_mm": network.pipe_defaults.roughness_mm,
            "zeta_per_m": network.pipe_defaults.zeta_per_m,
            "u_w_per_mk": network.pipe_defaults.u_w_per_mk,
        },
    }
    if network.design is not None:
        meta["design"] = vars(network.design).copy()
    if network.regulation is not None:
        meta["regulation"] = network.regulation
    if network.heating_curve:
        keys = ("load_share", "t_supply_degc", "t_return_degc")
        meta["heating_curve"] = [dict(zip(keys, point, strict=True)) for point in network.heating_curve]
    if network.pressure_point is not None:
        meta["pressure_point"] = vars(network.pressure_point).copy()
    if network.fluid.kind == "constant":
        meta["fluid"] = {key: value for key, value in vars(network.fluid).items() if key != "kind"}
    return meta


def _write_geojson(frame: pd.DataFrame, file: Path) -> None:
    from shapely.geometry import mapping

    features = []
    for element, row in frame.iterrows():
        properties = {"id": element} | {
            str(key): _plain(value) for key, value in row.items() if key != "geometry" and _plain(value) is not None
        }
        geometry = mapping(row["geometry"]) if row["geometry"] is not None else None
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, allow_nan=False)
    file.write_text(text, encoding="utf-8")


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, float) and value != value):
        return None
    return value.item() if hasattr(value, "item") else value


def is_network_folder(path: Path) -> bool:
    """Return whether a folder holds a network."""
    return (path / "network.yaml").is_file()
