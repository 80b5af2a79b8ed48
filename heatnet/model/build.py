"""From raw tables to a checked `Network`: types, defaults, then consistency."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
from heatnet.model.power_network import PowerNetwork
from heatnet.model.schema import TABLES, Column
from heatnet.model.typed_tables import RawTable, as_raw, is_empty, typed_table
from heatnet.model.validation import newer_version, problems_of_validation, unknown_key

#: how far an inner diameter may lie from the catalogue's: the older outer diameters (57, 108, 159 mm) take 6 % off
DN_TOLERANCE = 0.10


def build_network(
    network_id: str,
    meta: Mapping[str, Any] | None,
    tables: Mapping[str, pd.DataFrame | RawTable],
    *,
    place: str = "network.yaml",
    steam: Network | None = None,
    electric: PowerNetwork | None = None,
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
    raw = {name: as_raw(name, tables.get(name)) for name in TABLES}
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
    required = [column.name for column in TABLES[table] if column.required]
    kinds = raw.frame["kind"].tolist() if table == "plants" and "kind" in raw.frame.columns else None
    if kinds is None:
        return typed_table(_columns_of(table), raw, problems, required=required)
    return typed_table(
        _columns_of(table), raw, problems, required=required, column_at=lambda column, i: _column_at(column, kinds[i])
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
                and not is_empty(raw.frame[name].iloc[i])
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
        elif entry is not None:
            _check_inner_diameter(row, float(entry["inner_diameter_mm"]), where, problems)
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


def _check_inner_diameter(row: pd.Series, of_dn_mm: float, where: str, problems: Problems) -> None:
    """Note an inner diameter that its pipe of the series cannot have; walls differ by steam, water and pressure."""
    given = float(row["inner_diameter_mm"])
    if abs(given / of_dn_mm - 1.0) <= DN_TOLERANCE:
        return
    found = _("{given:g} mm, but pipes of dn {dn:g} have about {usual:g} mm")
    problems.add(
        f"{where}, inner_diameter_mm",
        found.format(given=given, dn=row["dn"], usual=of_dn_mm),
        _("Within {share:.0%} of it: inner_diameter_mm is what counts").format(share=DN_TOLERANCE),
        _("Correct the one or the other, or leave one of them out."),
    )


def _completed_consumers(consumers: pd.DataFrame, carrier: str) -> pd.DataFrame:
    consumers = consumers.copy()
    by_area = consumers["area_m2"] * consumers["index_w_per_m2"] / 1e6
    consumers["design_heat_mw"] = consumers["design_heat_mw"].fillna(by_area).fillna(consumers["heat_mw"])
    consumers["min_p_bar"] = consumers["min_p_bar"].fillna(consumers["p_use_bar"])
    if carrier != "water":
        consumers["min_dp_bar"] = consumers["min_dp_bar"].fillna(0.0)
    return consumers
