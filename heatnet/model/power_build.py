"""From raw tables to a checked `PowerNetwork`: types, standard types and defaults, then consistency."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model import checks
from heatnet.model.meta import FORMAT_VERSION, NameMeta
from heatnet.model.power_checks import check_power_network
from heatnet.model.power_network import PowerNetwork
from heatnet.model.power_schema import POWER_TABLES
from heatnet.model.typed_tables import RawTable, as_raw, misnamed, typed_table
from heatnet.model.validation import newer_version, problems_of_validation, unknown_key

_FILE = Path(__file__).parent / "data" / "power_types.yaml"
#: GB/T 12325: 20 kV and below within 7 %; 35 kV and above a span of at most 10 %
BAND_TO_20_KV = (0.93, 1.07)
BAND_ABOVE_20_KV = (0.95, 1.05)
#: what has to be known of a line and of a transformer once its type is looked up
_LINE_NEEDS = ("r_ohm_per_km", "x_ohm_per_km", "i_max_ka")
_TRANSFORMER_NEEDS = ("s_rated_mva", "vk_share", "vkr_share")


class PowerMeta(BaseModel):
    """`network.yaml` of a power network."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    format_version: int
    name: NameMeta | None = None
    carrier: Literal["electric"] = "electric"
    crs: Literal["EPSG:4326", "local", "none"] = "none"
    frequency_hz: Annotated[float, Field(ge=16, le=60)] = 50.0


@lru_cache(maxsize=1)
def standard_types() -> dict[str, dict[str, dict[str, float]]]:
    """Return the standard types: ``lines`` and ``transformers``, each by name."""
    types: dict[str, dict[str, dict[str, float]]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return types


def build_power_network(
    network_id: str,
    meta: Mapping[str, Any] | None,
    tables: Mapping[str, pd.DataFrame | RawTable],
    *,
    place: str = "network.yaml",
    unreadable: Collection[str] = (),
    heat_elements: Collection[str] | None = None,
) -> PowerNetwork:
    """Type, complete and check one power network.

    Parameters
    ----------
    network_id : str
        Name of the network.
    meta : mapping or None
        Content of `network.yaml`; None where it cannot be read and the caller has noted why.
    tables : mapping of str to DataFrame or RawTable
        Tables by name (`power_schema.POWER_TABLES`); missing ones are empty.
    place : str
        File name of `meta`, for messages.
    unreadable : collection of str
        Tables that exist and cannot be read, noted by the caller: what refers to them is not checked.
    heat_elements : collection of str, optional
        Plants and pumps of the heat network that loads may supply; None where there is none to ask.

    Raises
    ------
    InputError
        With every problem found: islands, no upper grid, swapped sides of a transformer, kW for MW among them.
    """
    problems = Problems()
    typed_meta = _typed_meta(meta, place, problems)
    raw = {name: as_raw(name, tables.get(name)) for name in POWER_TABLES}
    frames = {name: _typed(name, raw[name], problems) for name in POWER_TABLES}
    checks.check_ids(frames, raw, problems)
    if not all(frame.index.is_unique for frame in frames.values()):
        # which row a bus or type belongs to is open
        problems.raise_if_any()
    frames["lines"] = _with_types("lines", frames["lines"], raw["lines"], _LINE_NEEDS, problems)
    frames["transformers"] = _with_types(
        "transformers", frames["transformers"], raw["transformers"], _TRANSFORMER_NEEDS, problems
    )
    checks.complete_lengths(frames["lines"], raw["lines"], typed_meta.crs, problems)
    frames["lines"]["c_nf_per_km"] = frames["lines"]["c_nf_per_km"].fillna(0.0)
    frames["buses"] = _with_bands(frames["buses"])
    frames["transformers"] = _with_bus_voltages(frames["transformers"], frames["buses"])
    name = typed_meta.name
    network = PowerNetwork(
        id=network_id,
        name={"en": name.en, "zh": name.zh or name.en} if name else {"en": network_id, "zh": network_id},
        crs=typed_meta.crs,
        frequency_hz=typed_meta.frequency_hz,
        **frames,
    )
    if not unreadable:
        check_power_network(network, raw, heat_elements, problems)
        checks.check_coordinates(network, raw, place, problems)
    problems.raise_if_any()
    return network


def _typed_meta(meta: Mapping[str, Any] | None, place: str, problems: Problems) -> PowerMeta:
    plain = PowerMeta(format_version=FORMAT_VERSION)
    if meta is None:
        return plain
    version = meta.get("format_version", FORMAT_VERSION)
    if isinstance(version, int) and version > FORMAT_VERSION:
        problems.extend([newer_version(place, version, FORMAT_VERSION)])
        return plain
    known = list(PowerMeta.model_fields)
    problems.extend(
        unknown_key(place, [str(key)], known) for key in meta if key not in known and not str(key).startswith("x_")
    )
    try:
        return PowerMeta(**{"format_version": FORMAT_VERSION, **{str(key): value for key, value in meta.items()}})
    except ValidationError as error:
        problems.extend(problems_of_validation(error, place, PowerMeta))
        return plain


def _typed(table: str, raw: RawTable, problems: Problems) -> pd.DataFrame:
    columns = {column.name: column for column in POWER_TABLES[table]}
    required = [column.name for column in POWER_TABLES[table] if column.required]
    return typed_table(columns, raw, problems, required=required)


def _with_types(
    table: str, frame: pd.DataFrame, raw: RawTable, needs: tuple[str, ...], problems: Problems
) -> pd.DataFrame:
    """Fill what a row does not give from its standard type; note an unknown type and what is still missing."""
    frame = frame.copy()
    known = standard_types()[table]
    elsewhere = misnamed(raw, frame.columns)
    needs = () if "std_type" in elsewhere else tuple(name for name in needs if name not in elsewhere)
    for i, (element, row) in enumerate(frame.iterrows()):
        where = f"{raw.place}, {raw.row(i)} ({element})"
        type_name = row["std_type"]
        if type_name is not None and type_name not in known:
            checks.unknown_name(f"{where}, std_type", type_name, list(known), problems)
            continue
        for name, value in known.get(type_name, {}).items():
            if name in frame.columns and np.isnan(row[name]):
                frame.at[element, name] = value
        for name in needs:
            if np.isnan(frame.at[element, name]) and not checks.has_problem(problems, f"{where}, {name}"):
                problems.add(f"{where}, {name}", _("is missing"), _("A number, or a standard type (std_type)"))
    for name in ("tap_step_share", "tap_min", "tap_max", "p_iron_mw", "i0_share"):
        if name in frame.columns:
            frame[name] = frame[name].fillna(0.0)
    return frame


def _with_bands(buses: pd.DataFrame) -> pd.DataFrame:
    buses = buses.copy()
    low = buses["v_nom_kv"] <= 20
    for column, position in (("v_min_pu", 0), ("v_max_pu", 1)):
        by_standard = np.where(low, BAND_TO_20_KV[position], BAND_ABOVE_20_KV[position])
        buses[column] = buses[column].fillna(pd.Series(by_standard, index=buses.index))
    return buses


def _with_bus_voltages(transformers: pd.DataFrame, buses: pd.DataFrame) -> pd.DataFrame:
    transformers = transformers.copy()
    for side in ("hv", "lv"):
        nominal = transformers[f"{side}_bus"].map(buses["v_nom_kv"]).astype(float)
        transformers[f"v_{side}_kv"] = transformers[f"v_{side}_kv"].fillna(nominal)
    return transformers
