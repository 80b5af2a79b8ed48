"""Cases side by side on a page of their own: inputs that differ, key results, duration curves over each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from heatnet.errors import InputError, Problem
from heatnet.i18n import _, pick, use_language
from heatnet.io.results_store import results_root
from heatnet.io.words import pressure_digits, pressure_unit
from heatnet.model.substitution import SET_CLASSES
from heatnet.report.charts import NO_LOAD_MW, STEP_H, binned
from heatnet.report.context import Context
from heatnet.report.differences import Entry, input_differences
from heatnet.report.plant_flows import design_flows
from heatnet.report.tables import Cell, Column, Row, Table
from heatnet.report.verdict import headline_variant
from heatnet.web.page import inline_html, template_environment, write_page
from heatnet.web.results_view import NetworkResults, StudyResults, load_study

#: P. Tol's "bright" set and two dark ones: safe for colour-blind readers
COLOURS = ("#4477aa", "#ee6677", "#228833", "#aa3377", "#ccbb44", "#66ccee", "#555555", "#994f00")
_MOST_DIFFERENCES = 400
#: decimals of a curve, MW, and the share of its peak that nobody sees
_DIGITS, _SAME_SHARE = 2, 1e-3
Reader = Callable[["_Read"], Cell]


@dataclass(frozen=True)
class _Read:
    """One case as its results are read from."""

    entry: Entry
    context: Context

    @property
    def summary(self) -> Mapping[str, Any]:
        return self.entry.case.summary


def build_comparison(results: Sequence[str | Path], out_path: str | Path, lang: str) -> Path:
    """Write cases of one or several results folders side by side as one offline HTML file.

    Parameters
    ----------
    results : sequence of str or Path
        Results folders, all whose cases are taken, or folders of single cases.
    out_path : str or Path
        File to write.
    lang : {"en", "zh"}
        Language of the page.

    Raises
    ------
    heatnet.errors.InputError
        If a folder holds no results, or there are fewer than two cases to compare.
    """
    with use_language(lang):
        read = _entries(results)
        if len(read) < 2:
            found = _("hold {count} cases with results").format(count=len(read))
            raise InputError([Problem(", ".join(map(str, results)), found, _("At least two cases"), "")])
        charts = list(_charts(read))
        body = (
            template_environment("heatnet.report")
            .get_template("compare.html.j2")
            .render(
                cases=[{"label": one.entry.label, "colour": COLOURS[at % len(COLOURS)]} for at, one in enumerate(read)],
                results=[_results_table(read), *_network_tables(read), _heat_table(read)],
                inputs=_inputs_table(read),
                charts=[{"id": chart["id"], "title": chart["title"]} for chart in charts],
                folders=list(map(str, results)),
            )
        )
        html = inline_html(
            _("Comparison"),
            Markup(body),
            styles=("heatnet_report.css",),
            scripts=("echarts/echarts.min.js", "heatnet_report.js"),
            data={"charts": [], "curves": charts, "locale": lang},
            body_class="report-page",
        )
    return write_page(Path(out_path), html)


def _entries(results: Sequence[str | Path]) -> list[_Read]:
    """Return the cases that the folders name, each once, in their order; the study stands in names that would be the same."""
    studies: dict[Path, StudyResults] = {}
    found: dict[tuple[Path, str], tuple[StudyResults, str]] = {}
    for path in results:
        root, case = results_root(path)
        key = root.resolve()
        if key not in studies:
            studies[key] = load_study(root)
        for one in studies[key].ok_cases:
            if case in (None, one.id):
                found[key, one.id] = studies[key], one.id
    labels = [pick(study.cases[case].summary["label"]) for study, case in found.values()]
    several = len(studies) > 1
    read = []
    for label, (study, case) in zip(labels, found.values(), strict=True):
        shown = _("{study}: {case}").format(study=study.folder.name, case=label) if several else label
        read.append(_Read(Entry(study, study.cases[case], shown), Context(study)))
    return read


def _columns(read: Sequence[_Read]) -> tuple[Column, ...]:
    cases = (Column(one.entry.label, digits=0) for one in read)
    last = (Column(_("Second less first"), digits=0),) if len(read) == 2 else ()
    return (Column(_("Quantity")), Column(_("Unit")), *cases, *last)


def _row(read: Sequence[_Read], label: str, unit: str, digits: int, reader: Reader) -> Row | None:
    """Return a row of a quantity over all cases, with the difference where there are two; None where no case has it."""
    values = [reader(one) for one in read]
    if all(value is None for value in values):
        return None
    printer = Column("", digits=digits)
    cells: list[Cell] = [printer.printed(value) for value in values]
    if len(values) == 2:
        known = [value for value in values if isinstance(value, float | int)]
        cells.append(printer.printed(known[1] - known[0]) if len(known) == 2 else printer.printed(None))
    return Row((label, unit, *cells))


def _dig(*path: str, factor: float = 1.0) -> Reader:
    def read(one: _Read) -> Cell:
        found: Any = one.summary
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return None if found is None or isinstance(found, str) else float(found) * factor

    return read


def _results_table(read: Sequence[_Read]) -> Table:
    million, tonne = _("million CNY"), "t CO₂"
    lines: list[tuple[str, str, int, Reader]] = [
        (_("Substitution rate, headline of the study"), "%", 1, _rate),
        (_("lower end of its range"), "%", 1, lambda one: _range(one, 0)),
        (_("upper end of its range"), "%", 1, lambda one: _range(one, 1)),
        (_("Operating cost of the year"), million, 2, _dig("cost", "total_cny", factor=1e-6)),
        (_("of it gas"), million, 2, _dig("cost", "fuel_gas_cny", factor=1e-6)),
        (_("of it coal"), million, 2, _dig("cost", "fuel_coal_cny", factor=1e-6)),
        (_("of it electricity"), million, 2, _dig("cost", "power_cny", factor=1e-6)),
        (_("of it electricity lost to CHP heat"), million, 2, _dig("cost", "power_lost_cny", factor=1e-6)),
        (_("CO₂, average grid factor"), tonne, 0, _dig("co2", "average", "total_t_co2")),
        (_("CO₂, marginal grid factor"), tonne, 0, _dig("co2", "marginal", "total_t_co2")),
        (_("Gas"), "MWh", 0, _dig("fuel", "gas_mwh")),
        (_("Coal"), "t", 0, _dig("fuel", "coal_t")),
        (_("Unmet heat"), "%", 3, _dig("unmet_share", factor=100.0)),
    ]
    rows = [_row(read, *line) for line in lines]
    return Table(_("All networks together"), _columns(read), tuple(row for row in rows if row is not None))


def _rate(one: _Read) -> Cell:
    if not one.context.asks_for_rate:
        return None
    rate = one.context.rate(one.entry.case, one.context.headline["zone"], headline_variant(one.context))
    return None if rate is None else 100.0 * rate


def _range(one: _Read, end: int) -> Cell:
    if not one.context.asks_for_rate:
        return None
    found = one.context.rate_range(one.entry.case, one.context.headline["zone"], headline_variant(one.context))
    return None if found is None else 100.0 * found[end]


def _network_tables(read: Sequence[_Read]) -> Iterator[Table]:
    """Yield what the pipes of each network say."""
    pressure, bar = pressure_unit()
    digits = pressure_digits(bar)
    for name in dict.fromkeys(name for one in read for name in one.summary.get("by_network") or {}):

        def at(*path: str, factor: float = 1.0, name: str = name) -> Reader:
            return _dig("by_network", name, *path, factor=factor)

        lines: list[tuple[str, str, int, Reader]] = [
            (_("Heat of all plants into the pipes, hour of highest load"), "MW", 1, at("design_hour", "heat_mw")),
            (_("of it plants between return and supply"), "MW", 1, _plants(name, "between_mw")),
            (_("of it pre-heating of the return before them"), "MW", 1, _plants(name, "preheat_mw")),
            (_("Heat directly to consumers, besides"), "MW", 1, _plants(name, "direct_mw")),
            (_("Flow of all plants between return and supply"), "kg/s", 1, _plants(name, "mdot_kg_per_s")),
            (_("Supply temperature of this flow, mixed"), "°C", 1, _plants(name, "t_supply_degc")),
            (_("Return temperature of this flow, mixed"), "°C", 1, _plants(name, "t_return_degc")),
            (_("Plant that holds the pressure: flow"), "kg/s", 1, at("design_hour", "mdot_kg_per_s")),
            (_("its pump head"), pressure, digits, at("design_hour", "head_bar", factor=bar)),
            (_("Highest velocity"), "m/s", 2, at("design_hour", "max_velocity_m_per_s")),
            (_("Highest specific friction"), "Pa/m", 0, at("design_hour", "max_specific_friction_pa_per_m")),
            (_("Heat loss over the season"), "%", 2, at("season_loss_share", factor=100.0)),
            (_("Pump electricity over the season"), "MWh", 0, at("season_pump_mwh")),
            (_("Heat shortfall over the season"), "MWh", 1, at("season_shortfall_mwh")),
            (_("Standards missed"), "–", 0, lambda one, name=name: _missed(one, name)),  # type: ignore[misc]
        ]
        rows = [row for line in lines if (row := _row(read, *line)) is not None]
        if rows:
            yield Table(_network_name(read, name), _columns(read), tuple(rows))


def _plants(network: str, key: str) -> Reader:
    def read(one: _Read) -> Cell:
        value: Cell = getattr(design_flows(one.entry.case, network), key, None)
        return value

    return read


def _missed(one: _Read, name: str) -> Cell:
    checks = (one.summary.get("by_network") or {}).get(name, {}).get("compliance")
    return None if checks is None else float(sum(not row["passed"] for row in checks))


def _network_name(read: Sequence[_Read], name: str) -> str:
    owner = next(one for one in read if name in one.context.summary["networks"])
    return owner.context.network_name(name)


def _heat_table(read: Sequence[_Read]) -> Table:
    """Return the year's heat of every source, GWh."""
    names: dict[str, str] = {}
    for one in read:
        for unit in one.summary.get("heat_by_plant_mwh") or {}:
            names.setdefault(unit, one.context.unit_name(one.entry.case, unit))
    rows = [_row(read, name, "GWh", 1, _dig("heat_by_plant_mwh", unit, factor=1e-3)) for unit, name in names.items()]
    return Table(_("Heat of the year by source"), _columns(read), tuple(row for row in rows if row is not None))


