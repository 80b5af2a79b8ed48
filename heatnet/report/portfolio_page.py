"""The report of a portfolio search: finding, projects, the curve of cost and CO2 against the rate, every definition."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from heatnet.i18n import _, pick, use_language
from heatnet.report.portfolio_check import check_section
from heatnet.report.portfolio_picture import curve_picture
from heatnet.report.steam_page import Section, write_sections
from heatnet.report.tables import Column, Row, Table
from heatnet.web.labels import definition_names
from heatnet.web.portfolio_words import (
    curve_note,
    definition_words,
    finding,
    limit_words,
    percent,
    project_words,
    projects_note,
    size_words,
    zone_name,
)

Summary = Mapping[str, Any]
_MILLION = 1e-6


def write_portfolio_page(summary: Summary, path: Path, lang: str) -> Path:
    """Write the report of a search.

    Parameters
    ----------
    summary : mapping
        As `portfolio.json` holds it.
    path : Path
    lang : {"en", "zh"}
    """
    with use_language(lang):
        sections = [Section(_("Finding"), told=[_definition(summary), *finding(summary)], strong=True)]
        if summary["best"] is not None:
            sections.append(Section(_("What is built"), tables=[_projects(summary), _costs(summary)]))
        if summary["check"] is not None:
            sections.append(check_section(summary))
        if summary["curve"]:
            pictures = [
                curve_picture(summary, "cost_cny", _("Cost, million CNY a year"), _MILLION, _("Cost against the rate")),
                curve_picture(summary, "co2_average_t", _("CO₂, kt a year"), 1e-3, _("CO₂ against the rate")),
                curve_picture(
                    summary,
                    "shadow_cny_per_gj",
                    _("A further GJ of waste heat, CNY"),
                    1.0,
                    _("Shadow price against the rate"),
                    joined=False,
                ),
            ]
            sections.append(Section(_("Cost and CO₂ against the rate"), pictures=pictures, tables=[_curve(summary)]))
        if summary["definitions"]:
            sections.append(Section(_("Largest rate by definition and zone"), tables=[_definitions(summary)]))
        limits = [limit_words(row) + _(".") for row in summary["largest"]["limits"]]
        sections += [Section(_("What limits the largest rate"), told=limits)] if limits else []
        sections.append(Section(_("Assumptions"), told=_assumptions(summary), tables=[_sources(summary)]))
        command = _command(summary)
        return write_sections(
            path, _("Portfolio search"), pick(summary["title"]), sections, pick(summary["question"]), command
        )


def _command(summary: Summary) -> str:
    target = summary["target"]
    words = [f"heatnet optimise studies/{summary['study']}", f"--target {target['rate_share']:g}"]
    words += [f"--{axis} {target[axis]}" for axis in ("set", "counting", "denominator", "period", "zone")]
    words += [f"--without {name}" for name in summary["without"]]
    words += ["--curve"] if summary["curve"] else []
    words += ["--check"] if summary["check"] is not None else []
    return " ".join(words)


def _definition(summary: Summary) -> str:
    target = summary["target"]
    return _("Asked for: {share} ({definition}).").format(
        share=percent(target["rate_share"]), definition=definition_words(target)
    )


def _projects(summary: Summary) -> Table:
    columns = (
        Column(_("Project")),
        Column(_("Size")),
        Column(_("Investment"), "10⁶ CNY", 1, _MILLION),
        Column(_("from"), "10⁶ CNY", 1, _MILLION),
        Column(_("to"), "10⁶ CNY", 1, _MILLION),
        Column(_("Annuity and upkeep"), "10⁶ CNY/a", 2, _MILLION),
        Column(_("Heat"), "GWh/a", 1, 1e-3),
        Column(_("Counted"), "GWh", 1, 1e-3),
        Column(_("Points of the rate"), "%", 1, 100),
        Column(_("Full-load hours"), "h", 0),
    )
    keys = ("investment_cny", "investment_low_cny", "investment_high_cny", "yearly_cny", "heat_mwh", "counted_mwh")
    rows = [
        Row(
            (
                project_words(row),
                size_words(row),
                *(row[key] for key in keys),
                row["rate_points"],
                row["full_load_h"],
            )
        )
        for row in summary["best"]["projects"]
    ]
    return Table(_("The cheapest portfolio"), columns, tuple(rows), projects_note())


def _costs(summary: Summary) -> Table:
    columns = (
        Column(""),
        Column(_("Cost"), "10⁶ CNY/a", 2, _MILLION),
        Column(_("of it annuities and upkeep"), "10⁶ CNY/a", 2, _MILLION),
        Column(_("Rate"), "%", 1, 100),
        Column("CO₂", "t/a", 0),
        Column(_("CO₂, marginal factor"), "t/a", 0),
        Column(_("Projects")),
    )
    names = {"low": _("all investments at their low end"), "high": _("all investments at their high end")}
    points = [(pick(summary["case_label"]), summary["nothing"]), (_("cheapest portfolio"), summary["best"])]
    points += [(names[level], point) for level, point in summary["by_level"].items()]
    rows = []
    for label, point in points:
        if point is not None:
            keys = ("cost_cny", "invested_cny_per_a", "rate", "co2_average_t", "co2_marginal_t")
            built = point.get("projects", {})
            ids = [f"{one['candidate']}/{one['option']}" for one in built] if isinstance(built, list) else list(built)
            rows.append(Row((label, *(point[key] for key in keys), ", ".join(ids))))
    return Table(_("What it costs, and how that hangs on the investments"), columns, tuple(rows))


def _curve(summary: Summary) -> Table:
    columns = (
        Column(_("Rate"), "%", 2, 100),
        Column(_("Programme less report"), "%", 3, 100),
        Column(_("Waste heat"), "TJ", 1, 1e-3),
        Column(_("Cost"), "10⁶ CNY/a", 2, _MILLION),
        Column(_("Proven gap"), "%", 2, 100),
        Column(_("A further GJ"), "CNY", 1),
        Column("CO₂", "t/a", 0),
        Column(_("Projects")),
    )
    keys = ("rate", "rate_difference", "waste_heat_gj", "cost_cny", "gap_share", "shadow_cny_per_gj", "co2_average_t")
    rows = [Row((*(point[key] for key in keys), _built(summary, point["projects"]))) for point in summary["curve"]]
    note = _(
        "Each point is a solved programme: the cheapest system of at most that rate below the cheapest of all, of at "
        "least that rate above it. A further GJ: its cost with the same projects (negative: what it saves)."
    )
    return Table(_("The curve"), columns, tuple(rows), " ".join(filter(None, (note, curve_note(summary)))))


def _built(summary: Summary, projects: Mapping[str, Any]) -> str:
    """Return what a point builds: each candidate's name, the key of its option, size or number."""
    options = {f"{one['candidate']}/{one['option']}": one for one in summary["candidates"]}
    words = []
    for name, built in projects.items():
        size = size_words(built | {"size_unit": options[name]["size_unit"]})
        words.append(" ".join([pick(options[name]["label"]), f"[{options[name]['option']}]", size]).strip())
    return _("; ").join(words) or "–"


