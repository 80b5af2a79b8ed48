"""The hours of the pipes: how many were solved, what pandapipes makes of a sample, and those that stand for a season."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from heatnet.i18n import _
from heatnet.io.words import pressure_unit
from heatnet.report.context import Context
from heatnet.report.tables import Cell, Column, Row, Table, number
from heatnet.web.labels import hour_label, status_label
from heatnet.web.results_view import CaseResults, NetworkResults


def how_solved(context: Context) -> str:
    """Return the sentences on what was solved by what, drawn from the numbers alone."""
    entries = [entry for _case, _name, entry in _entries(context)]
    if not entries:
        return ""
    solved, asked = (sum(entry.get(key, 0) for entry in entries) for key in ("hours_ok", "hours_simulated"))
    sentences = [
        _(
            "Every hour of the heating season that asks for heat is solved by heatnet's season engine: {solved} of "
            "{asked} hours over all cases and networks have a solution."
        ).format(solved=number(solved, 0), asked=number(asked, 0))
    ]
    return " ".join(
        [*sentences, *_on_the_sample([case.summary.get("reference_check") or {} for case in context.ok_cases])]
    )


def _on_the_sample(checks: list[Mapping[str, Any]]) -> list[str]:
    """Return the sentences on the hours that pandapipes solved again; on exceptions only where there are any."""

    def counted(key: str) -> int:
        return sum(check.get(key, 0) for check in checks)

    if not counted("hours"):
        return []
    words = {
        "hours": _(
            "{count} of them were solved once more by pandapipes: those of most and of least heat, the one in which "
            "most pipes flow against their usual direction, and hours drawn at random."
        ),
        "unsolved_by_reference": _("In {count} of these pandapipes found no solution; that is no disagreement."),
        "solved_by_reference_alone": _("In {count} of these only pandapipes found a solution."),
        "status_differs": _("In {count} of these the two solutions have different statuses."),
    }
    return [text.format(count=number(counted(key), 0)) for key, text in words.items() if counted(key)]


def _entries(context: Context) -> Iterator[tuple[CaseResults, str, Mapping[str, Any]]]:
    """Yield case, network and its entry of `by_network`, where its pipes were solved."""
    for case in context.ok_cases:
        for name, results in case.networks.items():
            if len(results.hours):
                yield case, name, case.summary.get("by_network", {}).get(name, {})


def season_table(context: Context) -> Table:
    """Return the hours of each case and network by status, and the largest differences to pandapipes."""
    unit, bar = pressure_unit()
    rows = []
    for case, name, entry in _entries(context):
        check = ((case.summary.get("reference_check") or {}).get("by_network") or {}).get(name, {})
        pressure = check.get("max_pressure_difference_bar")
        differences = (
            _tiny(check.get("max_temperature_difference_k")),
            _tiny(None if pressure is None else pressure * bar),
            _tiny(check.get("max_flow_difference_share")),
        )
        head = (context.label(case), context.network_name(name), _statuses(entry))
        counts = (check.get("hours"), check.get("unsolved_by_reference"))
        rows.append(Row((*head, *counts, *differences)))
    columns = (
        Column(_("Case")),
        Column(_("Network")),
        Column(_("Hours by status")),
        Column(_("Solved again by pandapipes"), "h", 0),
        Column(_("of these without its solution"), "h", 0),
        Column(_("Largest difference of temperature"), "K", 0),
        Column(_("of pressure"), unit, 0),
        Column(_("of flow, share of the largest"), "–", 0),
    )
    return Table(_("Hours of the season, and a sample solved by pandapipes"), columns, tuple(rows))


def _statuses(entry: Mapping[str, Any]) -> str | None:
    """Return the hours by status in words, most hours first."""
    counts: Mapping[str, int] = entry.get("hours_by_status") or {}
    told = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return _("; ").join(f"{status_label(status)}: {number(count, 0)}" for status, count in told) or None


def hours_table(context: Context) -> Table:
    """Return the hours that stand for a season, with heat, losses, temperatures and balance residuals."""
    rows: list[Row] = []
    for case in context.study.cases.values():
        if not case.ok:
            rows.append(context.failed_row(case))
            continue
        for name, results in case.networks.items():
            for position, time in enumerate(results.hours.index):
                head = (context.label(case), context.network_name(name)) if position == 0 else ("", "")
                rows.append(Row((*head, *_hour_cells(case, results, time))))
    columns = (
        Column(_("Case")),
        Column(_("Network")),
        Column(_("Time")),
        Column(_("Chosen as")),
        Column(_("Outdoor"), "°C", 1),
        Column(_("Heat"), "MW", 2),
        Column(_("Loss"), "MW", 3),
        Column(_("Supply"), "°C", 1),
        Column(_("Return"), "°C", 1),
        Column(_("Mass residual"), "kg/s", 0),
        Column(_("Energy residual"), "MW", 0),
        Column(_("Status")),
    )
    note = _("Residuals close over the whole network: sources = consumers + losses. A failed hour has no numbers.")
    note += " " + _("Heat is that of all plants; supply and return are those of the plant that holds the pressure.")
    return Table(_("Hours over the load duration curve"), columns, tuple(rows), note)


def _hour_cells(case: CaseResults, results: NetworkResults, time: Any) -> tuple[Cell, ...]:
    hour = results.hours.loc[time]
    outdoor = case.t_outdoor_degc
    plants = results.quantities.get("plant_heat_mw")
    heat = float(plants.loc[time].sum(min_count=1)) if plants is not None and time in plants.index else None
    pressure = results.network.pressure_plant or ""
    return (
        f"{time:%Y-%m-%d %H:%M}" if isinstance(time, pd.Timestamp) else f"{time:g} s",
        hour_label(str(hour.get("label", ""))),
        float(outdoor[time]) if outdoor is not None and time in outdoor.index else None,
        heat,
        _finite(hour.get("heat_loss_mw")),
        _at(results.quantity("plant_t_supply_degc", pressure), time),
        _at(results.quantity("plant_t_return_degc", pressure), time),
        _tiny(hour.get("mass_residual_kg_per_s")),
        _tiny(hour.get("energy_residual_mw")),
        status_label(str(hour["status"])),
    )


def _at(series: pd.Series | None, time: Any) -> float | None:
    return float(series[time]) if series is not None and time in series.index else None


def _finite(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _tiny(value: Any) -> str | None:
    """Return a residual in powers of ten; it is read for its size, not its digits."""
    found = _finite(value)
    if found is None:
        return None
    return "0" if found == 0 else f"{found:.0e}".replace("-", "−") if abs(found) < 1e-3 else number(found, 4)
