"""`heatnet optimise STUDY --setpoints`: supply temperature and pump head of a study's case, and what they save."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from heatnet.i18n import _, language, pick

#: folder of the results beside the study's cases
FOLDER = "setpoints"


def optimise_setpoints_of(path: Path, out: Path | None) -> dict[str, Any]:
    """Choose, confirm, write tables and page, print what they save, and return the summary.

    Parameters
    ----------
    path : Path
        Study folder, its file, or the name of a bundled study.
    out : Path, optional
        Folder; `results/STUDY/setpoints` by default.

    Raises
    ------
    InputError, NotSolvableError
        As `heatnet.study.setpoints.run_setpoints`.
    """
    from heatnet.cli.show import console
    from heatnet.report.setpoints import build_setpoints_page
    from heatnet.study.load import load_study
    from heatnet.study.setpoints import run_setpoints

    study = load_study(path)
    folder = out or Path("results") / study.id / FOLDER
    with console(stderr=True).status(_("Reading")) as status:
        summary = run_setpoints(study, folder, status.update, threads=os.cpu_count() or 1)
        page = build_setpoints_page(folder, lang=language())
    print_setpoints(summary, folder, page)
    return summary


def print_setpoints(summary: dict[str, Any], folder: Path, page: Path) -> None:
    """Print what the setpoints save against the design curve, and where the files lie."""
    from rich.markup import escape

    from heatnet.cli.show import console, report_table
    from heatnet.report.setpoints import saving_table, setpoint_sentences

    out = console()
    title = _("Setpoints of {network}: {case}").format(
        network=pick(summary["network_name"]), case=pick(summary["case_label"])
    )
    out.print(f"[bold]{escape(title)}[/]")
    for sentence in setpoint_sentences(summary):
        out.print(escape(sentence))
    out.print(report_table(saving_table(summary)))
    for label, file in ((_("Report"), page), (_("Tables"), folder)):
        out.print(escape(f"{label}: {file}"), soft_wrap=True)
