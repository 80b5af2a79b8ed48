"""`heatnet steam`: pressure, superheat and condensation of a steam network, or a study of one steam line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heatnet.errors import InputError, Problem, Problems
from heatnet.i18n import _, language, pick

if TYPE_CHECKING:
    from heatnet.metrics.steam_state import SteamAnswer
    from heatnet.model.boundary import Boundary
    from heatnet.model.network import Network

PAGE = "steam.html"


def add_commands(app: typer.Typer) -> None:
    """Add `steam`."""

    @app.command(
        help=_("Solve a steam network: pressure, superheat, condensation and limits along the line to every user."),
        epilog=_(
            "Examples: heatnet steam networks/teda_east · heatnet steam networks/teda_east --boundary myhours --out "
            "states --csv · heatnet steam networks/teda_east --by-need · heatnet steam --study studies/jinbin_steam"
        ),
    )
    def steam(
        network: Annotated[
            Path | None,
            typer.Argument(metavar="[NETWORK]", help=_("Steam network folder, or one with a steam/ folder in it.")),
        ] = None,
        boundary: Annotated[
            Path | None,
            typer.Option("--boundary", metavar="DIR", help=_("Boundary folder; the design state without it.")),
        ] = None,
        out: Annotated[
            Path | None, typer.Option("--out", metavar="DIR", help=_("Folder for the result tables and the page."))
        ] = None,
        csv: Annotated[bool, typer.Option("--csv", help=_("Write CSV instead of Parquet."))] = False,
        by_need: Annotated[
            bool,
            typer.Option("--by-need", help=_("Find the least pressure at the plant with which every user has his.")),
        ] = False,
        study: Annotated[
            Path | None,
            typer.Option("--study", metavar="STUDY", help=_("Study of one line instead: a folder with line.yaml.")),
        ] = None,
    ) -> None:
        _check_task(network, study, boundary, csv, by_need)
        if study is not None:
            run_line_study(study, out)
        elif network is not None:
            solve_steam_network(network, boundary, out, csv, by_need)


def _check_task(network: Path | None, study: Path | None, boundary: Path | None, csv: bool, by_need: bool) -> None:
    """Either a network or a study, and no option of the other."""
    problems = Problems()
    if (network is None) == (study is None):
        found = _("is missing") if network is None else _("stands beside --study")
        problems.add("NETWORK", found, _("A steam network, or --study with a study of one line"))
    if study is not None and network is None:
        for option, given in (("--boundary", boundary is not None), ("--csv", csv), ("--by-need", by_need)):
            if given:
                problems.add(option, _("stands beside --study"))
    problems.raise_if_any()


def run_line_study(path: Path, out: Path | None) -> None:
    """Compute a study of one steam line, write summary and report, print what it says.

    Raises
    ------
    InputError
        Before anything is written.
    """
    from heatnet.cli.show import console, say
    from heatnet.cli.steam_summary import print_line_study
    from heatnet.report.steam_study_page import write_study_page
    from heatnet.study.steam_line import load_steam_line
    from heatnet.study.steam_line_run import curves_of, summary_of, write_summary

    study = load_steam_line(path)
    folder = out or Path("results") / study.id
    problems = Problems()
    if folder.resolve() == study.file.parent:
        problems.add(str(folder), _("is a folder of the input: {path}").format(path=path), "", _("Name another one."))
    problems.raise_if_any()
    with console(stderr=True).status(_("Solving {name} …").format(name=study.id)):
        summary = summary_of(study)
        by_dn, by_flow = curves_of(study)
    write_summary(study, summary, folder)
    page = write_study_page(summary, by_dn, by_flow, folder / "report.html", language())
    print_line_study(summary)
    say(_("Tables: {path}").format(path=folder))
    say(_("Report: {path}").format(path=page))


def solve_steam_network(path: Path, folder: Path | None, out: Path | None, csv: bool, by_need: bool = False) -> None:
    """Solve, write where asked, print.

    Raises
    ------
    InputError
        Before anything is written.
    NotSolvableError
        If no row is solved, with the largest possible flow; the tables with the statuses are written.
    """
    from heatnet.cli.show import say
    from heatnet.cli.simulate import progress_bar
    from heatnet.cli.steam_summary import print_steam
    from heatnet.metrics.steam_state import answer_of
    from heatnet.steam import require_solved, solve_steam

    _check_options(path, folder, out, csv)
    network = steam_network_of(path)
    boundary = boundary_of(network, folder)
    title = _("Solving {name} …").format(name=pick(network.name))
    with progress_bar(title, len(boundary.time)) as progress:
        states = solve_steam(network, boundary, by_need=by_need, progress=progress)
        answer = answer_of(network, boundary, states, is_design=folder is None, by_need=by_need)
    if out is not None:
        _write(answer, out, ".csv" if csv else ".parquet")
    print_steam(answer)
    if out is not None:
        say(_("Tables: {path}").format(path=out))
        if answer.rows:
            say(_("Page: {path}").format(path=out / PAGE))
    require_solved(states, network, boundary)


def _check_options(path: Path, folder: Path | None, out: Path | None, csv: bool) -> None:
    from heatnet.cli.simulate import check_out

    problems = Problems()
    if csv and out is None:
        problems.add("--csv", _("stands without --out"), "", _("Name a folder with --out."))
    if out is not None:
        check_out(out, [path, path / "steam", *([] if folder is None else [folder])], False, problems)
    problems.raise_if_any()


def steam_network_of(path: Path) -> Network:
    """Return a steam network from its folder, from the folder that holds it as `steam/`, or from a bundled name.

    Raises
    ------
    InputError
        If there is none, or the folder has problems.
    """
    from heatnet.io.bundled import bundled_path
    from heatnet.io.network_folder import is_network_folder, load_network

    bundled = bundled_path("networks") / path.name
    network = load_network(
        bundled if len(path.parts) == 1 and not path.exists() and is_network_folder(bundled) else path
    )
    if network.carrier == "steam":
        return network
    if network.steam is None:
        found = _("a network of {carrier} without a folder steam/").format(carrier=network.carrier)
        raise InputError([Problem(str(path), found, _("'heatnet steam' solves steam networks"))])
    return network.steam


def boundary_of(network: Network, folder: Path | None) -> Boundary:
    """Return the boundary of a folder, or the design state: one row in which all follows the network."""
    from heatnet.io.boundary_folder import load_boundary
    from heatnet.model.boundary import NETWORK_WIDE, Boundary

    if folder is not None:
        return load_boundary(folder, network)
    import pandas as pd

    time = pd.Index([0.0], name="time")
    values = {}
    if network.design is not None:
        values["t_outdoor_degc"] = pd.DataFrame({NETWORK_WIDE: network.design.t_outdoor_degc}, index=time)
    return Boundary(time, values)


def _write(answer: SteamAnswer, out: Path, suffix: str) -> None:
    """Write the tables, the states along the line and the page in the place of earlier ones."""
    from heatnet.report.steam_page import profile_table, write_steam_page
    from heatnet.study.states import write_simulation

    (out / PAGE).unlink(missing_ok=True)
    write_simulation(answer.states, out, suffix, profile=profile_table(answer) if answer.rows else None)
    if answer.rows:
        write_steam_page(answer, out / PAGE, language())
