"""The year of each steam network: its account in every case, its contracts, and the states along the way in some hours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from heatnet.i18n import _, language, pick
from heatnet.io.results_store import DESIGN_LABEL
from heatnet.io.words import pressure_digits, pressure_unit
from heatnet.physics.water import saturation_temperature_degc
from heatnet.report.context import Context
from heatnet.report.steam_picture import SteamCurve, steam_picture
from heatnet.report.tables import Cell, Column, Row, Table, number
from heatnet.report.upstream import upstream_pipes
from heatnet.units import T_PER_H_PER_KG_PER_S
from heatnet.web.labels import hour_label, steam_status_label
from heatnet.web.results_view import CaseResults, NetworkResults

#: steam is wet below this dryness: single precision in the files
_DRY_SHARE = 1.0 - 1e-6
_MEDIAN_PERCENT = 50
#: a flow that is this much larger has curves of its own
_CLEARLY_MORE = 1.05
Entry = Mapping[str, Any]
#: label, unit, decimals (None for text) and where the account has it
_Line = tuple[str, str, int | None, Callable[[Entry], Cell]]


def steam_networks(context: Context) -> list[str]:
    """Return the networks whose steam pipes were solved in some case."""
    names = (name for case in context.ok_cases for name in case.networks if _account(case, name))
    return list(dict.fromkeys(names))


def _account(case: CaseResults, network: str) -> Entry:
    found: Entry = case.summary.get("by_network", {}).get(network, {}).get("steam") or {}
    return found


def season_table(context: Context, network: str) -> Table:
    """Return a steam network's account of the year: a row a quantity that some case has, a column a case."""
    entries = [_account(case, network) for case in context.ok_cases]
    rows = []
    for label, unit, digits, value in [*_amount_lines(), *_limit_lines(), *_solution_lines()]:
        printer = Column("", digits=digits)
        cells = [value(entry) for entry in entries]
        if any(cell is not None for cell in cells):
            rows.append(Row((label, unit, *(printer.printed(cell) for cell in cells))))
    columns = (
        Column(_("Quantity")),
        Column(_("Unit")),
        *(Column(context.label(case), digits=0) for case in context.ok_cases),
    )
    caption = _("Steam of the year: {network}").format(network=context.network_name(network))
    note = _(
        "Heat lost on the way: what the plants give less what process users and exchange stations take, drained "
        "condensate included."
    )
    return Table(caption, columns, tuple(rows), " ".join((note, *_unused_heat(context, network))))


def _unused_heat(context: Context, network: str) -> list[str]:
    """Return by how much the heat of the balance exceeds that of the pipes, in cases that throw some steam away."""
    told = []
    for case in context.ok_cases:
        terms = (_account(case, network).get("contracts") or {}).values()
        heat = sum(float(_dig("dumped_t")(one) or 0.0) * float(_dig("heat_mwh_per_t")(one) or 0.0) for one in terms)
        if heat >= 1.0:
            told.append(_("{case}: {heat} MWh").format(case=context.label(case), heat=number(heat, 0)))
    if not told:
        return []
    note = _(
        "In the balance of sources and loads all sources give more heat than the plants here: steam taken and not used, which "
        "never enters the pipes ({cases})."
    )
    return [note.format(cases=_("; ").join(told))]


def _dig(*path: str) -> Callable[[Entry], Cell]:
    """Return what reads a number of an account; None where the account does not have it."""

    def read(entry: Entry) -> Cell:
        found: Any = entry
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found if found is None or isinstance(found, str) else float(found)

    return read


def _times(value: Cell, factor: float) -> float | None:
    return None if value is None or isinstance(value, str) else value * factor


def _amount_lines() -> list[_Line]:
    return [
        (_("Steam from the plants"), "t", 0, _dig("steam_t", "plants")),
        (_("of it to process users"), "t", 0, _dig("steam_t", "process")),
        (_("of it to exchange stations"), "t", 0, _dig("steam_t", "stations")),
        (_("Condensate drained on the way"), "t", 0, _dig("steam_t", "condensate")),
        (_("Heat from the plants"), "MWh", 0, _dig("heat_mwh", "plants")),
        (_("Heat lost on the way"), "MWh", 0, _dig("heat_mwh", "lost")),
        (_("of it through the insulation"), "MWh", 0, _dig("loss_mwh")),
        (_("Heat lost through the insulation, share"), "%", 2, lambda e: _times(_dig("loss_share")(e), 100.0)),
        (
            _("Loss that the dispatch assumed, against this"),
            "%",
            1,
            lambda e: _times(_dig("loss_difference_share")(e), 100.0),
        ),
    ]


