"""Network folders: `network.yaml` and its tables as GeoJSON or CSV, read, checked and written."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet.errors import InputError, Problem, Problems
from heatnet.i18n import _
from heatnet.io.raw_tables import read_csv, read_geojson
from heatnet.io.yaml_file import dump_yaml, read_yaml
from heatnet.model.build import build_network
from heatnet.model.meta import FORMAT_VERSION
from heatnet.model.network import Network
from heatnet.model.patch import NETWORK_KEY, PARTS, apply_patch
from heatnet.model.power_build import build_power_network
from heatnet.model.power_network import PowerNetwork
from heatnet.model.power_schema import POWER_TABLES
from heatnet.model.schema import TABLES, Column
from heatnet.model.typed_tables import RawTable
from heatnet.model.validation import did_you_mean

SUFFIXES = (".geojson", ".csv")
#: checked steam and power networks by folder, overrides and the elements of the heat network, kept between variants of a network
KnownParts = dict[tuple[Path, str, frozenset[str]], Any]


@dataclass(frozen=True)
class RawNetwork:
    """A network folder as read, before checks; a study lays its overrides over this.

    Parameters
    ----------
    folder : Path
    meta : dict or None
        Content of `network.yaml`; None where it cannot be read.
    tables : dict of str to RawTable
        The tables that can be read.
    unreadable : frozenset of str
        The others.
    steam, electric : RawNetwork or None
        Its steam network; its power network.
    problems : tuple of Problem
        What reading found; `checked_network` raises it with its own findings.
    """

    folder: Path
    meta: dict[str, Any] | None
    tables: dict[str, RawTable]
    unreadable: frozenset[str] = frozenset()
    steam: RawNetwork | None = None
    electric: RawNetwork | None = None
    problems: tuple[Problem, ...] = ()


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


def read_raw_network(path: str | Path, schema: Mapping[str, tuple[Column, ...]] = TABLES) -> RawNetwork:
    """Read a network folder without checking what stands in its tables.

    Parameters
    ----------
    path : str or Path
        Folder with `network.yaml`.
    schema : mapping of str to tuple of Column
        The tables that it may have.

    Raises
    ------
    InputError
        If it is not a network folder; anything else is left to `checked_network`.
    """
    folder = Path(path)
    if not is_network_folder(folder):
        raise InputError([_no_network(folder)])
    # its name is the network's, also of "." and ".."; a link keeps its own
    folder = Path(os.path.abspath(folder))
    problems = Problems()
    meta: dict[str, Any] | None = None
    try:
        meta = read_yaml(folder / "network.yaml")
    except InputError as error:
        problems.extend(error.problems)
    found = {name: file for name in schema if (file := _table_file(folder, name, problems)) is not None}
    tables = {name: table for name, file in found.items() if (table := _read_table(file, problems)) is not None}
    _note_strangers(folder, schema, problems)
    steam = read_raw_network(folder / "steam") if is_network_folder(folder / "steam") else None
    has_electric = is_network_folder(folder / "electric")
    electric = read_raw_network(folder / "electric", POWER_TABLES) if has_electric else None
    return RawNetwork(folder, meta, tables, frozenset(set(found) - set(tables)), steam, electric, tuple(problems))


def checked_network(
    raw: RawNetwork, patch: Mapping[str, Any] | None = None, place: str = "", known: KnownParts | None = None
) -> Network:
    """Type and check a raw network with a study's overrides laid over it.

    Parameters
    ----------
    raw : RawNetwork
        As read.
    patch : mapping, optional
        Overrides by table, with those of the steam network under ``steam``.
    place : str
        Where the overrides stand, for messages.
    known : dict, optional
        Parts without a mistake that are checked already; new ones are added.

    Raises
    ------
    InputError
        With every problem of the network and its parts.
    """
    problems = Problems()
    problems.extend(raw.problems)
    known = {} if known is None else known
    own = dict(patch or {})
    patches = {part: _part_patch(own.pop(part, None), f"{place}.{part}", problems) for part in PARTS}
    meta, tables = apply_patch(raw.meta or {}, raw.tables, own, place, problems)
    steam = None
    if raw.steam is not None:
        try:
            key = (raw.steam.folder, repr(patches["steam"] or {}), frozenset[str]())
            if key not in known:
                known[key] = checked_network(raw.steam, patches["steam"], f"{place}.steam")
            steam = known[key]
        except InputError as error:
            problems.extend(error.problems)
    elif patches["steam"]:
        problems.add(f"{place}.steam", _("the network has no steam network"))
    electric = None
    if raw.electric is not None:
        heat_elements = None if raw.unreadable else _ids(tables, "plants", "pumps")
        if raw.steam is not None and heat_elements is not None:
            heat_elements |= _ids(raw.steam.tables, "plants", "pumps")
        try:
            key = (raw.electric.folder, repr(patches["electric"] or {}), frozenset(heat_elements or ()))
            if key not in known:
                known[key] = checked_power_network(
                    raw.electric, patches["electric"], f"{place}.electric", heat_elements
                )
            electric = known[key]
        except InputError as error:
            problems.extend(error.problems)
    elif patches["electric"]:
        problems.add(f"{place}.electric", _("the network has no power network"))
    try:
        network = build_network(
            raw.folder.name,
            None if raw.meta is None else meta,
            tables,
            place=_meta_place(raw, own, place),
            steam=steam,
            electric=electric,
            unreadable=raw.unreadable,
        )
    except InputError as error:
        problems.extend(error.problems)
    problems.raise_if_any()
    return network


def checked_power_network(
    raw: RawNetwork,
    patch: Mapping[str, Any] | None = None,
    place: str = "",
    heat_elements: Collection[str] | None = None,
) -> PowerNetwork:
    """Type and check a raw power network with a study's overrides laid over it.

    Parameters
    ----------
    raw : RawNetwork
        As read.
    patch : mapping, optional
        Overrides by table.
    place : str
        Where the overrides stand, for messages.
    heat_elements : collection of str, optional
        Plants and pumps that its loads may supply.

    Raises
    ------
    InputError
        With every problem of the network.
    """
    problems = Problems()
    problems.extend(raw.problems)
    own = dict(patch or {})
    meta, tables = apply_patch(raw.meta or {}, raw.tables, own, place, problems, POWER_TABLES)
    try:
        network = build_power_network(
            raw.folder.parent.name if raw.folder.name in PARTS else raw.folder.name,
            None if raw.meta is None else meta,
            tables,
            place=_meta_place(raw, own, place),
            unreadable=raw.unreadable,
            heat_elements=heat_elements,
        )
    except InputError as error:
        problems.extend(error.problems)
    problems.raise_if_any()
    return network


def load_power_network(path: str | Path) -> PowerNetwork:
    """Read and check a power network: that of a network folder (`electric/` inside it), or a folder of its own.

    Raises
    ------
    InputError
        With every problem of the folder.
    """
    folder = Path(path)
    if is_network_folder(folder / "electric"):
        network = load_network(folder).electric
        assert network is not None
        return network
    if is_network_folder(folder) and not is_power_folder(folder):
        remedy = _("Put one into {folder}, with carrier: electric.").format(folder=folder / "electric")
        raise InputError([Problem(str(folder), _("the network has no power network"), "", remedy)])
    return checked_power_network(read_raw_network(folder, POWER_TABLES))


def _part_patch(patch: Any, place: str, problems: Problems) -> Mapping[str, Any] | None:
    if patch is not None and not isinstance(patch, Mapping):
        problems.add(place, _("value {value!r}").format(value=patch), _("Keys and their values"))
        return None
    return patch


def _ids(tables: Mapping[str, RawTable], *names: str) -> set[str]:
    return {str(element) for name in names if name in tables for element in tables[name].frame.get("id", ())}


def _meta_place(raw: RawNetwork, patch: Mapping[str, Any], place: str) -> str:
    return _place(raw.folder, "network.yaml") + (f" [{place}.{NETWORK_KEY}]" if NETWORK_KEY in patch else "")


def _place(folder: Path, name: str) -> str:
    inside = f"{folder.parent.name}/" if folder.name in PARTS else ""
    return f"{inside}{folder.name}/{name}"


def _no_network(folder: Path) -> Problem:
    found = _("is not a network folder") if folder.is_dir() else _("does not exist")
    return Problem(str(folder), found, _("A folder with network.yaml"), _("'heatnet init DIR' writes examples."))


def _note_strangers(folder: Path, schema: Mapping[str, tuple[Column, ...]], problems: Problems) -> None:
    for file in sorted(folder.iterdir()):
        if file.suffix in SUFFIXES and file.stem not in schema:
            hint = did_you_mean(file.stem, list(schema), "{name}" + file.suffix)
            problems.add(
                _place(folder, file.name),
                _("unknown table"),
                _("Allowed: {names}").format(names=", ".join(schema)),
                hint,
            )


def _table_file(folder: Path, name: str, problems: Problems) -> Path | None:
    files = [folder / f"{name}{suffix}" for suffix in SUFFIXES if (folder / f"{name}{suffix}").is_file()]
    if not files:
        return None
    if len(files) > 1:
        problems.add(_place(folder, name), _("stands there as GeoJSON and as CSV"), "", _("Keep one of the two."))
    return files[0]


def _read_table(file: Path, problems: Problems) -> RawTable | None:
    place = _place(file.parent, file.name)
    try:
        return read_geojson(file, place, problems) if file.suffix == ".geojson" else read_csv(file, place, problems)
    except UnicodeDecodeError as error:
        problems.add(
            place, _("cannot be read: {error}").format(error=error), _("A text in UTF-8"), _("Save it again as UTF-8.")
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problems.add(place, _("cannot be read: {error}").format(error=error))
    return None


def save_network(network: Network, path: str | Path) -> None:
    """Write a network folder as GeoJSON tables, completed values included.

    The folder is made; files of the same names are replaced.
    """
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    dump_yaml(_meta_of(network), folder / "network.yaml")
    _write_tables(network, TABLES, folder)
    if network.steam is not None:
        save_network(network.steam, folder / "steam")
    if network.electric is not None:
        save_power_network(network.electric, folder / "electric")


def save_power_network(network: PowerNetwork, path: str | Path) -> None:
    """Write the folder of a power network as GeoJSON tables, completed values included."""
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    meta = {
        "format_version": FORMAT_VERSION,
        "name": dict(network.name),
        "carrier": network.carrier,
        "crs": network.crs,
        "frequency_hz": network.frequency_hz,
    }
    dump_yaml(meta, folder / "network.yaml")
    _write_tables(network, POWER_TABLES, folder)


def _write_tables(network: Network | PowerNetwork, names: Iterable[str], folder: Path) -> None:
    for name in names:
        frame: pd.DataFrame = getattr(network, name)
        if len(frame):
            _write_geojson(frame, folder / f"{name}.geojson")


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


def is_power_folder(path: Path) -> bool:
    """Return whether a folder holds a power network of its own: a `network.yaml` with the carrier `electric`.

    Raises
    ------
    InputError
        If `network.yaml` cannot be read.
    """
    return is_network_folder(path) and read_yaml(path / "network.yaml").get("carrier") == "electric"
