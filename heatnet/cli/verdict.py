"""The verdict of a study on one screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from heatnet.cli.verdict_electric import electric_blocks, electric_sentences
from heatnet.cli.verdict_power import power_sentences
from heatnet.cli.verdict_steam import steam_sentences
from heatnet.cli.verdict_switching import switching_blocks, switching_sentences
from heatnet.cli.verdict_uptake import uptake_sentences
from heatnet.i18n import _, pick
from heatnet.units import TJ_PER_MWH

Entry = dict[str, Any]


def print_verdict(title: str, summary: Entry, folder: Path) -> None:
    """Print rates, heat, CO2, cost, unmet heat, the worst consumer, and where the files lie."""
    from rich.markup import escape

    from heatnet.cli.show import console, table, warn
    from heatnet.report.penalties import penalty_sentences

    out = console()
    out.print(f"[bold]{escape(title)}[/]")
    cases = summary["cases"]
    good = {name: entry for name, entry in cases.items() if entry["status"] == "ok"}
    asks_for_rate = summary["target_share"] is not None
    if asks_for_rate:
        out.print(escape(headline_sentence(summary)))
        out.print(escape(_spread_sentence(summary)))
    for sentence in electric_sentences(summary):
        out.print(escape(sentence))
    if good:
        if asks_for_rate:
            out.print(table(_rate_title(summary), *_rates(summary, good)))
        for title, columns, rows in electric_blocks(summary):
            out.print(table(title, columns, rows))
        out.print(table(_("Heat by source, TJ"), (_("Plant"), *good), _heat_rows(summary, good), fold_first=True))
        out.print(table(_("CO2, fuel, cost, unmet heat, all zones"), *_accounts(good)))
        for block in switching_blocks(good):
            out.print(table(*block))
        for sentence in switching_sentences(good):
            out.print(escape(sentence))
        for sentence in penalty_sentences(good.items()):
            warn(sentence)
    name = _plan_case(summary)
    if name in good and good[name]["by_network"]:
        title = _("Networks over the season, case {case}").format(case=name)
        out.print(table(title, *_networks(summary, good[name])))
        entry = good[name]
        told = (*steam_sentences(summary, entry), *power_sentences(summary, entry), *uptake_sentences(summary, entry))
        for sentence in told:
            out.print(escape(sentence))
    for sentence in check_sentences(good):
        out.print(escape(sentence))
    for name, entry in cases.items():
        if entry["status"] != "ok":
            out.print(escape(f"{name}: {entry['status']}, {entry['reason']}"))
    for label, file in ((_("Report"), "report.html"), (_("Map"), "map.html"), (_("Excel"), "results.xlsx")):
        out.print(escape(f"{label}: {folder / file}"), soft_wrap=True)


def check_sentences(cases: dict[str, Entry]) -> list[str]:
    """Return how far pandapipes lies from the season engine in the sample of all cases, and what it could not solve."""
    checks = [entry["reference_check"] for entry in cases.values()]
    hours, compared, unsolved = (
        sum(check[key] for check in checks) for key in ("hours", "compared", "unsolved_by_reference")
    )
    sentences = []
    if compared:
        kelvin, bar, flow = (
            max(check[f"max_{key}"] for check in checks if check[f"max_{key}"] is not None)
            for key in ("temperature_difference_k", "pressure_difference_bar", "flow_difference_share")
        )
        sentences.append(
            _(
                "Checked with pandapipes in {hours} hours: at most {kelvin:.1g} K, {bar:.1g} bar and {flow:.1g} of the "
                "largest flow apart."
            ).format(hours=compared, kelvin=kelvin, bar=bar, flow=flow)
        )
    if unsolved:
        sentences.append(
            _("Pandapipes found no solution in {unsolved} of {hours} hours; that is no disagreement.").format(
                unsolved=unsolved, hours=hours
            )
        )
    return sentences


def _plan_case(summary: Entry) -> str:
    """Return the case that the verdict speaks of: the plan's, or the one of the highest rate that is not the baseline."""
    cases, name = summary["cases"], summary.get("plan_case")
    if name in cases:
        return str(name)
    others: list[str] = [case for case in cases if case != summary.get("baseline_case")] or list(cases)
    return max(others, key=lambda case: _rate_or_less(summary, cases[case]))


def _rate_or_less(summary: Entry, entry: Entry) -> float:
    value = _dig(_zone_of(summary, entry)["substitution"], _headline(summary)) if entry["status"] == "ok" else None
    return -1.0 if value is None else float(value)


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
    name = _plan_case(summary)
    entry = summary["cases"].get(name)
    if entry is None or entry["status"] != "ok":
        return _("No verdict: the plan's case has no result.")
    zone = _zone_of(summary, entry)
    value, span = _dig(zone["substitution"], _headline(summary)), _dig(zone["substitution_range"], _headline(summary))
    if not zone["rate_allowed"]:
        return _("No verdict: more than 0.1 % of the heat is unmet.")
    if value is None:
        return _("No verdict: the headline rate has no value (displaced heat needs a baseline with a result).")
    target = summary["target_share"]
    low, high = span or (value, value)
    words = _("reaches") if low >= target else _("does not reach") if high < target else _("reaches, within its range,")
    return _("“{label}” {words} {target:.0f} %: {rate}.").format(
        label=pick(entry["label"]), words=words, target=100 * target, rate=_percent(value, span)
    )


