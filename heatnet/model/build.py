"""From raw tables to a checked `Network`: types, defaults, then consistency."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model import checks
from heatnet.model.meta import FORMAT_VERSION, NetworkMeta
from heatnet.model.network import Network, PipeDefaults
from heatnet.model.pipe_catalogue import catalogue, wall_heat_capacity_j_per_mk
from heatnet.model.plant_kinds import PLANT_KINDS, all_plant_keys
from heatnet.model.schema import TABLES, Column
from heatnet.model.validation import newer_version, place_of_cell, problems_of_validation, typed_cell, unknown_key


@dataclass(frozen=True)
class RawTable:
    """A table as read, before typing.

    Parameters
    ----------
    place : str
        File name for messages.
    frame : pandas.DataFrame
        Raw cells, with `geometry` (shapely or None) where there is one.
    row_word : str
        "line" for CSV, "feature" for GeoJSON, "row" in memory.
    first_row : int
        Number of the first row in the file.
    changed : mapping of int to str
        Rows (by position) that a study's case changes, and where it does.
    """

    place: str
    frame: pd.DataFrame
    row_word: str = "row"
    first_row: int = 1
    changed: Mapping[int, str] = field(default_factory=dict)

    def row(self, position: int) -> str:
        """Return a row's place in the file, and in the study that changes it, as text."""
        words = {"line": _("line"), "feature": _("feature"), "row": _("row")}
        change = f" [{self.changed[position]}]" if position in self.changed else ""
        return f"{words[self.row_word]} {position + self.first_row}{change}"


def build_network(
    network_id: str,
    meta: Mapping[str, Any] | None,
    tables: Mapping[str, pd.DataFrame | RawTable],
    *,
    place: str = "network.yaml",
    steam: Network | None = None,
    electric: Any | None = None,
    unreadable: Collection[str] = (),
) -> Network:
    """Type, complete and check one network.

    Parameters
    ----------
    network_id : str
        Name of the network.
    meta : mapping or None
        Content of `network.yaml`; `format_version` may be absent for networks built in memory. None where it cannot be
        read and the caller has noted why: the tables are checked all the same.
    tables : mapping of str to DataFrame or RawTable
        Tables by name; missing ones are empty.
    place : str
        File name of `meta`, for messages.
    unreadable : collection of str
        Tables that exist and cannot be read, noted by the caller: what refers to them is not checked.

    Raises
    ------
    InputError
        With every problem found.
    """
    problems = Problems()
    typed_meta = None if meta is None else _typed_meta({"format_version": FORMAT_VERSION, **meta}, place, problems)
    # the tables are checked all the same where network.yaml has mistakes: one pass finds everything
    is_whole = typed_meta is not None
    typed_meta = typed_meta or _salvaged_meta(meta or {})
    raw = {name: _as_raw(name, tables.get(name)) for name in TABLES}
    frames = {name: _typed_table(name, raw[name], problems) for name in TABLES}
    carrier = typed_meta.carrier
    _check_plant_kinds(frames["plants"], raw["plants"], carrier, problems)
    checks.check_ids(frames, raw, problems)
    frames["pipes"] = _completed_pipes(frames["pipes"], raw["pipes"], typed_meta, problems)
    frames["consumers"] = _completed_consumers(frames["consumers"], carrier)
    network = Network(
        id=network_id,
        name=_names(typed_meta, network_id),
        carrier=carrier,
        crs=typed_meta.crs,
        design=typed_meta.typed_design(),
        regulation=typed_meta.regulation,
        heating_curve=typed_meta.typed_curve(),
        pressure_point=typed_meta.typed_pressure_point(),
        t_ground_degc=typed_meta.typed_ground(),
        fluid=typed_meta.typed_fluid(),
        pipe_defaults=typed_meta.typed_pipe_defaults(),
        steam=steam,
        electric=electric,
        **frames,
    )
    if not unreadable:
        checks.check_network(network, raw, place if is_whole else None, problems)
    problems.raise_if_any()
    return network


def _salvaged_meta(meta: Mapping[str, Any]) -> NetworkMeta:
    """Return what can be read of a `network.yaml` with mistakes: enough to check the tables."""
    whole: dict[str, Any] = {"format_version": FORMAT_VERSION}
    for key in ("carrier", "crs", "pressure_point", "pipe_defaults"):
        try:
            NetworkMeta(**whole, **{key: meta[key]})
        except (KeyError, ValidationError):
            continue
        whole[key] = meta[key]
    return NetworkMeta(**whole)


