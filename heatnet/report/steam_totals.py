"""The table of a steam network's totals over a boundary, for page and terminal."""

from __future__ import annotations

from heatnet.i18n import _, language
from heatnet.io.words import pressure_digits, pressure_unit, time_text
from heatnet.metrics.steam_state import SteamAnswer
from heatnet.metrics.steam_totals import SteamTotals, steam_totals
from heatnet.report.tables import Column, Row, Table, number


def totals_table(answer: SteamAnswer) -> Table | None:
    """Return steam and heat of all solved rows, the least margin and the wet hours; None for one row or none solved."""
    if answer.states.sizes["time"] < 2 or not answer.rows:
        return None
    totals = steam_totals(answer.network, answer.states)
    rows = (*_amounts(totals), *_margin(answer, totals), *_hours(totals))
    title = _("All solved rows, {hours} h") if totals.is_sum else _("Mean of the {hours} solved rows")
    note = _("Heat lost: what the plants give less what the users take, drained condensate included.")
    columns = (Column(_("Quantity")), Column(_("Unit")), Column(_("Value"), "", 1), Column(_("Where, when")))
    return Table(title.format(hours=number(totals.hours, 0)), columns, rows, note)


def _amounts(totals: SteamTotals) -> list[Row]:
    heat, steam = ("MWh", "t") if totals.is_sum else ("MW", "t/h")
    return [
        Row((_("Steam from the plants"), steam, totals.given_t, "")),
        Row((_("Steam to the users"), steam, totals.delivered_t, "")),
        Row((_("Condensate drained on the way"), steam, totals.condensate_t, "")),
        Row((_("Heat from the plants"), heat, totals.given_mwh, "")),
        Row((_("Heat to the users"), heat, totals.delivered_mwh, "")),
        Row((_("Heat lost on the way"), heat, totals.lost_mwh, "")),
        Row((_("of it through the insulation"), heat, totals.loss_mwh, "")),
    ]


def _margin(answer: SteamAnswer, totals: SteamTotals) -> list[Row]:
    if totals.least_margin is None:
        return []
    unit, factor = pressure_unit()
    name = answer.network.display_name("consumers", totals.least_margin["id"], language())
    told = number(totals.least_margin["p_bar"] * factor, pressure_digits(factor))
    place = f"{name}, {time_text(totals.least_margin['time'])}"
    return [Row((_("Least pressure above a user's need"), unit, told, place))]


def _hours(totals: SteamTotals) -> list[Row]:
    unit = "h" if totals.is_sum else _("rows")
    wet, below = _("In which steam condenses on its way"), _("In which a user lacks the pressure that he needs")
    rows = [Row((wet, unit, totals.hours_wet, ""))]
    return rows if totals.least_margin is None else [*rows, Row((below, unit, totals.hours_below_pressure, ""))]
