"""The year of each power network: its account in every case, its most loaded places, margins, and duration curves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from heatnet.i18n import _, language
from heatnet.model.power_network import PowerNetwork
from heatnet.report.context import Context
from heatnet.report.svg import svg, text
from heatnet.report.tables import Cell, Column, Row, Table, number
from heatnet.web.results_view import CaseResults

#: rows of the table of the most loaded places
_MOST = 8
_COLOURS = ("#aa3377", "#4477aa", "#228833", "#ee6677", "#66ccee", "#bbbbbb")
_WIDTH, _LEFT, _RIGHT, _TOP, _HEIGHT, _GAP = 720.0, 52.0, 16.0, 34.0, 130.0, 58.0
Entry = Mapping[str, Any]


def power_networks(context: Context) -> list[str]:
    """Return the networks whose power network was solved in some case."""
    names = (name for case in context.ok_cases for name in case.networks if account_of(case, name))
    return list(dict.fromkeys(names))


def account_of(case: CaseResults, network: str) -> Entry:
    """Return the account of a power network in a case; empty where it has none."""
    found: Entry = case.summary.get("by_network", {}).get(network, {}).get("power") or {}
    return found


def season_table(context: Context, network: str) -> Table:
    """Return a power network's account of the year: a row a quantity, a column a case."""
    entries = [account_of(case, network) for case in context.ok_cases]
    rows = []
    for label, unit, digits, value in _lines():
        printer = Column("", digits=digits)
        cells = [value(entry) for entry in entries]
        if any(cell is not None for cell in cells):
            rows.append(Row((label, unit, *(printer.printed(cell) for cell in cells))))
    columns = (
        Column(_("Quantity")),
        Column(_("Unit")),
        *(Column(context.label(case), digits=0) for case in context.ok_cases),
    )
    caption = _("Power network of the year: {network}").format(network=context.network_name(network))
    note = _(
        "The band is what heat pumps, electric boilers and batteries could draw less or more for one hour, as far as the "
        "water of the supply pipes (3 K) and the batteries' levels allow, hour by hour. What limits cost is one figure of the "
        "whole case, told where something limits heat plants."
    )
    if any(stays_above(entry) for entry in entries if entry):
        note = " ".join((note, why_above()))
    return Table(caption, columns, tuple(rows), note)


def stays_above(entry: Entry) -> bool:
    """Return whether hours of a power network stay above a limit though limits hold its heat plants back."""
    return float(entry.get("overloaded_h") or 0) > 0 and float((entry.get("limits") or {}).get("hours") or 0) > 0


def why_above() -> str:
    """Return the sentence that says why hours with an overload stand beside hours that were limited."""
    return _(
        "Why hours stay above 100 % though limits hold heat plants back: the last dispatch moves batteries and plants once more, "
        "so that a tap changer may stand a step lower than where the limit was drawn, and the pumps' power is simulated "
        "afterwards."
    )


def _dig(*path: str, factor: float = 1.0) -> Callable[[Entry], Cell]:
    def read(entry: Entry) -> Cell:
        found: Any = entry
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return None if found is None or isinstance(found, str) else float(found) * factor

    return read


