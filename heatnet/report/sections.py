"""The report's tables, one function each: from the study to a `Table`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from heatnet.i18n import _, pick
from heatnet.io.words import assumption_label, in_other_words, unit_label
from heatnet.model.substitution import Counting, Denominator, Period, Variant, WasteSet, definitions
from heatnet.report.against_base import base_note, less_base
from heatnet.report.context import Context
from heatnet.report.tables import Cell, Column, Row, Table
from heatnet.web.labels import definition_names, verdict_label
from heatnet.web.results_view import CaseResults

CNY_PER_MILLION = 1e6


def _case_rows(context: Context, cells: Callable[[CaseResults], tuple[Cell, ...]]) -> tuple[Row, ...]:
    """Return one row a case: its cells, or status and reason where it has no results."""
    return tuple(
        Row((context.label(case), *cells(case))) if case.ok else context.failed_row(case)
        for case in context.study.cases.values()
    )


def substitution_tables(context: Context) -> list[Table]:
    """Return the rate in every definition: one table a denominator and period, the headline's first."""
    choices = [(denominator, period) for denominator in Denominator for period in Period]
    own = (Denominator(context.headline["denominator"]), Period(context.headline["period"]))
    choices.sort(key=lambda choice: choice != own)
    return [_substitution_table(context, *choice) for choice in choices]


def _substitution_table(context: Context, denominator: Denominator, period: Period) -> Table:
    sets, countings = definition_names("set"), definition_names("counting")
    pairs = [(waste_set, counting) for waste_set in WasteSet for counting in Counting]
    columns = (
        Column(_("Zone")),
        *(Column(countings[c.value], "%", 1, 100.0, group=sets[s.value]) for s, c in pairs),
    )
    rows: list[Row] = []
    for case in context.study.cases.values():
        if not case.ok:
            rows.append(context.failed_row(case))
            continue
        rows.append(Row((context.label(case),), "subheading"))
        for zone in case.summary["zones"]:
            rates = (context.rate(case, zone, Variant(s, c, denominator, period)) for s, c in pairs)
            rows.append(Row((context.zone_name(zone), *rates)))
    caption = _("Substitution rate over {denominator}, {period}").format(
        denominator=definition_names("denominator")[denominator.value], period=definition_names("period")[period.value]
    )
    return Table(caption, columns, tuple(rows), _("A dash: not defined for this zone and period."))


def cost_table(context: Context) -> Table:
    """Return yearly costs by kind, and the difference to the base case."""
    parts = {
        "fuel_gas_cny": _("Gas"),
        "fuel_coal_cny": _("Coal"),
        "power_cny": _("Electricity"),
        "power_lost_cny": _("Electricity lost to CHP heat"),
        "co2_cny": "CO₂",
        "unmet_cny": _("Unmet heat"),
        **_switching_costs(context),
        "total_cny": _("Total"),
    }

    def cells(case: CaseResults) -> tuple[Cell, ...]:
        numbers = [_scaled(case.summary["cost"].get(key)) for key in parts]
        return (*numbers, less_base(context, case, ("cost", "total_cny"), per=CNY_PER_MILLION))

    unit = _("million CNY")
    columns = (
        Column(_("Case")),
        *(Column(label, unit, 1) for label in parts.values()),
        Column(_("Difference to base case"), unit, 1),
    )
    return Table(_("Operating cost of the year"), columns, _case_rows(context, cells), base_note(context))


def _switching_costs(context: Context) -> dict[str, str]:
    """Return the kinds of cost that only plants on and off and transfers have, where any case has them."""
    labels = {
        "start_cny": _("Starts"),
        "surplus_cny": _("Surplus heat"),
        "transfer_cny": _("Heat between zones"),
        "reserve_short_cny": _("Lacking reserve"),
    }
    return {
        key: text for key, text in labels.items() if any(case.summary["cost"].get(key) for case in context.ok_cases)
    }


def _scaled(value: float | None) -> float | None:
    return None if value is None else float(value) / CNY_PER_MILLION


def co2_tables(context: Context) -> list[Table]:
    """Return emissions and savings with the grid's average and its marginal factor."""
    captions = {"average": _("CO₂, average grid factor"), "marginal": _("CO₂, marginal grid factor")}
    return [_co2_table(context, factor, caption) for factor, caption in captions.items()]


