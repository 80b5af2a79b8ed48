"""Hydraulic and thermal state of each network: its hour of highest load, its season, its checks against standards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from heatnet.i18n import _, language, pick
from heatnet.io.words import pressure_digits, pressure_unit
from heatnet.metrics.compliance import ATMOSPHERE_BAR, check_labels
from heatnet.report.context import Context
from heatnet.report.plant_flows import design_flows
from heatnet.report.tables import Cell, Column, Row, Table, gauge_unit, number
from heatnet.web.results_view import CaseResults

#: label, unit, decimals (None for text) and where the network's entry has it
_Line = tuple[str, str, int | None, Callable[[Mapping[str, Any]], Cell]]


def water_networks(context: Context) -> list[str]:
    """Return the networks whose pipes were solved in some case."""
    names = (name for case in context.ok_cases for name, results in case.networks.items() if len(results.hours))
    return list(dict.fromkeys(names))


def design_table(context: Context, network: str) -> Table:
    """Return the network's state at the hour of highest load: a row a quantity, a column a case."""
    entries: list[Mapping[str, Any]] = [
        {**case.summary.get("by_network", {}).get(network, {}), "plants": design_flows(case, network)}
        for case in context.ok_cases
    ]
    pressure, bar = pressure_unit()
    digits = pressure_digits(bar)
    lines: list[_Line] = [
        (_("Hour"), "", None, lambda e: str(_design(e, "time") or "").replace("T", " ") or None),
        (_("Heat of all plants into the pipes"), "MW", 1, lambda e: _design(e, "heat_mw")),
        *_plant_lines(),
        (_("Plant that holds the pressure: flow"), "kg/s", 1, lambda e: _design(e, "mdot_kg_per_s")),
        (_("its supply temperature"), "°C", 1, lambda e: _design(e, "t_supply_degc")),
        (_("its return temperature"), "°C", 1, lambda e: _design(e, "t_return_degc")),
        (_("its pump head"), pressure, digits, lambda e: _times(_design(e, "head_bar"), bar)),
        (_("Pump power of all plants"), "MW", 3, lambda e: _design(e, "pump_mw")),
        (_("Heat loss"), "MW", 2, lambda e: _design(e, "loss_mw")),
        (_("Highest velocity"), "m/s", 2, lambda e: _design(e, "max_velocity_m_per_s")),
        (_("Highest specific friction"), "Pa/m", 0, lambda e: _design(e, "max_specific_friction_pa_per_m")),
        (
            _("in pipe"),
            "",
            None,
            lambda e: place_name(context, network, str(_design(e, "max_specific_friction_pipe") or "")),
        ),
        (_("Heat shortfall"), "MW", 3, lambda e: _design(e, "shortfall_mw")),
        (_("Coldest arriving supply"), "°C", 1, lambda e: _design(e, "coldest_degc")),
        (_("Worst consumer of all hours"), "", None, lambda e: _worst(e)),
        (_("its available pressure difference"), pressure, digits, lambda e: _times(_of_worst(e, "dp_bar"), bar)),
        (_("Heat loss over the season"), "%", 2, lambda e: _times(e.get("season_loss_share"), 100.0)),
        (_("Pump electricity over the season"), "MWh", 0, lambda e: e.get("season_pump_mwh")),
        (_("Heat shortfall over the season"), "MWh", 1, lambda e: e.get("season_shortfall_mwh")),
        (_("Hours with an undersupplied station"), "h", 0, lambda e: e.get("hours_undersupplied")),
    ]
    rows = []
    for label, unit, decimals, value in lines:
        printer = Column("", digits=decimals)
        cells = [value(entry) for entry in entries]
        if label not in _only_where_any() or any(cells):
            rows.append(Row((label, unit, *(printer.printed(cell) for cell in cells))))
    columns = (
        Column(_("Quantity")),
        Column(_("Unit")),
        *(Column(context.label(c), digits=0) for c in context.ok_cases),
    )
    return Table(
        _("State at the hour of highest load: {network}").format(network=context.network_name(network)),
        columns,
        tuple(rows),
        _flows_note() if any(entry["plants"] is not None for entry in entries) else "",
    )


