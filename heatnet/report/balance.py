"""The heat balance of sources and loads (热源—热负荷平衡表): capacity against peak load, and the year's heat."""

from __future__ import annotations

import pandas as pd

from heatnet.i18n import _
from heatnet.report.context import Context
from heatnet.report.tables import Cell, Column, Row, Table
from heatnet.units import TJ_PER_MWH
from heatnet.web.labels import plant_kind_label
from heatnet.web.results_view import CaseResults

MWH_PER_GWH = 1000.0


def balance_tables(context: Context) -> list[Table]:
    """Return two tables a heat balance: capacity and peak load, and heat of the year; a column a case."""
    pairs = dict.fromkeys(
        (name, carrier)
        for case in context.ok_cases
        for name, results in case.networks.items()
        for carrier in results.schedule_mw
    )
    tables = []
    for network, carrier in pairs:
        tables += [_heat_table(context, network, carrier), _capacity_table(context, network, carrier)]
    return tables


def _plants(context: Context, network: str, carrier: str) -> list[tuple[str, str, str]]:
    """Return (id, name, kind) of every plant of a balance, over all cases, in the order of the tables.

    A plant that is of one kind in one case and of another in the next shows both: coal boiler → gas boiler.
    """
    names: dict[str, str] = {}
    kinds: dict[str, dict[str, None]] = {}
    for case in context.ok_cases:
        results = case.networks.get(network)
        if results is None:
            continue
        table = _plant_table(case, network, carrier)
        for plant in results.schedule_mw.get(carrier, pd.DataFrame()).columns:
            names.setdefault(plant, context.plant_name(results, carrier, plant))
            known = kinds.setdefault(plant, {})
            if plant in table.index:
                known[plant_kind_label(str(table.at[plant, "kind"]))] = None
    return [(plant, name, " → ".join(kinds[plant])) for plant, name in names.items()]


def _plant_table(case: CaseResults, network: str, carrier: str) -> pd.DataFrame:
    owner = case.networks[network].network
    return owner.steam.plants if carrier == "steam" and owner.steam is not None else owner.plants


def _columns(context: Context, unit: str) -> tuple[Column, ...]:
    return (Column(_("Heat source")), Column(_("Kind")), *(Column(context.label(c), unit, 1) for c in context.ok_cases))


def _heat_table(context: Context, network: str, carrier: str) -> Table:
    heat = [_yearly(case, network, carrier, "schedule_mw") for case in context.ok_cases]
    balance = [_yearly(case, network, carrier, "balance_mw") for case in context.ok_cases]
    rows = [
        Row((name, kind, *(_in_gwh(one.get(plant)) for one in heat)))
        for plant, name, kind in _plants(context, network, carrier)
    ]
    totals = [float(one.sum()) if len(one) else None for one in heat]
    rows.append(Row((_("All sources"), "", *(_in_gwh(total) for total in totals)), "total"))
    words = {
        "demand_mw": _("Demand at the plant gates"),
        "loss_mw": _("of which network loss"),
        "dumped_mw": _("Dumped heat"),
        "unmet_mw": _("Unmet heat"),
    }
    for key, word in words.items():
        rows.append(Row((word, "", *(_in_gwh(one.get(key)) for one in balance))))
    rows += _store_rows(balance)
    # sources + unmet = demand + dumped + taken by stores; heat handed on to another balance is what is left
    rest = [rest_mwh(total, one) for total, one in zip(totals, balance, strict=True)]
    rows.append(Row((_("Handed on to other balances"), "", *(_in_gwh(value) for value in rest))))
    in_tj = (None if total is None else total * TJ_PER_MWH for total in totals)
    rows.append(Row((_("All sources, in TJ"), "", *in_tj), "total"))
    caption = _("Heat of the year: {balance}").format(balance=context.balance_name(network, carrier))
    return Table(caption, _columns(context, "GWh"), tuple(rows))


def _store_rows(balance: list[pd.Series]) -> list[Row]:
    """Return the loss of the heat stores and what stays in them; no row where no case has a store."""
    if not any("store_take_mw" in one.index for one in balance):
        return []
    lost = [one.get("store_loss_mw") for one in balance]
    kept = [None if loss is None else one["store_take_mw"] - loss for one, loss in zip(balance, lost, strict=True)]
    return [
        Row((_("Loss of heat stores"), "", *(_in_gwh(value) for value in lost))),
        Row((_("Change of stored heat"), "", *(_in_gwh(value) for value in kept))),
    ]


def _yearly(case: CaseResults, network: str, carrier: str, which: str) -> pd.Series:
    """Return sums over the year, MWh (hourly rows in MW)."""
    results = case.networks.get(network)
    frame = getattr(results, which).get(carrier) if results is not None else None
    return pd.Series(dtype=float) if frame is None else frame.sum()


def _in_gwh(mwh: float | None) -> float | None:
    return None if mwh is None else float(mwh) / MWH_PER_GWH


def rest_mwh(total: float | None, balance: pd.Series) -> float | None:
    """Return what a balance hands on to others, MWh: made and unmet heat less demand, dumped and stored heat."""
    if total is None or not {"demand_mw", "unmet_mw", "dumped_mw"} <= set(balance.index):
        return None
    stored = balance.get("store_take_mw", 0.0)
    return float(total + balance["unmet_mw"] - balance["demand_mw"] - balance["dumped_mw"] - stored)


def _capacity_table(context: Context, network: str, carrier: str) -> Table:
    rows = []
    totals: list[float] = [0.0] * len(context.ok_cases)
    for plant, name, kind in _plants(context, network, carrier):
        cells: list[Cell] = []
        for position, case in enumerate(context.ok_cases):
            table = _plant_table(case, network, carrier) if network in case.networks else pd.DataFrame()
            capacity = float(table.at[plant, "capacity_mw"]) if plant in table.index else 0.0
            totals[position] += capacity
            cells.append(capacity)
        rows.append(Row((name, kind, *cells)))
    peaks = [_peak(case, network, carrier) for case in context.ok_cases]
    loads = [_highest_load(case, network, carrier) for case in context.ok_cases]
    rows.append(Row((_("All sources"), "", *totals), "total"))
    rows.append(Row((_("Peak demand at the plant gates"), "", *peaks)))
    rows.append(Row((_("Highest load on the sources"), "", *loads)))
    margins = [None if load is None else total - load for total, load in zip(totals, loads, strict=True)]
    rows.append(Row((_("Margin"), "", *margins), "total"))
    caption = _("Capacity and peak load: {balance}").format(balance=context.balance_name(network, carrier))
    note = _("0 = not built in this case. Capacity is the nameplate; what a source can give hour by hour is less.")
    return Table(caption, _columns(context, "MW"), tuple(rows), note)


def _peak(case: CaseResults, network: str, carrier: str) -> float | None:
    results = case.networks.get(network)
    frame = results.balance_mw.get(carrier) if results is not None else None
    return None if frame is None else float(frame["demand_mw"].max())


def _highest_load(case: CaseResults, network: str, carrier: str) -> float | None:
    """Return the largest hourly heat asked of the sources, MW: given and unmet, heat handed on or stored included."""
    results = case.networks.get(network)
    heat = results.schedule_mw.get(carrier) if results is not None else None
    balance = results.balance_mw.get(carrier) if results is not None else None
    return None if heat is None or balance is None else float((heat.sum(axis=1) + balance["unmet_mw"]).max())
