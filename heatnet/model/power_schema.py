"""The columns of the tables of a power network (`electric/` inside a network folder)."""

from __future__ import annotations

from types import MappingProxyType

from heatnet.model.schema import SOURCE_MARKS, Column

#: hourly shape of a load that no boundary gives
LOAD_PROFILES = ("flat", "residential", "office", "industry", "data_centre", "heat")
GENERATOR_KINDS = ("pv", "wind", "other")
#: from how many kV a typed number is taken for V, and the highest voltage of a regional network
_V_MAX_KV = 1100.0

_TEXT_NAMES = (
    Column("source", "text", "where the row's figures come from", choices=SOURCE_MARKS),
    Column("as_printed", "text", "the figure in the wording of its source"),
)
_OPEN = Column("open", "flag", "switched off", default=False)
_COS_PHI = "power factor, inductive; reactive power = active power times tan(arccos)"

BUSES = (
    Column("id", "text", "identifier, unique within the power network over all tables, ignoring case", required=True),
    Column("v_nom_kv", "number", "nominal voltage, line to line", required=True, low=0.1, high=_V_MAX_KV),
    Column("v_min_pu", "number", "least permitted voltage; by GB/T 12325 if absent", low=0.5, high=1.0),
    Column("v_max_pu", "number", "largest permitted voltage; by GB/T 12325 if absent", low=1.0, high=1.5),
    Column("station", "text", "substation to which the bus belongs"),
    *_TEXT_NAMES,
)

LINES = (
    Column("id", "text", "identifier", required=True),
    Column("from_bus", "text", "bus at the line's start; power from here is positive", required=True),
    Column("to_bus", "text", "bus at the line's end", required=True),
    Column("length_m", "number", "length of the route; from the geometry if absent", low=0.1, high=500_000),
    Column("std_type", "text", "standard type; gives what the columns to the right do not"),
    Column("r_ohm_per_km", "number", "resistance of one circuit", low=0.0, high=100),
    Column("x_ohm_per_km", "number", "reactance of one circuit", low=0.0, high=100),
    Column("c_nf_per_km", "number", "capacitance of one circuit", low=0.0, high=100_000),
    Column("i_max_ka", "number", "permitted current of one circuit", low=0.001, high=100),
    Column("parallel", "number", "circuits side by side", low=1, high=20, default=1),
    _OPEN,
    *_TEXT_NAMES,
)

TRANSFORMERS = (
    Column("id", "text", "identifier", required=True),
    Column("hv_bus", "text", "bus of the higher voltage", required=True),
    Column("lv_bus", "text", "bus of the lower voltage", required=True),
    Column("std_type", "text", "standard type; gives what the columns to the right do not"),
    Column("s_rated_mva", "number", "rated power of one transformer", low=0.01, high=2000),
    Column("v_hv_kv", "number", "rated voltage of the higher side; the bus's if absent", low=0.1, high=_V_MAX_KV),
    Column("v_lv_kv", "number", "rated voltage of the lower side; the bus's if absent", low=0.1, high=_V_MAX_KV),
    Column("vk_share", "number", "short-circuit voltage", low=0.001, high=0.5),
    Column("vkr_share", "number", "resistive part of the short-circuit voltage", low=0.0, high=0.2),
    Column("p_iron_mw", "number", "no-load loss", low=0.0, high=2.0),
    Column("i0_share", "number", "no-load current", low=0.0, high=0.2),
    Column("shift_deg", "number", "phase shift of the lower side behind the higher", low=-360, high=360, default=0.0),
    Column("tap_side", "text", "winding with the taps", choices=("hv", "lv"), default="hv"),
    Column("tap_step_share", "number", "voltage of one tap step", low=0.0, high=0.1),
    Column("tap_min", "number", "lowest tap position", low=-50, high=0),
    Column("tap_max", "number", "highest tap position", low=0, high=50),
    Column("tap_pos", "number", "tap position; where the changer begins its search", low=-50, high=50, default=0),
    Column(
        "v_set_pu",
        "number",
        "voltage that the tap changer holds at the lower side; fixed tap if absent",
        low=0.8,
        high=1.2,
    ),
    Column("parallel", "number", "transformers side by side", low=1, high=20, default=1),
    _OPEN,
    *_TEXT_NAMES,
)

