"""`heatnet batch`, `heatnet query` and `heatnet compare`: many seasons, questions to them, cases side by side."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heatnet.cli.progress import Bar
from heatnet.errors import InputError, NotSolvableError, Problem
from heatnet.i18n import _

if TYPE_CHECKING:
    from heatnet.study.batch_config import BatchConfig
    from heatnet.study.batch_pool import Workers
    from heatnet.study.batch_run import Kept, Progress
    from heatnet.study.case_compare import Comparison
    from heatnet.study.load import Study

#: rows of an answer that the terminal shows
_MOST_ROWS = 50
#: columns of an answer that stand side by side
_MOST_COLUMNS = 8
#: results that the terminal compares; the others are told with --all, --csv or --json
_MAIN_RESULTS = (
    "status",
    "cost_total_cny",
    "co2_average_total_t_co2",
    "co2_marginal_total_t_co2",
    "rate_share",
    "unmet_share",
)


def add_commands(app: typer.Typer) -> None:
    """Add `batch`, `query` and `compare`."""

    @app.command(
        help=_("Run a batch of what-if seasons of a study; a call continues what an earlier one has left."),
        epilog=_("Examples: heatnet batch STUDY --workers 4 · heatnet batch STUDY --scheduler tcp://10.0.0.5:8786"),
    )
    def batch(
        study: Annotated[Path, typer.Argument(metavar="STUDY", help=_("Study folder or study.yaml."))],
        workers: Annotated[int, typer.Option("--workers", min=1, help=_("Processes that share the seasons."))] = 2,
        scheduler: Annotated[
            str | None, typer.Option("--scheduler", help=_("Address of a running dask cluster, in place of processes."))
        ] = None,
        out: Annotated[
            Path | None, typer.Option("--out", help=_("Folder of the batch; results/STUDY/batch by default."))
        ] = None,
    ) -> None:
        run_batch_command(study, workers, scheduler, out)

    @app.command(
        help=_("Ask the tables of a batch (cases, elements, hours) a question in SQL."),
        epilog=_('Example: heatnet query results/STUDY "select status, count(*) from cases group by status"'),
    )
    def query(
        results: Annotated[Path, typer.Argument(metavar="RESULTS", help=_("Results of a study, or a batch folder."))],
        sql: Annotated[str, typer.Argument(metavar="SQL", help=_("One SELECT."))],
        csv: Annotated[bool, typer.Option("--csv", help=_("Print CSV."))] = False,
        as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
    ) -> None:
        print_query(results, sql, csv, as_json)

    @app.command(
        help=_("Show what differs in the inputs of cases, and what that did to the results."),
        epilog=_("Example: heatnet compare results/STUDY/gas_only results/STUDY/batch/cases/0007"),
    )
    def compare(
        cases: Annotated[
            list[Path],
            typer.Argument(metavar="A B …", help=_("Cases of results or of a batch; results mean all their cases.")),
        ],
        everything: Annotated[bool, typer.Option("--all", help=_("All results, not the main ones alone."))] = False,
        csv: Annotated[bool, typer.Option("--csv", help=_("Print CSV."))] = False,
        as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
    ) -> None:
        print_comparison(cases, everything, csv, as_json)


def run_batch_command(path: Path, workers: int, scheduler: str | None, out: Path | None) -> None:
    """Run a batch, write its tables and say how it ended.

    Raises
    ------
    NotSolvableError
        If a case has no result; the others are written.
    """
    from heatnet.cli.show import say, warn
    from heatnet.study.batch_run import run_batch
    from heatnet.study.load import load_study
    from heatnet.study.variants import variants
    from heatnet.study.weather_notes import weather_notes

    study = load_study(path)
    kept = _kept(study)
    folder = out or _folder_of(study)
    for note in weather_notes(study):
        warn(note)
    with _BatchBar() as bar:
        crew = _workers(workers, scheduler)
        if scheduler is None:
            bar.compile_ahead(study)
        progress = run_batch(study, variants(study), folder, crew, kept, bar.events)
        bar.done()
    say(
        _("{run} of {total} seasons run now, {failed} without a result: {folder}").format(
            run=progress.run, total=progress.total, failed=progress.failed, folder=folder
        )
    )
    _write_page(study, folder)
    if progress.failed:
        asked = "select status, reason, count(*) from cases where status <> 'ok' group by all"
        raise NotSolvableError(
            _('{failed} of {total} seasons have no result; why: heatnet query {folder} "{sql}"').format(
                failed=progress.failed, total=progress.total, folder=folder, sql=asked
            )
        )


def _write_page(study: Study, folder: Path) -> None:
    """Write what the batch is and the page about it, and say where it lies."""
    from heatnet.cli.show import say
    from heatnet.report.batch_page import build_batch_report
    from heatnet.study.batch_description import write_batch_description

    write_batch_description(study, folder)
    say(_("Report: {path}").format(path=build_batch_report(folder)))


def _folder_of(study: Study) -> Path:
    """Return the folder of a study's batch, which must not be that of a case."""
    from heatnet.study.batch_layout import BATCH_FOLDER

    if BATCH_FOLDER in study.cases:
        found = _("a case is called '{name}', as the folder of the batch").format(name=BATCH_FOLDER)
        raise InputError([Problem("study.yaml, cases", found, "", _("Give another folder with --out."))])
    return Path("results") / study.id / BATCH_FOLDER


