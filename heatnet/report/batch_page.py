"""The page of a batch: how probable the target is, what drives the rate, which portfolio one would regret least."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from heatnet.i18n import _, language, pick, use_language
from heatnet.metrics.drivers import swings, tornado
from heatnet.report import batch_answers as answers
from heatnet.report.batch_chosen import changes_table, missing_base_sentence, outcome_table
from heatnet.report.batch_picture import Bar, rate_picture, tornado_picture
from heatnet.report.batch_results import BatchResults, read_batch
from heatnet.report.batch_words import dimension_table, headline_sentences, method_sentences
from heatnet.report.steam_page import Section, write_sections
from heatnet.report.tables import Table
from heatnet.study.batch_layout import PAGE_FILE, VALUE_PREFIX

_ONE_AT_A_TIME = "one_at_a_time"


def build_batch_report(folder: str | Path, out_path: str | Path | None = None, lang: str | None = None) -> Path:
    """Write the page of a batch as one offline HTML file.

    Parameters
    ----------
    folder : str or Path
        Folder of the batch: `batch.json`, `cases.parquet` and, for the shortfall by consumer, `elements.parquet`.
    out_path : str or Path, optional
        File to write; `batch.html` in the folder if absent.
    lang : {"en", "zh"}, optional
        Language of the page; the current one if absent.

    Raises
    ------
    heatnet.errors.InputError
        If the folder holds no batch, or no season is finished.
    """
    with use_language(lang or language()):
        batch = read_batch(folder)
        sections = [Section(_("Finding"), told=headline_sentences(batch), strong=True)]
        if batch.ok.empty:
            sections.append(Section(_("Failures"), tables=[answers.failed_table(batch)]))
        else:
            sections += [*_rate_sections(batch), *_driver_sections(batch), *_chosen_sections(batch)]
            sections += _comparison_sections(batch)
        # batches of earlier versions have no notes
        told = [*method_sentences(batch), *map(pick, batch.description.get("weather_notes", []))]
        sections.append(Section(_("How the seasons were chosen"), told=told, tables=[dimension_table(batch)]))
        path = Path(out_path) if out_path is not None else batch.folder / PAGE_FILE
        command = f"heatnet batch studies/{batch.description['study']}"
        title, question = pick(batch.description["title"]), pick(batch.description["question"])
        return write_sections(path, _("Batch of seasons"), title, sections, question, command)


def _rate_sections(batch: BatchResults) -> list[Section]:
    target = batch.description["target_share"]
    rates = {
        batch.group_name(group): batch.rate(batch.rows_of(group), batch.description["headline"]).dropna().to_numpy()
        for group in batch.groups
    }
    rates = {name: values for name, values in rates.items() if len(values)}
    if not rates:
        return []
    title = _("Distribution of the rate")
    sections = [
        Section(title, pictures=[rate_picture(rates, target, title)], note=_("Height: seasons; dashed: the target."))
    ]
    if target is not None:
        sections.append(Section(_("How probable it is"), tables=[answers.chance_table(batch)]))
    return sections


def _driver_sections(batch: BatchResults) -> list[Section]:
    pictures: list[Markup] = []
    tables: list[Table] = []
    for group in batch.groups:
        frame = batch.rows_of(group)
        rate, cost = batch.rate(frame, batch.description["headline"]), batch.cost(frame)
        pictures += _tornado(batch, group, rate, _("Change of the rate"), _("points of the rate, %"), 100.0, 2)
        pictures += _tornado(batch, group, cost, _("Change of the cost"), "10⁶ CNY", 1e-6, 2)
        if batch.description["method"] != _ONE_AT_A_TIME:
            tables.append(answers.influence_table(batch, group))
    tables += answers.sobol_tables(batch)
    shown = [table for table in tables if table.rows]
    if batch.description["method"] == _ONE_AT_A_TIME:
        note = _(
            "Each change alone against the base of the same weather year and portfolio; the mean where there are several."
        )
    else:
        note = _(
            "Mean of the seasons in the lowest and in the highest fifth of a dimension's values, less the mean of all."
        )
    sections = [Section(_("What drives it"), pictures=pictures, note=note)] if pictures else []
    return [*sections, *([Section(_("Drivers"), tables=shown)] if shown else [])]


def _chosen_sections(batch: BatchResults) -> list[Section]:
    """Return the outcome of every season that was chosen, not drawn."""
    if batch.description["sampled"]:
        return []
    if batch.description["method"] != _ONE_AT_A_TIME:
        return [Section(_("The seasons"), tables=[outcome_table(batch)])]
    tables, told = [], []
    for group in batch.groups:
        why = missing_base_sentence(batch, group)
        if why:
            told.append(why)
        else:
            tables.append(changes_table(batch, group, _pairs(batch, batch.rows_of(group, batch.ok))))
    return [Section(_("What each change does"), told=told, tables=tables)]


def _pairs(batch: BatchResults, frame: pd.DataFrame) -> pd.Series:
    """Return what a change and its base have in common: the values of all dimensions that each of them is run with."""
    crossed = [f"{VALUE_PREFIX}{name}" for name, one in batch.description["dimensions"].items() if one["each"]]
    return frame[crossed].astype(str).agg(" ".join, axis=1) if crossed else frame["base"]


def _tornado(
    batch: BatchResults, group: str, outcome: pd.Series, words: str, unit: str, factor: float, digits: int
) -> list[Markup]:
    frame = batch.rows_of(group)
    bars = (
        _single_changes(batch, frame, outcome)
        if batch.description["method"] == _ONE_AT_A_TIME
        else _swings(batch, frame, outcome)
    )
    if not bars:
        return []
    title = words if len(batch.groups) < 2 else _("{label}: {place}").format(label=words, place=batch.group_name(group))
    return [Markup("<h3>{}</h3>").format(title) + tornado_picture(bars, title, unit, factor, digits)]


def _swings(batch: BatchResults, frame: pd.DataFrame, outcome: pd.Series) -> list[Bar]:
    values = batch.values(frame).drop(columns=batch.name_dimensions, errors="ignore")
    found = swings(values, outcome).to_dict("records")
    return [
        Bar(
            batch.dimension_name(row["dimension"]),
            row["low"],
            row["high"],
            f"{row['low_value']:.4g}",
            f"{row['high_value']:.4g}",
        )
        for row in found
    ]


def _single_changes(batch: BatchResults, frame: pd.DataFrame, outcome: pd.Series) -> list[Bar]:
    """Return a bar a dimension: its first and its last value, or a single one as the high side."""
    found = tornado(outcome, batch.scenario(frame), _pairs(batch, frame))
    by_dimension: dict[str, list[Mapping[str, Any]]] = {}
    for row in found.to_dict("records"):
        by_dimension.setdefault(batch.changed_dimension(row["scenario"])[0], []).append(row)
    bars = []
    for dimension, rows in by_dimension.items():
        words = [batch.changed_dimension(row["scenario"])[1] for row in rows]
        low, low_words = (rows[0]["change"], words[0]) if len(rows) > 1 else (0.0, "")
        bars.append(Bar(batch.dimension_name(dimension), low, rows[-1]["change"], low_words, words[-1]))
    return bars


def _comparison_sections(batch: BatchResults) -> list[Section]:
    sections = []
    regret = answers.regret_tables(batch)
    if regret:
        told = [answers.missing_heat_sentence(batch, batch.groups)]
        sections.append(Section(_("Regret between portfolios"), told=[one for one in told if one], tables=regret))
    extremes = answers.extremes_table(batch)
    if extremes.rows:
        sections.append(Section(_("Best and worst"), tables=[extremes]))
    lacking = answers.shortfall_table(batch)
    none = (
        [_("No consumer lacks heat in any season.")]
        if not batch.lacking.empty
        else [_("The batch keeps no consumers.")]
    )
    sections.append(
        Section(_("Shortfall of heat"), tables=[lacking] if lacking.rows else [], told=[] if lacking.rows else none)
    )
    if len(batch.failed):
        sections.append(Section(_("Failures"), tables=[answers.failed_table(batch)]))
    return sections
