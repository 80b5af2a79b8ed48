"""Plants that are switched on and off: starts, hours and least load by boiler, the proven gap; and heat between zones."""

from __future__ import annotations

from typing import Any

from heatnet.i18n import _
from heatnet.report.context import Context
from heatnet.report.tables import Column, Row, Table, percent
from heatnet.units import TJ_PER_MWH
from heatnet.web.results_view import CaseResults

_PERCENT = 100.0


def switching_tables(context: Context) -> list[Table]:
    """Return the tables of units on and off and of transfers over all cases that have them."""
    tables = [_units(context), _without_load(context), _transfers(context)]
    return [table for table in tables if table.rows]


def _accounts(context: Context, key: str) -> list[tuple[CaseResults, dict[str, Any]]]:
    return [(case, case.summary[key]) for case in context.ok_cases if case.summary.get(key)]


def gap_sentence(account: dict[str, Any]) -> str:
    """Return how far a schedule is proven to be from the cheapest one, in the current language."""
    gap = percent(max(account["gap_share"], 0.0), 2)
    if account["gap_reached"]:
        return _("The schedule is proven to cost at most {gap} more than the cheapest one.").format(gap=gap)
    sentence = _("The search ended before its gap: the schedule costs at most {gap} more than the cheapest one.")
    return sentence.format(gap=gap)


def _units(context: Context) -> Table:
    rows: list[Row] = []
    for case, account in _accounts(context, "unit_commitment"):
        rows.append(Row((f"{context.label(case)}. {gap_sentence(account)}",), "subheading"))
        for name, one in account["units"].items():
            sizes = name != one["unit"] or one["boilers"] > 1
            title = context.unit_name(case, one["unit"])
            rows.append(
                Row(
                    (
                        _("{unit}, {size:.3g} MW each").format(unit=title, size=one["boiler_mw"]) if sizes else title,
                        one["boilers"],
                        one["starts"],
                        one["hours_on"],
                        one["boiler_hours"],
                        one["hours_least_load"],
                        one["load_share"],
                        one["heat_mwh"] * TJ_PER_MWH,
                    )
                )
            )
    columns = (
        Column(_("Plant")),
        Column(_("Boilers"), "", 0),
        Column(_("Starts"), "", 0),
        Column(_("Hours on"), "h", 0),
        Column(_("Hours on, all boilers"), "h", 0),
        Column(_("Hours at least load"), "h", 0),
        Column(_("Mean load while on"), "%", 0, _PERCENT),
        Column(_("Heat"), "TJ", 1),
    )
    note = _(
        "Boilers of one size of a plant are counted together. "
        "The dispatches behind the range of the rate may end at a larger gap."
    )
    return Table(_("Plants that are switched on and off"), columns, tuple(rows), note)


def _without_load(context: Context) -> Table:
    rows: list[Row] = []
    for case, account in _accounts(context, "unit_commitment"):
        rows.append(Row((context.label(case),), "subheading"))
        for unit, one in account["no_load"].items():
            numbers = (one["fuel_mwh"], one["power_mwh"], one["start_cny"] / 1e3)
            rows.append(Row((context.unit_name(case, unit), *numbers)))
    columns = (
        Column(_("Plant")),
        Column(_("Fuel without load and of starts"), "MWh", 0),
        Column(_("Electricity without load"), "MWh", 0),
        Column(_("Starts beside their fuel"), _("thousand CNY"), 1),
    )
    note = _("Part of the plant's fuel, electricity, cost and CO₂ above.")
    return Table(_("What being on costs, whatever the heat"), columns, tuple(rows), note)


def _transfers(context: Context) -> Table:
    rows: list[Row] = []
    for case, accounts in _accounts(context, "transfers"):
        rows.append(Row((context.label(case),), "subheading"))
        for name, one in accounts.items():
            ends = (context.network_name(one[end].split("/")[0]) for end in ("from_balance", "to_balance"))
            passed = (one[key] * TJ_PER_MWH for key in ("passed_mwh", "passed_back_mwh", "lost_mwh"))
            rows.append(Row((name, *ends, one["hours"], *passed, one["cost_cny"] / 1e3)))
    columns = (
        Column(_("Connection")),
        Column(_("From")),
        Column(_("To")),
        Column(_("Hours"), "h", 0),
        Column(_("Passed"), "TJ", 1),
        Column(_("Passed back"), "TJ", 1),
        Column(_("Lost"), "TJ", 1),
        Column(_("Cost"), _("thousand CNY"), 1),
    )
    return Table(_("Heat between zones"), columns, tuple(rows))