def _lines() -> list[tuple[str, str, int | None, Callable[[Entry], Cell]]]:
    return [
        (_("Drawn from the upper grid"), "MWh", 0, _dig("import_mwh")),
        (_("Given to the upper grid"), "MWh", 0, _dig("export_mwh")),
        (_("Most drawn"), "MW", 1, _dig("import_max_mw")),
        (_("Most given back"), "MW", 1, _dig("export_max_mw")),
        (_("Loads"), "MWh", 0, _dig("load_mwh")),
        (_("of it heat plants and pumps"), "MWh", 0, _heat_loads),
        (_("Cooling power saved by taking data-centre heat"), "MWh", 0, _cooling_saved),
        (_("Generation"), "MWh", 0, _dig("generator_mwh")),
        (_("PV used for heat"), "MWh", 0, _dig("site", "pv_for_heat_mwh")),
        (_("PV not taken"), "MWh", 0, _dig("site", "pv_curtailed_mwh")),
        (_("Batteries, energy given"), "MWh", 0, _dig("site", "battery_given_mwh")),
        (_("Loss of lines and transformers"), "MWh", 0, _dig("loss_mwh")),
        (_("Highest loading"), "%", 1, _most),
        (_("Hours with an overload"), "h", 0, _dig("overloaded_h")),
        (_("Hours outside the voltage band"), "h", 0, _dig("outside_band_h")),
        (_("Hours in which a feeder limited heat plants"), "h", 0, _dig("limits", "hours")),
        (_("What these limits cost"), _("thousand CNY"), 1, _dig("limits", "cost_cny", factor=1e-3)),
        (_("Band down, mean and largest"), "MW", None, lambda e: _pair(e, "down_mean_mw", "down_max_mw")),
        (_("Band up, mean and largest"), "MW", None, lambda e: _pair(e, "up_mean_mw", "up_max_mw")),
        (_("Hours solved"), "h", None, _solved),
        (_("Largest imbalance of an hour"), "kW", 3, _dig("residual_max_mw", factor=1e3)),
        (
            _("Largest difference of a voltage to pandapower"),
            "10⁻⁶ p.u.",
            3,
            _dig("reference_check", "max_dv_pu", factor=1e6),
        ),
    ]


def _heat_loads(entry: Entry) -> Cell:
    loads = entry.get("heat_loads_mwh")
    return sum(float(value) for value in loads.values()) if loads else None


def _cooling_saved(entry: Entry) -> Cell:
    saved = entry.get("cooling_saved_mwh")
    return sum(float(value) for value in saved.values()) if saved else None


def _most(entry: Entry) -> Cell:
    branches = entry.get("branches") or {}
    return max((100.0 * float(row["loading_max_share"]) for row in branches.values()), default=None)


def _pair(entry: Entry, first: str, second: str) -> Cell:
    band = entry.get("band")
    return None if not band else f"{number(band[first], 1)} / {number(band[second], 1)}"


def _solved(entry: Entry) -> Cell:
    if "hours" not in entry:
        return None
    asked = entry["hours"] + entry.get("not_converged_h", 0)
    return _("{solved} of {asked}").format(solved=number(entry["hours"], 0), asked=number(asked, 0))


def loading_table(context: Context, network: str) -> Table:
    """Return the most loaded lines and transformers and the lowest voltages in the case that opens first."""
    case, electric = _shown(context, network)
    entry = account_of(case, network) if case is not None else {}
    branches = list((entry.get("branches") or {}).items())[:_MOST]
    rows = [
        Row(
            (
                _name(electric, f"{row['kind']}s", branch),
                100.0 * row["loading_max_share"],
                str(row["time_max"])[:16],
                row["overloaded_h"],
                row["loss_mwh"],
            )
        )
        for branch, row in branches
    ]
    columns = (
        Column(_("Line or transformer")),
        Column(_("Highest loading"), "%", 1),
        Column(_("When")),
        Column(_("Hours above 100 %"), "h", 0),
        Column(_("Loss of the year"), "MWh", 0),
    )
    caption = _("Most loaded in the power network: {network}, {case}")
    label = context.label(case) if case is not None else ""
    return Table(caption.format(network=context.network_name(network), case=label), columns, tuple(rows))


def voltage_table(context: Context, network: str) -> Table:
    """Return each substation's bus: voltage range of the year, hours outside the band, room for further heat pumps."""
    case, electric = _shown(context, network)
    entry = account_of(case, network) if case is not None else {}
    margins, buses = entry.get("margin_mw") or {}, entry.get("buses") or {}
    rows = [
        Row(
            (
                _name(electric, "buses", bus),
                row["v_min_pu"],
                row["v_max_pu"],
                row["outside_h"],
                margins.get(bus),
            )
        )
        for bus, row in buses.items()
        if bus in margins
    ]
    columns = (
        Column(_("Bus")),
        Column(_("Lowest voltage"), "p.u.", 4),
        Column(_("Highest voltage"), "p.u.", 4),
        Column(_("Hours outside the band"), "h", 0),
        Column(_("Room for further heat pumps"), "MW", 1),
    )
    caption = _("Substations: {network}").format(network=context.network_name(network))
    note = _(
        "Room: power that could be drawn at this bus in its worst hour before anything passes its limit; 0 where something that "
        "it would load further is beyond its limit already."
    )
    return Table(caption, columns, tuple(rows), note)


