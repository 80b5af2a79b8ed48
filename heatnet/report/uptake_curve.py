"""The page of an uptake curve: waste heat taken against waste heat connected, and what limits it along the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from heatnet.i18n import _, pick, use_language
from heatnet.report.setpoint_picture import Line, Panel, panels_picture
from heatnet.report.steam_page import Section, write_sections
from heatnet.report.tables import Column, Row, Table, number
from heatnet.units import GJ_PER_TJ
from heatnet.web.labels import kept_away_gj, limit_label

Summary = Mapping[str, Any]
PAGE = "uptake.html"
_PERCENT = 100.0
#: causes that the table names for each size
_NAMED = 3
#: less than this is no cause worth naming
_LEAST_GJ = 500.0


def write_uptake_page(summary: Summary, path: Path, lang: str) -> Path:
    """Write the page of a curve that `heatnet.study.uptake_curve.write_curve` wrote, in a language."""
    with use_language(lang):
        points = solved_points(summary)
        sections = [
            Section(_("Finding"), told=curve_sentences(summary), strong=True),
            Section(
                _("Uptake curve"),
                pictures=[curve_picture(points)] if len(points) > 1 else [],
                tables=[curve_table(points)],
            ),
        ]
        sections += [Section(_("Assumptions"), told=[_assumption()])]
        command = f"heatnet optimise studies/{summary['study']} --uptake --case {summary['case']}"
        return write_sections(path, _("Uptake of waste heat"), pick(summary["case_label"]), sections, "", command)


def solved_points(summary: Summary) -> list[Mapping[str, Any]]:
    """Return the points with a schedule."""
    return [point for point in summary["points"] if "taken_gj" in point]


def curve_sentences(summary: Summary) -> list[str]:
    """Return what the curve says, in the current language."""
    points = solved_points(summary)
    if not points:
        return [_("No size has a schedule.")]
    told = []
    for before, after in pairwise(points):
        more = (after["taken_gj"] - before["taken_gj"]) / max(after["connected_gj"] - before["connected_gj"], 1e-9)
        told.append(
            _(
                "From {first:,.0f} to {second:,.0f} MW connected {share:.0f} % of the further heat is taken; "
                "most is kept away by {cause}."
            ).format(
                first=before["connected_mw"],
                second=after["connected_mw"],
                share=_PERCENT * more,
                cause=point_cause(after) or "–",
            )
        )
    failed = [point for point in summary["points"] if "taken_gj" not in point]
    told += [
        _("Size {size:g}: no schedule, {reason}.").format(size=p["size"], reason=p.get("reason") or p["status"])
        for p in failed
    ]
    return told


def point_cause(point: Mapping[str, Any]) -> str:
    """Return in words what keeps most away at a size."""
    if not point["cause"]:
        return ""
    names = [
        row["name"] for row in point["causes"] if (row["cause"], row["element"]) == (point["cause"], point["element"])
    ]
    return limit_label(point["cause"], pick(names[0]) if names and names[0] else "")


def curve_table(points: Sequence[Mapping[str, Any]], brief: bool = False) -> Table:
    """Return a row a size; a brief one names only what keeps most away."""
    rows = tuple(
        Row(
            (
                number(point["size"], 2),
                point["connected_mw"],
                point["taken_gj"] / GJ_PER_TJ,
                point["taken_gj"] / point["connected_gj"] if point["connected_gj"] else None,
                point["missing_gj"] / GJ_PER_TJ,
                point["cost_cny"] / 1e6,
                point_cause(point) if brief else _kept(point),
                *(() if brief else ("" if point["agrees"] else _("rounds ended without agreement"),)),
            )
        )
        for point in points
    )
    columns = (
        Column(_("Size over the case's")),
        Column(_("Connected"), "MW", 0),
        Column(_("Taken"), "TJ", 0),
        Column(_("Share of what is connected"), "%", 1, _PERCENT),
        Column(_("Missing heat"), "TJ", 0),
        Column(_("Cost"), _("million CNY"), 1),
        Column(_("Most kept away by") if brief else _("Kept away by")),
        *(() if brief else (Column(_("Remark")),)),
    )
    return Table(_("Uptake by size"), columns, rows)


def _kept(point: Mapping[str, Any]) -> str:
    named = [(label, heat) for label, heat in kept_away_gj(point["causes"]).items() if heat >= _LEAST_GJ]
    return "; ".join(f"{label} {number(heat / GJ_PER_TJ, 0)} TJ" for label, heat in named[:_NAMED])


def curve_picture(points: Sequence[Mapping[str, Any]]) -> Markup:
    """Return heat taken and heat connected over the size connected."""
    size = np.array([0.0, *(point["connected_mw"] for point in points)])
    taken = np.array([0.0, *(point["taken_gj"] / GJ_PER_TJ for point in points)])
    connected = np.array([0.0, *(point["connected_gj"] / GJ_PER_TJ for point in points)])
    lines = [
        Line(_("connected"), 0, size, connected),
        Line(_("taken"), 1, size, taken),
        Line(_("taken"), 1, size, taken, True),
    ]
    ticks = [(float(mark), number(float(mark), 0)) for mark in size]
    return panels_picture(
        _("Uptake curve"), [Panel(_("heat of the year, TJ"), lines, True)], ticks, _("waste heat connected, MW")
    )


def _assumption() -> str:
    return _(
        "Every waste-heat plant of the zone grows with its source and contract, and so do the stations that pass waste steam "
        "on; pipes, feeders, stations of the consumers and all other plants stay. Each size is dispatched until the pipes "
        "carry it."
    )