def _kept(study: Study) -> Kept:
    """Return what a study's batch keeps.

    Raises
    ------
    InputError
        If the study has no batch, or names elements that its networks do not have.
    """
    from heatnet.study.batch_config import KeptElements
    from heatnet.study.batch_hours import element_problems
    from heatnet.study.batch_run import Kept

    if study.batch is None:
        where = f"{study.folder.name}/{study.file.name}"
        problem = Problem(where, _("has no key batch"), _("batch: what varies and how"), _("docs/batches.md says how."))
        raise InputError([problem])
    config: BatchConfig = study.batch.batch
    if not isinstance(config.keep, KeptElements):
        return Kept(config.keep, (), config.check_one_in, config.power_networks)
    networks = study.cases[study.batch.case].networks
    problems = element_problems(config.keep.elements, networks, "study.yaml, batch.keep.elements")
    if problems:
        raise InputError(problems)
    return Kept("summary", config.keep.elements, config.check_one_in, config.power_networks)


def _workers(count: int, scheduler: str | None) -> Workers:
    from heatnet.study.batch_pool import DaskCluster, LocalPool

    return LocalPool(count) if scheduler is None else DaskCluster(scheduler)


class _BatchBar(Bar):
    """Seasons done and failed, with the time left; elsewhere than on a terminal a line every twentieth."""

    def __init__(self) -> None:
        super().__init__()
        self._told = -1

    def compile_ahead(self, study: Study) -> None:
        """Compile what solves the pipes before several processes do."""
        from heatnet.cli.simulate import compilation_shown
        from heatnet.couple.ready import compile_ahead

        with compilation_shown(self._bar):
            compile_ahead([network for case in study.cases.values() for network in case.networks.values()])

    def events(self, progress: Progress) -> None:
        """Show how far the batch is."""
        text = _("{done} of {total} seasons, {failed} without a result").format(
            done=progress.done, total=progress.total, failed=progress.failed
        )
        # what earlier calls finished says nothing of the time that is left
        earlier = progress.done - progress.run
        self._bar.update(self._task, completed=progress.run, total=max(progress.total - earlier, 1), description=text)
        twentieth = 20 * progress.done // max(progress.total, 1)
        if not self._is_terminal and twentieth != self._told:
            self._bar.console.print(text, markup=False)
        self._told = twentieth


def print_query(results: Path, sql: str, csv: bool, as_json: bool) -> None:
    """Print the answer to a question as a table, as CSV or as JSON."""
    from heatnet.cli.show import console, say, table
    from heatnet.study.batch_query import query

    answer = query(results, sql)
    if csv or as_json:
        _print_data(answer.columns, answer.rows, as_json)
        return
    if len(answer.columns) > _MOST_COLUMNS:
        # a row on its side, as no terminal is as wide
        most = _MOST_COLUMNS - 1
        sides = [[name, *(_text(row[i]) for row in answer.rows[:most])] for i, name in enumerate(answer.columns)]
        console().print(table("", ["", *map(str, range(1, len(answer.rows[:most]) + 1))], sides))
    else:
        most = _MOST_ROWS
        console().print(table("", answer.columns, [[_text(value) for value in row] for row in answer.rows[:most]]))
    if len(answer.rows) > most:
        say(_("{shown} of {count} rows; --csv prints all.").format(shown=most, count=len(answer.rows)))


def print_comparison(paths: Sequence[Path], everything: bool, csv: bool, as_json: bool) -> None:
    """Print what differs between cases."""
    from heatnet.cli.show import console, say, table
    from heatnet.study.case_compare import compare_cases

    found = compare_cases(paths)
    if csv or as_json:
        rows = [("input", *_flat(row)) for row in found.inputs] + [("result", *_flat(row)) for row in found.results]
        _print_data(("what", "name", *found.names), rows, as_json)
        return
    inputs = [[place, *map(_text, values)] for place, values in found.inputs]
    if inputs:
        console().print(table(_("Inputs that differ"), ("", *found.names), inputs))
    elif found.differs_unseen:
        say(_("The inputs differ in networks or keys of the study that these cases do not keep."))
    else:
        say(_("No input differs."))
    chosen = [row for row in found.results if everything or row[0] in _MAIN_RESULTS]
    console().print(table(_("Results"), _result_columns(found), [_result_cells(row) for row in chosen]))


def _flat(row: tuple[str, tuple[Any, ...]]) -> tuple[Any, ...]:
    return (row[0], *row[1])


def _result_columns(found: Comparison) -> list[str]:
    first, *others = found.names
    return ["", first, *(column for other in others for column in (other, _("difference")))]


def _result_cells(row: tuple[str, tuple[Any, ...]]) -> list[str]:
    name, (first, *others) = row
    cells = [name, _text(first)]
    for other in others:
        both = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (first, other))
        cells += [_text(other), _text(other - first) if both else ""]
    return cells


def _text(value: Any) -> str:
    """Return a value for a table: numbers with six figures and no exponent."""
    if value is None:
        return "–"
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1e6 else f"{value:.6g}"


def _print_data(columns: Sequence[str], rows: Sequence[Sequence[Any]], as_json: bool) -> None:
    import csv
    import sys

    if as_json:
        names = _told_apart(columns)
        records = [dict(zip(names, map(_for_json, row), strict=True)) for row in rows]
        print(json.dumps(records, ensure_ascii=False, indent=1, default=str, allow_nan=False))
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


def _told_apart(columns: Sequence[str]) -> list[str]:
    """Return the names of columns, those that came before with a number: a record of JSON has each once."""
    names: list[str] = []
    for column in columns:
        name, number = column, 1
        while name in names or (number > 1 and name in columns):
            number += 1
            name = f"{column}_{number}"
        names.append(name)
    return names


def _for_json(value: Any) -> Any:
    """Return a value with nothing in the place of what JSON has no number for."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_for_json(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _for_json(one) for key, one in value.items()}
    return value
