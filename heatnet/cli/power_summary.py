"""What the terminal shows of a solved power network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heatnet.i18n import _, language, pick

if TYPE_CHECKING:
    import pandas as pd
    import xarray

    from heatnet.electric.model import PowerComparison
    from heatnet.metrics.power_season import PowerSeason
    from heatnet.model.power_network import PowerNetwork

#: rows of a table; the worst come first
_ROWS = 10


def print_power(
    network: PowerNetwork, states: xarray.Dataset, figures: PowerSeason, comparison: PowerComparison
) -> None:
    """Print how many rows are solved, the exchange, the most loaded branches, the outermost voltages, the comparison."""
    from rich.markup import escape

    from heatnet.cli.show import console, table

    out = console()
    title = _("{name}: {solved} of {rows} rows solved").format(
        name=pick(network.name), solved=int(figures.totals["hours"]), rows=states.sizes["time"]
    )
    out.print(f"[bold]{escape(title)}[/]", soft_wrap=True)
    if figures.worst_row is None:
        return
    branch_columns = (_("Line or transformer"), _("Loading, %"), _("When"), _("h above 100 %"), _("Loss, MWh"))
    out.print(table(_("Most loaded"), branch_columns, _branch_rows(network, figures), fold_first=True))
    bus_columns = (_("Bus"), _("Least, p.u."), _("When"), _("Largest, p.u."), _("When"), _("h outside the band"))
    out.print(table(_("Voltages"), bus_columns, _bus_rows(network, figures), fold_first=True))
    out.print(table(_("Network"), (_("Quantity"), _("Value")), _network_rows(figures, comparison)))


def print_margins(network: PowerNetwork, margins: pd.Series) -> None:
    """Print how much more load every bus can take."""
    from heatnet.cli.show import console, table

    rows = [
        (network.display_name("buses", str(bus), language()), f"{network.buses.at[bus, 'v_nom_kv']:g}", f"{value:,.2f}")
        for bus, value in margins.sort_values(kind="stable").items()
    ]
    title = _("Room for further load")
    console().print(table(title, (_("Bus"), _("kV"), _("MW")), rows, fold_first=True))


def _branch_rows(network: PowerNetwork, figures: PowerSeason) -> list[tuple[str, ...]]:
    return [
        (
            network.display_name(f"{row['kind']}s", str(branch), language()),
            f"{100 * row['loading_max_share']:.1f}",
            _when(row["time_max"]),
            f"{row['overloaded_h']:.0f}",
            f"{row['loss_mwh']:,.1f}",
        )
        for branch, row in figures.branches.head(_ROWS).iterrows()
    ]


def _bus_rows(network: PowerNetwork, figures: PowerSeason) -> list[tuple[str, ...]]:
    """Return the buses with the lowest and with the highest voltages."""
    low = figures.buses.sort_values("v_min_pu", kind="stable").index[: _ROWS // 2]
    high = figures.buses.sort_values("v_max_pu", ascending=False, kind="stable").index[: _ROWS // 2]
    return [
        (
            network.display_name("buses", str(bus), language()),
            f"{row['v_min_pu']:.4f}",
            _when(row["time_min"]),
            f"{row['v_max_pu']:.4f}",
            _when(row["time_max"]),
            f"{row['outside_h']:.0f}",
        )
        for bus, row in figures.buses.loc[list(dict.fromkeys([*low, *high]))].iterrows()
    ]


def _network_rows(figures: PowerSeason, comparison: PowerComparison) -> list[tuple[str, str]]:
    totals = figures.totals
    rows = [
        (_("Drawn from the upper grid, MWh"), f"{totals['import_mwh']:,.0f}"),
        (_("Given to the upper grid, MWh"), f"{totals['export_mwh']:,.0f}"),
        (_("Most drawn, MW"), f"{totals['import_max_mw']:,.1f}"),
        (_("Most given back, MW"), f"{totals['export_max_mw']:,.1f}"),
        (_("Loads, MWh"), f"{totals['load_mwh']:,.0f}"),
        (_("Generation, MWh"), f"{totals['generator_mwh']:,.0f}"),
        (_("Loss, MWh"), f"{totals['loss_mwh']:,.0f}"),
        (_("Hours with an overload"), f"{totals['overloaded_h']:,.0f}"),
        (_("Hours outside the voltage band"), f"{totals['outside_band_h']:,.0f}"),
        (_("Largest residual of the balance, MW"), f"{totals['residual_max_mw']:.1e}"),
    ]
    if comparison.hours:
        label = _("Largest difference to pandapower in {hours} rows, p.u.").format(hours=comparison.hours)
        rows.append((label, f"{comparison.max_dv_pu:.1e}"))
    if comparison.not_converged:
        rows.append((_("Rows that pandapower could not solve"), f"{comparison.not_converged}"))
    return rows


def _when(time: object) -> str:
    strftime = getattr(time, "strftime", None)
    return strftime("%m-%d %H:%M") if strftime else f"{time:g}"
