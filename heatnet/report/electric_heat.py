"""Electric heat and its store: sentences and tables from `electric_heat` of the summary, for the report and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from heatnet.i18n import _, pick
from heatnet.io.words import unit_label
from heatnet.report.tables import Column, Row, Table, number, percent

Summary = Mapping[str, Any]
READINGS = ("average", "marginal")
MWH_PER_GWH = 1000.0
#: the plan's claim of a green share, which is one of the electricity of valley hours
_GREEN_CLAIM = "yujiapu_green_share"


def electric_sentences(summary: Summary) -> list[str]:
    """Return what the study finds about electric heat, most important first; nothing where it does not ask."""
    electric = summary.get("electric_heat")
    if not electric:
        return []
    plan = summary.get("plan_case")
    sentences = _of_case(summary, str(plan)) if plan in electric["cases"] else []
    return [*sentences, *_who_saves(summary), *_who_is_cheapest(summary)]


def _label(summary: Summary, case: str) -> str:
    return pick(summary["cases"][case]["label"])


def reference_names(summary: Summary) -> dict[str, str]:
    """Return what electric heat is held against, in words, in the summary's order."""
    electric = summary["electric_heat"]
    names = {"purchased_heat": _("district heat")}
    if electric["baseline_case"] is not None:
        names["baseline"] = _("“{name}”").format(name=_label(summary, electric["baseline_case"]))
    return {key: names[key] for key in electric["references_t_co2_per_mwh"]}


def _of_case(summary: Summary, case: str) -> Iterator[str]:
    electric = summary["electric_heat"]
    entry = electric["cases"][case]
    yield from _does_it_save(summary, case, entry)
    yield _("“{case}”: {share} of the heat is made with electricity of valley hours.").format(
        case=_label(summary, case), share=percent(entry["valley_heat_share"])
    )
    yield from _what_it_takes(electric)
    yield _(
        "Counted as green heat of valley hours alone, at the factor of district heat, it saves {counted} t of CO₂. All "
        "electricity that is not green counted too, it emits {average} t with the grid's average factor and {marginal} t with "
        "the marginal one: {compared}."
    ).format(
        counted=number(entry["green_heat_t_co2"], 0),
        **{reading: number(entry["emitted_t_co2"][reading], 0) for reading in READINGS},
        compared=_("; ").join(
            _("against {reference} {average} and {marginal}").format(
                reference=name, **{reading: _more_or_less(entry["saved_t_co2"][key][reading]) for reading in READINGS}
            )
            for key, name in reference_names(summary).items()
        ),
    )
    yield from _break_even(summary, entry)


