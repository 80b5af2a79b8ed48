"""The part of a search's report that holds its figures against those of its portfolio's run in the pipes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatnet.i18n import _, pick
from heatnet.report.steam_page import Section
from heatnet.report.tables import Column, Row, Table
from heatnet.web.portfolio_words import check_words


def check_section(summary: Mapping[str, Any]) -> Section:
    """Return the section: what differs, the figures side by side, the heat of each plant.

    Parameters
    ----------
    summary : mapping
        As `portfolio.json` holds it, with `check`.
    """
    check = summary["check"]
    tables = [_figures(check), _heat(check)] if check["status"] == "ok" else []
    note = _(
        "The run has what the search does not know: the electricity of circulation pumps, the limits of pipes, pumps and power "
        "networks, and the loss under this schedule."
    )
    return Section(_("The search against the pipes"), told=check_words(summary), tables=tables, note=note)


def _labels() -> dict[str, tuple[str, str, float, int]]:
    """Return label, unit, factor and digits of every quantity."""
    million = ("10⁶ CNY/a", 1e-6, 2)
    return {
        "rate": (_("Rate"), "%", 100.0, 2),
        "cost_cny": (_("Cost"), *million),
        "invested_cny_per_a": (_("of it annuities and upkeep"), *million),
        "fuel_gas_cny": (_("of it gas"), *million),
        "fuel_coal_cny": (_("of it coal"), *million),
        "power_cny": (_("of it electricity"), *million),
        "power_lost_cny": (_("of it electricity that the power plants lose"), *million),
        "co2_cny": (_("of it CO₂"), *million),
        "unmet_cny": (_("of it missing heat"), *million),
        "start_cny": (_("of it starts of plants"), *million),
        "surplus_cny": (_("of it surplus heat"), *million),
        "transfer_cny": (_("of it heat between zones"), *million),
        "reserve_short_cny": (_("of it lacking reserve"), *million),
        "co2_average_t": ("CO₂", "t/a", 1.0, 0),
        "co2_marginal_t": (_("CO₂, marginal factor"), "t/a", 1.0, 0),
        "unmet_share": (_("Heat missing"), "%", 100.0, 3),
    }


def _figures(check: Mapping[str, Any]) -> Table:
    labels = _labels()
    columns = (
        Column(""),
        Column(_("Unit")),
        *(Column(word, digits=0) for word in (_("Search"), _("Pipes"), _("Difference"))),
    )
    rows = []
    for row in check["rows"]:
        label, unit, factor, digits = labels.get(row["name"], (row["name"], "", 1.0, 2))
        if not row["search"] and not row["pipes"]:
            continue
        values = [None if row[key] is None else f"{row[key] * factor:,.{digits}f}" for key in ("search", "pipes")]
        difference = None if row["difference"] is None else f"{row['difference'] * factor:+,.{digits}f}"
        rows.append(Row((label, unit, *(value or "–" for value in values), difference or "–")))
    return Table(_("The portfolio as searched and as run"), columns, tuple(rows))


def _heat(check: Mapping[str, Any]) -> Table:
    columns = (
        Column(_("Plant")),
        Column(_("Search"), "GWh/a", 2, 1e-3),
        Column(_("Pipes"), "GWh/a", 2, 1e-3),
        Column(_("Difference"), "GWh/a", 2, 1e-3),
    )
    rows = [Row((pick(row["plant"]), row["search"], row["pipes"], row["difference"])) for row in check["heat"]]
    return Table(_("Heat of each plant"), columns, tuple(rows))