def _names(meta: NetworkMeta, network_id: str) -> dict[str, str]:
    if meta.name is None:
        return {"en": network_id, "zh": network_id}
    return {"en": meta.name.en, "zh": meta.name.zh or meta.name.en}


def _as_raw(name: str, table: pd.DataFrame | RawTable | None) -> RawTable:
    if isinstance(table, RawTable):
        return table
    return RawTable(name, pd.DataFrame() if table is None else table.reset_index(drop="id" in table.columns))


def _typed_meta(meta: Mapping[str, Any], place: str, problems: Problems) -> NetworkMeta | None:
    version = meta.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        problems.extend([newer_version(place, version, FORMAT_VERSION)])
        return None
    known = list(NetworkMeta.model_fields)
    unknown = [str(key) for key in meta if key not in known and not str(key).startswith("x_")]
    problems.extend(unknown_key(place, [key], known) for key in unknown)
    try:
        return NetworkMeta(**{str(key): value for key, value in meta.items()})
    except ValidationError as error:
        problems.extend(problems_of_validation(error, place, NetworkMeta))
        return None


def _columns_of(table: str) -> dict[str, Column]:
    columns = all_plant_keys() if table == "plants" else {}
    return columns | {column.name: column for column in TABLES[table]}


def _column_at(column: Column, kind: object) -> Column:
    """Return the column as the row's plant kind limits it; kinds share names, not limits."""
    own = PLANT_KINDS[kind].keys if isinstance(kind, str) and kind in PLANT_KINDS else ()
    return next((key for key in own if key.name == column.name), column)


def _typed_table(table: str, raw: RawTable, problems: Problems) -> pd.DataFrame:
    columns = _columns_of(table)
    _check_columns(raw, columns, problems)
    frame = raw.frame
    identity = frame["id"] if "id" in frame.columns else pd.Series([""] * len(frame), index=frame.index)
    kinds = frame["kind"].tolist() if table == "plants" and "kind" in frame.columns else [None] * len(frame)
    data: dict[str, Any] = {}
    for name, column in columns.items():
        cells = frame[name].tolist() if name in frame.columns else [None] * len(frame)
        typed = [
            typed_cell(
                cell,
                _column_at(column, kinds[i]),
                place_of_cell(raw.place, raw.row(i), identity.iloc[i], name),
                problems,
            )
            for i, cell in enumerate(cells)
        ]
        _check_filled(column, typed, cells, raw, identity, problems)
        data[name] = _column_array(column, typed)
    for name in frame.columns:
        if str(name).startswith("x_"):
            data[str(name)] = [None if _empty(cell) else cell for cell in frame[name]]
    geometry = frame["geometry"].tolist() if "geometry" in frame.columns else [None] * len(frame)
    data["geometry"] = pd.Series(geometry, dtype=object)
    result = pd.DataFrame(data)
    result["id"] = result["id"].astype(object)
    return result.set_index("id")


def _empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, float) and np.isnan(cell))


def _column_array(column: Column, typed: list[Any]) -> pd.Series:
    filled = [column.default if cell is None else cell for cell in typed]
    if column.type == "number":
        return pd.Series([np.nan if cell is None else cell for cell in filled], dtype=float)
    if column.type == "flag":
        return pd.Series([bool(cell) for cell in filled], dtype=bool)
    return pd.Series(filled, dtype=object)


def _check_columns(raw: RawTable, columns: Mapping[str, Column], problems: Problems) -> None:
    for name in raw.frame.columns:
        text = str(name)
        if text in columns or text == "geometry" or text.startswith("x_"):
            continue
        problems.extend([unknown_key(raw.place, [text], list(columns))])
    if len(raw.frame):
        for column in columns.values():
            if (
                column.required
                and column.name in {"id", "node", "from_node", "to_node", "kind", "role"}
                and column.name not in raw.frame.columns
            ):
                problems.add(
                    f"{raw.place}, {_('column')} {column.name}", _("is missing"), column.description, _("Add it.")
                )


def _check_filled(
    column: Column, typed: list[Any], cells: list[Any], raw: RawTable, identity: pd.Series, problems: Problems
) -> None:
    if not column.required or column.name not in raw.frame.columns or column.name in all_plant_keys():
        return
    for i, (value, cell) in enumerate(zip(typed, cells, strict=True)):
        if value is None and (_empty(cell) or str(cell).strip() == ""):
            problems.add(
                place_of_cell(raw.place, raw.row(i), identity.iloc[i], column.name), _("is empty"), column.description
            )


