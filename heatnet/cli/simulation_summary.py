"""What `heatnet simulate` prints: rows by status, heat and losses, residuals, the worst shortfall, the engines compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from heatnet.cli.words import rows_text, small_text
from heatnet.i18n import _, language, pick
from heatnet.io.words import time_text
from heatnet.metrics.row_hours import row_hours
from heatnet.simulate import is_solved
from heatnet.simulate.compare import FAR_K, FAR_SHARE
from heatnet.simulate.quantities import QUANTITIES
from heatnet.simulate.status import HourStatus
from heatnet.units import GJ_PER_MWH

if TYPE_CHECKING:
    import xarray as xr

    from heatnet.model.network import Network
    from heatnet.physics.arrays import FloatArray
    from heatnet.simulate.compare import Comparison

#: quantity, value, where, when
_Row = tuple[str, str, str, str]

#: times that are named one by one
_TIMES_LISTED = 5
#: a smaller shortfall is the solver's
_LEAST_SHORTFALL_MW = 1e-6


def print_summary(network: Network, dataset: xr.Dataset, transient: bool) -> None:
    """Print what a simulation gave.

    Parameters
    ----------
    network : Network
    dataset : xarray.Dataset
        Result of `simulate`.
    transient : bool
        Rows are instants, not states that last.
    """
    from rich.markup import escape

    from heatnet.cli.show import console, table, warn
    from heatnet.cli.simulation_warnings import simulation_warnings

    statuses = _statuses(dataset)
    solved = np.array([is_solved(status) for status in statuses], dtype=bool)
    title = _("{name}, {engine}: {solved} of {rows} solved").format(
        name=pick(network.name), engine=dataset.attrs["engine"], solved=int(solved.sum()), rows=rows_text(len(statuses))
    )
    out = console()
    out.print(f"[bold]{escape(title)}[/]", soft_wrap=True)
    out.print(escape(f"  {_by_status(Counter(statuses))}{_also_at_rest(network, dataset, statuses)}"), soft_wrap=True)
    if not solved.all():
        first = time_text(dataset.indexes["time"][int(np.argmin(solved))], len(statuses))
        count = int((~solved).sum())
        text = _("rows without a solution, empty in the tables: {count}, the first at {time}").format(
            count=count, time=first
        )
        warn(text)
    if solved.any():
        hours = row_hours(dataset.indexes["time"], solved, transient)
        columns = (_("Quantity"), _("Value"), _("Where"), _("Time"))
        rows = [*_sums(network, dataset, hours, solved, transient), *_extremes(network, dataset), *_errors(dataset)]
        out.print(table(_sums_title(dataset, hours, solved), columns, rows))
        for text in simulation_warnings(network, dataset):
            warn(text)


def print_comparison(network: Network, comparison: Comparison, engines: Sequence[str]) -> None:
    """Print how far two engines lie apart, and what only one of them solved.

    Parameters
    ----------
    network : Network
    comparison : Comparison
    engines : sequence of str
        Names of the two.
    """
    from heatnet.cli.show import console, say, table, warn

    ours, theirs = engines
    out = console()
    title = _("Largest differences between {ours} and {theirs}, both solve {rows}").format(
        ours=ours, theirs=theirs, rows=rows_text(comparison.compared)
    )
    if comparison.largest:
        columns = (_("Difference"), _("Value"), _("Where"), _("Time"))
        out.print(table(title, columns, list(_difference_rows(network, comparison))))
    for engine, unsolved in ((ours, comparison.unsolved_ours), (theirs, comparison.unsolved_theirs)):
        text = _("{engine}: {count} of {rows} not solved").format(
            engine=engine, count=sum(unsolved.values()), rows=rows_text(comparison.rows)
        )
        say(f"{text} ({_by_status(unsolved)})" if unsolved else text)
    if comparison.other_status:
        first = comparison.other_status[0]
        text = _("Rows with different statuses: {count}, the first at {time} ({ours}; {theirs})").format(
            count=len(comparison.other_status),
            time=time_text(first.time, comparison.rows),
            ours=f"{ours}: {_label(first.ours)}",
            theirs=f"{theirs}: {_label(first.theirs)}",
        )
        warn(text)
    if comparison.far:
        warn(_far_text(comparison))
    if comparison.one_sided:
        text = _("Numbers that only one of the two solutions has: {count}").format(count=comparison.one_sided)
        warn(text)


def _far_text(comparison: Comparison) -> str:
    times = ", ".join(time_text(time, comparison.rows) for time in comparison.far[:_TIMES_LISTED])
    more = len(comparison.far) - _TIMES_LISTED
    times += _(" and {count} more").format(count=more) if more > 0 else ""
    return _(
        "the two solutions are different states in {rows} ({times}): a temperature by more than {t:g} K or a flow by more "
        "than {share:g} % of the largest. Where little flows, buoyancy can drive rings in several ways, and an hour can have "
        "more than one steady state; both keep all balances"
    ).format(rows=rows_text(len(comparison.far)), times=times, t=FAR_K, share=100 * FAR_SHARE)


def _statuses(dataset: xr.Dataset) -> list[str]:
    return [str(status) for status in dataset["status"].to_numpy()]


def _label(status: str) -> str:
    from heatnet.web.labels import status_label

    return status_label(status)


def _by_status(counts: Mapping[str, int]) -> str:
    """Return how many rows have each status, in words, solved ones first."""
    ordered = sorted(counts, key=lambda status: (not is_solved(status), -counts[status], status))
    return "; ".join(f"{counts[status]} × {_label(status)}" for status in ordered)


def _also_at_rest(network: Network, dataset: xr.Dataset, statuses: list[str]) -> str:
    """Return in how many undersupplied rows water also stands still: a row has one status, the worse."""
    open_pipes = (~network.pipes["closed"].astype(bool)).reindex(dataset["pipe"].to_numpy()).to_numpy(dtype=bool)
    rest = (dataset["pipe_mdot_kg_per_s"].transpose("time", "pipe").to_numpy()[:, open_pipes] == 0.0).any(axis=1)
    count = int((rest & (np.array(statuses) == HourStatus.UNDERSUPPLIED.value)).sum())
    return _("; water stands still in {count} of the undersupplied, too").format(count=count) if count else ""


def _sums_title(dataset: xr.Dataset, hours: FloatArray | None, solved: np.ndarray) -> str:
    if hours is not None:
        return _("Sums over {hours:g} h").format(hours=round(float(hours.sum()), 2))
    if solved.sum() == 1:
        return time_text(dataset.indexes["time"][int(np.argmax(solved))], len(solved))
    return _("Means of {rows}").format(rows=rows_text(int(solved.sum())))


def _figure(value: float) -> str:
    """Return a number with four digits or more: as many as its size makes worth reading."""
    size = abs(value)
    digits = 0 if size >= 1000.0 else 1 if size >= 100.0 else 2 if size >= 1.0 else 3
    return f"{value:,.{digits}f}"


def _sums(
    network: Network, dataset: xr.Dataset, hours: FloatArray | None, solved: np.ndarray, transient: bool
) -> Iterable[_Row]:
    """Return heat given, taken and lost, and pump electricity: MWh where the hours are known, else the mean in MW."""
    weights = solved / solved.sum() if hours is None else hours

    def total(power_mw: FloatArray) -> float:
        return float(np.sum(np.where(solved, power_mw, 0.0) * weights))

    def heat(value: float) -> str:
        if hours is None:
            return f"{_figure(value)} MW"
        return f"{_figure(value)} MWh ({_figure(value * GJ_PER_MWH)} GJ)"

    given = total(_given_mw(network, dataset))
    loss = total(dataset["heat_loss_mw"].to_numpy())
    unit = "MW" if hours is None else "MWh"
    share = f" ({100 * loss / given:.1f} %)" if given > 0 else ""
    missing = total(dataset["consumer_shortfall_mw"].sum("consumer").to_numpy())
    yield _("Heat from sources"), heat(given), "", ""
    yield _("Heat to consumers"), heat(total(dataset["consumer_heat_mw"].sum("consumer").to_numpy())), "", ""
    yield _("Heat loss"), f"{_figure(loss)} {unit}{share}", "", ""
    if transient:
        stored = dataset["stored_heat_mwh"].to_numpy()[solved]
        yield _("Change of stored heat"), f"{_figure(stored[-1] - stored[0])} MWh", "", ""
    if missing > _LEAST_SHORTFALL_MW:
        yield _("Shortfall of consumers"), heat(missing), "", ""
    pumps = dataset["plant_pump_mw"].sum("plant").to_numpy() + dataset["pump_mw"].sum("pump").to_numpy()
    yield _("Pump electricity"), f"{_figure(total(pumps))} {unit}", "", ""


def _given_mw(network: Network, dataset: xr.Dataset) -> FloatArray:
    """Return the heat of all sources in every row, in-line heaters included, MW."""
    heaters = (np.abs(dataset["pipe_mdot_kg_per_s"].to_numpy()) > 0) @ _heater_mw(network, dataset)
    return np.asarray(dataset["plant_heat_mw"].sum("plant").to_numpy() + heaters)


def _heater_mw(network: Network, dataset: xr.Dataset) -> FloatArray:
    heat = network.pipes["heat_mw"].fillna(0.0).where(~network.pipes["closed"].astype(bool), 0.0)
    values: FloatArray = heat.reindex(dataset["pipe"].to_numpy()).to_numpy(dtype=float)
    return values


def _extremes(network: Network, dataset: xr.Dataset) -> Iterable[_Row]:
    """Return what the network must be built for: highest load and velocity, pressures, the worst and the coldest consumer."""
    from heatnet.metrics.compliance import ATMOSPHERE_BAR
    from heatnet.metrics.state import worst_in_time

    time = dataset.indexes["time"]
    given = _given_mw(network, dataset)
    # rows without a solution have no sources, not none that give heat
    row = int(np.nanargmax(np.where(np.isfinite(dataset["heat_loss_mw"].to_numpy()), given, np.nan)))
    yield _("Highest load on the sources"), f"{_figure(given[row])} MW", "", time_text(time[row], len(time))
    worst = worst_in_time(network, dataset)
    if worst is not None:
        row, consumer, dp_bar = worst
        name = network.display_name("consumers", consumer, language())
        yield _("Available pressure, worst consumer"), f"{dp_bar:.2f} bar", name, time_text(time[row], len(time))
    on = dataset["consumer_mdot_kg_per_s"] > 0
    arriving = dataset["consumer_t_supply_degc"].where(on)
    for text, values, table, unit, largest in (
        (_("Supply temperature, coldest consumer"), arriving, "consumers", "°C", False),
        (_("Highest velocity"), dataset["pipe_velocity_m_per_s"], "pipes", "m/s", True),
    ):
        place = _extreme(values, largest)
        if place is not None:
            row, element, value = place
            shown = f"{value:.1f} {unit}" if unit == "°C" else f"{value:.2f} {unit}"
            yield text, shown, network.display_name(table, element, language()), time_text(time[row], len(time))
    for text, largest in ((_("Gauge pressure, lowest"), False), (_("Gauge pressure, highest"), True)):
        found = [
            (*place, line)
            for line in ("supply", "return")
            if (place := _extreme(dataset[f"node_p_{line}_bar"], largest)) is not None
        ]
        row, node, value, line = (max if largest else min)(found, key=lambda one: one[2])
        name = network.display_name("nodes", node, language())
        where = f"{name}, {_('supply line') if line == 'supply' else _('return line')}"
        yield text, f"{value - ATMOSPHERE_BAR:.2f} bar", where, time_text(time[row], len(time))
    missing = _extreme(dataset["consumer_shortfall_mw"], True)
    if missing is None or missing[2] <= _LEAST_SHORTFALL_MW:
        yield _("Worst shortfall of a consumer"), _("none"), "", ""
        return
    row, element, value = missing
    name = network.display_name("consumers", element, language())
    yield _("Worst shortfall of a consumer"), f"{value:.3f} MW", name, time_text(time[row], len(time))


def _extreme(values: xr.DataArray, largest: bool) -> tuple[int, str, float] | None:
    """Return row, element and value of the largest or smallest number, None where there is none."""
    (dimension,) = set(values.dims) - {"time"}
    array = values.transpose("time", dimension).to_numpy()
    if not np.isfinite(array).any():
        return None
    row, column = divmod(int(np.nanargmax(array) if largest else np.nanargmin(array)), array.shape[1])
    return row, str(values[dimension].to_numpy()[column]), float(array[row, column])


def _errors(dataset: xr.Dataset) -> Iterable[_Row]:
    """Return the largest residuals of both balances with their times."""
    for name, text, unit in (
        ("energy_residual_mw", _("Residual of the heat balance, largest"), "MW"),
        ("mass_residual_kg_per_s", _("Residual of the mass balance, largest"), "kg/s"),
    ):
        residual = np.abs(dataset[name].to_numpy())
        row = int(np.nanargmax(residual))
        yield text, small_text(residual[row], unit), "", time_text(dataset.indexes["time"][row], len(residual))


def _difference_rows(network: Network, comparison: Comparison) -> Iterable[_Row]:
    """Return kind, value, element and time; the quantity stands in the table of the comparison."""
    words = {
        "temperature": _("temperature"),
        "pressure": _("pressure"),
        "flow": _("flow, of the largest"),
        "heat": _("heat, of the largest"),
        "power": _("pump power, of the largest"),
    }
    for one in comparison.largest:
        value = small_text(one.value, one.unit)
        table = f"{QUANTITIES[one.quantity].dimension}s"
        where = network.display_name(table, one.element, language()) if one.element else one.quantity
        yield words[one.kind], value, where, time_text(one.time, comparison.rows)