def _co2_table(context: Context, factor: str, caption: str) -> Table:
    parts = {
        "fuel_t_co2": _("Fuel burned"),
        "power_t_co2": _("Electricity used"),
        "power_lost_t_co2": _("Electricity lost to CHP heat"),
        "total_t_co2": _("Total"),
    }

    def cells(case: CaseResults) -> tuple[Cell, ...]:
        co2 = case.summary["co2"][factor]
        saved = (less_base(context, case, ("co2", factor, key), saved=True) for key in ("fuel_t_co2", "total_t_co2"))
        return (*(co2.get(key) for key in parts), *saved)

    columns = (
        Column(_("Case")),
        *(Column(label, "t CO₂", 0) for label in parts.values()),
        Column(_("Saving, gross: fuel alone"), "t CO₂", 0),
        Column(_("Saving, net: electricity included"), "t CO₂", 0),
    )
    return Table(caption, columns, _case_rows(context, cells), base_note(context))


def source_tables(context: Context) -> list[Table]:
    """Return cost and CO2 per heat of every source that has its own input: a row a source, a column a case."""
    quantities = (
        ("cny_per_gj", _("Operating cost by source"), "CNY/GJ", 1, 1.0),
        ("t_co2_per_gj_average", _("CO₂ by source, average grid factor"), "kg CO₂/GJ", 1, 1000.0),
        ("t_co2_per_gj_marginal", _("CO₂ by source, marginal grid factor"), "kg CO₂/GJ", 1, 1000.0),
    )
    units = dict.fromkeys(unit for case in context.ok_cases for unit in case.summary.get("by_source", {}))
    columns = [Column(_("Heat source"))]
    tables = []
    for key, caption, unit_text, digits, factor in quantities:
        rows = []
        for unit in units:
            # an exchange station hands on steam that its source has already paid for
            if any(context.unit_column(case, unit, "kind") == "steam_exchange" for case in context.ok_cases):
                continue
            cells = [(case.summary.get("by_source", {}).get(unit) or {}).get(key) for case in context.ok_cases]
            if any(cell is not None for cell in cells):
                rows.append(Row((context.unit_name(context.ok_cases[0], unit), *cells)))
        numbers = [Column(context.label(case), unit_label(unit_text), digits, factor) for case in context.ok_cases]
        if rows:
            note = _(
                "Fuel, electricity used and the electricity that a CHP plant loses to the heat, over the heat made. "
                "A dash: no heat in this case. Exchange stations are left out: their steam counts at its source."
            )
            tables.append(Table(caption, (*columns, *numbers), tuple(rows), note))
    return tables


def plan_tables(context: Context) -> list[Table]:
    """Return the tables that check a plan: its claims, the baseline's identity, its park account; none without a plan."""
    tables = [claims_table(context), identity_table(context)]
    if not any(table.rows for table in tables):
        return []
    carbon = carbon_table(context)
    return [table for table in [*tables, carbon] if table is not None and table.rows]


def carbon_table(context: Context) -> Table | None:
    """Return the plan's example account of a park beside published factors, None where the study has none."""
    rows = []
    for item in context.summary.get("carbon_table") or []:
        low, high = item["published_low_t_co2"], item["published_high_t_co2"]
        numbers = (item["amount"], item["printed_t_co2"], item["published_t_co2"])
        rows.append(Row((pick(item["name"]), item["unit"], *numbers, low, high, pick(item["remark"]))))
    columns = (
        Column(_("Item")),
        Column(_("Unit")),
        Column(_("Amount"), digits=0),
        Column(_("As printed"), "t CO₂", 1),
        Column(_("With published factor"), "t CO₂", 1),
        Column(_("Lower end"), "t CO₂", 1),
        Column(_("Upper end"), "t CO₂", 1),
        Column(_("Remark")),
    )
    return Table(_("The plan's park account, recalculated"), columns, tuple(rows)) if rows else None


def fuel_table(context: Context) -> Table:
    """Return fuel use and unmet heat of each case."""

    def cells(case: CaseResults) -> tuple[Cell, ...]:
        fuel = case.summary["fuel"]
        return (
            fuel.get("gas_mwh"),
            None if fuel.get("gas_m3") is None else fuel["gas_m3"] / 1e4,
            fuel.get("coal_mwh"),
            fuel.get("coal_t"),
            case.summary.get("unmet_share"),
            case.summary.get("balance", {}).get("max_relative_residual"),
        )

    columns = (
        Column(_("Case")),
        Column(_("Gas"), "MWh", 0),
        Column(_("Gas"), "10⁴ m³", 1),
        Column(_("Coal"), "MWh", 0),
        Column(_("Coal"), "t", 0),
        Column(_("Unmet heat"), "%", 3, 100.0),
        Column(_("Largest balance error"), "10⁻⁶", 3, 1e6),
    )
    return Table(_("Fuel, unmet heat and closure of the heat balance"), columns, _case_rows(context, cells))


