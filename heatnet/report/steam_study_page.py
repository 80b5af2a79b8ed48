"""The report of a study of one steam line: its tables, the states along the line, the assumptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet.i18n import _, pick, use_language
from heatnet.io.words import pressure_digits, pressure_unit, unit_label
from heatnet.report.steam_page import Section, write_sections
from heatnet.report.steam_picture import SteamCurve, steam_picture
from heatnet.report.tables import Column, Row, Table, number, percent
from heatnet.web.labels import arrival_label, source_mark_label

Summary = Mapping[str, Any]


def write_study_page(
    summary: Summary, by_dn: Mapping[str, pd.DataFrame], by_flow: Mapping[str, pd.DataFrame], path: Path, lang: str
) -> Path:
    """Write the report.

    Parameters
    ----------
    summary : mapping
        As `heatnet.study.steam_line_run.summary_of` returns it.
    by_dn, by_flow : mapping of str to DataFrame
        States along the line by diameter at the season's flow, and by flow (t/h) with the chosen diameter.
    path : Path
    lang : {"en", "zh"}
    """
    with use_language(lang):
        needed = max(user["p_end_bar"] for user in summary["users"].values())
        sections = [
            Section(_("Finding"), told=finding(summary), strong=True),
            _pipes_section(summary, by_dn, needed),
            _arrival_section(summary, by_flow, needed),
            Section(_("Users"), tables=[_user_table(summary), _co2_table(summary)]),
            Section(_("Loss and insulation"), tables=[_insulation_table(summary)]),
            Section(_("The plan's calendar"), told=calendar_told(summary)),
            Section(_("Assumptions"), tables=[_assumption_table(summary)]),
        ]
        kind, title = _("Study of a steam line"), pick(summary["title"])
        command = f"heatnet steam --study studies/{summary['study']}"
        return write_sections(path, kind, title, sections, pick(summary["question"]), command)


def finding(summary: Summary) -> list[str]:
    """Return what the numbers say, in sentences."""
    flow, unit = _season_flow(summary), pressure_unit()[0]
    told = []
    for name, dn in summary["least_dn"].items():
        user = summary["users"][name]
        words = {
            True: _("{user}: DN{dn} is the smallest pipe that carries {flow} t/h and leaves {p} {unit} at its end."),
            False: _("{user}: none of the pipes carries {flow} t/h and leaves {p} {unit} at its end."),
        }
        p = _pressure(user["p_end_bar"])
        told.append(words[dn is not None].format(user=pick(user["label"]), dn=dn, flow=flow, p=p, unit=unit))
    return [*told, *_told_by_hand(summary), *_told_of_year(summary), *_told_of_co2(summary)]


def _told_by_hand(summary: Summary) -> list[str]:
    """Return how far estimates by hand, which count with the inlet's density, are off."""
    flow, unit = _season_flow(summary), pressure_unit()[0]
    told = []
    for dn, pipe in summary["pipes"].items():
        one, printed = _in_season(summary, pipe), pipe["hand"]["printed_dp_bar"]
        if one is None or printed is None:
            continue
        words = {
            True: _("DN{dn} loses {dp} {unit} at {flow} t/h, by hand {low} to {high} {unit}."),
            False: _("DN{dn} chokes at {flow} t/h; by hand it loses {low} to {high} {unit}."),
        }
        dp = _pressure(one["dp_bar"]) if one["status"] == "ok" else ""
        low, high = (_pressure(bar) for bar in printed)
        told.append(words[one["status"] == "ok"].format(dn=dn, dp=dp, flow=flow, low=low, high=high, unit=unit))
    return told


def _told_of_year(summary: Summary) -> list[str]:
    year = summary["year"]
    if year["loss_gj"] is None:
        return []
    return [
        _("DN{dn} loses {gj} GJ a year, {share} of the heat.").format(
            dn=summary["chosen_dn"], gj=number(year["loss_gj"], 0), share=percent(year["loss_share"])
        )
    ]


def _told_of_co2(summary: Summary) -> list[str]:
    """Return for each boiler that the line replaces how much CO2 that saves."""
    by_boiler = {pick(user["boiler"]): user["co2"] for user in summary["users"].values()}
    return [
        _(
            "CO₂ saved per GJ against a {boiler}: {average} with the average factor of electricity, {marginal} with the "
            "marginal one."
        ).format(boiler=boiler, **{name: percent(one["saved_share"], 0) for name, one in co2.items()})
        for boiler, co2 in by_boiler.items()
    ]


