"""Overrides of a study case, laid over raw tables before they are typed, so that one set of checks sees the outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.checks import unknown_name
from heatnet.model.plant_kinds import PLANT_KINDS, all_plant_keys
from heatnet.model.schema import TABLES, Column
from heatnet.model.typed_tables import RawTable

NETWORK_KEY = "network"
#: parts of a network folder that a patch may reach into
PARTS = ("steam", "electric")
#: what a pipe's diameter of the series says as well: a new one leaves nothing of the old one's
_OF_DN = ("inner_diameter_mm", "wall_j_per_mk")


def apply_patch(
    meta: Mapping[str, Any],
    tables: Mapping[str, RawTable],
    patch: Mapping[str, Any],
    place: str,
    problems: Problems,
    schema: Mapping[str, tuple[Column, ...]] = TABLES,
) -> tuple[dict[str, Any], dict[str, RawTable]]:
    """Return meta and tables with a patch laid over them.

    Parameters
    ----------
    meta, tables
        As read from a network folder.
    patch : mapping
        ``{"network": {key: value}, "<table>": {"<id>": {column: value}}}``.
    place : str
        Where the patch stands, for messages.
    schema : mapping of str to tuple of Column
        The tables that the network may have.
    """
    new_meta = dict(meta)
    new_tables = dict(tables)
    for table, rows in patch.items():
        if rows is not None and not isinstance(rows, Mapping):
            problems.add(f"{place}.{table}", _("value {value!r}").format(value=rows), _("Keys and their values"))
        elif table == NETWORK_KEY:
            new_meta |= rows or {}
        elif table not in schema:
            unknown_name(f"{place}.{table}", table, [*schema, NETWORK_KEY, *PARTS], problems)
        elif table not in tables:
            problems.add(f"{place}.{table}", _("the network has no table '{name}'").format(name=table))
        else:
            new_tables[table] = _patched(tables[table], schema[table], rows or {}, f"{place}.{table}", problems)
    return new_meta, new_tables


def merged_patch(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return overrides with others laid over them, mapping by mapping."""
    merged = dict(base)
    for key, value in over.items():
        known = merged.get(key)
        merged[key] = merged_patch(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return merged


def _patched(
    raw: RawTable, own: tuple[Column, ...], rows: Mapping[str, Any], place: str, problems: Problems
) -> RawTable:
    frame = raw.frame.copy()
    known = {str(element): position for position, element in zip(frame.index, frame.get("id", []), strict=False)}
    is_plants = own is TABLES["plants"]
    columns = ({column.name for column in own} | (set(all_plant_keys()) if is_plants else set())) - {"id"}
    changed: dict[int, str] = {}
    for element, values in rows.items():
        if str(element) not in known:
            unknown_name(f"{place}.{element}", element, list(known), problems)
            continue
        if not isinstance(values, Mapping):
            problems.add(f"{place}.{element}", _("value {value!r}").format(value=values), _("Columns and their values"))
            continue
        changed[frame.index.get_loc(known[str(element)])] = f"{place}.{element}"
        if "kind" in values and is_plants:
            _forget_old_kind(frame, known[str(element)], str(values["kind"]))
        if "dn" in values and own is TABLES["pipes"]:
            _forget(frame, known[str(element)], _OF_DN)
        for column, value in values.items():
            if column not in columns and not str(column).startswith("x_"):
                unknown_name(f"{place}.{element}.{column}", column, sorted(columns), problems)
                continue
            if column not in frame.columns:
                frame[column] = pd.Series([None] * len(frame), dtype=object, index=frame.index)
            frame.at[known[str(element)], column] = value
    return replace(raw, frame=frame, changed=changed)


def _forget_old_kind(frame: pd.DataFrame, row: Any, kind: str) -> None:
    """Empty the keys of the old kind that the new one does not know, and the printed figure, which was the old one's."""
    if kind not in PLANT_KINDS:
        return
    own = {column.name for column in PLANT_KINDS[kind].keys}
    _forget(frame, row, {*all_plant_keys(), "waste_class", "as_printed"} - own - {"mdot_kg_per_s"})


def _forget(frame: pd.DataFrame, row: Any, columns: Iterable[str]) -> None:
    """Empty cells of a row, before the patch sets its own."""
    for name in columns:
        if name in frame.columns:
            frame.at[row, name] = None