GRIDS = (
    Column("id", "text", "identifier", required=True),
    Column("bus", "text", "bus at which the upper grid holds the voltage", required=True),
    Column("v_pu", "number", "voltage held", low=0.8, high=1.2, default=1.0),
    Column("p_max_mw", "number", "most power that may be drawn; no limit if absent", low=0.0, high=100_000),
    *_TEXT_NAMES,
)

LOADS = (
    Column("id", "text", "identifier", required=True),
    Column("bus", "text", "bus that feeds it", required=True),
    Column("p_mw", "number", "largest power of the year, or the power where no boundary gives one", low=0.0, high=1000),
    Column("cos_phi", "number", _COS_PHI, low=0.2, high=1.0, default=0.95),
    Column("profile", "text", "shape of the year", choices=LOAD_PROFILES, default="flat"),
    Column("supplies", "text", "plants and pumps of the heat network whose power it draws, separated by blanks"),
    Column("pue", "number", "data centre: power of all over that of its computers", low=1.0, high=3.0),
    Column("pue_recovered", "number", "the same while plants take all its heat; `pue` if absent", low=1.0, high=3.0),
    Column("cooled_by", "text", "plants of the heat network that take the computers' heat, separated by blanks"),
    Column(
        "capture_share", "number", "most of the computers' heat that plants can take", low=0.0, high=1.0, default=0.9
    ),
    *_TEXT_NAMES,
)

GENERATORS = (
    Column("id", "text", "identifier", required=True),
    Column("bus", "text", "bus that it feeds", required=True),
    Column("kind", "text", "kind of generator", choices=GENERATOR_KINDS, default="pv"),
    Column("capacity_mw", "number", "largest power; 0 = not built", required=True, low=0.0, high=5000),
    Column("p_mw", "number", "power where no boundary gives one", low=0.0, high=5000),
    Column("cos_phi", "number", _COS_PHI + "; taken from the network", low=0.2, high=1.0, default=1.0),
    Column("v_pu", "number", "voltage that it holds with its reactive power; none if absent", low=0.8, high=1.2),
    Column("tilt_deg", "number", "pv: tilt of the modules", low=0.0, high=90, default=10.0),
    Column("azimuth_deg", "number", "pv: where the modules look, 180 = south", low=0.0, high=360, default=180.0),
    Column(
        "performance_share",
        "number",
        "pv: power over irradiance times capacity, with cells of 25 °C",
        low=0.3,
        high=1.0,
        default=0.82,
    ),
    *_TEXT_NAMES,
)

BATTERIES = (
    Column("id", "text", "identifier", required=True),
    Column("bus", "text", "bus to which it is connected", required=True),
    Column("power_mw", "number", "largest power both ways; 0 = not built", required=True, low=0.0, high=1000),
    Column("energy_mwh", "number", "usable energy", required=True, low=0.0, high=10_000),
    Column("p_mw", "number", "power given to the network where no boundary gives one", low=-1000, high=1000),
    Column("charge_share", "number", "energy stored per energy taken", low=0.3, high=1.0, default=0.95),
    Column("discharge_share", "number", "energy given per energy stored", low=0.3, high=1.0, default=0.95),
    Column("level_min_share", "number", "least level over the energy", low=0.0, high=0.9, default=0.0),
    *_TEXT_NAMES,
)

POWER_TABLES = MappingProxyType(
    {
        "buses": BUSES,
        "lines": LINES,
        "transformers": TRANSFORMERS,
        "grids": GRIDS,
        "loads": LOADS,
        "generators": GENERATORS,
        "batteries": BATTERIES,
    }
)

#: variable of a boundary folder -> element table it belongs to
POWER_BOUNDARY_VARIABLES = MappingProxyType(
    {
        "load_p_mw": "loads",
        "load_q_mvar": "loads",
        "generator_p_mw": "generators",
        "battery_p_mw": "batteries",
        "grid_v_pu": "grids",
    }
)
