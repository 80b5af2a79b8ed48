"""A solved steam network as one offline HTML page: tables and the states along the line to the farthest user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from markupsafe import Markup

from heatnet.i18n import _, language, pick, use_language
from heatnet.io.words import pressure_digits, pressure_unit, time_text
from heatnet.metrics.steam_state import SteamAnswer, SteamRow
from heatnet.report.steam_picture import SteamCurve, steam_picture
from heatnet.report.steam_totals import totals_table
from heatnet.report.tables import Column, Row, Table
from heatnet.units import T_PER_H_PER_KG_PER_S
from heatnet.web.labels import steam_status_label
from heatnet.web.page import inline_html, template_environment, write_page

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Section:
    """A part of a page about steam.

    Parameters
    ----------
    title : str
    told : sequence of str
        Sentences, each a paragraph.
    tables : sequence of Table
    pictures : sequence of Markup
    note : str
    strong : bool
        The sentences are what the page is about.
    """

    title: str
    told: Sequence[str] = ()
    tables: Sequence[Table] = ()
    pictures: Sequence[Markup] = ()
    note: str = ""
    strong: bool = field(default=False)


def write_sections(
    path: Path, kind: str, title: str, sections: Sequence[Section], question: str = "", command: str = ""
) -> Path:
    """Write a page of sections in the current language."""
    body = (
        template_environment("heatnet.report")
        .get_template("steam.html.j2")
        .render(kind=kind, title=title, question=question, sections=sections, command=command)
    )
    html = inline_html(title, Markup(body), styles=("heatnet_report.css",), body_class="report-page")
    return write_page(path, html)


def write_steam_page(answer: SteamAnswer, path: Path, lang: str) -> Path:
    """Write the page of a solved steam network.

    Parameters
    ----------
    answer : SteamAnswer
        With one row at least.
    path : Path
    lang : {"en", "zh"}
    """
    with use_language(lang):
        totals = totals_table(answer)
        sections = [Section(_("Totals"), tables=(totals,))] if totals is not None else []
        sections += [_picture_section(answer), *(_row_section(answer, row) for row in answer.rows)]
        title = _("Steam network: {name}").format(name=pick(answer.network.name))
        return write_sections(path, _("Steam: pressure, superheat and condensation"), title, sections)


def row_label(answer: SteamAnswer, row: SteamRow) -> str:
    """Return what a row stands for, with its time where there are several."""
    if answer.is_design:
        return _("design state")
    word = _time_of(row.state)
    if answer.states.sizes["time"] == 1:
        return word
    names = {"largest": _("largest flow, {time}"), "smallest": _("smallest flow, {time}")}
    return names[row.name].format(time=word)


def _time_of(state: xr.Dataset) -> str:
    time = state["time"].to_numpy()
    return time_text(time if time.dtype.kind == "M" else float(time))


def _picture_section(answer: SteamAnswer) -> Section:
    curves = [SteamCurve.of(row_label(answer, row), row.profile) for row in answer.rows if row.profile is not None]
    name = answer.network.display_name("consumers", answer.farthest, language())
    title = _("Along the line to the farthest user, {name}").format(name=name)
    if not curves:
        return Section(title, told=(_("The user stands at the plant itself."),))
    need = float(answer.network.consumers.at[answer.farthest, "min_p_bar"])
    picture = steam_picture(curves, title, None if np.isnan(need) else need)
    return Section(title, pictures=(picture,))


def _row_section(answer: SteamAnswer, row: SteamRow) -> Section:
    told = _("Status: {status}.").format(status=steam_status_label(str(row.state["status"].to_numpy())))
    return Section(
        _("State: {state}").format(state=row_label(answer, row)),
        (told,),
        tuple(
            table
            for table in (
                limits_table(answer, row),
                _plant_table(answer, row),
                _user_table(answer, row),
                used_table(answer, row),
            )
            if table.rows
        ),
    )


def limits_table(answer: SteamAnswer, row: SteamRow) -> Table:
    """Return loss, condensate and the limits of a state."""
    state = row.state
    given = float(state["plant_heat_mw"].sum("plant"))
    loss = float(state["heat_loss_mw"])
    rows = (
        Row((_("Heat loss"), "MW", loss)),
        Row((_("Heat loss, share of the heat given"), "%", 100 * loss / given if given > 0 else None)),
        Row((_("Condensate drained"), "t/h", float(state["condensate_kg_per_s"]) * T_PER_H_PER_KG_PER_S)),
        Row((_("Flow above which the steam chokes"), "t/h", row.limits.choking_kg_per_s * T_PER_H_PER_KG_PER_S)),
        Row(
            (
                _("Largest flow with the pressure that users need"),
                "t/h",
                row.limits.needed_kg_per_s * T_PER_H_PER_KG_PER_S,
            )
        ),
        Row((_("Least flow of which none condenses on its way"), "t/h", row.least_dry_kg_per_s * T_PER_H_PER_KG_PER_S)),
    )
    note = _("Largest and least flow: out of the plants, all demands changed alike.")
    if row.limits.consumer is not None:
        name = answer.network.display_name("consumers", row.limits.consumer, language())
        note += " " + _("The user who lacks his pressure first: {name}.").format(name=name)
    return Table(
        _("Loss and limits"), (Column(_("Quantity")), Column(_("Unit")), Column(_("Value"), "", 2)), rows, note
    )


def _plant_table(answer: SteamAnswer, row: SteamRow) -> Table:
    unit, factor = pressure_unit()
    rows = []
    for plant in row.state["plant"].to_numpy():
        one = row.state.sel(plant=plant)
        if float(one["plant_mdot_kg_per_s"]) == 0.0:
            continue
        rows.append(
            Row(
                (
                    answer.network.display_name("plants", str(plant), language()),
                    float(one["plant_p_bar"]) * factor,
                    float(one["plant_t_supply_degc"]),
                    float(one["plant_mdot_kg_per_s"]) * T_PER_H_PER_KG_PER_S,
                    float(one["plant_heat_mw"]),
                )
            )
        )
    columns = (
        Column(_("Plant")),
        Column(_("Pressure, absolute"), unit, pressure_digits(factor)),
        Column(_("Temperature"), "°C", 1),
        Column(_("Flow"), "t/h", 1),
        Column(_("Heat"), "MW", 2),
    )
    return Table(_("Plants"), columns, tuple(rows))


def _user_table(answer: SteamAnswer, row: SteamRow) -> Table:
    unit, factor = pressure_unit()
    digits = pressure_digits(factor)
    rows = []
    for consumer in answer.distance_m.sort_values(kind="stable").index:
        one, dry = row.state.sel(consumer=consumer), row.dry.sel(consumer=consumer)
        rows.append(
            Row(
                (
                    answer.network.display_name("consumers", str(consumer), language()),
                    answer.distance_m[consumer] / 1000,
                    float(one["consumer_mdot_kg_per_s"]) * T_PER_H_PER_KG_PER_S,
                    float(one["consumer_p_bar"]) * factor,
                    float(answer.network.consumers.at[consumer, "min_p_bar"]) * factor,
                    float(one["consumer_t_supply_degc"]),
                    float(one["consumer_superheat_k"]),
                    float(one["consumer_dryness_share"]),
                    float(dry["consumer_dry_mdot_kg_per_s"]) * T_PER_H_PER_KG_PER_S,
                )
            )
        )
    columns = (
        Column(_("User")),
        Column(_("Distance"), "km", 2),
        Column(_("Flow"), "t/h", 1),
        Column(_("Pressure, absolute"), unit, digits),
        Column(_("needed"), unit, digits),
        Column(_("Temperature"), "°C", 1),
        Column(_("Superheat"), "K", 1),
        Column(_("Dryness"), "%", 1, 100.0),
        Column(_("dry from"), "t/h", 1),
    )
    note = _("Dry from: the user's own flow below which steam condenses on its way, all demands changed alike.")
    return Table(_("What arrives at the users"), columns, tuple(rows), note)


def used_table(answer: SteamAnswer, row: SteamRow) -> Table:
    """Return what arrives behind the valves of users that throttle or spray; without rows where there is none."""
    unit, factor = pressure_unit()
    table = answer.network.consumers
    rows = []
    for consumer in answer.distance_m.sort_values(kind="stable").index:
        if table.loc[consumer, ["p_use_bar", "t_use_degc"]].isna().all():
            continue
        one = row.state.sel(consumer=consumer)
        taken = float(one["consumer_mdot_kg_per_s"]) * T_PER_H_PER_KG_PER_S
        used = float(one["consumer_mdot_use_kg_per_s"]) * T_PER_H_PER_KG_PER_S
        pressure, degrees = float(one["consumer_p_use_bar"]) * factor, float(one["consumer_t_use_degc"])
        name = answer.network.display_name("consumers", str(consumer), language())
        rows.append(Row((name, taken, used - taken, used, pressure, degrees)))
    columns = (
        Column(_("User")),
        Column(_("taken"), "t/h", 1),
        Column(_("sprayed"), "t/h", 2),
        Column(_("used"), "t/h", 1),
        Column(_("Pressure, absolute"), unit, pressure_digits(factor)),
        Column(_("Temperature"), "°C", 1),
    )
    return Table(_("Behind the users' valves"), columns, tuple(rows))


def profile_table(answer: SteamAnswer) -> pd.DataFrame:
    """Return the states along the line of all shown rows as one long table for files."""
    frames = []
    for row in answer.rows:
        if row.profile is None:
            continue
        frame = row.profile.to_dataframe().reset_index(drop=True)
        frame["time"] = row.state["time"].to_numpy()
        first = ["time", "distance_m", "pipe"]
        frames.append(frame[first + [name for name in frame.columns if name not in first]])
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