def _inputs_table(read: Sequence[_Read]) -> Table:
    found = input_differences([one.entry for one in read])
    rows = tuple(Row((one.place, one.name, *one.values)) for one in found[:_MOST_DIFFERENCES])
    columns = (Column(_("Network")), Column(_("Input")), *(Column(one.entry.label, digits=0) for one in read))
    note = _("A dash: not there. Names are those of the input files.")
    if len(found) > _MOST_DIFFERENCES:
        note += " " + _("{shown} of {all} differences are shown.").format(shown=_MOST_DIFFERENCES, all=len(found))
    if not rows:
        note = _("No input differs.")
    return Table(_("Inputs that differ"), columns, rows, note)


def _charts(read: Sequence[_Read]) -> Iterator[dict[str, Any]]:
    """Yield for each balance the load duration curves of all cases, and those of the sources that count as waste heat."""
    balances = dict.fromkeys(
        (name, carrier)
        for one in read
        for name, results in one.entry.case.networks.items()
        for carrier in results.schedule_mw
    )
    for name, carrier in balances:
        words = {False: _("all sources"), True: _("waste heat, by the study's definition")}
        for waste, word in words.items():
            loads = [_load(one, name, carrier, waste) for one in read]
            longest = max(len(load) for load in loads)
            if longest and not all(_looks_like(load, loads[0]) for load in loads[1:]):
                series = [
                    {"name": one.entry.label, "colour": COLOURS[at % len(COLOURS)], "mw": np.round(load, _DIGITS)}
                    for at, (one, load) in enumerate(zip(read, loads, strict=True))
                ]
                owner = next(one for one in read if name in one.entry.case.networks)
                title = _("{balance}: {what}").format(balance=owner.context.balance_name(name, carrier), what=word)
                hours = [step * STEP_H for step in range(longest)]
                key = f"{len(name)}-{name}-{carrier}-{'waste' if waste else 'all'}"
                yield {
                    "id": key,
                    "title": title,
                    "hours": hours,
                    "series": series,
                    "axis": _("hours of the year, sorted by load"),
                }


