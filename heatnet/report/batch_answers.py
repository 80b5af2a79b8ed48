"""Tables of a batch's page: probability by definition, drivers, regret, best and worst seasons, shortfall, failures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from heatnet.i18n import _
from heatnet.metrics.chance import Chance, chance_of, spread_of
from heatnet.metrics.drivers import influence, sobol_table
from heatnet.metrics.regret import extremes, regret_table, shortfall_by_consumer
from heatnet.model.substitution import UNMET_LIMIT_SHARE, Variant, variants
from heatnet.report.batch_results import CO2, COST, BatchResults
from heatnet.report.tables import Cell, Column, Row, Table, percent
from heatnet.study.batch_layout import BLOCK, VALUE_PREFIX
from heatnet.web.labels import definition_names, status_label

_MILLION = 1e-6
_MOST_CONSUMERS = 20
_MOST_FAILED = 40
_EXTREMES = 5
#: values of dimensions that the table of extremes prints, at most
_MOST_VALUES = 7


def definition_of(batch: BatchResults, variant: Variant) -> dict[str, str]:
    """Return a definition of the rate in the zone of the headline."""
    return {
        "zone": batch.description["headline"]["zone"],
        "set": str(variant.waste_set),
        "counting": str(variant.counting),
        "denominator": str(variant.denominator),
        "period": str(variant.period),
    }


def headline_chance(batch: BatchResults, group: str) -> Chance | None:
    """Return how often a portfolio reaches the target by the headline's definition; None where the study asks for none."""
    target = batch.description["target_share"]
    if target is None:
        return None
    rows = batch.rows_of(group)
    rate = batch.rate(rows, batch.description["headline"])
    return chance_of(rate, target, sampled=batch.description["sampled"], scenario=batch.scenario(rows))


def chance_table(batch: BatchResults) -> Table:
    """Return the share of seasons that reach the target, by definition and portfolio, with its intervals."""
    target, sampled = batch.description["target_share"], batch.description["sampled"]
    rows: list[Row] = []
    for group in batch.groups:
        frame = batch.rows_of(group)
        own = [Row(cells) for cells in _chance_rows(batch, frame, target, sampled)]
        if own and len(batch.groups) > 1:
            rows.append(Row((batch.group_name(group),), "subheading"))
        rows += own
    return Table(
        _("{share} reached, by definition").format(share=percent(target, 0)),
        _chance_columns(sampled),
        tuple(rows),
        _interval_note(batch),
    )


def _chance_columns(sampled: bool) -> tuple[Column, ...]:
    heads = (_("95 % interval, Wilson"), _("95 % interval, exact")) if sampled else ()
    return (
        *(Column(word) for word in (_("Set"), _("Counting"), _("Denominator"), _("Period"))),
        Column(_("Seasons"), "", 0),
        Column(_("Reached"), "%", 1, 100),
        *(Column(end, "%", 1, 100, head) for head in heads for end in (_("from"), _("to"))),
        *(Column(word, "%", 1, 100, _("Rate, quantiles")) for word in ("P5", "P50", "P95")),
    )


def _chance_rows(batch: BatchResults, frame: pd.DataFrame, target: float, sampled: bool) -> Iterator[tuple[Cell, ...]]:
    """Return the cells of each definition that some season tells a rate by."""
    scenario = batch.scenario(frame)
    for variant in variants():
        definition = definition_of(batch, variant)
        rate = batch.rate(frame, definition)
        if rate.notna().any():
            yield _chance_cells(definition, rate, scenario, target, sampled)


def _chance_cells(
    definition: Mapping[str, str], rate: pd.Series, scenario: pd.Series, target: float, sampled: bool
) -> tuple[Cell, ...]:
    words = [definition_names(axis)[definition[axis]] for axis in ("set", "counting", "denominator", "period")]
    found, spread = chance_of(rate, target, sampled=sampled, scenario=scenario), spread_of(rate)
    exact = chance_of(rate, target, sampled=sampled, scenario=scenario, method="exact")
    intervals = (found.low, found.high, exact.low, exact.high) if sampled else ()
    return (*words, found.told, found.share, *intervals, spread["p05"], spread["p50"], spread["p95"])


