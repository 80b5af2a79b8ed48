"""`heatnet run`: a study from its file to the verdict on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heatnet.cli.progress import Bar
from heatnet.errors import NotSolvableError
from heatnet.i18n import _, language, pick

if TYPE_CHECKING:
    from heatnet.model.network import Network
    from heatnet.study.load import Study


def add_commands(app: typer.Typer) -> None:
    """Add `run`."""

    @app.command(
        help=_("Run a study: dispatch, pipes, accounts, map and report of every case."),
        epilog=_("Examples: heatnet run studies/teda_2025 · heatnet run studies/teda_2025 --case plan_2025 --lang zh"),
    )
    def run(
        study: Annotated[Path, typer.Argument(metavar="STUDY", help=_("Study folder or study.yaml."))],
        case: Annotated[str | None, typer.Option("--case", help=_("Only this case (and the baseline)."))] = None,
        out: Annotated[
            Path | None,
            typer.Option("--out", help=_("Results folder; results/STUDY by default, with --case results/STUDY-CASE.")),
        ] = None,
        workers: Annotated[int, typer.Option("--workers", min=1, help=_("Processes that share the cases."))] = 2,
    ) -> None:
        run_study(study, case, out, workers)


def run_study(path: Path, case: str | None, out: Path | None, workers: int) -> None:
    """Run, write every output, print the verdict.

    Raises
    ------
    NotSolvableError
        If a case has no result; the others are written.
    """
    from heatnet.study.load import load_study

    study = load_study(path, case)
    folder = out or Path("results") / (study.id if case is None else f"{study.id}-{case}")
    summary = solved_summary(study, folder, workers)
    _print_verdict(study, summary, folder)
    failed = {name: entry["reason"] for name, entry in summary["cases"].items() if entry["status"] != "ok"}
    if failed:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in failed.items())
        raise NotSolvableError(_("Cases without a result: {reasons}").format(reasons=reasons))


def solved_summary(study: Study, folder: Path, workers: int) -> dict[str, Any]:
    """Run every case, write every output, and return the summary."""
    from heatnet.study.run import run_cases
    from heatnet.study.summary import write_summary

    _forget_pages(folder)
    with _Progress() as progress:
        progress.compile_ahead([network for one in study.cases.values() for network in one.networks.values()])
        runs = run_cases(study, folder, workers, progress.events)
        progress.say(_("Accounts, map, report"))
        summary = write_summary(study, runs, folder)
        _write_pages(folder, workers)
        progress.done()
    return summary


def _forget_pages(folder: Path) -> None:
    """Remove what an earlier run wrote over all cases: an interrupted run must not leave it beside new cases."""
    for name in ("summary.json", "summary.csv", "report.html", "map.html", "results.xlsx"):
        (folder / name).unlink(missing_ok=True)


def _write_pages(folder: Path, workers: int) -> None:
    """Write map, report and workbook; the workbook in a process of its own where there may be several."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from heatnet.maps import build_map
    from heatnet.report import build_report
    from heatnet.report.workbook import write_workbook
    from heatnet.web.results_view import load_study

    book = (folder, folder / "results.xlsx", language())
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        beside = pool.submit(write_workbook, *book) if workers > 1 else None
        study = load_study(folder)
        build_map(study, folder / "map.html", language())
        build_report(study, folder / "report.html", language())
        if beside is not None:
            beside.result()
    if beside is None:
        write_workbook(*book)


class _Progress(Bar):
    """A bar with the time left on a terminal, one line a case elsewhere."""

    def events(self, done: int, total: int, text: str, finished_case: bool) -> None:
        """Show `done` of `total` steps; a line a finished case where there is no terminal."""
        self._bar.update(self._task, completed=done, total=total, description=text)
        if finished_case and not self._is_terminal:
            self._bar.console.print(f"{100 * done / max(total, 1):3.0f} %  {text}", markup=False)

    def compile_ahead(self, networks: Sequence[Network]) -> None:
        """Compile what solves the pipes of some networks where that is not done yet, before several processes do."""
        from heatnet.cli.simulate import compilation_shown
        from heatnet.couple.ready import compile_ahead

        with compilation_shown(self._bar):
            compile_ahead(networks)


def _print_verdict(study: Study, summary: dict[str, Any], folder: Path) -> None:
    from heatnet.cli.verdict import print_verdict

    title = pick(study.config.title.both())
    print_verdict(title, summary, folder)
