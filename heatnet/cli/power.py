"""`heatnet power`: voltages, loadings and limits of a power network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heatnet.errors import NotSolvableError, Problems
from heatnet.i18n import _, pick

if TYPE_CHECKING:
    import pandas as pd
    import xarray

    from heatnet.electric.model import PowerModel
    from heatnet.model.boundary import Boundary
    from heatnet.model.power_network import PowerNetwork

#: the hour of the highest loading as pandapower reads it
NET_FILE = "worst_hour_pandapower.json"
#: power factor of the further load
_MARGIN_COS_PHI = 0.95
#: rows that pandapower solves again: the most loaded one, and others spread over the boundary
_SAMPLE = 6


def add_commands(app: typer.Typer) -> None:
    """Add `power`."""

    @app.command(
        help=_("Solve a power network: voltages, loadings, losses and how much more load its buses can take."),
        epilog=_(
            "Examples: heatnet power networks/teda_east · heatnet power networks/teda_east --year · "
            "heatnet power networks/teda_east --boundary myhours --out states --csv"
        ),
    )
    def power(
        network: Annotated[
            Path,
            typer.Argument(
                metavar="NETWORK", help=_("Network folder with an electric/ folder in it, or a power network's own.")
            ),
        ],
        boundary: Annotated[
            Path | None,
            typer.Option(
                "--boundary", metavar="DIR", help=_("Boundary folder; what it does not name stands as the tables say.")
            ),
        ] = None,
        year: Annotated[
            bool,
            typer.Option(
                "--year",
                help=_(
                    "The typical year: loads by their profiles, PV by the built-in climate; "
                    "with --boundary for what that does not name."
                ),
            ),
        ] = False,
        margins: Annotated[
            bool, typer.Option("--margins", help=_("Find how much more load each bus can take (slower)."))
        ] = False,
        threads: Annotated[int, typer.Option("--threads", min=1, max=64, help=_("Threads."))] = 2,
        out: Annotated[
            Path | None, typer.Option("--out", metavar="DIR", help=_("Folder for the result tables."))
        ] = None,
        csv: Annotated[bool, typer.Option("--csv", help=_("Write CSV instead of Parquet."))] = False,
    ) -> None:
        _check_options(network, boundary, year, out, csv)
        solve_power_network(network, boundary, year, margins, threads, out, csv)


def _check_options(path: Path, folder: Path | None, year: bool, out: Path | None, csv: bool) -> None:
    from heatnet.cli.simulate import check_out

    problems = Problems()
    if csv and out is None:
        problems.add("--csv", _("stands without --out"), "", _("Name a folder with --out."))
    if out is not None:
        check_out(out, [path, path / "electric", *([] if folder is None else [folder])], False, problems)
    problems.raise_if_any()


def solve_power_network(
    path: Path, folder: Path | None, year: bool, margins: bool, threads: int, out: Path | None, csv: bool
) -> None:
    """Solve, write where asked, print.

    Raises
    ------
    InputError
        Before anything is written.
    NotSolvableError
        If no row is solved; the tables with the statuses are written.
    """
    from heatnet.cli.power_summary import loaded_text, print_margins, print_power, print_table_values
    from heatnet.cli.show import say, warn
    from heatnet.cli.simulate import progress_bar
    from heatnet.electric.model import PowerModel, compare_with_pandapower
    from heatnet.metrics.power_season import power_season
    from heatnet.model.power_warnings import power_warnings
    from heatnet.study.states import write_simulation

    network = power_network_of(path)
    boundary = boundary_of(network, folder, year)
    title = _("Solving {name} …").format(name=pick(network.name))
    with progress_bar(title, len(boundary.time)) as progress:
        model = PowerModel(network)
        states = model.solve(boundary, threads, progress)
    figures = power_season(network, states)
    shown = figures.worst_row if figures.loaded_row is None else figures.loaded_row
    comparison = compare_with_pandapower(model, boundary, states, sample_rows(states, shown))
    room = _margins(network, boundary, states, threads) if margins and shown is not None else None
    note = loaded_text(network, figures, states) if figures.loaded_row is not None else ""
    if out is not None:
        write_simulation(states, out, ".csv" if csv else ".parquet", margins=room)
        _write_net(model, boundary, states, shown, note, out / NET_FILE)
    print_power(network, states, figures, comparison)
    print_table_values(network, boundary, year)
    for text in power_warnings(network):
        warn(text)
    if room is not None:
        print_margins(network, room, len(boundary.time))
    if out is not None:
        say(_("Tables: {path}").format(path=out))
        if shown is not None:
            say(f"{NET_FILE}: {note or pick(network.name)}")
    if figures.worst_row is None:
        raise NotSolvableError(
            _(
                "No row is solved: the loads are more than the network can carry at any voltage. Lower them, or add lines."
            )
        )


def power_network_of(path: Path) -> PowerNetwork:
    """Return a power network from its folder, from the folder that holds it as `electric/`, or from a bundled name.

    Raises
    ------
    InputError
        If there is none, or the folder has problems.
    """
    from heatnet.io.bundled import bundled_path
    from heatnet.io.network_folder import is_network_folder, load_power_network

    bundled = bundled_path("networks") / path.name
    is_bundled = len(path.parts) == 1 and not path.exists() and is_network_folder(bundled)
    return load_power_network(bundled if is_bundled else path)


def boundary_of(network: PowerNetwork, folder: Path | None, year: bool) -> Boundary:
    """Return the boundary of a folder, a typical year, the one in the other, or one row in which all follows the tables."""
    import pandas as pd

    from heatnet.io.boundary_folder import load_boundary
    from heatnet.model.boundary import Boundary

    given = None if folder is None else load_boundary(folder, network)
    if year:
        from heatnet.demand.climate import synthetic_year
        from heatnet.demand.power import power_boundary, within_year

        typical = power_boundary(network, synthetic_year())
        return typical if given is None else within_year(given, typical, str(folder))
    return given or Boundary(pd.Index([0.0], name="time"))


def sample_rows(states: xarray.Dataset, worst_row: int | None) -> list[int]:
    """Return the rows that pandapower solves again: evenly spread ones and the worst, or most loaded, one."""
    last = states.sizes["time"] - 1
    rows = {round(last * step / max(_SAMPLE - 1, 1)) for step in range(_SAMPLE)}
    return sorted(rows if worst_row is None else rows | {worst_row})


def _margins(network: PowerNetwork, boundary: Boundary, states: xarray.Dataset, threads: int) -> pd.DataFrame:
    """Return the least further load by bus, MW, over the hours in which something is closest to its limit, and what limits it.

    Columns `bus`, `v_nom_kv`, `room_mw`, `limit` (kind), `element`, `time`, `cos_phi`.
    """
    from heatnet.cli.simulate import progress_bar
    from heatnet.electric.headroom import CRITICAL_HOURS, critical_rows, least_headroom
    from heatnet.electric.setpoints import setpoints_of

    buses = [str(bus) for bus in network.buses.index if bus not in set(network.grids["bus"])]
    rows = critical_rows(states, CRITICAL_HOURS)
    likely = [rows.index(row) for row in critical_rows(states)]
    given = setpoints_of(network, boundary.rows(rows))
    with progress_bar(_("Further load by bus …"), 1) as progress:
        least = least_headroom(network, given, buses, likely, _MARGIN_COS_PHI, threads, progress).reset_index()
    least.insert(1, "v_nom_kv", network.buses["v_nom_kv"].loc[least["bus"]].to_numpy())
    least = least.rename(columns={"kind": "limit"})
    least["time"] = boundary.time[rows][least.pop("row")]
    return least.assign(cos_phi=_MARGIN_COS_PHI)


def _write_net(
    model: PowerModel, boundary: Boundary, states: xarray.Dataset, row: int | None, note: str, file: Path
) -> None:
    from heatnet.adapters.power_net import write_net
    from heatnet.electric.model import solved_net

    if row is None:
        file.unlink(missing_ok=True)
        return
    net = solved_net(model, boundary, states, row)
    net.name = ", ".join(part for part in (pick(model.network.name), note) if part)
    write_net(net, file)
