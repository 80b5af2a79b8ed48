"""What the terminal shows of a solved steam network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet.i18n import _, language, pick
from heatnet.io.words import pressure_digits, pressure_unit
from heatnet.steam import is_solved
from heatnet.units import T_PER_H_PER_KG_PER_S

if TYPE_CHECKING:
    import xarray as xr

    from heatnet.metrics.steam_state import SteamAnswer, SteamRow

#: lines of the table along the pipes, about
_STEPS = 10


def print_steam(answer: SteamAnswer) -> None:
    """Print the statuses, and the states of the largest and of the smallest flow."""
    from rich.markup import escape

    from heatnet.cli.show import console, report_table
    from heatnet.report.steam_page import row_label
    from heatnet.report.steam_totals import totals_table
    from heatnet.web.labels import steam_status_label

    out = console()
    counts = Counter(str(status) for status in answer.states["status"].to_numpy())
    if answer.states.sizes["time"] > 1 or not answer.rows:
        name = pick(answer.network.name)
        solved = sum(count for status, count in counts.items() if is_solved(status))
        title = _("{name}: {solved} of {rows} rows solved").format(name=name, solved=solved, rows=counts.total())
        out.print(f"[bold]{escape(title)}[/]", soft_wrap=True)
        ordered = sorted(counts, key=lambda status: (not is_solved(status), -counts[status], status))
        told = "; ".join(f"{counts[status]} × {steam_status_label(status)}" for status in ordered)
        out.print(escape(f"  {told}"), soft_wrap=True)
    totals = totals_table(answer)
    if totals is not None:
        out.print(report_table(totals))
    if answer.by_need:
        for line in _required_lines(answer):
            out.print(f"[bold]{escape(line)}[/]", soft_wrap=True)
    for row in answer.rows:
        status = steam_status_label(str(row.state["status"].to_numpy()))
        title = _("{name}, {state}: {status}").format(
            name=pick(answer.network.name), state=row_label(answer, row), status=status
        )
        out.print(f"[bold]{escape(title)}[/]", soft_wrap=True)
        _print_row(answer, row)


def _print_row(answer: SteamAnswer, row: SteamRow) -> None:
    from heatnet.cli.show import console, report_table, table
    from heatnet.report.steam_page import used_table

    out = console()
    pressure, degrees, flow = _pressure_heading(), _("Temperature, °C"), _("Flow, t/h")
    out.print(table(_("Plants"), (_("Plant"), pressure, degrees, flow, _("Heat, MW")), _plant_rows(answer, row)))
    if row.profile is not None:
        name = answer.network.display_name("consumers", answer.farthest, language())
        columns = (
            _("Distance, m"),
            pressure,
            degrees,
            _("Superheat, K"),
            _("Dryness, %"),
            _("Velocity, m/s"),
            flow,
        )
        title = _("Along the line to the farthest user, {name}").format(name=name)
        out.print(table(title, columns, _profile_rows(row.profile)))
    user_columns = (
        _("User"),
        flow,
        pressure,
        _("needed"),
        degrees,
        _("Superheat, K"),
        _("Dryness, %"),
        _("dry from, t/h"),
    )
    out.print(table(_("What arrives at the users"), user_columns, _user_rows(answer, row), fold_first=True))
    used = used_table(answer, row)
    if used.rows:
        out.print(report_table(used, fold_first=True))
    out.print(table(_("Network"), (_("Quantity"), _("Value"), _("Where")), _network_rows(answer, row)))


def _number(value: float, digits: int = 1) -> str:
    return "–" if not np.isfinite(value) else f"{value:,.{digits}f}"


def _pressure(p_bar: float) -> str:
    """Return a pressure in the unit in which sentences and pages tell it."""
    factor = pressure_unit()[1]
    return _number(p_bar * factor, pressure_digits(factor))


def _pressure_heading() -> str:
    return _("Pressure, absolute") + _(", {unit}").format(unit=pressure_unit()[0])


def _plant_rows(answer: SteamAnswer, row: SteamRow) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for plant in row.state["plant"].to_numpy():
        one = row.state.sel(plant=plant)
        if float(one["plant_mdot_kg_per_s"]) == 0.0:
            continue
        rows.append(
            (
                answer.network.display_name("plants", str(plant), language()),
                _pressure(float(one["plant_p_bar"])),
                _number(float(one["plant_t_supply_degc"])),
                _number(float(one["plant_mdot_kg_per_s"]) * T_PER_H_PER_KG_PER_S),
                _number(float(one["plant_heat_mw"]), 2),
            )
        )
    return rows


def _profile_rows(profile: xr.Dataset) -> list[tuple[str, ...]]:
    """Return about ten places, equally far apart, the first and the last among them."""
    distance = profile["distance_m"].to_numpy()
    wanted = np.linspace(0.0, distance[-1], _STEPS + 1)
    places = sorted({int(np.abs(distance - metres).argmin()) for metres in wanted[:-1]} | {len(distance) - 1})
    rows: list[tuple[str, ...]] = []
    for place in places:
        one = profile.isel(point=place)
        rows.append(
            (
                _number(float(distance[place]), 0),
                _pressure(float(one["p_bar"])),
                _number(float(one["t_degc"])),
                _number(float(one["superheat_k"])),
                _number(100 * float(one["dryness_share"])),
                _number(float(one["velocity_m_per_s"])),
                _number(float(one["mdot_kg_per_s"]) * T_PER_H_PER_KG_PER_S),
            )
        )
    return rows


def _user_rows(answer: SteamAnswer, row: SteamRow) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for consumer in answer.distance_m.sort_values(kind="stable").index:
        one, dry = row.state.sel(consumer=consumer), row.dry.sel(consumer=consumer)
        rows.append(
            (
                answer.network.display_name("consumers", str(consumer), language()),
                _number(float(one["consumer_mdot_kg_per_s"]) * T_PER_H_PER_KG_PER_S),
                _pressure(float(one["consumer_p_bar"])),
                _pressure(float(answer.network.consumers.at[consumer, "min_p_bar"])),
                _number(float(one["consumer_t_supply_degc"])),
                _number(float(one["consumer_superheat_k"])),
                _number(100 * float(one["consumer_dryness_share"])),
                _number(float(dry["consumer_dry_mdot_kg_per_s"]) * T_PER_H_PER_KG_PER_S),
            )
        )
    return rows


def _network_rows(answer: SteamAnswer, row: SteamRow) -> list[tuple[str, str, str]]:
    state = row.state
    given, loss = float(state["plant_heat_mw"].sum("plant")), float(state["heat_loss_mw"])
    share = f" ({100 * loss / given:.1f} %)" if given > 0 else ""
    velocity = state["pipe_velocity_m_per_s"].to_series()
    fastest = str(velocity.idxmax())
    margin = state["consumer_p_margin_bar"].to_series().dropna()
    rows = [
        (_("Heat loss"), f"{loss:.3f} MW{share}", ""),
        (_("Condensate drained"), f"{_number(float(state['condensate_kg_per_s']) * T_PER_H_PER_KG_PER_S, 2)} t/h", ""),
        (
            _("Highest velocity"),
            f"{velocity[fastest]:.1f} m/s",
            answer.network.display_name("pipes", fastest, language()),
        ),
        (_("Flow above which the steam chokes"), _flow_told(row.limits.choking_kg_per_s), ""),
        (
            _("Largest flow with the pressure that users need"),
            _flow_told(row.limits.needed_kg_per_s),
            _limiting_user(answer, row),
        ),
        (_("Least flow of which none condenses on its way"), _flow_told(row.least_dry_kg_per_s), ""),
        (_("Residual of the heat balance"), f"{float(state['energy_residual_mw']):.1e} MW", ""),
    ]
    if len(margin):
        worst = str(margin.idxmin())
        place = answer.network.display_name("consumers", worst, language())
        rows.insert(
            0, (_("Pressure above the need, worst user"), f"{_pressure(margin[worst])} {pressure_unit()[0]}", place)
        )
    return rows


def _required_lines(answer: SteamAnswer) -> list[str]:
    """Return for each plant that holds the pressure the least one, of the row that needs most, and for whom."""
    from heatnet.io.words import time_text

    lines = []
    holding = answer.network.plants.index[answer.network.plants["role"] == "pressure"]
    for plant in map(str, holding):
        pressure = answer.states["plant_p_bar"].sel(plant=plant).to_series()
        if pressure.isna().all():
            continue
        time = pressure.idxmax()
        margin = answer.states["consumer_p_margin_bar"].sel(time=time).to_series().dropna()
        text = _("Least pressure at {plant} with which every user has his: {p} absolute, for {user}")
        line = text.format(
            plant=answer.network.display_name("plants", plant, language()),
            p=f"{_pressure(pressure[time])} {pressure_unit()[0]}",
            user=answer.network.display_name("consumers", str(margin.idxmin()), language()),
        )
        lines.append(line if answer.is_design else _("{sentence} ({time})").format(sentence=line, time=time_text(time)))
    return lines


def _flow_told(flow_kg_per_s: float) -> str:
    return f"{_number(flow_kg_per_s * T_PER_H_PER_KG_PER_S)} t/h"


def _limiting_user(answer: SteamAnswer, row: SteamRow) -> str:
    found = row.limits.consumer
    return "" if found is None else answer.network.display_name("consumers", found, language())


def print_line_study(summary: Mapping[str, Any]) -> None:
    """Print the finding of a study of one steam line, and what arrives by pipe and flow."""
    from rich.markup import escape

    from heatnet.cli.show import console, say, table
    from heatnet.report.steam_study_page import calendar_told, finding
    from heatnet.web.labels import arrival_label

    out = console()
    out.print(f"[bold]{escape(pick(summary['title']))}[/]", soft_wrap=True)
    for sentence in (*finding(summary), *calendar_told(summary)):
        say(f"  {sentence}")
    columns = (
        _("Pipe"),
        _("Flow, t/h"),
        _pressure_heading(),
        _("Temperature, °C"),
        _("Superheat, K"),
        _("Velocity, m/s"),
        _("Heat loss, MW"),
    )
    names = ("p_bar", "t_degc", "superheat_k", "velocity_m_per_s", "loss_mw")
    rows = []
    for dn, pipe in summary["pipes"].items():
        for flow, one in pipe["flows"].items():
            if one["status"] == "ok":
                cells = (
                    _pressure(one["p_bar"]),
                    *(_number(one[name], 2 if name == "loss_mw" else 0) for name in names if name != "p_bar"),
                )
            else:
                cells = (arrival_label(one["status"]), *["–"] * (len(names) - 1))
            rows.append((f"DN{dn}", flow, *cells))
    out.print(table(_("State at the end of the line"), columns, rows))
