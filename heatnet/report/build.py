"""Build the report: one offline, printable HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from markupsafe import Markup

from heatnet.i18n import _, pick, use_language
from heatnet.report import hours, places, power_season, sections, state, steam_season, verdict
from heatnet.report.balance import balance_tables
from heatnet.report.charts import chart_blocks
from heatnet.report.context import Context
from heatnet.report.drawing import network_picture, rate_bar
from heatnet.report.electric_heat import electric_sentences, electric_tables
from heatnet.report.penalties import penalty_sentences
from heatnet.report.pressure_page import page_words, pressure_blocks
from heatnet.report.sankey import sankey_block
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
        charts, pressure = chart_blocks(context), pressure_blocks(context)
        sankeys = [block for case in context.ok_cases if (block := sankey_block(context, case)) is not None]
        content = _content(context, charts, sankeys) | {"pressure": pressure}
        content["contents"] = _contents(content)
        body = template_environment("heatnet.report").get_template("report.html.j2").render(**content)
        html = inline_html(
            _("Report: {title}").format(title=pick(context.summary["title"])),
            Markup(body),
            styles=("heatnet_report.css",),
            scripts=("echarts/echarts.min.js", "heatnet_report.js", "heatnet_pressure.js"),
            data={
                "charts": charts,
                "sankeys": sankeys,
                "pressure": pressure,
                "pressure_words": page_words(),
                "locale": lang,
            },
            body_class="report-page",
        )
    return write_page(Path(out_path), html)


def _content(context: Context, charts: list[dict[str, Any]], sankeys: list[dict[str, Any]]) -> dict[str, Any]:
    checked = places.checked_places(context)
    return {
        "title": pick(context.summary["title"]),
        "rate": _rate(context) if context.asks_for_rate else None,
        "electric": {"told": electric_sentences(context.summary), "tables": electric_tables(context.summary)},
        "charts": _chart_cases(context, charts, sankeys),
        "balances": balance_tables(context),
        "question": pick(context.summary.get("question") or {}),
        "penalties": penalty_sentences((context.label(case), case.summary) for case in context.ok_cases),
        "costs": [sections.cost_table(context), sections.fuel_table(context)],
        "by_source": sections.source_tables(context),
        "co2": sections.co2_tables(context),
        "plan": sections.plan_tables(context),
        "geometry_note": context.study.geometry_note,
        "states": _states(context),
        "standards": _standards(context, checked),
        "steam": _steam(context),
        "power": _power(context),
        "uptake": uptake_tables(context),
        "switching": switching_tables(context),
        "bottlenecks": places.bottleneck_table(context, checked),
        "hours": {
            "told": hours.how_solved(context),
            "tables": [hours.season_table(context), hours.hours_table(context)],
        },
        "assumptions": {"told": sections.assumptions_note(context), "table": sections.assumptions_table(context)},
        "reproduce": _reproduce(context),
    }


def _contents(content: dict[str, Any]) -> list[tuple[str, str]]:
    """Return id and name of the sections that the page has, in its order."""
    sections_of_page = [
        ("verdict", _("Verdict"), content["rate"]),
        ("substitution", _("Substitution rate in every definition"), content["rate"]),
        ("electric", _("Electric heat and its store"), content["electric"]["tables"]),
        ("bottlenecks", _("What limits"), content["uptake"] or content["bottlenecks"]),
        ("sources", _("Heat by source"), True),
        ("balance", _("Balance of sources and loads"), True),
        ("switching", _("Plants on and off"), content["switching"]),
        ("cost", _("Cost, fuel and CO₂"), True),
        ("claims", _("The plan's figures, checked"), content["plan"]),
        ("standards", _("Checks against the standards"), content["standards"]),
        ("pressure", _("Pressure diagram"), content["pressure"]),
        ("state", _("Network state at the hour of highest load"), content["states"]),
        ("steam", _("Steam lines"), content["steam"]),
        ("power", _("Power network"), content["power"]),
        ("hours", _("Hours of the season"), content["hours"]["told"]),
        ("assumptions", _("Assumptions"), True),
        ("reproduce", _("How to reproduce"), True),
    ]
    return [(name, title) for name, title, shown in sections_of_page if shown]


def _chart_cases(context: Context, charts: list[dict[str, Any]], sankeys: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the charts of each case that has any; that of the plan opens first."""
    drawn = {block["id"] for block in sankeys}
    cases = [
        {
            "id": case.id,
            "label": context.label(case),
            "open": case.id == context.shown_case,
            "blocks": [
                {key: one[key] for key in ("id", "title", "labels")} for one in charts if one["case"] == case.id
            ],
            "sankey": case.id in drawn,
        }
        for case in context.ok_cases
    ]
    return [case for case in cases if case["blocks"] or case["sankey"]]


def _standards(context: Context, checked: dict[str, Any]) -> list[Any]:
    """Return for each network its checks in every case, and what the case that opens first misses."""
    tables = []
    for network in state.water_networks(context):
        tables.append(state.compliance_table(context, network))
        if network in checked:
            tables.append(places.failures_table(context, network, checked[network]))
    return [table for table in tables if table.rows or table.note]


def _rate(context: Context) -> dict[str, Any]:
    """Return what the report says of the substitution rate."""
    rows = verdict.headline_rows(context)
    top = max(
        [context.target_share * 1.6, *(1.05 * end for row in rows for end in (row.rate, row.high) if end is not None)]
    )
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
    """Return for each network its tables and, for each case, the picture."""
    blocks = []
    for network in state.water_networks(context):
        drawings = []
        for case in context.ok_cases:
            results = case.networks.get(network)
            if results is None or not len(results.hours):
                continue
            time = results.hours.index[0]
            picture = network_picture(results, time)
            if picture is not None:
                opened = case.id == context.shown_case
                drawings.append({"case": context.label(case), "open": opened, "picture": picture})
        tables = [state.design_table(context, network)]
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
