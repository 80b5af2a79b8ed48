"""The sheets of power networks and of electric heat: what the report's tables say, a row a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from heatnet.i18n import _, pick
from heatnet.io.excel_sheet import Cell, Head, Writer

Entry = Mapping[str, Any]
_READINGS = ("average", "marginal")


def power_sheet(writer: Writer, summary: Entry) -> None:
    """Write a row a case and power network that was solved; no sheet without any.

    Parameters
    ----------
    writer : Writer
    summary : mapping
        The study's `summary.json`.
    """
    columns = _power_columns()
    rows = [
        [
            pick(case["label"]),
            pick(summary["networks"][network]["name"]),
            *(read(entry["power"]) for _h, read in columns),
        ]
        for case in summary["cases"].values()
        for network, entry in (case.get("by_network") or {}).items()
        if (entry.get("power") or {}).get("hours")
    ]
    if rows:
        heads = [Head(_("Case"), width=28), Head(_("Network"), width=20), *(head for head, _read in columns)]
        writer.sheet(_("Power network"), heads, rows, frozen=2)


def _at(*path: str) -> Callable[[Entry], Cell]:
    def read(entry: Entry) -> Cell:
        found: Any = entry
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return None if found is None or isinstance(found, str) else float(found)

    return read


def _sum_at(key: str) -> Callable[[Entry], Cell]:
    return lambda entry: sum(float(value) for value in entry[key].values()) if entry.get(key) else None


def _most_loaded(entry: Entry) -> Cell:
    most = entry.get("most_loaded")
    return None if not most else pick(most["name"])


def _least_room(entry: Entry) -> Cell:
    rooms = [float(room) for room in (entry.get("margin_mw") or {}).values() if room is not None]
    return min(rooms, default=None)


def _power_columns() -> list[tuple[Head, Callable[[Entry], Cell]]]:
    return [
        (Head(_("Drawn from the upper grid"), "MWh", "int"), _at("import_mwh")),
        (Head(_("Given to the upper grid"), "MWh", "int"), _at("export_mwh")),
        (Head(_("Most drawn"), "MW", "one"), _at("import_max_mw")),
        (Head(_("Most given back"), "MW", "one"), _at("export_max_mw")),
        (Head(_("Loads"), "MWh", "int"), _at("load_mwh")),
        (Head(_("of it heat plants and pumps"), "MWh", "int"), _sum_at("heat_loads_mwh")),
        (Head(_("Cooling power saved by taking data-centre heat"), "MWh", "int"), _sum_at("cooling_saved_mwh")),
        (Head(_("Generation"), "MWh", "int"), _at("generator_mwh")),
        (Head(_("PV used for heat"), "MWh", "int"), _at("site", "pv_for_heat_mwh")),
        (Head(_("PV not taken"), "MWh", "int"), _at("site", "pv_curtailed_mwh")),
        (Head(_("Batteries, energy given"), "MWh", "int"), _at("site", "battery_given_mwh")),
        (Head(_("Loss of lines and transformers"), "MWh", "int"), _at("loss_mwh")),
        (Head(_("Most loaded"), width=36), _most_loaded),
        (Head(_("Highest loading"), "", "share"), _at("most_loaded", "loading_max_share")),
        (Head(_("Hours with an overload"), "h", "int"), _at("overloaded_h")),
        (Head(_("Hours outside the voltage band"), "h", "int"), _at("outside_band_h")),
        (Head(_("Hours in which a feeder limited heat plants"), "h", "int"), _at("limits", "hours")),
        (Head(_("What these limits cost"), "CNY", "int"), _at("limits", "cost_cny")),
        (Head(_("Room for further heat pumps"), "MW", "two"), _least_room),
        (Head(_("Band down, mean"), "MW", "one"), _at("band", "down_mean_mw")),
        (Head(_("Band down, largest"), "MW", "one"), _at("band", "down_max_mw")),
        (Head(_("Band up, mean"), "MW", "one"), _at("band", "up_mean_mw")),
        (Head(_("Band up, largest"), "MW", "one"), _at("band", "up_max_mw")),
        (Head(_("Hours solved"), "h", "int"), _at("hours")),
        (Head(_("Largest imbalance of an hour"), "MW", "general"), _at("residual_max_mw")),
        (
            Head(_("Largest difference of a voltage to pandapower"), "p.u.", "general"),
            _at("reference_check", "max_dv_pu"),
        ),
    ]


def electric_heat_sheet(writer: Writer, summary: Entry) -> None:
    """Write a row a case of the account of electric heat, green electricity included; no sheet where the study asks for none."""
    electric = summary.get("electric_heat")
    if electric:
        rows = [
            [pick(summary["cases"][case]["label"]), *_electric_cells(electric, entry)]
            for case, entry in electric["cases"].items()
        ]
        writer.sheet(_("Electric heat"), _electric_heads(summary), rows)


def _electric_heads(summary: Entry) -> list[Head]:
    electric = summary["electric_heat"]
    factors = {"average": _("average grid factor"), "marginal": _("marginal grid factor")}
    heads = [
        Head(_("Case"), width=28),
        Head(_("Heat"), "MWh", "int"),
        Head(_("Electricity"), "MWh", "int"),
        Head(_("Heat made in valley hours"), "", "share"),
        Head(_("Electricity bought in valley hours"), "MWh", "int"),
        Head(_("Green electricity"), "MWh", "int"),
        Head(_("Operating cost"), "CNY/GJ", "one"),
        Head(_("Saved as green heat alone"), "t CO₂", "int"),
    ]
    heads += [Head(f"{_('Emitted')}, {factors[reading]}", "t CO₂", "int", 16) for reading in _READINGS]
    for key in electric["references_t_co2_per_mwh"]:
        saved = _("Saved against {reference}").format(reference=_reference_name(summary, key))
        heads += [Head(f"{saved}, {factors[reading]}", "t CO₂", "int", 18) for reading in _READINGS]
        heads += [
            Head(
                _("{name}, break-even green share of all electricity, {factor}").format(
                    name=saved, factor=factors[reading]
                ),
                "",
                "share",
                20,
            )
            for reading in _READINGS
        ]
    return heads


def _reference_name(summary: Entry, key: str) -> str:
    baseline = summary["electric_heat"]["baseline_case"]
    return (
        _("district heat")
        if key == "purchased_heat"
        else _("“{name}”").format(name=pick(summary["cases"][baseline]["label"]))
    )


def _electric_cells(electric: Entry, entry: Entry) -> Iterator[Cell]:
    keys = ("heat_mwh", "power_mwh", "valley_heat_share", "valley_power_mwh", "green_power_mwh", "cost_cny_per_gj")
    yield from (entry[key] for key in (*keys, "green_heat_t_co2"))
    yield from (entry["emitted_t_co2"][reading] for reading in _READINGS)
    for key in electric["references_t_co2_per_mwh"]:
        yield from (entry["saved_t_co2"][key][reading] for reading in _READINGS)
        yield from (entry["break_even_green_share"][key][reading] for reading in _READINGS)
