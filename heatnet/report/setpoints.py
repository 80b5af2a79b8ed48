"""The page of chosen setpoints: what they save against the design curve, curves, hours, what limits them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from heatnet.i18n import _, pick, use_language
from heatnet.io.results_store import read_table
from heatnet.io.words import pressure_digits, pressure_unit, unit_label
from heatnet.report.setpoint_picture import Line, Panel, panels_picture
from heatnet.report.steam_page import Section, write_sections
from heatnet.report.tables import Column, Row, Table, number

Summary = Mapping[str, Any]
PAGE, SUMMARY_FILE, HOURLY_FILE = "setpoints.html", "setpoints.json", "setpoints_hourly.parquet"
#: hours of the picture of single hours
_WEEK_H = 168
#: dots of a variant over the outdoor temperature
_DOTS = 700
_THOUSAND = 1e-3


def build_setpoints_page(folder: Path, out: Path | None = None, lang: str = "en") -> Path:
    """Write the page of a folder that `heatnet.study.setpoints.run_setpoints` wrote.

    Parameters
    ----------
    folder : Path
    out : Path, optional
        `setpoints.html` in the folder by default.
    lang : {"en", "zh"}
    """
    summary: Summary = json.loads((folder / SUMMARY_FILE).read_text(encoding="utf-8"))
    hourly = read_table(folder / HOURLY_FILE)
    with use_language(lang):
        title = _("Setpoints of {network}: {case}").format(
            network=pick(summary["network_name"]), case=pick(summary["case_label"])
        )
        command = f"heatnet optimise studies/{summary['study']} --setpoints"
        return write_sections(
            out or folder / PAGE,
            _("Supply temperature and pump head"),
            title,
            setpoint_sections(summary, hourly),
            "",
            command,
        )


def setpoint_sections(summary: Summary, hourly: pd.DataFrame) -> list[Section]:
    """Return the sections of the page, in the current language."""
    sections = [
        Section(_("Finding"), told=setpoint_sentences(summary), strong=True),
        Section(_("Against the design curve"), tables=[saving_table(summary), account_table(summary)], note=_note()),
    ]
    curves = [curve_picture(summary, hourly)]
    tables = [table for table in (curve_table(summary, hourly),) if table.rows]
    sections.append(Section(_("Heating curve"), tables=tables, pictures=curves))
    sections.append(Section(_("The season, means of a day"), pictures=[season_picture(summary, hourly)]))
    sections.append(Section(_("A week as cold as the season's mean"), pictures=[week_picture(summary, hourly)]))
    sections.append(Section(_("What was chosen from"), told=[_options_told(summary)]))
    if summary["geometry_note"]:
        sections.append(Section(_("Limits"), told=[pick(summary["geometry_note"]), _limits_told()]))
    else:
        sections.append(Section(_("Limits"), told=[_limits_told()]))
    return sections


def variant_labels() -> dict[str, str]:
    """Return the name of each trial in the current language."""
    return {
        "design": _("design curve"),
        "hour_design": _("by hour, heat as under the design curve"),
        "curve_design": _("heating curve, heat as under the design curve"),
        "hour_full": _("by hour, all heat"),
        "curve_full": _("heating curve, all heat"),
    }


def _label(name: str) -> str:
    return variant_labels().get(name, name)


def setpoint_sentences(summary: Summary) -> list[str]:
    """Return what was found, most important first."""
    trials = summary["trials"]
    design = trials["design"]
    told = [_told(name, trial) for name, trial in trials.items() if name != "design"]
    if design["missing_mwh"] > 0.5:
        told.append(
            _("Under the design curve stations lack {heat} MWh in {hours} of {all} hours.").format(
                heat=number(design["missing_mwh"], 0), hours=design["hours_short"], all=summary["hours"]
            )
        )
    if summary["options"]["head"] == "hour":
        told.append(_head_told(design))
    return [*told, *_check_told(summary["reference_check"])]


def _head_told(design: Mapping[str, Any]) -> str:
    """Return what a head that follows the worst consumer saves on the design curve."""
    unit, factor = pressure_unit()
    words = _("A head that follows the worst consumer instead of {head} {unit} all season saves {cost} thousand CNY.")
    head = number(design["head_max_bar"] * factor, pressure_digits(factor))
    return words.format(head=head, unit=unit, cost=number(design["constant_head_cny"] * _THOUSAND, 0))


def _check_told(check: Mapping[str, Any]) -> list[str]:
    """Return how far pandapipes lies from the season engine in a sample of the first variant's hours."""
    if not check["compared"]:
        return []
    return [
        _(
            "Checked with pandapipes in {hours} hours: at most {kelvin:.1g} K, {bar:.1g} bar and {flow:.1g} of the "
            "largest flow apart."
        ).format(
            hours=check["compared"],
            kelvin=check["max_temperature_difference_k"],
            bar=check["max_pressure_difference_bar"],
            flow=check["max_flow_difference_share"],
        )
    ]


