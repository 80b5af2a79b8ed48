"""What limits the uptake of waste heat: a table by plant and cause, and how dispatch and pipes came to agree."""

from __future__ import annotations

from typing import Any

from heatnet.i18n import _, pick
from heatnet.report.context import Context
from heatnet.report.sections import CNY_PER_MILLION
from heatnet.report.tables import Column, Row, Table, number
from heatnet.units import GJ_PER_TJ
from heatnet.web.labels import limit_label
from heatnet.web.results_view import CaseResults

_PERCENT = 100.0
#: what two decimals of a million show
_SHOWN_MILLION = 0.005


def uptake_tables(context: Context) -> list[Table]:
    """Return the tables of the case that opens first; none where it has no waste heat."""
    case = next((case for case in context.ok_cases if case.id == context.shown_case), None)
    if case is None or not case.summary.get("uptake"):
        return []
    tables = [_causes(context, case)]
    rounds = case.summary.get("rounds") or {}
    if rounds.get("rounds"):
        tables.append(_rounds(context, case, rounds))
    if rounds.get("open"):
        tables.append(_open(context, case, rounds["open"]))
    return tables


def _causes(context: Context, case: CaseResults) -> Table:
    rows: list[Row] = []
    for unit in dict.fromkeys(row["unit"] for row in case.summary["uptake"]):
        own = [row for row in case.summary["uptake"] if row["unit"] == unit]
        total = sum(row["heat_gj"] for row in own)
        title = f"{context.unit_name(case, unit)}, {own[0]['connected_mw']:.4g} MW"
        rows.append(Row((title,), "subheading"))
        for row in own:
            label = limit_label(row["cause"], pick(row["name"]) if row["name"] else "")
            rows.append(Row((label, row["hours"], row["heat_gj"] / GJ_PER_TJ, row["heat_gj"] / total)))
    columns = (
        Column(_("Heat taken, and what keeps the rest away")),
        Column(_("Hours"), "h", 0),
        Column(_("Heat"), "TJ", 1),
        Column(_("Share of what is connected"), "%", 1, _PERCENT),
    )
    caption = _("What limits waste heat: {case}").format(case=context.label(case))
    note = _(
        "Connected is the size of the plant in every hour in which its network asks for heat. Each part of the gap counts once, "
        "with the first cause in the order of the table that explains it."
    )
    return Table(caption, columns, tuple(rows), note)


def _rounds(context: Context, case: CaseResults, rounds: dict[str, Any]) -> Table:
    networks = list(rounds["rounds"][0]["loss_difference_share"])
    rows = tuple(
        Row(
            (
                _("{number} (all on)").format(number=number) if one.get("always_on") else str(number),
                one["cost_cny"] / CNY_PER_MILLION,
                *(one["loss_difference_share"].get(name) for name in networks),
                one["hours_beyond"],
                one["moved_share"],
            )
        )
        for number, one in enumerate(rounds["rounds"], 1)
    )
    columns = (
        Column(_("Round")),
        Column(_("Cost"), _("million CNY"), 2),
        *(
            Column(_("Loss against the pipes: {network}").format(network=context.network_name(n)), "%", 2, _PERCENT)
            for n in networks
        ),
        Column(_("Hours and places beyond a limit"), "", 0),
        Column(_("Heat moved to another plant, at most"), "%", 2, _PERCENT),
    )
    ended = _("Dispatch and pipes agree.") if rounds["agrees"] else _("Dispatch and pipes do not agree yet.")
    kept = _("Round {number} counts.").format(number=rounds["best"] + 1)
    note = " ".join((ended, kept, *_pumps_note(case, rounds)))
    return Table(_("Rounds of dispatch and pipes: {case}").format(case=context.label(case)), columns, rows, note)


def _pumps_note(case: CaseResults, rounds: dict[str, Any]) -> list[str]:
    """Return why the operating cost is more than that of the round that counts: the dispatch knows no network pumps."""
    counted = float(rounds["rounds"][rounds["best"]]["cost_cny"]) / CNY_PER_MILLION
    total = float(case.summary["cost"]["total_cny"]) / CNY_PER_MILLION
    if total - counted < _SHOWN_MILLION:
        return []
    told = _(
        "The cost of a round is that of the dispatch; the operating cost of the year, {total} million CNY, is {more} million "
        "more: electricity of the networks' pumps and its CO₂, which the dispatch does not decide."
    )
    return [told.format(total=number(total, 2), more=number(total - counted, 2))]


def _open(context: Context, case: CaseResults, places: list[dict[str, Any]]) -> Table:
    rows = tuple(
        Row(
            (
                context.network_name(place["network"]),
                pick(place["name"]),
                limit_label(f"pipe_{place['kind']}", ""),
                place["hours"],
                place["worst_share"],
                str(place["time"]).replace("T", " "),
            )
        )
        for place in places
    )
    columns = (
        Column(_("Network")),
        Column(_("Place")),
        Column(_("Limit")),
        Column(_("Hours"), "h", 0),
        Column(_("Beyond its limit, at most"), "%", 1, _PERCENT),
        Column(_("Worst hour")),
    )
    caption = _("Left open: what no plant's heat mends, {case}").format(case=context.label(case))
    return Table(caption, columns, rows)
