"""What differs between the inputs of cases: keys of `case.yaml`, and figures of the networks as used."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from heatnet.i18n import language
from heatnet.io.yaml_file import read_yaml
from heatnet.model.network import Network
from heatnet.web.results_view import CaseResults, StudyResults

#: what says which run it was, not what it was given; overrides are seen in the tables that they change
_NO_INPUT = ("case", "study", "status", "reason", "inputs_sha256", "format_version", "overrides", "label")
TABLES = ("nodes", "pipes", "consumers", "plants", "pumps", "valves")
POWER_TABLES = ("buses", "lines", "transformers", "grids", "loads", "generators", "batteries")
_ABSENT = "–"
#: figures closer than this are the same, as a share
_SAME_SHARE = 1e-9


@dataclass(frozen=True)
class Entry:
    """One compared case: where it lies, and its name on the page."""

    study: StudyResults
    case: CaseResults
    label: str


@dataclass(frozen=True)
class Difference:
    """An input that differs: where, which, and its value in each case as text."""

    place: str
    name: str
    values: tuple[str, ...]


def input_differences(entries: Sequence[Entry]) -> list[Difference]:
    """Return every input that is not the same in all cases: study keys first, then networks by table and element."""
    return [*_key_differences(entries), *_network_differences(entries)]


def _key_differences(entries: Sequence[Entry]) -> Iterator[Difference]:
    flat = []
    for entry in entries:
        file = entry.study.folder / entry.case.id / "case.yaml"
        content = read_yaml(file) if file.is_file() else {}
        flat.append(dict(_flat(content)) if isinstance(content, Mapping) else {})
    for key in dict.fromkeys(key for one in flat for key in one):
        values = tuple(one.get(key) for one in flat)
        if not _same(values):
            yield Difference("", key, tuple(map(_told, values)))


def _flat(content: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted keys with their values; a figure with its source stands for its value."""
    for key, value in content.items():
        if not before and key in _NO_INPUT:
            continue
        name = f"{before}{key}"
        if isinstance(value, Mapping):
            if "value" in value and "source" in value:
                yield name, value["value"]
            else:
                yield from _flat(value, f"{name}.")
        else:
            yield name, value


def _network_differences(entries: Sequence[Entry]) -> Iterator[Difference]:
    for name in dict.fromkeys(name for entry in entries for name in entry.case.networks):
        networks = [entry.case.networks[name].network if name in entry.case.networks else None for entry in entries]
        if any(network is None for network in networks):
            yield Difference(name, "", tuple(_ABSENT if network is None else "✓" for network in networks))
            continue
        held = [network for network in networks if network is not None]
        place = _network_name(held[0])
        for table in TABLES:
            yield from _table_differences(place, table, [getattr(network, table) for network in held])
        steam = [network.steam for network in held]
        if all(one is not None for one in steam):
            for table in TABLES:
                yield from _table_differences(place, table, [getattr(one, table) for one in steam], "steam/")
        power = [network.electric for network in held]
        if all(one is not None for one in power):
            for table in POWER_TABLES:
                yield from _table_differences(place, table, [getattr(one, table) for one in power], "electric/")


def _network_name(network: Network) -> str:
    return network.name.get(language()) or network.name.get("en") or network.id


def _table_differences(
    place: str, table: str, frames: Sequence[pd.DataFrame], folder: str = ""
) -> Iterator[Difference]:
    elements = dict.fromkeys(str(element) for frame in frames for element in frame.index)
    columns = dict.fromkeys(str(column) for frame in frames for column in frame.columns if column != "geometry")
    # whole columns first: nearly all are equal
    changed = [column for column in columns if not _equal_columns(frames, column)]
    for element in elements:
        for column in changed:
            values = tuple(_cell(frame, element, column) for frame in frames)
            if not _same(values):
                label = f"{folder}{table}: {_element_name(frames, element)}, {column}"
                yield Difference(place, label, tuple(map(_told, values)))


def _equal_columns(frames: Sequence[pd.DataFrame], column: str) -> bool:
    first = frames[0]
    if column not in first.columns:
        return False
    return all(column in one.columns and one[column].equals(first[column]) for one in frames[1:])


def _element_name(frames: Sequence[pd.DataFrame], element: str) -> str:
    column = f"x_name_{language()}"
    found = (_cell(frame, element, column) for frame in frames)
    name = next((one for one in found if isinstance(one, str) and one), None)
    return f"{name} ({element})" if name else element


def _cell(frame: pd.DataFrame, element: str, column: str) -> Any:
    return frame.at[element, column] if element in frame.index and column in frame.columns else None


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _same(values: Sequence[Any]) -> bool:
    first = values[0]
    return all(_equal(first, other) for other in values[1:])


def _equal(one: Any, other: Any) -> bool:
    if _missing(one) or _missing(other):
        return _missing(one) and _missing(other)
    if isinstance(one, bool) or isinstance(other, bool) or isinstance(one, str) or isinstance(other, str):
        return bool(one == other)
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=_SAME_SHARE, abs_tol=1e-12)
    return str(one) == str(other)


def _told(value: Any) -> str:
    if _missing(value):
        return _ABSENT
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)
