"""The columns of the network tables: name, type, limits, default, description.

One table read by validation, defaults and documentation. Plant keys beyond the common ones stand in `plant_kinds`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

ColumnType = Literal["text", "number", "flag", "profile"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Column name; its suffix is its unit.
    type : {"text", "number", "flag", "profile"}
        ``profile`` is a number or twelve monthly numbers separated by blanks.
    description : str
        One line for the reference pages.
    required : bool
        Whether the column must be present and filled.
    low, high : float
        Allowed closed range of numbers.
    choices : tuple of str
        Allowed texts; empty means any.
    default : object
        Filled in where the column or the cell is absent; None leaves it empty.
    """

    name: str
    type: ColumnType
    description: str
    required: bool = False
    low: float = float("-inf")
    high: float = float("inf")
    choices: tuple[str, ...] = ()
    default: object = None


CONSUMER_KINDS = (
    "residential",
    "residential_old",
    "office",
    "school",
    "hotel",
    "shop",
    "hospital",
    "factory",
    "mixed",
    "process_steam",
)
CONTROLS = ("heat_return", "heat_dt", "flow_dt", "valve")
LINES = ("supply", "return", "pair")
ROLES = ("pressure", "heat", "flow")
CONNECTIONS = ("supply", "return_preheat", "branch", "secondary")
SOURCE_MARKS = ("plan", "standard", "typical", "illustrative")
LAYINGS = ("buried", "above_ground")
WASTE_CLASSES = ("none", "strict", "plan", "broad")

_TEXT_NAMES = (
    Column("source", "text", "where the row's figures come from", choices=SOURCE_MARKS),
    Column("as_printed", "text", "the figure in the wording of its source"),
)

NODES = (
    Column("id", "text", "identifier, unique within the network over all tables, ignoring case", required=True),
    Column("elevation_m", "number", "height of the pipe axis above sea level", low=-430, high=5000, default=0.0),
    Column("trap", "flag", "steam: condensate of pipes that end here is drained", default=True),
    *_TEXT_NAMES,
)

PIPES = (
    Column("id", "text", "identifier", required=True),
    Column("from_node", "text", "node at the pipe's start; flow from here is positive", required=True),
    Column("to_node", "text", "node at the pipe's end", required=True),
    Column(
        "length_m",
        "number",
        "length of the route (of each pipe of a pair); from the geometry if absent",
        low=0.1,
        high=60_000,
    ),
    Column("line", "text", "supply, return, or pair = one of each, mirrored", choices=LINES, default="pair"),
    Column("dn", "number", "nominal diameter, Chinese series", low=10, high=2000),
    Column("inner_diameter_mm", "number", "inner diameter; goes before dn", low=5, high=2500),
    Column("roughness_mm", "number", "hydraulic roughness", low=0.0, high=10),
    Column("u_w_per_mk", "number", "loss per metre of one pipe on fluid minus ground temperature", low=0.0, high=50),
    Column("zeta", "number", "sum of local loss coefficients", low=0.0, high=10_000),
    Column("wall_j_per_mk", "number", "heat capacity of the pipe wall per metre", low=0.0, high=1e6),
    Column("laying", "text", "steam: loses heat to the ground or to the air", choices=LAYINGS, default="buried"),
    Column(
        "trap_spacing_m", "number", "steam: distance between traps along the pipe; none if absent", low=1.0, high=60_000
    ),
    Column("closed", "flag", "shut off", default=False),
    Column("heat_mw", "number", "heat added by an in-line heater", low=-1000, high=1000, default=0.0),
    *_TEXT_NAMES,
)

