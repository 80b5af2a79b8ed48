"""What the verdict says of electric heat: the report's sentences, and its hours, cost and CO2 in one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from heatnet.i18n import _
from heatnet.report.electric_heat import READINGS, electric_sentences, reference_names
from heatnet.report.tables import MISSING, number, percent

__all__ = ["electric_blocks", "electric_sentences"]


def electric_blocks(summary: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...], list[list[str]]]]:
    """Yield title, column headings and printed rows; nothing where the study does not ask."""
    electric = summary.get("electric_heat")
    if not electric:
        return
    # cases go by their ids in the verdict
    references = reference_names(summary) | (
        {"baseline": electric["baseline_case"]} if electric["baseline_case"] else {}
    )
    columns = (
        _("Case"),
        _("Heat of valley hours"),
        _("Electricity, GWh"),
        _("CNY/GJ"),
        _("CO2, t"),
        *(_("saved against {reference}").format(reference=name) for name in references.values()),
    )
    rows = [[name, *_cells(entry, list(references))] for name, entry in electric["cases"].items()]
    yield (
        _("Electric heat: valley hours, cost, CO2 by the average (marginal) factor less green electricity"),
        columns,
        rows,
    )


def _cells(entry: Mapping[str, Any], references: list[str]) -> Iterator[str]:
    cost = entry["cost_cny_per_gj"]
    yield percent(entry["valley_heat_share"])
    yield number(entry["power_mwh"] / 1000.0, 1)
    yield MISSING if cost is None else number(cost, 1)
    for tonnes in (entry["emitted_t_co2"], *(entry["saved_t_co2"][key] for key in references)):
        average, marginal = (number(tonnes[reading], 0) for reading in READINGS)
        yield f"{average} ({marginal})"