def _plant_lines() -> list[_Line]:
    """Return the lines of all plants together, by the way in which their heat enters."""
    return [
        (_("of it plants between return and supply"), "MW", 1, lambda e: _of_plants(e, "between_mw")),
        (_("of it pre-heating of the return before them"), "MW", 1, lambda e: _of_plants(e, "preheat_mw")),
        (_("Heat directly to consumers, besides"), "MW", 1, lambda e: _of_plants(e, "direct_mw")),
        (_("Flow of all plants between return and supply"), "kg/s", 1, lambda e: _of_plants(e, "mdot_kg_per_s")),
        (_("Supply temperature of this flow, mixed"), "°C", 1, lambda e: _of_plants(e, "t_supply_degc")),
        (_("Return temperature of this flow, mixed"), "°C", 1, lambda e: _of_plants(e, "t_return_degc")),
    ]


def _only_where_any() -> tuple[str, ...]:
    """Return the labels of lines that are left out where no case has heat of that kind."""
    return _("of it pre-heating of the return before them"), _("Heat directly to consumers, besides")


def _flows_note() -> str:
    return _(
        "The heat of the plants between return and supply is their flow times the specific heat of water times the "
        "difference of the two mixed temperatures, which are weighted by flow. Pre-heating lies before them in the return."
    )


def _of_plants(entry: Mapping[str, Any], key: str) -> Cell:
    value: Cell = getattr(entry["plants"], key, None)
    return value


def _design(entry: Mapping[str, Any], key: str) -> Cell:
    value: Cell = (entry.get("design_hour") or {}).get(key)
    return value


def _of_worst(entry: Mapping[str, Any], key: str) -> Cell:
    value: Cell = (entry.get("worst_consumer") or {}).get(key)
    return value


def _worst(entry: Mapping[str, Any]) -> str | None:
    worst = entry.get("worst_consumer")
    return pick(worst["name"]) if worst else None


def _times(value: Cell, factor: float) -> float | None:
    return None if value is None or isinstance(value, str) else value * factor


def compliance_table(context: Context, network: str) -> Table:
    """Return the checks against the standards: the worst value over all hours of the season in each case."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for case in context.ok_cases:
        for row in case.summary.get("by_network", {}).get(network, {}).get("compliance") or []:
            found.setdefault(row["check"], {})[case.id] = placed(case, network, row)
    labels = check_labels()
    rows = []
    for check, by_case in found.items():
        worst = worst_case(by_case, context.shown_case)
        row = by_case[worst]
        sign = {"<=": "≤", ">=": "≥"}[row["sense"]]
        cells = tuple(_checked(by_case.get(case.id)) for case in context.ok_cases)
        limit, unit = check_shown(row, float(row["limit"]))
        place = place_name(context, network, str(row["place"] or ""))
        told = [place, str(row["time"] or "").replace("T", " ")]
        if any(told) and len({(_checked(one), one["place"], one["time"]) for one in by_case.values()}) > 1:
            told.append(context.label(context.study.cases[worst]))
        where = _(", ").join(part for part in told if part)
        rows.append(Row((labels.get(check, check), f"{sign}\u202f{limit}", unit, *cells, where)))
    columns = (
        Column(_("Check")),
        Column(_("Limit"), digits=0),
        Column(_("Unit")),
        *(Column(context.label(case), digits=0) for case in context.ok_cases),
        Column(_("Where and when it is worst")),
    )
    caption = _("Checks against standards: {network}").format(network=context.network_name(network))
    return Table(caption, columns, tuple(rows), _checks_note())


def _checks_note() -> str:
    return " ".join(
        (
            _("✓ within the limit, ✗ outside. Worst value over all hours of the season, at the worst place."),
            _("The last column is that of the worst case, which is named where cases differ."),
            _(
                "Where the pump's head follows the worst station, several stations share the least available pressure "
                "difference: that of the hour of largest flow is named everywhere."
            ),
            _("Pressures are gauge pressures where the unit says so, else differences."),
            _(
                "The branch to a single station is exempt from the limits of specific friction: by CJJ 34 it may exceed "
                "300 Pa/m, with at most 3.5 m/s."
            ),
        )
    )


#: margins of pressure that lie no further apart are those of one tie, bar
_TIE_BAR = 0.005


def placed(case: CaseResults, network: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a check at its worst place as all tables name it.

    Of stations whose available pressure difference is equally short the one of the hour of largest flow counts, which is the
    worst consumer of the summary and the end of the pressure diagram. Where all heat is delivered there is no worst place.
    """
    if row["check"] == "heat_delivered" and row["passed"]:
        return {**row, "place": "", "time": None}
    worst = case.summary.get("by_network", {}).get(network, {}).get("worst_consumer")
    results = case.networks.get(network)
    if row["check"] != "available_pressure" or not row["passed"] or not worst or results is None:
        return row
    need = float(results.network.consumers["min_dp_bar"].get(worst["id"], float("nan")))
    apart = (float(worst["dp_bar"]) - need) - (float(row["value"]) - float(row["limit"]))
    if abs(apart) <= _TIE_BAR:
        return {**row, "place": worst["id"], "time": worst["time"], "value": float(worst["dp_bar"]), "limit": need}
    return row