CONSUMERS = (
    Column("id", "text", "identifier", required=True),
    Column("node", "text", "node of the supply line (and of the return line where mirrored)", required=True),
    Column("return_node", "text", "node of the return line where lines are not mirrored"),
    Column("kind", "text", "building kind, sets the load profile", choices=CONSUMER_KINDS, default="mixed"),
    Column("area_m2", "number", "heated floor area", low=0.0, high=1e8),
    Column(
        "index_w_per_m2",
        "number",
        "design heat index of the floor area, about 5 % network loss included",
        low=0.0,
        high=500,
    ),
    Column(
        "design_heat_mw",
        "number",
        "heat at the design outdoor temperature; area times index if absent",
        low=0.0,
        high=5000,
    ),
    Column("control", "text", "what fixes the consumer's flow", choices=CONTROLS, default="heat_return"),
    Column("heat_mw", "number", "heat taken where no boundary gives one", low=0.0, high=5000),
    Column("t_return_degc", "number", "primary return temperature", low=0.0, high=180),
    Column("dt_k", "number", "primary temperature difference", low=0.0, high=170),
    Column("mdot_kg_per_s", "number", "primary flow", low=0.0, high=50_000),
    Column("min_mdot_kg_per_s", "number", "bypass flow that never stops", low=0.0, high=50_000, default=0.0),
    Column("kv_m3_per_h", "number", "flow coefficient of the fully open valve", low=0.0, high=100_000),
    Column("opening", "number", "valve opening, 0 to 1", low=0.0, high=1.0),
    Column(
        "min_p_bar", "number", "steam: absolute pressure that the user needs; p_use_bar if absent", low=0.1, high=32
    ),
    Column("p_use_bar", "number", "steam: absolute pressure to which the user throttles", low=0.1, high=32),
    Column("t_use_degc", "number", "steam: temperature to which the user sprays its condensate", low=45, high=450),
    Column("min_dp_bar", "number", "pressure difference that the station needs", low=0.0, high=20, default=1.0),
    Column("t_secondary_supply_degc", "number", "secondary supply temperature at design", low=10, high=120),
    Column("t_secondary_return_degc", "number", "secondary return temperature at design", low=10, high=110),
    *_TEXT_NAMES,
)

PLANTS = (
    Column("id", "text", "identifier", required=True),
    Column("node", "text", "node of the supply line (and of the return line where mirrored)", required=True),
    Column("return_node", "text", "node of the return line where lines are not mirrored"),
    Column("kind", "text", "kind of plant; sets which further keys it has", required=True),
    Column(
        "role",
        "text",
        "pressure holds the pressure, heat and flow follow their set value",
        required=True,
        choices=ROLES,
    ),
    Column("connection", "text", "how the heat enters the network", choices=CONNECTIONS, default="supply"),
    Column("capacity_mw", "number", "largest heat to the network; 0 = not built", low=0.0, high=20_000),
    Column("t_supply_degc", "number", "supply temperature", low=5, high=400),
    Column("heat_mw", "number", "heat where no boundary gives one", low=-5000, high=20_000),
    Column("mdot_kg_per_s", "number", "flow where no boundary gives one", low=0.0, high=100_000),
    Column("head_bar", "number", "pump head; follows the worst consumer if absent", low=0.0, high=60),
    Column("p_bar", "number", "steam: absolute pressure that a plant with role pressure holds", low=0.1, high=32),
    Column("waste_class", "text", "class of the heat in the substitution rate", choices=WASTE_CLASSES),
    *_TEXT_NAMES,
)

PUMPS = (
    Column("id", "text", "identifier", required=True),
    Column("from_node", "text", "suction side", required=True),
    Column("to_node", "text", "pressure side", required=True),
    Column("line", "text", "supply or return", choices=("supply", "return"), default="supply"),
    Column("curve", "text", "head over flow at full speed: 'm3/h:bar m3/h:bar …'"),
    Column("head_bar", "number", "constant head at full speed, instead of a curve", low=0.0, high=60),
    Column("speed_share", "number", "speed over full speed", low=0.0, high=1.5, default=1.0),
    *_TEXT_NAMES,
)

VALVES = (
    Column("id", "text", "identifier", required=True),
    Column("from_node", "text", "one side", required=True),
    Column("to_node", "text", "other side", required=True),
    Column("line", "text", "supply, return or pair", choices=LINES, default="supply"),
    Column("kind", "text", "valve or check valve", choices=("valve", "check"), default="valve"),
    Column("opening", "number", "0 shut to 1 open", low=0.0, high=1.0, default=1.0),
    Column("kv_m3_per_h", "number", "flow coefficient when open", low=0.0, high=1e6),
    *_TEXT_NAMES,
)

TABLES = MappingProxyType(
    {"nodes": NODES, "pipes": PIPES, "consumers": CONSUMERS, "plants": PLANTS, "pumps": PUMPS, "valves": VALVES}
)
#: columns that carry coordinates and are turned into geometry on reading
GEOMETRY_COLUMNS = ("x", "y", "wkt", "geometry")


def column_names(table: str) -> list[str]:
    """Return the names of a table's columns, in order."""
    return [column.name for column in TABLES[table]]