def _limit_lines() -> list[_Line]:
    unit, bar = pressure_unit()
    return [
        (
            _("Least pressure above a user's need"),
            unit,
            pressure_digits(bar),
            lambda e: _times(_dig("least_margin", "p_bar")(e), bar),
        ),
        (_("at"), "", None, lambda e: _place(e.get("least_margin"))),
        (
            _("Hours with a user below the pressure that he needs"),
            "h",
            0,
            # where nobody states a need, nobody can be below it
            lambda e: _dig("hours_below_pressure")(e) if e.get("least_margin") else None,
        ),
        (_("Hours in which steam condenses on its way"), "h", 0, _dig("hours_wet")),
        (_("Highest velocity"), "m/s", 1, _dig("largest_velocity", "m_per_s")),
        (_("in pipe"), "", None, lambda e: _place(e.get("largest_velocity"))),
    ]


def _solution_lines() -> list[_Line]:
    return [
        (_("Solved hours of the year"), "h", None, _solved_hours),
        (_("Hours by status"), "", None, _statuses),
        (_("Largest heat imbalance of an hour"), "10⁻⁶", 3, lambda e: _times(_dig("max_relative_residual")(e), 1e6)),
    ]


def _place(found: Entry | None) -> str | None:
    return None if not found else f"{pick(found['name'])}, {str(found.get('time') or '').replace('T', ' ')}"


def _solved_hours(entry: Entry) -> str | None:
    solved, asked = entry.get("hours_ok"), entry.get("hours_simulated")
    if solved is None or asked is None:
        return None
    return _("{solved} of {asked}").format(solved=number(solved, 0), asked=number(asked, 0))


def _statuses(entry: Entry) -> str | None:
    """Return the hours by status in words, most hours first."""
    told = sorted((entry.get("hours_by_status") or {}).items(), key=lambda item: (-item[1], item[0]))
    return _("; ").join(f"{steam_status_label(status)}: {number(count, 0)}" for status, count in told) or None


def contract_table(context: Context, network: str) -> Table:
    """Return the steam that power plants give against their contracts, a row a case and plant."""
    rows = []
    for case in context.ok_cases:
        for unit, terms in (_account(case, network).get("contracts") or {}).items():
            numbers = (
                _dig(key)(terms)
                for key in ("steam_t", "year_max_t", "take_year_min_t", "take_min_t_per_h", "heat_mwh_per_t")
            )
            more = (_dig(key)(terms) for key in ("hours_at_minimum", "dumped_t", "line_limit_hours", "power_lost_mwh"))
            rows.append(Row((context.label(case), context.unit_name(case, unit), *numbers, *more)))
    columns = (
        Column(_("Case")),
        Column(_("Plant")),
        Column(_("Steam of the year"), "t", 0),
        Column(_("at most a year"), "t", 0),
        Column(_("at least a year"), "t", 0),
        Column(_("at least in every hour"), "t/h", 1),
        Column(_("Heat per tonne at its gate"), "MWh/t", 3),
        Column(_("Hours at the least flow"), "h", 0),
        Column(_("Steam taken and not used"), "t", 0),
        Column(_("Hours in which the line limits the flow"), "h", 0),
        Column(_("Power lost at the turbine"), "MWh", 0),
    )
    caption = _("Contracts of steam: {network}").format(network=context.network_name(network))
    return Table(caption, columns, tuple(rows), _contract_note(context, network))


def _contract_note(context: Context, network: str) -> str:
    """Return by how much steam of the contracts and steam of the pipes differ, in cases that throw some away."""
    told = []
    for case in context.ok_cases:
        terms = (_account(case, network).get("contracts") or {}).values()
        dumped = sum(float(_dig("dumped_t")(one) or 0.0) for one in terms)
        if dumped >= 1.0:
            told.append(_("{case}: {dumped} t").format(case=context.label(case), dumped=number(dumped, 0)))
    if not told:
        return ""
    note = _(
        "Steam taken and not used is paid for and never enters the pipes: steam from the plants in the table above is this steam "
        "of the year less that ({cases}), and what other plants give."
    )
    return note.format(cases=_("; ").join(told))


def steam_drawing(results: NetworkResults) -> tuple[str, Markup] | None:
    """Return the states along the way to the farthest consumer in some hours, with a title; None where there are none.

    The hours are those of `shown_hours`.
    """
    hours = shown_hours(results)
    farthest = farthest_consumer(results, hours[0]) if hours else None
    if farthest is None:
        return None
    curves = []
    for time in hours:
        states = states_along(results, farthest, time)
        if states is not None:
            curves.append(SteamCurve.of(_curve_label(results, time), states))
    table = results.network.steam.consumers if results.network.steam is not None else results.network.plants
    is_user = farthest in table.index
    network = results.network.steam if is_user and results.network.steam is not None else results.network
    name = network.display_name("consumers" if is_user else "plants", farthest, language())
    title = _("Along the way to the farthest user, {name}").format(name=name)
    return (title, steam_picture(curves, title, _need_bar(results, farthest, hours))) if curves else None


def _curve_label(results: NetworkResults, time: Any) -> str:
    flow = number(float(_plant_flow(results)[time]) * T_PER_H_PER_KG_PER_S, 0)
    word = hour_label(str(results.steam_hours.at[time, "label"]))
    stamp = f"{time:%m-%d %H:%M}" if isinstance(time, pd.Timestamp) else f"{time:g} s"
    return _("{word}, {time}: {flow} t/h").format(word=word, time=stamp, flow=flow)