def worst_case(by_case: Mapping[str, Mapping[str, Any]], shown: str) -> str:
    """Return the case whose value lies furthest beyond its limit, or nearest to it, as printed.

    Of those that print the same it is the one that opens first.
    """

    def excess(case: str) -> tuple[float, bool]:
        row = by_case[case]
        if row["value"] is None:
            return float("-inf"), False
        over = _as_printed(row, float(row["value"])) - _as_printed(row, float(row["limit"]))
        return round(over if row["sense"] == "<=" else -over, 6), case == shown

    return max(by_case, key=excess)


#: checks of a pressure itself, kept as absolute pressure; the others in bar are differences
_ABSOLUTE_CHECKS = ("return_pressure", "nominal_pressure")


def check_value(row: Mapping[str, Any], value: float) -> tuple[float, int, str]:
    """Return a check's number as read, its decimals and unit: pressures in the language's unit, absolute ones as gauge."""
    if row["check"] == "solved":
        return 100.0 * value, 2, "%"
    if row["unit"] != "bar":
        size = abs(value)
        return value, 0 if size >= 1000 else 1 if size >= 10 else 2, "–" if row["unit"] == "1" else row["unit"]
    unit, bar = pressure_unit()
    if row["check"] in _ABSOLUTE_CHECKS:
        return (value - ATMOSPHERE_BAR) * bar, pressure_digits(bar), gauge_unit()
    return value * bar, pressure_digits(bar), unit


def _as_printed(row: Mapping[str, Any], value: float) -> float:
    shown, digits, _unit = check_value(row, value)
    return round(shown, digits)


def check_shown(row: Mapping[str, Any], value: float) -> tuple[str, str]:
    """Return a check's number and unit as printed."""
    shown, digits, unit = check_value(row, value)
    return number(shown, digits), unit


def _checked(row: Mapping[str, Any] | None) -> str | None:
    if row is None or row["value"] is None:
        return None
    return f"{check_shown(row, float(row['value']))[0]} {'✓' if row['passed'] else '✗'}"


def place_name(context: Context, network: str, element: str) -> str:
    """Return an element's name, looked for in the tables of the first case that has the network."""
    for case in context.ok_cases:
        results = case.networks.get(network)
        for table in ("pipes", "consumers", "plants", "nodes") if results is not None else ():
            if results is not None and element in getattr(results.network, table).index:
                return results.network.display_name(table, element, language())
    return element
