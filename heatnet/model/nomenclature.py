"""The reference page of every column, plant key and boundary variable, made from the tables that validation reads."""

from __future__ import annotations

from collections.abc import Iterable

from heatnet.model.boundary import BOUNDARY_VARIABLES
from heatnet.model.on_off_keys import SWITCHING, SWITCHING_FUEL, YEARLY
from heatnet.model.plant_kinds import PLANT_KINDS
from heatnet.model.power_schema import POWER_BOUNDARY_VARIABLES, POWER_TABLES
from heatnet.model.schema import TABLES, Column
from heatnet.units import unit_of

_HEADER = "| column | unit | type | allowed | default | meaning |\n|---|---|---|---|---|---|"


def nomenclature() -> str:
    """Return the page as Markdown."""
    parts = ["# Nomenclature\n", "Made from the tables in `heatnet.model`; a test holds this page against them.\n"]
    for table, columns in TABLES.items():
        parts += [f"## Table `{table}`\n", _HEADER, *_rows(columns), ""]
    for table, columns in POWER_TABLES.items():
        parts += [f"## Power network, table `{table}`\n", _HEADER, *_rows(columns), ""]
    parts.append("## Plant kinds\n")
    for name, kind in PLANT_KINDS.items():
        carriers = ", ".join(kind.carriers)
        parts.append(f"### `{name}` ({carriers}; waste class {kind.waste_class})\n")
        parts += [_HEADER, *_rows(kind.own), ""] if kind.own else ["No further keys.\n"]
    for title, columns in {
        "Keys of plants that are switched on and off": SWITCHING,
        "The same, of plants that burn a fuel": SWITCHING_FUEL,
        "Yearly figures": YEARLY,
    }.items():
        names = ", ".join(f"`{name}`" for name, kind in PLANT_KINDS.items() if set(columns) <= set(kind.shared))
        parts += [f"### {title}\n", f"Of {names}.\n", _HEADER, *_rows(columns), ""]
    parts += ["## Boundary variables\n", "| variable | unit | one column for each of |\n|---|---|---|"]
    parts += [
        f"| `{name}` | {unit_of(name)} | {table} |"
        for name, table in {**BOUNDARY_VARIABLES, **POWER_BOUNDARY_VARIABLES}.items()
    ]
    return "\n".join(parts) + "\n"


def _rows(columns: Iterable[Column]) -> list[str]:
    return [
        f"| {_name(column)} | {unit_of(column.name)} | {column.type} | {_allowed(column)} | {_default(column)} "
        f"| {column.description} |"
        for column in columns
    ]


def _name(column: Column) -> str:
    return f"**`{column.name}`**" if column.required else f"`{column.name}`"


def _allowed(column: Column) -> str:
    if column.choices:
        return ", ".join(column.choices)
    low, high = column.low, column.high
    return "" if low == float("-inf") else f"{low:g} to {high:g}"


def _default(column: Column) -> str:
    return "" if column.default is None else str(column.default)
