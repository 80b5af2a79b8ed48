"""`heatnet optimise STUDY --uptake`: waste heat taken against waste heat connected, and what limits it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from heatnet.i18n import _, language, pick

#: folder of the results beside the study's cases
FOLDER = "uptake"


def uptake_of(path: Path, case: str | None, waste_set: str | None, out: Path | None) -> dict[str, Any]:
    """Dispatch every size, write table and page, print the curve, and return the summary.

    Parameters
    ----------
    path : Path
        Study folder, its file, or the name of a bundled study.
    case : str, optional
        The plan's case, or the last one, by default.
    waste_set : str, optional
        Whose plants are sized; the study's target by default.
    out : Path, optional
        Folder; `results/STUDY/uptake` by default.

    Raises
    ------
    InputError
        As `heatnet.study.uptake_curve.uptake_curve`.
    """
    from heatnet.cli.progress import Steps
    from heatnet.report.uptake_curve import PAGE, write_uptake_page
    from heatnet.study.load import load_study
    from heatnet.study.uptake_curve import SIZES, chosen_set, uptake_curve, write_curve

    study = load_study(path)
    name = case or study.config.plan_case or next(reversed(study.cases))
    chosen = chosen_set(study, waste_set)
    with Steps() as steps:
        steps.begin(len(SIZES), _("Dispatch and pipes by size"))
        points = uptake_curve(
            study,
            name,
            chosen,
            tick=lambda _size: steps.step(_("Dispatch and pipes by size")),
            threads=os.cpu_count() or 1,
        )
    folder = out or Path("results") / study.id / FOLDER
    summary = write_curve(study, name, chosen, points, folder)
    page = write_uptake_page(summary, folder / PAGE, language())
    _print(summary, folder, page)
    return summary


def _print(summary: dict[str, Any], folder: Path, page: Path) -> None:
    from rich.markup import escape

    from heatnet.cli.show import console, report_table
    from heatnet.report.uptake_curve import curve_sentences, curve_table, solved_points

    out = console()
    out.print(f"[bold]{escape(_('Uptake of waste heat'))}: {escape(pick(summary['case_label']))}[/]")
    for sentence in curve_sentences(summary):
        out.print(escape(sentence))
    out.print(report_table(curve_table(solved_points(summary), brief=True)))
    for label, file in ((_("Report"), page), (_("Tables"), folder)):
        out.print(escape(f"{label}: {file}"), soft_wrap=True)
