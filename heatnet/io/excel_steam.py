"""The sheet of the steam networks: tonnes, heat, loss and margins by case, and CHP steam against its contracts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from heatnet.i18n import _, pick
from heatnet.io.excel_sheet import Cell, Head, Writer


def steam_sheet(writer: Writer, summary: Mapping[str, Any]) -> None:
    """Write a row a case and steam network whose pipes were solved, and below it one a contract; no sheet without any.

    Parameters
    ----------
    writer : Writer
    summary : mapping
        The study's `summary.json`.
    """
    rows = list(_rows(summary))
    if rows:
        writer.sheet(_("Steam"), _heads(), rows, frozen=3)


def _heads() -> list[Head]:
    return [
        Head(_("Case"), width=28),
        Head(_("Network"), width=20),
        Head(_("Plant"), width=28),
        Head(_("Steam of the year"), "t", "int"),
        Head(_("of it to process users"), "t", "int"),
        Head(_("of it to exchange stations"), "t", "int"),
        Head(_("Condensate drained on the way"), "t", "int"),
        Head(_("Heat from the plants"), "MWh", "int"),
        Head(_("Heat lost on the way"), "MWh", "int"),
        Head(_("Heat lost through the insulation, share"), "", "share"),
        Head(_("Least pressure above a user's need"), "bar", "three"),
        Head(_("Hours with a user below the pressure that he needs"), "h", "int"),
        Head(_("Hours in which steam condenses on its way"), "h", "int"),
        Head(_("at most a year"), "t", "int"),
        Head(_("at least a year"), "t", "int"),
        Head(_("at least in every hour"), "t/h", "one"),
        Head(_("Steam taken and not used"), "t", "int"),
        Head(_("Hours in which the line limits the flow"), "h", "int"),
        Head(_("Power lost at the turbine"), "MWh", "int"),
    ]


def _rows(summary: Mapping[str, Any]) -> Iterator[list[Cell]]:
    for case in summary["cases"].values():
        for network, entry in case.get("by_network", {}).items():
            steam = entry.get("steam") or {}
            if not steam:
                continue
            label, name = pick(case["label"]), pick(summary["networks"][network]["name"])
            yield [label, name, None, *_of_network(steam), *[None] * 6]
            for unit, terms in (steam.get("contracts") or {}).items():
                plant = pick(
                    (case.get("plants") or summary.get("plants") or {}).get(unit, {}).get("name") or {"en": unit}
                )
                taken: list[Cell] = [terms.get("steam_t"), *[None] * 9]
                keys = (
                    "year_max_t",
                    "take_year_min_t",
                    "take_min_t_per_h",
                    "dumped_t",
                    "line_limit_hours",
                    "power_lost_mwh",
                )
                yield [label, name, plant, *taken, *(terms.get(key) for key in keys)]


def _of_network(steam: Mapping[str, Any]) -> list[Cell]:
    tonnes, heat = steam.get("steam_t") or {}, steam.get("heat_mwh") or {}
    return [
        *(tonnes.get(use) for use in ("plants", "process", "stations", "condensate")),
        *(heat.get(use) for use in ("plants", "lost")),
        steam.get("loss_share"),
        (steam.get("least_margin") or {}).get("p_bar"),
        steam.get("hours_below_pressure") if steam.get("least_margin") else None,
        steam.get("hours_wet"),
    ]
