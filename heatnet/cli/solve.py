"""`heatnet solve`: the state of one network at an outdoor temperature or along a boundary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heatnet.errors import InputError, NotSolvableError, Problem, Problems
from heatnet.i18n import _, language, pick
from heatnet.io.words import time_text
from heatnet.units import T_PER_H_PER_KG_PER_S

if TYPE_CHECKING:
    import xarray as xr

    from heatnet.model.boundary import Boundary
    from heatnet.model.network import Network


_PLANT_FIGURES = ("heat_mw", "t_supply_degc", "t_return_degc", "mdot_kg_per_s", "pump_mw")
_ATMOSPHERE_BAR = 1.01325
_OUTDOOR_DEGC = (-60.0, 60.0)


def add_commands(app: typer.Typer) -> None:
    """Add `solve`."""

    @app.command(
        help=_("Solve one network: pressures, flows, temperatures, losses, the worst consumer."),
        epilog=_(
            "Examples: heatnet solve networks/teda_east --outdoor-degc -7 · "
            "heatnet solve networks/teda_east --boundary myhours --out states --csv"
        ),
    )
    def solve(
        network: Annotated[Path, typer.Argument(metavar="NETWORK", help=_("Network folder."))],
        outdoor_degc: Annotated[
            float | None, typer.Option("--outdoor-degc", help=_("Outdoor temperature, °C; the design one by default."))
        ] = None,
        boundary: Annotated[Path | None, typer.Option("--boundary", help=_("Boundary folder, instead."))] = None,
        out: Annotated[Path | None, typer.Option("--out", help=_("Folder for the result tables."))] = None,
        csv: Annotated[bool, typer.Option("--csv", help=_("Write CSV instead of Parquet."))] = False,
    ) -> None:
        solve_network(network, outdoor_degc, boundary, out, csv)


def solve_network(path: Path, outdoor_degc: float | None, boundary: Path | None, out: Path | None, csv: bool) -> None:
    """Solve, print, and write where asked.

    Raises
    ------
    NotSolvableError
        If no state converged.
    """
    from rich.markup import escape

    from heatnet.cli.show import console, say
    from heatnet.io.network_folder import load_network
    from heatnet.simulate import is_solved
    from heatnet.web.labels import status_label

    _check_options(outdoor_degc, boundary, out, csv)
    network = load_network(path)
    if network.carrier != "water":
        found = _("a network of {carrier}").format(carrier=network.carrier)
        raise InputError([Problem(str(path), found, _("'heatnet solve' solves hot-water networks"))])
    label = None if boundary is not None else _at_outdoor(network, outdoor_degc)
    with console(stderr=True).status(escape(_("Solving {name} …").format(name=pick(network.name)))):
        dataset = _solved(network, _boundary_of(network, outdoor_degc, boundary))
    statuses = [str(status) for status in dataset["status"].to_numpy()]
    for position in range(min(dataset.sizes["time"], 12)):
        time = time_text(dataset.indexes["time"][position], len(statuses))
        print_state(network, dataset.isel(time=position), label or time)
    if dataset.sizes["time"] > 12:
        say(_("{count} further states are in the tables.").format(count=dataset.sizes["time"] - 12))
    if out is not None:
        from heatnet.study.states import write_states

        write_states(dataset, out, ".csv" if csv else ".parquet")
        say(_("Tables: {path}").format(path=out))
    if not any(is_solved(status) for status in statuses):
        raise NotSolvableError(
            _("No state could be solved: {reasons}").format(
                reasons=", ".join(sorted({status_label(status) for status in statuses}))
            )
        )


def _check_options(outdoor_degc: float | None, boundary: Path | None, out: Path | None, csv: bool) -> None:
    problems = Problems()
    if boundary is not None and outdoor_degc is not None:
        problems.add("--outdoor-degc", _("stands beside --boundary"), "", _("Give one of the two."))
    low, high = _OUTDOOR_DEGC
    if outdoor_degc is not None and not low <= outdoor_degc <= high:
        allowed = _("Allowed: {low:g} to {high:g}").format(low=low, high=high)
        problems.add("--outdoor-degc", _("value {value!r}").format(value=outdoor_degc), allowed)
    if csv and out is None:
        problems.add("--csv", _("stands without --out"), "", _("Name a folder with --out."))
    problems.raise_if_any()


def _solved(network: Network, boundary: Boundary) -> xr.Dataset:
    from heatnet.simulate import simulate

    return simulate(network, boundary)


def _boundary_of(network: Network, outdoor_degc: float | None, folder: Path | None) -> Boundary:
    if folder is not None:
        from heatnet.io.boundary_folder import load_boundary

        return load_boundary(folder, network)
    from heatnet.couple.state import state_at_outdoor

    if network.design is None:
        raise InputError([Problem("network.yaml, design", _("is missing"), _("Needed without a boundary"))])
    return state_at_outdoor(network, network.design.t_outdoor_degc if outdoor_degc is None else outdoor_degc)


def _at_outdoor(network: Network, outdoor_degc: float | None) -> str:
    design = network.design.t_outdoor_degc if network.design is not None else float("nan")
    return _("at {t:g} °C outdoors").format(t=design if outdoor_degc is None else outdoor_degc)


def print_state(network: Network, state: xr.Dataset, time: str) -> None:
    """Print one state under its time: plants, balance, hydraulics, the worst and the coldest consumer."""
    from rich.markup import escape

    from heatnet.cli.show import console, table, warn
    from heatnet.metrics.state import state_warnings
    from heatnet.simulate import is_solved
    from heatnet.web.labels import status_label

    out = console()
    status = str(state["status"].to_numpy())
    title = _("{name}, state {time}: {status}").format(name=pick(network.name), time=time, status=status_label(status))
    out.print(f"[bold]{escape(title)}[/]", soft_wrap=True)
    if not is_solved(status):
        return
    out.print(table(_("Heat sources"), _plant_columns(), _plant_rows(network, state)))
    out.print(table(_("Network"), (_("Quantity"), _("Value"), _("Where")), _network_rows(network, state)))
    for warning in state_warnings(network, state):
        warn(warning)


def _plant_columns() -> tuple[str, ...]:
    return (
        _("Plant"),
        _("Heat, MW"),
        _("Supply, °C"),
        _("Return, °C"),
        _("Flow, t/h"),
        _("Pump power, kW"),
    )


def _number(value: float, digits: int = 1) -> str:
    return "–" if value != value else f"{value:,.{digits}f}"


def _plant_rows(network: Network, state: xr.Dataset) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for plant in state["plant"].to_numpy():
        one = state.sel(plant=plant)
        values = {name: float(one[f"plant_{name}"]) for name in _PLANT_FIGURES}
        if values["heat_mw"] != values["heat_mw"]:
            continue
        rows.append(
            (
                network.display_name("plants", str(plant), language()),
                _number(values["heat_mw"], 2),
                _number(values["t_supply_degc"]),
                _number(values["t_return_degc"]),
                _number(values["mdot_kg_per_s"] * T_PER_H_PER_KG_PER_S, 0),
                _number(values["pump_mw"] * 1000, 0),
            )
        )
    return rows


def _network_rows(network: Network, state: xr.Dataset) -> list[tuple[str, str, str]]:
    from heatnet.metrics.state import state_figures

    f = state_figures(network, state)
    lowest, highest = f["p_min_bar"] - _ATMOSPHERE_BAR, f["p_max_bar"] - _ATMOSPHERE_BAR

    def at(table: str, key: str) -> str:
        return network.display_name(table, f[key], language()) if f[key] else ""

    return [
        (_("Heat from sources"), f"{f['heat_mw']:.2f} MW", ""),
        (_("Heat to consumers"), f"{f['consumer_heat_mw']:.2f} MW", ""),
        (_("Heat loss"), f"{f['loss_mw']:.2f} MW ({100 * f['loss_share']:.1f} %)", ""),
        (_("Residual of the heat balance"), f"{f['balance_residual_share']:.1e}", ""),
        (_("Shortfall of consumers"), f"{f['shortfall_mw']:.3f} MW", ""),
        (_("Circulation pump head"), f"{f['head_bar']:.2f} bar", ""),
        (_("Pump power"), f"{f['pump_mw'] * 1000:.0f} kW", ""),
        (_("Available pressure, worst consumer"), f"{f['worst_dp_bar']:.2f} bar", at("consumers", "worst_consumer")),
        (_("Supply temperature, coldest consumer"), f"{f['coldest_degc']:.1f} °C", at("consumers", "coldest_consumer")),
        (_("Highest velocity"), f"{f['max_velocity_m_per_s']:.2f} m/s", at("pipes", "max_velocity_pipe")),
        (
            _("Highest specific friction"),
            f"{f['max_specific_friction_pa_per_m']:.0f} Pa/m",
            at("pipes", "max_specific_friction_pipe"),
        ),
        (_("Specific friction, mean over length"), f"{f['mean_specific_friction_pa_per_m']:.0f} Pa/m", ""),
        (_("Gauge pressure, lowest to highest"), f"{lowest:.2f} … {highest:.2f} bar", ""),
    ]
