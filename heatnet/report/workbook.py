"""The workbook of a results folder: what `io.excel` writes, and the sheets that the report's own reckoning fills."""

from __future__ import annotations

from pathlib import Path

from heatnet.i18n import use_language
from heatnet.io.excel import write_excel
from heatnet.io.excel_sheet import Writer
from heatnet.report.context import Context
from heatnet.report.places import checked_places
from heatnet.report.sheets import (
    balance_sheets,
    duration_sheet,
    money_sheet,
    places_sheet,
    pressure_sheet,
    sources_sheet,
    standards_sheet,
)
from heatnet.web.results_view import StudyResults, load_study


def write_workbook(results_dir: str | Path | StudyResults, path: str | Path, lang: str) -> Path:
    """Write the workbook of a results folder with every sheet.

    Parameters
    ----------
    results_dir : str or Path or StudyResults
        Folder with ``summary.json``, or what was read of it.
    path : str or Path
        File to write.
    lang : {"en", "zh"}
        Language of headings and names.

    Raises
    ------
    heatnet.errors.InputError
        If the folder holds no results or a snapshot of its inputs cannot be read.
    """
    study = load_study(results_dir)
    context = Context(study)

    def more(writer: Writer) -> None:
        balance_sheets(writer, context)
        duration_sheet(writer, context)
        money_sheet(writer, context)
        sources_sheet(writer, context)
        standards_sheet(writer, context)
        places_sheet(writer, context, checked_places(context))
        pressure_sheet(writer, context)

    with use_language(lang):
        return write_excel(study.folder, path, lang, more, context.shown_case or None)
