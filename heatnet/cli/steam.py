"""`heatnet steam`: a steam network at its own demands or along a boundary folder, and the states along its longest way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heatnet.errors import InputError, Problem
from heatnet.i18n import _, pick

if TYPE_CHECKING:
    import xarray as xr

    from heatnet.model.boundary import Boundary
    from heatnet.model.network import Network

_T_PER_H_PER_KG_PER_S = 3.6
#: lines of the printed profile; points of every pipe in the written one
_PRINTED_POINTS, _POINTS_PER_PIPE = 16, 21
#: a day of January, for the ground of a network whose demands hold at any time
_WINTER_DAY = "2025-01-15"


def add_commands(app: typer.Typer) -> None:
    """Add `steam`."""

    @app.command(
        help=_("Solve a steam network: pressure, temperature, superheat and dryness along its pipes, losses, limits."),
        epilog=_(
            "Examples: heatnet steam networks/teda_east · "
            "heatnet steam networks/teda_east --boundary myhours --out steam --csv"
        ),
    )
    def steam(
        network: Annotated[
            Path, typer.Argument(metavar="NETWORK", help=_("Steam network folder, or a network with a folder steam/."))
        ],
        boundary: Annotated[
            Path | None,
            typer.Option("--boundary", metavar="DIR", help=_("Boundary folder; else the network's own demands.")),
        ] = None,
        out: Annotated[
            Path | None, typer.Option("--out", metavar="DIR", help=_("Folder for the result tables."))
        ] = None,
        csv: Annotated[bool, typer.Option("--csv", help=_("Write CSV instead of Parquet."))] = False,
    ) -> None:
        solve_steam_network(network, boundary, out, csv)


def solve_steam_network(path: Path, boundary_folder: Path | None, out: Path | None, csv: bool) -> None:
    """Solve, write the tables where asked, print the row of largest flow.

    Raises
    ------
    InputError
        Before anything is written.
    NotSolvableError
        If no row is solved, with the largest possible flow; the tables with the statuses are written.
    """
    import numpy as np
    import pandas as pd

    from heatnet.cli.show import say
    from heatnet.io.boundary_folder import load_boundary
    from heatnet.model.boundary import Boundary
    from heatnet.steam import profile, require_solved, solve_steam
    from heatnet.study.states import write_states

    if csv and out is None:
        raise InputError([Problem("--csv", _("stands without --out"), "", _("Name a folder with --out."))])
    network = _steam_network(path)
    if boundary_folder is None:
        boundary = Boundary(pd.DatetimeIndex([_WINTER_DAY], name="time"))
    else:
        boundary = load_boundary(boundary_folder, network)
    solved = solve_steam(network, boundary)
    flow = solved["plant_mdot_kg_per_s"].sum("plant").to_numpy()
    along = None
    if np.isfinite(solved["heat_loss_mw"]).any():
        row = int(np.nanargmax(np.where(np.isfinite(solved["heat_loss_mw"]), flow, np.nan)))
        along = profile(network, boundary, _farthest(network, boundary), [row], _POINTS_PER_PIPE).isel(time=0)
        _print_state(network, boundary.rows([row]), solved.isel(time=row), along)
    if out is not None:
        suffix = ".csv" if csv else ".parquet"
        write_states(solved, out, suffix)
        if along is not None:
            _write_profile(along, out, suffix)
        say(_("Tables: {path}").format(path=out))
    require_solved(solved)


def _steam_network(path: Path) -> Network:
    from heatnet.io.network_folder import load_network

    network = load_network(path)
    if network.carrier == "steam":
        return network
    if network.steam is None:
        raise InputError(
            [
                Problem(
                    str(path),
                    _("has no steam network"),
                    _("A steam network folder, or a network with a folder steam/."),
                )
            ]
        )
    return network.steam


def _farthest(network: Network, boundary: Boundary) -> str:
    """Return the consumer's node that the steam reaches last."""
    from heatnet.steam import profile

    def distance_m(node: str) -> float:
        return float(profile(network, boundary.rows([0]), node, [0], 2)["distance_m"].max())

    return max((str(node) for node in network.consumers["node"].unique()), key=distance_m)


def _print_state(network: Network, hour: Boundary, state: xr.Dataset, along: xr.Dataset) -> None:
    import numpy as np

    from heatnet.cli.show import console, say, table
    from heatnet.steam import dry_flows
    from heatnet.web.labels import status_label

    dry = dry_flows(network, hour).isel(time=0)
    say(f"{pick(network.name)}, {str(state['time'].values)[:16]}, {status_label(str(state['status'].item()))}")
    plants = [
        (
            str(plant),
            f"{_T_PER_H_PER_KG_PER_S * float(one['plant_mdot_kg_per_s']):.1f}",
            f"{float(one['plant_p_bar']):.2f}",
            f"{float(one['plant_t_supply_degc']):.1f}",
            f"{float(one['plant_heat_mw']):.2f}",
        )
        for plant in state["plant"].values
        for one in [state.sel(plant=plant)]
    ]
    console().print(table(_("Plants"), [_("plant"), "t/h", "bar", "°C", "MW"], plants))
    consumers = [
        (
            str(consumer),
            f"{_T_PER_H_PER_KG_PER_S * float(one['consumer_mdot_kg_per_s']):.1f}",
            f"{float(one['consumer_p_bar']):.2f}",
            f"{float(one['consumer_t_supply_degc']):.1f}",
            f"{float(one['consumer_superheat_k']):.1f}",
            f"{float(one['consumer_dryness_share']):.3f}",
            f"{_T_PER_H_PER_KG_PER_S * float(dry['consumer_dry_mdot_kg_per_s'].sel(consumer=consumer)):.1f}",
        )
        for consumer in state["consumer"].values
        for one in [state.sel(consumer=consumer)]
    ]
    heads = [_("consumer"), "t/h", "bar", "°C", _("superheat, K"), _("dryness"), _("least dry flow, t/h")]
    console().print(table(_("Arrival at the consumers"), heads, consumers))
    points = np.unique(np.linspace(0, along.sizes["point"] - 1, _PRINTED_POINTS).round().astype(int))
    lines = [
        (
            f"{float(one['distance_m']):.0f}",
            str(one["pipe"].item()),
            f"{float(one['p_bar']):.2f}",
            f"{float(one['t_degc']):.1f}",
            f"{float(one['superheat_k']):.1f}",
            f"{float(one['dryness_share']):.3f}",
            f"{float(one['velocity_m_per_s']):.1f}",
            f"{_T_PER_H_PER_KG_PER_S * float(one['mdot_kg_per_s']):.1f}",
        )
        for one in (along.isel(point=int(point)) for point in points)
    ]
    heads = [_("distance, m"), _("pipe"), "bar", "°C", _("superheat, K"), _("dryness"), "m/s", "t/h"]
    console().print(table(_("Along the way to {node}").format(node=along.attrs["node"]), heads, lines))
    say(
        _("Heat loss {loss:.2f} MW, condensate drained {drained:.2f} t/h.").format(
            loss=float(state["heat_loss_mw"]), drained=_T_PER_H_PER_KG_PER_S * float(state["condensate_kg_per_s"])
        )
    )


def _write_profile(along: xr.Dataset, out: Path, suffix: str) -> None:
    from heatnet.io.results_store import write_table

    write_table(along.reset_coords(drop=False).to_dataframe().set_index("time"), out / f"profile{suffix}")
