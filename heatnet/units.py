"""The unit suffix table: every name that carries a quantity ends in one of these.

One canonical unit a quantity; GJ, t/h and MPa appear only in reports, through the factors at the end.
"""

from __future__ import annotations

from types import MappingProxyType

#: name suffix -> (unit as printed, quantity)
SUFFIXES = MappingProxyType(
    {
        "_mw": ("MW", "power"),
        "_mwh": ("MWh", "energy"),
        "_degc": ("°C", "temperature"),
        "_k": ("K", "temperature difference"),
        "_bar": ("bar", "absolute pressure"),
        "_kg_per_s": ("kg/s", "mass flow"),
        "_m": ("m", "length"),
        "_mm": ("mm", "diameter"),
        "_m2": ("m²", "area"),
        "_m3": ("m³", "volume"),
        "_w_per_mk": ("W/(m·K)", "heat loss per metre"),
        "_w_per_m2": ("W/m²", "heat index"),
        "_pa_per_m": ("Pa/m", "specific friction"),
        "_m_per_s": ("m/s", "velocity"),
        "_t": ("t", "mass"),
        "_t_co2": ("t CO₂", "emission"),
        "_cny": ("CNY", "money"),
        "_cny_per_mwh": ("CNY/MWh", "price of energy"),
        "_cny_per_t": ("CNY/t", "price of mass"),
        "_cny_per_mw": ("CNY/MW", "cost by capacity"),
        "_share": ("1", "share"),
        "_share_per_h": ("1/h", "share an hour"),
        "_h": ("h", "time"),
        "_s": ("s", "time"),
        "_j_per_mk": ("J/(m·K)", "heat capacity per metre"),
        "_kg_per_m3": ("kg/m³", "density"),
        "_j_per_kgk": ("J/(kg·K)", "heat capacity"),
        "_pa_s": ("Pa·s", "viscosity"),
        "_kv": ("kV", "voltage"),
        "_mvar": ("Mvar", "reactive power"),
        "_pu": ("p.u.", "per unit"),
        "_mva": ("MVA", "apparent power"),
        "_ka": ("kA", "current"),
        "_deg": ("°", "angle"),
        "_hz": ("Hz", "frequency"),
        "_ohm_per_km": ("Ω/km", "impedance per length"),
        "_nf_per_km": ("nF/km", "capacitance per length"),
        "_m3_per_h": ("m³/h", "volume flow"),
        "_mwh_per_t": ("MWh/t", "specific energy"),
        "_t_co2_per_mwh": ("t CO₂/MWh", "emission factor"),
        "_mwh_per_m3": ("MWh/m³", "specific energy"),
    }
)

#: exact conversions for reports and for figures as the plan prints them
GJ_PER_MWH = 3.6
TJ_PER_MWH = 3.6e-3
GJ_PER_TJ = 1e3
MJ_PER_MWH = 3600.0
T_PER_H_PER_KG_PER_S = 3.6
KG_PER_S_PER_T_PER_H = 1.0 / 3.6
S_PER_H = 3600.0
HOURS_PER_YEAR = 8760


def unit_of(name: str) -> str:
    """Return the printed unit of a name by its longest matching suffix, or an empty text.

    >>> unit_of("mdot_kg_per_s")
    'kg/s'
    """
    best = max((suffix for suffix in SUFFIXES if name.endswith(suffix)), key=len, default="")
    return SUFFIXES[best][0] if best else ""
