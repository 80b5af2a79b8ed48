"""`heatnet simulate`: a network along a boundary folder, row by row, by one engine or by both."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heatnet.errors import InputError, NotSolvableError, Problem, Problems
from heatnet.i18n import _, pick

if TYPE_CHECKING:
    import xarray as xr
    from rich.progress import Progress, TaskID

    from heatnet.model.boundary import Boundary
    from heatnet.model.network import Network


class Engine(StrEnum):
    """What solves the rows."""

    SEASON = "season"
    PANDAPIPES = "pandapipes"
    BOTH = "both"

    @property
    def names(self) -> tuple[str, ...]:
        """The engines in the order in which they solve."""
        return ("season", "pandapipes") if self is Engine.BOTH else (self.value,)


_STEP_S = 900.0
_STEP_RANGE_S = (1.0, 3600.0)
#: how plants heat primary water
_IN_THE_PIPES = ("supply", "return_preheat")


@dataclass(frozen=True)
class Wish:
    """What the user asked for."""

    network: Path
    boundary: Path
    out: Path
    engine: Engine = Engine.SEASON
    transient: bool = False
    step_s: float | None = None
    csv: bool = False
    threads: int = 1
    station_returns: bool = False

    @property
    def options(self) -> dict[str, Any]:
        """Arguments of `simulate` that are not its defaults."""
        moving = {"transient": True, "step_s": self.step_s or _STEP_S} if self.transient else {}
        return moving | ({"station_returns": True} if self.station_returns else {})


def add_commands(app: typer.Typer) -> None:
    """Add `simulate`."""

    @app.command(
        help=_("Simulate one network along a boundary folder, without study or weather, and write every quantity."),
        epilog=_(
            "Examples: heatnet simulate networks/teda_east --boundary myhours --out states · "
            "heatnet simulate networks/teda_east --boundary myhours --out states --engine both --csv"
        ),
    )
    def simulate(
        network: Annotated[Path, typer.Argument(metavar="NETWORK", help=_("Network folder."))],
        boundary: Annotated[Path, typer.Option("--boundary", metavar="DIR", help=_("Boundary folder."))],
        out: Annotated[Path, typer.Option("--out", metavar="DIR", help=_("Folder for the result tables."))],
        engine: Annotated[
            Engine, typer.Option("--engine", help=_("What solves the rows; both: season, compared with pandapipes."))
        ] = Engine.SEASON,
        transient: Annotated[
            bool, typer.Option("--transient", help=_("Heat on its way through pipes and walls, not steady states."))
        ] = False,
        step_s: Annotated[
            float | None,
            typer.Option("--step-s", help=_("Time step with --transient, seconds, 1 to 3600; 900 by default.")),
        ] = None,
        csv: Annotated[bool, typer.Option("--csv", help=_("Write CSV instead of Parquet."))] = False,
        threads: Annotated[int, typer.Option("--threads", min=1, help=_("Threads of the season engine."))] = 1,
        station_returns: Annotated[
            bool,
            typer.Option("--station-returns", help=_("Return temperatures from the exchange stations' own data.")),
        ] = False,
    ) -> None:
        simulate_network(
            Wish(network, boundary, out, engine, transient, step_s, csv, threads, station_returns),
        )


def simulate_network(wish: Wish) -> None:
    """Simulate, write the tables, print what came out.

    Raises
    ------
    InputError
        Before anything is written.
    NotSolvableError
        If no row is solved; the tables with the statuses are written.
    """
    from heatnet.cli.show import say
    from heatnet.cli.simulation_summary import print_comparison, print_summary
    from heatnet.io.boundary_folder import load_boundary
    from heatnet.simulate.compare import compare
    from heatnet.study.states import write_simulation

    check_wish(wish)
    network = _water_network(wish)
    boundary = load_boundary(wish.boundary, network)
    with _ended_kindly():
        results = [_with_shares(one, network, wish) for one in _solved(network, boundary, wish)]
        comparison = compare(*results) if len(results) > 1 else None
        write_simulation(
            results[0],
            wish.out,
            ".csv" if wish.csv else ".parquet",
            reference=results[1] if len(results) > 1 else None,
            comparison=comparison.table() if comparison else None,
        )
    print_summary(network, results[0], wish.transient)
    if comparison is not None:
        print_comparison(network, comparison, wish.engine.names)
    say(_("Tables: {path}").format(path=wish.out))
    _raise_if_nothing_solved(results[0])


def check_wish(wish: Wish) -> None:
    """Raise one `InputError` with everything that is wrong with options and folders."""
    problems = Problems()
    low, high = _STEP_RANGE_S
    if wish.transient and wish.engine is not Engine.SEASON:
        found = _("'{name}' stands beside --transient").format(name=wish.engine.value)
        problems.add("--engine", found, _("Only the season engine follows heat through time"))
    if wish.step_s is not None and not wish.transient:
        problems.add("--step-s", _("stands without --transient"), "", _("Add --transient."))
    if wish.step_s is not None and not low <= wish.step_s <= high:
        allowed = _("Allowed: {low:g} to {high:g}").format(low=low, high=high)
        problems.add("--step-s", _("value {value!r}").format(value=wish.step_s), allowed)
    check_out(wish.out, (wish.network, wish.boundary), wish.engine is Engine.BOTH, problems)
    problems.raise_if_any()


def check_out(out: Path, inputs: Sequence[Path], both: bool, problems: Problems) -> None:
    """Note where tables would go to a place that cannot be written, or replace an input or a table of somebody else."""
    from heatnet.study.states import REFERENCE_FOLDER, foreign_tables

    place, other = str(out), _("Name another one.")
    existing = next(one for one in (out.absolute(), *out.absolute().parents) if one.exists())
    if not existing.is_dir():
        problems.add(place, _("'{name}' is a file").format(name=existing.name), _("A folder"), other)
        return
    if not os.access(existing, os.W_OK):
        problems.add(place, _("cannot be written"), "", other)
    targets = {one.resolve() for one in ([out, out / REFERENCE_FOLDER] if both else [out])}
    for given in inputs:
        if given.resolve() in targets:
            problems.add(place, _("is a folder of the input: {path}").format(path=given), "", other)
            return
    strangers = foreign_tables(out, both)
    if strangers:
        names = ", ".join(str(file.relative_to(out)) for file in strangers)
        problems.add(place, _("holds tables that no simulation wrote: {names}").format(names=names), "", other)


def _water_network(wish: Wish) -> Network:
    """Return the network, if every engine solves it."""
    from heatnet.adapters.layout import layout_of
    from heatnet.io.network_folder import load_network
    from heatnet.simulate.support import check_supported

    network = load_network(wish.network)
    if network.carrier != "water":
        found = _("a network of {carrier}").format(carrier=network.carrier)
        raise InputError([Problem(str(wish.network), found, _("'heatnet simulate' simulates hot-water networks"))])
    # the reference engine comes last and solves less: nobody waits for the first to hear that
    check_supported(network, layout_of(network), wish.engine.names[-1])
    return network


def _solved(network: Network, boundary: Boundary, wish: Wish) -> list[xr.Dataset]:
    """Return the rows as each engine solves them."""
    from heatnet.simulate import simulate

    results = []
    for engine in wish.engine.names:
        title = _("Solving {name} …").format(name=f"{pick(network.name)}, {engine}")
        with progress_bar(title, len(boundary.time)) as progress:
            results.append(
                simulate(network, boundary, engine=engine, progress=progress, threads=wish.threads, **wish.options)
            )
    return results


@contextmanager
def _ended_kindly() -> Iterator[None]:
    """Answer a request to end (SIGTERM) as Ctrl+C is answered, so that temporary files go."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def progress_bar(title: str, rows: int) -> Iterator[Callable[[int, int], None]]:
    """Show a bar with the time left on a terminal, nothing elsewhere."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from heatnet.cli.show import console

    terminal = console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(_("time left")),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal) as bar:
        task = bar.add_task(title, total=rows)
        with compilation_shown(bar):
            yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def compilation_shown(bar: Progress) -> Iterator[None]:
    """Show how far the solver is compiled, on a line of its own, where it has to be: once on every machine."""
    from heatnet.compiled_code import compilation_told

    text = _("Compiling the solver, once on this machine, 1 to 2 minutes")
    tasks: list[TaskID] = []

    def tell(done: int, total: int) -> None:
        if not tasks:
            tasks.append(bar.add_task(text, total=total))
            if not bar.console.is_terminal:
                bar.console.print(text, markup=False)
        bar.update(tasks[0], completed=done, total=total)

    with compilation_told(tell):
        yield
    for task in tasks:
        bar.remove_task(task)


def _with_shares(dataset: xr.Dataset, network: Network, wish: Wish) -> xr.Dataset:
    """Return steady states with the share of each source in each consumer's heat, where there are several sources."""
    from heatnet.simulate.tracing import trace_sources
    from heatnet.study.states import SHARE

    heaters = int((network.pipes["heat_mw"].fillna(0.0) != 0.0).sum())
    sources = int(network.plants["connection"].isin(_IN_THE_PIPES).sum()) + heaters
    if wish.transient or sources < 2:
        return dataset
    traced = trace_sources(dataset, network)
    return dataset.assign({name: traced[name] for name in traced.data_vars if str(name).startswith(SHARE)})


def _raise_if_nothing_solved(dataset: xr.Dataset) -> None:
    from heatnet.simulate import is_solved
    from heatnet.web.labels import status_label

    statuses = {str(status) for status in dataset["status"].to_numpy()}
    if not any(is_solved(status) for status in statuses):
        reasons = ", ".join(sorted(status_label(status) for status in statuses))
        raise NotSolvableError(_("No state could be solved: {reasons}").format(reasons=reasons))
