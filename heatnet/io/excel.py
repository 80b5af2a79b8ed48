"""A results folder as an Excel workbook: typed numbers, units in the headings, filters, frozen panes, two charts.

Texts are always written as texts: a name that begins with = + - or @ stays a name and never becomes a formula.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet.i18n import _, language, pick, use_language
from heatnet.io.excel_power import electric_heat_sheet, power_sheet
from heatnet.io.excel_sheet import Cell, Head, Writer
from heatnet.io.excel_steam import steam_sheet
from heatnet.io.network_folder import load_network
from heatnet.io.results_store import case_networks, list_cases, read_labelled_hours, read_summary, read_table
from heatnet.io.words import assumption_label, code_label, in_other_words, unit_label
from heatnet.model.network import Network
from heatnet.model.substitution import UNMET_LIMIT_SHARE, definitions, has_ranges, headline, variants
from heatnet.units import unit_of

PA_PER_BAR = 1e5
#: fixed, so that the same results give the same bytes
_CREATED = dt.datetime(2000, 1, 1)


def write_excel(
    results_dir: str | Path,
    path: str | Path,
    lang: str,
    more: Callable[[Writer], None] | None = None,
    shown: str | None = None,
) -> Path:
    """Write the workbook of a results folder.

    Parameters
    ----------
    results_dir : str or Path
        Folder with ``summary.json``.
    path : str or Path
        File to write.
    lang : {"en", "zh"}
        Language of headings and names.
    more : callable, optional
        Writes further sheets, before those of the plan's figures and the assumptions.
    shown : str, optional
        Case of the chart of the months; the plan's, else the last one with results.

    Raises
    ------
    heatnet.errors.InputError
        If the folder holds no results or a snapshot of its inputs cannot be read.
    """
    import xlsxwriter

    folder, target = Path(results_dir), Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(target.name + ".part")
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with use_language(lang):
        study = _study(folder)
        with xlsxwriter.Workbook(str(temporary), options) as book:
            book.set_properties({"title": pick(study.summary["title"]), "created": _CREATED})
            writer = Writer(book)
            _verdict(writer, study.summary)
            if study.summary["target_share"] is not None:
                _substitution(writer, study.summary)
            _monthly(writer, study, shown or study.summary.get("plan_case"))
            _daily(writer, study)
            if any(network.carrier == "water" for network in study.networks.values()):
                _pipes(writer, study)
                _stations(writer, study)
            steam_sheet(writer, study.summary)
            power_sheet(writer, study.summary)
            electric_heat_sheet(writer, study.summary)
            if more is not None:
                more(writer)
            if study.summary.get("plan_claims"):
                _claims(writer, study.summary)
            _assumptions(writer, study.summary)
    temporary.replace(target)
    return target


@dataclass(frozen=True)
class _Study:
    """What the sheets are written from; `networks` by (case, network), for cases that ran to their end."""

    folder: Path
    summary: Mapping[str, Any]
    networks: Mapping[tuple[str, str], Network]


def _study(folder: Path) -> _Study:
    summary = read_summary(folder)
    networks = {
        (case, name): load_network(folder / case / "inputs" / name)
        for case in list_cases(folder)
        if summary["cases"][case]["status"] == "ok"
        for name in case_networks(folder / case)
    }
    return _Study(folder, summary, networks)


def _label(summary: Mapping[str, Any], case: str) -> str:
    return pick(summary["cases"][case]["label"])


def _network_name(summary: Mapping[str, Any], network: str) -> str:
    entry = summary["networks"].get(network)
    return pick(entry["name"]) if entry else network


def _dig(tree: Any, *keys: str) -> Any:
    for key in keys:
        if not isinstance(tree, Mapping):
            return None
        tree = tree.get(key)
    return tree


def _verdict(writer: Writer, summary: Mapping[str, Any]) -> None:
    chosen = headline() | dict(summary.get("headline") or {})
    path = [chosen[axis] for axis in ("set", "counting", "denominator", "period")]
    target, ranged = summary["target_share"], has_ranges(summary["cases"].values())
    rows: list[list[Cell]] = []
    for case, entry in summary["cases"].items():
        zone = _dig(entry, "zones", chosen["zone"])
        printable = (entry.get("unmet_share") or 0.0) <= UNMET_LIMIT_SHARE
        rate = _dig(zone, "substitution", *path) if printable else None
        low, high = (ranged and printable and _dig(zone, "substitution_range", *path)) or (None, None)
        reason = str(entry.get("reason") or "")
        cost, co2 = _dig(entry, "cost", "total_cny"), _dig(entry, "co2", "average", "total_t_co2")
        marginal = _dig(entry, "co2", "marginal", "total_t_co2")
        rates = [] if target is None else [rate, low, high, float(target)]
        numbers = [*rates, cost, co2, marginal, entry.get("unmet_share")]
        rows.append([_label(summary, case), code_label(str(entry["status"])), *numbers, reason])
    asked = () if target is None else (_("Headline substitution rate"), _("Lower end"), _("Upper end"), _("Target"))
    heads = [
        *(Head(_("Case"), width=26), Head(_("Status"), width=10), *(Head(name, form="share") for name in asked)),
        Head(_("Operating cost of the year"), "CNY", "int", 18),
        Head(_("CO₂, average grid factor"), "t CO₂", "int"),
        Head(_("CO₂, marginal grid factor"), "t CO₂", "int"),
        Head(_("Unmet heat"), form="share"),
        Head(_("Reason"), width=40),
    ]
    name = _("Verdict")
    page = writer.sheet(name, heads, rows)
    if target is not None:
        _rate_chart(writer, page, name, len(rows))


def _rate_chart(writer: Writer, page: Any, sheet: str, count: int) -> None:
    chart = writer.book.add_chart({"type": "column"})
    line = writer.book.add_chart({"type": "line"})
    cases = [sheet, 1, 0, count, 0]
    values, fill = [sheet, 1, 2, count, 2], {"color": "#3b496c"}
    chart.add_series({"name": [sheet, 0, 2], "categories": cases, "values": values, "fill": fill})
    style = {"color": "#8a2b2b", "dash_type": "dash", "width": 1.5}
    line.add_series({"name": [sheet, 0, 5], "categories": cases, "values": [sheet, 1, 5, count, 5], "line": style})
    chart.combine(line)
    chart.set_title({"name": _("Headline substitution rate"), "name_font": {"size": 11}})
    chart.set_y_axis({"num_format": "0%", "min": 0, "major_gridlines": {"visible": True, "line": {"color": "#e1e5e8"}}})
    chart.set_legend({"position": "bottom"})
    page.insert_chart(count + 3, 0, chart, {"x_scale": 2.2, "y_scale": 1.6})


def _substitution(writer: Writer, summary: Mapping[str, Any]) -> None:
    names = {(row.axis, row.id): row.name for row in definitions()}
    ranged = has_ranges(summary["cases"].values())
    rows: list[list[Cell]] = []
    for case, entry in summary["cases"].items():
        for zone, tables in (entry.get("zones") or {}).items():
            zone_name = names.get(("zone", zone)) or _network_name(summary, zone)
            for one in variants():
                path = (one.waste_set.value, one.counting.value, one.denominator.value, one.period.value)
                low, high = (ranged and _dig(tables.get("substitution_range"), *path)) or (None, None)
                axes = zip(("set", "counting", "denominator", "period"), path, strict=True)
                words = [names[axis] for axis in axes]
                rows.append([_label(summary, case), zone_name, *words, _dig(tables["substitution"], *path), low, high])
    heads = [Head(_("Case"), width=26), Head(_("Zone"), width=18), Head(_("Set"), width=16), Head(_("Counting"))]
    heads += [Head(_("Denominator"), width=20), Head(_("Period"))]
    heads += [Head(name, form="share") for name in (_("Substitution rate"), _("Lower end"), _("Upper end"))]
    writer.sheet(_("Substitution rate"), heads, rows, frozen=2)


def _schedules(study: _Study) -> Iterator[tuple[list[str], pd.Series]]:
    """Yield (case, network, carrier, plant, kind) in words and the hourly heat (MW) of every plant that has a schedule."""
    for (case, name), network in study.networks.items():
        for carrier in ("water", "steam", "site"):
            file = study.folder / case / name / carrier / "dispatch_heat_mw.parquet"
            if not file.is_file():
                continue
            owner = network.steam if carrier == "steam" and network.steam is not None else network
            heat = read_table(file)
            for plant in heat.columns:
                known = plant in owner.plants.index
                kind = code_label(str(owner.plants.at[plant, "kind"])) if known else ""
                plant_name = owner.display_name("plants", plant, language()) if known else plant
                place = [_label(study.summary, case), _network_name(study.summary, name), code_label(carrier)]
                yield [*place, plant_name, kind], heat[plant]


def _monthly(writer: Writer, study: _Study, shown: str | None) -> None:
    rows: list[list[Cell]] = []
    for head, heat in _schedules(study):
        sums = heat.groupby(heat.index.month).sum().reindex(range(1, 13), fill_value=0.0)
        rows.append([*head, *(float(value) for value in sums), float(heat.sum())])
    heads = [
        *(Head(_("Case"), width=26), Head(_("Network")), Head(_("Carrier"), width=10)),
        *(Head(_("Heat source"), width=30), Head(_("Kind"), width=20)),
        *(Head(_("month {number}").format(number=month), "MWh", "int", 12) for month in range(1, 13)),
        Head(_("Year"), "MWh", "int"),
    ]
    name = _("Heat by month")
    page = writer.sheet(name, heads, rows, frozen=4)
    if rows:
        label = _label(study.summary, shown) if shown and shown in study.summary["cases"] else ""
        _monthly_chart(writer, page, name, rows, label if label in [row[0] for row in rows] else str(rows[-1][0]))


def _monthly_chart(writer: Writer, page: Any, sheet: str, rows: Sequence[Sequence[Cell]], shown: str) -> None:
    """Stack the water plants of one case; other cases by filter and copy."""
    chart = writer.book.add_chart({"type": "column", "subtype": "stacked"})
    for number, row in enumerate(rows, start=1):
        total = row[-1]
        if row[0] == shown and row[2] == code_label("water") and isinstance(total, float) and total > 0:
            values = [sheet, number, 5, number, 16]
            chart.add_series(
                {"name": [sheet, number, 3], "categories": [sheet, 0, 5, 0, 16], "values": values, "gap": 40}
            )
    if not chart.series:
        return
    title = _("Heat by source and month, MWh: {case}").format(case=shown)
    chart.set_title({"name": title, "name_font": {"size": 11}})
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#e1e5e8"}}})
    chart.set_legend({"position": "right"})
    page.insert_chart(len(rows) + 3, 0, chart, {"x_scale": 2.0, "y_scale": 1.3})


def _daily(writer: Writer, study: _Study) -> None:
    heads, columns = [Head(_("Day"), form="day", width=12)], []
    for head, heat in _schedules(study):
        if float(heat.sum()) > 0:
            heads.append(Head(" · ".join((head[0], head[1], head[3])), "MWh", "one", 16))
            columns.append(heat.resample("D").sum())
    table = pd.concat(columns, axis=1) if columns else pd.DataFrame()
    days = zip(table.index, table.to_numpy(), strict=True)
    rows = [[day.to_pydatetime(), *map(float, values)] for day, values in days]
    writer.sheet(_("Heat by day"), heads, rows)


def _design_hour(water: Path, quantity: str) -> pd.Series | None:
    """Return a quantity's values at the hour of highest load, from the folder of a network's hours."""
    file = water / f"{quantity}.parquet"
    design = read_labelled_hours(water).index[:1]
    table = read_table(file, design) if file.is_file() else pd.DataFrame()
    return table.iloc[0] if len(table) else None


def _element_rows(study: _Study, table: str, static: Sequence[str], quantities: Sequence[str]) -> list[list[Cell]]:
    """Return case, network, id, names, columns of the table, and quantities at the highest load, a row an element."""
    rows: list[list[Cell]] = []
    for (case, name), network in study.networks.items():
        if network.carrier != "water":
            continue
        values = [_design_hour(study.folder / case / name / "water", quantity) for quantity in quantities]
        for element, row in getattr(network, table).iterrows():
            names: list[Cell] = [network.display_name(table, str(element), lang) for lang in ("en", "zh")]
            cells: list[Cell] = [_plain(row.get(column), column in ("kind", "source")) for column in static]
            found = [None if one is None else _plain(one.get(element)) for one in values]
            head: list[Cell] = [_label(study.summary, case), _network_name(study.summary, name), str(element), *names]
            rows.append([*head, *cells, *found])
    return rows


def _plain(value: Any, coded: bool = False) -> Cell:
    if value is None or isinstance(value, str):
        return code_label(value) if coded and value else value
    number = float(value)
    return number if math.isfinite(number) else None


def _element_heads(element: str) -> list[Head]:
    names = [Head(_("Name, English"), width=30), Head(_("Name, Chinese"), width=24)]
    return [Head(_("Case"), width=26), Head(_("Network")), Head(element, width=20), *names]


def _specific_friction_pa_per_m(diameter_mm: Cell, length_m: Cell, zeta: Cell, *state: Cell) -> float | None:
    """Return the wall friction per metre, (dp - zeta rho v²/2) / L with rho v² = mdot v / A; state: mdot, v, dp."""
    numbers = [value for value in (diameter_mm, length_m, zeta, *state) if isinstance(value, float)]
    if len(numbers) < 6:
        return None
    diameter, length, local, mdot, velocity, drop = numbers
    area_m2 = math.pi / 4.0 * (diameter / 1000.0) ** 2
    return (abs(drop) * PA_PER_BAR - local * abs(mdot * velocity) / (2.0 * area_m2)) / length


def _pipes(writer: Writer, study: _Study) -> None:
    static = ("from_node", "to_node", "dn", "inner_diameter_mm", "length_m", "source", "zeta")
    quantities = ("pipe_mdot_kg_per_s", "pipe_velocity_m_per_s", "pipe_dp_supply_bar", "pipe_loss_supply_mw")
    rows = _element_rows(study, "pipes", static, (*quantities, "pipe_loss_return_mw"))
    for row in rows:
        zeta = row.pop(11)
        row.append(_specific_friction_pa_per_m(row[8], row[9], zeta, *row[11:14]))
    heads = [
        *_element_heads(_("Pipe")),
        *(Head(_("From node")), Head(_("To node")), Head(_("Nominal diameter DN"), form="int")),
        *(Head(_("Inner diameter"), "mm", "int"), Head(_("Length"), "m", "one"), Head(_("Source of the figures"))),
        Head(_("Flow (positive from start to end)"), "kg/s", "two"),
        Head(_("Velocity"), "m/s", "three"),
        Head(_("Pressure drop, supply"), "bar", "three"),
        Head(_("Heat loss, supply"), "MW", "general"),
        Head(_("Heat loss, return"), "MW", "general"),
        Head(_("Specific friction"), "Pa/m", "one"),
    ]
    writer.sheet(_("Pipes, highest load"), heads, rows, frozen=3)


def _stations(writer: Writer, study: _Study) -> None:
    static = ("node", "kind", "area_m2", "index_w_per_m2", "design_heat_mw", "source")
    labels = {
        "consumer_heat_mw": _("Heat taken"),
        "consumer_shortfall_mw": _("Heat shortfall"),
        "consumer_mdot_kg_per_s": _("Primary flow"),
        "consumer_t_supply_degc": _("Arriving supply temperature"),
        "consumer_t_return_degc": _("Return temperature"),
        "consumer_dp_bar": _("Available pressure difference"),
    }
    rows = _element_rows(study, "consumers", static, tuple(labels))
    heads = [
        *_element_heads(_("Exchange station")),
        *(Head(_("Node")), Head(_("Kind")), Head(_("Heated area"), "m²", "int")),
        *(Head(_("Heat index"), "W/m²", "one"), Head(_("Design heat"), "MW", "two"), Head(_("Source of the figures"))),
        *(Head(label, unit_of(name), "three" if name.endswith("_bar") else "two") for name, label in labels.items()),
    ]
    writer.sheet(_("Stations, highest load"), heads, rows, frozen=3)


def _claims(writer: Writer, summary: Mapping[str, Any]) -> None:
    rows: list[list[Cell]] = []
    for one in summary["plan_claims"]:
        told = [pick(one["claim"]), one.get("as_printed"), _plain(one["claimed"]), _plain(one["computed"])]
        rows.append([*told, unit_label(one["unit"]), code_label(one["verdict"]), pick(one["reason"])])
    heads = [Head(_("Claim"), width=40), Head(_("As printed"), width=40), Head(_("Claimed"), form="general")]
    heads += [Head(_("Computed"), form="general"), Head(_("Unit")), Head(_("Verdict")), Head(_("Reason"), width=60)]
    writer.sheet(_("Plan figures"), heads, rows)


def _assumptions(writer: Writer, summary: Mapping[str, Any]) -> None:
    rows: list[list[Cell]] = []
    for one in summary.get("assumptions", []):
        figure = [assumption_label(str(one["item"])), _plain(one["value"]), unit_label(one["unit"])]
        rows.append([*figure, one["source"], one.get("note")])
    heads = [Head(_("Assumption"), width=40), Head(_("Value"), form="general"), Head(_("Unit"))]
    told = [str(cell or "") for row in rows for cell in row[3:]]
    labels = (_("Source"), _("Note"))
    if in_other_words(told):
        labels = (_("Source, as in the data files"), _("Note, as in the data files"))
    heads += [Head(labels[0], width=24), Head(labels[1], width=50)]
    writer.sheet(_("Assumptions"), heads, rows)
