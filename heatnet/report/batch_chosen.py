"""Tables of seasons that were chosen, not drawn: what each change does, and what each named season comes to."""

from __future__ import annotations

import pandas as pd

from heatnet.i18n import _, pick
from heatnet.metrics.drivers import tornado
from heatnet.report.batch_answers import missing_heat_sentence
from heatnet.report.batch_results import CO2, COST, BatchResults
from heatnet.report.tables import Cell, Column, Row, Table
from heatnet.web.labels import status_label

LACKING = "lacking_mwh"


def _outcomes(batch: BatchResults, frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Return rate, cost, CO2, unmet heat and what stations lack of each season."""
    lacking = batch.lacking.groupby("case")["shortfall_mwh"].sum()
    own = frame["case"].map(lacking) if len(lacking) else pd.Series(float("nan"), index=frame.index)
    return {
        "rate": batch.rate(frame, batch.description["headline"]),
        COST: batch.cost(frame),
        CO2: batch.co2(frame),
        "unmet_share": pd.to_numeric(frame["unmet_share"]),
        LACKING: own.astype(float),
    }


def _columns() -> dict[str, Column]:
    return {
        "rate": Column(_("Rate"), "%", 2, 100),
        COST: Column(_("Cost"), "10⁶ CNY", 2, 1e-6),
        CO2: Column("CO₂", "t", 0),
        "unmet_share": Column(_("Unmet heat"), "%", 3, 100),
        LACKING: Column(_("Lacking at stations"), "MWh", 1),
    }


def changes_table(batch: BatchResults, group: str, pairs: pd.Series) -> Table:
    """Return what each single change adds to rate, cost, CO2 and missing heat; the base in the first row.

    Parameters
    ----------
    batch : BatchResults
    group : str
        Portfolio.
    pairs : pandas.Series
        What each season of it shares with its base.
    """
    frame = batch.rows_of(group, batch.ok)
    outcomes, columns, scenario = _outcomes(batch, frame), _columns(), batch.scenario(frame)
    base = scenario == "base"
    found = {
        name: tornado(outcome, scenario, pairs).set_index("scenario")["change"] for name, outcome in outcomes.items()
    }
    rows = [Row((_("base, as it is"), "", *(float(outcome[base].mean()) for outcome in outcomes.values())), "total")]
    for name in dict.fromkeys(scenario[~base]):
        dimension, value = batch.changed_dimension(str(name))
        cells: list[Cell] = [float(change[name]) if name in change.index else None for change in found.values()]
        rows.append(Row((batch.dimension_name(dimension), value, *cells)))
    note = _(
        "Means over the weather years and whatever else each change was run with; below the base, what is added to it."
    )
    note = " ".join(part for part in (note, missing_heat_sentence(batch, [group])) if part)
    caption = _("Change against the base")
    if len(batch.groups) > 1:
        caption = _("{label}: {place}").format(label=caption, place=batch.group_name(group))
    return Table(
        caption, (Column(_("Change")), Column(_("to")), *(columns[name] for name in outcomes)), tuple(rows), note
    )


def missing_base_sentence(batch: BatchResults, group: str) -> str:
    """Return why nothing can be said of a portfolio's changes where none of its seasons is a base with a result; else nothing."""
    frame = batch.rows_of(group, batch.cases)
    base = frame[batch.scenario(frame) == "base"]
    if (base["status"] == "ok").any():
        return ""
    name = batch.group_name(group)
    if base.empty:
        return _("{portfolio}: what the changes do cannot be told, as the base is still to be run.").format(
            portfolio=name
        )
    first = base.iloc[0]
    return _("{portfolio}: what the changes do cannot be told, as the base has no result ({status}: {reason}).").format(
        portfolio=name, status=status_label(str(first["status"])), reason=first["reason"]
    )


def outcome_table(batch: BatchResults) -> Table:
    """Return what each season comes to."""
    outcomes, columns = _outcomes(batch, batch.ok), _columns()
    labels = batch.description["variant_labels"]
    rows = tuple(
        Row((pick(labels.get(scenario, {})) or case, *(float(outcome.iloc[row]) for outcome in outcomes.values())))
        for row, (case, scenario) in enumerate(zip(batch.ok["case"], batch.scenario(batch.ok), strict=True))
    )
    note = missing_heat_sentence(batch, batch.groups)
    return Table(
        _("What the seasons come to"), (Column(_("Season")), *(columns[name] for name in outcomes)), rows, note
    )