def _check_plant_kinds(plants: pd.DataFrame, raw: RawTable, carrier: str, problems: Problems) -> None:
    keys = all_plant_keys()
    for i, (plant, row) in enumerate(plants.iterrows()):
        kind = PLANT_KINDS.get(row["kind"])
        where = f"{raw.place}, {raw.row(i)} ({plant})"
        if kind is None:
            if row["kind"] is not None:
                checks.unknown_name(where + ", kind", row["kind"], list(PLANT_KINDS), problems)
            continue
        if carrier not in kind.carriers:
            problems.add(
                where,
                _("kind {kind} in a network of {carrier}").format(kind=row["kind"], carrier=carrier),
                _("Allowed: {names}").format(names=", ".join(kind.carriers)),
            )
        own = {column.name: column for column in kind.keys}
        for name in keys:
            set_here = (
                name in raw.frame.columns
                and not _empty(raw.frame[name].iloc[i])
                and str(raw.frame[name].iloc[i]).strip() != ""
            )
            common = name in {column.name for column in TABLES["plants"]}
            if set_here and name not in own and not common:
                problems.add(
                    f"{where}, {name}",
                    _("a plant of kind {kind} does not have this key").format(kind=row["kind"]),
                    _("Known: {names}").format(names=", ".join(own)),
                )
            if name in own and own[name].required and not set_here:
                problems.add(f"{where}, {name}", _("is missing"), own[name].description)
            if name in own and not set_here and own[name].default is not None:
                plants.at[plant, name] = own[name].default
            if name not in own and not common:
                plants.at[plant, name] = np.nan if keys[name].type == "number" else None
        if row["waste_class"] is None:
            plants.at[plant, "waste_class"] = kind.waste_class


def _completed_pipes(pipes: pd.DataFrame, raw: RawTable, meta: NetworkMeta, problems: Problems) -> pd.DataFrame:
    pipes = pipes.copy()
    defaults: PipeDefaults = meta.typed_pipe_defaults()
    known = catalogue()
    for i, (pipe, row) in enumerate(pipes.iterrows()):
        where = f"{raw.place}, {raw.row(i)} ({pipe})"
        in_series = not np.isnan(row["dn"]) and row["dn"] in known.index
        entry = known.loc[row["dn"]] if in_series else None
        if np.isnan(row["inner_diameter_mm"]):
            noted = any(checks.has_problem(problems, f"{where}, {column}") for column in ("dn", "inner_diameter_mm"))
            if entry is None and not noted:
                given = "" if np.isnan(row["dn"]) else f"dn {row['dn']:g}"
                problems.add(
                    f"{where}, inner_diameter_mm",
                    given or _("is missing"),
                    _("A diameter of the series {names}, or inner_diameter_mm").format(
                        names=", ".join(str(dn) for dn in known.index)
                    ),
                )
            elif entry is not None:
                pipes.at[pipe, "inner_diameter_mm"] = entry["inner_diameter_mm"]
        if np.isnan(row["wall_j_per_mk"]):
            pipes.at[pipe, "wall_j_per_mk"] = (
                0.0 if entry is None else wall_heat_capacity_j_per_mk(entry["outer_diameter_mm"], entry["wall_mm"])
            )
        if np.isnan(row["u_w_per_mk"]):
            catalogue_u = 0.0 if entry is None else float(entry["u_limit_w_per_mk"])
            pipes.at[pipe, "u_w_per_mk"] = catalogue_u if defaults.u_w_per_mk is None else defaults.u_w_per_mk
    checks.complete_lengths(pipes, raw, meta.crs, problems)
    pipes["roughness_mm"] = pipes["roughness_mm"].fillna(defaults.roughness_mm)
    pipes["zeta"] = pipes["zeta"].fillna(defaults.zeta_per_m * pipes["length_m"])
    return pipes


def _completed_consumers(consumers: pd.DataFrame, carrier: str) -> pd.DataFrame:
    consumers = consumers.copy()
    by_area = consumers["area_m2"] * consumers["index_w_per_m2"] / 1e6
    consumers["design_heat_mw"] = consumers["design_heat_mw"].fillna(by_area).fillna(consumers["heat_mw"])
    consumers["min_p_bar"] = consumers["min_p_bar"].fillna(consumers["p_use_bar"])
    if carrier != "water":
        consumers["min_dp_bar"] = consumers["min_dp_bar"].fillna(0.0)
    return consumers