def _load(one: _Read, name: str, carrier: str, waste: bool) -> np.ndarray:
    results = one.entry.case.networks.get(name)
    if results is None or carrier not in results.schedule_mw:
        return np.array([])
    heat = _waste_heat(one, results, carrier) if waste else results.schedule_mw[carrier]
    load = np.sort(heat.sum(axis=1).to_numpy(dtype=float))[::-1]
    load = load[load > NO_LOAD_MW]
    return binned(load) if len(load) else load


def _waste_heat(one: _Read, results: NetworkResults, carrier: str) -> pd.DataFrame:
    """Return the heat of each plant that counts as waste heat, MW; of an exchange station the part that its steam is."""
    heat = results.schedule_mw[carrier]
    if carrier == "water" and results.waste_share is not None:
        return heat * results.waste_share.reindex(index=heat.index, columns=heat.columns).fillna(0.0)
    prefix = f"{results.id}/" if carrier != "steam" else f"{results.id}/steam/"
    classes = {member.value for member in SET_CLASSES[headline_variant(one.context).waste_set]}
    counted = [plant for plant in heat if one.context.waste_class(one.entry.case, f"{prefix}{plant}") in classes]
    return heat[counted]


def _looks_like(load: np.ndarray, other: np.ndarray) -> bool:
    """Return whether two curves are drawn as one: they lie no further apart than a thousandth of the larger one's peak."""
    if not len(load) or not len(other):
        return len(load) == len(other)
    length = max(len(load), len(other))
    apart = np.abs(np.pad(load, (0, length - len(load))) - np.pad(other, (0, length - len(other))))
    return bool(apart.max() <= _SAME_SHARE * max(load.max(), other.max()))
