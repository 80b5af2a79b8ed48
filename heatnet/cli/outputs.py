"""`heatnet map` and `heatnet report`: pages of results that exist."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heatnet.i18n import _, language

if TYPE_CHECKING:
    from heatnet.web.results_view import StudyResults


def add_commands(app: typer.Typer) -> None:
    """Add `map` and `report`."""

    @app.command(
        "map",
        help=_("Write the interactive map of a results folder as one offline HTML file."),
        epilog=_("Examples: heatnet map results/teda_2025 · heatnet map results/teda_2025 --lang zh --out map_zh.html"),
    )
    def map_command(
        results: Annotated[Path, typer.Argument(metavar="RESULTS", help=_("Results folder of a study."))],
        out: Annotated[Path | None, typer.Option("--out", help=_("File; map.html in the results by default."))] = None,
        open_page: Annotated[
            bool,
            typer.Option(
                "--open",
                help=_(
                    "Open it in the browser, with the key of TianDiTu from the environment variable TIANDITU_KEY if set."
                ),
            ),
        ] = False,
    ) -> None:
        path = write_map(results, out)
        if open_page:
            open_map(path)

    @app.command(
        help=_(
            "Write the report of a results folder: one offline HTML file and an Excel workbook; of several folders or cases "
            "a page that puts their cases side by side."
        ),
        epilog=_(
            "Examples: heatnet report results/teda_2025 · heatnet report results/teda_2025 --lang zh · "
            "heatnet report results/teda_2025/gas_only results/teda_2025/plan_2025"
        ),
    )
    def report(
        results: Annotated[
            list[Path], typer.Argument(metavar="RESULTS…", help=_("Results folders of studies, or of single cases."))
        ],
        out: Annotated[
            Path | None,
            typer.Option("--out", help=_("File; report.html in the results by default, comparison.html for several.")),
        ] = None,
    ) -> None:
        if len(results) == 1:
            write_report(results[0], out)
        else:
            write_comparison(results, out)


def write_map(results: Path, out: Path | None) -> Path:
    """Write the map, say where it lies and return that."""
    from heatnet.cli.show import say
    from heatnet.io.results_store import read_summary, results_root
    from heatnet.maps import build_map
    from heatnet.web.results_view import load_study

    root, case = results_root(results)
    read_summary(root)
    study = load_study(root, case)
    path = build_map(study, out or root / "map.html", language())
    say(_("Map: {path}").format(path=path))
    _say_widened(study)
    return path


def _say_widened(study: StudyResults) -> None:
    """Say that a page holds the whole study where one case was named, and whether that case opens first."""
    from heatnet.cli.show import say

    if study.opens is None:
        return
    words = {"study": study.folder.name, "case": study.opens}
    if study.opens in [case.id for case in study.ok_cases]:
        say(_("Written for all cases of {study}; {case} opens first.").format(**words))
    else:
        say(_("Written for all cases of {study}; {case} has no results.").format(**words))


def open_map(path: Path) -> None:
    """Open a map in the browser; the key travels behind the address and is in no file."""
    import os
    import webbrowser
    from urllib.parse import quote

    from heatnet.cli.show import warn

    key = os.environ.get("TIANDITU_KEY", "")
    if not webbrowser.open(path.resolve().as_uri() + (f"#tianditu={quote(key, safe='')}" if key else "")):
        warn(_("no browser was found; open {path} in one").format(path=path))


def write_report(results: Path, out: Path | None) -> None:
    """Write report and workbook of a study, or the page of a batch, and say where they lie."""
    from heatnet.cli.show import say
    from heatnet.report.batch_page import build_batch_report
    from heatnet.report.batch_results import is_batch

    if is_batch(results):
        say(_("Report: {path}").format(path=build_batch_report(results, out)))
        return
    from heatnet.io.results_store import read_summary, results_root
    from heatnet.report import build_report
    from heatnet.report.workbook import write_workbook
    from heatnet.web.results_view import load_study

    root, case = results_root(results)
    read_summary(root)
    study = load_study(root, case)
    path = build_report(study, out or root / "report.html", language())
    workbook = path.with_name("results.xlsx") if out is None else path.with_suffix(".xlsx")
    write_workbook(study, workbook, language())
    say(_("Report: {path}").format(path=path))
    say(_("Excel: {path}").format(path=workbook))
    _say_widened(study)


def write_comparison(results: Sequence[Path], out: Path | None) -> None:
    """Write the page that puts cases side by side and say where it lies."""
    from heatnet.cli.show import say
    from heatnet.io.results_store import results_root
    from heatnet.report.compare import build_comparison

    root, _case = results_root(results[0])
    path = build_comparison(results, out or root / "comparison.html", language())
    say(_("Comparison: {path}").format(path=path))
