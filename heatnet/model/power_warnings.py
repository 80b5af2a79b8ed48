"""What is probably a mistake in a power network, though it can be solved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from heatnet.i18n import _, language
from heatnet.model.checks import distance_m
from heatnet.model.power_build import standard_types
from heatnet.model.power_network import PowerNetwork

#: a line's type departs at most this much from the nominal voltage of its buses
_TYPE_VOLTAGE_TOLERANCE = 0.2
#: a line this many times shorter than the way between its buses was given in km
_SHORT_TIMES = 20.0


def power_warnings(network: PowerNetwork) -> Iterable[str]:
    """Return lines whose type is made for another voltage, and lines far shorter than their buses lie apart, in words."""
    nominal_kv = network.buses["v_nom_kv"]
    types = standard_types()["lines"]
    for line, row in network.lines.iterrows():
        name = network.display_name("lines", str(line), language())
        type_kv, bus_kv = types.get(row["std_type"], {}).get("v_nom_kv"), nominal_kv[row["from_bus"]]
        if type_kv is not None and abs(bus_kv / type_kv - 1.0) > _TYPE_VOLTAGE_TOLERANCE:
            text = _("line {name}: type {type} is made for {type_kv:g} kV, its buses have {bus_kv:g} kV")
            yield text.format(name=name, type=row["std_type"], type_kv=type_kv, bus_kv=bus_kv)
        apart_m = _apart_m(network, row["from_bus"], row["to_bus"])
        if apart_m > _SHORT_TIMES * row["length_m"]:
            text = _("line {name}: {length:g} m long, but its buses lie {apart:,.0f} m apart; length_m is in metres")
            yield text.format(name=name, length=row["length_m"], apart=apart_m)


def _apart_m(network: PowerNetwork, first: Any, second: Any) -> float:
    """Return how far two buses lie apart, m; 0 where that is not known."""
    ends = [network.buses.at[bus, "geometry"] for bus in (first, second)]
    if network.crs == "none" or any(end is None or end.is_empty for end in ends):
        return 0.0
    first_end, second_end = (end.centroid for end in ends)
    return distance_m((first_end.x, first_end.y), second_end, network.crs)
