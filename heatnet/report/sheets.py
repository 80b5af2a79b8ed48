"""Sheets of the workbook that the report's reckoning fills: balances, duration, money, standards, pressures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from heatnet.i18n import _
from heatnet.io.excel_sheet import Cell, Head, Writer
from heatnet.metrics.compliance import check_labels
from heatnet.metrics.pressure_line import head_lines, way_between
from heatnet.report.balance import balance_tables
from heatnet.report.context import Context
from heatnet.report.places import use_of_limits
from heatnet.report.pressure import QUANTITIES, default_ends, names_by_node
from heatnet.report.sections import co2_tables, cost_table, fuel_table
from heatnet.report.state import check_value, place_name, placed
from heatnet.report.tables import Column, Table

_FORMS = {0: "int", 1: "one", 2: "two", 3: "three"}
#: colours of the pressure diagram's lines: supply, return, static, vaporisation, ground
_LINES = ("#a63d40", "#1d4e79", "#3f7d4e", "#b5741a", "#8d8577")
_DASHES = ("solid", "dash", "dash_dot", "round_dot", "solid")
_MOST_PLACES = 20000
#: a chart's width and the height of what is drawn in it, of its title and axes, of a row of its legend, of a bar, of a letter, px
_CHART_PX, _AXES_PX, _LEGEND_ROW_PX, _BAR_PX, _NAME_PX = (960, 320), 110, 24, 30, 6.5
_NO_LOAD_MW = 1e-6


def _head(column: Column) -> Head:
    if column.digits is None:
        return Head(column.label, column.unit, width=28)
    share = column.unit == "%" and column.factor == 100.0
    return Head(column.label, "" if share else column.unit, "share" if share else _FORMS.get(column.digits, "two"), 18)


def _typed(column: Column, cell: Any) -> Cell:
    if cell is None or isinstance(cell, str):
        return cell
    return float(cell) if column.unit == "%" else float(cell) * column.factor


def table_sheet(writer: Writer, name: str, tables: Sequence[Table], told: str) -> None:
    """Write tables of the same columns below each other as one list that can be filtered; `told` heads their captions.

    What must be known to read them stands below the list.
    """
    if not tables:
        return
    columns = tables[0].columns
    rows: list[list[Cell]] = []
    for table in tables:
        for row in table.rows:
            cells: list[Cell] = [_typed(column, cell) for column, cell in zip(columns, row.cells, strict=False)]
            rows.append([table.caption, *cells, *[None] * (len(columns) - len(cells))])
    page = writer.sheet(name, [Head(told, width=34), *map(_head, columns)], rows, frozen=2)
    for at, note in enumerate(dict.fromkeys(table.note for table in tables if table.note), start=len(rows) + 2):
        page.write_string(at, 0, note)


def balance_sheets(writer: Writer, context: Context) -> None:
    """Write the balance of sources and loads (热源—热负荷平衡表): heat of the year, and capacity against peak load."""
    tables = balance_tables(context)
    table_sheet(writer, _("Balance, heat of the year"), tables[::2], _("Balance"))
    table_sheet(writer, _("Balance, capacity"), tables[1::2], _("Balance"))


def money_sheet(writer: Writer, context: Context) -> None:
    """Write cost, fuel and CO2 of each case, a sheet each."""
    table_sheet(writer, _("Cost"), [cost_table(context)], _("Table"))
    table_sheet(writer, _("Fuel"), [fuel_table(context)], _("Table"))
    table_sheet(writer, "CO₂", co2_tables(context), _("Table"))


def sources_sheet(writer: Writer, context: Context) -> None:
    """Write heat, cost and CO2 per heat of every source and case, power lost included, with a chart of the cost."""
    rows: list[list[Cell]] = []
    for case in context.ok_cases:
        for unit, one in (case.summary.get("by_source") or {}).items():
            if one["heat_gj"] and context.unit_column(case, unit, "kind") != "steam_exchange":
                co2 = [one[f"t_co2_per_gj_{factor}"] for factor in ("average", "marginal")]
                numbers = [one["heat_gj"], one["cny_per_gj"], *(None if x is None else 1000.0 * x for x in co2)]
                rows.append([context.label(case), context.unit_name(case, unit), *numbers])
    if not rows:
        return
    name = _("By source")
    heads = [Head(_("Case"), width=26), Head(_("Heat source"), width=40), Head(_("Heat"), "GJ", "int")]
    heads += [Head(_("Operating cost, power lost included"), "CNY/GJ", "one", 18)]
    heads += [
        Head(_("CO₂, average grid factor"), "kg CO₂/GJ", "one", 18),
        Head(_("CO₂, marginal grid factor"), "kg CO₂/GJ", "one", 18),
    ]
    page = writer.sheet(name, heads, rows, frozen=2)
    shown = context.label(context.study.cases[context.shown_case])
    first = next((at for at, row in enumerate(rows, start=1) if row[0] == shown), None)
    if first is not None:
        last = first + sum(row[0] == shown for row in rows) - 1
        _bars(
            writer,
            page,
            name,
            (first, last),
            _("Operating cost by source, CNY/GJ: {case}").format(case=shown),
            len(rows) + 3,
        )


def _bars(writer: Writer, page: Any, sheet: str, span: tuple[int, int], title: str, at: int) -> None:
    chart = writer.book.add_chart({"type": "bar"})
    first, last = span
    fill = {"color": "#3b496c"}
    chart.add_series(
        {"categories": [sheet, first, 1, last, 1], "values": [sheet, first, 3, last, 3], "fill": fill, "gap": 40}
    )
    chart.set_title({"name": title, "name_font": {"size": 11}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "interval_unit": 1, "num_font": {"size": 9}})  # every bar has its name
    chart.set_size({"width": _CHART_PX[0], "height": 100 + _BAR_PX * (last - first + 1)})
    page.insert_chart(at, 0, chart)


def standards_sheet(writer: Writer, context: Context) -> None:
    """Write each check of each case and network at its worst place and hour."""
    rows = [
        [context.label(case), context.network_name(name), *_check_cells(context, name, placed(case, name, row))]
        for case in context.ok_cases
        for name, entry in (case.summary.get("by_network") or {}).items()
        for row in entry.get("compliance") or []
    ]
    heads = [Head(_("Case"), width=26), Head(_("Network"), width=18), *_check_heads()]
    _checks(writer, _("Standards"), heads, rows, _("missed"))


def places_sheet(writer: Writer, context: Context, found: Mapping[str, pd.DataFrame]) -> None:
    """Write every check of every place of the case that opens first, those that use most of their limit first."""
    rows: list[list[Cell]] = []
    case = context.label(context.study.cases[context.shown_case]) if found else ""
    for name, checks in found.items():
        told = checks.assign(_use=use_of_limits(checks)).sort_values("_use", ascending=False, kind="stable")
        for row in told.to_dict("records"):
            use = float(row["_use"])
            cells = _check_cells(context, name, row)
            rows.append([case, context.network_name(name), *cells, use if np.isfinite(use) else None])
    heads = [Head(_("Case"), width=26), Head(_("Network"), width=18), *_check_heads()]
    heads += [Head(_("Use of the limit"), form="share")]
    _checks(writer, _("Standards by place"), heads, rows[:_MOST_PLACES], _("missed"))


def _check_heads() -> list[Head]:
    heads = [Head(_("Check"), width=36), Head(_("Worst value"), form="three"), Head(_("Sense"), width=7)]
    heads += [Head(_("Limit"), form="three"), Head(_("Unit")), Head(_("Verdict"), width=10)]
    return [*heads, Head(_("Place"), width=36), Head(_("Worst hour"), form="time", width=17)]


def _check_cells(context: Context, name: str, row: Mapping[str, Any]) -> list[Cell]:
    value, limit = (None if row[key] is None else check_value(row, float(row[key])) for key in ("value", "limit"))
    time = row["time"]
    when = None if time is None or pd.isna(time) else pd.Timestamp(time).to_pydatetime()
    told: list[Cell] = [check_labels().get(row["check"], row["check"]), value[0] if value else None]
    told += [{"<=": "≤", ">=": "≥"}[row["sense"]], limit[0] if limit else None, limit[2] if limit else ""]
    return [*told, _("met") if row["passed"] else _("missed"), place_name(context, name, str(row["place"] or "")), when]


def _checks(writer: Writer, name: str, heads: Sequence[Head], rows: Sequence[Sequence[Cell]], missed: str) -> None:
    """Write checks; a missed one stands on red by a rule of the sheet, so that it stays red when it is sorted."""
    if not rows:
        return
    page = writer.sheet(name, heads, rows, frozen=2)
    at = next(column for column, head in enumerate(heads) if head.label == _("Verdict"))
    red = writer.book.add_format({"bg_color": "#f6d5d5", "font_color": "#8a2b2b"})
    page.conditional_format(
        1, at, len(rows), at, {"type": "cell", "criteria": "==", "value": f'"{missed}"', "format": red}
    )


def duration_sheet(writer: Writer, context: Context) -> None:
    """Write the load duration curves of the heating networks (of all balances where there is none), with a chart."""
    every = [
        (case, name, carrier, heat)
        for case in context.ok_cases
        for name, results in case.networks.items()
        for carrier, heat in results.schedule_mw.items()
    ]
    curves: list[tuple[str, np.ndarray]] = []
    for case, name, carrier, heat in [one for one in every if one[2] == "water"] or every:
        load = np.sort(heat.sum(axis=1).to_numpy())[::-1]
        if load[0] > _NO_LOAD_MW:
            label = f"{context.label(case)} · {context.balance_name(name, carrier)}"
            curves.append((label, load[load > _NO_LOAD_MW]))
    if not curves:
        return
    rows: list[list[Cell]] = [
        [float(hour + 1), *(float(load[hour]) if hour < len(load) else None for _label, load in curves)]
        for hour in range(max(len(load) for _label, load in curves))
    ]
    name = _("Load duration")
    heads = [Head(_("Hours with at least this load"), "h", "int")]
    page = writer.sheet(name, [*heads, *(Head(label, "MW", "one", 16) for label, _load in curves)], rows)
    chart = writer.book.add_chart({"type": "scatter", "subtype": "straight"})
    for column, (_label, load) in enumerate(curves, start=1):
        places = {"categories": [name, 1, 0, len(load), 0], "values": [name, 1, column, len(load), column]}
        chart.add_series({"name": [name, 0, column], **places, "line": {"width": 1.25}})
    place = (1, len(curves) + 2)
    _scatter(page, chart, _("Load duration curve, MW"), (_("hours"), "MW"), place, [label for label, _load in curves])


def _scatter(
    page: Any, chart: Any, title: str, axes: tuple[str, str], at: tuple[int, int], names: Sequence[str]
) -> None:
    """Insert a chart; its legend stands below the plot and adds to its height, so that many curves do not squash it."""
    width, plot = _CHART_PX
    columns = max(1, int(width / (_NAME_PX * max(map(len, names)) + 40)))
    legend = _LEGEND_ROW_PX * -(-len(names) // columns)
    height = plot + _AXES_PX + legend
    grid = {"visible": True, "line": {"color": "#e1e5e8"}}
    chart.set_title({"name": title, "name_font": {"size": 11}})
    chart.set_x_axis({"name": axes[0], "min": 0, "num_format": "#,##0"})
    chart.set_y_axis({"name": axes[1], "num_format": "#,##0", "major_gridlines": grid})
    chart.set_plotarea({"layout": {"x": 0.08, "y": 40 / height, "width": 0.89, "height": plot / height}})
    below = {"x": 0.03, "y": 1 - legend / height, "width": 0.94, "height": (legend - 6) / height}
    chart.set_legend({"position": "bottom", "layout": below, "font": {"size": 9}})
    chart.set_size({"width": width, "height": height})
    page.insert_chart(*at, chart)


def pressure_sheet(writer: Writer, context: Context) -> None:
    """Write the heads along the way to the worst station at the hour of highest load (水压图), with a chart a network."""
    rows: list[list[Cell]] = []
    spans: list[tuple[str, int, int]] = []
    for network, told in _pressure_rows(context):
        spans.append((network, len(rows) + 1, len(rows) + len(told)))
        rows += told
    if not rows:
        return
    name = _("Pressure diagram")
    labels = (_("supply line"), _("return line"), _("static line"), _("vaporisation line"), _("ground"))
    case = context.label(context.study.cases[context.shown_case])
    heads = [
        Head(_("Case"), width=26),
        Head(_("Network"), width=18),
        Head(_("Hour"), form="time", width=17),
        Head(_("Node"), width=20),
        Head(_("Place"), width=34),
    ]
    heads += [Head(_("Distance"), "m", "int"), *(Head(label, _("m of water column"), "one", 16) for label in labels)]
    page = writer.sheet(name, heads, [[case, *row] for row in rows], frozen=5)
    for number, (network, first, last) in enumerate(spans):
        chart = writer.book.add_chart({"type": "scatter", "subtype": "straight"})
        for column, (colour, dash) in enumerate(zip(_LINES, _DASHES, strict=True), start=6):
            line = {"color": colour, "width": 1.75, "dash_type": dash}
            values = [name, first, column, last, column]
            chart.add_series(
                {"name": [name, 0, column], "categories": [name, first, 5, last, 5], "values": values, "line": line}
            )
        title = _("Pressure diagram: {network}, {case}").format(network=network, case=case)
        place = (1 + 28 * number, len(heads) + 1)
        _scatter(page, chart, title, (_("distance, m"), _("head, m of water column")), place, labels)


def _pressure_rows(context: Context) -> Iterable[tuple[str, list[list[Cell]]]]:
    case = context.study.cases.get(context.shown_case)
    for name, results in case.networks.items() if case is not None else ():
        if case is None or results.network.carrier != "water" or not len(results.hours):
            continue
        ends = default_ends(results.network, (case.summary.get("by_network") or {}).get(name, {}))
        way = way_between(results.network, *ends) if ends else None
        time = results.hours.index[0]
        tables = [results.quantities.get(one) for one in QUANTITIES]
        if way is None or any(table is None or time not in table.index for table in tables):
            continue
        hour = {one: table.loc[time] for one, table in zip(QUANTITIES, tables, strict=True) if table is not None}
        lines, named = head_lines(results.network, way.nodes, hour), names_by_node(results.network)
        columns = (way.distance_m, lines.supply_m, lines.return_m, lines.rest_m, lines.boiling_m, lines.ground_m)
        network = context.network_name(name)
        yield (
            network,
            [
                [network, time.to_pydatetime(), node, named.get(node, ""), *map(float, numbers)]
                for node, *numbers in zip(way.nodes, *columns, strict=True)
            ],
        )
