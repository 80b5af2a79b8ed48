"""Words for the codes of the tables: plant kinds, source marks, variants of the rate, statuses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from heatnet.i18n import _, pick
from heatnet.io.words import code_label
from heatnet.model.substitution import definitions


def plant_kind_label(kind: str) -> str:
    """Return a plant kind in words."""
    return code_label(kind)


def consumer_kind_label(kind: str) -> str:
    """Return a consumer kind in words."""
    return code_label(kind)


def source_mark_label(mark: str) -> str:
    """Return a provenance mark in words."""
    return code_label(mark)


def definition_names(axis: str) -> dict[str, str]:
    """Return the names of an axis of the substitution rate by id, in the table's order."""
    return {row.id: row.name for row in definitions() if row.axis == axis}


def carrier_label(name: str) -> str:
    """Return a carrier in words."""
    return code_label(name)


def status_label(name: str) -> str:
    """Return the status of a case or an hour in words."""
    of_hours = {
        "ok_stagnant": _("solved, some water stands still"),
        "ok_undersupplied": _("solved, some station undersupplied"),
        "ok_circulating": _("solved, some water runs in a circle that nothing heats"),
        "plant_flow_reversed": _("plants push more water than is taken"),
        "no_temperature_lift": _("return as hot as the supply"),
        "no_return_flow": _("no flow to take up a plant's heat"),
        "temperature_out_of_range": _("temperature out of range"),
    }
    return of_hours.get(name) or code_label(name)


def steam_status_label(name: str) -> str:
    """Return the status of an hour of a steam network in words."""
    words = {
        "ok": _("solved, dry everywhere"),
        "ok_wet": _("solved, steam condenses on its way"),
        "ok_stagnant": _("solved, some pipe passes nothing on"),
        "ok_undersupplied": _("solved, some user lacks pressure"),
        "choked": _("the flows asked for use up the pressure"),
        "flooded": _("all steam condenses in a pipe that no trap drains"),
        "inlet_below_saturation": _("a plant's steam is colder than saturation"),
        "plant_flow_reversed": _("plants give more steam than is taken"),
        "out_of_range": _("beyond the steam table"),
    }
    return words.get(name) or code_label(name)


def arrival_label(status: str) -> str:
    """Return in words whether a flow arrives at the end of a steam line."""
    return {"ok": _("arrives"), "choked": _("chokes"), "flooded": _("condenses altogether")}[status]


def verdict_label(name: str) -> str:
    """Return the verdict on a claim in words."""
    return code_label(name)


_LOAD_HOUR = re.compile(r"^p(\d{1,3})$")


def hour_label(name: str) -> str:
    """Return why an hour was chosen: ``design``, ``p05`` = 5 % of the season's hours have less load, or a word of its own."""
    match = _LOAD_HOUR.match(name)
    if match:
        return _("load quantile {percent} %").format(percent=int(match[1]))
    words: dict[str, Callable[[], str]] = {
        "design": lambda: _("hour of highest load"),
        "coldest": lambda: _("coldest hour"),
        "peak": lambda: _("peak load"),
        "mildest": lambda: _("mildest hour"),
        "reversals": lambda: _("hour with most reversed flows"),
        "random": lambda: _("hour drawn at random"),
        "largest": lambda: _("largest steam flow"),
        "smallest": lambda: _("least steam flow"),
    }
    return words[name]() if name in words else name


def limit_label(cause: str, place: str) -> str:
    """Return in words what keeps waste heat away, with its place where it has one."""
    words = {
        "taken": _("taken"),
        "return_flow": _("too little or too warm return flow past the plant"),
        "source": _("the plant's own source"),
        "temperature": _("supply warmer than the plant can make it"),
        "consumers": _("too little load of the stations that it heats"),
        "outage": _("out of service"),
        "contract_flow": _("flow of the steam contract"),
        "steam_line": _("what the steam line carries"),
        "least_load": _("its least load, more than it can give"),
        "availability": _("its season, line or capacity of the hour"),
        "pipe_velocity": _("velocity in a pipe"),
        "pipe_nominal_pressure": _("nominal pressure"),
        "pipe_heat_delivered": _("a station short of heat"),
        "pipe_available_pressure": _("a station short of pressure"),
        "feeder": _("a feeder of the power network"),
        "year": _("its yearly amount"),
        "demand": _("no fuel left to displace"),
        "price": _("cheaper heat"),
    }
    label = words.get(cause, cause)
    return _("{label}: {place}").format(label=label, place=place) if place else label


def kept_away_gj(rows: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return the waste heat that each limit keeps away, GJ, by limit in words, largest first.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of a summary's `uptake`.
    """
    kept: dict[str, float] = {}
    for row in rows:
        if row["cause"] != "taken":
            label = limit_label(row["cause"], pick(row["name"]) if row["name"] else "")
            kept[label] = kept.get(label, 0.0) + row["heat_gj"]
    return dict(sorted(kept.items(), key=lambda item: -item[1]))