def _told(name: str, trial: Mapping[str, Any]) -> str:
    saved = trial["saving"]
    words = (
        _("{name}: {cny} thousand CNY a year less at equal heat, {co2} t of CO₂ less")
        if saved["equal_heat_cny"] >= 0
        else _("{name}: {cny} thousand CNY a year more at equal heat, {co2} t of CO₂ less")
    )
    parts = [
        words.format(
            name=_capital(_label(name)),
            cny=number(abs(saved["equal_heat_cny"]) * _THOUSAND, 0),
            co2=number(saved["equal_heat_co2_t"], 0),
        )
    ]
    parts.append(
        _("pumps save {pump} MWh, pipes lose {loss} MWh more, {missing} MWh of heat more arrive").format(
            pump=number(saved["pump_mwh"], 0),
            loss=number(-saved["loss_mwh"], 0),
            missing=number(saved["missing_mwh"], 0),
        )
    )
    parts.append(_("waste heat {heat} GJ more").format(heat=number(saved["waste_heat_gj"], 0)))
    return _("; ").join(parts) + _(".")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _columns(summary: Summary) -> list[str]:
    return list(summary["trials"])


def saving_table(summary: Summary) -> Table:
    """Return what each variant saves against the design curve."""
    names = [name for name in _columns(summary) if name != "design"]
    lines = (
        (_("Cost at equal heat"), _("thousand CNY"), 1, "equal_heat_cny", _THOUSAND),
        (_("Cost as simulated"), _("thousand CNY"), 1, "total_cny", _THOUSAND),
        (_("CO₂ at equal heat"), "t", 0, "equal_heat_co2_t", 1.0),
        (_("Loss of the pipes"), "MWh", 0, "loss_mwh", 1.0),
        (_("Electricity of the pumps"), "MWh", 0, "pump_mwh", 1.0),
        (_("Heat missing at stations"), "MWh", 0, "missing_mwh", 1.0),
        (_("Waste heat taken up (more)"), "GJ", 0, "waste_heat_gj", 1.0),
    )
    rows = []
    for label, unit, digits, key, factor in lines:
        printer = Column("", digits=digits, factor=factor)
        cells = (printer.printed(summary["trials"][name]["saving"][key]) for name in names)
        rows.append(Row((label, unit, *cells)))
    columns = (Column(_("Saved")), Column(_("Unit")), *(Column(_label(name), digits=0) for name in names))
    return Table(_("What is saved against the design curve"), columns, tuple(rows), _("A minus is more."))