def _interval_note(batch: BatchResults) -> str:
    notes = {
        "latin_hypercube": _(
            "The intervals assume seasons drawn independently of each other. Those of a Latin hypercube are spread more "
            "evenly, so that the intervals are rather too wide. They tell of the number of seasons alone, not of the model, nor "
            "of the distributions that were assumed."
        ),
        "sobol": _(
            "The intervals assume seasons drawn independently of each other. Scrambled Sobol' points are spread more evenly, so "
            "that the intervals are rather too wide. They tell of the number of seasons alone, not of the model, nor of the "
            "distributions that were assumed."
        ),
    }
    note = notes.get(
        batch.description["method"],
        _(
            "The seasons were chosen, not drawn: a share of those that were run, not a probability; there is no interval."
        ),
    )
    if batch.crossed_names and batch.description["sampled"]:
        note += " " + _(
            "Seasons that differ only in {names} are not independent: the intervals are those of as many independent seasons "
            "as tell as much."
        ).format(names=_(", ").join(batch.crossed_names))
    return note


def influence_table(batch: BatchResults, group: str) -> Table:
    """Return how strongly each dimension goes with rate, cost and CO2 of a portfolio's seasons."""
    frame = batch.rows_of(group)
    values = batch.values(frame)
    outcomes = [batch.rate(frame, batch.description["headline"]), batch.cost(frame), batch.co2(frame)]
    names, scenario = batch.name_dimensions, batch.scenario(frame)
    found = [influence(values, outcome, names, scenario).set_index("dimension") for outcome in outcomes]
    order = list(dict.fromkeys(name for table in found for name in table.index))
    heads = (_("Rate"), _("Cost"), "CO₂")
    columns = [Column(_("Dimension")), Column(_("Measure"))]
    for head in heads:
        columns += [Column(_("strength"), "", 2, 1.0, head), Column("p", "", None, 1.0, head)]
    measures = {"spearman": _("rank correlation"), "epsilon2": _("epsilon², between names")}
    rows = []
    for dimension in order:
        measure = next(table.at[dimension, "measure"] for table in found if dimension in table.index)
        cells: list[Cell] = [batch.dimension_name(dimension), measures[measure]]
        for table in found:
            known = dimension in table.index
            cells += [
                float(table.at[dimension, "strength"]) if known else None,
                _p(table.at[dimension, "p"]) if known else None,
            ]
        rows.append(Row(tuple(cells)))
    note = _(
        "Rank correlation (Spearman): 1 or −1 where the outcome follows the dimension alone, in whatever monotonous way. "
        "Epsilon²: share of the spread of ranks between the names (Kruskal and Wallis). p: how often chance alone would give "
        "as much; of twenty dimensions without influence one is below 0.05."
    )
    if batch.crossed_names:
        note += " " + _("Of seasons that differ only in {names} the mean counts, once.").format(
            names=_(", ").join(batch.crossed_names)
        )
    note = " ".join(part for part in (note, missing_heat_sentence(batch, [group])) if part)
    return Table(_title(batch, group, _("What goes with rate, cost and CO₂")), tuple(columns), tuple(rows), note)


def _p(value: float) -> str:
    return "–" if value != value else ("< 0.001" if value < 0.001 else f"{value:.3f}")


def missing_heat_sentence(batch: BatchResults, groups: Sequence[str]) -> str:
    """Return how many seasons of portfolios are left out of rate and CO2, as heat is missing in them; nothing where none is."""
    named = []
    for group in groups:
        frame = batch.rows_of(group)
        count = int(batch.lacks_heat(frame).sum())
        if count:
            named.append(
                _("{portfolio} in {count} of {all} seasons").format(
                    portfolio=batch.group_name(group), count=count, all=len(frame)
                )
            )
    if not named:
        return ""
    return _("Left out of rate and CO₂, as more than {limit} of the heat is missing: {names}.").format(
        limit=percent(UNMET_LIMIT_SHARE, 1), names=_(", ").join(named)
    )


def _title(batch: BatchResults, group: str, words: str) -> str:
    if len(batch.groups) < 2:
        return words
    return _("{label}: {place}").format(label=words, place=batch.group_name(group))