def _shown(context: Context, network: str) -> tuple[CaseResults | None, PowerNetwork | None]:
    cases = [case for case in context.ok_cases if account_of(case, network)]
    case = next((one for one in cases if one.id == context.shown_case), cases[0] if cases else None)
    return case, None if case is None else case.networks[network].network.electric


def _name(electric: PowerNetwork | None, table: str, element: str) -> str:
    known = electric is not None and element in getattr(electric, table).index
    return electric.display_name(table, element, language()) if electric is not None and known else element


def duration_picture(context: Context, network: str) -> Markup | None:
    """Return the duration curves of the highest loading and of the lowest voltage in every case; None without any."""
    curves = [
        (context.label(case), account_of(case, network).get("duration") or {})
        for case in context.ok_cases
        if account_of(case, network).get("duration")
    ][: len(_COLOURS)]
    if not curves:
        return None
    panels = (
        (_("highest loading of a transformer, %"), "transformer_loading_share", 100.0, 100.0),
        (_("highest loading of a line, %"), "line_loading_share", 100.0, 100.0),
        (_("lowest voltage of a bus, p.u."), "bus_v_min_pu", 1.0, None),
    )
    parts, top = _key([label for label, _curve in curves])
    for title, name, factor, limit in panels:
        parts += _panel(title, [curve.get(name) for _label, curve in curves], factor, limit, top)
        top += _HEIGHT + _GAP
    parts.append(
        text((_LEFT + _WIDTH - _RIGHT) / 2, top - _GAP / 2 + 10, _("share of the hours of the year, %"), "middle")
    )
    title = _("Duration curves of the power network: {network}").format(network=context.network_name(network))
    return svg(_WIDTH, top - _GAP / 2 + 20, title, parts)


def _key(labels: list[str]) -> tuple[list[str], float]:
    parts, y = [], 14.0
    for label, colour in zip(labels, _COLOURS, strict=False):
        parts.append(f'<line x1="{_LEFT}" x2="{_LEFT + 18}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="2.4"/>')
        parts.append(text(_LEFT + 24, y + 4, label))
        y += 17.0
    return parts, y + _TOP


def _panel(
    title: str, curves: list[Mapping[str, float] | None], factor: float, limit: float | None, top: float
) -> list[str]:
    drawn = [(curve, colour) for curve, colour in zip(curves, _COLOURS, strict=False) if curve]
    values = [value * factor for curve, _colour in drawn for value in curve.values()]
    if not values:
        return []
    high = max([*values, *([] if limit is None else [limit])])
    low = 0.0 if limit is not None else min(values)
    high = high if high > low else low + 1e-3
    high += 0.04 * (high - low)

    def y(value: float) -> float:
        return top + _HEIGHT * (1 - (value - low) / (high - low))

    def x(share: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * share

    parts = [text(_LEFT, top - 8, title)]
    digits = 0 if limit is not None else 3
    for value in (0.0, limit / 2, limit) if limit is not None else (low, (low + high) / 2, high):
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#dddddd"/>'
        )
        parts.append(text(_LEFT - 6, y(value) + 4, number(value, digits), "end"))
    if limit is not None:
        line = f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(limit):.1f}" y2="{y(limit):.1f}"'
        parts.append(f'{line} stroke="#333333" stroke-dasharray="5 4"/>')
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(text(x(share), top + _HEIGHT + 15, number(100 * share, 0), "middle"))
    for curve, colour in drawn:
        points = " ".join(f"{x(float(share)):.1f},{y(value * factor):.1f}" for share, value in curve.items())
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
    return parts