def account_table(summary: Summary) -> Table:
    """Return the account of every trial."""
    unit, factor = pressure_unit()
    digits = pressure_digits(factor)
    money = unit_label("CNY")
    lines: list[tuple[str, str, int, str, float]] = [
        (_("Cost at equal heat"), money, 0, "equal_heat_cny", 1.0),
        (_("Cost as simulated"), money, 0, "total_cny", 1.0),
        ("CO₂", "t", 0, "co2_t", 1.0),
        (_("Loss of the pipes"), "MWh", 0, "loss_mwh", 1.0),
        (_("Electricity of the pumps"), "MWh", 0, "pump_mwh", 1.0),
        (_("Heat missing at stations"), "MWh", 0, "missing_mwh", 1.0),
        (_("Hours in which a station lacks heat"), "h", 0, "hours_short", 1.0),
        (_("Hours without a solution"), "h", 0, "hours_unsolved", 1.0),
        (_("Waste heat taken up"), "GJ", 0, "waste_heat_gj", 1.0),
        (_("Mean supply temperature"), "°C", 1, "t_supply_mean_degc", 1.0),
        (_("Mean return temperature"), "°C", 1, "t_return_mean_degc", 1.0),
        (_("Fastest change of the supply temperature"), "K/h", 1, "ramp_max_k_per_h", 1.0),
        (_("Mean head"), unit, digits, "head_mean_bar", factor),
        (_("Largest head"), unit, digits, "head_max_bar", factor),
    ]
    trials = summary["trials"]
    rows = []
    for label, of_unit, places, key, times in lines:
        printer = Column("", digits=places, factor=times)
        rows.append(Row((label, of_unit, *(printer.printed(trial[key]) for trial in trials.values()))))
    broken = [str(sum(trial["hours_broken"].values())) for trial in trials.values()]
    rows.append(Row((_("Limits of velocity, pressure, temperature broken"), "h", *broken)))
    columns = (Column(_("Quantity")), Column(_("Unit")), *(Column(_label(name), digits=0) for name in trials))
    return Table(_("Accounts as simulated"), columns, tuple(rows))


def _note() -> str:
    return _(
        "Cost: heat and process steam of the network's year by its dispatch, electricity of the pumps by tariff, CO₂ price. "
        "Equal heat: what the heat that stations lacked would have cost, at the price of a further MWh of each hour, is added."
    )


def curve_table(summary: Summary, hourly: pd.DataFrame) -> Table:
    """Return the points of the heating curves, with the design curve at the same outdoor temperatures."""
    order = np.argsort(hourly["t_outdoor_filtered_degc"].to_numpy(), kind="stable")
    outdoor = hourly["t_outdoor_filtered_degc"].to_numpy()[order]
    design = hourly["design_t_supply_degc"].to_numpy()[order]
    rows: list[Row] = []
    for name, curve in summary["curves"].items():
        rows.append(Row((_label(name),), "subheading"))
        rows += [
            Row((x, t, float(np.interp(x, outdoor, design))))
            for x, t in zip(curve["t_outdoor_degc"], curve["t_supply_degc"], strict=True)
        ]
    columns = (
        Column(_("Filtered outdoor temperature"), "°C", 1),
        Column(_("Supply temperature"), "°C", 1),
        Column(_("Design curve there"), "°C", 1),
    )
    note = _("Straight lines between the points, constant beyond them.")
    return Table(_("Points of the heating curve"), columns, tuple(rows), note)


