"""The verdict of a study on one screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from heatnet.i18n import _, pick

Entry = dict[str, Any]


def print_verdict(title: str, summary: Entry, folder: Path) -> None:
    """Print rates, heat, CO2, cost, unmet heat, the worst consumer, and where the files lie."""
    from rich.markup import escape

    from heatnet.cli.show import console, table

    out = console()
    out.print(f"[bold]{escape(title)}[/]")
    cases = summary["cases"]
    good = {name: entry for name, entry in cases.items() if entry["status"] == "ok"}
    columns = (_("Case"), *(pick(entry["label"]) for entry in good.values()))
    out.print(escape(headline_sentence(summary)))
    out.print(table(_rate_title(summary), columns, _rate_rows(summary, good)))
    out.print(table(_("Heat by source, TJ"), columns, _heat_rows(good)))
    out.print(table(_("CO2, cost, supply"), columns, _account_rows(summary, good)))
    for name, entry in cases.items():
        if entry["status"] != "ok":
            out.print(escape(f"{name}: {entry['status']}, {entry['reason']}"))
    for label, file in ((_("Report"), "report.html"), (_("Map"), "map.html"), (_("Excel"), "results.xlsx")):
        out.print(escape(f"{label}: {folder / file}"), soft_wrap=True)


def _headline(summary: Entry) -> tuple[str, str, str, str]:
    choice = summary["headline"]
    return choice["set"], choice["counting"], choice["denominator"], choice["period"]


def _zone_of(summary: Entry, entry: Entry) -> Entry:
    zone: Entry = entry["zones"][summary["headline"]["zone"]]
    return zone


def _dig(tables: Entry, path: tuple[str, ...]) -> Any:
    value: Any = tables
    for key in path:
        value = value[key]
    return value


def _percent(value: float | None, span: list[float] | None) -> str:
    if value is None:
        return "–"
    if span is None or span[1] - span[0] < 5e-4:
        return f"{100 * value:.1f} %"
    return f"{100 * value:.1f} % ({100 * span[0]:.1f}–{100 * span[1]:.1f})"


def headline_sentence(summary: Entry) -> str:
    """Return in one sentence whether the target is reached, by the plan's case, as a range."""
    name = summary.get("plan_case") or next(iter(summary["cases"]))
    entry = summary["cases"].get(name)
    if entry is None or entry["status"] != "ok":
        return _("No verdict: the plan's case has no result.")
    zone = _zone_of(summary, entry)
    value, span = _dig(zone["substitution"], _headline(summary)), _dig(zone["substitution_range"], _headline(summary))
    if not zone["rate_allowed"] or value is None:
        return _("No verdict: more than 0.1 % of the heat is unmet.")
    target = summary["target_share"]
    low, high = span or (value, value)
    words = _("reaches") if low >= target else _("does not reach") if high < target else _("reaches, within its range,")
    return _("{label} {words} {target:.0f} %: {rate}.").format(
        label=pick(entry["label"]), words=words, target=100 * target, rate=_percent(value, span)
    )


def _rate_title(summary: Entry) -> str:
    zone = summary["headline"]["zone"]
    return _("Industrial waste-heat substitution rate, {zone} (range: what the plan's coal figures leave open)").format(
        zone=zone_label(zone, summary)
    )


def zone_label(zone: str, summary: Entry) -> str:
    """Return a zone's display name."""
    named = {"east_west": _("East and West zones"), "teda": _("TEDA")}
    network = summary["networks"].get(zone)
    return pick(network["name"]) if network else named.get(zone, zone)


def _rate_rows(summary: Entry, cases: dict[str, Entry]) -> list[list[str]]:
    first = _headline(summary)
    shown = [
        (_("plan's sources, power deducted, of space heat (headline)"), first),
        (_("plan's sources, as delivered, of space heat"), ("plan", "delivered", *first[2:])),
        (_("plan's sources, fossil heat displaced, of space heat"), ("plan", "displaced", *first[2:])),
        (_("plan's sources, power deducted, with process steam, year"), ("plan", "recovered", "with_process", "year")),
        (_("with geothermal, power deducted, of space heat"), ("broad", "recovered", *first[2:])),
        (_("process waste heat alone, of space heat"), ("strict", "recovered", *first[2:])),
    ]
    rows = []
    for label, path in shown:
        cells = []
        for entry in cases.values():
            zone = _zone_of(summary, entry)
            cells.append(_percent(_dig(zone["substitution"], path), _dig(zone["substitution_range"], path)))
        rows.append([label, *cells])
    return rows


def _heat_rows(cases: dict[str, Entry]) -> list[list[str]]:
    units = dict.fromkeys(unit for entry in cases.values() for unit in entry["heat_by_plant_mwh"])
    rows = []
    for unit in units:
        heat = [entry["heat_by_plant_mwh"].get(unit, 0.0) * 3.6e-3 for entry in cases.values()]
        if max(heat) >= 0.05:
            rows.append([unit, *(f"{value:,.0f}" if value >= 0.5 else "–" for value in heat)])
    return rows


def _account_rows(summary: Entry, cases: dict[str, Entry]) -> list[list[str]]:
    entries = list(cases.values())

    def row(label: str, values: list[str]) -> list[str]:
        return [label, *values]

    def co2(reading: str) -> list[str]:
        return [f"{entry['co2'][reading]['total_t_co2'] / 1e3:,.1f}" for entry in entries]

    rows = [
        row(_("CO2, average power factor, kt"), co2("average")),
        row(_("CO2, marginal power factor, kt"), co2("marginal")),
        row(_("Coal, t"), [f"{e['fuel']['coal_t']:,.0f}" for e in entries]),
        row(_("Gas, million m³"), [f"{e['fuel']['gas_m3'] / 1e6:,.1f}" for e in entries]),
        row(_("Operating cost, million CNY"), [f"{e['cost']['total_cny'] / 1e6:,.1f}" for e in entries]),
        row(_("Unmet heat"), [f"{100 * e['unmet_share']:.3f} %" for e in entries]),
    ]
    for network in summary["networks"]:
        states = [e["by_network"].get(network) for e in entries]
        if not any(states):
            continue
        name = pick(summary["networks"][network]["name"])
        rows.append(row(_("{network}: worst consumer").format(network=name), [_worst(state) for state in states]))
        rows.append(row(_("{network}: loss, of gate heat").format(network=name), [_loss(state) for state in states]))
        rows.append(row(_("{network}: hours solved").format(network=name), [_hours(state) for state in states]))
    return rows


def _worst(state: Entry | None) -> str:
    worst = (state or {}).get("worst_consumer")
    return f"{worst['dp_bar']:.2f} bar, {pick(worst['name'])}" if worst else "–"


def _loss(state: Entry | None) -> str:
    return f"{100 * state['season_loss_share']:.1f} %" if state else "–"


def _hours(state: Entry | None) -> str:
    return f"{state['hours_ok']} / {state['hours_simulated']}" if state else "–"
