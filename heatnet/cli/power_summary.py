"""What the terminal shows of a solved power network."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatnet.cli.words import rows_text, three_digits
from heatnet.i18n import _, language, pick
from heatnet.io.words import time_text
from heatnet.units import S_PER_H

if TYPE_CHECKING:
    import xarray

    from heatnet.electric.model import PowerComparison
    from heatnet.metrics.power_season import PowerSeason
    from heatnet.model.boundary import Boundary
    from heatnet.model.power_network import PowerNetwork

#: rows of a table; the worst come first
_ROWS = 10


def print_power(
    network: PowerNetwork, states: xarray.Dataset, figures: PowerSeason, comparison: PowerComparison
) -> None:
    """Print how many rows are solved, the exchange, the most loaded branches, the outermost voltages, the comparison."""
    from rich.markup import escape

    from heatnet.cli.show import console, table, warn

    out = console()
    time, solved = states.indexes["time"], (states["status"] == "ok").to_numpy()
    title = _("{name}: {solved} of {rows} rows solved").format(
        name=pick(network.name), solved=int(solved.sum()), rows=len(time)
    )
    out.print(f"[bold]{escape(title)}[/]", soft_wrap=True)
    if figures.worst_row is None:
        return
    known = figures.row_h is not None
    branch_columns = (
        _("Line or transformer"),
        _("Loading, %"),
        _("When"),
        _("h above 100 %") if known else _("Rows above 100 %"),
        _("Loss, MWh") if known else _("Mean loss, MW"),
    )
    out.print(table(_("Most loaded"), branch_columns, _branch_rows(network, figures, len(time)), fold_first=True))
    bus_columns = (
        _("Bus"),
        _("Least, p.u."),
        _("When"),
        _("Largest, p.u."),
        _("When"),
        _("h outside the band") if known else _("Rows outside the band"),
    )
    out.print(table(_("Voltages"), bus_columns, _bus_rows(network, figures, len(time)), fold_first=True))
    quantities = (*_energy_rows(figures), *_network_rows(figures, comparison))
    out.print(table(_("Power network"), (_("Quantity"), _("Value")), quantities))
    if not known and len(time) > 1:
        warn(steps_text(time))
    if not solved.all():
        text = _("rows without a solution, empty in the tables: {count}, the first at {time}")
        first = time_text(time[int(np.argmin(solved))], len(time))
        warn(text.format(count=int((~solved).sum()), time=first))


def print_margins(network: PowerNetwork, margins: pd.DataFrame, rows: int) -> None:
    """Print how much more load every bus can take, and what limits it when."""
    from heatnet.cli.show import console, table

    cos_phi = float(margins["cos_phi"].iloc[0]) if len(margins) else 1.0
    lines = [
        (
            network.display_name("buses", str(row["bus"]), language()),
            f"{row['v_nom_kv']:g}",
            three_digits(row["room_mw"]),
            _limit_text(network, row["limit"], row["element"]),
            _when(row["time"], rows),
        )
        for _position, row in margins.sort_values("room_mw", kind="stable").iterrows()
    ]
    title = _("Room for further load, one bus at a time, with cos φ {cos_phi:g}").format(cos_phi=cos_phi)
    columns = (_("Bus"), _("kV"), _("MW"), _("Limited by"), _("When"))
    console().print(table(title, columns, lines, fold_first=True))


def print_table_values(network: PowerNetwork, boundary: Boundary, year: bool) -> None:
    """Print in one line what stands at the tables' own values as neither boundary nor typical year says more."""
    from heatnet.cli.show import say

    given = {name: set(frame.columns) for name, frame in boundary.values.items()}
    loads = network.loads[~network.loads.index.isin(given.get("load_p_mw", ()))]
    generators = network.generators[~network.generators.index.isin(given.get("generator_p_mw", ()))]
    dark = generators[generators["p_mw"].fillna(0.0).eq(0.0) & (generators["capacity_mw"] > 0)]
    constant, absent = int(loads["p_mw"].notna().sum()), int(loads["p_mw"].isna().sum())
    parts = []
    if constant:
        text = _("{count} of {loads} loads stand at p_mw, their largest power")
        parts.append(text.format(count=constant, loads=len(network.loads)))
    if absent:
        text = _("{count} of {loads} loads stand at 0, as they have no p_mw")
        parts.append(text.format(count=absent, loads=len(network.loads)))
    if len(dark):
        pv = dark["kind"].eq("pv").all()
        parts.append((_("photovoltaics stand at 0") if pv else _("generators stand at 0")) + f" ({len(dark)})")
    if parts:
        remedy = "" if year else " " + _("With --year they follow the typical year.")
        say(_("Not in the boundary: {parts}.").format(parts=_("; ").join(parts)) + remedy)


def steps_text(time: pd.Index) -> str:
    """Return in words that rows do not follow each other in equal steps, and where the first gap lies."""
    seconds = (time - time[0]).total_seconds() if isinstance(time, pd.DatetimeIndex) else time.astype(float)
    steps = np.round(np.diff(seconds.to_numpy()) / S_PER_H, 6)
    values, counts = np.unique(steps, return_counts=True)
    usual = float(values[counts.argmax()])
    odd = np.flatnonzero(steps != usual)
    text = _(
        "the steps are not equal, so that powers are means and hours are rows: {usual:g} h as a rule, others {count}, "
        "the first of {odd:g} h after {time}"
    )
    return text.format(usual=usual, count=len(odd), odd=steps[odd[0]], time=time_text(time[int(odd[0])], len(time)))