def curve_picture(summary: Summary, hourly: pd.DataFrame) -> Markup:
    """Return the design curve, the heating curves and the hours of the setpoints over the filtered outdoor temperature."""
    outdoor = hourly["t_outdoor_filtered_degc"].to_numpy()
    order = np.argsort(outdoor, kind="stable")
    some = order[:: max(1, len(order) // _DOTS)]
    lines = []
    for place, name in enumerate(_columns(summary)):
        supply = hourly[f"{name}_t_supply_degc"].to_numpy()
        dots = name.startswith("hour")
        chosen = some if dots else order
        lines.append(Line(_label(name), place, outdoor[chosen], supply[chosen], dots))
    ticks = [(float(mark), number(float(mark), 0)) for mark in np.arange(-30, 31, 2)]
    panel = Panel(_("supply temperature, °C"), sorted(lines, key=lambda line: not line.dots))
    return panels_picture(_("Heating curves"), [panel], ticks, _("filtered outdoor temperature, °C"))


def season_picture(summary: Summary, hourly: pd.DataFrame) -> Markup:
    """Return supply temperature, head and saving by day, from the season's first day on; the summer is left out."""
    daily = hourly.select_dtypes("number").resample("D").mean().dropna(how="all")
    gaps = np.diff(daily.index.to_numpy(), append=daily.index[0].to_numpy() + np.timedelta64(365, "D"))
    first = (int(np.argmax(gaps)) + 1) % len(daily)
    daily = pd.concat([daily.iloc[first:], daily.iloc[:first]])
    days = np.arange(len(daily), dtype=float)
    unit, factor = pressure_unit()
    panels = [
        Panel(_("supply temperature, °C"), _lines(summary, daily, days, "t_supply_degc")),
        Panel(_("head of the pumps, {unit}").format(unit=unit), _lines(summary, daily, days, "head_bar", factor)),
        Panel(_("saved since the first day, thousand CNY"), _savings(summary, daily, days)),
    ]
    ticks = [(float(i), f"{day:%m-%d}") for i, day in enumerate(daily.index) if day.day == 1]
    return panels_picture(_("The season by day"), panels, ticks, _("month and day"))


def week_picture(summary: Summary, hourly: pd.DataFrame) -> Markup:
    """Return supply temperature, head and missing heat of the hours of a week as cold as the season's mean."""
    week = _usual_week(hourly)
    hours = (week.index - week.index[0]).total_seconds().to_numpy() / 3600.0
    unit, factor = pressure_unit()
    panels = [
        Panel(_("supply temperature, °C"), _lines(summary, week, hours, "t_supply_degc")),
        Panel(_("head of the pumps, {unit}").format(unit=unit), _lines(summary, week, hours, "head_bar", factor)),
        Panel(_("heat missing at stations, MW"), _lines(summary, week, hours, "shortfall_mw"), from_zero=True),
    ]
    ticks = [(float(hour), f"{time:%m-%d}") for hour, time in zip(hours, week.index, strict=True) if time.hour == 0]
    return panels_picture(_("A week by hour"), panels, ticks, _("month and day"))


def _usual_week(hourly: pd.DataFrame) -> pd.DataFrame:
    """Return the week without a gap whose mean filtered outdoor temperature is nearest to the season's."""
    outdoor = hourly["t_outdoor_filtered_degc"].to_numpy()
    if len(outdoor) <= _WEEK_H:
        return hourly
    off = np.abs(np.convolve(outdoor, np.full(_WEEK_H, 1.0 / _WEEK_H), "valid") - outdoor.mean())
    times = hourly.index.to_numpy()
    whole = times[_WEEK_H - 1 :] - times[: len(off)] == np.timedelta64(_WEEK_H - 1, "h")
    first = int(np.argmin(np.where(whole, off, np.inf)))
    return hourly.iloc[first : first + _WEEK_H]


def _lines(summary: Summary, frame: pd.DataFrame, x: np.ndarray, key: str, factor: float = 1.0) -> list[Line]:
    return [
        Line(_label(name), place, x, frame[f"{name}_{key}"].to_numpy(dtype=float) * factor)
        for place, name in enumerate(_columns(summary))
    ]


def _savings(summary: Summary, daily: pd.DataFrame, x: np.ndarray) -> list[Line]:
    """Return the sums of what is saved at equal heat; daily means are of 24 hours."""
    base = daily["design_cost_cny"].to_numpy(dtype=float)
    return [
        Line(_label(name), place, x, np.cumsum(24.0 * _THOUSAND * (base - daily[f"{name}_cost_cny"].to_numpy())))
        for place, name in enumerate(_columns(summary))
        if name != "design"
    ]


def _options_told(summary: Summary) -> str:
    options = summary["options"]
    return _(
        "Supply temperatures of {low} to {high} °C, at most {ramp} K from hour to hour, first every {step} K, then {times} times "
        "finer by four around the best; heating curves of {points} points; at least {approach} K above the secondary supply."
    ).format(
        low=number(options["t_min_degc"], 0),
        high=number(options["t_max_degc"], 0),
        ramp=number(options["ramp_k_per_h"], 1),
        step=number(options["step_k"], 1),
        times=options["refinements"],
        points=options["curve_points"],
        approach=number(options["approach_min_k"], 0),
    )


def _limits_told() -> str:
    return _(
        "Steady states hour by hour: water on its way and heat in the pipes' water do not count. A station takes at most its "
        "design flow. The power network's limits and the photovoltaics of a site do not count here."
    )