def _does_it_save(summary: Summary, case: str, entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield, for each heat that a case is held against, whether it saves CO2: yes, no, or by the factor of the grid."""
    saves = _(
        "“{case}” saves CO₂ against {reference}: {average} a year by the grid's average factor, {marginal} by the marginal one."
    )
    adds = _(
        "“{case}” saves no CO₂ against {reference}: it emits {average} a year by the grid's average factor, {marginal} by the "
        "marginal one."
    )
    hangs = _(
        "Whether “{case}” saves CO₂ against {reference} hangs on the grid's factor: it emits {average} a year by the average "
        "one, {marginal} by the marginal one."
    )
    for key, name in reference_names(summary).items():
        saved = entry["saved_t_co2"][key]
        signs = {saved[reading] > 0 for reading in READINGS}
        text = hangs if len(signs) > 1 else saves if True in signs else adds
        told = {reading: _more_or_less(saved[reading]) for reading in READINGS}
        yield text.format(case=_label(summary, case), reference=name, **told)


def _more_or_less(saved_t_co2: float) -> str:
    text = _("{amount} t less") if saved_t_co2 >= 0 else _("{amount} t more")
    return text.format(amount=number(abs(saved_t_co2), 0))


def _what_it_takes(electric: Mapping[str, Any]) -> Iterator[str]:
    """Yield the sizes that the plan's valley share takes."""
    wanted, curve = electric["valley_share"], electric["curve"]
    if wanted is None or not curve:
        return
    needed = curve["needed"]
    if needed["energy_mwh"] is not None:
        yield _("For the plan's {share} the store has to hold {energy} MWh, charged with {charge} MW.").format(
            share=percent(wanted, 0),
            energy=number(needed["energy_mwh"], 0),
            charge=number(curve["by_energy"][0]["charge_mw"], 0),
        )
    if needed["charge_mw"] is not None:
        yield _("With the store as built, {energy} MWh, {charge} MW of charging are enough for it.").format(
            energy=number(curve["by_charge"][0]["energy_mwh"], 0), charge=number(needed["charge_mw"], 1)
        )


def _break_even(summary: Summary, entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield from which green share a case saves CO2."""
    shares = entry["break_even_green_share"]
    parts = [
        _("{average} ({marginal} at the margin) against {reference}").format(
            reference=name, **{reading: _green_share(shares[key][reading]) for reading in READINGS}
        )
        for key, name in reference_names(summary).items()
        if shares[key]["average"] is not None
    ]
    if parts:
        yield _("It saves CO₂ from a green share of all its electricity of {shares}; it has {own}.").format(
            shares=_(", ").join(parts), own=percent(entry["green_power_mwh"] / entry["power_mwh"])
        )
    yield from _shares_side_by_side(summary, entry)


def _shares_side_by_side(summary: Summary, entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the break-even share is of all electricity, of that of valley hours, and by the plan's own figures."""
    claim = next((row for row in summary.get("plan_claims") or [] if row["id"] == _GREEN_CLAIM), None)
    key = "purchased_heat"
    of_all, of_valley = (entry[f"break_even_green_{name}"][key]["average"] for name in ("share", "valley_share"))
    if claim is None or claim["computed"] is None or of_all is None or of_valley is None:
        return
    yield _(
        "The same amount told three ways, against {reference} at the average factor: {all} of all electricity, or {valley} of "
        "that of valley hours; by the plan's own figures, with less of it in valley hours, {plan} of that."
    ).format(
        reference=reference_names(summary)[key],
        all=_green_share(of_all),
        valley=_green_share(of_valley),
        plan=_green_share(claim["computed"]),
    )


def _green_share(share: float) -> str:
    return _("more than all") if share > 1 else percent(share, 0)


def _who_saves(summary: Summary) -> Iterator[str]:
    """Yield which of the electric cases save CO2 at either grid factor."""
    cases = _electric_cases(summary)
    for key, name in reference_names(summary).items() if cases else ():
        saving = [
            _("“{name}”").format(name=_label(summary, case))
            for case, entry in cases.items()
            if min(entry["saved_t_co2"][key].values()) > 0
        ]
        text = _("With both factors CO₂ is saved against {reference} by {cases}.")
        nobody = _("With both factors CO₂ is saved against {reference} by none of the cases with electric heat.")
        yield (text if saving else nobody).format(reference=name, cases=_(", ").join(saving))


def _electric_cases(summary: Summary) -> dict[str, Mapping[str, Any]]:
    cases = summary["electric_heat"]["cases"]
    return {
        name: entry
        for name, entry in cases.items()
        if entry["break_even_green_share"]["purchased_heat"]["average"] is not None
    }


def _who_is_cheapest(summary: Summary) -> Iterator[str]:
    cases = summary["electric_heat"]["cases"]
    known = sorted(
        (entry["cost_cny_per_gj"], case) for case, entry in cases.items() if entry["cost_cny_per_gj"] is not None
    )
    if known:
        listed = _("; ").join(
            _("“{name}” {cost}").format(name=_label(summary, case), cost=number(cost, 1)) for cost, case in known
        )
        yield _("Operating cost in CNY a GJ, cheapest first: {cases}.").format(cases=listed)


def electric_tables(summary: Summary) -> list[Table]:
    """Return the tables: hours and cost, CO2, break-even, curve of the store; none where the study does not ask."""
    if not summary.get("electric_heat"):
        return []
    tables = [hours_table(summary), co2_table(summary), break_even_table(summary), curve_table(summary)]
    return [table for table in tables if table.rows]


def _rows(summary: Summary, cells: Callable[[Mapping[str, Any]], tuple[float | None, ...]]) -> tuple[Row, ...]:
    cases = summary["electric_heat"]["cases"]
    return tuple(Row((_label(summary, case), *cells(entry))) for case, entry in cases.items())


def hours_table(summary: Summary) -> Table:
    """Return heat, electricity, its share of valley hours, and cost of each case."""

    def cells(entry: Mapping[str, Any]) -> tuple[float | None, ...]:
        power = entry["power_mwh"]
        valley = entry["valley_power_mwh"] / power if power > 0 else None
        energies = (entry["heat_mwh"] / MWH_PER_GWH, power / MWH_PER_GWH)
        return (*energies, entry["valley_heat_share"], valley, entry["cost_cny_per_gj"])

    columns = (
        Column(_("Case")),
        Column(_("Heat"), "GWh", 1),
        Column(_("Electricity"), "GWh", 1),
        Column(_("Heat made in valley hours"), "%", 1, 100.0),
        Column(_("Electricity of valley hours"), "%", 1, 100.0),
        Column(_("Operating cost"), unit_label("CNY/GJ"), 1),
    )
    note = _(
        "Heat made with electricity between 23:00 and 7:00 over all heat made. Cost: electricity, fuel and CO₂, without "
        "investment and without a charge for the connected load."
    )
    return Table(_("Electricity and its hours"), columns, _rows(summary, cells), note)


def co2_table(summary: Summary) -> Table:
    """Return what each case emits with either grid factor, and what it saves against either reference."""
    electric = summary["electric_heat"]
    references = reference_names(summary)

    def cells(entry: Mapping[str, Any]) -> tuple[float | None, ...]:
        numbers: list[float | None] = [entry["green_heat_t_co2"]]
        for reading in READINGS:
            numbers.append(entry["emitted_t_co2"][reading])
            numbers += [entry["saved_t_co2"][key][reading] for key in references]
        return tuple(numbers)

    columns = [Column(_("Case")), Column(_("Saved as green heat alone"), "t CO₂", 0)]
    for reading in READINGS:
        group = _factor_name(reading)
        columns.append(Column(_("Emitted"), "t CO₂", 0, group=group))
        columns += [
            Column(_("Saved against {reference}").format(reference=name), "t CO₂", 0, group=group)
            for name in references.values()
        ]
    hours = _("of valley hours") if electric["green_hours"] == "valley" else _("of all hours")
    note = _(
        "{share} of the electricity {hours} counts as free of CO₂ here; the other tables of CO₂ count every MWh with the "
        "grid's factor. A minus is an increase."
    ).format(share=percent(electric["green_share"], 0), hours=hours)
    return Table(_("CO₂ of the heat with green electricity"), tuple(columns), _rows(summary, cells), note)


def _factor_name(reading: str) -> str:
    return _("average grid factor") if reading == "average" else _("marginal grid factor")


def break_even_table(summary: Summary) -> Table:
    """Return the green share from which each case with electric heat saves CO2."""
    references = reference_names(summary)
    rows = []
    for case, entry in _electric_cases(summary).items():
        shares = entry["break_even_green_share"]
        numbers = [shares[key][reading] for reading in READINGS for key in references]
        cells = (MORE_THAN_ALL if share is not None and share > 1 else share for share in numbers)
        rows.append(Row((_label(summary, case), entry["green_power_mwh"] / entry["power_mwh"], *cells)))
    columns = [Column(_("Case")), Column(_("Green share of this study"), "%", 1, 100.0)]
    columns += [
        Column(_("Against {reference}").format(reference=name), "%", 1, 100.0, group=_factor_name(reading))
        for reading in READINGS
        for name in references.values()
    ]
    note = _(
        "Shares of all electricity bought: 1 − r Q / (f W), with heat Q, electricity W, grid factor f and the reference's r. "
        "0: always."
    )
    return Table(_("Green share from which CO₂ is saved"), tuple(columns), tuple(rows), note)


#: where even all electricity being green would not do
MORE_THAN_ALL = "> 100"


def curve_table(summary: Summary) -> Table:
    """Return valley share and cost by the size of the store and by its charging power."""
    curve = summary["electric_heat"]["curve"]
    rows: list[Row] = []
    headings = {"by_energy": _("Size of the store changed"), "by_charge": _("Charging power changed")}
    for key, heading in headings.items() if curve else ():
        if curve[key]:
            rows.append(Row((heading,), "subheading"))
        rows += [_curve_row(point) for point in curve[key]]
    columns = (
        Column(_("Size of the store"), "MWh", 0),
        Column(_("Charging power"), "MW", 0),
        Column(_("Heat made in valley hours"), "%", 1, 100.0),
        Column(_("Unmet heat"), "%", 2, 100.0),
        Column(_("Operating cost"), unit_label("CNY/GJ"), 1),
    )
    caption = _("Valley share by the size of the store")
    if curve:
        caption = _("{caption}: {case}").format(caption=caption, case=_label(summary, curve["case"]))
    return Table(caption, columns, tuple(rows), _("Each row is the dispatch of the year at this size."))


def _curve_row(point: Mapping[str, Any]) -> Row:
    numbers = (point.get(key) for key in ("valley_heat_share", "unmet_share", "cost_cny_per_gj"))
    return Row((point["energy_mwh"], point["charge_mw"], *numbers))