def _definitions(summary: Summary) -> Table:
    verdicts = {"yes": _("yes"), "no": _("no"), "open": _("open"), None: "–"}
    target = percent(summary["target"]["rate_share"])
    columns = (
        Column(_("Zone")),
        Column(_("Set")),
        Column(_("Counting")),
        Column(_("Denominator")),
        Column(_("Period")),
        Column(_("Reached"), "%", 2, 100),
        Column(_("Not more than"), "%", 2, 100),
        Column(_("{share} can be reached").format(share=target)),
    )
    rows = [
        Row(
            (
                zone_name(row["zone"]),
                *(definition_names(axis)[row[axis]] for axis in ("set", "counting", "denominator", "period")),
                row["reached_share"],
                row["bound_share"],
                verdicts[row["target_reachable"]],
            )
        )
        for row in summary["definitions"]
    ]
    note = _("Reached: by a schedule that was found. Not more than: a proven limit over all portfolios.")
    return Table(_("Whatever it costs: the largest rate with all candidates"), columns, tuple(rows), note)


def _assumptions(summary: Summary) -> list[str]:
    told = [
        _("Case without the candidates: {case}. Interest {interest} a year.").format(
            case=pick(summary["case_label"]), interest=percent(summary["interest_share"])
        ),
        _(
            "Electricity is bought at the tariff; the limits of power networks and the electricity of circulation pumps are "
            "not in the search. heatnet run solves the portfolio in the pipes: portfolio_case.yaml holds it as a case."
        ),
    ]
    return [*told, pick(summary["geometry_note"])] if summary["geometry_note"] else told


def _sources(summary: Summary) -> Table:
    columns = (
        Column(_("Project")),
        Column(_("Part")),
        Column(_("Investment"), "10⁶ CNY", 2, _MILLION),
        Column(_("per MW or MWh"), "10⁶ CNY", 3, _MILLION),
        Column(_("from")),
        Column(_("to")),
        Column(_("Lifetime"), "a", 0),
        Column(_("Upkeep"), "%/a", 1, 100),
        Column(_("Source")),
    )
    rows = []
    for one in summary["candidates"]:
        for part in one["costs"]:
            own = "per_size" if part["per_size"] else "cny"
            span = [f"{part[f'{own}_{end}'] * _MILLION:,.3g}" for end in ("low", "high")]
            rows.append(
                Row(
                    (
                        project_words(one),
                        pick(part["what"]),
                        part["cny"] or None,
                        part["per_size"] or None,
                        *span,
                        part["lifetime_a"],
                        part["om_share_per_a"],
                        part["source"],
                    )
                )
            )
    return Table(_("Investments"), columns, tuple(rows))
