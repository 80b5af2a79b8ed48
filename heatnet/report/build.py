"""Build the report: one offline, printable HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from markupsafe import Markup

from heatnet.i18n import _, pick, use_language
from heatnet.report import hours, power_season, sections, state, steam_season, verdict
from heatnet.report.balance import balance_tables
from heatnet.report.charts import chart_blocks
from heatnet.report.context import Context
from heatnet.report.drawing import network_picture, rate_bar
from heatnet.report.electric_heat import electric_sentences, electric_tables
from heatnet.report.pressure import pressure_diagram
from heatnet.report.switching import switching_tables
from heatnet.report.uptake import uptake_tables
from heatnet.web.page import inline_html, template_environment, write_page
from heatnet.web.results_view import StudyResults, load_study


def build_report(results_dir: str | Path | StudyResults, out_path: str | Path, lang: str) -> Path:
    """Write the report of a results folder as one offline HTML file.

    Parameters
    ----------
    results_dir : str or Path or StudyResults
        Folder with ``summary.json``, or what was read of it.
    out_path : str or Path
        File to write.
    lang : {"en", "zh"}
        Language of the report.

    Raises
    ------
    heatnet.errors.InputError
        If the folder holds no results or a snapshot cannot be read.
    """
    with use_language(lang):
        context = Context(load_study(results_dir))
        charts = chart_blocks(context)
        body = template_environment("heatnet.report").get_template("report.html.j2").render(**_content(context, charts))
        html = inline_html(
            _("Report: {title}").format(title=pick(context.summary["title"])),
            Markup(body),
            styles=("heatnet_report.css",),
            scripts=("echarts/echarts.min.js", "heatnet_report.js"),
            data={"charts": charts, "locale": lang},
            body_class="report-page",
        )
    return write_page(Path(out_path), html)


def _content(context: Context, charts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "title": pick(context.summary["title"]),
        "rate": _rate(context) if context.asks_for_rate else None,
        "electric": {"told": electric_sentences(context.summary), "tables": electric_tables(context.summary)},
        "charts": [{"id": block["id"], "title": block["title"], "labels": block["labels"]} for block in charts],
        "balances": balance_tables(context),
        "question": pick(context.summary.get("question") or {}),
        "costs": [sections.cost_table(context), sections.fuel_table(context)],
        "by_source": sections.source_tables(context),
        "co2": sections.co2_tables(context),
        "plan": sections.plan_tables(context),
        "geometry_note": context.study.geometry_note,
        "states": _states(context),
        "steam": _steam(context),
        "power": _power(context),
        "uptake": uptake_tables(context),
        "switching": switching_tables(context),
        "hours": {
            "told": hours.how_solved(context),
            "tables": [hours.season_table(context), hours.hours_table(context)],
        },
        "assumptions": sections.assumptions_table(context),
        "reproduce": _reproduce(context),
    }


def _rate(context: Context) -> dict[str, Any]:
    """Return what the report says of the substitution rate."""
    rows = verdict.headline_rows(context)
    top = max([context.target_share * 1.6, *(row.high * 1.05 for row in rows if row.high is not None)])
    bars = [Markup(rate_bar(row.rate, row.low, row.high, context.target_share, top)) for row in rows]
    return {
        "headline": list(zip(rows, bars, strict=True)),
        "definition": verdict.definition_sentence(context),
        "deciding": verdict.deciding_paragraph(context),
        "range_note": verdict.range_note(rows),
        "substitution": sections.substitution_tables(context),
        "definitions": sections.definitions_rows(),
    }


def _states(context: Context) -> list[dict[str, Any]]:
    """Return for each network its table and, for each case, the picture and the pressure diagram."""
    blocks = []
    for network in state.water_networks(context):
        drawings = []
        for case in context.ok_cases:
            results = case.networks.get(network)
            entry = case.summary.get("by_network", {}).get(network, {})
            if results is None or not len(results.hours):
                continue
            time = results.hours.index[0]
            worst = (entry.get("worst_consumer") or {}).get("id", "")
            picture, diagram = network_picture(results, time), pressure_diagram(results, worst, time)
            if picture is not None or diagram is not None:
                opened = case.id == context.shown_case
                drawings.append({"case": context.label(case), "open": opened, "picture": picture, "diagram": diagram})
        tables = [state.design_table(context, network), state.compliance_table(context, network)]
        blocks.append({"tables": [table for table in tables if table.rows], "drawings": drawings})
    return blocks


def _steam(context: Context) -> list[dict[str, Any]]:
    """Return for each steam network its tables and, for each case, the states along the way."""
    blocks = []
    for network in steam_season.steam_networks(context):
        drawings = []
        for case in context.ok_cases:
            drawn = steam_season.steam_drawing(case.networks[network]) if network in case.networks else None
            if drawn is not None:
                title, picture = drawn
                opened = case.id == context.shown_case
                drawings.append({"case": context.label(case), "open": opened, "title": title, "picture": picture})
        tables = [steam_season.season_table(context, network), steam_season.contract_table(context, network)]
        blocks.append({"tables": [table for table in tables if table.rows], "drawings": drawings})
    return blocks


def _power(context: Context) -> list[dict[str, Any]]:
    """Return for each power network its tables and the duration curves of all cases."""
    blocks = []
    for network in power_season.power_networks(context):
        of_network = (power_season.season_table, power_season.loading_table, power_season.voltage_table)
        tables = [table(context, network) for table in of_network]
        picture = power_season.duration_picture(context, network)
        blocks.append({"tables": [table for table in tables if table.rows], "picture": picture})
    return blocks


def _reproduce(context: Context) -> dict[str, Any]:
    study = str(context.summary["study"])
    return {
        "commands": [f"heatnet run studies/{study}", f"heatnet report results/{study}"],
        "versions": sorted(context.summary.get("versions", {}).items()),
        "study": study,
        "cases": list(context.study.cases),
    }
