"""Plants of a study's own: rows laid into the raw plants tables of its networks, not built until something builds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.io.network_folder import RawNetwork
from heatnet.model.typed_tables import RawTable
from heatnet.model.validation import did_you_mean

STEAM = "/steam"


def with_new_plants(
    raws: Mapping[str, RawNetwork], new_plants: Mapping[str, Mapping[str, Mapping[str, Any]]], problems: Problems
) -> dict[str, RawNetwork]:
    """Return the networks with further plants.

    Parameters
    ----------
    raws : mapping of str to RawNetwork
    new_plants : mapping of network, or network/steam, to (mapping of plant to row)
        A row may have `x` and `y`, its place on the map.
    problems : Problems
        Where networks that are not there and ids that are taken are noted.
    """
    found = dict(raws)
    for entry, rows in new_plants.items():
        name, is_steam = entry.removesuffix(STEAM), entry.endswith(STEAM)
        place = f"study.yaml, {_('key')} new_plants.{entry}"
        raw = found.get(name)
        part = None if raw is None else (raw.steam if is_steam else raw)
        if raw is None or part is None or "plants" not in part.tables:
            known = [*raws, *(f"{one}{STEAM}" for one, it in raws.items() if it.steam is not None)]
            allowed = _("Allowed: {names}").format(names=", ".join(known))
            problems.add(place, _("'{name}' does not exist").format(name=entry), allowed, did_you_mean(entry, known))
            continue
        tables = part.tables | {"plants": _longer(part.tables["plants"], rows, place, problems)}
        grown = replace(part, tables=tables)
        found[name] = replace(raw, steam=grown) if is_steam else grown
    return found


def _longer(table: RawTable, rows: Mapping[str, Mapping[str, Any]], place: str, problems: Problems) -> RawTable:
    taken = {str(name).casefold() for name in table.frame.get("id", [])}
    records: list[dict[str, Any]] = []
    changed = dict(table.changed)
    for plant, values in rows.items():
        if plant.casefold() in taken:
            problems.add(f"{place}.{plant}", _("'{name}' is taken").format(name=plant))
            continue
        changed[len(table.frame) + len(records)] = f"{place}.{plant}"
        record = {"capacity_mw": 0, "heat_mw": 0, **values, "id": plant}
        x, y = record.pop("x", None), record.pop("y", None)
        if x is not None and y is not None and "geometry" in table.frame.columns:
            from shapely.geometry import Point

            record["geometry"] = Point(float(x), float(y))
        records.append(record)
    if not records:
        return table
    frame = table.frame.astype(object)
    added = pd.DataFrame(records, dtype=object).reindex(columns=[*frame.columns, *_new(frame, records)])
    longer = pd.concat([frame.reindex(columns=added.columns), added], ignore_index=True)
    return replace(table, frame=longer.where(longer.notna(), None), changed=changed)


def _new(frame: pd.DataFrame, records: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for record in records for name in record if name not in frame.columns))
