"""Words for the codes of the tables: plant kinds, source marks, variants of the rate, statuses."""

from __future__ import annotations

import re
from collections.abc import Callable

from heatnet.i18n import _
from heatnet.model.substitution import definitions


def plant_kind_label(kind: str) -> str:
    """Return a plant kind in words."""
    return {
        "source": _("ideal heat source"),
        "gas_boiler": _("gas boiler"),
        "coal_boiler": _("coal boiler"),
        "gas_steam_boiler": _("gas steam boiler"),
        "coal_steam_boiler": _("coal steam boiler"),
        "chp_steam": _("steam from a power plant (CHP)"),
        "chp_heat": _("heat from a power plant (CHP)"),
        "steam_exchange": _("steam-to-water exchange station"),
        "sewage_heat_pump": _("sewage heat pump"),
        "data_centre_heat": _("data-centre heat"),
        "geothermal_doublet": _("geothermal doublet"),
        "process_waste_heat": _("process waste heat"),
    }.get(kind, kind)


def consumer_kind_label(kind: str) -> str:
    """Return a consumer kind in words."""
    return {
        "residential": _("dwellings"),
        "residential_old": _("dwellings, old stock"),
        "office": _("offices"),
        "school": _("school"),
        "hotel": _("hotel"),
        "shop": _("shops"),
        "hospital": _("hospital"),
        "factory": _("factory"),
        "mixed": _("mixed use"),
        "process_steam": _("process steam"),
    }.get(kind, kind)


def source_mark_label(mark: str) -> str:
    """Return a provenance mark in words."""
    return {
        "plan": _("the plan"),
        "standard": _("standard"),
        "typical": _("typical value"),
        "illustrative": _("illustrative"),
    }.get(mark, mark)


def definition_names(axis: str) -> dict[str, str]:
    """Return the names of an axis of the substitution rate by id, in the table's order."""
    return {row.id: row.name for row in definitions() if row.axis == axis}


def carrier_label(name: str) -> str:
    """Return a carrier in words."""
    return {"water": _("hot water"), "steam": _("steam"), "site": _("site")}.get(name, name)


def status_label(name: str) -> str:
    """Return the status of a case or an hour in words."""
    return {
        "ok": _("solved"),
        "failed": _("failed"),
        "infeasible": _("infeasible"),
        "not_converged": _("not converged"),
        "unbounded": _("unbounded"),
        "ok_stagnant": _("solved, some water stands still"),
        "ok_undersupplied": _("solved, some station undersupplied"),
        "plant_flow_reversed": _("plants push more water than is taken"),
        "no_temperature_lift": _("return as hot as the supply"),
        "no_return_flow": _("no return flow to pre-heat"),
        "temperature_out_of_range": _("temperature out of range"),
        "infeasible_or_unbounded": _("infeasible"),
        "work_limit": _("stopped at the work limit"),
    }.get(name, name)


def verdict_label(name: str) -> str:
    """Return the verdict on a claim in words."""
    return {
        "reproduced": _("reproduced"),
        "overstated": _("overstated"),
        "not_netted": _("not netted"),
        "undefined": _("undefined"),
        "inconsistent": _("inconsistent"),
    }.get(name, name)


_LOAD_HOUR = re.compile(r"^p(\d{1,3})$")


def hour_label(name: str) -> str:
    """Return why an hour was simulated: ``design``, or ``p05`` = 5 % of the season's hours have less load."""
    match = _LOAD_HOUR.match(name)
    if match:
        return _("load quantile {percent} %").format(percent=int(match[1]))
    words: dict[str, Callable[[], str]] = {
        "design": lambda: _("design hour"),
        "coldest": lambda: _("coldest hour"),
        "peak": lambda: _("peak load"),
        "mildest": lambda: _("mildest hour"),
    }
    return words[name]() if name in words else name