def claims_table(context: Context) -> Table:
    """Return the plan's claims beside what was computed."""
    rows = []
    for claim in context.summary.get("plan_claims", []):
        verdict = verdict_label(claim["verdict"])
        text = (pick(claim["claim"]), claim.get("as_printed") or "")
        numbers = (_claim_number(claim["claimed"]), _claim_number(claim["computed"]))
        rows.append(Row((*text, *numbers, unit_label(claim["unit"]), verdict, pick(claim["reason"]))))
    columns = (
        Column(_("Claim")),
        Column(_("As printed")),
        Column(_("Claimed"), digits=3),
        Column(_("Computed"), digits=3),
        Column(_("Unit")),
        Column(_("Verdict"), short=True),
        Column(_("Reason")),
    )
    return Table(_("The plan's figures and what the model makes of them"), columns, tuple(rows))


def _claim_number(value: Any) -> Cell:
    """Return a claim's number with about four significant digits, whatever its size."""
    if value is None or isinstance(value, str):
        return value
    size = abs(float(value))
    digits = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 4
    return Column("", digits=digits).printed(float(value))


def identity_table(context: Context) -> Table:
    """Return the identity of the baseline: coal, heat at the gate, and the floor area that it implies."""
    rows = tuple(
        Row(
            (
                context.network_name(row["network"]),
                *(row.get(key) for key in ("coal_t", "lhv_gj_per_t", "efficiency_share", "gate_heat_pj", "process_pj")),
                *(row.get(key) for key in ("index_w_per_m2", "full_load_hours", "implied_area_mm2", "area_mm2")),
            )
        )
        for row in context.summary.get("baseline_identity", [])
    )
    columns = (
        Column(_("Network")),
        Column(_("Coal"), "t", 0),
        Column(_("Lower heating value"), "GJ/t", 1),
        Column(_("Boiler efficiency"), "%", 0, 100.0),
        Column(_("Heat at the gate"), "PJ", 2),
        Column(_("of which process steam"), "PJ", 2),
        Column(_("Heat index"), "W/m²", 1),
        Column(_("Full-load hours"), "h", 0),
        Column(_("Implied floor area"), "10⁶ m²", 2),
        Column(_("Floor area of the model"), "10⁶ m²", 2),
    )
    note = _(
        "Heat at the gate = coal × heating value × efficiency; less process steam and own use it equals "
        "index × area × full-load hours."
    )
    return Table(_("Identity of the baseline"), columns, rows, note)


def assumptions_table(context: Context) -> Table:
    """Return the assumptions with their sources."""
    rows = tuple(
        Row((assumption_label(item["item"]), _claim_number(item["value"]), unit_label(item["unit"]), *_told(item)))
        for item in context.summary.get("assumptions", [])
    )
    columns = (
        Column(_("Assumption")),
        Column(_("Value"), digits=3),
        Column(_("Unit")),
        Column(_("Source")),
        Column(_("Note")),
    )
    return Table(_("Assumptions and their sources"), columns, rows)


def assumptions_note(context: Context) -> str:
    """Return that sources and notes stand as the data files have them, where these are not in the page's language."""
    texts = [text for item in context.summary.get("assumptions", []) for text in _told(item) if text]
    return _("Sources and notes stand as the data files have them.") if in_other_words(texts) else ""


def _told(item: Mapping[str, Any]) -> tuple[str, str]:
    """Return source and note of an assumption, as the study's author wrote them."""
    return str(item["source"]), str(item.get("note") or "")


def definitions_rows() -> list[tuple[str, str, str]]:
    """Return (axis, name, meaning) of every choice in the definition of the rate."""
    axes = {
        "set": _("Set"),
        "counting": _("Counting"),
        "denominator": _("Denominator"),
        "period": _("Period"),
        "zone": _("Zone"),
    }
    rows = [(axes[row.axis], row.name, row.meaning) for row in definitions()]
    meaning = _(
        "electricity that a CHP plant loses per heat of extraction steam; it counts on the steam before the exchanger, "
        "which is more heat than reaches the water"
    )
    after_counting = max(at for at, row in enumerate(rows) if row[0] == axes["counting"]) + 1
    return [*rows[:after_counting], (axes["counting"], "z", meaning), *rows[after_counting:]]