def sobol_tables(batch: BatchResults) -> list[Table]:
    """Return first and total Sobol' indices of the rate where the batch was drawn for them, a table a portfolio.

    Where the portfolio itself was drawn, it is one of the dimensions, and there is one table.
    """
    if not batch.description["indices"] or f"{VALUE_PREFIX}{BLOCK}" not in batch.cases:
        return []
    drawn = [name for name, one in batch.description["dimensions"].items() if not one["each"]]
    if any(batch.description["dimensions"][name]["target"]["kind"] == "portfolio" for name in drawn):
        return _sobol(batch, drawn, batch.cases, _("Sobol' indices of the rate"))
    return [
        table
        for group in batch.groups
        for table in _sobol(
            batch, drawn, batch.rows_of(group, batch.cases), _title(batch, group, _("Sobol' indices of the rate"))
        )
    ]


def _sobol(batch: BatchResults, drawn: Sequence[str], frame: pd.DataFrame, caption: str) -> list[Table]:
    rate = batch.rate(frame, batch.description["headline"])
    # scenarios are numbered block after block
    row = batch.scenario(frame).astype(int) % int(batch.description["samples"])
    found = sobol_table(rate, frame[f"{VALUE_PREFIX}{BLOCK}"], row, drawn, batch.description["seed"])
    if found.empty:
        return []
    first, total = _("first order"), _("total")
    columns = [Column(_("Dimension"))]
    for head in (first, total):
        columns += [
            Column(_("Index"), "", 2, 1.0, head),
            Column(_("from"), "", 2, 1.0, head),
            Column(_("to"), "", 2, 1.0, head),
        ]
    keys = ("first", "first_low", "first_high", "total", "total_low", "total_high")
    rows = [
        Row((batch.dimension_name(row["dimension"]), *(float(row[key]) for key in keys)))
        for row in found.to_dict("records")
    ]
    note = _(
        "Share of the rate's variance that a dimension explains alone (first order), and that is left when all others are "
        "known (total), from {samples} rows of the sample; 95 % intervals from resamples of these rows. Estimates may lie a "
        "little below 0."
    ).format(samples=int(found["samples"].iloc[0]))
    return [Table(caption, tuple(columns), tuple(rows), note)]


def regret_tables(batch: BatchResults) -> list[Table]:
    """Return the regret of each portfolio in rate, cost and CO2 over the scenarios that all were run in."""
    frame = batch.sample
    scenario = batch.scenario(frame) + _crossed_words(batch, frame)
    outcomes = (
        (_("Regret in the rate"), batch.rate(frame, batch.description["headline"]), False, Column("", "%", 2, 100)),
        (_("Regret in cost"), batch.cost(frame), True, Column("", "10⁶ CNY", 2, _MILLION)),
        (_("Regret in CO₂"), batch.co2(frame), True, Column("", "kt", 2, 1e-3)),
    )
    tables = []
    for caption, outcome, smaller, scale in outcomes:
        found = regret_table(outcome, scenario, frame["base"], smaller_is_better=smaller)
        if not found.empty:
            tables.append(_regret(batch, caption, found, scale))
    return tables


def _crossed_words(batch: BatchResults, frame: pd.DataFrame) -> pd.Series:
    """Return what tells seasons of one scenario apart beside the portfolio (weather years that each was run with)."""
    words = pd.Series("", index=frame.index)
    for name, one in batch.description["dimensions"].items():
        if one["each"] and one["target"]["kind"] != "portfolio" and f"{VALUE_PREFIX}{name}" in frame:
            words = words + " " + frame[f"{VALUE_PREFIX}{name}"].astype(str)
    return words


def _regret(batch: BatchResults, caption: str, found: pd.DataFrame, scale: Column) -> Table:
    def scaled(label: str) -> Column:
        return Column(label, scale.unit, scale.digits, scale.factor)

    columns = (
        Column(_("Portfolio")),
        scaled(_("Mean")),
        scaled(_("Mean regret")),
        scaled(_("Regret, P95")),
        scaled(_("Largest regret")),
        Column(_("in season")),
        Column(_("Best in"), "%", 0, 100),
        Column(_("Scenarios"), "", 0),
    )
    keys = ("mean", "mean_regret", "p95_regret", "worst_regret", "worst_scenario", "best_share", "scenarios")
    rows = tuple(
        Row((batch.group_name(row["choice"]), *(row[key] for key in keys))) for row in found.to_dict("records")
    )
    note = _("Regret: what the best portfolio of the same scenario would have been better by.")
    return Table(caption, columns, rows, note)