def calendar_told(summary: Summary) -> list[str]:
    """Return with how many heating days the plan's steam of a year agrees."""
    calendar, figures = summary["calendar"], {row["item"]: row["value"] for row in summary["assumptions"]}
    return [
        _(
            "{steam} t a year at {other} t/h, and {season} t/h in the heating season, agree with {days} heating days. The "
            "season's {statutory} days would need {needed} t, or a line that runs {hours} h a year."
        ).format(
            steam=number(figures["year.steam_t"], 0),
            other=number(figures["year.other_t_per_h"], 0),
            season=number(figures["year.season_t_per_h"], 0),
            days=number(calendar["heating_days"], 1),
            statutory=number(figures["year.season_days"], 0),
            needed=number(calendar["steam_of_season_days_t"], 0),
            hours=number(calendar["operating_hours_with_season_days"], 0),
        )
    ]


def _season_t_per_h(summary: Summary) -> float:
    return float(next(row["value"] for row in summary["assumptions"] if row["item"] == "year.season_t_per_h"))


def _season_flow(summary: Summary) -> str:
    """Return the season's flow in t/h as printed."""
    return number(_season_t_per_h(summary), 0)


def _in_season(summary: Summary, pipe: Summary) -> Summary | None:
    """Return what arrives of the season's flow; None where the study does not ask for it."""
    one: Summary | None = pipe["flows"].get(f"{_season_t_per_h(summary):g}")
    return one


def _pressure(bar: float) -> str:
    factor = pressure_unit()[1]
    return number(bar * factor, pressure_digits(factor))


def _curves(states: Mapping[str, pd.DataFrame], label: str) -> list[SteamCurve]:
    return [SteamCurve.of(label.format(name=name), frame) for name, frame in states.items()]


def _pipes_section(summary: Summary, states: Mapping[str, pd.DataFrame], needed: float) -> Section:
    title = _("Which diameter carries {flow} t/h").format(flow=_season_flow(summary))
    picture = steam_picture(_curves(states, "DN{name}"), title, needed)
    return Section(title, tables=[_hand_table(summary), _largest_table(summary)], pictures=[picture])


def _hand_table(summary: Summary) -> Table:
    unit, factor = pressure_unit()
    digits, flow = pressure_digits(factor), _season_flow(summary)
    rows = []
    for dn, pipe in summary["pipes"].items():
        hand, one = pipe["hand"], _in_season(summary, pipe) or {}
        printed = hand["printed_dp_bar"]
        rows.append(
            Row(
                (
                    f"DN{dn}",
                    None if printed is None else "–".join(number(bar * factor, digits) for bar in printed),
                    _scaled(hand["constant_density_dp_bar"], factor),
                    _scaled(hand["same_local_losses_dp_bar"], factor) or _("chokes"),
                    _scaled(one.get("dp_bar"), factor) or (_("chokes") if one else None),
                    _scaled(one.get("p_bar"), factor),
                    one.get("velocity_m_per_s"),
                )
            )
        )
    columns = (
        Column(_("Pipe")),
        Column(_("Drop by hand"), unit, digits),
        Column(_("at the inlet's density"), unit, digits),
        Column(_("as steam expands, same local losses"), unit, digits),
        Column(_("as steam expands, local losses by CJJ 34"), unit, digits),
        Column(_("Pressure that arrives, absolute"), unit, digits),
        Column(_("Highest velocity"), "m/s", 0),
    )
    return Table(_("Pressure drop at {flow} t/h").format(flow=flow), columns, tuple(rows))


def _scaled(bar: float | None, factor: float) -> float | None:
    return None if bar is None else bar * factor


def _largest_table(summary: Summary) -> Table:
    users = summary["users"]
    rows = [
        Row((f"DN{dn}", *(pipe["largest_t_per_h"][name] for name in ("choking", *users)), pipe["least_dry_t_per_h"]))
        for dn, pipe in summary["pipes"].items()
    ]
    unit = pressure_unit()[0]
    columns = (
        Column(_("Pipe")),
        Column(_("until it chokes"), "t/h", 0),
        *(
            Column(
                _("{user}, {p} {unit} left").format(
                    user=pick(user["label"]), p=_pressure(user["p_end_bar"]), unit=unit
                ),
                "t/h",
                0,
            )
            for user in users.values()
        ),
        Column(_("Least flow that stays dry"), "t/h", 1),
    )
    return Table(_("Largest and least flow"), columns, tuple(rows))


def _arrival_section(summary: Summary, states: Mapping[str, pd.DataFrame], needed: float) -> Section:
    title = _("What arrives through DN{dn}").format(dn=summary["chosen_dn"])
    picture = steam_picture(_curves(states, "{name} t/h"), title, needed)
    return Section(title, tables=[_arrival_table(summary)], pictures=[picture])