def _plant_flow(results: NetworkResults) -> pd.Series:
    return results.steam["plant_mdot_kg_per_s"].sum(axis=1, min_count=1).dropna()


def shown_hours(results: NetworkResults) -> list[Any]:
    """Return the solved hours of highest load, of median load and of least flow among the labelled ones, in this order.

    An hour may be several of these; the median is the load quantile next to 50 %. The hour of largest flow is one of them
    where it has more than that of highest load.
    """
    if "plant_mdot_kg_per_s" not in results.steam:
        return []
    flow = _plant_flow(results)
    flow = flow[flow.index.isin(results.steam_hours.index)]
    if flow.empty:
        return []
    labels = results.steam_hours["label"].reindex(flow.index)
    quantiles = pd.to_numeric(labels.str.removeprefix("p"), errors="coerce").dropna()
    median = [(quantiles - _MEDIAN_PERCENT).abs().idxmin()] if len(quantiles) else []
    design = [time for time in flow.index if labels[time] == DESIGN_LABEL]
    largest = [flow.idxmax()] if not design or flow.max() > _CLEARLY_MORE * flow[design[0]] else []
    return list(dict.fromkeys([*design, *largest, *median, flow.idxmin()]))


def _node_of(results: NetworkResults, consumer: str) -> str | None:
    """Return the node at which a process user or an exchange station of the water network takes its steam."""
    steam = results.network.steam
    for table in (steam.consumers if steam is not None else None, results.network.plants):
        if table is not None and consumer in table.index:
            return str(table.at[consumer, "node"])
    return None


def farthest_consumer(results: NetworkResults, time: Any) -> str | None:
    """Return the consumer with the longest way from the plant among those that take steam in an hour; None without one."""
    taken = results.steam["consumer_mdot_kg_per_s"].loc[time]
    away = {}
    for consumer in taken.index[(taken > 0).to_numpy()]:
        node = _node_of(results, str(consumer))
        if node is not None:
            away[str(consumer)] = sum(length for *_ends, length in _way(results, node, time))
    farthest = max(away, key=lambda consumer: away[consumer], default=None)
    return farthest if farthest is not None and away[farthest] > 0 else None


def _way(results: NetworkResults, node: str, time: Any) -> list[tuple[str, str, str, float]]:
    steam = results.network.steam
    if steam is None:
        return []
    start, end = (results.steam[f"pipe_mdot{which}_kg_per_s"].loc[time] for which in ("", "_end"))
    # a pipe into which steam comes from both ends passes nothing on
    return upstream_pipes(steam, node, start.where(start * end > 0, 0.0))


def states_along(results: NetworkResults, consumer: str, time: Any) -> pd.DataFrame | None:
    """Return the states on the way to a consumer in an hour: at the nodes, and where steam begins to condense.

    Returns
    -------
    pandas.DataFrame or None
        `distance_m`, `p_bar`, `t_degc`, `superheat_k`, `dryness_share`; the states between two rows are nearly straight. A
        jump of dryness at a place is a trap. None where no steam comes.
    """
    node = _node_of(results, consumer)
    way = _way(results, node, time) if node is not None else []
    if not way:
        return None

    def at(name: str, element: str) -> float:
        frame = results.steam.get(name)
        return float(frame.at[time, element]) if frame is not None and element in frame.columns else float("nan")

    def of_node(place: str, metres: float) -> tuple[float, ...]:
        names = ("node_p_bar", "node_t_degc", "node_superheat_k", "node_dryness_share")
        return metres, *(at(name, place) for name in names)

    rows, total = [of_node(way[0][1], 0.0)], 0.0
    for pipe, start, end, length in way:
        p_start, p_end = at("node_p_bar", start), at("node_p_bar", end)
        begins, dryness = at("pipe_condensation_m", pipe), at("pipe_dryness_share", pipe)
        if 0.0 < begins < length:
            p = p_start + (p_end - p_start) * begins / length
            rows.append((total + begins, p, float(saturation_temperature_degc(p)), 0.0, 1.0))
        total += length
        if dryness < _DRY_SHARE:
            rows.append((total, p_end, float(saturation_temperature_degc(p_end)), 0.0, dryness))
        rows.append(of_node(end, total))
    return pd.DataFrame(rows, columns=["distance_m", "p_bar", "t_degc", "superheat_k", "dryness_share"])


def _need_bar(results: NetworkResults, consumer: str, hours: list[Any]) -> float | None:
    """Return the pressure that a consumer needs: what arrives less what it is above the need."""
    arrives, margin = (results.steam.get(f"consumer_{name}") for name in ("p_bar", "p_margin_bar"))
    if arrives is None or margin is None or consumer not in margin.columns:
        return None
    need = (arrives[consumer] - margin[consumer]).reindex(hours).dropna()
    return float(np.median(need)) if len(need) else None
