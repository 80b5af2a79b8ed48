"""What `heatnet optimise` prints: the finding, the projects, the curve, the definitions that can reach the target."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from heatnet.cli.show import console, say, table
from heatnet.i18n import _, pick
from heatnet.web.labels import definition_names
from heatnet.web.portfolio_words import (
    curve_note,
    definition_words,
    finding,
    million,
    missed_sentence,
    percent,
    project_words,
    projects_note,
    size_words,
    zone_name,
)

__all__ = ["missed_sentence", "print_portfolio"]


def print_portfolio(summary: Mapping[str, Any], folder: Path) -> None:
    """Print the verdict of a search."""
    out = console()
    say(pick(summary["title"]))
    say(_("Definition: {definition}").format(definition=definition_words(summary["target"])))
    say("")
    for sentence in finding(summary):
        say(sentence)
    say("")
    if summary["reached"] and summary["best"]["projects"]:
        out.print(table(_("What is built"), *_projects(summary), fold_first=True))
        say(projects_note())
        say("")
    if summary["curve"]:
        out.print(table(_("Cost and CO₂ against the rate"), *_curve(summary)))
        if curve_note(summary):
            say(curve_note(summary))
            say("")
    if summary["definitions"]:
        out.print(table(_("Largest rate by definition and zone"), *_definitions(summary)))
    say(_("Results: {folder}").format(folder=folder))


def _projects(summary: Mapping[str, Any]) -> tuple[tuple[str, ...], list[list[str]]]:
    heads = (
        _("Project"),
        _("Size"),
        _("Investment, million CNY"),
        _("Yearly, million CNY"),
        _("Heat, GWh"),
        _("Points of the rate"),
    )
    rows = []
    for row in summary["best"]["projects"]:
        span = f"{million(row['investment_low_cny'], 0)}–{million(row['investment_high_cny'], 0)}"
        rows.append(
            [
                project_words(row),
                size_words(row),
                f"{million(row['investment_cny'], 1)} ({span})",
                million(row["yearly_cny"]),
                f"{row['heat_mwh'] / 1e3:,.1f}",
                percent(row["rate_points"]),
            ]
        )
    return heads, rows


def _curve(summary: Mapping[str, Any]) -> tuple[tuple[str, ...], list[list[str]]]:
    heads = (
        _("Rate"),
        _("Cost, million CNY/a"),
        _("CO₂, kt/a"),
        _("Marginal GJ, CNY"),
        _("Proven gap"),
        _("Projects"),
    )
    rows = [
        [
            percent(point["rate"]),
            million(point["cost_cny"]),
            f"{point['co2_average_t'] / 1e3:,.1f}",
            "–" if point["shadow_cny_per_gj"] is None else f"{point['shadow_cny_per_gj']:,.1f}",
            percent(point["gap_share"], 2),
            str(len(point["projects"])),
        ]
        for point in summary["curve"]
    ]
    return heads, rows


def _definitions(summary: Mapping[str, Any]) -> tuple[tuple[str, ...], list[list[str]]]:
    verdicts = {"yes": _("yes"), "no": _("no"), "open": _("open"), None: "–"}
    heads = (_("Definition"), _("Zone"), _("Reached"), _("Limit"), percent(summary["target"]["rate_share"], 0))
    rows = []
    for row in summary["definitions"]:
        axes = ("set", "counting", "denominator", "period")
        name = _(", ").join(definition_names(axis)[row[axis]] for axis in axes)
        verdict = verdicts[row["target_reachable"]]
        rows.append(
            [name, zone_name(row["zone"]), percent(row["reached_share"], 2), percent(row["bound_share"], 2), verdict]
        )
    return heads, rows