def _spread_sentence(summary: Entry) -> str:
    """Return how far the definitions alone move the rate of the plan's case."""
    name = _plan_case(summary)
    entry = summary["cases"].get(name)
    if entry is None or entry["status"] != "ok":
        return ""
    values = [
        rate
        for by_counting in _zone_of(summary, entry)["substitution"].values()
        for by_denominator in by_counting.values()
        for by_period in by_denominator.values()
        for rate in by_period.values()
        if rate is not None
    ]
    if not values:
        return ""
    return _("The definition alone moves this rate from {low:.1f} to {high:.1f} %.").format(
        low=100 * min(values), high=100 * max(values)
    )


def _rate_title(summary: Entry) -> str:
    zone = zone_label(summary["headline"]["zone"], summary)
    if not summary["baseline_identity"]:
        return _("Industrial waste-heat substitution rate, {zone}").format(zone=zone)
    return _("Industrial waste-heat substitution rate, {zone} (range: what the plan's coal figures leave open)").format(
        zone=zone
    )


def zone_label(zone: str, summary: Entry) -> str:
    """Return a zone's display name."""
    named = {"east_west": _("East and West zones"), "teda": _("TEDA"), "all": _("all networks")}
    network = summary["networks"].get(zone)
    return pick(network["name"]) if network else named.get(zone, zone)


def _rates(summary: Entry, cases: dict[str, Entry]) -> tuple[tuple[str, ...], list[list[str]]]:
    first = _headline(summary)
    shown = {
        _("headline"): first,
        _("as delivered"): ("plan", "delivered", *first[2:]),
        _("displaced"): ("plan", "displaced", *first[2:]),
        _("with geothermal"): ("broad", "recovered", *first[2:]),
        _("process steam in, year"): ("plan", "recovered", "with_process", "year"),
        _("process waste heat only"): ("strict", "recovered", *first[2:]),
    }
    rows = []
    for name, entry in cases.items():
        zone = _zone_of(summary, entry)
        cells = [_percent(_dig(zone["substitution"], p), _dig(zone["substitution_range"], p)) for p in shown.values()]
        rows.append([name, *cells])
    return (_("Case"), *shown), rows


def _heat_rows(summary: Entry, cases: dict[str, Entry]) -> list[list[str]]:
    units = dict.fromkeys(unit for entry in cases.values() for unit in entry["heat_by_plant_mwh"])
    members = summary["zones"].get(summary["headline"]["zone"], list(summary["networks"]))
    rows = []
    for unit in units:
        heat = [entry["heat_by_plant_mwh"].get(unit, 0.0) * TJ_PER_MWH for entry in cases.values()]
        if max(heat) >= 0.5 and unit.split("/")[0] in members:
            name = _plant_name(summary, unit)
            rows.append([name, *(f"{value:,.0f}" if value >= 0.5 else "–" for value in heat)])
    return rows


def _plant_name(summary: Entry, unit: str) -> str:
    """Return a plant's name; what only passes steam on says so, as its heat stands there twice."""
    plant = summary["plants"].get(unit, {})
    name = pick(plant.get("name", {"en": unit}))
    return _("  of steam: {name}").format(name=name) if plant.get("kind") == "steam_exchange" else name


def _accounts(cases: dict[str, Entry]) -> tuple[tuple[str, ...], list[list[str]]]:
    columns = (
        _("Case"),
        _("CO2, average factor, kt"),
        _("CO2, marginal, kt"),
        _("Coal, t"),
        _("Gas, million m³"),
        _("Cost, million CNY"),
        _("Unmet heat"),
    )
    rows = [
        [
            name,
            f"{entry['co2']['average']['total_t_co2'] / 1e3:,.1f}",
            f"{entry['co2']['marginal']['total_t_co2'] / 1e3:,.1f}",
            f"{entry['fuel']['coal_t']:,.0f}",
            f"{entry['fuel']['gas_m3'] / 1e6:,.1f}",
            f"{entry['cost']['total_cny'] / 1e6:,.1f}",
            f"{100 * entry['unmet_share']:.3f} %",
        ]
        for name, entry in cases.items()
    ]
    return columns, rows


def _networks(summary: Entry, entry: Entry) -> tuple[tuple[str, ...], list[list[str]]]:
    columns = (_("Network"), _("Worst consumer"), _("Available pressure, bar"), _("Loss"), _("Hours solved"))
    rows = []
    for network, state in entry["by_network"].items():
        if "hours_simulated" not in state:
            continue
        worst = state.get("worst_consumer")
        rows.append(
            [
                pick(summary["networks"][network]["name"]),
                pick(worst["name"]) if worst else "–",
                f"{worst['dp_bar']:.2f}" if worst else "–",
                f"{100 * state['season_loss_share']:.1f} %",
                f"{state['hours_ok']} / {state['hours_simulated']}",
            ]
        )
    return columns, rows