def _arrival_table(summary: Summary) -> Table:
    unit, factor = pressure_unit()
    rows: list[Row] = []
    for dn, pipe in summary["pipes"].items():
        for flow, one in pipe["flows"].items():
            values = (one["t_degc"], one["superheat_k"], one["dryness_share"], one["velocity_m_per_s"], one["loss_mw"])
            head = (f"DN{dn}", float(flow), arrival_label(one["status"]))
            rows.append(Row((*head, _scaled(one["p_bar"], factor), *values)))
    columns = (
        Column(_("Pipe")),
        Column(_("Flow"), "t/h", 0),
        Column(_("Status")),
        Column(_("Pressure, absolute"), unit, pressure_digits(factor)),
        Column(_("Temperature"), "°C", 0),
        Column(_("Superheat"), "K", 0),
        Column(_("Dryness"), "%", 1, 100.0),
        Column(_("Highest velocity"), "m/s", 0),
        Column(_("Heat loss"), "MW", 2),
    )
    return Table(_("State at the end of the line"), columns, tuple(rows))


def _user_table(summary: Summary) -> Table:
    unit, factor = pressure_unit()
    digits = pressure_digits(factor)
    rows = []
    for name, user in summary["users"].items():
        dn = summary["least_dn"][name]
        rows.append(
            Row(
                (
                    pick(user["label"]),
                    user["p_bar"] * factor,
                    user["p_end_bar"] * factor,
                    user["t_condensing_degc"],
                    None if dn is None else f"DN{dn}",
                    summary["pipes"][str(summary["chosen_dn"])]["largest_t_per_h"][name],
                )
            )
        )
    columns = (
        Column(_("User")),
        Column(_("Pressure needed, absolute"), unit, digits),
        Column(_("at the end of the line"), unit, digits),
        Column(_("Condenses at"), "°C", 0),
        Column(_("Smallest pipe")),
        Column(_("Largest flow through DN{dn}").format(dn=summary["chosen_dn"]), "t/h", 0),
    )
    return Table(_("Pressure levels"), columns, tuple(rows))


def _co2_table(summary: Summary) -> Table:
    rows = []
    words = {"marginal": _("marginal factor of electricity"), "average": _("average factor of electricity")}
    for user in summary["users"].values():
        for factor, one in user["co2"].items():
            cost = user["fuel_cny_per_gj"]
            figures = (one["line_t_co2_per_gj"], one["boiler_t_co2_per_gj"], one["saved_share"])
            rows.append(Row((pick(user["label"]), pick(user["boiler"]), words[factor], *figures, *cost.values())))
    columns = (
        Column(_("User")),
        Column(_("Instead of")),
        Column(_("Electricity")),
        Column(_("by the line"), "tCO₂/GJ", 4, group=_("CO₂ of heat delivered")),
        Column(_("by the boiler"), "tCO₂/GJ", 4, group=_("CO₂ of heat delivered")),
        Column(_("saved"), "%", 0, 100.0, group=_("CO₂ of heat delivered")),
        Column(_("power lost"), unit_label("CNY/GJ"), 0, group=_("Worth of what it takes")),
        Column(_("gas"), unit_label("CNY/GJ"), 0, group=_("Worth of what it takes")),
    )
    note = _("Extraction steam is not free: the power plant makes less electricity, z times the heat.")
    return Table(_("CO₂ of a GJ delivered, by the line and by a gas boiler"), columns, tuple(rows), note)


def _insulation_table(summary: Summary) -> Table:
    rows = [Row(tuple(one.values())) for one in summary["insulation"]]
    columns = (
        Column(_("Factor"), "–", 1),
        Column("u", "W/(m·K)", 2),
        Column(_("Loss of a year"), "GJ", 0),
        Column(_("Share of the heat"), "%", 1, 100.0),
        Column(_("Worth at the power plant"), unit_label("CNY"), 0),
        Column(_("Worth as gas"), unit_label("CNY"), 0),
        Column(_("Superheat at the least flow"), "K", 0),
        Column(_("Least flow that stays dry"), "t/h", 1),
    )
    return Table(_("Heat loss of DN{dn}, better and worse").format(dn=summary["chosen_dn"]), columns, tuple(rows))


def _assumption_table(summary: Summary) -> Table:
    rows = tuple(
        Row((row["item"], f"{row['value']:,g}", _told_source(row["source"]))) for row in summary["assumptions"]
    )
    columns: Sequence[Column] = (Column(_("Place in the file")), Column(_("Value")), Column(_("Source")))
    return Table(_("Every figure and where it comes from"), tuple(columns), rows)


def _told_source(source: str) -> str:
    """Return a figure's source: its mark in words, then what the author wrote."""
    mark, colon, text = source.partition(":")
    return f"{source_mark_label(mark)}{colon}{text}"