def extremes_table(batch: BatchResults) -> Table:
    """Return the seasons of the highest and of the lowest rate, with what they were."""
    frame = batch.ok.assign(rate=batch.rate(batch.ok, batch.description["headline"]))
    best, worst = extremes(frame, "rate", _EXTREMES)
    varied = [name for name in batch.description["dimensions"] if frame[f"{VALUE_PREFIX}{name}"].nunique() > 1]
    # a single change has told in its name what it is
    shown = [] if batch.description["method"] == "one_at_a_time" else varied[:_MOST_VALUES]
    columns = (
        Column(_("Season")),
        Column(_("Rate"), "%", 1, 100),
        Column(_("Cost"), "10⁶ CNY", 1, _MILLION),
        Column("CO₂", "kt", 1, 1e-3),
        Column(_("Unmet heat"), "%", 3, 100),
        *(Column(batch.dimension_name(name)) for name in shown),
    )
    rows: list[Row] = []
    for words, part in ((_("Highest rate"), best), (_("Lowest rate"), worst)):
        rows += [Row((words,), "subheading")] if len(part) else []
        rows += [Row(tuple(_season_cells(batch, row, shown))) for row in part.to_dict("records")]
    return Table(_("Best and worst seasons"), columns, tuple(rows))


def _season_cells(batch: BatchResults, row: Mapping[str, Any], shown: Sequence[str]) -> Iterator[Cell]:
    yield str(row["case"])
    for key in ("rate", COST, CO2, "unmet_share"):
        yield row.get(key)
    for name in shown:
        yield value_words(batch, name, row[f"{VALUE_PREFIX}{name}"])


def value_words(batch: BatchResults, dimension: str, value: Any) -> str:
    """Return a value of a dimension as printed: a portfolio by its name, a number with four digits."""
    one = batch.description["dimensions"].get(dimension, {})
    if value is None or value != value:
        return _("as the case has it")
    if one.get("target", {}).get("kind") == "portfolio":
        return batch.group_name(str(value))
    return f"{value:.4g}" if isinstance(value, int | float) else str(value)


def shortfall_table(batch: BatchResults) -> Table:
    """Return the heat that consumers lack with each portfolio, in the mean over its seasons and worst."""
    sampled = batch.description["sampled"]
    columns = (
        Column(_("Consumer")),
        Column(_("Network")),
        Column(_("Expected") if sampled else _("Mean over the seasons run"), "MWh", 1),
        Column(_("Worst"), "MWh", 1),
        Column(_("in season")),
        Column(_("Seasons with a shortfall"), "%", 0, 100),
    )
    rows: list[Row] = []
    counts = []
    for group in batch.groups:
        frame = batch.rows_of(group)
        seasons = set(frame[batch.ok_rows(frame)]["case"])
        own = _shortfall_rows(batch, seasons)
        if own and len(batch.groups) > 1:
            rows.append(Row((batch.group_name(group),), "subheading"))
            counts.append(f"{batch.group_name(group)} {len(seasons)}")
        elif own:
            counts.append(str(len(seasons)))
        rows += own
    note = _("Heat that no plant gave or that the pipes did not bring, a season.") + " "
    note += (
        _("Expected: mean over the seasons with a result ({counts}).")
        if sampled
        else _("The mean is over the seasons with a result ({counts}), which were chosen, not drawn.")
    ).format(counts=_(", ").join(counts))
    return Table(_("Who lacks heat"), columns, tuple(rows), note)


def _shortfall_rows(batch: BatchResults, seasons: set[str]) -> list[Row]:
    lacking = batch.lacking[batch.lacking["case"].isin(seasons)].rename(columns={"case": "name"})
    found = shortfall_by_consumer(lacking, len(seasons)).head(_MOST_CONSUMERS)
    keys = ("network", "expected_mwh", "worst_mwh", "worst_name", "seasons_share")
    return [
        Row((batch.consumer_name(row["network"], row["consumer"]), *(row[key] for key in keys)))
        for row in found.to_dict("records")
    ]


def failed_table(batch: BatchResults) -> Table:
    """Return the seasons without a result, and why."""
    columns = (Column(_("Season")), Column(_("Status")), Column(_("Reason")))
    rows = [
        Row((str(row["case"]), status_label(row["status"]), str(row["reason"])))
        for row in batch.failed.to_dict("records")
    ]
    more = len(rows) - _MOST_FAILED
    note = _("{count} more stand in cases.parquet.").format(count=more) if more > 0 else ""
    return Table(_("Seasons without a result"), columns, tuple(rows[:_MOST_FAILED]), note)