def loaded_text(network: PowerNetwork, figures: PowerSeason, states: xarray.Dataset) -> str:
    """Return when which line or transformer is loaded most."""
    assert figures.loaded_row is not None
    element, row = str(figures.branches.index[0]), figures.branches.iloc[0]
    return _("highest loading, {time}: {element}, {loading:.1f} %").format(
        time=time_text(states.indexes["time"][figures.loaded_row], states.sizes["time"]),
        element=network.display_name(f"{row['kind']}s", element, language()),
        loading=100 * row["loading_max_share"],
    )


def _limit_text(network: PowerNetwork, kind: str, element: str) -> str:
    words = {
        "line": _("line {name}"),
        "transformer": _("transformer {name}"),
        "voltage": _("voltage of {name}"),
        "bus": _("all that lines and transformers at the bus carry"),
        "no_solution": _("no solution beyond"),
    }
    table = {"line": "lines", "transformer": "transformers", "voltage": "buses"}.get(kind)
    return words[kind].format(name=network.display_name(table, element, language()) if table else element)


def _branch_rows(network: PowerNetwork, figures: PowerSeason, rows: int) -> list[tuple[str, ...]]:
    beyond, loss = ("overloaded_rows", "loss_mean_mw") if figures.row_h is None else ("overloaded_h", "loss_mwh")
    return [
        (
            network.display_name(f"{row['kind']}s", str(branch), language()),
            f"{100 * row['loading_max_share']:.1f}",
            _when(row["time_max"], rows),
            f"{row[beyond]:g}",
            three_digits(row[loss]),
        )
        for branch, row in figures.branches.head(_ROWS).iterrows()
    ]


def _bus_rows(network: PowerNetwork, figures: PowerSeason, rows: int) -> list[tuple[str, ...]]:
    """Return the buses with the lowest and with the highest voltages."""
    low = figures.buses.sort_values("v_min_pu", kind="stable").index[: _ROWS // 2]
    high = figures.buses.sort_values("v_max_pu", ascending=False, kind="stable").index[: _ROWS // 2]
    outside = "outside_rows" if figures.row_h is None else "outside_h"
    return [
        (
            network.display_name("buses", str(bus), language()),
            f"{row['v_min_pu']:.4f}",
            _when(row["time_min"], rows),
            f"{row['v_max_pu']:.4f}",
            _when(row["time_max"], rows),
            f"{row[outside]:g}",
        )
        for bus, row in figures.buses.loc[list(dict.fromkeys([*low, *high]))].iterrows()
    ]


def _energy_rows(figures: PowerSeason) -> Iterable[tuple[str, str]]:
    """Return what depends on how long a row lasts: energies and hours, or mean powers and rows."""
    totals = figures.totals
    if figures.row_h is None:
        labels = {
            "import_mean_mw": _("Drawn from the upper grid, mean, MW"),
            "export_mean_mw": _("Given to the upper grid, mean, MW"),
            "load_mean_mw": _("Loads, mean, MW"),
            "generator_mean_mw": _("Generation, mean, MW"),
            "loss_mean_mw": _("Loss, mean, MW"),
            "overloaded_rows": _("Rows with an overload"),
            "outside_band_rows": _("Rows outside the voltage band"),
        }
    else:
        yield _("Duration of the rows, h"), f"{totals['hours']:g}"
        labels = {
            "import_mwh": _("Drawn from the upper grid, MWh"),
            "export_mwh": _("Given to the upper grid, MWh"),
            "load_mwh": _("Loads, MWh"),
            "generator_mwh": _("Generation, MWh"),
            "loss_mwh": _("Loss, MWh"),
            "overloaded_h": _("Hours with an overload"),
            "outside_band_h": _("Hours outside the voltage band"),
        }
    for name, label in labels.items():
        yield label, f"{totals[name]:,g}" if name.endswith(("_h", "_rows")) else three_digits(totals[name])


def _network_rows(figures: PowerSeason, comparison: PowerComparison) -> Iterable[tuple[str, str]]:
    totals = figures.totals
    yield _("Most drawn, MW"), three_digits(totals["import_max_mw"])
    yield _("Most given back, MW"), three_digits(totals["export_max_mw"])
    yield _("Largest residual of the balance, MW"), f"{totals['residual_max_mw']:.1e}"
    if comparison.hours:
        label = _("Largest difference to pandapower in {rows}, p.u.").format(rows=rows_text(comparison.hours))
        yield label, f"{comparison.max_dv_pu:.1e}"
    if comparison.not_converged:
        yield _("Rows that pandapower could not solve"), f"{comparison.not_converged}"


def _when(time: object, rows: int) -> str:
    strftime = getattr(time, "strftime", None)
    return strftime("%m-%d %H:%M") if strftime else time_text(time, rows)
